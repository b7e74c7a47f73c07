"""Marks of single published figures, the same in every figure: periods, qualifiers, repeats, reposts."""

from __future__ import annotations

from typing import Any

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.path import Path

from coopanalysis.display import theme

REPEATED = Path([(-1, 0.42), (1, 0.42), (-1, -0.42), (1, -0.42)], [Path.MOVETO, Path.LINETO, Path.MOVETO, Path.LINETO])  # "="
SHORTEST_PERIOD = 40  # days; a month is a date
ARROW = 15  # points


def are_periods(levels: pd.DataFrame) -> pd.Series:
    """True where only a stretch of time is known. The report's "now" is a date that was moved, not a stretch."""
    return levels["evidence"].ne("report") & (levels["date"] - levels["period_start"]).dt.days.gt(SHORTEST_PERIOD)


def is_moved(levels: pd.DataFrame) -> pd.Series:
    """True where a figure stands at another day than its source names, or the source names none."""
    return ~levels["derived"] & levels["period_end"].ne(levels["date"])


def is_repost(row: Any) -> bool:
    """Whether a page of low reliability that copies another one is the only source."""
    return bool(row.reliability == "low" and row.source.startswith("baomoi"))


def middles(levels: pd.DataFrame) -> pd.Series:
    """Where the marks stand: on their day, or in the middle of the stated period."""
    start = levels["period_start"].fillna(levels["date"])
    return (start + (levels["date"] - start) / 2).where(levels["evidence"].ne("report"), levels["date"])


def period(axes: Axes, row: Any, y: float) -> None:
    """A bar over the period that is known."""
    axes.plot(mdates.date2num([row.period_start, row.date]), [y, y], color=theme.BLUE, linewidth=2.6, zorder=2, label="_furniture")


def mark(axes: Axes, x: float, y: float, shape: str, area: float, label: str, *, fill: str, edge: str, width: float = 1.5, zorder: float) -> None:
    """One mark of ``area`` square points. A line without a line: scatter makes a collection of each, which costs several times as much."""
    style = {"marker": shape, "markersize": area**0.5, "markerfacecolor": fill, "markeredgecolor": edge, "markeredgewidth": width}
    axes.plot([x], [y], linestyle="none", zorder=zorder, label=label, **style)


def repeated(axes: Axes, x: Any, y: Any, size: float = 14) -> None:
    """The sign "=" at one place or at many."""
    axes.scatter(x, y, marker=REPEATED, s=size, facecolor="none", edgecolor=theme.MUTED, linewidth=1.1, zorder=2, label="repeated")


def qualifier(axes: Axes, row: Any, x: float, y: float, colour: str) -> None:
    """Which way the figure can be wrong: an arrow away from the mark, a whisker, a foot on the low side."""
    if row.qualifier in ("more_than", "less_than"):
        up = 1 if row.qualifier == "more_than" else -1
        axes.annotate(
            "",
            (x, y),
            xytext=(0, up * ARROW),
            textcoords="offset points",
            arrowprops={"arrowstyle": "<|-,head_length=0.28,head_width=0.16", "color": colour, "linewidth": 1.2, "shrinkA": 0, "shrinkB": 4},
            zorder=2,
        )
        return
    ends = [bound for bound in (row.lower, row.upper) if np.isfinite(bound) and bound != y]
    for end in ends:
        axes.plot([x, x], [end, y], color=colour, linewidth=1.2, zorder=2, label="_furniture")
        mark(axes, x, end, "_", 36, "_furniture", fill=colour, edge=colour, width=1.2, zorder=2)
