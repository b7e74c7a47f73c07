"""The drawing of figure 3: marks first, then every word where it covers none of them; and the figures that it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import Any

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from coopanalysis.display import theme
from coopanalysis.display.figures import marks
from coopanalysis.display.figures.labels import BESIDE, Labels
from coopanalysis.display.view import REPORT_EVIDENCE, View

# Law on Cooperatives 23/2012/QH13, article 62: cooperatives had 36 months from 1 July 2013 to convert.
CONVERSION_DEADLINE = pd.Timestamp("2016-07-01")
_TOP = 1.12  # the value axis over the highest mark
SAME = 200  # days within which one number serves two marks
_YEAR, _YEARS = 0.44, 7  # inches that the number of a year needs, and about how many there are


@dataclass(frozen=True)
class Evidence:
    """All dated figures of a count and of its active part, and the targets for it."""

    indicator: str
    active: str
    levels: pd.DataFrame
    targets: pd.DataFrame

    @cached_property
    def stated(self) -> pd.DataFrame:
        """Figures of the count itself that are neither derived nor printed again."""
        rows = self.levels
        return rows[rows["indicator"].eq(self.indicator) & ~rows["derived"] & ~rows["repeated"]]

    @cached_property
    def parts(self) -> pd.DataFrame:
        rows = self.levels
        return rows[rows["indicator"].ne(self.indicator) & ~rows["derived"] & ~rows["repeated"]]

    @cached_property
    def derived(self) -> pd.DataFrame:
        return self.levels[self.levels["derived"] & self.levels["indicator"].eq(self.indicator)]

    @cached_property
    def report(self) -> pd.Series | None:
        own = self.stated[self.stated["evidence"].eq(REPORT_EVIDENCE)]
        return own.iloc[-1] if len(own) else None


class Drawing:
    def __init__(self, view: View, evidence: Evidence, width: theme.Width):
        self.view, self.evidence, self.width, self.wide = view, evidence, width, width == "wide"
        self.text = view.language.text
        levels, targets = evidence.levels, evidence.targets
        others = levels.loc[levels["evidence"].ne(REPORT_EVIDENCE), "middle"]
        first = levels["middle"].min()
        # a phone has no room for the empty years before the first other figure, or the report's own
        later = others.min() - pd.DateOffset(years=2) if len(others) else levels["middle"].max() - pd.DateOffset(years=7)
        self.start = first if self.wide else max(first, later)
        self.end = max([levels["date"].max(), *targets["date"]])
        self.high = max([levels["obs_value"].max(), *targets["target_value"]])
        self.shown = levels[levels["middle"] >= self.start]
        self.others = self.shown[self.shown["evidence"].ne(REPORT_EVIDENCE) & ~self.shown["derived"]]

    def figure(self) -> Figure:
        figure = theme.new_figure(self.width, 4.3 if self.wide else 4.9)
        axes = theme.place(figure, theme.MARGIN if self.wide else self.margin(), 0.32, theme.MARGIN, 0.12)
        span = max(self.end - self.start, pd.Timedelta(days=730))  # a single figure still needs an axis
        axes.set_xlim(self.start - span * 0.04, self.end + span * (0.04 if self.wide else 0.06))
        axes.set_ylim(0, self.high * _TOP)
        self.years(axes)
        self.labels = Labels(axes)
        self.connector(axes)
        for row in self.others.itertuples():
            self.mark(axes, row)
        self.own_marks(axes)
        self.target_marks(axes)
        self.ended(axes)
        self.values(axes)
        self.deadline(axes)
        self.target_words()
        self.number_labels()
        return figure

    # -- grounds -----------------------------------------------------------------------------------------------
    def years(self, axes: Axes) -> None:
        """Years that leave room for each other: those of the targets, the last and (on a page) the first one, then regular ones."""
        left, right = axes.get_xlim()
        inches = axes.get_position().width * theme.WIDTHS[self.width] * 365.25 / (right - left)  # a year
        step = next(step for step in (1, 2, 5, 10, 20) if step >= max(_YEAR / inches, (self.end.year - self.start.year) / _YEARS))
        room = max(ceil(_YEAR / inches), ceil(step / 2))
        kept: list[int] = []
        for year in (*self.evidence.targets["date"].dt.year, self.end.year, *([self.start.year] if self.wide else [])):
            if all(abs(year - other) >= room for other in kept):
                kept.append(year)
        for year in range(2003 - 2 * step, self.end.year, step):  # in step with the report's first date
            if pd.Timestamp(f"{year}-12-31") >= self.start and all(abs(year - other) >= room for other in kept):
                kept.append(year)
        axes.set_xticks([mdates.date2num(pd.Timestamp(f"{year}-12-31")) for year in sorted(kept)], [str(year) for year in sorted(kept)])
        axes.tick_params(axis="x", length=3)

    def margin(self) -> float:
        """Inches for the numbers of the value axis, which on a phone stand outside it."""
        return theme.text_width(self.view.language.number(self.high * _TOP), theme.NOTE) + 0.14

    def values(self, axes: Axes) -> None:
        """Grid lines with their numbers: on a page over them at the left, on a phone before them; the unit over the highest."""
        theme.value_grid(axes, "y")
        axes.tick_params(axis="x", length=3)
        ticks = [tick for tick in axes.get_yticks() if 0 < tick <= self.high * 1.08]
        numbers = [self.view.language.number(tick) for tick in ticks]
        axes.set_yticks(ticks, [""] * len(ticks) if self.wide else numbers)
        for written in [] if self.wide else axes.get_yticklabels():
            self.labels.reserve(written.get_window_extent(self.labels.renderer))
        unit = self.view.language.label(self.view.dataset.units, str(self.view.dataset.indicators.at[self.evidence.indicator, "unit"]))
        style: dict[str, Any] = {
            "required": True,
            "offsets": ((2, 1, "left", "bottom"), (2, -2, "left", "top")),
            "fontsize": theme.NOTE,
            "color": theme.MUTED,
        }
        words = [*numbers[:-1], f"{numbers[-1]} {unit}"] if self.wide else [*[""] * (len(ticks) - 1), unit]
        for tick, word in zip(ticks, words, strict=True):
            if word:
                self.labels.place(axes.get_xlim()[0], tick, word, **style)

    def ended(self, axes: Axes) -> None:
        """The field after the end of the area."""
        ends = self.view.area_ends
        if ends is None or ends >= self.end:
            return
        day = mdates.date2num(ends)
        axes.axvspan(day, axes.get_xlim()[1], color=theme.ENDED, zorder=0, label="_furniture")
        axes.axvline(day, color=theme.MUTED, linewidth=1.2, zorder=1, label="_furniture")
        self.labels.line(day, 0, day, self.high * _TOP)
        successor = self.view.language.label(self.view.dataset.areas, self.view.dataset.areas.at[self.view.ref_area, "successor"], "short")
        words = self.text("Since {date} part of {successor}: no figures of its own", date=self.view.language.date(ends), successor=successor)
        lines = theme.balance(words, 1.4 if self.wide else 0.82, theme.NOTE if self.wide else theme.SOURCE)
        size = theme.NOTE if self.wide else theme.SOURCE
        style: dict[str, Any] = {"fontsize": size, "color": theme.MUTED, "linespacing": 1.15, "ground": False}
        self.labels.place(day, 0, "\n".join(lines), required=True, offsets=((4, 4, "left", "bottom"),), **style)

    def deadline(self, axes: Axes) -> None:
        """The legal deadline, dashed to half height."""
        day = mdates.date2num(CONVERSION_DEADLINE)
        if not self.evidence.indicator.startswith("htx") or not self.start < CONVERSION_DEADLINE < self.end:
            return
        axes.plot([day, day], [0, self.high * 0.5], color=theme.MUTED, linewidth=1, linestyle=theme.DASHED, zorder=1, label="_furniture")
        self.labels.line(day, 0, day, self.high * 0.5)
        words = self.text("{date}: conversion deadline of the 2012 law", date=self.view.language.date(CONVERSION_DEADLINE, "month"))
        lines = theme.balance(words, 1.6 if self.wide else 1.0, theme.NOTE)
        style: dict[str, Any] = {"fontsize": theme.NOTE, "color": theme.MUTED, "linespacing": 1.15}
        over, below = ((0, 2, "center", "bottom"), (14, 2, "right", "bottom")), ((4, 4, "left", "bottom"), (-4, 4, "right", "bottom"))
        if not self.labels.place(day, self.high * 0.5, "\n".join(lines), offsets=over, **style):
            self.labels.place(day, 0, "\n".join(lines), required=True, offsets=below, **style)

    # -- marks -------------------------------------------------------------------------------------------------
    def connector(self, axes: Axes) -> None:
        """The report's two dates, joined by dashes that are no path."""
        own, derived = self.evidence.report, self.evidence.derived
        if own is None or derived.empty:
            return
        then = derived.iloc[0]
        ends = mdates.date2num([then["date"], own["date"]]), (then["obs_value"], own["obs_value"])
        axes.plot(*ends, color=theme.INK, linewidth=1.3, linestyle=theme.DASHED, zorder=2.5, label="_furniture")
        edge = axes.get_xlim()[0]
        left = max(ends[0][0], edge)
        level = ends[1][0] + (ends[1][1] - ends[1][0]) * (left - ends[0][0]) / (ends[0][1] - ends[0][0])
        self.labels.line(left, level, ends[0][1], ends[1][1], width=4)

    def mark(self, axes: Axes, row: Any) -> None:
        """One figure of another source: its period as a bar, its mark, its qualifier."""
        x, y = mdates.date2num(row.middle), row.obs_value
        if row.repeated:
            marks.repeated(axes, x, y)
            self.labels.mark(x, y, 3)
            return
        repost = marks.is_repost(row)
        part = row.indicator == self.evidence.active
        self.labels.mark(x, y)
        if row.stretch:
            marks.period(axes, row, y)
            self.labels.line(mdates.date2num(row.period_start), y, mdates.date2num(row.date), y)
        marks.qualifier(axes, row, x, y, theme.BLUE)
        if row.qualifier in ("more_than", "less_than"):
            self.labels.upward(x, y, marks.ARROW if row.qualifier == "more_than" else -marks.ARROW)
        elif row.qualifier != "exact":
            self.labels.line(x, row.lower, x, row.upper)
        shape, area, label = ("X", 58, "repost") if repost else ("o", 42, "active" if part else "total")
        marks.mark(axes, x, y, shape, area, label, fill="white" if part or repost else theme.BLUE, edge=theme.BLUE, zorder=3)

    def own_marks(self, axes: Axes) -> None:
        """The report's figures, drawn last and largest."""
        own = self.evidence.report
        for row in self.evidence.derived.head(1).itertuples():
            if row.date >= self.start:
                x = mdates.date2num(row.date)
                marks.mark(axes, x, row.obs_value, "s", 52, "derived", fill="white", edge=theme.INK, zorder=4)
                self.labels.mark(x, row.obs_value, 5)
        if own is not None:
            x = mdates.date2num(own["date"])
            marks.mark(axes, x, own["obs_value"], "s", 74, "report", fill=theme.INK, edge=theme.INK, zorder=5)
            self.labels.mark(x, own["obs_value"], 6)

    def target_marks(self, axes: Axes) -> None:
        for row in self.evidence.targets.itertuples():
            x = mdates.date2num(row.date)
            marks.mark(axes, x, row.target_value, "D", 62, "target", fill=theme.TARGET_FILL, edge=theme.VERMILION, zorder=3)
            self.labels.mark(x, row.target_value, 6.5)

    # -- words -------------------------------------------------------------------------------------------------
    def target_words(self) -> None:
        for row in self.evidence.targets.itertuples():
            values = {"year": row.date.year, "value": self.view.value(self.evidence.indicator, row.target_value, row.qualifier)}
            words = self.text("Target {year}:\n{value}", **values) if self.wide else self.text("{year}:\n{value}", **values)
            right, below = ((10, 0, "left", "center"), (-10, 0, "right", "center")), ((-3, -9, "left", "top"), (7, -9, "right", "top"))
            self.labels.place(
                mdates.date2num(row.date),
                row.target_value,
                words,
                required=True,
                offsets=(*right, *below) if self.wide else (*below, *right),
                ground=False,
                fontsize=theme.NOTE,
                color=theme.VERMILION_TEXT,
                linespacing=1.15,
            )

    def number_labels(self) -> None:
        """The report's own, then the ends and extremes of each series, then others that have room; the table has all."""
        evidence, own = self.evidence, self.evidence.report
        self.written: dict[str, float] = {}
        for row in evidence.derived.head(1).itertuples():
            self.derived_label(row)
        if own is not None:
            words = self.text("{value}\nreport", value=self.view.value(evidence.indicator, own["obs_value"]))
            beside = ((9, -7, "left", "top"), (9, 7, "left", "bottom"), (9, 0, "left", "center"))
            style: dict[str, Any] = {"required": True, "offsets": beside}
            self.number(own, words, **style, fontweight="bold", color=theme.INK, linespacing=1.1)
        fresh = self.others[~self.others["repeated"]]
        first = [
            getattr(series[column], end)()
            for _, series in fresh.groupby("indicator", sort=False)
            for column in ("date", "obs_value")
            for end in ("idxmax", "idxmin")
        ]
        for index in dict.fromkeys([*first, *fresh.index]):
            self.number(fresh.loc[index])

    def derived_label(self, row: Any) -> None:
        value = self.view.value(row.indicator, row.obs_value, row.qualifier)
        if row.date >= self.shown["middle"].min():
            report = row.evidence == REPORT_EVIDENCE
            words = self.text("{value}* report, derived", value=value) if report else self.text("{value}* derived", value=value)
            offsets = ((8, -4, "left", "top"), (8, 0, "left", "center"), (-4, -8, "left", "top"), (4, -8, "right", "top"))
            self.labels.place(mdates.date2num(row.date), row.obs_value, words, required=report, offsets=offsets, fontsize=theme.NOTE)
            return
        words = self.text("← {year}:\n{value}*", year=row.date.year, value=value)
        edge = self.labels.axes.get_xlim()[0]
        offsets = ((2, 0, "left", "center"), (2, -8, "left", "top"), (2, 8, "left", "bottom"), (2, -16, "left", "top"))
        self.labels.place(edge, row.obs_value, words, required=True, offsets=offsets, fontsize=theme.NOTE)

    def number(self, row: pd.Series, words: str = "", **style: Any) -> None:
        """The number of one figure beside its mark (of the repost, its doubts in words too), if there is room."""
        repost = row["evidence"] != REPORT_EVIDENCE and marks.is_repost(row)
        x, words = mdates.date2num(row["middle"]), words or self.view.value(row["indicator"], row["obs_value"], row["qualifier"])
        if self.written.get(words, -np.inf) > x - SAME:
            return
        offsets = ((-8, 0, "right", "center"), (8, 0, "left", "center")) if repost else BESIDE
        style = {"fontsize": theme.VALUE, "color": theme.BLUE_TEXT, "offsets": offsets, **style}
        if self.labels.place(x, row["obs_value"], words, **style) is None:
            return
        self.written[words] = x
        if repost:
            doubts = "\n".join(theme.balance(self.text("active; low reliability, to be confirmed"), 1.9 if self.wide else 1.4, theme.NOTE))
            beside = ((-8, -7, "right", "top"), (8, -7, "left", "top"))
            self.labels.place(x, row["obs_value"], doubts, required=True, offsets=beside, fontsize=theme.NOTE, color=theme.BLUE_TEXT, linespacing=1.1)
