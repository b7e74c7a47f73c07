"""What titles, alternative texts and notes claim, counted again from the data."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from matplotlib import rc_context

from coopanalysis import load
from coopanalysis.display import Language, View, theme
from coopanalysis.display.figures import (
    cooperatives_chart,
    coverage_chart,
    decomposition_chart,
    growth_chart,
    plausibility_chart,
    ranking_chart,
    targets_chart,
)
from coopanalysis.display.figures.evidence import reached
from coopanalysis.metrics import decomposition_table, growth_table, progress_table, ratio_table

from .figure_checks import UNFILLED, check_drawing, drawn_texts

DATASET = load()


def view(lang="en", evidence="published", ref_area="VN-28", dataset=DATASET):
    return View(dataset, Language(lang), ref_area, evidence)


def plain(text):
    return text.replace("\u00a0", " ")


# -- figure 3 -------------------------------------------------------------------------------------------------
def test_lowest_and_latest_are_those_of_what_is_counted():
    chart, levels = cooperatives_chart(view()), view().levels("htx_total")
    counted = levels[~levels["derived"] & ~levels["repeated"]]
    assert plain(chart.alt).startswith(
        f"{len(counted)} published figures of cooperatives (HTX), 2013 to 2023: lowest 63 (September 2016), latest 261 ("
    )
    assert counted["obs_value"].min() == 63 and counted["obs_value"].iloc[-1] == 261
    assert "Derived for 2003: 34." in chart.alt and "6 figures of active ones, latest 342" in chart.alt and "low reliability" in chart.alt


@pytest.mark.parametrize(("indicator", "low", "derived"), [("tht_total", "99", "47"), ("members", "8,988", "2,952")])
def test_the_derived_level_is_no_lowest_figure(indicator, low, derived):
    chart = cooperatives_chart(view(), indicator=indicator, active="")
    assert f"lowest {low} (" in chart.alt and f"Derived for 2003: {derived}." in chart.alt


def test_the_title_rests_on_a_source_of_medium_reliability():
    title = plain(cooperatives_chart(view()).title)
    assert title == "Number of cooperatives fell to 63 in 2016, then rose past the 2025 target by September 2023 at the latest"
    levels = view().levels("htx_total")
    weak = levels[~levels["derived"] & ~levels["repeated"] & levels["lower"].ge(210)]
    assert weak.iloc[0]["reliability"] == "low" and weak.iloc[0]["date"] < pd.Timestamp("2023-09-01")
    met = reached(levels[~levels["derived"] & ~levels["repeated"]], 210)
    assert met.sure and met.by == pd.Timestamp("2023-09-19") and met.after == pd.Timestamp("2022-02-28")


def test_a_title_on_a_weak_source_says_so():
    sources = DATASET.sources.assign(reliability=DATASET.sources["reliability"].where(DATASET.sources.index != "baodantoc-2023-09", "low"))
    title = plain(cooperatives_chart(view(dataset=replace(DATASET, sources=sources))).title)
    assert title.endswith("past the 2025 target by June 2023 by a source of low reliability")


@pytest.mark.parametrize("width", ["wide", "narrow"])
def test_what_the_title_speaks_of_is_labelled(width):
    with rc_context(theme.style()):
        words = {plain(text.get_text()) for text, _ in drawn_texts(cooperatives_chart(view()).draw(width))}
    assert {"63", "261", "97", "50", "342", "108\nreport"} <= words
    assert any(text.startswith("350 cooperatives" if width == "wide" else "cooperatives") for text in words)


# -- figures 5, 6, 7 ------------------------------------------------------------------------------------------
def test_the_share_of_revenue_is_true_of_every_source_of_the_province():
    title = plausibility_chart(view()).title
    levels = view().levels("revenue_per_htx")
    most = (14040 / 108 / levels.loc[~levels["repeated"], "lower"]).max()
    assert "at most 13%" in title and 0.12 < most <= 0.13 and "province" in title
    alt = plain(plausibility_chart(view()).alt)
    assert all(words in alt for words in ("nearly 1,800", "about 1,787", "estimated 1,300", "more than 1,000"))


def test_a_closed_range_is_printed_as_one():
    observations = DATASET.observations
    keep = ~(observations["ref_area"].eq("VN-28") & observations["indicator"].eq("revenue_per_htx") & observations["qualifier"].eq("more_than"))
    assert "is 7–10% of other sources" in plausibility_chart(view(dataset=replace(DATASET, observations=observations[keep]))).title


def test_without_other_evidence_nothing_is_compared():
    chart = plausibility_chart(view(evidence="report"))
    assert chart.data.empty and "Only the report" in chart.alt


def test_the_figure_behind_a_status_is_in_table_and_csv():
    chart = targets_chart(view(), progress_table(DATASET, evidence="published"))
    row = chart.table.loc[chart.table["Target"].str.contains("2030: about\u00a0330")].iloc[0]
    assert row["Latest figure"] == "261" and row["Later, active ones only"].startswith("342 (104%")
    record = chart.data[chart.data["status"].eq("achieved_single_source")].iloc[0]
    assert record["part_value"] == 342 and record["part_source"] == "baomoi-2025" and record["part_reliability"] == "low"


def test_coverage_says_how_many_it_counts_and_draws():
    chart, levels = coverage_chart(view()), view().levels()
    stated = levels[~levels["derived"] & ~levels["repeated"] & levels["date"].notna()]
    drawn = chart.table["Drawn"].eq("yes").sum()
    assert plain(chart.alt).startswith(f"{len(stated)} figures of {stated['indicator'].nunique()} indicators, {drawn} of them drawn.")
    assert len(chart.table) == stated["indicator"].nunique() and sum(map(int, chart.table["Figures"])) == len(stated)
    with rc_context(theme.style()):
        names = {text.get_text() for text, _ in drawn_texts(chart.draw("wide"))}
    assert drawn == sum(name in names for name in chart.table["Indicator"])
    assert {"undated", "Jun 2019"} <= names  # dates as the report has them, not the assumed one


def test_coverage_finds_what_has_no_newer_figure():
    levels = view().levels()
    stated = levels[~levels["derived"] & ~levels["repeated"]]
    last = stated.groupby("indicator")["date"].max()
    own = stated[stated["evidence"].eq("report")].groupby("indicator")["date"].max()
    silent = [code for code in own.index if last[code] == own[code]]
    assert f"{len(silent)} of the report's {len(own)} indicators, all 4 money ones among them" in plain(coverage_chart(view()).title)
    assert "operating capital and assets" in coverage_chart(view()).alt and "average income" in coverage_chart(view()).alt


# -- every figure, other years and areas ----------------------------------------------------------------------
@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize(
    ("start", "end", "ref_area", "evidence"),
    [(2018, 2025, "VN-28", "report"), (2018, 2025, "VN-28", "published"), (2013, 2018, "VN-28", "published"), (2018, 2024, "VN", "published")],
)
def test_other_years_and_areas_print_no_empty_name(start, end, ref_area, evidence, lang):
    what, area = view(lang, evidence, ref_area), {"ref_area": ref_area, "evidence": evidence}
    years = {**area, "start": start, "end": end, "price_base": 2024}
    charts = [
        growth_chart(what, growth_table(DATASET, **years)),
        ranking_chart(what, growth_table(DATASET, **years), growth_table(DATASET, **years, stated_dates=True)),
        decomposition_chart(what, ratio_table(DATASET, **years), decomposition_table(DATASET, **years)),
        targets_chart(what, progress_table(DATASET, **area)),
        targets_chart(view(lang, evidence, ref_area, replace(DATASET, targets=DATASET.targets.iloc[:0])), progress_table(DATASET, **area).iloc[:0]),
        coverage_chart(what),
        cooperatives_chart(what),
        plausibility_chart(what),
    ]
    for chart in charts:
        for sentence in (chart.title, chart.subtitle, chart.alt, *chart.notes, chart.source):
            assert sentence.strip() and not UNFILLED.search(sentence), sentence
            for broken in ("  ", "năm so với", "năm  ", "against .", "–,", " –.", "–;"):
                assert broken not in plain(sentence), sentence
        with rc_context(theme.style()):
            for width in ("wide", "narrow"):
                figure = chart.draw(width)
                if "reason" not in chart.data.columns[:2] and len(chart.data):
                    check_drawing(figure)
