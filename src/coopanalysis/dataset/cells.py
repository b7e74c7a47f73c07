"""What the description says of a cell, a column or a key, tested on the different texts of a column.

Cells become values here: numbers float64 (NaN where empty), days datetime64, booleans bool, everything else text.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import numpy as np
import pandas as pd

from coopanalysis.dataset.periods import days
from coopanalysis.dataset.plain_numbers import how_to_write, is_not_finite, to_numbers
from coopanalysis.dataset.schema import Column, names
from coopanalysis.dataset.table import TOLD, Table
from coopanalysis.errors import Problem, nearest, shown

TOO_LARGE = 1e15  # beyond it a float no longer tells whole numbers apart
SHORT_LIST = 8  # codes that still fit into one line
LONGEST = 1000  # letters of one cell; a pattern looks at 200
# A label this long has no room in any figure or column; its letters are those that figures can draw.
LABEL_LENGTHS = {"label": 120, "short": 60}
_NOT_ZERO = re.compile("[1-9]")
_NOT_DRAWN = re.compile(r"[\x00-\x1f\x7f-\x9f\xad\u0590-\u1dff\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2c00-\U0010ffff]")

_LIMITS = (("minimum", "below", np.less), ("exclusiveMinimum", "not above", np.less_equal),
           ("maximum", "above", np.greater), ("exclusiveMaximum", "not below", np.greater_equal))  # fmt: skip


def check_cells(table: Table) -> None:
    """Types and constraints of every column; fills ``table.values``."""
    for column in table.resource.table.fields:
        values = _typed(table, column)
        _check_constraints(table, column, values)
        if values is not None:
            table.values[column.name] = values[table.codes[column.name]]


def _typed(table: Table, column: Column) -> np.ndarray | None:
    """The different texts of a column as values of its type (None: text); what is none is told."""
    name, texts = column.name, table.texts[column.name]
    given = np.array([text != "" for text in texts], dtype=bool)
    if column.type in ("number", "integer"):
        values = to_numbers(texts)
        wrong = given & np.isnan(values)
        if wrong.any():
            endless = [bad and is_not_finite(text) for text, bad in zip(texts, wrong, strict=True)]
            table.add_texts(endless, name, "finite-number", "not a finite number", how_to_write)
            table.add_texts(wrong & ~np.array(endless), name, "type-error", "not a number", how_to_write)
        tiny = [value == 0 and bool(_NOT_ZERO.search(text)) for text, value in zip(texts, values, strict=True)]
        lost = (np.abs(values) >= TOO_LARGE) | np.array(tiny, dtype=bool)
        table.add_texts(lost, name, "number-size", "too large or too small to be kept exactly", "write the number in a unit that suits it")
        if column.type == "integer":
            table.add_texts(values % 1 > 0, name, "type-error", "not a whole number", "write a whole number such as 12")
        return values
    if column.type == "boolean":
        table.add_texts(
            (text.lower() not in ("", "true", "false") for text in texts), name, "type-error", "neither true nor false", "write true or false"
        )
        return np.array([text.lower() == "true" for text in texts], dtype=bool)
    if column.type == "date":
        day = days(texts)
        table.add_texts(given & np.isnat(day), name, "type-error", "not a date", "write the day as YYYY-MM-DD, for example 2018-12-31")
        return day
    odd = (not unicodedata.is_normalized("NFC", text) or text != text.strip() for text in texts)
    remedy = "retype it, or save the file in Unicode form NFC"
    table.add_texts(odd, name, "text-form", "the text has surrounding spaces or letters in decomposed form", remedy)
    kind, _, language = name.rpartition("_")
    if language in ("vi", "en"):
        longest = LABEL_LENGTHS.get(kind, LONGEST)
        shorter = f"write at most {longest} letters; what is longer belongs into a note or a definition"
        table.add_texts((len(text) > longest for text in texts), name, "label", f"longer than {longest} letters: there is no room for it", shorter)
        table.add_texts(
            (bool(_NOT_DRAWN.search(text)) for text in texts), name, "label", "a letter that figures cannot draw", "write it in Latin letters"
        )
    table.add_texts(
        (len(text) > LONGEST for text in texts), name, "text-length", f"longer than {LONGEST} letters", "shorten it, or put it into a file of its own"
    )
    return None


def _check_constraints(table: Table, column: Column, values: np.ndarray | None) -> None:
    name, rules, texts = column.name, column.constraints, table.texts[column.name]
    numbers = values if column.type in ("number", "integer") else None
    if rules.required:
        table.add_texts((text == "" for text in texts), name, "constraint-error", "the cell is empty", "fill it in; this column is never empty")
    if numbers is not None:
        for rule, words, beyond in _LIMITS:
            if (limit := getattr(rules, rule)) is not None:
                table.add_texts(beyond(numbers, limit), name, "constraint-error", f"{words} {limit:g}", f"the value must not be {words} {limit:g}")
    if rules.enum:
        allowed: set[Any] = {one for one in rules.enum if not isinstance(one, str)} if numbers is not None else {str(one) for one in rules.enum}
        cells = texts if numbers is None else numbers.tolist()
        words = shown(", ".join(map(str, rules.enum))).strip("'\"")
        other = (text != "" and cell not in allowed for text, cell in zip(texts, cells, strict=True))
        table.add_texts(other, name, "constraint-error", f"not one of {words}", f"write one of {words}")
    if rules.pattern:
        told, pattern = column.description or "see datapackage.json", re.compile(rules.pattern.removeprefix("^").removesuffix("$"))
        other = (text != "" and (len(text) > 200 or not pattern.fullmatch(text)) for text in texts)
        table.add_texts(other, name, "constraint-error", "not in the form of this column", f"the column holds: {told}")


def check_keys(table: Table, tables: dict[str, Table]) -> None:
    """Keys that stand twice, and codes that their list does not hold."""
    key = names(table.resource.table.primaryKey)
    unique = [[column.name] for column in table.resource.table.fields if column.constraints.unique]
    if key:
        _check_once(table, key, "primary-key", "key", "it may stand only once: delete the repeat, or correct it")
    for columns in unique:
        if columns != key:
            _check_once(table, columns, "unique-error", "value", "give it another value, or delete the repeat")
    for reference in table.resource.table.foreignKeys:
        name, there, column = names(reference.fields)[0], reference.reference.resource, names(reference.reference.fields)[0]
        other = tables[there] if there else table
        if not other.readable:
            continue
        listed = dict.fromkeys(other.texts[column])  # a set in the list's order
        few = f" ({', '.join(listed)})" if 0 < len(listed) <= SHORT_LIST else ""

        def remedy(cell: str, listed: dict[str, None] = listed) -> str:
            near = nearest(cell, listed)
            return f"{near}If not, use a code of the list, or add it there" if near else "use a code of the list, or add it there"

        message = f"not in the code list {there or table.resource.name}{few}"
        table.add_texts((text != "" and text not in listed for text in table.texts[name]), name, "foreign-key", message, remedy)


def _check_once(table: Table, key: list[str], rule: str, what: str, remedy: str) -> None:
    number = pd.Series(table.key(key))
    doubled = number.duplicated().to_numpy()
    if not doubled.any():
        return
    first = dict(zip(number[~doubled].tolist(), table.rows[~doubled].tolist(), strict=True))
    for place in np.flatnonzero(doubled)[:TOLD]:
        cells = ", ".join(table.texts[column][table.codes[column][place]] for column in key)
        message = f"the same {what} as in row {first[number.iat[place]]}"
        table.problems.append(Problem(table.file, rule, message, int(table.rows[place]), ", ".join(key), cells, remedy))
    if doubled.sum() > TOLD:
        table.problems.append(Problem(table.file, rule, f"{doubled.sum() - TOLD} more rows with this fault", column=", ".join(key), remedy=remedy))
