"""Progress to targets by hand, for all targets of all areas at once: every target beside every figure of its series."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.by_hand_methods import methods
from benchmarks.by_hand_pandas import SERIES, levels, rate, years_between
from benchmarks.by_hand_reading import RELIABILITY, Data
from benchmarks.made_packages import CREATED

FIGURE = ["value", "lower", "upper", "qualifier", "date", "stated_date", "time_period", "source", "grade", "row", "derived", "family", "period_end"]
TOO_OLD, NEAR, FEW = pd.DateOffset(months=24), 366, 10


def progress(data: Data) -> pd.DataFrame:
    """A row for each target: base, baseline, current figure, paces, other methods, whether it is reached, status and reason."""
    table = _targets(data)
    figures = _figures(data, table["indicator"].unique())
    pairs = _Pairs(table, figures)
    roles = pairs.roles()
    for name, places in roles.items():
        table = pd.concat([table, pairs.columns(places, FIGURE).add_prefix(f"{name}_")], axis=1)
    table = table.assign(**_reached(pairs, table, roles["baseline"]))
    table = table.assign(**_paces(table))
    table = table.assign(**methods(table))
    table = table.assign(**_status(table, data, figures))
    table = table.rename(columns={f"{role}_grade": f"{role}_reliability" for role in roles})
    for role in ("base", "baseline", "current", "part"):
        table[f"{role}_reliability"] = _words(table[f"{role}_reliability"])
        table[f"{role}_derived"] = table[f"{role}_derived"].eq(True)
    order = np.lexsort((table["target_row"], table["target_date"], table["sort_key"], table["ref_area"].cat.codes))
    return table.iloc[order].reset_index(drop=True)


def _targets(data: Data) -> pd.DataFrame:
    """Targets with the day they were set: as stated, else the last day of their source's issue."""
    table, indicators = data["targets"].reset_index(drop=True), data["indicator"]
    issued = data["source"]["issued"]
    day = pd.to_datetime((issued + "-01-01").str[:10].where(issued.ne("")), format="%Y-%m-%d")
    day = day.mask(issued.str.len().eq(7), day + pd.offsets.MonthEnd(0)).mask(issued.str.len().eq(4), day + pd.offsets.YearEnd(0))
    names = {"qualifier": "target_qualifier", "lower": "target_lower", "upper": "target_upper", "source": "target_source", "row": "target_row"}
    table = table.rename(columns=names).drop(columns=["locator", "comment"])
    of = indicators.iloc[table["indicator"].cat.codes]
    source = table["target_source"].cat.codes
    set_on = table["set_on"].fillna(pd.Series(day.astype("datetime64[s]").to_numpy()[source], index=table.index))
    return table.assign(set_on=set_on, direction=of["direction"].to_numpy(), sort_key=of["sort_key"].to_numpy())


def _figures(data: Data, wanted: pd.Categorical) -> pd.DataFrame:
    """Figures of the targets' indicators, and of their parts as figures of the whole."""
    indicators, figures = data["indicator"], levels(data)
    whole = indicators["part_of"].where(indicators["part_of"].isin(wanted.astype(str)))
    is_part = figures["indicator"].isin(whole.dropna().index)
    parts = figures[is_part]
    code = indicators.index.get_indexer(whole)[parts["indicator"].cat.codes]
    parts = parts.assign(indicator=pd.Categorical.from_codes(code, dtype=figures["indicator"].dtype), part=True)
    figures = pd.concat([figures[figures["indicator"].isin(wanted)].assign(part=False), parts], ignore_index=True)
    families = pd.factorize(data["source"]["family"])[0]
    return figures.assign(family=families[figures["source"].cat.codes], weak=figures["grade"] % 3 == 2)


