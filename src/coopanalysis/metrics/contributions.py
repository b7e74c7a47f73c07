"""Where growth of a total came from: a chain of factors (units, members in each, real amount per member, prices)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from coopanalysis.dataset import choose
from coopanalysis.dataset.package import Dataset
from coopanalysis.metrics._arrays import check_choice, shown
from coopanalysis.metrics.comparison import growth_table, years_of
from coopanalysis.metrics.decomposition import lmdi_additive_by_row, shapley_product_by_row

PRICES = "prices"


def decomposition_table(
    data: Dataset,
    ref_area: str | Collection[str] | None = None,
    *,
    chain: Sequence[str] | None = None,
    evidence: str = "published",
    start: int | None = None,
    end: int | None = None,
    price_base: int | None = None,
    method: str = "lmdi",
) -> pd.DataFrame:
    """Growth of a total between two years, split exactly among a chain of factors, for one area, several or all.

    ``chain``: indicator codes a, b, …, total: total = a × b/a × … × total/… and, where the total is money, × prices, the
    last quotient then in prices of ``price_base`` (default: ``end``). With cooperatives, members and revenue that is
    cooperatives × members per cooperative × real revenue per member × prices. None: the package's default (no rows without one).

    One row for each area and factor: ref_area, factor (the code, "b/a", "prices"), start_value, end_value (prices:
    ``price_base`` = 1), effect (in the total's unit; they add up to total_change), share (of total_change), multiplier (they
    multiply up to total_end / total_start; NaN for Shapley), method, reason, total_start, total_end, total_change,
    price_base, derived. ``method``: "lmdi" (Ang 2005) or "shapley" (mean over all orders). Where an area cannot be split
    effects are NaN and ``reason`` says why (as in :func:`growth_table`, no_price_index, zero_value). ``ValueError`` names
    ``chain`` unless it is two different codes or more, ``method``, or an argument as there.
    """
    check_choice("method", method, ("lmdi", "shapley"))
    codes = list(data.defaults.chain) if chain is None else _checked(chain)
    start, end, base = years_of(data, start, end, price_base)
    growth = growth_table(data, ref_area, evidence=evidence, start=start, end=end, price_base=base)
    growth = growth[growth["indicator"].isin(codes)].set_index(["ref_area", "indicator"])
    areas = choose.areas_of(data, ref_area) if codes else []
    rows = growth.reindex(pd.MultiIndex.from_product([areas, codes], names=growth.index.names))
    if not areas:
        codes = codes or ["", ""]
    money = codes[-1] in data.indicators.index and bool(data.indicators.at[codes[-1], "monetary"])
    factors = [codes[0], *(f"{later}/{earlier}" for earlier, later in pairwise(codes)), *([PRICES] if money else [])]
    sides = {side: _factors(rows, side, len(codes), money) for side in ("start", "end")}
    reason = _reasons(rows, sides, len(codes), money)
    known = reason == ""
    split: Any = lmdi_additive_by_row if method == "lmdi" else shapley_product_by_row
    effects, change = np.full(sides["start"].shape, np.nan), np.full(len(areas), np.nan)
    if known.any():
        made = split(sides["start"][known], sides["end"][known])
        effects[known], change[known] = made.effects, made.total
    with np.errstate(all="ignore"):
        # of one row the multiplicative effect of a factor is its own quotient (exp(L/L · ln(x1/x0)))
        multiplier = np.where(known[:, None] & (method == "lmdi"), sides["end"] / sides["start"], np.nan)
        share = np.where(change[:, None] != 0, effects / change[:, None], np.nan)
    repeated = {
        "method": {"lmdi": "lmdi_additive", "shapley": "shapley_product"}[method], "reason": reason,
        "total_start": np.where(known, sides["start"].prod(axis=1), np.nan), "total_end": np.where(known, sides["end"].prod(axis=1), np.nan),
        "total_change": change, "price_base": base, "derived": known & rows["start_derived"].eq(True).to_numpy().reshape(len(areas), -1).any(axis=1),
    }  # fmt: skip
    by_area = {name: np.repeat(np.broadcast_to(values, len(areas)), len(factors)) for name, values in repeated.items()}
    values = {"start_value": sides["start"], "end_value": sides["end"], "effect": effects, "share": share, "multiplier": multiplier}
    return pd.DataFrame(
        {
            "ref_area": np.repeat(np.array(areas, dtype=object), len(factors)),
            "factor": factors * len(areas),
            **{name: cells.ravel() for name, cells in values.items()},
            **by_area,
        }
    ).astype({"ref_area": "str", "reason": "str"})


def _checked(chain: Any) -> list[str]:
    codes = [] if isinstance(chain, str) else list(chain)
    if len(codes) < 2 or len(set(codes)) < len(codes):
        raise ValueError(f"chain: expected two or more different indicator codes, the total last, found {shown(chain)}")
    return codes


def _factors(rows: pd.DataFrame, side: str, length: int, money: bool) -> np.ndarray:
    """A row for each area: the first code, quotients of neighbours, and the price level where the total is money."""
    values = rows[f"{side}_value"].to_numpy(dtype=float).reshape(-1, length)
    with np.errstate(all="ignore"):
        parts = [values[:, 0], *(values[:, at] / values[:, at - 1] for at in range(1, length))]
        if money:
            # nominal over real is the price level; a total of 0 has none, which is told as a reason
            real = rows[f"real_{side}_value"].to_numpy(dtype=float).reshape(-1, length)[:, -1]
            level = values[:, -1] / real
            parts = [*parts[:-1], parts[-1] / level, level]
    return np.column_stack(parts) if len(values) else np.empty((0, len(parts)))


def _reasons(rows: pd.DataFrame, sides: dict[str, np.ndarray], length: int, money: bool) -> np.ndarray:
    """The first reason of the chain, the price index, or a zero that has no quotient; "" where all is there."""
    told = rows["reason"].fillna("no_observation").to_numpy(dtype=object).reshape(-1, length)
    told = np.where(told == "zero_base", "zero_value", told)
    reason = told[np.arange(len(told)), (told != "").argmax(axis=1)]
    if money:
        prices = rows["real_reason"].eq("no_price_index").to_numpy().reshape(-1, length)[:, -1]
        reason = np.where((reason == "") & prices, "no_price_index", reason)
    undefined = ~np.isfinite(np.hstack([sides["start"], sides["end"]])).all(axis=1)
    return np.where((reason == "") & undefined, "zero_value", reason)
