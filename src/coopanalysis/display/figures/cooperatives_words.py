"""The words of figure 3, each where it covers no mark: numbers, targets, names of the series."""

from __future__ import annotations

from typing import Any

import matplotlib.dates as mdates
import numpy as np
import pandas as pd

from coopanalysis.display import theme
from coopanalysis.display.figures import marks
from coopanalysis.display.figures.evidence import Evidence
from coopanalysis.display.figures.labels import AWAY, BESIDE, Labels
from coopanalysis.display.view import REPORT_EVIDENCE, View

FEW = 9  # so many figures all get their number
SHARE = 0.4  # of more, so many besides the ones that matter; the rest is in the table
SAME = 200  # days within which one number serves two marks


class Words:
    """``shown``: the figures on the axis; ``spoken``: those that the title speaks of, whose numbers are always written."""

    def __init__(self, view: View, evidence: Evidence, shown: pd.DataFrame, spoken: list[Any], labels: Labels, *, wide: bool):
        self.view, self.evidence, self.spoken, self.labels, self.wide = view, evidence, spoken, labels, wide
        self.text = view.language.text
        self.start = shown["middle"].min()
        self.others = shown[shown["evidence"].ne(REPORT_EVIDENCE) & ~shown["derived"]]
        self.written: dict[str, float] = {}

    def write(self) -> None:
        """Targets first; on a page the names of the series stand at certain marks, on a phone wherever is room."""
        self.target_words()
        for words in (self.series_names, self.number_labels) if self.wide else (self.number_labels, self.series_names):
            words()

    def target_words(self) -> None:
        for row in self.evidence.aims:
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
        """The report's own, then what the title speaks of and the ends and extremes of each series, then others that stand free."""
        evidence, own = self.evidence, self.evidence.report
        for row in evidence.origin:
            self.derived_label(row)
        if own is not None:
            words = self.text("{value}\nreport", value=self.view.value(evidence.indicator, own["obs_value"]))
            beside = ((9, -7, "left", "top"), (9, 7, "left", "bottom"), (9, 0, "left", "center"))
            style: dict[str, Any] = {"required": True, "away": AWAY, "under": True, "offsets": beside}
            self.number(own, words, **style, fontweight="bold", color=theme.INK, linespacing=1.1)
        fresh = self.others[~self.others["repeated"]]
        first = [*self.spoken]
        for _, series in fresh.groupby("indicator", sort=False):
            first += [series["date"].idxmax(), series["date"].idxmin(), series["obs_value"].idxmax(), series["obs_value"].idxmin()]
        first = [index for index in dict.fromkeys(first) if index in fresh.index]
        for index in first:
            self.number(fresh.loc[index], away=AWAY)
        rest = fresh.drop(index=first)
        room = len(rest) if len(fresh) <= FEW else round(SHARE * len(rest))
        for index in self.freest(rest):
            room -= room > 0 and self.number(rest.loc[index], away=AWAY if len(fresh) <= FEW else ())

    def freest(self, rows: pd.DataFrame) -> list[Any]:
        """The figures whose next mark is farthest first: their numbers are the easiest to read."""
        centres = np.array(self.labels.centres)
        own = self.labels.axes.transData.transform(np.column_stack([mdates.date2num(rows["middle"]), rows["obs_value"]])) if len(rows) else []
        distance = [np.sort(np.hypot(*(centres - point).T))[1] for point in own]
        return [index for _, index in sorted(zip(distance, rows.index, strict=True), key=lambda pair: (-pair[0], pair[1]))]

    def derived_label(self, row: Any) -> None:
        value = self.view.value(row.indicator, row.obs_value, row.qualifier)
        if row.date >= self.start:
            report = row.evidence == REPORT_EVIDENCE
            words = self.text("{value}* report, derived", value=value) if report else self.text("{value}* derived", value=value)
            offsets = ((8, -4, "left", "top"), (8, 0, "left", "center"), (-4, -8, "left", "top"), (4, -8, "right", "top"))
            self.labels.place(mdates.date2num(row.date), row.obs_value, words, required=True, offsets=offsets, away=AWAY, fontsize=theme.NOTE)
            return
        words = self.text("← {year}:\n{value}*", year=row.date.year, value=value)
        edge = self.labels.axes.get_xlim()[0]
        offsets = ((2, 0, "left", "center"), (2, -8, "left", "top"), (2, 8, "left", "bottom"), (2, -16, "left", "top"))
        self.labels.place(edge, row.obs_value, words, required=True, offsets=offsets, away=AWAY, fontsize=theme.NOTE)

    def number(self, row: pd.Series, words: str = "", **style: Any) -> bool:
        """The number of one figure beside its mark (of the repost, its doubts in words too); False where there is no room."""
        repost = row["evidence"] != REPORT_EVIDENCE and marks.is_repost(row)
        x, words = mdates.date2num(row["middle"]), words or self.view.value(row["indicator"], row["obs_value"], row["qualifier"])
        if self.written.get(words, -np.inf) > x - SAME:
            return False
        offsets = ((-8, 0, "right", "center"), (8, 0, "left", "center")) if repost else BESIDE
        bold = "bold" if row.name in self.spoken else "normal"
        style = {"fontsize": theme.VALUE, "color": theme.BLUE_TEXT, "fontweight": bold, "offsets": offsets, **style}
        note = self.labels.place(x, row["obs_value"], words, **style)
        if note is None:
            return False
        self.written[words] = x
        if repost:
            doubts = "\n".join(theme.balance(self.text("active; one source only, to be confirmed"), 1.9 if self.wide else 1.4, theme.NOTE))
            beside = ((-8, -7, "right", "top"), (8, -7, "left", "top"))
            self.labels.place(x, row["obs_value"], doubts, required=True, offsets=beside, fontsize=theme.NOTE, color=theme.BLUE_TEXT, linespacing=1.1)
        return True

    def series_names(self) -> None:
        """Name the two series on the chart: on a page at their first figures, on a phone together where nothing stands."""
        evidence, names = self.evidence, (self.text("● total"), self.text("○ active"))
        style: dict[str, Any] = {"fontsize": theme.NOTE, "color": theme.BLUE_TEXT}
        if evidence.parts.empty:
            return
        if not self.wide:
            edge, ticks = self.labels.axes.get_xlim()[0], self.labels.axes.get_yticks()
            for tick in reversed(ticks[:-1]):
                if self.labels.place(edge, tick, "\n".join(names), offsets=((2, 2, "left", "bottom"),), linespacing=1.2, **style):
                    return
            return
        for code, words in zip((evidence.indicator, evidence.active), names, strict=True):
            for row in self.others[self.others["indicator"].eq(code)].head(1).itertuples():
                x = mdates.date2num(row.period_start if row.stretch else row.middle)
                offsets = ((-8, 0, "right", "center"), (-8, -3, "right", "top"), (0, -8, "left", "top"), (0, 20, "center", "bottom"))
                self.labels.place(x, row.obs_value, words, offsets=offsets, **style)
