"""Every published method of measuring progress, side by side for the rows of ``progress_table``."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from coopanalysis.metrics.other_methods import escap_current_status, escap_gap, open_sdg_progress, sdsn_trend, unsd_expected_share
from coopanalysis.metrics.projection import date_target_reached, project_exponential, project_linear
from coopanalysis.metrics.time import years_between


def add_methods(table: pd.DataFrame) -> pd.DataFrame:
    """The model range where no later figure exists, and every method under its own name. A target that is reached is achieved for all of them.

    ESCAP's gap and SDSN's trend project from the latest figure where there is one, by the pace since the baseline; else
    from the baseline, by the pace before it.
    """
    year = {name: _decimal_year(table[f"{name}_date"]) for name in ("base", "baseline", "current", "latest", "target")}
    comparable = table["base_family"].eq(table["latest_family"])
    series = (table["base_value"].where(comparable), year["base"], table["latest_value"], year["latest"], table["target_value"], year["target"])
    sign, met = table["direction"], table["reached"]
    later = table["current_value"].notna() & table["current_family"].eq(table["baseline_family"])
    ends = {}
    for name, before, since in (("start", "base", "baseline"), ("end", "baseline", "current")):
        ends[f"{name}_value"] = table[f"{since}_value"].where(later, table[f"{before}_value"])
        ends[f"{name}_date"] = table[f"{since}_date"].where(later, table[f"{before}_date"])
    usable = ends["start_date"] < ends["end_date"]
    usable &= later | table["base_family"].eq(table["baseline_family"])
    first, begin, last, end = (ends[name].where(usable) for name in ("start_value", "start_date", "end_value", "end_date"))
    values = {
        name: pd.Series(project(first, begin, last, end, table["target_date"]), index=table.index)
        for name, project in (("linear", project_linear), ("exponential", project_exponential))
    }
    model: Literal["linear", "exponential"]
    days = {}
    for model in ("linear", "exponential"):
        days[model] = pd.Series(date_target_reached(first, begin, last, end, table["target_value"], model), index=table.index)
    gaps = {
        name: escap_gap(table["baseline_value"], values[way], table["target_value"], sign)
        for name, way in (("linear", "linear"), ("constant", "exponential"))
    }
    ahead = (last - first) / pd.Series(years_between(begin, end), index=table.index)
    needed = (table["target_value"] - table["baseline_value"]) / (year["target"] - year["baseline"])
    sdg = open_sdg_progress(*series, sign, None)
    trend = sdsn_trend(sign * ahead, (sign * needed).where(needed.ne(0)))
    status = escap_current_status(table["baseline_value"], table["current_value"].where(later), table["target_value"], sign)

    def class_of(words: object) -> pd.Series:
        return pd.Series(words, index=table.index, dtype=object).mask(met, "target_achieved")

    none = table["current_value"].isna()  # a model is drawn only where no later figure refutes or confirms it
    return table.assign(
        **{f"{name}_value": values[name].where(none) for name in values},
        **{f"{name}_date": days[name].where(none) for name in days},
        open_sdg_status=sdg.status,
        open_sdg_score=sdg.score,
        escap_status=pd.Series(status, index=table.index).where(later | met),
        **{f"escap_gap_{name}": pd.Series(gap.gap_pct, index=table.index).mask(met) for name, gap in gaps.items()},
        **{f"escap_class_{name}": class_of(gap.class_) for name, gap in gaps.items()},
        sdsn_class=class_of(trend),
        unsd_score=unsd_expected_share(*series).score,
    ).assign(
        eurostat_class=lambda frame: class_of(frame["eurostat_class"]), eurostat_class_short=lambda frame: class_of(frame["eurostat_class_short"])
    )


def _decimal_year(dates: pd.Series) -> pd.Series:
    """Years as a number whose differences are ``years_between`` from 31 December 2000 on (31-12-2003 is 2003)."""
    origin = pd.Timestamp("2000-12-31")
    return pd.Series(2000 + np.asarray(years_between(pd.Series(origin, index=dates.index), dates)), index=dates.index)
