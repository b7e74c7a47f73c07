"""A data file as text cells: what makes it no table at all, or a row no row, is found here, for loader and check alike.

Where the file itself is wrong (not UTF-8, other separators, another header) its cells say nothing: only that is told.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from coopanalysis.errors import DataError, Problem

Row = tuple[int, list[str]]  # the row a spreadsheet shows, and its cells

# What Excel writes where the system's list separator is no comma, as in Vietnamese Windows.
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_SIGNATURES = {b"\xff\xfe": "UTF-16 text (Excel's “Unicode Text”)", b"\xfe\xff": "UTF-16 text", b"PK\x03\x04": "a workbook (.xlsx or .ods)"}
_AS_UTF8 = "save it again as “CSV UTF-8 (comma delimited)”"
_AS_COMMAS = (
    "save it again with commas as separators and points as decimal marks (LibreOffice: field delimiter “,”; "
    "Excel: list separator “,” in the region settings of Windows)"
)


def read_text(root: Path, resource: dict[str, Any]) -> tuple[pd.DataFrame, list[Problem]]:
    """The described columns of one file as text, with ``row`` (the row a spreadsheet shows), and what is wrong with rows.

    Rows that are empty, too short or too long are reported and left out, as their cells stand in wrong columns.
    Raises :class:`DataError` if the file is missing, cannot be read, or has another header than its schema.
    """
    file, fields = resource["path"], [field["name"] for field in resource["schema"]["fields"]]
    content = _decoded(root / file, file)
    if problems := _wrong_separator(file, content.splitlines()[0], fields):
        raise DataError(problems)
    records = _records(file, content)
    header = next(records)[1]
    if problems := _wrong_header(file, header, fields):
        raise DataError(problems)
    whole: list[Row] = []
    for number, cells in records:
        if len(cells) == len(header) and any(cells):
            whole.append((number, cells))
        else:
            problems.append(_wrong_row(file, number, cells, len(header)))
    columns: Sequence[Sequence[str]] = list(zip(*(cells for _, cells in whole), strict=True)) or [()] * len(header)
    texts = {name: pd.Series(columns[header.index(name)], dtype=str) for name in fields}
    return pd.DataFrame(texts).assign(row=[number for number, _ in whole]).astype({"row": int}), problems


def _decoded(path: Path, file: str) -> str:
    if not path.is_file():
        raise _refusal(file, "missing-file", "the file is described but not there", "restore the file")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _refusal(file, "unreadable", f"the file cannot be opened ({error.strerror})", "allow reading it, or restore it") from error
    for signature, kind in _SIGNATURES.items():
        if content.startswith(signature):
            raise _refusal(file, "encoding", f"the file is {kind}, not UTF-8 text", _AS_UTF8)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        found = "the file is not UTF-8 text: a letter in this row is saved in another encoding"
        raise _refusal(file, "encoding", found, _AS_UTF8, content[: error.start].count(b"\n") + 1) from error
    if "\0" in text:
        raise _refusal(file, "encoding", "the file is no plain text: it holds zero bytes", _AS_UTF8, text[: text.index("\0")].count("\n") + 1)
    if not text.strip():
        raise _refusal(file, "empty-file", "the file is empty", "restore the file; a table without rows still has its header")
    return text


def _records(file: str, text: str) -> Iterator[Row]:
    number = 0
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), start=1):
            yield number, cells
    except csv.Error as error:
        remedy = 'close it with ", and write "" for a quotation mark inside a quoted cell'
        raise _refusal(file, "quotation-mark", "a quotation mark of this row is not closed, or not doubled", remedy, number + 1) from error


def _wrong_separator(file: str, line: str, fields: list[str]) -> list[Problem]:
    """Judged by the names in the header line, before a quotation mark beside an unknown separator looks wrong."""
    known = {mark: len(set(line.replace('"', "").split(mark)) & set(fields)) for mark in (",", *_SEPARATORS)}
    mark = max(known, key=lambda separator: known[separator])  # the comma where none is better
    if mark == ",":
        return []
    return [Problem(file, "separator", f"the columns are separated by {_SEPARATORS[mark]}, not by commas", 1, remedy=_AS_COMMAS)]


def _wrong_header(file: str, header: list[str], fields: list[str]) -> list[Problem]:
    known = set(header) & set(fields)
    if not known:
        return [Problem(file, "no-header", "the first row is not the header", 1, value=",".join(header), remedy=f"begin with {','.join(fields)}")]
    missing, extra = [name for name in fields if name not in known], [label for label in header if label not in known]
    if len(missing) == len(extra) and all(header.index(new) == fields.index(old) for old, new in zip(missing, extra, strict=True)):
        return [
            Problem(file, "renamed-column", f"the header has another name for {old!r}", 1, old, new, f"rename it to {old}")
            for old, new in zip(missing, extra, strict=True)
        ]
    problems = [
        Problem(file, "missing-column", f"the column {name!r} is missing", 1, name, remedy="add it, or restore the header") for name in missing
    ]
    problems += [
        Problem(
            file, "extra-column", f"the column {label!r} is not described", 1, label or None, label, "remove it, or describe it in datapackage.json"
        )
        for label in extra
    ]
    doubled = [name for name in fields if header.count(name) > 1]
    return problems + [Problem(file, "doubled-column", f"the column {name!r} stands twice", 1, name, remedy="remove one of them") for name in doubled]


def _wrong_row(file: str, number: int, cells: list[str], expected: int) -> Problem:
    if not any(cells):
        return Problem(file, "blank-row", "the row is empty", number, remedy="delete the row")
    found = f"the row has {len(cells)} cell{'s' if len(cells) > 1 else ''}, the header {expected}"
    if len(cells) < expected:
        return Problem(file, "missing-cell", found, number, value=",".join(cells), remedy="add the missing cells; an empty cell keeps its comma")
    return Problem(file, "extra-cell", found, number, value=",".join(cells), remedy='put a value that holds a comma in quotation marks: "a, b"')


def _refusal(file: str, rule: str, message: str, remedy: str, row: int | None = None) -> DataError:
    return DataError([Problem(file, rule, message, row, remedy=remedy)])
