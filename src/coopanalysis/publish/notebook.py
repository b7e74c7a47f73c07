"""One reading of notebooks for all who need one: the plan, the fingerprint and the run see the same cells.

Why: a notebook that the plan accepts and the run cannot make, or code that is run and not part of the fingerprint.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from coopanalysis.errors import PlanError, Problem, escaped

_DESCRIPTION = "papermill_description="  # papermill stops where nothing follows it


def read_notebook(path: Path, shown: str) -> NotebookNode:
    """A Python notebook of format 4.5, valid, every cell with an id of its own; the same bytes always give the same notebook.

    ``shown``: its name in messages. Raises :class:`PlanError` for what no run can execute.
    """
    try:
        document = json.loads(path.read_bytes())
        json.dumps(document, ensure_ascii=False, allow_nan=False).encode("utf-8")  # what cannot be written again: half a character, NaN
        form, about = (document["nbformat"], document.get("nbformat_minor", 0)), document["metadata"]
        language = about.get("language_info", {}).get("name") or about.get("kernelspec", {}).get("language") or "python"
        if form not in [(4, minor) for minor in range(6)] or language.lower() not in ("python", "ipython"):
            raise ValueError(f"it is of format {form[0]}.{form[1]} and in {language}, not of format 4.5 and in Python")
        notebook = _read(document)
        nbformat.validate(notebook)
        if not notebook.cells:
            raise ValueError("it has no cells")
        for number, cell in enumerate(notebook.cells, start=1):
            if "injected-parameters" in cell.metadata.get("tags", []):  # papermill would put new values in its place, also above the defaults
                raise ValueError(f"cell {number} is tagged “injected-parameters”: this is an executed copy; delete that cell")
            if _DESCRIPTION in cell.source and not cell.source.split(_DESCRIPTION)[1].split():
                raise ValueError(f"nothing follows {_DESCRIPTION} in cell {number}")
        return notebook
    except Exception as error:  # nbformat raises many kinds for a file that is no notebook
        reason = next(iter(str(error).splitlines()), "") or type(error).__name__
        message = f"this notebook cannot be used: {escaped(reason, 200)}"
        raise PlanError(
            [Problem(shown, "notebook", message, remedy="correct the path, which is relative to the plan, or save the notebook again in JupyterLab")]
        ) from error


def completed(content: bytes) -> NotebookNode:
    """The same for content that :func:`read_notebook` found sound before: not validated once more."""
    return _read(json.loads(content))


def _read(document: dict[str, Any]) -> NotebookNode:
    """Format 4.5, which differs from 4.0 in that each cell has an id, for our kernel, without papermill's notes of an earlier run."""
    document["nbformat"], document["nbformat_minor"] = 4, 5
    seen = set()
    kept = {str(cell.get("id")) for cell in document["cells"]}
    for number, cell in enumerate(document["cells"], start=1):
        if "id" not in cell or cell["id"] in seen:
            cell["id"] = f"cell-{number}"
            while cell["id"] in kept:
                cell["id"] += "-"
            kept.add(cell["id"])
        seen.add(cell["id"])
    notebook: NotebookNode = nbformat.v4.to_notebook(document)
    for part in (notebook, *notebook.cells):
        part.metadata.pop("papermill", None)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook.metadata["language_info"] = {"name": "python"}
    return notebook
