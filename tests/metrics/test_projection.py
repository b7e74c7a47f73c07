"""Two models through two points, and the day on which each stands at a target."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from coopanalysis.metrics import cagr, date_target_reached, project_exponential, project_linear, years_between

START, END = "2000-12-31", "2010-12-31"
VALUES = st.floats(1, 1000)
MODELS = {"linear": project_linear, "exponential": project_exponential}


def test_projections_by_hand():
    assert project_linear(10, START, 20, END, "2015-12-31") == pytest.approx(25)
    assert project_exponential(10, START, 20, END, "2020-12-31") == pytest.approx(40)
    assert project_linear(10, START, 20, END, "1995-12-31") == pytest.approx(5)
    assert project_exponential(10, START, 20, END, "1990-12-31") == pytest.approx(5)
    assert project_exponential(10, START, 0, END, "2015-12-31") == 0.0


def test_projections_undefined():
    for function in MODELS.values():
        assert np.isnan(function(10, START, 20, START, END))
        assert np.isnan(function(10, START, 20, END, None))
        assert np.isnan(function(None, START, 20, END, END))
        assert np.isnan(function(10, None, 20, END, END))
    assert np.isnan(project_exponential([0, -1, 5], START, [5, 5, -1], END, "2015-12-31")).all()
    assert np.isnan(project_exponential(5, START, 0, END, "1995-12-31"))
    assert project_linear(0, START, -5, END, "2020-12-31") == -10.0


@pytest.mark.parametrize("function", [*MODELS.values(), lambda *values: date_target_reached(*values, "linear")])
def test_swapped_points_are_refused(function):
    with pytest.raises(ValueError, match=r"^end_date: before start_date"):
        function(10, END, 20, START, "2015-12-31" if function in MODELS.values() else 30)


@given(VALUES, VALUES)
def test_both_models_go_through_both_points(first, last):
    for function in MODELS.values():
        assert function(first, START, last, END, START) == pytest.approx(first, rel=1e-12)
        assert function(first, START, last, END, END) == pytest.approx(last, rel=1e-12)


@given(VALUES, VALUES, st.dates(dt.date(2000, 12, 31), dt.date(2060, 12, 31)))
def test_exponential_is_growth_at_the_cagr_and_never_below_the_line_outside(first, last, day):
    years = years_between(START, day)
    grown = first * (1 + cagr(first, last, 10)) ** years
    exponential, linear = (MODELS[name](first, START, last, END, day) for name in ("exponential", "linear"))
    assert exponential == pytest.approx(grown, rel=1e-8)
    slack = 1e-9 * (abs(linear) + exponential)
    assert exponential <= linear + slack if years <= 10 else exponential >= linear - slack


@pytest.mark.parametrize(
    ("first", "last", "target", "model", "day"),
    [
        (100, 200, 250, "linear", "2015-12-31"),
        (100, 200, 400, "exponential", "2020-12-31"),
        (200, 100, 50, "linear", "2015-12-31"),  # less is better: the line goes down to its target
        (400, 200, 100, "exponential", "2020-12-31"),
        (100, 200, 150, "linear", "2005-12-31"),  # reached between the two points already
        (100, 200, 200, "exponential", "2010-12-31"),
        (100, 200, 100, "linear", "2000-12-31"),
        (100, 100, 100, "exponential", "2000-12-31"),
        (0, 10, 20, "linear", "2020-12-31"),
        (100, 200, 100.01, "linear", "2001-01-01"),  # a part of a day is rounded up: that day has reached it
    ],
)
def test_day_reached_by_hand(first, last, target, model, day):
    found = date_target_reached(first, START, last, END, target, model)
    assert isinstance(found, pd.Timestamp)
    assert found == pd.Timestamp(day)


@pytest.mark.parametrize(
    ("first", "last", "target", "model"),
    [
        (100, 100, 120, "linear"),  # no change
        (100, 100, 120, "exponential"),
        (100, 90, 120, "linear"),  # moves away
        (100, 90, 120, "exponential"),
        (100, 200, 50, "linear"),  # behind the first point
        (0, 10, 20, "exponential"),
        (100, 0, 50, "exponential"),
        (100, 50, 0, "exponential"),  # constant decline never gets to nothing
        (100, 100.001, 1e9, "linear"),  # after the year 9999
        (None, 200, 250, "linear"),
        (100, 200, None, "exponential"),
    ],
)
def test_day_never_reached(first, last, target, model):
    assert date_target_reached(first, START, last, END, target, model) is pd.NaT


def test_day_reached_undefined_dates_and_unknown_model():
    assert date_target_reached(100, START, 200, START, 250, "linear") is pd.NaT
    assert date_target_reached(100, None, 200, END, 250, "exponential") is pd.NaT
    with pytest.raises(ValueError, match=r"^model: unknown 'logistic'; expected linear or exponential"):
        date_target_reached(100, START, 200, END, 250, "logistic")


@given(VALUES, VALUES, VALUES, st.sampled_from(list(MODELS)))
def test_the_model_stands_at_the_target_on_that_day(first, last, target, model):
    assume(abs(last - first) > 0.5)
    day = date_target_reached(first, START, last, END, target, model)
    toward = (target - first) * (last - first) >= 0
    assert (day is not pd.NaT) == toward or target == first
    if day is not pd.NaT and day > pd.Timestamp(START):
        on_the_day, the_day_before = (MODELS[model](first, START, last, END, when) for when in (day, day - pd.Timedelta(days=1)))
        low, high = sorted([the_day_before, on_the_day])
        assert low - 1e-5 * abs(low) <= target <= high + 1e-5 * abs(high)


def test_series_of_dates_come_back_as_dates():
    ends = pd.Series([200.0, 100.0], index=["grows", "stands"])
    found = date_target_reached(100, START, ends, END, 250, "linear")
    assert found.index.tolist() == ["grows", "stands"]
    assert pd.api.types.is_datetime64_any_dtype(found.dtype)
    assert found["grows"] == pd.Timestamp("2015-12-31")
    assert found["stands"] is pd.NaT
