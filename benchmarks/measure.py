"""Seconds, foreign load and rounds: what every bench measures with.

The host may be busy with other things, so one program's seconds mean little: every round runs each variant once, in an
order that rotates, between two runs of a fixed loop; only ratios inside one round are compared.
"""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
_LOOP = 25_000_000  # turns of the calibration loop: about half a second
PATIENCE = 30.0  # seconds to wait for a quiet moment before a run
NOISY = 0.1  # share of the machine that others may take before a run counts as disturbed
Facts = dict[str, Any]
Variant = Callable[[Path], Facts]


def calibrate() -> float:
    """Seconds of a fixed loop: how fast this machine is at this moment."""
    started = time.perf_counter()
    total = 0
    for number in range(_LOOP):
        total += number
    return time.perf_counter() - started


def busy_seconds(text: str) -> float:
    """CPU seconds that all processes of the machine have used, from the text of /proc/stat; taken away by a host (steal) counts."""
    user, nice, system, _idle, _iowait, irq, softirq, steal = (int(number) for number in text.splitlines()[0].split()[1:9])
    return (user + nice + system + irq + softirq + steal) / _TICKS


def own_seconds() -> float:
    """CPU seconds of this process and of all its ended descendants."""
    return sum(use.ru_utime + use.ru_stime for use in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def timed(run: Callable[[], Any]) -> Facts:
    """What ``run`` gives, with its ``seconds`` (unless it measured them itself) and the ``foreign`` load meanwhile.

    ``foreign``: CPU seconds of processes that are not ours; ``share``: the same as a share of what the cores could give.
    """
    busy, own, started = busy_seconds(_stat()), own_seconds(), time.perf_counter()
    facts = run() or {}
    wall = time.perf_counter() - started
    foreign = max(0.0, busy_seconds(_stat()) - busy - (own_seconds() - own))
    return {"seconds": wall, **facts, "foreign": foreign, "share": foreign / wall / len(os.sched_getaffinity(0))}


def in_rounds(variants: Mapping[str, Variant], count: int, folder: Path, say: Callable[[str], None]) -> list[Facts]:
    """``count`` rounds: {calibration: [before, after], runs: {variant: facts}}; every run has an empty folder of its own."""
    rounds = []
    names = list(variants)
    for number in range(count):
        before, runs = calibrate(), {}
        for name in rotated(names, number):
            place = folder / f"round-{number + 1}-{name}"
            place.mkdir(parents=True)
            wait_for_quiet()
            runs[name] = timed(lambda name=name, place=place: variants[name](place))
            shutil.rmtree(place, ignore_errors=True)  # an edition of 480 reports is large
            say(
                f"  round {number + 1} of {count}: {name} {runs[name]['seconds']:.2f} s, foreign load {runs[name]['foreign']:.1f} s ({runs[name]['share']:.0%})"
            )
        rounds.append({"calibration": [before, calibrate()], "runs": runs})
    return rounds


def wait_for_quiet(patience: float = PATIENCE) -> None:
    """Wait until other processes leave the machine alone for a second, but not for ever: the load is written down anyway."""
    end = time.monotonic() + patience
    while timed(lambda: time.sleep(1))["share"] > NOISY and time.monotonic() < end:
        pass


def rotated(names: list[str], number: int) -> list[str]:
    """The order of round ``number``: nobody is always first."""
    turn = number % len(names)
    return names[turn:] + names[:turn]


def spread(values: list[float]) -> tuple[float, float, float]:
    """Median, least and greatest."""
    return statistics.median(values), min(values), max(values)


def _stat() -> str:
    return Path("/proc/stat").read_text(encoding="utf-8")
