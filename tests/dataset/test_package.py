from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from coopanalysis import load
from coopanalysis.dataset.seal import seal
from coopanalysis.errors import DataError
from tests.dataset.conftest import edit
from tests.packages import case

# Stated by the report (II.1, II.2 and their footnotes): level, increase since 31-12-2003, and the level that implies.
REPORT = {
    "tht_total": (178, 131, 47),
    "htx_total": (108, 74, 34),
    "members": (8988, 6036, 2952),
    "regular_workers": (851, 648, 203),
    "capital_and_assets": (252155, 201134, 51021),
    "revenue_total": (14040, 11200, 2840),
    "profit_total": (2340, 2050, 290),
    "income_member_and_worker": (46, 35, 11),
}


@pytest.mark.parametrize("indicator", REPORT)
def test_the_report_is_held_as_stated_and_the_first_level_is_derived(indicator: str) -> None:
    rows = load().observations.query("source == 'bc-423-2019' and indicator == @indicator")
    level, change, derived = REPORT[indicator]
    stated = rows[~rows["derived"]].set_index("measure")["obs_value"]
    assert (stated["level"], stated["change"]) == (level, change)
    (implied,) = rows[rows["derived"]].to_dict("records")
    assert implied["obs_value"] == derived
    assert implied["date"] == pd.Timestamp("2003-12-31")
    assert implied["derivation"] == f"{level} − {change}"


def test_current_levels_of_the_report_take_the_assumed_date_and_say_so() -> None:
    rows = load().observations.query("source == 'bc-423-2019' and measure == 'level' and not derived").set_index("indicator")
    assert set(rows["date"]) == {pd.Timestamp("2018-12-31")}
    assert not rows.at["members", "date_assumed"]  # its day is stated
    assert rows.at["htx_total", "date_assumed"] and rows.at["revenue_total", "date_assumed"]
    assert rows.at["htx_total", "stated_date"] == pd.Timestamp("2019-06-17")  # the day the report was issued
    assert pd.isna(rows.at["revenue_total", "stated_date"])


def test_ten_targets_of_the_report() -> None:
    targets = load().targets.set_index(["indicator", "target_date"])["target_value"]
    expected = {"tht_total": (319, 417), "htx_total": (210, 330), "lhhtx_total": (1, 2), "htx_agri": (110, 180), "lhhtx_agri": (1, 2)}
    assert len(targets) == 10
    for indicator, (first, last) in expected.items():
        assert (targets[indicator, "2025-12-31"], targets[indicator, "2030-12-31"]) == (first, last)


def test_bounds_of_qualified_figures(package: Path) -> None:
    rows = load(package).observations
    country = rows[rows["ref_area"].eq("VN")].iloc[0]
    assert (country["lower"], country["upper"]) == (1233.5, 1234.5)
    more = rows[rows["source"].eq("vov-2021-11")].iloc[0]
    assert more["lower"] == 99 and more["upper"] == float("inf")


def test_row_numbers_are_those_of_a_spreadsheet(package: Path) -> None:
    observations = load(package).observations
    assert list(observations.query("not derived")["row"]) == [2, 3, 4, 5, 6, 7, 8]
    assert observations.query("derived and indicator == 'htx_total'")["row"].item() == 2


def test_codes_stay_text(package: Path) -> None:
    edit(package, "observations.csv", ",p. 1,", ",01,")
    edit(package, "observations.csv", ",p. 2,", ",NA,")
    assert {"01", "NA"} <= set(load(package).observations["locator"])


def test_repeats_are_marked(package: Path) -> None:
    observations = load(package).observations
    assert observations.loc[observations["repeated"], "source"].tolist() == ["kontumtv-2022-02"]


@pytest.mark.parametrize("how", ["folder", "file", "text"])
def test_a_package_can_be_named_in_three_ways(package: Path, how: str) -> None:
    path = {"folder": package, "file": package / "datapackage.json", "text": str(package)}[how]
    assert load(path).root == package


def test_a_missing_column_is_a_data_error(package: Path) -> None:
    edit(package, "observations.csv", ",qualifier,", ",word,")
    with pytest.raises(DataError) as caught:
        load(package)
    assert [(problem.column, problem.row) for problem in caught.value.problems] == [("qualifier", 1)]


@pytest.mark.parametrize(
    ("old", "new", "row", "column", "remedy"),
    [
        ("level,,77,", "level,,inf,", 2, "obs_value", "write the number that the source states"),
        ("level,,5000,", "level,,5.000.000,", 4, "obs_value", "write 5000000, without a thousands mark"),
        (",exact,A,bc-423-2019,,p. 1,\n", ",exact\n", 2, None, "add the missing cells"),
        ("p. 1,\n", "p. 1,a,b\n", 2, None, "quotation marks"),
        ("p. 1,\n", "p. 1,\n\n", 3, None, "delete the row"),
    ],
)
def test_what_cannot_be_read_is_a_data_error_with_its_place(package: Path, old: str, new: str, row: int, column: str | None, remedy: str) -> None:
    edit(package, "observations.csv", old, new)
    with pytest.raises(DataError) as caught:
        load(package)
    (problem,) = caught.value.problems
    assert (problem.row, problem.column) == (row, column) and remedy in problem.remedy


def test_a_byte_order_mark_and_the_line_ends_of_windows_are_read(package: Path) -> None:
    before = load(package).observations
    file = package / "observations.csv"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    seal(package)
    pd.testing.assert_frame_equal(load(package).observations, before)


def test_a_cell_of_two_lines_is_one_row(package: Path) -> None:
    edit(package, "observations.csv", "p. 1,\n", 'p. 1,"two\nlines"\n')
    observations = load(package).observations
    assert observations["comment"].iloc[0] == "two\nlines"
    assert list(observations.query("not derived")["row"]) == [2, 3, 4, 5, 6, 7, 8]


def test_sealing_is_needed_once(package: Path) -> None:
    edit(package, "observations.csv", "level,,77,", "level,,78,", sealed=False)
    assert seal(package) == ["observations"]
    assert seal(package) == []
    assert not list(package.glob(".*"))


def test_only_what_is_undated_or_of_now_takes_the_assumed_day(tmp_path: Path) -> None:
    """A report of 2019 that assumes 31-12-2018 for "now" may state a figure of 2003: that one keeps its year."""
    data = load(case(tmp_path, "vn"))
    profit = data.observations[data.observations["indicator"].eq("profit_per_htx") & data.observations["time_period"].eq("2003")]
    assert set(profit["date"]) == {pd.Timestamp("2003-12-31")}


def test_a_change_without_its_level_implies_nothing(package: Path) -> None:
    edit(package, "observations.csv", "VN-28,htx_total,2019-06,level,,77,", "VN-28,htx_active,2019-06,level,,77,")
    edit(package, "observations.csv", "VN-28,revenue_total,,level,,5000,", "VN-28,revenue_total,2017,level,,5000,")
    assert not load(package).observations["derived"].any()
