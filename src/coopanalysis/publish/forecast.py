"""How long each report will take, as its last run tells: for the order of work and for the time that is left.

Here for: a long report that starts last and keeps one worker busy while the others stand; a bar that knows nothing until
half of the batch is done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean

from coopanalysis.publish.decide import EXECUTE, Work
from coopanalysis.publish.state import State


def forecast(works: Sequence[Work], state: State) -> dict[str, float]:
    """Report → seconds expected; of a report that never ran, the mean of its notebook's others, or of all.

    A page set anew without a kernel counts as nothing. Empty if no report was ever run.
    """
    known: dict[str, float] = {}
    for work in works:
        record = state.record(work.job.report.name) or {}
        if isinstance(seconds := record.get("seconds"), int | float) and seconds > 0:
            known[work.job.report.name] = float(seconds)
    if not known:
        return {}
    of_notebook: dict[str, list[float]] = {}
    for work in works:
        if work.job.report.name in known:
            of_notebook.setdefault(str(work.job.report.notebook), []).append(known[work.job.report.name])
    usual = fmean(known.values())
    return {
        work.job.report.name: known.get(work.job.report.name, fmean(of_notebook.get(str(work.job.report.notebook), [usual])))
        if work.action == EXECUTE
        else 0.0
        for work in works
    }


def longest_first(works: Sequence[Work], seconds: Mapping[str, float]) -> list[Work]:
    """The order that leaves workers idle least at the end; the plan's order among equals."""
    return sorted(works, key=lambda work: -seconds.get(work.job.report.name, 0.0))


def time_left(waiting: Mapping[str, float], done: Mapping[str, float], gone: float, workers: int) -> float | None:
    """Seconds until all is done: what is expected of the reports not yet done, at the pace of those that are.

    ``waiting``, ``done``: report → seconds expected; ``gone``: seconds since the start. None if nothing is known yet.
    """
    if not any(waiting.values()) and not any(done.values()):  # without a last run: as long as the ones that are done
        return gone / len(done) * len(waiting) if done else None
    behind = sum(done.values())
    pace = gone * workers / behind if behind else 1.0
    return sum(waiting.values()) / workers * pace
