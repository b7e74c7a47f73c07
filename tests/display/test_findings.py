"""Sentences follow the numbers: a figure that changes changes the finding, and no claim is made that the data do not bear."""

from __future__ import annotations

from dataclasses import replace

import pytest

from coopanalysis import load
from coopanalysis.display import Language, View
from coopanalysis.display.findings import briefing, growth, path, quality, revenue, targets
from coopanalysis.display.findings.checks import CHECKS
from coopanalysis.display.tables import status_table
from coopanalysis.display.tables.quality import coverage_by_indicator, unclear_dates
from coopanalysis.metrics import consistency_table, growth_table, progress_table, ratio_table
from tests.dataset.conftest import edit, package

__all__ = ["package"]
DATASET = load()
REPORT = {"ref_area": "VN-28", "evidence": "report"}


def view(dataset=DATASET, lang="en", evidence="published"):
    return View(dataset, Language(lang), "VN-28", evidence)


def text_of(opening) -> str:
    return " ".join([opening["title"], *opening["lead"], *opening["cautions"], opening["finding"]])


def test_growth_leads_with_real_revenue():
    opening = growth.growth_opening(view(evidence="report"), growth_table(DATASET, **REPORT), 2003, 2018)
    assert "1.6" in text_of(opening) and "4.9" in text_of(opening)
    assert opening["as_of_date"] == "2019-06-30"


def test_path_goes_from_the_first_figure_to_the_latest():
    """No word of a fall and a rise: the register was cleaned in 2016."""
    assert path.path_paragraphs(view())[0] == "By published figures there were 97 cooperatives (27 June 2013) and 261 (19 September 2023)."


def test_members_are_said_to_lag_only_if_they_do():
    """From "more than 9,700" nothing follows on how little they grew; an exact figure says it."""
    assert path.path_paragraphs(view())[1].startswith("From the report to")
    frame = DATASET.observations.copy()
    late = frame["indicator"].eq("members") & frame["date"].dt.year.ge(2020)
    frame.loc[late, ["qualifier", "upper"]] = ["exact", 9700]
    exact = view(replace(DATASET, observations=frame))
    assert path.path_paragraphs(exact)[1].startswith("Membership grew much more slowly")
    progress, consistency = progress_table(DATASET, "VN-28"), consistency_table(DATASET, CHECKS, "VN-28")
    rest = (growth_table(DATASET, **REPORT), ratio_table(DATASET, **REPORT), progress, consistency)
    assert "membership grew much more slowly" in briefing.briefing_opening(exact, *rest)["title"]
    assert briefing.briefing_opening(view(), *rest)["title"].endswith("Targets met: 1 of 2 for 2025 and 0 of 3 for 2030")


def test_revenue_headlines_carry_the_doubt_about_the_level():
    consistency = consistency_table(DATASET, CHECKS, "VN-28")
    found = list(revenue.revenue_headlines(view(), ratio_table(DATASET, **REPORT), consistency))
    assert {item["status"] for item in found} == {"to_be_confirmed"}
    calm = consistency.assign(found=False)
    assert {item["status"] for item in revenue.revenue_headlines(view(), ratio_table(DATASET, **REPORT), calm)} == {""}


def test_undefined_headlines_say_why(package):
    edit(package, "observations.csv", "VN-28,revenue_total,,change,2003-12-31,4000,exact,A,bc-423-2019,,p. 2,\n", "")
    dataset = load(package)
    found = {item["name"]: item for item in growth.growth_headlines(view(dataset), growth_table(dataset, **REPORT))}
    assert found["revenue_total_multiple"]["value"] is None and found["revenue_total_multiple"]["note"] == "no figure for the first year"
    assert found["htx_total_multiple"]["value"] == 7


def test_targets_count_what_is_met():
    progress = progress_table(DATASET, "VN-28")
    assert [(row.year, row.met, row.of, row.weak, row.trivial) for row in targets.target_counts(view(), progress)] == [
        (2025, 1, 2, 0, 1),
        (2030, 0, 3, 1, 0),
    ]
    assert targets.status_sentence(view(), progress).startswith(
        "Targets met: 1 of 2 for 2025 and 0 of 3 for 2030. Met when it was set: 1 for 2025. Met by a source of low reliability alone: 1 for 2030. "
        "Targets of parts met, not counted beside their whole: 3 of 4 (agricultural cooperatives and agricultural unions)."
    )
    fewer = progress[progress["indicator"].ne("htx_total")]
    assert targets.status_sentence(view(), fewer).startswith("Targets met: 1 of 2 for 2025 and 1 of 3 for 2030."), (
        "without its whole a part is counted"
    )


