"""One way to read a package and compute its tables, measured in this process: ``python library_run.py WAY FOLDER START END [KEEP]``.

``WAY``: ours, pandas or duckdb. ``START``, ``END``: the years that growth is between. ``KEEP``: an empty folder, into which the
tables are then written for a comparison. The last line of the output is JSON: CPU and wall seconds of each step, memory in MB
(``base`` before the first step, the ``peak`` up to the end of each step, the ``frame`` of observations) and numbers of rows.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path[0] = str(Path(__file__).resolve().parents[1])  # the benches are a package of the project's folder

Steps = dict[str, Callable[[Any], Any]]  # the first one loads, the others get what it gave


def ours(folder: Path, start: int, end: int) -> Steps:
    import coopanalysis
    from coopanalysis.metrics import growth_table, progress_table, ratio_table

    return {
        "load": lambda _: coopanalysis.load(folder),
        "growth": lambda data: growth_table(data, start=start, end=end),
        "ratio": lambda data: ratio_table(data, start=start, end=end),
        "progress": progress_table,
    }


def pandas(folder: Path, start: int, end: int) -> Steps:
    from benchmarks.by_hand_pandas import growth, ratios
    from benchmarks.by_hand_progress import progress
    from benchmarks.by_hand_reading import load

    return {
        "load": lambda _: load(folder),
        "growth": lambda data: growth(data, start, end),
        "ratio": lambda data: ratios(data, start, end),
        "progress": progress,
    }


def duckdb(folder: Path, start: int, end: int) -> Steps:
    from benchmarks.by_hand_duckdb import growth, read

    return {"load": lambda _: read(folder, threads=len(os.sched_getaffinity(0))), "growth": lambda base: growth(base, start, end)}


WAYS = {"ours": ours, "pandas": pandas, "duckdb": duckdb}


def memory(field: str) -> float:
    """VmRSS or VmHWM of this process in MB. Not ``ru_maxrss``, which a program inherits from the one that started it."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith(f"{field}:"))


def main(way: str, folder: str, start: str, end: str, keep: str = "") -> None:
    steps = WAYS[way](Path(folder), int(start), int(end))
    found: dict[str, Any] = {"base": memory("VmRSS")}
    data = None
    for name, step in steps.items():
        cpu, wall = time.process_time(), time.perf_counter()
        result = step(data)
        found[name] = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall, "peak": memory("VmHWM")}
        if data is None:
            data, result = result, _observations(result)
            if result is None:
                continue
            found["frame"] = float(result.memory_usage(deep=True).sum() / 1e6)
        found[name]["rows"] = len(result)
        if keep:
            result.to_pickle(Path(keep) / f"{name}.pickle")
        del result  # a table's memory is given back before the next one
    print(json.dumps(found))


def _observations(data: Any) -> Any:
    """The observations as a frame; None of a database."""
    return data["observations"] if isinstance(data, dict) else getattr(data, "observations", None)


if __name__ == "__main__":
    main(*sys.argv[1:])
