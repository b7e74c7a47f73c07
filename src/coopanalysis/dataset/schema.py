"""The description of a data package as the program reads it: its shape, and the columns that must be there.

The descriptor is the one description of the files. Here it becomes typed objects, or a :class:`DataError` that names
every place where it is something else.
"""

from __future__ import annotations

import json
import re
import warnings
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from coopanalysis.dataset.descriptor import DESCRIPTOR
from coopanalysis.errors import DataError, Problem, shown

# What the program reads of each table, text unless a type is named.
NEEDED = {
    "observations": "ref_area indicator time_period measure since:date obs_value:number qualifier obs_status source locator comment",
    "targets": "ref_area indicator target_date:date target_value:number qualifier source",
    "deflators": "ref_area index time_period obs_value:number base_period source",
    "indicator": "id label_vi label_en short_vi short_en unit kind monetary:boolean direction:integer decimals:integer group part_of sort_key:integer",
    "ratio": "id label_vi label_en numerator denominator unit decimals:integer monetary:boolean observed sort_key:integer",
    "ref_area": "id label_vi label_en short_vi short_en valid_from:date valid_to:date successor",
    "source": "id title_vi title_en short_vi short_en publisher issued evidence reliability assumed_date:date",
    "unit": "id label_vi label_en suffix_vi suffix_en",
    "obs_status": "id label_vi label_en",
    "qualifier": "id label_vi label_en",
}
# What a package may lack: empty then.
OPTIONAL = {
    "observations": "repeated:boolean",
    "targets": "set_on:date base_period",
    "indicator": "definition_vi definition_en supplier_vi supplier_en",
    "ratio": "note_vi note_en",
    "ref_area": "level parent note_vi note_en",
    "source": "family url licence note_vi note_en",
    "events": "ref_area date:date label_vi label_en source",
}
# What must hold whatever a description leaves out: codes of lists, keys, words, limits. The program relies on them.
CODES = {
    "observations": {"ref_area": "ref_area", "indicator": "indicator", "qualifier": "qualifier", "obs_status": "obs_status", "source": "source"},
    "targets": {"ref_area": "ref_area", "indicator": "indicator", "qualifier": "qualifier", "source": "source"},
    "deflators": {"ref_area": "ref_area", "source": "source"},
    "events": {"ref_area": "ref_area", "source": "source"},
    "indicator": {"unit": "unit"},
    "ratio": {"numerator": "indicator", "denominator": "indicator", "unit": "unit", "observed": "indicator"},
    "ref_area": {"parent": "ref_area", "successor": "ref_area"},
}
KEYS = {
    "observations": ["ref_area", "indicator", "time_period", "measure", "since", "source"],
    "targets": ["ref_area", "indicator", "target_date", "source"],
    "deflators": ["ref_area", "index", "time_period"],
}
WORDS: dict[str, dict[str, list[str | int | float]]] = {
    "observations": {"measure": ["level", "change"]},
    "deflators": {"index": ["cpi"]},
    "indicator": {"kind": ["stock", "flow", "average"], "group": ["count", "money", "quantity", "share"], "direction": [1, -1, 0]},
    "source": {"evidence": ["report", "published"], "reliability": ["high", "medium", "low"]},
    "qualifier": {"id": ["exact", "about", "more_than", "less_than", "nearly"]},
}
LIMITS = {
    "deflators": {"obs_value": {"exclusiveMinimum": 0.0}},
    "indicator": {"decimals": {"minimum": 0.0, "maximum": 9.0}},
    "ratio": {"decimals": {"minimum": 0.0, "maximum": 9.0}},
}
PATTERNS = {"deflators": {"time_period": "[0-9]{4}", "base_period": "[0-9]{4}"}}
MAY_BE_EMPTY = {"observations": "time_period since locator comment repeated", "targets": "set_on base_period", "ratio": "observed",
                "indicator": "part_of definition_vi definition_en supplier_vi supplier_en", "ref_area": "level parent valid_from valid_to successor",
                "source": "issued assumed_date family", "unit": "suffix_vi suffix_en", "qualifier": "label_vi label_en"}  # fmt: skip
