"""Which figure stands for a day, a year or a period: decided here and nowhere else, for any number of areas at once.

No repeats; the latest date in the period asked for; on one date the report before others, then the better reliability,
then the file's order. Two figures are compared only if one family of sources counted both and, for flows, over spans of
equal length.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import pandas as pd

from coopanalysis.dataset.frames import Frames
from coopanalysis.errors import nearest, shown

SERIES = ["ref_area", "indicator"]
EVIDENCE = ("report", "published")
REPORT_GRADES = 3  # grades below are those of the report
_MONTHS, _FAMILIES = 100_000, 10_000  # room for each in one number


def areas_of(data: Frames, ref_area: str | Collection[str] | None) -> list[str]:
    """The codes asked for: one, several, or all (None). ``ValueError`` names the argument and the nearest code."""
    known = data.areas.index
    several = isinstance(ref_area, Collection | np.ndarray | pd.Series) and not isinstance(ref_area, str)
    wanted: list[Any] = list(known) if ref_area is None else list(ref_area) if several else [ref_area]
    if unknown := [code for code in wanted if not isinstance(code, str) or code not in known]:
        listed = ", ".join(known[:8]) + (f" and {len(known) - 8} more" if len(known) > 8 else "")
        raise ValueError(f"ref_area: unknown {', '.join(map(shown, unknown[:5]))}; {nearest(unknown[0], known)}The area code list has {listed}")
    return list(dict.fromkeys(wanted))


def levels(
    data: Frames, ref_area: str | Collection[str] | None = None, evidence: str = "published", indicator: str | Collection[str] | None = None
) -> pd.DataFrame:
    """Dated levels, stated and derived, without repeats: rows of ``data.observations`` in its order, filtered first.

    ``ref_area``, ``indicator``: one code, several, or None for all. ``evidence``: "report" keeps the sources graded so,
    "published" keeps all. ``ValueError`` names the argument that is none of these. The input stays as it was.
    """
    return data.observations[is_level(data, ref_area, evidence, indicator)]


def is_level(
    data: Frames, ref_area: str | Collection[str] | None = None, evidence: str = "published", indicator: str | Collection[str] | None = None
) -> np.ndarray:
    """Which rows of ``data.observations`` :func:`levels` gives (bool by row): a table filters further before it copies anything."""
    frame = data.observations
    return statements(data, ref_area, evidence, indicator) & ~frame["repeated"].to_numpy() & ~np.isnat(frame["date"].to_numpy())


def statements(
    data: Frames, ref_area: str | Collection[str] | None = None, evidence: str = "published", indicator: str | Collection[str] | None = None
) -> np.ndarray:
    """Which rows of ``data.observations`` are levels of the areas, indicators and kind of evidence asked for (bool by row)."""
    if evidence not in EVIDENCE:
        raise ValueError(f"evidence: unknown {shown(evidence)}; expected report or published")
    frame = data.observations
    keep = frame["measure"].eq("level").to_numpy(copy=True)
    areas = areas_of(data, ref_area)
    if ref_area is not None:
        keep &= frame["ref_area"].isin(areas).to_numpy()
    if indicator is not None:
        codes = [indicator] if isinstance(indicator, str) else list(indicator)
        if unknown := [code for code in codes if code not in data.indicators.index]:
            raise ValueError(f"indicator: unknown {shown(unknown[0])}; {nearest(unknown[0], data.indicators.index)}See data.indicators")
        keep &= frame["indicator"].isin(codes).to_numpy()
    if evidence == "report":
        keep &= frame["grade"].lt(REPORT_GRADES).to_numpy()
    return keep


def order(figures: pd.DataFrame, *, first: Sequence[np.ndarray] = (), latest: bool = True) -> np.ndarray:
    """Places of the figures, the one that stands first: latest (or earliest) date, report, reliability, file's order.

    ``first``: keys that count before the date, the most important one first.
    """
    day = figures["date"].to_numpy().astype("int64")
    return np.lexsort((figures["row"].to_numpy(), figures["grade"].to_numpy(), -day if latest else day, *reversed(first)))


def best(figures: pd.DataFrame, by: Sequence[str] = SERIES) -> pd.DataFrame:
    """One row for each key (default: area and indicator): the figure that stands."""
    return figures.iloc[order(figures)].drop_duplicates(list(by))


def earliest(figures: pd.DataFrame, by: Sequence[str] = SERIES) -> pd.DataFrame:
    """One row for each key: the figure that stands on the earliest date."""
    return figures.iloc[order(figures, latest=False)].drop_duplicates(list(by))


def in_year(figures: pd.DataFrame, year: int) -> np.ndarray:
    """Which figures are dated in the year. Bounds of days and not ``dt.year``, which takes fifty times as long on a million rows."""
    day = figures["date"].to_numpy()
    return (day >= np.datetime64(f"{year:04d}-01-01")) & (day <= np.datetime64(f"{year:04d}-12-31"))


def families(data: Frames, figures: pd.DataFrame) -> np.ndarray:
    """A number for the family of sources of each figure: who counts how."""
    return pd.factorize(data.sources["family"])[0][figures["source"].cat.codes.to_numpy()]


def months(figures: pd.DataFrame) -> np.ndarray:
    """Length of the stated span in months. A flow that names no span (undated, or a day: "at 31 December") is read as a year's."""
    first, last = (figures[f"period_{end}"].to_numpy() for end in ("start", "end"))
    length = (last + np.timedelta64(1, "D")).astype("datetime64[M]") - first.astype("datetime64[M]")
    return np.where(np.isnat(first) | np.isnat(last) | (first == last), 12, length.astype("int64"))


def pair(start: pd.DataFrame, end: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """For each series the two figures that are compared, one of each year: two frames with ``series`` as index.

    Input: the candidates of both years with date, grade, row and the whole numbers ``series``, ``months`` (0 unless a
    flow) and ``family``. Of what both years have the longest span counts, then the figure that stands at the end decides
    the family. A series without a common span and family gets the figure that stands in each year: the caller tells why
    they cannot be compared (see :func:`incomparable`).
    """
    start, end = (side.assign(basis=(side["series"] * _MONTHS + side["months"]) * _FAMILIES + side["family"]) for side in (start, end))
    alone = ~end["basis"].isin(start["basis"]).to_numpy()
    span = np.where(alone, 0, end["months"])
    last = end.iloc[order(end, first=[end["series"].to_numpy(), alone, -span])].drop_duplicates("series").set_index("series")
    wanted = last["basis"].reindex(start["series"]).to_numpy()
    others = start["basis"].to_numpy() != wanted
    first = start.iloc[order(start, first=[start["series"].to_numpy(), others])].drop_duplicates("series").set_index("series")
    return first, last


def incomparable(first: pd.DataFrame, last: pd.DataFrame) -> np.ndarray:
    """Why two figures of one row cannot be compared, "" if they can: no_observation…, unequal_periods, other_family."""
    no_first, no_last = (side["obs_value"].isna().to_numpy() for side in (first, last))
    unequal, others = (first[name].ne(last[name]).to_numpy() for name in ("months", "family"))
    reasons = ["no_observation", "no_observation_at_start", "no_observation_at_end", "unequal_periods", "other_family"]
    return np.select([no_first & no_last, no_first, no_last, unequal, others], reasons, "")
