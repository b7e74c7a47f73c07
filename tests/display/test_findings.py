"""Sentences follow the numbers: a figure that changes changes the finding, and no claim is made that the data do not bear."""

from __future__ import annotations

import pytest

from coopanalysis import load
from coopanalysis.display import Language, View
from coopanalysis.display.findings import briefing, growth, path, quality, revenue, targets
from coopanalysis.metrics import consistency_table, decomposition_table, growth_table, progress_table, ratio_table
from tests.dataset.conftest import edit, package

__all__ = ["package"]
DATASET = load()


def view(dataset=DATASET, lang="en", evidence="published"):
    return View(dataset, Language(lang), "VN-28", evidence)


def text_of(opening) -> str:
    return " ".join([opening["title"], *opening["lead"], *opening["cautions"], opening["finding"]])


def test_growth_leads_with_real_revenue():
    opening = growth.growth_opening(view(evidence="report"), growth_table(DATASET), 2003, 2018)
    assert "1.6" in text_of(opening) and "4.9" in text_of(opening)
    assert opening["as_of_date"] == "2019-06-30"


def test_path_names_the_fall_only_where_there_is_one(package):
    assert "hide a fall and a rise" in path.path_paragraphs(view())[0]
    assert "hide a fall" not in path.path_paragraphs(view(load(package)))[0]


def test_members_are_said_to_lag_only_if_they_do():
    assert path.path_paragraphs(view())[1].startswith("Members did not follow")
    frame = DATASET.observations.copy()
    late = frame["indicator"].eq("members") & frame["date"].dt.year.ge(2020)
    frame.loc[late, "obs_value"] *= 3
    from dataclasses import replace

    assert path.path_paragraphs(view(replace(DATASET, observations=frame)))[1].startswith("From the report to")


def test_revenue_headlines_carry_the_doubt_about_the_level():
    consistency = consistency_table(DATASET, evidence="published")
    found = list(revenue.revenue_headlines(view(), ratio_table(DATASET), consistency))
    assert {item["status"] for item in found} == {"to_be_confirmed"}
    calm = consistency.assign(found=False)
    assert {item["status"] for item in revenue.revenue_headlines(view(), ratio_table(DATASET), calm)} == {""}


def test_undefined_headlines_say_why(package):
    edit(package, "observations.csv", "VN-28,revenue_total,,change,2003-12-31,4000,exact,A,bc-423-2019,p. 2,\n", "")
    dataset = load(package)
    found = {item["name"]: item for item in growth.growth_headlines(view(dataset), growth_table(dataset))}
    assert found["revenue_total_multiple"]["value"] is None and found["revenue_total_multiple"]["note"] == "no figure for the first year"
    assert found["htx_total_multiple"]["value"] == 7


def test_targets_count_what_is_met():
    progress = progress_table(DATASET, evidence="published")
    assert targets.target_counts(progress) == {"all": 10, "met": 5, "single": 1, "unknown": 3}
    assert targets.status_sentence(view(), progress).startswith("5 of 10 targets are met, 1 more by one source only.")
    fewer = progress[progress["indicator"].ne("htx_total")]
    assert targets.status_sentence(view(), fewer).startswith("4 of 8 targets are met.")


def test_targets_without_any_are_said_to_be_missing():
    opening = targets.targets_opening(view(), progress_table(DATASET, evidence="published").iloc[:0])
    assert "no target" in opening["finding"]


def test_contradictions_are_shown_with_their_sums():
    listed = quality.contradictions_list(view(), consistency_table(DATASET, evidence="published"))
    assert len(listed.splitlines()) == 11
    for sum_ in ("46 × 851", "39,146", "14,040 ÷ 108", "98,285", "93 + 1 + 5 = 99"):
        assert sum_ in listed, sum_
    assert "rows" in listed.splitlines()[0]


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_briefing_has_eight_tiles_and_three_cautions(lang):
    consistency = consistency_table(DATASET, evidence="published")
    progress = progress_table(DATASET, evidence="published")
    tiles = list(briefing.briefing_headlines(view(lang=lang), growth_table(DATASET), ratio_table(DATASET), progress, consistency))
    assert len(tiles) == 8 and all(tile["label"] and tile["text"] for tile in tiles)
    assert len(briefing.cautions(view(lang=lang), consistency)) == 3
    assert len(briefing.needed_data(view(lang=lang), progress)) == 5


def test_decomposition_sentence_adds_up():
    words = revenue.decomposition_paragraph(view(), decomposition_table(DATASET))
    assert all(part in words for part in ("+8,100", "−297", "−4,531", "+7,928", "+11,200"))
