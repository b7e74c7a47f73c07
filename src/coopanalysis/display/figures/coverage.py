"""Figure 7: what do we know, from when, how sure? Indicator by time, marked by the reliability of the source."""

from __future__ import annotations

import pandas as pd

from coopanalysis.display.figures import marks, pairs
from coopanalysis.display.figures.chart import Chart, fitting, shortened
from coopanalysis.display.figures.coverage_drawing import FEWEST, Coverage, Drawing
from coopanalysis.display.tables.quality import coverage_table, unclear_dates
from coopanalysis.display.view import View


def coverage_chart(view: View, coverage: pd.DataFrame) -> Chart:
    """A :class:`Chart` of every figure of the area; indicators outside the report with fewer figures than ``FEWEST`` are counted, not drawn."""
    text = view.language.text
    known = Coverage(view)
    subtitle = text("Published figures, {area}, by indicator, date and reliability of source", area=view.area)
    if not known.drawn:
        return pairs.nothing_to_draw(view, "coverage", subtitle, text("No dated figure is known for {area}.", area=view.area))
    return Chart(
        "coverage",
        lambda width: Drawing(view, known, width).figure(),
        _title(view, known) or subtitle,
        subtitle,
        _alt(view, known),
        (_key(view, known), _caution(view, known)),
        view.source_note(known.levels["source"]),
        _data(view, known.levels),
        coverage_table(view, coverage).frame,
    )


# -- words ----------------------------------------------------------------------------------------------------
def _title(view: View, known: Coverage) -> str:
    """How many figures have no clear date."""
    text, language = view.language.text, view.language
    undated = int(unclear_dates(view, known.stated).sum())
    if not undated:
        return ""
    return text("{n} of {all} figures carry no clear date", n=language.number(undated), all=language.number(len(known.stated)))


def _alt(view: View, known: Coverage) -> str:
    return fitting(view, lambda own: shortened(_said(own, known)))


def _said(view: View, known: Coverage) -> list[str]:
    text, language, counts = view.language.text, view.language, known.counts[known.drawn]
    parts = [
        text(
            "{all} figures of {k} indicators, {drawn} of them drawn.",
            all=language.number(len(known.stated)),
            k=language.number(len(known.counts)),
            drawn=language.number(len(known.drawn)),
        )
        if len(known.drawn) < len(known.counts)
        else text("{all} figures of {k} indicators.", all=language.number(len(known.stated)), k=language.number(len(known.counts)))
    ]
    if known.gap:
        parts.append(text("No figure from {a} to {b}.", a=known.gap[0], b=known.gap[1]))
    if counts.max() > counts.min():
        least = [code for code in known.drawn if counts[code] == counts.min()]
        values = {"most": view.inline(counts.idxmax()), "n": language.number(counts.max()), "m": language.number(counts.min())}
        parts.append(
            text("Most: {most} ({n}); fewest: {fewest} ({m}).", **values, fewest=view.inline(least[0]))
            if len(least) == 1
            else text("Most: {most} ({n}); {k} have {m} only.", **values, k=language.number(len(least)))
        )
    return parts


def _key(view: View, known: Coverage) -> str:
    """The marks that are really drawn."""
    text = view.language.text
    drawn = known.levels[known.levels["indicator"].isin(known.drawn)]
    grades = set(drawn.loc[~drawn["repeated"], "reliability"])
    words = {"high": text("■ high"), "medium": text("● medium"), "low": text("○ low")}
    entries = [
        (True, text("Reliability of the source: {marks}", marks=", ".join(words[grade] for grade in words if grade in grades))),
        (drawn["derived"].any(), text("□ derived")),
        (marks.is_moved(drawn).any(), text("half filled: date assumed")),
        (marks.are_periods(drawn).any(), text("bar: only the period is known")),
        (drawn["repeated"].any(), text("= printed again, not counted")),
    ]
    return "; ".join(entry for shown, entry in entries if shown) + "."


def _caution(view: View, known: Coverage) -> str:
    """What is counted and drawn, and where the report's figures stand that name no day."""
    text, language = view.language.text, view.language
    left = len(known.counts) - len(known.drawn)
    moved, again = known.levels[marks.is_moved(known.levels)], int(known.levels["repeated"].sum())
    return pairs.sentences(
        text(
            "Drawn: {drawn} of {k} indicators, those of the report and those with {least} figures or more; the table has all.",
            drawn=language.number(len(known.drawn)),
            k=language.number(len(known.counts)),
            least=language.number(FEWEST),
        )
        if left
        else "",
        text("Figures of the report that name no day, or say “now”, stand at {date}.", date=language.date(moved["date"].max())) if len(moved) else "",
        language.plural("{n} figure printed again is not counted.", "{n} figures printed again are not counted.", again) if again else "",
        text("Year marks stand for 31 December."),
    )


# -- data -----------------------------------------------------------------------------------------------------
def _data(view: View, levels: pd.DataFrame) -> pd.DataFrame:
    columns = ["indicator", "time_period", "date", "date_assumed", "obs_value", "qualifier", "derived", "repeated", "source", "reliability", "row"]
    data = levels[columns]
    return data.assign(unit=view.dataset.indicators.loc[data["indicator"], "unit"].to_numpy()).rename(columns={"row": "rows"})
