"""What a source's own words for a date or period mean in days.

``time_period`` keeps the source's precision: 2018-12-31, 2016-09, 2019, a range such as 2014/2016-06 (an undated
page that can only lie between two dates), ../2022 (not later than), or nothing at all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

_POINT = r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?"
PATTERN = re.compile(rf"^(?:{_POINT})(?:/{_POINT})?$|^\.\./{_POINT}$|^$")


@dataclass(frozen=True)
class Period:
    """First and last day of a stated period (``NaT`` where open) and whether it names one single day."""

    start: pd.Timestamp
    end: pd.Timestamp
    is_day: bool


def parse_period(time_period: str) -> Period:
    """The days a stated period covers.

    Input: text in one of the forms above. Output: :class:`Period`; both ends ``NaT`` for an empty text.
    Raises ``ValueError`` for any other text or for a day that no calendar has (2019-02-30).
    """
    if not PATTERN.match(time_period):
        raise ValueError(f"time_period {time_period!r}: expected YYYY, YYYY-MM, YYYY-MM-DD, two of them joined by '/', or nothing")
    if time_period == "":
        return Period(pd.NaT, pd.NaT, False)
    first, _, last = time_period.partition("/")
    start = pd.NaT if first == ".." else _first_day(first)
    end = _last_day(last or first)
    if start is not pd.NaT and end < start:
        raise ValueError(f"time_period {time_period!r}: the period ends before it starts")
    return Period(start, end, is_day=not last and len(first) == 10)


def _first_day(point: str) -> pd.Timestamp:
    return pd.Timestamp(point if len(point) > 4 else f"{point}-01-01")


def _last_day(point: str) -> pd.Timestamp:
    if len(point) == 10:
        return pd.Timestamp(point)
    offset = pd.offsets.YearEnd(0) if len(point) == 4 else pd.offsets.MonthEnd(0)
    return _first_day(point) + offset
