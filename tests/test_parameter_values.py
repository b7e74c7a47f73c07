"""Values of the right type that the data do not hold are named, with what the data do hold."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from coopanalysis import parameter_values
from coopanalysis.errors import DataError, Problem
from coopanalysis.parameter_values import problems

SOUND = {"ref_area": "VN-28", "evidence": "report", "data": "", "start": 2003, "end": 2018, "price_base": 2018, "target_years": [2025, 2030]}
EMPTY = {"ref_area": "", "evidence": "published", "data": "", "start": 0, "end": 0, "price_base": 0, "target_years": []}


def report(name: str = "a", **changes) -> SimpleNamespace:
    return SimpleNamespace(name=name, parameters={**SOUND, **changes})


@pytest.mark.parametrize(
    ("changes", "column", "words"),
    [
        ({"start": 2019}, "start", "is not before end"),
        ({"price_base": 1990}, "price_base", "no price index for 1990"),
        ({"target_years": [2025, 2027]}, "target_years", "no target is set for 2027"),
        ({"ref_area": "VN-28 "}, "ref_area", "did you mean 'VN-28'?"),
        ({"ref_area": "VN-82"}, "ref_area", "no figure for the area 'VN-82'"),
        ({"ref_area": "VN-29"}, "ref_area", "hold no figure"),
        ({"assumed_growth": 5}, None, ""),
        ({"assumed_growth": 50}, "assumed_growth", "0.05 is 5 %"),
        ({"ref_area": "", "price_base": 1990}, "price_base", "no price index for 1990"),
    ],
)
def test_values_that_the_data_do_not_hold(changes, column, words):
    found = problems([report(**changes)])
    assert [(problem.file, problem.rule, problem.column) for problem in found] == ([("a", "value", column)] if column else [])
    assert all(words in str(problem) and problem.remedy for problem in found)


def test_parameters_left_empty_and_reports_without_data_are_no_problem(monkeypatch):
    assert problems([report(), SimpleNamespace(name="b", parameters=EMPTY)]) == []
    monkeypatch.setattr(parameter_values, "load", None)
    assert problems([SimpleNamespace(name="plain", parameters={})]) == []


def test_each_package_is_read_once_and_its_own_problems_are_given(monkeypatch):
    read = []

    def refuse(folder):
        read.append(folder)
        raise DataError([Problem("x.csv", "type-error", "seventy", row=2)])

    monkeypatch.setattr(parameter_values, "load", refuse)
    assert [str(problem) for problem in problems([report(), report("b"), report("c", data="/d")])] == ["x.csv, row 2: seventy [type-error]"] * 2
    assert read == [None, "/d"]
