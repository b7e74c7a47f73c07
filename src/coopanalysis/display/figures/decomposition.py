"""Figure 4: is a member's cooperative bigger, and where did growth of revenue come from?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from coopanalysis.display.figures import pairs
from coopanalysis.display.figures.chart import Chart, fitting, shortened
from coopanalysis.display.figures.decomposition_drawing import Drawing
from coopanalysis.display.figures.decomposition_waterfall import COOPERATIVES, MEMBERS_EACH, REVENUE, factor_name
from coopanalysis.display.findings.revenue import PER_MEMBER
from coopanalysis.display.statuses import reason_words
from coopanalysis.display.view import View

NAME = "revenue_decomposition"
_Sides = tuple[tuple[float, str], tuple[float, str]]  # value and qualifier at both dates


def decomposition_chart(view: View, ratios: pd.DataFrame, decomposition: pd.DataFrame) -> Chart:
    """Revenue per member at two dates, real and nominal, beside the exact split of the change of total revenue.

    ``ratios``: the frame of ``ratio_table`` (its row revenue_per_member is drawn); ``decomposition``: the frame of
    ``decomposition_table``. A half that cannot be computed is left out, and the notes say why.
    """
    text = view.language.text
    member = ratios[ratios["ratio"].eq(PER_MEMBER)].rename(columns={"ratio": "indicator"})
    known, missing = pairs.split(member)
    split = _qualified(view, decomposition, ratios) if decomposition["reason"].eq("").all() else decomposition.iloc[:0]
    if known.empty:
        return pairs.empty_chart(view, NAME, text("Revenue per member, {area}", area=view.area), missing, [view.inline(PER_MEMBER)] * len(missing))
    row = next(known.itertuples())
    first, last = pairs.years(known)
    real = np.isfinite(row.real_multiple)
    base = str(int(row.price_base)) if real else ""
    return Chart(
        name=NAME,
        draw=lambda width: Drawing(view, row, split, first, last, base, width).figure(),
        title=text("Revenue per member, {area}, {end} against {start}", area=view.area, start=first, end=last),
        subtitle=text("Cooperatives and unions, {area}, {end} against {start}", area=view.area, start=first, end=last),
        alt=_alt(view, row, split, base),
        notes=(_key(view, row, split), _caution(view, decomposition, split, real)),
        source=view.source_note(pairs.source_codes(view, known)),
        data=_data(view, row, ratios, split),
        table=_table(view, row, split, first, last),
    )


# -- words ----------------------------------------------------------------------------------------------------


def _alt(view: View, row: Any, split: pd.DataFrame, base: str) -> str:
    return fitting(view, lambda own: shortened(_said(own, row, split, base)))


def _said(view: View, row: Any, split: pd.DataFrame, base: str) -> list[str]:
    text, language = view.language.text, view.language
    amounts = {"unit": view.unit(PER_MEMBER)}
    if base:
        amounts |= {"a": _start(view, row, row.real_start_value), "b": _end(view, row, row.real_end_value), "year": base}
        alt = text("Revenue per member went from {a} to {b} {unit} ({year} prices).", **amounts)
    else:
        amounts |= {"a": _start(view, row, row.start_value), "b": _end(view, row, row.end_value)}
        alt = text("Revenue per member went from {a} to {b} {unit} in current prices.", **amounts)
    if len(split):
        parts = [f"{_lower(factor_name(view, item.factor))} {language.number(item.effect, 0, sign=True)}" for item in split.itertuples()]
        return [
            alt,
            text(
                "Contributions to the change of {total} {unit}: {parts}.",
                total=language.number(split["total_change"].iloc[0], 0, sign=True),
                unit=view.unit(REVENUE),
                parts="; ".join(parts),
            ),
        ]
    return [alt]


def _start(view: View, row: Any, value: float) -> str:
    return view.value(PER_MEMBER, value, row.start_qualifier)


def _end(view: View, row: Any, value: float) -> str:
    return view.value(PER_MEMBER, value, row.end_qualifier)


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]


def _key(view: View, row: Any, split: pd.DataFrame) -> str:
    text, language = view.language.text, view.language
    parts = [text("hollow and *: derived, the later level less the stated increase")] if row.start_derived else []
    if np.isfinite(row.real_multiple):
        parts += [text("○ ● constant prices") if row.start_derived else text("● constant prices"), text("◇ current prices")]
    words = view.language.capital("; ".join(parts)) + "."
    if split.empty:
        return words
    hatched = text("hatched: lowers revenue") if (split["effect"] < 0).any() else ""
    parts = [part for part in (*parts, text("pale: raises revenue"), hatched) if part]
    method = text("additive LMDI") if "lmdi" in split["method"].iloc[0] else text("mean over all orders (Shapley)")
    total = text(
        "The four parts add up to exactly {total} {unit} ({method}).",
        total=language.number(split["total_change"].iloc[0], 0, sign=True),
        unit=view.unit(REVENUE),
        method=method,
    )
    return pairs.sentences(view.language.capital("; ".join(parts)) + ".", total)


def _caution(view: View, decomposition: pd.DataFrame, split: pd.DataFrame, real: bool) -> str:
    text = view.language.text
    level = text("The level of revenue needs to be confirmed: use it to compare over time, not as an amount.")
    reason = str(decomposition["reason"].iloc[0]) if len(decomposition) and split.empty else ""
    undone = text("The change of revenue cannot be split: {reason}.", reason=reason_words(reason, view.language)) if reason else ""
    prices = text("Constant prices: amounts deflated by the consumer price index, annual averages.") if real else ""
    return pairs.sentences(level, undone, prices)


def _qualified(view: View, split: pd.DataFrame, ratios: pd.DataFrame) -> pd.DataFrame:
    """The factors with the qualifiers of their values, as far as the ratios behind them have one."""
    rows = ratios.set_index("ratio")
    observations = view.dataset.observations
    of_row = observations[~observations["derived"]].set_index("row")["qualifier"]
    sides: dict[str, Any] = {}
    for side in ("start", "end"):
        own = {code: rows.at[code, f"{side}_qualifier"] for code in (PER_MEMBER, MEMBERS_EACH)}
        words = {
            "htx_total": of_row.get(rows.at[MEMBERS_EACH, f"{side}_row_of"], "exact"),
            "members/htx_total": own[MEMBERS_EACH],
            "revenue_total/members": own[PER_MEMBER],
        }
        sides[f"total_{side}_qualifier"] = of_row.get(rows.at[PER_MEMBER, f"{side}_row"], "exact")
        sides[f"{side}_qualifier"] = [words.get(factor) or "exact" for factor in split["factor"]]
    return split.assign(**sides)


def _data(view: View, row: Any, ratios: pd.DataFrame, split: pd.DataFrame) -> pd.DataFrame:
    rows = [
        {
            "item": "revenue_per_member_current_prices",
            "start_value": row.start_value,
            "end_value": row.end_value,
            "multiple": row.multiple,
            "unit": "million_vnd_per_person",
            "source": pairs.sources_of(view, row),
        }
    ]
    if np.isfinite(row.real_multiple):
        rows.append(
            {
                **rows[0],
                "item": "revenue_per_member_constant_prices",
                "start_value": row.real_start_value,
                "end_value": row.real_end_value,
                "multiple": row.real_multiple,
                "source": pairs.sources_of(view, row, deflated=True),
            }
        )
    for item in split.itertuples():
        rows.append(
            {
                "item": item.factor,
                "start_value": item.start_value,
                "end_value": item.end_value,
                "multiple": item.multiplier,
                "effect": item.effect,
                "share": item.share,
                "unit": "million_vnd",
                "source": pairs.sources_of(view, row, deflated=True),
            }
        )
    if len(split):
        rows.append(
            {
                "item": REVENUE,
                "start_value": split["total_start"].iloc[0],
                "end_value": split["total_end"].iloc[0],
                "effect": split["total_change"].iloc[0],
                "unit": "million_vnd",
                "source": pairs.sources_of(view, row),
            }
        )
    behind = ratios[ratios["ratio"].isin([PER_MEMBER, MEMBERS_EACH])]
    numbers = pairs.row_numbers(behind[["start_row", "start_row_of", "end_row", "end_row_of"]])
    return pd.DataFrame(rows).assign(derived=bool(row.start_derived), start_date=row.start_date, end_date=row.end_date, rows=numbers)


def _table(view: View, row: Any, split: pd.DataFrame, first: str, last: str) -> pd.DataFrame:
    text, language = view.language.text, view.language
    none = text("not applicable")

    def line(name: str, code: str, sides: _Sides, effect: str = none, derived: bool = True) -> dict[str, str]:
        unit = view.unit(code) if code else ""
        start, end = (view.value(code, *side) if code else language.multiple(side[0]) for side in sides)
        return {
            text("Item"): ", ".join(part for part in (name, unit) if part),
            first: pairs.starred(start, derived and bool(row.start_derived)),
            last: end,
            text("Effect on total revenue, {unit}", unit=view.unit(REVENUE)): effect,
        }

    def sides(start: float, end: float, qualified: Any = row) -> _Sides:
        return (start, qualified.start_qualifier), (end, qualified.end_qualifier)

    rows = [line(text("Revenue per member, current prices"), PER_MEMBER, sides(row.start_value, row.end_value))]
    if split.empty:
        if np.isfinite(row.real_multiple):
            rows.append(line(factor_name(view, "revenue_total/members"), PER_MEMBER, sides(row.real_start_value, row.real_end_value)))
        return pd.DataFrame(rows)
    codes = {"htx_total": COOPERATIVES, "members/htx_total": MEMBERS_EACH, "revenue_total/members": PER_MEMBER, "prices": ""}
    for item in split.itertuples():
        prices = item.factor == "prices"  # an index is easiest to read from its first year
        values = (1.0, item.end_value / item.start_value) if prices else (item.start_value, item.end_value)
        name = text("Consumer prices, {year} = 1", year=first) if prices else factor_name(view, item.factor)
        rows.append(
            line(name, codes[item.factor], sides(values[0], values[1], item), effect=language.number(item.effect, 0, sign=True), derived=not prices)
        )
    total = split.iloc[0]
    change = language.number(total["total_change"], 0, sign=True)
    total_sides = (total["total_start"], total["total_start_qualifier"]), (total["total_end"], total["total_end_qualifier"])
    rows.append(line(view.indicator(REVENUE), REVENUE, total_sides, change))
    return pd.DataFrame(rows)
