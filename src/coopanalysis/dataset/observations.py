"""Statements of sources: given their days and bounds, completed with the levels they imply, and selected.

Nothing is repaired here. A level that a source does not print but that follows from its level and its stated
change is added as a row of its own, marked ``derived``, with the subtraction written out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from coopanalysis.dataset.bounds import bounds
from coopanalysis.dataset.periods import parse_period

if TYPE_CHECKING:
    from coopanalysis.dataset.package import Dataset

RELIABILITY = {"high": 0, "medium": 1, "low": 2}
REPEATED = "repeat:"  # how a comment in observations.csv begins when a source prints an older figure again
_PRECISION = {0: "none", 4: "year", 7: "month", 10: "day"}
_KEY = ["ref_area", "indicator", "source"]


def complete_observations(stated: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """Stated rows plus derived levels, with days and bounds.

    Input: the rows of observations.csv with ``row``; the source code list. Output adds period_start, period_end,
    date, stated_date, date_assumed, repeated, lower, upper, derived, derivation, change_row (of a derived level: the
    row of its change; else 0). ``date`` is the last day of the
    stated period; where a source names no exact day and has an ``assumed_date``, its levels take that day.
    ``date_assumed`` says so, and is True too wherever the source names less than a day. ``stated_date`` is the other
    reading: the day the source was issued if that lies in the stated period ("now"), else the period's last day.
    ``dated``: what the source names (day, month, year, range, none). ``repeated``: the source prints an older figure again; it is no new observation.
    """
    frame = _with_days(stated, sources)
    lower, upper = bounds(frame["obs_value"], frame["qualifier"])
    frame = frame.assign(lower=lower, upper=upper, derived=False, derivation="", change_row=0)
    whole = pd.concat([frame, _derived_levels(frame)], ignore_index=True)
    # a package without a single derived level would leave these as objects
    return whole.astype({"row": int, "change_row": int, "date_assumed": bool, "repeated": bool, "derived": bool})


def complete_targets(stated: pd.DataFrame) -> pd.DataFrame:
    """Targets with their day (``date``) and the bounds of their qualified value (``lower``, ``upper``)."""
    lower, upper = bounds(stated["target_value"], stated["qualifier"])
    return stated.assign(date=pd.to_datetime(stated["target_date"]), lower=lower, upper=upper)


def select(
    dataset: Dataset, *, ref_area: str = "VN-28", evidence: str = "report", indicator: str | list[str] | None = None, measure: str = "level"
) -> pd.DataFrame:
    """Rows of one area and kind of evidence, by indicator and date, with the source's ``evidence`` and ``reliability``.

    ``evidence``: "report" keeps the sources graded so in the source code list, "published" keeps all.
    ``ref_area``: a code of the area list, or the country of one; an area without figures gives no rows. Raises
    ``ValueError`` that names the argument for another word or area. The input stays as it was.
    """
    if not isinstance(evidence, str) or evidence not in ("report", "published"):
        raise ValueError(f"evidence: unknown kind {evidence!r}; expected report or published")
    check_area(dataset, ref_area)
    frame = dataset.observations.join(dataset.sources[["evidence", "reliability"]], on="source")
    keep = frame["ref_area"].eq(ref_area) & frame["measure"].eq(measure)
    if evidence == "report":
        keep &= frame["evidence"].eq("report")
    if indicator is not None:
        keep &= frame["indicator"].isin([indicator] if isinstance(indicator, str) else indicator)
    grade = frame["reliability"].map(RELIABILITY)
    return (
        frame.assign(_grade=grade, _keep=keep)
        .sort_values(["indicator", "date", "evidence", "_grade", "row"], kind="stable", ascending=[True, True, False, True, True])
        .loc[lambda rows: rows["_keep"]]  # sorted first: pandas loses the types of a frame without rows in sorting it
        .drop(columns=["_grade", "_keep"])
        .reset_index(drop=True)
    )


def check_area(dataset: Dataset, ref_area: str) -> None:
    """Raise unless the area is in the area code list, or is the country of one that is (VN of VN-28)."""
    codes = list(dataset.areas.index)
    if not isinstance(ref_area, str) or ref_area not in {*codes, *(code.partition("-")[0] for code in codes)}:
        raise ValueError(f"ref_area: unknown {ref_area!r}; the area code list has {', '.join(codes)}")


def _with_days(stated: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    periods = {text: parse_period(text) for text in stated["time_period"].unique()}
    parsed = stated["time_period"].map(periods)
    is_day = parsed.map(lambda period: period.is_day).astype(bool)
    end = pd.to_datetime(parsed.map(lambda period: period.end))
    assumed = pd.to_datetime(stated["source"].map(sources["assumed_date"]).replace("", None))
    takes_assumed = ~is_day & assumed.notna()
    start = pd.to_datetime(parsed.map(lambda period: period.start))
    issued = pd.to_datetime(stated["source"].map(sources["issued"]).where(lambda text: text.str.len() == 10))
    says_now = ~is_day & issued.between(start, end)
    return stated.assign(
        period_start=start,
        period_end=end,
        date=end.where(~takes_assumed, assumed),
        stated_date=end.where(~says_now, issued),
        date_assumed=~is_day,
        dated=stated["time_period"].map(lambda text: "range" if "/" in text else _PRECISION[len(text)]),
        repeated=stated["comment"].str.startswith(REPEATED),
    )


def _derived_levels(frame: pd.DataFrame) -> pd.DataFrame:
    """One row for each stated change: the level at its ``since`` date = level − change of the same statement."""
    changes = frame[frame["measure"].eq("change")]
    levels = frame[frame["measure"].eq("level")]
    pairs = changes.merge(levels, on=[*_KEY, "date"], suffixes=("_change", ""), how="inner")
    since = pd.to_datetime(pairs["since_change"])
    values = (pairs["obs_value"] - pairs["obs_value_change"]).round(9)  # 4477.3 − 3622.7 is 854.6, not 854.6000000000004
    derivation = [f"{_plain(level)} − {_plain(change)}" for level, change in zip(pairs["obs_value"], pairs["obs_value_change"], strict=True)]
    return pd.DataFrame(
        {
            **{name: pairs[name] for name in _KEY},
            "time_period": pairs["since_change"],
            "measure": "level",
            "since": "",
            "obs_value": values,
            # the subtraction keeps the looser of the two qualifiers; an exact pair stays exact
            "qualifier": np.where(pairs["qualifier"].eq("exact"), pairs["qualifier_change"], pairs["qualifier"]),
            "obs_status": pairs["obs_status"],
            "locator": pairs["locator"],
            "comment": "",
            "row": pairs["row"],
            "period_start": since,
            "period_end": since,
            "date": since,
            "stated_date": since,
            "date_assumed": False,
            "dated": "day",
            "repeated": False,
            "lower": pairs["lower"] - pairs["upper_change"],
            "upper": pairs["upper"] - pairs["lower_change"],
            "derived": True,
            "derivation": derivation,
            "change_row": pairs["row_change"],
        }
    )


def _plain(value: float) -> str:
    return np.format_float_positional(value, trim="-")
