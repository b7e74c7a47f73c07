"""Which figure stands for a year, and which two may be compared."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from coopanalysis import load
from coopanalysis.dataset.choose import best, earliest, in_year, levels
from coopanalysis.metrics import growth_table
from tests.packages import PRESS, WEAK, level, made

NAMED = {"title_vi": "a", "title_en": "a", "short_vi": "a", "short_en": "a", "publisher": "a", "licence": "a", "issued": "2029-12-31"}


def growth(root: Path, start: int = 2018, end: int = 2020, **options: object) -> pd.Series:
    (row,) = growth_table(load(root), start=start, end=end, **options).to_dict("records")  # type: ignore[arg-type]
    return pd.Series(row)


def test_the_latest_date_of_the_year_stands(tmp_path: Path) -> None:
    rows = [
        level("htx_total", "2018-03", 1, PRESS),
        level("htx_total", "2018-11", 7, PRESS),
        level("htx_total", "2018-06", 3, PRESS),
        level("htx_total", "2020", 9, PRESS),
    ]
    assert growth(made(tmp_path, rows))["start_value"] == 7


def test_on_one_day_the_report_stands_before_others_then_the_better_source(tmp_path: Path) -> None:
    days = [level("htx_total", "2018-12-31", value, source) for value, source in ((1, WEAK), (2, PRESS), (3, "report"))]
    later = [level("htx_total", "2020", 5, WEAK), level("htx_total", "2020-12-31", 6, PRESS)]
    row = growth(made(tmp_path, [*days, *later]))
    assert (row["start_value"], row["end_value"]) == (3, 6)


def test_of_two_equal_ones_the_first_row_stands(tmp_path: Path) -> None:
    rows = [level("htx_total", "2018", 4, PRESS), level("htx_total", "2018-12", 5, PRESS), level("htx_total", "2020", 8, PRESS)]
    assert growth(made(tmp_path, rows))["start_value"] == 4


def test_a_repeated_figure_never_stands(tmp_path: Path) -> None:
    """An old count printed again in February is no figure of that year."""
    rows = [level("htx_total", "2018-02", 2, PRESS), level("htx_total", "2018-12", 9, PRESS, repeated="true"), level("htx_total", "2020", 8, PRESS)]
    data = load(made(tmp_path, rows))
    assert growth(data.root)["start_value"] == 2
    assert len(levels(data)) == 2 and len(data.levels("htx_total")) == 3


@pytest.mark.parametrize("code", ["htx_new"])
def test_flows_are_compared_over_equal_spans_alone(tmp_path: Path, code: str) -> None:
    """38 founded in five years and 40 founded in one are no growth."""
    rows = [level(code, "2008-06/2013-06", 38, PRESS), level(code, "2020", 40, PRESS)]
    row = growth(made(tmp_path, rows), 2013, 2020)
    assert row["reason"] == "unequal_periods"
    assert row[["change", "multiple", "cagr", "cagr_low", "doubling_time"]].isna().all()
    assert (row["start_value"], row["end_value"]) == (38, 40)


def test_of_flows_the_longest_span_that_both_years_have_is_taken(tmp_path: Path) -> None:
    spans = [("2018", 12), ("2018-01/2018-09", 8), ("2020-01/2020-09", 10), ("2020-01/2020-03", 3)]
    row = growth(made(tmp_path, [level("htx_new", period, value, PRESS) for period, value in spans]))
    assert (row["start_value"], row["end_value"], row["reason"]) == (8, 10, "")


def test_a_flow_without_a_stated_span_is_read_as_a_years(tmp_path: Path) -> None:
    row = growth(made(tmp_path, [level("htx_new", "2018", 12, PRESS), level("htx_new", "2020-12-31", 15, PRESS)]))
    assert (row["multiple"], row["reason"]) == (1.25, "")


def families(tmp_path: Path, rows: list[dict[str, object]]) -> pd.Series:
    sources = [
        {**NAMED, "id": name, "evidence": "published", "reliability": "medium", "family": family}
        for name, family in (("m", "ministry"), ("a", "alliance"))
    ]
    price = {**NAMED, "id": PRESS, "evidence": "published", "reliability": "medium"}
    return growth(made(tmp_path, rows, source=[*sources, price]))


def test_two_families_of_sources_are_never_compared(tmp_path: Path) -> None:
    row = families(tmp_path, [level("tht_total", "2018-12-31", 119248, "a"), level("tht_total", "2020-12-31", 63650, "m")])
    assert row["reason"] == "other_family" and pd.isna(row["cagr"]) and pd.isna(row["change"])


def test_where_one_family_has_both_years_it_is_taken(tmp_path: Path) -> None:
    values = [("2018-12-31", 50, "m"), ("2018-12-31", 90, "a"), ("2020-06-30", 60, "m"), ("2020-12-31", 99, "a"), ("2020-12-31", 61, "m")]
    row = families(tmp_path, [level("tht_total", *value) for value in values])
    assert (row["start_source"], row["end_source"], row["reason"]) == ("a", "a", "")


def test_earliest_and_one_year(tmp_path: Path) -> None:
    rows = [level("htx_total", period, value, PRESS) for period, value in (("2017-12-31", 1), ("2018-01-01", 2), ("2018-12-31", 3), ("2019", 4))]
    data = load(made(tmp_path, rows))
    figures = levels(data)
    assert figures[in_year(figures, 2018)]["obs_value"].tolist() == [2, 3]
    assert earliest(figures)["obs_value"].item() == 1 and best(figures)["obs_value"].item() == 4


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"ref_area": "VN28"}, "ref_area: unknown 'VN28'; did you mean 'VN-28'"),
        ({"ref_area": ["VN", 7]}, "ref_area: unknown 7"),
        ({"evidence": "all"}, "evidence: unknown 'all'; expected report or published"),
        ({"indicator": "htx_totl"}, "indicator: unknown 'htx_totl'; did you mean 'htx_total'"),
    ],
)
def test_a_wrong_argument_is_named_with_the_nearest_code(options: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words.replace("?", r"\?")):
        levels(load(), **options)  # type: ignore[arg-type]


def test_the_report_alone_is_the_report_alone() -> None:
    data = load()
    assert set(levels(data, evidence="report")["source"].astype("str")) == {"bc-423-2019"}


def test_nothing_is_changed_and_nothing_is_lost() -> None:
    data = load()
    before = data.observations.copy()
    growth_table(data, start=2018, end=2022)
    levels(data, ["VN"], "published", ["htx_total"])
    pd.testing.assert_frame_equal(data.observations, before)
    assert len(levels(data)) == (before["measure"].eq("level") & ~before["repeated"] & before["date"].notna()).sum()
