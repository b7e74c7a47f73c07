"""One broken file for each rule: each must be found, with its place and its remedy, and all at once."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from coopanalysis.dataset.checks import check
from tests.dataset.conftest import drop_resource, edit

OBS, SRC = "observations.csv", "codelists/source.csv"
ROW2 = "VN-28,htx_total,2019-06,level,,77,exact,A,bc-423-2019,p. 1,\n"


def test_the_projects_own_package_is_sound() -> None:
    assert check() == []


def test_a_sound_package_has_no_problem(package: Path) -> None:
    assert check(package) == []


BROKEN = {
    # name: (file, old, new, rule, row, column, what the message or value must hold)
    "a value that is not a number": (OBS, "level,,77,", "level,,seventy,", "type-error", 2, "obs_value", "seventy"),
    "a thousands mark": (OBS, "level,,5000,", "level,,5.000.000,", "type-error", 4, "obs_value", "5.000.000"),
    "an empty value": (OBS, "level,,77,", "level,,,", "constraint-error", 2, "obs_value", ""),
    "an unknown word in an enumeration": (OBS, "2019-06,level,,77", "2019-06,niveau,,77", "constraint-error", 2, "measure", "niveau"),
    "an unknown indicator": (OBS, ROW2, ROW2.replace("htx_total", "htx_totl"), "foreign-key", 2, "indicator", "htx_totl"),
    "an unknown area": (OBS, ROW2, ROW2.replace("VN-28", "28"), "foreign-key", 2, "ref_area", "28"),
    "an unknown source": (OBS, "A,vov-2021-11", "A,vov-2021", "foreign-key", 6, "source", "vov-2021"),
    "an unknown qualifier": (OBS, "99,more_than,A,vov", "99,over,A,vov", "foreign-key", 6, "qualifier", "over"),
    "an unknown unit of an indicator": ("codelists/indicator.csv", "(HTX),htx,", "(HTX),coop,", "foreign-key", 2, "unit", "coop"),
    "a statement that stands twice": (OBS, ROW2, ROW2 + ROW2, "primary-key", 3, None, "htx_total"),
    "a code that stands twice": ("codelists/unit.csv", "tht,tổ hợp tác", "htx,tổ hợp tác", "primary-key", 3, None, "htx"),
    "a period in no known form": (
        OBS,
        "VN-28,htx_total,2021,level",
        "VN-28,htx_total,Q1 2021,level",
        "constraint-error",
        6,
        "time_period",
        "Q1 2021",
    ),
    "a day that no calendar has": (OBS, "VN-28,htx_total,2021,level", "VN-28,htx_total,2021-02-30,level", "period", 6, "time_period", "2021-02-30"),
    "a period that ends before it starts": (
        OBS,
        "VN-28,htx_total,2021,level",
        "VN-28,htx_total,2022/2021,level",
        "period",
        6,
        "time_period",
        "2022/2021",
    ),
    "a figure after the area's end": (OBS, "VN-28,htx_total,2021,level", "VN-28,htx_total,2026,level", "area-validity", 6, "time_period", "2026"),
    "a figure before the area's beginning": (
        OBS,
        "VN-28,htx_total,2021,level",
        "VN-29,htx_total,2021,level",
        "area-validity",
        6,
        "time_period",
        "2021",
    ),
    "a change without its start": (OBS, "change,2003-12-31,66", "change,,66", "since", 3, "since", ""),
    "a level with a start": (OBS, "2019-06,level,,77", "2019-06,level,2003-12-31,77", "since", 2, "since", "2003-12-31"),
    "a change larger than its level": (OBS, "2003-12-31,66", "2003-12-31,88", "negative-level", 3, "obs_value", "88"),
    "a target in mid year": ("targets.csv", "2025-12-31", "2025-06-30", "target-date", 2, "target_date", "2025-06-30"),
    "a target date that is no date": ("targets.csv", "2025-12-31", "end of 2025", "type-error", 2, "target_date", "end of 2025"),
    "a price index that is not 100 in its base": ("deflators.csv", "2010,100,", "2010,101,", "deflator-base", 2, "base_period", "2010"),
    "a price index below zero": ("deflators.csv", "VN,cpi,2003,51.32323", "VN,cpi,2003,-51.32323", "constraint-error", 10, "obs_value", "-51.32323"),
    "a reliability grade nobody knows": (SRC, "report,high", "report,best", "constraint-error", 2, "reliability", "best"),
    "a truth value that is none": ("codelists/ratio.csv", ",2,true,", ",2,maybe,", "type-error", 2, "monetary", "maybe"),
    "a desired direction that is none": (
        "codelists/indicator.csv",
        "stock,false,1,0,count",
        "stock,false,2,0,count",
        "constraint-error",
        2,
        "direction",
        "2",
    ),
    "a ratio compared with something of another kind": (
        "codelists/ratio.csv",
        ",revenue_per_htx,",
        ",htx_total,",
        "ratio-observed",
        3,
        "observed",
        "htx_total",
    ),
    "letters in decomposed form": ("codelists/unit.csv", "tổ hợp tác", unicodedata.normalize("NFD", "tổ hợp tác"), "text-form", 3, "label_vi", ""),
    "spaces around a code's label": ("codelists/unit.csv", "tht,tổ hợp tác", "tht, tổ hợp tác", "text-form", 3, "label_vi", "tổ hợp tác"),
    "a column that is missing": (OBS, ",comment\n", "\n", "missing-label", 1, None, "comment"),
    "a column that nobody described": (OBS, "locator,comment\n", "locator,comment,remark\n", "extra-label", 1, "remark", "remark"),
    "a row that is too long": (OBS, "p. 1,\n", "p. 1,a,b\n", "extra-cell", 2, None, ""),
    "an empty row": (OBS, ROW2, ROW2 + "\n", "blank-row", 3, None, ""),
}


@pytest.mark.parametrize("name", BROKEN)
def test_each_rule_rejects_its_broken_file(package: Path, name: str) -> None:
    file, old, new, rule, row, column, found = BROKEN[name]
    edit(package, file, old, new)
    matching = [problem for problem in check(package) if problem.rule == rule and problem.row == row]
    assert matching, [str(problem) for problem in check(package)]
    problem = matching[0]
    assert problem.file == file
    assert column is None or problem.column == column
    assert found in str(problem)
    assert problem.remedy


def test_a_changed_file_breaks_its_seal(package: Path) -> None:
    edit(package, OBS, "level,,77,", "level,,78,", sealed=False)
    problems = check(package)
    assert {problem.rule for problem in problems} == {"hash-count"}
    assert "seal" in problems[0].remedy and problems[0].file == OBS


def test_a_missing_file_is_named(package: Path) -> None:
    (package / "targets.csv").unlink()
    assert any(problem.file == "targets.csv" and "restore" in problem.remedy for problem in check(package))


def test_a_missing_resource_is_named(package: Path) -> None:
    drop_resource(package, "deflators")
    assert any(problem.rule == "missing-resource" and "deflators" in problem.message for problem in check(package))


def test_a_description_that_is_not_json_is_named_with_its_line(package: Path) -> None:
    (package / "datapackage.json").write_text("{\n  'name': 1\n}", encoding="utf-8")
    (problem,) = check(package)
    assert problem.rule == "not-json" and problem.row == 2


def test_no_package_at_all(tmp_path: Path) -> None:
    (problem,) = check(tmp_path)
    assert problem.rule == "missing-file" and "datapackage.json" in problem.remedy


def test_all_problems_are_told_at_once(package: Path) -> None:
    edit(package, OBS, "level,,77,", "level,,seventy,")
    edit(package, OBS, "A,vov-2021-11", "A,vov-2021")
    edit(package, OBS, "change,2003-12-31,4000", "change,,4000")
    edit(package, "targets.csv", "2025-12-31", "2025-06-30")
    assert {"type-error", "foreign-key", "since", "target-date"} <= {problem.rule for problem in check(package)}
