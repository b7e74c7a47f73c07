"""The plan is checked whole before any report starts: every fault at once, with file, line and remedy."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from coopanalysis.errors import PROBLEMS_SHOWN, PlanError, Problem
from coopanalysis.publish.plan import load_plan
from coopanalysis.publish.reports import chosen
from tests.conftest import ROOT
from tests.publish.conftest import PARAMETERS, entry, notebook, plan

AREA = PARAMETERS.replace('ref_area: str = "VN-28"', 'ref_area: str = "01"')
TEXT_LANG = PARAMETERS.replace('lang: Literal["vi", "en"]', "lang: str")


def refusal(path: Path, **options) -> str:
    with pytest.raises(PlanError) as caught:
        load_plan(path, **options)
    assert all(problem.remedy for problem in caught.value.problems), "a problem without a remedy helps nobody"
    assert all(len(line) < 700 for line in str(caught.value).splitlines())
    return str(caught.value)


def test_the_committed_plan_is_sound_and_in_two_languages():
    reports = load_plan(ROOT / "notebooks" / "plan.yml")
    assert len({report.name for report in reports}) == len(reports)
    pairs = [{report.lang for report in reports if report.sibling_key() == one.sibling_key()} for one in reports]
    assert pairs == [{"vi", "en"}] * len(reports)


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
    assert pickle.loads(pickle.dumps(reports)) == reports and len(pickle.dumps(reports["b"])) < 1_000, "it is sent to workers"


def test_settings_apply_to_reports_that_have_the_parameter(folder):
    notebook(folder / "a.ipynb")
    notebook(folder / "b.ipynb", parameters=PARAMETERS.replace("n: int", "m: int"))
    reports = load_plan(plan(folder, entry("a"), entry("b")), settings=["n=3", "evidence=published", "lang=en"])
    assert [report.parameters.get("n") for report in reports] == [3, None]
    assert {report.parameters["evidence"] for report in reports} == {"published"}
    assert [report.title for report in reports] == ["Try a", "Try b"]


def test_everything_wrong_is_said_at_once(folder):
    notebook(folder / "good.ipynb")
    notebook(folder / "bare.ipynb", parameters=None)
    notebook(folder / "short.ipynb", parameters=PARAMETERS.replace("evidence:", "evidense:"))
    (folder / "broken.ipynb").write_text("{not a notebook", encoding="utf-8")
    (folder / "empty.ipynb").write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', encoding="utf-8")
    path = plan(
        folder,
        entry("good", parameters={"nn": 1, "n": "2", "lang": False}),
        entry("bare", parameters={"n": 1}),
        entry("short"),
        entry("broken"),
        entry("empty"),
        entry("absent"),
        entry("../up", "good.ipynb"),
        entry("twice", "good.ipynb"),
        entry("Twice", "good.ipynb"),
        entry("lists", "good.ipynb", matrix={"n": [1]}, parameters={"n": 2}, exclude=[{"m": 1}, {"n": 5}]),
        entry("nothing", "good.ipynb", matrix={"n": []}),
        entry("all_excluded", "good.ipynb", matrix={"n": [1]}, exclude=[{"n": 1}]),
        {**entry("keys", "good.ipynb"), "expect": {}},
    )
    text = refusal(path)
    assert "expect: this key is not known here" in text and "did you mean 'expects'?" in text
    for words in (
        "good.ipynb has no parameter 'nn'",
        "did you mean 'n'?",
        "n is int, not '2'",
        "lang is Literal['vi', 'en'], not False",
        "bare.ipynb has no parameter 'n' in a cell tagged",
        "lacks 'evidence'",
        "broken.ipynb: this notebook cannot be used",
        "it has no cells",
        "absent.ipynb: this notebook cannot be used: [Errno 2] No such file",
        "also a file name",
        "two reports would write the page 'Twice'",
        "1 is not in the matrix of 'm'",
        "5 is not in the matrix of 'n'",
    ):
        assert words in text, words
    assert "plan.yml, row" in text and text.count("the entry makes no report") == 2


def test_more_reports_than_can_be_made_are_refused_before_they_are_multiplied(folder):
    notebook(folder / "a.ipynb")
    path = plan(folder, entry("a", matrix={f"p{number}": list(range(60)) for number in range(5)}))
    assert "or the plan more than 10000" in refusal(path)
    path = plan(folder, entry("a", matrix={"n": list(range(5000))}, exclude=[{"n": number} for number in range(6000)]))
    assert refusal(path).count("[exclude]") == PROBLEMS_SHOWN


@pytest.mark.parametrize(
    "name", ["com1", "LPT9", "aux", "con.x", "nul", "index", "index.en", "Summary", "a.", "a..b", "-a", "a b", "é", "a" * 101, "a\n"]
)
def test_names_that_are_no_file_names_everywhere(folder, name):
    notebook(folder / "a.ipynb")
    assert "[name]" in refusal(plan(folder, entry(name, "a.ipynb")))
    assert load_plan(plan(folder, entry("com1x-" + "a" * 90, "a.ipynb")))


def test_a_list_in_the_matrix_is_no_file_name(folder):
    notebook(folder / "a.ipynb")
    assert "[name]" in refusal(plan(folder, entry("a", matrix={"n": [[1, 2]]})))


def test_a_code_that_looks_like_a_number_stays_text(folder):
    notebook(folder / "a.ipynb", parameters=AREA)
    assert load_plan(plan(folder, entry("a")))[0].parameters["ref_area"] == "01"
    assert load_plan(plan(folder, entry("a")), settings=["ref_area=02"])[0].parameters["ref_area"] == "02"
    path = plan(folder, entry("a"))
    path.write_text(path.read_text(encoding="utf-8") + "  parameters: {ref_area: 01, evidence: NO}\n", encoding="utf-8")
    text = refusal(path)
    assert "ref_area is str, not 1" in text and "quotes" in text
    assert "evidence is Literal['report', 'published'], not False" in text


def test_a_language_that_is_text(folder):
    notebook(folder / "a.ipynb", parameters=TEXT_LANG)
    assert [report.lang for report in load_plan(plan(folder, entry("a", matrix={"lang": ["vi", "en"]})))] == ["vi", "en"]
    assert "lang is Literal['vi', 'en'], not 'fr'" in refusal(plan(folder, entry("a", matrix={"lang": ["vi", "fr"]})))
    assert "not ['vi']" in refusal(plan(folder, entry("a", parameters={"lang": ["vi"]})))
    assert "-p, column lang" in refusal(plan(folder, entry("a")), settings=["lang=fr"])


def test_a_notebook_without_parameters(folder):
    notebook(folder / "a.ipynb", "1", parameters=None)
    bare = {name: value for name, value in entry("a").items() if name != "title"}
    (report,) = load_plan(plan(folder, bare), data="elsewhere")
    assert (report.name, report.parameters, report.lang, report.title) == ("a", {}, "vi", "")
    for more in ({"parameters": {"n": 1}}, {"matrix": {"lang": ["vi", "en"]}}):
        assert "in a cell tagged “parameters”" in refusal(plan(folder, {**bare, **more}))
    assert "no report has a parameter 'n'" in refusal(plan(folder, bare), settings=["n=1"])
    notebook(folder / "b.ipynb")
    assert [report.parameters.get("n") for report in load_plan(plan(folder, bare, entry("b")), settings=["n=1"])] == [None, 1]


def test_two_tagged_cells_and_one_that_is_not_code_are_refused(folder):
    import nbformat

    book = nbformat.read(notebook(folder / "a.ipynb"), as_version=4)
    book.cells[3:] = [nbformat.v4.new_code_cell("n: int = 1", metadata={"tags": ["parameters"]})]
    nbformat.write(book, folder / "a.ipynb")
    assert "2 cells are tagged" in refusal(plan(folder, entry("a")))
    book.cells[2:] = [nbformat.v4.new_markdown_cell("n: int = 1", metadata={"tags": ["parameters"]})]
    nbformat.write(book, folder / "a.ipynb")
    assert "one that is not code" in refusal(plan(folder, entry("a")))


def test_wrong_settings_are_said_once_of_the_command_line(folder):
    notebook(folder / "a.ipynb")
    path = plan(folder, entry("a", matrix={"lang": ["vi", "en"]}))
    for setting in ("n=x", "data=\udcff", "data=\0", "m=1"):
        assert refusal(path, settings=[setting]).startswith(f"-p, column {setting.partition('=')[0]}: ")
    assert refusal(path, settings=["n=x"]).count("\n") == 0
    assert load_plan(path, settings=["data="])[0].parameters["data"] == ""


def test_problems_of_values_have_a_place_in_the_plan_or_are_said_once(folder):
    notebook(folder / "a.ipynb")
    path = plan(folder, entry("a", matrix={"n": [1, 2]}), entry("b", "none.ipynb"))

    def check(reports):
        return [
            Problem(report.name, "value", f"{report.parameters['n']} is unlucky", column="n", remedy="x") for report in reports if report.parameters
        ]

    text = refusal(path, check=check)
    assert (
        "plan.yml, row 2, column n: a-1: 1 is unlucky" in text and "a-2: 2 is unlucky" in text and "none.ipynb: this notebook cannot be used" in text
    )
    path = plan(folder, entry("a", matrix={"lang": ["vi", "en"]}))
    assert refusal(path, check=check, settings=["n=3"]) == "-p, column n: 3 is unlucky [value] → x"


def test_problems_of_the_data_are_said_with_the_others(folder):
    notebook(folder / "a.ipynb")
    fault = Problem("observations.csv", "type-error", "seventy", row=2, remedy="x")
    text = refusal(plan(folder, entry("a", parameters={"m": 1})), check=lambda _: [fault])
    assert "observations.csv, row 2: seventy [type-error] → x" in text and "no parameter 'm'" in text


def test_paths_do_not_depend_on_the_folder_one_stands_in(folder, monkeypatch):
    notebook(folder / "a.ipynb")
    plan(folder, entry("a"), entry("b", "a.ipynb", parameters={"data": "dữ liệu"}))
    monkeypatch.chdir(folder)
    reports = load_plan(Path("plan.yml"))
    assert reports[0].notebook == folder / "a.ipynb"
    assert [report.parameters["data"] for report in reports] == ["", str(folder / "dữ liệu")]
    assert {report.parameters["data"] for report in load_plan(Path("plan.yml"), data="../khác")} == {str(folder.parent / "khác")}


def test_only_means_an_entry_a_report_a_pattern_or_those_that_failed(folder):
    notebook(folder / "a.ipynb")
    reports = load_plan(plan(folder, entry("a", matrix={"lang": ["vi", "en"]}), entry("a_long", "a.ipynb"), entry("b", "a.ipynb")))
    names = ["a-vi", "a-en", "a_long", "b"]
    assert chosen(reports, "", set()) == set(names)
    assert chosen(reports, "a", set()) == {"a-vi", "a-en"}
    assert chosen(reports, "a-en", set()) == {"a-en"}
    assert chosen(reports, "*-vi", set()) == {"a-vi"} and chosen(reports, "a*", set()) == set(names[:3])
    assert chosen(reports, "failed", {"b", "a-en", "gone"}) == {"a-en", "b"}
    assert chosen(reports, "failed", set()) == set()
    for none in ("c", "A"):
        with pytest.raises(PlanError, match="no report of the plan"):
            chosen(reports, none, set())
