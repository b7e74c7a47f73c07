"""What titles, alternative texts and notes claim, counted again from the data."""

from __future__ import annotations

from dataclasses import replace

import pytest
from matplotlib import rc_context

from coopanalysis import load
from coopanalysis.display import Language, View, theme
from coopanalysis.display.figures import cooperatives_chart, coverage_chart, decomposition_chart, growth_chart, plausibility_chart
from coopanalysis.display.findings.revenue import CHAIN
from coopanalysis.display.tables.quality import coverage_by_indicator
from coopanalysis.metrics import decomposition_table, growth_table, ratio_table

from .figure_checks import UNFILLED, check_drawing, drawn_texts

DATASET = load()


def view(lang="en", evidence="published", ref_area="VN-28", dataset=DATASET):
    return View(dataset, Language(lang), ref_area, evidence)


def plain(text):
    return text.replace("\u00a0", " ")


# -- figure 3 -------------------------------------------------------------------------------------------------
def test_title_and_alternative_text_are_first_and_latest_of_what_is_counted():
    """The register was cleaned in 2016, so a title of a fall and a rise would mislead."""
    chart, levels = cooperatives_chart(view()), view().levels("htx_total")
    counted = levels[~levels["derived"] & ~levels["repeated"]]
    first, last = counted.iloc[0], counted.iloc[-1]
    assert (first["obs_value"], last["obs_value"]) == (97, 261)
    assert plain(chart.title) == "Cooperatives (HTX): 97 in June 2013, 261 in September 2023"
    assert plain(chart.alt).startswith(
        f"{len(counted)} published figures of cooperatives (HTX): first 97 (27 June 2013), latest 261 (19 September 2023)."
    )
    assert "Derived for 2003: 34." in chart.alt and "6 figures of active ones, latest 342" in chart.alt and "low reliability" in chart.alt


@pytest.mark.parametrize("width", ["wide", "narrow"])
def test_first_latest_and_extremes_are_labelled(width):
    with rc_context(theme.style()):
        words = {plain(text.get_text()) for text, _ in drawn_texts(cooperatives_chart(view()).draw(width))}
    assert {"63", "261", "50", "342", "108\nreport"} <= words


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


def test_coverage_says_how_many_it_counts_and_draws():
    chart, levels = coverage_chart(view(), coverage_by_indicator(view())), view().levels()
    stated = levels[~levels["derived"] & ~levels["repeated"] & levels["date"].notna()]
    assert len(chart.table) == stated["indicator"].nunique() and sum(map(int, chart.table["Figures"])) == len(stated)
    with rc_context(theme.style()):
        names = {text.get_text() for text, _ in drawn_texts(chart.draw("wide"))}
    drawn = sum(name in names for name in chart.table["Indicator"])
    assert plain(chart.alt).startswith(f"{len(stated)} figures of {stated['indicator'].nunique()} indicators, {drawn} of them drawn.")
    assert {"undated", "Jun 2019"} <= names  # dates as the report has them, not the assumed one


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
        decomposition_chart(what, ratio_table(DATASET, **years), decomposition_table(DATASET, chain=CHAIN, **years)),
        coverage_chart(what, coverage_by_indicator(what)),
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
