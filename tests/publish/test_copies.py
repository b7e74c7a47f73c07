"""Copies of an executed notebook: honest, without times and places, with the prose of today."""

from __future__ import annotations

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output
from papermill.translators import PythonTranslator

from coopanalysis.publish.copies import as_sent, honest_copy, plain_copy, with_prose, without_times
from coopanalysis.publish.marks import FIGURE_MIME, attachments, opening
from tests.publish.test_html import book, code, picture, prose

ANSWERED = {"iopub.status.busy": "2026-01-01T00:00:00Z", "shell.execute_reply": "2026-01-01T00:00:01Z"}


def executed(data: str = "") -> NotebookNode:
    """As papermill leaves it: parameters, those of the report, a picture, and a cell that was started and never answered."""
    papermill = {"status": "completed", "start_time": "2026-01-01"}
    cells = [
        new_code_cell('data: str = ""', metadata={"tags": ["parameters"], "execution": ANSWERED, "papermill": papermill}, execution_count=1),
        new_code_cell(
            f"data = {PythonTranslator.translate(data)}",
            metadata={"tags": ["injected-parameters"], "execution": ANSWERED},
            execution_count=2,
            id="drawn",
        ),
        code(picture(), new_output("stream", text=f"read {data}"), execution=ANSWERED),
        new_code_cell("wait()", metadata={"papermill": papermill}),
    ]
    cells[2].execution_count = 3
    return new_notebook(cells=cells, metadata={"papermill": {"parameters": {"data": data}}})


def test_a_cell_that_never_answered_is_not_called_completed():
    assert [cell.metadata.get("papermill", {}).get("status") for cell in honest_copy(executed()).cells] == ["completed", None, None, "interrupted"]


def test_two_runs_of_the_same_are_alike_and_name_no_folder():
    kept = without_times(executed("/tmp/a/numbers"), "/tmp/a/numbers")
    assert kept.cells[1].source == 'data = "numbers"' and kept.cells[1].id == "injected-parameters"
    assert "2026" not in str(kept) and all("papermill" not in cell.metadata for cell in kept.cells)
    assert "shell.execute_reply" in kept.cells[2].metadata.execution, "that it was run to its end is kept"
    kept.cells[2].outputs[0].data[FIGURE_MIME] = {"wide": "…"}
    plain = plain_copy(kept)
    assert list(plain.cells[2].outputs[0].data) == ["image/png", "text/plain"] and "execution" not in plain.cells[2].metadata
    assert FIGURE_MIME in kept.cells[2].outputs[0].data


def test_a_notebook_from_another_machine_names_the_sender_s_folder():
    sent = as_sent(executed("/there/số liệu"), "/there/số liệu", "/here/data")
    assert sent.metadata.papermill.parameters.data == "/here/data" and sent.cells[2].outputs[1].text == "read /here/data"
    assert without_times(sent, "").cells[1].source == 'data = ""', "as the report asks for it"


def test_a_kept_notebook_takes_the_prose_and_tags_of_today():
    today = book(prose("# New title"), new_code_cell('data: str = ""', metadata={"tags": ["parameters"]}), code(tags=["analysis"]), code())
    page = with_prose(without_times(executed(), ""), nbformat.writes(today).encode())
    assert [cell.cell_type for cell in page.cells] == ["markdown", "code", "code", "code", "code"] and opening(page)["title"] == "New title"
    assert page.cells[3].outputs[0].data["image/png"] and attachments(page, "trial") == {}, "for analysts since today"
    assert page.cells[3].metadata.execution and "shell.execute_reply" in page.cells[3].metadata.execution
