"""The drawing of figure 1: dumbbells on a log axis of multiples."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator

from coopanalysis.display import theme
from coopanalysis.display.figures import pairs
from coopanalysis.display.view import View

MARK = 7.5  # points
ARROW = 0.22  # inches
_TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.2, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50, 100, 200, 500, 1000)
_TICK_SPACE = 0.26  # inches between two ticks on a log axis


def multiple_text(view: View, row: Any, value: float) -> str:
    """A multiple with the sign of what the qualifiers of its two figures allow."""
    return pairs.bound_sign(*pairs.multiple_bounds(row)) + view.language.multiple(value)


@dataclass
class Drawing:
    """Rows from the first date at 1, counts above money; vertical units are inches from the top."""

    view: View
    rows: pd.DataFrame
    records: list[Any]  # of the rows
    first: str
    width: theme.Width

    def __post_init__(self) -> None:
        self.wide = self.width == "wide"
        self.groups = [group for _, group in self.rows.groupby(self.rows["monetary"].astype(bool), sort=True)]
        names = {row.indicator: self.view.indicator(row.indicator) for row in self.records}
        self.stated = {row.indicator: pairs.amounts(self.view, row) for row in self.records}
        widest = max(
            [theme.text_width(name, theme.ROW) for name in names.values()] + [theme.text_width(text, theme.NOTE) for text in self.stated.values()]
        )
        self.left, self.right = (min(widest, 2.6) + 0.28 if self.wide else theme.MARGIN), theme.MARGIN
        self.plot = theme.WIDTHS[self.width] - self.left - self.right
        room = self.left - 0.25 if self.wide else self.plot - 0.3
        self.lines = {code: theme.wrap(name, room, theme.ROW) for code, name in names.items()}
        self.amounts = {code: theme.wrap(text, room, theme.NOTE) for code, text in self.stated.items()}
        self.compact = not self.wide and len(self.rows) > 10  # a long phone drawing keeps the names; amounts are in the table
        rises = self.rows["price_multiple"].dropna()
        self.rise = float(rises.iloc[0]) if len(rises) else np.nan
        self.scale()

    def scale(self) -> None:
        """Logarithmic limits that leave room for the words at the right and a little at the left."""
        values = [1.0, *self.rows["multiple"], *self.rows["real_multiple"].dropna(), *self.rows["price_multiple"].dropna()]
        low, high = log(min(values)), max(log(max(values)), log(min(values)) + log(1.5))
        words = max(self.value_width(row, row.multiple) for row in self.records) + 0.2
        words += ARROW if any("≥" in multiple_text(self.view, row, 1) for row in self.records) else 0
        before = max([0.1, *(self.value_width(row, row.shown) + 0.45 for row in self.records if row.shown < 1)])
        self.unit = (self.plot - before - words) / (high - low)  # inches for each unit of the natural logarithm
        self.limits = exp(low - before / self.unit), exp(high + words / self.unit)

    def figure(self) -> Figure:
        height = sum(self.row_height(row) for row in self.records) + sum(self.head(group) for group in self.groups) + self.foot
        figure = theme.new_figure(self.width, height + 0.08 + 0.52)
        axes = pairs.row_axes(figure, self.left, 0.52, self.right, 0.08)
        axes.set_xscale("log")
        axes.set_xlim(*self.limits)
        self.axis(axes)
        axes.axvline(1, color=theme.INK, linewidth=1.6, zorder=2, label="_furniture")
        y = 0.0
        for group in self.groups:
            y += self.head(group)
            self.heading(axes, group, y)
            top = y
            for row in (self.records[position] for position in group.index):
                y += self.row_height(row)
                self.row(axes, row, y)
            self.prices(axes, group, top, y)
        return figure

    # -- measures ----------------------------------------------------------------------------------------------
    def row_height(self, row: Any) -> float:
        extra = (len(self.lines[row.indicator]) + (0 if self.compact else len(self.amounts[row.indicator])) - (1 if self.compact else 2)) * 0.16
        if self.wide:
            return 0.42 + extra
        return (0.42 if self.compact else 0.58) + extra + (0.16 if self.above(row) else 0)

    def head(self, group: pd.DataFrame) -> float:
        money = bool(group["monetary"].iloc[0])
        return 0.46 if money and (self.wide or group["real_multiple"].notna().any()) else 0.28

    @property
    def foot(self) -> float:
        return 0.06 if np.isnan(self.rise) else 0.24

    def position(self, value: float) -> float:
        """Inches from the axes' left edge."""
        return (log(value) - log(self.limits[0])) * self.unit

    def value_width(self, row: Any, value: float) -> float:
        return theme.text_width(multiple_text(self.view, row, value), theme.VALUE, "bold")

    def above(self, row: Any) -> bool:
        """Whether a value of an amount stands over its mark, because beside it is the line of prices or the other mark."""
        if not (row.monetary and np.isfinite(row.shown)):
            return False
        if row.shown < 1:  # the real value goes left, so the nominal one between it and the start goes up
            return row.multiple < 1
        start = self.position(row.shown)
        end = start + self.value_width(row, row.shown) + 0.22
        return any(start < self.position(other) < end for other in (self.rise, row.multiple) if np.isfinite(other))

    # -- parts -------------------------------------------------------------------------------------------------
    def axis(self, axes: Axes) -> None:
        ticks: list[float] = [1.0]
        fine = self.limits[1] / self.limits[0] < 4
        for tick in _TICKS:
            inside = self.limits[0] <= tick <= self.limits[1] and (fine or tick not in (1.2, 1.5))
            if inside and all(abs(self.position(tick) - self.position(other)) >= _TICK_SPACE for other in ticks):
                ticks.append(tick)
        ticks.sort()
        texts = [self.view.language.number(tick, 0 if tick >= 1 and tick == int(tick) else 1 if tick >= 0.1 else 2) for tick in ticks]
        axes.xaxis.set_major_locator(FixedLocator(ticks))
        axes.xaxis.set_major_formatter(FixedFormatter(texts))
        axes.xaxis.set_minor_locator(NullLocator())
        theme.value_grid(axes)
        axes.set_xlabel(self.view.language.text("times the level of {year} (logarithmic scale)", year=self.first), loc="right", fontsize=theme.NOTE)

    def names_at(self, axes: Axes, words: str, y: float, **style: Any) -> None:
        """Words of a row: left of the axes on a page, from the start line on a phone."""
        if self.wide:
            pairs.label(axes, words, 0, y, shift=(-10, 0), ha="right", edge=True, ground=False, **style)
        elif self.limits[0] > 0.85:
            pairs.label(axes, words, 1, y, shift=(8, 0), **style)
        else:
            pairs.label(axes, words, 0, y, edge=True, **style)

    def heading(self, axes: Axes, group: pd.DataFrame, y: float) -> None:
        text = self.view.language.text
        money = bool(group["monetary"].iloc[0])
        words, colour = (text("Amounts of money"), theme.BLUE_TEXT) if money else (text("Counts"), theme.INK)
        both = money and group["real_multiple"].notna().any()
        self.names_at(axes, words, y - (0.12 if self.wide or not both else 0.28), size=theme.ROW, bold=True, colour=colour)
        if both and self.wide:
            self.readings(axes, group, y - 0.12)
        elif both:
            real, nominal = f"● {text('constant prices')}", f"◇ {text('current prices')}"
            self.names_at(axes, real, y - 0.09, size=theme.NOTE, colour=theme.BLUE_TEXT)
            start = (self.position(1) + 8 / 72 if self.limits[0] > 0.85 else 0) + theme.text_width(real, theme.NOTE) + 0.15
            pairs.label(axes, nominal, start / self.plot, y - 0.09, edge=True, size=theme.NOTE, colour=theme.MUTED)

    def readings(self, axes: Axes, group: pd.DataFrame, y: float) -> None:
        """What the two marks of an amount are, over the first row; moved apart and inwards where they would meet or be cut."""
        text, row = self.view.language.text, group.iloc[0]
        if np.isnan(row["real_multiple"]):
            return
        marks = [(row["real_multiple"], text("constant prices"), theme.BLUE_TEXT), (row["multiple"], text("current prices"), theme.MUTED)]
        (left, first, first_colour), (right, second, second_colour) = sorted(marks, key=lambda mark: mark[0])
        widths = theme.text_width(first, theme.NOTE), theme.text_width(second, theme.NOTE)
        starts = [self.position(left) - widths[0] / 2, self.position(right) - widths[1] / 2]
        starts[1] = min(max(starts[1], starts[0] + widths[0] + 0.12), self.plot - widths[1])
        starts[0] = max(0.05, min(starts[0], starts[1] - widths[0] - 0.12))
        for start, words, colour in ((starts[0], first, first_colour), (starts[1], second, second_colour)):
            pairs.label(axes, words, start / self.plot, y, edge=True, size=theme.NOTE, colour=colour)

    def row(self, axes: Axes, row: Any, bottom: float) -> None:
        block = "\n".join(self.lines[row.indicator])
        top = bottom - self.row_height(row)
        if self.wide:
            y = bottom - 0.21 - 0.16 * (len(self.amounts[row.indicator]) - 1)
            self.names_at(axes, block, y + 0.005, size=theme.ROW, va="bottom")
            self.names_at(axes, "\n".join(self.amounts[row.indicator]), y + 0.02, size=theme.NOTE, colour=theme.MUTED, va="top")
        else:
            y = bottom - 0.11
            self.names_at(axes, block, top + 0.05, size=theme.ROW, va="top")
            if not self.compact:
                below = top + 0.05 + 0.165 * len(self.lines[row.indicator])
                self.names_at(axes, "\n".join(self.amounts[row.indicator]), below, size=theme.NOTE, colour=theme.MUTED, va="top")
        self.marks(axes, row, y)

    def marks(self, axes: Axes, row: Any, y: float) -> None:
        shape, colour, series = ("o", theme.BLUE, "real") if row.monetary else ("s", theme.INK, "counts")
        line, mark = {"zorder": 3, "linewidth": 1.6}, {"zorder": 5, "linestyle": "none", "markeredgewidth": 1.5}
        if row.monetary:
            joined = row.shown if np.isfinite(row.shown) else 1.0
            axes.plot([joined, row.multiple], [y, y], color=theme.GREY, linestyle=theme.DOTTED, label="nominal", **{**line, "linewidth": 1.2})
            axes.plot(
                [row.multiple], [y], marker="D", markersize=MARK - 0.7, markerfacecolor="white", markeredgecolor=theme.GREY, label="nominal", **mark
            )
            fell = row.shown < 1 and row.multiple < 1
            pairs.label(
                axes,
                multiple_text(self.view, row, row.multiple),
                row.multiple,
                y,
                shift=(0, 12) if fell else (8, 0),
                colour=theme.MUTED,
                ha="center" if fell else "left",
            )
        if np.isfinite(row.shown):
            other = row.start_source != row.end_source
            axes.plot([1, row.shown], [y, y], color=colour, linestyle=theme.DOTTED if other else theme.DASHED, label=series, **line)
            self.bounds(axes, row, y, colour, series)
            axes.plot(
                [row.shown],
                [y],
                marker=shape,
                markersize=MARK + 0.5,
                markerfacecolor="white" if other else colour,
                markeredgecolor=colour,
                label=series,
                **mark,
            )
            style: dict[str, Any] = {"colour": theme.BLUE_TEXT if row.monetary else theme.INK}
            low, high = pairs.multiple_bounds(row)
            aside = 9 + (ARROW * 72 if (low <= 0 if row.shown < 1 else np.isinf(high)) else 0)  # past the arrow of an open bound
            if row.shown < 1:
                pairs.label(axes, multiple_text(self.view, row, row.shown), row.shown, y, shift=(-aside, 0), ha="right", **style)
            elif self.above(row):
                pairs.label(axes, multiple_text(self.view, row, row.shown), row.shown, y, shift=(0, 12), ha="center", **style)
            else:
                pairs.label(axes, multiple_text(self.view, row, row.shown), row.shown, y, shift=(aside, 0), **style)
        start = "white" if row.start_derived else colour
        axes.plot([1], [y], marker=shape, markersize=MARK, markerfacecolor=start, markeredgecolor=colour, label=series, **{**mark, "zorder": 4})

    def bounds(self, axes: Axes, row: Any, y: float, colour: str, series: str) -> None:
        """A whisker over what a qualified figure allows; an arrow where one side is open."""
        low, high = (bound * row.shown / row.multiple for bound in pairs.multiple_bounds(row))
        if low == high or not (np.isfinite(low) or np.isfinite(high)):
            return
        if np.isfinite(high) and low > 0:
            axes.plot([low, high], [y, y], color=colour, linewidth=1.2, marker="|", markersize=5, label=series, zorder=4)
            return
        reach = exp(log(row.shown) + (1 if low > 0 else -1) * ARROW / self.unit)
        axes.annotate("", (reach, y), (row.shown, y), arrowprops={"arrowstyle": "-|>", "color": colour, "linewidth": 1.2, "shrinkA": 0, "shrinkB": 0})

    def prices(self, axes: Axes, group: pd.DataFrame, top: float, bottom: float) -> None:
        """The rise of consumer prices as a reference line through the amounts of money."""
        if group["price_multiple"].isna().all():
            return
        axes.plot([self.rise] * 2, [top, bottom + 0.03], color=theme.VERMILION, linewidth=1.4, linestyle=theme.REFERENCE, label="prices", zorder=2)
        words = self.view.language.text("consumer prices: {x}", x=pairs.times(self.view, self.rise))
        start = min(self.position(self.rise) + 0.05, self.plot - theme.text_width(words, theme.NOTE))
        pairs.label(axes, words, start / self.plot, bottom + 0.13, edge=True, size=theme.NOTE, colour=theme.VERMILION_TEXT)
