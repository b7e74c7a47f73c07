"""Frictionless is the judge: what we refuse by the description it refuses, and what is sound is valid for it, too."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import frictionless
import pytest

from coopanalysis.dataset import check
from coopanalysis.dataset.descriptor import default_folder
from coopanalysis.dataset.seal import seal
from tests.dataset.conftest import edit
from tests.dataset.test_checks import BROKEN, FILES
from tests.packages import PRESS, case, level, made, target

# Rules of the description itself; the others (periods, areas, counts, seals of meaning) no description can state.
DESCRIBED = {"type-error", "constraint-error", "foreign-key", "primary-key", "missing-column", "extra-column", "renamed-column", "doubled-column",
             "no-header", "missing-cell", "extra-cell", "blank-row", "encoding", "separator", "empty-file", "quotation-mark", "hash-count"}  # fmt: skip
# It takes more for sound: a table without rows, digits of any script, spaces around the name of a column.
MORE_LENIENT = {"observations without rows", "a code list without rows", "digits of another script", "a column name with a space"}


def judged(folder: Path, file: str) -> bool:
    """Whether frictionless finds the file, and the lists its keys lead to, valid by the description."""
    descriptor = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    (wanted,) = (resource for resource in descriptor["resources"] if resource["path"] == file)
    lists = {key["reference"].get("resource") or wanted["name"] for key in wanted["schema"].get("foreignKeys", [])} | {wanted["name"]}
    kept = copy.deepcopy([resource for resource in descriptor["resources"] if resource["name"] in lists])
    for resource in kept:
        resource["dialect"] = {"csv": {"delimiter": ","}}  # plain CSV: else the separator is guessed
        if resource["name"] != wanted["name"]:
            resource["schema"].pop("foreignKeys", None)
    return _valid({**descriptor, "resources": kept}, folder)


def _valid(descriptor: dict[str, Any], folder: Path) -> bool:
    try:
        return bool(frictionless.Package.from_descriptor(descriptor, basepath=str(folder)).validate().valid)
    except frictionless.FrictionlessException:
        return False


@pytest.mark.parametrize(
    "name", [name for name, (*_, rule, _row, _column, _found) in BROKEN.items() if rule in DESCRIBED and name not in MORE_LENIENT]
)
def test_both_refuse_what_breaks_the_description(package: Path, name: str) -> None:
    file, old, new, *_ = BROKEN[name]
    edit(package, file, old, new)
    assert check(package)
    assert not judged(package, file)


@pytest.mark.parametrize("name", [name for name in FILES if name not in MORE_LENIENT])
def test_both_refuse_what_is_no_such_file(package: Path, name: str) -> None:
    file, content, *_ = FILES[name]
    (package / file).write_bytes(content((package / file).read_text(encoding="utf-8")))
    seal(package)
    assert check(package)
    assert not judged(package, file)


def test_both_refuse_a_broken_seal(package: Path) -> None:
    edit(package, "observations.csv", "level,,77,", "level,,78,", sealed=False)
    assert check(package) and not judged(package, "observations.csv")


@pytest.mark.parametrize("name", ["the project's own", "vn", "kontum_fall", "kontum_levels", "vn27_ended_without_successor", "made"])
def test_both_accept_what_is_sound(tmp_path: Path, name: str) -> None:
    rows = [level("htx_total", "2018-12-31", 5), level("revenue_total", "2020", 5.5, PRESS, qualifier="about", repeated="true")]
    sources = {"the project's own": default_folder, "made": lambda: made(tmp_path, rows, [target("htx_total", "2030-06-30", 0, set_on="2019-01-01")])}
    folder = sources.get(name, lambda: case(tmp_path, name))()
    assert check(folder) == []
    assert _valid(json.loads((folder / "datapackage.json").read_text(encoding="utf-8")), folder)


def test_it_is_no_library_of_a_run() -> None:
    """Reading and checking a package must not import it: it takes a third of a second."""
    import subprocess
    import sys

    code = "import sys, coopanalysis; coopanalysis.load(); from coopanalysis.dataset import check; check(); print('frictionless' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
