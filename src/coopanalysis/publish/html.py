"""From an executed notebook to a page: no code, no script, nothing loaded from outside.

Markdown cells of the page's language and our marked outputs become fragments; the template in ``template/`` sets them.

Here for: stock pages that load scripts from the net, show code, and drop alternative texts.
"""

from __future__ import annotations

import base64
import html
import itertools
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from nbconvert.exporters import HTMLExporter
from nbconvert.filters.highlight import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from nbformat.v4 import new_notebook
from traitlets import default
from traitlets.config import Config

from coopanalysis.display.language import Language
from coopanalysis.publish.marks import of_cell, opening
from coopanalysis.publish.safety import csv_bytes, visible

NOTE_PLACE = "<!-- note -->"  # as coopanalysis.display leaves it
_FIGURE_NUMBER = "<!-- figure -->"  # comments: no escaped value can look like one
FIGURE_MIME = "application/vnd.coopanalysis.figure+json"
TEMPLATES = Path(__file__).parent / "template"
MANY_SECTIONS = 3  # a contents list stands above more sections than this


@dataclass
class PageContext:
    """What the page needs besides its notebook."""

    lang: str
    stem: str
    plan_title: str
    other_page: str = ""
    stamp: list[tuple[str, str]] = field(default_factory=list)


class PageExporter(HTMLExporter):
    """nbconvert's exporter with the project's own template; everything else of the stock pages is left out."""

    @default("template_name")
    def _template_name_default(self) -> str:
        return "page"

    @default("extra_template_basedirs")
    def _extra_template_basedirs_default(self) -> list[str]:
        return [str(TEMPLATES)]

    def page(self, resources: dict[str, Any]) -> str:
        """The page that ``resources`` describe. The template takes its cells from there, so no notebook is copied or checked again;
        nor is the finished page read and written once more to look for pictures without words, which the verdict has done."""
        empty = new_notebook()
        self.register_filter("highlight_code", Highlight2HTML(parent=self))  # the stock templates name it
        text, _ = super(HTMLExporter, self).from_notebook_node(empty, resources)
        return text


@cache
def exporter() -> PageExporter:
    """One exporter for each process: making one costs as much as several pages."""
    return PageExporter(config=Config({"HTMLExporter": {"preprocessors": []}}))


def render(notebook: NotebookNode, context: PageContext) -> str:
    """The page of one executed notebook."""
    start = opening(notebook)
    notes = _Footnotes(context.lang)
    parts = list(_parts(notebook, context.lang, notes))
    body = _numbered("".join(parts), context.lang)
    body, contents = _with_ids(body + notes.section())
    page = {
        "lang": context.lang,
        "title": start.get("title", context.plan_title),
        "opening": start,
        "layout": notebook.metadata.get("coopanalysis", {}).get("layout", "report"),
        "plan_title": context.plan_title,
        "contents": contents if len(contents) > MANY_SECTIONS else [],
        "body": body,
        "other_page": context.other_page,
        "stamp": context.stamp,
        "text": Language(context.lang).text,  # type: ignore[arg-type]
    }
    return re.sub(r"\n\s*\n+", "\n", visible(exporter().page({"page": page}))).strip() + "\n"


def markdown(text: str) -> str:
    """A notebook's own Markdown as HTML; HTML in it is shown as text."""
    # escape also what nbconvert's renderer would take for formulas, headings keep no anchor links
    renderer = IPythonRenderer(escape=True, exclude_anchor_links=True, allow_harmful_protocols=False)
    return str(MarkdownWithMath(renderer=renderer).render(text.replace("$", "&#36;"))).replace("&amp;#36;", "$").replace("<br />", "<br>")


def computed(text: str) -> str:
    """Computed sentences as HTML: paragraphs, lists and bold, as ``prose`` is given them.

    Nothing else of Markdown: the sentences hold values from the data, and a label with a link or a heading in it stays text.
    """
    blocks = []
    for block in re.split(r"\n\s*\n", text.strip()):
        marker = re.match(r"(- )|\d+\. ", block)
        if not marker:
            blocks.append(f"<p>{_inline(block)}</p>")
            continue
        tag = "ul" if marker[1] else "ol"
        entries = re.split(r"(?m)^(?:- |\d+\. )", block)[1:]
        blocks.append(f"<{tag}>{''.join(f'<li>{_inline(entry.strip())}</li>' for entry in entries)}</{tag}>")
    return "\n".join(blocks)


def _inline(text: str) -> str:
    """Bold, and characters that a backslash makes plain; the rest as it is."""

    def shown(found: re.Match[str]) -> str:
        return f"<strong>{_inline(found['bold'])}</strong>" if found["bold"] else html.escape(found["plain"] or found[0])

    return re.sub(r"\\(?P<plain>[^\w\s])|\*\*(?P<bold>(?:\\.|.)+?)\*\*|[&<>\"]", shown, text)


class _Footnotes:
    """The footnotes of a page's tiles, numbered as they stand, linked both ways."""

    def __init__(self, lang: str):
        self.text = Language(lang).text  # type: ignore[arg-type]
        self.items: list[tuple[str, str]] = []

    def mark(self, tile: str, footnote: str, label: str) -> str:
        """The tile with the number of its footnote, which is kept for the end of the page."""
        if not footnote:
            return tile
        self.items.append((label, footnote))
        number = len(self.items)
        name = html.escape(self.text("Source of {label}", label=label), quote=True)
        link = f' <sup class="to-note"><a id="mark-{number}" href="#note-{number}" aria-label="{name}">{number}</a></sup>'
        return tile.replace(NOTE_PLACE, link, 1)

    def section(self) -> str:
        if not self.items:
            return ""
        entries = "".join(
            f'<li id="note-{number}"><strong>{html.escape(label)}</strong>: {footnote} '
            f'<a href="#mark-{number}" aria-label="{html.escape(self.text("Back to {label}", label=label), quote=True)}">↑</a></li>'
            for number, (label, footnote) in enumerate(self.items, start=1)
        )
        heading = html.escape(self.text("Where each headline number comes from"))
        return f'<section class="footnotes"><h2>{heading}</h2><ol>{entries}</ol></section>'


