"""Growth rates against figures worked out by hand or published, their limits, and what undoes what."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coopanalysis.metrics import cagr, chain_growth, doubling_time, interval_cagr, loglinear_growth, percent_change, real_growth, required_cagr

VALUES = st.floats(1, 1e4)
RATES = st.floats(-0.5, 2.0)
YEARS = st.floats(1, 50)


def test_cagr_by_hand():
    assert cagr(100, 121, 2) == pytest.approx(0.10)
    assert cagr(100, 100, 7) == 0.0
    assert cagr(100, 25, 2) == -0.5
    assert cagr(100, 0, 3) == -1.0
    assert required_cagr(100, 121, 2) == cagr(100, 121, 2)


def test_published_series_growing_five_percent():
    # C. F. Baum, Statalist, 10 October 2012 (stata.com/statalist/archive/2012-10/msg00412.html): GDP grows steadily at
    # 5 % over steps of 2, 5 and 5 years; the difference of logarithms alone gives .0487902, its exponential .05.
    year, gdp = [1995, 1997, 2002, 2007], [100, 110.25, 140.71, 179.5856]
    steps = cagr(gdp[:-1], gdp[1:], np.diff(year))
    np.testing.assert_allclose(steps, 0.05, atol=2e-6)
    assert np.log1p(steps[0]) == pytest.approx(0.0487902, abs=5e-8)
    assert chain_growth(steps, np.diff(year)) == pytest.approx(0.05, abs=1e-6)
    assert loglinear_growth(year, gdp).rate == pytest.approx(0.05, abs=1e-6)


@pytest.mark.parametrize("arguments", [(0, 1, 5), (-4, 8, 5), (4, -8, 5), (4, 8, 0), (None, 8, 5), (4, np.nan, 5), (4, 8, np.nan), (0, 0, 5)])
def test_cagr_undefined(arguments):
    assert np.isnan(cagr(*arguments))
    assert np.isnan(required_cagr(*arguments))


@pytest.mark.parametrize("function", [cagr, required_cagr])
def test_negative_years_are_a_wrong_argument(function):
    with pytest.raises(ValueError, match=r"^years: negative"):
        function(1, 2, [3, -1])
    with pytest.raises(ValueError, match=r"^years: negative"):
        interval_cagr((1, 2), (3, 4), -1)


@given(VALUES, RATES, YEARS)
def test_cagr_undoes_growth(start, rate, years):
    assert cagr(start, start * (1 + rate) ** years, years) == pytest.approx(rate, abs=1e-9)


@given(VALUES, VALUES, YEARS)
def test_growth_at_the_cagr_ends_where_it_should(start, end, years):
    assert start * (1 + cagr(start, end, years)) ** years == pytest.approx(end, rel=1e-9)
    assert (1 + cagr(start, end, years)) * (1 + cagr(end, start, years)) == pytest.approx(1, rel=1e-12)


def test_percent_change():
    assert percent_change(200, 250) == 0.25
    assert percent_change(24_500, 24_600) == pytest.approx(0.0041, abs=5e-5)
    assert percent_change(100, -50) == -1.5
    assert np.isnan(percent_change([0, -10, np.nan, 5], [3, 20, 3, None])).all()


def test_doubling_time():
    assert doubling_time(1.0) == 1.0
    assert doubling_time(0.07) == pytest.approx(10.2448, abs=5e-5)
    assert np.isnan(doubling_time([0, -0.1, None])).all()


@given(st.floats(1e-4, 3))
def test_value_has_doubled_after_the_doubling_time(rate):
    assert (1 + rate) ** doubling_time(rate) == pytest.approx(2, rel=1e-9)


@given(VALUES, VALUES, st.integers(1, 40))
def test_loglinear_through_two_points_is_cagr(start, end, years):
    assert loglinear_growth([2000, 2000 + years], [start, end]).rate == pytest.approx(cagr(start, end, years), rel=1e-9, abs=1e-12)


def test_loglinear_rate_and_fit():
    steady = loglinear_growth([2015, 2016, 2018], [100, 110, 133.1])
    assert steady.rate == pytest.approx(0.10)
    assert steady.fit == pytest.approx(1.0)
    # by hand: ln y = 0, ln 4, ln 4 at t = 0, 1, 2: b = ln 4 / 2, so the rate is exp(b) − 1 = 1, and not b = 0.69
    bent = loglinear_growth([0, 1, 2], [1, 4, 4])
    assert bent.rate == pytest.approx(1.0)
    assert bent.fit == pytest.approx(0.75)


def test_loglinear_missing_and_undefined():
    assert loglinear_growth([1, 2, 3], [10, None, 40]).rate == pytest.approx(1.0)
    undefined = loglinear_growth([1, 2, 3], [10, 0, 40])
    assert np.isnan([undefined.rate, undefined.fit]).all()
    assert np.isnan(loglinear_growth([1, 2, 3], [10, -1, 40]).fit)
    assert np.isnan(loglinear_growth([1, 1], [10, 20]).rate)
    assert np.isnan(loglinear_growth([1], [10]).rate)
    assert np.isnan(loglinear_growth([], []).rate)
    constant = loglinear_growth([1, 2, 3], [0.1, 0.1, 0.1])
    assert constant.rate == 0.0
    assert np.isnan(constant.fit)
    with pytest.raises(ValueError, match=r"^y: 2 values, but t has 3"):
        loglinear_growth([1, 2, 3], [1, 2])


def test_loglinear_with_dates_and_tables():
    dates = [dt.date(2003, 12, 31), dt.date(2010, 12, 31), dt.date(2018, 12, 31)]
    values = [100 * 1.05**0, 100 * 1.05**7, 100 * 1.05**15]
    assert loglinear_growth(dates, values).rate == pytest.approx(0.05)
    assert loglinear_growth(pd.Series(dates), pd.Series(values)).rate == pytest.approx(0.05)
    table = pd.DataFrame({2003: [1.0, 8.0], 2004: [2.0, 4.0], 2005: [4.0, 2.0]}, index=["up", "down"])
    both = loglinear_growth([2003, 2004, 2005], table)
    pd.testing.assert_series_equal(both.rate, pd.Series({"up": 1.0, "down": -0.5}))
    own_times = loglinear_growth([[1, 2], [1, 3]], [[5, 10], [5, 20]])
    np.testing.assert_allclose(own_times.rate, [1.0, 1.0])
    with pytest.raises(ValueError, match=r"^y: 2 values"):
        loglinear_growth([[1, 2], [1, 3]], [5, 10])
    with pytest.raises(ValueError, match=r"^y: its labels"):
        loglinear_growth(pd.Series([1, 2], index=[0, 1]), pd.Series([1, 2], index=[5, 6]))


def test_interval_cagr_by_hand():
    low, high = interval_cagr((100, 121), (121, 144), 2)
    assert low == 0.0
    assert high == pytest.approx(0.2)


def test_interval_cagr_open_ends():
    inf = np.inf
    assert interval_cagr((1, 2), (16, inf), 3) == (1.0, inf)
    low, high = interval_cagr((2, inf), (16, 16), 3)
    assert (low, high) == (-1.0, 1.0)
    assert interval_cagr((0, 2), (16, 16), 3) == (1.0, inf)
    assert interval_cagr((0, 2), (0, 0), 3) == (-1.0, -1.0)
    for undefined in (
        ((0, 0), (1, 2), 3),
        ((-1, 2), (1, 2), 3),
        ((1, 2), (-1, 2), 3),
        ((1, 2), (1, 2), 0),
        ((0, 2), (1, 2), 0),
        ((1, None), (1, 2), 3),
    ):
        assert np.isnan(interval_cagr(*undefined)).all()


def test_interval_cagr_wrong_pairs():
    with pytest.raises(ValueError, match=r"^start: expected a pair"):
        interval_cagr(5, (1, 2), 3)
    with pytest.raises(ValueError, match=r"^end: expected a pair"):
        interval_cagr((1, 2), (1, 2, 3), 3)
    with pytest.raises(ValueError, match=r"^end: the low end is above"):
        interval_cagr((1, 2), ([1, 5], [2, 4]), 3)


@given(VALUES, VALUES, st.floats(0, 1), st.floats(0, 1), YEARS)
def test_interval_cagr_holds_every_possible_rate(start, end, loose_start, loose_end, years):
    low, high = interval_cagr((start * (1 - loose_start), start * (1 + loose_start)), (end * (1 - loose_end), end * (1 + loose_end)), years)
    assert low <= cagr(start, end, years) + 1e-12
    assert cagr(start, end, years) <= high + 1e-12
    exact = interval_cagr((start, start), (end, end), years)
    assert exact == (cagr(start, end, years), cagr(start, end, years))


def test_chained_growth_weights_by_length():
    rate = chain_growth([0.10, 0.20], [1, 3])
    assert (1 + rate) ** 4 == pytest.approx(1.1 * 1.2**3)
    assert rate != pytest.approx(0.15, abs=1e-3)  # the plain mean of the rates
    assert chain_growth([0.3, np.nan], [2, 0]) == pytest.approx(0.3)
    assert chain_growth([0.3, -1.0], [2, 1]) == -1.0
    for undefined in (([0.1, None], [1, 1]), ([0.1, -1.2], [1, 1]), ([0.1], [0]), ([], [])):
        assert np.isnan(chain_growth(*undefined))
    np.testing.assert_allclose(chain_growth([[0.1, 0.1], [0.2, 0.2]], [1, 5]), [0.1, 0.2])
    with pytest.raises(ValueError, match=r"^years: negative"):
        chain_growth([0.1, 0.2], [1, -1])
    with pytest.raises(ValueError, match=r"^years: 3 lengths for 2 rates"):
        chain_growth([0.1, 0.2], [1, 1, 1])


@given(st.lists(st.tuples(VALUES, YEARS), min_size=2, max_size=6))
def test_chained_sub_periods_give_the_whole_period(steps):
    values, years = np.array([step[0] for step in steps]), np.array([step[1] for step in steps[1:]])
    chained = chain_growth(cagr(values[:-1], values[1:], years), years)
    assert chained == pytest.approx(cagr(values[0], values[-1], years.sum()), rel=1e-9, abs=1e-9)


@given(RATES, RATES)
def test_real_growth_times_inflation_is_nominal_growth(nominal, inflation):
    assert (1 + real_growth(nominal, inflation)) * (1 + inflation) == pytest.approx(1 + nominal, rel=1e-12)


def test_real_growth_is_not_the_difference():
    assert real_growth(0.5, 0.25) == pytest.approx(0.2)
    assert np.isnan(real_growth([0.1, 0.1, None], [-1, None, 0.1])).all()
