"""What the person who started a batch sees: a bar with time left on a terminal, plain lines in a pipe."""

from __future__ import annotations

import sys
import time
from typing import TextIO

from coopanalysis.publish.job import Outcome
from coopanalysis.publish.verdict import OK


class Reporter:
    """One line for each finished report; on a terminal, also a bar below them."""

    def __init__(self, total: int, stream: TextIO | None = None):
        self.total, self.done, self.stream = total, 0, stream or sys.stdout
        self.started = time.monotonic()
        self.bar = None
        if self.stream.isatty():
            from tqdm import tqdm

            self.bar = tqdm(
                total=total,
                unit="report",
                file=self.stream,
                leave=False,
                bar_format="{desc}{bar} {n_fmt}/{total_fmt} reports, {elapsed} gone, about {remaining} left",
            )

    def finished(self, outcome: Outcome) -> None:
        self.done += 1
        line = f"{self.done}/{self.total} {outcome.name} {outcome.verdict} {outcome.seconds:.1f} s"
        if outcome.verdict != OK:
            line += f" – {outcome.reason}"
        self.say(line)
        if self.bar is not None:
            self.bar.update()

    def say(self, line: str) -> None:
        if self.bar is not None:
            self.bar.write(line, file=self.stream)
        else:
            print(line, file=self.stream, flush=True)

    def close(self) -> None:
        if self.bar is not None:
            self.bar.close()
