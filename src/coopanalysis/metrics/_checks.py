"""What every check of consistency works with: figures by area, why an area has none, and the form of an answer.

The kinds stand in ``check_sums`` and ``check_statements``.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

import numpy as np
import pandas as pd

from coopanalysis.dataset import choose
from coopanalysis.dataset.package import Dataset

STATED, OWN, OTHERS = "stated by the report", "of the report, derived ones too", "stated by other sources"
YEARS_APART = 5  # figures of different sources further apart than this differ for other reasons: prices, growth
_NEAR = np.timedelta64(round(YEARS_APART * 365.25), "D")
_KEY = ["area", "source", "date"]


class Gaps:
    """By area the first reason why a check cannot be put to it, and the code that reason is about."""

    def __init__(self, count: int):
        self.reason, self.missing = (np.full(count, "", dtype=object) for _ in range(2))

    def add(self, where: Any, reason: str, code: str) -> None:
        new = np.asarray(where, dtype=bool) & (self.reason == "")
        self.reason[new], self.missing[new] = reason, code


class Answer(NamedTuple):
    """By area: found, the numbers of the sum by name, the rows they come from."""

    found: Any
    values: dict[str, Any]
    rows: list[tuple[int, ...]]


@dataclass(frozen=True)
class Check:
    """A kind with the codes it is put to; ``name`` is how the caller knows it."""

    name: str
    kind: ClassVar[str] = ""

    @property
    def codes(self) -> tuple[str, ...]:
        """Indicators the check is put to; empty means all."""
        raise NotImplementedError

    def run(self, figures: AreaFigures, gaps: Gaps) -> Answer:
        raise NotImplementedError


class AreaFigures:
    """Levels of the areas asked for; ``area`` is the place of a row's area among them.

    The report: sources graded so (grade below ``choose.REPORT_GRADES``). The others: the rest. Repeated and derived
    figures are no statements of their own: only ``OWN`` has derived ones.
    """

    def __init__(self, data: Dataset, ref_area: str | Collection[str] | None, evidence: str):
        self.data, self.evidence, self._ref_area = data, evidence, ref_area
        self.areas = choose.areas_of(data, ref_area)
        self.count = len(self.areas)
        self.levels = self.placed(choose.levels(data, ref_area, evidence))

    def placed(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Rows of the areas asked for, with ``area``."""
        places = pd.Index(self.areas).get_indexer(frame["ref_area"].cat.categories)[frame["ref_area"].cat.codes.to_numpy()]
        return frame[places >= 0].assign(area=places[places >= 0])

    @cached_property
    def statements(self) -> pd.DataFrame:
        """Levels as stated, with repeated and undated ones, without derived ones."""
        frame = self.data.observations
        return self.placed(frame[choose.statements(self.data, self._ref_area, self.evidence) & ~frame["derived"].to_numpy()])

    def targets(self, indicator: str) -> pd.DataFrame:
        """Targets of an indicator by area and date; under the report's evidence those that the report sets."""
        frame = self.data.targets
        frame = self.placed(frame[frame["indicator"].eq(indicator).to_numpy()])
        if self.evidence == "report":
            frame = frame[self.data.sources["evidence"].eq("report").to_numpy()[frame["source"].cat.codes.to_numpy()]]
        return frame.sort_values(["area", "date", "row"])

    def of(self, codes: Collection[str], who: str) -> pd.DataFrame:
        frame = self.levels[self.levels["indicator"].isin(list(codes)).to_numpy()]
        report, derived = frame["grade"].lt(choose.REPORT_GRADES), frame["derived"]
        return frame[{STATED: report & ~derived, OWN: report, OTHERS: ~report & ~derived}[who]]

    def together(self, codes: Sequence[str], who: str, gaps: Gaps, *, latest: bool = True, near: pd.Series | None = None) -> tuple[pd.DataFrame, ...]:
        """For each code a frame by area: the figures that one source gives for one date.

        Of several dates the latest (or earliest) counts, or the one nearest to the area's day in ``near``. ``gaps``
        takes no_observation (a code has no figure), not_of_one_date (no source gives all for one date), too_far_apart.
        """
        figures = self.of(codes, who)
        parts = [choose.best(figures[figures["indicator"].eq(code).to_numpy()], _KEY) for code in codes]
        for code, part in zip(codes, parts, strict=True):
            gaps.add(self.lacking(part), "no_observation", code)
        shared = parts[0][[*_KEY, "grade", "row"]]
        for part in parts[1:]:
            shared = shared.merge(part[_KEY], on=_KEY)
        gaps.add(self.lacking(shared), "not_of_one_date", codes[-1])
        order = choose.order(shared, latest=latest)
        if near is not None:
            shared, apart = self._near(shared, near)
            gaps.add(self.lacking(shared), "too_far_apart", codes[0])
            order = choose.order(shared, first=[apart])
        chosen = shared.iloc[order].drop_duplicates("area")[_KEY]
        return tuple(self.by_area(chosen.merge(part, on=_KEY)) for part in parts)

    def others_near(self, code: str, day: pd.Series, gaps: Gaps) -> pd.DataFrame:
        """What other sources state within ``YEARS_APART`` of the area's day, any number of rows an area, in the file's order."""
        figures = self.of([code], OTHERS)
        gaps.add(self.lacking(figures), "no_observation", code)
        near, _ = self._near(figures, day)
        gaps.add(self.lacking(near), "too_far_apart", code)
        return near

    def _near(self, figures: pd.DataFrame, day: pd.Series) -> tuple[pd.DataFrame, np.ndarray]:
        apart = np.abs(figures["date"].to_numpy() - day.to_numpy()[figures["area"].to_numpy()])
        keep = apart <= _NEAR  # False where the area has no day
        return figures[keep], apart[keep].astype("int64")

    def lacking(self, frame: pd.DataFrame) -> np.ndarray:
        return np.bincount(frame["area"].to_numpy(), minlength=self.count) == 0

    def by_area(self, frame: pd.DataFrame) -> pd.DataFrame:
        """One row for each area; where it has none, values are NaN and ``row`` is 0."""
        frame = frame.set_index("area").reindex(range(self.count))
        return frame.assign(qualifier=frame["qualifier"].astype("str"), row=frame["row"].fillna(0).astype("int64"))

    def tuples(self, area: Any, values: Any) -> list[tuple[Any, ...]]:
        """By area the tuple of its values, in the order given."""
        return tuples_of(area, values, self.count)


def rows_of(*sides: pd.DataFrame) -> list[tuple[int, ...]]:
    """By area the row numbers of the figures a sum is made of."""
    return list(zip(*(side["row"].tolist() for side in sides), strict=True))


def tuples_of(place: Any, values: Any, count: int) -> list[tuple[Any, ...]]:
    """For each place from 0 to ``count`` − 1 the tuple of its values (plain Python ones), in the order given."""
    place = np.asarray(place)
    plain = values.tolist() if hasattr(values, "tolist") else values
    listed = pd.Series(plain, dtype=object).to_numpy()[np.argsort(place, kind="stable")]
    ends = np.cumsum(np.bincount(place, minlength=count))[:-1]
    return list(map(tuple, np.split(listed, ends)))[:count]
