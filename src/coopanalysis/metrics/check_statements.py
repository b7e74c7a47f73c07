"""Kinds of checks that look at what is stated more than once, or not clearly: values, repeats, dates, targets.

As in ``check_sums`` each is a frozen dataclass with a name and codes, run for every area at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from coopanalysis.dataset import choose
from coopanalysis.metrics._checks import OWN, STATED, Answer, AreaFigures, Check, Gaps, tuples_of
from coopanalysis.metrics.growth import cagr, required_cagr
from coopanalysis.metrics.time import years_between


@dataclass(frozen=True)
class SeveralValues(Check):
    """Two or more values for one period that cannot all be right: the intervals of their qualifiers have no value in common.

    ``indicators``: empty means all. ``per``: "date", "period" (as stated), or "year", where several sources must differ, as
    one source may follow a change within the year; a stock may still have changed between their days. Flows count as one
    only over spans of equal length. Derived levels count, repeats do not. Values: count (of cases), cases: a dict each,
    those of most figures first, with indicator, period, count, sources, families (of sources: who counts how), lowest, highest
    (with _qualifier), rows.
    nothing_to_compare: no period has two values.
    """

    indicators: tuple[str, ...] = ()
    per: Literal["date", "year", "period"] = "date"
    kind: ClassVar[str] = "several_values"

    @property
    def codes(self) -> tuple[str, ...]:
        return self.indicators

    def run(self, figures: AreaFigures, gaps: Gaps) -> Answer:
        levels = figures.levels
        if self.indicators:
            levels = levels[levels["indicator"].isin(self.indicators).to_numpy()]
        gaps.add(figures.lacking(levels), "no_observation", ", ".join(self.indicators))
        period = {"date": levels["date"], "year": levels["date"].dt.year, "period": levels["time_period"].astype("str")}[self.per]
        flow = figures.data.indicators["kind"].eq("flow").to_numpy()[levels["indicator"].cat.codes.to_numpy()]
        levels = levels.assign(
            period=period,
            months=np.where(flow, choose.months(levels), 0),
            code=levels["indicator"].cat.codes,
            family=choose.families(figures.data, levels),
        )
        key = ["area", "code", "period", "months"]
        levels = levels[levels.duplicated(key, keep=False)].sort_values("obs_value", kind="stable")
        gaps.add(figures.lacking(levels), "nothing_to_compare", ", ".join(self.indicators))
        levels["case"] = levels.groupby(key, sort=False).ngroup()
        by_case = levels.groupby("case")
        cases = by_case.agg(
            count=("row", "size"), sources=("source", "nunique"), families=("family", "nunique"), least=("lower", "max"), most=("upper", "min")
        )
        first, last = (levels.drop_duplicates("case", keep=end).set_index("case").reindex(cases.index) for end in ("first", "last"))
        cases = cases.assign(
            area=first["area"], code=first["code"], indicator=first["indicator"].astype("str"), period=first["period"],
            lowest=first["obs_value"], highest=last["obs_value"],
            lowest_qualifier=first["qualifier"].astype("str"), highest_qualifier=last["qualifier"].astype("str"),
        )  # fmt: skip
        cases = cases[(cases["least"] > cases["most"]) & ((cases["sources"] > 1) | (self.per != "year"))]
        cases = cases.sort_values(["area", "count", "code", "period"], ascending=[True, False, True, True])
        levels = levels[levels["case"].isin(cases.index)].sort_values("row")
        place = cases.index.get_indexer(levels["case"])
        rows = tuples_of(place, levels["row"], len(cases))
        told = cases.drop(columns=["least", "most", "area", "code"]).assign(rows=rows).to_dict("records")
        count = np.bincount(cases["area"], minlength=figures.count)
        return Answer(count > 0, {"count": count, "cases": figures.tuples(cases["area"], told)}, figures.tuples(levels["area"], levels["row"]))


@dataclass(frozen=True)
class Repeats(Check):
    """Figures that a source only printed again: they are no news. ``indicators``: empty means all.

    Values: count, indicators (of the repeated figures).
    """

    indicators: tuple[str, ...] = ()
    kind: ClassVar[str] = "repeats"

    @property
    def codes(self) -> tuple[str, ...]:
        return self.indicators

    def run(self, figures: AreaFigures, gaps: Gaps) -> Answer:
        stated = figures.statements
        if self.indicators:
            stated = stated[stated["indicator"].isin(self.indicators).to_numpy()]
        gaps.add(figures.lacking(stated), "no_observation", ", ".join(self.indicators))
        again = stated[stated["repeated"].to_numpy()]
        codes = again[["area", "indicator"]].drop_duplicates()
        count = np.bincount(again["area"], minlength=figures.count)
        values = {"count": count, "indicators": figures.tuples(codes["area"], codes["indicator"])}
        return Answer(count > 0, values, figures.tuples(again["area"], again["row"]))


@dataclass(frozen=True)
class PeriodNotSure(Check):
    """The day of the report's latest level is assumed, or levels of the report (of any indicator) have no date at all.

    A source's "now" can be its assumed day or the day it was issued: both readings are given. Values: assumed_date,
    stated_date; years_* since the report's earliest level and cagr_* under both (NaN without an earlier one); target_years
    and required_stated (the rate each target needs under the second reading); undated (count). Rates: fractions a year.
    """

    indicator: str
    kind: ClassVar[str] = "period_not_sure"

    @property
    def codes(self) -> tuple[str, ...]:
        return (self.indicator,)

    def run(self, figures: AreaFigures, gaps: Gaps) -> Answer:
        latest = figures.by_area(choose.best(figures.of(self.codes, STATED), ["area"]))
        first = figures.by_area(choose.earliest(figures.of(self.codes, OWN), ["area"]))
        stated = figures.statements
        undated = stated[(stated["grade"].lt(choose.REPORT_GRADES) & stated["dated"].eq("none") & ~stated["repeated"]).to_numpy()]
        count = np.bincount(undated["area"], minlength=figures.count)
        gaps.add(latest["obs_value"].isna() & (count == 0), "no_observation", self.indicator)
        assumed, issued = latest["date"], latest["stated_date"]
        years = {name: years_between(first["date"], day) for name, day in (("assumed", assumed), ("stated", issued))}
        years = {name: span.where(span > 0) for name, span in years.items()}
        targets = figures.targets(self.indicator)
        base = latest.iloc[targets["area"]]
        ahead = years_between(base["stated_date"].to_numpy(), targets["date"].to_numpy())
        required = required_cagr(base["obs_value"].to_numpy(), targets["target_value"].to_numpy(), np.where(ahead > 0, ahead, np.nan))
        values = {
            "assumed_date": assumed, "stated_date": issued, "years_assumed": years["assumed"], "years_stated": years["stated"],
            **{f"cagr_{name}": cagr(first["obs_value"], latest["obs_value"], span) for name, span in years.items()},
            "target_years": figures.tuples(targets["area"], targets["date"].dt.year), "required_stated": figures.tuples(targets["area"], required),
            "undated": count,
        }  # fmt: skip
        level = latest[latest["row"].gt(0)].reset_index()
        area, rows = (np.concatenate([level[name], undated[name]]) for name in ("area", "row"))
        return Answer((assumed.notna() & assumed.ne(issued)) | (count > 0), values, figures.tuples(area, rows))


@dataclass(frozen=True)
class TargetMayBeNewUnits(Check):
    """A target of N units may mean N in all or N new ones: arithmetic cannot tell, so both readings are given.

    Clean where both are the same: no units yet, or an indicator that counts new ones (a flow). Rows are those of targets.csv.
    Values: baseline (the report's level); first and last target by date with first_year, last_year, and first_as_new,
    last_as_new (baseline + target).
    """

    indicator: str
    kind: ClassVar[str] = "target_may_be_new_units"

    @property
    def codes(self) -> tuple[str, ...]:
        return (self.indicator,)

    def run(self, figures: AreaFigures, gaps: Gaps) -> Answer:
        level = figures.by_area(choose.best(figures.of(self.codes, STATED), ["area"]))
        gaps.add(level["obs_value"].isna(), "no_observation", self.indicator)
        targets = figures.targets(self.indicator)
        gaps.add(figures.lacking(targets), "no_target", self.indicator)
        baseline = level["obs_value"]
        values = {"baseline": baseline}
        for name, keep in (("first", "first"), ("last", "last")):
            one = targets.drop_duplicates("area", keep=keep).set_index("area").reindex(range(figures.count))
            year = one["date"].dt.year.fillna(0).astype("int64")
            values |= {name: one["target_value"], f"{name}_as_new": baseline + one["target_value"], f"{name}_year": year}
        counts_new = figures.data.indicators.at[self.indicator, "kind"] == "flow"
        return Answer(baseline.ne(0) & (not counts_new), values, figures.tuples(targets["area"], targets["row"]))
