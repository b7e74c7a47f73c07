"""An executed notebook as each reader may have it: honest about what ran, without times and places of this machine.

Why: papermill calls cells "completed" that a killed kernel never finished; files that go out name no path of the machine;
two runs of the same give the same bytes.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from coopanalysis.publish.files import without_cell_paths
from coopanalysis.publish.marks import FIGURE_MIME
from coopanalysis.publish.notebook import completed
from coopanalysis.publish.verdict import answered


def honest_copy(notebook: NotebookNode) -> NotebookNode:
    """The notebook of a failed report with papermill's "completed" taken from cells that the kernel never finished."""
    honest = copy.deepcopy(notebook)
    for cell in honest.cells:
        if cell.cell_type == "code" and not answered(cell):
            started = cell.metadata.get("papermill", {}).get("start_time")
            cell.metadata["papermill"] = {"status": "interrupted" if started else "not run"}
    return honest


def as_sent(notebook: NotebookNode, folder: str, root: str) -> NotebookNode:
    """The notebook as the machine that sent it would have made it: its folder ``root`` wherever ``folder`` is named, where the data were here."""
    here, there = (json.dumps(path, ensure_ascii=False)[1:-1] for path in (folder, root))
    return nbformat.from_dict(json.loads(json.dumps(notebook, ensure_ascii=False).replace(here, there)))


def without_times(notebook: NotebookNode, data: str) -> NotebookNode:
    """The executed notebook without what changes from run to run (times, paths, ids that papermill draws); of the folder of
    another package, ``data``, the name."""
    from papermill.translators import PythonTranslator

    kept, line = copy.deepcopy(notebook), f"data = {PythonTranslator.translate(Path(data).name)}"
    kept.metadata.pop("papermill", None)
    for cell in kept.cells:
        cell.metadata.pop("papermill", None)
        if "execution" in cell.metadata:
            cell.metadata["execution"] = dict.fromkeys(cell.metadata["execution"], "")  # that the kernel answered is kept, not when
        if _injected(cell):
            cell["id"] = "injected-parameters"
            cell["source"] = "\n".join(line if row.startswith("data = ") else row for row in cell["source"].split("\n"))
        for output in cell.get("outputs", []):
            if output.output_type == "stream":
                output["text"] = without_cell_paths(output["text"])
    return kept


def plain_copy(kept: NotebookNode) -> NotebookNode:
    """The notebook that analysts get, from one :func:`without_times`: also without the second drawings, which only pages need."""
    plain = copy.deepcopy(kept)
    for cell in plain.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(FIGURE_MIME, None)
    return plain


def with_prose(executed: NotebookNode, source: bytes) -> NotebookNode:
    """A kept notebook with the prose, tags and settings of today's cells: its code is the same, or it would not have been kept."""
    done = (cell for cell in executed.cells if cell.cell_type == "code" and not _injected(cell))
    notebook = completed(source)
    cells = []
    for cell in notebook.cells:
        cells.append(cell)
        if cell.cell_type == "code":
            cells[-1] = kept = next(done)
            kept.metadata = NotebookNode({**cell.metadata, "execution": kept.metadata.get("execution", {})})
        if "parameters" in cell.metadata.get("tags", []):
            cells += filter(_injected, executed.cells)
    notebook.cells = cells
    return notebook


def _injected(cell: NotebookNode) -> bool:
    """Whether papermill added the cell to hold the report's parameters."""
    return "injected-parameters" in cell.metadata.get("tags", [])
