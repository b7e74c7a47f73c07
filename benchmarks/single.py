"""The rows in which our batch is compared with itself, with Python doing nothing, or with Dask: rounds of their own."""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import cluster
from benchmarks.measure import Facts, in_rounds
from benchmarks.memory import KINDS, peaks_of, per_further
from benchmarks.outputs import compare
from benchmarks.plans import distinct, multiplied, write_plan
from benchmarks.rows import ROWS, numbers
from benchmarks.variants import OURS, ROOT, Failed, Reports, call, edition, options, our_command, our_outputs, python, surroundings

Say = Callable[[str], None]
STARTS = 11  # starts of each program in one round of "noop"
WORKERS = (1, 2, 3, 4)
STEPS = ("page SVG", "frame", "print PNG", "print SVG")  # of a figure; the rest: numbers, words and both drawings
HEAVY = ("pandas", "papermill", "nbconvert", "IPython")
_IMPORTED = """
import json, sys
from coopanalysis.cli import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    assert not end.code, end.code
print(json.dumps([len(sys.modules), [name for name in %r if name in sys.modules]]))
"""


def noop(_: list[str], reports: Reports, given: argparse.Namespace, folder: Path, say: Say) -> dict[str, Any]:
    """A second run of an edition in which nothing changed, beside an interpreter with nothing to do."""
    place = folder / "edition"
    place.mkdir()
    edition(reports, place)
    command = our_command(reports.plan, place / "out", "--workers", "2")
    said = call(command, OURS, place)
    if f"{len(reports.jobs)} up to date" not in said:
        raise Failed(f"the second run was not without work: {said[-500:]}")
    modules, heavy = json.loads(call([python(OURS), "-c", _IMPORTED % (HEAVY,), *command[1:]], OURS, place).strip().splitlines()[-1])
    if heavy:
        raise Failed(f"a run with nothing to do imports {', '.join(heavy)}")

    def by_turns(_: Path) -> Facts:
        each: dict[str, list[float]] = {"ours": [], "pass": []}
        for _number in range(STARTS):
            for name, program in (("ours", command), ("pass", [python(OURS), "-c", "pass"])):
                started = time.perf_counter()
                subprocess.run(program, cwd=place / "empty", env=surroundings(OURS, place), stdout=subprocess.DEVNULL, check=True)
                each[name].append((time.perf_counter() - started) * 1000)
        return {name: statistics.median(times) for name, times in each.items()}

    rounds = in_rounds({"noop": by_turns}, given.rounds, folder, say)
    runs = [one["runs"]["noop"] for one in rounds]
    facts = [f"not imported: {', '.join(HEAVY)}; {modules} modules in all", f"{STARTS} starts of each in every round"]
    result = {"ours": [run["ours"] for run in runs], "theirs": [run["pass"] for run in runs], "values": [run["ours"] / run["pass"] for run in runs]}
    facts.append(f"others took {max(run['share'] for run in runs):.0%} of the machine at most")
    return {"noop": result | {"calibration": [one["calibration"] for one in rounds], "facts": facts}}


def figures(_: list[str], reports: Reports, given: argparse.Namespace, folder: Path, say: Say) -> dict[str, Any]:
    """The figures of each report, step by step."""
    jobs_file = folder / "jobs.json"
    jobs_file.write_text(json.dumps(reports.jobs), encoding="utf-8")
    command = [python(OURS), str(Path(__file__).with_name("figures.py")), str(jobs_file)]
    rounds = in_rounds({"figures": lambda place: json.loads(call(command, OURS, place).strip().splitlines()[-1])}, given.rounds, folder, say)
    each = [{name: facts for name, facts in one["runs"]["figures"].items() if isinstance(facts, dict)} for one in rounds]
    facts = []
    for name in each[0]:
        middle = {step: statistics.median(one[name][step] for one in each) for step in ("all", *STEPS)}
        rest = middle["all"] - sum(middle[step] for step in STEPS)
        steps = ", ".join(f"{step} {middle[step]:.0f}" for step in STEPS)
        facts.append(f"{name}: {each[0][name]['figures']:.0f} figure(s), {middle['all']:.0f} ms: numbers, words and drawings {rest:.0f}, {steps}")
    sets = [[times["all"] for times in one.values()] for one in each]
    facts.append(
        f"under {ROWS['figures'].reach:.0f} ms: {sum(statistics.median(one) <= ROWS['figures'].reach for one in zip(*sets, strict=True))} of {len(each[0])}"
    )
    result = {"ours": [max(one) for one in sets], "theirs": [statistics.median(one) for one in sets], "values": [max(one) for one in sets]}
    return {"figures": result | {"calibration": [one["calibration"] for one in rounds], "facts": facts}}


def growth(_: list[str], reports: Reports, given: argparse.Namespace, folder: Path, say: Say) -> dict[str, Any]:
    """Editions of few and of many reports."""
    multiple = multiplied(ROOT / "notebooks" / "plan.yml", given.many)
    many = Reports.of_plan(write_plan(multiple, folder / "many" / "plan.yml"))
    variants = {"few": lambda place: edition(reports, place), "many": lambda place: edition(many, place)}
    rounds = in_rounds(variants, given.rounds, folder, say)
    facts = [f"many: {given.many} reports, {distinct(multiple)} of them different, the rest once more under other names"]
    return {"growth": numbers(rounds, "many", "few", lambda run: run["seconds"] / run["reports"]) | {"facts": facts}}


def memory(_: list[str], reports: Reports, given: argparse.Namespace, folder: Path, say: Say) -> dict[str, Any]:
    """Private memory with one to four workers."""
    variants = {str(number): lambda place, number=number: peaks_of(reports, place, number) for number in WORKERS}
    rounds = in_rounds(variants, given.rounds, folder, say)

    def slopes(*kinds: str) -> list[float]:
        return [per_further({number: sum(one["runs"][str(number)][f"{kind}_mb"] for kind in kinds) for number in WORKERS}) for one in rounds]

    def line(number: int) -> str:
        middle = {kind: statistics.median(one["runs"][str(number)][f"{kind}_mb"] for one in rounds) for kind in KINDS}
        return f"with {number} worker{'s' * (number > 1)}: " + ", ".join(f"{kind} {size:.0f} MB" for kind, size in middle.items() if size)

    workers = slopes("worker")
    facts = [*map(line, WORKERS), f"per further report, its worker alone: {statistics.median(slopes('worker')):.3g} MB"]
    result = {"ours": workers, "theirs": slopes("worker"), "values": workers}
    return {"memory": result | {"calibration": [one["calibration"] for one in rounds], "facts": facts}}


def dask(_: list[str], reports: Reports, given: argparse.Namespace, folder: Path, say: Say) -> dict[str, Any]:
    """The same edition by two Dask workers and by two of our own."""
    if "--scheduler" not in options():
        return {"dask": {"not_measured": "this version has no option --scheduler"}}
    where = cluster.environment()
    if where is None:
        return {"dask": {"not_measured": "distributed is not installed"}}
    with cluster.running(where, folder / "cluster") as address:
        variants = {
            "own": lambda place: edition(reports, place, environment=where),
            "dask": lambda place: edition(reports, place, "--scheduler", address, environment=where),
        }
        for name, run in variants.items():
            (folder / name).mkdir()
            run(folder / name)
        same = compare(our_outputs(folder / "own"), our_outputs(folder / "dask"), "dask")
        say(f"  {same}")
        rounds = in_rounds(variants, given.rounds, folder, say)
    return {"dask": numbers(rounds, "own", "dask", lambda run: run["seconds"]) | {"facts": [f"same outputs: {same}"]}}
