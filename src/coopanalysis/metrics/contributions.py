"""Where growth of revenue came from: number of cooperatives, members in each, real revenue per member, prices."""

from __future__ import annotations

import numpy as np
import pandas as pd

from coopanalysis.dataset.observations import select
from coopanalysis.dataset.package import Dataset
from coopanalysis.metrics._arrays import check_choice
from coopanalysis.metrics.comparison import base_year, pair_dates, price_index
from coopanalysis.metrics.decomposition import lmdi_additive, lmdi_multiplicative, shapley_product

FACTORS = ("cooperatives", "members_per_cooperative", "real_revenue_per_member", "prices")
_NEEDED = ["htx_total", "members", "revenue_total"]


def decomposition_table(
    dataset: Dataset,
    *,
    ref_area: str = "VN-28",
    evidence: str = "report",
    start: int = 2003,
    end: int = 2018,
    price_base: int | None = None,
    method: str = "lmdi",
) -> pd.DataFrame:
    """Revenue growth between two years, split exactly: revenue = cooperatives × members per cooperative × real revenue
    per member × prices.

    One row for each factor: factor, start_value, end_value (cooperatives; members per cooperative; million VND per
    member in ``price_base`` prices, default ``end``; price index, ``price_base`` = 1), effect (million VND; the four
    add up to total_change), share (of total_change), multiplier (the four multiply up to total_end/total_start; NaN
    for Shapley), method, reason, total_start, total_end, total_change, price_base, derived.
    ``method``: "lmdi" (Ang 2005) or "shapley" (mean over all orders). ``ValueError`` names it, or an argument as in
    :func:`growth_table`.
    If a value is missing, the four rows have NaN and ``reason`` no_observation or no_price_index.
    """
    check_choice("method", method, ("lmdi", "shapley"))
    base = base_year(start, end, price_base)
    levels = select(dataset, ref_area=ref_area, evidence=evidence, indicator=_NEEDED)
    pairs = pair_dates(levels, start, end, pd.Index(_NEEDED)).set_index("indicator")
    prices = price_index(dataset, ref_area)
    values = {}
    for side, year in (("start", start), ("end", end)):
        cooperatives, members, revenue = (float(pairs.at[code, f"{side}_value"]) for code in _NEEDED)
        level = prices.get(year, np.nan) / prices.get(base, np.nan)
        values[side] = [cooperatives, members / cooperatives, revenue / members / level, level]
    table = pd.DataFrame({"factor": FACTORS, "start_value": values["start"], "end_value": values["end"]})
    missing_price = np.isnan(values["start"][3]) or np.isnan(values["end"][3])
    if pairs["reason"].ne("").any() or missing_price:
        reason = "no_observation" if pairs["reason"].ne("").any() else "no_price_index"
        return table.assign(
            effect=np.nan,
            share=np.nan,
            multiplier=np.nan,
            method=method,
            reason=reason,
            total_start=np.nan,
            total_end=np.nan,
            total_change=np.nan,
            price_base=base,
            derived=False,
        )
    split = (lmdi_additive if method == "lmdi" else shapley_product)(values["start"], values["end"])
    effects = np.ravel(np.asarray(split.effects, dtype=float))
    total = float(split.total)
    multipliers = np.ravel(np.asarray(lmdi_multiplicative(values["start"], values["end"]).effects, dtype=float))
    return table.assign(
        effect=effects,
        share=effects / total if total else np.nan,
        multiplier=multipliers if method == "lmdi" else np.nan,
        method=split.method,
        reason="",
        total_start=float(np.prod(values["start"])),
        total_end=float(np.prod(values["end"])),
        total_change=total,
        price_base=base,
        derived=bool(pairs["start_derived"].any()),
    )
