"""Contradictions of the sources, found by arithmetic and shown with their sums; nothing is corrected.

Each check recomputes from the rows it names and says whether the contradiction is there. When the data change so that
a contradiction goes away, its row says ``found`` False; a check whose figures are missing has a reason instead.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from coopanalysis.dataset.observations import select
from coopanalysis.dataset.package import Dataset
from coopanalysis.metrics.growth import cagr, required_cagr
from coopanalysis.metrics.time import years_between

# Decisions of these checks, each in one place.
SAME_RATIO_TOLERANCE = 0.001  # two ratios closer than this (relative) suggest that one was computed from the other
SMALL_SHARE = 0.5  # a level under half of every other source is out of line
MONTHS, LOST_ZERO = 12, 10  # the two readings that would explain a level about a tenth of the others


@dataclass(frozen=True)
class Finding:
    """Result of one check: the sum's numbers by name, the statements (rows of observations.csv) it rests on."""

    found: bool
    values: dict[str, Any]
    rows: tuple[int, ...]


class _Missing(Exception):
    """A check's figure is not in the selected evidence."""


class _Levels:
    """Looks up one level; tells which rows were used."""

    def __init__(self, dataset: Dataset, ref_area: str, frame: pd.DataFrame):
        self.dataset, self.ref_area, self.frame = dataset, ref_area, frame
        self.report = frame[frame["evidence"].eq("report")]
        self.rows: list[int] = []

    def value(self, indicator: str, *, derived: bool = False) -> float:
        rows = self.report[self.report["indicator"].eq(indicator) & self.report["derived"].eq(derived)]
        if rows.empty:
            raise _Missing(indicator)
        self.rows.append(int(rows["row"].iloc[-1]))
        return float(rows["obs_value"].iloc[-1])

    def others(self, indicator: str) -> pd.DataFrame:
        rows = self.frame[self.frame["indicator"].eq(indicator) & self.frame["evidence"].ne("report") & ~self.frame["derived"]]
        rows = rows[~rows["repeated"]]
        if rows.empty:
            raise _Missing(indicator)
        self.rows += [int(row) for row in rows["row"]]
        return rows


def consistency_table(dataset: Dataset, *, ref_area: str = "VN-28", evidence: str = "published") -> pd.DataFrame:
    """One row for each check: check, indicators, found, values (a dict of the sum's numbers), rows, reason.

    ``values`` holds plain numbers in the indicators' units, rates and shares as fractions; ``rows`` are row numbers of
    observations.csv (targets.csv for the targets' wording). ``reason`` is no_observation where the evidence lacks a
    figure (``evidence="report"`` leaves out what only later sources say); ``found`` is then False. ``ValueError`` names
    ``ref_area`` if the area code list has no such area, or ``evidence``.
    """
    records = []
    selected = select(dataset, ref_area=ref_area, evidence=evidence)
    for name, (indicators, test) in CHECKS.items():
        levels = _Levels(dataset, ref_area, selected)
        try:
            finding, reason = test(levels), ""
        except _Missing as missing:
            finding, reason = Finding(False, {"missing": str(missing)}, ()), "no_observation"
        records.append(
            {"check": name, "indicators": indicators, "found": finding.found, "values": finding.values, "rows": finding.rows, "reason": reason}
        )
    return pd.DataFrame(records)


def _income_exceeds_revenue(levels: _Levels) -> Finding:
    income, workers, revenue = (levels.value(code) for code in ("income_member_and_worker", "regular_workers", "revenue_total"))
    paid = income * workers
    return Finding(
        paid > revenue, {"income": income, "workers": workers, "paid": paid, "revenue": revenue, "multiple": paid / revenue}, tuple(levels.rows)
    )


def _per_cooperative(total: str, published: str) -> Callable[[_Levels], Finding]:
    def test(levels: _Levels) -> Finding:
        amount, cooperatives = levels.value(total), levels.value("htx_total")
        level = amount / cooperatives
        others = levels.others(published)
        lowest, highest = others.loc[others["obs_value"].idxmin()], others.loc[others["obs_value"].idxmax()]
        low, high = float(lowest["obs_value"]), float(highest["obs_value"])
        return Finding(
            level < SMALL_SHARE * low,
            {
                "total": amount,
                "cooperatives": cooperatives,
                "level": level,
                "whole": float(level).is_integer(),
                "lowest": low,
                "highest": high,
                "lowest_qualifier": lowest["qualifier"],
                "highest_qualifier": highest["qualifier"],
                "count": len(others),
                "share_of_lowest": level / low,
                "share_of_highest": level / high,
                "with_zero": level * LOST_ZERO,
                "as_month": level * MONTHS,
            },
            tuple(levels.rows),
        )

    return test


