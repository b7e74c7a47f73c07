"""Open SDG's measure branch by branch, against its published turning points."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coopanalysis.metrics import eurostat_ratio, open_sdg_progress

TARGET = 100 * 1.05**10  # 5 % a year needed from 2000 to 2010


def with_target(ratio, direction=1):
    """A series whose ratio is the one wanted: after one year it has grown by ``ratio`` times the needed 5 %."""
    return open_sdg_progress(100, 2000, 100 * (1 + 0.05 * ratio), 2001, TARGET, 2010, direction)


def without_target(growth, limit=None, base=100.0, direction=1):
    return open_sdg_progress(base, 2000, base * (1 + direction * growth), 2001, None, None, direction, limit)


@pytest.mark.parametrize(
    ("ratio", "score", "status"),
    [
        # open-sdg/open-sdg, docs/progress-methodology.md, figure 2 and the table of categories: −60 % gives −5, 0 gives
        # −2.5, 60 % gives 0, 95 % gives 2.5, 130 % and more give 5
        (-2.0, -5.0, "deterioration"),
        (-0.6, -5.0, "deterioration"),
        (0.0, -2.5, "limited_progress"),
        (0.3, -1.25, "limited_progress"),
        (0.6001, 0.0, "moderate_progress"),
        (0.9501, 2.5, "substantial_progress"),
        (1.3, 5.0, "substantial_progress"),
        (4.0, 5.0, "substantial_progress"),
    ],
)
def test_with_target(ratio, score, status):
    result = with_target(ratio)
    assert result.progress_value == pytest.approx(ratio, abs=1e-9)
    assert result.score == pytest.approx(score, abs=2e-3)
    assert (result.status, result.reason) == (status, "")


@pytest.mark.parametrize(
    ("growth", "score", "status"),
    [
        # the same page, figure 1: −2 % gives −5, 0 gives −2.5, 0.5 % gives 0, 1.5 % gives 2.5, 2 % and more give 5
        (-0.05, -5.0, "deterioration"),
        (-0.02, -5.0, "deterioration"),
        (-0.01, -3.75, "deterioration"),
        (0.0, -2.5, "limited_progress"),
        (0.0025, -1.25, "limited_progress"),
        (0.00501, 0.0025, "moderate_progress"),
        (0.01, 1.25, "moderate_progress"),
        (0.01501, 2.505, "substantial_progress"),
        (0.02, 5.0, "substantial_progress"),
        (0.30, 5.0, "substantial_progress"),
    ],
)
@pytest.mark.parametrize("direction", [1, -1])
def test_without_target(growth, score, status, direction):
    result = without_target(growth, direction=direction)
    assert result.progress_value == pytest.approx(growth, abs=1e-9)
    assert result.score == pytest.approx(score, abs=1e-6)
    assert (result.status, result.reason) == (status, "")


@pytest.mark.parametrize(
    ("base", "limit", "factor"),
    [
        (50, 100, 1 - 0.5**4.44),
        (90, 100, 1 - 0.9**4.44),
        (110, 100, 1 - 0.9**4.44),  # equal relative distance from a minimum
        (150, 100, 1 - 0.5**4.44),
        (200, 100, 1.0),
        (250, 100, 1.0),
        (10, 0, 1.0),
        (10, None, 1.0),
    ],
)
def test_a_natural_limit_scales_the_positive_thresholds(base, limit, factor):
    for growth, name, score in (
        (0.0151, "substantial_progress", 500 * 0.0151 - 5),
        (0.0149, "moderate_progress", 250 * 0.0149 - 1.25),
        (0.0051, "moderate_progress", 250 * 0.0051 - 1.25),
        (0.0049, "limited_progress", 500 * 0.0049 - 2.5),
    ):
        result = without_target(growth * factor, limit=limit, base=base)
        assert result.status == name
        assert result.score == pytest.approx(score, abs=1e-9)
    falling = without_target(-0.01, limit=limit, base=base)  # no factor below zero
    assert falling.score == pytest.approx(-3.75)


def test_at_the_limit_itself():
    # docs/progress-methodology.md: base equal to limit and value maintained is on track with +5, falling is as usual
    assert (without_target(0.0, limit=100).score, without_target(0.0, limit=100).status) == (5.0, "substantial_progress")
    assert without_target(-0.01, limit=100).score == pytest.approx(-3.75)
    assert without_target(-0.01, limit=100).status == "deterioration"


def test_target_achieved_keeps_the_raw_ratio():
    result = open_sdg_progress(100, 2000, 500, 2001, TARGET, 2010, 1)
    assert (result.score, result.status) == (5.0, "target_achieved")
    assert result.progress_value == eurostat_ratio(100, 2000, 500, 2001, TARGET, 2010, 1)
    # less is better, and the series stays under its ceiling although it rises: achieved, with a negative ratio
    under = open_sdg_progress(40, 2000, 50, 2005, 60, 2010, -1)
    assert (under.score, under.status) == (5.0, "target_achieved")
    assert under.progress_value < 0
    # the base met the target and so does the present: no growth was required, hence no ratio
    held = open_sdg_progress(100, 2000, 100, 2005, 100, 2010, 1)
    assert (held.score, held.status, held.reason) == (5.0, "target_achieved", "")
    assert np.isnan(held.progress_value)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((0, 2000, 5, 2005, 10, 2010, 1), "zero_base"),
        ((0, 2000, 20, 2005, 10, 2010, 1), "zero_base"),  # target reached or not
        ((0, 2000, 5, 2005, None, None, 1), "zero_base"),
        ((8, 2005, 8, 2005, 10, 2010, 1), "one_point"),
        ((80, 2005, 80, 2005, 10, 2010, 1), "one_point"),
        ((8, 2005, 9, 2004, None, None, 1), "one_point"),
        ((8, 2000, None, 2005, 10, 2010, 1), "missing_value"),
        ((None, 2000, 8, 2005, 10, 2010, 1), "missing_value"),
        ((8, 2000, 9, 2005, 10, None, 1), "missing_value"),
        ((-8, 2000, 9, 2005, 10, 2010, 1), "negative_value"),
        ((8, 2000, -9, 2005, 10, 2010, 1), "negative_value"),
        ((8, 2000, -9, 2005, None, None, 1), "negative_value"),
        ((10, 2000, 9, 2005, 10, 2010, 1), "no_growth_required"),
    ],
)
def test_not_available(arguments, reason):
    result = open_sdg_progress(*arguments)
    assert (result.status, result.reason) == ("not_available", reason)
    assert np.isnan(result.score)
    assert np.isnan(result.progress_value)


def test_wrong_arguments():
    with pytest.raises(ValueError, match=r"^direction: found 0"):
        open_sdg_progress(100, 2000, 110, 2005, 120, 2010, 0)
    with pytest.raises(ValueError, match=r"^limit: negative"):
        open_sdg_progress(100, 2000, 110, 2005, None, None, 1, -5)


def in_plain_words(y0, t0, y, t, target, t_target, direction, limit):
    """The rules of METHODS read one after another, for one series that is positive and has two points."""
    growth = (y / y0) ** (1 / (t - t0)) - 1
    if target is None:
        value, c = direction * growth, 1
        if limit is not None and y0 <= limit:
            c = 1 - (y0 / limit) ** 4.44
        elif limit is not None and y0 < 2 * limit:
            c = 1 - ((2 * limit - y0) / limit) ** 4.44
        if value < 0:
            return value, max(125 * value - 2.5, -5), "deterioration"
        if value >= 0.015 * c:
            return value, 5 if c == 0 else min(500 * value / c - 5, 5), "substantial_progress"
        if value >= 0.005 * c:
            return value, 250 * value / c - 1.25, "moderate_progress"
        return value, 500 * value / c - 2.5, "limited_progress"
    value = direction * growth / abs((target / y0) ** (1 / (t_target - t0)) - 1)
    if direction * y >= direction * target:
        return value, 5, "target_achieved"
    score = min(7.1429 * value - 4.2857, 5) if value >= 0.6 else max(4.1667 * value - 2.5, -5)
    for bound, name in ((0.95, "substantial_progress"), (0.6, "moderate_progress"), (0, "limited_progress")):
        if value >= bound:
            return value, score, name
    return value, score, "deterioration"


@given(
    st.floats(1, 300),
    st.integers(1, 10),
    st.floats(0.8, 1.3),
    st.none() | st.floats(0.3, 3).filter(lambda way: abs(way - 1) > 0.01),
    st.integers(11, 20),
    st.sampled_from([1, -1]),
    st.none() | st.floats(50, 200),
)
def test_every_branch_against_the_rules_in_plain_words(base, years, multiple, way, horizon, direction, limit):
    target = None if way is None else base * way
    arguments = (base, 2000, base * multiple, 2000 + years, target, 2000 + horizon, direction, limit)
    value, score, status = in_plain_words(*arguments)
    result = open_sdg_progress(*arguments)
    assert result.progress_value == pytest.approx(value, rel=1e-9, abs=1e-12)
    assert result.score == pytest.approx(score, rel=1e-9, abs=1e-9)
    assert result.status == status
