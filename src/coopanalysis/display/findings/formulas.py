"""The formulas behind headline numbers, written out with their own numbers, and the figures they take."""

from __future__ import annotations

from typing import Any

import pandas as pd

from coopanalysis.display.view import View
from coopanalysis.metrics.time import years_between


def amounts_of(view: View, code: str, row: Any) -> str:
    """ "34* → 108", "2,840* → 14,040 million VND"; the star only where the first level is derived."""
    star = "*" if row["start_derived"] else ""
    start, end = (view.value(code, row[f"{side}_value"], row[f"{side}_qualifier"] or "exact") for side in ("start", "end"))
    return f"{start}{star} → {end} {view.unit(code)}".strip()


def ends_of(row: Any) -> list[tuple[int, bool]]:
    """The two figures behind a row of ``growth_table`` or ``ratio_table``, for ``cite``."""
    parts = [part for part in ("row", "row_of") if f"start_{part}" in row.index]
    return [(int(row[f"{side}_{part}"]), bool(row[f"{side}_derived"])) for side in ("start", "end") for part in parts]


def years_of(row: Any) -> tuple[int, int]:
    """First and last year of a row, for the price index."""
    return int(row["start_year"]), int(row["end_year"])


def multiple_formula(view: View, code: str, row: Any) -> str:
    """ "108 ÷ 34 = 3,18"."""
    return f"{view.value(code, row['end_value'])} ÷ {view.value(code, row['start_value'])} = {view.language.multiple(row['multiple'])}"


def real_formula(view: View, code: str, row: Any) -> str:
    """The multiple, divided by that of consumer prices."""
    prices = view.language.multiple(row["price_multiple"])
    return view.language.text(
        "({b} ÷ {a}) ÷ {prices} (rise of consumer prices)",
        a=view.value(code, row["start_value"]),
        b=view.value(code, row["end_value"]),
        prices=prices,
    )


def definition(view: View, code: str) -> str:
    """A ratio as numerator ÷ denominator, in words."""
    ratio = view.dataset.ratios.loc[code]
    return f"{view.inline(ratio['numerator'])} ÷ {view.inline(ratio['denominator'])}"


def pace_formula(view: View, row: Any) -> str:
    """ "(210 ÷ 108) to the power (1 ÷ 7) − 1": the pace from the report's baseline to the target."""
    if pd.isna(row.required_cagr):
        return ""
    years = years_between(row.baseline_date, row.target_date)
    return view.language.text(
        "({target} ÷ {base}) to the power (1 ÷ {years}) − 1",
        target=view.value(row.indicator, row.target_value),
        base=view.value(row.indicator, row.baseline_value),
        years=view.language.number(years, 0 if years == round(years) else 2),
    )
