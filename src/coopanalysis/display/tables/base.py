"""Tables as leaders and screen readers need them: caption, scope, units in the header, a legend for what is missing.

A :class:`Table` holds formatted strings beside the raw numbers, so that the page shows the one and the CSV the other.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import pandas as pd

from coopanalysis.display.language import CODES, MISSING, Language
from coopanalysis.display.view import View

STACKED_FROM = 4  # tables with this many columns become stacked rows on a phone

_NUMBER = re.compile(r"^[^\w]*[-+−±≥≤≈~]?\s?[\d.,]+\s?%?[*¹²³⁴⁵]*$|^[–∞]$")


@dataclass(frozen=True)
class Table:
    """``frame``: strings, headers in the reader's language, first column the row's name. ``data``: the raw numbers.

    ``notes`` stand under the table; ``strong`` names the one column set in bold.
    """

    name: str
    caption: str
    frame: pd.DataFrame
    data: pd.DataFrame = field(default_factory=pd.DataFrame)
    notes: tuple[str, ...] = ()
    strong: str = ""


def two_years(view: View, known: pd.DataFrame) -> tuple[str, str]:
    """First and last year of most rows as column heads; the words themselves where there is no row."""
    if known.empty:
        return view.language.text("First year"), view.language.text("Last year")
    first, last = (str(int(known[f"{side}_date"].dt.year.mode().iloc[0])) for side in ("start", "end"))
    return first, last


def is_numeric(column: Iterable[str]) -> bool:
    """True if every cell is a number, a percentage, a dash or "not applicable", and not all are the words: such a column stands to the right."""
    words = {Language(code).text("not applicable") for code in CODES}  # type: ignore[arg-type]
    others = [str(cell) for cell in column if cell not in words]
    return bool(others) and all(_NUMBER.match(cell.replace("\u00a0", " ").strip() or MISSING) for cell in others)


def derived_note(view: View, known: pd.DataFrame, end: str) -> str:
    """The legend of the star, if a first level is derived; "" otherwise."""
    if not known["start_derived"].any():
        return ""
    return view.language.text("* [derived]: level of {end} minus the increase that the report states.", end=end)


def missing_note(frame: pd.DataFrame, language: Language) -> tuple[str, ...]:
    """The legend of the dash, if a cell shows one."""
    if any((frame[name] == MISSING).any() for name in frame.columns):
        return (language.text("– : no figure"),)
    return ()


def table_html(table: Table) -> str:
    """A complete ``<table>`` in a ``<div class="table">``; every text escaped, roles written out for stacked rows."""
    frame = table.frame
    numeric = [is_numeric(frame.iloc[:, position]) for position in range(frame.shape[1])]
    stacked = " stacked" if frame.shape[1] >= STACKED_FROM else ""
    parts = [f'<div class="table"><table role="table" class="data{stacked}">', f"<caption>{_escape(table.caption)}</caption>"]
    parts.append('<thead role="rowgroup"><tr role="row">')
    for position, name in enumerate(frame.columns):
        parts.append(f'<th role="columnheader" scope="col"{_class(numeric[position], False)}>{_escape(name)}</th>')
    parts.append('</tr></thead><tbody role="rowgroup">')
    for record in frame.itertuples(index=False):
        parts.append('<tr role="row">')
        for position, cell in enumerate(record):
            header = _escape(frame.columns[position])
            if position == 0:
                parts.append(f'<th role="rowheader" scope="row">{_escape(cell)}</th>')
            else:
                strong = frame.columns[position] == table.strong
                parts.append(f'<td role="cell" data-l="{header}"{_class(numeric[position], strong)}>{_escape(cell)}</td>')
        parts.append("</tr>")
    parts.append("</tbody></table>")
    parts += [f'<p class="note">{_escape(note)}</p>' for note in table.notes]
    parts.append("</div>")
    return "".join(parts)


def _class(number: bool, strong: bool) -> str:
    names = " ".join(name for name, on in (("number", number), ("strong", strong)) if on)
    return f' class="{names}"' if names else ""


def _escape(value: object) -> str:
    return html.escape(str(value)).replace("\n", "<br>")
