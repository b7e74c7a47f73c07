"""Rules of a data package that its description cannot state, as a table: mask, message, remedy.

Each mask is one vectorised expression over the rows of a table; each rule is told by row and column with what to do.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from coopanalysis.dataset.periods import days, periods
from coopanalysis.dataset.plain_numbers import without_thousands_marks
from coopanalysis.dataset.table import Table, Words

_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}\.[0-9]{3}")
_THOUSANDS_LINE = re.compile(rf"(?m)^\s*{_THOUSANDS.pattern}\s*$")


@dataclass(frozen=True)
class Rule:
    """``mask``: which rows of ``table`` break it, by what the code ``lists`` say. ``note``: told, but nothing is refused for it."""

    name: str
    table: str
    column: str
    mask: Callable[[Facts], np.ndarray]
    message: Words
    remedy: Words
    note: bool = False
    lists: tuple[str, ...] = ("indicator",)


class Facts:
    """The readable tables of a package, with the look-ups that several rules need; all of them by row."""

    def __init__(self, tables: dict[str, Table], created: str):
        self.tables = tables
        self.created = days([created[:10]])[0]
        self._found: dict[Any, Any] = {}

    def once(self, key: Any, make: Callable[[], Any]) -> Any:
        """What several rules ask for is computed once."""
        if key not in self._found:
            self._found[key] = make()
        return self._found[key]

    def period(self, table: str, column: str, part: str) -> np.ndarray:
        """A field of :class:`Periods` for each row; rows of a column that the package lacks are valid."""
        one = self.tables[table]
        if column not in one.codes:
            return np.ones(len(one.rows), dtype=bool)
        return getattr(self.once(("period", table, column), lambda: periods(one.texts[column])), part)[one.codes[column]]

    def place(self, table: str, column: str, codes: str) -> np.ndarray:
        """The row of the code list in which each code stands first, -1 where the list has none."""

        def find() -> np.ndarray:
            listed, one = self.tables[codes], self.tables[table]
            first = dict(zip(reversed(listed.codes["id"].tolist()), reversed(range(len(listed.rows))), strict=True))
            known = {text: first.get(code, -1) for code, text in enumerate(listed.texts["id"])}
            return np.array([*(known.get(text, -1) for text in one.texts[column]), -1])[one.codes[column]]

        return self.once(("place", table, column), find)

    def of_list(self, table: str, column: str, codes: str, wanted: str) -> np.ndarray:
        """A typed column of a code list for each row; what stands for an unknown code must be masked by ``known``."""
        return self.tables[codes].values[wanted][self.place(table, column, codes)]

    def known(self, table: str, column: str, codes: str) -> np.ndarray:
        return self.place(table, column, codes) >= 0

    def word(self, table: str, column: str, *words: str) -> np.ndarray:
        """Whether the indicator of each row has one of the words in a column of the indicator list."""
        return self.tables["indicator"].is_text(column, *words)[self.place(table, "indicator", "indicator")]


def _outside_area(facts: Facts) -> np.ndarray:
    end = facts.period("observations", "time_period", "end")
    begins, ends = (facts.of_list("observations", "ref_area", "ref_area", name) for name in ("valid_from", "valid_to"))
    return ((end < begins) | (end > ends)) & facts.known("observations", "ref_area", "ref_area")  # a comparison with NaT is False


def _after_its_source(facts: Facts) -> np.ndarray:
    """A figure of a day that its source could not know: after its issue, or else after the package was made.

    Estimates and forecasts may look ahead.
    """
    issued = facts.period("source", "issued", "end")
    limit = np.where(np.isnat(issued), facts.created, issued)[facts.place("observations", "source", "source")]
    start, end = (facts.period("observations", "time_period", name) for name in ("start", "end"))
    looks_ahead = facts.tables["observations"].is_text("obs_status", "E", "F")
    return (np.where(np.isnat(start), end, start) > limit) & ~looks_ahead & facts.known("observations", "source", "source")


def _change_without_start(facts: Facts) -> np.ndarray:
    table = facts.tables["observations"]
    return table.is_text("measure", "change") & table.is_text("since", "")


def _level_with_start(facts: Facts) -> np.ndarray:
    table = facts.tables["observations"]
    return table.is_text("measure", "level") & ~table.is_text("since", "")


def _larger_than_its_level(facts: Facts) -> np.ndarray:
    """A change larger than the level of the same statement would make the derived level negative."""
    table = facts.tables["observations"]
    change = table.is_text("measure", "change")
    if not change.any():
        return change
    key, value = table.key(["ref_area", "indicator", "time_period", "source"]), table.values["obs_value"]
    # a misread level makes no second problem
    levels = np.flatnonzero(~change & np.isin(key, key[change]) & ~_wrong_count(facts, "observations", "obs_value"))
    highest = pd.Series(value[levels]).groupby(key[levels]).max().reindex(key).to_numpy()
    return change & (highest < value)


def _marked_thousands(facts: Facts, table: str, column: str) -> np.ndarray:
    one = facts.tables[table]
    # one search through all texts says whether any needs a closer look
    if not _THOUSANDS_LINE.search("\n".join(one.texts[column])):
        return np.zeros(len(one.rows), dtype=bool)
    return np.array([bool(_THOUSANDS.fullmatch(text.strip())) for text in one.texts[column]], dtype=bool)[one.codes[column]]


def _is_count(facts: Facts, table: str) -> np.ndarray:
    """True where the indicator's values are whole numbers: a count, no money, no decimals, no average."""
    decimals, money = (facts.of_list(table, "indicator", "indicator", name) for name in ("decimals", "monetary"))
    counted = facts.word(table, "group", "count") & facts.word(table, "kind", "stock", "flow")
    return counted & (decimals == 0) & ~money & facts.known(table, "indicator", "indicator")