class _Pairs:
    """Every target with every figure of its series, by target, the latest first; arrays by pair."""

    def __init__(self, table: pd.DataFrame, figures: pd.DataFrame) -> None:
        figures = figures.iloc[np.lexsort((figures["row"], figures["part"], figures["grade"], -figures["date"].to_numpy().astype("int64")))]
        self.figures = figures = figures.reset_index(drop=True)
        both = table[SERIES].assign(target=table.index).merge(figures[SERIES].assign(figure=figures.index), on=SERIES)
        both = both.sort_values(["target", "figure"])
        self.size, self.target, self.figure = len(table), both["target"].to_numpy(), both["figure"].to_numpy()
        earliest = np.empty(len(figures), dtype=int)  # the place of each figure among the earliest first
        earliest[np.lexsort((figures["row"], figures["part"], figures["grade"], figures["date"]))] = np.arange(len(figures))
        self.oldest = np.lexsort((earliest[self.figure], self.target))

        def of(column: str) -> np.ndarray:
            return figures[column].to_numpy()[self.figure]

        def aim(column: str) -> np.ndarray:
            return table[column].to_numpy()[self.target]

        self.day_of_target = table["target_date"].to_numpy()
        self.part, self.family, self.date, self.sure = of("part"), of("family"), of("date"), ~of("weak")
        set_on, self.day, up = aim("set_on"), aim("target_date"), aim("direction") >= 0
        self.known = np.fmin(self.date, of("stated_date")) <= set_on
        self.exact = (self.date == set_on) | (of("stated_date") == set_on)
        begin = np.where(np.isnat(of("period_end")), self.date, of("period_start"))
        self.after, self.in_time = ~self.known & (begin > set_on), self.day >= set_on
        lower, upper, goal = of("lower"), np.where(self.part, np.inf, of("upper")), aim("target_value")
        self.meets = np.where(up, lower >= goal, upper <= goal)
        self.misses = np.where(up, upper < aim("target_lower"), lower > aim("target_upper"))
        texts = figures["time_period"].cat
        wanted = texts.categories.get_indexer(table["base_period"].where(table["base_period"].ne(""), "-"))
        self.in_base_period = wanted[self.target] == texts.codes.to_numpy()[self.figure]
        self.same_source = table["target_source"].cat.codes.to_numpy()[self.target] == figures["source"].cat.codes.to_numpy()[self.figure]

    def first(self, mask: np.ndarray, *, oldest: bool = False) -> np.ndarray:
        """By target the place of the first pair of the mask, -1 without one."""
        places = self.oldest[mask[self.oldest]] if oldest else np.flatnonzero(mask)
        new = np.diff(self.target[places], prepend=-1) != 0
        found = np.full(self.size, -1)
        found[self.target[places][new]] = places[new]
        return found

    def columns(self, places: np.ndarray, names: list[str]) -> pd.DataFrame:
        return self.figures[names].reindex(np.append(self.figure, -1)[places]).reset_index(drop=True)

    def at(self, values: np.ndarray, places: np.ndarray) -> np.ndarray:
        """Values of pairs by target; False, -1 or NaT where there is none."""
        none = np.array([False if values.dtype == bool else "NaT" if values.dtype.kind == "M" else -1], dtype=values.dtype)
        return np.append(values, none)[places]

    def roles(self) -> dict[str, np.ndarray]:
        whole = ~self.part
        known = whole & self.known & self.sure
        stated = self.first(known & self.exact)
        baseline = np.where(stated >= 0, stated, self.first(known))
        base = self.first(whole, oldest=True)
        self.own = self.family == self.at(self.family, np.where(baseline >= 0, baseline, base))[self.target]
        choices = [
            self.first(whole & self.in_base_period),
            self.first(whole & self.same_source, oldest=True),
            self.first(whole & self.own, oldest=True),
        ]
        base = np.select([choice >= 0 for choice in choices], choices, base)
        current = self.first(whole & self.after & self.own)
        current = np.where(current >= 0, current, self.first(whole & self.after))
        part = self.first(self.part & self.after & self.own)
        newer = (current < 0) | (self.at(self.date, part) > self.at(self.date, current))
        part = np.where(newer, part, -1)
        return {"base": base, "baseline": baseline, "current": current, "part": part, "latest": np.where(current >= 0, current, baseline)}


