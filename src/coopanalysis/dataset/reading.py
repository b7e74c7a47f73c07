"""A file of the package as a :class:`Table`: what makes it no table at all, or a row no row, is found here.

Where the file itself is wrong (not UTF-8, other separators, another header) its cells say nothing: only that is told.
"""

from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path

import numpy as np
import pandas as pd

from coopanalysis.dataset.schema import NEVER_EMPTY, Resource
from coopanalysis.dataset.table import TOLD, Table
from coopanalysis.errors import Problem, shown

_COMMA, _QUOTE, _LINE_FEED = b',"\n'
_BLOCK = 1 << 24  # bytes looked at together, so that no mask is as long as the file
_LARGE = 1 << 20  # bytes from which pandas reads faster than the csv module, which has no cost to begin with
_ROWS = 1 << 20  # rows parsed together: cells are objects until they are categories
# What Excel writes where the system's list separator is no comma, as in Vietnamese Windows.
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_SIGNATURES = {b"\xff\xfe": "UTF-16 text (Excel's “Unicode Text”)", b"\xfe\xff": "UTF-16 text", b"PK\x03\x04": "a workbook (.xlsx or .ods)"}
_AS_UTF8 = "save it again as “CSV UTF-8 (comma delimited)”"
_AS_COMMAS = (
    "save it again with commas as separators and points as decimal marks (LibreOffice: field delimiter “,”; "
    "Excel: list separator “,” in the region settings of Windows)"
)


def read_table(root: Path, resource: Resource) -> Table:
    """The described columns of one file as text, and what is wrong with rows.

    Rows that are empty, too short or too long are told and left out, as their cells stand in wrong columns.
    """
    table = Table(resource)
    content = _content(root, table)
    if content is None:
        return table
    sealed = _broken_seal(resource, content)
    content = _plain(table, content)
    if content is None:
        return table
    try:
        numbers, content = _whole_rows(table, content)
        if table.readable:
            _fill(table, content, numbers)
    except UnicodeDecodeError:
        row = next((n for n, part in enumerate(content.split(b"\n"), 1) if part.decode(errors="replace").encode() != part), None)
        table.refuse("encoding", "the file is not UTF-8 text: a letter in this row is saved in another encoding", _AS_UTF8, row)
    except csv.Error as error:
        remedy = 'close it with ", and write "" for a quotation mark inside a quoted cell'
        table.refuse("quotation-mark", "a quotation mark of this row is not closed, or not doubled", remedy, error.args[-1])
    if table.readable:  # of a file that is no such table only that is told
        table.problems += sealed
    return table


def _broken_seal(resource: Resource, content: bytes) -> list[Problem]:
    found, rule, what = "", "", ""
    if resource.hash not in (None, f"sha256:{hashlib.sha256(content).hexdigest()}"):
        found, rule, what = "its content has changed", "hash-count", "hash"
    elif resource.bytes not in (None, len(content)):
        found, rule, what = "it has another size", "byte-count", "size"
    remedy = f"if the change is meant, write the new {what} with `python -m coopanalysis.dataset.seal`; else restore the file"
    return [Problem(resource.path, rule, f"the file is not the one that was sealed: {found}", remedy=remedy)] if rule else []


def _content(root: Path, table: Table) -> bytes | None:
    """The bytes of the file, or None with the reason told. Nothing outside the folder is read."""
    try:
        path = (root / table.file).resolve()
        if not path.is_relative_to(root.resolve()):
            table.refuse("path", "the path leads out of the package", "keep every file inside the package's folder")
            return None
        if not path.is_file():
            table.refuse("missing-file", "the file is described but not there", "restore the file")
            return None
        return path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        reason = getattr(error, "strerror", None) or "no such name is possible"
        table.refuse("unreadable", f"the file cannot be opened ({reason})", "allow reading it, or restore it")
        return None


def _plain(table: Table, content: bytes) -> bytes | None:
    """The same with line feeds at every end, or None where it is no plain text."""
    kind = next((kind for mark, kind in _SIGNATURES.items() if content.startswith(mark)), "")
    if kind:
        table.refuse("encoding", f"the file is {kind}, not UTF-8 text", _AS_UTF8)
        return None
    if b"\0" in content:
        table.refuse("encoding", "the file is no plain text: it holds zero bytes", _AS_UTF8, content[: content.index(b"\0")].count(b"\n") + 1)
        return None
    content = content.removeprefix(b"\xef\xbb\xbf")
    if b"\r" in content:
        content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if not content or content.isspace():
        table.refuse("empty-file", "the file is empty", "restore the file; a table without rows still has its header")
        return None
    return content if content.endswith(b"\n") else content + b"\n"


def _whole_rows(table: Table, content: bytes) -> tuple[np.ndarray, bytes]:
    """Numbers and bytes of the header and of the rows that have as many cells as it; the others are told."""
    expected = [one.name for one in table.resource.table.fields]
    line = content[: content.index(b"\n")].decode()
    header = next(csv.reader([line]), [])
    if wrong := _wrong_separator(table.file, line, expected) or _wrong_header(table.file, header, expected):
        table.problems += wrong
        table.readable = False
        return np.array([]), content
    content, sizes, cells = _records(content)
    numbers = np.arange(1, len(sizes) + 1)
    bad = (sizes == cells) | (cells != len(header))  # an empty row holds its separators and its end alone
    if not bad.any():
        return numbers, content
    begins = np.cumsum(sizes) - sizes
    for place in np.flatnonzero(bad)[:TOLD]:
        record = next(csv.reader(io.StringIO(content[begins[place] : begins[place] + sizes[place]].decode())), [])
        table.problems.append(_wrong_row(table.file, int(numbers[place]), record, len(header)))
    if bad.sum() > TOLD:
        remedy = "mend those told first, then check again"
        table.problems.append(Problem(table.file, "row-length", f"{bad.sum() - TOLD} more rows are empty, too short or too long", remedy=remedy))
    return numbers[~bad], np.frombuffer(content, "uint8")[np.repeat(~bad, sizes)].tobytes()


