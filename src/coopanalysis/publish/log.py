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
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from coopanalysis.errors import Locked
from coopanalysis.publish.files import no_link, one_line, writing
from coopanalysis.publish.signals import Stopped

KEPT = 30  # newest log files
WAIT = 60.0  # seconds for the user's own program
_NAME = re.compile(r"\d{8}T\d{6}Z(-\d+)?\.jsonl\Z")  # with a number: an older version's


class Log:
    """``outputs/logs/<run>.jsonl``, begun when a run knows what there is to do; each line is handed over before the next event.

    ``summary``: the run's own for the user's program, once it is written.
    """

    def __init__(self) -> None:
        self.clock = time.monotonic()
        self.stream: TextIO | None = None
        self.summary: Path | None = None

    @property
    def seconds(self) -> float:
        """How long the run has been at work."""
        return time.monotonic() - self.clock

    def begin(self, folder: Path, run: str) -> None:
        """Open the file; of older ones, told by their names, only the newest stay."""
        path = folder / f"{run}.jsonl"
        with writing(path):
            folder.mkdir(parents=True, exist_ok=True)
            no_link(folder)
            no_link(path)
            self.stream = path.open("a", encoding="utf-8")
            for old in sorted(other for other in folder.glob("*.jsonl") if _NAME.match(other.name) and other != path)[: 1 - KEPT]:
                old.unlink()

    def note(self, phase: str, event: str, report: str = "", **more: Any) -> None:
        """A line; where there is no room for it, what matters more will find that out."""
        line = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "phase": phase, "event": event, "report": report, **more}
        if self.stream is not None:
            text = json.dumps({key: value for key, value in line.items() if value not in ("", None, ())}, ensure_ascii=False, default=str)
            with suppress(OSError):
                self.stream.write(text + "\n")
                self.stream.flush()


@contextmanager
def logged(on_success: str, on_failure: str, say: Callable[[str], None]) -> Iterator[Log]:
    """Within, a run, which ends with ``SystemExit`` or an error: that is logged, and the user's program told.

    Of a run that was refused because another is at work nobody is told.
    """
    log, started = Log(), datetime.now(UTC).isoformat()
    try:
        yield log
    except BaseException as error:
        code = getattr(error, "code", 2 if isinstance(error, OSError) else 1)
        log.note("end", "run", code=code, seconds=round(log.seconds, 3))
        command = on_failure if code else on_success
        if log.summary is not None:
            tell(command, log.summary, log.note, say, wait=not isinstance(error, Stopped))
        elif command and not isinstance(error, Locked):
            record: dict[str, Any] = {"exit_code": code, "reason": str(error).replace("\n", "; "), "started": started, "reports": []}
            with suppress(OSError), tempfile.TemporaryDirectory(prefix="coopanalysis-failed-", ignore_cleanup_errors=True) as folder:
                summary = Path(folder) / "summary.json"
                summary.write_text(json.dumps(record), encoding="utf-8")
                tell(command, summary, log.note, say)
        raise
    finally:
        if log.stream is not None:
            with suppress(OSError):
                log.stream.close()


def tell(command: str, summary: Path, note: Callable[..., None], say: Callable[[str], None], *, wait: bool = True) -> None:
    """Start a program with the path of the summary as last argument: no shell, and its failure is not the run's.

    Its arguments are not logged: they may hold an address or a key.
    """
    if not command:
        return
    try:
        words = shlex.split(command) if os.name == "posix" else [word.strip("\"'") for word in shlex.split(command, posix=False)]
        program = subprocess.Popen([*words, str(summary)], stdin=subprocess.DEVNULL, start_new_session=True)
        try:
            code = program.wait(WAIT) if wait else None
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()
            raise OSError(f"no answer in {WAIT:g} s") from None
        note("notify", "done" if wait else "started", program=words[0], code=code)
        if code:
            say(f"the program {words[0]!r} ended with code {code}")
    except (OSError, ValueError, IndexError) as error:
        note("notify", "failed", reason=one_line(str(error)))
        say(f"the program for the outcome could not be run: {one_line(str(error))}")
