"""From an executed notebook to a page: no code, no script, nothing loaded from outside.

Prose of the page's language and what the notebook shows become fragments; the template in ``template/`` sets them.
"""

from __future__ import annotations

import base64
import html
import itertools
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from nbformat import NotebookNode

from coopanalysis.publish.marks import FIGURE_MIME, Part, opening, parts
from coopanalysis.publish.prose import Markdown, computed
from coopanalysis.publish.safety import csv_bytes, visible
from coopanalysis.publish.words import NAMES, OTHER, Words

CARRIED = "<!-- carried -->"  # where a page says that it could not be renewed
_NOTE = "<!-- note -->"  # where a notebook's tile has room for the number of its footnote
_NUMBER = "<!-- figure -->"  # comments: no escaped value can look like one
TEMPLATES = Path(__file__).parent / "template"
MANY_SECTIONS = 3  # a contents list stands above more sections than this
_NO_OPENING = {"title": "", "lead": [], "cautions": [], "notice": "", "as_of": "", "evidence_text": "", "valid_until_text": ""}


@dataclass(frozen=True)
class PageContext:
    """What the page needs besides its notebook. ``stem``: the report's name; ``other_page``: file of the other language, or ""."""

    lang: str
    stem: str
    plan_title: str = ""
    other_page: str = ""
    stamp: list[tuple[str, str]] = field(default_factory=list)


@cache
def _templates() -> Environment:
    loader = FileSystemLoader(TEMPLATES)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)


def from_template(name: str, lang: str, **values: Any) -> str:
    """A page of a template in ``template/``; every value is escaped unless the template says otherwise."""
    css = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    other = {"code": OTHER[lang], "name": NAMES[OTHER[lang]]}
    return visible(_templates().get_template(name).render(lang=lang, other=other, text=Words(lang).text, css=css, **values))


def render(notebook: NotebookNode, context: PageContext) -> str:
    """The page of one executed notebook."""
    words = Words(context.lang)
    start = {**_NO_OPENING, **opening(notebook, context.lang)}
    notes = _Footnotes(words)
    body = _numbered("".join(_body(notebook, words, notes)), words)
    body, contents = _with_ids(body + notes.section())
    return from_template(
        "page.html.j2",
        context.lang,
        title=start["title"] or context.plan_title or context.stem,
        start=start,
        plan_title=context.plan_title,
        contents=contents if len(contents) > MANY_SECTIONS else [],
        body=body,
        other_page=context.other_page,
        stamp=context.stamp,
    )


def prepare() -> None:
    """Read the templates, for the process that reports are forked from."""
    for name in ("page.html.j2", "edition.html.j2"):
        _templates().get_template(name)


def stamp(
    words: Words, parameters: dict[str, Any], opening: dict[str, Any], generated_day: str, version: str, fingerprint: str
) -> list[tuple[str, str]]:
    """The lines at the foot of a page: what it says, from what, made when and by what. Lines with nothing to say are left out."""
    shown = (f"{name} = {', '.join(map(str, value)) if isinstance(value, list) else value}" for name, value in parameters.items() if name != "data")
    data = opening.get("data_set", {})
    named = [f"{data.get('name', '')} {data.get('version', '')}".strip(), *data.get("licences", [])]
    until = opening.get("as_of_date", "")
    lines = [
        (words.text("Data as of"), words.date(until, "month") if until else ""),
        (words.text("Data set"), ", ".join(part for part in named if part)),
        (words.text("Generated"), words.date(generated_day)),
        (words.text("Code version"), version),
        (words.text("Parameters"), ", ".join(shown)),
        (words.text("Fingerprint"), fingerprint[:12]),
    ]
    return [(name, value) for name, value in lines if value]


def dated(page: bytes, lang: str, day: str) -> bytes:
    """The last good page of a report that could not be renewed, with its ``day`` (ISO) in one plain sentence."""
    words = Words(lang)
    sentence = words.text("This page is that of {date}: the last run could not renew it.", date=words.date(day))
    plain = re.sub(r'<div class="carried">.*?</div>', CARRIED, page.decode("utf-8"), flags=re.DOTALL)
    return plain.replace(CARRIED, f'<div class="carried"><p>{sentence}</p></div>', 1).encode("utf-8")


class _Footnotes:
    """The footnotes of a page's tiles, numbered as they stand, linked both ways."""

    def __init__(self, words: Words):
        self.text = words.text
        self.items: list[tuple[str, str]] = []

    def tile(self, part: Part) -> str:
        """A tile with the number of its footnote, which is kept for the end of the page."""
        tile, label, footnote = str(part.content.data["text/html"]), str(part.mark.get("label") or part.mark["name"]), part.mark.get("footnote")
        if not footnote:
            return tile
        self.items.append((label, str(footnote)))
        number = len(self.items)
        name = html.escape(self.text("Source of {label}", label=label))
        link = f' <sup class="to-note"><a id="mark-{number}" href="#note-{number}" aria-label="{name}">{number}</a></sup>'
        return tile.replace(_NOTE, link, 1)

    def section(self) -> str:
        if not self.items:
            return ""
        entries = "".join(
            f'<li id="note-{number}"><strong>{html.escape(label)}</strong>: {footnote} '
            f'<a href="#mark-{number}" aria-label="{html.escape(self.text("Back to {label}", label=label))}">↑</a></li>'
            for number, (label, footnote) in enumerate(self.items, start=1)
        )
        heading = html.escape(self.text("Where each headline number comes from"))
        return f'<section class="footnotes"><h2>{heading}</h2><ol>{entries}</ol></section>'


