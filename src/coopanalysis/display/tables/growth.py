"""Tables of the growth report."""

from __future__ import annotations

import pandas as pd

from coopanalysis.display.tables.base import Table, derived_note, missing_note, two_years
from coopanalysis.display.view import View


def levels_table(view: View, growth: pd.DataFrame) -> Table:
    """Level at both dates, multiple, annual rate nominal and real."""
    text, language = view.language.text, view.language
    known = growth[growth["reason"].eq("")]
    start, end = two_years(view, known)
    frame = pd.DataFrame(
        {
            text("Indicator"): [_with_unit(view, code) for code in known["indicator"]],
            start: [
                view.value(row.indicator, row.start_value, row.start_qualifier) + ("*" if row.start_derived else "") for row in known.itertuples()
            ],
            end: [view.value(row.indicator, row.end_value, row.end_qualifier) for row in known.itertuples()],
            text("Multiple"): [language.multiple(value) for value in known["multiple"]],
            text("% a year"): [_rate(view, row.cagr, row.cagr_low, row.cagr_high) for row in known.itertuples()],
            text("% a year without price change"): [
                _rate(view, row.real_cagr, row.real_cagr_low, row.real_cagr_high) if row.monetary else text("not applicable")
                for row in known.itertuples()
            ],
        }
    )
    money = text("Amounts of money: in current prices, and without price change; counts have no prices.")
    notes = [derived_note(view, known, end), *missing_note(frame, language), money if known["monetary"].any() else ""]
    report = known["end_source"].map(view.dataset.sources["evidence"]).eq("report")
    assumed = known[known["end_date_assumed"] & report]
    if len(assumed):
        notes.append(
            text(
                "The report dates these levels only as “now”, or not at all; they are read as {date}: {list}.",
                date=language.date(assumed["end_date"].max()),
                list=language.join([view.inline(code) for code in assumed["indicator"]]),
            )
        )
    return Table(
        "growth_levels",
        text("Levels of {start} and {end} and average annual growth, {area}", start=start, end=end, area=view.area)
        if len(known)
        else text("Levels and average annual growth, {area}", area=view.area),
        frame,
        known,
        tuple(note for note in notes if note),
    )


def rates_table(view: View, growth: pd.DataFrame) -> Table:
    """Change in units, real multiple, doubling times."""
    text, language = view.language.text, view.language
    none = text("not applicable")
    known = growth[growth["reason"].eq("")]
    frame = pd.DataFrame(
        {
            text("Indicator"): [_with_unit(view, code) for code in known["indicator"]],
            text("Change"): [language.number(row.change, view.decimals(row.indicator), sign=True) for row in known.itertuples()],
            text("Multiple without price change"): [language.multiple(row.real_multiple) if row.monetary else none for row in known.itertuples()],
            text("Doubling time, years"): [language.number(value, 1) for value in known["doubling_time"]],
            text("Doubling time without price change, years"): [
                language.number(row.real_doubling_time, 1) if row.monetary else none for row in known.itertuples()
            ],
        }
    )
    return Table(
        "growth_doubling",
        text("Change, multiple and doubling time at the average rate, {area}", area=view.area),
        frame,
        known,
        (*missing_note(frame, language), text("The doubling time says how long a doubling takes at the average rate; it is no forecast.")),
    )


def path_table(view: View, indicators: list[str]) -> Table:
    """Every published figure of these indicators: date as stated, value with qualifier, source, reliability."""
    text, language = view.language.text, view.language
    levels = view.levels(indicators)
    order = view.dataset.indicators["sort_key"]
    levels = levels[~levels["derived"]].sort_values("indicator", key=lambda codes: codes.map(order), kind="stable")
    grades = {"high": text("high"), "medium": text("medium"), "low": text("low")}
    marks = {"E": f" {text('[estimate]')}", "U": f" {text('[to be confirmed]')}"}
    repeated = text("[repeated]")
    frame = pd.DataFrame(
        {
            text("Indicator"): [view.indicator(code) for code in levels["indicator"]],
            text("Date as stated"): [language.period(period) for period in levels["time_period"]],
            text("Figure"): [
                view.value(row.indicator, row.obs_value, row.qualifier) + marks.get(row.obs_status, "") + (f" {repeated}" if row.repeated else "")
                for row in levels.itertuples()
            ],
            text("Source"): [language.label(view.dataset.sources, code, "short") for code in levels["source"]],
            text("Reliability of the source"): [grades[grade] for grade in levels["reliability"]],
        }
    )
    return Table(
        "published_figures", text("Published figures, {area}, by indicator and date", area=view.area), frame, levels, missing_note(frame, language)
    )


def _with_unit(view: View, code: str) -> str:
    unit = view.unit(code)
    return f"{view.indicator(code)}, {unit}" if unit else view.indicator(code)


def _rate(view: View, rate: float, low: float, high: float) -> str:
    """A rate in percent; with its range where the figures behind it are qualified."""
    shown = view.language.number(rate * 100, 1)
    if low == low and high == high and abs(high - low) > 1e-9:
        return f"{shown} ({view.language.number(low * 100, 1)}–{view.language.number(high * 100, 1)})"
    return shown
