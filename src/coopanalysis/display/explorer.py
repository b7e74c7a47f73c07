"""The interactive page for analysts: choose, look, compare, assume, and take the chosen frame along.

Needs ipywidgets, which only the JupyterLab environment has; nothing else in the package imports this module.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ipywidgets as widgets
import matplotlib as mpl
import numpy as np
import pandas as pd
import seaborn as sns
from IPython.display import display
from matplotlib.figure import Figure

from coopanalysis.dataset.package import Dataset
from coopanalysis.display import theme
from coopanalysis.display.language import Language
from coopanalysis.display.view import View
from coopanalysis.metrics.deflation import deflate
from coopanalysis.metrics.growth import cagr
from coopanalysis.metrics.prices import price_index
from coopanalysis.metrics.time import years_between

FORMS = ("level", "index", "rate")


def chosen_frame(
    view: View, indicators: list[str], *, areas: list[str], start: int, end: int, real: bool, form: str, price_base: int | None = None
) -> pd.DataFrame:
    """The figures behind a choice, one row a statement, with ``shown``: what the chart draws.

    ``form``: "level" (the indicator's unit), "index" (a source's first figure = 100) or "rate" (annual growth since the
    same source's figure before, a fraction). Figures of different sources are never chained: they count differently.
    A source with one figure has neither index nor rate (NaN). ``real``: money in prices of ``price_base`` (default: the last year up to ``end`` that
    has a price index, see :func:`price_year`); years without a price index become NaN. Raises ``ValueError`` for another form.
    """
    if form not in FORMS:
        raise ValueError(f"form: unknown {form!r}; expected one of {', '.join(FORMS)}")
    frame = view.dataset.levels(*indicators, ref_area=areas, evidence=view.evidence)
    frame = frame if len(indicators) else frame.iloc[:0]
    frame = frame[frame["date"].dt.year.between(start, end) & ~frame["repeated"]].copy()
    frame["shown"] = frame["obs_value"]
    if real:
        for area in areas:
            prices = price_index(view.dataset).loc[area].dropna()
            money = frame["ref_area"].eq(area) & frame["indicator"].map(view.dataset.indicators["monetary"]).astype(bool)
            base = prices.get(price_base or price_year(view, area, end), np.nan)
            frame.loc[money, "shown"] = deflate(frame.loc[money, "obs_value"], frame.loc[money, "date"].dt.year.map(prices), base)
    series = frame.groupby(["ref_area", "indicator", "source"], sort=False)
    if form == "index":
        frame["shown"] = (frame["shown"] / series["shown"].transform("first") * 100).where(series["shown"].transform("size") > 1)
    elif form == "rate":
        before = series["date"].shift()
        frame["shown"] = cagr(
            series["shown"].shift(), frame["shown"], pd.Series(years_between(before, frame["date"]), index=frame.index).where(before.notna())
        )
    return frame.reset_index(drop=True)


def price_year(view: View, area: str, end: int) -> int:
    """The last year up to ``end`` with a price index for ``area``; ``end`` itself if there is none."""
    years = [int(year) for year in price_index(view.dataset).loc[area].dropna().index if year <= end]
    return max(years, default=end)


@dataclass
class Explorer:
    """Widgets over one dataset; ``show()`` puts them on the page, ``frame`` is always what is shown."""

    dataset: Dataset
    language: Language
    ref_area: str = "VN-28"
    evidence: str = "published"
    export_folder: Path = field(default_factory=Path.cwd)
    frame: pd.DataFrame = field(default_factory=pd.DataFrame, init=False)

    def __post_init__(self) -> None:
        text, language = self.language.text, self.language
        indicators = self.dataset.indicators.sort_values("sort_key")
        years = self.dataset.observations["date"].dt.year.dropna()
        wide = {"style": {"description_width": "9em"}, "layout": widgets.Layout(width="36em")}
        self.indicators = widgets.SelectMultiple(
            options=[(language.label(indicators, code, "short"), code) for code in indicators.index],
            value=("htx_total",),
            rows=9,
            description=text("Indicators"),
            **wide,
        )
        self.areas = widgets.SelectMultiple(
            options=[(language.label(self.dataset.areas, code, "short"), code) for code in self.dataset.observations["ref_area"].unique()],
            value=(self.ref_area,),
            rows=3,
            description=text("Areas"),
            **wide,
        )
        self.source = widgets.ToggleButtons(
            options=[(text("Published evidence"), "published"), (text("Report alone"), "report")],
            value=self.evidence,
            description=text("Evidence"),
            style={"description_width": "9em"},
        )
        self.dates = widgets.IntRangeSlider(
            min=int(years.min()), max=2030, value=(int(years.min()), int(years.max())), description=text("Dates"), **wide
        )
        self.real = widgets.Checkbox(value=False, description=text("Money without price change"), indent=True, **wide)
        self.form = widgets.ToggleButtons(
            options=[(text("Level"), "level"), (text("Index, first = 100"), "index"), (text("Growth a year"), "rate")],
            description=text("Show"),
            style={"description_width": "9em"},
        )
        self.target = widgets.Checkbox(value=True, description=text("Compare with the targets"), indent=True, **wide)
        self.growth = widgets.FloatSlider(value=0.0, min=-0.1, max=0.3, step=0.005, readout_format=".1%", description=text("Assumed growth"), **wide)
        self.file = widgets.Text(value="explored.csv", description=text("File"), **wide)
        self.save = widgets.Button(description=text("Save the frame as CSV"), layout=widgets.Layout(width="18em", margin="0 0 0 9em"))
        self.message = widgets.HTML()
        self.output = widgets.Output()
        self.save.on_click(lambda _: self.export())
        for control in (self.indicators, self.areas, self.source, self.dates, self.real, self.form, self.target, self.growth):
            control.observe(self._redraw, names="value")
        self._choose()

    def show(self) -> None:
        """Display the controls and the chart."""
        controls = [
            self.indicators,
            self.areas,
            self.source,
            self.dates,
            self.form,
            self.real,
            self.target,
            self.growth,
            self.file,
            self.save,
            self.message,
        ]
        display(widgets.VBox([*controls, self.output]))
        self._redraw()

    def draw(self) -> Figure:
        """The chart of the present choice; points are not joined, since sources and ways of counting differ."""
        view = self._choose()
        with mpl.rc_context(theme.style()):
            figure = theme.new_figure("wide", 4.4)
            axes = theme.place(figure, 0.8, 0.4, 0.2, 0.3)
            theme.value_grid(axes, "y")
            names = (
                self.frame["indicator"].map(lambda code: view.indicator(code))
                + ", "
                + self.frame["ref_area"].map(lambda code: self.language.label(self.dataset.areas, code, "short"))
            )
            shown = self.frame.assign(series=names)[self.frame["shown"].notna()]
            if len(shown):
                sns.scatterplot(shown, x="date", y="shown", hue="series", style="series", s=46, palette="colorblind", ax=axes)
                axes.legend(title=None, frameon=False, fontsize=theme.NOTE)
            elif self.form.value != "level":
                words = self.language.text("No source gives two figures for this choice; figures of different sources are not chained.")
                axes.text(0.02, 0.9, words, transform=axes.transAxes, fontsize=theme.NOTE, color=theme.MUTED)
            self._draw_targets(axes)
            self._draw_assumption(axes)
            axes.set(xlabel="", ylabel="")
            axes.set_title(self._measure(view), loc="left", fontsize=theme.NOTE, color=theme.MUTED)
            decimals = 2 if self.form.value == "rate" or (len(shown) and shown["shown"].max() < 10) else 0
            axes.yaxis.set_major_formatter(lambda value, _: self.language.number(value, decimals))
        return figure

    def _choose(self) -> View:
        """Take the controls' choice into ``frame``."""
        view = View(self.dataset, self.language, self.ref_area, self.source.value)
        start, end = self.dates.value
        self.frame = chosen_frame(
            view, list(self.indicators.value), areas=list(self.areas.value), start=start, end=end, real=self.real.value, form=self.form.value
        )
        return view

    def _measure(self, view: View) -> str:
        """What the value axis shows: form, units of the chosen indicators, and the year of the prices."""
        text = self.language.text
        units = list(dict.fromkeys(view.unit(code) or text("number") for code in self.frame["indicator"].unique()))
        words = {"level": ", ".join(units), "index": text("Index, first = 100"), "rate": text("Growth a year")}[self.form.value]
        money = self.frame["indicator"].map(self.dataset.indicators["monetary"]).astype(bool).any()
        if self.real.value and money:
            words += "; " + text("constant prices of {year}", year=price_year(view, self.ref_area, self.dates.value[1]))
        return words

    def export(self) -> Path | None:
        """Write the shown frame to the chosen file (UTF-8 with mark, so that spreadsheets read the letters) and say where.

        A name that is empty or leads to another folder is refused with a message; nothing is written then.
        """
        name = self.file.value.strip()
        if not name or name in (".", "..") or Path(name).name != name or "\\" in name:
            self.message.value = self.language.text("Give a file name without a folder, such as explored.csv.")
            return None
        path = self.export_folder / name
        self.frame.to_csv(path, index=False, encoding="utf-8-sig")
        self.message.value = self.language.text("{n} rows saved to {file}", n=self.language.number(len(self.frame)), file=path.name)
        return path

    def _draw_targets(self, axes: Any) -> None:
        if not self.target.value or self.form.value != "level":
            return
        targets = self.dataset.targets
        chosen = targets[targets["indicator"].isin(self.indicators.value) & targets["ref_area"].isin(self.areas.value)]
        axes.scatter(chosen["date"], chosen["target_value"], marker="D", s=52, facecolor=theme.TARGET_FILL, edgecolor=theme.VERMILION, zorder=3)
        for row in chosen.itertuples():
            axes.annotate(
                self.language.number(row.target_value),
                (row.date, row.target_value),
                xytext=(0, 8),
                textcoords="offset points",
                ha="center",
                color=theme.VERMILION_TEXT,
                fontsize=theme.NOTE,
            )

    def _draw_assumption(self, axes: Any) -> None:
        """From the latest figure of each series at the assumed rate to the last target year: an assumption, so dotted."""
        if not self.growth.value or self.form.value != "level" or self.frame.empty:
            return
        until = pd.Timestamp(f"{self.dates.max}-12-31")
        for _, series in self.frame[self.frame["shown"].notna()].groupby(["ref_area", "indicator"]):
            last = series.iloc[-1]
            days = pd.date_range(last["date"], until, periods=40)
            axes.plot(
                days,
                last["shown"] * (1 + self.growth.value) ** years_between([last["date"]] * len(days), list(days)),
                color=theme.GREY,
                linestyle=theme.DOTTED,
                linewidth=1.4,
            )

    def _redraw(self, _: Any = None) -> None:
        with self.output:
            self.output.clear_output(wait=True)
            display(self.draw())
            columns = ["ref_area", "indicator", "time_period", "obs_value", "qualifier", "shown", "derived", "source", "row"]
            display(self.frame[columns].style.hide(axis="index").format({"obs_value": "{:,.6g}", "shown": "{:,.6g}"}))
