"""The marks that the display layer leaves in a notebook's outputs, found again.

Here for: telling what a page is made of from whatever else a cell printed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from nbformat import NotebookNode

KEY = "coopanalysis"


def marked(notebook: NotebookNode) -> Iterator[tuple[dict[str, Any], NotebookNode]]:
    """Each output of ours: its mark (``kind`` and more) and the output itself, in order."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            yield from of_cell(cell)


def of_cell(cell: NotebookNode) -> Iterator[tuple[dict[str, Any], NotebookNode]]:
    for output in cell.get("outputs", []):
        mark = output.get("metadata", {}).get(KEY)
        if output.output_type == "display_data" and isinstance(mark, dict) and "kind" in mark:
            yield mark, output


def counts(notebook: NotebookNode) -> Counter[str]:
    """How many outputs of each kind there are."""
    return Counter(str(mark["kind"]) for mark, _ in marked(notebook))


def opening(notebook: NotebookNode) -> dict[str, Any]:
    """The opening's mark; empty if the notebook has none."""
    return next((mark for mark, _ in marked(notebook) if mark["kind"] == "opening"), {})
