"""Statements of sources, completed: days and bounds of each, and the levels that follow from stated changes.

Nothing is repaired here. A level that a source does not print but that follows from its level and its stated
change is added as a row of its own, marked ``derived``, with the subtraction written out.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from coopanalysis.dataset.bounds import bounds
from coopanalysis.dataset.periods import periods

GRADES = ("high", "medium", "low")
_EMPTY = pd.Categorical.from_codes([0], [""])


def complete_observations(stated: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """Stated rows plus derived levels, with days and bounds.

    Input: the rows of observations.csv with ``row``; the source code list. Output adds

    - period_start, period_end: first and last day of the stated period; dated: what the source names (day, month, year, range, none)
    - date: the last day of the stated period; an undated level, or one of "now" (less than a day that holds the day of
      issue), takes the ``assumed_date`` of its source if that has one. date_assumed: the source names less than a day
    - stated_date: the other reading, the day the source was issued if that lies in the stated period ("now"), else the period's last day
    - lower, upper: bounds of the qualified figure; grade: 0 to 2 the report's figures by reliability, 3 to 5 the others
    - derived, derivation ("108 − 74"), change_row (of a derived level: the row of its change; else 0)
    """
    text = stated["time_period"].astype("category").cat
    distinct, at = periods(text.categories), text.codes.to_numpy()
    of = stated["source"].cat.codes.to_numpy()
    start, end, is_day = distinct.start[at], distinct.end[at], distinct.is_day[at]
    assumed, issue, whole_day = sources["assumed_date"].to_numpy()[of], issued_on(sources)[of], sources["issued"].str.len().eq(10).to_numpy()[of]
    # "now", "to date": less than a day is named, and it holds the day of issue
    now = ~is_day & (start <= issue) & (issue <= end)
    takes_assumed = ~np.isnat(assumed) & (now | (distinct.dated == "none")[at])
    grade = (sources["reliability"].map(GRADES.index) + 3 * sources["evidence"].ne("report")).to_numpy(dtype="int8")[of]
    lower, upper = _bounds(stated["obs_value"].to_numpy(), stated["qualifier"])
    frame = stated.assign(
        period_start=start, period_end=end, date=np.where(takes_assumed, assumed, end), stated_date=np.where(now & whole_day, issue, end),
        date_assumed=~is_day, dated=pd.Categorical(distinct.dated).take(at), lower=lower, upper=upper, grade=grade, derived=False,
        derivation=_EMPTY.take(np.zeros(len(stated), dtype=int)), change_row=0,
    )  # fmt: skip
    derived = _derived_levels(frame)
    return frame if derived.empty else _joined(frame, derived)


def complete_targets(stated: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """Targets with their day (``date``), the bounds of their value (``lower``, ``upper``), and the day they were set.

    ``set_on``: as stated, else the last day of the period in which the source was issued; NaT where neither is known.
    """
    lower, upper = _bounds(stated["target_value"].to_numpy(), stated["qualifier"])
    issue = pd.Series(issued_on(sources)[stated["source"].cat.codes.to_numpy()], index=stated.index)
    return stated.assign(date=stated["target_date"], lower=lower, upper=upper, set_on=stated["set_on"].fillna(issue))


def issued_on(sources: pd.DataFrame) -> np.ndarray:
    """The last day of the period in which each source was issued; NaT where that is not known."""
    return periods(sources["issued"]).end


def _bounds(values: np.ndarray, qualifiers: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """:func:`bounds`, computed for the qualified figures alone: most figures are exact."""
    low, high = values.copy(), values.copy()
    qualified = qualifiers.ne("exact").to_numpy()
    if qualified.any():
        low[qualified], high[qualified] = bounds(values[qualified], qualifiers[qualified].astype("str").to_numpy(dtype=object))
    return low, high


def _derived_levels(frame: pd.DataFrame) -> pd.DataFrame:
    """One row for each stated change: the level at its ``since`` date = level − change of the same statement."""
    change = frame["measure"].eq("change")
    if not change.any():
        return frame.iloc[:0]
    # filtered first: few series have a change
    series = frame["ref_area"].cat.codes.to_numpy().astype("int64") * len(frame["indicator"].cat.categories) + frame["indicator"].cat.codes.to_numpy()
    levels = frame[~change.to_numpy() & np.isin(series, series[change])]
    pairs = levels.merge(frame[change], on=["ref_area", "indicator", "source", "date"], suffixes=("", "_change"))
    if pairs.empty:  # changes alone imply no level
        return pairs[frame.columns]
    # the subtraction keeps the looser of the two qualifiers; an exact pair stays exact
    qualifier = pairs["qualifier"].where(pairs["qualifier"].ne("exact"), pairs["qualifier_change"])
    since = pairs["since_change"]
    derivation = pairs["obs_value"].map("{:.15g}".format) + " − " + pairs["obs_value_change"].map("{:.15g}".format)
    made: dict[str, Any] = {
        "obs_value": (pairs["obs_value"] - pairs["obs_value_change"]).round(9),  # 4477.3 − 3622.7 is 854.6, not 854.6000000000004
        "lower": pairs["lower"] - pairs["upper_change"], "upper": pairs["upper"] - pairs["lower_change"],
        "qualifier": qualifier, "time_period": since.dt.strftime("%Y-%m-%d"), "since": since.where(since.isna()), "comment": "", "repeated": False,
        **dict.fromkeys(("period_start", "period_end", "date", "stated_date"), since), "date_assumed": False, "dated": "day",
        "derived": True, "derivation": derivation, "change_row": pairs["row_change"],
    }  # fmt: skip
    return pairs[frame.columns].assign(**made)


def _joined(frame: pd.DataFrame, derived: pd.DataFrame) -> pd.DataFrame:
    """Both, one after the other; ``concat`` keeps a category only where both sides have the same."""
    frame = frame.copy(deep=False)
    for name in frame.columns[frame.dtypes.eq("category")]:
        every = frame[name].cat.categories.union(pd.Index(derived[name].dropna().astype("str").unique()), sort=False)
        frame[name], derived[name] = (pd.Categorical(part[name], categories=every) for part in (frame, derived))
    return pd.concat([frame, derived], ignore_index=True)
