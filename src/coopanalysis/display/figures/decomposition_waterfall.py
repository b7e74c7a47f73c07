"""The waterfall of figure 4: where the change of total revenue came from, factor by factor."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedFormatter, FixedLocator

from coopanalysis.display import theme
from coopanalysis.display.figures import pairs
from coopanalysis.display.findings.revenue import PER_MEMBER
from coopanalysis.display.view import View

REVENUE, COOPERATIVES, MEMBERS_EACH = "revenue_total", "htx_total", "members_per_cooperative"
_HATCH = "////"


def factor_name(view: View, factor: str) -> str:
    text = view.language.text
    return {
        "htx_total": text("Number of cooperatives"),
        "members/htx_total": text("Members per cooperative"),
        "revenue_total/members": text("Revenue per member, constant prices"),
        "prices": text("Consumer prices"),
    }[factor]


def factor_values(view: View, row: Any) -> str:
    """The two values of a factor, as the second line of its row."""
    if row.factor == "prices":
        return pairs.times(view, row.end_value / row.start_value)
    codes = {"htx_total": COOPERATIVES, "members/htx_total": MEMBERS_EACH, "revenue_total/members": PER_MEMBER}
    code = codes[row.factor]
    unit = view.unit(code) if row.factor == "revenue_total/members" else ""
    start, end = view.value(code, row.start_value, row.start_qualifier), view.value(code, row.end_value, row.end_qualifier)
    return f"{pairs.starred(start, row.derived)} → {end} {unit}".strip()


class Waterfall:
    """``split``: the factors of ``decomposition_table``, with the qualifiers of their values; rows from top to bottom."""

    def __init__(self, view: View, split: pd.DataFrame, first: str, last: str, width: theme.Width):
        self.view, self.split, self.first, self.last, self.width = view, split, first, last, width

    @property
    def heights(self) -> list[float]:
        """Inches of each row: on a phone a factor's two values stand beside its name where there is room, else below."""
        if self.width == "wide":
            return [0.52] * (len(self.split) + 2)
        return [0.54 if self.one_line(item) else 0.7 for item in self.items()]

    def one_line(self, item: tuple[str, str, float, float, str]) -> bool:
        return theme.text_width(item[0], theme.ROW) + theme.text_width(item[1], theme.NOTE) + 0.35 < theme.WIDTHS["narrow"] - 2 * theme.MARGIN

    def heading(self) -> str:
        text, unit = self.view.language.text, self.view.unit(REVENUE).replace(" ", "\u00a0")
        if self.split["total_change"].iloc[0] >= 0:
            return text("Where growth of total revenue came from, {unit}", unit=unit)
        return text("What lowered and raised total revenue, {unit}", unit=unit)

    def draw(self, figure: Figure, left: float, right: float, bottom: float, top: float) -> None:
        """Bars from the first level to the last; a part that lowers revenue is white and hatched."""
        wide, rows = self.width == "wide", self.heights
        width, height = figure.get_size_inches()
        items = self.items()
        weights = ["bold" if item[4] in ("start", "end") else "normal" for item in items]
        names = [theme.wrap(item[0], 1.75 if wide else right - left, theme.ROW, weight) for item, weight in zip(items, weights, strict=True)]
        inner = left
        if wide:
            widths = [theme.text_width(line, theme.ROW, weight) for lines, weight in zip(names, weights, strict=True) for line in lines]
            inner += max(widths + [theme.text_width(item[1], theme.NOTE) for item in items]) + 0.14
        axes = pairs.row_axes(figure, inner, bottom, width - right, height - top)
        self.scale(axes, items, right - inner)
        half = 0.15 if wide else 0.12
        ends = np.cumsum(rows)
        middles = ends - (np.array(rows) / 2 if wide else half + 0.02)
        for position, (item, lines) in enumerate(zip(items, names, strict=True)):
            y = middles[position]
            self.bar(axes, item, y, half)
            if position < len(items) - 1:
                edge = item[2] + item[3]
                axes.plot([edge, edge], [y + half, middles[position + 1] - half], color=theme.MUTED, linewidth=0.8, zorder=1, label="_furniture")
            self.name(axes, item, lines, y if wide else ends[position] - rows[position] + 0.07)
        axes.axvline(0, color=theme.INK, linewidth=1.6, zorder=4, label="_furniture")

    def items(self) -> list[tuple[str, str, float, float, str]]:
        """Name, second line, start and length of each bar, and its kind."""
        view, split = self.view, self.split
        derived = bool(split["derived"].iloc[0])
        level = float(split["total_start"].iloc[0])
        year = view.language.text("Year {year}", year=self.first)
        items = [(pairs.starred(year, derived), "", 0.0, level, "start" if derived else "end")]
        for row in split.itertuples():
            items.append((factor_name(view, row.factor), factor_values(view, row), level, float(row.effect), "up" if row.effect >= 0 else "down"))
            level += float(row.effect)
        return [*items, (view.language.text("Year {year}", year=self.last), "", 0.0, float(split["total_end"].iloc[0]), "end")]

    def scale(self, axes: Axes, items: list[tuple[str, str, float, float, str]], inches: float) -> None:
        language = self.view.language
        edges = [0.0, *(edge for item in items for edge in (item[2], item[2] + item[3]))]
        low, high = min(edges), max(edges)
        words = max(theme.text_width(language.number(item[3], 0, sign=True), theme.VALUE, "bold") for item in items) + 0.14
        unit = (inches - words - 0.02) / (high - low)
        axes.set_xlim(low - 0.02 / unit, high + words / unit)
        widest = theme.text_width(language.number(high, 0), theme.NOTE) + 0.05
        step = next(factor * 10.0**power for power in range(-2, 12) for factor in (1, 2, 5) if factor * 10.0**power * unit >= widest)
        ticks = [tick * step for tick in range(int(np.ceil(low / step)), int(np.floor(high / step)) + 1)]
        axes.xaxis.set_major_locator(FixedLocator(ticks))
        axes.xaxis.set_major_formatter(FixedFormatter([language.number(tick, 0 if step >= 1 else 2) for tick in ticks]))
        theme.value_grid(axes)

    def bar(self, axes: Axes, item: tuple[str, str, float, float, str], y: float, half: float) -> None:
        _, _, start, length, kind = item
        style: dict[str, Any] = {
            "start": {"facecolor": "white", "edgecolor": theme.INK},
            "end": {"facecolor": theme.INK, "edgecolor": theme.INK},
            "up": {"facecolor": pairs.REAL_FILL, "edgecolor": theme.BLUE},
            "down": {"facecolor": "white", "edgecolor": theme.VERMILION, "hatch": _HATCH},
        }[kind]
        axes.barh(y, length, left=start, height=2 * half, linewidth=1.4, zorder=3, label=kind, **style)
        colour = {"up": theme.BLUE_TEXT, "down": theme.VERMILION_TEXT}.get(kind, theme.INK)
        words = self.view.language.number(length, 0, sign=kind in ("up", "down"))
        pairs.label(axes, words, max(start, start + length), y, shift=(5, 0), bold=True, colour=colour)

    def name(self, axes: Axes, item: tuple[str, str, float, float, str], lines: list[str], y: float) -> None:
        bold = item[4] in ("start", "end")
        if self.width == "narrow":  # above the bar
            pairs.label(axes, lines[0], 0, y, shift=(5, 0), size=theme.ROW, bold=bold, va="top")
            if item[1] and not self.one_line(item):
                pairs.label(axes, item[1], 0, y + 0.165, shift=(5, 0), size=theme.NOTE, colour=theme.MUTED, va="top")
            elif item[1]:
                start = theme.text_width(lines[0], theme.ROW, "bold" if bold else "normal") * 72 + 13
                pairs.label(axes, item[1], 0, y, shift=(start, -0.5), size=theme.NOTE, colour=theme.MUTED, va="top")
            return
        if not item[1]:
            pairs.label(axes, "\n".join(lines), 0, y, shift=(-8, 0), size=theme.ROW, bold=bold, ha="right", edge=True, ground=False)
            return
        lift = 0.075 * (len(lines) - 1)
        pairs.label(axes, "\n".join(lines), 0, y + lift, shift=(-8, 0), size=theme.ROW, ha="right", va="bottom", edge=True, ground=False)
        pairs.label(
            axes, item[1], 0, y + lift + 0.02, shift=(-8, 0), size=theme.NOTE, colour=theme.MUTED, ha="right", va="top", edge=True, ground=False
        )
