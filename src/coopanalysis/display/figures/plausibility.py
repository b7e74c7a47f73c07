"""Figure 5: can the report's revenue be right? Revenue per cooperative by source, on a log axis."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from coopanalysis.dataset.observations import select
from coopanalysis.display import theme
from coopanalysis.display.figures.chart import Chart
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
    own = report[report["indicator"].eq(_COMPUTED) & ~report["derived"]].iloc[-1]
    area = select(view.dataset, ref_area=view.ref_area, evidence="published", indicator=_PUBLISHED)
    area = area[~area["repeated"] & ~area["derived"]].assign(who="area")
    country = select(view.dataset, ref_area=view.ref_area.partition("-")[0], evidence="published", indicator=_PUBLISHED)
    country = country[~country["derived"] & country["date"].dt.year.eq(own["date"].year)].head(1).assign(who="country")
    rows = pd.concat([country, area]).sort_values("obs_value", ascending=False, kind="stable").reset_index(drop=True)
    level = float(own["obs_value"])
    share = level / float(rows.loc[rows["who"].eq("area"), "obs_value"].median())
    subtitle = text("Revenue per cooperative and year by source, million VND")
    title = (text("Revenue in the report is about {share} of every other source: check before use", share=share_words(view, share)) if share < 0.5 else subtitle)
    listed = "; ".join(f"{_place(view, row)} {view.value(_PUBLISHED, row.obs_value, row.qualifier)}" for row in rows.itertuples())
    alt = text("Revenue per cooperative: report {a} million VND; {list}.", a=language.number(level), list=listed)
    key = text("■ report, ● other sources of the province (○ estimate), ◆ country; → “more than”: at least.")
    caution = text("A lost zero and a monthly figure would each fit the other sources; neither is proven, and the data set keeps the report's figure.")
    data = pd.concat([rows[["who", "time_period", "obs_value", "qualifier", "obs_status", "source", "reliability", "row"]],
                      pd.DataFrame([{"who": "report", "time_period": "", "obs_value": level, "qualifier": "exact", "obs_status": "A", "source": own["source"],
                                     "reliability": own["reliability"], "row": own["row"]}])], ignore_index=True)
    table = pd.DataFrame({
        text("Source"): [language.label(view.dataset.sources, code, "short") for code in data["source"]],
        text("Date as stated"): [language.period(period) for period in data["time_period"]],
        text("Million VND per cooperative"): [language.quantity(row.obs_value, row.qualifier, 0, view.dataset.qualifiers)
                                              + (f" {text('[estimate]')}" if row.obs_status == "E" else "") for row in data.itertuples()],
    })

    def draw(width: Width) -> Figure:
        return _draw(view, rows, own, width)

    return Chart("revenue_plausibility", draw, title, subtitle, alt[:300], (key, caution), view.source_note([own["source"], *rows["source"]]), data, table)


def _place(view: View, row: object) -> str:
    area = view.language.label(view.dataset.areas, row.ref_area, "short")  # type: ignore[attr-defined]
    return f"{area}, {view.language.period(row.time_period)}"  # type: ignore[attr-defined]


def _draw(view: View, rows: pd.DataFrame, own: pd.Series, width: Width) -> Figure:
    wide = width == "wide"
    text, language = view.language.text, view.language
    step = 0.46 if wide else 0.62
    figure = theme.new_figure(width, (len(rows) + 1.7) * step + 0.62)
    axes = theme.place(figure, 3.0 if wide else 0.12, 0.5, 0.2, 0.05)
    level = float(own["obs_value"])
    low, high = min(level, rows["obs_value"].min()) * 0.7, max(rows["obs_value"].max(), level * MONTHS) * (2.1 if wide else 3.0)
    axes.set(xscale="log", xlim=(low, high), ylim=(len(rows) + 1.7, 0))
    ticks = [tick for tick in (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000) if low <= tick <= high]
    axes.set_xticks(ticks if wide else ticks[::2], [language.number(tick) for tick in (ticks if wide else ticks[::2])])
    axes.minorticks_off()
    axes.set_yticks([])
    theme.value_grid(axes, "x")
    at = axes.get_yaxis_transform()
    drop = 0 if wide else 0.24

    def names(y: float, first: str, second: str, weight: str = "normal") -> None:
        if wide:
            axes.text(-0.02, y - 0.16, first, transform=at, ha="right", va="center", fontsize=theme.ROW, fontweight=weight)
            axes.text(-0.02, y + 0.2, second, transform=at, ha="right", va="center", fontsize=theme.NOTE, color=theme.MUTED)
        else:
            axes.text(0, y - 0.28, f"{first} – {second}", transform=at, ha="left", va="center", fontsize=theme.NOTE, fontweight=weight,
                      bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5}, zorder=4)

    for position, row in enumerate(rows.itertuples()):
        y = position + 0.5
        names(y, _place(view, row), language.label(view.dataset.sources, row.source, "short"))
        y += drop
        country, estimate = row.who == "country", row.obs_status == "E"
        colour = theme.GREY if country else theme.BLUE
        axes.scatter([row.obs_value], [y], marker="D" if country else "o", s=52, facecolor="white" if estimate else colour, edgecolor=colour, linewidth=1.6, zorder=3)
        words = view.value(_PUBLISHED, row.obs_value, row.qualifier)
        if estimate:
            words = text("estimated {value}", value=words)
        gap = 9
        if row.qualifier == "more_than":
            axes.annotate("", (row.obs_value * 1.45, y), (row.obs_value * 1.04, y), arrowprops={"arrowstyle": "-|>", "color": theme.BLUE, "linewidth": 1.4})
            gap = 30
        axes.annotate(words, (row.obs_value, y), xytext=(gap, 0), textcoords="offset points", va="center", fontsize=theme.VALUE,
                      color=theme.MUTED if country else theme.BLUE_TEXT, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5}, zorder=2.5)
    rule = len(rows) + 0.05
    axes.axhline(rule, color=theme.RULE, linewidth=1)
    y = rule + 0.6
    names(y, text("{area}, {year} (the report's period)", area=language.label(view.dataset.areas, view.ref_area, "short"), year=own["date"].year) if wide
          else language.label(view.dataset.areas, view.ref_area, "short"),
          text("{source}: {a} ÷ {b}", source=language.label(view.dataset.sources, own["source"], "short"), **_parts(view, own)), "bold")
    y += drop
    axes.scatter([level], [y], marker="s", s=64, color=theme.INK, zorder=4)
    axes.annotate(language.number(level), (level, y), xytext=(9, 0), textcoords="offset points", va="center", fontsize=theme.VALUE, fontweight="bold")
    axes.annotate("", (level * LOST_ZERO * 0.96, y), (level * 1.9, y), arrowprops={"arrowstyle": "->", "linestyle": "--", "color": theme.VERMILION, "linewidth": 1.2})
    for factor in (LOST_ZERO, MONTHS):
        axes.plot([level * factor] * 2, [y - 0.2, y + 0.2], color=theme.VERMILION, linewidth=1.6)
    zero = text("{n} if a zero is missing", n=language.number(level * LOST_ZERO))
    month = text("{n} if it is\na monthly figure", n=language.number(level * MONTHS))
    axes.text(level * LOST_ZERO, y + 0.46, zero, ha="right", va="center", fontsize=theme.NOTE, color=theme.VERMILION_TEXT)
    axes.annotate(month, (level * MONTHS, y), xytext=(4, 0), textcoords="offset points", va="center", fontsize=theme.NOTE, color=theme.VERMILION_TEXT, linespacing=1.1)
    axes.set_xlabel(text("million VND per cooperative and year (log scale)") if wide else text("million VND (log scale)"), fontsize=theme.NOTE, loc="right")
    return figure


def _parts(view: View, own: pd.Series) -> dict[str, str]:
    """Numerator and denominator of the report's ratio, as printed."""
    observations = view.dataset.observations
    top, bottom = (observations[observations["row"].eq(row) & ~observations["derived"]].iloc[0] for row in own["rows"])
    return {"a": view.language.number(top["obs_value"]), "b": view.language.number(bottom["obs_value"])}
