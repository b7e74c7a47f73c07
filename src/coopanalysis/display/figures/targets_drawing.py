"""The drawing of figure 6: one axis for all targets, each of them at 100 %."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from coopanalysis.display import theme
from coopanalysis.display.figures import marks, pairs
from coopanalysis.display.statuses import status_sign, status_words
from coopanalysis.display.view import REPORT_EVIDENCE, View

_MOST = 2.05  # the axis ends here; what lies beyond is drawn at the edge with its value


@dataclass
class _Row:
    """One target as it is drawn: its words, wrapped, and where its line runs (inches from the top)."""

    record: Any
    name: str
    need: str
    sign: str
    status: list[str]
    reason: list[str]
    top: float = 0.0
    height: float = 0.0


class Drawing:
    """``targets``: rows of ``progress_table``, grouped here; vertical units are inches, so that words keep their distance whatever the number."""

    def __init__(self, view: View, targets: list[Any], reasons: dict[Any, str], width: theme.Width):
        self.view, self.wide = view, width == "wide"
        self.width: theme.Width = width
        self.left, self.right = (1.77, 2.55) if self.wide else (0.27, 0.27)
        self.room = self.right - 0.75 if self.wide else theme.WIDTHS["narrow"] - 2 * theme.MARGIN
        self.groups: dict[str, list[_Row]] = {}
        for record in targets:
            self.groups.setdefault(record.indicator, []).append(self.row(record, reasons))
        self.height = 0.28
        for rows in self.groups.values():
            self.height += 0.28 if self.wide else 0.26
            for row in rows:
                row.top = self.height
                self.height += row.height
        self.named = False

    def row(self, record: Any, reasons: dict[Any, str]) -> _Row:
        view, text, language = self.view, self.view.language.text, self.view.language
        name = f"{record.target_date.year}: {view.value(record.indicator, record.target_value, record.target_qualifier)}"
        needed = pd.notna(record.required_cagr) and record.required_cagr > 0
        need = text("needs {rate} a year", rate=language.percent(record.required_cagr)) if needed else ""
        words = status_words(record.status, "", language).split(",")[0]  # the doubt itself stands in the reason
        row = _Row(
            record,
            name,
            need,
            status_sign(record.status),
            theme.balance(words, self.room, theme.NOTE, "bold"),
            theme.balance(reasons[record.Index], self.room, theme.NOTE),
        )
        if self.wide:
            row.height = max(0.4, 0.16 * len(row.status + row.reason) + 0.1)
        else:
            row.height = 0.42 + (0 if view.evidence == REPORT_EVIDENCE else 0.15) + (0 if self.one_line(row) else 0.17)
        return row

    def one_line(self, row: _Row) -> bool:
        """Whether a phone has room for target and status side by side."""
        return theme.text_width(f"{row.name}  ", theme.NOTE) + theme.text_width(f"{row.sign} {' '.join(row.status)}", theme.NOTE, "bold") < self.room

    def figure(self) -> Figure:
        figure = theme.new_figure(self.width, self.height + 0.32)
        axes = pairs.row_axes(figure, self.left, 0.32, self.right, 0)
        axes.set_xlim(0, _MOST)
        axes.set_xticks([0, 0.5, 1, 1.5, 2], [self.view.language.percent(value, 0) for value in (0, 0.5, 1, 1.5, 2)])
        theme.value_grid(axes, "x")
        axes.plot([1, 1], [0.2, self.height], color=theme.VERMILION, linewidth=1.6, zorder=1, label="_furniture")
        pairs.label(axes, self.view.language.text("target = 100%"), 1, 0.08, size=theme.NOTE, colour=theme.VERMILION_TEXT, ha="center")
        for code, rows in self.groups.items():
            self.heading(axes, code, rows[0].record.past_cagr, rows[0].top - 0.12)
            for row in rows:
                self.words(axes, row)
                self.marks(axes, row)
        return figure

    def at(self, inches: float) -> float:
        """Inches from the figure's left edge as a fraction of the axes."""
        return (inches - self.left) / (theme.WIDTHS[self.width] - self.left - self.right)

    def heading(self, axes: Axes, code: str, grown: float, y: float) -> None:
        view = self.view
        pairs.label(axes, view.indicator(code), self.at(theme.MARGIN), y, size=theme.ROW, bold=True, edge=True)
        if pd.notna(grown):
            words = view.language.text("grew {rate} a year", rate=view.language.percent(grown))
            beside = max(self.left + 0.05, 0.3 + theme.text_width(view.indicator(code), theme.ROW, "bold"))
            pairs.label(
                axes,
                words,
                self.at(beside if self.wide else theme.WIDTHS["narrow"] - theme.MARGIN),
                y,
                size=theme.NOTE,
                colour=theme.MUTED,
                ha="left" if self.wide else "right",
                edge=True,
            )

    def words(self, axes: Axes, row: _Row) -> None:
        muted: dict[str, Any] = {"size": theme.NOTE, "colour": theme.MUTED, "edge": True}
        if self.wide:
            middle = row.top + row.height / 2
            pairs.label(
                axes, row.name, self.at(theme.MARGIN), middle - (0.08 if row.need else 0), size=theme.NOTE, colour=theme.VERMILION_TEXT, edge=True
            )
            if row.need:
                pairs.label(axes, row.need, self.at(theme.MARGIN), middle + 0.08, **muted)
            column = 7 - self.right
            first = middle - 0.08 * (len(row.status + row.reason) - 1)
            pairs.label(axes, row.sign, self.at(column + 0.12), first, bold=True, edge=True)
            for position, line in enumerate([*row.status, *row.reason]):
                y, bold = first + 0.16 * position, position < len(row.status)
                pairs.label(axes, line, self.at(column + 0.6), y, size=theme.NOTE, bold=bold, colour=theme.INK if bold else theme.MUTED, edge=True)
            return
        y = row.top + 0.09
        pairs.label(axes, row.name, self.at(theme.MARGIN), y, size=theme.NOTE, colour=theme.VERMILION_TEXT, edge=True)
        status = f"{row.sign} {' '.join(row.status)}"
        if self.one_line(row):
            pairs.label(axes, status, self.at(theme.WIDTHS["narrow"] - theme.MARGIN), y, size=theme.NOTE, bold=True, ha="right", edge=True)
        else:
            pairs.label(axes, status, self.at(theme.MARGIN), y + 0.17, size=theme.NOTE, bold=True, edge=True)

    def marks(self, axes: Axes, row: _Row) -> None:
        """Line of the row, model range, target, baseline, and what was reached by published evidence."""
        record, target = row.record, row.record.target_value
        y = row.top + (row.height / 2 if self.wide else row.height - 0.14)
        axes.plot([0, _MOST], [y, y], color=theme.RULE, linewidth=0.8, zorder=1, label="_furniture")
        low, high = np.sort([record.linear_value / target, record.exponential_value / target])
        if low == low:
            edge = min(high, _MOST)
            axes.add_patch(
                Rectangle(
                    (low, y - 0.07),
                    max(edge - low, 0.01),
                    0.14,
                    facecolor="white",
                    edgecolor=theme.GREY,
                    hatch="////",
                    linewidth=0.9,
                    zorder=1.5,
                    label="model range",
                )
            )
            shares = [value / target for value in (record.current_value, record.part_value) if pd.notna(value)]
            if self.wide and not self.named and edge >= 1 and not any(1 < share < 1.9 for share in shares):
                # over the bar's end, right of the target's line and clear of the row's own
                pairs.label(axes, self.view.language.text("model range"), 1, y - 0.15, shift=(5, 0), size=theme.SOURCE, colour=theme.MUTED)
                self.named = True
        marks.mark(axes, 1, y, "D", 42, "target", fill=theme.TARGET_FILL, edge=theme.VERMILION, width=1.4, zorder=2.5)
        if pd.notna(record.baseline_value):
            axes.plot([record.baseline_value / target] * 2, [y - 0.1, y + 0.1], color=theme.INK, linewidth=3, zorder=3, label="baseline")
        if self.view.evidence == REPORT_EVIDENCE:
            return
        for value, qualifier, weak in ((record.current_value, record.current_qualifier, False), (record.part_value, record.part_qualifier, True)):
            if pd.isna(value):
                continue
            x = min(value / target, _MOST - 0.02)
            shape, label = ("X", "single source") if weak else ("o", "latest")
            marks.mark(axes, x, y, shape, 58, label, fill="white" if weak else theme.BLUE, edge=theme.BLUE, zorder=4)
            beside = weak and pd.notna(record.current_value) and abs(value - record.current_value) / target < 0.4
            if abs(value - target) > 0.5:
                pairs.label(
                    axes,
                    self.view.value(record.indicator, value, qualifier),
                    x,
                    y,
                    shift=(8, 0) if beside else (0, 12.5),
                    size=theme.NOTE,
                    colour=theme.BLUE_TEXT,
                    ha="left" if beside else "center",
                    ground=beside,
                )
