"""Two models through two points: a straight line and constant growth. Model output, never a count.

Two points have no residual degree of freedom, so there are no confidence intervals here. The two models side by side
are a model range, and whoever shows it says that it is no confidence interval.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from coopanalysis.metrics._arrays import Dates, Number, T, check_choice, elementwise
from coopanalysis.metrics.time import days_after, signed_years

MODELS = ("linear", "exponential")
_NO_DAY = np.datetime64(0, "D")
# Python's own dates end here; a model that needs longer says nothing about a plan anyway.
_LAST_DAY = np.datetime64("9999-12-31", "D")
_TWO_POINTS = ("start_date", "end_date", "date")


def project_linear(start_value: Number[T], start_date: Dates[T], end_value: Number[T], end_date: Dates[T], date: Dates[T]) -> T:
    """Value on ``date`` of the straight line through two dated values.

    Formula: start_value + (end_value − start_value) · s, where s = years from start_date to ``date`` over years from
    start_date to end_date (``years_between``). Dates before, between and after the two points are allowed.
    Input: values in one unit, dates as in ``years_between``. Output: the same unit, unrounded (1.47 unions is a model's
    number and not a count). Undefined (nan): both points on one day, or anything missing.
    ``ValueError`` names ``end_date`` if it is before start_date.

    >>> round(project_linear(34, "2003-12-31", 108, "2018-12-31", "2025-12-31"), 1)
    142.5
    """
    (first, begin, last, end, day), give = elementwise(
        dates=_TWO_POINTS, start_value=start_value, start_date=start_date, end_value=end_value, end_date=end_date, date=date
    )
    share = signed_years(begin, day) / _span(begin, end)
    with np.errstate(all="ignore"):
        return give(first + (last - first) * share)


def project_exponential(start_value: Number[T], start_date: Dates[T], end_value: Number[T], end_date: Dates[T], date: Dates[T]) -> T:
    """Value on ``date`` when growth between two dated values goes on at the same annual rate.

    Formula: start_value · (end_value / start_value)^s, s as in :func:`project_linear`. Units and errors too.
    Undefined (nan): start_value ≤ 0 or end_value < 0, both points on one day, anything missing; with an end value of 0
    also every date before the first (there is no rate that leads to nothing).

    >>> round(project_exponential(34, "2003-12-31", 108, "2018-12-31", "2025-12-31"), 1)
    185.2
    """
    (first, begin, last, end, day), give = elementwise(
        dates=_TWO_POINTS, start_value=start_value, start_date=start_date, end_value=end_value, end_date=end_date, date=date
    )
    share = signed_years(begin, day) / _span(begin, end)
    with np.errstate(all="ignore"):
        value = first * (last / first) ** share
    return give(np.where((first > 0) & (last >= 0) & ((last > 0) | (share >= 0)), value, np.nan))


def date_target_reached(
    start_value: Number[T], start_date: Dates[T], end_value: Number[T], end_date: Dates[T], target: Number[T], model: Literal["linear", "exponential"]
) -> Any:
    """The first day on which the model through two dated values stands at ``target``.

    Formula: years from start_date = span · (target − start) / (end − start) for ``model`` "linear", span · ln(target /
    start) / ln(end / start) for "exponential"; the day lies so many years later, rounded up to a whole day.
    Input: values in one unit, dates as in ``years_between``. Output: a Timestamp, or datetime64 values for arrays.

    - A target passed between the two points gives that earlier day; a target equal to the start value gives start_date.
    - NaT: the model never stands at the target from start_date on (no change, or it moves away), the exponential model
      with a start, end or target ≤ 0, both points on one day, a day after the year 9999, anything missing.
    ``ValueError`` names ``model`` if unknown and ``end_date`` if it is before start_date.

    >>> date_target_reached(100, "2003-12-31", 200, "2013-12-31", 250, "linear")
    Timestamp('2018-12-31 00:00:00')
    """
    check_choice("model", model, MODELS)
    (first, begin, last, end, goal), give = elementwise(
        dates=("start_date", "end_date"), start_value=start_value, start_date=start_date, end_value=end_value, end_date=end_date, target=target
    )
    span = _span(begin, end)
    with np.errstate(all="ignore"):
        if model == "linear":
            share = (goal - first) / (last - first)
        else:
            positive = (first > 0) & (last > 0) & (goal > 0)
            share = np.log(np.where(positive, goal / first, np.nan)) / np.log(np.where(positive, last / first, np.nan))
        usable = (first > 0) & (last > 0) if model == "exponential" else np.isfinite(last)
        years = np.where((goal == first) & usable, 0.0, share) * span
        longest = signed_years(begin, np.full(begin.shape, _LAST_DAY))
        reached = (years >= 0) & (years < longest)
    day = days_after(np.where(reached, begin, _NO_DAY), np.where(reached, years, 0.0))
    return give(np.where(reached, day, np.datetime64("NaT")).astype("datetime64[us]"))


def _span(begin: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Years between the two points; nan if they are on one day, so that nothing is ever divided by it."""
    years = signed_years(begin, end)
    if np.any(years < 0):
        raise ValueError("end_date: before start_date; give the earlier point first")
    return np.where(years > 0, years, np.nan)
