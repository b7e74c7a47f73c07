"""Tables of the data quality report, and the counts behind them."""

from __future__ import annotations

import pandas as pd

from coopanalysis.display.tables.base import Table, missing_note
from coopanalysis.display.view import View


def coverage_by_indicator(view: View) -> pd.DataFrame:
    """One row for each indicator of the area: figures, undated, qualified, high, medium, low, first, last; repeated ones are counted apart."""
    levels = view.levels()
    stated = levels[~levels["derived"] & ~levels["repeated"]]
    grouped = stated.groupby("indicator")
    frame = pd.DataFrame(
        {
            "figures": grouped.size(),
            "repeated": levels.groupby("indicator")["repeated"].sum(),
            "undated": unclear_dates(view, stated).groupby(stated["indicator"]).sum(),
            "qualified": grouped["qualifier"].apply(lambda words: int(words.ne("exact").sum())),
            **{grade: grouped["reliability"].apply(lambda grades, grade=grade: int(grades.eq(grade).sum())) for grade in ("high", "medium", "low")},
            "first": grouped["date"].min(),
            "last": grouped["date"].max(),
        }
    )
    frame = frame.join(view.dataset.indicators["sort_key"]).sort_values("sort_key").drop(columns="sort_key")
    return frame.reset_index(names="indicator")


def unclear_dates(view: View, levels: pd.DataFrame) -> pd.Series:
    """True where a source gives no clear date: none at all, a range, or only a year for a count at a moment.

    A flow is a sum over its period: "the first nine months of 2016" is exactly stated.
    """
    kind = levels["indicator"].map(view.dataset.indicators["kind"])
    dated = levels["dated"]
    return dated.eq("none") | (dated.eq("range") & kind.ne("flow")) | (dated.eq("year") & kind.eq("stock"))


def coverage_table(view: View, coverage: pd.DataFrame) -> Table:
    text, language = view.language.text, view.language
    rows = list(coverage.itertuples())
    frame = pd.DataFrame(
        {
            text("Indicator"): [view.indicator(row.indicator) for row in rows],
            text("Figures"): [language.number(row.figures) for row in rows],
            text("Without a clear date"): [language.number(row.undated) for row in rows],
            text("With a qualifier"): [language.number(row.qualified) for row in rows],
            text("High, medium, low reliability"): [f"{row.high} · {row.medium} · {row.low}" for row in rows],
            text("First and latest date"): [f"{language.date(row.first, 'month')} – {language.date(row.last, 'month')}" for row in rows],
        }
    )
    return Table("coverage", text("Figures by indicator, {area}", area=view.area), frame, coverage, missing_note(frame, language))


def reliability_table(view: View) -> Table:
    """The rules behind the grades, with the number of figures of each."""
    text, language = view.language.text, view.language
    levels = view.levels()
    counts = levels[~levels["derived"] & ~levels["repeated"]]["reliability"].value_counts()
    meaning = {
        "high": (text("High"), text("the report, plans and pages of the authorities and the Alliance, official statistics")),
        "medium": (text("Medium"), text("press with a date")),
        "low": (text("Low"), text("pages without a date, reposts, values read off charts")),
    }
    frame = pd.DataFrame(
        {
            text("Reliability"): [words for words, _ in meaning.values()],
            text("Meaning"): [words for _, words in meaning.values()],
            text("Figures"): [language.number(counts.get(grade, 0)) for grade in meaning],
        }
    )
    data = pd.DataFrame({"reliability": list(meaning), "figures": [int(counts.get(grade, 0)) for grade in meaning]})
    return Table("reliability", text("Reliability of sources"), frame, data)


def readings_table(view: View, assumed: pd.DataFrame, stated: pd.DataFrame) -> Table:
    """Growth of the counts under both readings of the report's "now"."""
    text, language = view.language.text, view.language
    both = assumed[assumed["reason"].eq("")].merge(stated[["indicator", "years", "cagr", "end_date"]], on="indicator", suffixes=("", "_stated"))
    both = both[both["years"].ne(both["years_stated"])]
    rows = list(both.itertuples())
    frame = pd.DataFrame(
        {
            text("Indicator"): [view.indicator(row.indicator) for row in rows],
            text("Assumed date"): [language.date(row.end_date) for row in rows],
            text("Years"): [language.number(row.years, 2) for row in rows],
            text("% a year"): [language.number(row.cagr * 100, 2) for row in rows],
            text("Day of the report: years"): [language.number(row.years_stated, 2) for row in rows],
            text("Day of the report: % a year"): [language.number(row.cagr_stated * 100, 2) for row in rows],
        }
    )
    return Table("readings", text("Two readings of “now” in the report, {area}", area=view.area), frame, both)
