"""Figure 6: met, on pace, or unknown? A row for each target on one axis, the target at 100 %."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from coopanalysis.display import theme
from coopanalysis.display.figures.chart import Chart
from coopanalysis.display.findings.targets import MET, status_sentence, target_name
from coopanalysis.display.statuses import status_sign, status_words
from coopanalysis.display.theme import Width
from coopanalysis.display.view import View

_MOST = 2.05  # the axis ends here; what lies beyond is drawn at the edge with its value


def targets_chart(view: View, progress: pd.DataFrame) -> Chart:
    """A :class:`Chart` of ``progress_table``: baseline, latest figure, model range, status in words and sign."""
    text, language = view.language.text, view.language
    years = language.join([str(year) for year in sorted(progress["target_date"].dt.year.unique())])
    subtitle = (text("Report alone against the {years} targets (target = 100%), {area}", years=years, area=view.area) if view.evidence == "report"
                else text("Latest figure against the {years} targets of the report (target = 100%), {area}", years=years, area=view.area))
    open_rows = progress[~progress["status"].isin(MET)]
    met = len(progress) - len(open_rows)
    listed = "; ".join(f"{target_name(view, row)}: {status_words(row.status, '', language).lower()}" for row in open_rows.itertuples())
    alt = text("{met} of {all} targets met. Not met: {list}.", met=met, all=len(progress), list=listed) if listed else text("All {all} targets met.", all=len(progress))
    key = text("Thick tick: baseline; ● latest figure; ✕ repost; ◇ target; hatched: model range from linear to constant growth of the past, no confidence interval.")
    caution = view.area_notice
    sources = [*progress["target_row"].map(lambda _: ""), *progress["baseline_source"].dropna(), *progress["current_source"].dropna(), *progress["part_source"].dropna()]
    data = progress[["indicator", "target_date", "target_value", "target_qualifier", "baseline_value", "past_cagr", "required_cagr", "linear_value", "exponential_value",
                     "current_value", "current_time_period", "current_source", "part_value", "part_time_period", "part_source", "status", "reason", "target_row"]]
    rows = list(progress.itertuples())
    table = pd.DataFrame({
        text("Target"): [f"{target_name(view, row)}: {view.value(row.indicator, row.target_value, row.target_qualifier)}" for row in rows],
        text("Baseline"): [view.value(row.indicator, row.baseline_value) for row in rows],
        text("Latest figure"): [view.value(row.indicator, row.current_value, row.current_qualifier) for row in rows],
        text("Share of the target"): [language.percent(row.current_value / row.target_value, 0) for row in rows],
        text("Assessment"): [f"{status_sign(row.status)} {status_words(row.status, row.reason, language)}" for row in rows],
    })

    def draw(width: Width) -> Figure:
        return _draw(view, progress, width)

    return Chart("target_progress", draw, status_sentence(view, progress).rstrip("."), subtitle, alt[:300], (key, caution), view.source_note([code for code in sources if code]), data, table)


def _draw(view: View, progress: pd.DataFrame, width: Width) -> Figure:
    wide = width == "wide"
    groups = list(progress.groupby("indicator", sort=False))
    step = 0.4 if wide else 0.66
    lines = sum(len(group) + (0.75 if wide else 0.55) for _, group in groups)
    figure = theme.new_figure(width, lines * step + 0.75 if wide else min(lines * step + 0.7, theme.MAX_HEIGHT["narrow"]))
    axes = theme.place(figure, 1.75 if wide else 0.12, 0.35, 2.7 if wide else 0.25, 0.3)
    axes.set(xlim=(0, _MOST), ylim=(lines, 0))
    axes.set_yticks([])
    axes.set_xticks([0, 0.5, 1, 1.5, 2], [view.language.percent(value, 0) for value in (0, 0.5, 1, 1.5, 2)])
    theme.value_grid(axes, "x")
    axes.axvline(1, color=theme.VERMILION, linewidth=1.6, zorder=1)
    axes.annotate(view.language.text("target = 100%"), (1, 0), xytext=(0, 4), textcoords="offset points", ha="center", va="bottom", fontsize=theme.NOTE, color=theme.VERMILION_TEXT)
    y = 0.0
    at = axes.get_yaxis_transform()
    labelled = False
    for code, group in groups:
        first = group.iloc[0]
        y += 0.42 if wide else 0.3
        left = -1.65 / (figure.get_size_inches()[0] * axes.get_position().width) if wide else 0
        axes.text(left, y, view.indicator(str(code)), transform=at, fontsize=theme.ROW, fontweight="bold", va="center", zorder=4,
                  bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5})
        if pd.notna(first["past_cagr"]):
            words = view.language.text("grew {rate} a year", rate=view.language.percent(first["past_cagr"]))
            axes.text(0.02 if wide else 1.0, y, words, transform=at, fontsize=theme.NOTE, color=theme.MUTED, ha="left" if wide else "right", va="center", zorder=4,
                      bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5})
        y += 0.33 if wide else 0.25
        for row in group.itertuples():
            room = pd.notna(row.linear_value) and not _marks_right_of_range(row)
            _row(view, axes, row, y, wide, left, show_range_name=not labelled and room)
            labelled = labelled or room
            y += 1
    return figure


def _marks_right_of_range(row: object) -> bool:
    """Whether a figure stands where the name of the model range would."""
    edge = max(row.linear_value, row.exponential_value) / row.target_value  # type: ignore[attr-defined]
    shares = [value / row.target_value for value in (row.current_value, row.part_value, row.target_value) if pd.notna(value)]  # type: ignore[attr-defined]
    return any(edge - 0.08 < share < edge + 0.6 for share in shares)


def _row(view: View, axes: Axes, row: object, y: float, wide: bool, left: float, *, show_range_name: bool) -> None:
    text, language = view.language.text, view.language
    at = axes.get_yaxis_transform()
    centre = y + (0.5 if wide else 0.66)
    target = row.target_value  # type: ignore[attr-defined]
    name = f"{row.target_date.year}: {view.value(row.indicator, target, row.target_qualifier)}"  # type: ignore[attr-defined]
    need = text("needs {rate} a year", rate=language.percent(row.required_cagr)) if pd.notna(row.required_cagr) and row.required_cagr > 0 else ""  # type: ignore[attr-defined]
    words, reason = status_words(row.status, "", language), _reason(view, row)  # type: ignore[attr-defined]
    sign = status_sign(row.status)  # type: ignore[attr-defined]
    white = {"facecolor": "white", "edgecolor": "none", "pad": 0.4}
    if wide:
        axes.text(left, centre - (0.2 if need else 0), name, transform=at, fontsize=theme.NOTE, color=theme.VERMILION_TEXT, va="center")
        if need:
            axes.text(left, centre + 0.22, need, transform=at, fontsize=theme.NOTE, color=theme.MUTED, va="center")
        axes.text(1.05, centre - (0.2 if reason else 0), sign, transform=at, fontsize=theme.VALUE, va="center", fontweight="bold")
        axes.text(1.24, centre - (0.2 if reason else 0), words, transform=at, fontsize=theme.NOTE, va="center", fontweight="bold")
        if reason:
            axes.text(1.24, centre + 0.22, reason, transform=at, fontsize=theme.NOTE, color=theme.MUTED, va="center")
    else:
        axes.text(0, y + 0.2, name, transform=at, fontsize=theme.NOTE, color=theme.VERMILION_TEXT, va="center", bbox=white, zorder=4)
        words = words if theme.text_width(f"{name}  {sign} {words}", theme.NOTE, "bold") < theme.WIDTHS["narrow"] - 0.4 else words.split(",")[0]
        axes.text(1.0, y + 0.2, f"{sign} {words}", transform=at, fontsize=theme.NOTE, va="center", ha="right", fontweight="bold", bbox=white, zorder=4)
    axes.plot([0, _MOST], [centre, centre], color=theme.RULE, linewidth=0.8, zorder=1)
    low, high = np.sort([row.linear_value / target, row.exponential_value / target])  # type: ignore[attr-defined]
    if low == low:
        axes.add_patch(Rectangle((low, centre - 0.17), max(min(high, _MOST) - low, 0.01), 0.34, facecolor="white", edgecolor=theme.GREY, hatch="////", linewidth=0.9, zorder=1.5))
        if show_range_name and wide:
            axes.text(min(high, _MOST) + 0.02, centre - 0.05, text("model range"), fontsize=theme.SOURCE, color=theme.MUTED, va="center", zorder=2)
    axes.scatter([1], [centre], marker="D", s=42, facecolor=theme.TARGET_FILL, edgecolor=theme.VERMILION, linewidth=1.4, zorder=2.5)
    if pd.notna(row.baseline_value):  # type: ignore[attr-defined]
        axes.plot([row.baseline_value / target] * 2, [centre - 0.24, centre + 0.24], color=theme.INK, linewidth=3, zorder=3)  # type: ignore[attr-defined]
    if view.evidence == "report":
        return
    for value, marker in ((row.current_value, "o"), (row.part_value, "X")):  # type: ignore[attr-defined]
        if pd.isna(value):
            continue
        x = min(value / target, _MOST - 0.02)
        weak = marker == "X"
        axes.scatter([x], [centre], marker=marker, s=58, facecolor="white" if weak else theme.BLUE, edgecolor=theme.BLUE, linewidth=1.5, zorder=4)
        if abs(value - target) > 0.5 and (wide or not weak or value / target > 1.1):
            axes.annotate(language.number(value), (x, centre), xytext=(0, 7), textcoords="offset points", ha="center", va="bottom", fontsize=theme.NOTE, color=theme.BLUE_TEXT, zorder=5)


def _reason(view: View, row: object) -> str:
    """One short reason under the status."""
    text, language = view.language.text, view.language
    if row.status == "achieved_single_source":  # type: ignore[attr-defined]
        return text("{value} active; to be confirmed", value=language.number(row.part_value)) if pd.notna(row.part_value) else ""  # type: ignore[attr-defined]
    if row.reason == "target_already_reached":  # type: ignore[attr-defined]
        return text("since the baseline")
    if row.status == "target_achieved":  # type: ignore[attr-defined]
        by = language.date(row.reached_by, "month")  # type: ignore[attr-defined]
        if pd.notna(row.reached_after):  # type: ignore[attr-defined]
            return text("between {a} and {b}", a=language.date(row.reached_after, "month"), b=by)  # type: ignore[attr-defined]
        return text("by {b} at the latest", b=by)
    if pd.notna(row.current_value) and view.evidence != "report":  # type: ignore[attr-defined]
        return text("latest: {value} ({period})", value=view.value(row.indicator, row.current_value, row.current_qualifier), period=_month(view, row))  # type: ignore[attr-defined]
    if view.evidence == "report" and row.stretch == row.stretch:  # type: ignore[attr-defined]
        return text("past pace is {share} of it", share=language.percent(row.stretch, 0))  # type: ignore[attr-defined]
    return text("no baseline stated") if row.reason == "no_baseline" else text("one figure only")  # type: ignore[attr-defined]


def _month(view: View, row: object) -> str:
    return view.language.date(row.current_date, "month")  # type: ignore[attr-defined]
