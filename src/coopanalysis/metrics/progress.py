"""Progress to a target by compound growth: Eurostat's ratio and class, and how ambitious a plan was (stretch).

The methods of other bodies are in ``other_methods``. The same two numbers make a series "on track" under constant growth
and "stagnating" along a straight line: the whole disagreement is the growth model, so a page that shows one method names it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from coopanalysis.metrics._arrays import Number, T, elementwise
from coopanalysis.metrics.growth import rate_of

# Eurostat's lower bounds of the classes: inclusive, compared unrounded. Statistics Canada and Open SDG took them over.
SIGNIFICANT, MODERATE, INSUFFICIENT = 0.95, 0.60, 0.0


def eurostat_ratio(
    base_value: Number[T],
    base_year: Number[T],
    current_value: Number[T],
    current_year: Number[T],
    target: Number[T],
    target_year: Number[T],
    direction: Number[T],
) -> T:
    """Actual over required growth, both from the same base (t0): direction × CAGR_actual / |CAGR_required|.

    CAGR_actual leads from base to current value, CAGR_required from base to target (see ``cagr``). Without direction
    and absolute value the quotient would call a series that moves away from its target "on track".
    Input: values in one unit; years as numbers, fractions allowed; ``direction`` +1 (more is better) or −1 (less is
    better), without default. Output: a fraction (0.928 is 92.8 %). Say t0 wherever it is shown: all depends on it.
    Undefined (nan): base ≤ 0, a negative value, required growth 0 (base = target), current or target year not after the
    base year, anything missing. A target of 0 requires −100 % a year, so the ratio is then small by construction.
    ``ValueError`` names ``direction`` if it is neither 1 nor −1.
    Source: Eurostat, monitoring report on the SDGs in an EU context, annex on assessment.

    >>> round(eurostat_ratio(34, 2003, 108, 2018, 210, 2025, 1), 3)
    0.928
    """
    (base, first_year, current, year, goal, last_year, sign), give = elementwise(
        base_value=base_value,
        base_year=base_year,
        current_value=current_value,
        current_year=current_year,
        target=target,
        target_year=target_year,
        direction=direction,
    )
    check_direction(sign)
    return give(actual_over_required(base, first_year, current, year, goal, last_year, sign))


def eurostat_class(ratio: Number[T]) -> Any:
    """Eurostat's class of :func:`eurostat_ratio`: significant, moderate, insufficient or movement_away.

    ≥ 0.95 significant, ≥ 0.60 moderate, ≥ 0 insufficient, below movement_away; lower bounds inclusive, the ratio is
    compared unrounded. Input: a fraction. Output: the class name, None where the ratio is nan. The function knows only
    the ratio: whether the target is reached already is for the caller (``progress_table``) to test first.
    Source: as :func:`eurostat_ratio`.

    >>> eurostat_class(0.928)
    'moderate'
    """
    (share,), give = elementwise(ratio=ratio)
    bounds = [share >= SIGNIFICANT, share >= MODERATE, share >= INSUFFICIENT]
    return give(classes(bounds, ["significant", "moderate", "insufficient", "movement_away"], np.isnan(share)))


def stretch_ratio(past_cagr: Number[T], required_cagr: Number[T]) -> T:
    """Past pace over the pace a plan needs from its baseline: how ambitious it was before any later observation.

    Formula: past_cagr / required_cagr. 0.804 says that the past pace is 80.4 % of what is needed; above 1 the plan asks
    for less than the past. Input: fractions a year. Output: a fraction. It is not Eurostat's ratio and must not carry
    its name: that one starts at t0 and measures what was done. Undefined (nan): required_cagr 0, or anything missing.

    >>> round(stretch_ratio(0.0801, 0.0997), 3)
    0.803
    """
    (past, needed), give = elementwise(past_cagr=past_cagr, required_cagr=required_cagr)
    with np.errstate(all="ignore"):
        return give(np.where(needed != 0, past / needed, np.nan))


def growth_since_base(base: np.ndarray, base_year: np.ndarray, value: np.ndarray, year: np.ndarray) -> np.ndarray:
    """CAGR from base to value; nan where the year is not after the base year (there is no growth to speak of yet)."""
    return rate_of(base, value, year - base_year)


def actual_over_required(
    base: np.ndarray,
    base_year: np.ndarray,
    current: np.ndarray,
    current_year: np.ndarray,
    target: np.ndarray,
    target_year: np.ndarray,
    direction: np.ndarray,
) -> np.ndarray:
    """direction × CAGR_actual / |CAGR_required|; nan where the required growth is 0 or undefined."""
    actual = growth_since_base(base, base_year, current, current_year)
    required = growth_since_base(base, base_year, target, target_year)
    with np.errstate(all="ignore"):
        return np.where(required != 0, direction * actual / np.abs(required), np.nan)


def check_direction(direction: np.ndarray) -> None:
    """Raise unless every direction is +1 (more is better) or -1 (less is better): there is no default."""
    wrong = direction[np.abs(direction) != 1]
    if wrong.size:
        raise ValueError(f"direction: found {wrong[0]:g}, expected 1 (more is better) or -1 (less is better)")


def classes(conditions: list[np.ndarray], names: list[str], undefined: Any = False) -> np.ndarray:
    """Object array of class names: the first condition that holds, the last name where none does, None if undefined."""
    places = np.select(conditions, list(range(len(conditions))), len(conditions))
    return np.array([*names, None], dtype=object)[np.where(undefined, -1, places)]
