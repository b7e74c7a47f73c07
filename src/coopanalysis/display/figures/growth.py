"""Figure 1: what grew between two dates, and how much of it is prices."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from coopanalysis.display.figures import pairs
from coopanalysis.display.figures.chart import Chart, fitting, shortened
from coopanalysis.display.figures.growth_drawing import Drawing, multiple_text
from coopanalysis.display.view import View

MAX_ROWS = 14  # what the tallest page and phone drawing hold


def growth_chart(view: View, growth: pd.DataFrame) -> Chart:
    """Multiples of every indicator with both dates on a log axis, counts above money; money nominal and real.

    ``growth``: the frame of ``growth_table``. Rows without a multiple are left out and named in the notes.
    """
    text = view.language.text
    known, missing = pairs.split(growth)
    names = [view.inline(code) for code in missing["indicator"]]
    if known.empty:
        return pairs.empty_chart(view, "growth", text("Growth of the indicators of {area} between two dates", area=view.area), missing, names)
    first, last = pairs.years(known)
    known = known.assign(shown=known["real_multiple"].where(known["monetary"].astype(bool), known["multiple"]))
    known = known.sort_values(["monetary", "shown", "multiple"], ascending=[True, False, False], kind="stable").reset_index(drop=True)
    drawn, rest = known.head(MAX_ROWS), known.iloc[MAX_ROWS:]
    rows = list(drawn.itertuples())  # once: pandas makes them slowly
    notes = (_key(view, drawn, rows), _caution(view, drawn), pairs.sentences(pairs.left_out(view, missing, names), pairs.no_room(view, rest)))
    return Chart(
        name="growth",
        draw=lambda width: Drawing(view, drawn, rows, first, width).figure(),
        title=text("Indicators of {area}, {end} against {start}", area=view.area, start=first, end=last),
        subtitle=text(
            "{count}, {end} against {start}, {area}. Dashes join two dates; they are not a path.",
            start=first,
            end=last,
            area=view.area,
            count=view.language.plural("{n} indicator", "{n} indicators", len(drawn)),
        ),
        alt=_alt(view, rows, first),
        notes=tuple(note for note in notes if note),
        source=view.source_note(pairs.source_codes(view, drawn)),
        data=_data(view, drawn, rows),
        table=_table(view, rows, first, last),
    )


# -- words ----------------------------------------------------------------------------------------------------


def _alt(view: View, rows: list[Any], first: str) -> str:
    return fitting(view, lambda own: shortened(_said(own, rows, first)))


def _said(view: View, rows: list[Any], first: str) -> list[str]:
    """How many, the rise of prices, then every row: the last ones go where there is no room."""
    text = view.language.text

    def grown(row: Any) -> str:
        values = {"name": view.indicator(row.indicator), "x": pairs.times(view, row.multiple, sign=pairs.bound_sign(*pairs.multiple_bounds(row)))}
        if not np.isfinite(row.real_multiple):
            return text("{name}: {x}.", **values)
        return text("{name}: {x}, in constant prices {real}.", **values, real=pairs.times(view, row.real_multiple))

    prices = [row.price_multiple for row in rows if np.isfinite(row.price_multiple)]
    parts = [text("{count} against {year}.", count=view.language.plural("{n} indicator", "{n} indicators", len(rows)), year=first), *map(grown, rows)]
    return [*parts[:1], *(text("Consumer prices: {x}.", x=pairs.times(view, multiple)) for multiple in prices[:1]), *parts[1:]]


def _key(view: View, drawn: pd.DataFrame, rows: list[Any]) -> str:
    """The key of marks in the order of appearance."""
    text = view.language.text
    counts, money = drawn[~drawn["monetary"].astype(bool)], drawn[drawn["monetary"].astype(bool)]
    starts = " ".join(sign for sign, rows in (("□", counts), ("○", money)) if len(rows))
    day = view.language.date(drawn["start_date"].mode().iloc[0])
    parts = []
    if drawn["start_derived"].any():
        parts.append(text("{marks} {date}; * derived: the later level less the stated increase", marks=starts, date=day))
    else:
        parts.append(text("{marks} {date}", marks=starts.replace("□", "■").replace("○", "●"), date=day))
    if len(counts):
        parts.append(text("■ counts"))
    if money["real_multiple"].notna().any():
        parts.append(text("● constant prices"))
    if len(money):
        parts.append(text("◇ current prices"))
    if _two_sources(drawn).any():
        parts.append(text("hollow on a dotted line: the dates come from two sources"))
    bounds = [pairs.multiple_bounds(row) for row in rows]
    if any(low != high for low, high in bounds):
        parts.append(text("≥ ≤ ≈ and short lines or arrows: the source says more than, less than, about or nearly"))
    return "; ".join(parts) + "."


def _caution(view: View, drawn: pd.DataFrame) -> str:
    text = view.language.text
    real = drawn["real_multiple"].notna().any()
    deflated = text("Constant prices: amounts deflated by the consumer price index, annual averages.") if real else ""
    return pairs.sentences(pairs.assumed_dates(view, drawn), deflated)


def _two_sources(drawn: pd.DataFrame) -> pd.Series:
    return drawn["start_source"].ne(drawn["end_source"])


def _data(view: View, drawn: pd.DataFrame, rows: list[Any]) -> pd.DataFrame:
    columns = [
        "indicator",
        "unit",
        "start_date",
        "start_value",
        "start_qualifier",
        "start_derived",
        "end_date",
        "end_value",
        "end_qualifier",
        "end_date_assumed",
        "years",
        "multiple",
        "price_multiple",
        "real_multiple",
    ]
    return drawn[columns].assign(
        source=[pairs.sources_of(view, row, deflated=bool(np.isfinite(row.real_multiple))) for row in rows],
        rows=[pairs.row_numbers(row.start_row, row.end_row) for row in rows],
    )


def _table(view: View, rows: list[Any], first: str, last: str) -> pd.DataFrame:
    text, language = view.language.text, view.language
    none = text("not applicable")
    return pd.DataFrame(
        {
            text("Indicator"): [", ".join(part for part in (view.indicator(row.indicator), view.unit(row.indicator)) if part) for row in rows],
            first: [pairs.starred(view.value(row.indicator, row.start_value, row.start_qualifier), row.start_derived) for row in rows],
            last: [view.value(row.indicator, row.end_value, row.end_qualifier) for row in rows],
            text("Multiple, counts and current prices"): [multiple_text(view, row, row.multiple) for row in rows],
            text("Multiple, constant prices"): [multiple_text(view, row, row.real_multiple) if row.monetary else none for row in rows],
            text("Consumer prices, multiple"): [language.multiple(row.price_multiple) if row.monetary else none for row in rows],
        }
    )
