"""The drawing of figure 7: a row for each indicator, with its count and latest date at the right."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import matplotlib.dates as mdates
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from coopanalysis.display import theme
from coopanalysis.display.figures import marks, pairs
from coopanalysis.display.view import REPORT_EVIDENCE, View

FEWEST = 3  # indicators outside the report are drawn from so many figures on
_GAP = 2  # years without any figure that are worth a word

_MARKS = {  # filled ones with a white hairline, so that neighbours stay apart
    "high": {"marker": "s", "facecolor": theme.INK, "edgecolor": "white", "s": 46, "linewidth": 0.6},
    "medium": {"marker": "o", "facecolor": theme.BLUE, "edgecolor": "white", "s": 50, "linewidth": 0.6},
    "low": {"marker": "o", "facecolor": "white", "edgecolor": theme.BLUE, "s": 36, "linewidth": 1.4},
    "derived": {"marker": "s", "facecolor": "white", "edgecolor": theme.INK, "s": 36, "linewidth": 1.4},
}
_ASSUMED: dict[str, Any] = {
    "marker": "s",
    "fillstyle": "left",
    "markersize": 6.2,
    "markerfacecolor": theme.INK,
    "markerfacecoloralt": "white",
    "markeredgecolor": theme.INK,
    "markeredgewidth": 1.2,
    "linestyle": "none",
    "zorder": 6,
}
_LAYERS = ("ground", "bars", "low", "medium", "high", "derived")  # the better source over the weaker one
_HEAD, _FOOT = 0.3, 0.32  # inches


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
    def latest(self) -> dict[str, str]:
        """The date of each indicator's newest figure as its source has it: of a date that was moved the stated one, of none the word."""
        newest = self.stated.sort_values("date", kind="stable").drop_duplicates("indicator", keep="last")
        words = self.view.language
        return {
            code: words.text("undated") if pd.isna(day) else words.date(day, "short_month")
            for code, day in zip(newest["indicator"], newest["period_end"], strict=True)
        }

    @cached_property
    def gap(self) -> tuple[int, int] | None:
        """First and last whole year of the longest stretch without any figure, if longer than two years."""
        levels = self.levels
        starts = levels["period_start"].fillna(levels["date"])
        years = sorted({year for start, end in zip(starts, levels["date"], strict=True) for year in range(start.year, end.year + 1)})
        gaps = [(a + 1, b - 1) for a, b in itertools.pairwise(years) if b - a > _GAP]
        return max(gaps, key=lambda gap: gap[1] - gap[0], default=None)


