"""Every notebook runs top to bottom by itself, with its defaults, as an analyst would; explore with its controls."""

from __future__ import annotations

import nbformat
import pytest
from nbclient import NotebookClient

from tests.conftest import ROOT


@pytest.mark.parametrize("name", ["explore", "briefing"])
def test_runs_with_its_defaults(name, monkeypatch):
    """The reports run in the edition too; here without papermill, from the notebooks folder, as JupyterLab does."""
    monkeypatch.delenv("MPLBACKEND", raising=False)
    book = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
    NotebookClient(book, timeout=40, kernel_name="python3", resources={"metadata": {"path": str(ROOT / "notebooks")}}).execute()
    outputs = [output for cell in book.cells if cell.cell_type == "code" for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"]
    if name == "explore":
        assert any("application/vnd.jupyter.widget-view+json" in output.get("data", {}) for output in outputs)
