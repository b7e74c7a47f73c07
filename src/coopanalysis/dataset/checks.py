"""Everything that can be wrong with a data package, found at once.

frictionless checks what the descriptor says: types, required cells, patterns, keys, foreign keys, hashes, sizes.
The rules below are what a descriptor cannot say. Every problem names file, row, column, value, rule and remedy.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from coopanalysis.dataset.descriptor import DESCRIPTOR, read_descriptor
from coopanalysis.dataset.package import CODE_LISTS, read_resource
from coopanalysis.dataset.periods import parse_period
from coopanalysis.errors import DataError, Problem

Frames = dict[str, pd.DataFrame]

# What to do about each kind of error that frictionless reports (its own names, see its error reference).
_REMEDIES = {
    "hash-count": "if the change is meant, write the new hash with `python -m coopanalysis.dataset.seal`; else restore the file",
    "byte-count": "if the change is meant, write the new size with `python -m coopanalysis.dataset.seal`; else restore the file",
    "type-error": "write a plain value of the column's type (1234.5, 2018-12-31, true); thousands marks are not read",
    "constraint-error": "see the allowed values of this column in datapackage.json",
    "primary-key": "one statement of a source stands once: delete the repeat or correct its key columns",
    "foreign-key": "use a code of the code list, or add the code there",
    "missing-label": "add the column; names and order stand in datapackage.json",
    "extra-label": "remove the column or describe it in datapackage.json",
    "incorrect-label": "rename the column as datapackage.json says",
    "missing-cell": "the row is short: add the empty cells at its end",
    "extra-cell": "the row has too many cells: quote values that hold a comma",
    "blank-row": "delete the empty row",
    "source-error": "restore the file",
    "scheme-error": "restore the file",
    "encoding-error": "save the file as UTF-8",
}


def check(path: str | Path | None = None) -> list[Problem]:
    """All problems of the data package at ``path`` (folder, datapackage.json, or None: the project's own).

    Returns an empty list for a sound package. Never raises for a fault of the data.
    """
    try:
        root, descriptor = read_descriptor(path)
    except DataError as error:
        return error.problems
    problems = list(_described_rules(root))
    frames: Frames = {}
    for resource in descriptor.get("resources", []):
        try:
            frames[resource["name"]] = read_resource(root, resource, lenient=True)
        except DataError as error:
            # frictionless has already named the cell or column; only what it cannot see is added
            known = {(problem.file, problem.column) for problem in problems}
            problems += [p for p in error.problems if p.rule == "missing-file" and (p.file, p.column) not in known]
        except (KeyError, pd.errors.ParserError):
            continue  # a broken description or table, reported above
    absent = [
        name
        for name in ("observations", "targets", "deflators", *CODE_LISTS)
        if name not in {resource.get("name") for resource in descriptor.get("resources", [])}
    ]
    problems += [Problem(DESCRIPTOR, "missing-resource", f"the resource {name!r} is not described", remedy="add it to resources") for name in absent]
    paths = {resource["name"]: resource["path"] for resource in descriptor.get("resources", []) if "path" in resource}
    for rule in _RULES:
        try:
            problems += list(rule(frames, paths))
        except KeyError:
            continue  # the table or column it needs is missing, which is reported already
    return sorted(set(problems), key=lambda p: (p.file, p.row or 0, p.column or "", p.rule, p.message))


def _described_rules(root: Path) -> Iterator[Problem]:
    """What frictionless finds, in our words."""
    import frictionless

    # the files lie where the descriptor says, wherever the package itself is
    try:
        report = frictionless.Package(str(root / DESCRIPTOR)).validate(limit_errors=100_000)
    except frictionless.FrictionlessException as refusal:
        for reason in refusal.reasons or [refusal.error]:
            yield Problem(DESCRIPTOR, reason.type, reason.note or reason.message, remedy="correct the description")
        return
    for error in report.errors:
        yield Problem(DESCRIPTOR, error.type, error.note or error.message, remedy="correct the description")
    for task in report.tasks:
        for error in task.errors:
            details: dict[str, Any] = error.to_descriptor()
            yield Problem(
                file=task.place or task.name,
                rule=error.type,
                message=error.note or error.message,
                row=details.get("rowNumber") or (1 if "label" in error.type else None),
                column=details.get("fieldName") or details.get("label") or ", ".join(details.get("fieldNames", [])) or None,
                value=_cell(details),
                remedy=_REMEDIES.get(error.type, "see the column's description in datapackage.json"),
            )


def _cell(details: dict[str, Any]) -> str | None:
    if "cell" in details:
        return str(details["cell"])
    cells = details.get("fieldCells") or details.get("cells")
    return ", ".join(str(cell) for cell in cells) if cells and details.get("type", "").endswith("key") else None


# -- rules that a descriptor cannot state -------------------------------------------------------------------------


def _periods_are_days(frames: Frames, paths: dict[str, str]) -> Iterator[Problem]:
    frame = frames["observations"]
    for row, text in zip(frame["row"], frame["time_period"], strict=True):
        try:
            parse_period(text)
        except ValueError as error:
            yield Problem(
                paths["observations"], "period", str(error), row, "time_period", text, "write the period as the source has it, in one of these forms"
            )


def _dates_inside_area(frames: Frames, paths: dict[str, str]) -> Iterator[Problem]:
    """A figure of an area that did not exist (yet, or any more) at that time belongs to another area."""
    areas = frames["ref_area"].set_index("id")
    for record in frames["observations"].to_dict("records"):
        try:
            period = parse_period(record["time_period"])
        except ValueError:
            continue
        if record["ref_area"] not in areas.index:
            continue
        begins, ends = areas.loc[record["ref_area"], ["valid_from", "valid_to"]]
        outside = (begins and period.end is not pd.NaT and period.end < pd.Timestamp(begins)) or (
            ends and period.end is not pd.NaT and period.end > pd.Timestamp(ends)
        )
        if outside:
            yield Problem(
                paths["observations"],
                "area-validity",
                f"{record['ref_area']} is valid from {begins or 'the beginning'} to {ends or 'today'}",
                record["row"],
                "time_period",
                record["time_period"],
                "use the area that existed then, or narrow the period",
            )


def _changes_have_a_start(frames: Frames, paths: dict[str, str]) -> Iterator[Problem]:
    for record in frames["observations"].to_dict("records"):
        if record["measure"] == "change" and not record["since"]:
            yield Problem(
                paths["observations"],
                "since",
                "a change needs the date it is counted from",
                record["row"],
                "since",
                "",
                "write the date, for example 2003-12-31",
            )
        if record["measure"] == "level" and record["since"]:
            yield Problem(
                paths["observations"],
                "since",
                "a level has no start date",
                record["row"],
                "since",
                record["since"],
                "empty the cell, or set measure to change",
            )


def _no_negative_levels(frames: Frames, paths: dict[str, str]) -> Iterator[Problem]:
    """A change larger than its level would make the derived level negative."""
    frame = frames["observations"]
    key = ["ref_area", "indicator", "time_period", "source"]
    pairs = frame[frame["measure"].eq("change")].merge(frame[frame["measure"].eq("level")], on=key, suffixes=("", "_level"))
    for record in pairs[pairs["obs_value_level"] < pairs["obs_value"]].to_dict("records"):
        yield Problem(
            paths["observations"],
            "negative-level",
            f"the change is larger than the level {record['obs_value_level']:g} of row {record['row_level']}, "
            "so the earlier level would be below zero",
            record["row"],
            "obs_value",
            f"{record['obs_value']:g}",
            "compare both with the source",
        )


def _targets_at_year_end(frames: Frames, paths: dict[str, str]) -> Iterator[Problem]:
    frame = frames["targets"]
    for record in frame[~frame["target_date"].str.endswith("-12-31")].to_dict("records"):
        yield Problem(
            paths["targets"],
            "target-date",
            "targets stand at 31 December of their year",
            record["row"],
            "target_date",
            record["target_date"],
            "write YYYY-12-31",
        )


def _deflator_base_is_100(frames: Frames, paths: dict[str, str]) -> Iterator[Problem]:
    frame = frames["deflators"]
    for (area, index), group in frame.groupby(["ref_area", "index"]):
        for base in group["base_period"].unique():
            value = group.loc[group["time_period"].eq(base), "obs_value"]
            if len(value) != 1 or abs(value.iloc[0] - 100) > 1e-9:
                yield Problem(
                    paths["deflators"],
                    "deflator-base",
                    f"the {index} of {area} is not 100 in its base period",
                    int(group["row"].iloc[0]),
                    "base_period",
                    base,
                    "correct the base period or the index",
                )


def _ratios_make_their_unit(frames: Frames, paths: dict[str, str]) -> Iterator[Problem]:
    indicators = frames["indicator"].set_index("id")
    for record in frames["ratio"].to_dict("records"):
        observed = record["observed"]
        if observed and observed in indicators.index and bool(indicators.at[observed, "monetary"]) != bool(record["monetary"]):
            yield Problem(
                paths["ratio"],
                "ratio-observed",
                f"{observed} is not of the same kind as the ratio",
                record["row"],
                "observed",
                observed,
                "name the indicator that publishes the same thing, or none",
            )


def _text_is_nfc(frames: Frames, paths: dict[str, str]) -> Iterator[Problem]:
    """Vietnamese letters composed in two ways look alike and do not join; surrounding spaces do not either."""
    for name, frame in frames.items():
        for column in frame.columns.drop("row"):
            if not pd.api.types.is_string_dtype(frame[column]):
                continue
            odd = frame[column].map(lambda text: text != unicodedata.normalize("NFC", text) or text != text.strip())
            for row, text in zip(frame.loc[odd, "row"], frame.loc[odd, column], strict=True):
                yield Problem(
                    paths[name],
                    "text-form",
                    "the text has surrounding spaces or letters in decomposed form",
                    row,
                    column,
                    text,
                    "retype it, or save the file in Unicode form NFC",
                )


_RULES: tuple[Callable[[Frames, dict[str, str]], Iterator[Problem]], ...] = (
    _periods_are_days,
    _dates_inside_area,
    _changes_have_a_start,
    _no_negative_levels,
    _targets_at_year_end,
    _deflator_base_is_100,
    _ratios_make_their_unit,
    _text_is_nfc,
)
