"""The drawing of figure 4: revenue per member at two dates beside the waterfall, on a phone above it."""

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
from coopanalysis.display.figures.decomposition_waterfall import Waterfall
from coopanalysis.display.findings.revenue import PER_MEMBER
from coopanalysis.display.language import NO_BREAK
from coopanalysis.display.view import View

_SLOPE = 3.35  # inches of the upper half of a phone drawing


@dataclass
class Drawing:
    """``member``: the row of ``ratio_table``; ``split``: the factors, empty where revenue cannot be split."""

    view: View
    member: Any
    split: pd.DataFrame
    first: str
    last: str
    base: str
    width: theme.Width

    def figure(self) -> Figure:
        head, foot = 0.52, 0.34
        if self.split.empty:
            figure = theme.new_figure(self.width, 3.2)
            self.slope(figure, theme.MARGIN, min(theme.WIDTHS[self.width] - theme.MARGIN, 4.2), foot, 3.2 - head)
            return figure
        waterfall = Waterfall(self.view, self.split, self.first, self.last, self.width)
        lower = head + sum(waterfall.heights) + foot
        if self.width == "wide":
            figure = theme.new_figure(self.width, lower)
            self.slope(figure, theme.MARGIN, 2.76, foot, lower - head)
            left, right = 3.0, theme.WIDTHS["wide"] - theme.MARGIN
        else:
            figure = theme.new_figure(self.width, lower + _SLOPE)
            left, right = theme.MARGIN, theme.WIDTHS["narrow"] - theme.MARGIN
            self.slope(figure, left, right, lower + 0.4, lower + _SLOPE - head)
        self.heading(figure, waterfall.heading(), left, right, lower - head)
        waterfall.draw(figure, left, right, foot, lower - head)
        return figure

    def heading(self, figure: Figure, words: str, left: float, right: float, top: float) -> None:
        """A panel's own heading, above it, in at most two lines."""
        width, height = figure.get_size_inches()
        figure.text(
            left / width,
            (top + 0.46) / height,
            "\n".join(theme.wrap(words, right - left, theme.ROW, "bold")),
            fontsize=theme.ROW,
            fontweight="bold",
            va="top",
            linespacing=1.2,
        )

    # -- revenue per member ------------------------------------------------------------------------------------
    def slope(self, figure: Figure, left: float, right: float, bottom: float, top: float) -> None:
        """Two dates, values from zero; names left of the marks, where no line runs."""
        text, member = self.view.language.text, self.member
        width, height = figure.get_size_inches()
        self.heading(
            figure,
            text("{indicator}, {unit}", indicator=self.view.indicator(PER_MEMBER), unit=self.view.unit(PER_MEMBER).replace(" ", NO_BREAK)),
            left,
            right,
            top,
        )
        axes = theme.place(figure, left, bottom, width - right, height - top)
        inches = right - left, top - bottom
        series = [("nominal", text("current prices"), member.multiple, member.start_value, member.end_value)]
        if np.isfinite(member.real_multiple):
            name = text("constant prices of {year}", year=self.base).replace(f" {self.base}", NO_BREAK + self.base)
            series.append(("real", name, member.real_multiple, member.real_start_value, member.real_end_value))
        series.sort(key=lambda one: -one[3])
        blocks = {name: [*theme.wrap(f"{words}:", 1.05, theme.NOTE), pairs.times(self.view, multiple)] for name, words, multiple, _, _ in series}
        names = max(theme.text_width(line, theme.NOTE) for block in blocks.values() for line in block)
        start, end = names + 0.22, inches[0] - 0.62  # inches from the panel's left edge
        axes.set_xlim(0, inches[0])
        over, under = (0.2 + 0.17 * len(blocks[series[position][0]]) for position in (0, -1))
        self.limits(axes, inches[1], series, over, under if len(series) > 1 else 0)
        axes.set_yticks([])
        axes.xaxis.set_major_locator(FixedLocator([start, end]))
        axes.xaxis.set_major_formatter(FixedFormatter([self.first, self.last]))
        axes.tick_params(length=3)
        ends: dict[str, float] = {}
        scale = float(np.diff(axes.get_ylim())[0]) / inches[1]
        apart = self.apart([one[3] for one in series], scale)
        for position, (name, _, _, low, high) in enumerate(series):
            self.pair(axes, name, start, end, low, high)
            above, ink = position == 0, theme.BLUE_TEXT if name == "real" else theme.MUTED
            value = pairs.starred(self.view.value(PER_MEMBER, low, member.start_qualifier), member.start_derived)
            pairs.label(axes, value, start, low, shift=(-9, apart[position]), bold=name == "real", colour=ink, ha="right", ground=False)
            pairs.label(
                axes,
                "\n".join(blocks[name]),
                start,
                low,
                shift=(-9, apart[position] + (8 if above else -8)),
                size=theme.NOTE,
                colour=ink,
                ha="right",
                va="bottom" if above else "top",
                ground=False,
            )
            ends.setdefault(self.view.value(PER_MEMBER, high, member.end_qualifier), high)
        shifts = self.apart(list(ends.values()), scale)
        for (words, level), shift in zip(ends.items(), shifts, strict=True):
            pairs.label(axes, words, end, level, shift=(9, shift), bold=True, ground=False)

    @staticmethod
    def limits(axes: Axes, height: float, series: list[tuple], over: float, under: float) -> None:
        """Values from zero where the words under the lowest start fit above it, else from below; words stand over the highest too."""
        highest, lowest = max(value for one in series for value in one[3:]), min(one[3] for one in series)
        scale = highest / (height - over)  # units an inch
        if lowest / scale >= under:
            axes.set_ylim(0, scale * height)
            return
        scale = max((highest - lowest) / (height - over - under), highest * 1e-9)
        axes.set_ylim(lowest - under * scale, lowest + (height - under) * scale)

    def pair(self, axes: Axes, name: str, start: float, end: float, low: float, high: float) -> None:
        real = name == "real"
        colour = theme.BLUE if real else theme.GREY
        mark = {"linestyle": "none", "markeredgecolor": colour, "markeredgewidth": 1.6, "label": name, "clip_on": False}
        axes.plot(
            [start, end],
            [low, high],
            color=colour,
            linewidth=1.6 if real else 1.3,
            linestyle=theme.DASHED if real else theme.DOTTED,
            label=name,
            zorder=3 if real else 2,
        )
        alone = not np.isfinite(self.member.real_multiple)
        shape, size = ("o", 8.5) if real else ("D", 7)
        filled = colour if real and not self.member.start_derived else "white"
        axes.plot([start], [low], marker=shape, markersize=size, markerfacecolor=filled, zorder=5, **mark)
        if real or alone or abs(self.member.real_end_value - high) > 1e-9 * high:  # in prices of the last year both end in one mark
            axes.plot([end], [high], marker=shape, markersize=size + 0.5, markerfacecolor=colour if real else "white", zorder=6, **mark)

    @staticmethod
    def apart(values: list[float], scale: float, least: float = 13) -> list[float]:
        """Shifts in points that keep one or two labels ``least`` points apart; ``scale``: units an inch; highest value first."""
        if len(values) < 2:
            return [0.0] * len(values)
        gap = (values[0] - values[1]) / scale * 72
        push = max(0.0, (least - abs(gap)) / 2) * (1 if gap >= 0 else -1)
        return [push, -push]
