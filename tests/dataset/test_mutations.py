"""Damaged packages, a few here and 20,000 by ``tasks.py fuzz``; hostile descriptions one by one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from coopanalysis import load
from coopanalysis.dataset import check
from coopanalysis.dataset.schema import pattern_fault
from coopanalysis.dataset.seal import seal
from coopanalysis.errors import DataError
from tests.fuzz import run, sound, verdict


def test_damaged_packages_are_accepted_or_refused_with_a_place(tmp_path: Path) -> None:
    found = run(30, 20261125, tmp_path)
    assert found["accepted"] and found["refused"] > 10 and found.total() == 30


def described(folder: Path, change: Any) -> Path:
    root = sound(folder)
    path = root / "datapackage.json"
    descriptor = json.loads(path.read_text(encoding="utf-8"))
    change(descriptor, {resource["name"]: resource for resource in descriptor["resources"]})
    path.write_text(json.dumps(descriptor), encoding="utf-8")
    return root


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("../outside.csv", "leads out of the package"),
        ("/etc/hostname", "leads out of the package"),
        ("link.csv", "leads out of the package"),
        ("http://localhost:1/observations.csv", "not there"),
        ("https://example.org/observations.csv", "not there"),
        ("", "at least 1 character"),
        ("codelists", "not there"),
    ],
)
def test_nothing_outside_the_folder_and_nothing_from_the_net(tmp_path: Path, path: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    root = described(tmp_path, lambda _, of: of["observations"].update(path=path))
    (root.parent / "outside.csv").write_bytes((root / "observations.csv").read_bytes())
    (root / "link.csv").symlink_to(root.parent / "outside.csv")
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("a connection was tried"))
    with pytest.raises(DataError, match=words):
        load(root)


@pytest.mark.parametrize("name", ["schema", "dialect", "profile", "extrapaths"])
def test_a_description_that_names_another_place_fetches_nothing(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("a connection was tried"))
    root = described(tmp_path, lambda _, of: of["observations"].update({name: "http://localhost:1/x.json"}))
    problems = check(root)
    assert all(problem.file == "datapackage.json" for problem in problems) and (problems or name in ("profile", "extrapaths"))


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(a|a)*b", "(x*)*", "(.*a){20}", "a*b*c*d", "(?=a+)a", r"(a)\1+", "[", "a" * 400, "((a{0,9}){0,9}){0,9}", "a?" * 30]
)
def test_no_pattern_can_hang(tmp_path: Path, pattern: str) -> None:
    assert pattern_fault(pattern)
    (problem,) = check(described(tmp_path, lambda _, of: of["observations"]["schema"]["fields"][-1].update(constraints={"pattern": pattern})))
    assert problem.file == "datapackage.json" and "pattern" in problem.message


@pytest.mark.parametrize("pattern", ["", "^[A-Za-z0-9_-]+$", "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$", "(?:a|b)c?", "[0-9]{4}", r"\d+\.\d+"])
def test_plain_patterns_are_used(pattern: str) -> None:
    assert pattern_fault(pattern) == ""


DESCRIPTIONS = {
    "no object": b"[]", "half a letter": b'{"name": "\\ud800"}', "deep": b"[" * 100_000, "endless number": b'{"a": ' + b"9" * 10_000 + b"}",
    "NaN": b'{"a": NaN}',
    "a member twice": b'{"resources": [], "resources": []}', "no resources": b"{}", "resources that are text": b'{"resources": "all"}',
    "nothing": b"", "zeros": bytes(9),
}  # fmt: skip


@pytest.mark.parametrize("name", DESCRIPTIONS)
def test_a_description_of_another_shape_is_one_bounded_message(tmp_path: Path, name: str) -> None:
    root = sound(tmp_path)
    (root / "datapackage.json").write_bytes(DESCRIPTIONS[name])
    assert verdict(root) == "refused"


def test_messages_are_bounded_and_escaped(tmp_path: Path) -> None:
    root = sound(tmp_path)
    path = root / "observations.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines, *[lines[1].replace("htx_total", "\x1b[31m" + "x" * 3000 + str(n)) for n in range(2000)]]), encoding="utf-8")
    seal(root)
    with pytest.raises(DataError) as refusal:
        load(root)
    assert (
        len(str(refusal.value)) < 50_000
        and "\x1b" not in str(refusal.value)
        and "more rows with this fault" in str(refusal.value.problems[0:2] + refusal.value.problems[-3:])
    )


def test_what_a_description_leaves_out_still_holds(tmp_path: Path) -> None:
    """Without keys and constraints in the description the program would meet words that it does not know."""

    def bare(_: Any, of: dict[str, Any]) -> None:
        for resource in of.values():
            resource["schema"] = {"fields": [{"name": field["name"], "type": field["type"]} for field in resource["schema"]["fields"]]}

    root = described(tmp_path, bare)
    assert verdict(root) == "accepted"
    path = root / "observations.csv"
    text = path.read_text(encoding="utf-8")
    for old, new, column in (
        (",level,", ",niveau,", "measure"),
        (",exact,", ",over,", "qualifier"),
        (",report,", ",nobody,", "source"),
        ("2018-12-31,level,,108", "2018-12-31,level,,", "obs_value"),
    ):
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        seal(root)
        assert [problem.column for problem in check(root)] == [column]
