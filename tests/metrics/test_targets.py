"""Progress to targets: cases that went wrong once, and made packages of every shape."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from coopanalysis import load
from coopanalysis.metrics import decomposition_table, growth_table, progress_summary, progress_table, ratio_table
from tests.packages import AREA, PRESS, WEAK, case, level, made, target


def table(root: Path, **options: Any) -> pd.DataFrame:
    return progress_table(load(root), **options)


def only(
    tmp_path: Path, figures: list[Any], value: float | str = 100, date: str = "2025-12-31", indicator: str = "htx_total", **more: Any
) -> pd.Series:
    """The one row of a target that the report of 30 June 2019 sets, judged by (period, value, source) of an indicator."""
    rows = [one if isinstance(one, dict) else level(indicator, *one) for one in figures]
    return table(made(tmp_path, rows, [target(indicator, date, value, **more)])).iloc[0]


BASE: list[Any] = [("2008-12-31", 20, "report"), ("2018-12-31", 50, "report")]


# -- the cases -------------------------------------------------------------------------------------------------
def test_none_of_the_countrys_targets_is_met(tmp_path: Path) -> None:
    """63,650 groups against 140,000 were called met by a count of 2010, when the target was not yet set."""
    data = load(case(tmp_path, "vn"))
    rows = progress_table(data)
    assert len(rows) == 5 and not rows["reached"].any() and not rows["already"].any()
    assert set(rows["status"]) == {"significant", "moderate", "movement_away", "no_change"}
    assert progress_summary(data, rows)[["year", "met", "of"]].values.tolist() == [[2030, 0, 5]]
    groups = rows.set_index("indicator").loc["tht_total"]
    assert (groups["current_value"], groups["status"]) == (63650, "movement_away")


def test_a_later_count_below_the_target_takes_it_back(tmp_path: Path) -> None:
    rows = table(case(tmp_path, "kontum_fall"), ref_area="VN-28").set_index(["indicator", "target_date"])
    row = rows.loc[("htx_total", pd.Timestamp("2025-12-31"))]
    assert (row["status"], row["reached"]) == ("reached_and_lost", False)
    assert (row["reached_by"], row["lost_on"]) == (pd.Timestamp("2023-09-19"), pd.Timestamp("2025-06-30"))
    agricultural = rows.loc["htx_agri"]
    assert agricultural["status"].tolist() == ["reached_and_lost", "reached_and_lost"]


@pytest.mark.parametrize("evidence", ["report", "published"])
def test_the_same_facts_as_levels_give_the_same_tables(tmp_path: Path, evidence: str) -> None:
    told, derived = load(case(tmp_path, "kontum_levels")), load(case(tmp_path, "kontum_fall"))
    written = pd.read_csv(derived.root / "observations.csv", dtype=str, keep_default_na=False)
    keep = ~written["source"].eq("made-2025-07")
    written[keep].replace({"obs_value": {"9088": "8988"}}).to_csv(derived.root / "observations.csv", index=False, lineterminator="\n")
    from coopanalysis.dataset.seal import seal

    seal(derived.root)
    derived = load(derived.root)
    for make in (progress_table, growth_table, ratio_table):
        one, other = (make(data, "VN-28", evidence=evidence) for data in (told, derived))
        same = [name for name in one if not name.endswith(("row", "row_of", "derived", "derivation", "time_period", "period_start"))]
        pd.testing.assert_frame_equal(one[same], other[same])


def test_an_area_that_ended_without_successor_has_its_tables(tmp_path: Path) -> None:
    data = load(case(tmp_path, "vn27_ended_without_successor"))
    assert progress_table(data).empty and progress_table(data, "VN-27", evidence="report").empty
    growth = growth_table(data, "VN-27", start=2003, end=2018).set_index("indicator")
    assert growth.at["capital_and_assets", "multiple"] == pytest.approx(1704489 / 681267)
    assert growth.at["members", "reason"] == "no_observation_at_start"
    assert ratio_table(data, "VN-27", start=2003, end=2018)["reason"].ne("").any()


# -- made packages ---------------------------------------------------------------------------------------------
def test_one_figure_is_a_package(tmp_path: Path) -> None:
    data = load(made(tmp_path, [level("htx_total", "2018-12-31", 7)]))
    assert (data.defaults.ref_area, data.defaults.start, data.defaults.end) == (AREA, 2018, 2019)
    assert growth_table(data)["reason"].tolist() == ["no_observation_at_end"]
    assert ratio_table(data, AREA)["reason"].eq("no_observation").all()
    assert progress_table(data).empty and list(progress_table(data))[:3] == ["ref_area", "indicator", "target_date"]
    assert decomposition_table(data, chain=["htx_total", "members"])["reason"].ne("").all()


def test_one_figure_and_one_target(tmp_path: Path) -> None:
    row = only(tmp_path, [("2018-12-31", 50, "report")])
    assert (row["status"], row["reason"]) == ("not_enough_evidence", "no_observation_after_baseline")
    assert row["required_cagr"] == pytest.approx(2 ** (1 / 7) - 1)


def test_a_package_without_prices_keeps_its_nominal_values(tmp_path: Path) -> None:
    rows = [level("revenue_total", "2010", 100), level("revenue_total", "2018", 300), level("members", "2010", 10), level("members", "2018", 20)]
    data = load(made(tmp_path, rows, prices=False))
    row = growth_table(data, start=2010, end=2018).set_index("indicator").loc["revenue_total"]
    assert (row["multiple"], row["reason"], row["real_reason"]) == (3, "", "no_price_index")
    assert pd.isna(row["real_multiple"]) and pd.isna(row["real_end_value"])
    assert decomposition_table(data, AREA, chain=["members", "revenue_total"], start=2010, end=2018)["reason"].eq("no_price_index").all()


def test_the_year_that_has_no_index_yet(tmp_path: Path) -> None:
    """Every January: figures of a year whose prices are not known."""
    data = load(made(tmp_path, [level("revenue_total", "2024", 100, PRESS), level("revenue_total", "2026", 300, PRESS)]))
    row = growth_table(data, start=2024, end=2026).iloc[0]
    assert (row["multiple"], row["reason"], row["real_reason"]) == (3, "", "no_price_index")


def test_another_currency_and_other_indicators(tmp_path: Path) -> None:
    names = {"label_vi": "a", "label_en": "a"}
    plain = {
        **names,
        **dict.fromkeys(("short_vi", "short_en", "definition_vi", "definition_en"), "a"),
        "unit": "meur",
        "decimals": 2,
        "sort_key": 1,
        "direction": 1,
    }
    indicators = [
        {**plain, "id": "turnover", "kind": "flow", "monetary": "true", "group": "money"},
        {**plain, "id": "members", "kind": "stock", "monetary": "false", "group": "count", "decimals": 0},
        {**plain, "id": "harvest", "kind": "flow", "monetary": "false", "group": "quantity", "decimals": 3},
    ]
    ratios = [
        {
            **names,
            "id": "per_head",
            "numerator": "turnover",
            "denominator": "members",
            "unit": "meur",
            "decimals": 2,
            "monetary": "true",
            "sort_key": 1,
        }
    ]
    units = [{"id": "meur", "label_vi": "triệu euro", "label_en": "million euro"}]
    rows = [
        level(code, str(year), value)
        for year, values in ((2010, (200.5, 10, 763.017)), (2018, (401, 10, 800)))
        for code, value in zip(("turnover", "members", "harvest"), values, strict=True)
    ]
    data = load(made(tmp_path, rows, [target("harvest", "2030-06-30", 1000)], indicator=indicators, ratio=ratios, unit=units))
    ratio = ratio_table(data, AREA, start=2010, end=2018).iloc[0]
    assert (ratio["ratio"], ratio["multiple"], ratio["real_multiple"]) == ("per_head", 2, pytest.approx(2 / 1.4))
    assert progress_table(data)["status"].tolist() == ["not_enough_evidence"]


def test_thirty_five_annual_levels_whose_fall_is_better(tmp_path: Path) -> None:
    """A long series is no single figure, and less may be better: 100 in 1990, 32 in 2024, 25 wanted by 2030."""
    rows = [level("htx_suspended", str(1990 + n), 100 - 2 * n, PRESS) for n in range(35)]
    indicator = "htx_suspended"
    row = table(made(tmp_path, rows, [target(indicator, "2030-12-31", 25, set_on="2015-06-30")])).iloc[0]
    assert (row["direction"], row["base_value"], row["baseline_value"], row["current_value"]) == (-1, 100, 52, 32)
    assert row["since_cagr"] < 0 and row["eurostat_ratio_short"] > 0.95 and row["status"] == "significant"
    assert row["way_done"] == pytest.approx(20 / 27)
    met = table(made(tmp_path / "met", rows, [target(indicator, "2030-12-31", 40, set_on="2015-06-30")])).iloc[0]
    assert (met["status"], met["reached_by"]) == ("target_achieved", pd.Timestamp("2020-12-31"))


def test_two_targets_for_one_day_are_two_rows(tmp_path: Path) -> None:
    """Two sources may want 210 and 5,000 for one day; 261 meets one of them."""
    targets = [target("htx_total", "2025-12-31", 210), target("htx_total", "2025-12-31", 5000, PRESS, set_on="2020-01-01")]
    rows = table(made(tmp_path, [level("htx_total", "2018-12-31", 108), level("htx_total", "2023-09-30", 261, PRESS)], targets))
    assert rows["target_value"].tolist() == [210, 5000]
    assert rows["reached"].tolist() == [True, False]
    assert rows["status"].tolist()[0] == "target_achieved" and rows["status"].tolist()[1] != "target_achieved"


def test_an_area_that_goes_on_after_its_target(tmp_path: Path) -> None:
    row = only(tmp_path, [*BASE, ("2020-12-31", 90, PRESS), ("2021-12-31", 101, PRESS), ("2028-12-31", 150, PRESS)], 120, "2022-12-31")
    assert (row["status"], row["reason"]) == ("met_late", "target_day_has_passed")
    assert (row["met_on_day"], row["reached_by"]) == ("no_figure", pd.Timestamp("2028-12-31"))


# -- rules -----------------------------------------------------------------------------------------------------
ROWS: dict[str, tuple[list[Any], dict[str, Any], dict[str, Any]]] = {
    # name: (figures beside BASE, target, expected)
    "met before it was set is no success": (
        [("2018-12-31", 120, "report")], {},
        {"status": "target_achieved", "reason": "target_already_reached", "already": True, "reached_by": pd.Timestamp("2018-12-31")}),
    "met when it was set and lost": (
        [("2018-12-31", 120, "report"), ("2022", 80, PRESS)], {}, {"status": "reached_and_lost", "reason": "target_already_reached", "reached": False}),
    "met by a weak source alone": ([*BASE, ("2022", 110, WEAK)], {}, {"status": "achieved_single_source", "reached": False, "weak": True}),
    "two weak sources are weak, too": ([*BASE, ("2022", 110, WEAK), ("2023", 120, WEAK)], {}, {"status": "achieved_single_source"}),
    "a weak source takes nothing": ([*BASE, ("2022", 110, PRESS), ("2023", 90, WEAK)], {}, {"status": "target_achieved", "weak": True}),
    "a better source takes it": ([*BASE, ("2022", 110, WEAK), ("2023", 90, PRESS)], {}, {"status": "significant", "reached": False, "weak": False}),
    "a weak figure is no baseline": ([("2008", 20, "report"), ("2019-01", 55, WEAK)], {}, {"baseline_value": 20}),
    "a period that straddles the day is neither": ([*BASE, ("2019-01/2019-12", 130, PRESS)], {}, {"status": "not_enough_evidence", "baseline_value": 50}),
    "known is what is dated on the day": ([*BASE, ("2019-06-30", 60, PRESS)], {}, {"baseline_value": 60}),
    "an old figure says nothing": ([*BASE, ("2020-12-31", 60, PRESS), level("members", "2025-12-31", 1, PRESS)], {}, {"reason": "observation_too_old"}),
    "nothing changed": ([*BASE, ("2024", 50, PRESS)], {}, {"status": "no_change"}),
    "away from it": ([*BASE, ("2024", 10, PRESS)], {}, {"status": "movement_away"}),
    "a target before the baseline": (BASE, {"date": "2015-12-31"}, {"status": "not_enough_evidence", "reason": "target_before_baseline"}),
    "a target set before the report": ([*BASE, ("2014-12-31", 30, PRESS)], {"set_on": "2012-01-01"}, {"baseline_value": 20, "current_value": 50}),
    "a base period that is named": ([*BASE, ("2013", 40, "report"), ("2024", 70, PRESS)], {"base_period": "2013"}, {"base_value": 40}),
    "a level of 0 as base": ([("2008", 0, "report"), ("2018-12-31", 50, "report"), ("2024", 90, PRESS)], {},
                             {"method": "line", "reason": "zero_base", "status": "significant"}),
    "a target of 0": ([*BASE, ("2024", 10, PRESS)], {"value": 0, "indicator": "htx_suspended"}, {"method": "line", "reason": "no_room", "direction": -1}),
    "about 210 is missed below 205 alone": ([*BASE, ("2020", 204, PRESS), ("2021", 206, PRESS), ("2023", 261, PRESS)], {"value": 210, "qualifier": "about"},
                                            {"reached_after": pd.Timestamp("2020-12-31"), "reached_by": pd.Timestamp("2023-12-31")}),
    "more than 90 is no certain 100": ([*BASE, level("htx_total", "2023", 90, PRESS, qualifier="more_than")], {}, {"reached": False}),
    "more than 100 is 100": ([*BASE, level("htx_total", "2023", 100, PRESS, qualifier="more_than")], {}, {"reached": True}),
    "a part that is enough": ([*BASE, ("2023", 80, PRESS), level("htx_active", "2024", 105, PRESS)], {}, {"reached": True,
                              "reached_by": pd.Timestamp("2024-12-31")}),
    "a part says nothing against": ([*BASE, ("2023", 110, PRESS), level("htx_active", "2024", 70, PRESS)], {}, {"status": "target_achieved"}),
    "two of one day: the better one decides": ([*BASE, ("2023-12-31", 110, WEAK), ("2023-12-31", 90, PRESS)], {}, {"reached": False, "current_value": 90}),
    "met on the very day": ([*BASE, ("2025-12-31", 100, PRESS)], {}, {"met_on_day": "yes", "status": "target_achieved"}),
    "missed on the day, met later": ([*BASE, ("2025-12-31", 90, PRESS), ("2027", 120, PRESS)], {}, {"met_on_day": "no", "status": "met_late"}),
    "met on both sides of the day": ([*BASE, ("2025-06-30", 105, PRESS), ("2026-06-30", 107, PRESS)], {}, {"met_on_day": "yes", "status": "target_achieved"}),
    "no figure near the day": ([*BASE, ("2024-06-30", 105, PRESS), ("2027-06-30", 107, PRESS)], {}, {"met_on_day": "no_figure", "status": "target_achieved"}),
}  # fmt: skip


@pytest.mark.parametrize("name", ROWS)
def test_what_a_target_is_called(tmp_path: Path, name: str) -> None:
    figures, of_target, expected = ROWS[name]
    indicator = of_target.get("indicator", "htx_total")
    rows = [one if isinstance(one, dict) else level(indicator, *one) for one in figures]
    goal = target(
        indicator,
        of_target.get("date", "2025-12-31"),
        of_target.get("value", 100),
        **{k: v for k, v in of_target.items() if k not in ("date", "value", "indicator")},
    )
    row = table(made(tmp_path, rows, [goal])).iloc[0]
    assert {key: row[key] for key in expected} == expected


def test_paces_since_the_baseline_and_from_here() -> None:
    """EDITORIAL E1: the groups are behind and the cooperatives ahead, whatever their pace before the plan was."""
    rows = table(Path(load().root), ref_area="VN-28", target_years=[2025]).set_index("indicator")
    groups, cooperatives = rows.loc["tht_total"], rows.loc["htx_total"]
    assert (round(groups["since_cagr"], 3), round(groups["required_from_current"], 3)) == (0.059, 0.107)
    assert round(cooperatives["since_cagr"], 3) == 0.206 and pd.isna(cooperatives["required_from_current"])
    assert (
        round(table(Path(load().root), ref_area="VN-28", target_years=[2030]).set_index("indicator").at["htx_total", "required_from_current"], 3)
        == 0.033
    )
    assert (round(groups["eurostat_ratio"], 3), round(groups["eurostat_ratio_short"], 2)) == (0.959, 0.68)


def test_models_are_drawn_only_where_no_later_figure_exists() -> None:
    data = load()
    models = ["linear_value", "exponential_value", "linear_date", "exponential_date"]
    assert progress_table(data, "VN-28").query("current_value.notna()")[models].isna().all(axis=None)
    report = progress_table(data, "VN-28", evidence="report").set_index(["indicator", "target_date"]).loc[("htx_total", pd.Timestamp("2025-12-31"))]
    assert (round(report["linear_value"], 1), round(report["exponential_value"], 1)) == (142.5, 185.2)
    assert report[["current_value", "since_cagr", "required_from_current"]].isna().all()


def test_escaps_gap_starts_at_the_latest_figure(tmp_path: Path) -> None:
    """E6: with 261 known, at most (330 − 261) / (330 − 108) of the way can be missing."""
    row = progress_table(load(), "VN-28", target_years=[2030]).set_index("indicator").loc["htx_total"]
    assert row["escap_gap_linear"] <= 100 * (330 - 261) / (330 - 108)


def test_of_another_family_there_is_no_pace(tmp_path: Path) -> None:
    name = {
        "title_vi": "a",
        "title_en": "a",
        "short_vi": "a",
        "short_en": "a",
        "publisher": "a",
        "licence": "a",
        "evidence": "published",
        "reliability": "high",
    }
    sources = [
        {**name, "id": "report", "issued": "2019-06-30", "evidence": "report", "family": "own"},
        {**name, "id": PRESS, "issued": "2029-12-31", "family": "alliance"},
    ]
    rows = [level("htx_total", *one) for one in [*BASE, ("2024", 120, PRESS)]]
    row = table(made(tmp_path, rows, [target("htx_total", "2025-12-31", 100)], source=sources)).iloc[0]
    assert (row["status"], row["reason"], row["reached"]) == ("not_enough_evidence", "other_family", False)
    assert pd.isna(row["since_cagr"]) and row["current_value"] == 120


def test_summary_counts_no_subset_and_nothing_trivial() -> None:
    """E2: two targets of 2025 (cooperatives met, groups unknown), one of them trivial; subsets apart; 2030 on its own."""
    data = load()
    summary = progress_summary(data, progress_table(data, "VN-28")).set_index("year")
    assert summary.loc[2025, ["met", "of", "unknown", "trivial", "subsets"]].tolist() == [1, 2, 1, 1, 2]
    assert summary.loc[2030, ["met", "of", "weak", "trivial", "subsets"]].tolist() == [0, 3, 1, 0, 2]


def test_other_rows_stay_as_they_were(tmp_path: Path) -> None:
    """One more target, figure, source, area, a level of 0, a figure after the target's day: the rest is untouched."""
    rows = [level("htx_total", *one) for one in [*BASE, ("2023", 90, PRESS)]]
    goals = [target("htx_total", "2025-12-31", 100)]
    before = table(made(tmp_path / "a", rows, goals))
    more = [level("members", "2018", 0), level("members", "2027-05", 3, PRESS), level("htx_total", "2020", 5, PRESS, ref_area="X-2")]
    after = table(
        made(tmp_path / "b", [*rows, *more], [*goals, target("members", "2020-12-31", 0), target("htx_total", "2019-12-31", 3, ref_area="X-2")])
    )
    assert len(after) == 3
    same = before.columns.drop("judged_date")
    pd.testing.assert_frame_equal(
        after[after["indicator"].eq("htx_total") & after["ref_area"].eq(AREA)][same].reset_index(drop=True), before[same], check_dtype=False
    )


