"""One reading of notebooks: what is given can be run by papermill, what cannot is refused in one line."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import nbformat
import pytest

from coopanalysis.errors import PlanError
from coopanalysis.publish.notebook import read_notebook


def document(**changes: Any) -> dict[str, Any]:
    """A notebook as it stands in a file, with invented content."""
    cells = [
        {
            "cell_type": "markdown",
            "id": "a",
            "metadata": {},
            "source": ["# Title\n", "![](attachment:p.png)"],
            "attachments": {"p.png": {"image/png": "aGk="}},
        },
        {"cell_type": "code", "id": "b", "metadata": {}, "source": "1 + 1", "outputs": [], "execution_count": None},
    ]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **changes}


def code(source: str, **metadata: Any) -> dict[str, Any]:
    return {"cell_type": "code", "id": "c", "metadata": metadata, "source": source, "outputs": [], "execution_count": None}


def content(**changes: Any) -> bytes:
    return json.dumps(document(**changes)).encode()


def read(tmp_path: Path, found: bytes) -> nbformat.NotebookNode:
    (tmp_path / "a.ipynb").write_bytes(found)
    return read_notebook(tmp_path / "a.ipynb", "a.ipynb")


def test_attached_pictures_stay_and_a_notebook_without_language_is_python(tmp_path):
    book = read(tmp_path, content())
    assert book.cells[0].attachments == {"p.png": {"image/png": "aGk="}}
    assert book.cells[0].source == "# Title\n![](attachment:p.png)"
    assert book.metadata.kernelspec.name == "python3" and book.metadata.language_info.name == "python"


@pytest.mark.parametrize(
    ("ids", "given"), [(["a", "a"], ["a", "cell-2"]), ([None, None], ["cell-1", "cell-2"]), (["cell-2", None], ["cell-2", "cell-2-"])]
)
def test_ids_are_there_and_unique_and_always_the_same(tmp_path, ids, given):
    found = document()
    for cell, name in zip(found["cells"], ids, strict=True):
        cell.pop("id") if name is None else cell.update(id=name)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for minor in (4, 5):
            book = read(tmp_path, json.dumps({**found, "nbformat_minor": minor}).encode())
            nbformat.validate(book)
            assert [cell.id for cell in book.cells] == given and book.nbformat_minor == 5


def test_papermill_notes_of_an_earlier_run_are_left_out(tmp_path):
    book = read(tmp_path, content(metadata={"papermill": "?"}, cells=[code("1", papermill=3)]))
    assert "papermill" not in book.metadata and "papermill" not in book.cells[0].metadata


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (b"{not json", "[notebook]"),
        (b"\xff\xfe", "[notebook]"),
        (b"[" * 100_000, "[notebook]"),
        (b"[]", "[notebook]"),
        (b'{"nbformat": 4, "nbformat_minor": 5}', "[notebook]"),
        (content(cells=[code("x", tags="parameters")]), "[notebook]"),
        (content(cells=[code("\ud800")]), "[notebook]"),
        (content(metadata={"x": float("nan")}), "[notebook]"),
        (content(cells=[]), "no cells"),
        (content(nbformat=3), "of format 3.5"),
        (content(nbformat_minor=6), "of format 4.6"),
        (content(nbformat="4\x1b[31m"), "of format 4"),
        (content(metadata={"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}}), "in R,"),
        (content(cells=[code("n = 1", tags=["injected-parameters"])]), "executed copy"),
        (content(cells=[code("# papermill_description=\n")]), "papermill_description"),
    ],
)
def test_what_no_run_can_make_is_refused(tmp_path, found, words):
    with pytest.raises(PlanError) as caught:
        read(tmp_path, found)
    (problem,) = caught.value.problems
    assert str(problem).startswith("a.ipynb: this notebook cannot be used: ") and words in str(problem)
    assert problem.remedy and str(problem).isprintable() and len(str(problem)) < 700


def test_what_is_no_file_is_said(tmp_path):
    for path in (tmp_path, tmp_path / "none.ipynb", tmp_path / "a\0b", tmp_path / ("x" * 300)):
        with pytest.raises(PlanError, match="this notebook cannot be used"):
            read_notebook(path, "a")
