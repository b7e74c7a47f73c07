"""Figure 2: does the order of annual growth survive deflation?"""

from __future__ import annotations

from typing import Any

import pandas as pd

from coopanalysis.display.figures import pairs
from coopanalysis.display.figures.chart import Chart, fitting
from coopanalysis.display.figures.ranking_drawing import Drawing, price_rate, rate_sign, rate_text
from coopanalysis.display.view import View

MAX_ROWS = 14  # what the tallest page and phone drawing hold
_SAME_PERIOD = 0.1  # years


def ranking_chart(view: View, growth: pd.DataFrame, growth_stated_dates: pd.DataFrame) -> Chart:
    """Bars of annual growth without price change, sorted, with current prices as diamonds and both ranks at the right.

    ``growth``: the frame of ``growth_table``; ``growth_stated_dates``: the same with ``stated_dates=True``, for the note
    that says what the other reading of the dates changes. Rows without a comparable rate are left out and named.
    """
    text = view.language.text
    known, missing = pairs.split(growth, "comparable_cagr")
    names = [view.inline(code) for code in missing["indicator"]]
    if known.empty:
        return pairs.empty_chart(view, "growth_ranking", text("Average annual growth, {area}", area=view.area), missing, names)
    first, last = pairs.years(known)
    neutral = text("Average annual growth {start}–{end}, {area}", start=first, end=last, area=view.area)
    known = known.sort_values(["comparable_cagr", "cagr"], ascending=False, kind="stable").reset_index(drop=True)
    known["nominal_rank"] = shared_ranks(view, known["cagr"])
    known["real_rank"] = shared_ranks(view, known["comparable_cagr"])
    drawn, rest = known.head(MAX_ROWS), known.iloc[MAX_ROWS:]
    rows = list(drawn.itertuples())  # once: pandas makes them slowly
    notes = (
        _key(view, drawn, rows),
        _period(view, known, growth_stated_dates),
        pairs.sentences(pairs.left_out(view, missing, names), pairs.no_room(view, rest)),
    )
    return Chart(
        name="growth_ranking",
        draw=lambda width: Drawing(view, drawn, rows, width).figure(),
        title=_title(view, known) or neutral,
        subtitle=text("Average annual growth {start}–{end}, {area}, %", start=first, end=last, area=view.area),
        alt=_alt(view, drawn, rows),
        notes=tuple(note for note in notes if note),
        source=view.source_note(pairs.source_codes(view, drawn)),
        data=_data(view, drawn, rows),
        table=_table(view, drawn, rows),
    )


def shared_ranks(view: View, rates: pd.Series) -> list[str]:
    """Ranks from the highest, as text; rates that print alike (equal to 0.1 point) share one, such as 6–7."""
    shown = [view.language.percent(rate) for rate in rates]
    ranks = []
    for own, rate in zip(shown, rates, strict=True):
        above = sum(1 for other, value in zip(shown, rates, strict=True) if value > rate and other != own)
        last = above + shown.count(own)
        ranks.append(f"{above + 1}–{last}" if last > above + 1 else str(last))
    return ranks


# -- words ----------------------------------------------------------------------------------------------------
def _title(view: View, known: pd.DataFrame) -> str:
    """The finding: all amounts behind all counts, or the deepest fall in rank; empty if there is neither."""
    text, language = view.language.text, view.language
    money = known["monetary"].astype(bool)
    amounts, counts = known[money], known[~money]
    if len(amounts) and len(counts) and amounts["comparable_cagr"].min() > 0:
        fastest, slowest = amounts["comparable_cagr"].max(), counts["comparable_cagr"].min()
        if fastest < slowest and language.percent(fastest) != language.percent(slowest):
            if len(amounts) == 1:
                return text("Without price rises, the money indicator grows more slowly than the counts")
            if len(amounts) == 2:
                return text("Without price rises, both money indicators grow more slowly than the counts")
            return text("Without price rises, all {n} money indicators grow more slowly than the counts", n=pairs.count_word(view, len(amounts)))
    falls = [(int(row.real_rank.split("–")[0]) - int(row.nominal_rank.split("–")[-1]), row) for row in known.itertuples()]
    depth, row = max(falls, key=lambda fall: fall[0])
    if depth <= 0:
        return ""
    return text(
        "Without price rises, {indicator} falls from rank {i} to rank {j}", indicator=view.inline(row.indicator), i=row.nominal_rank, j=row.real_rank
    )


def _alt(view: View, drawn: pd.DataFrame, rows: list[Any]) -> str:
    return fitting(view, lambda own: _choices(own, drawn, rows))


