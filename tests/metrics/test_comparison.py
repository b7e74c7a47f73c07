"""The five tables: arguments that are refused by name, areas without figures, and reasons that agree with their numbers."""

from __future__ import annotations

import numpy as np
import pytest

from coopanalysis import load
from coopanalysis.metrics import decomposition_table, growth_table, progress_table, ratio_table

DATASET = load()
TABLES = [growth_table, ratio_table, decomposition_table, progress_table]
COMPARED = [growth_table, ratio_table, decomposition_table]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("area", ["XX", "VN-82", "vn-28", "", 28, ["VN-28", "XX"]])
def test_an_unknown_area_is_refused_with_the_known_ones(table, area):
    with pytest.raises(ValueError, match=r"^ref_area: unknown .*The area code list has VN-28, VN-29, VN$"):
        table(DATASET, ref_area=area)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("evidence", ["all", None, ["report"]])
def test_an_unknown_kind_of_evidence_is_refused(table, evidence):
    with pytest.raises(ValueError, match=r"^evidence: unknown"):
        table(DATASET, evidence=evidence)


@pytest.mark.parametrize("evidence", ["report", "published"])
def test_a_known_area_without_figures_gives_no_rows_or_reasons(evidence):
    none = {table: table(DATASET, ref_area="VN-29", evidence=evidence) for table in TABLES}
    assert len(none[growth_table]) == len(none[progress_table]) == 0
    assert set(none[ratio_table]["reason"]) == set(none[decomposition_table]["reason"]) == {"no_observation"}


def test_a_chain_of_codes_that_the_package_lacks_has_a_reason():
    frame = decomposition_table(DATASET, "VN-28", chain=["htx_total", "no_such_code"], evidence="report")
    assert set(frame["reason"]) == {"no_observation"} and frame["effect"].isna().all()
    with pytest.raises(ValueError, match=r"^chain: expected two or more different indicator codes"):
        decomposition_table(DATASET, chain=["htx_total"])


@pytest.mark.parametrize("method", ["lmdi", "shapley"])
def test_effects_of_every_area_add_up(method):
    frame = decomposition_table(DATASET, evidence="report", method=method)
    assert frame["ref_area"].unique().tolist() == ["VN-28", "VN-29", "VN"]
    own = frame[frame["ref_area"].eq("VN-28")]
    assert own["effect"].sum() == pytest.approx(11_200) and own["share"].sum() == pytest.approx(1)
    assert frame[frame["ref_area"].ne("VN-28")]["reason"].eq("no_observation").all()


@pytest.mark.parametrize("table", COMPARED)
@pytest.mark.parametrize(
    ("years", "words"),
    [
        ({"start": 2018, "end": 2003}, "start: 2018 is not before end 2003"),
        ({"start": 2018}, "start: 2018 is not before end 2018"),
        ({"start": "2003"}, "start: expected a year such as 2018, found '2003'"),
        ({"end": True}, "end: expected a year"),
        ({"price_base": "2010"}, "price_base: expected a year"),
        ({"price_base": [2010]}, "price_base: expected a year"),
    ],
)
def test_years_that_are_none_or_swapped_are_refused(table, years, words):
    with pytest.raises(ValueError, match=rf"^{words}"):
        table(DATASET, **years)


def test_other_options_are_refused_by_name():
    for method in ("lmid", None, ["lmdi"]):
        with pytest.raises(ValueError, match=r"^method: unknown .*; expected lmdi or shapley"):
            decomposition_table(DATASET, method=method)
    for years in (2025, "2025", ["2025"], [2025.5]):
        with pytest.raises(ValueError, match=r"^target_years: expected a list of years"):
            progress_table(DATASET, target_years=years)
    for rate in ("0.05", [0.05], np.inf):
        with pytest.raises(ValueError, match=r"^assumed_growth: "):
            progress_table(DATASET, assumed_growth=rate)


@pytest.mark.parametrize("table", [growth_table, ratio_table])
@pytest.mark.parametrize(
    "options",
    [{}, {"price_base": 2010}, {"price_base": 1900}, {"start": 1990}, {"evidence": "published", "start": 2016, "end": 2023}, {"ref_area": "VN"}],
)
def test_real_numbers_stand_where_no_reason_does(table, options):
    frame = table(DATASET, **options)
    numbers = [name for name in frame.columns if name.startswith("real_") and name not in ("real_reason", "real_doubling_time")]
    assert len(numbers) == 6
    undefined = frame["real_reason"].ne("")
    assert frame.loc[undefined, [*numbers, "real_doubling_time"]].isna().all(axis=None)
    assert frame.loc[~undefined, ["real_start_value", "real_end_value", "real_multiple", "real_cagr"]].notna().all(axis=None)
    money = frame["monetary"].astype(bool)
    assert frame.loc[money & undefined, ["comparable_multiple", "comparable_cagr"]].isna().all(axis=None)


def test_without_an_index_for_the_price_base_nothing_real_is_told():
    frame = growth_table(DATASET, "VN-28", evidence="report", price_base=1900).set_index("indicator")
    revenue = frame.loc["revenue_total"]
    assert (revenue["reason"], revenue["real_reason"]) == ("", "no_price_index")
    assert np.isnan(revenue["real_cagr"]) and np.isnan(revenue["real_multiple"])
    assert revenue["cagr"] == pytest.approx((14040 / 2840) ** (1 / 15) - 1)  # current prices need no index
    assert frame.at["htx_total", "real_reason"] == "not_monetary" and frame.at["htx_total", "comparable_cagr"] > 0
