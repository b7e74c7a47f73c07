"""Progress to a target as UN ESCAP, SDSN and UNSD measure it (Open SDG: ``open_sdg``). Each keeps its own words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from coopanalysis.metrics._arrays import Number, check_direction, classes, elementwise, rows_of, same_labels, to_float
from coopanalysis.metrics._progress_rates import growth_since_base
from coopanalysis.metrics.open_sdg import open_sdg_progress

__all__ = ["escap_current_status", "escap_gap", "escap_weighted_projection", "open_sdg_progress", "sdsn_trend", "unsd_expected_share"]

# ESCAP: percent of the way that may be missing for "maintain" and for "accelerate" (upper bounds, inclusive).
MAINTAIN_UP_TO, ACCELERATE_UP_TO = 10.0, 100.0
STAGNATING_BELOW, ON_TRACK_FROM = 0.5, 1.0  # SDSN: actual over required change a year
NEARLY_THERE, UNDER_WAY = 0.95, 0.10  # UNSD: expected share of the way for scores 3 and 2


@dataclass(frozen=True)
class EscapGap:
    """``gap_pct``: percent of the way missing; ``class_``: maintain, accelerate, reverse; ``reason``: why undefined."""

    gap_pct: Any
    class_: Any
    reason: Any


@dataclass(frozen=True)
class WeightedProjection:
    """``weights`` of the observations; ``projected`` value at the target year, in the unit of the values."""

    weights: Any
    projected: Any


@dataclass(frozen=True)
class ExpectedShare:
    """``cagr``: fraction a year; ``expected``: value at the target year; ``share`` of the way; ``score``: 3, 2 or 1."""

    cagr: Any
    expected: Any
    share: Any
    score: Any


def escap_current_status(base: Number, current: Number, target: Number, direction: Number) -> Number:
    """ESCAP's current status index: how much of the way to the target is done, on a scale of 10.

    Formula: 10 × direction × (current − base) / |target − base|; 10 when the target is reached. 0 is no progress since
    the base, below 0 is regress. Input: values in one unit, ``direction`` +1 or −1. Output: −∞ to 10.
    Undefined (nan): base = target and not reached, anything missing. ``ValueError`` names ``direction``.
    Source: UN ESCAP, progress assessment methodology.

    >>> escap_current_status(40, 55, 100, 1)
    2.5
    """
    (first, now, goal, sign), form = elementwise(base=base, current=current, target=target, direction=direction)
    check_direction(sign)
    with np.errstate(all="ignore"):
        index = np.where(goal != first, 10 * sign * (now - first) / np.abs(goal - first), np.nan)
        index = np.where(sign * (now - goal) >= 0, 10.0, index)
    return form.give(np.where(np.isnan(first), np.nan, index))


def escap_gap(base: Number, projected: Number, target: Number, direction: Number) -> EscapGap:
    """ESCAP's anticipated gap: percent of the way that will be missing at the target date if the trend goes on.

    Formula: 100 × |target − projected| / |target − base| when the projection is short of the target, 0 when it is not.
    Classes: 0 to 10 maintain, over 10 to 100 accelerate, over 100 reverse (it ends farther away than it began).
    Input: values in one unit (``projected`` at the target date, from any model, which must be named), ``direction`` +1
    or −1. Output: ``gap_pct`` in percent. Undefined (nan, class None): anything missing (reason missing_value), or
    base = target and short of it (reason no_distance). ``ValueError`` names ``direction``.
    Source: UN ESCAP, progress assessment methodology.

    >>> escap_gap(40, 70, 100, 1)
    EscapGap(gap_pct=50.0, class_='accelerate', reason='')
    """
    (first, ahead, goal, sign), form = elementwise(base=base, projected=projected, target=target, direction=direction)
    check_direction(sign)
    missing = np.isnan(first) | np.isnan(ahead) | np.isnan(goal)
    with np.errstate(all="ignore"):
        short = np.where(goal != first, 100 * np.abs(goal - ahead) / np.abs(goal - first), np.nan)
        gap = np.where(missing, np.nan, np.where(sign * (ahead - goal) >= 0, 0.0, short))
    undefined = np.isnan(gap)
    names = classes([gap <= MAINTAIN_UP_TO, gap <= ACCELERATE_UP_TO], ["maintain", "accelerate", "reverse"], undefined)
    reason = classes([missing, undefined], ["missing_value", "no_distance", ""], np.zeros(gap.shape, dtype=bool))
    return EscapGap(form.give(gap), form.give(names), form.give(reason))


def escap_weighted_projection(years: Any, values: Any, target_year: float) -> WeightedProjection:
    """ESCAP's projection to the target year T: a straight line by weighted least squares, recent years counting more.

    Formula: w_i = (T − t_1) / (T − t_i), t_1 the first year; slope = Σ w (t − t̄)(y − ȳ) / Σ w (t − t̄)², t̄ and ȳ the
    *weighted* means; projected = ȳ + slope · (T − t̄).
    Input: ``years`` as numbers in any order, ``values`` in one unit, one for each year; ``values`` may be a table with
    one series in each row (2-D array or DataFrame). Output: ``weights`` in the shape of the values, ``projected`` in
    their unit. Pairs with a missing value are left out (weight nan). Undefined (nan): fewer than two different years.
    ``ValueError`` names ``target_year`` unless it is one number after every year, and ``values`` if the numbers differ.
    Source: UN ESCAP, progress assessment methodology.

    >>> round(escap_weighted_projection([2015, 2016, 2018], [10, 12, 16], 2030).projected, 6)
    40.0
    """
    target_year = to_float("target_year", target_year, "one year such as 2030")
    aligned, _ = same_labels(years=years, values=values)
    observed, give = rows_of("values", aligned["values"])
    times, _ = rows_of("years", aligned["years"])
    if times.shape[-1] != observed.shape[-1] or len(times) not in (1, len(observed)):
        raise ValueError(f"values: {observed.shape[-1]} values for {times.shape[-1]} years")
    known = ~np.isnan(observed) & ~np.isnan(times)
    if not target_year > np.where(known, times, -np.inf).max(initial=-np.inf):
        raise ValueError(f"target_year: {target_year:g} is not after the last year observed")
    times = np.where(known, times, np.nan)
    with np.errstate(all="ignore"):
        first = np.where(known, times, np.inf).min(axis=-1, keepdims=True, initial=np.inf)
        weights = (target_year - first) / (target_year - times)
        # time counted from the target year: the projection is the line at 0 and loses no digits to years near 2000
        weight, time, value = (np.where(known, array, 0.0) for array in (weights, times - target_year, observed))
        whole = weight.sum(axis=-1, keepdims=True)
        middle, level = ((weight * time).sum(axis=-1, keepdims=True) / whole, (weight * value).sum(axis=-1, keepdims=True) / whole)
        spread = (weight * (time - middle) ** 2).sum(axis=-1, keepdims=True)
        slope = (weight * (time - middle) * (value - level)).sum(axis=-1, keepdims=True) / spread
        several = np.where(known, times, -np.inf).max(axis=-1, initial=-np.inf) > first[:, 0]
        projected = np.where(several, (level - slope * middle)[:, 0], np.nan)
    return WeightedProjection(weights if np.ndim(values) == 2 else weights[0], give(projected))


def sdsn_trend(annual_change: Number, required_annual_change: Number) -> Any:
    """SDSN's trend: actual over required change a year, both along straight lines.

    < 0 decreasing, < 50 % stagnating, < 100 % moderately_improving, else on_track. Input: both in the unit of the
    indicator a year, with their own signs (a target below the base needs a negative change). Output: the class name;
    None where the required change is 0 or anything is missing. The function knows only the quotient: a target that is
    reached already (required change against the desired direction) is for the caller to test first.
    Source: Sachs et al., Sustainable Development Report, annex.

    >>> sdsn_trend(8.73, 20.14)
    'stagnating'
    """
    (change, needed), form = elementwise(annual_change=annual_change, required_annual_change=required_annual_change)
    with np.errstate(all="ignore"):
        share = np.where(needed != 0, change / needed, np.nan)
    conditions = [share < 0, share < STAGNATING_BELOW, share < ON_TRACK_FROM]
    return form.give(classes(conditions, ["decreasing", "stagnating", "moderately_improving", "on_track"], np.isnan(share)))


def unsd_expected_share(base: Number, base_year: Number, latest: Number, latest_year: Number, target: Number, target_year: Number) -> ExpectedShare:
    """UNSD's expected share: how far constant growth would have come at the target year, as a share of the way.

    Formula: cagr from base to latest; expected = base · (1 + cagr)^(target_year − base_year); share = (expected − base)
    / (target − base); score 3 for a share ≥ 0.95, 2 for ≥ 0.10, else 1.
    Input: values in one unit, years as numbers. Output: ``cagr`` a fraction a year, ``expected`` in the unit of the
    values, ``share`` a fraction. Undefined (nan): base ≤ 0, latest < 0, latest or target year not after the base year,
    target = base (share and score), anything missing. Source: UNSD, SDG Progress Chart, as restated by EUSTAT.

    >>> round(unsd_expected_share(34, 2003, 108, 2018, 210, 2025).share, 3)
    0.859
    """
    (first, first_year, last, year, goal, last_year), form = elementwise(
        base=base, base_year=base_year, latest=latest, latest_year=latest_year, target=target, target_year=target_year
    )
    rate = growth_since_base(first, first_year, last, year)
    with np.errstate(all="ignore"):
        expected = np.where(last_year > first_year, first * (1 + rate) ** (last_year - first_year), np.nan)
        share = np.where(goal != first, (expected - first) / (goal - first), np.nan)
    score = np.select([np.isnan(share), share >= NEARLY_THERE, share >= UNDER_WAY], [np.nan, 3.0, 2.0], 1.0)
    return ExpectedShare(form.give(rate), form.give(expected), form.give(share), form.give(score))
