"""Ratios of totals, exact or between bounds.

Which ratios there are (revenue per member, profit margin, …) is a code list in the data: a new ratio is a row there.
"""

from __future__ import annotations

import numpy as np

from coopanalysis.metrics._arrays import Interval, Number, T, check_interval, elementwise, pair


def ratio(numerator: Number[T], denominator: Number[T]) -> T:
    """One total over another of the same date and the same population: numerator / denominator.

    For a group of units this is sum over sum, never a mean of the units' own ratios (small units would weigh too much).
    Input: two totals. Output: units of the numerator for one unit of the denominator.
    Undefined (nan): denominator 0, or a value missing.

    >>> ratio(14040, 108)
    130.0
    """
    (above, below), give = elementwise(numerator=numerator, denominator=denominator)
    with np.errstate(all="ignore"):
        return give(np.where(below != 0, above / below, np.nan))


def interval_ratio(numerator: Interval[T], denominator: Interval[T]) -> tuple[T, T]:
    """Lowest and highest ratio when both totals are only known to lie in intervals.

    Formula: [numerator_low / denominator_high, numerator_high / denominator_low]. A numerator below 0 (a loss) is
    divided by the other end, so that the interval still holds every possible ratio.
    Input: pairs (low, high), an open end is inf. Output: a pair. A denominator that may be 0 gives an open end.
    Undefined (nan): denominator_low < 0, denominator_high = 0, or a bound missing.
    ``ValueError`` names the argument that is no pair or ends below its beginning.

    >>> interval_ratio((90, 100), (20, 25))
    (3.6, 5.0)
    """
    (above_low, above_high), (below_low, below_high) = pair("numerator", numerator), pair("denominator", denominator)
    (least, most, few, many), give = elementwise(
        numerator_low=above_low, numerator_high=above_high, denominator_low=below_low, denominator_high=below_high
    )
    check_interval("numerator", least, most)
    check_interval("denominator", few, many)
    known = (few >= 0) & (many > 0) & ~np.isnan(least) & ~np.isnan(most)
    low = np.where(known, _quotient(least, np.where(least >= 0, many, few)), np.nan)
    high = np.where(known, _quotient(most, np.where(most >= 0, few, many)), np.nan)
    return give(low), give(high)


def _quotient(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """above / below, where 0 of anything is 0 and something over 0 is unbounded."""
    with np.errstate(all="ignore"):
        return np.where(above == 0, 0.0, above / below)
