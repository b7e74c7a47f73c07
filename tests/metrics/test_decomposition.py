"""Decomposition: exact sums and products, symmetry, zeros, and the published test values of another package."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from coopanalysis.metrics import lmdi_additive, lmdi_additive_by_row, lmdi_multiplicative, logarithmic_mean, shapley_product

POSITIVE = st.floats(0.1, 1000)
SHAPES = st.tuples(st.integers(1, 4), st.integers(1, 5))


def two_dates(elements):
    return SHAPES.flatmap(lambda shape: st.tuples(arrays(float, shape, elements=elements), arrays(float, shape, elements=elements)))


def product_sum(table):
    return np.atleast_2d(table).prod(axis=1).sum()


def close(found, expected, scale):
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9 * max(1.0, np.max(np.abs(scale))))


# MatthewHeun/LMDIR (MIT), tests/testthat/test_lmdi.R, create_simple_LMDI: two sub-categories, three factors, four years
LMDIR = [[[1, 10, 2], [4, 5, 3]], [[4, 5, 3], [5, 6, 4]], [[8, 2, 4], [5, 7, 5]], [[10, 1, 5], [6, 8, 6]]]


@pytest.mark.parametrize(
    ("step", "by_row", "by_factor", "change"),
    [
        (0, [[50.47438029, -25.23719014, 14.76280986], [19.31568569, 15.78206435, 24.90224996]], [69.79006598, -9.455125793, 39.66505981], 100),
        (1, [[42.96021467, -56.79031473, 17.83010006], [0, 22.47128816, 32.52871184]], [42.96021467, -34.31902656, 50.3588119], 59),
        (2, [[12.6549815, -39.30996299, 12.6549815], [41.35566084, 30.28867832, 41.35566084]], [54.01064234, -9.021284671, 54.01064234], 99),
    ],
)
def test_additive_values_published_by_lmdir(step, by_row, by_factor, change):
    rows = lmdi_additive_by_row(LMDIR[step], LMDIR[step + 1])
    np.testing.assert_allclose(rows.effects, by_row, atol=5e-8)
    split = lmdi_additive(LMDIR[step], LMDIR[step + 1])
    np.testing.assert_allclose(split.effects, by_factor, atol=5e-8)
    assert split.total == change
    assert split.method == "lmdi_additive"
    assert split.reason == ""


@pytest.mark.parametrize(
    ("step", "by_factor", "multiple"),
    [
        (0, [1.761117821, 0.926191306, 1.379410116], 2.25),
        (1, [1.229284572, 0.847970248, 1.273773912], 1.327777778),
        (2, [1.208140223, 0.968911503, 1.208140223], 1.414225941),
    ],
)
def test_multiplicative_values_published_by_lmdir(step, by_factor, multiple):
    split = lmdi_multiplicative(LMDIR[step], LMDIR[step + 1])
    np.testing.assert_allclose(split.effects, by_factor, atol=5e-9)
    assert split.total == pytest.approx(multiple, abs=5e-10)


def test_zeros_published_by_lmdir():
    # the same file, after Ang, Zhang and Choi 1998, table 2: the factor that was 0 takes the row's whole change
    was_zero = [[0, 10, 2], [4, 5, 3]]
    second_row = [19.31568569, 15.78206435, 24.90224996]
    np.testing.assert_allclose(lmdi_additive_by_row(was_zero, LMDIR[1]).effects, [[60, 0, 0], second_row], atol=5e-8)
    became_zero = [[4, 5, 3], [5, 6, 0]]
    first_row = [50.47438029, -25.23719014, 14.76280986]
    np.testing.assert_allclose(lmdi_additive_by_row(LMDIR[0], became_zero).effects, [first_row, [0, 0, -60]], atol=5e-8)


def test_several_zeros_share_the_change_equally():
    np.testing.assert_array_equal(lmdi_additive([0, 0, 2], [3, 4, 2]).effects, [12, 12, 0])
    np.testing.assert_array_equal(lmdi_additive([3, 4, 2], [0, 5, 0]).effects, [-12, 0, -12])
    split = lmdi_additive([[0, 5], [3, 4]], [[7, 0], [3, 4]])  # zero at both dates: no change to explain
    np.testing.assert_array_equal(split.effects, [0, 0])
    assert (split.total, split.reason) == (0.0, "")


def test_multiplicative_with_a_zero_is_undefined():
    split = lmdi_multiplicative([[0, 5], [3, 4]], [[7, 2], [3, 4]])
    assert np.isnan(split.effects).all()
    assert split.reason == "zero_value"
    assert split.total == pytest.approx(26 / 12)
    left_out = lmdi_multiplicative([[0, 5], [3, 4]], [[7, 0], [6, 5]])  # a row that is 0 at both dates has no weight
    np.testing.assert_allclose(left_out.effects, [2, 1.25])
    from_nothing = lmdi_multiplicative([0, 5], [7, 5])
    assert np.isnan(from_nothing.total)
    assert from_nothing.reason == "zero_value"


def test_negative_and_missing_values_are_undefined_with_a_reason():
    for function in (lmdi_additive, lmdi_multiplicative, lmdi_additive_by_row):
        assert function([2, -3], [2, 3]).reason == "negative_value"
        assert function([2, 3], [2, None]).reason == "missing_value"
        assert np.isnan(np.asarray(function([2, -3], [2, 3]).effects)).all()
    assert shapley_product([2, 3], [2, None]).reason == "missing_value"
    np.testing.assert_allclose(shapley_product([2, -3], [2, 3]).effects, [0, 12])


@given(two_dates(POSITIVE))
def test_additive_effects_add_up(dates):
    x0, x1 = dates
    split, rows = lmdi_additive(x0, x1), lmdi_additive_by_row(x0, x1)
    close(split.effects.sum(), split.total, split.effects)
    close(split.total, product_sum(x1) - product_sum(x0), product_sum(x1))
    close(rows.effects.sum(axis=1), rows.total, rows.effects)
    close(rows.effects.sum(axis=0), split.effects, rows.effects)


@given(two_dates(st.sampled_from([0.0, 0.0, 1.0, 2.5, 40.0])))
def test_additive_effects_add_up_with_any_zeros(dates):
    split = lmdi_additive(*dates)
    close(split.effects.sum(), split.total, split.effects)
    assert np.isfinite(split.effects).all()


@given(two_dates(POSITIVE))
def test_multiplicative_effects_multiply_up(dates):
    x0, x1 = dates
    split = lmdi_multiplicative(x0, x1)
    assert np.prod(split.effects) == pytest.approx(split.total, rel=1e-9)
    assert split.total == pytest.approx(product_sum(x1) / product_sum(x0), rel=1e-12)


@given(two_dates(POSITIVE))
def test_time_reversal(dates):
    x0, x1 = dates
    forth, back = lmdi_additive(x0, x1), lmdi_additive(x1, x0)
    close(forth.effects, -back.effects, forth.effects)
    np.testing.assert_allclose(lmdi_multiplicative(x0, x1).effects * lmdi_multiplicative(x1, x0).effects, 1, rtol=1e-9)
    close(shapley_product(x0, x1).effects, -shapley_product(x1, x0).effects, forth.effects)


@given(two_dates(st.just(0.0) | POSITIVE), st.randoms(use_true_random=False))
def test_no_factor_is_preferred(dates, random):
    x0, x1 = dates
    order = list(range(x0.shape[1]))
    random.shuffle(order)
    for function in (lmdi_additive, shapley_product):
        straight, shuffled = function(x0, x1), function(x0[:, order], x1[:, order])
        close(shuffled.effects, straight.effects[order], straight.effects)


@given(two_dates(st.floats(-10, 10)))
def test_shapley_is_the_mean_over_all_orders(dates):
    x0, x1 = dates
    factors = x0.shape[1]
    orders = list(permutations(range(factors)))
    expected = np.zeros(factors)
    for order in orders:
        now = x0.copy()
        for factor in order:
            before = product_sum(now)
            now[:, factor] = x1[:, factor]
            expected[factor] += (product_sum(now) - before) / len(orders)
    split = shapley_product(x0, x1)
    scale = np.abs(np.concatenate([x0, x1])).max() ** factors
    close(split.effects, expected, scale)
    close(split.effects.sum(), split.total, scale)
    assert split.method == "shapley_product"


def test_unchanged_factors_have_no_effect():
    assert lmdi_additive([7, 3.3], [9, 3.3]).effects[1] == 0.0
    assert lmdi_multiplicative([7, 3.3], [9, 3.3]).effects[1] == 1.0


def test_names_are_kept_and_matched():
    x0 = pd.DataFrame({"units": [2.0, 3.0], "size": [5.0, 4.0]}, index=["farms", "shops"])
    x1 = pd.DataFrame({"size": [4.0, 6.0], "units": [3.0, 4.0]}, index=["shops", "farms"])  # both orders differ
    before = x0.copy()
    split, rows = lmdi_additive(x0, x1), lmdi_additive_by_row(x0, x1)
    plain = lmdi_additive([[2, 5], [3, 4]], [[4, 6], [3, 4]])
    pd.testing.assert_series_equal(split.effects, pd.Series(plain.effects, index=["units", "size"]))
    assert rows.effects.columns.tolist() == ["units", "size"]
    assert rows.total.to_dict() == {"farms": 14.0, "shops": 0.0}
    pd.testing.assert_frame_equal(x0, before)
    by_name = shapley_product(pd.Series({"a": 2.0, "b": 3.0}), pd.Series({"b": 5.0, "a": 4.0}))
    assert by_name.effects.index.tolist() == ["a", "b"]
    assert by_name.effects.sum() == pytest.approx(14)


@pytest.mark.parametrize("function", [lmdi_additive, lmdi_additive_by_row, lmdi_multiplicative, shapley_product])
def test_tables_that_do_not_fit_are_refused(function):
    with pytest.raises(ValueError, match=r"^x1: its shape"):
        function([1, 2], [1, 2, 3])
    with pytest.raises(ValueError, match=r"^x1: its row or factor names"):
        function(pd.Series({"a": 1.0, "b": 2.0}), pd.Series({"a": 1.0, "c": 2.0}))
    with pytest.raises(ValueError, match=r"^x0: "):
        function(np.ones((2, 2, 2)), np.ones((2, 2, 2)))
    with pytest.raises(ValueError, match=r"^x0: "):
        function([], [])


def test_logarithmic_mean_by_hand():
    assert logarithmic_mean(7, 7) == 7.0
    assert logarithmic_mean(np.e, 1) == pytest.approx(np.e - 1)
    assert logarithmic_mean(3, 0) == 0.0
    assert logarithmic_mean(0, 0) == 0.0
    assert np.isnan(logarithmic_mean([-1, 2, None], [2, -1, 2])).all()


@given(st.floats(1e-3, 1e6), st.floats(1e-3, 1e6))
def test_logarithmic_mean_lies_between_the_geometric_and_the_arithmetic(a, b):
    mean = logarithmic_mean(a, b)
    assert mean == logarithmic_mean(b, a)
    assert np.sqrt(a) * np.sqrt(b) * (1 - 1e-12) <= mean <= (a + b) / 2 * (1 + 1e-12)


@given(st.floats(0.5, 1e6), st.floats(1e-15, 1e-6))
def test_logarithmic_mean_keeps_its_digits_where_the_two_nearly_agree(a, apart):
    b = a * (1 + apart)
    assert logarithmic_mean(a, b) == pytest.approx((a + b) / 2, rel=1e-12)
