"""Open SDG's progress measure (Statistics Canada): Eurostat's ratio, or plain growth where there is no target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from coopanalysis.metrics._arrays import Number, check_direction, classes, elementwise
from coopanalysis.metrics._progress_rates import MODERATE, SIGNIFICANT, actual_over_required, growth_since_base

# Without a target: annual growth that counts as substantial and as moderate; exponent of a natural limit.
SUBSTANTIAL_GROWTH, MODERATE_GROWTH, LIMIT_EXPONENT = 0.015, 0.005, 4.44


@dataclass(frozen=True)
class OpenSdgProgress:
    """``progress_value``: raw ratio or growth; ``score``: −5 to 5; ``status``: class; ``reason``: why not_available."""

    progress_value: Any
    score: Any
    status: Any
    reason: Any


def open_sdg_progress(
    base_value: Number,
    base_year: Number,
    current_value: Number,
    current_year: Number,
    target: Number,
    target_year: Number,
    direction: Number,
    limit: Number = None,
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
    (base, first_year, current, year, goal, last_year, sign, bound), form = elementwise(
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
    status = classes([undefined, achieved, substantial, moderate, value >= 0], names, np.zeros(base.shape, dtype=bool))
    reasons = ["", "missing_value", "zero_base", "negative_value", "one_point", "no_growth_required", "negative_value"]
    causes = [~undefined, missing, base == 0, base < 0, year <= first_year, has_target & (goal == base)]
    reason = classes(causes, reasons, np.zeros(base.shape, dtype=bool))
    return OpenSdgProgress(form.give(value), form.give(np.where(undefined, np.nan, score)), form.give(status), form.give(reason))


def _limit_factor(base: np.ndarray, limit: np.ndarray) -> np.ndarray:
    """C: 1 far from a natural limit (or without one), 0 at it; growth slows there, and the thresholds with it."""
    with np.errstate(all="ignore"):
        below = 1 - np.abs(base / limit) ** LIMIT_EXPONENT
        above = 1 - np.abs((2 * limit - base) / limit) ** LIMIT_EXPONENT
    # the first test also settles a limit of 0
    return np.select([np.isnan(limit) | (base >= 2 * limit), base <= limit], [1.0, below], above)