LISTS = ("indicator", "ratio", "ref_area", "source", "unit", "obs_status", "qualifier")
# Without rows in these nothing can be said; a province may have no target, no price index, no ratio, no event.
NEVER_EMPTY = ("observations", "indicator", "ref_area", "source", "unit", "obs_status", "qualifier")

_MOST_OPEN, _MOST_OPTIONAL, _MOST_LETTERS = 2, 12, 300


class _Lenient(BaseModel):
    """Data Package allows properties of one's own; what is read has its type, without conversion."""

    model_config = ConfigDict(extra="allow", strict=True)


class Constraints(_Lenient):
    required: bool = False
    unique: bool = False
    enum: list[str | int | float] = []
    pattern: str = ""
    minimum: float | None = None
    maximum: float | None = None
    exclusiveMinimum: float | None = None
    exclusiveMaximum: float | None = None


class Column(_Lenient):
    name: str = Field(min_length=1)
    type: Literal["string", "number", "integer", "boolean", "date"] = "string"
    description: str = ""
    constraints: Constraints = Constraints()

    @model_validator(mode="after")
    def _can_be_checked(self) -> Column:
        if fault := pattern_fault(self.constraints.pattern):
            raise ValueError(f"the pattern of {self.name!r} {fault}")
        return self


class Reference(_Lenient):
    resource: str = ""  # empty: the table itself
    fields: list[str] | str


class ForeignKey(_Lenient):
    fields: list[str] | str
    reference: Reference


class Schema(_Lenient):
    fields: list[Column] = Field(min_length=1)
    primaryKey: list[str] | str = []
    foreignKeys: list[ForeignKey] = []
    missingValues: list[Literal[""]] = [""]


class Resource(_Lenient):
    name: str = Field(min_length=1)
    path: str = Field(min_length=1)
    format: Literal["csv"] = "csv"
    encoding: Literal["utf-8"] = "utf-8"
    dialect: None = None  # plain CSV is the only dialect
    hash: str | None = None
    bytes: int | None = None
    table: Schema = Field(alias="schema")


class Defaults(_Lenient):
    """What parameters left empty take."""

    ref_area: str = ""
    start: int | None = None
    end: int | None = None
    target_years: list[int] | None = None
    chain: list[str] = []  # of decomposition_table: codes, the total last


class Package(_Lenient):
    """``created``: no figure is dated later, unless it is an estimate or a forecast."""

    resources: list[Resource]
    created: str = ""
    name: str = ""
    version: str = ""
    subject_vi: str = ""
    subject_en: str = ""
    issuer_vi: str = ""
    issuer_en: str = ""
    contact_vi: str = ""
    contact_en: str = ""
    defaults: Defaults = Defaults()


def names(key: list[str] | str) -> list[str]:
    """A key of the description as a list of column names."""
    return [key] if isinstance(key, str) else key


def columns_of(text: str) -> dict[str, str]:
    """Name and type of each column of a line of ``NEEDED`` or ``OPTIONAL``."""
    return {name: kind or "string" for name, _, kind in (word.partition(":") for word in text.split())}


def described(descriptor: dict[str, Any]) -> Package:
    """The description as typed objects; :class:`DataError` with every place where it is wrong or incomplete."""
    try:
        package = Package.model_validate_json(json.dumps(descriptor))
    except (ValidationError, ValueError, RecursionError) as error:
        faults = error.errors(include_url=False, include_input=False) if isinstance(error, ValidationError) else [{"loc": (), "msg": str(error)}]
        raise DataError([_problem(f"{'.'.join(map(str, one['loc']))}: {one['msg']}") for one in faults[:100]]) from None
    if problems := list(_gaps(package)):
        raise DataError(problems)
    for one in package.resources:
        _add_what_must_hold(one)
    return package


