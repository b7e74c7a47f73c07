"""Contradictions of the sources, found by arithmetic and shown with their sums; nothing is corrected.

A check recomputes from the rows it names. When the data change so that a contradiction goes away, its row says "clean";
a check whose figures are missing says "not_checkable" with a reason. The three are counted apart, never as one number.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from coopanalysis.dataset.package import Dataset
from coopanalysis.metrics._arrays import shown
from coopanalysis.metrics._checks import Answer, AreaFigures, Check, Gaps
from coopanalysis.metrics.check_statements import PeriodNotSure, Repeats, SeveralValues, TargetMayBeNewUnits
from coopanalysis.metrics.check_sums import LOST_ZERO, MONTHS, AverageAgainstPublished, PartsAndWhole, PopulationDiffers, ProductExceeds, SameRatio

__all__ = [
    "LOST_ZERO", "MONTHS", "AverageAgainstPublished", "Check", "PartsAndWhole", "PeriodNotSure", "PopulationDiffers", "ProductExceeds", "Repeats",
    "SameRatio", "SeveralValues", "TargetMayBeNewUnits", "consistency_summary", "consistency_table",
]  # fmt: skip
OUTCOMES = ("found", "clean", "not_checkable")


def consistency_table(
    data: Dataset, checks: Sequence[Check], ref_area: str | Collection[str] | None = None, *, evidence: str = "published"
) -> pd.DataFrame:
    """One row for each area and check, in the order of ``checks``: what was looked for, whether it is there, and the sum.

    ``checks``: instances of the kinds in this module, such as ``ProductExceeds("paid", average="wage", units="workers",
    total="revenue")``; their docstrings say when something is found. ``ref_area``: one code, several, None for all.

    Columns: ref_area; check (its name), kind, indicators (codes it is put to, empty for all); outcome ("found", "clean",
    "not_checkable"), found (bool); reason; values (a dict of the sum's numbers in the indicators' units, rates and shares
    as fractions); rows (numbers of the rows of observations.csv behind it; of targets.csv for targets).

    ``reason`` of not_checkable, with the code it is about in ``values["missing"]``: unknown_indicator (not in the code list),
    no_observation, not_of_one_date (no source gives all figures for one date), too_far_apart, one_point, zero_base,
    rounding_too_coarse, nothing_to_compare, no_target. ``evidence="report"`` leaves out what only other sources say.
    ``ValueError`` names ``ref_area``, ``evidence`` or ``checks`` (no check, or two of one name).
    """
    checks = _checked(checks)
    figures = AreaFigures(data, ref_area, evidence)
    if not checks:
        return pd.DataFrame(columns=["ref_area", "check", "kind", "indicators", "outcome", "found", "reason", "values", "rows"])
    table = pd.concat([_rows(check, figures) for check in checks], ignore_index=True)
    by_area = np.arange(len(table)).reshape(len(checks), -1).T.ravel()
    return table.iloc[by_area].reset_index(drop=True)


def consistency_summary(table: pd.DataFrame) -> pd.DataFrame:
    """One row for each area of a :func:`consistency_table`: how many checks found something, are clean, could not be made.

    Columns: ref_area, found, clean, not_checkable (counts).
    """
    areas = table["ref_area"]
    counts = {name: table["outcome"].eq(name).groupby(areas, sort=False).sum().astype("int64") for name in OUTCOMES}
    return pd.DataFrame(counts).rename_axis("ref_area").reset_index()


def _rows(check: Check, figures: AreaFigures) -> pd.DataFrame:
    """One check's rows, an area each."""
    gaps = Gaps(figures.count)
    unknown = [code for code in check.codes if code not in figures.data.indicators.index]
    if unknown:
        gaps.add(np.ones(figures.count), "unknown_indicator", unknown[0])
        answer = Answer(np.zeros(figures.count), {"missing": gaps.missing}, [()] * figures.count)
    else:
        answer = check.run(figures, gaps)
    clear = gaps.reason == ""
    found = clear & np.asarray(answer.found, dtype=bool)
    table = pd.DataFrame({"ref_area": figures.areas, "check": check.name, "kind": check.kind})
    values, missing = (
        _objects(pd.DataFrame(columns, index=table.index).to_dict("records")) for columns in (answer.values, {"missing": gaps.missing})
    )
    none = _objects([()] * figures.count)
    return table.assign(
        indicators=_objects([check.codes] * figures.count),
        outcome=np.select([~clear, found], ["not_checkable", "found"], "clean"),
        found=found,
        reason=gaps.reason.astype(str),
        values=np.where(clear, values, missing),
        rows=np.where(clear, _objects(answer.rows), none),
    )


def _objects(values: Sequence[object]) -> np.ndarray:
    """An array of dicts or tuples as they are; NumPy alone would make a table of tuples."""
    return pd.Series(list(values), dtype=object).to_numpy()


def _checked(checks: Sequence[Check]) -> list[Check]:
    listed = list(checks) if isinstance(checks, Sequence) and not isinstance(checks, str) else [checks]
    for check in listed:
        if not isinstance(check, Check):
            raise ValueError(f"checks: expected checks such as Repeats('printed again'), found {shown(check)}")
    names = pd.Series([check.name for check in listed], dtype="object")
    if names.duplicated().any():
        raise ValueError(f"checks: two are named {shown(names[names.duplicated()].iloc[0])}")
    return listed