class Drawing:
    """``known``: what is drawn. Vertical units are inches from the top; names beside the row on a page, above it on a phone."""

    def __init__(self, view: View, known: Coverage, width: theme.Width):
        self.view, self.levels, self.codes, self.counts, self.gap = view, known.levels, known.drawn, known.counts, known.gap
        self.wide, self.width, self.dates = width == "wide", width, {code: known.latest[code] for code in known.drawn}
        codes = self.codes
        room = theme.MAX_HEIGHT[width] - _HEAD - _FOOT - 0.03
        self.step = min(0.29 if self.wide else 0.36, room / len(codes))
        self.head = view.language.text("Figures") if self.wide else view.language.text("No.")
        self.count = 0.1 + max(0.2, theme.text_width(self.head, theme.NOTE))  # inches from the axes to the right end of the counts
        self.left, self.right = theme.MARGIN, self.count + theme.MARGIN
        if self.wide:
            self.left = 0.25 + max(theme.text_width(view.indicator(code), theme.NOTE) for code in codes)
            heads = [*self.dates.values(), view.language.text("Latest")]
            self.right += 0.12 + max(theme.text_width(words, theme.NOTE) for words in heads)
        self.inches = theme.WIDTHS[width] - self.left - self.right

    def figure(self) -> Figure:
        figure = theme.new_figure(self.width, _HEAD + len(self.codes) * self.step + _FOOT + 0.02)
        axes = pairs.row_axes(figure, self.left, _FOOT, self.right, 0.02)
        self.grounds(axes)
        tops = {code: _HEAD + position * self.step for position, code in enumerate(self.codes)}
        middles = {code: top + (self.step / 2 if self.wide else self.step - 0.1) for code, top in tops.items()}
        rules = axes.hlines(list(tops.values()), 0, 1, transform=axes.get_yaxis_transform(), color=theme.GRID, linewidth=0.7, zorder=0.5)
        rules.set_label("_furniture")
        for code in self.codes:
            self.words(axes, code, tops[code], middles[code])
        self.heads(axes)
        self.marks(axes, middles)
        return figure

    # -- words -------------------------------------------------------------------------------------------------
    def words(self, axes: Axes, code: str, top: float, middle: float) -> None:
        plain: dict[str, Any] = {"size": theme.NOTE, "edge": True, "ground": False}
        if self.wide:
            pairs.label(axes, self.view.indicator(code), 0, middle, shift=(-7, 0), ha="right", **plain)
            pairs.label(axes, self.dates[code], self.beside(self.count + 0.12), middle, colour=theme.MUTED, **plain)
        else:
            pairs.label(axes, self.view.indicator(code), 0, top + 0.085, **{**plain, "size": theme.SOURCE})
        pairs.label(axes, self.view.language.number(self.counts[code]), self.beside(self.count), middle, bold=True, ha="right", **plain)

    def heads(self, axes: Axes) -> None:
        text = self.view.language.text
        style: dict[str, Any] = {"size": theme.NOTE, "colour": theme.MUTED, "edge": True, "ground": False}
        pairs.label(axes, self.head, self.beside(self.count), 0.15, ha="right", **style)
        if self.wide:
            pairs.label(axes, text("Latest"), self.beside(self.count + 0.12), 0.15, **style)

    def beside(self, inches: float) -> float:
        """A place right of the axes, as a fraction of their width."""
        return 1 + inches / self.inches

    # -- grounds -----------------------------------------------------------------------------------------------
    def grounds(self, axes: Axes) -> None:
        """Years, the stretch without any figure, and the field after the area's end."""
        levels, ends = self.levels, self.view.area_ends
        start, end = levels["date"].min() - pd.DateOffset(years=1), max(levels["date"].max(), ends or levels["date"].max()) + pd.DateOffset(months=6)
        axes.set_xlim(mdates.date2num(start), mdates.date2num(end))
        years = range(start.year + 1, end.year + 1, 5)
        axes.set_xticks([mdates.date2num(pd.Timestamp(f"{year}-12-31")) for year in years], [str(year) for year in years])
        if ends is not None:
            axes.axvspan(mdates.date2num(ends), mdates.date2num(end), color=theme.ENDED, zorder=0, label="_furniture")
        if self.gap:
            first, last = (mdates.date2num(pd.Timestamp(day)) for day in (f"{self.gap[0]}-01-01", f"{self.gap[1]}-12-31"))
            axes.axvspan(first, last, color="#F4F4F2", zorder=0, label="_furniture")
            words = self.view.language.text("{a}–{b}: no figure found", a=self.gap[0], b=self.gap[1])
            pairs.label(axes, words, first, 0.15, shift=(2, 0), size=theme.NOTE, colour=theme.MUTED, ground=False)

    # -- marks -------------------------------------------------------------------------------------------------
    def marks(self, axes: Axes, middles: dict[str, float]) -> None:
        """All marks of one kind at once: they are many."""
        levels = self.levels[self.levels["indicator"].isin(middles)]
        periods = marks.are_periods(levels)
        first = levels["period_start"].where(periods, levels["date"])
        x, y = mdates.date2num(first + (levels["date"] - first) / 2), levels["indicator"].map(middles)
        kind = levels["reliability"].mask(levels["derived"], "derived").mask(marks.is_moved(levels), "assumed").mask(levels["repeated"], "repeated")
        placed = levels.assign(x=x, y=y, kind=kind, start=mdates.date2num(first), end=mdates.date2num(levels["date"]))
        bars = placed[periods & ~levels["repeated"]]
        if len(bars):
            axes.hlines(bars["y"], bars["start"], bars["end"], color=theme.BLUE, linewidth=2.6, zorder=1.5).set_label("_furniture")
        for name, rows in placed.groupby("kind"):
            if name == "repeated":
                marks.repeated(axes, rows["x"], rows["y"], 12)
            elif name == "assumed":
                axes.plot(rows["x"], rows["y"], label="assumed date", **_ASSUMED)
            else:
                axes.scatter(rows["x"], rows["y"], zorder=_LAYERS.index(str(name)), label=str(name), **_MARKS[str(name)])
