"""Rules of a data package that its description cannot state. Each is a function of the tables and yields problems."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pandas as pd

from coopanalysis.dataset.periods import parse_period
from coopanalysis.dataset.plain_numbers import without_thousands_marks
from coopanalysis.errors import Problem

Frames = dict[str, pd.DataFrame]

_VALUES = {"observations": "obs_value", "targets": "target_value"}  # the columns whose meaning an indicator gives
_GROUP_OF_DIGITS = 3


@dataclass(frozen=True)
class Tables:
    """What could be read, by resource name: cells as text, the same typed, and the name of the file."""

    texts: Frames = field(default_factory=dict)
    frames: Frames = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    def by_code(self, name: str) -> pd.DataFrame:
        """A code list by its code; of a code that stands twice (another problem) the first row."""
        return self.frames[name].drop_duplicates("id").set_index("id")


def _periods_are_days(tables: Tables) -> Iterator[Problem]:
    frame = tables.frames["observations"]
    for row, text in zip(frame["row"], frame["time_period"], strict=True):
        try:
            parse_period(text)
        except ValueError as error:
            reason = str(error).removeprefix(f"time_period {text!r}: ")
            remedy = "write the period as the source has it: 2018, 2018-06, 2018-12-31, two of them joined by /, or nothing"
            yield Problem(tables.files["observations"], "period", reason, row, "time_period", text, remedy)


def _dates_inside_area(tables: Tables) -> Iterator[Problem]:
    """A figure of an area that did not exist (yet, or any more) at that time belongs to another area."""
    areas = tables.by_code("ref_area")
    # a comparison with NaT (no limit, a limit that is no date, an undated figure) is False
    limits = areas[["valid_from", "valid_to"]].replace("", None).apply(pd.to_datetime, format="%Y-%m-%d", errors="coerce")
    for record in tables.frames["observations"].to_dict("records"):
        try:
            period = parse_period(record["time_period"])
        except ValueError:
            continue
        if record["ref_area"] not in areas.index:
            continue
        if period.end < limits.at[record["ref_area"], "valid_from"] or period.end > limits.at[record["ref_area"], "valid_to"]:
            begins, ends = areas.loc[record["ref_area"], ["valid_from", "valid_to"]]
            yield Problem(
                tables.files["observations"],
                "area-validity",
                f"{record['ref_area']} is valid from {begins or 'the beginning'} to {ends or 'today'}",
                record["row"],
                "time_period",
                record["time_period"],
                "use the area that existed then, or narrow the period",
            )


def _changes_have_a_start(tables: Tables) -> Iterator[Problem]:
    for record in tables.frames["observations"].to_dict("records"):
        if record["measure"] == "change" and not record["since"]:
            yield Problem(
                tables.files["observations"],
                "since",
                "a change needs the date it is counted from",
                record["row"],
                "since",
                "",
                "write the date, for example 2003-12-31",
            )
        if record["measure"] == "level" and record["since"]:
            yield Problem(
                tables.files["observations"],
                "since",
                "a level has no start date",
                record["row"],
                "since",
                record["since"],
                "empty the cell, or set measure to change",
            )


def _no_negative_levels(tables: Tables) -> Iterator[Problem]:
    """A change larger than its level would make the derived level negative."""
    frame = tables.frames["observations"]
    doubtful = {problem.row for problem in _values_are_plain(tables)}  # a misread level makes no second problem
    frame = frame[~frame["row"].isin(doubtful)]
    key = ["ref_area", "indicator", "time_period", "source"]
    pairs = frame[frame["measure"].eq("change")].merge(frame[frame["measure"].eq("level")], on=key, suffixes=("", "_level"))
    for record in pairs[pairs["obs_value_level"] < pairs["obs_value"]].to_dict("records"):
        yield Problem(
            tables.files["observations"],
            "negative-level",
            f"the change is larger than the level {record['obs_value_level']:g} of row {record['row_level']}, "
            "so the earlier level would be below zero",
            record["row"],
            "obs_value",
            f"{record['obs_value']:g}",
            "compare both with the source",
        )


def _values_are_plain(tables: Tables) -> Iterator[Problem]:
    """A count is a whole number, and no value looks as if its point marked thousands.

    The indicator code list says what a count is: ``group`` count, ``kind`` stock or flow, not ``monetary``, 0 ``decimals``.
    Money may have decimals, yet exactly three of them (14.040, which would be read as 14.04) are refused: such amounts
    are printed with fewer, and a writer who does mean them can add or drop a zero.
    """
    indicators = tables.by_code("indicator")
    whole = (
        indicators["group"].eq("count")
        & indicators["kind"].isin(["stock", "flow"])
        & indicators["decimals"].eq(0)
        & ~indicators["monetary"].astype(bool)
    )
    few_decimals = indicators["group"].ne("share") & indicators["decimals"].lt(_GROUP_OF_DIGITS)
    for name, column in _VALUES.items():
        if name not in tables.texts:
            continue
        text, values = tables.texts[name], tables.frames[name][column]
        for code, cell, value, row in zip(text["indicator"], text[column].str.strip(), values, text["row"], strict=True):
            if code not in indicators.index or pd.isna(value):
                continue
            digits = without_thousands_marks(cell)
            if whole[code] and (digits or value % 1):
                remedy = f"write {digits}, without a thousands mark" if digits else "write the whole number that the source states"
                yield Problem(tables.files[name], "whole-number", f"{code} is a count: only whole numbers", row, column, cell, remedy)
            elif digits and few_decimals[code]:
                meant = f"{value:g}" if cell.endswith("0") else f"{cell}0"
                remedy = f"write {digits}, without a thousands mark; if it is {value:g}, write {meant}"
                yield Problem(
                    tables.files[name], "thousands-mark", f"the point would be read as a decimal mark: {value:g}", row, column, cell, remedy
                )


def _targets_can_be_judged(tables: Tables) -> Iterator[Problem]:
    """A target is above 0, and its indicator has a desired direction.

    Every report shows the constant growth that leads to a target and how much of it is reached; neither exists for 0,
    whichever way is better. Without a direction nobody can say when a target is met.
    """
    indicators, file = tables.by_code("indicator"), tables.files["targets"]
    for record in tables.frames["targets"].to_dict("records"):
        code, value = record["indicator"], record["target_value"]
        direction = indicators["direction"].get(code)
        if value <= 0:
            less = " (a target of none at all cannot be held; say it in README.md)" if direction == -1 and value == 0 else ""
            remedy = f"write the value that the source states; if it states none, delete the row{less}"
            yield Problem(file, "target-value", "a target is greater than 0", record["row"], "target_value", f"{value:g}", remedy)
        if direction == 0:
            remedy = f"give {code} the direction 1 (more is better) or -1 (less is better) in codelists/indicator.csv, or delete the row"
            yield Problem(file, "target-direction", f"{code} has no desired direction", record["row"], "indicator", code, remedy)


def _targets_at_year_end(tables: Tables) -> Iterator[Problem]:
    frame = tables.frames["targets"]
    for record in frame[~frame["target_date"].str.endswith("-12-31")].to_dict("records"):
        yield Problem(
            tables.files["targets"],
            "target-date",
            "targets stand at 31 December of their year",
            record["row"],
            "target_date",
            record["target_date"],
            "write YYYY-12-31",
        )


def _deflator_base_is_100(tables: Tables) -> Iterator[Problem]:
    frame = tables.frames["deflators"]
    for (area, index), group in frame.groupby(["ref_area", "index"]):
        for base in group["base_period"].unique():
            value = group.loc[group["time_period"].eq(base), "obs_value"]
            if len(value) == 0 or (value - 100).abs().gt(1e-9).any():
                yield Problem(
                    tables.files["deflators"],
                    "deflator-base",
                    f"the {index} of {area} is not 100 in its base period",
                    int(group["row"].iloc[0]),
                    "base_period",
                    base,
                    "correct the base period or the index",
                )


def _ratios_make_their_unit(tables: Tables) -> Iterator[Problem]:
    indicators = tables.by_code("indicator")
    for record in tables.frames["ratio"].to_dict("records"):
        observed = record["observed"]
        if observed and observed in indicators.index and bool(indicators.at[observed, "monetary"]) != bool(record["monetary"]):
            yield Problem(
                tables.files["ratio"],
                "ratio-observed",
                f"{observed} is not of the same kind as the ratio",
                record["row"],
                "observed",
                observed,
                "name the indicator that publishes the same thing, or none",
            )


def _text_is_nfc(tables: Tables) -> Iterator[Problem]:
    """Vietnamese letters composed in two ways look alike and do not join; surrounding spaces do not either."""
    for name, frame in tables.frames.items():
        for column in frame.columns.drop("row"):
            if not pd.api.types.is_string_dtype(frame[column]):
                continue
            odd = frame[column].map(lambda text: text != unicodedata.normalize("NFC", text) or text != text.strip())
            for row, text in zip(frame.loc[odd, "row"], frame.loc[odd, column], strict=True):
                yield Problem(
                    tables.files[name],
                    "text-form",
                    "the text has surrounding spaces or letters in decomposed form",
                    row,
                    column,
                    text,
                    "retype it, or save the file in Unicode form NFC",
                )


RULES: tuple[Callable[[Tables], Iterator[Problem]], ...] = (
    _periods_are_days,
    _dates_inside_area,
    _changes_have_a_start,
    _no_negative_levels,
    _values_are_plain,
    _targets_at_year_end,
    _targets_can_be_judged,
    _deflator_base_is_100,
    _ratios_make_their_unit,
    _text_is_nfc,
)
