"""Values from the data are text everywhere: in a page, and in a CSV that a spreadsheet opens.

Here for: a name in the data that runs as a script or as a spreadsheet's formula.
"""

from __future__ import annotations

import csv
import io

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_bytes(text: str) -> bytes:
    """CSV for a spreadsheet: with the mark that makes it read Vietnamese letters, and without live formulas.

    A cell that begins like a formula and is no number gets an apostrophe before it.
    """
    rows = [[_tamed(cell) for cell in row] for row in csv.reader(io.StringIO(text))]
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
