"""One door for scalars, lists, arrays and series: the formulas see float or day arrays of one shape.

A formula states once what it computes; here its arguments become arrays and its result goes back in the shape it came:
scalars give scalars, lists and arrays give arrays, series give a series with the same index. Missing values
(None, nan, pd.NA, NaT, "") become nan or NaT. A wrong argument raises ``ValueError`` that names it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

Number = Any  # float, list, NumPy array or pandas Series of numbers
Dates = Any  # date, datetime, Timestamp, ISO string, or a list, array or Series of them
_WHOLE_DATE = len("2018-12-31")


@dataclass(frozen=True)
class Form:
    """What the caller passed: no shape for scalars, otherwise the shape and, for series, the index."""

    shape: tuple[int, ...] | None
    index: pd.Index | None

    def give(self, values: np.ndarray) -> Any:
        """The result in the form of the arguments."""
        if self.shape is None:
            return values.reshape(-1).tolist()[0]
        if self.index is None:
            return values
        return pd.Series(values, index=self.index, dtype=values.dtype)

    def give_dates(self, days: np.ndarray) -> Any:
        """Like :meth:`give` for datetime64 values: a Timestamp, an array or a series."""
        if self.shape is None:
            return pd.Timestamp(days.reshape(-1)[0]) if not np.isnat(days.reshape(-1)[0]) else pd.NaT
        return self.give(days)


def elementwise(dates: Collection[str] = (), **arguments: Any) -> tuple[list[np.ndarray], Form]:
    """Arrays of one shape, in the order given, and the form for the result.

    Names in ``dates`` are read as days (datetime64[D]), the others as floats. Scalars are repeated. Series must carry
    the same labels (order may differ); arrays and lists must have the same shape.
    """
    arguments, index = same_labels(**arguments)
    arrays = {name: to_days(name, value) if name in dates else to_floats(name, value) for name, value in arguments.items()}
    full = {name: array.shape for name, array in arrays.items() if array.ndim}
    shape = next(iter(full.values()), None)
    for name, found in full.items():
        if found != shape:
            first = next(iter(full))
            raise ValueError(f"{name}: {_sizes(found)} values, but {first} has {_sizes(full[first])}")
    target = (1,) if shape is None else shape
    return [np.broadcast_to(array, target) for array in arrays.values()], Form(shape, index)


def pair(name: str, value: Any) -> tuple[Any, Any]:
    """The two ends of an interval argument (low, high); anything else raises."""
    try:
        if isinstance(value, str | set | frozenset | Mapping):  # no order, or no numbers
            raise TypeError
        low, high = value
    except (TypeError, ValueError):
        raise ValueError(f"{name}: expected a pair (low, high), found {shown(value)}") from None
    return low, high


def check_choice(name: str, value: Any, choices: Collection[str]) -> None:
    """Raise unless the value is one of the words."""
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{name}: unknown {shown(value)}; expected {' or '.join(choices)}")


def check_interval(name: str, low: np.ndarray, high: np.ndarray) -> None:
    """Raise if an interval ends below its beginning."""
    if np.any(low > high):
        raise ValueError(f"{name}: the low end is above the high end")


def check_not_negative(name: str, values: np.ndarray) -> None:
    """Raise if a length of time is negative: dates were swapped."""
    if np.any(values < 0):
        raise ValueError(f"{name}: negative ({float(np.nanmin(values)):g}); the end must not be before the start")


def check_direction(direction: np.ndarray) -> None:
    """Raise unless every direction is +1 (more is better) or -1 (less is better): there is no default."""
    if not np.all(np.abs(direction) == 1):
        found = direction[np.abs(direction) != 1].reshape(-1)[0]
        raise ValueError(f"direction: found {found:g}, expected 1 (more is better) or -1 (less is better)")


def classes(conditions: list[np.ndarray], names: list[str], undefined: np.ndarray) -> np.ndarray:
    """Object array of class names: the first condition that holds, the last name where none does, None if undefined."""
    *listed, otherwise = names
    named = np.select(conditions, [np.array(name, dtype=object) for name in listed], np.array(otherwise, dtype=object))
    named[undefined] = None
    return named


def to_floats(name: str, value: Any) -> np.ndarray:
    """A float array; no dimension for a scalar."""
    _no_table(name, value)
    if value is None or value is pd.NA or value is pd.NaT:
        return np.array(np.nan)
    try:
        if isinstance(value, pd.Series | pd.Index | pd.api.extensions.ExtensionArray):
            if pd.api.types.is_datetime64_any_dtype(value.dtype) or isinstance(value.dtype, pd.StringDtype):
                raise ValueError
            if isinstance(value.dtype, np.dtype) and value.dtype.kind in "biuf":
                return value.to_numpy(dtype=float)
            _no_text(value)
            return value.to_numpy(dtype=float, na_value=np.nan)
        array = np.asarray(value)
        if array.dtype.kind in "USMmc":
            raise ValueError
        if array.dtype == object and array.ndim:
            _no_text(array.reshape(-1))
            return pd.Series(array.reshape(-1), dtype=object).to_numpy(dtype=float, na_value=np.nan).reshape(array.shape)
        return array.astype(float)
    except OverflowError:  # a whole number of Python knows no limit, a float ends near 1.8e308
        raise ValueError(f"{name}: too large a number, expected less than 1.8e308 in size") from None
    except (TypeError, ValueError):
        raise ValueError(f"{name}: expected numbers, found {shown(value)}") from None


def _no_text(values: Any) -> None:
    """Text that looks like a number is none: "1.650" is read differently in Vietnam and elsewhere."""
    if pd.api.types.is_complex_dtype(values) or any(isinstance(one, str) for one in values):
        raise ValueError


def table_of_floats(name: str, frame: pd.DataFrame) -> np.ndarray:
    """The columns of a table as one 2-D float array; a column that holds no numbers raises and is named."""
    columns = [to_floats(f"{name}: column {label!r}", frame.iloc[:, place]) for place, label in enumerate(frame.columns)]
    return np.column_stack(columns) if columns else np.empty(frame.shape)


def to_float(name: str, value: Any, example: str) -> float:
    """One finite number, for arguments that take no list; ``example`` says what for ("a year such as 2030")."""
    try:
        number = to_floats(name, value)
    except ValueError:
        number = np.array(np.nan)
    if number.ndim or not np.isfinite(number):
        raise ValueError(f"{name}: expected {example}, found {shown(value)}")
    return float(number)


def to_days(name: str, value: Any) -> np.ndarray:
    """An array of days (datetime64[D]); no dimension for a scalar. The time of day is dropped.

    Only whole dates: a number or "2019-06" names no day, and reading one into it would be a guess.
    """
    _no_table(name, value)
    if isinstance(value, str | dt.date):  # one date, the usual case in a page: no need for pandas' machinery
        return _one_day(name, value)
    known = isinstance(value, pd.Series | pd.Index | pd.api.extensions.ExtensionArray)
    try:
        shape = value.shape if known else np.shape(value)
    except ValueError:  # lists of different lengths
        raise ValueError(f"{name}: expected dates or ISO strings such as 2018-12-31, found {shown(value)}") from None
    if shape == ():
        values = pd.Series([value], dtype=object)
    elif len(shape) == 1:
        values = pd.Series(value)
    else:
        values = pd.Series(np.asarray(value).reshape(-1))
    if not pd.api.types.is_datetime64_any_dtype(values.dtype):
        values = _parsed(name, values)
    if values.dt.tz is not None:
        values = values.dt.tz_localize(None)
    return values.dt.floor("D").to_numpy().astype("datetime64[D]").reshape(shape)


def _one_day(name: str, value: str | dt.date) -> np.ndarray:
    if value is pd.NaT or value == "":
        return np.array("NaT", dtype="datetime64[D]")
    if isinstance(value, str):
        if len(value) < _WHOLE_DATE:
            raise ValueError(f"{name}: {value!r} is not a whole date such as 2018-12-31")
        try:
            day = dt.datetime.fromisoformat(value).date()
        except ValueError as error:
            raise ValueError(f"{name}: not a date ({error})") from None
        if day.isoformat() != value[:_WHOLE_DATE]:
            raise ValueError(f"{name}: {value!r} is not written like 2018-12-31")
        return np.array(day, dtype="datetime64[D]")
    return np.array(value.date() if isinstance(value, dt.datetime) else value, dtype="datetime64[D]")


def _parsed(name: str, values: pd.Series) -> pd.Series:
    objects = values.astype(object)
    objects = objects.mask(objects.eq("") | objects.isna(), None)
    given = objects.dropna()
    kind = pd.api.types.infer_dtype(given)
    text = given if kind == "string" else given[:0]
    if kind == "mixed":  # the only case that has to look at every value: several kinds of dates in one list
        is_text = given.map(lambda one: isinstance(one, str))
        text = given[is_text]
        given = given[~is_text & ~given.map(lambda one: isinstance(one, dt.date | np.datetime64))]
    if kind not in ("string", "date", "datetime", "datetime64", "mixed", "empty") or (kind == "mixed" and len(given)):
        raise ValueError(f"{name}: expected dates or ISO strings such as 2018-12-31, found {shown(given.iloc[0])}")
    short = text[text.str.len() < _WHOLE_DATE] if len(text) else text
    if len(short):
        raise ValueError(f"{name}: {short.iloc[0]!r} is not a whole date such as 2018-12-31")
    try:
        return pd.to_datetime(objects, format="ISO8601")
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}: not a date ({str(error).partition('. You might')[0]})") from None


def _no_table(name: str, value: Any) -> None:
    if isinstance(value, pd.DataFrame):
        # the contract of all metrics: a wrong argument, of whatever kind, is a ValueError that names it
        raise ValueError(f"{name}: a table is not accepted here; pass its columns one by one")


def same_labels(**arguments: Any) -> tuple[dict[str, Any], pd.Index | None]:
    """The arguments with every series in the label order of the first one, and that index; other labels raise."""
    series = {name: value for name, value in arguments.items() if isinstance(value, pd.Series)}
    if not series:
        return arguments, None
    first, index = next((name, value.index) for name, value in series.items())
    ordered = dict(arguments)
    for name, value in series.items():
        if value.index.equals(index):
            continue
        if not (len(value) == len(index) and index.is_unique and value.index.isin(index).all() and value.index.is_unique):
            raise ValueError(f"{name}: its labels are not those of {first}; align the series first")
        ordered[name] = value.reindex(index)
    return ordered, index


def rows_of(name: str, value: Any) -> tuple[np.ndarray, Callable[[np.ndarray], Any]]:
    """Series of observations for a function that sums over time: the last axis is time.

    One series gives (1, n) and results as floats; a 2-D array or a DataFrame holds one series in each row and gives an
    array, or a pandas Series with the frame's index.
    """
    if isinstance(value, pd.DataFrame):
        index = value.index
        return table_of_floats(name, value), lambda result: pd.Series(result, index=index)
    array = to_floats(name, value)
    if array.ndim > 2:
        raise ValueError(f"{name}: expected one series or a table of series, found {array.ndim} dimensions")
    if array.ndim == 2:
        return array, lambda result: result
    return np.atleast_2d(array), lambda result: result.tolist()[0]


def _sizes(shape: tuple[int, ...]) -> str:
    return " × ".join(str(size) for size in shape)


def shown(value: Any) -> str:
    """A value as a message shows it: short, whatever it is."""
    try:
        text = repr(value)
    except ValueError:  # Python writes no whole number of more than 4300 digits
        return f"{type(value).__name__} too long to show"
    return text if len(text) <= 60 else f"{type(value).__name__} {text[:50]}…"
