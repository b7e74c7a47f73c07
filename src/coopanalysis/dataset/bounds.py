"""What a qualifying word says about a number: the interval it can lie in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

QUALIFIERS = ("exact", "about", "more_than", "less_than", "nearly")
NEARLY_LIMIT = 0.1  # "nearly 100" is no less than 90


def last_digit_unit(values: np.ndarray) -> np.ndarray:
    """One unit of the last significant digit of each number as it is written; trailing zeros are not significant.

    1787 → 1, 214.1 → 0.1, 1800 → 100, 0 → 1. Values in any unit; the result is in the same.
    """

    def unit(value: float) -> float:
        if not np.isfinite(value) or value == 0:
            return 1.0 if value == 0 else np.nan
        mantissa, _, exponent = np.format_float_scientific(abs(value), trim="-").partition("e")
        decimals = len(mantissa.partition(".")[2])
        return float(f"1e{int(exponent) - decimals}")

    unique, inverse = np.unique(values, return_inverse=True)
    return np.array([unit(value) for value in unique])[inverse].reshape(values.shape)


def bounds(value: Any, qualifier: Any) -> tuple[Any, Any]:
    """Lower and upper bound of a qualified figure, in its unit; element by element.

    exact X: [X, X] · about X: X ± half a unit of its last significant digit · more_than X: [X, ∞) · less_than X: [0, X)
    · nearly X: (X − u, X] with u one unit of the last significant digit, at most 10 % of X. For a negative X the same
    rules hold on its size (about −358000 is ±500 around it); less_than a negative X is (−∞, X). A missing value has
    missing bounds. ``ValueError`` names ``value`` if it is no number, and ``qualifier`` if it is unknown or their counts differ.

    >>> bounds(210, "about")
    (205.0, 215.0)
    """
    is_series = isinstance(value, pd.Series)
    numbers, words = _numbers(value), np.asarray(qualifier, dtype=object)
    unknown = sorted({word if isinstance(word, str) else type(word).__name__ for word in words.ravel()} - set(QUALIFIERS))
    if unknown:
        raise ValueError(f"qualifier: unknown {', '.join(map(repr, unknown))}; expected one of {', '.join(QUALIFIERS)}")
    if words.ndim and numbers.ndim and words.shape != numbers.shape:
        raise ValueError(f"qualifier: {words.size} words for {numbers.size} values")
    numbers, words = np.broadcast_arrays(numbers, words)
    unit = last_digit_unit(np.atleast_1d(numbers)).reshape(numbers.shape)
    step = np.minimum(unit, NEARLY_LIMIT * np.abs(numbers))
    cases = [words == word for word in QUALIFIERS]
    floor = np.where(numbers < 0, -np.inf, 0.0)
    lower = np.select(cases, [numbers, numbers - unit / 2, numbers, floor, numbers - step], np.nan)
    upper = np.select(cases, [numbers, numbers + unit / 2, np.full(numbers.shape, np.inf), numbers, numbers], np.nan)
    missing = np.isnan(numbers)
    lower, upper = np.where(missing, np.nan, lower), np.where(missing, np.nan, upper)
    if is_series:
        return pd.Series(lower, index=value.index), pd.Series(upper, index=value.index)
    return (float(lower), float(upper)) if numbers.ndim == 0 else (lower, upper)


def _numbers(value: Any) -> np.ndarray:
    """A float array of the values; None, NaN and pd.NA are missing ones."""
    if isinstance(value, pd.Series | np.ndarray) and isinstance(value.dtype, np.dtype) and value.dtype.kind in "iuf":
        return np.asarray(value, dtype=float)
    try:
        flat = [value] if np.ndim(value) == 0 else np.ravel(np.asarray(value, dtype=object))
        if isinstance(value, pd.DataFrame) or any(isinstance(one, str) for one in flat):
            raise TypeError
        return pd.Series(flat, dtype=object).to_numpy(dtype=float, na_value=np.nan).reshape(np.shape(value))
    except (TypeError, ValueError, OverflowError):
        found = repr(value[:40]) if isinstance(value, str) else type(value).__name__
        raise ValueError(f"value: expected numbers, found {found}") from None
