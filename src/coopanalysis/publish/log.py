"""One log file for each run, a line of JSON for each event; and the user's own program that is told how it ended.

Tracebacks stand in the log and nowhere else.
"""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

KEPT = 30  # newest log files


class Log:
    """``outputs/logs/<run>.jsonl``; each line is on the disk before the next event."""

    def __init__(self, folder: Path, run: str):
        folder.mkdir(parents=True, exist_ok=True)
        self.path, number = folder / f"{run}.jsonl", 1
        while self.path.exists():
            number += 1
            self.path = folder / f"{run}-{number}.jsonl"
        self.stream = self.path.open("x", encoding="utf-8")
        for old in sorted(folder.glob("*.jsonl"))[:-KEPT]:
            old.unlink(missing_ok=True)

    def write(self, phase: str, event: str, report: str = "", **more: Any) -> None:
        line = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "phase": phase, "event": event, "report": report, **more}
        self.stream.write(
            json.dumps({key: value for key, value in line.items() if value not in ("", None, ())}, ensure_ascii=False, default=str) + "\n"
        )
        self.stream.flush()

    def close(self) -> None:
        self.stream.close()


def tell(command: str, summary: Path, log: Log, say: Callable[[str], None]) -> None:
    """Start a program with the path of the summary as last argument: no shell, and its failure is not the run's."""
    if not command:
        return
    try:
        done = subprocess.run([*shlex.split(command), str(summary)], check=False, timeout=60)
        log.write("notify", "done", command=command, code=done.returncode)
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        log.write("notify", "failed", command=command, reason=str(error))
        say(f"the program {command!r} could not be run: {error}")
