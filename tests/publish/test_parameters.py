"""The parameters cell, read without running it, and strict values."""

from __future__ import annotations

from typing import Literal

import pytest

from coopanalysis.publish.parameters import declared, from_text, nearest, wrong

CELL = """\
from typing import Literal
lang: Literal["vi", "en"] = "vi"  # language of the page
start: int = 2003  # first year
rate: float = 0.05
codes: list[str] = ["01"]  # codes
years: list[int] = [2025, 2030]
real: bool = True
"""


def parameters():
    found, problems = declared(CELL, "x.ipynb")
    assert problems == []
    return found


def test_types_defaults_and_help():
    found = parameters()
    assert list(found) == ["lang", "start", "rate", "codes", "years", "real"]
    assert found["lang"].type == Literal["vi", "en"]
    assert (found["start"].default, found["start"].help) == (2003, "first year")
    assert found["years"].type == list[int]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("lang", "fr"),
        ("start", "2003"),
        ("start", True),
        ("start", 2003.5),
        ("codes", [1]),
        ("codes", "01"),
        ("years", ["2025"]),
        ("real", 1),
        ("lang", None),
    ],
)
def test_wrong_types_are_refused(name, value):
    assert wrong(parameters()[name], value)


@pytest.mark.parametrize(("name", "value"), [("lang", "en"), ("start", 0), ("rate", 1.5), ("codes", ["01", "NO"]), ("years", []), ("real", False)])
def test_right_types_pass(name, value):
    assert wrong(parameters()[name], value) == []


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [("codes", "01,NO", ["01", "NO"]), ("start", "2010", 2010), ("rate", "0.1", 0.1), ("years", "2025,2030", [2025, 2030]), ("lang", "en", "en")],
)
def test_text_of_the_command_line_keeps_codes_as_text(name, text, value):
    assert from_text(parameters()[name], text) == value


@pytest.mark.parametrize(("name", "text"), [("start", "two thousand"), ("rate", "5 %"), ("years", "2025;2030"), ("real", "perhaps")])
def test_text_that_does_not_fit_is_refused(name, text):
    with pytest.raises(ValueError, match=r"."):
        from_text(parameters()[name], text)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("start = 2003", "declares no parameter"),
        ("start: int", "declares no parameter"),
        ("start: int = 'x'", "not of its type"),
        ("start: dict = {}", "cannot be checked|dict"),
        ("start: int = 2000 + 3", "start"),
        ("start: int = (", "no Python"),
        ("print('hello')", "declares no parameter"),
    ],
)
def test_lines_that_declare_nothing_are_named(source, words):
    _, problems = declared(source, "x.ipynb")
    assert len(problems) == 1
    assert any(part in str(problems[0]) for part in words.split("|"))
    assert problems[0].remedy and problems[0].row == 1


def test_nearest_name_is_suggested():
    assert nearest("ref_aera", ["lang", "ref_area"]) == "did you mean 'ref_area'?"
    assert "lang" in nearest("zzz", ["lang"])
