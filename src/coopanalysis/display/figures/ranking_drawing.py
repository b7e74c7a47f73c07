"""The drawing of figure 2: sorted bars of annual growth, current prices as diamonds, both ranks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedFormatter, FixedLocator

from coopanalysis.display import theme
from coopanalysis.display.figures import pairs
from coopanalysis.display.view import View

_STEPS = (0.5, 1, 2, 5, 10, 20, 50, 100, 200)  # percentage points between ticks
_TICK_SPACE = 0.42  # inches


def rate_sign(row: Any) -> str:
    return (
        pairs.bound_sign(*((row.real_cagr_low, row.real_cagr_high) if row.monetary else (row.cagr_low, row.cagr_high)), least=-1)
        if (abs(row.cagr_high - row.cagr_low) > 1e-9)
        else ""
    )


def rate_text(view: View, row: Any, rate: float) -> str:
    return rate_sign(row) + view.language.number(rate * 100, 1)


def price_rate(row: Any) -> float:
    """Rise of consumer prices a year over the row's own period."""
    return row.price_multiple ** (1 / row.years) - 1 if row.monetary else np.nan


@dataclass
class Drawing:
    """Bars from zero, sorted; both ranks at the right (on a phone beside the name); vertical units are inches from the top."""

    view: View
    rows: pd.DataFrame
    records: list[Any]  # of the rows
    width: theme.Width

    def __post_init__(self) -> None:
        self.wide = self.width == "wide"
        names = {row.indicator: self.view.indicator(row.indicator) for row in self.records}
        self.left = min(max(theme.text_width(name, theme.ROW) for name in names.values()), 2.3) + 0.25 if self.wide else theme.MARGIN
        self.ranked = len(self.rows) > 1
        self.right = 1.5 if self.wide and self.ranked else theme.MARGIN
        self.plot = theme.WIDTHS[self.width] - self.left - self.right
        room = self.left - 0.2 if self.wide else self.plot - (0.95 if self.ranked else 0)
        self.lines = {code: theme.wrap(name, room, theme.ROW) for code, name in names.items()}
        money = self.rows["monetary"].astype(bool)
        self.firsts = {int(group.index[0]) for group in (self.rows[~money], self.rows[money]) if len(group)}
        self.scale()

    def scale(self) -> None:
        values = [0.0, *self.rows["comparable_cagr"], *self.rows["cagr"]]
        low, high = min(values) * 100, max(max(values) * 100, 1.0)
        words = max(theme.text_width(rate_text(self.view, row, row.cagr), theme.VALUE, "bold") for row in self.records) + 0.18
        for before in (words if low < 0 else 0.02, words):
            self.unit = (self.plot - before - words) / (high - low)  # inches a point
            self.limits = low - before / self.unit, high + words / self.unit
            if not any(self.tight(row) for row in self.records):
                break

    def figure(self) -> Figure:
        tops = np.cumsum([self.head, *(self.row_height(row) for row in self.records)])
        figure = theme.new_figure(self.width, tops[-1] + self.foot + 0.08 + 0.5)
        axes = pairs.row_axes(figure, self.left, 0.5, self.right, 0.08)
        axes.set_xlim(*self.limits)
        self.axis(axes)
        axes.plot([0, 0], [self.head, tops[-1] + self.foot], color=theme.INK, linewidth=1.6, zorder=4, label="_furniture")
        for row, bottom in zip(self.records, tops[1:], strict=True):
            self.row(axes, row, bottom)
        self.prices(axes, tops)
        if self.ranked:
            self.rank_heads(axes)
        return figure

    # -- measures ----------------------------------------------------------------------------------------------
    @property
    def head(self) -> float:
        return (0.5 if self.wide else 0.36) if self.ranked else 0.06

    @property
    def foot(self) -> float:
        return 0.26 if self.rows["monetary"].any() else 0.06

    def row_height(self, row: Any) -> float:
        extra = 0.16 * (len(self.lines[row.indicator]) - 1) + (0.17 if row.monetary and row.Index in self.firsts else 0)
        return (0.36 if self.wide else 0.5) + extra

    def value_width(self, row: Any) -> float:
        return theme.text_width(rate_text(self.view, row, row.comparable_cagr), theme.VALUE, "bold") + 0.12

    def tight(self, row: Any) -> bool:
        """Whether a short bar has its diamond so near that its value stands on the other side of zero."""
        if not row.monetary or row.comparable_cagr < 0:
            return False
        length = row.comparable_cagr * 100 * self.unit
        return length < self.value_width(row) and row.cagr * 100 * self.unit < length + self.value_width(row) + 0.1

    def position(self, rate: float) -> float:
        """Inches from the axes' left edge for a rate in per cent."""
        return (rate - self.limits[0]) * self.unit

    # -- parts -------------------------------------------------------------------------------------------------
    def axis(self, axes: Axes) -> None:
        step = next((step for step in _STEPS if step * self.unit >= _TICK_SPACE), _STEPS[-1])
        ticks = [tick * step for tick in range(int(np.ceil(self.limits[0] / step)), int(np.floor(self.limits[1] / step)) + 1)]
        axes.xaxis.set_major_locator(FixedLocator(ticks))
        axes.xaxis.set_major_formatter(FixedFormatter([self.view.language.number(tick, 1 if step < 1 else 0) for tick in ticks]))
        theme.value_grid(axes)
        axes.set_xlabel(self.view.language.text("% a year"), loc="right", fontsize=theme.NOTE)

    def row(self, axes: Axes, row: Any, bottom: float) -> None:
        half = 0.115
        y = bottom - (0.18 if self.wide else 0.15)
        block = "\n".join(self.lines[row.indicator])
        if self.wide:
            pairs.label(axes, block, 0, y, shift=(-8, 0), size=theme.ROW, ha="right", edge=True, ground=False)
        else:
            start = {"shift": (6, 0)} if self.limits[0] > -0.5 else {"edge": True}  # from the zero line, else from the edge
            pairs.label(axes, block, 0, bottom - self.row_height(row) + 0.03, size=theme.ROW, va="top", **start)
        self.bar(axes, row, y, half)
        if row.monetary:
            self.nominal(axes, row, y)
        if self.ranked:
            self.ranks(axes, row, y if self.wide else bottom - self.row_height(row) + 0.11)

    def bar(self, axes: Axes, row: Any, y: float, half: float) -> None:
        rate = row.comparable_cagr * 100
        solid = not row.monetary
        style = {"facecolor": theme.COUNT if solid else pairs.REAL_FILL, "edgecolor": theme.COUNT if solid else theme.BLUE}
        if rate < 0:
            style = {"facecolor": "white", "edgecolor": theme.COUNT if solid else theme.VERMILION, "hatch": "////" if solid else "\\\\\\\\"}
        axes.barh(y, rate, height=2 * half, linewidth=1.3, zorder=3, label="counts" if solid else "real", **style)
        value = rate_text(self.view, row, row.comparable_cagr)
        length, words = abs(rate) * self.unit, self.value_width(row)
        ink = theme.INK if solid else theme.BLUE_TEXT if rate >= 0 else theme.VERMILION_TEXT
        inside = length >= words and rate >= 0
        if inside:
            pairs.label(axes, value, rate, y, shift=(-4, 0), bold=True, colour="white" if solid else ink, ha="right", ground=False)
        elif self.tight(row):
            pairs.label(axes, value, 0, y, shift=(-5, 0), bold=True, colour=ink, ha="right")
        else:
            pairs.label(axes, value, rate, y, shift=(4 if rate >= 0 else -4, 0), bold=True, colour=ink, ha="left" if rate >= 0 else "right")
        name = self.view.language.text("counts") if solid else self.view.language.text("constant prices")
        if row.Index in self.firsts and inside and length >= words + theme.text_width(name, theme.NOTE) + 0.03:
            pairs.label(axes, name, 0, y, shift=(5, 0), size=theme.NOTE, colour="white" if solid else theme.BLUE_TEXT, ground=False)

    def nominal(self, axes: Axes, row: Any, y: float) -> None:
        rate = row.cagr * 100
        axes.plot([row.comparable_cagr * 100, rate], [y, y], color=theme.GREY, linewidth=1.2, linestyle=theme.DOTTED, label="nominal", zorder=2)
        axes.plot(
            [rate],
            [y],
            marker="D",
            markersize=7,
            markerfacecolor="white",
            markeredgecolor=theme.GREY,
            markeredgewidth=1.5,
            linestyle="none",
            label="nominal",
            zorder=5,
        )
        # a negative rate is printed on the free side of zero, not over the hatching
        pairs.label(axes, rate_text(self.view, row, row.cagr), max(rate, 0), y, shift=(8, 0), colour=theme.MUTED)
        if row.Index in self.firsts:
            words = self.view.language.text("current prices")
            width = theme.text_width(words, theme.NOTE)
            start = min(max(self.position(rate) - width / 2, 0), self.plot - width)
            pairs.label(axes, words, start / self.plot, y - 0.2, size=theme.NOTE, colour=theme.MUTED, edge=True)

    def prices(self, axes: Axes, tops: np.ndarray) -> None:
        """The rise of consumer prices through the rows of amounts: counts have no prices."""
        money = [row for row in self.records if row.monetary]
        if not money:
            return
        rates = {row.Index: price_rate(row) * 100 for row in money}
        for row in money:
            top = tops[row.Index] + (0.19 if row.Index in self.firsts else 0)
            axes.plot(
                [rates[row.Index]] * 2,
                [top, tops[row.Index + 1]],
                color=theme.VERMILION,
                linewidth=1.4,
                linestyle=theme.REFERENCE,
                label="prices",
                zorder=2,
            )
        shown = list(dict.fromkeys(self.view.language.number(rate, 1) for rate in sorted(rates.values())))
        words = self.view.language.text("consumer prices: {rate} a year", rate="–".join(dict.fromkeys([shown[0], shown[-1]])) + "%")
        start = min(self.position(rates[money[-1].Index]) + 0.05, self.plot - theme.text_width(words, theme.NOTE))
        pairs.label(axes, words, start / self.plot, tops[-1] + 0.13, edge=True, size=theme.NOTE, colour=theme.VERMILION_TEXT)

    def ranks(self, axes: Axes, row: Any, y: float) -> None:
        middle = 1 + 0.76 / self.plot if self.wide else 1 - 0.42 / self.plot
        gap = 11 if self.wide else 8
        style: dict[str, Any] = {"edge": True, "ground": not self.wide}
        pairs.label(axes, row.nominal_rank, middle, y, shift=(-gap, 0), colour=theme.MUTED, ha="right", **style)
        pairs.label(axes, "→", middle, y, size=theme.NOTE, colour=theme.MUTED, ha="center", **style)
        pairs.label(axes, row.real_rank, middle, y, shift=(gap, 0), bold=True, **style)

    def rank_heads(self, axes: Axes) -> None:
        text = self.view.language.text
        if self.wide:
            middle = 1 + 0.76 / self.plot
            pairs.label(axes, text("Rank"), middle, 0.06, size=theme.ROW, bold=True, ha="center", edge=True, ground=False)
            half = 0.66
            for words, ha, shift in ((text("current prices"), "right", -6), (text("constant prices"), "left", 6)):
                block = "\n".join(theme.wrap(words, half, theme.NOTE))
                pairs.label(axes, block, middle, 0.31, shift=(shift, 0), size=theme.NOTE, colour=theme.MUTED, ha=ha, edge=True, ground=False)
            return
        words = text("Rank: current → constant prices")
        pairs.label(axes, words, 1, 0.1, size=theme.NOTE, colour=theme.MUTED, ha="right", edge=True)
