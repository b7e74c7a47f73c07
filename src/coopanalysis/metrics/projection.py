"""Two growth models through two points: a straight line and constant growth. Model output, never a count.

Two points leave no residual degree of freedom, so there are no confidence intervals here; the span between the two
models is a model range and nothing more.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from coopanalysis.metrics._arrays import elementwise, floats, like, one_of
from coopanalysis.metrics.time import add_years, years_between

MODELS = ("linear", "exponential")


def project_linear(start_value: Any, start_date: Any, end_value: Any, end_date: Any, date: Any) -> Any:
    """The straight line through two dated values, at ``date``: start + (end − start) × years to date ÷ years between.

    Values in one unit; the result is in it. Undefined (NaN) if the two dates are the same or something is missing.
    """
    span, to = years_between(start_date, end_date), years_between(start_date, date)

    def line(first: np.ndarray, last: np.ndarray, length: np.ndarray, years: np.ndarray) -> np.ndarray:
        return np.where(length != 0, first + (last - first) * years / length, np.nan)

    return elementwise(line, start_value, end_value, span, to)


def project_exponential(start_value: Any, start_date: Any, end_value: Any, end_date: Any, date: Any) -> Any:
    """Constant growth through two dated values, at ``date``: start × (end ÷ start)^(years to date ÷ years between).

    Values in one unit; the result is in it. Undefined (NaN) for a start or end ≤ 0, or as in :func:`project_linear`.
    """
    span, to = years_between(start_date, end_date), years_between(start_date, date)

    def curve(first: np.ndarray, last: np.ndarray, length: np.ndarray, years: np.ndarray) -> np.ndarray:
        return np.where((first > 0) & (last > 0) & (length != 0), first * (last / first) ** (years / length), np.nan)

    return elementwise(curve, start_value, end_value, span, to)


def date_target_reached(start_value: Any, start_date: Any, end_value: Any, end_date: Any, target: Any, model: str) -> Any:
    """The first day on which the model through two dated values is at ``target``.

    ``model``: "linear" or "exponential". Returns a Timestamp (or a Series or array of datetime64); it can lie before the
    last date if the target was passed by then. NaT where the model never gets there after the start (no change, or away
    from the target), where it is undefined, or where it would take over 5,000 years. Raises ``ValueError`` for another model.
    """
    one_of("model", model, MODELS)
    span = floats(years_between(start_date, end_date))
    first, last, goal = floats(start_value), floats(end_value), floats(target)
    with np.errstate(all="ignore"):
        if model == "linear":
            years = np.where((last != first) & (span != 0), (goal - first) * span / (last - first), np.nan)
        else:
            defined = (first > 0) & (last > 0) & (goal > 0) & (last != first) & (span != 0)
            years = np.where(defined, np.log(goal / first) * span / np.log(last / first), np.nan)
        years = np.where(years >= 0, years, np.nan)
    day = add_years(start_date, years)
    inputs = (start_value, start_date, end_value, end_date, target)
    if any(isinstance(value, pd.Series) for value in inputs):
        return pd.to_datetime(like(day, *inputs))
    return pd.Timestamp(day[()]) if day.ndim == 0 else day.astype("datetime64[ns]")
