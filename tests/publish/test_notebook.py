"""One reading of notebooks: what is given can be run by papermill, what cannot is refused in one line."""

from __future__ import annotations

import json
import warnings
from typing import Any

import nbformat
import pytest

from coopanalysis.errors import PlanError
from coopanalysis.publish import notebook as module
from coopanalysis.publish.notebook import notebook_of, read_notebook


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


def refusal(found: bytes) -> str:
    with pytest.raises(PlanError) as caught:
        notebook_of(found, "a.ipynb")
    (problem,) = caught.value.problems
    assert problem.file == "a.ipynb" and problem.remedy and "\n" not in str(problem)
    return str(problem)


def test_attached_pictures_stay_and_a_notebook_without_language_is_python():
    book = notebook_of(content(), "a.ipynb")
    assert book.cells[0].attachments == {"p.png": {"image/png": "aGk="}}
    assert book.cells[0].source == "# Title\n![](attachment:p.png)"
    assert book.metadata.kernelspec.name == "python3" and book.metadata.language_info.name == "python"


@pytest.mark.parametrize(
    ("ids", "given"), [(["a", "a"], ["a", "cell-2"]), ([None, None], ["cell-1", "cell-2"]), (["cell-2", None], ["cell-2", "cell-2-"])]
)
def test_ids_are_there_and_unique_and_always_the_same(ids, given):
    found = document()
    for cell, name in zip(found["cells"], ids, strict=True):
        cell.pop("id") if name is None else cell.update(id=name)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for minor in (4, 5):
            book = notebook_of(json.dumps({**found, "nbformat_minor": minor}).encode(), "a.ipynb")
            nbformat.validate(book)
            assert [cell.id for cell in book.cells] == given and book.nbformat_minor == 5


def test_papermill_notes_of_an_earlier_run_are_left_out():
    book = notebook_of(content(metadata={"papermill": "?"}, cells=[code("1", papermill=3)]), "a.ipynb")
    assert "papermill" not in book.metadata and "papermill" not in book.cells[0].metadata


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (b"{not json", "cannot be read as a notebook"),
        (b"\xff\xfe", "cannot be read as a notebook"),
        (b"[" * 100_000, "cannot be read as a notebook"),
        (b"[]", "cannot be read as a notebook"),
        (b'{"nbformat": 4, "nbformat_minor": 5}', "cannot be read as a notebook"),
        (content(cells=[code("x", tags="parameters")]), "cannot be read as a notebook"),
        (content(cells=[code("\ud800")]), "cannot be read as a notebook"),
        (content(metadata={"x": float("nan")}), "cannot be read as a notebook"),
        (content(cells=[]), "no cells"),
        (content(nbformat=3), "save it again in JupyterLab"),
        (content(nbformat_minor=6), "save it again in JupyterLab"),
        (content(nbformat="4\x1b[31m"), "save it again in JupyterLab"),
        (content(metadata={"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}}), "written in R"),
        (content(cells=[code("n = 1", tags=["injected-parameters"])]), "executed copy"),
        (content(cells=[code("# papermill_description=\n")]), "papermill_description"),
    ],
)
def test_what_no_run_can_make_is_refused(found, words):
    assert words in refusal(found)


def test_a_huge_file_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "LARGEST", 2_000_000)
    with (tmp_path / "a.ipynb").open("wb") as stream:
        stream.truncate(100_000_000)
    with pytest.raises(PlanError, match="larger than 2 MB"):
        read_notebook(tmp_path / "a.ipynb")


def test_what_is_no_file_is_said(tmp_path):
    for path in (tmp_path, tmp_path / "none.ipynb", tmp_path / "a\0b", tmp_path / ("x" * 300)):
        with pytest.raises(PlanError, match="the notebook is not there"):
            read_notebook(path)
