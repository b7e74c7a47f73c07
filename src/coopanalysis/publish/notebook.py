"""One reading of notebooks for all who need one: the plan, the fingerprint and the run see the same cells.

Why: a notebook that the plan accepts and the run cannot make, or code that is run and not part of the fingerprint.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from coopanalysis.errors import PlanError, Problem, escaped

LARGEST = 20_000_000  # bytes; a notebook without outputs has a few thousand
_RESTORE = "restore it, or save it again in JupyterLab"
_DESCRIPTION = "papermill_description="  # papermill stops where nothing follows it


def read_notebook(path: Path, shown: str = "") -> NotebookNode:
    """The notebook at ``path`` as :func:`notebook_of` gives it; ``shown``: its name in messages. Raises :class:`PlanError`."""
    shown = shown or path.name
    if not os.path.isfile(path):
        raise _refused(shown, "missing-file", "the notebook is not there", "correct the path; it is relative to the plan")
    try:
        with path.open("rb") as stream:
            content = stream.read(LARGEST + 1)
    except OSError as error:
        raise _refused(shown, "not-a-notebook", f"the file cannot be read: {error.strerror or error}", "make it readable") from error
    return notebook_of(content, shown)


def notebook_of(content: bytes, shown: str) -> NotebookNode:
    """A Python notebook of format 4.5, valid, every cell with an id of its own; the same bytes always give the same notebook.

    Ids that are missing or doubled are made from the cells' positions. Raises :class:`PlanError` for what no run can execute.
    """
    if len(content) > LARGEST:
        raise _refused(shown, "too-large", f"the notebook is larger than {LARGEST // 1_000_000} MB", "clear its outputs and save it")
    try:
        document = json.loads(content.decode("utf-8"))
        json.dumps(document, ensure_ascii=False, allow_nan=False).encode("utf-8")  # what cannot be written again: half a character, NaN
        version, minor = document["nbformat"], document.get("nbformat_minor", 0)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise _refused(shown, "not-a-notebook", f"the file cannot be read as a notebook: {_first_line(error)}", _RESTORE) from error
    if (version, minor) not in [(4, known) for known in range(6)]:
        message = f"its notebook format is {escaped(str(version), 20)}.{escaped(str(minor), 20)}, not 4.5"
        raise _refused(shown, "notebook-format", message, "save it again in JupyterLab")
    try:
        notebook = _read(content)
        nbformat.validate(notebook)
    except Exception as error:  # nbformat raises many kinds for a file that is no notebook
        raise _refused(shown, "not-a-notebook", f"the file cannot be read as a notebook: {_first_line(error)}", _RESTORE) from error
    if problem := _not_runnable(notebook):
        raise _refused(shown, *problem)
    return _with_our_kernel(notebook)


def completed(content: bytes) -> NotebookNode:
    """The same for content that :func:`notebook_of` found sound before: not validated once more."""
    return _with_our_kernel(_read(content))


def _read(content: bytes) -> NotebookNode:
    document = json.loads(content.decode("utf-8"))
    _complete(document)
    notebook = nbformat.v4.to_notebook(document)
    for part in (notebook, *notebook.cells):  # papermill's notes of an earlier run, in whatever state
        part.metadata.pop("papermill", None)
    return notebook


def _with_our_kernel(notebook: NotebookNode) -> NotebookNode:
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook.metadata["language_info"] = {"name": "python"}
    return notebook


def _complete(document: dict[str, Any]) -> None:
    """Format 4.5 in place: what differs from 4.0 is that each cell has an id."""
    document["nbformat"], document["nbformat_minor"] = 4, 5
    seen = set()
    kept = {str(cell.get("id")) for cell in document["cells"]}
    for number, cell in enumerate(document["cells"], start=1):
        if "id" not in cell or cell["id"] in seen:
            cell["id"] = next(name for name in (f"cell-{number}{'-' * more}" for more in range(len(kept) + 1)) if name not in kept)
            kept.add(cell["id"])
        seen.add(cell["id"])


def _not_runnable(notebook: NotebookNode) -> tuple[str, str, str] | None:
    """Rule, message and remedy for a valid notebook that papermill cannot run with its parameters."""
    language = notebook.metadata.get("language_info", {}).get("name") or notebook.metadata.get("kernelspec", {}).get("language") or "python"
    if str(language).lower() not in ("python", "ipython"):
        return "notebook-language", f"the notebook is written in {escaped(str(language), 40)}, not in Python", "write it in Python"
    if not notebook.cells:
        return "empty-notebook", "the notebook has no cells", "restore it"
    for number, cell in enumerate(notebook.cells, start=1):
        if "injected-parameters" in cell.metadata.get("tags", []):  # papermill would put new values in its place, also above the defaults
            return "executed-copy", f"cell {number} is tagged “injected-parameters”: this is an executed copy", "delete that cell"
        if _DESCRIPTION in cell.source and not cell.source.split(_DESCRIPTION)[1].split():
            return "papermill-line", f"nothing follows {_DESCRIPTION} in cell {number}", "write a word there, or delete the line"
    return None


def _refused(shown: str, rule: str, message: str, remedy: str) -> PlanError:
    return PlanError([Problem(shown, rule, message, remedy=remedy)])


def _first_line(error: Exception) -> str:
    words = "" if isinstance(error, AttributeError | TypeError | KeyError | RecursionError) else str(error)
    return escaped(next(iter(words.splitlines()), "") or "its parts are not those of a notebook", 120)
