"""Which figures of cooperatives the checks of consistency are put to, in the order a reader should meet them."""

from __future__ import annotations

from coopanalysis.metrics.consistency import (
    AverageAgainstPublished,
    Check,
    PartsAndWhole,
    PeriodNotSure,
    PopulationDiffers,
    ProductExceeds,
    Repeats,
    SameRatio,
    SeveralValues,
    TargetMayBeNewUnits,
)

# First what touches a headline number.
CHECKS: tuple[Check, ...] = (
    ProductExceeds("income_exceeds_revenue", average="income_member_and_worker", units="regular_workers", total="revenue_total"),
    AverageAgainstPublished("revenue_level", total="revenue_total", units="htx_total", published="revenue_per_htx"),
    AverageAgainstPublished("profit_level", total="profit_total", units="htx_total", published="profit_per_htx"),
    ProductExceeds("active_revenue_exceeds_total", average="revenue_per_htx", units="htx_active", total="revenue_total", factors_by="others"),
    SameRatio("same_revenue_over_capital", "revenue_total", "capital_and_assets"),
    PartsAndWhole(
        "union_inside_or_outside", ("htx_law2012", "lhhtx_total", "credit_funds"), whole="htx_law2012_all", beside="lhhtx_total", total="htx_total"
    ),
    PopulationDiffers("members_may_contain_workers", "members", "regular_workers", both="members_and_workers"),
    PeriodNotSure("period_is_not_sure", "htx_total"),
    TargetMayBeNewUnits("targets_may_mean_new_units", "htx_total"),
    SeveralValues("several_values_in_one_year", per="year"),
    Repeats("old_figures_printed_again"),
)
