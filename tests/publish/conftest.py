"""Small notebooks and plans with invented content, for the runner."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
import yaml
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

PARAMETERS = """\
from typing import Literal

lang: Literal["vi", "en"] = "vi"  # language
ref_area: str = "VN-28"  # area
evidence: Literal["report", "published"] = "report"  # sources
data: str = ""  # another package
n: int = 7  # an invented number
"""
# what coopanalysis.display would emit, without the seconds that its libraries take to load
OPENING = """\
from IPython.display import display
mark = {"kind": "opening", "title": f"Title of {lang}", "lead": ["A lead."], "cautions": [], "notice": "", "as_of": "Data as of 2018",
        "as_of_date": "2018-12-31", "valid_until": "2026-12-31", "valid_until_text": "Valid until 2026", "evidence_text": "Evidence", "finding": "A finding"}
display({"text/markdown": "# Title", "text/plain": "Title"}, metadata={"coopanalysis": mark}, raw=True)
"""
RESULT = """\
mark = {"kind": "result", "name": "n", "label": "n", "text": str(n), "unit": "", "value": n, "date": "", "status": "", "rows": []}
display({"text/html": f'<div class="tile"><p class="value">{n}</p></div>', "text/plain": str(n)}, metadata={"coopanalysis": mark}, raw=True)
"""
FIGURE = """\
svg = '<svg xmlns="http://www.w3.org/2000/svg" width="72pt" height="36pt"><rect width="10" height="10"/></svg>'
mark = {"kind": "figure", "name": "squares", "alt": "A square.", "title": "Squares", "subtitle": "", "notes": [], "source": "No source.", "csv": "a,b\\n1,2\\n",
        "table": {"columns": ["a", "b"], "rows": [["1", "2"]], "numeric": [True, True]}}
display({"image/svg+xml": svg, "text/plain": "A square."}, metadata={"coopanalysis": mark}, raw=True)
"""
GOOD = (OPENING, RESULT, FIGURE)


def notebook(path: Path, *cells: str, parameters: str | None = PARAMETERS) -> Path:
    """A notebook with a parameters cell and these code cells."""
    book = new_notebook(
        cells=[new_markdown_cell("# Thử", metadata={"tags": ["lang-vi"]}), new_markdown_cell("# Try", metadata={"tags": ["lang-en"]})]
    )
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    if parameters is not None:
        book.cells.append(new_code_cell(parameters, metadata={"tags": ["parameters"]}))
    book.cells += [new_code_cell(cell) for cell in cells]
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(book, path)
    return path


def entry(name: str, file: str | None = None, **more: Any) -> dict[str, Any]:
    expects = {"figures": 1, "results": 1}
    return {"name": name, "notebook": file or f"{name}.ipynb", "title": {"vi": f"Thử {name}", "en": f"Try {name}"}, "expects": expects, **more}


def plan(folder: Path, *entries: dict[str, Any]) -> Path:
    path = folder / "plan.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump({"reports": list(entries)}, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where plans and notebooks of a test stand: a path with spaces and Vietnamese letters."""
    return tmp_path / "sổ phân tích"


def until(true: Callable[[], Any], seconds: float = 60) -> Any:
    """Poll until it holds; the deadline is generous, it is no measure of speed."""
    end = time.monotonic() + seconds
    while not (found := true()) and time.monotonic() < end:
        time.sleep(0.05)
    return found
