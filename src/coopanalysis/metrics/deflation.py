"""Money in the prices of one period (another base period for the index itself: ``rebase``).

Flows of a year (revenue, profit, income) use the annual average index; stocks at year end (capital) should use the
December index. Where only annual averages are held, the tables say so in ``price_note``.
"""

from __future__ import annotations

import numpy as np

from coopanalysis.metrics._arrays import Number, T, elementwise


def deflate(nominal: Number[T], cpi: Number[T], cpi_base: Number[T]) -> T:
    """Money in the prices of the base period: nominal × cpi_base / cpi.

    Input: an amount in current prices; the price index of its period and of the base period, on one scale.
    Output: the amount in prices of the base period, same unit.
    Undefined (nan): an index ≤ 0, or a value missing.
    Source: World Bank, WDI sources and methods (constant prices).

    >>> deflate(150, 120, 100)
    125.0
    """
    (amount, prices, base), give = elementwise(nominal=nominal, cpi=cpi, cpi_base=cpi_base)
    with np.errstate(all="ignore"):
        return give(np.where((prices > 0) & (base > 0), amount * base / prices, np.nan))
