"""The drawing of figure 5: a row for each source on a log axis, the report below a rule."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from coopanalysis.display import theme
from coopanalysis.display.figures import marks, pairs
from coopanalysis.display.view import View
from coopanalysis.metrics.consistency import LOST_ZERO, MONTHS

PUBLISHED = "revenue_per_htx"
ARROW = 22  # points


def place(view: View, row: Any) -> str:
    """Area and stated date of a figure."""
    area = view.language.label(view.dataset.areas, row.ref_area, "short")
    return f"{area}, {view.language.period(row.time_period)}"


def shown(view: View, row: Any) -> str:
    """The figure with its qualifier, and the word of an estimate."""
    value = view.value(PUBLISHED, row.obs_value, row.qualifier)
    return view.language.text("estimated {value}", value=value) if row.obs_status == "E" else value


def _parts(view: View, own: pd.Series) -> dict[str, str]:
    """Numerator and denominator of the report's ratio, as printed."""
    observations = view.dataset.observations
    top, bottom = (observations[observations["row"].eq(row) & ~observations["derived"]].iloc[0] for row in (own["row"], own["row_of"]))
    return {"a": view.language.number(top["obs_value"]), "b": view.language.number(bottom["obs_value"])}


class Drawing:
    """A row for each source; names beside the row on a page, above it on a phone; the report below a rule."""

    def __init__(self, view: View, rows: pd.DataFrame, own: pd.Series, doubtful: bool, width: theme.Width):
        self.view, self.rows, self.own, self.wide, self.width = view, rows, own, width == "wide", width
        self.doubtful = doubtful
        self.level = float(own["obs_value"])
        self.left, self.right = 3.0 if self.wide else theme.MARGIN, theme.MARGIN

    def figure(self) -> Figure:
        view, text = self.view, self.view.language.text
        names = [(place(view, row), view.language.label(view.dataset.sources, row.source, "short"), "normal") for row in self.rows.itertuples()]
        area = view.language.label(view.dataset.areas, view.ref_area, "short")
        report = text("{source}: {a} ÷ {b}", source=view.language.label(view.dataset.sources, self.own["source"], "short"), **_parts(view, self.own))
        names.append((text("{area}, {year} (the report's period)", area=area, year=self.own["date"].year), report, "bold"))
        heights = [0.46 if self.wide else 0.66] * len(self.rows)
        last = 0.8 if self.wide else 0.98
        height = sum(heights) + 0.1 + last
        figure = theme.new_figure(self.width, height + 0.52)
        axes = pairs.row_axes(figure, self.left, 0.5, self.right, 0.02)
        self.scale(axes)
        y = 0.0
        for position, (first, second, weight) in enumerate(names):
            if position == len(self.rows):
                axes.plot([0, 1], [y + 0.05] * 2, transform=axes.get_yaxis_transform(), color=theme.RULE, linewidth=1, label="_furniture")
                y += 0.1
            middle = y + (0.23 if self.wide else 0.5)
            self.names(axes, first, second, weight, y, middle)
            if position < len(self.rows):
                self.mark(axes, self.rows.iloc[position], middle)
            else:
                self.report(axes, middle)
            y += heights[position] if position < len(self.rows) else last
        return figure

    def scale(self, axes: Axes) -> None:
        language, text = self.view.language, self.view.language.text
        values = self.rows["obs_value"]
        low, high = min(self.level, values.min()) * 0.7, max(values.max(), self.level * MONTHS) * (2.1 if self.wide else 2.6)
        axes.set(xscale="log", xlim=(low, high))
        ticks = [
            tick for tick in (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000) if low * 1.05 <= tick <= high * (0.95 if self.wide else 0.75)
        ]
        ticks = ticks if self.wide else ticks[::2]
        axes.set_xticks(ticks, [language.number(tick) for tick in ticks])
        axes.minorticks_off()
        theme.value_grid(axes, "x")
        axes.set_xlabel(
            text("million VND per cooperative and year (log scale)") if self.wide else text("million VND (log scale)"),
            fontsize=theme.NOTE,
            loc="right",
        )

    def names(self, axes: Axes, first: str, second: str, weight: str, y: float, middle: float) -> None:
        bold = weight == "bold"
        if self.wide:
            pairs.label(axes, first, 0, middle - 0.08, shift=(-9, 0), size=theme.ROW, bold=bold, ha="right", edge=True, ground=False)
            pairs.label(axes, second, 0, middle + 0.09, shift=(-9, 0), size=theme.NOTE, colour=theme.MUTED, ha="right", edge=True, ground=False)
            return
        pairs.label(axes, first, 0, y + 0.12, size=theme.ROW, bold=bold, edge=True)
        pairs.label(axes, second, 0, y + 0.29, size=theme.NOTE, colour=theme.MUTED, edge=True)

    def mark(self, axes: Axes, row: pd.Series, y: float) -> None:
        country, estimate, value = row["who"] == "country", row["obs_status"] == "E", row["obs_value"]
        colour = theme.GREY if country else theme.BLUE
        words = shown(self.view, row)
        label = "country" if country else "estimate" if estimate else "area"
        marks.mark(axes, value, y, "D" if country else "o", 52, label, fill="white" if estimate else colour, edge=colour, width=1.6, zorder=3)
        at_least = row["qualifier"] == "more_than"
        if at_least:
            arrow = {"arrowstyle": "<|-", "color": theme.BLUE, "linewidth": 1.4, "shrinkA": 0, "shrinkB": 4}
            axes.annotate("", (value, y), (ARROW, 0), textcoords="offset points", arrowprops=arrow)
        pairs.label(axes, words, value, y, shift=(ARROW + 4 if at_least else 9, 0), colour=theme.MUTED if country else theme.BLUE_TEXT)

    def report(self, axes: Axes, y: float) -> None:
        """The report's own ratio, and where it would lie if one of two slips had happened: conditions, not corrections."""
        language, text, level = self.view.language, self.view.language.text, self.level
        marks.mark(axes, level, y, "s", 64, "report", fill=theme.INK, edge=theme.INK, zorder=4)
        words = language.quantity(level, self.own["qualifier"], 0, self.view.dataset.qualifiers)
        pairs.label(axes, words, level, y, shift=(9, 0), bold=True)
        if not self.doubtful:
            return
        axes.annotate(
            "",
            (level * LOST_ZERO * 0.96, y),
            (level * 2.1, y),
            arrowprops={"arrowstyle": "->", "linestyle": "--", "color": theme.VERMILION, "linewidth": 1.2, "shrinkA": 0, "shrinkB": 0},
        )
        for factor in (LOST_ZERO, MONTHS):
            axes.plot([level * factor] * 2, [y - 0.1, y + 0.1], color=theme.VERMILION, linewidth=1.6, label="condition")
        conditions = (
            text("{n} if a zero is missing", n=language.number(level * LOST_ZERO)),
            text("{n} if it is a monthly figure", n=language.number(level * MONTHS)),
        )
        for position, sentence in enumerate(conditions):
            pairs.label(
                axes, sentence, 1, y + 0.2 + 0.17 * position, shift=(-2, 0), size=theme.NOTE, colour=theme.VERMILION_TEXT, ha="right", edge=True
            )
