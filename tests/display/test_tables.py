"""Tables that leaders read: strings beside raw numbers, both of the same rows."""

from __future__ import annotations

import pytest

from coopanalysis import load
from coopanalysis.display import Language, View
from coopanalysis.display.findings.revenue import CHAIN
from coopanalysis.display.tables import (
    coverage_table,
    effects_table,
    is_numeric,
    levels_table,
    paces_table,
    readings_table,
    reliability_table,
    requirements_table,
    status_table,
)
from coopanalysis.display.tables.quality import coverage_by_indicator
from coopanalysis.metrics import decomposition_table, growth_table, progress_table

DATASET = load()
REPORT = {"ref_area": "VN-28", "evidence": "report"}
GROWTH, SPLIT = growth_table(DATASET, **REPORT), decomposition_table(DATASET, chain=CHAIN, **REPORT)
PROGRESS = progress_table(DATASET, "VN-28", evidence="published", assumed_growth=0.05)
TABLES = {
    "levels": lambda view: levels_table(view, GROWTH),
    "effects": lambda view: effects_table(view, SPLIT),
    "status": lambda view: status_table(view, PROGRESS),
    "paces": lambda view: paces_table(view, PROGRESS),
    "requirements": lambda view: requirements_table(view, PROGRESS),
    "coverage": lambda view: coverage_table(view, coverage_by_indicator(view)),
    "reliability": reliability_table,
    "readings": lambda view: readings_table(view, GROWTH, growth_table(DATASET, **REPORT, stated_dates=True)),
}


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("name", TABLES)
def test_table(name, lang):
    view = View(DATASET, Language(lang), "VN-28", "published")
    table = TABLES[name](view)
    assert table.name and table.caption and len(table.frame) > 0 and len(table.frame.columns) <= 6
    cells = [str(cell) for column in table.frame.columns for cell in table.frame[column]]
    assert not [cell for cell in cells if cell in ("nan", "None", "NaT", "") or "{" in cell]
    assert len(table.data) >= len(table.frame) or name in ("effects",)
    if "–" in cells:
        assert any(note.startswith("–") for note in table.notes), table.notes


def test_levels_are_the_report_s_own_figures():
    frame = levels_table(View(DATASET, Language("vi"), "VN-28", "report"), GROWTH).frame
    row = frame[frame.iloc[:, 0].str.startswith("Hợp tác xã (HTX)")].iloc[0]
    assert list(row)[1:3] == ["34*", "108"]


def test_requirements_leave_out_what_is_met():
    frame = requirements_table(View(DATASET, Language("en"), "VN-28", "published"), PROGRESS).frame
    cooperatives = frame[frame.iloc[:, 0].str.contains("Cooperatives")]
    assert list(cooperatives.iloc[:, 0]) == ["Cooperatives (HTX), 2030"], "met on one weak source only: what it takes from the latest sure figure"
    unions = frame[frame.iloc[:, 0].str.contains("unions")]
    assert set(unions["Required from now, % a year"]) == {"–"}, "no rate of one union"
    assert frame.iloc[:, 0].str.contains("Cooperative groups").any()


def test_a_column_of_numbers_stays_one_where_some_do_not_apply():
    assert is_numeric(["3,2", "không áp dụng", "–"]) and is_numeric(["3.2", "not applicable"])
    assert not is_numeric(["not applicable", "not applicable"]) and not is_numeric(["3.2", "three"])
