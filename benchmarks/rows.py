"""The rows of the table: what is compared with what, what is to be reached, and the verdict. Nothing is measured here."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.measure import Facts

REACHED, ABOVE, SHORT, NOT_MEASURED, NO_GOAL = "reached", "above the floor", "SHORT", "not measured", "no goal"


@dataclass(frozen=True)
class Row:
    """One comparison. ``reach`` and ``floor`` bound the median of ``value``; ``more`` says that more of it is better.

    ``columns`` says what stands in the two columns of seconds (or ``unit``); ``of`` is the unit of the value.
    """

    key: str
    title: str
    compared: str
    reach: float | None = None
    floor: float | None = None
    more: bool = False
    unit: str = "s"
    of: str = "x"
    columns: tuple[str, str] = ("ours", "theirs")


_BY_HAND = "a careful vectorised script in plain pandas, written for these files alone (benchmarks/by_hand_*.py),"
_CPU = "CPU seconds, each in a process of its own. Ratio: ours to theirs."
ROWS = {
    row.key: row
    for row in (
        Row(
            "edition",
            "full edition against papermill and nbconvert, once per report",
            "Ours: one `coopanalysis run --workers 2 --force` (execute, figures, tables, pages, index). Theirs: `papermill NOTEBOOK OUT -f "
            "PARAMETERS` and `jupyter nbconvert --to html --no-input OUT` for each report, one report after the other.",
            10,
            6,
            more=True,
        ),
        Row(
            "edition-two",
            "the same, two reports at once",
            "The same commands, two reports at a time, which one has to arrange for oneself.",
            more=True,
        ),
        Row(
            "pool",
            "full edition against papermill and nbconvert in one process, pool of two",
            "Theirs: a pool of two processes forked after the imports, `papermill.execute_notebook` without a save after each cell, one "
            "`HTMLExporter` for each process.",
            3,
            2,
            more=True,
        ),
        Row(
            "ploomber",
            "full edition against ploomber-engine, two processes, and HTML",
            "Theirs: `ploomber_engine.execute_notebook` in two processes and the same exporter. It runs cells in its own process: a report sees"
            " modules and caches that the one before left, a crash takes all reports along, and the metadata of outputs (our marks) are lost, "
            "so our pages could not be made from its notebooks.",
            1.3,
            1,
            more=True,
        ),
        Row(
            "plain",
            "execution against the same cells as plain code in one warm process per core",
            "Execution only, seconds of one core per report. Ours: the mean of the `seconds` in summary.json (from the start of a report's "
            "kernel to its end, as two workers run at once on two cores). Theirs: two processes at once, third-party libraries and ours loaded "
            "and every notebook run once before the clock starts; then each report's cells through one IPython shell, reports after one another"
            " in the same process: no kernel, no messages, no isolation, no files; but fonts from files, where our warm kernels have them in "
            "memory. Ratio: ours to theirs.",
            1.25,
            1.6,
        ),
        Row(
            "plain-forked",
            "execution against the same cells as plain code, each report in a fork",
            "As above, but each report in a fork of its own of a process that holds third-party libraries only: isolated as our warm kernels "
            "are, our own library imported anew each time. Ratio: ours to theirs.",
        ),
        Row(
            "jupyter",
            "cells in a process of ours against Jupyter kernels",
            "`coopanalysis run`, and the same with `--kernel jupyter`. Ratio: Jupyter kernels to ours.",
            more=True,
        ),
        Row(
            "figures",
            "all figures of a report in a process of its own",
            "Every cell that shows a figure, in a fork of a process that has loaded what the batch's server loads: its numbers and words, the "
            "drawings for the page's column and for a phone, and the two files with their frame (PNG of 300 points an inch, SVG with outlined "
            "letters). The value is the report that takes longest.",
            600,
            unit="ms",
            of="ms",
            columns=("the longest", "the middle one"),
        ),
        Row(
            "noop",
            "nothing changed against `python3 -c pass`",
            "`coopanalysis run` a second time, and the same environment's Python with nothing to do; in each round the median of several starts"
            " of each, by turns. Ratio: ours to theirs.",
            10,
            25,
            unit="ms",
            columns=("ours", "Python alone"),
        ),
        Row(
            "growth",
            "many reports against few: seconds per report",
            "One full edition of few and one of many reports in each round; whole seconds by number of reports. Ratio: many to few.",
            1.10,
            1.25,
            unit="s per report",
            columns=("many", "few"),
        ),
        Row(
            "memory",
            "memory per further report at work",
            "An edition with 1, 2, 3 and 4 workers; the greatest sum of private memory (Private_Clean and Private_Dirty of smaps_rollup) of all"
            " worker processes at one moment, and what a further worker adds to it (slope of a straight line). Kernels are counted apart.",
            60,
            100,
            unit="MB",
            of="MB",
            columns=("with the process above", "worker alone"),
        ),
        Row(
            "dask",
            "two Dask workers on this machine against our own two workers",
            "`coopanalysis run --scheduler ADDRESS` with a scheduler and two workers that run already, and `coopanalysis run --workers 2`, both"
            " in the same environment. Ratio: our own to Dask.",
            0.85,
            0.7,
            more=True,
            columns=("our own workers", "Dask"),
        ),
        Row(
            "library-load",
            "library: reading a large package with every check, against pandas by hand",
            f"`coopanalysis.load` and {_BY_HAND} with the same checks and the same frame (days, bounds, grades, derived levels). {_CPU}",
            1.5,
            3,
        ),
        Row(
            "library-growth",
            "library: growth of all areas, against pandas by hand",
            f"`growth_table` of all areas and {_BY_HAND} for the same columns, both from what was read before. {_CPU}",
            1.5,
            3,
        ),
        Row(
            "library-ratio",
            "library: ratios of all areas, against pandas by hand",
            f"`ratio_table` of all areas and {_BY_HAND} for the same columns, both from what was read before. {_CPU}",
            1.5,
            3,
        ),
        Row(
            "library-progress",
            "library: progress to all targets, against pandas by hand",
            f"`progress_table` of all areas and {_BY_HAND} for the same columns, both from what was read before. {_CPU}",
            1.5,
            3,
        ),
        Row(
            "library-duckdb",
            "library: growth of all areas, against DuckDB",
            "`growth_table` of all areas and one SQL query for the same columns, fetched as a frame, from tables in memory that hold days, "
            "bounds, grades and derived levels. DuckDB uses every core, so wall-clock seconds are compared. Ratio: ours to theirs.",
            2,
            4,
        ),
        Row(
            "library-many",
            "library: ten times as many rows, CPU seconds per row",
            "Reading with every check and the three tables, summed; CPU seconds for a million observations. Sorting alone makes ten times as many "
            "rows 16 % dearer each. Ratio: many to few.",
            1.25,
            1.5,
            unit="s per million rows",
            columns=("many", "few"),
        ),
        Row(
            "library-memory",
            "library: greatest memory, as a multiple of the observations",
            "Reading and the three tables of the many rows in one process: the greatest resident memory over that of the imports, and the frame of "
            "observations by `memory_usage(deep=True)`.",
            4,
            6,
            unit="MB",
            columns=("greatest memory", "the frame"),
        ),
    )
}
BATCH = ("edition", "edition-two", "pool", "ploomber", "plain", "plain-forked", "jupyter")  # measured in common rounds
LIBRARY = {  # measured in common rounds: against what, which step, which seconds
    "library-load": ("pandas", "load", "cpu"),
    "library-growth": ("pandas", "growth", "cpu"),
    "library-ratio": ("pandas", "ratio", "cpu"),
    "library-progress": ("pandas", "progress", "cpu"),
    "library-duckdb": ("duckdb", "growth", "wall"),
}
LIBRARY_MANY = ("library-many", "library-memory")  # these, too
VARIANTS = {
    "edition": "papermill-cli",
    "edition-two": "papermill-cli-two",
    "pool": "pool",
    "ploomber": "ploomber",
    "plain": "plain",
    "plain-forked": "forked",
    "jupyter": "jupyter",
}


def verdict(row: Row, median: float | None) -> str:
    """The word for a median."""
    if median is None:
        return NOT_MEASURED
    if row.reach is None:
        return NO_GOAL
    sign = 1 if row.more else -1
    if sign * median >= sign * row.reach:
        return REACHED
    return ABOVE if row.floor is not None and sign * median >= sign * row.floor else SHORT


def numbers(rounds: list[Facts], ours: str, theirs: str, seconds_of: Callable[[Facts], float], *, inverse: bool = False) -> dict[str, Any]:
    """The numbers of a row from its rounds: ours, theirs, and inside each round ours to theirs (``inverse``: theirs to ours)."""
    runs = [(one["runs"][ours], one["runs"][theirs]) for one in rounds]
    pairs = [(seconds_of(first), seconds_of(second)) for first, second in runs]
    return {
        "ours": [first for first, _ in pairs],
        "theirs": [second for _, second in pairs],
        "values": [second / first if inverse else first / second for first, second in pairs],
        "foreign": [[first["foreign"], second["foreign"]] for first, second in runs],
        "shares": [[first["share"], second["share"]] for first, second in runs],
        "calibration": [one["calibration"] for one in rounds],
    }


def of_batch(key: str, rounds: list[Facts], reports: int) -> dict[str, Any]:
    """The numbers of a row that shares its rounds; the seconds of a peer measured on fewer reports are scaled to all."""
    if key in ("plain", "plain-forked"):
        return numbers(rounds, "ours", VARIANTS[key], lambda facts: facts["execution"])
    return numbers(rounds, "ours", VARIANTS[key], lambda facts: facts["seconds"] * reports / facts["reports"], inverse=True)


def median(values: list[Any]) -> float | None:
    return statistics.median(values) if values else None
