"""What a source's own words for a date or period mean in days.

``time_period`` keeps the source's precision: 2018-12-31, 2016-09, 2019, a range such as 2014/2016-06 (an undated
page that can only lie between two dates), ../2022 (not later than), or nothing at all.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

_POINT = re.compile(r"((?:1[5-9]|2[01])[0-9]{2})(?:-([0-9]{2}))?(?:-([0-9]{2}))?")  # a figure of the year 0 or 9999 is a slip
_NAMES = {4: "year", 7: "month", 10: "day"}
_DAY = "datetime64[s]"


@dataclass(frozen=True)
class Periods:
    """Of each text: first and last day (datetime64[s], NaT where open or undated), whether it is one day, what it names
    (``dated``: day, month, year, range, none), and whether it is a period at all."""

    start: np.ndarray
    end: np.ndarray
    is_day: np.ndarray
    dated: np.ndarray
    valid: np.ndarray


def days(texts: Iterable[str]) -> np.ndarray:
    """Whole days (datetime64[s]); NaT for anything else ("2019-6-1", digits of another script, 30 February, the year 0)."""
    return np.array([_span(text)[0] if len(text) == len("2018-12-31") else None for text in texts], dtype=_DAY)


def periods(texts: Iterable[str]) -> Periods:
    """The days that stated periods cover; ``valid`` is False for a text in no known form, a day that no calendar has, or a
    period that ends before it starts."""
    texts = list(texts)
    start, end, dated, valid = [], [], [], []
    for text in texts:
        first, mark, last = text.partition("/")
        begin, finish = _span(first)[0], _span(last if mark else first)[1]
        open_ = bool(mark) and first == ".."
        valid.append(not text or (finish is not None and (open_ or (begin is not None and begin <= finish))))
        start.append(begin)
        end.append(finish)
        dated.append("range" if mark else _NAMES.get(len(text), "none"))
    is_day = np.array([len(text) == len("2018-12-31") and "/" not in text for text in texts], dtype=bool)
    return Periods(np.array(start, dtype=_DAY), np.array(end, dtype=_DAY), is_day, np.array(dated, dtype=object), np.array(valid, dtype=bool))


def _span(point: str) -> tuple[dt.date | None, dt.date | None]:
    """First and last day of a year, month or day; None for any other text."""
    found = _POINT.fullmatch(point)
    if not found:
        return None, None
    year, month, day = (int(part) if part else 0 for part in found.groups())
    if month > 12 or (found[2] and not month) or (found[3] and not 1 <= day <= calendar.monthrange(year, month)[1]):
        return None, None
    last = month or 12
    return dt.date(year, month or 1, day or 1), dt.date(year, last, day or calendar.monthrange(year, last)[1])
