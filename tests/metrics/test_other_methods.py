"""ESCAP, SDSN and UNSD: small cases that can be worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coopanalysis.metrics import escap_current_status, escap_gap, sdsn_trend, unsd_expected_share

VALUES = st.floats(-1e4, 1e4)


@pytest.mark.parametrize(
    ("base", "current", "target", "direction", "status"),
    [
        (40, 55, 100, 1, 2.5),
        (40, 40, 100, 1, 0.0),
        (40, 25, 100, 1, -2.5),
        (40, 100, 100, 1, 10.0),
        (40, 170, 100, 1, 10.0),
        (100, 70, 40, -1, 5.0),
        (100, 130, 40, -1, -5.0),
        (0, 5, 10, 1, 5.0),  # no growth rate, so a base of 0 is no trouble
        (100, 100, 100, 1, 10.0),
        (100, 90, 100, 1, np.nan),
        (None, 90, 100, 1, np.nan),
        (100, None, 90, 1, np.nan),
    ],
)
def test_current_status(base, current, target, direction, status):
    assert escap_current_status(base, current, target, direction) == pytest.approx(status, nan_ok=True)


@pytest.mark.parametrize(
    ("base", "projected", "target", "direction", "gap", "name", "reason"),
    [
        (40, 70, 100, 1, 50.0, "accelerate", ""),
        (40, 94, 100, 1, 10.0, "maintain", ""),
        (40, 93.9, 100, 1, 10 + 1 / 6, "accelerate", ""),
        (40, 40, 100, 1, 100.0, "accelerate", ""),
        (40, 39, 100, 1, 101 + 2 / 3, "reverse", ""),
        (40, 100, 100, 1, 0.0, "maintain", ""),
        (40, 300, 100, 1, 0.0, "maintain", ""),
        (100, 10, 40, -1, 0.0, "maintain", ""),
        (100, 70, 40, -1, 50.0, "accelerate", ""),
        (100, 110, 100, 1, 0.0, "maintain", ""),
        (100, 90, 100, 1, np.nan, None, "no_distance"),
        (None, 90, 100, 1, np.nan, None, "missing_value"),
        (40, None, 100, 1, np.nan, None, "missing_value"),
    ],
)
def test_gap(base, projected, target, direction, gap, name, reason):
    result = escap_gap(base, projected, target, direction)
    assert result.gap_pct == pytest.approx(gap, nan_ok=True)
    assert (result.class_, result.reason) == (name, reason)


@pytest.mark.parametrize("function", [escap_current_status, escap_gap])
def test_direction_is_one_or_minus_one(function):
    with pytest.raises(ValueError, match=r"^direction: found 0"):
        function(40, 70, 100, [1, 0, -1])


@given(VALUES, VALUES, VALUES, st.sampled_from([1, -1]))
def test_status_and_gap_of_one_value_make_the_whole_way(base, now, target, direction):
    if abs(target - base) > 1e-3 and direction * (target - base) > 0:
        status, gap = (escap_current_status(base, now, target, direction), escap_gap(base, now, target, direction).gap_pct)
        reached = direction * (now - target) >= 0
        assert (status, gap) == (10.0, 0.0) if reached else 10 * status + gap == pytest.approx(100, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize(
    ("change", "needed", "name"),
    [
        (-1, 10, "decreasing"),
        (0, 10, "stagnating"),
        (4.999, 10, "stagnating"),
        (5, 10, "moderately_improving"),
        (9.999, 10, "moderately_improving"),
        (10, 10, "on_track"),
        (50, 10, "on_track"),
        (-10, -10, "on_track"),
        (-4, -10, "stagnating"),
        (4, -10, "decreasing"),
        (4, 0, None),
        (None, 10, None),
        (4, np.nan, None),
    ],
)
def test_trend(change, needed, name):
    assert sdsn_trend(change, needed) == name


@pytest.mark.parametrize(
    ("latest", "target", "share", "score"),
    [
        # base 100 in 2000, five years on; constant growth squares the multiple by 2010
        (110, 121, 1.0, 3.0),
        (120, 188, 0.5, 2.0),
        (110, 309, 21 / 209, 2.0),
        (110, 311, 21 / 211, 1.0),
        (90, 81, 1.0, 3.0),
        (90, 120, -0.95, 1.0),
    ],
)
def test_expected_share(latest, target, share, score):
    result = unsd_expected_share(100, 2000, latest, 2005, target, 2010)
    assert result.expected == pytest.approx(latest**2 / 100)
    assert result.cagr == pytest.approx((latest / 100) ** 0.2 - 1)
    assert result.share == pytest.approx(share)
    assert result.score == score


def test_expected_share_undefined():
    for arguments in ((0, 2000, 5, 2005, 10, 2010), (10, 2000, 12, 2000, 20, 2010), (10, 2000, None, 2005, 20, 2010), (10, 2000, 12, 2005, 20, 2000)):
        result = unsd_expected_share(*arguments)
        assert np.isnan([result.expected, result.share, result.score]).all()
    no_way = unsd_expected_share(10, 2000, 12, 2005, 10, 2010)
    assert no_way.expected == pytest.approx(14.4)
    assert np.isnan([no_way.share, no_way.score]).all()