def _fill(table: Table, content: bytes, numbers: np.ndarray) -> None:
    """Texts and codes of every column: through the csv module, or for a large file through pandas in blocks of rows."""
    header, columns = next(csv.reader([content[: content.index(b"\n")].decode()])), [one.name for one in table.resource.table.fields]
    table.rows = numbers[1:]
    if len(content) < _LARGE:
        records = list(csv.reader(io.StringIO(content.decode(), newline=""), strict=True))[1:]
        for name, cells in zip(header, zip(*records, strict=True) if records else [()] * len(header), strict=True):
            known: dict[str, int] = {}
            table.codes[name] = np.array([known.setdefault(cell, len(known)) for cell in cells], dtype="int32")
            table.texts[name] = list(known)
    else:
        parts: dict[str, list[pd.Categorical]] = {name: [] for name in columns}
        # as objects, then factorized: dtype="category" reads 01 as 1 and 9.700 as 9.7 since pandas 3.1
        for block in pd.read_csv(io.BytesIO(content), dtype=object, na_filter=False, skip_blank_lines=False, chunksize=_ROWS):
            for name, part in parts.items():
                codes, texts = pd.factorize(block.pop(name))
                part.append(pd.Categorical.from_codes(codes, pd.Index(texts, dtype="str")))
        for name, part in parts.items():
            whole = pd.api.types.union_categoricals(part)
            table.codes[name], table.texts[name] = whole.codes, whole.categories.tolist()
    if not len(table.rows) and table.resource.name in NEVER_EMPTY:
        table.refuse("no-rows", "the table has a header and no rows", "restore the file, or add its rows")


def _records(content: bytes) -> tuple[bytes, np.ndarray, np.ndarray]:
    """The content with sizes in bytes and numbers of cells of its records. ``csv.Error`` ends with the record's number.

    Counted over bytes, since pandas fills short rows silently. Quotation marks that do not stand around whole cells are
    left to the csv module, which then says what is wrong, or rewrites the file in the usual form.
    """
    raw = np.frombuffer(content, "uint8")
    ends, last, before, quoted = [], [], 0, False
    for begin in range(0, len(raw), _BLOCK):
        block = raw[begin : begin + _BLOCK]
        separators = (block == _COMMA) | (block == _LINE_FEED)
        marks = np.flatnonzero(block == _QUOTE)
        places = np.flatnonzero(separators)
        if len(marks) or quoted:
            opens = (np.arange(len(marks)) + quoted) % 2 == 0
            outer = np.where(opens, marks - 1, marks + 1) + begin  # the byte outside of each mark
            if not (np.isin(raw[np.clip(outer, 0, len(raw) - 1)], (_COMMA, _LINE_FEED, _QUOTE)) | (outer < 0)).all():
                return _records(_rewritten(content))
            places = places[(np.searchsorted(marks, places) + quoted) % 2 == 0]  # a separator inside of marks is text
            quoted = bool((len(marks) + quoted) % 2)
        is_end = block[places] == _LINE_FEED
        ends.append(places[is_end] + begin)
        last.append(np.flatnonzero(is_end) + before)
        before += len(places)
    if quoted:
        return _records(_rewritten(content))
    return content, np.diff(np.concatenate(ends), prepend=-1), np.diff(np.concatenate(last), prepend=-1)


def _rewritten(content: bytes) -> bytes:
    reader, out, number = csv.reader(io.StringIO(content.decode(), newline=""), strict=True), io.StringIO(), 0
    writer = csv.writer(out, lineterminator="\n")
    try:
        for number, cells in enumerate(reader, 1):  # noqa: B007  only for a file with odd quotation marks
            writer.writerow(cells)
    except csv.Error as error:
        raise csv.Error(str(error), number + 1) from None
    return out.getvalue().encode()


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
        ] + _doubled(file, header, fields)
    add, describe = "add it, or restore the header", "remove it, or describe it in datapackage.json"
    problems = [Problem(file, "missing-column", f"the column {name!r} is missing", 1, name, remedy=add) for name in missing]
    problems += [Problem(file, "extra-column", f"the column {shown(label)} is not described", 1, None, label, describe) for label in extra]
    return problems + _doubled(file, header, fields)


def _doubled(file: str, header: list[str], fields: list[str]) -> list[Problem]:
    doubled = [name for name in fields if header.count(name) > 1]
    return [Problem(file, "doubled-column", f"the column {name!r} stands twice", 1, name, remedy="remove one of them") for name in doubled]


def _wrong_row(file: str, number: int, cells: list[str], expected: int) -> Problem:
    if not any(cells):
        return Problem(file, "blank-row", "the row is empty", number, remedy="delete the row")
    found = f"the row has {len(cells)} cell{'s' if len(cells) > 1 else ''}, the header {expected}"
    if len(cells) < expected:
        return Problem(file, "missing-cell", found, number, value=",".join(cells), remedy="add the missing cells; an empty cell keeps its comma")
    return Problem(file, "extra-cell", found, number, value=",".join(cells), remedy='put a value that holds a comma in quotation marks: "a, b"')
