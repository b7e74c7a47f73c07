"""Numbers as text: read strictly, and where a cell is none, the number that its writer probably meant.

Vietnamese text writes 9.700 for nine thousand seven hundred; read as a decimal it would be 9.7 without a word. A cell is
never repaired: it is refused, and the remedy says how to write it.
"""

from __future__ import annotations

import re

import numpy as np

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity)", re.IGNORECASE)
# 9.700 · 1.650.000 · 5,000 · 5 000: groups of three digits behind one to three, none of which begins with 0
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(?:([.,'’ \u00a0\u202f])\d{3})(?:\1\d{3})*", re.ASCII)
_BOTH_MARKS = re.compile(r"([+-]?\d{1,3}(?:([.,])\d{3})+)(?!\2)[.,](\d+)", re.ASCII)
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)


def to_numbers(texts: list[str]) -> np.ndarray:
    """Cells as float64; NaN where a cell is empty, no plain number, or none that a computer can hold (1e999)."""
    if re.search(r"[^0-9.\n-]|-.*-|[0-9.]-|\..*\.|^[.-]*$", "\n".join(texts), re.MULTILINE):  # one search says whether any needs a closer look
        texts = [cell if _NUMBER.fullmatch(cell.strip()) else "nan" for cell in texts]
    values = np.array(texts, dtype=object).astype(float)
    return np.where(np.isfinite(values), values, np.nan)


def is_not_finite(cell: str) -> bool:
    """True for a text that names a number which no computer can hold: nan, inf, 1e999."""
    return bool(_NOT_FINITE.fullmatch(cell.strip()) or _NUMBER.fullmatch(cell.strip()))


def how_to_write(cell: str) -> str:
    """How a cell that gave no number was probably meant."""
    cell = cell.strip()
    if is_not_finite(cell):
        return "write the number that the source states, or leave the row out if it states none"
    if digits := without_thousands_marks(cell):
        return f"write {digits}, without a thousands mark"
    if parts := _BOTH_MARKS.fullmatch(cell):
        return f"write {re.sub('[.,]', '', parts[1])}.{parts[3]}, without a thousands mark and with a point as decimal mark"
    if _DECIMAL_COMMA.fullmatch(cell):
        return f"write {cell.replace(',', '.')}, with a point as decimal mark"
    return "write a plain number such as 1234.5"


def without_thousands_marks(cell: str) -> str:
    """The digits of a number written in groups of three (9.700 → 9700), "" for any other text."""
    return re.sub(r"[^\d+-]", "", cell) if _THOUSANDS.fullmatch(cell) else ""
