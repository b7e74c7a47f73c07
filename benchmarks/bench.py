"""``python3 tasks.py bench [--rows edition,noop] [--rounds 5] [--reports 24]``: measure, print, write RESULTS.md. Linux only.

A full measurement takes hours, most of it the peers and the edition of 480 reports; a row that is left out keeps its last
result and date. ``--rows`` names: see ``rows.py``.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import library, made_packages, report, single
from benchmarks.machine import machine, versions
from benchmarks.measure import Variant, in_rounds, timed
from benchmarks.outputs import Different, compare
from benchmarks.plans import distinct, multiplied, write_plan
from benchmarks.rows import BATCH, LIBRARY, LIBRARY_MANY, ROWS, VARIANTS, of_batch
from benchmarks.variants import PLAN, ROOT, Failed, Reports, command_lines, edition, our_outputs, peer, peer_outputs


def main(arguments: list[str]) -> int:
    given = _arguments(arguments)
    if not sys.platform.startswith("linux"):
        print("bench: measures with /proc, so on Linux only", file=sys.stderr)
        return 2
    folder = Path(tempfile.mkdtemp(prefix="coopanalysis-bench-"))
    try:
        return _measure(given, folder)
    except (Failed, Different) as fault:
        print(f"bench: {fault}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tasks.py bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", default=",".join(ROWS), help="rows to measure, with commas between (default: all)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds (default: 5)")
    parser.add_argument("--reports", type=int, default=24, help="reports of the table's rows (default: 24; multiples of 8 keep the mix of notebooks)")
    parser.add_argument("--many", type=int, default=480, help="reports of the row growth (default: 480)")
    parser.add_argument("--noop-reports", type=int, default=60, help="reports of the row noop (default: 60)")
    parser.add_argument("--dask-reports", type=int, default=100, help="reports of the row dask (default: 100)")
    parser.add_argument(
        "--cli-reports", type=int, default=0, help="measure the command lines on so many reports and scale (default: all; two at once: 8)"
    )
    parser.add_argument("--library-areas", type=int, default=made_packages.MIDDLE, help="areas of the library's rows (default: %(default)s)")
    parser.add_argument("--library-many", type=int, default=made_packages.LARGE, help="areas of the row library-many (default: %(default)s)")
    parser.add_argument("--library-rounds", type=int, default=2, help="rounds of the row library-many, a minute or two each (default: 2)")
    given = parser.parse_args(arguments)
    given.rows = [name.strip() for name in given.rows.split(",") if name.strip()]
    if unknown := [name for name in given.rows if name not in ROWS]:
        parser.error(f"no such row: {', '.join(unknown)}; there are {', '.join(ROWS)}")
    return given


def _measure(given: argparse.Namespace, folder: Path) -> int:
    stamp = {"date": datetime.now(UTC).date().isoformat(), "machine": machine(), "versions": versions()}
    print(f"{stamp['machine']}; {', '.join(f'{name} {number}' for name, number in stamp['versions'].items())}", flush=True)
    parts: list[tuple[tuple[str, ...], Any, int]] = [
        (BATCH, _batch, given.reports),
        (("figures",), single.figures, PLAN),
        (("noop",), single.noop, given.noop_reports),
        (("growth",), single.growth, given.reports),
        (("memory",), single.memory, given.reports),
        (("dask",), single.dask, given.dask_reports),
        (tuple(LIBRARY), library.library, 0),
        (LIBRARY_MANY, library.many, 0),
    ]
    for keys, bench, count in parts:
        if not (wanted := [key for key in keys if key in given.rows]):
            continue
        _say(f"{', '.join(wanted)}{f': {count} reports' if count else ''}")
        place = folder / keys[0]
        place.mkdir()
        reports = _reports(count, place) if count else None
        described = {"reports": f"{count} reports, {_distinct(count)}"} if count else {}
        for key, result in bench(wanted, reports, given, place, _say).items():
            # written after each part: an hour's work is not lost to a fault in the next
            results = report.keep({key: {**stamp, **described, **result}})
            report.write(results)
            _say(report.summary(ROWS[key], result))
        shutil.rmtree(place, ignore_errors=True)
    _say(f"written: {report.PAGE.relative_to(ROOT)}")
    return 0


def _batch(wanted: list[str], reports: Reports, given: argparse.Namespace, folder: Path, say: Any) -> dict[str, Any]:
    """The rows that share their rounds: ours against every peer."""
    some = reports.first(given.cli_reports) if given.cli_reports else reports
    few = reports.first(min(8, len(reports.jobs)))
    known: dict[str, Variant] = {
        "papermill-cli": lambda place: command_lines(some, place),
        "papermill-cli-two": lambda place: command_lines(few, place, at_once=2),
        "pool": lambda place: peer("pool", reports, place),
        "ploomber": lambda place: peer("ploomber", reports, place),
        "plain": lambda place: peer("plain", reports, place),
        "forked": lambda place: peer("forked", reports, place),
        "jupyter": lambda place: edition(reports, place, "--kernel", "jupyter"),
    }
    results: dict[str, Any] = {}
    variants = {"ours": lambda place: edition(reports, place), **{VARIANTS[key]: known[VARIANTS[key]] for key in wanted}}
    same = _check(variants, folder / "check", say)
    rounds = in_rounds(variants, given.rounds, folder, say) if wanted else []
    scaled = {"edition": some, "edition-two": few}
    for key in wanted:
        measured = scaled.get(key, reports)
        results[key] = of_batch(key, rounds, len(reports.jobs)) | {"facts": [f"same outputs: {same[VARIANTS[key]]}"]}
        if len(measured.jobs) < len(reports.jobs):
            results[key]["scaled"] = f"theirs measured on the first {len(measured.jobs)} of {len(reports.jobs)} reports"
    return results


def _check(variants: dict[str, Variant], folder: Path, say: Any) -> dict[str, str]:
    """Run every variant once and compare what it gave with ours, before any clock starts; a line for each."""
    lines: dict[str, str] = {}
    ours = {}
    for name, run in variants.items():
        place = folder / name
        place.mkdir(parents=True)
        facts = timed(lambda run=run, place=place: run(place))
        if name == "ours":
            ours = our_outputs(place)
            continue
        theirs = our_outputs(place) if name == "jupyter" else peer_outputs(place)
        part = {report: ours[report] for report in ours if report in theirs} if facts["reports"] < len(ours) else ours
        lines[name] = compare(part, theirs, name)
        say(f"  {lines[name]}")
    return lines


def _reports(count: int, folder: Path) -> Reports:
    return Reports.of_plan(write_plan(multiplied(ROOT / "notebooks" / "plan.yml", count), folder / "plan" / "plan.yml"))


def _distinct(count: int) -> str:
    """How many of them are reports of their own, in words."""
    number = distinct(multiplied(ROOT / "notebooks" / "plan.yml", count))
    return "all different" if number == count else f"{number} different and {count - number} of them once more under other names"


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
