"""Where a headline number comes from: the rows of the data set it was computed from, and the same in words.

Here for: a number that nobody can trace. Each footnote names the formula with its inputs and, for every input, the
source, the place in it, the qualifier and the reliability; the row numbers let anyone compute it again.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from coopanalysis.display.view import View

Figure = tuple[int, bool]  # a row of observations.csv, and whether the level derived from it is meant


def cite(
    view: View, *figures: Figure, formula: str = "", targets: Sequence[int] = (), price_years: Sequence[int] = (), counted: Iterable[int] = ()
) -> dict[str, Any]:
    """The arguments of ``result`` that say where its number comes from: rows, targets, prices, footnote (HTML).

    ``figures``: the observations it rests on, in the order of the formula. ``targets``: rows of targets.csv.
    ``price_years``: years of the consumer price index. ``counted``: rows of observations.csv that are only counted: named by source,
    without their values. Row numbers are those a spreadsheet shows. Raises ``KeyError`` for a row that is not there.
    """
    figures = tuple(dict.fromkeys(figures))
    counted = list(dict.fromkeys(int(row) for row in counted))
    parts = [html.escape(view.language.capital(formula))] if formula else []
    parts += _figures(view, figures)
    parts += _targets(view, targets)
    parts += _prices(view, price_years)
    parts += _counted(view, counted)
    rows = [row for figure in figures for row in cited_rows(view, *figure)]
    return {
        "rows": list(dict.fromkeys([*rows, *counted])),
        "targets": [int(row) for row in targets],
        "prices": [int(row) for row in _price_rows(view, price_years)["row"]],
        "footnote": ". ".join(part.rstrip(".") for part in parts) + "." if parts else "",
    }


def cited_rows(view: View, row: int, derived: bool) -> list[int]:
    """The row of a level, with the row of the change it was derived from."""
    return [int(row), int(_observation(view, row, derived)["change_row"])] if derived else [int(row)]


def _observation(view: View, row: int, derived: bool) -> pd.Series:
    levels = view.dataset.observations
    found = np.flatnonzero(levels["row"].eq(row) & levels["derived"].eq(derived))  # its place: a frame for each row is slow
    if not len(found):
        raise KeyError(f"observations.csv has no {'derived level' if derived else 'statement'} at row {row}")
    return levels.iloc[found[0]]


def _figures(view: View, figures: Iterable[Figure]) -> list[str]:
    """One part for each source: its figures, then source, places, reliability and rows."""
    by_source: dict[str, list[tuple[Figure, pd.Series]]] = {}
    for figure in figures:
        record = _observation(view, *figure)
        by_source.setdefault(str(record["source"]), []).append((figure, record))
    parts = []
    for code, records in by_source.items():
        named = "; ".join(html.escape(_figure(view, record)) for _, record in records)
        rows = [row for figure, _ in records for row in cited_rows(view, *figure)]
        parts.append(f"{named}: {_source(view, code, [str(record['locator']) for _, record in records], rows, 'observations.csv')}")
    return parts


def _counted(view: View, rows: Sequence[int]) -> list[str]:
    """One part for each source: places, reliability and rows."""
    by_source: dict[str, list[pd.Series]] = {}
    for row in rows:
        record = _observation(view, row, False)
        by_source.setdefault(str(record["source"]), []).append(record)
    return [
        _source(view, code, [str(record["locator"]) for record in records], [int(record["row"]) for record in records], "observations.csv")
        for code, records in by_source.items()
    ]


def _figure(view: View, record: pd.Series) -> str:
    """ "Hợp tác xã (HTX) 34* = 108 − 74 (31/12/2003)"."""
    text, language = view.language.text, view.language
    code = str(record["indicator"])
    value = view.with_unit(code, record["obs_value"], str(record["qualifier"]))
    if record["derived"]:
        later, change = (language.number(float(part), view.decimals(code)) for part in str(record["derivation"]).split(" − "))
        return text("{indicator} {value} [derived] = {later} − {change} ({date})", indicator=view.indicator(code), value=value, later=later, change=change,
                    date=language.date(record["date"]))  # fmt: skip
    period = language.period(str(record["time_period"])) if record["time_period"] else text("no date stated")
    if record["date_assumed"] and pd.notna(view.dataset.sources.at[str(record["source"]), "assumed_date"]):
        period = text("{period}, read as {date}", period=period, date=language.date(record["date"]))
    if str(record["obs_status"]) == "E":
        period = text("{period}, estimate", period=period)
    return f"{view.indicator(code)} {value} ({period})"


def _source(view: View, code: str, places: list[str], rows: list[int], file: str) -> str:
    text, language = view.language.text, view.language
    source = view.dataset.sources.loc[code]
    name = html.escape(language.label(view.dataset.sources, code, "short"))
    if str(source["url"]).startswith(("http://", "https://")):
        name = f'<a href="{html.escape(str(source["url"]), quote=True)}">{name}</a>'
    place = html.escape(", ".join(dict.fromkeys(place_words(view, place) for place in places if place)))
    grades = {"high": text("high reliability"), "medium": text("medium reliability"), "low": text("low reliability")}
    listed = ", ".join(str(row) for row in dict.fromkeys(rows))
    where = html.escape(language.plural("row {rows} of {file}", "rows {rows} of {file}", len(set(rows)), rows=listed, file=file))
    return ", ".join(part for part in (name, place, html.escape(grades[str(source["reliability"])]), where) if part)


def place_words(view: View, locator: str) -> str:
    """A locator such as "II.2 (fn)" or "Part 3, I.2.1" in the reader's language."""
    text = view.language.text
    words = locator.replace("(fn)", f"({text('footnote')})")
    return re.sub(r"^Part (\d+)", lambda found: text("part {n}", n=found[1]), words)


def _targets(view: View, rows: Sequence[int]) -> list[str]:
    if not rows:
        return []
    frame = view.dataset.targets.set_index("row").loc[list(rows)]
    parts = []
    for source, group in frame.groupby("source", sort=False):
        named = "; ".join(
            html.escape(
                view.language.text("target {year}: {value}", year=row.date.year, value=view.with_unit(row.indicator, row.target_value, row.qualifier))
            )
            for row in group.itertuples()
        )
        named = view.language.capital(named) if len(group) < _MANY else html.escape(view.language.plural("{n} target", "{n} targets", len(group)))
        parts.append(f"{named}: {_source(view, str(source), list(group['locator']), list(group.index), 'targets.csv')}")
    return parts


_MANY = 4  # targets that are named one by one


def _price_rows(view: View, years: Sequence[int]) -> pd.DataFrame:
    """Rows of the price index for the years, the area's own or that of the area around it."""
    prices = view.dataset.deflators
    own = prices[prices["ref_area"].eq(view.ref_area)]
    chosen = own if len(own) else prices[prices["ref_area"].eq(view.dataset.areas.at[view.ref_area, "parent"])]
    return chosen[chosen["year"].isin([int(year) for year in years])].drop_duplicates("year").sort_values("year")


def _prices(view: View, years: Sequence[int]) -> list[str]:
    rows = _price_rows(view, years)
    if rows.empty:
        return []
    text, language = view.language.text, view.language
    values = "; ".join(f"{row.year}: {language.number(row.obs_value, 2)}" for row in rows.itertuples())
    words = html.escape(text("Consumer price index, {values} ({base} = 100)", values=values, base=rows["base_period"].iloc[0]))
    return [f"{words}: {_source(view, str(rows['source'].iloc[0]), [], list(rows['row']), 'deflators.csv')}"]
