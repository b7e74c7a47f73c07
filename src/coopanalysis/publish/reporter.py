"""What the person who started a batch sees: a bar with time left on a terminal, plain lines in a pipe.

Here for: colours and carriage returns in a log; a batch that dies because its reader went away.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from typing import Any, TextIO

from coopanalysis.publish.forecast import time_left
from coopanalysis.publish.job import Outcome
from coopanalysis.publish.verdict import OK


class Reporter:
    """One line for each finished report; on a terminal, also a bar below them."""

    def __init__(self, stream: TextIO | None = None):
        self.total, self.done, self.stream = 0, 0, stream or sys.stdout
        self.waiting: dict[str, float] = {}
        self.behind: dict[str, float] = {}
        self.bar: Any = None
        self.gone = False
        self.workers, self.clock = 1, 0.0

    def begin(self, total: int, expected: Mapping[str, float] | None = None, workers: int = 1) -> None:
        """``total`` reports are coming; ``expected``: seconds for each that has work to do, 0 where nobody knows."""
        self.total, self.workers, self.clock = total, workers, time.monotonic()
        self.waiting, self.behind = dict(expected or {}), {}
        if self.stream.isatty():
            from tqdm import tqdm

            tqdm.monitor_interval = 0  # no thread: workers are forked from this process
            self.bar = tqdm(
                total=total,
                unit="report",
                file=self.stream,
                leave=False,
                bar_format="{desc}{bar} {n_fmt}/{total_fmt} reports, {elapsed} gone{postfix}",
            )
            self._foretell()

    def _foretell(self) -> None:
        left = time_left(self.waiting, self.behind, time.monotonic() - self.clock, self.workers)
        if self.bar is not None and left is not None:
            self.bar.set_postfix_str(f"about {self.bar.format_interval(left)} left", refresh=False)

    def finished(self, outcome: Outcome) -> None:
        if outcome.name in self.waiting:
            self.behind[outcome.name] = self.waiting.pop(outcome.name)
            self._foretell()
        line = f"{outcome.name} {outcome.verdict} {outcome.seconds:.1f} s" if outcome.ran else f"{outcome.name} {outcome.verdict}, page set anew"
        self._line(line + (f" – {outcome.reason}" if outcome.verdict != OK else ""))

    def kept(self, name: str, reason: str) -> None:
        self._line(f"{name} up to date" if reason == "nothing changed" else f"{name} {reason}")

    def _line(self, line: str) -> None:
        self.done += 1
        self.say(f"{self.done}/{self.total} {line}")
        if self.bar is not None:
            self.bar.update()

    def say(self, line: str) -> None:
        """Print a line; a reader who has gone away (closed terminal, ``| head``) is no reason to stop the batch."""
        if self.gone:
            return
        try:
            if self.bar is not None:
                self.bar.write(line, file=self.stream)
            else:
                print(line, file=self.stream, flush=True)
        except OSError:
            self.bar, self.gone = None, True
            if self.stream is sys.stdout:  # or Python would try once more as it ends, and spoil the exit code
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def close(self) -> None:
        """The bar goes; the lines stay."""
        if self.bar is not None:
            self.bar.close()
            self.bar = None
