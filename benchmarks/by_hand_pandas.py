"""Growth of indicators and of ratios by hand, for all areas at once: the numbers of the library's tables, in plain pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.by_hand_reading import Data

SERIES = ["ref_area", "indicator"]
SIDE = ["date", "stated_date", "value", "qualifier", "lower", "upper", "derived", "derivation", "date_assumed", "source", "row"]
REASONS = ["no_observation", "no_observation_at_start", "no_observation_at_end", "unequal_periods", "other_family"]


def levels(data: Data) -> pd.DataFrame:
    """Dated levels, no repeats."""
    frame = data["observations"]
    return frame[frame["measure"].eq("level") & ~frame["repeated"] & frame["date"].notna()].rename(columns={"obs_value": "value"})


def growth(data: Data, start: int, end: int) -> pd.DataFrame:
    """Two years of every indicator of every area, prices of the later one."""
    indicators = data["indicator"]
    figures = levels(data).pipe(_numbered, "indicator")
    every = np.sort(figures["series"].unique())
    flow = indicators["kind"].eq("flow").to_numpy()
    sides = [_of_year(figures, year) for year in (start, end)]
    sides = [side.assign(months=np.where(flow[side["indicator"].cat.codes], _months(side), 0)).pipe(_with_family, data) for side in sides]
    area, code = np.divmod(every, len(indicators))
    named = {name: indicators[name].to_numpy()[code] for name in ("unit", "monetary", "group", "kind")}
    table = _pairs(*sides, every).assign(ref_area=data["ref_area"].index[area], indicator=indicators.index[code], **named)
    table = _compared(table, _prices(data, area, (start, end)), start, end)
    return table.iloc[np.lexsort((indicators["sort_key"].to_numpy()[code], area))].reset_index(drop=True)


def ratios(data: Data, start: int, end: int) -> pd.DataFrame:
    """Two years of every ratio of every area: numerator and denominator of one source and day."""
    lists, flow = data["ratio"], data["indicator"]["kind"].eq("flow").to_numpy()
    figures = levels(data)
    figures = figures[figures["indicator"].isin([*lists["numerator"], *lists["denominator"]])]
    sides = []
    for year in (start, end):
        side = _of_year(figures, year)
        side = side.assign(months=np.where(flow[side["indicator"].cat.codes], _months(side), 0), indicator=side["indicator"].astype("str"))
        wanted = lists[["numerator", "denominator"]].assign(place=np.arange(len(lists)))
        above = wanted.merge(side, left_on="numerator", right_on="indicator").drop(columns="indicator")
        columns = ["ref_area", "indicator", "source", "date", "value", "lower", "upper", "qualifier", "derived", "date_assumed", "row"]
        both = above.merge(
            side[columns].rename(columns={"indicator": "denominator"}), on=["ref_area", "denominator", "source", "date"], suffixes=("", "_of")
        )
        known = (both["lower_of"] >= 0) & (both["upper_of"] > 0)
        least = both["lower"] / np.where(both["lower"] >= 0, both["upper_of"], both["lower_of"])  # a loss is divided by the other end
        most = both["upper"] / np.where(both["upper"] >= 0, both["lower_of"], both["upper_of"])
        both = both.assign(
            value=(both["value"] / both["value_of"]).where(both["value_of"].ne(0)),
            lower=least.mask(both["lower"].eq(0), 0.0).where(known),
            upper=most.mask(both["upper"].eq(0), 0.0).where(known),
            qualifier=both["qualifier"].where(both["qualifier"].ne("exact"), both["qualifier_of"]),
            derived=both["derived"] | both["derived_of"],
            derivation="",
            date_assumed=both["date_assumed"] | both["date_assumed_of"],
            series=both["ref_area"].cat.codes.astype("int64") * len(lists) + both["place"],
        )
        sides.append(_with_family(both, data))
    area, place = (part.ravel() for part in np.indices((len(data["ref_area"]), len(lists))))
    named = {name: lists[name].to_numpy()[place] for name in ("numerator", "denominator", "unit", "monetary")}
    table = _pairs(*sides, area * len(lists) + place, ["row_of"])
    table = table.assign(ref_area=data["ref_area"].index[area], ratio=lists.index[place], **named, kind="average", group="ratio")
    table = _compared(table, _prices(data, area, (start, end)), start, end)
    return table.iloc[np.lexsort((lists["sort_key"].to_numpy()[place], area))].reset_index(drop=True)


def _pairs(first: pd.DataFrame, last: pd.DataFrame, every: np.ndarray, more: list[str] | None = None) -> pd.DataFrame:
    """start_* and end_* of each series: of a span and a family of sources that both years have, the longest span first."""
    first, last = (side.assign(basis=(side["series"] * 10_000 + side["months"]) * 100 + side["family"]) for side in (first, last))
    common = last["basis"].isin(first["basis"])
    last = _latest(last, common, last["months"].where(common, 0)).reindex(every)
    wanted = first["basis"].eq(pd.Series(last["basis"].reindex(first["series"]).to_numpy(), index=first.index))
    first = _latest(first, wanted, 0 * first["months"]).reindex(every)
    missing = [side["value"].isna() for side in (first, last)]
    unequal, other = (first[name] != last[name] for name in ("months", "family"))
    table = {"reason": np.select([missing[0] & missing[1], *missing, unequal, other], REASONS, "")}
    for name, side in (("start", first), ("end", last)):
        table |= {f"{name}_{column}": side[column].array for column in [*SIDE, *(more or [])]}
    table = pd.DataFrame(table)
    return table.assign(same_source=table["start_source"].astype("str") == table["end_source"].astype("str"))


def _latest(figures: pd.DataFrame, preferred: pd.Series, span: pd.Series) -> pd.DataFrame:
    """Of each series a preferred figure, of a long span, the latest, the report's, the more reliable, the first of the file."""
    keys = (figures["row"], figures["grade"], -figures["date"].to_numpy().astype("int64"), -span, ~preferred, figures["series"])
    return figures.iloc[np.lexsort(keys)].drop_duplicates("series").set_index("series")


