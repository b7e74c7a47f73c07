"""Figure 5: can the report's revenue be right? Revenue per cooperative by source, on a log axis."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from coopanalysis.dataset.observations import select
from coopanalysis.display import theme
from coopanalysis.display.figures import pairs
from coopanalysis.display.figures.chart import ALT_LIMIT, Chart
from coopanalysis.display.findings.common import share_words
from coopanalysis.display.theme import Width
from coopanalysis.display.view import View
from coopanalysis.metrics.comparison import ratio_values
from coopanalysis.metrics.consistency import LOST_ZERO, MONTHS

_PUBLISHED, _COMPUTED = "revenue_per_htx", "revenue_per_cooperative"


def plausibility_chart(view: View) -> Chart:
    """A :class:`Chart` of all published averages of the area, the country's of the report's year, and the report's own ratio."""
    text, language = view.language.text, view.language
    report = ratio_values(view.dataset, ref_area=view.ref_area, evidence="report")
    stated = report[report["indicator"].eq(_COMPUTED) & ~report["derived"]]
    subtitle = text("Revenue per cooperative and year by source, million VND")
    area = select(view.dataset, ref_area=view.ref_area, evidence="published", indicator=_PUBLISHED)
    area = area[~area["repeated"] & ~area["derived"]].assign(who="area")
    country = select(view.dataset, ref_area=view.ref_area.partition("-")[0], evidence="published", indicator=_PUBLISHED)
    if stated.empty or area.empty:
        sentence = text("There is no second source of revenue per cooperative to compare with.")
        return pairs.nothing_to_draw(view, "revenue_plausibility", subtitle, sentence)
    own = stated.iloc[-1]
    country = country[~country["derived"] & country["date"].dt.year.eq(own["date"].year)].head(1).assign(who="country")
    rows = pd.concat([country, area]).sort_values("obs_value", ascending=False, kind="stable").reset_index(drop=True)
    level = float(own["obs_value"])
    share = level / float(rows.loc[rows["who"].eq("area"), "obs_value"].median())
    doubtful = share < 0.5
    title = (
        text("Revenue in the report is about {share} of every other source: check before use", share=share_words(view, share))
        if doubtful
        else subtitle
    )
    listed = "; ".join(f"{_place(view, row)} {view.value(_PUBLISHED, row.obs_value, row.qualifier)}" for row in rows.itertuples())
    alt = text("Revenue per cooperative: report {a} million VND; {list}.", a=language.number(level), list=listed)
    key = text("■ report, ● other sources of the province (○ estimate), ◆ country; → “more than”: at least.")
    caution = text(
        "A lost zero and a monthly figure would each fit the other sources; neither is proven, and the data set keeps the report's figure."
    )
    data = pd.concat(
        [
            rows[["who", "time_period", "obs_value", "qualifier", "obs_status", "source", "reliability", "row"]],
            pd.DataFrame(
                [
                    {
                        "who": "report",
                        "time_period": "",
                        "obs_value": level,
                        "qualifier": "exact",
                        "obs_status": "A",
                        "source": own["source"],
                        "reliability": own["reliability"],
                        "row": own["row"],
                    }
                ]
            ),
        ],
        ignore_index=True,
    )
    data = data.assign(unit=view.dataset.ratios.at[_COMPUTED, "unit"]).rename(columns={"row": "rows"})
    table = pd.DataFrame(
        {
            text("Source"): [language.label(view.dataset.sources, code, "short") for code in data["source"]],
            text("Date as stated"): [language.period(period) for period in data["time_period"]],
            text("Million VND per cooperative"): [
                language.quantity(row.obs_value, row.qualifier, 0, view.dataset.qualifiers)
                + (f" {text('[estimate]')}" if row.obs_status == "E" else "")
                for row in data.itertuples()
            ],
        }
    )

    return Chart(
        "revenue_plausibility",
        lambda width: _Drawing(view, rows, own, doubtful, width).figure(),
        title,
        subtitle,
        alt[:ALT_LIMIT],
        (key, caution) if doubtful else (key,),
        view.source_note([own["source"], *rows["source"]]),
        data,
        table,
    )


def _place(view: View, row: object) -> str:
    area = view.language.label(view.dataset.areas, row.ref_area, "short")  # type: ignore[attr-defined]
    return f"{area}, {view.language.period(row.time_period)}"  # type: ignore[attr-defined]


class _Drawing:
    """A row for each source; names beside the row on a page, above it on a phone; the report below a rule."""

    def __init__(self, view: View, rows: pd.DataFrame, own: pd.Series, doubtful: bool, width: Width):
        self.view, self.rows, self.own, self.wide, self.width = view, rows, own, width == "wide", width
        self.doubtful = doubtful
        self.level = float(own["obs_value"])
        self.left, self.right = (3.0, 0.15) if self.wide else (0.12, 0.12)

    def figure(self) -> Figure:
        view, text = self.view, self.view.language.text
        names = [(_place(view, row), view.language.label(view.dataset.sources, row.source, "short"), "normal") for row in self.rows.itertuples()]
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
        ticks = [tick for tick in (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000) if low * 1.05 <= tick <= high * 0.95]
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
        words = self.view.value(_PUBLISHED, value, row["qualifier"])
        if estimate:
            words = self.view.language.text("estimated {value}", value=words)
        axes.scatter(
            [value],
            [y],
            marker="D" if country else "o",
            s=52,
            facecolor="white" if estimate else colour,
            edgecolor=colour,
            linewidth=1.6,
            zorder=3,
            label="country" if country else "estimate" if estimate else "area",
        )
        at_least = row["qualifier"] == "more_than"
        if at_least:
            axes.annotate("", (value * 1.45, y), (value * 1.04, y), arrowprops={"arrowstyle": "-|>", "color": theme.BLUE, "linewidth": 1.4})
        pairs.label(axes, words, value, y, shift=(30 if at_least else 9, 0), colour=theme.MUTED if country else theme.BLUE_TEXT)

    def report(self, axes: Axes, y: float) -> None:
        """The report's own ratio, and where it would lie if one of two slips had happened: conditions, not corrections."""
        language, text, level = self.view.language, self.view.language.text, self.level
        axes.scatter([level], [y], marker="s", s=64, color=theme.INK, zorder=4, label="report")
        pairs.label(axes, language.number(level), level, y, shift=(9, 0), bold=True)
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
        words = (
            text("{n} if a zero is missing", n=language.number(level * LOST_ZERO)),
            text("{n} if it is a monthly figure", n=language.number(level * MONTHS)),
        )
        for position, sentence in enumerate(words):
            pairs.label(
                axes, sentence, 1, y + 0.2 + 0.17 * position, shift=(-2, 0), size=theme.NOTE, colour=theme.VERMILION_TEXT, ha="right", edge=True
            )


def _parts(view: View, own: pd.Series) -> dict[str, str]:
    """Numerator and denominator of the report's ratio, as printed."""
    observations = view.dataset.observations
    top, bottom = (observations[observations["row"].eq(row) & ~observations["derived"]].iloc[0] for row in own["rows"])
    return {"a": view.language.number(top["obs_value"]), "b": view.language.number(bottom["obs_value"])}