def _wrong_count(facts: Facts, table: str, column: str) -> np.ndarray:
    def mask() -> np.ndarray:
        return _is_count(facts, table) & (_marked_thousands(facts, table, column) | (facts.tables[table].values[column] % 1 > 0))

    return facts.once(("count", table), mask)


def _misread_amount(facts: Facts, table: str, column: str) -> np.ndarray:
    """Exactly three decimals (14.040, which would be read as 14.04) where values are printed with fewer."""
    marked = _marked_thousands(facts, table, column)
    if not marked.any():
        return marked
    few = facts.word(table, "group", "count", "money", "quantity") & (facts.of_list(table, "indicator", "indicator", "decimals") < 3)
    return marked & few & facts.known(table, "indicator", "indicator") & ~_is_count(facts, table)


def _as_written(cell: str) -> str:
    digits = without_thousands_marks(cell.strip())
    return f"write {digits}, without a thousands mark" if digits else "write the whole number that the source states"


def _either_way(cell: str) -> str:
    """Both readings: a mark of thousands, or a decimal point; a zero more or less makes the second plain."""
    cell = cell.strip()
    meant = cell.rstrip("0").rstrip(".") if cell.endswith("0") else f"{cell}0"
    return f"if the point marks thousands, {_as_written(cell)}; if it is the decimal point, write {meant}"


def _without_issue(facts: Facts) -> np.ndarray:
    """No day on which the target was set, or a source that was issued after the target's day (printed again, later)."""
    table = facts.tables["targets"]
    issued = facts.period("source", "issued", "end")[facts.place("targets", "source", "source")]
    given = ~np.isnat(table.values["set_on"]) if "set_on" in table.values else np.zeros(len(table.rows), dtype=bool)
    return ~given & (np.isnat(issued) | (issued > table.values["target_date"]))


def _set_after_its_day(facts: Facts) -> np.ndarray:
    values = facts.tables["targets"].values
    return values.get("set_on", np.full(len(values["target_date"]), "NaT", dtype="datetime64[s]")) > values["target_date"]


def _no_direction(facts: Facts) -> np.ndarray:
    direction = facts.of_list("targets", "indicator", "indicator", "direction")
    return (direction == 0) & facts.known("targets", "indicator", "indicator")


def _base_not_100(facts: Facts) -> np.ndarray:
    """The first row of each index and base period whose value in that period is not 100."""
    table = facts.tables["deflators"]
    year, base = (np.array([*table.texts[name], ""], dtype=object)[table.codes[name]] for name in ("time_period", "base_period"))
    is_base = (year == base) & (np.abs(table.values["obs_value"] - 100) <= 1e-9)
    grouped = pd.Series(is_base).groupby(table.key(["ref_area", "index", "base_period"]), sort=False)
    return (~grouped.transform("any") & grouped.cumcount().eq(0)).to_numpy()


