"""A package as it shows itself to an analyst: overview, levels of an indicator, what an indicator is."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd

from coopanalysis.dataset import choose
from coopanalysis.dataset.frames import Frames
from coopanalysis.dataset.observations import GRADES
from coopanalysis.dataset.schema import Defaults
from coopanalysis.errors import nearest, shown

_LISTED = 6  # codes named in one line of the overview


def overview(data: Frames) -> str:
    """Name, areas, indicators, dates, sources and targets in ten lines at most."""
    frame = data.observations
    dates = frame["date"].dropna()
    reports = data.sources.index[data.sources["evidence"].eq("report")]
    span = f"{dates.min():%Y-%m-%d} to {dates.max():%Y-%m-%d}" if len(dates) else "none"
    prices = data.deflators["year"]
    lines = [
        f"Dataset {data.descriptor.get('name', '')} {data.descriptor.get('version', '')}".rstrip(),
        f"  areas        {_listed(data.areas.index[data.areas.index.isin(frame['ref_area'].unique())])}",
        f"  indicators   {_listed(data.indicators.index[data.indicators.index.isin(frame['indicator'].unique())])}",
        f"  observations {len(frame):,}, of them {int(frame['derived'].sum()):,} derived, {int(frame['repeated'].sum()):,} repeated; dates {span}",
        f"  targets      {len(data.targets):,} ({_listed(sorted(data.targets['date'].dt.year.unique()))})",
        f"  prices       {f'{prices.min()} to {prices.max()}' if len(prices) else 'none'}",
        f"  sources      {len(data.sources):,}; report: {_listed(reports)}",
        "  .levels(code), .describe(code), .observations, .indicators, .areas; tables in coopanalysis.metrics",
    ]
    return "\n".join(lines)


def levels(data: Frames, indicators: Collection[str] | None, ref_area: str | Collection[str] | None, evidence: str) -> pd.DataFrame:
    """See :meth:`Dataset.levels`."""
    rows = data.observations[choose.statements(data, ref_area, evidence, indicators)]
    place = [rows[name].cat.codes.to_numpy() for name in ("ref_area", "indicator")]
    rows = rows.iloc[np.lexsort((rows["row"], rows["grade"], rows["date"], data.indicators["sort_key"].to_numpy()[place[1]], place[0]))]
    listed, source = data.indicators.loc[rows["indicator"].astype("str")], data.sources.loc[rows["source"].astype("str")]
    text = rows.dtypes.eq("category")
    return rows.astype({name: "str" for name in rows.columns[text]}).assign(
        label=listed["label_en"].to_numpy(), unit=listed["unit"].to_numpy(), evidence=source["evidence"].to_numpy(),
        reliability=source["reliability"].to_numpy(),
    )[["ref_area", "indicator", "label", "date", "obs_value", "unit", "qualifier", "obs_status", "time_period", "source", "evidence", "reliability",
       "derived", "derivation", "repeated", "dated", "lower", "upper", "date_assumed", "stated_date", "period_start", "period_end", "comment", "row",
       "change_row"]].reset_index(drop=True)  # fmt: skip


def describe(data: Frames, code: str) -> pd.DataFrame:
    """See :meth:`Dataset.describe`."""
    if code in data.ratios.index:
        ratio = data.ratios.loc[code]
        lines: dict[str, Any] = {
            "ratio": ratio["label_en"],
            "formula": f"{ratio['numerator']} / {ratio['denominator']}",
            "unit": ratio["unit"],
            "beware": ratio["note_en"],
        }
        return _lines(lines, code)
    if code not in data.indicators.index:
        known = [*data.indicators.index, *data.ratios.index]
        raise ValueError(f"indicator: unknown {shown(code)}; {nearest(code, known)}See data.indicators and data.ratios")
    indicator, rows = data.indicators.loc[code], data.observations[data.observations["indicator"].eq(code)]
    stated = rows[~rows["derived"] & rows["measure"].eq("level")]
    grades = (stated["grade"] % 3).value_counts()
    beware = {
        "qualified": int(stated["qualifier"].ne("exact").sum()), "undated": int(stated["date"].isna().sum()),
        "repeated": int(stated["repeated"].sum()), "estimated or preliminary": int(stated["obs_status"].isin(["E", "F", "P"]).sum()),
    }  # fmt: skip
    lines = {
        "indicator": indicator["label_en"],
        "definition": indicator["definition_en"],
        "unit": indicator["unit"],
        "kind": f"{indicator['kind']}, {indicator['group']}{', money' if indicator['monetary'] else ''}",
        "part of": indicator["part_of"],
        "areas": _listed(stated["ref_area"].astype("str").unique()),
        "figures": f"{len(stated)}, {stated['date'].min():%Y-%m-%d} to {stated['date'].max():%Y-%m-%d}"
        if stated["date"].notna().any()
        else str(len(stated)),
        "sources": _listed(stated["source"].astype("str").unique()),
        "reliability": ", ".join(f"{grades.get(place, 0)} {name}" for place, name in enumerate(GRADES)),
        "beware": "; ".join(f"{count} {name}" for name, count in beware.items() if count),
        "supplier": indicator["supplier_en"],
    }
    return _lines(lines, code)


def defaults(data: Frames) -> Defaults:
    """See :attr:`Dataset.defaults`."""
    given = Defaults.model_validate(data.descriptor.get("defaults", {}))
    dated = choose.levels(data)
    area = given.ref_area or (str(dated["ref_area"].iloc[0]) if len(dated) else data.areas.index[0])
    start, end = given.start, given.end
    if start is None or end is None:
        own = dated[dated["ref_area"].eq(area)]
        counts = own.assign(year=own["date"].dt.year).drop_duplicates(["indicator", "year"])["year"].value_counts()
        years = sorted(int(year) for year in counts.sort_index(ascending=False).sort_values(ascending=False, kind="stable").index[:2])
        first, last = (years[0], years[-1]) if years else (2000, 2001)
        start, end = (first if start is None else start), (last if end is None else end)
        if start >= end:  # one year of figures alone: every row says what is missing
            start, end = (start, start + 1) if given.end is None else (end - 1, end)
    return Defaults(ref_area=area, start=start, end=end, target_years=given.target_years, chain=given.chain)


def _listed(codes: Collection[Any]) -> str:
    codes = [str(code) for code in codes]
    return ", ".join(codes[:_LISTED]) + (f" … ({len(codes)})" if len(codes) > _LISTED else "")


def _lines(lines: dict[str, Any], code: str) -> pd.DataFrame:
    kept = {name: value for name, value in lines.items() if value}
    return pd.DataFrame({code: list(kept.values())}, index=list(kept))
