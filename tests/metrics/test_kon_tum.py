"""The province from its report alone: two dates, four targets, and what METHODS says they give.

Cooperative groups 47 to 178 and cooperatives 34 to 108 (31-12-2003 to 31-12-2018), targets of 31-12-2025 and 2030,
as in report No. 423-BC/TU of 17 June 2019; consumer prices 2003 to 2018 times 3.0994 (World Bank).
"""

import numpy as np
import pytest

from coopanalysis.metrics import (
    cagr,
    deflate,
    escap_gap,
    eurostat_class,
    eurostat_ratio,
    lmdi_additive,
    lmdi_multiplicative,
    open_sdg_progress,
    percent_change,
    project_exponential,
    project_linear,
    ratio,
    real_growth,
    required_cagr,
    sdsn_trend,
    stretch_ratio,
    years_between,
)

START, END = "2003-12-31", "2018-12-31"
PRICES = 3.0994


@pytest.mark.parametrize(
    ("first", "last", "targets", "past", "required", "stretch", "eurostat", "linear", "exponential"),
    [
        (47, 178, (319, 417), 9.28, (8.69, 7.35), (106.8, 126.3), (102.1, 110.2), 239.1, 331.4),
        (34, 108, (210, 330), 8.01, (9.97, 9.75), (80.4, 82.1), (92.8, 91.2), 142.5, 185.2),
    ],
)
def test_table_of_the_two_counts(first, last, targets, past, required, stretch, eurostat, linear, exponential):
    rate = cagr(first, last, years_between(START, END))
    assert round(100 * rate, 2) == past
    needed = required_cagr(last, np.array(targets), years_between(END, ["2025-12-31", "2030-12-31"]))
    np.testing.assert_array_equal(np.round(100 * needed, 2), required)
    np.testing.assert_array_equal(np.round(100 * stretch_ratio(rate, needed), 1), stretch)
    found = eurostat_ratio(first, 2003, last, 2018, np.array(targets), [2025, 2030], 1)
    np.testing.assert_array_equal(np.round(100 * found, 1), eurostat)
    assert round(project_linear(first, START, last, END, "2025-12-31"), 1) == linear
    assert round(project_exponential(first, START, last, END, "2025-12-31"), 1) == exponential


def test_classes_of_the_two_counts():
    ratios = eurostat_ratio([47, 47, 34, 34], 2003, [178, 178, 108, 108], 2018, [319, 417, 210, 330], [2025, 2030] * 2, 1)
    assert eurostat_class(ratios).tolist() == ["significant", "significant", "moderate", "moderate"]


def test_unions_start_from_nothing():
    assert np.isnan(cagr(0, 1, 15))
    assert required_cagr(1, 1, 7) == 0.0
    assert round(100 * required_cagr(1, 2, 12), 2) == 5.95
    assert np.isnan(stretch_ratio(cagr(0, 1, 15), required_cagr(1, 2, 12)))
    assert np.isnan(eurostat_ratio(0, 2003, 1, 2018, 2, 2030, 1))
    assert open_sdg_progress(0, 2003, 1, 2018, 1, 2025, 1).reason == "zero_base"
    assert round(project_linear(0, START, 1, END, "2025-12-31"), 2) == 1.47  # model output, never a count


def test_agricultural_cooperatives_have_only_their_two_targets():
    assert round(100 * required_cagr(110, 180, years_between("2025-12-31", "2030-12-31")), 2) == 10.35


def test_the_growth_model_decides_between_on_track_and_stagnating():
    assert eurostat_class(eurostat_ratio(47, 2003, 178, 2018, 319, 2025, 1)) == "significant"
    assert sdsn_trend((178 - 47) / 15, (319 - 178) / 7) == "stagnating"
    gap = escap_gap(178, project_linear(47, START, 178, END, "2025-12-31"), 319, 1)
    assert (round(gap.gap_pct), gap.class_) == (57, "accelerate")


def test_the_other_reading_of_now():
    years = years_between(START, "2019-06-17")
    assert round(years, 2) == 15.46
    assert round(100 * cagr(34, 108, years), 2) == 7.76
    ahead = years_between("2019-06-17", ["2025-12-31", "2030-12-31"])
    np.testing.assert_array_equal(np.round(100 * required_cagr(108, [210, 330], ahead), 2), [10.70, 10.16])


@pytest.mark.parametrize(("then", "now", "real"), [(2840, 14040, 1.595), (290, 2340, 2.603), (51021, 252155, 1.595), (11, 46, 1.349)])
def test_real_multiples(then, now, real):
    # multiples given to three places from a deflator given to four: one unit of the last place apart at most
    assert ratio(deflate(now, PRICES, 1), deflate(then, 1, 1)) == pytest.approx(real, abs=1.1e-3)
    assert 1 + real_growth(percent_change(then, now), PRICES - 1) == pytest.approx(real, abs=1.1e-3)


def test_revenue_per_member_and_per_cooperative():
    then, now = ratio(2840, 2952), ratio(14040, 8988)
    assert (round(then, 3), round(now, 3)) == (0.962, 1.562)
    assert round(now / then, 3) == 1.624
    assert round(deflate(now, PRICES, 1) / then, 3) == 0.524
    assert round(deflate(ratio(14040, 108), PRICES, 1) / ratio(2840, 34), 2) == 0.50


def test_where_the_growth_of_revenue_came_from():
    # cooperatives × members per cooperative × real revenue per member (prices of 2018) × prices (2018 = 1)
    then = [34, 2952 / 34, 2840 / 2952 * PRICES, 1 / PRICES]
    now = [108, 8988 / 108, 14040 / 8988, 1]
    split = lmdi_additive(then, now)
    assert np.round(split.effects).tolist() == [8100, -297, -4531, 7928]
    assert split.total == pytest.approx(11_200)
    multiples = lmdi_multiplicative(then, now)
    assert multiples.effects[3] == pytest.approx(PRICES)
    assert multiples.effects[0] == pytest.approx(108 / 34)
    assert np.prod(multiples.effects) == pytest.approx(14040 / 2840)
