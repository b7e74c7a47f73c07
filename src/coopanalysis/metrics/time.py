"""Time between two dates in years, counted by anniversaries."""

from __future__ import annotations

import numpy as np

from coopanalysis.metrics._arrays import Dates, T, elementwise


def years_between(start: Dates[T], end: Dates[T]) -> T:
    """Years from ``start`` to ``end``: whole anniversaries, plus the remaining days over the days of that year.

    Formula: k + (end − A(k)) / (A(k+1) − A(k)), A(k) being the k-th anniversary of ``start`` and A(k) ≤ end < A(k+1).
    31-12-2003 to 31-12-2018 is exactly 15; days / 365.25 gives 15.00068, and every annual rate would be wrong by it.

    Input: dates (date, datetime, Timestamp, ISO string) or lists, arrays or series of them; the time of day is dropped.
    Output: years, a fraction (float). A date that is its own start gives 0.

    - The anniversary of 29 February is 28 February in common years (as in pandas ``DateOffset(years=1)``), so both are
      the last day of their month.
    - ``start`` after ``end`` gives the same length with a minus sign: years_between(a, b) = −years_between(b, a).
    - A missing date gives nan. ``ValueError`` names the argument that is no whole date (a bare year names no day).

    Source: project convention for figures dated to the day; targets stand at 31-12 of their year.

    >>> years_between("2003-12-31", "2018-12-31")
    15.0
    >>> round(years_between("2003-12-31", "2019-06-17"), 2)
    15.46
    """
    (first, last), give = elementwise(dates=("start", "end"), start=start, end=end)
    return give(signed_years(first, last))


def signed_years(first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """:func:`years_between` for arrays of days; nan where one is missing."""
    missing = np.isnat(first) | np.isnat(last)
    first, last = np.where(missing, np.datetime64(0, "D"), first), np.where(missing, np.datetime64(0, "D"), last)
    start, end = np.minimum(first, last), np.maximum(first, last)
    whole = (end.astype("datetime64[Y]") - start.astype("datetime64[Y]")).astype(int)
    whole = whole - (anniversary(start, whole) > end)
    begun, next_one = anniversary(start, whole), anniversary(start, whole + 1)
    days, days_of_year = (end - begun).astype(float), (next_one - begun).astype(float)
    return np.where(missing, np.nan, np.where(first <= last, 1.0, -1.0) * (whole + days / days_of_year))


def anniversary(day: np.ndarray, years: np.ndarray) -> np.ndarray:
    """The day ``years`` whole years later (datetime64[D]); 29 February becomes 28 February where there is none."""
    month = day.astype("datetime64[M]")
    months_later = month + 12 * years.astype("timedelta64[M]")
    last_of_month = ((months_later + 1).astype("datetime64[D]") - months_later.astype("datetime64[D]")).astype(int) - 1
    return months_later.astype("datetime64[D]") + np.minimum((day - month).astype(int), last_of_month)


def days_after(day: np.ndarray, years: np.ndarray) -> np.ndarray:
    """The first whole day that is at least ``years`` ≥ 0 after ``day``: the way back from :func:`years_between`."""
    whole = np.floor(years).astype(int)
    begun, next_one = anniversary(day, whole), anniversary(day, whole + 1)
    # a crossing found by floating point a hair after midnight belongs to the day before, not to the next one
    days = np.ceil((years - whole) * (next_one - begun).astype(float) - 1e-6)
    return begun + days.astype(int)
