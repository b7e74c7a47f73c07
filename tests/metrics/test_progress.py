"""Eurostat's ratio and class, and the stretch of a plan."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coopanalysis.metrics import cagr, eurostat_class, eurostat_ratio, project_exponential, stretch_ratio

VALUES = st.floats(1, 1e4)


def test_ratio_by_hand():
    # 10 % a year done, 5 % needed, and the same two the other way round for a series that should fall
    assert eurostat_ratio(100, 2000, 121, 2002, 100 * 1.05**10, 2010, 1) == pytest.approx(2.0)
    assert eurostat_ratio(100, 2000, 81, 2002, 100 * 0.8**10, 2010, -1) == pytest.approx(0.5)
    assert eurostat_ratio(100, 2000.5, 121, 2002.5, 121, 2004.5, 1) == pytest.approx(0.1 / (1.21**0.25 - 1))


def test_moving_away_is_negative_whatever_the_direction():
    # without direction and absolute value both quotients would be positive: "on track"
    assert eurostat_ratio(100, 2000, 90, 2005, 80, 2010, 1) < 0
    assert eurostat_ratio(100, 2000, 110, 2005, 120, 2010, -1) < 0
    assert eurostat_ratio(100, 2000, 90, 2005, 120, 2010, 1) < 0
    assert eurostat_ratio(100, 2000, 110, 2005, 80, 2010, -1) < 0


@pytest.mark.parametrize(
    "change",
    [
        {"base_value": 0},
        {"base_value": -5},
        {"base_value": None},
        {"current_value": -1},
        {"current_value": np.nan},
        {"current_year": 2000},
        {"current_year": 1999},
        {"target_year": 2000},
        {"target_year": None},
        {"target": None},
        {"target": 100},
    ],
)
def test_ratio_undefined(change):
    usual = {"base_value": 100, "base_year": 2000, "current_value": 121, "current_year": 2002, "target": 200, "target_year": 2010}
    assert eurostat_ratio(**usual, direction=1) > 0
    assert np.isnan(eurostat_ratio(**(usual | change), direction=1))


@pytest.mark.parametrize("direction", [0, 2, -0.5, None, np.nan, [1, 0]])
def test_direction_is_one_or_minus_one(direction):
    with pytest.raises(ValueError, match=r"^direction: "):
        eurostat_ratio([100, 100], 2000, 121, 2002, 200, 2010, direction)


def test_direction_has_no_default_and_no_words():
    with pytest.raises(TypeError, match="direction"):
        eurostat_ratio(100, 2000, 121, 2002, 200, 2010)
    with pytest.raises(ValueError, match=r"^direction: expected numbers"):
        eurostat_ratio(100, 2000, 121, 2002, 200, 2010, "positive")


@given(VALUES, VALUES, st.integers(1, 20))
def test_on_the_required_path_the_ratio_is_one(base, target, years):
    direction = 1 if target >= base else -1
    current = project_exponential(base, "2000-12-31", target, "2020-12-31", f"{2000 + years}-12-31")
    found = eurostat_ratio(base, 2000, current, 2000 + years, target, 2020, direction)
    assert np.isnan(found) if target == base else found == pytest.approx(1, rel=1e-6, abs=1e-6) or abs(target / base - 1) < 1e-6


@pytest.mark.parametrize(
    ("ratio", "name"),
    [
        (3.0, "significant"),
        (0.95, "significant"),
        (np.nextafter(0.95, 0), "moderate"),
        (0.60, "moderate"),
        (np.nextafter(0.60, 0), "insufficient"),
        (0.0, "insufficient"),
        (-1e-12, "movement_away"),
        (-np.inf, "movement_away"),
        (np.inf, "significant"),
        (np.nan, None),
        (None, None),
    ],
)
def test_class_bounds_are_inclusive_and_unrounded(ratio, name):
    assert eurostat_class(ratio) == name
    assert eurostat_class([ratio]).tolist() == [name]


def test_stretch():
    assert stretch_ratio(0.05, 0.10) == 0.5
    assert stretch_ratio(-0.05, -0.10) == 0.5
    assert np.isnan(stretch_ratio([0.05, None, 0.05], [0, 0.1, None])).all()


def test_stretch_is_not_eurostats_ratio():
    # same plan, same past: the one starts at the baseline of the plan, the other at t0
    past = cagr(100, 200, 10)
    stretch = stretch_ratio(past, cagr(200, 800, 10))
    ratio = eurostat_ratio(100, 2000, 200, 2010, 800, 2020, 1)
    assert stretch == pytest.approx(past / 0.148698, rel=1e-5)
    assert ratio > stretch + 0.1
