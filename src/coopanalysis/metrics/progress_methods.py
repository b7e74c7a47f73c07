"""The same question asked by other bodies: Open SDG (Canada), ESCAP, SDSN, UNSD. Each keeps its own name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from coopanalysis.metrics._arrays import directions, elementwise, floats, like
from coopanalysis.metrics.progress import INSUFFICIENT, MODERATE, SIGNIFICANT, _rate

# Open SDG: growth a year that counts as progress where there is no target, and the exponent of a natural limit.
FAST, SLOW, LIMIT_EXPONENT = 0.015, 0.005, 4.44


@dataclass(frozen=True)
class OpenSdgProgress:
    """``progress_value``: the raw ratio (or growth rate); ``score``: −5 to 5; ``status``: the class by name."""

    progress_value: Any
    score: Any
    status: Any


@dataclass(frozen=True)
class EscapGap:
    """``gap_pct``: percent of the way still missing; ``class_``: maintain, accelerate or reverse; ``reason``: why undefined."""

    gap_pct: Any
    class_: Any
    reason: Any


@dataclass(frozen=True)
class WeightedProjection:
    """``weights`` of the observations and the ``projected`` value at the target year, in the values' unit."""

    weights: np.ndarray
    projected: float


@dataclass(frozen=True)
class ExpectedShare:
    """``cagr`` (fraction a year), ``expected`` value at the target year, its ``share`` of the way, ``score`` 1 to 3."""

    cagr: Any
    expected: Any
    share: Any
    score: Any


def open_sdg_progress(
    base_value: Any,
    base_year: Any,
    current_value: Any,
    current_year: Any,
    target: Any,
    target_year: Any,
    direction: Any,
    limit: Any = None,
) -> OpenSdgProgress:
    """Open SDG's progress measure, with or without a target (``target`` None or NaN), with or without a natural ``limit``.

    With a target: R = Eurostat's ratio; substantial_progress from 0.95, moderate_progress from 0.60, limited_progress
    from 0, else deterioration; score 7.1429R − 4.2857 (at most 5) for R ≥ 0.6, 4.1667R − 2.5 (at least −5) below;
    target_achieved with score 5 where the current value is at the target, ``progress_value`` keeping the raw ratio.
    Without: R = direction × CAGR against 1.5 %·C, 0.5 %·C and 0; C = 1 − (y0 ÷ L)^4.44 for y0 ≤ L, 1 − ((2L − y0) ÷
    L)^4.44 for L < y0 < 2L, else 1, and 1 without a limit; score max(125R − 2.5, −5) below 0, min(500R ÷ C − 5, 5) from
    1.5 %·C, 250R ÷ C − 1.25 from 0.5 %·C, 500R ÷ C − 2.5 between.
    Values in one unit, years as numbers. One observation only, a base of 0 (not replaced by a small number) or missing
    values: not_available, NaN. Raises ``ValueError`` for a direction other than ±1.
    Source: open-sdg/sdg-build, sdg/ProgressMeasure.py; Statistics Canada, progress methodology of the Canadian
    indicator framework.
    """
    wanted = directions(direction)
    base, current, goal, end = floats(base_value), floats(current_value), floats(target), floats(limit)
    growth = wanted * _rate(base, current, base_year, current_year)
    required = _rate(base, goal, base_year, target_year)
    with np.errstate(all="ignore"):
        ratio = np.where(required != 0, growth / np.abs(required), np.nan)
        small, big = np.power(base / end, LIMIT_EXPONENT), np.power((2 * end - base) / end, LIMIT_EXPONENT)
        factor = np.select([np.isnan(end), base <= end, base < 2 * end], [1.0, 1 - small, 1 - big], 1.0)
        with_target = np.where(ratio >= MODERATE, np.minimum(7.1429 * ratio - 4.2857, 5), np.maximum(4.1667 * ratio - 2.5, -5))
        without = np.select(
            [growth < 0, growth >= FAST * factor, growth >= SLOW * factor],
            [np.maximum(125 * growth - 2.5, -5), np.minimum(500 * growth / factor - 5, 5), 250 * growth / factor - 1.25],
            500 * growth / factor - 2.5,
        )
        has_target = ~np.isnan(goal)
        value = np.where(has_target, ratio, growth)
        started = (floats(current_year) > floats(base_year)) & (base > 0)
        achieved = has_target & started & (wanted * (current - goal) >= 0)
        thresholds = [np.where(has_target, one, other * factor) for one, other in ((SIGNIFICANT, FAST), (MODERATE, SLOW), (INSUFFICIENT, 0.0))]
        value = np.where(started, value, np.nan)
        names = ["target_achieved", "not_available", "substantial_progress", "moderate_progress", "limited_progress"]
        status = np.select([achieved, np.isnan(value), *(value >= threshold for threshold in thresholds)],
                           np.array(names, dtype=object), np.array("deterioration", dtype=object))
        score = np.where(achieved, 5.0, np.where(np.isnan(value), np.nan, np.where(has_target, with_target, without)))
    inputs = (base_value, base_year, current_value, current_year, target, target_year, direction, limit)
    return OpenSdgProgress(like(value, *inputs), like(score, *inputs), like(status, *inputs))


