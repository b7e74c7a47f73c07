"""Progress toward the stated targets: what was needed, what was done, what is known, and how sure that is.

A row for each target of each area, in one pass. Every number behind a status is in the table, and a reason stands where
a number is missing. Which figure is base, baseline and latest: ``target_figures``; side by side with other methods: ``_target_methods``.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd

from coopanalysis.dataset import choose
from coopanalysis.dataset.observations import GRADES
from coopanalysis.dataset.package import Dataset
from coopanalysis.metrics._arrays import shown, to_float
from coopanalysis.metrics._target_methods import add_methods
from coopanalysis.metrics.comparison import chosen_columns
from coopanalysis.metrics.growth import cagr, required_cagr
from coopanalysis.metrics.progress import eurostat_class, stretch_ratio
from coopanalysis.metrics.projection import date_target_reached
from coopanalysis.metrics.target_figures import TargetFigures
from coopanalysis.metrics.time import years_between

# A figure older than this, counted from the day that is judged, says nothing about where a target stands.
MAX_AGE_MONTHS = 24
FEW_UNITS = 10  # below so many units a yearly rate is arithmetic without meaning: units are told
ROLES = ("base", "baseline", "current", "part")
SHORT = [
    "ref_area",
    "indicator",
    "target_date",
    "target_value",
    "baseline_value",
    "current_value",
    "current_date",
    "since_cagr",
    "required_from_current",
    "status",
    "reason",
]
_TAKEN = ["value", "lower", "upper", "qualifier", "date", "stated_date", "period_end", "time_period", "source", "reliability", "row", "derived"]
_READ = ["ref_area", "indicator", "time_period", "obs_value", "qualifier", "source", "row", "period_start", "period_end", "date", "stated_date", "lower", "upper",
         "grade", "derived"]  # fmt: skip
_TEXT = ("qualifier", "time_period", "source", "reliability")


def progress_table(
    data: Dataset,
    ref_area: str | Collection[str] | None = None,
    *,
    evidence: str = "published",
    target_years: Collection[int] | None = None,
    assumed_growth: float | None = None,
    columns: str | Collection[str] | None = None,
) -> pd.DataFrame:
    """One row for each target (key: area, indicator, target date, source of the target), by area, indicator and date.

    ``ref_area``: one code, several, or None for all. ``target_years``: keep the targets of these years (default all).
    ``assumed_growth``: a rate (fraction a year) for the columns assumed_*. ``columns``: "short" or names. Values in the
    indicator's unit, rates as fractions a year, ratios and shares as fractions.

    - target: target_date, target_value, target_qualifier, target_lower, target_upper, target_source, target_row, set_on
      (the day it was set), base_period, direction
    - base_* (t0: the figure of base_period, else the earliest of the source that set the target, else the earliest),
      baseline_* (the latest known on the day it was set), current_* (the latest after it), part_* (a later figure of a
      subset: so many at least): value, lower, upper, qualifier, date, stated_date, time_period, source, reliability, row, derived
    - past_cagr (base to baseline), since_cagr (baseline to current), required_cagr (baseline to target; _low, _high from
      the target's bounds), required_from_current, stretch (past over required: ambition, not progress)
    - reached, already (met when it was set), reached_by, reached_after (first day met, last day certainly missed before),
      reached_by_reliability, reached_reliability, confirmed_by, reached_row (the best of the figures that meet it),
      reached_figures, lost_on, weak (sources of low reliability say otherwise, or are the only ones), met_late,
      met_on_day (yes, no, no_figure; "" before its day)
    - eurostat_ratio and eurostat_class from base, eurostat_ratio_short and eurostat_class_short from the baseline; way_done,
      linear_ratio, linear_ratio_short (way done over time done, on a straight line); method (rate, line, ""); few_units
    - linear_value, exponential_value at the target date and linear_date, exponential_date when reached: a model range, only
      where no later figure exists; open_sdg_*, escap_*, sdsn_class, unsd_score: see ``other_methods``
    - gap, gap_years, units_per_year: what it would take from the latest figure of a target that is not reached
    - judged_date, status and reason. Status: target_achieved, achieved_single_source (weak sources alone), met_late,
      reached_and_lost, significant, moderate, insufficient, movement_away, no_change, not_enough_evidence; with
      ``evidence="report"``: plan_within_pace, plan_above_pace. Reason: target_already_reached, target_day_has_passed,
      target_before_baseline, no_baseline, no_observation_after_baseline, observation_too_old, other_family,
      one_point, zero_base, no_room (a target of 0)

    ``ValueError`` names ``ref_area`` if the area code list has no such area (one without targets gives no rows),
    ``evidence``, ``target_years``, ``assumed_growth`` or ``columns``. Sources of the methods: see ``eurostat_ratio`` and its neighbours.
    """
    _check_options(target_years, assumed_growth)
    targets = _targets(data, ref_area, target_years)
    wanted = targets["indicator"].astype("str").unique()
    parts = data.indicators.index[data.indicators["part_of"].isin(wanted)]
    frame, keep = data.observations, choose.is_level(data, ref_area, evidence)
    figures = frame.loc[keep & frame["indicator"].isin([*wanted, *parts]).to_numpy(), _READ]
    pairs = TargetFigures(data, targets, figures)
    table = _add_roles(targets, pairs, figures).pipe(_add_reached, pairs, figures).pipe(_add_paces).pipe(add_methods)
    table = _add_what_it_takes(table, assumed_growth).pipe(_add_status, _last_days(data, targets, keep), evidence)
    of = data.indicators["sort_key"].to_numpy()[table["indicator"].cat.codes.to_numpy()]
    order = np.lexsort((table["target_row"], table["target_date"], of, table["ref_area"].cat.codes))
    table = (
        table.iloc[order]
        .reset_index(drop=True)
        .astype({name: "str" for name in ("ref_area", "indicator", "target_qualifier", "target_source", "base_period")})
    )
    return chosen_columns(table.drop(columns=[name for name in table if name.endswith(("_period_end", "_family"))]), columns, SHORT)


def progress_summary(data: Dataset, table: pd.DataFrame) -> pd.DataFrame:
    """How many targets are met, by area and target year. ``table``: of :func:`progress_table`.

    Columns: ref_area, year, met, of, weak (met by weak sources alone), unknown, trivial (met when they were set), subsets.
    A subset beside its whole and a target met when it was set are counted apart and are in none of the others.
    """
    keys = pd.DataFrame({"ref_area": table["ref_area"], "indicator": table["indicator"], "year": table["target_date"].dt.year})
    beside = pd.MultiIndex.from_frame(keys.assign(indicator=keys["indicator"].map(data.indicators["part_of"])))
    subset = beside.isin(pd.MultiIndex.from_frame(keys))
    trivial = (table["already"] & ~table["status"].eq("reached_and_lost")).to_numpy()
    counted = ~subset & ~trivial
    status = table["status"]
    rows = keys[["ref_area", "year"]].assign(
        met=counted & status.isin(["target_achieved", "met_late"]), of=counted, weak=counted & status.eq("achieved_single_source"),
        unknown=counted & status.eq("not_enough_evidence"), trivial=trivial & ~subset, subsets=subset,
    )  # fmt: skip
    return rows.groupby(["ref_area", "year"], as_index=False, sort=False).sum()


def _check_options(target_years: Any, assumed_growth: Any) -> None:
    if target_years is not None and (np.ndim(target_years) != 1 or not all(isinstance(year, int | np.integer) for year in target_years)):
        raise ValueError(f"target_years: expected a list of years such as [2025, 2030], found {shown(target_years)}")
    if assumed_growth is not None and to_float("assumed_growth", assumed_growth, "a rate such as 0.05 (5 % a year)") <= -1:
        raise ValueError(f"assumed_growth: {assumed_growth:g} is no rate of growth; expected more than −1 (0.05 is 5 % a year)")


def _targets(data: Dataset, ref_area: str | Collection[str] | None, target_years: Collection[int] | None) -> pd.DataFrame:
    targets = data.targets[data.targets["ref_area"].isin(choose.areas_of(data, ref_area))]
    if target_years is not None:
        targets = targets[targets["date"].dt.year.isin(list(target_years))]
    names = {"qualifier": "target_qualifier", "lower": "target_lower", "upper": "target_upper", "source": "target_source", "row": "target_row"}
    kept = ["ref_area", "indicator", "target_date", "target_value", *names.values(), "set_on", "base_period"]
    direction = data.indicators["direction"].to_numpy()[targets["indicator"].cat.codes.to_numpy()]
    return targets.rename(columns=names)[kept].assign(direction=direction.astype(int)).reset_index(drop=True)


def _take(pairs: TargetFigures, figures: pd.DataFrame, places: np.ndarray, columns: list[str]) -> pd.DataFrame:
    """Columns of the figures of pairs, a row for each target; empty where the place is −1."""
    at = np.append(pairs.figure, -1)[places]
    rows = figures.reset_index(drop=True)
    of = {"value": "obs_value", "reliability": "grade"}
    taken = rows[[of.get(name, name) for name in columns]].reindex(at).reset_index(drop=True).set_axis(columns, axis=1)
    if "reliability" in columns:
        taken["reliability"] = pd.Series(GRADES, dtype="str").reindex(taken["reliability"] % len(GRADES)).array
    for name in set(columns) & set(_TEXT):
        taken[name] = taken[name].astype("str")
    return taken.assign(derived=taken["derived"].eq(True)) if "derived" in columns else taken


def _add_roles(table: pd.DataFrame, pairs: TargetFigures, figures: pd.DataFrame) -> pd.DataFrame:
    roles = pairs.roles()
    parts = [_take(pairs, figures, roles[name], _TAKEN).add_prefix(f"{name}_") for name in ROLES]
    parts.append(_take(pairs, figures, roles["latest"], ["value", "date"]).add_prefix("latest_"))
    families = {f"{name}_family": pairs.of(pairs.family, roles[name]) for name in ("base", "baseline", "current", "latest")}
    return pd.concat([table, *parts], axis=1).assign(**families)


def _add_reached(table: pd.DataFrame, pairs: TargetFigures, figures: pd.DataFrame) -> pd.DataFrame:
    found = pairs.reached()
    first, best = (_take(pairs, figures, found[name].to_numpy(), ["date", "period_end", "reliability", "row"]) for name in ("first", "confirmed"))
    first_day = first["period_end"].fillna(first["date"])
    already = found["already"]
    return table.assign(
        **{name: found[name].to_numpy() for name in ("reached", "already", "weak", "met_late", "met_on_day")},
        reached_by=first_day.mask(already, table["baseline_date"]),
        reached_after=pd.Series(pairs.of(pairs.date, found["before"].to_numpy()).astype("datetime64[s]")).mask(already),
        reached_by_reliability=first["reliability"].mask(already, table["baseline_reliability"]),
        reached_reliability=best["reliability"].mask(already & best["reliability"].isna(), table["baseline_reliability"]),
        confirmed_by=best["date"].mask(already & best["date"].isna(), table["baseline_date"]),
        reached_row=best["row"].mask(already & best["row"].isna(), table["baseline_row"]),
        reached_figures=found["figures"].to_numpy(),
        lost_on=pd.Series(pairs.of(pairs.date, found["lost"].to_numpy()).astype("datetime64[s]")),
    )


def _add_paces(table: pd.DataFrame) -> pd.DataFrame:
    """Rates (past, since, needed) and Eurostat's ratio from t0 and from the baseline; beside them the way done on a straight line."""

    def years(start: str, end: str) -> pd.Series:
        length = pd.Series(years_between(table[f"{start}_date"], table[f"{end}_date"]), index=table.index)
        return length.where(length > 0)  # no pace over no time, or backwards

    def pace(start: str, end: str, value: str = "") -> pd.Series:
        rate = cagr if not end.startswith("target") else required_cagr
        return pd.Series(rate(table[f"{start}_value"], table[value or f"{end}_value"], years(start, end)), index=table.index)

    def one_family(first: str, second: str) -> pd.Series:
        return table[f"{first}_family"].eq(table[f"{second}_family"])

    def way(start: str, now: str) -> pd.Series:
        length = table["target_value"] - table[f"{start}_value"]
        return ((table[f"{now}_value"] - table[f"{start}_value"]) / length.where(length.ne(0))).where(one_family(start, now))

    open_ = ~table["reached"]
    paces = {
        "past_cagr": pace("base", "baseline").where(one_family("base", "baseline")),
        "since_cagr": pace("baseline", "current").where(one_family("baseline", "current")),
        "required_cagr": pace("baseline", "target"),
        "required_cagr_low": pace("baseline", "target", "target_lower"),
        "required_cagr_high": pace("baseline", "target", "target_upper"),
        "required_from_current": pace("current", "target").where(open_),
    }
    ratios = {}
    for name, start, now in (("", "base", "latest"), ("_short", "baseline", "current")):
        actual, needed = pace(start, now).where(one_family(start, now)), pace(start, "target").abs()
        # a level or a target of 0 has no rate: the straight line says how it stands
        measured = table[[f"{start}_value", "target_value"]].ne(0).all(axis=1)
        ratios[f"eurostat_ratio{name}"] = (table["direction"] * actual / needed.where(needed > 0)).where(measured)
        ratios[f"linear_ratio{name}"] = way(start, now) * years(start, "target") / years(start, now)
    largest = table[["target_value", "baseline_value", "current_value"]].abs().max(axis=1)
    return table.assign(
        **paces,
        **ratios,
        stretch=stretch_ratio(paces["past_cagr"], paces["required_cagr"]),
        way_done=way("baseline", "current"),
        few_units=largest.lt(FEW_UNITS),
        **{
            f"eurostat_class{name}": pd.Series(eurostat_class(ratios[f"eurostat_ratio{name}"]), index=table.index, dtype=object)
            for name in ("", "_short")
        },
    )


def _add_what_it_takes(table: pd.DataFrame, assumed_growth: float | None) -> pd.DataFrame:
    """From the latest figure to the target, unless it is reached."""
    years = pd.Series(years_between(table["current_date"], table["target_date"]), index=table.index)
    ahead, done = years.where(years > 0), table["reached"]
    gap = (table["target_value"] - table["current_value"]).mask(done)
    table = table.assign(gap=gap, gap_years=ahead.mask(done), units_per_year=gap / ahead)
    if assumed_growth is None:
        return table
    now, later = table["current_value"], (table["current_date"] + pd.DateOffset(years=1)).where(table["current_value"].gt(0))
    day = date_target_reached(now, table["current_date"], now * (1 + assumed_growth), later, table["target_value"], "exponential")
    return table.assign(
        assumed_growth=assumed_growth,
        assumed_value=(now * (1 + assumed_growth) ** ahead).mask(done),
        assumed_date=pd.Series(day, index=table.index).mask(done),
    )


def _last_days(data: Dataset, targets: pd.DataFrame, keep: np.ndarray) -> pd.Series:
    """By target the last day at which it can be judged: the end of its area, or of the area's figures; NaT without either."""
    frame = data.observations
    ends = frame["period_end"].to_numpy()[keep]
    days = pd.Series(np.fmax(ends, frame["date"].to_numpy()[keep])).groupby(frame["ref_area"].cat.codes.to_numpy()[keep]).max()
    limits = pd.DataFrame({"last": days.reindex(range(len(data.areas))).to_numpy(), "ends": data.areas["valid_to"].to_numpy()})
    return limits.min(axis=1).iloc[targets["ref_area"].cat.codes.to_numpy()].reset_index(drop=True)


def _add_status(table: pd.DataFrame, last_days: pd.Series, evidence: str) -> pd.DataFrame:
    """One status in one order: target before baseline, lost, met when set, weak, met late, met; then reasons; then class."""
    day = table["target_date"]
    judged = day.where(~(last_days < day), last_days)
    rate, line = table["eurostat_ratio"], table["linear_ratio"]
    zero, room = table["base_value"].eq(0), table["target_value"].ne(0)
    method = np.select([rate.notna(), line.notna() & (zero | ~room)], ["rate", "line"], "")
    ratio = rate.where(method == "rate", line.where(method == "line"))
    baseline, current = table["baseline_value"].notna(), table["current_value"].notna()
    before = (day < table["baseline_date"].fillna(table["set_on"])) | (day < table["set_on"])
    old = table["current_date"] < judged - pd.DateOffset(months=MAX_AGE_MONTHS)
    point = table["base_value"].isna() | (table["base_date"] >= table["current_date"].fillna(table["baseline_date"]))
    others = current & table["current_family"].ne(table["baseline_family"])
    passed = table["met_on_day"].ne("")
    words = np.array(eurostat_class(ratio.to_numpy()), dtype=object)
    undefined = np.select([others, point, zero], ["other_family", "one_point", "zero_base"], "no_room")
    steps: list[tuple[Any, Any, Any]] = [
        (before, "not_enough_evidence", "target_before_baseline"),
        (table["lost_on"].notna(), "reached_and_lost", np.where(table["already"], "target_already_reached", "")),
        (table["reached"] & table["already"], "target_achieved", "target_already_reached"),
        (table["weak"] & ~table["reached"], "achieved_single_source", ""),
        (table["met_late"], "met_late", "target_day_has_passed"),
        (table["reached"], "target_achieved", ""),
        (~baseline, "not_enough_evidence", "no_baseline"),
    ]
    if evidence == "report":
        plan = np.select([table["stretch"].isna(), table["stretch"].ge(1)], ["not_enough_evidence", "plan_within_pace"], "plan_above_pace")
        steps.append((~current, plan, np.select([point, zero, ~room], ["one_point", "zero_base", "no_room"], "")))
    steps += [
        (~current, "not_enough_evidence", "no_observation_after_baseline"),
        (others, "not_enough_evidence", "other_family"),
        (old, "not_enough_evidence", "observation_too_old"),
        (table["current_value"].eq(table["baseline_value"]), "no_change", np.where(passed, "target_day_has_passed", "")),
        (ratio.isna(), "not_enough_evidence", undefined),
        (np.ones(len(table), dtype=bool), words, np.select([zero, ~room, passed], ["zero_base", "no_room", "target_day_has_passed"], "")),
    ]
    conditions = [np.asarray(step[0], dtype=bool) for step in steps]
    status, reason = (np.select(conditions, [np.broadcast_to(np.asarray(step[at], dtype=object), len(table)) for step in steps], "") for at in (1, 2))
    return table.assign(judged_date=judged, method=method, status=pd.Series(status, dtype="str"), reason=pd.Series(reason, dtype="str"))