def test_the_order_of_rows_means_nothing(tmp_path: Path) -> None:
    rows = [level("htx_total", *one) for one in [*BASE, ("2022", 90, PRESS), ("2023", 110, WEAK), ("2023-06", 101, PRESS)]]
    one = table(made(tmp_path / "a", rows, [target("htx_total", "2025-12-31", 100)]))
    other = table(made(tmp_path / "b", rows[::-1], [target("htx_total", "2025-12-31", 100)]))
    same = [name for name in one if not name.endswith("row")]
    pd.testing.assert_frame_equal(one[same], other[same])


@pytest.mark.parametrize("make", [growth_table, ratio_table, progress_table])
def test_all_areas_at_once_are_each_area_alone(make: Any) -> None:
    data = load()
    every = make(data)
    assert next(iter(every)) == "ref_area"
    for area in data.areas.index:
        alone = make(data, area)
        pd.testing.assert_frame_equal(alone, every[every["ref_area"].eq(area)].reset_index(drop=True), check_dtype=False)
    assert len(make(data, ["VN", "VN-28"])) == len(make(data, "VN")) + len(make(data, "VN-28"))


@pytest.mark.parametrize("make", [growth_table, ratio_table, progress_table])
def test_compact_frames(make: Any) -> None:
    data = load()
    assert len(make(data, columns="short").columns) <= 11
    assert list(make(data, columns=["ref_area", "reason"])) == ["ref_area", "reason"]
    with pytest.raises(ValueError, match="columns: unknown 'valeu'"):
        make(data, columns=["valeu"])


def test_numbers_are_finite_or_missing(tmp_path: Path) -> None:
    """A level of 0 gives reasons, never an infinite rate."""
    rows = [level("htx_total", period, value, PRESS) for period, value in (("2008", 0), ("2018", 0), ("2020", 0), ("2024", 10))]
    data = load(
        made(tmp_path, rows, [target("htx_total", "2025-12-31", 100, set_on="2019-01-01"), target("htx_total", "2026-12-31", 0, set_on="2019-01-01")])
    )
    for frame in (progress_table(data), growth_table(data, start=2018, end=2024)):
        rates = frame.select_dtypes("number").drop(columns=[name for name in frame if name.endswith("upper")])
        assert not np.isinf(rates.to_numpy(dtype=float)).any()
