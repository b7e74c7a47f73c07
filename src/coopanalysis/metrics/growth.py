"""Growth between two values: the annual rate, its bounds, the rate a target needs, and the time to double."""

from __future__ import annotations

import numpy as np

from coopanalysis.metrics._arrays import Interval, Number, T, check_interval, check_not_negative, elementwise, pair


def cagr(start_value: Number[T], end_value: Number[T], years: Number[T]) -> T:
    """Compound annual growth rate: the constant rate that leads from ``start_value`` to ``end_value``.

    Formula: (end_value / start_value)^(1 / years) − 1.
    Input: two values in one unit; years (see ``years_between``). Output: a fraction a year (0.0801 is 8.01 %).
    Undefined (nan): start ≤ 0, end < 0, years = 0, or a value missing. An end of 0 is −1 (everything lost).
    ``ValueError`` names ``years`` if negative.
    Source: Eurostat, monitoring report on the SDGs in an EU context, annex on assessment.

    >>> round(cagr(34, 108, 15), 4)
    0.0801
    """
    (start, end, span), give = elementwise(start_value=start_value, end_value=end_value, years=years)
    check_not_negative("years", span)
    return give(rate_of(start, end, span))


def required_cagr(start_value: Number[T], target_value: Number[T], years: Number[T]) -> T:
    """Constant annual rate needed to reach ``target_value`` from ``start_value`` in ``years``; see :func:`cagr`.

    Formula: (target_value / start_value)^(1 / years) − 1. Units, undefined cases and errors as in :func:`cagr`.

    >>> round(required_cagr(108, 210, 7), 4)
    0.0997
    """
    (start, target, span), give = elementwise(start_value=start_value, target_value=target_value, years=years)
    check_not_negative("years", span)
    return give(rate_of(start, target, span))


def doubling_time(rate: Number[T]) -> T:
    """Years until a value that grows by ``rate`` (fraction a year) has doubled: ln 2 / ln(1 + rate).

    Undefined (nan): rate ≤ 0 (it never doubles), or missing.

    >>> round(doubling_time(0.0801), 1)
    9.0
    """
    (growth,), give = elementwise(rate=rate)
    with np.errstate(all="ignore"):
        return give(np.where(growth > 0, np.log(2) / np.log1p(growth), np.nan))


def interval_cagr(start: Interval[T], end: Interval[T], years: Number[T]) -> tuple[T, T]:
    """Lowest and highest :func:`cagr` when both values are only known to lie in intervals.

    Formula: low = cagr(start_high, end_low), high = cagr(start_low, end_high).
    Input: pairs (low, high) in one unit; an open end is inf; years. Output: a pair of fractions a year. A start that
    may be 0 gives an open end (inf), an open start gives a low end of −1.
    Undefined (nan): start_high ≤ 0, a negative end, years = 0, or a bound missing.
    ``ValueError`` names ``years`` if negative, and ``start`` or ``end`` if it is no pair or ends below its beginning.

    >>> low, high = interval_cagr((34, 34), (107.5, 108.5), 15)
    >>> round(low, 4), round(high, 4)
    (0.0798, 0.0804)
    """
    (start_low, start_high), (end_low, end_high) = pair("start", start), pair("end", end)
    (first_low, first_high, last_low, last_high, span), give = elementwise(
        start_low=start_low, start_high=start_high, end_low=end_low, end_high=end_high, years=years
    )
    check_interval("start", first_low, first_high)
    check_interval("end", last_low, last_high)
    check_not_negative("years", span)
    known = (first_low >= 0) & (first_high > 0) & (last_low >= 0) & (last_high >= 0) & (span > 0)
    low = np.where(known, rate_of(first_high, last_low, span), np.nan)
    # a start that may be as small as one likes: no upper limit, unless the end is 0 for certain
    from_zero = np.where(last_high > 0, np.inf, -1.0)
    high = np.where(known, np.where(first_low == 0, from_zero, rate_of(first_low, last_high, span)), np.nan)
    return give(low), give(high)


def rate_of(start: np.ndarray, end: np.ndarray, years: np.ndarray) -> np.ndarray:
    """:func:`cagr` for arrays of one shape, without checks."""
    with np.errstate(all="ignore"):
        rate = (end / start) ** (1 / years) - 1
    return np.where((start > 0) & (end >= 0) & (years > 0), rate, np.nan)
