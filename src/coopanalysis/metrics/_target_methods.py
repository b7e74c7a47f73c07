"""Every published method of measuring progress, side by side for the rows of ``progress_table``."""

from __future__ import annotations

import numpy as np
import pandas as pd

from coopanalysis.metrics.other_methods import escap_current_status, escap_gap, open_sdg_progress, sdsn_trend, unsd_expected_share
from coopanalysis.metrics.progress import eurostat_class, eurostat_ratio
from coopanalysis.metrics.time import years_between


def add_methods(table: pd.DataFrame) -> pd.DataFrame:
    """Every method under its own name. A target that the latest figure itself meets is achieved for all of them."""
    year = {name: _decimal_year(table[f"{name}_date"]) for name in ("origin", "baseline", "current", "target")}
    series = (table["origin_value"], year["origin"], table["current_value"], year["current"], table["target_value"], year["target"])
    sign = table["direction"]
    met = np.where(sign.ge(0), table["current_lower"].ge(table["target_value"]), table["current_upper"].le(table["target_value"]))
    ratio = eurostat_ratio(*series, sign)
    sdg = open_sdg_progress(*series, sign, None)
    gaps = {
        name: escap_gap(table["baseline_value"], table[f"{model}_value"], table["target_value"], sign)
        for name, model in (("linear", "linear"), ("constant", "exponential"))
    }
    later = table["current_date"] > table["baseline_date"]
    since_baseline = (table["current_value"] - table["baseline_value"]) / (year["current"] - year["baseline"]).where(later)
    before = (table["baseline_value"] - table["origin_value"]) / (year["baseline"] - year["origin"])
    needed = (table["target_value"] - table["baseline_value"]) / (year["target"] - year["baseline"])
    trend = sdsn_trend(sign * since_baseline.where(later, before), (sign * needed).where(needed.ne(0)))
    status = escap_current_status(table["baseline_value"], table["current_value"], table["target_value"], sign)

    def class_of(values: object) -> pd.Series:
        return pd.Series(values, index=table.index, dtype=object).mask(met, "target_achieved")

    return table.assign(
        eurostat_ratio=ratio,
        eurostat_class=class_of(eurostat_class(ratio)),
        open_sdg_status=sdg.status,
        open_sdg_score=sdg.score,
        escap_status=pd.Series(status, index=table.index).where(later | met),
        **{f"escap_gap_{name}": pd.Series(gap.gap_pct, index=table.index).mask(met) for name, gap in gaps.items()},
        **{f"escap_class_{name}": class_of(gap.class_) for name, gap in gaps.items()},
        sdsn_class=class_of(trend),
        unsd_score=unsd_expected_share(*series).score,
    )


def _decimal_year(dates: pd.Series) -> pd.Series:
    """Years as a number whose differences are ``years_between`` from 31 December 2000 on (31-12-2003 is 2003)."""
    origin = pd.Timestamp("2000-12-31")
    return pd.Series(2000 + years_between(pd.Series(origin, index=dates.index), dates), index=dates.index)
