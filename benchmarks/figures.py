"""How long the figures of each report take in a warm kernel: ``python figures.py JOBS.json`` (name, notebook, parameters).

Each report's cells run in a fork of a process that has loaded what the batch's zygote loads. A cell that shows a figure
counts whole: its numbers and words, both drawings for the page, and both files with their frame. The last line of the
output is JSON: report → {figures, and milliseconds in all and of each part}.
"""

from __future__ import annotations

import functools
import gc
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any


def main(jobs_file: str) -> None:
    import peers

    import coopanalysis.preloaded
    import coopanalysis.publish.preload  # noqa: F401

    peers._shell()
    gc.collect()
    gc.freeze()
    found = {}
    for job in json.loads(Path(jobs_file).read_text(encoding="utf-8")):
        _, cells = peers._cells(job)
        told, tell = os.pipe()
        if os.fork() == 0:
            try:
                os.write(tell, json.dumps(_measure(cells, peers._HELD)).encode())
            finally:
                os._exit(0)
        os.close(tell)
        os.wait()
        with os.fdopen(told, "rb") as stream:
            found[job["name"]] = json.loads(stream.read())
    print(json.dumps({name: times for name, times in found.items() if times.get("figures")}))


def _measure(cells: list[Any], held: dict[str, Any]) -> dict[str, float]:
    times: Counter[str] = Counter()
    for cell in cells:
        held["shown"] = shown = []
        started = time.perf_counter()
        held["shell"].run_cell(cell["source"]).raise_error()
        seconds = time.perf_counter() - started
        kinds = [output["metadata"].get("coopanalysis", {}).get("kind") for output in shown]
        if "figure" in kinds:
            times["figures"] += kinds.count("figure")
            times["all"] += seconds * 1000
        elif "opening" in kinds:  # the notebook has imported what draws, and has drawn nothing yet
            _watch(times)
    return dict(times)


def _watch(times: Counter[str]) -> None:
    """Count the time of each step of a figure from now on."""
    from coopanalysis.display import outputs

    def step(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def watched(*arguments: Any, **options: Any) -> Any:
            started = time.perf_counter()
            try:
                return function(*arguments, **options)
            finally:
                times["print SVG" if options.get("outlines") else name] += (time.perf_counter() - started) * 1000

        return watched

    outputs.to_svg = step("page SVG", outputs.to_svg)
    outputs.frame = step("frame", outputs.frame)
    outputs.to_png = step("print PNG", outputs.to_png)


if __name__ == "__main__":
    main(sys.argv[1])
