"""Checks of consistency: each kind found, clean and not checkable on a few invented statements, and the province's own sums."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from coopanalysis import load
from coopanalysis.dataset.observations import complete_observations, complete_targets
from coopanalysis.display.findings.checks import CHECKS
from coopanalysis.metrics.consistency import (
    AverageAgainstPublished,
    PartsAndWhole,
    PeriodNotSure,
    PopulationDiffers,
    ProductExceeds,
    Repeats,
    SameRatio,
    SeveralValues,
    TargetMayBeNewUnits,
    consistency_summary,
    consistency_table,
)

DATASET = load()
REPORT, OTHER, THIRD = "bc-423-2019", "kontumtv-2018-09", "kontumtv-bcd-2018"  # the first reads "now" as 31-12-2018, issued 17-6-2019
OPTIONS = ("factors_by", "complete", "per")  # what a check has besides its name and codes
COLUMNS = ["ref_area", "indicator", "time_period", "obs_value", "source", "qualifier", "measure", "since", "repeated"]


def made(*statements: str, targets: tuple[str, ...] = ()):
    """A data set of these statements: "VN-28 members 2018 77 SOURCE [qualifier [change since]]"; "now" is no period, "!" a repeat."""
    rows = []
    for text in statements:
        area, indicator, period, value, source, *more = text.rstrip("!").split()
        qualifier, since = [*more, *["exact", ""][len(more) :]]
        rows.append(
            [
                area,
                indicator,
                "" if period == "now" else period,
                float(value),
                source,
                qualifier,
                "change" if since else "level",
                since,
                text[-1] == "!",
            ]
        )
    stated = pd.DataFrame(rows, columns=COLUMNS).assign(obs_status="A", locator="", comment="", row=np.arange(len(rows)) + 2)
    stated["since"] = pd.to_datetime(stated["since"].replace("", None)).astype("datetime64[s]")
    stated = stated.astype(
        {name: DATASET.observations[name].dtype for name in ("ref_area", "indicator", "source", "qualifier", "measure", "obs_status")}
    )
    stated = stated.astype({"obs_value": float, "repeated": bool})
    aims = [text.split() for text in targets]
    aims = pd.DataFrame(
        [[*aim[:2], pd.Timestamp(aim[2]), float(aim[3])] for aim in aims], columns=["ref_area", "indicator", "target_date", "target_value"]
    )
    aims = aims.assign(
        target_date=aims["target_date"].astype("datetime64[s]"), qualifier="exact", source=REPORT, set_on=pd.NaT, base_period="", row=aims.index + 2
    )
    aims = aims.astype({name: DATASET.targets[name].dtype for name in ("ref_area", "indicator", "source", "qualifier", "set_on", "base_period")})
    return dataclasses.replace(DATASET, observations=complete_observations(stated, DATASET.sources), targets=complete_targets(aims, DATASET.sources))


def told(check, *statements: str, targets: tuple[str, ...] = (), evidence: str = "published") -> dict:
    """The one row of the check in VN-28."""
    (row,) = consistency_table(made(*statements, targets=targets), [check], "VN-28", evidence=evidence).to_dict("records")
    assert row["found"] == (row["outcome"] == "found") and (row["outcome"] == "not_checkable") == bool(row["reason"])
    assert row["outcome"] != "not_checkable" or row["rows"] == ()
    return row


def figure(indicator: str, value: float, source: str = REPORT, period: str = "2018-12-31", more: str = "") -> str:
    return f"VN-28 {indicator} {period} {value} {source} {more}".strip()


# -- sums ----------------------------------------------------------------------------------------------------------
PAID = ProductExceeds("paid", average="income_worker", units="regular_workers", total="revenue_total")


def test_a_product_above_the_total_is_found_with_its_sum():
    row = told(PAID, figure("income_worker", 5), figure("regular_workers", 70), figure("revenue_total", 300))
    assert (row["outcome"], row["kind"], row["indicators"]) == ("found", "product_exceeds", ("income_worker", "regular_workers", "revenue_total"))
    assert row["values"]["product"] == 350 and row["values"]["multiple"] == pytest.approx(350 / 300) and row["rows"] == (2, 3, 4)
    assert told(PAID, figure("income_worker", 5), figure("regular_workers", 60), figure("revenue_total", 300))["outcome"] == "clean"


@pytest.mark.parametrize(("total", "outcome"), [("400 exact", "found"), ("600 nearly", "found"), ("400 more_than", "clean")])
def test_an_open_bound_proves_nothing(total, outcome):
    value, qualifier = total.split()
    assert told(PAID, figure("income_worker", 9), figure("regular_workers", 70), figure("revenue_total", value, more=qualifier))["outcome"] == outcome


@pytest.mark.parametrize(
    ("statements", "reason", "missing"),
    [
        ([figure("income_worker", 5), figure("revenue_total", 300)], "no_observation", "regular_workers"),
        (
            [figure("income_worker", 5), figure("regular_workers", 70, period="2017-12-31"), figure("revenue_total", 3)],
            "not_of_one_date",
            "revenue_total",
        ),
        ([figure("income_worker", 5, OTHER), figure("regular_workers", 70), figure("revenue_total", 300)], "no_observation", "income_worker"),
        ([], "no_observation", "income_worker"),
    ],
)
def test_a_product_needs_all_figures_of_one_source_and_date(statements, reason, missing):
    row = told(PAID, *statements)
    assert (row["outcome"], row["reason"], row["values"]) == ("not_checkable", reason, {"missing": missing})


def test_the_factors_of_another_source_are_those_nearest_to_the_total():
    check = ProductExceeds("chained", average="revenue_per_htx", units="htx_active", total="revenue_total", factors_by="others")
    pairs = [
        figure(*one, OTHER, day)
        for day, one in [
            ("2016", ("revenue_per_htx", 9)),
            ("2016", ("htx_active", 10)),
            ("2018", ("revenue_per_htx", 4)),
            ("2018", ("htx_active", 10)),
        ]
    ]
    row = told(check, figure("revenue_total", 50), *pairs)
    assert (row["outcome"], row["values"]["product"], row["values"]["period"]) == ("clean", 40, "2018")
    assert told(check, figure("revenue_total", 50), *pairs[:2])["outcome"] == "found"
    assert told(check, figure("revenue_total", 50), *[one.replace("2016", "2003") for one in pairs[:2]])["reason"] == "too_far_apart"
    assert told(check, figure("revenue_total", 50), *pairs, evidence="report")["reason"] == "no_observation"


LEVEL = AverageAgainstPublished("level", total="revenue_total", units="htx_total", published="revenue_per_htx")


@pytest.mark.parametrize(
    ("others", "outcome", "direction"),
    [
        (["100", "90"], "found", "under"),
        (["100", "60"], "clean", ""),  # the level of 40 is not under half of 60
        (["19", "15"], "found", "over"),
        (["25", "15"], "clean", ""),
        (["90 less_than", "95"], "clean", ""),
        (["90 more_than", "95"], "found", "under"),
        (["15 more_than", "10"], "clean", ""),
        (["-15", "0"], "not_checkable", ""),
    ],
)
def test_a_level_out_of_line_with_every_other_source(others, outcome, direction):
    published = [
        figure("revenue_per_htx", one.split()[0], source, "2018", " ".join(one.split()[1:]))
        for one, source in zip(others, (OTHER, THIRD), strict=True)
    ]
    row = told(LEVEL, figure("revenue_total", 400), figure("htx_total", 10), *published)
    assert row["outcome"] == outcome and row["values"].get("direction", "") == direction
    if outcome == "found":
        assert row["values"]["level"] == 40 and row["values"]["count"] == 2 and row["rows"] == (2, 3, 4, 5)
        assert row["values"]["with_zero"] == 400 and row["values"]["as_month"] == 480


def test_a_level_that_cannot_be_compared_says_why():
    assert told(LEVEL, figure("revenue_total", 400), figure("htx_total", 10))["values"] == {"missing": "revenue_per_htx"}
    assert told(LEVEL, figure("revenue_total", 400), figure("htx_total", 0), figure("revenue_per_htx", 9, OTHER))["reason"] == "zero_base"
    assert (
        told(LEVEL, figure("revenue_total", 400), figure("htx_total", 10), figure("revenue_per_htx", 9, OTHER, "2003"))["reason"] == "too_far_apart"
    )


RATIO = SameRatio("same", "revenue_total", "capital_and_assets")


@pytest.mark.parametrize(
    ("figures", "outcome", "reason"),
    [
        ((20001, 80003, 40003, 160005), "found", ""),  # 0.250003 and 0.250011
        ((20001, 80003, 40043, 160005), "clean", ""),
        ((20, 80, 41, 160), "not_checkable", "rounding_too_coarse"),
        ((20001, 0, 40003, 160005), "not_checkable", "zero_base"),
    ],
)
def test_one_ratio_at_both_dates_to_the_last_digit(figures, outcome, reason):
    old, new = figures[:2], figures[2:]
    row = told(
        RATIO,
        *(figure(code, value, period="2003-12-31") for code, value in zip(RATIO.codes, old, strict=True)),
        *(figure(code, value) for code, value in zip(RATIO.codes, new, strict=True)),
    )
    assert (row["outcome"], row["reason"]) == (outcome, reason)


def test_one_date_has_no_second_ratio():
    assert told(RATIO, figure("revenue_total", 20001), figure("capital_and_assets", 80003))["reason"] == "one_point"
    assert told(RATIO, figure("revenue_total", 20001))["values"] == {"missing": "capital_and_assets"}


PARTS = ("htx_law2012", "credit_funds")


@pytest.mark.parametrize(
    ("whole", "complete", "outcome"),
    [
        ("9", True, "clean"),
        ("8", True, "found"),
        ("10", True, "found"),
        ("10", False, "clean"),
        ("8", False, "found"),
        ("8 more_than", True, "clean"),
    ],
)
def test_parts_make_up_their_whole(whole, complete, outcome):
    check = PartsAndWhole("parts", PARTS, "htx_total", complete=complete)
    value, *more = whole.split()
    row = told(check, figure("htx_law2012", 7), figure("credit_funds", 2), figure("htx_total", value, more=" ".join(more)))
    assert row["outcome"] == outcome and row["values"]["parts"] == (7, 2) and row["values"]["sum"] == 9
    assert told(check, figure("htx_law2012", 7), figure("htx_total", 9))["values"] == {"missing": "credit_funds"}


@pytest.mark.parametrize(("whole", "outcome", "inside"), [(10, "found", True), (9, "clean", False), (12, "found", False)])
def test_a_part_that_stands_beside_the_total_and_in_the_sum(whole, outcome, inside):
    check = PartsAndWhole("parts", ("htx_law2012", "lhhtx_total", "credit_funds"), "htx_law2012_all", beside="lhhtx_total", total="htx_total")
    counts = {"htx_law2012": 7, "lhhtx_total": 1, "credit_funds": 2, "htx_law2012_all": whole, "htx_total": 20}
    row = told(check, *(figure(code, value) for code, value in counts.items()))
    assert (row["outcome"], row["values"]["inside"]) == (outcome, inside)
    assert (row["values"]["rest_inside"], row["values"]["rest_outside"]) == (20 - whole, 21 - whole)


def test_two_counts_against_a_count_of_both():
    check = PopulationDiffers("both", "members", "regular_workers", both="members_and_workers")
    own = [figure("members", 70), figure("regular_workers", 30)]
    row = told(check, *own, figure("members_and_workers", 90, OTHER, "2019-03"), figure("members_and_workers", 60, THIRD, "2019-05"))
    assert (row["outcome"], row["values"]["both"], row["rows"]) == ("found", 90, (2, 3, 4))
    assert told(check, *own, figure("members_and_workers", 100, OTHER, "2019-03"))["outcome"] == "clean"
    assert told(check, *own, figure("members_and_workers", 90, OTHER, "2021"))["reason"] == "too_far_apart"
    assert told(check, *own)["values"] == {"missing": "members_and_workers"}


# -- statements ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("per", "values", "outcome", "count"),
    [
        ("date", ["2018-12-31 50", "2018-12-31 60"], "found", 2),
        ("date", ["2018-12-31 50", "2018-12-31 50"], "clean", 0),
        ("date", ["2018-12-31 50 about", "2018-12-31 53"], "clean", 0),  # 45 to 55
        ("date", ["2018-12-30 50", "2018-12-31 60"], "not_checkable", 0),
        ("year", ["2018-03 50", "2018-12-31 60"], "found", 2),
        ("year", ["2017 50", "2018-12-31 60"], "not_checkable", 0),
        ("period", ["2018 50", "2018-12-31 60"], "not_checkable", 0),
        ("period", ["2018 50", "2018 60"], "found", 2),
    ],
)
@pytest.mark.parametrize("codes", [(), ("members",)])
def test_several_values_for_one_period_of_any_indicator(per, values, outcome, count, codes):
    statements = [
        f"VN-28 members {one.split()[0]} {one.split()[1]} {source} {' '.join(one.split()[2:])}"
        for one, source in zip(values, (OTHER, THIRD), strict=True)
    ]
    row = told(SeveralValues("several", codes, per=per), *statements)
    assert row["outcome"] == outcome
    if outcome == "found":
        (case,) = row["values"]["cases"]
        assert (case["indicator"], case["count"], case["lowest"], case["highest"], case["rows"]) == ("members", count, 50, 60, (2, 3))
        assert row["rows"] == (2, 3)


def test_one_source_may_follow_a_change_within_the_year():
    assert (
        told(SeveralValues("several", per="year"), figure("members", 50, OTHER, "2018-03"), figure("members", 60, OTHER, "2018-09"))["outcome"]
        == "clean"
    )


def test_flows_over_other_spans_are_no_contradiction():
    nine_months, year = figure("htx_new", 5, OTHER, "2018-01/2018-09"), figure("htx_new", 8, THIRD, "2018")
    assert told(SeveralValues("several", per="year"), nine_months, year)["reason"] == "nothing_to_compare"
    assert told(SeveralValues("several", per="year"), figure("htx_new", 5, OTHER, "2018"), year)["outcome"] == "found"


def test_every_case_is_listed():
    statements = [figure(code, value, source) for code in ("members", "htx_total") for value, source in ((50, OTHER), (60, THIRD))]
    row = told(SeveralValues("several"), *statements)
    assert [case["indicator"] for case in row["values"]["cases"]] == ["htx_total", "members"] and row["values"]["count"] == 2
    assert row["rows"] == (2, 3, 4, 5)


def test_repeats():
    row = told(Repeats("again"), figure("members", 50, OTHER), figure("members", 50, THIRD, "2019") + "!")
    assert (row["outcome"], row["values"], row["rows"]) == ("found", {"count": 1, "indicators": ("members",)}, (3,))
    assert told(Repeats("again", ("htx_total",)), figure("htx_total", 50, OTHER), figure("members", 50, THIRD, "2019") + "!")["outcome"] == "clean"
    assert told(Repeats("again"))["reason"] == "no_observation"


def test_both_readings_of_now():
    check = PeriodNotSure("now", "members")
    now = [figure("members", 80, period="2019-06"), figure("members", 40, period="2019-06", more="exact 2003-12-31")]
    row = told(check, *now, figure("revenue_total", 9, period="now"), targets=("VN-28 members 2025-12-31 160", "VN-28 members 2000-12-31 5"))
    values = row["values"]
    assert row["outcome"] == "found" and row["rows"] == (2, 4) and values["undated"] == 1
    assert (values["assumed_date"], values["stated_date"]) == (pd.Timestamp("2018-12-31"), pd.Timestamp("2019-06-17"))
    assert values["years_assumed"] == 15 and values["years_stated"] == pytest.approx(15.46, abs=0.005)
    assert values["cagr_assumed"] == pytest.approx(2 ** (1 / 15) - 1) and values["cagr_stated"] < values["cagr_assumed"]
    assert values["target_years"] == (2000, 2025) and np.isnan(values["required_stated"][0]) and values["required_stated"][1] > 0.1
    assert told(check, figure("members", 80))["outcome"] == "clean"
    assert told(check, figure("members", 80, OTHER))["reason"] == "no_observation"


def test_a_target_that_may_mean_new_units():
    check, aims = TargetMayBeNewUnits("wording", "htx_total"), ("VN-28 htx_total 2025-12-31 50", "VN-28 htx_total 2030-12-31 80")
    row = told(check, figure("htx_total", 20), targets=aims)
    assert row["outcome"] == "found" and row["rows"] == (2, 3)
    assert row["values"] == {
        "baseline": 20, "first": 50, "first_as_new": 70, "first_year": 2025, "last": 80, "last_as_new": 100, "last_year": 2030,
    }  # fmt: skip
    assert told(check, figure("htx_total", 0), targets=aims)["outcome"] == "clean"
    assert told(check, figure("htx_total", 20))["reason"] == "no_target"
    assert told(check, targets=aims)["reason"] == "no_observation"


# -- the table -----------------------------------------------------------------------------------------------------
KON_TUM = {
    "income_exceeds_revenue": {"average": 46, "units": 851, "product": 39146, "total": 14040, "multiple": 2.788176638},
    "revenue_level": {"total": 14040, "units": 108, "level": 130, "lowest": 1000, "highest": 1800, "count": 4, "with_zero": 1300, "as_month": 1560},
    "profit_level": {"total": 2340, "level": 21.6666667, "lowest": 200, "highest": 250, "count": 4, "share_of_lowest": 0.1083333333},
    "active_revenue_exceeds_total": {"average": 1787, "units": 55, "product": 98285, "total": 14040, "multiple": 7.000356126},
    "same_revenue_over_capital": {"then": 0.0556633543, "now": 0.0556800381, "difference": 0.000299726},
    "union_inside_or_outside": {"whole": 99, "sum": 99, "total": 108, "rest_inside": 9, "rest_outside": 10},
    "members_may_contain_workers": {"first": 8988, "second": 851, "sum": 9839, "both": 9100},
    "period_is_not_sure": {"years_assumed": 15, "years_stated": 15.46027397, "cagr_assumed": 0.0800975706, "cagr_stated": 0.0776227449, "undated": 4},
    "targets_may_mean_new_units": {"baseline": 108, "first": 210, "last": 330, "first_as_new": 318, "last_as_new": 438},
    "several_values_in_one_year": {"count": 11},
    "old_figures_printed_again": {"count": 7},
}


def test_the_province_s_contradictions_have_their_sums():
    table = consistency_table(DATASET, CHECKS, "VN-28")
    assert list(table["check"]) == list(KON_TUM) and table["outcome"].eq("found").all()
    for row in table.to_dict("records"):
        found = {name: row["values"][name] for name in KON_TUM[row["check"]]}
        assert found == pytest.approx(KON_TUM[row["check"]], rel=1e-6), row["check"]
    values = table.set_index("check")["values"]
    assert values["union_inside_or_outside"]["parts"] == (93, 1, 5) and values["union_inside_or_outside"]["inside"]
    assert values["period_is_not_sure"]["required_stated"] == pytest.approx((0.10703204, 0.10163200))
    (case,) = (case for case in values["several_values_in_one_year"]["cases"] if case["indicator"] == "htx_agri")
    assert (case["period"], case["count"], case["lowest"], case["highest"]) == (2023, 4, 160, 200) and case["rows"] == (105, 109, 114, 119)


def test_the_report_alone_cannot_be_held_against_others():
    table = consistency_table(DATASET, CHECKS, "VN-28", evidence="report").set_index("check")
    assert set(table.index[table["found"]]) == {
        "income_exceeds_revenue", "same_revenue_over_capital", "union_inside_or_outside", "period_is_not_sure", "targets_may_mean_new_units",
    }  # fmt: skip
    assert list(table.index[table["outcome"].eq("clean")]) == ["old_figures_printed_again"]


@pytest.mark.parametrize("evidence", ["report", "published"])
def test_all_areas_at_once_are_each_area_alone(evidence):
    every = consistency_table(DATASET, CHECKS, evidence=evidence)
    alone = [consistency_table(DATASET, CHECKS, area, evidence=evidence) for area in DATASET.areas.index]
    pd.testing.assert_frame_equal(every, pd.concat(alone, ignore_index=True))
    two = consistency_table(DATASET, CHECKS, ["VN", "VN-28"], evidence=evidence)
    pd.testing.assert_frame_equal(two, pd.concat([alone[2], alone[0]], ignore_index=True))
    assert list(every.columns) == ["ref_area", "check", "kind", "indicators", "outcome", "found", "reason", "values", "rows"]


def test_three_counts_for_each_area():
    summary = consistency_summary(consistency_table(DATASET, CHECKS)).set_index("ref_area")
    assert summary.loc["VN-28"].to_dict() == {"found": 11, "clean": 0, "not_checkable": 0}
    assert summary.loc["VN-29"].to_dict() == {"found": 0, "clean": 0, "not_checkable": 11}
    assert (summary.sum(axis=1) == len(CHECKS)).all()


def test_the_input_stays_as_it_was():
    before = {name: getattr(DATASET, name).copy() for name in ("observations", "targets", "sources", "indicators")}
    consistency_table(DATASET, CHECKS)
    for name, frame in before.items():
        pd.testing.assert_frame_equal(getattr(DATASET, name), frame)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.kind)
def test_a_package_without_the_indicators_says_so(check):
    other = {name: ("nowhere",) if isinstance(code, tuple) else "nowhere" for name, code in vars(check).items() if name not in OPTIONS}
    renamed = dataclasses.replace(check, **other)
    table = consistency_table(DATASET, [renamed])
    assert set(table["outcome"]) == {"not_checkable"} and set(table["reason"]) == {"unknown_indicator"}
    assert all(values == {"missing": "nowhere"} for values in table["values"])


def test_a_package_without_any_figure_or_area():
    empty = dataclasses.replace(DATASET, observations=DATASET.observations.iloc[:0], targets=DATASET.targets.iloc[:0])
    assert set(consistency_table(empty, CHECKS)["outcome"]) == {"not_checkable"}
    assert len(consistency_table(DATASET, CHECKS, [])) == len(consistency_table(DATASET, [])) == 0
    assert len(consistency_summary(consistency_table(DATASET, []))) == 0


@pytest.mark.parametrize("value", [0, -5, 1e300, 1e-300, 0.1])
def test_odd_numbers_never_raise(value):
    frame = DATASET.observations
    odd = dataclasses.replace(DATASET, observations=frame.assign(obs_value=float(value), lower=float(value), upper=float(value)))
    assert len(consistency_table(odd, CHECKS)) == 33


def test_arguments_are_refused_by_name():
    with pytest.raises(ValueError, match=r"^checks: two are named 'again'"):
        consistency_table(DATASET, [Repeats("again"), Repeats("again")])
    for wrong in ("again", ["again"], None, 5):
        with pytest.raises(ValueError, match=r"^checks: expected checks"):
            consistency_table(DATASET, wrong)
    with pytest.raises(ValueError, match=r"^ref_area: unknown"):
        consistency_table(DATASET, CHECKS, "XX")
    with pytest.raises(ValueError, match=r"^evidence: unknown"):
        consistency_table(DATASET, CHECKS, evidence="all")
