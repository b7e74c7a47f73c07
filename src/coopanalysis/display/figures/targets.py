"""Figure 6: met, on pace, or unknown? A row for each target on one axis, the target at 100 %."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from coopanalysis.display import theme
from coopanalysis.display.figures import pairs
from coopanalysis.display.figures.chart import ALT_LIMIT, Chart
from coopanalysis.display.findings.targets import MET, status_sentence, target_counts, target_name
from coopanalysis.display.statuses import status_sign, status_words
from coopanalysis.display.theme import Width
from coopanalysis.display.view import REPORT_EVIDENCE, View

_MOST = 2.05  # the axis ends here; what lies beyond is drawn at the edge with its value


def targets_chart(view: View, progress: pd.DataFrame) -> Chart:
    """A :class:`Chart` of ``progress_table``: baseline, latest figure, model range, status in words and sign."""
    text, language = view.language.text, view.language
    years = language.join([str(year) for year in sorted(progress["target_date"].dt.year.unique())])
    subtitle = (
        text("Report alone against the {years} targets (target = 100%), {area}", years=years, area=view.area)
        if view.evidence == "report"
        else text("Latest figure against the {years} targets of the report (target = 100%), {area}", years=years, area=view.area)
    )
    open_rows = progress[~progress["status"].isin(MET)]
    counts = target_counts(progress)
    met = text("{met} of {all} targets met.", met=counts["met"], all=counts["all"])
    single = text("{single} more by one source only.", single=counts["single"]) if counts["single"] else ""
    alt = pairs.sentences(met, single, *_open_targets(view, open_rows))
    range_words = text("hatched: model range from linear to constant growth of the past, no confidence interval.")
    marks = (
        text("Thick tick: baseline; ◇ target;")
        if view.evidence == REPORT_EVIDENCE
        else text("Thick tick: baseline; ● latest figure; ✕ repost; ◇ target;")
    )
    key = pairs.sentences(marks, range_words)
    caution = view.area_notice
    data = progress[
        [
            "indicator",
            "target_date",
            "target_value",
            "target_qualifier",
            "baseline_value",
            "past_cagr",
            "required_cagr",
            "linear_value",
            "exponential_value",
            "current_value",
            "current_time_period",
            "part_value",
            "part_time_period",
            "status",
            "reason",
            "target_row",
        ]
    ]
    rows = list(progress.itertuples())
    behind = [[row.baseline_source, row.current_source, row.part_source] for row in rows]
    data = data.assign(
        unit=view.dataset.indicators.loc[progress["indicator"], "unit"].to_numpy(),
        source=[" ".join(dict.fromkeys(code for code in codes if isinstance(code, str))) for codes in behind],
        rows=[pairs.row_numbers(row.baseline_row, row.current_row, row.part_row) for row in rows],
    )
    table = pd.DataFrame(
        {
            text("Target"): [f"{target_name(view, row)}: {view.value(row.indicator, row.target_value, row.target_qualifier)}" for row in rows],
            text("Baseline"): [view.value(row.indicator, row.baseline_value) for row in rows],
            text("Latest figure"): [view.value(row.indicator, row.current_value, row.current_qualifier) for row in rows],
            text("Share of the target"): [language.percent(row.current_value / row.target_value, 0) for row in rows],
            text("Assessment"): [f"{status_sign(row.status)} {status_words(row.status, row.reason, language)}" for row in rows],
        }
    )

    sources = [code for codes in behind for code in codes if isinstance(code, str)]
    return Chart(
        "target_progress",
        lambda width: _Drawing(view, progress, width).figure(),
        _title(view, progress),
        subtitle,
        alt[:ALT_LIMIT],
        tuple(note for note in (key, caution) if note),
        view.source_note(sources),
        data,
        table,
    )


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


class _Drawing:
    """Rows grouped by indicator; vertical units are inches, so that words keep their distance whatever the number of rows."""

    def __init__(self, view: View, progress: pd.DataFrame, width: Width):
        self.view, self.wide = view, width == "wide"
        self.width: Width = width
        self.left, self.right = (1.72, 2.55) if self.wide else (0.22, 0.22)
        self.room = self.right - 0.72 if self.wide else theme.WIDTHS["narrow"] - 0.2
        self.groups = [
            (str(code), group.iloc[0], [self.row(record) for record in group.itertuples()])
            for code, group in progress.groupby("indicator", sort=False)
        ]
        self.height = 0.28
        for _, _, rows in self.groups:
            self.height += 0.28 if self.wide else 0.26
            for row in rows:
                row.top = self.height
                self.height += row.height
        self.named = False

    def row(self, record: Any) -> _Row:
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
            theme.wrap(words, self.room, theme.NOTE, "bold"),
            theme.wrap(_reason(view, record), self.room, theme.NOTE),
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
        for code, first, rows in self.groups:
            self.heading(axes, code, first, rows[0].top - 0.12)
            for row in rows:
                self.words(axes, row)
                self.marks(axes, row)
        return figure

    def at(self, inches: float) -> float:
        """Inches from the figure's left edge as a fraction of the axes."""
        return (inches - self.left) / (theme.WIDTHS[self.width] - self.left - self.right)

    def heading(self, axes: Axes, code: str, first: pd.Series, y: float) -> None:
        view = self.view
        pairs.label(axes, view.indicator(code), self.at(0.1), y, size=theme.ROW, bold=True, edge=True)
        if pd.notna(first["past_cagr"]):
            words = view.language.text("grew {rate} a year", rate=view.language.percent(first["past_cagr"]))
            beside = max(self.left + 0.05, 0.3 + theme.text_width(view.indicator(code), theme.ROW, "bold"))
            pairs.label(
                axes,
                words,
                self.at(beside if self.wide else theme.WIDTHS["narrow"] - 0.1),
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
            pairs.label(axes, row.name, self.at(0.1), middle - (0.08 if row.need else 0), size=theme.NOTE, colour=theme.VERMILION_TEXT, edge=True)
            if row.need:
                pairs.label(axes, row.need, self.at(0.1), middle + 0.08, **muted)
            column = 7 - self.right
            first = middle - 0.08 * (len(row.status + row.reason) - 1)
            pairs.label(axes, row.sign, self.at(column + 0.12), first, bold=True, edge=True)
            for position, line in enumerate([*row.status, *row.reason]):
                y, bold = first + 0.16 * position, position < len(row.status)
                pairs.label(axes, line, self.at(column + 0.6), y, size=theme.NOTE, bold=bold, colour=theme.INK if bold else theme.MUTED, edge=True)
            return
        y = row.top + 0.09
        pairs.label(axes, row.name, self.at(0.1), y, size=theme.NOTE, colour=theme.VERMILION_TEXT, edge=True)
        status = f"{row.sign} {' '.join(row.status)}"
        if self.one_line(row):
            pairs.label(axes, status, self.at(theme.WIDTHS["narrow"] - 0.1), y, size=theme.NOTE, bold=True, ha="right", edge=True)
        else:
            pairs.label(axes, status, self.at(0.1), y + 0.17, size=theme.NOTE, bold=True, edge=True)

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
            words = self.view.language.text("model range")
            shares = [value / target for value in (record.current_value, record.part_value, target) if pd.notna(value)]
            free = self.wide and not any(edge - 0.08 < share < edge + 0.85 for share in shares) and edge < 1.3
            if free and not self.named:
                pairs.label(axes, words, edge, y, shift=(4, 0), size=theme.SOURCE, colour=theme.MUTED)
                self.named = True
        axes.scatter([1], [y], marker="D", s=42, facecolor=theme.TARGET_FILL, edgecolor=theme.VERMILION, linewidth=1.4, zorder=2.5, label="target")
        if pd.notna(record.baseline_value):
            axes.plot([record.baseline_value / target] * 2, [y - 0.1, y + 0.1], color=theme.INK, linewidth=3, zorder=3, label="baseline")
        if self.view.evidence == REPORT_EVIDENCE:
            return
        for value, qualifier, weak in ((record.current_value, record.current_qualifier, False), (record.part_value, "exact", True)):
            if pd.isna(value):
                continue
            x = min(value / target, _MOST - 0.02)
            axes.scatter(
                [x],
                [y],
                marker="X" if weak else "o",
                s=58,
                facecolor="white" if weak else theme.BLUE,
                edgecolor=theme.BLUE,
                linewidth=1.5,
                zorder=4,
                label="single source" if weak else "latest",
            )
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
                    ground=False,
                )


