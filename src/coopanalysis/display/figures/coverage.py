"""Figure 7: what do we know, from when, how sure? Indicator by time, marked by the reliability of the source."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from coopanalysis.display import theme
from coopanalysis.display.figures import marks, pairs
from coopanalysis.display.figures.chart import Chart, fitting, shortened
from coopanalysis.display.figures.coverage_drawing import Drawing
from coopanalysis.display.tables.quality import unclear_dates
from coopanalysis.display.view import REPORT_EVIDENCE, View

FEWEST = 3  # indicators outside the report are drawn from so many figures on
_GAP = 2  # years without any figure that are worth a word


def coverage_chart(view: View) -> Chart:
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
        _table(view, known),
    )


@dataclass(frozen=True)
class Coverage:
    """What is counted: stated figures, without those that are an older one printed again."""

    view: View

    @cached_property
    def levels(self) -> pd.DataFrame:
        levels = self.view.levels()
        return levels[levels["date"].notna()]

    @cached_property
    def stated(self) -> pd.DataFrame:
        return self.levels[~self.levels["derived"] & ~self.levels["repeated"]]

    @cached_property
    def counts(self) -> pd.Series:
        """Figures by indicator, in the order of the code list."""
        counts = self.stated.groupby("indicator").size()
        order = self.view.dataset.indicators.sort_values("sort_key").index
        return counts.reindex([code for code in order if code in counts.index])

    @cached_property
    def report(self) -> list[str]:
        own = self.stated.loc[self.stated["evidence"].eq(REPORT_EVIDENCE), "indicator"].unique()
        return [code for code in self.counts.index if code in own]

    @cached_property
    def drawn(self) -> list[str]:
        return [code for code in self.counts.index if self.counts[code] >= FEWEST or code in self.report]

    @cached_property
    def silent(self) -> list[str]:
        """Indicators of the report without any later figure."""
        own = self.stated[self.stated["evidence"].eq(REPORT_EVIDENCE)].groupby("indicator")["date"].max()
        others = self.stated[self.stated["evidence"].ne(REPORT_EVIDENCE)].groupby("indicator")["date"].max()
        return [code for code in self.report if code not in others.index or others[code] <= own[code]]

    @cached_property
    def latest(self) -> dict[str, str]:
        """The date of each indicator's newest figure as its source has it: of a date that was moved the stated one, of none the word."""
        newest = self.stated.sort_values("date", kind="stable").drop_duplicates("indicator", keep="last")
        words = self.view.language
        return {
            code: words.text("undated") if pd.isna(day) else words.date(day, "short_month")
            for code, day in zip(newest["indicator"], newest["period_end"], strict=True)
        }

    @cached_property
    def repeated(self) -> int:
        return int(self.levels["repeated"].sum())

    @cached_property
    def gap(self) -> tuple[int, int] | None:
        """First and last whole year of the longest stretch without any figure, if longer than two years."""
        levels = self.levels
        starts = levels["period_start"].fillna(levels["date"])
        years = sorted({year for start, end in zip(starts, levels["date"], strict=True) for year in range(start.year, end.year + 1)})
        gaps = [(a + 1, b - 1) for a, b in itertools.pairwise(years) if b - a > _GAP]
        return max(gaps, key=lambda gap: gap[1] - gap[0], default=None)


# -- words ----------------------------------------------------------------------------------------------------
def _title(view: View, known: Coverage) -> str:
    """How many figures have no clear date, and for how many of the report's indicators nothing newer is known."""
    text, language = view.language.text, view.language
    undated = int(unclear_dates(view, known.stated).sum())
    if not undated:
        return ""
    values = {"n": language.number(undated), "all": language.number(len(known.stated))}
    if view.evidence == REPORT_EVIDENCE or not known.silent:
        return text("{n} of {all} figures carry no clear date", **values)
    values |= {"k": language.number(len(known.silent)), "m": language.number(len(known.report))}
    monetary = view.dataset.indicators["monetary"]
    money, quiet = [code for code in known.report if monetary[code]], [code for code in known.silent if monetary[code]]
    if money and money == quiet:
        title = text(
            "{n} of {all} figures carry no clear date; {k} of the report's {m} indicators, all {money} money ones among them, have no newer figure",
            **values,
            money=language.number(len(money)),
        )
        if len(theme.wrap(title, theme.WIDTHS["wide"] - 0.3, theme.TITLE, "bold")) <= 2:
            return title
    return text("{n} of {all} figures carry no clear date; {k} of the report's {m} indicators have no newer figure", **values)


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
    if known.silent and view.evidence != REPORT_EVIDENCE:
        names = language.join([view.inline(code) for code in known.silent])
        parts.append(text("Nothing newer than the report on {names}.", names=names))
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
    grades, qualifiers = set(drawn.loc[~drawn["repeated"], "reliability"]), set(drawn["qualifier"])
    words = {"high": text("■ high"), "medium": text("● medium"), "low": text("○ low")}
    entries = [
        (True, text("Reliability of the source: {marks}", marks=", ".join(words[grade] for grade in words if grade in grades))),
        (drawn["derived"].any(), text("□ derived")),
        (marks.is_moved(drawn).any(), text("half filled: date assumed")),
        (marks.are_periods(drawn).any(), text("bar: only the period is known")),
        (drawn["repeated"].any(), text("= printed again, not counted")),
        ("more_than" in qualifiers, text("≥ “more than”")),
        ("less_than" in qualifiers, text("< “less than”")),
        ("nearly" in qualifiers, text("≤ “nearly”")),
        ("about" in qualifiers, text("≈ “about”")),
    ]
    return "; ".join(entry for shown, entry in entries if shown) + "."


def _caution(view: View, known: Coverage) -> str:
    """What is counted and drawn, and where the report's figures stand that name no day."""
    text, language = view.language.text, view.language
    left = len(known.counts) - len(known.drawn)
    moved = known.levels[marks.is_moved(known.levels)]
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
        language.plural("{n} figure printed again is not counted.", "{n} figures printed again are not counted.", known.repeated)
        if known.repeated
        else "",
        text("Year marks stand for 31 December."),
    )


# -- data -----------------------------------------------------------------------------------------------------
def _data(view: View, levels: pd.DataFrame) -> pd.DataFrame:
    columns = ["indicator", "time_period", "date", "date_assumed", "obs_value", "qualifier", "derived", "repeated", "source", "reliability", "row"]
    data = levels[columns]
    return data.assign(unit=view.dataset.indicators.loc[data["indicator"], "unit"].to_numpy()).rename(columns={"row": "rows"})


def _table(view: View, known: Coverage) -> pd.DataFrame:
    text, language = view.language.text, view.language
    again = known.levels[known.levels["repeated"]].groupby("indicator").size()
    codes = list(known.counts.index)
    yes, no = text("yes"), text("no")
    return pd.DataFrame(
        {
            text("Indicator"): [view.indicator(code) for code in codes],
            text("Figures"): [language.number(known.counts[code]) for code in codes],
            text("Printed again"): [language.number(again.get(code, 0)) for code in codes],
            text("Latest, as the source has it"): [known.latest[code] for code in codes],
            text("Drawn"): [yes if code in known.drawn else no for code in codes],
        }
    )
