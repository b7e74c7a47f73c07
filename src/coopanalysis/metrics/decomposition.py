"""Exact decomposition of the change of a product: what each factor contributed, with nothing left over.

Revenue = cooperatives × members per cooperative × real revenue per member × prices. Rows are sub-categories (kinds of
cooperatives, say), columns are factors, and the total is the sum over rows of the product of the row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from coopanalysis.metrics._arrays import Number, T, elementwise, table_of_floats, to_floats


@dataclass(frozen=True)
class Decomposition:
    """``effects``: one for each factor (a Series if they have names); ``total``: what they add or multiply up to.

    ``method`` names the formula. ``reason`` says why effects are nan (zero_value, negative_value, missing_value).
    """

    effects: Any
    total: Any
    method: str
    reason: str = ""


def logarithmic_mean(a: Number[T], b: Number[T]) -> T:
    """L(a, b) = (a − b) / (ln a − ln b), with L(a, a) = a: a mean between the geometric and the arithmetic one.

    Input: two values in one unit. Output: that unit. A value of 0 gives the limit 0. Undefined (nan): a negative or
    missing value. Source: Ang 2005, Energy Policy 33:867.

    >>> logarithmic_mean(5, 5)
    5.0
    """
    (first, second), give = elementwise(a=a, b=b)
    return give(_log_mean(first, second))


def lmdi_additive(x0: Any, x1: Any) -> Decomposition:
    """Additive LMDI-I: the change of the total, split among the factors; ``effects`` add up to ``total``.

    Formula: effect of factor j = Σ over rows i of L(v1_i, v0_i) · ln(x1_ij / x0_ij), v the product of the row and L the
    :func:`logarithmic_mean`; total = Σ v1 − Σ v0.
    Input: ``x0`` and ``x1``, the factors at the earlier and the later date, values ≥ 0: 2-D array or DataFrame (rows
    sub-categories, columns factors), or one row as a list, 1-D array or Series. The unit of a row's product must be the
    same in all rows. Output: effects and total in that unit.
    A row whose product is 0 at one date gives its whole change to the factor that was or became 0, equally if several
    (Ang, Zhang and Choi 1998); a row that is 0 at both dates has no effect.
    Undefined (effects nan, with a reason): a negative or missing value. ``ValueError`` names ``x1`` if its shape or
    labels are not those of ``x0``.
    Sources: Ang 2005, Energy Policy 33:867; Ang 2015, Energy Policy 86:233.

    >>> split = lmdi_additive([10, 2.0], [20, 4.0])
    >>> [round(float(effect), 6) for effect in split.effects], split.total
    ([30.0, 30.0], 60.0)
    """
    table = _Factors(x0, x1)
    return Decomposition(table.by_factor(table.row_effects().sum(axis=0)), table.change(), "lmdi_additive", table.reason())


def lmdi_additive_by_row(x0: Any, x1: Any) -> Decomposition:
    """:func:`lmdi_additive` before its rows are summed: ``effects`` is a table, ``total`` the change of each row.

    Input, units, zeros and errors as there. Output: effects as a 2-D array (a DataFrame if there are labels), total as
    an array (a Series); each row of effects adds up to its total.

    >>> lmdi_additive_by_row([[0, 3.0], [2, 5.0]], [[4, 3.0], [2, 5.0]]).effects.tolist()
    [[12.0, 0.0], [0.0, 0.0]]
    """
    table = _Factors(x0, x1)
    return Decomposition(table.as_table(table.row_effects()), table.by_row(table.last - table.first), "lmdi_additive_by_row", table.reason())


def lmdi_multiplicative(x0: Any, x1: Any) -> Decomposition:
    """Multiplicative LMDI-I: the multiple of the total, split among the factors; ``effects`` multiply up to ``total``.

    Formula: effect of factor j = exp( Σ over rows i of L(v1_i, v0_i) / L(V1, V0) · ln(x1_ij / x0_ij) ), V the sum of
    the rows' products v; total = V1 / V0. All are plain multiples (1.2 is a rise of 20 %).
    Input and errors as in :func:`lmdi_additive`. Undefined (effects nan): a row whose product is 0 at one date (reason
    zero_value), a negative or missing value. A row that is 0 at both dates is left out. Total is nan where V0 is 0.
    Sources: as :func:`lmdi_additive`.

    >>> [round(float(effect), 6) for effect in lmdi_multiplicative([10, 2.0], [20, 5.0]).effects]
    [2.0, 2.5]
    """
    table = _Factors(x0, x1)
    whole0, whole1 = table.first.sum(keepdims=True), table.last.sum(keepdims=True)
    zero = bool(((table.first == 0) != (table.last == 0)).any() or whole0[0] == 0)
    with np.errstate(all="ignore"):
        effects = np.exp(table.row_effects().sum(axis=0) / _log_mean(whole1, whole0))
        total = float(np.where(whole0 > 0, whole1 / whole0, np.nan)[0])
    effects = np.full(effects.shape, np.nan) if zero else effects
    return Decomposition(table.by_factor(effects), total, "lmdi_multiplicative", table.reason() or ("zero_value" if zero else ""))


def shapley_product(x0: Any, x1: Any) -> Decomposition:
    """Shapley's split of the change of the total: the mean effect of a factor over all orders of changing them.

    Formula: effect of factor j = (x1_j − x0_j) · Σ over sets S of the other n − 1 factors of |S|! (n − 1 − |S|)! / n! ·
    product of the later values in S and the earlier values outside; summed over rows. Effects add up to ``total``.
    Input and errors as in :func:`lmdi_additive`; factors may be 0 or negative, which is what it is for.
    Undefined (effects nan): a missing value. Sources: Das Gupta 1993; Ang 2015, Energy Policy 86:233.

    >>> shapley_product([0, 2.0], [3, 4.0]).effects.tolist()
    [9.0, 3.0]
    """
    table = _Factors(x0, x1)
    reason = "missing_value" if np.isnan(table.x1 - table.x0).any() else ""
    return Decomposition(table.by_factor(table.shapley_effects().sum(axis=0)), table.change(), "shapley_product", reason)


def shapley_product_by_row(x0: Any, x1: Any) -> Decomposition:
    """:func:`shapley_product` before its rows are summed, as :func:`lmdi_additive_by_row` is of LMDI."""
    table = _Factors(x0, x1)
    return Decomposition(table.as_table(table.shapley_effects()), table.by_row(table.last - table.first), "shapley_product_by_row", "")


class _Factors:
    """Two dates of the same rows and factors as 2-D arrays, with the labels they came with."""

    def __init__(self, x0: Any, x1: Any):
        self.rows: pd.Index | None = None
        self.factors: pd.Index | None = None
        self.x0 = self._array("x0", x0)
        self.x1 = self._array("x1", x1)
        if self.x1.shape != self.x0.shape:
            raise ValueError(f"x1: its shape {self.x1.shape} is not that of x0 {self.x0.shape} (rows, factors)")
        with np.errstate(all="ignore"):
            self.first, self.last = self.x0.prod(axis=1), self.x1.prod(axis=1)

    def row_effects(self) -> np.ndarray:
        weight = _log_mean(self.last, self.first)[:, None]
        with np.errstate(all="ignore"):
            effects = np.where(self.x0 == self.x1, 0.0, weight * _log_ratio(self.x1, self.x0))
        was_zero, is_zero = (self.first == 0)[:, None], (self.last == 0)[:, None]
        causes = np.where(was_zero, self.x0 == 0, self.x1 == 0)
        share = causes / np.maximum(causes.sum(axis=1, keepdims=True), 1)
        effects = np.where(was_zero != is_zero, share * (self.last - self.first)[:, None], effects)
        effects = np.where(was_zero & is_zero, 0.0, effects)
        undefined = ~((self.x0 >= 0) & (self.x1 >= 0)).all(axis=1, keepdims=True)
        return np.where(undefined, np.nan, effects)

    def shapley_effects(self) -> np.ndarray:
        change, factors = self.x1 - self.x0, self.x0.shape[1]
        # The weight |S|! (n−1−|S|)! / n! is the integral of t^|S| (1−t)^(n−1−|S|) from 0 to 1. So the sum over all sets is
        # the integral of the others' product along the straight way from x0 to x1, a polynomial of degree n − 1, which
        # Gauss and Legendre integrate exactly with n/2 nodes: no loop over n! orders or 2^n sets.
        nodes, weights = np.polynomial.legendre.leggauss(factors // 2 + 1)
        way = self.x0[..., None] + change[..., None] * (nodes + 1) / 2
        others = np.stack([np.delete(way, factor, axis=1).prod(axis=1) @ (weights / 2) for factor in range(factors)], axis=1)
        return change * others

    def reason(self) -> str:
        if np.isnan(self.x0).any() or np.isnan(self.x1).any():
            return "missing_value"
        return "negative_value" if (self.x0 < 0).any() or (self.x1 < 0).any() else ""

    def change(self) -> float:
        # row by row: a large row that stands still must not cost the small changes of others their digits
        return float((self.last - self.first).sum())

    def by_factor(self, values: np.ndarray) -> Any:
        return values if self.factors is None else pd.Series(values, index=self.factors)

    def by_row(self, values: np.ndarray) -> Any:
        return values if self.rows is None else pd.Series(values, index=self.rows)

    def as_table(self, values: np.ndarray) -> Any:
        return values if self.factors is None else pd.DataFrame(values, index=self.rows, columns=self.factors)

    def _array(self, name: str, value: Any) -> np.ndarray:
        """A 2-D array with the labels checked against those seen first, in their order."""
        if isinstance(value, pd.Series):
            value = value.to_frame().T
            value.index = pd.RangeIndex(1)
        if isinstance(value, pd.DataFrame):
            if self.factors is None or self.rows is None:
                self.rows, self.factors = value.index, value.columns
            elif len(value) != len(self.rows) or len(value.columns) != len(self.factors):
                expected = (len(self.rows), len(self.factors))
                raise ValueError(f"{name}: its shape {value.shape} is not that of x0 {expected} (rows, factors)")
            elif not (value.index.equals(self.rows) and value.columns.equals(self.factors)):
                unique = all(labels.is_unique for labels in (value.index, value.columns, self.rows, self.factors))
                if not (unique and value.index.isin(self.rows).all() and value.columns.isin(self.factors).all()):
                    raise ValueError(f"{name}: its row or factor names are not those of x0")
                value = value.reindex(index=self.rows, columns=self.factors)
        array = table_of_floats(name, value) if isinstance(value, pd.DataFrame) else np.atleast_2d(to_floats(name, value))
        if array.ndim != 2 or array.size == 0:
            raise ValueError(f"{name}: expected one row of factors, or rows of sub-categories with columns of factors")
        return array


def _log_mean(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    low, high = np.minimum(first, second), np.maximum(first, second)
    with np.errstate(all="ignore"):
        mean = np.where(high == low, high, (high - low) / _log_ratio(high, low))
    return np.where(low == 0, 0.0, np.where(low > 0, mean, np.nan))


def _log_ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """ln(above / below). Where the two nearly agree log1p keeps all digits; far apart the quotient could overflow."""
    return np.where(np.abs(above - below) <= below / 2, np.log1p((above - below) / below), np.log(above) - np.log(below))
