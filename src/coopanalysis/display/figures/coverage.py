"""Figure 7: what do we know, from when, how sure? Indicator by time, marked by the reliability of the source."""

from __future__ import annotations

import itertools

import matplotlib.dates as mdates
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from coopanalysis.display import theme
from coopanalysis.display.figures import pairs
from coopanalysis.display.figures.chart import Chart
from coopanalysis.display.figures.labels import Labels
from coopanalysis.display.tables.quality import unclear_dates
from coopanalysis.display.theme import Width
from coopanalysis.display.view import View

_MARKS = {
    "high": {"marker": "s", "facecolor": theme.INK, "edgecolor": theme.INK, "s": 40},
    "medium": {"marker": "o", "facecolor": theme.BLUE, "edgecolor": theme.BLUE, "s": 38},
    "low": {"marker": "o", "facecolor": "white", "edgecolor": theme.BLUE, "s": 38},
}
_SIGNS = {"about": "≈", "more_than": "≥", "less_than": "<", "nearly": "≤"}
_MONEY = ("revenue_total", "profit_total")  # what the question about members' income hangs on


def coverage_chart(view: View) -> Chart:
    """A :class:`Chart` of every figure of the area; indicators with one later figure only are left out of the drawing, not of the data."""
    text, language = view.language.text, view.language
    levels = view.levels()
    levels = levels[levels["date"].notna()]
    stated = levels[~levels["derived"]]
    counts = stated.groupby("indicator").size()
    report = set(stated.loc[stated["evidence"].eq("report"), "indicator"])
    codes = [code for code in view.dataset.indicators.sort_values("sort_key").index if code in counts.index and (counts[code] > 1 or code in report)]
    if not codes:
        subtitle = text("Published figures, {area}, by indicator, date and reliability of source", area=view.area)
        return pairs.nothing_to_draw(view, "coverage", subtitle, text("No dated figure is known for {area}.", area=view.area))
    undated = int(unclear_dates(view, stated).sum())
    silent = [code for code in _MONEY if code in counts.index]
    last = max((stated.loc[stated["indicator"].eq(code), "date"].max() for code in silent), default=pd.NaT)
    subtitle = text("Published figures, {area}, by indicator, date and reliability of source", area=view.area)
    title = (
        text(
            "{n} of {all} figures carry no clear date; nothing on {list} after {year}",
            n=undated,
            all=len(stated),
            list=language.join([view.inline(code) for code in silent]),
            year=last.year,
        )
        if silent and undated
        else subtitle
    )
    gap = _gap(levels)
    most, fewest = counts[codes].idxmax(), counts[codes].idxmin()
    alt = text("{all} figures, {k} indicators.", all=len(stated), k=len(counts))
    if counts[most] > counts[fewest]:
        alt += " " + text(
            "Most: {most} ({n}); fewest: {fewest} ({m}).",
            most=view.inline(most),
            n=int(counts[most]),
            fewest=view.inline(fewest),
            m=int(counts[fewest]),
        )
    if gap:
        alt += " " + text("No figure from {a} to {b}.", a=gap[0], b=gap[1])
    key = text("■ high, ● medium, ○ low reliability; □ derived; bar: only the period is known; ≥ “more than”, ≤ “nearly”, ≈ “about”.")
    data = levels[["indicator", "time_period", "date", "obs_value", "qualifier", "derived", "repeated", "source", "reliability", "row"]]
    data = data.assign(unit=view.dataset.indicators.loc[data["indicator"], "unit"].to_numpy()).rename(columns={"row": "rows"})
    table = pd.DataFrame(
        {
            text("Indicator"): [view.indicator(code) for code in codes],
            text("Figures"): [language.number(counts[code]) for code in codes],
            text("Latest"): [language.date(stated.loc[stated["indicator"].eq(code), "date"].max(), "month") for code in codes],
        }
    )

    return Chart(
        "coverage",
        lambda width: _Drawing(view, levels, codes, counts, gap, width).figure(),
        title,
        subtitle,
        alt,
        (key, text("Year marks stand for 31 December.")),
        view.source_note(levels["source"]),
        data,
        table,
    )


def _gap(levels: pd.DataFrame) -> tuple[int, int] | None:
    """First and last whole year of the longest stretch without any figure, if longer than two years."""
    years = sorted(
        {
            int(year)
            for start, end in zip(levels["period_start"].fillna(levels["date"]), levels["date"], strict=True)
            for year in range(start.year, end.year + 1)
        }
    )
    gaps = [(a + 1, b - 1) for a, b in itertools.pairwise(years) if b - a > 2]
    return max(gaps, key=lambda gap: gap[1] - gap[0], default=None)