def _parts(notebook: NotebookNode, lang: str, notes: _Footnotes) -> Any:
    other = {"vi": "lang-en", "en": "lang-vi"}[lang]
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if cell.cell_type == "markdown":
            if other not in tags and "papermill-error-cell-tag" not in tags:
                # the page has one h1, the opening's; the notebook's own title is for JupyterLab
                yield markdown(re.sub(r"(?m)^# .*$", "", cell.source))
            continue
        if cell.cell_type != "code":
            continue
        tiles = []
        for mark, output in of_cell(cell):
            if mark["kind"] == "result":
                tiles.append(notes.mark(str(output.data["text/html"]), str(mark.get("footnote", "")), str(mark.get("label") or mark["name"])))
                continue
            if tiles:
                yield f'<div class="tiles">{"".join(tiles)}</div>'
                tiles = []
            yield _fragment(mark, output, lang)
        if tiles:
            yield f'<div class="tiles">{"".join(tiles)}</div>'


def _fragment(mark: dict[str, Any], output: NotebookNode, lang: str) -> str:
    match mark["kind"]:
        case "figure":
            return _figure(mark, output, lang)
        case "table" | "html":
            return str(output.data["text/html"])
        case "prose":
            return computed(str(output.data["text/markdown"]))
    return ""


def _figure(mark: dict[str, Any], output: NotebookNode, lang: str) -> str:
    """A figure with its caption, both drawings, key and source, and the data behind it."""
    text, escape = Language(lang).text, html.escape  # type: ignore[arg-type]
    drawings = output.data.get(FIGURE_MIME, {})
    wide = str(drawings.get("wide") or output.data.get("image/svg+xml", ""))
    narrow = str(drawings.get("narrow", ""))
    width, height = _size(wide)
    source = f'<source media="(max-width: 600px)" srcset="{_data_uri(narrow)}">' if narrow else ""
    image = f'<img src="{_data_uri(wide)}" alt="{escape(mark["alt"], quote=True)}" width="{width}" height="{height}">'
    notes = "".join(f"<p>{escape(note)}</p>" for note in [*mark.get("notes", []), mark["source"]] if note)
    parts = [
        f'<figure id="figure-{escape(mark["name"], quote=True)}"><div class="caption"><p class="figure-title">{_FIGURE_NUMBER} {escape(mark["title"])}</p>'
        f'<p class="subtitle">{escape(mark.get("subtitle", ""))}</p></div><picture>{source}{image}</picture><figcaption>{notes}</figcaption>'
    ]
    table = mark.get("table", {})
    if table.get("rows"):
        download = "data:text/csv;charset=utf-8;base64," + base64.b64encode(csv_bytes(mark.get("csv", ""))).decode("ascii")
        summary = text("Data of this figure ({n} rows)", n=len(table["rows"]))
        link = f'<a class="download" download="{quote(mark["name"])}.csv" href="{download}">{escape(text("Download as CSV"))}</a>'
        parts.append(f"<details><summary>{escape(summary)}</summary>{_plain_table(table, summary)}{link}</details>")
    return "".join([*parts, "</figure>"])


def _plain_table(table: dict[str, Any], caption: str) -> str:
    numeric = table.get("numeric") or [False] * len(table["columns"])
    head = "".join(
        f'<th scope="col"{" class=number" if number else ""}>{html.escape(name)}</th>' for name, number in zip(table["columns"], numeric, strict=True)
    )
    rows = []
    for row in table["rows"]:
        cells = [f'<th scope="row">{html.escape(row[0])}</th>'] + [
            f"<td{' class=number' if number else ''}>{html.escape(cell)}</td>" for cell, number in zip(row[1:], numeric[1:], strict=True)
        ]
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return (
        f'<div class="table scroll" role="region" tabindex="0" aria-label="{html.escape(caption, quote=True)}"><table class="data">'
        f"<caption>{html.escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _numbered(body: str, lang: str) -> str:
    """Number figures and tables in the order they stand."""
    text = Language(lang).text  # type: ignore[arg-type]
    figures, tables = itertools.count(1), itertools.count(1)
    body = re.sub(re.escape(_FIGURE_NUMBER), lambda _: text("Figure {n}.", n=next(figures)), body)
    return re.sub(r'(<table role="table"[^>]*><caption>)', lambda found: found[1] + text("Table {n}.", n=next(tables)) + " ", body)


def _with_ids(body: str) -> tuple[str, list[tuple[str, str]]]:
    """Give every h2 an id of its own; returns the body and the contents (id, heading)."""
    contents: list[tuple[str, str]] = []

    def renamed(found: re.Match[str]) -> str:
        contents.append((f"section-{len(contents) + 1}", found[1]))
        return f'<h2 id="{contents[-1][0]}">{found[1]}</h2>'

    return re.sub(r"<h2[^>]*>(.*?)</h2>", renamed, body, flags=re.DOTALL), contents


def _size(svg: str) -> tuple[int, int]:
    """Width and height in pixels from an SVG's points, so that nothing jumps while a page loads."""
    found = re.search(r'width="([\d.]+)pt" height="([\d.]+)pt"', svg)
    return (round(float(found[1]) * 96 / 72), round(float(found[2]) * 96 / 72)) if found else (672, 400)


def _data_uri(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(visible(svg).encode("utf-8")).decode("ascii")
