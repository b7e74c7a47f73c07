"""Progress to a target: Eurostat's ratio, and how ambitious a plan was (stretch). Other bodies' methods: progress_methods."""

from __future__ import annotations

from typing import Any

import numpy as np

from coopanalysis.metrics._arrays import directions, elementwise, floats, like
from coopanalysis.metrics.growth import cagr

# Eurostat's lower bounds, inclusive and compared unrounded.
SIGNIFICANT, MODERATE, INSUFFICIENT = 0.95, 0.60, 0.0


def eurostat_ratio(
    base_value: Any, base_year: Any, current_value: Any, current_year: Any, target: Any, target_year: Any, direction: Any
) -> Any:
    """Actual over required growth, both from the same base: direction × CAGR_actual ÷ |CAGR_required|.

    Values in one unit; years as numbers (fractions allowed); ``direction``: +1 if more is desired, −1 if less. Returns a
    fraction (0.928 is 92.8 %). The plain quotient, without direction and absolute value, would call a series that moves
    away from its target "on track". Undefined (NaN) where a growth rate is, where the required growth is 0, or where a
    year is not after the base year. Raises ``ValueError`` for another direction. Source: Eurostat, monitoring report on
    progress towards the SDGs in an EU context, annex on assessment.
    """
    wanted = directions(direction)
    actual = _rate(base_value, current_value, base_year, current_year)
    required = _rate(base_value, target, base_year, target_year)
    with np.errstate(all="ignore"):
        ratio = np.where(required != 0, wanted * actual / np.abs(required), np.nan)
    return like(ratio, base_value, base_year, current_value, current_year, target, target_year, direction)


def eurostat_class(ratio: Any) -> Any:
    """Eurostat's class of a ratio: significant from 0.95, moderate from 0.60, insufficient from 0, else movement_away.

    Text, or None where the ratio is NaN. The function knows only the ratio; whether a target is already reached is
    tested before it (``progress_table``). Source: as :func:`eurostat_ratio`.
    """
    value = floats(ratio)
    names = np.select(
        [np.isnan(value), value >= SIGNIFICANT, value >= MODERATE, value >= INSUFFICIENT],
        np.array([None, "significant", "moderate", "insufficient"], dtype=object),
        np.array("movement_away", dtype=object),
    )
    return like(names, ratio)


def stretch_ratio(past_cagr: Any, required_cagr: Any) -> Any:
    """Past pace over the pace needed from the baseline: how ambitious a plan was before any later observation.

    Both fractions a year; the result is a fraction. It is not Eurostat's ratio. Undefined (NaN) for a required pace of 0.
    """
    return elementwise(lambda past, needed: np.where(needed != 0, past / needed, np.nan), past_cagr, required_cagr)


def _rate(first: Any, last: Any, from_year: Any, to_year: Any) -> np.ndarray:
    years = floats(to_year) - floats(from_year)
    # a year that is not after the base is no argument error here: the series simply has no growth rate yet
    return np.asarray(cagr(floats(first), floats(last), np.where(years > 0, years, np.nan)), dtype=float)