def _choices(view: View, drawn: pd.DataFrame, rows: list[Any]) -> list[str]:
    """Every rate if they fit in the limit; else amounts in current prices as a range, then the ends of the order alone."""
    text, language = view.language.text, view.language
    real = [_named(view, row, row.comparable_cagr) for row in rows]
    amounts = drawn[drawn["monetary"].astype(bool)].sort_values("cagr", ascending=False, kind="stable")
    if amounts.empty:
        every, span = text("Growth a year: {list}.", list=", ".join(real)), ""
    else:
        nominal = ", ".join(_named(view, rows[position], rows[position].cagr) for position in amounts.index)
        every = text("Real growth a year: {real}; in current prices: {nominal}.", real=", ".join(real), nominal=nominal)
        span = text(
            "Amounts in current prices: {low} to {high}.", low=language.percent(amounts["cagr"].min()), high=language.percent(amounts["cagr"].max())
        )
    choices = [every, pairs.sentences(text("Real growth a year: {list}.", list=", ".join(real)), span)]
    for kept in (4, 2, 1):
        choices.append(pairs.sentences(text("Real growth a year, highest: {high}; lowest: {low}.", high=", ".join(real[:kept]), low=real[-1]), span))
    return choices


def _named(view: View, row: Any, rate: float) -> str:
    return f"{view.inline(row.indicator)} {rate_text(view, row, rate)}%"


def _key(view: View, drawn: pd.DataFrame, rows: list[Any]) -> str:
    text = view.language.text
    money = drawn["monetary"].astype(bool)
    parts = []
    if (~money).any():
        parts.append(text("solid bars: counts"))
    if money.any():
        parts += [text("pale bars: amounts without price change"), text("◇ current prices"), text("long dashes: rise of consumer prices")]
    if (drawn["comparable_cagr"] < 0).any():
        parts.append(text("hatched: decrease"))
    if any(rate_sign(row) for row in rows):
        parts.append(text("≥ ≤ ≈: the source says more than, less than, about or nearly"))
    ranks = text("Rates equal to 0.1 point share a rank.") if len(drawn) > 1 else ""
    return pairs.sentences(view.language.capital("; ".join(parts)) + ".", ranks)


def _period(view: View, known: pd.DataFrame, stated: pd.DataFrame) -> str:
    """The two dates, and what the rates are if "now" is the day that the source was issued."""
    text, language = view.language.text, view.language
    usual = known.loc[known["years"].round(2).eq(known["years"].round(2).mode().iloc[0])].iloc[0]
    dates = text(
        "Computed from two dates, {start} and {end} ({years} years).",
        start=language.date(usual["start_date"]),
        end=language.date(usual["end_date"]),
        years=_years(view, usual["years"]),
    )
    other = stated.set_index("indicator").reindex(known["indicator"])
    moved = (other["years"].to_numpy() - known["years"].to_numpy()) > _SAME_PERIOD
    if not moved.any():
        return dates
    again = known["comparable_cagr"].where(~moved, other["comparable_cagr"].to_numpy())
    parts = [
        text("{indicator} {rate} a year", indicator=view.inline(row.indicator), rate=language.percent(again[row.Index]))
        for row in known[moved].itertuples()
    ]
    longest = other[moved].sort_values("years").iloc[-1]
    values = {"date": language.date(longest["end_date"]), "years": _years(view, longest["years"]), "list": ", ".join(parts)}
    if shared_ranks(view, again) == list(known["real_rank"]):
        return pairs.sentences(dates, text("If the counts are those of {date} ({years} years): {list}; the order stays the same.", **values))
    return pairs.sentences(dates, text("If the counts are those of {date} ({years} years): {list}; the order changes.", **values))


def _years(view: View, years: float) -> str:
    return view.language.number(years, 0 if abs(years - round(years)) < 0.05 else 1)


def _data(view: View, drawn: pd.DataFrame, rows: list[Any]) -> pd.DataFrame:
    return drawn[["indicator", "start_date", "end_date", "years", "cagr", "real_cagr", "comparable_cagr", "nominal_rank", "real_rank"]].assign(
        price_rate=[price_rate(row) for row in rows],
        unit="fraction a year",
        source=[pairs.sources_of(view, row, deflated=bool(row.monetary)) for row in rows],
        rows=[pairs.row_numbers(row.start_row, row.end_row) for row in rows],
    )


def _table(view: View, drawn: pd.DataFrame, rows: list[Any]) -> pd.DataFrame:
    text = view.language.text
    none = text("not applicable")
    return pd.DataFrame(
        {
            text("Indicator"): [view.indicator(row.indicator) for row in rows],
            text("Counts and current prices, % a year"): [rate_text(view, row, row.cagr) for row in rows],
            text("Constant prices, % a year"): [rate_text(view, row, row.comparable_cagr) if row.monetary else none for row in rows],
            text("Rank, current prices"): list(drawn["nominal_rank"]),
            text("Rank, constant prices"): list(drawn["real_rank"]),
        }
    )
