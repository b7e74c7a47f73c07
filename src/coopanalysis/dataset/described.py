"""What frictionless finds wrong with a data package by its own description, told in our words.

It checks types, required cells, patterns, keys, code lists, hashes and sizes. Its own messages count "positions" and
quote the schema; an analyst needs the row, the value and what to do.
"""

from __future__ import annotations

import copy
import difflib
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from coopanalysis.dataset.descriptor import DESCRIPTOR
from coopanalysis.errors import Problem

# Said by its own name for a type: what the cell is not, and how to write it.
_TYPES = {
    "date": ("not a date", "write the day as YYYY-MM-DD, for example 2018-12-31"),
    "boolean": ("neither true nor false", "write true or false"),
    "integer": ("not a whole number", "write a whole number such as 12"),
    "number": ("not a number", "write a plain number such as 1234.5"),
}
_SEALS = {
    "hash-count": ("the file is not the one that was sealed: its content has changed", "hash"),
    "byte-count": ("the file is not the one that was sealed: it has another size", "size"),
}
_SHORT_LIST = 8  # codes that still fit into one line
# Everything that a spreadsheet writes into a CSV file and that csv.Sniffer would otherwise guess, differently for each file.
_DIALECT = {"csv": {"delimiter": ",", "quoteChar": '"', "doubleQuote": True, "skipInitialSpace": False}}


def described_problems(root: Path, descriptor: dict[str, Any], broken: Collection[str], texts: dict[str, pd.DataFrame]) -> Iterator[Problem]:
    """Every fault by the description; resources in ``broken`` are left out, and so is what refers to them.

    ``texts``: the cells of the resources that could be read, by name.
    """
    import frictionless

    try:
        report = frictionless.Package.from_descriptor(_without(descriptor, broken), basepath=str(root)).validate(limit_errors=100_000)
    except frictionless.FrictionlessException as refusal:
        for reason in refusal.reasons or [refusal.error]:
            yield Problem(DESCRIPTOR, reason.type, reason.note or reason.message, remedy="correct the description")
        return
    for error in report.errors:
        yield Problem(DESCRIPTOR, error.type, error.note or error.message, remedy="correct the description")
    schemas = {resource["name"]: resource.get("schema", {}) for resource in descriptor["resources"] if "name" in resource}
    for task in report.tasks:
        errors = [error.to_descriptor() for error in task.errors]
        doubled = {error.get("rowNumber") for error in errors if error["type"] == "primary-key"}
        for error in errors:
            if error["type"] == "unique-error" and error.get("rowNumber") in doubled:
                continue  # the same fault: the column is the whole key
            yield _problem(task.name, task.place or task.name, error, schemas.get(task.name, {}), texts)


def _without(descriptor: dict[str, Any], broken: Collection[str]) -> dict[str, Any]:
    """The description of the sound files alone, read as the loader reads them."""
    kept = copy.deepcopy(descriptor)
    kept["resources"] = [resource for resource in kept.get("resources", []) if resource.get("name") not in broken]
    for resource in kept["resources"]:
        schema = resource.get("schema")
        if isinstance(schema, dict):
            resource["dialect"] = _DIALECT
            keys = schema.get("foreignKeys", [])
            schema["foreignKeys"] = [key for key in keys if key.get("reference", {}).get("resource") not in broken]
    return kept


def _problem(name: str, file: str, error: dict[str, Any], schema: dict[str, Any], texts: dict[str, pd.DataFrame]) -> Problem:
    kind, row, column, cell = error["type"], error.get("rowNumber"), error.get("fieldName"), error.get("cell")
    field: dict[str, Any] = next((field for field in schema.get("fields", []) if field["name"] == column), {})
    message, remedy = error.get("note") or error["message"], "see the column's description in datapackage.json"
    if kind in _SEALS:
        message, what = _SEALS[kind]
        remedy = f"if the change is meant, write the new {what} with `python -m coopanalysis.dataset.seal`; else restore the file"
    elif kind == "type-error":
        message, remedy = _TYPES.get(field.get("type", ""), (message, remedy))
    elif kind == "constraint-error":
        message, remedy = _constraint(message, field)
    elif kind == "primary-key":
        key = schema.get("primaryKey", [])
        columns = [key] if isinstance(key, str) else list(key)
        column, cell = ", ".join(columns), ", ".join(_cells(texts.get(name), row, columns))
        message, remedy = _as_in_row(message, "key"), "it may stand only once: delete the repeat, or correct it"
    elif kind == "unique-error":
        message, remedy = _as_in_row(message, "value"), "give it another value, or delete the repeat"
    elif kind == "foreign-key":
        column, cell = ", ".join(error["fieldNames"]), ", ".join(error["fieldCells"])
        message, remedy = _reference(cell, error.get("referenceName") or name, error["referenceFieldNames"][0], texts)
    return Problem(file, kind, message, row, column, cell, remedy)


def _constraint(note: str, field: dict[str, Any]) -> tuple[str, str]:
    """Message and remedy for the constraint named in the note."""
    found = re.match(r'constraint "(\w+)"', note)
    name = found[1] if found else ""
    limit = field.get("constraints", {}).get(name)
    match name:
        case "required":
            return "the cell is empty", "fill it in; this column is never empty"
        case "enum":
            words = ", ".join(map(str, limit))
            return f"not one of {words}", f"write one of {words}"
        case "exclusiveMinimum":
            return f"not above {limit}", f"write a value above {limit}"
        case "minimum":
            return f"below {limit}", f"write {limit} or more"
        case "pattern":
            told = field.get("description") or field.get("title") or "see datapackage.json"
            return "not in the form of this column", f"the column holds: {told}"
    return note, "see the column's description in datapackage.json"


def _as_in_row(note: str, what: str) -> str:
    found = re.search(r"row at position (\d+)", note)
    return f"the same {what} as in row {found[1]}" if found else f"the {what} is empty"


def _reference(cell: str, name: str, column: str, texts: dict[str, pd.DataFrame]) -> tuple[str, str]:
    """Message and remedy for a code that its list does not hold, with the nearest one that it does."""
    codes = list(texts[name][column]) if name in texts else []
    near = difflib.get_close_matches(cell, codes, n=1)
    known = f" ({', '.join(codes)})" if 0 < len(codes) <= _SHORT_LIST else ""
    hint = f"did you mean {near[0]!r}? If not, " if near else ""
    return f"not in the code list {name}{known}", f"{hint}use a code of the list, or add it there"


def _cells(text: pd.DataFrame | None, row: int | None, columns: list[str]) -> list[str]:
    if text is None:
        return []
    return [str(cell) for name in columns if name in text for cell in text.loc[text["row"].eq(row), name]]