def _title(view: View, progress: pd.DataFrame) -> str:
    """ "5 of 10 targets met, 1 on a single source; not enough evidence for …", in two lines of a figure at most."""
    text, language, counts = view.language.text, view.language, target_counts(progress)
    if view.evidence == REPORT_EVIDENCE:
        return status_sentence(view, progress).partition(". ")[0].rstrip(".")
    first = text("{met} of {all} targets met", met=counts["met"], all=counts["all"])
    if counts["single"]:
        first = text("{met} of {all} targets met, {single} on a single source", met=counts["met"], all=counts["all"], single=counts["single"])
    names = list(dict.fromkeys(view.inline(code) for code in progress.loc[progress["status"].eq("not_enough_evidence"), "indicator"]))
    return text("{first}; not enough evidence for {names}", first=first, names=language.join(names)) if names else first


def _open_targets(view: View, open_rows: pd.DataFrame) -> list[str]:
    """ "No change: cooperative unions 2030." A sentence for each status."""
    sentences = []
    for status, group in open_rows.groupby("status", sort=False):
        names = [
            f"{view.inline(str(code))} {', '.join(str(day.year) for day in rows['target_date'])}"
            for code, rows in group.groupby("indicator", sort=False)
        ]
        sentences.append(f"{status_words(str(status), '', view.language)}: {'; '.join(names)}.")
    return sentences


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
