"""Bounds of qualified figures as the metrics see them: what a word says, and what follows for growth."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coopanalysis.metrics import bounds, cagr, interval_cagr, interval_ratio, ratio
from coopanalysis.metrics.intervals import QUALIFIERS

# numbers as people write them: up to nine digits, up to three of them after the point
WRITTEN = st.builds(lambda digits, places: digits / 10**places, st.integers(1, 999_999_999), st.integers(0, 3))


@pytest.mark.parametrize(
    ("value", "qualifier", "low", "high"),
    [
        (210, "exact", 210, 210),
        (210, "about", 205, 215),
        (319, "about", 318.5, 319.5),
        (1787, "about", 1786.5, 1787.5),
        (214.1, "about", 214.05, 214.15),
        (100, "about", 50, 150),
        (240, "more_than", 240, np.inf),
        (100, "nearly", 90, 100),
        (1800, "nearly", 1700, 1800),
        (160, "nearly", 150, 160),
        (7, "nearly", 6.3, 7),
        (20, "less_than", 0, 20),
        (0, "exact", 0, 0),
        (0, "more_than", 0, np.inf),
        (-30, "exact", -30, -30),
        (-30, "about", -35, -25),
        (-30, "less_than", -np.inf, -30),
        (None, "about", np.nan, np.nan),
    ],
)
def test_what_a_word_says(value, qualifier, low, high):
    assert bounds(value, qualifier) == pytest.approx((low, high), nan_ok=True)


@given(WRITTEN)
def test_about_is_half_a_unit_of_the_last_written_digit(value):
    written = Decimal(repr(value)).normalize()
    half = Decimal(1).scaleb(written.as_tuple().exponent) / 2
    low, high = bounds(value, "about")
    assert low == pytest.approx(float(written - half), rel=1e-12)
    assert high == pytest.approx(float(written + half), rel=1e-12)
    nearly = bounds(value, "nearly")
    assert nearly[1] == value
    assert value - nearly[0] == pytest.approx(min(float(2 * half), value / 10), rel=1e-6)


@given(WRITTEN, st.sampled_from(QUALIFIERS))
def test_bounds_hold_the_value(value, qualifier):
    low, high = bounds(value, qualifier)
    assert low <= value <= high
    assert isinstance(low, float)
    assert isinstance(high, float)


@given(WRITTEN, WRITTEN, st.sampled_from(QUALIFIERS), st.sampled_from(QUALIFIERS))
def test_growth_and_ratios_of_qualified_figures_hold_the_plain_ones(first, last, first_word, last_word):
    start, end = bounds(first, first_word), bounds(last, last_word)
    low, high = interval_cagr(start, end, 5)
    assert low - 1e-12 <= cagr(first, last, 5) <= high + 1e-12
    low, high = interval_ratio(end, start)
    assert low * (1 - 1e-12) <= ratio(last, first) <= high * (1 + 1e-12)


def test_series_keep_their_index_and_each_its_word():
    values = pd.Series([210.0, np.nan, 100.0], index=["a", "b", "c"])
    before = values.copy()
    low, high = bounds(values, pd.Series(["about", "exact", "more_than"], index=["a", "b", "c"]))
    pd.testing.assert_series_equal(low, pd.Series({"a": 205.0, "b": np.nan, "c": 100.0}))
    pd.testing.assert_series_equal(high, pd.Series({"a": 215.0, "b": np.nan, "c": np.inf}))
    pd.testing.assert_series_equal(values, before)
    low, high = bounds([210, 319], "about")
    assert low.tolist() == [205.0, 318.5]
    assert high.tolist() == [215.0, 319.5]


@pytest.mark.parametrize("word", ["roughly", "", "About"])
def test_unknown_words_are_refused(word):
    with pytest.raises(ValueError, match=r"^qualifier: unknown"):
        bounds([10, 20], ["exact", word])