def escap_current_status(base: Any, current: Any, target: Any, direction: Any) -> Any:
    """ESCAP's current status index: 10 × direction × (current − base) ÷ |target − base|; 10 when the target is reached.

    Values in one unit; 0 is the base, 10 the target, negative is away from it. Undefined (NaN) where base and target
    agree and the target is not reached. Raises ``ValueError`` for a direction other than ±1. Source: UN ESCAP, progress
    assessment methodology.
    """
    wanted = directions(direction)

    def status(first: np.ndarray, now: np.ndarray, goal: np.ndarray) -> np.ndarray:
        reached = wanted * (now - goal) >= 0
        return np.where(reached, 10.0, np.where(goal != first, 10 * wanted * (now - first) / np.abs(goal - first), np.nan))

    return elementwise(status, base, current, target)


def escap_gap(base: Any, projected: Any, target: Any, direction: Any) -> EscapGap:
    """ESCAP's anticipated gap: 100 × |target − projected| ÷ |target − base| where short of the target, 0 where met.

    Percent of the way. Classes: 0 to 10 maintain, over 10 to 100 accelerate, over 100 reverse; None where undefined
    (reason missing_value, or zero_distance where base and target agree and the target is not met). Raises ``ValueError``
    for a direction other than ±1. Source: UN ESCAP, progress assessment methodology.
    """
    wanted = directions(direction)
    first, ahead, goal = floats(base), floats(projected), floats(target)
    with np.errstate(all="ignore"):
        met = wanted * (ahead - goal) >= 0
        gap = np.where(met, 0.0, np.where(goal != first, 100 * np.abs(goal - ahead) / np.abs(goal - first), np.nan))
        missing = np.isnan(first) | np.isnan(ahead) | np.isnan(goal)
        gap = np.where(missing, np.nan, gap)
        names = np.select([np.isnan(gap), gap <= 10, gap <= 100], np.array([None, "maintain", "accelerate"], dtype=object),
                          np.array("reverse", dtype=object))
        reason = np.select([missing, np.isnan(gap)], np.array(["missing_value", "zero_distance"], dtype=object), np.array("", dtype=object))
    inputs = (base, projected, target, direction)
    return EscapGap(like(gap, *inputs), like(names, *inputs), like(reason, *inputs))


def escap_weighted_projection(years: Any, values: Any, target_year: float) -> WeightedProjection:
    """ESCAP's projection: a weighted least-squares line, w_i = (T − t_1) ÷ (T − t_i), around weighted means, read at T.

    ``years`` in any order, ``values`` in one unit; t_1 is the earliest year. Undefined (NaN) with fewer than two distinct
    years or a year that is not before ``target_year``. Raises ``ValueError`` for different lengths. Source: UN ESCAP,
    progress assessment methodology.
    """
    time, value, end = floats(years), floats(values), float(target_year)
    if time.shape != value.shape or time.ndim != 1:
        raise ValueError("values: expected one value for each year")
    if len(np.unique(time)) < 2 or not np.all(time < end) or not np.all(np.isfinite(value)):
        return WeightedProjection(np.full(time.shape, np.nan), float("nan"))
    weights = (end - time.min()) / (end - time)
    middle, level = np.average(time, weights=weights), np.average(value, weights=weights)
    slope = np.sum(weights * (time - middle) * (value - level)) / np.sum(weights * (time - middle) ** 2)
    return WeightedProjection(weights, float(level + slope * (end - middle)))


def sdsn_trend(annual_change: Any, required_annual_change: Any) -> Any:
    """SDSN's trend arrow by name: actual over required yearly change (straight lines, in the desired direction).

    decreasing below 0, stagnating below 50 %, moderately_improving below 100 %, else on_track; None where the required
    change is 0 or something is missing. Both in the indicator's unit a year. Source: Sachs et al., Sustainable
    Development Report, annex.
    """
    actual, needed = floats(annual_change), floats(required_annual_change)
    with np.errstate(all="ignore"):
        share = np.where(needed != 0, actual / needed, np.nan)
    names = np.select(
        [np.isnan(share), share < 0, share < 0.5, share < 1],
        np.array([None, "decreasing", "stagnating", "moderately_improving"], dtype=object),
        np.array("on_track", dtype=object),
    )
    return like(names, annual_change, required_annual_change)


def unsd_expected_share(base: Any, base_year: Any, latest: Any, latest_year: Any, target: Any, target_year: Any) -> ExpectedShare:
    """UNSD's expected share: the value at the target year at constant growth, as a share of the way from base to target.

    expected = latest × (1 + CAGR)^(target year − latest year); share = (expected − base) ÷ (target − base); score 3 from
    0.95, 2 from 0.10, else 1. Values in one unit, years as numbers. Undefined (NaN) where the growth rate is or where base
    and target agree. Source: UNSD, SDG progress chart, as restated by EUSTAT.
    """
    first, last, goal = floats(base), floats(latest), floats(target)
    rate = _rate(first, last, base_year, latest_year)
    with np.errstate(all="ignore"):
        expected = last * (1 + rate) ** (floats(target_year) - floats(latest_year))
        share = np.where(goal != first, (expected - first) / (goal - first), np.nan)
        score = np.select([np.isnan(share), share >= 0.95, share >= 0.10], [np.nan, 3.0, 2.0], 1.0)
    inputs = (base, base_year, latest, latest_year, target, target_year)
    return ExpectedShare(like(rate, *inputs), like(expected, *inputs), like(share, *inputs), like(score, *inputs))