def _numbered(figures: pd.DataFrame, column: str) -> pd.DataFrame:
    """A whole number for each area and code."""
    codes = figures[column].cat
    return figures.assign(series=figures["ref_area"].cat.codes.astype("int64") * len(codes.categories) + codes.codes)


def _with_family(figures: pd.DataFrame, data: Data) -> pd.DataFrame:
    families = pd.factorize(data["source"]["family"])[0]
    return figures.assign(family=families[figures["source"].cat.codes])


def _of_year(figures: pd.DataFrame, year: int) -> pd.DataFrame:
    return figures[figures["date"].between(pd.Timestamp(year, 1, 1), pd.Timestamp(year, 12, 31))]


def _months(figures: pd.DataFrame) -> np.ndarray:
    """Months of the stated span; a day or nothing is read as a year."""
    first, last = figures["period_start"].to_numpy(), figures["period_end"].to_numpy()
    months = ((last + np.timedelta64(1, "D")).astype("datetime64[M]") - first.astype("datetime64[M]")).astype("int64")
    return np.where(np.isnat(first) | np.isnat(last) | (first == last), 12, months)


def years_between(start: pd.Series, end: pd.Series) -> np.ndarray:
    """Whole anniversaries and the remaining days over the days of that year; negative backwards, NaN without a day."""
    missing = start.isna().to_numpy() | end.isna().to_numpy()
    first, last = (side.to_numpy().astype("datetime64[D]") for side in (start, end))
    first, last = np.where(missing, np.datetime64("2000-01-01"), first), np.where(missing, np.datetime64("2000-01-01"), last)
    early, late = np.minimum(first, last), np.maximum(first, last)
    whole = late.astype("datetime64[Y]").astype(int) - early.astype("datetime64[Y]").astype(int)
    whole = whole - (anniversary(early, whole) > late)
    before, after = anniversary(early, whole), anniversary(early, whole + 1)
    years = whole + (late - before).astype(float) / (after - before).astype(float)
    return np.where(missing, np.nan, np.where(first <= last, years, -years))


