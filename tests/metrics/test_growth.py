"""Growth rates against figures worked out by hand or published, their limits, and what undoes what."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coopanalysis.metrics import cagr, doubling_time, interval_cagr, required_cagr

VALUES = st.floats(1, 1e4)
RATES = st.floats(-0.5, 2.0)
YEARS = st.floats(1, 50)


def test_cagr_by_hand():
    assert cagr(100, 121, 2) == pytest.approx(0.10)
    assert cagr(100, 100, 7) == 0.0
    assert cagr(100, 25, 2) == -0.5
    assert cagr(100, 0, 3) == -1.0
    assert required_cagr(100, 121, 2) == cagr(100, 121, 2)


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


def test_doubling_time():
    assert doubling_time(1.0) == 1.0
    assert doubling_time(0.07) == pytest.approx(10.2448, abs=5e-5)
    assert np.isnan(doubling_time([0, -0.1, None])).all()


@given(st.floats(1e-4, 3))
def test_value_has_doubled_after_the_doubling_time(rate):
    assert (1 + rate) ** doubling_time(rate) == pytest.approx(2, rel=1e-9)


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
