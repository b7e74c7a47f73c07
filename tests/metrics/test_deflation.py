"""Price bases: nothing but the scale changes, and money keeps its ratios within a period."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coopanalysis.metrics import deflate, rebase

INDICES = st.lists(st.floats(1, 1000), min_size=2, max_size=8).map(lambda values: pd.Series(values, index=range(2001, 2001 + len(values))))


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
