"""Prices: another base period for an index, and money in the prices of one period.

Flows of a year (revenue, profit, income) use the annual average index; stocks at year end (capital) should use the
December index. Where only annual averages are held, the tables say so in ``price_note``.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from coopanalysis.metrics._arrays import Number, elementwise, shown


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
    if isinstance(index, Mapping):
        index = pd.Series(dict(index), dtype=float)
    if not isinstance(index, pd.Series):
        raise ValueError(f"index: expected a Series by period, found {type(index).__name__}")
    try:
        hash(new_base)
    except TypeError:
        raise ValueError(f"new_base: expected one period, found {shown(new_base)}") from None
    here = np.asarray(index.index == new_base)
    if here.sum() != 1:
        periods = f"{index.index.min()} to {index.index.max()}" if len(index) else "none"
        found = "stands there more than once" if here.any() else f"is not among its periods ({periods})"
        raise ValueError(f"new_base: {shown(new_base)} {found}")
    (values,), form = elementwise(index=index)
    with np.errstate(all="ignore"):
        positive = np.where(values > 0, values, np.nan)
        return form.give(positive / positive[here] * 100).rename(index.name)


def deflate(nominal: Number, cpi: Number, cpi_base: Number) -> Number:
    """Money in the prices of the base period: nominal × cpi_base / cpi.

    Input: an amount in current prices; the price index of its period and of the base period, on one scale.
    Output: the amount in prices of the base period, same unit.
    Undefined (nan): an index ≤ 0, or a value missing.
    Source: World Bank, WDI sources and methods (constant prices).

    >>> deflate(150, 120, 100)
    125.0
    """
    (amount, prices, base), form = elementwise(nominal=nominal, cpi=cpi, cpi_base=cpi_base)
    with np.errstate(all="ignore"):
        return form.give(np.where((prices > 0) & (base > 0), amount * base / prices, np.nan))
