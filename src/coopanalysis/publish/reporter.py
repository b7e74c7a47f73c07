"""What the person who started a batch sees: a bar with time left on a terminal, plain lines in a pipe.

How long each report will take is told by its last run: also for the order of work, since a long report that starts last
keeps one worker busy while the others stand.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any, TextIO

from coopanalysis.publish.decide import EXECUTE, KEEP, Work
from coopanalysis.publish.reports import OK
from coopanalysis.publish.state import State


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

            form = "{desc}{bar} {n_fmt}/{total_fmt} reports, {elapsed} gone{postfix}"
            self.bar = tqdm(total=total, unit="report", file=self.stream, leave=False, bar_format=form)
            self._foretell()

    def finished(self, outcome: Any) -> None:
        if outcome.name in self.waiting:
            self.behind[outcome.name] = self.waiting.pop(outcome.name)
            self._foretell()
        line = f"{outcome.name} {outcome.verdict} {outcome.seconds:.1f} s" if outcome.ran else f"{outcome.name} {outcome.verdict}, page set anew"
        self._line(line + (f" – {outcome.reason}" if outcome.verdict != OK else ""))

    def skipped(self, work: Work) -> None:
        """A report that this run leaves as it is."""
        state = "up to date" if work.action == KEEP else f"out of date: {work.reason}"
        self._line(f"{work.report.name} {state}" if work.asked else f"{work.report.name} not asked for, {state}")

    def _foretell(self) -> None:
        left = time_left(self.waiting, self.behind, time.monotonic() - self.clock, self.workers)
        if self.bar is not None and left is not None:
            self.bar.set_postfix_str(f"about {self.bar.format_interval(left)} left", refresh=False)

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


def forecast(works: Sequence[Work], state: State) -> dict[str, float]:
    """Report → seconds expected; of a report that never ran, the mean of its notebook's others, or of all.

    A page set anew counts as nothing. Empty if no report was ever run.
    """
    records = {work.report.name: state.record(work.report.name) for work in works}
    known = {name: float(record["seconds"]) for name, record in records.items() if record and record["seconds"] > 0}
    if not known:
        return {}
    of_notebook: dict[str, list[float]] = {}
    for work in works:
        if work.report.name in known:
            of_notebook.setdefault(str(work.report.notebook), []).append(known[work.report.name])
    usual = [fmean(known.values())]
    guess = {work.report.name: fmean(of_notebook.get(str(work.report.notebook), usual)) for work in works}
    return {work.report.name: known.get(work.report.name, guess[work.report.name]) if work.action == EXECUTE else 0.0 for work in works}


def longest_first(works: Sequence[Work], seconds: Mapping[str, float]) -> list[Work]:
    """The order that leaves workers idle least at the end; the plan's order among equals."""
    return sorted(works, key=lambda work: -seconds.get(work.report.name, 0.0))


def time_left(waiting: Mapping[str, float], done: Mapping[str, float], gone: float, workers: int) -> float | None:
    """Seconds until all is done: what is expected of the reports not yet done, at the pace of those that are.

    ``waiting``, ``done``: report → seconds expected; ``gone``: seconds since the start. None if nothing is known yet.
    """
    if not any(waiting.values()) and not any(done.values()):  # without a last run: as long as the ones that are done
        return gone / len(done) * len(waiting) if done else None
    behind = sum(done.values())
    pace = gone * workers / behind if behind else 1.0
    return sum(waiting.values()) / workers * pace
