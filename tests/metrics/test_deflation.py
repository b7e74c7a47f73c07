"""Price bases: nothing but the scale changes, and money keeps its ratios within a period."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coopanalysis.metrics import deflate, percent_change, rebase

INVENTED = pd.Series({2001: 50.0, 2002: 80.0, 2003: 100.0, 2004: 160.0}, name="invented")
INDICES = st.lists(st.floats(1, 1000), min_size=2, max_size=8).map(lambda values: pd.Series(values, index=range(2001, 2001 + len(values))))


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


def test_deflate_by_hand():
    assert deflate(150, 120, 100) == 125.0
    assert np.isnan(deflate([10, 10, 10, None], [0, 100, -3, 100], [100, 0, 100, 100])).all()


@given(st.floats(-1e6, 1e6), st.floats(1, 500), st.floats(1, 500))
def test_deflate_there_and_back(amount, here, base):
    assert deflate(deflate(amount, here, base), base, here) == pytest.approx(amount, rel=1e-12)


@given(INDICES, st.floats(1, 1e6))
def test_deflating_does_not_depend_on_the_scale_of_the_index(index, amount):
    last = index.index[-1]
    other = rebase(index, last)
    pd.testing.assert_series_equal(deflate(amount, index, index[last]), deflate(amount, other, other[last]))