def _reached(pairs: _Pairs, table: pd.DataFrame, baseline: np.ndarray) -> dict[str, object]:
    """Certainly met after it was set, or when it was set, and not certainly missed by the latest figure since; by whom and when."""
    speaks = pairs.after & pairs.in_time & pairs.own & (pairs.meets | pairs.misses)
    spoken = np.flatnonzero(speaks)
    new = (np.diff(pairs.target[spoken], prepend=-1) != 0) | (np.diff(pairs.date[spoken].astype("int64"), prepend=-1) != 0)
    decided = np.zeros(len(pairs.target), dtype=bool)
    decided[spoken[new]] = True  # of one day the figure that stands
    met, sure = decided & pairs.meets, decided & pairs.sure
    first_sure, last, first_any = pairs.first(met & sure, oldest=True), pairs.first(decided), pairs.first(met, oldest=True)
    already = pairs.at(pairs.meets & pairs.in_time, baseline)
    gone = (already | (first_sure >= 0)) & pairs.at(pairs.misses, pairs.first(sure))
    last_met = pairs.at(pairs.date, pairs.first(met & sure))[pairs.target]
    lost = pairs.first(sure & pairs.misses & (np.isnat(last_met) | (pairs.date > last_met)), oldest=True)
    reached = (already | (first_sure >= 0)) & ~gone
    weak_met, weak_missed = (pairs.at(says & ~pairs.sure, last) for says in (pairs.meets, pairs.misses))
    first = np.where(first_sure >= 0, first_sure, np.where(weak_met, first_any, -1))
    by = pairs.at(pairs.date, first)
    before = pairs.first(~pairs.part & pairs.own & pairs.misses & (pairs.date < by[pairs.target]))
    on_day = _on_day(pairs)
    met_places = np.flatnonzero(met)
    rows = pairs.figures.iloc[pairs.figure[met_places]]
    by_grade = met_places[np.lexsort((rows["row"], rows["date"], rows["grade"] % 3, pairs.target[met_places]))]
    new = np.diff(pairs.target[by_grade], prepend=-1) != 0
    best = np.full(pairs.size, -1)
    best[pairs.target[by_grade][new]] = by_grade[new]
    first_figure, best_figure = pairs.columns(first, ["date", "period_end", "grade"]), pairs.columns(best, ["date", "grade", "row"])
    otherwise = {name: table[f"baseline_{name}"].where(already) for name in ("date", "grade", "row")}
    return {
        "already": already,
        "reached": reached,
        "weak": (~reached & ~gone & weak_met) | (reached & weak_missed),
        "met_late": reached & ~already & (by > table["target_date"].to_numpy()) & (on_day != "yes"),
        "met_on_day": on_day,
        "reached_by": first_figure["period_end"].fillna(first_figure["date"]).mask(already, table["baseline_date"]),
        "reached_after": pd.Series(pairs.at(pairs.date, before)).mask(already),
        "reached_by_reliability": _words(first_figure["grade"].mask(already, otherwise["grade"])),
        "reached_reliability": _words(best_figure["grade"].fillna(otherwise["grade"])),
        "confirmed_by": best_figure["date"].fillna(otherwise["date"]),
        "reached_row": best_figure["row"].fillna(otherwise["row"]),
        "reached_figures": np.bincount(pairs.target[speaks & pairs.meets], minlength=pairs.size),
        "lost_on": pd.Series(pairs.at(pairs.date, np.where(gone, lost, -1))),
    }


def _on_day(pairs: _Pairs) -> np.ndarray:
    """yes or no where the last figure up to the day and the first one within a year after it agree, or one stands on it."""
    told, days = pairs.own & pairs.sure, (pairs.date - pairs.day).astype("timedelta64[D]").astype(int)
    upto, after = pairs.first(told & (days <= 0)), pairs.first(told & (days > 0) & (days <= NEAR), oldest=True)
    exactly = (upto >= 0) & (pairs.at(days, upto) == 0)
    come = (pairs.day_of_target <= np.datetime64(CREATED)) | (pairs.first(pairs.own & (days >= 0)) >= 0)
    yes, no = (pairs.at(says, upto) & (exactly | pairs.at(says, after)) for says in (pairs.meets, pairs.misses))
    return np.select([~come, yes, no], ["", "yes", "no"], "no_figure")


def _words(grades: pd.Series) -> pd.Series:
    return (grades % 3).map(dict(enumerate(RELIABILITY)))


