"""Years by anniversaries: the days of the report, leap days, and the ways a date can be written."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coopanalysis.metrics import years_between
from coopanalysis.metrics.time import anniversary, days_after

DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31))


@pytest.mark.parametrize(
    ("start", "end", "years"),
    [
        ("2003-12-31", "2018-12-31", 15.0),  # days / 365.25 would be 15.00068
        ("2018-12-31", "2025-12-31", 7.0),
        ("2003-12-31", "2019-06-17", 15 + 168 / 365),
        ("2019-01-01", "2019-01-01", 0.0),
        ("2019-01-01", "2020-01-01", 1.0),
        ("2020-01-01", "2020-07-01", 182 / 366),  # the anniversary year holds 29 February
        ("2019-03-01", "2020-02-29", 365 / 366),
        ("2004-02-29", "2005-02-28", 1.0),  # anniversary of a leap day: last day of February
        ("2004-02-29", "2008-02-29", 4.0),
        ("2004-02-29", "2005-03-01", 1 + 1 / 365),
        ("2004-02-29", "2005-02-27", 364 / 365),
        ("2003-02-28", "2004-02-28", 1.0),
        ("2003-02-28", "2004-02-29", 1 + 1 / 366),
        ("2018-12-31", "2003-12-31", -15.0),
    ],
)
def test_known_lengths(start, end, years):
    assert years_between(start, end) == pytest.approx(years, rel=1e-15)


@pytest.mark.parametrize(
    "start",
    [
        "2003-12-31",
        "2003-12-31T17:30:00",
        dt.date(2003, 12, 31),
        dt.datetime(2003, 12, 31, 23, 59),
        pd.Timestamp("2003-12-31 08:00"),
        pd.Timestamp("2003-12-31 23:00", tz="Asia/Ho_Chi_Minh"),
        np.datetime64("2003-12-31"),
    ],
)
def test_one_date_in_every_form(start):
    assert years_between(start, "2018-12-31") == 15.0
    assert isinstance(years_between(start, "2018-12-31"), float)
    assert years_between([start, start], "2018-12-31").tolist() == [15.0, 15.0]


def test_mixed_dates_in_one_list_and_times_before_1970():
    mixed = [dt.date(2003, 12, 31), "2003-12-31", pd.Timestamp("2003-12-31"), None]
    np.testing.assert_array_equal(years_between(mixed, "2018-12-31"), [15, 15, 15, np.nan])
    old = pd.Series(pd.to_datetime(["1950-03-01 10:00"]), index=["x"])
    assert years_between(old, "1960-03-01").to_dict() == {"x": 10.0}


def test_missing_dates_are_undefined():
    for missing in (None, "", pd.NaT, np.nan, np.datetime64("NaT")):
        assert np.isnan(years_between(missing, "2018-12-31"))
        assert np.isnan(years_between("2018-12-31", missing))


@pytest.mark.parametrize("wrong", [2018, "2018", "2018-12", "31/12/2018", "2018-02-30", "2018-W01-1", 3.5, [2018], ["2018-06"]])
def test_what_names_no_day_is_refused_by_name(wrong):
    with pytest.raises(ValueError, match=r"^end: "):
        years_between("2003-12-31", wrong)


def test_lengths_must_agree():
    with pytest.raises(ValueError, match=r"^end: 3 values, but start has 2"):
        years_between(["2003-12-31"] * 2, ["2018-12-31"] * 3)


@given(DAYS, DAYS)
def test_reversed_dates_change_the_sign(a, b):
    assert years_between(a, b) == -years_between(b, a)


@given(DAYS, st.integers(0, 60), DAYS)
def test_whole_years_add_up_over_an_anniversary(start, whole, end):
    # not from 29 February: its anniversary moves to the 28th, and counting on from there is another start
    start = start.replace(day=28) if (start.month, start.day) == (2, 29) else start
    middle = start.replace(year=start.year + whole)
    assert years_between(start, middle) == whole
    if end >= middle:
        assert years_between(start, end) == pytest.approx(whole + years_between(middle, end), abs=1e-12)


@given(DAYS, DAYS)
def test_later_is_longer_and_near_calendar_years(start, end):
    years = years_between(start, end)
    assert years == pytest.approx((end - start).days / 365.2425, abs=0.01)
    if end < dt.date(2100, 12, 31):
        assert years_between(start, end + dt.timedelta(days=1)) > years


@given(DAYS, DAYS)
def test_the_way_back_finds_the_day(start, end):
    first, last = sorted([start, end])
    found = days_after(np.array([first], dtype="datetime64[D]"), np.array([years_between(first, last)]))
    assert found[0] == np.datetime64(last)


@given(DAYS, st.integers(0, 50))
def test_anniversaries_are_those_of_pandas(day, years):
    expected = pd.Timestamp(day) + pd.DateOffset(years=years)
    assert anniversary(np.array([day], dtype="datetime64[D]"), np.array([years]))[0] == np.datetime64(expected, "D")
