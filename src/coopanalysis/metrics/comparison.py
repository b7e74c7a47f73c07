"""Two dates of everything: growth of indicators and of ratios, nominal and real, with reasons where it is undefined.

One pass for one area, several or all. Two dates are two points: nothing here says what happened between them.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd

from coopanalysis.dataset import choose
from coopanalysis.dataset.package import Dataset
from coopanalysis.metrics._arrays import shown
from coopanalysis.metrics.growth import cagr, doubling_time, interval_cagr
from coopanalysis.metrics.prices import price_index
from coopanalysis.metrics.ratios import interval_ratio, ratio
from coopanalysis.metrics.time import years_between

SIDE = ["date", "stated_date", "value", "qualifier", "lower", "upper", "derived", "derivation", "date_assumed", "source", "row"]
SHORT = ["ref_area", "indicator", "start_value", "end_value", "years", "multiple", "cagr", "real_multiple", "real_cagr", "reason"]
_TEXT = ("qualifier", "derivation", "source")


def growth_table(
    data: Dataset,
    ref_area: str | Collection[str] | None = None,
    *,
    evidence: str = "published",
    start: int | None = None,
    end: int | None = None,
    price_base: int | None = None,
    stated_dates: bool = False,
    columns: str | Collection[str] | None = None,
) -> pd.DataFrame:
    """One row for each indicator of each area: level, change, multiple, annual rate, doubling time, nominal and real.

    ``ref_area``: one code, several, or None for all. ``start``, ``end``: years (None: the package's defaults); which figure
    stands for a year is said in ``dataset.choose``. ``price_base``: the year whose prices real values are in (default:
    ``end``). ``stated_dates``: read "now" as the day the source was issued, not as its assumed date. ``columns``: "short"
    or names. Units: values in the indicator's unit, rates as fractions a year, doubling times in years.

    Columns: ref_area, indicator, unit, monetary, group, kind; start_year, end_year (as asked for); start_* and end_* (date,
    stated_date, value, qualifier, lower, upper, derived, derivation, date_assumed, source, row); same_source; years,
    change, multiple, cagr, cagr_low, cagr_high, doubling_time; price_base (year), price_multiple, real_start_value,
    real_end_value, real_multiple, real_cagr, real_cagr_low, real_cagr_high, real_doubling_time (money only);
    comparable_multiple, comparable_cagr (real for money, plain otherwise); reason and real_reason;
    price_note (annual_average_for_stock: a December index would fit better).

    ``reason``: no_observation_at_start, no_observation_at_end, no_observation, unequal_periods (flows over spans of other
    length), other_family (counted by others), zero_base, one_point (both on one day). ``real_reason``: not_monetary,
    no_price_index, or as reason. Where ``reason`` says why, rates are NaN, and so are change and multiple of figures that
    cannot be compared; where ``real_reason`` does, every real_* number is. Method: see ``cagr`` and ``deflate``.
    ``ValueError`` names the argument for an unknown area (an area without figures gives no rows), ``evidence``, ``start``
    unless it is a year before ``end``, a year that is none, and unknown ``columns``.
    """
    start, end, base = years_of(data, start, end, price_base)
    frame, keep = data.observations, choose.is_level(data, ref_area, evidence)
    every = np.unique(_series(data, frame["ref_area"], frame["indicator"])[keep])
    sides = []
    for year in (start, end):
        side = frame[keep & choose.in_year(frame, year)]
        flow = _of(data.indicators["kind"].eq("flow"), side["indicator"])
        sides.append(
            side.assign(
                series=_series(data, side["ref_area"], side["indicator"]),
                months=np.where(flow, choose.months(side), 0),
                family=choose.families(data, side),
            )
        )
    table = _pairs(data, every, sides, len(data.indicators)).pipe(_with_codes, data, every, "indicator", data.indicators)
    for name in ("unit", "monetary", "group", "kind"):
        table[name] = _of(data.indicators[name], table["indicator"])
    if stated_dates:  # money has no stated day at all: it stays at its assumed one
        table["end_date"] = table["end_stated_date"].fillna(table["end_date"])
    compared = _compare(table, price_index(data, (start, end, base)), start, end, base)
    return chosen_columns(_in_order(compared, data.indicators["sort_key"], "indicator"), columns, SHORT)


def ratio_table(
    data: Dataset,
    ref_area: str | Collection[str] | None = None,
    *,
    evidence: str = "published",
    start: int | None = None,
    end: int | None = None,
    price_base: int | None = None,
    columns: str | Collection[str] | None = None,
) -> pd.DataFrame:
    """One row for each ratio of the code list and area: sum over sum of the same source and date, compared like growth_table.

    Columns as in :func:`growth_table` (``indicator`` is called ``ratio``), with numerator, denominator and the rows of the
    four values behind it (start_row, start_row_of, end_row, end_row_of: numerator, denominator). ``lower`` and ``upper``
    carry the bounds of qualified figures. Undefined where a value is missing or the denominator is zero. An area without
    figures gives a reason in every row. Arguments and ``ValueError`` as there.
    """
    start, end, base = years_of(data, start, end, price_base)
    frame, keep = data.observations, choose.is_level(data, ref_area, evidence, _parts(data))
    sides = []
    for year in (start, end):
        side = ratio_values(data, frame[keep & choose.in_year(frame, year)])
        sides.append(side.assign(series=_series(data, side["ref_area"], side["ratio"], len(data.ratios)), family=choose.families(data, side)))
    areas = data.areas.index.get_indexer(choose.areas_of(data, ref_area))
    every = (areas[:, None] * max(len(data.ratios), 1) + np.arange(len(data.ratios))).ravel()
    every.sort()
    table = _pairs(data, every, sides, len(data.ratios), ("row_of",)).pipe(_with_codes, data, every, "ratio", data.ratios)
    for name in ("numerator", "denominator", "unit", "monetary"):
        table[name] = _of(data.ratios[name], table["ratio"])
    compared = _compare(table.assign(kind="average", group="ratio"), price_index(data, (start, end, base)), start, end, base)
    short = [name.replace("indicator", "ratio") for name in SHORT]
    return chosen_columns(_in_order(compared, data.ratios["sort_key"], "ratio"), columns, short)


def ratio_values(data: Dataset, figures: pd.DataFrame) -> pd.DataFrame:
    """Every ratio at every date where one source states numerator and denominator; ``figures`` as of ``choose.levels``.

    Columns: ref_area, ratio (categories), date, stated_date, obs_value, qualifier, lower, upper, derived, derivation,
    date_assumed, source, grade, row and row_of (numerator, denominator), months (of a numerator that is a flow, else 0).
    """
    definitions = pd.DataFrame({"ratio": pd.Categorical(data.ratios.index, categories=data.ratios.index)})
    for name in ("numerator", "denominator"):
        definitions[name] = pd.Categorical(data.ratios[name], categories=data.indicators.index).codes
    wanted = figures[
        ["ref_area", "date", "stated_date", "obs_value", "qualifier", "lower", "upper", "derived", "date_assumed", "source", "grade", "row"]
    ]
    wanted = wanted.assign(
        indicator=figures["indicator"].cat.codes,
        months=np.where(_of(data.indicators["kind"].eq("flow"), figures["indicator"]), choose.months(figures), 0),
    )
    above = definitions.merge(wanted, left_on="numerator", right_on="indicator")
    both = above.merge(
        wanted, left_on=["denominator", "ref_area", "source", "date"], right_on=["indicator", "ref_area", "source", "date"], suffixes=("", "_of")
    )
    low, high = interval_ratio((both["lower"], both["upper"]), (both["lower_of"], both["upper_of"]))
    return both[["ref_area", "ratio", "date", "stated_date", "source", "grade", "row", "row_of", "months"]].assign(
        obs_value=ratio(both["obs_value"], both["obs_value_of"]),
        qualifier=both["qualifier"].where(both["qualifier"].ne("exact"), both["qualifier_of"]),
        lower=low, upper=high,
        derived=both["derived"] | both["derived_of"], derivation="", date_assumed=both["date_assumed"] | both["date_assumed_of"],
    )  # fmt: skip


def years_of(data: Dataset, start: Any, end: Any, price_base: Any) -> tuple[int, int, int]:
    """Start, end and price base as years; ``ValueError`` names the one that is none."""
    start, end = (data.defaults.start if start is None else start), (data.defaults.end if end is None else end)
    for name, year in (("start", start), ("end", end), ("price_base", end if price_base is None else price_base)):
        if isinstance(year, bool) or not isinstance(year, int | np.integer) or not 1 <= year <= 9999:
            raise ValueError(f"{name}: expected a year such as 2018, found {shown(year)}")
    if start >= end:
        raise ValueError(f"start: {start} is not before end {end}; two years are compared, the earlier one first")
    return int(start), int(end), int(end if price_base is None else price_base)


def chosen_columns(table: pd.DataFrame, columns: str | Collection[str] | None, short: list[str]) -> pd.DataFrame:
    """The whole table (None), its short form ("short"), or the columns named."""
    names = list(table.columns) if columns is None else short if isinstance(columns, str) and columns == "short" else columns
    if isinstance(names, str) or (unknown := [name for name in names if name not in table.columns]):
        found = names if isinstance(names, str) else unknown[0]
        raise ValueError(f"columns: unknown {shown(found)}; expected 'short' or names of columns such as {', '.join(table.columns[:4])}")
    return table[list(names)]


def _parts(data: Dataset) -> list[str]:
    return list(dict.fromkeys([*data.ratios["numerator"], *data.ratios["denominator"]]))


def _of(listed: pd.Series, codes: pd.Series) -> np.ndarray:
    """What a code list says of each row; the codes are categories in the list's order."""
    return listed.to_numpy()[codes.cat.codes.to_numpy()]


def _series(data: Dataset, area: pd.Series, code: pd.Series, size: int | None = None) -> np.ndarray:
    """One whole number for an area and a code, in the order of both lists."""
    return area.cat.codes.to_numpy().astype("int64") * max(len(data.indicators) if size is None else size, 1) + code.cat.codes.to_numpy()


def _pairs(data: Dataset, every: np.ndarray, sides: list[pd.DataFrame], size: int, more: tuple[str, ...] = ()) -> pd.DataFrame:
    """start_* and end_* columns and ``reason``, a row for each of ``every`` series."""
    first, last = (side.reindex(every) for side in choose.pair(*sides))
    columns: dict[str, Any] = {"reason": choose.incomparable(first, last)}
    for name, side in (("start", first), ("end", last)):
        for column in [*SIDE, *more]:
            values = side["obs_value" if column == "value" else column]
            if column in _TEXT:
                values = values.astype("str")
            columns[f"{name}_{column}"] = (values.eq(True) if column in ("derived", "date_assumed") else values).array
    table = pd.DataFrame(columns)
    return table.assign(same_source=table["start_source"].eq(table["end_source"]))


def _with_codes(table: pd.DataFrame, data: Dataset, every: np.ndarray, name: str, codes: pd.DataFrame) -> pd.DataFrame:
    """ref_area and the code of each row, first."""
    area, code = np.divmod(every, max(len(codes), 1))
    table.insert(0, "ref_area", pd.Categorical.from_codes(area, data.areas.index))
    table.insert(1, name, pd.Categorical.from_codes(code, codes.index) if len(codes) else pd.Categorical([], codes.index))
    return table


def _in_order(table: pd.DataFrame, sort_key: pd.Series, name: str) -> pd.DataFrame:
    """By area, then as the code list sorts; codes as text, which joins with anything."""
    order = np.lexsort((_of(sort_key, table[name]), table["ref_area"].cat.codes)) if len(table) else np.arange(0)
    return table.iloc[order].reset_index(drop=True).astype({"ref_area": "str", name: "str"})


def _compare(table: pd.DataFrame, prices: pd.DataFrame, start: int, end: int, price_base: int) -> pd.DataFrame:
    """Growth columns for rows with start_* and end_* values; ``prices``: see ``price_index``."""
    table["start_year"], table["end_year"] = start, end
    table["years"] = years_between(table["start_date"], table["end_date"])
    known = table["reason"].eq("")
    first, last = table["start_value"].where(known), table["end_value"].where(known)
    years = table["years"].where(table["years"] > 0)
    table["change"], table["multiple"] = last - first, ratio(last, first)
    table["cagr"] = cagr(first, last, years)
    first, last = ((table[f"{side}_lower"].where(known), table[f"{side}_upper"].where(known)) for side in ("start", "end"))
    table["cagr_low"], table["cagr_high"] = interval_cagr(first, last, years)
    table["doubling_time"] = doubling_time(table["cagr"])
    table["reason"] = table["reason"].mask(known & years.isna(), "one_point").mask(known & table["start_value"].le(0), "zero_base")
    return _add_real(table, prices, start, end, price_base)


def _add_real(table: pd.DataFrame, prices: pd.DataFrame, start: int, end: int, price_base: int) -> pd.DataFrame:
    """Columns in constant prices; where ``real_reason`` says why there are none, all of them are NaN together."""
    place = table["ref_area"].cat.codes.to_numpy()
    at_start, at_end, at_base = (pd.Series(prices[year].to_numpy()[place], index=table.index) for year in (start, end, price_base))
    money = table["monetary"].astype(bool)
    rise = (at_end / at_start).where(money)
    no_prices = money & (rise.isna() | at_base.isna())
    table["price_base"] = price_base
    table["real_reason"] = np.select([~money, no_prices, table["reason"].ne("")], ["not_monetary", "no_price_index", table["reason"]], "")
    real = table["real_reason"].eq("")
    table["price_multiple"] = rise
    table["real_start_value"] = (table["start_value"] * at_base / at_start).where(real)
    table["real_end_value"] = (table["end_value"] * at_base / at_end).where(real)
    table["real_multiple"] = (table["multiple"] / rise).where(real)
    yearly = rise ** (1 / table["years"].where(table["years"] > 0))
    for name in ("cagr", "cagr_low", "cagr_high"):
        table[f"real_{name}"] = ((1 + table[name]) / yearly - 1).where(real)
    table["real_doubling_time"] = doubling_time(table["real_cagr"])
    table["comparable_multiple"] = table["multiple"].where(~money, table["real_multiple"])
    table["comparable_cagr"] = table["cagr"].where(~money, table["real_cagr"])
    table["price_note"] = np.where(money & table["kind"].eq("stock"), "annual_average_for_stock", "")
    return table
