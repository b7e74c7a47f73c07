"""Growth rates: between two values, over a series, over unequal periods, and without inflation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from coopanalysis.metrics._arrays import (
    Number,
    check_interval,
    check_not_negative,
    elementwise,
    pair,
    rows_of,
    same_labels,
    shown,
    table_of_floats,
    to_days,
)
from coopanalysis.metrics.time import signed_years


def cagr(start_value: Number, end_value: Number, years: Number) -> Number:
    """Compound annual growth rate: the constant rate that leads from ``start_value`` to ``end_value``.

    Formula: (end_value / start_value)^(1 / years) − 1.
    Input: two values in one unit; years (see ``years_between``). Output: a fraction a year (0.0801 is 8.01 %).
    Undefined (nan): start ≤ 0, end < 0, years = 0, or a value missing. An end of 0 is −1 (everything lost).
    ``ValueError`` names ``years`` if negative.
    Source: Eurostat, monitoring report on the SDGs in an EU context, annex on assessment.

    >>> round(cagr(34, 108, 15), 4)
    0.0801
    """
    (start, end, span), form = elementwise(start_value=start_value, end_value=end_value, years=years)
    check_not_negative("years", span)
    return form.give(rate_of(start, end, span))


def required_cagr(start_value: Number, target_value: Number, years: Number) -> Number:
    """Constant annual rate needed to reach ``target_value`` from ``start_value`` in ``years``; see :func:`cagr`.

    Formula: (target_value / start_value)^(1 / years) − 1. Units, undefined cases and errors as in :func:`cagr`.

    >>> round(required_cagr(108, 210, 7), 4)
    0.0997
    """
    (start, target, span), form = elementwise(start_value=start_value, target_value=target_value, years=years)
    check_not_negative("years", span)
    return form.give(rate_of(start, target, span))


def percent_change(earlier: Number, later: Number) -> Number:
    """Relative change: (later − earlier) / earlier, a fraction of the earlier value (0.0041 is 0.41 %).

    Undefined (nan): earlier ≤ 0 (a share of nothing, or of a loss, says nothing), or a value missing.

    >>> percent_change(200, 250)
    0.25
    """
    (before, after), form = elementwise(earlier=earlier, later=later)
    with np.errstate(all="ignore"):
        return form.give(np.where(before > 0, (after - before) / before, np.nan))


def doubling_time(rate: Number) -> Number:
    """Years until a value that grows by ``rate`` (fraction a year) has doubled: ln 2 / ln(1 + rate).

    Undefined (nan): rate ≤ 0 (it never doubles), or missing.

    >>> round(doubling_time(0.0801), 1)
    9.0
    """
    (growth,), form = elementwise(rate=rate)
    with np.errstate(all="ignore"):
        return form.give(np.where(growth > 0, np.log(2) / np.log1p(growth), np.nan))


@dataclass(frozen=True)
class LoglinearGrowth:
    """``rate``: fraction a year; ``fit``: share of the variance of ln y that the line explains (R², 0 to 1)."""

    rate: Any
    fit: Any


def loglinear_growth(t: Any, y: Any) -> LoglinearGrowth:
    """Average annual growth of a whole series: ordinary least squares of ln y on t.

    Formula: ln y = a + b·t; rate = exp(b) − 1 (not b); fit = R² of ln y. With two points the rate equals :func:`cagr`.
    Input: ``t`` years (numbers, steps may be unequal) or dates; ``y`` values > 0 at those times. ``y`` may be a table
    with one series in each row (2-D array or DataFrame), the results are then arrays.
    Pairs with a missing t or y are left out. Undefined (nan): fewer than two different times, or a y ≤ 0 (dropping it
    would bend the rate); ``fit`` also for a constant series, which has no variance to explain.
    ``ValueError`` names ``y`` if it does not have one value for each time.
    Source: World Bank, WDI sources and methods (least-squares growth rate).

    >>> round(loglinear_growth([2015, 2016, 2018], [100, 110, 133.1]).rate, 6)
    0.1
    """
    aligned, _ = same_labels(t=t, y=y)
    values, give = rows_of("y", aligned["y"])
    times = _years(aligned["t"])
    if times.ndim > 2 or times.shape[-1:] != values.shape[-1:] or (times.ndim == 2 and times.shape != values.shape):
        raise ValueError(f"y: {values.shape[-1]} values, but t has {times.shape[-1] if times.ndim else 1}")
    times = np.broadcast_to(times, values.shape)
    known = ~(np.isnan(times) | np.isnan(values))
    with np.errstate(all="ignore"):
        logs = np.where(known, np.log(np.where(known, values, 1.0)), 0.0)
        time_from_mean = _from_mean(times, known)
        log_from_mean = _from_mean(logs, known)
        spread = (time_from_mean**2).sum(axis=-1)
        common = (time_from_mean * log_from_mean).sum(axis=-1)
        variance = (log_from_mean**2).sum(axis=-1)
        possible = (spread > 0) & ~(known & (values <= 0)).any(axis=-1)
        highest = np.where(known, logs, -np.inf).max(axis=-1, initial=-np.inf)
        constant = highest == np.where(known, logs, np.inf).min(axis=-1, initial=np.inf)
        rate = np.where(possible, np.where(constant, 0.0, np.expm1(common / spread)), np.nan)
        fit = np.where(possible & ~constant, common**2 / (spread * variance), np.nan)
    return LoglinearGrowth(give(rate), give(np.minimum(fit, 1.0)))


def interval_cagr(start: tuple[Number, Number], end: tuple[Number, Number], years: Number) -> tuple[Number, Number]:
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
    (first_low, first_high, last_low, last_high, span), form = elementwise(
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
    return form.give(low), form.give(high)


def chain_growth(rates: Any, years: Any) -> Number:
    """One annual rate for consecutive periods of unequal length: each rate weighted by its length, in logarithms.

    Formula: exp( Σ years · ln(1 + rate) / Σ years ) − 1. A plain mean of the rates would be wrong.
    Input: rates as fractions a year and the lengths in years of the same periods, as sequences; or tables with one
    chain in each row (2-D array or DataFrame), the result is then an array. A period of no length has no weight.
    Undefined (nan): a rate missing or < −1, or all lengths 0. A rate of −1 ends everything: the result is −1.
    ``ValueError`` names ``years`` if a length is negative or the numbers of rates and lengths differ.

    >>> round(chain_growth([0.10, 0.20], [1, 3]), 4)
    0.1742
    """
    aligned, _ = same_labels(rates=rates, years=years)
    growth, give = rows_of("rates", aligned["rates"])
    length, _ = rows_of("years", aligned["years"])
    check_not_negative("years", length)
    if length.shape[-1] != growth.shape[-1] or len(length) not in (1, len(growth)):
        raise ValueError(f"years: {length.shape[-1]} lengths for {growth.shape[-1]} rates")
    with np.errstate(all="ignore"):
        logs = np.where(length == 0, 0.0, length * np.log1p(growth))
        return give(np.expm1(logs.sum(axis=-1) / length.sum(axis=-1)))


def real_growth(nominal_growth: Number, inflation: Number) -> Number:
    """Growth without inflation: (1 + nominal_growth) / (1 + inflation) − 1, not the difference of the two.

    Input and output: fractions over the same period. Undefined (nan): inflation ≤ −1, or a value missing.

    >>> round(real_growth(0.10, 0.08), 6)
    0.018519
    """
    (nominal, prices), form = elementwise(nominal_growth=nominal_growth, inflation=inflation)
    with np.errstate(all="ignore"):
        return form.give(np.where(prices > -1, (1 + nominal) / (1 + prices) - 1, np.nan))


def rate_of(start: np.ndarray, end: np.ndarray, years: np.ndarray) -> np.ndarray:
    """:func:`cagr` for arrays of one shape, without checks."""
    with np.errstate(all="ignore"):
        rate = (end / start) ** (1 / years) - 1
    return np.where((start > 0) & (end >= 0) & (years > 0), rate, np.nan)


def _years(t: Any) -> np.ndarray:
    """Times as years: numbers as they are, dates counted from the first of them."""
    if isinstance(t, pd.DataFrame):
        return table_of_floats("t", t)
    try:
        if np.asarray(t).dtype.kind in "biuf":
            return np.asarray(t, dtype=float)
        numeric = _numeric_objects(t)
    except (TypeError, ValueError):
        raise ValueError(f"t: expected years or dates, found {shown(t)}") from None
    days = to_days("t", t) if not numeric else None
    if days is None:
        return np.atleast_2d(rows_of("t", t)[0])[0]
    known = ~np.isnat(days)
    if not known.any():
        return np.full(days.shape, np.nan)
    first = days[known].min()
    return np.where(known, signed_years(np.full(days.shape, first), np.where(known, days, first)), np.nan)


def _numeric_objects(t: Any) -> bool:
    values = pd.Series(t, dtype=object).dropna()
    return len(values) > 0 and pd.api.types.infer_dtype(values) in ("integer", "floating", "mixed-integer-float")


def _from_mean(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    mean = np.where(known, values, 0.0).sum(axis=-1, keepdims=True) / known.sum(axis=-1, keepdims=True)
    return np.where(known, values - mean, 0.0)
