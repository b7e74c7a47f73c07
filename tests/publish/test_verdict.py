"""Verdicts on notebooks as papermill leaves them, sign by sign."""

from __future__ import annotations

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from coopanalysis.publish.reports import Expects
from coopanalysis.publish.verdict import Execution, judge

REPLY = {"execution": {"shell.execute_reply": "2026-01-01T00:00:00Z"}}


def cell(source="x", outputs=(), count=1, metadata=REPLY):
    return new_code_cell(source, outputs=list(outputs), execution_count=count, metadata=dict(metadata))


def mark(kind, **more):
    return new_output("display_data", data={"text/plain": ""}, metadata={"coopanalysis": {"kind": kind, "name": "n", "alt": "a", **more}})


def verdict(*cells, ended="completed", message="", **expects):
    return judge(Execution(new_notebook(cells=list(cells)), ended, message, 1.0), Expects(**expects))


GOOD = cell(outputs=[mark("opening"), mark("figure"), mark("table"), mark("result")])


def test_ok():
    assert verdict(GOOD, figures=1, tables=1, results=1).word == "ok"


def test_empty_cells_need_not_run():
    assert verdict(GOOD, cell("", count=None, metadata={})).word == "ok"


@pytest.mark.parametrize(
    ("cells", "expects", "word", "reason"),
    [
        ([GOOD, cell(outputs=[new_output("error", ename="E", evalue="m", traceback=[])])], {}, "failed", "E: m"),
        ([GOOD, cell(outputs=[new_output("error", ename="SystemExit", evalue="0", traceback=[])])], {}, "incomplete", "sys.exit"),
        ([GOOD, cell(outputs=[new_output("error", ename="SystemExit", evalue="3", traceback=[])])], {}, "failed", "SystemExit: 3"),
        ([GOOD, cell(count=None)], {}, "incomplete", "was not run"),
        ([GOOD, cell(metadata={})], {}, "incomplete", "was not run"),
        ([GOOD], {"figures": 2}, "incomplete", "1 of 2 figures"),
        ([GOOD], {"tables": 3, "results": 2}, "incomplete", "1 of 3 tables, 1 of 2 results"),
        ([cell()], {}, "incomplete", "shows nothing"),
        ([cell(outputs=[mark("opening"), mark("opening")])], {}, "incomplete", "2 openings"),
        ([cell(outputs=[mark("opening"), mark("figure", alt=" ")])], {}, "incomplete", "without alternative text"),
    ],
)
def test_signs(cells, expects, word, reason):
    found = verdict(*cells, **expects)
    assert found.word == word and reason in found.reason


@pytest.mark.parametrize(("ended", "word"), [("died", "failed"), ("cell_error", "failed"), ("not_started", "failed"), ("timed_out", "timed_out")])
def test_how_it_ended_comes_first(ended, word):
    found = verdict(GOOD, cell("y", metadata={}), ended=ended, message="why")
    assert found.word == word and found.reason.startswith("cell 2 (") and found.reason.endswith(": why")


def test_cells_that_papermill_adds_are_not_counted():
    notice = cell("boom", metadata={"tags": ["papermill-error-cell-tag"], **REPLY})
    assert verdict(notice, GOOD, cell("y", count=None)).reason.startswith("cell 2 (")


def test_what_no_page_shows_is_noted():
    stream = new_output("stream", name="stderr", text="careful\nmore\n")
    plain = new_output("execute_result", data={"text/plain": "1"}, execution_count=1)
    noisy = cell(outputs=[stream, plain])
    place = f"cell 2 ({noisy.id})"
    assert verdict(GOOD, noisy).notes == (f"{place}: stderr: careful", f"{place}: an output that is not marked for a page")
