"""The package as an analyst meets it: overview, levels of an indicator, what an indicator is."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from coopanalysis import load
from tests.packages import PRESS, level, made


def test_a_dataset_shows_itself_in_a_few_lines() -> None:
    shown = repr(load())
    assert len(shown.splitlines()) <= 10 and len(shown) < 1500
    assert "VN-28" in shown and "htx_total" in shown and "2003-12-31" in shown and "bc-423-2019" in shown


def test_levels_come_with_label_unit_evidence_and_reliability() -> None:
    rows = load().levels("members", "htx_total", ref_area="VN-28")
    assert rows["indicator"].unique().tolist() == ["htx_total", "members"]  # as the code list sorts
    assert {"label", "unit", "evidence", "reliability", "qualifier", "source", "row"} <= set(rows)
    first = rows.iloc[0]
    assert (first["obs_value"], first["label"], first["unit"], first["evidence"]) == (34, "Number of cooperatives", "htx", "report")
    assert first["derivation"] == "108 − 74"
    assert all(pd.api.types.is_string_dtype(rows[name]) for name in ("ref_area", "indicator", "source", "qualifier"))
    assert set(load().levels("htx_total", ref_area="VN-28", evidence="report")["source"]) == {"bc-423-2019"}


def test_what_an_indicator_is() -> None:
    told = load().describe("members")["members"]
    assert told["unit"] == "person" and "2018-12-31 to" in told["figures"] and "qualified" in told["beware"] and told["supplier"]
    assert load().describe("revenue_per_member")["revenue_per_member"]["formula"] == "revenue_total / members"


@pytest.mark.parametrize("ask", [lambda data: data.describe("member"), lambda data: data.levels("member")])
def test_the_nearest_code_is_named(ask: object) -> None:
    with pytest.raises(ValueError, match=r"unknown 'member'; did you mean 'members'\?"):
        ask(load())  # type: ignore[operator]


def test_defaults_of_a_package_that_states_none(tmp_path: Path) -> None:
    """The first area with figures, and the two years in which most of its indicators have any."""
    rows = [level(code, year, 5, PRESS) for code, years in (("htx_total", ("2010", "2015", "2020")), ("members", ("2010", "2020"))) for year in years]
    given = load(made(tmp_path, rows)).defaults
    assert (given.ref_area, given.start, given.end, given.target_years, given.chain) == ("X-1", 2010, 2020, None, [])
