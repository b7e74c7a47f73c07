"""The library's rows: reading a large package and computing its tables, beside pandas and DuckDB by hand; and ten times as many rows.

Every run is a process of its own. Seconds are CPU seconds (pandas by hand) or wall-clock seconds (DuckDB, which uses every core).
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.made_packages import INDICATORS, TARGETS, YEARS, make
from benchmarks.measure import Facts, in_rounds
from benchmarks.outputs import Different
from benchmarks.rows import LIBRARY, numbers
from benchmarks.variants import OURS, PEERS, Reports, call, python

Say = Callable[[str], None]
KEYS = {  # of each step's result
    "load": ["ref_area", "indicator", "time_period", "measure", "source", "row"],
    "growth": ["ref_area", "indicator"],
    "ratio": ["ref_area", "ratio"],
    "progress": ["ref_area", "indicator", "target_date", "target_source"],
}
STEPS = tuple(KEYS)
PRECISION = 1e-9  # relative; the ways add and divide in other orders


def library(wanted: list[str], _: Reports | None, given: argparse.Namespace, folder: Path, say: Say) -> dict[str, Any]:
    """Ours beside pandas and DuckDB by hand."""
    package = make(folder / "package", given.library_areas)
    ways = ["ours", "pandas", *(["duckdb"] if "library-duckdb" in wanted else [])]
    same = _check(package, ways, folder / "check", say)
    rounds = in_rounds({way: lambda place, way=way: _run(way, package, place) for way in ways}, given.rounds, folder, say)
    results = {}
    for key in wanted:
        other, step, seconds = LIBRARY[key]
        facts = [same[other], _both(rounds, other, step, "wall" if seconds == "cpu" else "cpu")]
        if step == "load":
            facts += [_both_peaks(rounds, other), f"the observations as a frame: {_middle(rounds, 'ours', lambda run: run['frame']):.0f} MB"]
        if other == "duckdb":
            facts.append(_both(rounds, other, "load", "wall") + "; DuckDB reads without the rules of a package")
        measured = numbers(rounds, "ours", other, lambda run, step=step, seconds=seconds: run[step][seconds])
        results[key] = measured | {"facts": facts, "reports": size(given.library_areas)}
    return results


def many(wanted: list[str], _: Reports | None, given: argparse.Namespace, folder: Path, say: Say) -> dict[str, Any]:
    """The same steps on few and on many rows: seconds per row, and the greatest memory beside the frame of observations."""
    packages = {name: make(folder / name, areas) for name, areas in (("few", given.library_areas), ("many", given.library_many))}
    variants = {name: lambda place, package=package: _run("ours", package, place) for name, package in packages.items()}
    rounds = in_rounds(variants, given.library_rounds, folder, say)

    def per_row(run: Facts, steps: tuple[str, ...] = STEPS) -> float:
        return sum(run[step]["cpu"] for step in steps) / run["load"]["rows"] * 1e6

    def over_base(run: Facts, step: str = STEPS[-1]) -> float:
        return run[step]["peak"] - run["base"]

    each = [
        f"{step}: {_middle(rounds, 'many', lambda run, step=step: per_row(run, (step,))):.2f} s per million rows with many, "
        f"{_middle(rounds, 'few', lambda run, step=step: per_row(run, (step,))):.2f} s with few"
        for step in STEPS
    ]
    sizes = {"reports": f"few: {size(given.library_areas)}; many: {size(given.library_many)}"}
    runs = [one["runs"]["many"] for one in rounds]
    peaks, frames = [over_base(run) for run in runs], [run["frame"] for run in runs]
    values = [peak / frame for peak, frame in zip(peaks, frames, strict=True)]
    facts = [
        f"by the end of {step}: {_middle(rounds, 'many', lambda run, step=step: over_base(run, step) / run['frame']):.2f} x the frame with many rows, "
        f"{_middle(rounds, 'few', lambda run, step=step: over_base(run, step) / run['frame']):.2f} x with few"
        for step in STEPS
    ]
    memory = {"ours": peaks, "theirs": frames, "values": values, "calibration": [one["calibration"] for one in rounds], "facts": facts}
    results = {"library-many": numbers(rounds, "many", "few", per_row) | {"facts": each}, "library-memory": memory}
    return {key: results[key] | sizes for key in wanted}


def size(areas: int) -> str:
    """What a package of so many areas holds, in words."""
    return f"{areas * INDICATORS * len(YEARS):,} observations of {areas:,} areas and {areas * TARGETS:,} targets, made up"


def _run(way: str, package: Path, folder: Path, keep: Path | None = None) -> Facts:
    environment = PEERS if way == "duckdb" else OURS
    command = [python(environment), str(Path(__file__).with_name("library_run.py")), way, str(package), str(YEARS[0]), str(YEARS[-1])]
    found = json.loads(call([*command, *([str(keep)] if keep else [])], environment, folder).strip().splitlines()[-1])
    return found | {"seconds": sum(step["wall"] for step in found.values() if isinstance(step, dict))}


def _check(package: Path, ways: list[str], folder: Path, say: Say) -> dict[str, str]:
    """Run every way once and compare its tables with ours, before any clock starts; a line for each."""
    for way in ways:
        (folder / way).mkdir(parents=True)
        _run(way, package, folder, folder / way)
    lines = {}
    for way in ways[1:]:
        told = [
            f"{step} {same(pd.read_pickle(folder / 'ours' / f'{step}.pickle'), pd.read_pickle(folder / way / f'{step}.pickle'), key, f'{way}, {step}')}"
            for step, key in KEYS.items()
            if (folder / way / f"{step}.pickle").exists()
        ]
        lines[way] = f"same results: {'; '.join(told)}"
        say(f"  {way}: {lines[way]}")
    return lines


def same(ours: pd.DataFrame, theirs: pd.DataFrame, key: list[str], name: str) -> str:
    """How much is the same, sorted by the key; raises :class:`Different` at the first column that is not. Theirs may have further columns."""
    if missing := [column for column in ours if column not in theirs]:
        raise Different(f"{name}: without {', '.join(missing[:5])}")
    if len(ours) != len(theirs):
        raise Different(f"{name}: {len(theirs)} rows, ours {len(ours)}")
    first, second = (frame.iloc[_order(frame, key)].reset_index(drop=True) for frame in (ours, theirs))
    for column in ours:
        one, other = _plain(first[column]), _plain(second[column])
        numbers_ = one.dtype.kind == other.dtype.kind == "f"
        differ = ~np.asarray(np.isclose(one, other, rtol=PRECISION, atol=0, equal_nan=True) if numbers_ else one == other)
        if differ.any():
            place = int(np.flatnonzero(differ)[0])
            where = ", ".join(str(value) for value in first.loc[place, key])
            raise Different(f"{name}: {column} of {where} is {other[place]}, ours {one[place]} ({differ.sum()} rows differ)")
    return f"{len(ours):,} rows x {len(ours.columns)} columns"


def _order(frame: pd.DataFrame, key: list[str]) -> np.ndarray:
    return np.lexsort([_plain(frame[column]) for column in reversed(key)])


def _plain(column: pd.Series) -> np.ndarray:
    """Numbers as floats, days as numbers of days, everything else as text; of each a missing value is like any other."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        texts = np.array([*column.cat.categories.astype(str), ""], dtype="U")
        return texts[column.cat.codes.to_numpy()]
    if column.dtype.kind == "M":
        return column.to_numpy().astype("datetime64[D]").astype("int64")
    if column.dtype.kind in "iufb":
        return column.to_numpy(dtype=float)
    if column.dtype == object and column.dropna().map(type).eq(bool).all() and column.notna().any():
        return column.astype(float).to_numpy()
    return column.astype(object).where(column.notna(), "").astype(str).to_numpy(dtype="U")


def _middle(rounds: list[Facts], way: str, of: Callable[[Facts], float]) -> float:
    return statistics.median(of(one["runs"][way]) for one in rounds)


def _both(rounds: list[Facts], other: str, step: str, seconds: str) -> str:
    """The other kind of seconds, or another step: medians of both."""
    mine, theirs = (_middle(rounds, way, lambda run: run[step][seconds]) for way in ("ours", other))
    ratio = statistics.median(one["runs"]["ours"][step][seconds] / one["runs"][other][step][seconds] for one in rounds)
    return f"{step}, {'wall-clock' if seconds == 'wall' else 'CPU'} seconds: ours {mine:.3g}, theirs {theirs:.3g}, {ratio:.3g} x"


def _both_peaks(rounds: list[Facts], other: str) -> str:
    mine, theirs = (_middle(rounds, way, lambda run: run["load"]["peak"] - run["base"]) for way in ("ours", other))
    return f"greatest memory while reading, over that of the imports: ours {mine:.0f} MB, theirs {theirs:.0f} MB"