def anniversary(day: np.ndarray, years: np.ndarray) -> np.ndarray:
    """The day so many whole years later; 28 February where there is no 29th."""
    month = day.astype("datetime64[M]")
    later = month + 12 * years
    length = ((later + 1).astype("datetime64[D]") - later.astype("datetime64[D]")).astype(int)
    return later.astype("datetime64[D]") + np.minimum((day - month.astype("datetime64[D]")).astype(int), length - 1)


def rate(start: pd.Series, end: pd.Series, years: pd.Series) -> np.ndarray:
    with np.errstate(all="ignore"):
        return np.where((start > 0) & (end >= 0) & (years > 0), (end / start) ** (1 / years) - 1, np.nan)


def _compared(table: pd.DataFrame, prices: pd.DataFrame, start: int, end: int) -> pd.DataFrame:
    """Growth columns, nominal and real, beside start_* and end_*; ``reason`` is there already."""
    years = pd.Series(years_between(table["start_date"], table["end_date"]), index=table.index)
    known = table["reason"].eq("")
    first, last = table["start_value"].where(known), table["end_value"].where(known)
    lows = [table[f"{side}_lower"].where(known) for side in ("start", "end")]
    highs = [table[f"{side}_upper"].where(known) for side in ("start", "end")]
    low = np.where(lows[0] >= 0, rate(highs[0], lows[1], years), np.nan)
    high = np.where(lows[0].eq(0) & (highs[0] > 0) & (years > 0), np.where(highs[1] > 0, np.inf, -1.0), rate(lows[0], highs[1], years))
    cagr = pd.Series(rate(first, last, years), index=table.index)
    reason = table["reason"].mask(known & first.le(0), "zero_base").mask(known & years.le(0), "one_point")
    money = table["monetary"].astype(bool)
    rise = (prices[end] / prices[start]).where(money)
    why = np.select([~money, rise.isna(), reason.ne("")], ["not_monetary", "no_price_index", reason], "")
    real = why == ""
    multiple, yearly = (last / first).where(first.ne(0)), rise ** (1 / years)
    table = table.assign(
        start_year=start,
        end_year=end,
        years=years,
        change=last - first,
        multiple=multiple,
        cagr=cagr,
        cagr_low=low,
        cagr_high=high,
        doubling_time=_doubling(cagr),
        reason=reason,
        real_reason=why,
        price_base=end,
        price_multiple=rise,
        real_start_value=(table["start_value"] * prices[end] / prices[start]).where(real),
        real_end_value=table["end_value"].where(real),
        real_multiple=(multiple / rise).where(real),
        **{f"real_{name}": ((1 + rates) / yearly - 1).where(real) for name, rates in (("cagr", cagr), ("cagr_low", low), ("cagr_high", high))},
        price_note=np.where(money & table["kind"].eq("stock"), "annual_average_for_stock", ""),
        **{f"{side}_{name}": table[f"{side}_{name}"].eq(True) for side in ("start", "end") for name in ("derived", "date_assumed")},
    )
    return table.assign(
        real_doubling_time=_doubling(table["real_cagr"]),
        comparable_multiple=multiple.where(~money, table["real_multiple"]),
        comparable_cagr=cagr.where(~money, table["real_cagr"]),
    )


def _doubling(rates: pd.Series) -> pd.Series:
    return np.log(2) / np.log1p(rates.where(rates > 0))


def _prices(data: Data, areas: np.ndarray, years: tuple[int, ...]) -> pd.DataFrame:
    """The index of each row's area (its place in the list), else of the nearest area above it that has one."""
    frame = data["deflators"]
    index = frame[frame["index"].eq("cpi")].pivot(index="ref_area", columns="year", values="obs_value").reindex(columns=list(years))
    above = data["ref_area"]["parent"]
    has = pd.Series(above.index, index=above.index)
    for _ in range(4):
        has = has.where(has.isin(index.index), has.map(above))
    return index.reindex(has).iloc[areas].reset_index(drop=True)