def _body(notebook: NotebookNode, words: Words, notes: _Footnotes) -> Iterator[str]:
    """Fragments in order; the tiles of one cell stand together."""
    markdown = Markdown()
    for (_, tiles), group in itertools.groupby(parts(notebook, words.code), lambda part: (part.cell, part.kind == "result")):
        if tiles:
            yield f'<div class="tiles">{"".join(map(notes.tile, group))}</div>'
            continue
        for part in group:
            match part.kind:
                case "markdown":
                    yield markdown.html(part.content.source, part.content.get("attachments"))
                case "figure":
                    yield _figure(part, words)
                case "table" | "html":
                    yield str(part.content.data["text/html"])
                case "prose":
                    yield computed(str(part.content.data["text/markdown"]))


def _figure(part: Part, words: Words) -> str:
    """A figure with its caption, both drawings, key and source, and the data behind it."""
    mark, data, escape = part.mark, part.content.data, html.escape
    drawings = data.get(FIGURE_MIME, {})
    wide = str(drawings.get("wide") or data.get("image/svg+xml", ""))
    narrow = str(drawings.get("narrow", ""))
    uri, (width, height) = (_svg_uri(wide), _svg_size(wide)) if wide else _png(str(data["image/png"]))
    source = f'<source media="(max-width: 600px)" srcset="{_svg_uri(narrow)}">' if narrow else ""
    image = f'<img src="{uri}" alt="{escape(mark["alt"])}" width="{width}" height="{height}">'
    title = f'<p class="figure-title">{_NUMBER} {escape(mark["title"])}'.strip() + "</p>"
    subtitle = f'<p class="subtitle">{escape(mark["subtitle"])}</p>' if mark.get("subtitle") else ""
    notes = "".join(f"<p>{escape(note)}</p>" for note in [*mark.get("notes", []), mark["source"]] if note)
    words_below = f"<figcaption>{notes}</figcaption>" if notes else ""
    table, behind = mark.get("table", {}), ""
    if table.get("rows"):
        download = "data:text/csv;charset=utf-8;base64," + base64.b64encode(csv_bytes(mark.get("csv", ""))).decode("ascii")
        summary = words.text("Data of this figure ({n} rows)", n=len(table["rows"]))
        link = f'<a class="download" download="{quote(part.stem)}.csv" href="{download}">{escape(words.text("Download as CSV"))}</a>'
        behind = f"<details><summary>{escape(summary)}</summary>{_plain_table(table, summary)}{link}</details>"
    caption = f'<div class="caption">{title}{subtitle}</div>'
    return f'<figure id="figure-{part.stem}">{caption}<picture>{source}{image}</picture>{words_below}{behind}</figure>'


def _plain_table(table: dict[str, Any], caption: str) -> str:
    classes = [" class=number" if number else "" for number in table.get("numeric") or [False] * len(table["columns"])]
    head = "".join(f'<th scope="col"{kind}>{html.escape(name)}</th>' for name, kind in zip(table["columns"], classes, strict=True))
    rows = []
    for first, *rest in table["rows"]:
        cells = (f"<td{kind}>{html.escape(cell)}</td>" for cell, kind in zip(rest, classes[1:], strict=True))
        rows.append(f'<tr><th scope="row">{html.escape(first)}</th>{"".join(cells)}</tr>')
    return (
        f'<div class="table scroll" role="region" tabindex="0" aria-label="{html.escape(caption)}"><table class="data">'
        f"<caption>{html.escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _numbered(body: str, words: Words) -> str:
    """Number figures and tables in the order they stand."""
    figures, tables = itertools.count(1), itertools.count(1)
    body = re.sub(_NUMBER, lambda _: words.text("Figure {n}.", n=next(figures)), body)
    return re.sub(r'(<table role="table"[^>]*><caption>)', lambda found: found[1] + words.text("Table {n}.", n=next(tables)) + " ", body)


def _with_ids(body: str) -> tuple[str, list[tuple[str, str]]]:
    """Give every h2 an id of its own; returns the body and the contents (id, heading as HTML without tags)."""
    contents: list[tuple[str, str]] = []

    def renamed(found: re.Match[str]) -> str:
        contents.append((f"section-{len(contents) + 1}", re.sub(r"<[^>]*>", "", found[1])))
        return f'<h2 id="{contents[-1][0]}">{found[1]}</h2>'

    return re.sub(r"<h2[^>]*>(.*?)</h2>", renamed, body, flags=re.DOTALL), contents


def _svg_size(svg: str) -> tuple[int, int]:
    """Width and height in pixels from an SVG's points, so that nothing jumps while a page loads."""
    found = re.search(r'width="([\d.]+)pt" height="([\d.]+)pt"', svg)
    return (round(float(found[1]) * 96 / 72), round(float(found[2]) * 96 / 72)) if found else (672, 400)


def _svg_uri(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(visible(svg).encode("utf-8")).decode("ascii")


def _png(encoded: str) -> tuple[str, tuple[int, int]]:
    """Address and size of a PNG picture; the size stands in its header."""
    picture = base64.b64decode(encoded)
    width, height = struct.unpack(">II", picture[16:24])
    return "data:image/png;base64," + base64.b64encode(picture).decode("ascii"), (width, height)
