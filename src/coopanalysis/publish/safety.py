"""Values from the data are text everywhere: in a page, and in a CSV that a spreadsheet opens.

Why: no name in the data may run as a script or as a spreadsheet's formula.
"""

from __future__ import annotations

import csv
import io
import re

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# control characters, and those that turn the direction of the text around them: nobody sees them, and a reader is misled
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def visible(text: str) -> str:
    """The text without characters that are not seen but change what is: a page shows every letter where it stands in the data."""
    return _UNSEEN.sub("", text)


def csv_bytes(text: str) -> bytes:
    """CSV for a spreadsheet: with the mark that makes it read Vietnamese letters, and without live formulas.

    A cell that begins like a formula and is no number gets an apostrophe before it.
    """
    rows = [[_tamed(cell) for cell in row] for row in csv.reader(io.StringIO(visible(text)))]
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue().encode("utf-8-sig")


def _tamed(cell: str) -> str:
    if not cell.startswith(_FORMULA):
        return cell
    try:
        float(cell)
    except ValueError:
        return "'" + cell
    return cell
