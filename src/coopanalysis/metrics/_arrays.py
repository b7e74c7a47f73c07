"""Scalars, lists, arrays and series become float or day arrays of one shape, and results go back in the form they came.

Scalars give scalars, lists and arrays give arrays, series give series with the same index. Missing values (None, nan,
pd.NA, NaT, "" for a date) become nan or NaT. A wrong argument raises ``ValueError`` that names it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from typing_extensions import TypeVar  # Python's own has defaults from 3.13 on

    class _Array(Protocol):  # not pd.Series by name: without pandas' stubs that is Any, and every argument would pass
        def __array__(self) -> np.ndarray: ...

    # The result as type checkers see it: float for scalars, else the type of the arguments (also for lists, which give arrays).
    T = TypeVar("T", bound=float | list[Any] | _Array, default=float)
else:
    from typing import TypeVar

    T = TypeVar("T")

Number: TypeAlias = T | float | np.integer | np.floating | None
Dates: TypeAlias = T | dt.date | np.datetime64 | str | None
Interval: TypeAlias = tuple[Number[T], Number[T]]


def elementwise(dates: Collection[str] = (), **arguments: Any) -> tuple[list[np.ndarray], Callable[[np.ndarray], Any]]:
    """Arrays of one shape, in the order given, and the function that gives a result the form of the arguments.

    Names in ``dates`` are read as days (datetime64[D]), the others as floats. Scalars are repeated. Series must carry
    the same labels (order may differ); arrays and lists must have the same shape.
    """
    for name, value in arguments.items():
        if isinstance(value, pd.DataFrame):
            raise ValueError(f"{name}: a table is not accepted here; pass its columns one by one")
    arguments, index = same_labels(**arguments)
    arrays = {name: (to_days if name in dates else to_floats)(name, value) for name, value in arguments.items()}
    first, shape = next(((name, array.shape) for name, array in arrays.items() if array.ndim), ("", ()))
    for name, array in arrays.items():
        if array.ndim and array.shape != shape:
            found, expected = (" × ".join(map(str, sizes)) for sizes in (array.shape, shape))
            raise ValueError(f"{name}: {found} values, but {first} has {expected}")

    def give(values: np.ndarray) -> Any:
        if index is not None:
            return pd.Series(values, index=index, dtype=values.dtype)
        if shape:
            return values
        return pd.Timestamp(values[0]) if values.dtype.kind == "M" else values.item()

    return [np.broadcast_to(array, shape or (1,)) for array in arrays.values()], give


def same_labels(**arguments: Any) -> tuple[dict[str, Any], pd.Index | None]:
    """The arguments with every series in the label order of the first one, and that index; other labels raise."""
    series = {name: value for name, value in arguments.items() if isinstance(value, pd.Series)}
    if not series:
        return arguments, None
    first, index = next((name, value.index) for name, value in series.items())
    for name, value in series.items():
        if not value.index.equals(index):
            if not len(value) == len(index) == len(index.intersection(value.index)):  # labels that repeat have no order to match
                raise ValueError(f"{name}: its labels are not those of {first}; align the series first")
            arguments[name] = value.reindex(index)
    return arguments, index


def to_floats(name: str, value: Any) -> np.ndarray:
    """A float array; no dimension for a scalar.

    Text is no number even where it looks like one: "1.650" is read differently in Vietnam and elsewhere.
    """
    try:
        array = np.asarray(value)
        if array.dtype == object and not any(isinstance(one, str) for one in array.flat):
            array = np.where(pd.isna(array), np.nan, array).astype(float)
        if array.dtype.kind in "biuf":
            return array.astype(float)
    except OverflowError:  # a whole number of Python knows no limit
        raise ValueError(f"{name}: too large a number, expected less than 1.8e308 in size") from None
    except (TypeError, ValueError):
        pass  # no numbers, or lists of different lengths
    raise ValueError(f"{name}: expected numbers, found {shown(value)}")


def table_of_floats(name: str, frame: pd.DataFrame) -> np.ndarray:
    """The columns of a table as one 2-D float array; a column that holds no numbers raises and is named."""
    columns = [to_floats(f"{name}: column {label!r}", frame.iloc[:, place]) for place, label in enumerate(frame.columns)]
    return np.column_stack(columns) if columns else np.empty(frame.shape)


def to_float(name: str, value: Any, example: str) -> float:
    """One finite number, for arguments that take no list; ``example`` says what for ("a year such as 2030")."""
    with suppress(ValueError):
        number = to_floats(name, value)
        if number.ndim == 0 and np.isfinite(number):
            return float(number)
    raise ValueError(f"{name}: expected {example}, found {shown(value)}")


def to_days(name: str, value: Any) -> np.ndarray:
    """An array of days (datetime64[D]); no dimension for a scalar. The time of day is dropped.

    Only whole dates: a number or "2019-06" names no day, and reading one into it would be a guess.
    """
    array = np.asarray(value, dtype=None if hasattr(value, "dtype") else object)
    if array.dtype.kind == "M":
        return array.astype("datetime64[D]")
    with suppress(TypeError):  # a list in a list is no value to look up
        places, distinct = pd.factorize(array.astype(object).reshape(-1))  # the dates of a table repeat: each is read once
        days = np.array([*(_day(name, one) for one in distinct), "NaT"], dtype="datetime64[D]")
        return days[places].reshape(array.shape)  # a missing date has place -1
    raise ValueError(f"{name}: expected dates such as 2018-12-31, found {shown(value)}")


def _day(name: str, value: Any) -> Any:
    if isinstance(value, str):
        with suppress(ValueError):
            day = dt.datetime.fromisoformat(value).date() if value else "NaT"
            if not value or value.startswith(str(day)):  # 20181231 and 2018-W01-1 name days too, but nobody's here
                return day
    elif isinstance(value, dt.date | np.datetime64):
        return value.date() if isinstance(value, dt.datetime) else value
    raise ValueError(f"{name}: expected a date such as 2018-12-31, found {shown(value)}")


def pair(name: str, value: Any) -> tuple[Any, Any]:
    """The two ends of an interval argument (low, high); anything else raises."""
    try:
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
        raise ValueError(f"{name}: negative ({np.nanmin(values):g}); the end must not be before the start")


def shown(value: Any) -> str:
    """A value as a message shows it: short, whatever it is."""
    try:
        text = " ".join(repr(value).split())
    except ValueError:  # Python writes no whole number of more than 4300 digits
        return f"{type(value).__name__} too long to show"
    return text if len(text) <= 60 else f"{type(value).__name__} {text[:50]}…"