def _other_kind(facts: Facts) -> np.ndarray:
    money = facts.of_list("ratio", "observed", "indicator", "monetary")
    return (money != facts.tables["ratio"].values["monetary"]) & facts.known("ratio", "observed", "indicator")


_PERIOD = "write the period as the source has it: 2018, 2018-06, 2018-12-31, two of them joined by /, or nothing"
_DAY = "no day, month, year or span of these that a calendar has"
RULES = (
    Rule("period", "observations", "time_period", lambda facts: ~facts.period("observations", "time_period", "valid"), _DAY, _PERIOD),
    Rule("period", "source", "issued", lambda facts: ~facts.period("source", "issued", "valid"), _DAY, "write the day, month or year of issue, or nothing"),
    Rule("period", "targets", "base_period", lambda facts: ~facts.period("targets", "base_period", "valid"), _DAY, _PERIOD),
    Rule("area-validity", "observations", "time_period", _outside_area, "the area did not exist then (valid_from, valid_to in codelists/ref_area.csv)",
         "use the area that existed then, or narrow the period", lists=("ref_area",)),
    Rule("later-than-source", "observations", "time_period", _after_its_source, "the figure is of a later day than its source can know",
         "correct the period or the source's day of issue; if the source looks ahead, its status is E (estimate) or F (forecast)", lists=("source",)),
    Rule("since", "observations", "since", _change_without_start,
         "a change needs the date it is counted from", "write the date, for example 2003-12-31"),
    Rule("since", "observations", "since", _level_with_start,
         "a level has no start date", "empty the cell, or set measure to change"),
    Rule("whole-number", "observations", "obs_value", lambda facts: _wrong_count(facts, "observations", "obs_value"),
         "a count: only whole numbers", _as_written),
    Rule("whole-number", "targets", "target_value", lambda facts: _wrong_count(facts, "targets", "target_value"), "a count: only whole numbers", _as_written),
    Rule("thousands-mark", "observations", "obs_value", lambda facts: _misread_amount(facts, "observations", "obs_value"),
         "the point would be read as a decimal mark", _either_way),
    Rule("thousands-mark", "targets", "target_value", lambda facts: _misread_amount(facts, "targets", "target_value"),
         "the point would be read as a decimal mark", _either_way),
    Rule("negative-level", "observations", "obs_value", _larger_than_its_level,
         "the change is larger than the level, so the earlier level would be below zero", "compare both with the source"),
    Rule("target-value", "targets", "target_value", lambda facts: facts.tables["targets"].values["target_value"] < 0, "a target is not below 0",
         "write the value that the source states; if it states none, delete the row"),
    Rule("target-direction", "targets", "indicator", _no_direction, "the indicator has no desired direction: nobody can say when its target is met",
         "give it the direction 1 (more is better) or -1 (less is better) in codelists/indicator.csv, or delete the row"),
    Rule("set-on", "targets", "set_on", _set_after_its_day, "the target was set after its own day", "correct the day it was set, or the target's date"),
    Rule("set-on", "targets", "source", _without_issue, "when this target was set is not known: its source has no day of issue, or a later one than the target",
         "write the day it was set into set_on; without it the target is never called met", note=True, lists=("source",)),
    Rule("deflator-base", "deflators", "base_period", _base_not_100, "the index is not 100 in its base period", "correct the base period or the index"),
    Rule("ratio-observed", "ratio", "observed", _other_kind, "not of the same kind as the ratio",
         "name the indicator that publishes the same thing, or none"),
)  # fmt: skip


def check_rules(tables: dict[str, Table], created: str) -> None:
    """Every rule whose tables could be read."""
    facts = Facts(tables, created)
    for rule in RULES:
        table = tables[rule.table]
        if all(tables[name].readable for name in (rule.table, *rule.lists)):
            table.add(rule.mask(facts), rule.column, rule.name, rule.message, rule.remedy, note=rule.note)
