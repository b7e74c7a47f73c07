"""Figure 1: what grew between two dates, and how much of it is prices."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from coopanalysis.display.figures import pairs
from coopanalysis.display.figures.chart import Chart
from coopanalysis.display.figures.growth_drawing import Drawing, multiple_text
from coopanalysis.display.findings.growth import COOPERATIVES, REVENUE
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
    finding = _title(view, drawn, first)
    notes = (_key(view, drawn, rows), _caution(view, drawn), pairs.sentences(pairs.left_out(view, missing, names), pairs.no_room(view, rest)))
    return Chart(
        name="growth",
        draw=lambda width: Drawing(view, drawn, rows, first, (COOPERATIVES, REVENUE) if finding else (), width).figure(),
        title=finding or text("Indicators of {area}, {end} against {start}", area=view.area, start=first, end=last),
        subtitle=text(
            "{count}, {end} against {start}, {area}. Dashes join two dates; they are not a path.",
            start=first,
            end=last,
            area=view.area,
            count=view.language.capital(_count(view, len(drawn))),
        ),
        alt=_alt(view, drawn, first),
        notes=tuple(note for note in notes if note),
        source=view.source_note(pairs.source_codes(view, drawn)),
        data=_data(view, drawn, rows),
        table=_table(view, rows, first, last),
    )


# -- words ----------------------------------------------------------------------------------------------------
def _count(view: View, n: int) -> str:
    return view.language.plural("{count} indicator", "{count} indicators", n, count=pairs.count_word(view, n))


def _title(view: View, drawn: pd.DataFrame, first: str) -> str:
    """The finding about cooperatives and real revenue; empty if one of the two is missing or they grew alike."""
    text, language = view.language.text, view.language
    rows = drawn.set_index("indicator")
    if COOPERATIVES not in rows.index or REVENUE not in rows.index or np.isnan(rows.at[REVENUE, "real_multiple"]):
        return ""
    number, revenue = rows.at[COOPERATIVES, "multiple"], rows.at[REVENUE, "real_multiple"]
    a, b = language.multiple(number, 1), language.multiple(revenue, 1)
    if a == b:
        return ""
    if number >= 1 and revenue >= 1:
        if revenue < number:
            return text("Cooperatives multiplied by {a}, real revenue only by {b}", a=a, b=b)
        return text("Real revenue multiplied by {b}, faster than the number of cooperatives", b=b)
    if number >= 1:
        return text("Cooperatives multiplied by {a}, but real revenue is {share} of {year}", a=a, share=language.percent(revenue, 0), year=first)
    if revenue >= 1:
        return text("Cooperatives are {share} of {year}, but real revenue multiplied by {b}", share=language.percent(number, 0), year=first, b=b)
    return text(
        "Against {year}, cooperatives are at {a} and real revenue at {b}", year=first, a=language.percent(number, 0), b=language.percent(revenue, 0)
    )


def _alt(view: View, drawn: pd.DataFrame, first: str) -> str:
    text = view.language.text
    ranked = drawn.assign(by=drawn["shown"].fillna(drawn["multiple"])).sort_values("by", ascending=False, kind="stable")

    def grown(row: Any) -> str:
        values = {"name": view.inline(row.indicator), "x": pairs.times(view, row.by, sign=pairs.bound_sign(*pairs.multiple_bounds(row)))}
        if row.monetary:
            return text("{name}, {x} in constant prices", **values) if np.isfinite(row.shown) else text("{name}, {x} in current prices", **values)
        return text("{name}, {x}", **values)

    rows = list(ranked.itertuples())
    parts = [text("{count} against {year}.", count=view.language.capital(_count(view, len(rows))), year=first)]
    if len(rows) > 1:
        parts.append(text("Most: {most}; least: {least}.", most=grown(rows[0]), least=grown(rows[-1])))
    else:
        parts.append(view.language.capital(grown(rows[0])) + ".")
    prices = drawn["price_multiple"].dropna()
    if len(prices):
        parts.append(text("Consumer prices: {x}.", x=pairs.times(view, prices.iloc[0])))
    return " ".join(parts)


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
    year = pairs.price_year(view, drawn)
    deflated = text("Constant prices: amounts deflated by the consumer price index, annual averages.") if year else ""
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
