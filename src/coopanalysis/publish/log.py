"""One log file for each run, a line of JSON for each event; and the user's own program that is told how it ended.

Tracebacks stand in the log and nowhere else. Here for: a night's failure that leaves nothing to read, or that nobody hears of.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from coopanalysis.publish.files import one_line

KEPT = 30  # newest log files
WAIT = 60.0  # seconds for the user's own program


class Log:
    """``outputs/logs/<run>.jsonl``; each line is on the disk before the next event."""

    def __init__(self, folder: Path, run: str):
        folder.mkdir(parents=True, exist_ok=True)
        self.path, number = folder / f"{run}.jsonl", 1
        while self.path.exists():
            number += 1
            self.path = folder / f"{run}-{number}.jsonl"
        self.stream = self.path.open("x", encoding="utf-8")
        others = sorted(path for path in folder.glob("*.jsonl") if path != self.path)
        for old in others[: -(KEPT - 1)]:
            old.unlink(missing_ok=True)

    def write(self, phase: str, event: str, report: str = "", **more: Any) -> None:
        line = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "phase": phase, "event": event, "report": report, **more}
        self.stream.write(
            json.dumps({key: value for key, value in line.items() if value not in ("", None, ())}, ensure_ascii=False, default=str) + "\n"
        )
        self.stream.flush()

    def close(self) -> None:
        self.stream.close()


def failure_summary(code: int, reason: str, started: str) -> Path:
    """A summary for the user's program where the run itself could write none: in the folder for temporary files, not in the output."""
    path = Path(tempfile.gettempdir()) / f"coopanalysis-failed-{os.getpid()}.json"
    path.write_text(json.dumps({"exit_code": code, "reason": reason, "started": started, "reports": []}, ensure_ascii=False), encoding="utf-8")
    return path


def tell(command: str, summary: Path, write: Callable[..., None], say: Callable[[str], None], *, stopping: bool = False) -> None:
    """Start a program with the path of the summary as last argument: no shell, and its failure is not the run's.

    ``stopping``: the run is being stopped, so the program is started and not waited for. Its arguments are not logged:
    they may hold an address or a key.
    """
    if not command:
        return
    try:
        words = shlex.split(command)
        program = subprocess.Popen([*words, str(summary)], stdin=subprocess.DEVNULL, start_new_session=True)
        if stopping:
            write("notify", "started", program=words[0])
            return
        try:
            code = program.wait(WAIT)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()
            raise
        write("notify", "done", program=words[0], code=code)
        if code:
            say(f"the program {words[0]!r} ended with code {code}")
    except (OSError, ValueError, IndexError, subprocess.TimeoutExpired) as error:
        reason = f"no answer in {WAIT:g} s" if isinstance(error, subprocess.TimeoutExpired) else one_line(str(error))
        write("notify", "failed", reason=reason)
        say(f"the program for the outcome could not be run: {reason}")
