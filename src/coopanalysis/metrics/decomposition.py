"""Exact decomposition of the change of a product: which factor contributed how much, with nothing left over."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import factorial
from typing import Any

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Decomposition:
    """``effects``: one for each factor (a Series where the input named its factors); ``total``: what they make up.

    Additive effects add up to ``total`` (last − first, in the unit of the product); multiplicative ones multiply up to it
    (last ÷ first). ``method`` names the formula; ``reason`` is zero_value where the result is undefined, else "".
    """

    effects: Any
    total: float
    method: str
    reason: str = ""


def logarithmic_mean(a: Any, b: Any) -> Any:
    """L(a, b) = (a − b) ÷ (ln a − ln b), L(a, a) = a; in the unit of a and b. Undefined (NaN) unless both are positive."""
    first, second = np.broadcast_arrays(np.asarray(a, dtype=float), np.asarray(b, dtype=float))
    with np.errstate(all="ignore"):
        # log1p keeps the difference of logarithms exact where the two values nearly agree
        gap = np.log1p((first - second) / second)
        mean = np.where(gap == 0, first, (first - second) / gap)
    mean = np.where((first > 0) & (second > 0), mean, np.nan)
    return float(mean) if mean.ndim == 0 else mean


def lmdi_additive_by_row(x0: Any, x1: Any) -> Any:
    """Additive LMDI effects of each row (sub-category) and factor: L(p1, p0) × ln(x1 ÷ x0), p the row's product.

    ``x0``, ``x1``: factors at the first and last date, rows are sub-categories, columns factors (a 1-D input is one row),
    values ≥ 0. Returns an array (or DataFrame) of that shape in the unit of the product; each row adds up to p1 − p0.
    A row whose product is zero at one date gives its whole change to the factor that was or became zero, equally if
    several (Ang, Zhang and Choi 1998); a row that is zero at both has no effect. Negative values: NaN.
    Raises ``ValueError`` if the shapes differ. Source: Ang 2005, Energy Policy 33:867; Ang 2015, 86:233.
    """
    first, last = _matrices(x0, x1)
    p0, p1 = first.prod(axis=1, keepdims=True), last.prod(axis=1, keepdims=True)
    with np.errstate(all="ignore"):
        weights = np.asarray(logarithmic_mean(p1, p0)).reshape(p0.shape)
        effects = weights * np.log1p((last - first) / first)
    effects = np.where(first == last, 0.0, effects)
    zero = np.where(p0 == 0, first == 0, last == 0)
    shares = zero / np.maximum(zero.sum(axis=1, keepdims=True), 1)
    effects = np.where((p0 == 0) ^ (p1 == 0), shares * (p1 - p0), effects)
    effects = np.where((p0 == 0) & (p1 == 0), 0.0, effects)
    effects = np.where((np.minimum(first, last) < 0).any(axis=1, keepdims=True), np.nan, effects)
    return _named(effects, x0)


def lmdi_additive(x0: Any, x1: Any) -> Decomposition:
    """Additive LMDI: effects of each factor, summed over the rows; they add up to the change of the total.

    Inputs, zeros and errors as in :func:`lmdi_additive_by_row`. Source: Ang 2005.
    """
    first, last = _matrices(x0, x1)
    rows = np.asarray(lmdi_additive_by_row(x0, x1), dtype=float)
    effects = np.atleast_2d(rows).sum(axis=0)
    total = float(last.prod(axis=1).sum() - first.prod(axis=1).sum())
    return Decomposition(_named_factors(effects, x0), total, "lmdi_additive", "negative_value" if np.isnan(effects).any() else "")


def lmdi_multiplicative(x0: Any, x1: Any) -> Decomposition:
    """Multiplicative LMDI-I: effect = exp(Σ rows L(p1, p0) ÷ L(P1, P0) × ln(x1 ÷ x0)); effects multiply up to P1 ÷ P0.

    Inputs and errors as in :func:`lmdi_additive_by_row`; P is the sum of the rows' products. Undefined (NaN, reason
    zero_value) if a product is zero at one date only. Effects and total are plain multiples. Source: Ang 2005.
    """
    first, last = _matrices(x0, x1)
    p0, p1 = first.prod(axis=1), last.prod(axis=1)
    whole0, whole1 = p0.sum(), p1.sum()
    if ((p0 == 0) ^ (p1 == 0)).any() or whole0 <= 0 or whole1 <= 0 or (np.minimum(first, last) < 0).any():
        undefined = np.full(first.shape[1], np.nan)
        return Decomposition(_named_factors(undefined, x0), float("nan"), "lmdi_multiplicative", "zero_value")
    rows = np.atleast_2d(np.asarray(lmdi_additive_by_row(x0, x1), dtype=float))
    effects = np.exp(rows.sum(axis=0) / logarithmic_mean(whole1, whole0))
    return Decomposition(_named_factors(effects, x0), float(whole1 / whole0), "lmdi_multiplicative")


def shapley_product(x0: Any, x1: Any) -> Decomposition:
    """The mean contribution of each factor over all orders in which the factors could have changed; zeros are welcome.

    Inputs and errors as in :func:`lmdi_additive_by_row`; additive, in the unit of the product. With n factors the work
    grows as n·2^(n−1), so it is for a handful of factors. Source: Shapley 1953; Ang 2004 on its use for products.
    """
    first, last = _matrices(x0, x1)
    count = first.shape[1]
    effects = np.zeros(count)
    for factor in range(count):
        others = [other for other in range(count) if other != factor]
        for size in range(count):
            weight = factorial(size) * factorial(count - size - 1) / factorial(count)
            for changed in combinations(others, size):
                mixed = first.copy()
                mixed[:, changed] = last[:, changed]
                without = np.delete(mixed, factor, axis=1).prod(axis=1)
                effects[factor] += weight * float(((last[:, factor] - first[:, factor]) * without).sum())
    total = float(last.prod(axis=1).sum() - first.prod(axis=1).sum())
    return Decomposition(_named_factors(effects, x0), total, "shapley_product")


def _matrices(x0: Any, x1: Any) -> tuple[np.ndarray, np.ndarray]:
    first, last = (np.array(value, dtype=float) for value in (x0, x1))
    if first.shape != last.shape:
        raise ValueError(f"x1: expected the shape of x0, {first.shape}; found {last.shape}")
    if first.ndim not in (1, 2) or first.size == 0:
        raise ValueError("x0: expected one row of factors, or rows of sub-categories with columns of factors")
    return np.atleast_2d(first), np.atleast_2d(last)


def _named(effects: np.ndarray, x0: Any) -> Any:
    if isinstance(x0, pd.DataFrame):
        return pd.DataFrame(effects, index=x0.index, columns=x0.columns)
    if isinstance(x0, pd.Series):
        return pd.Series(effects[0], index=x0.index)
    return effects[0] if np.ndim(x0) == 1 else effects


def _named_factors(effects: np.ndarray, x0: Any) -> Any:
    if isinstance(x0, pd.DataFrame):
        return pd.Series(effects, index=x0.columns)
    return pd.Series(effects, index=x0.index) if isinstance(x0, pd.Series) else effects
