"""The plan is checked whole before any kernel: every fault at once, with file, line and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from coopanalysis.errors import DataError, PlanError
from coopanalysis.publish.plan import load_plan
from tests.conftest import ROOT
from tests.dataset.conftest import edit, package
from tests.publish.conftest import PARAMETERS, entry, notebook, plan

__all__ = ["package"]
AREA = PARAMETERS.replace('ref_area: str = "VN-28"', 'ref_area: str = "01"')


def refusal(path: Path, **options) -> str:
    with pytest.raises(PlanError) as caught:
        load_plan(path, **options)
    assert all(problem.remedy for problem in caught.value.problems), "a problem without a remedy helps nobody"
    return str(caught.value)


def test_committed_plan_is_sixteen_reports():
    reports = load_plan(ROOT / "notebooks" / "plan.yml")
    assert len(reports) == 16
    assert len({report.name for report in reports}) == 16
    assert "growth-vi-report" in {report.name for report in reports}
    pairs = [{report.lang for report in reports if report.sibling_key() == one.sibling_key()} for one in reports]
    assert pairs == [{"vi", "en"}] * 16


def test_matrix_fixed_values_exclude_and_defaults(folder):
    notebook(folder / "a.ipynb")
    path = plan(
        folder,
        entry(
            "a",
            parameters={"n": 1},
            matrix={"lang": ["vi", "en"], "evidence": ["report", "published"]},
            exclude=[{"lang": "en", "evidence": "report"}],
        ),
        entry("b", "a.ipynb"),
    )
    reports = {report.name: report for report in load_plan(path)}
    assert list(reports) == ["a-vi-report", "a-vi-published", "a-en-published", "b"]
    assert reports["a-en-published"].parameters == {"lang": "en", "ref_area": "VN-28", "evidence": "published", "data": "", "n": 1}
    assert reports["a-en-published"].title == "Try a"
    assert reports["b"].parameters["n"] == 7


def test_settings_apply_to_reports_that_have_the_parameter(folder):
    notebook(folder / "a.ipynb")
    notebook(folder / "b.ipynb", parameters=PARAMETERS.replace("n: int", "m: int"))
    reports = load_plan(plan(folder, entry("a"), entry("b")), settings={"n": "3", "evidence": "published"})
    assert [report.parameters.get("n") for report in reports] == [3, None]
    assert {report.parameters["evidence"] for report in reports} == {"published"}


def test_everything_wrong_is_said_at_once(folder):
    notebook(folder / "good.ipynb")
    notebook(folder / "bare.ipynb", parameters=None)
    notebook(folder / "short.ipynb", parameters=PARAMETERS.replace("evidence:", "evidense:"))
    (folder / "broken.ipynb").write_text("{not a notebook", encoding="utf-8")
    (folder / "empty.ipynb").write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', encoding="utf-8")
    path = plan(
        folder,
        entry("good", parameters={"nn": 1, "n": "2", "lang": False}),
        entry("bare"),
        entry("short"),
        entry("broken"),
        entry("empty"),
        entry("absent"),
        entry("../up", "good.ipynb"),
        entry("twice", "good.ipynb"),
        entry("Twice", "good.ipynb"),
        entry("area", "good.ipynb", parameters={"ref_area": "VN-82"}),
        entry("lists", "good.ipynb", matrix={"n": [1]}, parameters={"n": 2}, exclude=[{"m": 1}]),
        {**entry("keys", "good.ipynb"), "expect": {}},
    )
    text = refusal(path)
    # the last entry has an unknown key: the rest cannot be multiplied until it is mended
    assert "the key 'expect' is not known here" in text and "did you mean 'expects'?" in text
    path.write_text(path.read_text(encoding="utf-8").rsplit("- name: keys", 1)[0], encoding="utf-8")
    text = refusal(path, settings={"nothing": "1"})
    for words in (
        "good.ipynb has no parameter 'nn'",
        "did you mean 'n'?",
        "Input should be a valid integer",
        "Input should be 'vi' or 'en'",
        "0 cells are tagged",
        "lacks 'evidence'",
        "broken.ipynb: the file cannot be read as a notebook",
        "the notebook has no cells",
        "absent.ipynb: the notebook is not there",
        "also a file name",
        "two reports would write the page 'Twice'",
        "the area 'VN-82' is not in the data",
        "both a fixed parameter and in the matrix",
        "m is not in the matrix",
        "no report has a parameter 'nothing'",
    ):
        assert words in text, words
    assert "plan.yml, row" in text


def test_yaml_traps_are_refused(folder):
    notebook(folder / "a.ipynb")
    path = plan(folder, entry("a"))
    text = path.read_text(encoding="utf-8")
    path.write_text(text + "  parameters: {ref_area: 01, evidence: NO}\n", encoding="utf-8")
    found = refusal(path)
    assert "put it in quotes" in found or "valid string" in found
    assert "ref_area" in found and "evidence" in found
    path.write_text(text + "  name: b\n", encoding="utf-8")
    assert "the key 'name' stands twice" in refusal(path)
    path.write_text("reports: [\n", encoding="utf-8")
    assert "the plan cannot be read" in refusal(path)
    path.write_text("", encoding="utf-8")
    assert "the plan is empty" in refusal(path)
    assert "there is no plan here" in refusal(folder / "none.yml")


def test_a_code_that_looks_like_a_number_stays_text(folder):
    notebook(folder / "a.ipynb", parameters=AREA)
    assert "the area '01' is not in the data" in refusal(plan(folder, entry("a")))
    assert "the area '01' is not in the data" in refusal(plan(folder, entry("b", "a.ipynb")), settings={"ref_area": "01"})


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"start": "2019"}, "is not before end"),
        ({"price_base": "1990"}, "there is no price index for 1990"),
        ({"target_years": "2025,2027"}, "no target is set for 2027"),
        ({"ref_area": "VN-28 "}, "did you mean 'VN-28'?"),
        ({"lang": "NO"}, "'vi' or 'en'"),
        ({"ref_area": "VN-29"}, "hold no figure"),
    ],
)
def test_values_that_the_data_do_not_hold(settings, words):
    assert words in refusal(ROOT / "notebooks" / "plan.yml", settings=settings)


def test_broken_data_stop_the_plan(folder, package):
    notebook(folder / "a.ipynb")
    path = plan(folder, entry("a"))
    assert load_plan(path, data=str(package))[0].parameters["data"] == str(package)
    edit(package, "observations.csv", "77,exact", "seventy,exact", sealed=False)
    with pytest.raises(DataError) as caught:
        load_plan(path, data=str(package))
    text = str(caught.value)
    assert "observations.csv, row 2, column obs_value" in text and "seventy" in text and "hash" in text


def test_paths_do_not_depend_on_the_folder_one_stands_in(folder, package, monkeypatch):
    notebook(folder / "a.ipynb")
    plan(folder, entry("a"))
    monkeypatch.chdir(folder)
    report = load_plan(Path("plan.yml"), data="../dữ liệu thử")[0]
    assert report.notebook == folder / "a.ipynb"
    assert report.parameters["data"] == str(package)