def test_paces_have_their_period_and_the_past_is_history():
    progress = progress_table(DATASET, "VN-28").set_index("indicator", drop=False)
    groups, cooperatives, unions = (progress.loc[code].iloc[-1] for code in ("tht_total", "htx_total", "lhhtx_total"))
    assert (targets.since_words(view(), groups), targets.need_words(view(), groups)) == ("since 2018: +5.9% a year", "still needs 7.8% a year")
    assert (targets.since_words(view(), cooperatives), targets.need_words(view(), cooperatives)) == (
        "since 2018: +20.6% a year",
        "still needs 3.3% a year",
    )
    assert (targets.since_words(view(), unions), targets.need_words(view(), unions)) == ("", ""), "no rates of one or two unions"
    alone = progress_table(DATASET, "VN-28", evidence="report").iloc[0]
    assert targets.since_words(view(), alone) == "2003–2018: +8.0% a year" and targets.need_words(view(), alone) == "from 2018 needs 10.0% a year"


def test_what_is_met_says_since_when():
    """In the cell of its table: since when, how good that source is, and that its day has no figure."""
    cells = [cell.replace("\u00a0", " ") for cell in status_table(view(), progress_table(DATASET, "VN-28")).frame["Assessment"]]
    assert cells[0] == "✓ Target met; between Nov 2021 and Sep 2023; medium reliability; no figure on 31 December 2025"
    assert cells[1] == "(✓) Met by a weak source alone; between Sep 2023 and Jun 2025"
    assert cells[6] == "✓ Met when it was set; by Dec 2018 at the latest; high reliability; no figure on 31 December 2025"
    lost = progress_table(DATASET, "VN-28").assign(status="reached_and_lost", lost_on=DATASET.observations["date"].max())
    assert "by Sep 2023 at the latest; no longer on" in status_table(view(), lost).frame["Assessment"].iloc[0]


def test_targets_without_any_are_said_to_be_missing():
    opening = targets.targets_opening(view(), progress_table(DATASET, "VN-28").iloc[:0])
    assert "no target" in opening["finding"]


def test_contradictions_are_shown_with_their_sums():
    listed = quality.contradictions_list(view(), consistency_table(DATASET, CHECKS, "VN-28"))
    assert len(listed.splitlines()) == 11
    for sum_ in ("46 × 851", "39,146", "14,040 ÷ 108", "98,285", "93 + 1 + 5 = 99"):
        assert sum_ in listed, sum_
    assert "rows" in listed.splitlines()[0]


@pytest.mark.parametrize(("evidence", "clean", "unchecked"), [("published", 0, 0), ("report", 1, 5)])
def test_checks_without_a_finding_are_two_counts(evidence, clean, unchecked):
    page = view(evidence=evidence)
    consistency = consistency_table(DATASET, CHECKS, "VN-28", evidence=evidence)
    tile = next(quality.quality_headlines(page, consistency, coverage_by_indicator(page)))
    assert tile["value"] == 11 - clean - unchecked
    assert tile["note"] == f"found nothing: {clean}; could not be checked: {unchecked}"


def test_flows_over_a_stated_period_have_a_clear_date():
    levels = view().levels()
    unclear = set(levels.loc[unclear_dates(view(), levels) & ~levels["derived"] & ~levels["repeated"], "row"])
    assert len(unclear) == 38 and not unclear & {24, 25, 26, 36, 101}


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_briefing_has_eight_tiles_and_three_cautions(lang):
    consistency = consistency_table(DATASET, CHECKS, "VN-28")
    progress = progress_table(DATASET, "VN-28")
    tiles = list(briefing.briefing_headlines(view(lang=lang), growth_table(DATASET, **REPORT), ratio_table(DATASET, **REPORT), progress, consistency))
    assert len(tiles) == 8 and all(tile["label"] and tile["text"] for tile in tiles)
    assert len(briefing.cautions(view(lang=lang), consistency)) == 3
    assert len(briefing.needed_data(view(lang=lang), progress)) == 5