def _paces(table: pd.DataFrame) -> dict[str, object]:
    """Rates, Eurostat's ratio and the way done, from the base and from the baseline."""
    day = {name: table[f"{name}_date"] for name in ("base", "baseline", "current", "latest", "target")}
    value, family = {name: table[f"{name}_value"] for name in day}, {name: table.get(f"{name}_family") for name in day}

    def years(start: str, end: str) -> pd.Series:
        length = pd.Series(years_between(day[start], day[end]), index=table.index)
        return length.where(length > 0)

    def pace(start: str, end: str, goal: pd.Series | None = None) -> pd.Series:
        found = pd.Series(rate(value[start], value[end] if goal is None else goal, years(start, end)), index=table.index)
        return found if end == "target" else found.where(family[start] == family[end])

    def way(start: str, now: str) -> pd.Series:
        length = value["target"] - value[start]
        return ((value[now] - value[start]) / length.where(length.ne(0))).where(family[start] == family[now])

    found: dict[str, object] = {
        "past_cagr": pace("base", "baseline"),
        "since_cagr": pace("baseline", "current"),
        "required_cagr": pace("baseline", "target"),
        "required_cagr_low": pace("baseline", "target", table["target_lower"]),
        "required_cagr_high": pace("baseline", "target", table["target_upper"]),
        "required_from_current": pace("current", "target").where(~table["reached"]),
        "way_done": way("baseline", "current"),
        "few_units": table[["target_value", "baseline_value", "current_value"]].abs().max(axis=1) < FEW,
    }
    found["stretch"] = found["past_cagr"] / found["required_cagr"].where(found["required_cagr"].ne(0))
    for name, start, now in (("", "base", "latest"), ("_short", "baseline", "current")):
        needed = pace(start, "target").abs()
        share = (table["direction"] * pace(start, now) / needed.where(needed > 0)).where(value[start].ne(0) & value["target"].ne(0))
        found |= {f"eurostat_ratio{name}": share, f"linear_ratio{name}": way(start, now) * years(start, "target") / years(start, now)}
        found[f"eurostat_class{name}"] = pd.Series(_class(share), index=table.index).mask(table["reached"], "target_achieved")
    ahead, gap = years("current", "target"), (value["target"] - value["current"]).mask(table["reached"])
    return found | {"gap": gap, "gap_years": ahead.mask(table["reached"]), "units_per_year": gap / ahead}


def _class(share: pd.Series) -> np.ndarray:
    return np.select([share >= 0.95, share >= 0.6, share >= 0, share < 0], ["significant", "moderate", "insufficient", "movement_away"], "")


def _status(table: pd.DataFrame, data: Data, figures: pd.DataFrame) -> dict[str, object]:
    """The first condition that holds gives status and reason."""
    of, day = table["ref_area"].cat.codes.to_numpy(), table["target_date"]
    last = figures.groupby("ref_area", observed=False)[["date", "period_end"]].max().max(axis=1)
    limit = pd.DataFrame({"ends": data["ref_area"]["valid_to"].to_numpy()[of], "last": last.to_numpy()[of]}).min(axis=1)
    judged = day.where(~(limit < day), limit)
    rates, line = table["eurostat_ratio"], table["linear_ratio"]
    no_room, zero = table["target_value"].eq(0), table["base_value"].eq(0)
    on_line = rates.isna() & line.notna() & (zero | no_room)
    share = rates.mask(on_line, line)
    already, reached, none = table["already"], table["reached"], table["current_value"].isna()
    passed = np.where(table["met_on_day"].ne(""), "target_day_has_passed", "")
    point = table["base_value"].isna() | (table["base_date"] >= table["current_date"].fillna(table["baseline_date"]))
    others = ~none & table["current_family"].ne(table["baseline_family"])
    unknown = np.select([point, zero], ["one_point", "zero_base"], "no_room")
    why = np.select([zero, no_room], ["zero_base", "no_room"], passed)
    steps = [
        ((day < table["baseline_date"].fillna(table["set_on"])) | (day < table["set_on"]), "not_enough_evidence", "target_before_baseline"),
        (table["lost_on"].notna(), "reached_and_lost", np.where(already, "target_already_reached", "")),
        (reached & already, "target_achieved", "target_already_reached"),
        (table["weak"] & ~reached, "achieved_single_source", ""),
        (table["met_late"], "met_late", "target_day_has_passed"),
        (reached, "target_achieved", ""),
        (table["baseline_value"].isna(), "not_enough_evidence", "no_baseline"),
        (none, "not_enough_evidence", "no_observation_after_baseline"),
        (others, "not_enough_evidence", "other_family"),
        (table["current_date"] < judged - TOO_OLD, "not_enough_evidence", "observation_too_old"),
        (table["current_value"].eq(table["baseline_value"]), "no_change", passed),
        (share.isna(), "not_enough_evidence", unknown),
        (share.notna(), _class(share), why),
    ]
    conditions = [condition.to_numpy(dtype=bool) for condition, _, _ in steps]
    status, reason = (np.select(conditions, [step[place] for step in steps], "") for place in (1, 2))
    return {"judged_date": judged, "method": np.select([rates.notna(), on_line], ["rate", "line"], ""), "status": status, "reason": reason}
