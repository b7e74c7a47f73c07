"""Two dates of everything: growth of indicators and of ratios, nominal and real, with reasons where it is undefined.

A row compares one start and one end of the same source where there is one; values of different sources are paired
only if no source states both. Two dates are two points: nothing here says what happened between them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from coopanalysis.dataset.observations import RELIABILITY, select
from coopanalysis.dataset.package import Dataset
from coopanalysis.metrics._arrays import shown
from coopanalysis.metrics.growth import cagr, doubling_time, interval_cagr
from coopanalysis.metrics.ratios import interval_ratio, ratio
from coopanalysis.metrics.time import years_between

_SIDE = ["date", "stated_date", "obs_value", "qualifier", "lower", "upper", "derived", "derivation", "date_assumed", "source", "row"]


def growth_table(
    dataset: Dataset,
    *,
    ref_area: str = "VN-28",
    evidence: str = "report",
    start: int = 2003,
    end: int = 2018,
    price_base: int | None = None,
    stated_dates: bool = False,
) -> pd.DataFrame:
    """One row for each indicator of the area: level, change, multiple, annual rate, doubling time, nominal and real.

    ``start``, ``end``: years; the level dated in that year is taken. ``price_base``: the year whose prices real
    values are in (default: ``end``). ``stated_dates``: read "now" as the day the source was issued, not as its
    assumed date. Units: values in the indicator's unit, rates as fractions a year, doubling times in years.

    Columns: indicator, unit, monetary, group, kind; start_year, end_year (as asked for); start_* and end_* (date, value, qualifier, lower, upper, derived,
    derivation, date_assumed, source, row); years, change, multiple, cagr, cagr_low, cagr_high, doubling_time;
    price_base (year), price_multiple, real_start_value, real_end_value, real_multiple, real_cagr, real_cagr_low, real_cagr_high,
    real_doubling_time (money only); comparable_multiple, comparable_cagr (real for money, plain otherwise);
    reason (no_observation_at_start, no_observation_at_end, no_observation, zero_base) and real_reason
    (not_monetary, no_price_index, or as reason), price_note (annual_average_for_stock: a December index would fit better).
    Rates are undefined (NaN) where ``reason`` says why, and every real_* number where ``real_reason`` does: without an
    index for one of start, end and price_base nothing real is told. Method: see ``cagr`` and ``deflate``.
    ``ValueError`` names ``ref_area`` if the area code list has no such area (one without figures gives no rows),
    ``evidence``, ``start`` unless it is a year before ``end``, and a year that is none.
    """
    base = base_year(start, end, price_base)
    levels = select(dataset, ref_area=ref_area, evidence=evidence)
    described = dataset.indicators[["unit", "monetary", "group", "kind", "sort_key"]]
    pairs = pair_dates(levels, start, end).join(described, on="indicator")
    if stated_dates:  # money has no stated day at all: it stays at its assumed one
        pairs["end_date"] = pairs["end_stated_date"].fillna(pairs["end_date"])
    compared = compare(pairs, price_index(dataset, ref_area), start, end, base)
    return compared.sort_values("sort_key", kind="stable").drop(columns="sort_key").reset_index(drop=True)


def ratio_table(
    dataset: Dataset, *, ref_area: str = "VN-28", evidence: str = "report", start: int = 2003, end: int = 2018, price_base: int | None = None
) -> pd.DataFrame:
    """One row for each ratio of the code list: sum over sum of the same source and date, compared like growth_table.

    Columns as in :func:`growth_table` (``indicator`` is called ``ratio``), with numerator, denominator and the row
    numbers of the four values behind it (start_rows, end_rows: numerator, denominator). ``lower`` and ``upper`` carry
    the bounds of qualified figures. Undefined where a value is missing or the denominator is zero. ``ValueError`` as there;
    an area without figures gives a reason in every row.
    """
    base = base_year(start, end, price_base)
    values = ratio_values(dataset, ref_area=ref_area, evidence=evidence)
    described = dataset.ratios[["numerator", "denominator", "unit", "monetary", "sort_key"]].assign(kind="average", group="ratio")
    pairs = pair_dates(values, start, end, dataset.ratios.index).join(described, on="indicator")
    compared = compare(pairs, price_index(dataset, ref_area), start, end, base)
    compared = compared.sort_values("sort_key", kind="stable").drop(columns="sort_key").reset_index(drop=True)
    rows = values.set_index(["indicator", "date", "source"])["rows"]
    for side in ("start", "end"):
        keys = zip(compared["indicator"], compared[f"{side}_date"], compared[f"{side}_source"], strict=True)
        compared[f"{side}_rows"] = [rows.get(key, ()) for key in keys]
    return compared.rename(columns={"indicator": "ratio"})


def ratio_values(dataset: Dataset, *, ref_area: str = "VN-28", evidence: str = "report") -> pd.DataFrame:
    """Every ratio at every date where one source states numerator and denominator; same columns as observations."""
    levels = select(dataset, ref_area=ref_area, evidence=evidence)
    definitions = dataset.ratios[["numerator", "denominator"]].rename_axis("ratio").reset_index()
    joined = definitions.merge(levels, left_on="numerator", right_on="indicator").merge(
        levels, left_on=["denominator", "source", "date"], right_on=["indicator", "source", "date"], suffixes=("", "_of")
    )
    low, high = interval_ratio((joined["lower"], joined["upper"]), (joined["lower_of"], joined["upper_of"]))
    return pd.DataFrame(
        {
            "indicator": joined["ratio"],
            "date": joined["date"],
            "stated_date": joined["stated_date"],
            "obs_value": ratio(joined["obs_value"], joined["obs_value_of"]),
            "qualifier": np.where(joined["qualifier"].eq("exact"), joined["qualifier_of"], joined["qualifier"]),
            "lower": low,
            "upper": high,
            "derived": joined["derived"] | joined["derived_of"],
            "derivation": "",
            "date_assumed": joined["date_assumed"] | joined["date_assumed_of"],
            "source": joined["source"],
            "evidence": joined["evidence"],
            "reliability": joined["reliability"],
            "row": joined["row"],
            "rows": list(zip(joined["row"], joined["row_of"], strict=True)),
        }
    )


def pair_dates(levels: pd.DataFrame, start: int, end: int, codes: pd.Index | None = None) -> pd.DataFrame:
    """One row for each indicator with start_* and end_* columns: the best pair of statements for two years.

    Preferred: both from one source, then the report, then the more reliable, then the later day. ``reason`` is
    filled where a side is missing.
    """
    year = levels["date"].dt.year
    sides = []
    for name, wanted in (("start", start), ("end", end)):
        side = levels[year.eq(wanted)]
        rank = side["reliability"].map(RELIABILITY) - side["evidence"].eq("report").astype(int)
        side = side[["indicator", *_SIDE]].assign(rank=rank).add_prefix(f"{name}_")
        sides.append(side.rename(columns={f"{name}_indicator": "indicator", f"{name}_obs_value": f"{name}_value"}))
    every = pd.DataFrame({"indicator": codes if codes is not None else levels["indicator"].unique()})
    pairs = every.merge(sides[0], on="indicator", how="left").merge(sides[1], on="indicator", how="left")
    pairs["same_source"] = pairs["start_source"].eq(pairs["end_source"])
    pairs = pairs.sort_values(
        ["indicator", "same_source", "end_rank", "start_rank", "end_date"], ascending=[True, False, True, True, False], kind="stable"
    ).drop_duplicates("indicator")
    no_start, no_end = pairs["start_value"].isna(), pairs["end_value"].isna()
    reason = np.select([no_start & no_end, no_start, no_end], ["no_observation", "no_observation_at_start", "no_observation_at_end"], "")
    return pairs.drop(columns=["start_rank", "end_rank"]).assign(reason=reason).reset_index(drop=True)


def compare(pairs: pd.DataFrame, prices: pd.Series, start: int, end: int, price_base: int) -> pd.DataFrame:
    """Growth columns for rows with start_* and end_* values; ``prices`` is a price index by year (may lack years)."""
    frame = pairs.copy()
    frame["years"] = years_between(frame["start_date"], frame["end_date"])
    for side in ("start", "end"):
        frame[f"{side}_derived"] = frame[f"{side}_derived"].fillna(False).astype(bool)
        frame[f"{side}_date_assumed"] = frame[f"{side}_date_assumed"].fillna(False).astype(bool)
    first, last = frame["start_value"], frame["end_value"]
    frame["change"] = last - first
    frame["multiple"] = ratio(last, first)
    frame["cagr"] = cagr(first, last, frame["years"])
    frame["cagr_low"], frame["cagr_high"] = interval_cagr(
        (frame["start_lower"], frame["start_upper"]), (frame["end_lower"], frame["end_upper"]), frame["years"]
    )
    frame["doubling_time"] = doubling_time(frame["cagr"])
    frame.loc[frame["reason"].eq("") & first.le(0), "reason"] = "zero_base"
    return _add_real(frame, prices, start, end, price_base)


def _add_real(frame: pd.DataFrame, prices: pd.Series, start: int, end: int, price_base: int) -> pd.DataFrame:
    """Columns in constant prices; where ``real_reason`` says why there are none, all of them are NaN together."""
    at = {year: prices.get(year, np.nan) for year in (start, end, price_base)}
    money = frame["monetary"].astype(bool)
    rise = at[end] / at[start]
    frame["start_year"], frame["end_year"], frame["price_base"] = start, end, price_base
    no_prices = money & bool(np.isnan(rise) or np.isnan(at[price_base]))
    frame["real_reason"] = np.select([~money, no_prices, frame["reason"].ne("")], ["not_monetary", "no_price_index", frame["reason"]], "")
    real = frame["real_reason"].eq("")
    frame["price_multiple"] = np.where(money, rise, np.nan)
    frame["real_start_value"] = np.where(real, frame["start_value"] * at[price_base] / at[start], np.nan)
    frame["real_end_value"] = np.where(real, frame["end_value"] * at[price_base] / at[end], np.nan)
    frame["real_multiple"] = np.where(real, frame["multiple"] / rise, np.nan)
    yearly = rise ** (1 / frame["years"])
    for name in ("cagr", "cagr_low", "cagr_high"):
        frame[f"real_{name}"] = np.where(real, (1 + frame[name]) / yearly - 1, np.nan)
    frame["real_doubling_time"] = doubling_time(frame["real_cagr"])
    frame["comparable_multiple"] = frame["multiple"].where(~money, frame["real_multiple"])
    frame["comparable_cagr"] = frame["cagr"].where(~money, frame["real_cagr"])
    frame["price_note"] = np.where(money & frame["kind"].eq("stock"), "annual_average_for_stock", "")
    return frame


def base_year(start: Any, end: Any, price_base: Any) -> int:
    """The year whose prices are used: ``price_base``, or ``end`` if that is None. Raises for years that are none."""
    for name, year in (("start", start), ("end", end), ("price_base", end if price_base is None else price_base)):
        if isinstance(year, bool) or not isinstance(year, int | np.integer):
            raise ValueError(f"{name}: expected a year such as 2018, found {shown(year)}")
    if start >= end:
        raise ValueError(f"start: {start} is not before end {end}; two years are compared, the earlier one first")
    return int(end if price_base is None else price_base)


def price_index(dataset: Dataset, ref_area: str) -> pd.Series:
    """The consumer price index by year for the area: its own, else its country's (annual averages)."""
    deflators = dataset.deflators[dataset.deflators["index"].eq("cpi")]
    own = deflators[deflators["ref_area"].eq(ref_area)]
    chosen = own if len(own) else deflators[deflators["ref_area"].eq(ref_area.partition("-")[0])]
    return chosen.set_index("year")["obs_value"].sort_index()
