"""The rate quotient that Eurostat and Open SDG share, with its thresholds."""

from __future__ import annotations

import numpy as np

from coopanalysis.metrics.growth import rate_of

# Eurostat's lower bounds of the classes: inclusive, compared unrounded. Statistics Canada and Open SDG took them over.
SIGNIFICANT, MODERATE, INSUFFICIENT = 0.95, 0.60, 0.0


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
