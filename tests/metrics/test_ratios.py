"""Ratios of totals, and bounds that hold every ratio the figures allow."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coopanalysis.metrics import interval_ratio, ratio

SIGNED = st.floats(-1e6, 1e6)
POSITIVE = st.floats(0.01, 1e6)
SHARES = st.floats(0, 1)


def test_ratio_by_hand():
    assert ratio(10, 4) == 2.5
    assert ratio(0, 4) == 0.0
    assert ratio(-10, 4) == -2.5
    assert np.isnan(ratio([1, 0, None, 1], [0, 0, 2, None])).all()


def test_ratio_of_totals_is_not_the_mean_of_ratios():
    revenue, members = pd.Series([10.0, 990.0]), pd.Series([10.0, 90.0])
    assert ratio(revenue.sum(), members.sum()) == 10.0
    assert ratio(revenue, members).mean() == 6.0


def test_interval_ratio_by_hand():
    inf = np.inf
    assert interval_ratio((90, 100), (20, 25)) == (3.6, 5.0)
    assert interval_ratio((90, inf), (20, 25)) == (3.6, inf)
    assert interval_ratio((90, 100), (20, inf)) == (0.0, 5.0)
    assert interval_ratio((90, 100), (0, 25)) == (3.6, inf)
    assert interval_ratio((0, 0), (0, 25)) == (0.0, 0.0)
    assert interval_ratio((-10, -5), (1, 2)) == (-10.0, -2.5)
    assert interval_ratio((-10, 10), (2, 5)) == (-5.0, 5.0)


def test_interval_ratio_undefined_and_wrong():
    for undefined in (((1, 2), (0, 0)), ((1, 2), (-1, 2)), ((1, None), (1, 2)), ((1, 2), (np.nan, 2))):
        assert np.isnan(interval_ratio(*undefined)).all()
    with pytest.raises(ValueError, match=r"^denominator: the low end is above"):
        interval_ratio((1, 2), (5, 4))
    with pytest.raises(ValueError, match=r"^numerator: expected a pair"):
        interval_ratio(7, (4, 5))


@given(SIGNED, POSITIVE, SHARES, SHARES, SHARES, SHARES)
def test_interval_ratio_holds_every_possible_ratio(above, below, down_above, up_above, down_below, up_below):
    numerator = (above - abs(above) * down_above, above + abs(above) * up_above)
    denominator = (below * (1 - down_below), below * (1 + up_below))
    low, high = interval_ratio(numerator, denominator)
    slack = 1e-12 * abs(ratio(above, below))
    assert low - slack <= ratio(above, below) <= high + slack
    assert interval_ratio((above, above), (below, below)) == (ratio(above, below), ratio(above, below))


def test_input_stays_as_it_was():
    top, bottom = pd.Series([1.0, 2.0], index=["a", "b"]), pd.Series([4.0, 0.0], index=["b", "a"])
    result = ratio(top, bottom)  # same labels in another order: matched by label, not by place
    assert result.index.tolist() == ["a", "b"]
    assert np.isnan(result["a"])
    assert result["b"] == 0.5
    assert bottom.index.tolist() == ["b", "a"]
    with pytest.raises(ValueError, match=r"^denominator: its labels are not those of numerator"):
        ratio(top, pd.Series([1.0, 2.0], index=["a", "c"]))
