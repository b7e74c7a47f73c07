"""What figures rest on: the figures of one count with its active part, and when they certainly meet a target."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from coopanalysis.dataset.observations import RELIABILITY
from coopanalysis.display.view import REPORT_EVIDENCE

SURE = RELIABILITY["medium"]  # a title rests on sources of this grade or a better one


@dataclass(frozen=True)
class Evidence:
    """All dated figures of a count and of its active part, and the targets for it."""

    indicator: str
    active: str
    levels: pd.DataFrame
    targets: pd.DataFrame

    @cached_property
    def stated(self) -> pd.DataFrame:
        """Figures of the count itself that are neither derived nor printed again."""
        rows = self.levels
        return rows[rows["indicator"].eq(self.indicator) & ~rows["derived"] & ~rows["repeated"]]

    @cached_property
    def parts(self) -> pd.DataFrame:
        rows = self.levels
        return rows[rows["indicator"].ne(self.indicator) & ~rows["derived"] & ~rows["repeated"]]

    @cached_property
    def derived(self) -> pd.DataFrame:
        return self.levels[self.levels["derived"] & self.levels["indicator"].eq(self.indicator)]

    @cached_property
    def origin(self) -> list[Any]:
        """The first of them as a record, if there is one."""
        return list(self.derived.head(1).itertuples())

    @cached_property
    def aims(self) -> list[Any]:
        """The targets as records."""
        return list(self.targets.itertuples())

    @cached_property
    def report(self) -> pd.Series | None:
        own = self.stated[self.stated["evidence"].eq(REPORT_EVIDENCE)]
        return own.iloc[-1] if len(own) else None


@dataclass(frozen=True)
class Reached:
    """``row``: index of the first figure that certainly meets the target; ``sure``: its source is of medium reliability or better."""

    row: int
    by: pd.Timestamp
    after: pd.Timestamp | None
    sure: bool


def reached(figures: pd.DataFrame, target: float, direction: int = 1) -> Reached | None:
    """The first figure whose bound meets ``target``, from a reliable source if there is one; None if no figure does.

    ``figures``: stated levels with lower, upper, date, period_end and reliability, in order of time. ``after``: the
    last earlier figure of the same grades that certainly misses the target.
    """
    meets = figures["lower"].ge(target) if direction >= 0 else figures["upper"].le(target)
    misses = figures["upper"].lt(target) if direction >= 0 else figures["lower"].gt(target)
    sure = is_sure(figures)
    if not meets.any():
        return None
    graded = (meets & sure).any()
    kept = sure if graded else pd.Series(data=True, index=figures.index)
    first = figures[meets & kept].iloc[0]
    earlier = figures.loc[misses & kept & (figures["date"] < first["date"]), "date"]
    by = first["period_end"] if pd.notna(first["period_end"]) else first["date"]
    return Reached(first.name, by, earlier.max() if len(earlier) else None, bool(graded))


def with_parts(levels: pd.DataFrame, indicator: str, part_of: pd.Series) -> pd.DataFrame:
    """Stated figures of an indicator and of its parts, in order of time: what holds for a part holds for the whole at least."""
    stated = levels[~levels["derived"] & ~levels["repeated"] & levels["date"].notna()]
    whole = stated[stated["indicator"].eq(indicator)]
    parts = stated[stated["indicator"].map(part_of).eq(indicator)]
    return pd.concat([whole, parts.assign(upper=np.inf)]).sort_values("date", kind="stable")


def is_sure(figures: pd.DataFrame) -> pd.Series:
    """True where the source is one that a title may rest on."""
    return figures["reliability"].map(RELIABILITY).le(SURE)
