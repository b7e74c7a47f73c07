"""From an executed notebook to a page: no code, no script, nothing loaded from outside.

Prose of the page's language and what the notebook shows become fragments; the templates in ``template/`` set them.
"""

from __future__ import annotations

import base64
import html
import itertools
import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from nbformat import NotebookNode

from coopanalysis.publish.marks import FIGURE_MIME, Part, opening, parts
from coopanalysis.publish.prose import Markdown, computed
from coopanalysis.publish.safety import csv_bytes, visible
from coopanalysis.publish.words import NAMES, OTHER, Words

CARRIED = "<!-- carried -->"  # where a page says that it could not be renewed
_NOTE = "<!-- note -->"  # where a notebook's tile has room for the number of its footnote
_FOLDER = Path(__file__).parent / "template"
_TEMPLATES = Environment(
    loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
)
_TEMPLATES.filters["escaped"] = lambda text: Markup(html.escape(text))
_PARTS: Any = _TEMPLATES.get_template("parts.html.j2").module
_TEMPLATES.get_template("page.html.j2")  # kept, for the reports that are forked from this process


def from_template(name: str, lang: str, **values: Any) -> str:
    """A page of a template in ``template/``; every value is escaped unless the template says otherwise."""
    css = (_FOLDER / "style.css").read_text(encoding="utf-8")
    other = {"code": OTHER[lang], "name": NAMES[OTHER[lang]]}
    return visible(_TEMPLATES.get_template(name).render(lang=lang, other=other, text=Words(lang).text, css=css, **values))


def render(
    notebook: NotebookNode, lang: str, name: str, plan_title: str = "", other_page: str = "", lines: list[tuple[str, str]] | None = None
) -> str:
    """The page of the executed notebook of report ``name``. ``other_page``: file of the other language, or ""; ``lines``: its stamp."""
    start = opening(notebook, lang)
    body, contents = _with_ids("".join(_body(notebook, Words(lang))))
    return from_template(
        "page.html.j2",
        lang,
        title=start.get("title") or plan_title or name,
        start=start,
        plan_title=plan_title,
        contents=contents,
        body=body,
        other_page=other_page,
        stamp=lines or [],
    )


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
    said = f'<div class="carried"><p>{sentence}</p></div>'
    return re.sub(rf'{CARRIED}|<div class="carried">.*?</div>', said, page.decode("utf-8"), count=1, flags=re.DOTALL).encode("utf-8")


def _body(notebook: NotebookNode, words: Words) -> Iterator[str]:
    """Fragments in order, figures and tables numbered; the tiles of one cell stand together, their footnotes at the end."""
    markdown, notes = Markdown(), list[tuple[str, str]]()
    figures, tables = itertools.count(1), itertools.count(1)

    def tile(mark: dict[str, Any], content: str) -> str:
        if not mark.get("footnote"):
            return content
        label = str(mark.get("label") or mark["name"])
        notes.append((label, str(mark["footnote"])))
        return content.replace(_NOTE, _PARTS.to_note(len(notes), label, words.text), 1)

    for (_, tiles), group in itertools.groupby(parts(notebook, words.code), lambda part: (part.cell, part.kind == "result")):
        if tiles:
            yield f'<div class="tiles">{"".join(tile(part.mark, part.content.data["text/html"]) for part in group)}</div>'
            continue
        for part in group:
            match part.kind:
                case "markdown":
                    yield markdown.cell(part.content.source, part.content.get("attachments", {}))
                case "figure":
                    yield _figure(part, words.text("Figure {n}.", n=next(figures)), words)
                case "table" | "html":
                    numbered = r'(<table role="table"[^>]*><caption>)'
                    yield re.sub(numbered, lambda found: f"{found[1]}{words.text('Table {n}.', n=next(tables))} ", part.content.data["text/html"])
                case "prose":
                    yield computed(str(part.content.data["text/markdown"]))
    if notes:
        yield _PARTS.footnotes(notes, words.text)


def _figure(part: Part, number: str, words: Words) -> str:
    """A figure with its caption, both drawings, key and source, and the data behind it."""
    data = part.content.data
    drawings = data.get(FIGURE_MIME, {})
    if wide := str(drawings.get("wide") or data.get("image/svg+xml", "")):
        uri, size = _svg(wide), _svg_size(wide)
    else:
        picture = base64.b64decode(data["image/png"])
        uri, size = _uri("image/png", picture), struct.unpack(">II", picture[16:24])  # where a PNG has it
    narrow = _svg(str(drawings["narrow"])) if drawings.get("narrow") else ""
    download = _uri("text/csv;charset=utf-8", csv_bytes(part.mark.get("csv", "")))
    return str(_PARTS.figure(part.stem, number, part.mark, uri, size, narrow, download, words.text))


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


def _svg(drawing: str) -> str:
    return _uri("image/svg+xml", visible(drawing).encode("utf-8"))


def _uri(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"
