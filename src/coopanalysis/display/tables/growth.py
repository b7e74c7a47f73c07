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
    return Table(
        "growth_levels",
        text("Levels of {start} and {end} and average annual growth, {area}", start=start, end=end, area=view.area)
        if len(known)
        else text("Levels and average annual growth, {area}", area=view.area),
        frame,
        known,
        tuple(note for note in notes if note),
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
