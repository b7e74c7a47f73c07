"""The price index of each area: its own, else that of the nearest area around it that has one."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from coopanalysis.dataset.package import Dataset

_STEPS_UP = 8  # commune, district, province, region, country and some more; a circle of parents ends here, too


def price_index(data: Dataset, years: Collection[int] | None = None) -> pd.DataFrame:
    """Consumer prices (annual averages), a row for each area of the list, a column for each year asked for (None: all).

    NaN where neither the area nor one around it has an index for the year; an area takes one whole series, never years of two.
    """
    prices = data.deflators[data.deflators["index"].eq("cpi")]
    by_area = prices.astype({"ref_area": "str"}).pivot_table(index="ref_area", columns="year", values="obs_value", aggfunc="last")
    codes = pd.Series(data.areas.index, index=data.areas.index)
    source, parent = codes.where(codes.isin(by_area.index), ""), data.areas["parent"]
    above = codes
    for _ in range(_STEPS_UP):
        above = parent.reindex(above).set_axis(codes.index).fillna("")
        source = source.mask(source.eq("") & above.isin(by_area.index), above)
    wanted = sorted(by_area.columns if years is None else set(years))
    found = by_area.reindex(index=source, columns=wanted).set_axis(codes.index)
    return found.astype(float) if len(found.columns) else pd.DataFrame(np.empty((len(codes), 0)), index=codes.index)
