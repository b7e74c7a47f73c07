"""The parameters cell, read without running it, and strict values."""

from __future__ import annotations

from typing import Literal

import pytest

from coopanalysis.publish.parameters import declared, nearest, settings_of

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


def test_types_and_defaults():
    found = parameters()
    assert list(found) == ["lang", "start", "rate", "codes", "years", "real"]
    assert found["start"].default == 2003
    assert [found[name].type for name in ("lang", "start", "years")] == [Literal["vi", "en"], int, list[int]]


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
        ("lang", ["vi"]),
        ("rate", float("nan")),
        ("rate", float("inf")),
        ("start", 10**25),
        ("codes", ["\x1b"]),
        ("codes", ["\ud800"]),
    ],
)
def test_wrong_types_are_refused(name, value):
    with pytest.raises(ValueError, match=f"{name} is|number|character"):
        parameters()[name].read(value)


@pytest.mark.parametrize(("name", "value"), [("lang", "en"), ("start", 0), ("rate", 1.5), ("codes", ["01", "NO"]), ("years", []), ("real", False)])
def test_right_types_pass(name, value):
    assert parameters()[name].read(value) is value


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [("codes", "01,NO", ["01", "NO"]), ("start", "2010", 2010), ("rate", "0.1", 0.1), ("years", "2025,2030", [2025, 2030]), ("lang", "en", "en")],
)
def test_text_of_the_command_line_keeps_codes_as_text(name, text, value):
    assert parameters()[name].read(text, text=True) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("start", "two thousand"),
        ("rate", "5 %"),
        ("rate", "nan"),
        ("years", "2025;2030"),
        ("real", "perhaps"),
        ("start", "２０１０"),
        ("start", "9" * 5_000),
        ("rate", "(" * 300),
    ],
)
def test_text_that_does_not_fit_is_refused(name, text):
    with pytest.raises(ValueError, match=f"{name} is|number"):
        parameters()[name].read(text, text=True)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("start = 2003", "no parameter that can be checked"),
        ("start: int", "no parameter that can be checked"),
        ("start: int = 'x'", "start is int, not 'x'"),
        ("start: dict = {}", "can be checked"),
        ("start: int = 2000 + 3", "can be checked"),
        ("kind: Literal[()] = 'a'", "can be checked"),
        ("n: Literal[1.5] = 1.5", "can be checked"),
        ("n: " + "list[" * 150 + "int" + "]" * 150 + " = 1", "can be checked"),
        ("n: a" + "[0]" * 300 + " = 1", "can be checked"),
        ("n: " + "(" * 300 + "int" + ")" * 300 + " = 1", "no Python"),
        ("n: int = " + "-" * 90_000 + "1", "no Python"),
        ("n: int = 0x" + "f" * 5_000, "can be checked"),
        ("s: str = '\\ud800'", "half a character"),
        ("n: float = 1e999", "no finite number"),
        ("lang: str = 'fr'", "not 'fr'"),
        ("%matplotlib inline", "no Python"),
        ("x\0", "no Python"),
        ("start: int = (", "no Python"),
        ("print('hello')", "no parameter that can be checked"),
    ],
)
def test_lines_that_declare_nothing_are_named(source, words):
    _, problems = declared(source, "x.ipynb")
    assert len(problems) == 1
    assert words in str(problems[0]) and len(str(problems[0])) < 700
    assert problems[0].remedy and problems[0].row in (1, None)


def test_imports_and_escapes_in_texts_are_no_faults():
    source = "from __future__ import annotations\nfrom typing import Literal\nx: str = '\\d'\nn: int = (\n    3\n)  # help\n"
    found, problems = declared(source, "x.ipynb")
    assert problems == [] and found["n"].default == 3


def test_a_language_that_is_text_is_one_of_those_that_pages_have():
    found, _ = declared('lang: str = "vi"', "x.ipynb")
    assert found["lang"].type == Literal["vi", "en"]


def test_settings_of_the_command_line():
    assert settings_of(["n=1", "data=", "a=b=c"]) == ({"n": "1", "data": "", "a": "b=c"}, [])
    _, problems = settings_of(["n", "=1", "m=1", "m=2"])
    assert [problem.value for problem in problems] == ["n", "=1", "m=2"]


def test_nearest_name_is_suggested():
    assert nearest("ref_aera", ["lang", "ref_area"]) == "did you mean 'ref_area'?"
    assert "lang" in nearest("zzz", ["lang"])