def _same_revenue_over_capital(levels: _Levels) -> Finding:
    then = levels.value("revenue_total", derived=True) / levels.value("capital_and_assets", derived=True)
    now = levels.value("revenue_total") / levels.value("capital_and_assets")
    difference = now / then - 1
    return Finding(abs(difference) < SAME_RATIO_TOLERANCE, {"then": then, "now": now, "difference": difference}, tuple(levels.rows))


def _union_inside_or_outside(levels: _Levels) -> Finding:
    total, union, law = levels.value("htx_total"), levels.value("lhhtx_total"), levels.value("htx_law2012_all")
    alone, funds = levels.value("htx_law2012"), levels.value("credit_funds")
    counts_union = alone + union + funds == law
    return Finding(
        counts_union and union > 0,
        {
            "total": total,
            "union": union,
            "law": law,
            "alone": alone,
            "funds": funds,
            "not_converted_inside": total - law,
            "not_converted_outside": total - (alone + funds),
            "without_funds_outside": total - funds,
            "without_funds_inside": total - union - funds,
        },
        tuple(levels.rows),
    )


def _members_may_contain_workers(levels: _Levels) -> Finding:
    members, workers = levels.value("members"), levels.value("regular_workers")
    both = levels.others("members_and_workers")
    # the most that any source says within a year after the report's own date
    report = levels.report["date"].max()
    after = both[both["date"].between(report, report + pd.DateOffset(years=1))]
    if after.empty:
        raise _Missing("members_and_workers")
    nearest = after.loc[after["obs_value"].idxmax()]
    return Finding(
        members + workers > nearest["obs_value"],
        {
            "members": members,
            "workers": workers,
            "sum": members + workers,
            "both": float(nearest["obs_value"]),
            "both_qualifier": nearest["qualifier"],
            "both_period": nearest["time_period"],
        },
        (*levels.rows[:2], int(nearest["row"])),
    )


def _period_is_not_sure(levels: _Levels) -> Finding:
    """The counts are of the day of the report, the rest of the year before; money carries no date at all."""
    rows = levels.report[levels.report["indicator"].eq("htx_total") & ~levels.report["derived"]]
    start = levels.value("htx_total", derived=True)
    if rows.empty:
        raise _Missing("htx_total")
    row = rows.iloc[-1]
    since = levels.report.loc[levels.report["derived"], "date"].min()
    assumed, stated = float(years_between(since, row["date"])), float(years_between(since, row["stated_date"]))
    undated = levels.report[levels.report["time_period"].eq("") & ~levels.report["derived"]]
    targets = levels.dataset.targets[
        levels.dataset.targets["indicator"].eq("htx_total") & levels.dataset.targets["ref_area"].eq(levels.ref_area)
    ].sort_values("date")
    required = [
        float(required_cagr(row["obs_value"], value, years_between(row["stated_date"], date)))
        for value, date in zip(targets["target_value"], targets["date"], strict=True)
    ]
    return Finding(
        assumed != stated or len(undated) > 0,
        {
            "years_assumed": assumed,
            "years_stated": stated,
            "stated_date": row["stated_date"],
            "assumed_date": row["date"],
            "cagr_assumed": float(cagr(start, row["obs_value"], assumed)),
            "cagr_stated": float(cagr(start, row["obs_value"], stated)),
            "target_years": [int(date.year) for date in targets["date"]],
            "required_stated": required,
            "undated": len(undated),
        },
        (int(row["row"]), *(int(number) for number in undated["row"])),
    )


