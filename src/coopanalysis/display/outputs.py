"""How a notebook shows something: every output carries the marks that export reads, and writes no file.

The marks stand in the output's metadata under ``coopanalysis``; JupyterLab ignores them and shows the picture, the
table or the text beside them.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
from IPython.display import display
from matplotlib import rc_context
from matplotlib.figure import Figure

from coopanalysis.display.figures.chart import ALT_LIMIT, Chart
from coopanalysis.display.language import NO_BREAK, Language, is_missing
from coopanalysis.display.tables import Table, is_numeric, table_html
from coopanalysis.display.theme import Width, frame, style, to_png, to_svg
from coopanalysis.display.view import plain

FIGURE_MIME = "application/vnd.coopanalysis.figure+json"
SINCE_PLACE = "<!-- since -->"  # where an edition says what changed since the last one
NOTE_PLACE = "<!-- note -->"  # where a page puts the number of a tile's footnote


def opening(
    *,
    title: str,
    lead: Sequence[str],
    finding: str,
    evidence_text: str,
    as_of: str,
    as_of_date: str,
    valid_until: str,
    valid_until_text: str,
    cautions: Sequence[str] = (),
    notice: str = "",
    area: str = "",
    subject: str = "",
    variant: str = "",
    data_set: Mapping[str, Any] | None = None,
) -> None:
    """What stands above everything else on a page: title, the finding in two sentences, cautions, dates.

    ``finding``: one line for the index. ``as_of`` and ``valid_until_text`` are in words, ``as_of_date`` and
    ``valid_until`` ISO dates. ``notice``: a lasting notice about the area. For the index of all pages: ``area`` and ``subject``
    in words, ``variant``: what tells this page from another of the same report, ``data_set``: its name, version and licences.
    """
    warnings = "".join(f"\n\n> {text}" for text in [*cautions, notice] if text)
    _emit(
        {"text/markdown": f"# {title}\n\n**{' '.join(lead)}**\n\n{evidence_text} · {as_of}{warnings}", "text/plain": title},
        {
            "kind": "opening",
            "title": title,
            "lead": list(lead),
            "cautions": list(cautions),
            "notice": notice,
            "as_of": as_of,
            "as_of_date": as_of_date,
            "valid_until": valid_until,
            "valid_until_text": valid_until_text,
            "evidence_text": evidence_text,
            "finding": finding,
            "area": area,
            "subject": subject,
            "variant": variant,
            "data_set": dict(data_set or {}),
        },
    )


def prose(*paragraphs: str) -> None:
    """Computed sentences, as paragraphs of Markdown; empty ones are left out. Only a list may hold bold words of its own (see ``plain``)."""
    text = "\n\n".join(paragraph if paragraph.startswith(("- ", "1. ")) else plain(paragraph) for paragraph in paragraphs if paragraph)
    if text:
        _emit({"text/markdown": text, "text/plain": text}, {"kind": "prose"})


def fragment(content: str, *, sources: Sequence[Mapping[str, Any]] = ()) -> None:
    """A ready piece of HTML made by this package (never from data that is not escaped).

    ``sources``: those that it names, for the list of all pages (see ``sources.source_entries``).
    """
    mark: dict[str, Any] = {"kind": "html"}
    _emit({"text/html": content, "text/plain": ""}, mark | ({"sources": [dict(one) for one in sources]} if sources else {}))


def show(
    figure: Chart | Figure | Callable[[Width], Figure],
    *,
    name: str = "",
    alt: str = "",
    source: str = "",
    title: str = "",
    subtitle: str = "",
    notes: Sequence[str] = (),
    data: pd.DataFrame | None = None,
    table: pd.DataFrame | None = None,
) -> None:
    """Show a figure: a :class:`Chart`, or a matplotlib Figure (or a function of "wide" | "narrow") with its words.

    Raises ``ValueError`` without name, alt text or source, or if the alt text is longer than 300 characters.
    """
    if isinstance(figure, Chart):
        chart = figure if not name else Chart(**{**vars(figure), "name": name})
    else:
        draw = figure if callable(figure) else None
        chart = Chart(
            name,
            draw or (lambda _: figure),
            title,
            subtitle,
            alt,
            tuple(notes),
            source,
            pd.DataFrame() if data is None else data,
            pd.DataFrame() if table is None else table,
        )
    if not (chart.name and chart.alt.strip() and chart.source.strip()):
        raise ValueError(f"figure {chart.name!r}: name, alt text and source are required")
    if len(chart.alt) > ALT_LIMIT:
        raise ValueError(f"figure {chart.name!r}: the alt text has {len(chart.alt)} characters; at most {ALT_LIMIT}")
    single = isinstance(figure, Figure)  # one given drawing cannot be framed or narrowed without changing it
    with rc_context(style()):
        drawn = chart.draw("wide")
        wide, narrow = to_svg(drawn), "" if single else to_svg(chart.draw("narrow"))
        framed = drawn if single else frame(drawn, chart.title, chart.subtitle, chart.notes, chart.source)
        png, outlined = to_png(framed), to_svg(framed, outlines=True)
    seen = chart.table if len(chart.table.columns) else chart.data
    _emit(
        {"image/svg+xml": wide, "image/png": png, "text/plain": chart.alt, FIGURE_MIME: {"wide": wide, "narrow": narrow, "framed_svg": outlined}},
        {
            "kind": "figure",
            "name": chart.name,
            "alt": chart.alt,
            "title": chart.title,
            "subtitle": chart.subtitle,
            "notes": list(chart.notes),
            "source": chart.source,
            "csv": csv_text(chart.data),
            "table": {
                "columns": [str(column) for column in seen.columns],
                "rows": [[str(cell) for cell in record] for record in seen.itertuples(index=False)],
                "numeric": [is_numeric(seen.iloc[:, position]) for position in range(seen.shape[1])],
            },
        },
    )


def show_table(
    table: Table | pd.DataFrame, *, name: str = "", caption: str = "", notes: Sequence[str] = (), language: Language | None = None
) -> None:
    """Show a :class:`Table`, or a frame with ``name`` and ``caption`` (numbers then as ``language``, default Vietnamese, writes them).

    Raises ``ValueError`` without name or caption.
    """
    if isinstance(table, pd.DataFrame):
        words = language or Language("vi")
        strings = table.apply(
            lambda column: [
                words.number(value, 0 if float(value).is_integer() else 2)
                if isinstance(value, int | float) and not is_missing(value)
                else words.text("{value}", value=value)
                if not is_missing(value)
                else "–"
                for value in column
            ]
        )
        table = Table(name, caption, strings.astype(str), table, tuple(notes))
    if not (table.name and table.caption):
        raise ValueError(f"table {table.name!r}: name and caption are required")
    data = table.data if len(table.data.columns) else table.frame
    _emit(
        {"text/html": table_html(table), "text/plain": table.frame.to_string(index=False)},
        {"kind": "table", "name": table.name, "caption": table.caption, "notes": list(table.notes), "csv": csv_text(data)},
    )


def result(
    name: str,
    value: float | None,
    *,
    unit: str = "",
    date: Any = None,
    status: str = "",
    rows: Sequence[int] = (),
    targets: Sequence[int] = (),
    prices: Sequence[int] = (),
    label: str = "",
    text: str = "",
    status_text: str = "",
    note: str = "",
    footnote: str = "",
) -> None:
    """A headline number: its plain ``value`` for summary.json and its ``text`` for the page's tile.

    ``rows``, ``targets``, ``prices``: the rows of observations.csv, targets.csv and deflators.csv it was computed from;
    ``footnote``: the same in words (HTML, see ``citations.cite``); ``date``: the day it stands for.
    """
    missing = is_missing(value)
    day = "" if is_missing(date) else str(pd.Timestamp(date).date())
    shown = text or ("–" if missing else f"{value:g}")
    qualifier, space, number = shown.rpartition(NO_BREAK)  # "more than" in small letters before its number
    before = f'<span class="unit">{html.escape(qualifier)}</span>{space}' if qualifier else ""
    content = (
        f'<div class="tile"><p class="label">{html.escape(label or name)}{NOTE_PLACE}</p><p class="value">{before}{html.escape(number)}'
        + (f' <span class="unit">{html.escape(unit)}</span>' if unit else "")
        + "</p>"
        + (f'<p class="status">{html.escape(status_text)}</p>' if status_text else "")
        + (f'<p class="note">{html.escape(note)}</p>' if note else "")
        + "</div>"
    )
    _emit(
        {"text/html": content, "text/plain": f"{label or name}: {shown} {unit} {note}".strip()},
        {
            "kind": "result",
            "name": name,
            "label": label,
            "text": shown,
            "unit": unit,
            "value": None if missing else float(value),  # type: ignore[arg-type]
            "date": day,
            "status": status,
            "status_text": status_text,
            "note": note,
            "rows": [int(row) for row in rows],
            "targets": [int(row) for row in targets],
            "prices": [int(row) for row in prices],
            "footnote": footnote,
        },
    )


def csv_text(frame: pd.DataFrame) -> str:
    """Plain CSV (LF, no index); dates as ISO days."""
    plain = frame.copy()
    for name in plain.columns:
        if pd.api.types.is_datetime64_any_dtype(plain[name]):
            plain[name] = plain[name].dt.strftime("%Y-%m-%d")
    return plain.to_csv(index=False, lineterminator="\n")


def _emit(data: dict[str, Any], mark: dict[str, Any]) -> None:
    display(data, metadata={"coopanalysis": mark}, raw=True)
