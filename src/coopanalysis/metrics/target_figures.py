"""Every target beside every figure that could speak on it: which one is the base, the baseline, the latest, and which meet it.

One table of pairs holds all that is decided from; each role is a mask of it and the first pair of each target. The rules
are those of METHODS: what was known when a target was set, what counts as met, lost, weak.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from coopanalysis.dataset import choose
from coopanalysis.dataset.package import Dataset
from coopanalysis.dataset.periods import days

LOW = 2  # reliability in a grade: grade % 3
NEAR_DAYS = np.timedelta64(366, "D")  # a figure that far from the target's day still says whether it was met on the day
_DAY = "datetime64[D]"


class TargetFigures:
    """Pairs of a target and a figure, by target; of each the latest first, as ``choose`` orders them.

    ``targets``: rows of the table in the making (ref_area, indicator, target_date, target_value, target_lower, target_upper,
    direction, set_on, base_period, target_source); ``figures``: of ``choose.levels``. Figures of a subset are ``part``: of the
    whole they say "so many at least", and they speak only where the whole's own figures do not, or are weaker.
    """

    def __init__(self, data: Dataset, targets: pd.DataFrame, figures: pd.DataFrame):
        self.count = len(targets)
        self.made_on = days([str(data.descriptor.get("created", ""))[:10]]).astype(_DAY)
        self.target, self.figure, self.part = _joined(data, targets, figures)

        def at(name: str) -> np.ndarray:  # column by column: there are many more pairs than targets or figures
            return targets[name].to_numpy()[self.target]

        def of(name: str) -> np.ndarray:
            return figures[name].to_numpy()[self.figure]

        latest = np.lexsort((of("row"), self.part, of("grade"), -of("date").astype("int64"), self.target))
        self.target, self.figure, self.part = self.target[latest], self.figure[latest], self.part[latest]
        self.date, self.grade, self.row = of("date").astype(_DAY), of("grade"), of("row")
        self.oldest = np.lexsort((self.row, self.part, self.grade, self.date.astype("int64"), self.target))
        self.sure = self.grade % 3 < LOW
        self.family = choose.families(data, figures)[self.figure]
        set_on, day = (at(name).astype(_DAY) for name in ("set_on", "target_date"))
        stated, begins, ends = (of(name).astype(_DAY) for name in ("stated_date", "period_start", "period_end"))
        self.known = np.fmin(self.date, stated) <= set_on
        self.exact = (self.date == set_on) | (stated == set_on)  # stated on the very day: the baseline
        # a period that straddles the day is neither before nor after; one without any day has its assumed one
        self.after = ~self.known & (np.where(np.isnat(ends), self.date, begins) > set_on)
        self.in_time = day >= set_on
        self.from_day, self.to_day = self.date - day, self.date <= day
        up, goal = at("direction") >= 0, at("target_value")
        lower, upper = of("lower"), np.where(self.part, np.inf, of("upper"))
        # the number itself is the bar for "certainly met"; "about 210" is certainly missed only below 205
        self.meets = np.where(up, lower >= goal, upper <= goal)
        self.misses = np.where(up, upper < at("target_lower"), lower > at("target_upper"))
        self.day = targets["target_date"].to_numpy().astype(_DAY)
        periods, base = figures["time_period"].cat, targets["base_period"].astype("str")
        wanted = periods.categories.get_indexer(base.where(base.ne(""), "none"))  # no period is written so
        self.in_base_period = wanted[self.target] == periods.codes.to_numpy()[self.figure]
        self.same_source = targets["target_source"].cat.codes.to_numpy()[self.target] == figures["source"].cat.codes.to_numpy()[self.figure]
        self.baseline = self._baseline()
        # figures are held against the target within the family that counted its baseline, or else its earliest level
        anchor = np.where(self.baseline >= 0, self.baseline, self.first(~self.part, oldest=True))
        self.own = self.family == self.of(self.family, anchor)[self.target]

    def first(self, mask: np.ndarray, *, oldest: bool = False) -> np.ndarray:
        """By target the place of its first pair that is marked (the latest, or the oldest); −1 where there is none."""
        places = self.oldest[mask[self.oldest]] if oldest else np.flatnonzero(mask)
        found = np.full(self.count, -1)
        targets, begins = np.unique(self.target[places], return_index=True)
        found[targets] = places[begins]
        return found

    def of(self, values: np.ndarray, places: np.ndarray) -> np.ndarray:
        """Values of pairs by target; False, −1 or NaT where the place is −1."""
        empty = np.zeros(1, dtype=values.dtype) if values.dtype == bool else np.array(["NaT" if values.dtype.kind == "M" else -1], dtype=values.dtype)
        return np.concatenate([values, empty])[places]

    def roles(self) -> dict[str, np.ndarray]:
        """Places of base, baseline, current, latest (current, else baseline) and part (if later than current) by target."""
        whole = ~self.part
        base = self.first(whole, oldest=True)
        for choice in (
            self.first(whole & self.own, oldest=True),
            self.first(whole & self.same_source, oldest=True),
            self.first(whole & self.in_base_period),
        ):
            base = np.where(choice >= 0, choice, base)
        within, any_ = self.first(whole & self.after & self.own), self.first(whole & self.after)
        current = np.where(within >= 0, within, any_)
        part = self.first(self.part & self.after & self.own)
        part = np.where((current < 0) | (self.of(self.date, part) > self.of(self.date, current)), part, -1)
        return {"base": base, "baseline": self.baseline, "current": current, "latest": np.where(current >= 0, current, self.baseline), "part": part}

    def _baseline(self) -> np.ndarray:
        """The latest level known on the day the target was set; one stated on that very day before all."""
        known = ~self.part & self.known & self.sure
        stated = self.first(known & self.exact)
        return np.where(stated >= 0, stated, self.first(known))

    def reached(self) -> pd.DataFrame:
        """By target: already, reached, weak, lost_on, met_on_day, met_late and the figures behind them (places of pairs).

        Met: a figure of after the day the target was set certainly meets it, and the latest that says anything does not
        certainly miss it. Of one day the figure that stands decides. Sources of low reliability neither give nor take it.
        """
        spoken = self.after & self.in_time & self.own & (self.meets | self.misses)
        decided = spoken & self._first_of_day(spoken)
        met, sure = decided & self.meets, decided & self.sure
        first_sure, last_sure = self.first(met & sure, oldest=True), self.first(sure)
        last, first_any = self.first(decided), self.first(met, oldest=True)
        already = self.of(self.meets & self.in_time, self.baseline)
        gone = (already | (first_sure >= 0)) & self.of(self.misses, last_sure)
        last_met = self.first(met & sure)
        missed = sure & self.misses & ((self.date > self.of(self.date, last_met)[self.target]) | (last_met[self.target] < 0))
        reached = (already | (first_sure >= 0)) & ~gone
        says_met = self.of(self.meets & ~self.sure, last)  # the last word, of a weak source
        weak = ~reached & ~gone & says_met | reached & self.of(self.misses & ~self.sure, last)
        first = np.where(first_sure >= 0, first_sure, np.where(says_met, first_any, -1))
        before = self.first(~self.part & self.own & self.misses & (self.date < self.of(self.date, first)[self.target]))
        met_on_day = self._on_day()
        by = self.of(self.date, first)
        late = reached & ~already & (by > self.day) & (met_on_day != "yes")
        return pd.DataFrame({
            "already": already, "reached": reached, "weak": weak, "met_late": late, "met_on_day": met_on_day,
            "first": first, "before": before, "confirmed": self._best_grade(met), "figures": np.bincount(self.target[spoken & self.meets], minlength=self.count),
            "lost": np.where(gone, self.first(missed, oldest=True), -1),
        })  # fmt: skip

    def _first_of_day(self, mask: np.ndarray) -> np.ndarray:
        """The figure that stands among the marked ones of one target and day: better grade, the whole before its part."""
        places = np.flatnonzero(mask)
        same = (np.diff(self.target[places], prepend=-1) == 0) & (np.diff(self.date[places].astype("int64"), prepend=-1) == 0)
        first = np.zeros(len(mask), dtype=bool)
        first[places[~same]] = True
        return first

    def _best_grade(self, met: np.ndarray) -> np.ndarray:
        """The earliest of the most reliable figures that meet the target."""
        places = np.flatnonzero(met)
        places = places[np.lexsort((self.row[places], self.date[places].astype("int64"), self.grade[places] % 3, self.target[places]))]
        found = np.full(self.count, -1)
        targets, begins = np.unique(self.target[places], return_index=True)
        found[targets] = places[begins]
        return found

    def _on_day(self) -> np.ndarray:
        """Whether a target was met on its day: yes, no, no_figure; "" while its day has not come, by the figures and the day the package was made.

        The last figure up to the day and the first within a year after it agree, or one stands exactly on it.
        """
        told = self.own & self.sure
        upto, after = self.first(told & self.to_day), self.first(told & ~self.to_day & (self.from_day <= NEAR_DAYS), oldest=True)
        stands = self.of(self.from_day.astype("int64"), upto) == 0
        come = (self.day <= self.made_on) | (self.first(self.own & (self.from_day >= np.timedelta64(0, "D"))) >= 0)
        both = (upto >= 0) & (after >= 0)
        answers = {
            name: np.where(stands, self.of(values, upto), both & self.of(values, upto) & self.of(values, after))
            for name, values in (("yes", self.meets), ("no", self.misses))
        }
        return np.select([~come, answers["yes"], answers["no"]], ["", "yes", "no"], "no_figure")


def _joined(data: Dataset, targets: pd.DataFrame, figures: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Places of targets and figures that belong together, and whether the figure is one of a part."""
    size = max(len(data.indicators), 1)
    wanted = pd.DataFrame({"series": _series(targets, targets["indicator"].cat.codes.to_numpy(), size), "target": np.arange(len(targets))})
    code = figures["indicator"].cat.codes.to_numpy()
    whole = data.indicators.index.get_indexer(data.indicators["part_of"])[code]
    places = np.arange(len(figures))
    listed = [pd.DataFrame({"series": _series(figures, code, size), "figure": places, "part": False})]
    listed.append(pd.DataFrame({"series": _series(figures, whole, size), "figure": places, "part": True})[whole >= 0])
    both = wanted.merge(pd.concat(listed, ignore_index=True), on="series")
    return both["target"].to_numpy(), both["figure"].to_numpy(), both["part"].to_numpy(dtype=bool)


def _series(frame: pd.DataFrame, code: np.ndarray, size: int) -> np.ndarray:
    return frame["ref_area"].cat.codes.to_numpy().astype("int64") * size + code
