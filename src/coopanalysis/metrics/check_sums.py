"""Kinds of checks that put figures together: what is summed, and when the sum says that something is wrong.

Each kind is a frozen dataclass with a name and the codes it is put to; :func:`coopanalysis.metrics.consistency.consistency_table`
runs it for every area at once. A contradiction is found only if no value that the qualifiers allow makes it go away, unless the
kind says otherwise. "The report" are the sources graded so, "the others" the rest.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import pandas as pd

from coopanalysis.metrics._checks import OTHERS, OWN, STATED, Answer, AreaFigures, Check, Gaps, rows_of
from coopanalysis.metrics.ratios import interval_ratio, ratio

# Decisions of the checks, each in one place.
SMALL, LARGE = 0.5, 2.0  # a level under half of every other source, or over twice, is out of line
LOST_ZERO, MONTHS = 10, 12  # the two slips that would explain a level about a tenth of the others
COARSE = 0.001  # of ratios that rounding alone can move by more than this, agreement says nothing
BOTH_WITHIN = pd.DateOffset(years=1)  # how long after two counts a count of both together is of the same people


@dataclass(frozen=True)
class ProductExceeds(Check):
    """average × units of one source and date exceeds the report's total.

    ``factors_by``: "report" (same date as the total) or "others" (the pair nearest to the total's date). Values: average,
    average_qualifier, units, product, total, multiple (product / total), period (the average's, as stated).
    """

    average: str
    units: str
    total: str
    factors_by: Literal["report", "others"] = "report"
    kind: ClassVar[str] = "product_exceeds"

    @property
    def codes(self) -> tuple[str, ...]:
        return self.average, self.units, self.total

    def run(self, figures: AreaFigures, gaps: Gaps) -> Answer:
        if self.factors_by == "report":
            average, units, total = figures.together(self.codes, STATED, gaps)
        else:
            (total,) = figures.together([self.total], STATED, gaps)
            average, units = figures.together([self.average, self.units], OTHERS, gaps, near=total["date"])
        product = average["obs_value"] * units["obs_value"]
        least = average["lower"] * units["lower"].where(average["lower"] >= 0, units["upper"])
        values = {
            "average": average["obs_value"], "average_qualifier": average["qualifier"], "units": units["obs_value"], "product": product,
            "total": total["obs_value"], "multiple": ratio(product, total["obs_value"]), "period": average["time_period"],
        }  # fmt: skip
        return Answer(least > total["upper"], values, rows_of(average, units, total))


@dataclass(frozen=True)
class AverageAgainstPublished(Check):
    """total / units of the report is under half of, or over twice, every average that others published within five years.

    Values: total, units, level, whole (the level is a whole number), lowest, highest (with _qualifier), count of the
    others, share_of_lowest, share_of_highest, direction ("under", "over", ""); with_zero, as_month: what the level would
    be if a zero was lost, or if it is a month's.
    """

    total: str
    units: str
    published: str
    kind: ClassVar[str] = "average_against_published"

    @property
    def codes(self) -> tuple[str, ...]:
        return self.total, self.units, self.published

    def run(self, figures: AreaFigures, gaps: Gaps) -> Answer:
        total, units = figures.together([self.total, self.units], STATED, gaps)
        level = ratio(total["obs_value"], units["obs_value"])
        least, most = interval_ratio((total["lower"], total["upper"]), (units["lower"], units["upper"]))
        gaps.add(level.isna(), "zero_base", self.units)
        others = figures.others_near(self.published, total["date"], gaps)
        by_value = others.sort_values("obs_value", kind="stable")
        lowest, highest = (figures.by_area(by_value.drop_duplicates("area", keep=end)) for end in ("first", "last"))
        floor, ceiling = others.groupby("area")["lower"].min().reindex(level.index), others.groupby("area")["upper"].max().reindex(level.index)
        gaps.add(~(ceiling > 0), "zero_base", self.published)  # half of a loss is no measure
        under, over = (most < SMALL * floor) & (floor > 0), least > LARGE * ceiling
        values = {
            "total": total["obs_value"], "units": units["obs_value"], "level": level, "whole": level.mod(1).eq(0),
            "lowest": lowest["obs_value"], "highest": highest["obs_value"],
            "lowest_qualifier": lowest["qualifier"], "highest_qualifier": highest["qualifier"],
            "count": np.bincount(others["area"], minlength=figures.count),
            "share_of_lowest": ratio(level, lowest["obs_value"]), "share_of_highest": ratio(level, highest["obs_value"]),
            "direction": np.select([under, over], ["under", "over"], ""), "with_zero": level * LOST_ZERO, "as_month": level * MONTHS,
        }  # fmt: skip
        return Answer(under | over, values, list(map(operator.add, rows_of(total, units), figures.tuples(others["area"], others["row"]))))


@dataclass(frozen=True)
class SameRatio(Check):
    """The report's quotient is the same at its first and last date, as far as the digits printed can tell.

    Found: the relative difference is no more than the rounding of the four figures together (half a unit of the last
    digit each, twice that for a derived level): one may have been computed from the other. Where rounding alone could move
    the quotients by more than ``COARSE``, agreement says nothing: rounding_too_coarse. Values: then, now, difference, rounding.
    """

    numerator: str
    denominator: str
    kind: ClassVar[str] = "same_ratio"

    @property
    def codes(self) -> tuple[str, ...]:
        return self.numerator, self.denominator

    def run(self, figures: AreaFigures, gaps: Gaps) -> Answer:
        first, last = (figures.together(self.codes, OWN, gaps, latest=latest) for latest in (False, True))
        gaps.add(first[0]["date"] == last[0]["date"], "one_point", self.numerator)
        then, now = (ratio(above["obs_value"], below["obs_value"]) for above, below in (first, last))
        difference = ratio(now - then, then)
        gaps.add(difference.isna() | now.eq(0), "zero_base", self.denominator)
        rounding = pd.Series(np.sum([_rounding(side) for side in (*first, *last)], axis=0), index=then.index)
        gaps.add(rounding > COARSE, "rounding_too_coarse", self.numerator)
        values = {"then": then, "now": now, "difference": difference, "rounding": rounding}
        return Answer(difference.abs() <= rounding, values, rows_of(*first, *last))


@dataclass(frozen=True)
class PartsAndWhole(Check):
    """Parts that the report states do not make up the whole it states.

    ``beside``: one of the parts that the report counts beside ``total``, so that it should not be in the whole either; found
    then says that the sum needs it, or that no sum fits. ``complete`` False: there are other parts; only too much is wrong.
    Values: whole, parts (in the order of the codes), sum, difference (whole − sum); with ``beside`` also beside, inside
    (the whole is reached with it), total, rest_inside and rest_outside (total without the whole, under both readings).
    """

    parts: tuple[str, ...]
    whole: str
    beside: str = ""
    total: str = ""
    complete: bool = True
    kind: ClassVar[str] = "parts_and_whole"

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*self.parts, self.whole, *filter(None, (self.beside, self.total))]))

    def run(self, figures: AreaFigures, gaps: Gaps) -> Answer:
        side = dict(zip(self.codes, figures.together(self.codes, STATED, gaps), strict=True))
        whole, counted = side[self.whole], [code for code in self.parts if code != self.beside]
        least, most, sum_ = (
            np.sum([side[code][name].to_numpy() for code in codes], axis=0)
            for name, codes in (("lower", counted), ("upper", counted), ("obs_value", self.parts))
        )
        slack = 1e-9 * np.abs(sum_)  # 0.1 + 0.2 is 0.3
        found = (least - slack > whole["upper"]) | (self.complete & (most + slack < whole["lower"]))
        values = {
            "whole": whole["obs_value"], "parts": list(zip(*(side[code]["obs_value"].tolist() for code in self.parts), strict=True)),
            "sum": sum_, "difference": whole["obs_value"] - sum_,
        }  # fmt: skip
        if self.beside:
            part = side[self.beside]["obs_value"]
            values |= {"beside": part, "inside": np.abs(values["difference"]) <= slack}
        if self.beside and self.total:
            total = side[self.total]["obs_value"]
            values |= {"total": total, "rest_inside": total - whole["obs_value"], "rest_outside": total - whole["obs_value"] + part}
        return Answer(found, values, rows_of(*side.values()))


@dataclass(frozen=True)
class PopulationDiffers(Check):
    """The report's two counts add up to more than another source gives for both together within a year after.

    One may contain the other. Stated values are compared, the largest of the others: against "more than 9,000" no sum could
    ever be shown to be too large. Values: first, second, sum, both, both_qualifier, both_period.
    """

    first: str
    second: str
    both: str
    kind: ClassVar[str] = "population_differs"

    @property
    def codes(self) -> tuple[str, ...]:
        return self.first, self.second, self.both

    def run(self, figures: AreaFigures, gaps: Gaps) -> Answer:
        first, second = figures.together([self.first, self.second], STATED, gaps)
        others = figures.others_near(self.both, first["date"], gaps)
        begins = first["date"].to_numpy()[others["area"].to_numpy()]
        ends = (first["date"] + BOTH_WITHIN).to_numpy()[others["area"].to_numpy()]
        others = others[(others["date"] >= begins) & (others["date"] <= ends)]
        gaps.add(figures.lacking(others), "too_far_apart", self.both)
        both = figures.by_area(others.sort_values("obs_value", ascending=False, kind="stable").drop_duplicates("area"))
        sum_ = first["obs_value"] + second["obs_value"]
        values = {
            "first": first["obs_value"], "second": second["obs_value"], "sum": sum_,
            "both": both["obs_value"], "both_qualifier": both["qualifier"], "both_period": both["time_period"],
        }  # fmt: skip
        return Answer(sum_ > both["obs_value"], values, rows_of(first, second, both))


def _rounding(figures: pd.DataFrame) -> np.ndarray:
    """By how much, relative to its size, a figure may be off: half a unit of its last printed digit, or its qualifier's interval."""
    value = figures["obs_value"].abs().to_numpy()
    with np.errstate(all="ignore"):
        decimals = np.sum([~np.isclose(np.round(value, places), value, rtol=1e-12, atol=0) for places in range(9)], axis=0)
        half = np.where(figures["derived"].eq(True), 1.0, 0.5) * 10.0**-decimals  # a derived level is the difference of two roundings
        return np.fmax(half, (figures["upper"] - figures["lower"]).to_numpy() / 2) / value
