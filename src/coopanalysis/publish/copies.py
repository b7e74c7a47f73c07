"""An executed notebook as each reader may have it: honest about what ran, without times and places of this machine.

Here for: papermill's word "completed" on cells that a killed kernel never finished; paths of the machine in files that
go out; two runs of the same that differ in every byte.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from coopanalysis.publish.files import without_cell_paths
from coopanalysis.publish.html import FIGURE_MIME
from coopanalysis.publish.verdict import answered

_DATA = re.compile(r'(?m)^data = "(.*[/\\\\].*)"$')  # the folder of another package: its name is enough


def honest_copy(notebook: NotebookNode) -> NotebookNode:
    """The notebook of a failed report with papermill's "completed" taken from cells that the kernel never finished."""
    copy = nbformat.from_dict(json.loads(json.dumps(notebook)))
    for cell in copy.cells:
        if cell.cell_type == "code" and not answered(cell):
            started = cell.metadata.get("papermill", {}).get("start_time")
            cell.metadata["papermill"] = {"status": "interrupted" if started else "not run"}
    return copy


def as_sent(notebook: NotebookNode, given: str, folder: str, root: str) -> NotebookNode:
    """The notebook as the machine that sent it would have made it: its parameter ``data`` as ``given``, and its folder ``root``
    wherever an output names ``folder``, where the data were here."""
    from papermill.translators import PythonTranslator

    def told(value: Any) -> Any:
        if isinstance(value, str):
            return value.replace(folder, root)
        if isinstance(value, list):
            return [told(one) for one in value]
        return {name: told(one) for name, one in value.items()} if isinstance(value, dict) else value

    copy = json.loads(json.dumps(notebook))
    for cell in copy["cells"]:
        if "injected-parameters" in cell["metadata"].get("tags", []):
            cell["source"] = cell["source"].replace(f"data = {PythonTranslator.translate(folder)}", f"data = {PythonTranslator.translate(given)}")
    if "data" in copy["metadata"].get("papermill", {}).get("parameters", {}):
        copy["metadata"]["papermill"]["parameters"]["data"] = given
    return nbformat.from_dict(told(copy))


def without_times(notebook: NotebookNode) -> NotebookNode:
    """The executed notebook without what changes from run to run (times, paths, ids that papermill draws)."""
    copy = nbformat.from_dict(json.loads(json.dumps(notebook)))
    copy.metadata.pop("papermill", None)
    for cell in copy.cells:
        cell.metadata.pop("papermill", None)
        if "execution" in cell.metadata:
            cell.metadata["execution"] = dict.fromkeys(cell.metadata["execution"], "")  # that the kernel answered is kept, not when
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell["id"] = "injected-parameters"
            cell["source"] = _DATA.sub(lambda found: f'data = "{Path(found[1]).name}"', cell["source"])
        for output in cell.get("outputs", []):
            if output.output_type == "stream":
                output["text"] = without_cell_paths(output["text"])
    return copy


def plain_copy(kept: NotebookNode) -> NotebookNode:
    """The notebook that analysts get, from one :func:`without_times`: also without the second drawings, which only pages need."""
    copy = nbformat.from_dict(json.loads(json.dumps(kept)))
    for cell in copy.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            if FIGURE_MIME in output.get("data", {}):
                del output["data"][FIGURE_MIME]
    return copy


def with_prose(executed: NotebookNode, source: bytes) -> NotebookNode:
    """A kept notebook with the prose of today: its code cells are the same, or it would not have been kept."""
    done = iter([cell for cell in executed.cells if cell.cell_type == "code" and "injected-parameters" not in cell.metadata.get("tags", [])])
    notebook = nbformat.reads(source.decode("utf-8"), as_version=4)
    cells = []
    for cell in notebook.cells:
        cells.append(next(done) if cell.cell_type == "code" else cell)
        if "parameters" in cell.metadata.get("tags", []):
            cells += [cell for cell in executed.cells if "injected-parameters" in cell.metadata.get("tags", [])]
    notebook.cells = cells
    return notebook