def _add_what_must_hold(one: Resource) -> None:
    """A description may ask for more than the program needs, and never for less."""
    table, needed = one.table, columns_of(NEEDED.get(one.name, ""))
    optional = MAY_BE_EMPTY.get(one.name, "").split()
    for column in table.fields:
        rules = column.constraints = column.constraints.model_copy()
        rules.required |= column.name in needed and column.name not in optional
        rules.unique |= one.name in LISTS and column.name == "id"
        if words := WORDS.get(one.name, {}).get(column.name):
            rules.enum = [word for word in words if word in rules.enum or not rules.enum]
        for limit, value in LIMITS.get(one.name, {}).get(column.name, {}).items():
            given, tighter = getattr(rules, limit), max if limit.lower().endswith("minimum") else min
            setattr(rules, limit, value if given is None else tighter(given, value))
        rules.pattern = rules.pattern or PATTERNS.get(one.name, {}).get(column.name, "")
    table.primaryKey = table.primaryKey or KEYS.get(one.name, ["id"] if one.name in LISTS else [])
    known = {names(key.fields)[0] for key in table.foreignKeys}
    for name, codes in CODES.get(one.name, {}).items():
        if name not in known and name in {field.name for field in table.fields}:
            table.foreignKeys = [*table.foreignKeys, ForeignKey(fields=name, reference=Reference(resource=codes, fields="id"))]


def pattern_fault(pattern: str) -> str:
    """Why a pattern is not used, "" if it is: repeats of repeats can take longer than anybody waits (``(a+)+``)."""
    if len(pattern) > _MOST_LETTERS:
        return f"has more than {_MOST_LETTERS} letters"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a pattern that Python will read otherwise one day
            re.compile(pattern)
    except (re.error, RecursionError, OverflowError, Warning) as error:
        return f"cannot be read: {str(error)[:100]}"
    plain = re.sub(r"\[\^?\]?[^\]]*\]", "c", re.sub(r"\\.", "e", pattern)).replace("(?:", "(")
    if "(?" in plain or re.search(r"\\[1-9]", pattern) or re.search(r"\)([*+{]|\?[*+?])", plain):
        return "repeats a group, looks around or back: write it without, it could take for ever"
    if len(re.findall(r"[*+]|\{\d*,\d*\}", plain)) > _MOST_OPEN or plain.count("?") + plain.count("|") > _MOST_OPTIONAL:
        return f"has more than {_MOST_OPEN} open repeats or {_MOST_OPTIONAL} choices: it could take for ever"
    return ""


def _gaps(package: Package) -> list[Problem]:
    """Names that are described nowhere, twice, or with another type."""
    found = {one.name: {column.name: column.type for column in one.table.fields} for one in package.resources}
    told = ["two resources have one name"] if len(found) < len(package.resources) else []
    told += [f"the resource {name!r} is not described" for name in NEEDED if name not in found]
    for lists in (NEEDED, OPTIONAL):
        for name, text in lists.items():
            mine = found.get(name)
            for column, kind in columns_of(text).items() if mine is not None else ():
                if mine is not None and (lists is NEEDED or column in mine) and mine.get(column) != kind:
                    told.append(f"{name} has no column {column!r} of type {kind}")
    for one in package.resources:
        mine = found[one.name]
        if len(mine) < len(one.table.fields):
            told.append(f"{one.name} describes a column twice")
        if not set(names(one.table.primaryKey)) <= set(mine):
            told.append(f"the key of {one.name} names a column that is not described")
        for key in one.table.foreignKeys:
            theirs = found.get(key.reference.resource, {}) if key.reference.resource else mine
            here, there = names(key.fields), names(key.reference.fields)
            if len(here) != 1 or len(there) != 1 or here[0] not in mine or there[0] not in theirs:
                told.append(f"a foreign key of {one.name} does not lead from one described column to another")
    start, end = package.defaults.start, package.defaults.end
    if start is not None and end is not None and start >= end:
        told.append(f"defaults: start {shown(start)} is not before end {shown(end)}")
    return [_problem(message) for message in told]


def _problem(message: str) -> Problem:
    rule = "missing-resource" if message.endswith("is not described") and message.startswith("the resource") else "description"
    return Problem(DESCRIPTOR, rule, message, remedy="correct the description, or restore it")