class _Drawing:
    """A row for each indicator, with its count and latest date at the right; vertical units are inches."""

    HEAD = 0.3

    def __init__(self, view: View, levels: pd.DataFrame, codes: list[str], counts: pd.Series, gap: tuple[int, int] | None, width: Width):
        self.view, self.levels, self.codes, self.counts, self.gap = view, levels, codes, counts, gap
        self.wide, self.width = width == "wide", width
        room = theme.MAX_HEIGHT[width] - self.HEAD - 0.35
        self.step = min(0.27 if self.wide else 0.34, room / len(codes))
        self.left, self.right = 0.12, 0.5
        if self.wide:  # names at the left, count and latest date at the right, as wide as they are
            self.left = 0.2 + max(theme.text_width(view.indicator(code), theme.NOTE) for code in codes)
            self.right = 0.55 + max(theme.text_width(self.latest(code), theme.NOTE) for code in codes)

    def figure(self) -> Figure:
        figure = theme.new_figure(self.width, self.HEAD + len(self.codes) * self.step + 0.35)
        axes = pairs.row_axes(figure, self.left, 0.32, self.right, 0.02)
        self.grounds(axes)
        labels = Labels(axes)
        text, language = self.view.language.text, self.view.language
        inches = theme.WIDTHS[self.width] - self.left - self.right
        for position, code in enumerate(self.codes):
            top = self.HEAD + position * self.step
            rows = self.levels[self.levels["indicator"].eq(code)]
            axes.plot([0, 1], [top, top], transform=axes.get_yaxis_transform(), color=theme.GRID, linewidth=0.7, zorder=0.5, label="_furniture")
            middle = top + (self.step / 2 if self.wide else self.step - 0.085)
            if self.wide:
                pairs.label(axes, self.view.indicator(code), 0, middle, shift=(-6, 0), size=theme.NOTE, ha="right", edge=True, ground=False)
                pairs.label(axes, self.latest(code), 1 + 0.42 / inches, middle, size=theme.NOTE, colour=theme.MUTED, edge=True, ground=False)
            else:
                pairs.label(axes, self.view.indicator(code), 0, top + 0.075, size=theme.SOURCE, edge=True)
            pairs.label(
                axes,
                language.number(self.counts[code]),
                1 + (0.1 if self.wide else 0.14) / inches,
                middle,
                size=theme.NOTE,
                bold=True,
                edge=True,
                ground=False,
            )
            self.marks(axes, rows, middle, labels)
        head = text("Figures, latest") if self.wide else text("No.")
        pairs.label(axes, head, 1 + (self.right - 0.12) / inches, 0.14, size=theme.NOTE, colour=theme.MUTED, ha="right", edge=True)
        return figure

    def latest(self, code: str) -> str:
        stated = self.levels[self.levels["indicator"].eq(code) & ~self.levels["derived"]]
        return self.view.language.date(stated["date"].max(), "short_month")

    def grounds(self, axes: Axes) -> None:
        """Years, the stretch without any figure, and the field after the area's end."""
        levels, ends = self.levels, self.view.area_ends
        start, end = levels["date"].min() - pd.DateOffset(years=1), max(levels["date"].max(), ends or levels["date"].max()) + pd.DateOffset(months=6)
        axes.set_xlim(mdates.date2num(start), mdates.date2num(end))
        years = range(start.year + 1, end.year + 1, 5 if self.wide else 10)
        axes.set_xticks([mdates.date2num(pd.Timestamp(f"{year}-12-31")) for year in years], [str(year) for year in years])
        if ends is not None:
            axes.axvspan(mdates.date2num(ends), mdates.date2num(end), color=theme.ENDED, zorder=0, label="_furniture")
        if self.gap:
            first, last = (mdates.date2num(pd.Timestamp(day)) for day in (f"{self.gap[0]}-01-01", f"{self.gap[1]}-12-31"))
            axes.axvspan(first, last, color="#F4F4F2", zorder=0, label="_furniture")
            words = self.view.language.text("{a}–{b}: no figure found", a=self.gap[0], b=self.gap[1])
            pairs.label(axes, words, first, 0.14, size=theme.NOTE, colour=theme.MUTED, ground=False)

    def marks(self, axes: Axes, rows: pd.DataFrame, y: float, labels: Labels) -> None:
        for row in rows.sort_values("reliability", key=lambda grade: grade.map({"low": 0, "medium": 1, "high": 2})).itertuples():
            first = row.period_start if pd.notna(row.period_start) and row.evidence != "report" else row.date
            if (row.date - first).days > 40:
                axes.plot(mdates.date2num([first, row.date]), [y, y], color=theme.BLUE, linewidth=2.4, zorder=2, label="_furniture")
            x = mdates.date2num(first + (row.date - first) / 2)
            mark = {**_MARKS["high"], "facecolor": "white"} if row.derived else _MARKS[row.reliability]
            axes.scatter(
                [x], [y], linewidth=1.4, zorder=3 if row.reliability == "low" else 4, label="derived" if row.derived else row.reliability, **mark
            )
            if row.qualifier in _SIGNS and self.wide:  # the sign is left out where another stands: the table has them all
                labels.place(x, y, _SIGNS[row.qualifier], offsets=((0, 3, "center", "bottom"),), fontsize=theme.SOURCE, color=theme.MUTED, zorder=5)
