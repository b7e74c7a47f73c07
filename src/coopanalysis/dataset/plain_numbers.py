"""Numbers as text: read strictly, and where a cell is none, the number that its writer probably meant.

Vietnamese text writes 9.700 for nine thousand seven hundred; read as a decimal it would be 9.7 without a word. A cell is
never repaired: it is refused, and the remedy says how to write it.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from coopanalysis.errors import Problem

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity)", re.IGNORECASE)
# 9.700 · 1.650.000 · 5,000 · 5 000: groups of three digits behind one to three, none of which begins with 0
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(?:([.,'’ \u00a0\u202f])\d{3})(?:\1\d{3})*", re.ASCII)
_BOTH_MARKS = re.compile(r"([+-]?\d{1,3}(?:([.,])\d{3})+)(?!\2)[.,](\d+)", re.ASCII)
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)


def to_numbers(text: pd.Series) -> pd.Series:
    """Cells as float64; NaN where a cell is empty, no plain number, or none that a computer can hold (1e999)."""
    stripped = text.str.strip()
    plain = stripped.map(lambda cell: bool(_NUMBER.fullmatch(cell))).astype(bool)
    values = pd.to_numeric(stripped.where(plain, None), errors="coerce").astype(float)
    return values.where(np.isfinite(values))


def not_numbers(file: str, column: str, text: pd.Series, values: pd.Series, rows: pd.Series) -> list[Problem]:
    """One problem for each cell that holds something and yet gave no number."""
    wrong = text.str.strip().ne("") & values.isna()
    return [_not_a_number(file, column, cell, int(row)) for cell, row in zip(text[wrong].str.strip(), rows[wrong], strict=True)]


def _not_a_number(file: str, column: str, cell: str, row: int) -> Problem:
    if _NOT_FINITE.fullmatch(cell) or _NUMBER.fullmatch(cell):
        remedy = "write the number that the source states, or leave the row out if it states none"
        return Problem(file, "finite-number", "not a finite number", row, column, cell, remedy)
    if digits := without_thousands_marks(cell):
        remedy = f"write {digits}, without a thousands mark"
    elif parts := _BOTH_MARKS.fullmatch(cell):
        remedy = f"write {re.sub('[.,]', '', parts[1])}.{parts[3]}, without a thousands mark and with a point as decimal mark"
    elif _DECIMAL_COMMA.fullmatch(cell):
        remedy = f"write {cell.replace(',', '.')}, with a point as decimal mark"
    else:
        remedy = "write a plain number such as 1234.5"
    return Problem(file, "type-error", "not a number", row, column, cell, remedy)


def without_thousands_marks(cell: str) -> str:
    """The digits of a number written in groups of three (9.700 → 9700), "" for any other text."""
    return re.sub(r"[^\d+-]", "", cell) if _THOUSANDS.fullmatch(cell) else ""
