"""What a page shows of an executed notebook: prose, outputs that carry a mark, and pictures without one, in order.

Why: export, verdict and index must agree on what a report is made of, whatever else its cells printed.
"""

from __future__ import annotations

import base64
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode

from coopanalysis.publish.prose import headings
from coopanalysis.publish.safety import csv_bytes, visible
from coopanalysis.publish.words import OTHER, Words

KEY = "coopanalysis"
FIGURE_MIME = "application/vnd.coopanalysis.figure+json"
MARKDOWN = "markdown"
_NOT_SHOWN = {"analysis", "papermill-error-cell-tag"}  # cells for analysts, and papermill's own words on a failure
_WINDOWS = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)  # no file may have these names there
_RESULT = ("name", "label", "value", "text", "unit", "date", "status", "status_text", "note", "rows", "targets", "prices")


@dataclass(frozen=True)
class Part:
    """One thing that a page shows.

    ``kind``: "markdown", or what the mark says (opening, figure, table, result, prose, html). ``mark``: empty for Markdown.
    ``content``: the Markdown cell, or the output. ``stem``: of a figure or table, a name for its files and anchor that is safe
    everywhere and unique on the page. ``cell``: position of the cell.
    """

    kind: str
    mark: dict[str, Any]
    content: NotebookNode
    stem: str
    cell: int


def parts(notebook: NotebookNode, lang: str = "vi") -> Iterator[Part]:
    """What the page in ``lang`` shows. Cells tagged ``analysis`` and prose of the other language are left out."""
    heading, used, plain = "", set[str](), Counter[str]()
    for number, cell in enumerate(notebook.cells):
        tags = set(cell.metadata.get("tags", []))
        if tags & _NOT_SHOWN:
            continue
        if cell.cell_type == "markdown" and f"lang-{OTHER[lang]}" not in tags:
            heading = [heading, *(text for _, text in headings(cell.source))][-1]
            yield Part(MARKDOWN, {}, cell, "", number)
        for output in cell.get("outputs", []):
            mark = output.get("metadata", {}).get(KEY)
            if output.output_type != "display_data" or not isinstance(mark, dict) or "kind" not in mark:
                mark = _plain_figure(output, cell, heading, plain, lang)
            if mark:
                kind = str(mark["kind"])
                stem = _stem(str(mark.get("name") or kind), used) if kind in ("figure", "table") else ""
                yield Part(kind, mark, output, stem, number)


def marked(notebook: NotebookNode, lang: str = "vi") -> Iterator[tuple[dict[str, Any], NotebookNode]]:
    """Each output that a page shows: its mark (``kind`` and more) and the output itself, in order."""
    return ((part.mark, part.content) for part in parts(notebook, lang) if part.kind != MARKDOWN)


def counts(notebook: NotebookNode) -> Counter[str]:
    """How many outputs of each kind there are."""
    return Counter(str(mark["kind"]) for mark, _ in marked(notebook))


def opening(notebook: NotebookNode, lang: str = "vi") -> dict[str, Any]:
    """The opening's mark and the page's ``layout``; without an opening the notebook's first title ("" without one)."""
    found = next((part.mark for part in parts(notebook, lang) if part.kind == "opening"), None)
    prose = (part.content.source for part in parts(notebook, lang) if part.kind == MARKDOWN)
    title = {} if found else {"title": next((text for source in prose for level, text in headings(source) if level == 1), "")}
    return {**(found or title), "layout": notebook.metadata.get(KEY, {}).get("layout", "report")}


def results(notebook: NotebookNode) -> list[dict[str, Any]]:
    """The headline numbers, as summary.json has them."""
    return [
        {**{key: mark.get(key) for key in _RESULT}, "noted": bool(mark.get("footnote"))} for mark, _ in marked(notebook) if mark["kind"] == "result"
    ]


def sources(notebook: NotebookNode) -> list[dict[str, Any]]:
    """The sources that the page names, each once: ``code``, ``title``, ``url`` (a public page, or "") and ``details``."""
    found = {str(source["code"]): source for mark, _ in marked(notebook) for source in mark.get("sources", [])}
    return [{**source, "url": source["url"] if source["url"].startswith(("https://", "http://")) else ""} for source in found.values()]


def missing_language(notebook: NotebookNode, lang: str) -> str:
    """Why the prose of ``lang`` is not complete, by the number of cells tagged for each language; "" if it has no fewer."""
    tagged = Counter(tag for cell in notebook.cells if cell.cell_type == "markdown" for tag in set(cell.metadata.get("tags", [])))
    own, other = f"lang-{lang}", f"lang-{OTHER[lang]}"
    return f"{tagged[other]} prose cells are tagged {other}, {tagged[own]} {own}" if tagged[own] < tagged[other] else ""


def attachments(notebook: NotebookNode, name: str) -> dict[str, bytes]:
    """Path within the edition → content: figures as SVG and PNG with their frame, tables and figure data as CSV."""
    files: dict[str, bytes] = {}
    for part in parts(notebook):
        if part.kind == "figure":
            data = part.content.data
            svg = data.get(FIGURE_MIME, {}).get("framed_svg") or data.get("image/svg+xml", "")
            if svg:
                files[f"figures/{name}/{part.stem}.svg"] = visible(str(svg)).encode("utf-8")
            if "image/png" in data:
                files[f"figures/{name}/{part.stem}.png"] = base64.b64decode(data["image/png"])
        if part.kind in ("figure", "table") and str(part.mark.get("csv", "")).strip():
            files[f"tables/{name}/{part.stem}.csv"] = csv_bytes(str(part.mark["csv"]))
    return files


def _plain_figure(output: NotebookNode, cell: NotebookNode, heading: str, seen: Counter[str], lang: str) -> dict[str, Any] | None:
    """A mark for a picture without one: its caption is the nearest heading, its words what the author gave or the same heading."""
    mime = next((kind for kind in ("image/svg+xml", "image/png") if kind in output.get("data", {})), "")
    if output.output_type not in ("display_data", "execute_result") or not mime:
        return None
    seen[heading] += 1
    nth = f" ({seen[heading]})" if seen[heading] > 1 else ""
    given = output.get("metadata", {}).get(mime, {}).get("alt") or cell.metadata.get("alt")
    alt = given or Words(lang).text("Figure: {heading}", heading=f"{heading}{nth}".strip() or seen.total())
    return {"kind": "figure", "name": f"figure-{seen.total()}", "alt": str(alt), "title": heading, "source": ""}


def _stem(name: str, used: set[str]) -> str:
    plain = re.sub(r"[^A-Za-z0-9_-]", "_", name)[:80]
    plain = f"{plain}_" if _WINDOWS.match(plain) else plain
    stem = next(stem for number in range(1, len(used) + 2) if (stem := plain if number == 1 else f"{plain}-{number}").lower() not in used)
    used.add(stem.lower())
    return stem
