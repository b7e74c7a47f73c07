"""Progress to a target as Open SDG, UN ESCAP, SDSN and UNSD measure it. Each keeps its own words and thresholds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from coopanalysis.metrics._arrays import Number, T, elementwise
from coopanalysis.metrics.progress import MODERATE, SIGNIFICANT, actual_over_required, check_direction, classes, growth_since_base

# Open SDG without a target: annual growth that counts as substantial and as moderate; exponent of a natural limit.
SUBSTANTIAL_GROWTH, MODERATE_GROWTH, LIMIT_EXPONENT = 0.015, 0.005, 4.44
# ESCAP: percent of the way that may be missing for "maintain" and for "accelerate" (upper bounds, inclusive).
MAINTAIN_UP_TO, ACCELERATE_UP_TO = 10.0, 100.0
STAGNATING_BELOW, ON_TRACK_FROM = 0.5, 1.0  # SDSN: actual over required change a year
NEARLY_THERE, UNDER_WAY = 0.95, 0.10  # UNSD: expected share of the way for scores 3 and 2


@dataclass(frozen=True)
class OpenSdgProgress:
    """``progress_value``: raw ratio or growth; ``score``: −5 to 5; ``status``: class; ``reason``: why not_available."""

    progress_value: Any
    score: Any
    status: Any
    reason: Any


def open_sdg_progress(
    base_value: Number[T],
    base_year: Number[T],
    current_value: Number[T],
    current_year: Number[T],
    target: Number[T],
    target_year: Number[T],
    direction: Number[T],
    limit: Number[T] = None,
) -> OpenSdgProgress:
    """Open SDG's progress measure: a value, a score from −5 to 5 and a status.

    With a target, R = ``eurostat_ratio``: substantial_progress from 0.95, moderate_progress from 0.60, limited_progress
    from 0, deterioration below; score min(7.1429 R − 4.2857, 5) for R ≥ 0.6, max(4.1667 R − 2.5, −5) below. A current
    value at or beyond the target is target_achieved with score 5; ``progress_value`` keeps the raw ratio. ``limit`` is
    not used.
    Without (``target`` None or nan), R = direction × CAGR: the same names from 1.5 %·C, 0.5 %·C and 0. Score:
    max(125 R − 2.5, −5) for R < 0; min(500 R / C − 5, 5) from 1.5 %·C; 250 R / C − 1.25 from 0.5 %·C; else
    500 R / C − 2.5. C is 1 without a natural ``limit`` L; else, with y0 the base value, 1 − (y0 / L)^4.44 for y0 ≤ L,
    1 − ((2 L − y0) / L)^4.44 for L < y0 < 2 L, 1 above. At the limit itself (C = 0) every R ≥ 0 scores 5.

    Input: values in one unit, years as numbers, ``direction`` +1 or −1. Output: ``progress_value`` a fraction.
    not_available (value and score nan) with a ``reason``: missing_value, zero_base (never replaced by a small number),
    negative_value, one_point (current year not after base year), no_growth_required (base = target, not achieved).
    ``ValueError`` names ``direction``, or ``limit`` if negative.
    Sources: open-sdg/sdg-build, sdg/ProgressMeasure.py; open-sdg/open-sdg, docs/progress-methodology.md (Statistics
    Canada). Unlike there, negative series are not assessed and neither a base nor a target of 0 is replaced by 0.001.

    >>> open_sdg_progress(34, 2003, 108, 2018, 210, 2025, 1).status
    'moderate_progress'
    """
    (base, first_year, current, year, goal, last_year, sign, bound), give = elementwise(
        base_value=base_value,
        base_year=base_year,
        current_value=current_value,
        current_year=current_year,
        target=target,
        target_year=target_year,
        direction=direction,
        limit=limit,
    )
    check_direction(sign)
    if np.any(bound < 0):
        raise ValueError("limit: negative; the measure is for positive series")
    has_target = ~np.isnan(goal)
    ratio = actual_over_required(base, first_year, current, year, goal, last_year, sign)
    growth = sign * growth_since_base(base, first_year, current, year)
    scale = np.where(has_target, 1.0, _limit_factor(base, bound))

    missing = np.isnan(base) | np.isnan(first_year) | np.isnan(current) | np.isnan(year) | (has_target & np.isnan(last_year))
    assessable = ~missing & (base > 0) & (year > first_year)
    achieved = assessable & has_target & (sign * (current - goal) >= 0)
    value = np.where(assessable, np.where(has_target, ratio, growth), np.nan)
    undefined = np.isnan(value) & ~achieved

    substantial = value >= np.where(has_target, SIGNIFICANT, SUBSTANTIAL_GROWTH * scale)
    moderate = value >= np.where(has_target, MODERATE, MODERATE_GROWTH * scale)
    with np.errstate(all="ignore"):
        scored_ratio = np.where(moderate, np.minimum(7.1429 * value - 4.2857, 5), np.maximum(4.1667 * value - 2.5, -5))
        rising = np.select(
            [scale == 0, substantial, moderate], [5.0, np.minimum(500 * value / scale - 5, 5), 250 * value / scale - 1.25], 500 * value / scale - 2.5
        )
        scored_growth = np.where(value < 0, np.maximum(125 * value - 2.5, -5), rising)
    score = np.where(achieved, 5.0, np.where(has_target, scored_ratio, scored_growth))
    names = ["not_available", "target_achieved", "substantial_progress", "moderate_progress", "limited_progress", "deterioration"]
    status = classes([undefined, achieved, substantial, moderate, value >= 0], names)
    reasons = ["", "missing_value", "zero_base", "negative_value", "one_point", "no_growth_required", "negative_value"]
    causes = [~undefined, missing, base == 0, base < 0, year <= first_year, has_target & (goal == base)]
    reason = classes(causes, reasons)
    return OpenSdgProgress(give(value), give(np.where(undefined, np.nan, score)), give(status), give(reason))


def _limit_factor(base: np.ndarray, limit: np.ndarray) -> np.ndarray:
    """C: 1 far from a natural limit (or without one), 0 at it; growth slows there, and the thresholds with it."""
    with np.errstate(all="ignore"):
        below = 1 - np.abs(base / limit) ** LIMIT_EXPONENT
        above = 1 - np.abs((2 * limit - base) / limit) ** LIMIT_EXPONENT
    # the first test also settles a limit of 0
    return np.select([np.isnan(limit) | (base >= 2 * limit), base <= limit], [1.0, below], above)


@dataclass(frozen=True)
class EscapGap:
    """``gap_pct``: percent of the way missing; ``class_``: maintain, accelerate, reverse; ``reason``: why undefined."""

    gap_pct: Any
    class_: Any
    reason: Any


@dataclass(frozen=True)
class ExpectedShare:
    """``cagr``: fraction a year; ``expected``: value at the target year; ``share`` of the way; ``score``: 3, 2 or 1."""

    cagr: Any
    expected: Any
    share: Any
    score: Any


def escap_current_status(base: Number[T], current: Number[T], target: Number[T], direction: Number[T]) -> T:
    """ESCAP's current status index: how much of the way to the target is done, on a scale of 10.

    Formula: 10 × direction × (current − base) / |target − base|; 10 when the target is reached. 0 is no progress since
    the base, below 0 is regress. Input: values in one unit, ``direction`` +1 or −1. Output: −∞ to 10.
    Undefined (nan): base = target and not reached, anything missing. ``ValueError`` names ``direction``.
    Source: UN ESCAP, progress assessment methodology.

    >>> escap_current_status(40, 55, 100, 1)
    2.5
    """
    (first, now, goal, sign), give = elementwise(base=base, current=current, target=target, direction=direction)
    check_direction(sign)
    with np.errstate(all="ignore"):
        index = np.where(goal != first, 10 * sign * (now - first) / np.abs(goal - first), np.nan)
        index = np.where(sign * (now - goal) >= 0, 10.0, index)
    return give(np.where(np.isnan(first), np.nan, index))


def escap_gap(base: Number[T], projected: Number[T], target: Number[T], direction: Number[T]) -> EscapGap:
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
    (first, ahead, goal, sign), give = elementwise(base=base, projected=projected, target=target, direction=direction)
    check_direction(sign)
    missing = np.isnan(first) | np.isnan(ahead) | np.isnan(goal)
    with np.errstate(all="ignore"):
        short = np.where(goal != first, 100 * np.abs(goal - ahead) / np.abs(goal - first), np.nan)
        gap = np.where(missing, np.nan, np.where(sign * (ahead - goal) >= 0, 0.0, short))
    undefined = np.isnan(gap)
    names = classes([gap <= MAINTAIN_UP_TO, gap <= ACCELERATE_UP_TO], ["maintain", "accelerate", "reverse"], undefined)
    reason = classes([missing, undefined], ["missing_value", "no_distance", ""])
    return EscapGap(give(gap), give(names), give(reason))


def sdsn_trend(annual_change: Number[T], required_annual_change: Number[T]) -> Any:
    """SDSN's trend: actual over required change a year, both along straight lines.

    < 0 decreasing, < 50 % stagnating, < 100 % moderately_improving, else on_track. Input: both in the unit of the
    indicator a year, with their own signs (a target below the base needs a negative change). Output: the class name;
    None where the required change is 0 or anything is missing. The function knows only the quotient: a target that is
    reached already (required change against the desired direction) is for the caller to test first.
    Source: Sachs et al., Sustainable Development Report, annex.

    >>> sdsn_trend(8.73, 20.14)
    'stagnating'
    """
    (change, needed), give = elementwise(annual_change=annual_change, required_annual_change=required_annual_change)
    with np.errstate(all="ignore"):
        share = np.where(needed != 0, change / needed, np.nan)
    conditions = [share < 0, share < STAGNATING_BELOW, share < ON_TRACK_FROM]
    return give(classes(conditions, ["decreasing", "stagnating", "moderately_improving", "on_track"], np.isnan(share)))


def unsd_expected_share(
    base: Number[T], base_year: Number[T], latest: Number[T], latest_year: Number[T], target: Number[T], target_year: Number[T]
) -> ExpectedShare:
    """UNSD's expected share: how far constant growth would have come at the target year, as a share of the way.

    Formula: cagr from base to latest; expected = base · (1 + cagr)^(target_year − base_year); share = (expected − base)
    / (target − base); score 3 for a share ≥ 0.95, 2 for ≥ 0.10, else 1.
    Input: values in one unit, years as numbers. Output: ``cagr`` a fraction a year, ``expected`` in the unit of the
    values, ``share`` a fraction. Undefined (nan): base ≤ 0, latest < 0, latest or target year not after the base year,
    target = base (share and score), anything missing. Source: UNSD, SDG Progress Chart, as restated by EUSTAT.

    >>> round(unsd_expected_share(34, 2003, 108, 2018, 210, 2025).share, 3)
    0.859
    """
    (first, first_year, last, year, goal, last_year), give = elementwise(
        base=base, base_year=base_year, latest=latest, latest_year=latest_year, target=target, target_year=target_year
    )
    rate = growth_since_base(first, first_year, last, year)
    with np.errstate(all="ignore"):
        expected = np.where(last_year > first_year, first * (1 + rate) ** (last_year - first_year), np.nan)
        share = np.where(goal != first, (expected - first) / (goal - first), np.nan)
    score = np.select([np.isnan(share), share >= NEARLY_THERE, share >= UNDER_WAY], [np.nan, 3.0, 2.0], 1.0)
    return ExpectedShare(give(rate), give(expected), give(share), give(score))
