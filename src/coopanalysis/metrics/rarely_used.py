"""Functions of the contract that no table and no page of the library calls: changes, prices, and trends of whole series."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from coopanalysis.metrics._arrays import Number, T, check_not_negative, elementwise, same_labels, shown, table_of_floats, to_days, to_float, to_floats
from coopanalysis.metrics.time import signed_years


def percent_change(earlier: Number[T], later: Number[T]) -> T:
    """Relative change: (later − earlier) / earlier, a fraction of the earlier value (0.0041 is 0.41 %).

    Undefined (nan): earlier ≤ 0 (a share of nothing, or of a loss, says nothing), or a value missing.

    >>> percent_change(200, 250)
    0.25
    """
    (before, after), give = elementwise(earlier=earlier, later=later)
    with np.errstate(all="ignore"):
        return give(np.where(before > 0, (after - before) / before, np.nan))


def real_growth(nominal_growth: Number[T], inflation: Number[T]) -> T:
    """Growth without inflation: (1 + nominal_growth) / (1 + inflation) − 1, not the difference of the two.

    Input and output: fractions over the same period. Undefined (nan): inflation ≤ −1, or a value missing.

    >>> round(real_growth(0.10, 0.08), 6)
    0.018519
    """
    (nominal, prices), give = elementwise(nominal_growth=nominal_growth, inflation=inflation)
    with np.errstate(all="ignore"):
        return give(np.where(prices > -1, (1 + nominal) / (1 + prices) - 1, np.nan))


def rebase(index: pd.Series | Mapping[Any, float], new_base: Hashable) -> pd.Series:
    """The same index with another base period: index / index[new_base] × 100.

    Input: an index by period (a Series, or a mapping of period to value) and the period that becomes 100.
    Output: a new Series; growth between any two periods is unchanged.
    Undefined (nan): an index value ≤ 0 or missing; everything if that is so for the base period.
    ``ValueError`` names ``new_base`` if the index has no such period, or has it more than once.
    Source: SDMX and Eurostat practice for re-referencing (no re-weighting).

    >>> rebase(pd.Series({2010: 100.0, 2018: 160.0}), 2018).to_dict()
    {2010: 62.5, 2018: 100.0}
    """
    if not isinstance(index, pd.Series | Mapping):
        raise ValueError(f"index: expected a Series by period, found {type(index).__name__}")
    index = index if isinstance(index, pd.Series) else pd.Series(dict(index), dtype=float)
    here = np.asarray(index.index == new_base) if isinstance(new_base, Hashable) else np.zeros(len(index), dtype=bool)
    if here.sum() != 1:
        periods = f"{index.index.min()} to {index.index.max()}" if len(index) else "none"
        raise ValueError(f"new_base: {shown(new_base)} {'stands there more than once' if here.any() else f'is not among its periods ({periods})'}")
    (values,), give = elementwise(index=index)
    positive = np.where(values > 0, values, np.nan)
    return give(positive / positive[here] * 100).rename(index.name)


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
    if not isinstance(t, pd.DataFrame):
        t = _years(t)
    (times, values), give = _rows("y", "{} values, but t has {}", t=t, y=y)
    known = ~(np.isnan(times) | np.isnan(values))
    with np.errstate(all="ignore"):
        logs = np.log(values)
        slope, fit, _ = _line(known.astype(float), times, logs)
        possible = _vary(times, known) & ~(known & (values <= 0)).any(axis=-1)
        changes = _vary(logs, known)
        rate = np.where(possible, np.where(changes, np.expm1(slope), 0.0), np.nan)
    return LoglinearGrowth(give(rate), give(np.where(possible & changes, np.minimum(fit, 1.0), np.nan)))


def chain_growth(rates: Any, years: Any) -> Any:
    """One annual rate for consecutive periods of unequal length: each rate weighted by its length, in logarithms.

    Formula: exp( Σ years · ln(1 + rate) / Σ years ) − 1. A plain mean of the rates would be wrong.
    Input: rates as fractions a year and the lengths in years of the same periods, as sequences; or tables with one
    chain in each row (2-D array or DataFrame), the result is then an array. A period of no length has no weight.
    Undefined (nan): a rate missing or < −1, or all lengths 0. A rate of −1 ends everything: the result is −1.
    ``ValueError`` names ``years`` if a length is negative or the numbers of rates and lengths differ.

    >>> round(chain_growth([0.10, 0.20], [1, 3]), 4)
    0.1742
    """
    (growth, length), give = _rows("rates", "{} lengths for {} rates", rates=rates, years=years)
    check_not_negative("years", length)
    with np.errstate(all="ignore"):
        logs = np.where(length == 0, 0.0, length * np.log1p(growth))
        return give(np.expm1(logs.sum(axis=-1) / length.sum(axis=-1)))


@dataclass(frozen=True)
class WeightedProjection:
    """``weights`` of the observations; ``projected`` value at the target year, in the unit of the values."""

    weights: Any
    projected: Any


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
    (times, observed), give = _rows("values", "{} values for {} years", years=years, values=values)
    known = ~(np.isnan(observed) | np.isnan(times))
    if not target_year > np.where(known, times, -np.inf).max(initial=-np.inf):
        raise ValueError(f"target_year: {target_year:g} is not after the last year observed")
    first = np.where(known, times, np.inf).min(axis=-1, keepdims=True, initial=np.inf)
    with np.errstate(all="ignore"):
        weights = np.where(known, (target_year - first) / (target_year - times), np.nan)
        # time counted from the target year: the projection is the line at 0 and loses no digits to years near 2000
        _, _, at_target = _line(np.where(known, weights, 0.0), times - target_year, observed)
    return WeightedProjection(weights if np.ndim(values) == 2 else weights[0], give(np.where(_vary(times, known), at_target, np.nan)))


def _rows(main: str, mismatch: str, **arguments: Any) -> tuple[list[np.ndarray], Callable[[np.ndarray], Any]]:
    """Two arguments as tables with one series in each row, and what gives results the form of ``main``.

    One series gives a float, a 2-D array an array, a DataFrame a Series with its index. The other argument may be one
    series for all rows. ``mismatch`` says of the second argument what is wrong where the lengths differ.
    """
    aligned, _ = same_labels(**arguments)
    tables = {}
    for name, value in aligned.items():
        tables[name] = table_of_floats(name, value) if isinstance(value, pd.DataFrame) else np.atleast_2d(to_floats(name, value))
        if tables[name].ndim > 2:
            raise ValueError(f"{name}: expected one series or a table of series, found {tables[name].ndim} dimensions")
    (_, first), (last, second) = tables.items()
    rows, columns = tables[main].shape
    if any(table.shape[1] != columns or len(table) not in (1, rows) for table in (first, second)):
        raise ValueError(f"{last}: {mismatch.format(second.shape[1], first.shape[1])}")
    given = arguments[main]

    def give(results: np.ndarray) -> Any:
        if isinstance(given, pd.DataFrame):
            return pd.Series(results, index=given.index)
        return results if np.ndim(given) == 2 else results.item()

    return [np.broadcast_to(table, (rows, columns)) for table in (first, second)], give


def _line(weight: np.ndarray, time: np.ndarray, value: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Slope, fit (R²) and value at time 0 of each row's line by weighted least squares; weight 0 leaves a pair out."""
    time, value = np.where(weight > 0, time, 0.0), np.where(weight > 0, value, 0.0)
    middle, level = ((weight * one).sum(axis=-1) / weight.sum(axis=-1) for one in (time, value))
    time, value = time - middle[:, None], value - level[:, None]
    spread, common, variance = ((weight * one).sum(axis=-1) for one in (time**2, time * value, value**2))
    return common / spread, common**2 / (spread * variance), level - common / spread * middle


def _vary(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Whether a row has two different values."""
    return np.where(known, values, -np.inf).max(axis=-1, initial=-np.inf) > np.where(known, values, np.inf).min(axis=-1, initial=np.inf)


def _years(t: Any) -> Any:
    """Times as years: numbers as they are, dates counted from the first of them; a series keeps its labels."""
    try:
        to_floats("t", t)
        return t
    except ValueError:
        try:
            days = to_days("t", t)
        except ValueError:
            raise ValueError(f"t: expected years or dates, found {shown(t)}") from None
    years = signed_years(np.broadcast_to(np.fmin.reduce(days, axis=None), days.shape), days)
    return pd.Series(years, index=t.index) if isinstance(t, pd.Series) else years
