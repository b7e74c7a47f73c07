"""What the person who started a batch sees: a bar with time left on a terminal, plain lines in a pipe."""

from __future__ import annotations

import io
import os
import sys
from typing import Any, TextIO

from coopanalysis.publish.decide import KEEP, Work
from coopanalysis.publish.reports import OK


class Reporter:
    """One line for each report; on a terminal, also a bar below them."""

    def __init__(self, stream: TextIO | None = None):
        self.stream = stream or sys.stdout
        self.total = self.done = 0
        self.bar: Any = None

    def begin(self, total: int) -> None:
        """``total`` reports are coming."""
        self.total = total
        if self.stream.isatty():
            from tqdm import tqdm

            form = "{desc}{bar} {n_fmt}/{total_fmt} reports, {elapsed} gone, {remaining} left"
            self.bar = tqdm(total=total, file=self.stream, leave=False, bar_format=form)

    def finished(self, outcome: Any) -> None:
        how = f"{outcome.seconds:.1f} s" if outcome.ran else "page set anew"
        line = f"{outcome.name} {outcome.verdict}{' ' if outcome.ran else ', '}{how}"
        self._line(line + (f" – {outcome.reason}" if outcome.verdict != OK else ""))

    def skipped(self, work: Work) -> None:
        """A report that this run leaves as it is."""
        state = "up to date" if work.action == KEEP else f"out of date: {work.reason}"
        self._line(f"{work.report.name} {state}" if work.asked else f"{work.report.name} not asked for, {state}")

    def _line(self, line: str) -> None:
        self.done += 1
        self.say(f"{self.done}/{self.total} {line}")
        if self.bar is not None:
            self.bar.update()

    def say(self, line: str) -> None:
        """Print a line; a reader who has gone away (closed terminal, ``| head``) is no reason to stop the batch."""
        try:
            if self.bar is not None:
                self.bar.write(line, file=self.stream)
            else:
                print(line, file=self.stream, flush=True)
        except OSError:
            if self.stream is sys.stdout:  # or Python would try once more as it ends, and spoil the exit code
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            self.bar, self.stream = None, io.StringIO()

    def close(self) -> None:
        """The bar goes; the lines stay."""
        if self.bar is not None:
            self.bar.close()
            self.bar = None
