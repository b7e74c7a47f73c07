"""Progress toward the stated targets: what was needed, what was done, what is known, and how sure that is.

The status for leaders is decided in one order: target reached, then evidence, then ratio. Every number behind it is
in the table, and a reason stands where a number is missing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from coopanalysis.dataset.observations import select
from coopanalysis.dataset.package import Dataset
from coopanalysis.metrics._arrays import shown, to_float
from coopanalysis.metrics._target_methods import add_methods
from coopanalysis.metrics.growth import cagr, required_cagr
from coopanalysis.metrics.progress import stretch_ratio
from coopanalysis.metrics.projection import date_target_reached, project_exponential, project_linear
from coopanalysis.metrics.time import years_between

# A figure older than this, counted from the day that is judged, says nothing about where a target stands.
MAX_AGE_MONTHS = 24


def progress_table(
    dataset: Dataset, *, ref_area: str = "VN-28", evidence: str = "report", target_years: list[int] | None = None, assumed_growth: float | None = None
) -> pd.DataFrame:
    """One row for each target: origin (t0), baseline, latest figure, paces, models, every method's class, and a status.

    ``target_years``: keep the targets of these years (default all). ``assumed_growth``: a rate (fraction a year)
    for the columns assumed_*. Values in the indicator's unit, rates as fractions a year, shares as fractions.

    - target: indicator, target_date, target_value, target_qualifier, target_lower, target_upper, direction, target_row
    - origin_*: the report's derived earlier level (t0 of Eurostat's ratio); baseline_*: the report's own level
    - past_cagr (origin to baseline), required_cagr (baseline to target; _low, _high from the target's bounds),
      stretch (past over required: ambition, not progress)
    - linear_value, exponential_value at the target date and linear_date, exponential_date when reached (model range)
    - current_*: the latest figure of the indicator itself that is no repeat (value, lower, upper, qualifier, date,
      time_period, source, reliability, row); part_*: a later figure of a subset (active ones), a lower bound
    - reached (bool), reached_after, reached_by (last date not yet met, first date met), reached_by_reliability (grade of
      the figure that gives that date), reached_reliability (best grade of all figures that meet it), confirmed_by and
      reached_row (date and row of the first figure of that best grade), reached_figures (how many meet it)
    - eurostat_ratio (t0 to current against t0 to target), eurostat_class, open_sdg_status, open_sdg_score, unsd_score
    - escap_status (baseline to current), escap_gap_linear, escap_gap_constant (percent of the way from the baseline that
      either model leaves missing), escap_class_linear, escap_class_constant
    - sdsn_class: change a year since the baseline (before it, where no later figure is known) against the change needed
    - gap, gap_years, required_from_current, units_per_year: what it would take from the latest figure
    - judged_date, status (target_achieved, achieved_single_source, significant, moderate, insufficient, no_change,
      movement_away, not_enough_evidence; with ``evidence="report"``: plan_within_pace, plan_above_pace), and reason
      (no_baseline, zero_base, one_point, no_observation, no_observation_after_baseline, observation_too_old,
      target_already_reached)

    ``ValueError`` names ``ref_area`` if the area code list has no such area (one without targets gives no rows),
    ``evidence``, ``target_years`` or ``assumed_growth``. Sources of the methods: see ``eurostat_ratio`` and its neighbours.
    """
    _check_options(target_years, assumed_growth)
    levels = select(dataset, ref_area=ref_area, evidence=evidence)
    targets = dataset.targets[dataset.targets["ref_area"].eq(ref_area)]
    if target_years is not None:
        targets = targets[targets["date"].dt.year.isin(target_years)]
    levels = levels[~levels["repeated"] & levels["date"].notna()]
    table = (
        targets.drop(columns="target_date")
        .rename(
            columns={"date": "target_date", "qualifier": "target_qualifier", "lower": "target_lower", "upper": "target_upper", "row": "target_row"}
        )
        .drop(columns=["ref_area", "source", "locator", "comment"])
        .assign(direction=lambda frame: frame["indicator"].map(dataset.indicators["direction"]).astype(int))
        .reset_index(drop=True)
        .pipe(_add_ends, levels[levels["evidence"].eq("report")])
        .pipe(_add_current, levels, dataset.indicators)
        .pipe(_add_paces)
        .pipe(_add_reached, levels, dataset.indicators)
        .pipe(add_methods)
        .pipe(_add_what_it_takes, assumed_growth)
        .pipe(_add_status, _last_day(dataset, ref_area, levels), evidence)
    )
    order = table["indicator"].map(dataset.indicators["sort_key"])
    return table.iloc[np.lexsort((table["target_date"], order))].reset_index(drop=True)


def _check_options(target_years: Any, assumed_growth: Any) -> None:
    if target_years is not None and (np.ndim(target_years) != 1 or not all(isinstance(year, int | np.integer) for year in target_years)):
        raise ValueError(f"target_years: expected a list of years such as [2025, 2030], found {shown(target_years)}")
    if assumed_growth is not None:
        to_float("assumed_growth", assumed_growth, "a rate such as 0.05 (5 % a year)")


def _add_ends(table: pd.DataFrame, report: pd.DataFrame) -> pd.DataFrame:
    """The report's two points: its derived earlier level (origin, t0) and its own latest level (baseline)."""
    columns = ["obs_value", "date", "lower", "upper", "derived", "row", "source"]
    latest = report[~report["derived"]].drop_duplicates("indicator", keep="last").set_index("indicator")[columns]
    first = report[report["derived"]].drop_duplicates("indicator").set_index("indicator")[columns]
    for name, side in (("origin", first), ("baseline", latest)):
        renamed = side.rename(columns={"obs_value": "value"}).add_prefix(f"{name}_")
        table = table.join(renamed, on="indicator")
        table[f"{name}_date"] = pd.to_datetime(table[f"{name}_date"])
    return table


def _add_current(table: pd.DataFrame, levels: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    columns = ["obs_value", "lower", "upper", "qualifier", "date", "time_period", "source", "reliability", "row", "indicator"]
    stated = levels[~levels["derived"]].sort_values("date", kind="stable")
    current = stated.drop_duplicates("indicator", keep="last").set_index("indicator", drop=False)[columns]
    table = table.join(current.rename(columns={"obs_value": "value"}).drop(columns="indicator").add_prefix("current_"), on="indicator")
    whole = stated["indicator"].map(indicators["part_of"])
    parts = stated[whole.ne("") & whole.notna()].assign(whole=whole).drop_duplicates("whole", keep="last").set_index("whole")[columns]
    table = table.join(parts.rename(columns={"obs_value": "value"}).add_prefix("part_"), on="indicator")
    # a subset's figure adds something only if it is later than the figure of the whole
    older = table["part_date"].isna() | (table["part_date"] <= table["current_date"])
    for column in [name for name in table.columns if name.startswith("part_")]:
        table[column] = table[column].where(~older)
    return table


def _add_paces(table: pd.DataFrame) -> pd.DataFrame:
    past_years = years_between(table["origin_date"], table["baseline_date"])
    ahead = years_between(table["baseline_date"], table["target_date"])
    line = (table["origin_value"], table["origin_date"], table["baseline_value"], table["baseline_date"])
    table = table.assign(
        past_cagr=cagr(table["origin_value"], table["baseline_value"], past_years),
        required_cagr=required_cagr(table["baseline_value"], table["target_value"], ahead),
        required_cagr_low=required_cagr(table["baseline_value"], table["target_lower"], ahead),
        required_cagr_high=required_cagr(table["baseline_value"], table["target_upper"], ahead),
        linear_value=project_linear(*line, table["target_date"]),
        exponential_value=project_exponential(*line, table["target_date"]),
        linear_date=date_target_reached(*line, table["target_value"], "linear"),
        exponential_date=date_target_reached(*line, table["target_value"], "exponential"),
    )
    return table.assign(stretch=stretch_ratio(table["past_cagr"], table["required_cagr"]))


def _add_reached(table: pd.DataFrame, levels: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """Whether a figure certainly meets the target (its lower bound does), between which dates, and on what grade."""
    stated = levels[~levels["derived"]]
    whole = stated["indicator"].map(indicators["part_of"])
    # what holds for a subset holds for the whole: so many at least
    as_whole = stated.assign(indicator=whole, upper=np.inf)[whole.ne("") & whole.notna()]
    figures = pd.concat([stated, as_whole]).sort_values("date", kind="stable")
    pairs = table[["indicator", "target_date", "target_value", "direction"]].merge(figures, on="indicator", how="left")
    meets = np.where(pairs["direction"].ge(0), pairs["lower"].ge(pairs["target_value"]), pairs["upper"].le(pairs["target_value"]))
    misses = np.where(pairs["direction"].ge(0), pairs["upper"].lt(pairs["target_value"]), pairs["lower"].gt(pairs["target_value"]))
    key = ["indicator", "target_date"]
    met = pairs[meets]
    dating = met.drop_duplicates(key).set_index(key)
    first = dating["period_end"].fillna(dating["date"])
    best = met.assign(grade=met["reliability"].map({"high": 0, "medium": 1, "low": 2})).sort_values("grade", kind="stable")
    best = best.drop_duplicates(key).set_index(key)[["reliability", "row", "date"]]
    missed = pairs[misses].merge(first.rename("first"), left_on=key, right_index=True, how="left")
    missed = missed[missed["date"] < missed["first"]]
    last_missed = missed.drop_duplicates(key, keep="last").set_index(key)["date"]
    index = pd.MultiIndex.from_frame(table[key])
    return table.assign(
        reached=index.isin(first.index),
        reached_after=pd.to_datetime(last_missed.reindex(index).to_numpy()),
        reached_by=pd.to_datetime(first.reindex(index).to_numpy()),
        reached_by_reliability=dating["reliability"].reindex(index).to_numpy(),
        confirmed_by=pd.to_datetime(best["date"].reindex(index).to_numpy()),
        reached_reliability=best["reliability"].reindex(index).to_numpy(),
        reached_row=best["row"].reindex(index).to_numpy(),
        reached_figures=met.groupby(key).size().reindex(index).fillna(0).astype(int).to_numpy(),
    )


def _add_what_it_takes(table: pd.DataFrame, assumed_growth: float | None) -> pd.DataFrame:
    """From the latest figure to the target, unless a source of at least medium reliability says that it is met."""
    years = pd.Series(years_between(table["current_date"], table["target_date"]), index=table.index)
    done = table["reached"] & table["reached_reliability"].ne("low")
    gap = (table["target_value"] - table["current_value"]).mask(done)
    required = pd.Series(required_cagr(table["current_value"], table["target_value"], years), index=table.index)
    table = table.assign(gap=gap, gap_years=years.mask(done), required_from_current=required.mask(done), units_per_year=gap / years)
    if assumed_growth is None:
        return table
    if assumed_growth <= -1:
        raise ValueError(f"assumed_growth: {assumed_growth:g} is no rate of growth; expected more than −1 (0.05 is 5 % a year)")
    later = (table["current_date"] + pd.DateOffset(years=1)).where(table["current_value"].gt(0))
    return table.assign(
        assumed_growth=assumed_growth,
        assumed_value=(table["current_value"] * (1 + assumed_growth) ** years).mask(done),
        assumed_date=pd.to_datetime(
            date_target_reached(
                table["current_value"],
                table["current_date"],
                table["current_value"] * (1 + assumed_growth),
                later,
                table["target_value"],
                "exponential",
            )
        ).mask(done),
    )


def _last_day(dataset: Dataset, ref_area: str, levels: pd.DataFrame) -> pd.Timestamp | None:
    """The last day at which any target can be judged: the end of the area or of the data; None without either."""
    limits = [levels["period_end"].max(), levels["date"].max()]
    ends = pd.to_datetime(dataset.areas.at[ref_area, "valid_to"] or None)
    return min((limit for limit in (max(limits), ends) if limit is not None and limit is not pd.NaT), default=None)


def _add_status(table: pd.DataFrame, last_day: pd.Timestamp | None, evidence: str) -> pd.DataFrame:
    """``judged_date``: the earliest of the target's own date, the end of the area and the end of the data."""
    table = table.assign(judged_date=table["target_date"].clip(upper=last_day))
    no_origin, no_baseline = table["origin_value"].isna(), table["baseline_value"].isna()
    no_current = table["current_value"].isna()
    after = table["current_date"] > table["baseline_date"]
    too_old = table["current_date"] < table["judged_date"] - pd.DateOffset(months=MAX_AGE_MONTHS)
    at_baseline = table["reached"] & table["baseline_value"].ge(table["target_value"]) & table["direction"].ge(0)
    unchanged = after & table["current_value"].eq(table["baseline_value"])
    single = table["reached"] & table["reached_reliability"].eq("low")
    if evidence == "report":
        status = np.select(
            [table["reached"], no_baseline | table["stretch"].isna(), table["stretch"].ge(1)],
            ["target_achieved", "not_enough_evidence", "plan_within_pace"],
            "plan_above_pace",
        )
        reason = np.select(
            [at_baseline, no_baseline, no_origin, table["origin_value"].eq(0)],
            ["target_already_reached", "no_baseline", "one_point", "zero_base"],
            "",
        )
    else:
        status = np.select(
            [
                single,
                table["reached"],
                no_current,
                too_old,
                no_baseline,
                ~after,
                unchanged,
                table["eurostat_ratio"].isna(),
                table["eurostat_ratio"].eq(0),
            ],
            ["achieved_single_source", "target_achieved", *["not_enough_evidence"] * 4, "no_change", "not_enough_evidence", "no_change"],
            table["eurostat_class"].fillna("not_enough_evidence").astype(str),
        )
        reason = np.select(
            [
                at_baseline,
                table["reached"] & ~no_baseline,
                no_current,
                too_old & ~table["reached"],
                no_baseline,
                ~after,
                no_origin,
                table["origin_value"].eq(0),
            ],
            [
                "target_already_reached",
                "",
                "no_observation",
                "observation_too_old",
                "no_baseline",
                "no_observation_after_baseline",
                "one_point",
                "zero_base",
            ],
            "",
        )
    return table.assign(status=status, reason=reason)
