"""One log file for each run, a line of JSON for each event; and the user's own program that is told how it ended.

Tracebacks stand in the log and nowhere else. Why: a night's failure must leave something to read, and be heard of.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from coopanalysis.publish.files import one_line, writing

KEPT = 30  # newest log files
WAIT = 60.0  # seconds for the user's own program
_NAME = re.compile(r"\d{8}T\d{6}Z(-\d+)?\.jsonl\Z")


class Log:
    """``outputs/logs/<run>.jsonl``; each line is on the disk before the next event."""

    def __init__(self, folder: Path, run: str):
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            names = (f"{run}{'' if number == 1 else f'-{number}'}.jsonl" for number in range(1, 10_000))
            self.path = next(folder / name for name in names if not os.path.lexists(folder / name))
            self.stream = self.path.open("x", encoding="utf-8")
        others = sorted(path for path in folder.glob("*.jsonl") if path != self.path and _NAME.match(path.name) and _is_ours(path))
        for old in others[: -(KEPT - 1)]:
            with suppress(OSError):
                old.unlink()

    def write(self, phase: str, event: str, report: str = "", **more: Any) -> None:
        line = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "phase": phase, "event": event, "report": report, **more}
        text = json.dumps({key: value for key, value in line.items() if value not in ("", None, ())}, ensure_ascii=False, default=str)
        with writing(self.path):
            self.stream.write(text + "\n")
            self.stream.flush()

    def close(self) -> None:
        with suppress(OSError):
            self.stream.close()


def _is_ours(path: Path) -> bool:
    """Whether a file begins as our logs do."""
    if path.is_symlink():
        return False
    try:
        with path.open(encoding="utf-8") as stream:
            line = json.loads(stream.readline(2000))
        return isinstance(line, dict) and line.get("phase") == "start"
    except (OSError, ValueError):
        return False


@contextmanager
def failure_summary(code: int, reason: str, started: str, written: Path | None = None) -> Iterator[Path]:
    """The summary for the user's program: the one ``written``; where the run could write none, one in a folder for temporary files."""
    if written is not None:
        yield written
        return
    with tempfile.TemporaryDirectory(prefix="coopanalysis-failed-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "summary.json"
        path.write_text(json.dumps({"exit_code": code, "reason": reason, "started": started, "reports": []}, ensure_ascii=False), encoding="utf-8")
        yield path


def tell(command: str, summary: Path, write: Callable[..., None], say: Callable[[str], None], *, stopping: bool = False) -> None:
    """Start a program with the path of the summary as last argument: no shell, and its failure is not the run's.

    ``stopping``: the run is being stopped, so the program is started and not waited for. Its arguments are not logged:
    they may hold an address or a key.
    """
    if not command:
        return
    try:
        words = shlex.split(command) if os.name == "posix" else [word.strip("\"'") for word in shlex.split(command, posix=False)]
        program = subprocess.Popen([*words, str(summary)], stdin=subprocess.DEVNULL, start_new_session=True)
        if stopping and summary.name == "last-run.json":
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
