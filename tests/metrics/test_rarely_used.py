"""Changes, prices and trends of whole series: figures worked out by hand or published, and what undoes what."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coopanalysis.metrics import cagr, chain_growth, escap_weighted_projection, loglinear_growth, percent_change, real_growth, rebase

VALUES = st.floats(1, 1e4)
SIGNED = st.floats(-1e4, 1e4)
RATES = st.floats(-0.5, 2.0)
YEARS = st.floats(1, 50)
INVENTED = pd.Series({2001: 50.0, 2002: 80.0, 2003: 100.0, 2004: 160.0}, name="invented")
INDICES = st.lists(st.floats(1, 1000), min_size=2, max_size=8).map(lambda values: pd.Series(values, index=range(2001, 2001 + len(values))))


def test_published_series_growing_five_percent():
    # C. F. Baum, Statalist, 10 October 2012 (stata.com/statalist/archive/2012-10/msg00412.html): GDP grows steadily at
    # 5 % over steps of 2, 5 and 5 years; the difference of logarithms alone gives .0487902, its exponential .05.
    year, gdp = [1995, 1997, 2002, 2007], [100, 110.25, 140.71, 179.5856]
    steps = cagr(gdp[:-1], gdp[1:], np.diff(year))
    np.testing.assert_allclose(steps, 0.05, atol=2e-6)
    assert np.log1p(steps[0]) == pytest.approx(0.0487902, abs=5e-8)
    assert chain_growth(steps, np.diff(year)) == pytest.approx(0.05, abs=1e-6)
    assert loglinear_growth(year, gdp).rate == pytest.approx(0.05, abs=1e-6)


def test_percent_change():
    assert percent_change(200, 250) == 0.25
    assert percent_change(24_500, 24_600) == pytest.approx(0.0041, abs=5e-5)
    assert percent_change(100, -50) == -1.5
    assert np.isnan(percent_change([0, -10, np.nan, 5], [3, 20, 3, None])).all()


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
    assert np.isnan(loglinear_growth([2010.1] * 3, [1, 2, 5]).rate)  # a mean of equal numbers can be off by its last digit
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


def test_rebase_by_hand():
    before = INVENTED.copy()
    rebased = rebase(INVENTED, 2002)
    pd.testing.assert_series_equal(rebased, pd.Series({2001: 62.5, 2002: 100.0, 2003: 125.0, 2004: 200.0}, name="invented"))
    pd.testing.assert_series_equal(INVENTED, before)
    assert rebase({"a": 4, "b": 5}, "b").to_dict() == {"a": 80.0, "b": 100.0}


@pytest.mark.parametrize("base", [1999, "2002", None])
def test_rebase_to_a_period_that_is_not_there(base):
    with pytest.raises(ValueError, match=r"^new_base: .* is not among its periods \(2001 to 2004\)"):
        rebase(INVENTED, base)


def test_rebase_wrong_arguments():
    with pytest.raises(ValueError, match=r"^new_base: 2001 stands there more than once"):
        rebase(pd.Series([1.0, 2.0], index=[2001, 2001]), 2001)
    with pytest.raises(ValueError, match=r"^index: expected a Series"):
        rebase([1, 2, 3], 1)


def test_rebase_undefined():
    rebased = rebase(pd.Series({1: 0.0, 2: -5.0, 3: 4.0, 4: np.nan}), 3)
    np.testing.assert_array_equal(rebased, [np.nan, np.nan, 100, np.nan])
    assert rebase(pd.Series({1: 0.0, 2: 5.0}), 1).isna().all()


@given(INDICES)
def test_rebase_there_and_back(index):
    first, last = index.index[0], index.index[-1]
    away = rebase(index, last)
    assert away[last] == pytest.approx(100)
    np.testing.assert_allclose(rebase(away, first), rebase(index, first), rtol=1e-12)
    np.testing.assert_allclose(
        percent_change(away.iloc[:-1], away.iloc[1:].set_axis(away.index[:-1])) + 1, index.to_numpy()[1:] / index.to_numpy()[:-1], rtol=1e-9
    )


def test_weighted_projection_by_hand():
    # T = 4: weights (4 − 0) / (4 − t) = 1, 4/3, 2 at t = 0, 1, 2; weighted means t̄ = 16/13, ȳ = 64/13;
    # slope = Σ w (t − t̄)(y − ȳ) / Σ w (t − t̄)² with y = 0, 6, 7 by exact fractions
    from fractions import Fraction as F

    years, values, weights = [F(0), F(1), F(2)], [F(0), F(6), F(7)], [F(1), F(4, 3), F(2)]
    t_mean = sum(w * t for w, t in zip(weights, years, strict=True)) / sum(weights)
    y_mean = sum(w * y for w, y in zip(weights, values, strict=True)) / sum(weights)
    slope = sum(w * (t - t_mean) * (y - y_mean) for w, t, y in zip(weights, years, values, strict=True)) / sum(
        w * (t - t_mean) ** 2 for w, t in zip(weights, years, strict=True)
    )
    result = escap_weighted_projection([0, 1, 2], [0, 6, 7], 4)
    np.testing.assert_allclose(result.weights, [1, 4 / 3, 2])
    assert result.projected == pytest.approx(float(y_mean + slope * (4 - t_mean)))
    unweighted = np.polyval(np.polyfit([0, 1, 2], [0, 6, 7], 1), 4)
    assert result.projected < unweighted - 0.1  # the recent slow year counts more


@given(st.lists(st.integers(2000, 2029), min_size=2, max_size=8, unique=True), st.floats(-100, 100), st.floats(-10, 10))
def test_weighted_projection_of_a_straight_line_is_the_line(years, level, slope):
    values = [level + slope * (year - 2000) for year in years]
    assert escap_weighted_projection(years, values, 2030).projected == pytest.approx(level + 30 * slope, rel=1e-9, abs=1e-8)


@given(st.lists(st.tuples(st.integers(2000, 2029), SIGNED), min_size=2, max_size=8, unique_by=lambda pair: pair[0]))
def test_weighted_projection_is_least_squares(points):
    years, values = np.array(points, dtype=float).T
    result = escap_weighted_projection(years, values, 2030)
    fitted = np.polyval(np.polyfit(years - 2030, values, 1, w=np.sqrt(result.weights)), 0)
    assert result.projected == pytest.approx(fitted, rel=1e-6, abs=1e-6 * max(1.0, np.abs(values).max()))


def test_weighted_projection_missing_undefined_and_tables():
    gap = escap_weighted_projection([2015, 2016, 2018, 2040], [10, None, 16, None], 2030)
    assert np.isnan(gap.weights).tolist() == [False, True, False, True]
    assert gap.projected == pytest.approx(40)
    assert np.isnan(escap_weighted_projection([2015, 2015], [10, 11], 2030).projected)
    assert np.isnan(escap_weighted_projection([], [], 2030).projected)
    table = pd.DataFrame([[10.0, 12, 16], [None, 5, 5]], index=["up", "level"])
    both = escap_weighted_projection([2015, 2016, 2018], table, 2030)
    pd.testing.assert_series_equal(both.projected, pd.Series({"up": 40.0, "level": 5.0}))
    assert both.weights.shape == (2, 3)
    assert both.weights[1, 1] == 1.0  # the first year with a value is t_1
    for year in (2018, 2017, np.nan):
        with pytest.raises(ValueError, match=r"^target_year: "):
            escap_weighted_projection([2015, 2018], [1, 2], year)
    with pytest.raises(ValueError, match=r"^values: 3 values for 2 years"):
        escap_weighted_projection([2015, 2018], [1, 2, 3], 2030)
