from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coopanalysis.dataset.bounds import QUALIFIERS, bounds


@pytest.mark.parametrize(
    ("value", "qualifier", "low", "high"),
    [
        (97, "exact", 97, 97),
        (210, "about", 205, 215),
        (319, "about", 318.5, 319.5),
        (214.1, "about", 214.05, 214.15),
        (240, "more_than", 240, np.inf),
        (20, "less_than", 0, 20),
        (100, "nearly", 90, 100),
        (1800, "nearly", 1700, 1800),
        (9700, "about", 9650, 9750),
    ],
)
def test_what_a_word_says(value: float, qualifier: str, low: float, high: float) -> None:
    assert bounds(value, qualifier) == pytest.approx((low, high))


def test_a_series_keeps_its_index() -> None:
    lower, upper = bounds(pd.Series([10.0, np.nan], index=["a", "b"]), pd.Series(["nearly", "exact"], index=["a", "b"]))
    assert list(lower.index) == ["a", "b"] and lower["a"] == 9 and upper["a"] == 10 and np.isnan(lower["b"])


def test_an_unknown_word_is_refused() -> None:
    with pytest.raises(ValueError, match="qualifier"):
        bounds(10, "roughly")


@pytest.mark.parametrize("value", ["x", ["1", "2"], pd.Series(["1"]), pd.DataFrame({"a": [1.0]}), object(), 10**400, [[1], [1, 2]]])
def test_what_is_no_number_is_refused_by_name(value: object) -> None:
    with pytest.raises(ValueError, match=r"^value: expected numbers"):
        bounds(value, "about")


def test_missing_values_have_missing_bounds() -> None:
    for missing in (None, pd.NA, np.nan):
        assert np.isnan(bounds(missing, "about")).all()
        np.testing.assert_array_equal(bounds([missing, 10], "exact"), [[np.nan, 10], [np.nan, 10]])


def test_one_word_for_each_value() -> None:
    with pytest.raises(ValueError, match=r"^qualifier: 3 words for 2 values"):
        bounds([1, 2], ["exact", "about", "nearly"])


@given(st.floats(min_value=0.001, max_value=1e9), st.sampled_from(QUALIFIERS))
def test_bounds_hold_the_value(value: float, qualifier: str) -> None:
    low, high = bounds(value, qualifier)
    assert low <= value <= high
