"""``python3 tasks.py fuzz [--count 20000] [--seed 1]``: damaged data packages end in acceptance or in a message that names a place.

Each input is a small sound package with one to three mutations of a CSV file or of the description. What is accepted must
have all its tables; what is refused is a ``DataError`` whose text is bounded, printable and names a file. Nothing may hang.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import shutil
import signal
import sys
import tempfile
import traceback
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

from coopanalysis import load
from coopanalysis.dataset.seal import seal
from coopanalysis.errors import PROBLEMS_SHOWN, DataError
from coopanalysis.metrics import decomposition_table, growth_table, progress_summary, progress_table, ratio_table
from tests.packages import PRESS, WEAK, level, made, target

SECONDS = 30  # of the processor: an input that takes longer hangs, however busy the machine is
LONGEST_LINE = 700
CELLS = ["", " ", "0", "-1", "1e300", "1e-400", "nan", "inf", "９", "9.700", "1,5", "2018", "0000", "9999-12-31", "2019-02-30", "2022/2021",
         "../2020", "true", "TRUE", "maybe", "htx_total", "members", "VN-28", "X", "report", "exact", "more_than", "E", "=cmd()", "<b>", "a" * 2000, "\x00",
         "\x1b[31m", "é", "\u202e", "合", '"', '""', "'", "\n", "\r", ";", "\t", "level", "change", "about", "1", "12",
         "100000000000000000000", "\ufeff"]  # fmt: skip
VALUES: list[Any] = [
    None, True, False, 0, -1, 1.5, 1e308, 10**30, "", "x", "a" * 5000, [], {}, [[]], [None], ["id", "id"], {"fields": "id"}, "../observations.csv",
    "/etc/hostname", "http://localhost/x.csv", "(a+)+$", "(a|a)*b", "[", "string", "number", "date", "integer", "boolean", "observations",
    "targets", "indicator", "\x00", "\ud800", "..", "level", ["level"], {"required": True}, {"enum": []}, {"enum": [{}]}, {"pattern": "(x*)*"},
    {"minimum": "a"},
]  # fmt: skip


def sound(folder: Path) -> Path:
    """A package with a little of everything: derived levels, qualifiers, weak sources, two areas, targets of both directions."""
    rows = [
        level("htx_total", "2018-12-31", 108), level("htx_total", "2018-12-31", 74, measure="change", since="2003-12-31"),
        level("htx_total", "2020-06", 150, PRESS, qualifier="about"), level("htx_total", "2024", 300, WEAK, qualifier="more_than"),
        level("members", "2018-12-31", 8988), level("members", "2003-12-31", 2952), level("htx_suspended", "2018", 40),
        level("htx_suspended", "2022", 12, PRESS),
        level("revenue_total", "2018", 14040.5), level("revenue_total", "2003", 2840), level("htx_new", "2019-01/2019-06", 9, PRESS),
        level("htx_new", "", 3, PRESS), level("htx_active", "2021", 140, PRESS), level("htx_total", "2018-12-31", 7, ref_area="X-2"),
        level("htx_total", "2022", 9, PRESS, ref_area="X-2", repeated="true"),
    ]  # fmt: skip
    targets = [
        target("htx_total", "2025-12-31", 210),
        target("htx_suspended", "2025-12-31", 0),
        target("htx_total", "2030-06-30", 5, PRESS, ref_area="X-2", set_on="2020-01-01"),
    ]
    return made(folder, rows, targets)


def mutate(root: Path, chance: random.Random) -> str:
    """Damage one file; returns what was done."""
    files = [file for file in sorted(root.rglob("*")) if file.suffix in (".csv", ".json")]
    file = chance.choice([*files, *[root / "observations.csv", root / "targets.csv", root / "datapackage.json"] * 3])
    if file.suffix == ".json" and chance.random() < 0.8:
        return _mutate_json(file, chance)
    if file.suffix == ".csv" and chance.random() < 0.6:
        return _mutate_cell(file, chance)
    return _mutate_bytes(file, chance)


def _mutate_bytes(file: Path, chance: random.Random) -> str:
    content = bytearray(file.read_bytes())
    at = chance.randrange(len(content) + 1)
    match chance.randrange(5):
        case 0:
            del content[at : at + chance.randrange(1, 60)]
        case 1:
            content[at:at] = chance.choice([b"\x00", b"\xff", b'"', b",", b"\n", b"\r\n", b"\xef\xbb\xbf", b";", b"\xc3", b"\\", b"9" * 400])
        case 2:
            content[at : at + 1] = bytes([chance.randrange(256)])
        case 3:
            content[at:at] = content[chance.randrange(len(content) + 1) :][: chance.randrange(200)]
        case 4:
            del content[at:]
    file.write_bytes(bytes(content))
    return f"bytes of {file.name} at {at}"


def _mutate_cell(file: Path, chance: random.Random) -> str:
    lines = file.read_text(encoding="utf-8", errors="surrogateescape").split("\n")
    row = chance.randrange(max(len(lines) - 1, 1))
    cells = lines[row].split(",")
    place = chance.randrange(len(cells))
    match chance.randrange(4):
        case 0 | 1:
            cells[place] = chance.choice(CELLS)
        case 2:
            cells[place] = chance.choice(chance.choice(lines).split(","))
        case 3:
            lines.insert(chance.randrange(len(lines)), chance.choice(lines))
    lines[row] = ",".join(cells)
    file.write_text("\n".join(lines), encoding="utf-8", errors="surrogateescape", newline="")
    return f"{file.name} row {row + 1}: {cells[place][:40]!r}"


def _mutate_json(file: Path, chance: random.Random) -> str:
    try:
        content = json.loads(file.read_bytes())
    except ValueError:
        return _mutate_bytes(file, chance)
    nodes: list[tuple[Any, Any]] = []

    def walk(node: Any) -> None:
        for key in node if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ():
            nodes.append((node, key))
            walk(node[key])

    walk(content)
    if not nodes:
        return _mutate_bytes(file, chance)
    node, key = chance.choice(nodes)
    if chance.random() < 0.25:
        del node[key]
    else:
        node[key] = chance.choice(VALUES)
    file.write_text(json.dumps(content), encoding="utf-8")
    return f"datapackage.json {key!r}"


def verdict(root: Path) -> str:
    """ "accepted" or "refused"; raises ``AssertionError`` for a refusal that is no good message, and whatever a table raises."""
    try:
        data = load(root)
    except DataError as refusal:
        lines = str(refusal).split("\n")
        assert refusal.problems and all(problem.file for problem in refusal.problems), "no place is named"
        assert len(lines) <= PROBLEMS_SHOWN + 1 and max(map(len, lines)) <= LONGEST_LINE, "the message is not bounded"
        assert all(line.isprintable() for line in lines), "the message is not escaped"
        assert all(problem.remedy for problem in refusal.problems), "a problem without a remedy"
        return "refused"
    repr(data)
    data.levels()
    data.describe(data.indicators.index[0])
    for evidence in ("report", "published"):
        growth_table(data, evidence=evidence)
        ratio_table(data, evidence=evidence)
        progress_summary(data, progress_table(data, evidence=evidence, assumed_growth=0.05))
        decomposition_table(data, chain=list(data.indicators.index[:3]), evidence=evidence)
    return "accepted"


def run(count: int, seed: int, folder: Path, said: Any = None, first: int = 0) -> Counter[str]:
    """Verdicts of ``count`` damaged packages, from number ``first`` on; stops with the first input that ends otherwise, and tells how to make it again."""
    origin, found = sound(folder), Counter[str]()
    assert verdict(origin) == "accepted"

    def hang(*_: Any) -> None:
        raise TimeoutError(f"no verdict after {SECONDS} s of the processor")

    if hasattr(signal, "SIGPROF"):
        signal.signal(signal.SIGPROF, hang)
    for number in range(first, first + count):
        chance = random.Random(f"{seed}-{number}")
        root = folder / "mutant"
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(origin, root)
        told = []
        try:
            told = [mutate(root, chance) for _ in range(chance.choice([1, 1, 1, 2, 3]))]
            if chance.random() < 0.9:
                with contextlib.suppress(Exception):  # a description beyond sealing
                    seal(root)
            if hasattr(signal, "SIGPROF"):
                signal.setitimer(signal.ITIMER_PROF, SECONDS)
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                found[verdict(root)] += 1
        except BaseException:
            print(f"input {number} of seed {seed} ({'; '.join(told)}):", file=sys.stderr)
            raise
        finally:
            if hasattr(signal, "SIGPROF"):
                signal.setitimer(signal.ITIMER_PROF, 0)
        if said and number % 1000 == 999:
            said(f"{number + 1 - first}: {dict(found)}")
    return found


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="tasks.py fuzz", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first input: a failure is made again by its number and seed")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="coopanalysis-fuzz-") as folder:
        try:
            found = run(given.count, given.seed, Path(folder), lambda line: print(line, flush=True), given.first)
        except Exception:
            traceback.print_exc()
            return 1
    print(f"{given.count} damaged packages, seed {given.seed}: {found['refused']} refused with a place, {found['accepted']} accepted with all tables")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