def _targets_may_mean_new_units(levels: _Levels) -> Finding:
    """ "Develop about N" can be N in all or N new ones; the second reading is summed up to show what it would mean."""
    baseline = levels.value("htx_total")
    targets = levels.dataset.targets
    own = targets[targets["indicator"].eq("htx_total") & targets["ref_area"].eq(levels.ref_area)].sort_values("date")
    if len(own) < 2:
        raise _Missing("targets")
    first, last = float(own["target_value"].iloc[0]), float(own["target_value"].iloc[-1])
    return Finding(
        True,
        {
            "baseline": baseline,
            "first": first,
            "last": last,
            "first_as_new": baseline + first,
            "last_as_new": baseline + last,
            "first_year": int(own["date"].dt.year.iloc[0]),
            "last_year": int(own["date"].dt.year.iloc[-1]),
        },
        tuple(int(row) for row in own["row"]),
    )


def _active_revenue_exceeds_total(levels: _Levels) -> Finding:
    """One source's average times its own number of active cooperatives, against the report's later total."""
    revenue = levels.value("revenue_total")
    average = levels.others("revenue_per_htx")
    active = levels.others("htx_active")
    pairs = average.merge(active, on=["source", "date"], suffixes=("", "_active"))
    if pairs.empty:
        raise _Missing("htx_active")
    pair = pairs.iloc[0]
    total = float(pair["obs_value"] * pair["obs_value_active"])
    return Finding(
        total > revenue,
        {
            "average": float(pair["obs_value"]),
            "average_qualifier": pair["qualifier"],
            "active": float(pair["obs_value_active"]),
            "total": total,
            "revenue": revenue,
            "multiple": total / revenue,
            "period": pair["time_period"],
        },
        (levels.rows[0], int(pair["row"]), int(pair["row_active"])),
    )


def _several_values_in_one_year(levels: _Levels) -> Finding:
    rows = levels.frame[levels.frame["indicator"].eq("htx_agri") & ~levels.frame["repeated"]]
    agricultural = rows[rows["evidence"].ne("report")]  # levels derived from a stated change count as values, too
    if agricultural.empty:
        raise _Missing("htx_agri")
    year = int(agricultural["date"].dt.year.value_counts(sort=False).idxmax())
    chosen = agricultural[agricultural["date"].dt.year.eq(year)]
    lowest, highest = chosen.loc[chosen["obs_value"].idxmin()], chosen.loc[chosen["obs_value"].idxmax()]
    return Finding(
        bool(highest["obs_value"] > lowest["obs_value"]),
        {
            "year": year,
            "count": len(chosen),
            "lowest": float(lowest["obs_value"]),
            "highest": float(highest["obs_value"]),
            "lowest_qualifier": lowest["qualifier"],
            "highest_qualifier": highest["qualifier"],
        },
        tuple(int(row) for row in chosen["row"]),
    )


def _old_figures_printed_again(levels: _Levels) -> Finding:
    repeated = levels.frame[levels.frame["repeated"]]
    return Finding(len(repeated) > 0, {"count": len(repeated)}, tuple(int(row) for row in repeated["row"]))


# In the order a reader should meet them: first what touches a headline number.
CHECKS: dict[str, tuple[tuple[str, ...], Callable[[_Levels], Finding]]] = {
    "income_exceeds_revenue": (("income_member_and_worker", "regular_workers", "revenue_total"), _income_exceeds_revenue),
    "revenue_level": (("revenue_total", "htx_total", "revenue_per_htx"), _per_cooperative("revenue_total", "revenue_per_htx")),
    "profit_level": (("profit_total", "htx_total", "profit_per_htx"), _per_cooperative("profit_total", "profit_per_htx")),
    "active_revenue_exceeds_total": (("revenue_per_htx", "htx_active", "revenue_total"), _active_revenue_exceeds_total),
    "same_revenue_over_capital": (("revenue_total", "capital_and_assets"), _same_revenue_over_capital),
    "union_inside_or_outside": (("htx_total", "lhhtx_total", "htx_law2012_all"), _union_inside_or_outside),
    "members_may_contain_workers": (("members", "regular_workers", "members_and_workers"), _members_may_contain_workers),
    "period_is_not_sure": (("htx_total", "tht_total"), _period_is_not_sure),
    "targets_may_mean_new_units": (("htx_total",), _targets_may_mean_new_units),
    "several_values_in_one_year": (("htx_agri",), _several_values_in_one_year),
    "old_figures_printed_again": (("revenue_per_htx_agri", "profit_per_htx_agri"), _old_figures_printed_again),
}
