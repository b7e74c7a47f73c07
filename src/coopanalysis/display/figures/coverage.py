"""Figure 7: what do we know, from when, how sure? Indicator by time, marked by the reliability of the source."""

from __future__ import annotations

import matplotlib.dates as mdates
import pandas as pd
from matplotlib.figure import Figure

from coopanalysis.display import theme
from coopanalysis.display.figures.chart import Chart
from coopanalysis.display.tables.quality import unclear_dates
from coopanalysis.display.theme import Width
from coopanalysis.display.view import View

_MARKS = {"high": {"marker": "s", "facecolor": theme.INK, "edgecolor": theme.INK, "s": 40}, "medium": {"marker": "o", "facecolor": theme.BLUE, "edgecolor": theme.BLUE, "s": 38},
          "low": {"marker": "o", "facecolor": "white", "edgecolor": theme.BLUE, "s": 38}}
_SIGNS = {"about": "≈", "more_than": "≥", "less_than": "<", "nearly": "≤"}
_MONEY = ("capital_and_assets", "revenue_total", "profit_total")


def coverage_chart(view: View) -> Chart:
    """A :class:`Chart` of every figure of the area; indicators with one later figure only are left out of the drawing, not of the data."""
    text, language = view.language.text, view.language
    levels = view.levels()
    levels = levels[levels["date"].notna()]
    stated = levels[~levels["derived"]]
    counts = stated.groupby("indicator").size()
    report = set(stated.loc[stated["evidence"].eq("report"), "indicator"])
    codes = [code for code in view.dataset.indicators.sort_values("sort_key").index if code in counts.index and (counts[code] > 1 or code in report)]
    undated = int(unclear_dates(view, stated).sum())
    silent = [code for code in _MONEY if code in counts.index]
    last = max((stated.loc[stated["indicator"].eq(code), "date"].max() for code in silent), default=pd.NaT)
    subtitle = text("Published figures, {area}, by indicator, date and reliability of source", area=view.area)
    title = (text("{n} of {all} figures carry no clear date; nothing on {list} after {year}", n=undated, all=len(stated),
                  list=language.join([view.inline(code) for code in silent]), year=last.year) if silent and undated else subtitle)
    gap = _gap(levels)
    most, fewest = counts[codes].idxmax(), counts[codes].idxmin()
    alt = text("{all} figures, {k} indicators; most {most} ({n}), fewest {fewest} ({m}).", all=len(stated), k=len(counts), most=view.inline(most), n=int(counts[most]),
               fewest=view.inline(fewest), m=int(counts[fewest]))
    if gap:
        alt += " " + text("None from {a} to {b}.", a=gap[0], b=gap[1])
    key = text("■ high, ● medium, ○ low reliability; □ derived; bar: only the period is known; ≥ “more than”, ≤ “nearly”, ≈ “about”.")
    data = levels[["indicator", "time_period", "date", "obs_value", "qualifier", "derived", "repeated", "source", "reliability", "row"]]
    table = pd.DataFrame({
        text("Indicator"): [view.indicator(code) for code in codes],
        text("Figures"): [language.number(counts[code]) for code in codes],
        text("Latest"): [language.date(stated.loc[stated["indicator"].eq(code), "date"].max(), "month") for code in codes],
    })

    def draw(width: Width) -> Figure:
        return _draw(view, levels, codes, counts, gap, width)

    return Chart("coverage", draw, title, subtitle, alt, (key, text("Year marks stand for 31 December.")), view.source_note(levels["source"]), data, table)


def _gap(levels: pd.DataFrame) -> tuple[int, int] | None:
    """First and last whole year of the longest stretch without any figure, if longer than two years."""
    years = sorted({int(year) for start, end in zip(levels["period_start"].fillna(levels["date"]), levels["date"], strict=True) for year in range(start.year, end.year + 1)})
    gaps = [(a + 1, b - 1) for a, b in zip(years, years[1:], strict=False) if b - a > 2]
    return max(gaps, key=lambda gap: gap[1] - gap[0], default=None)


def _draw(view: View, levels: pd.DataFrame, codes: list[str], counts: pd.Series, gap: tuple[int, int] | None, width: Width) -> Figure:
    wide = width == "wide"
    text, language = view.language.text, view.language
    step = 0.27 if wide else 0.4
    figure = theme.new_figure(width, min(len(codes) * step + 0.75, theme.MAX_HEIGHT[width]))
    axes = theme.place(figure, 2.25 if wide else 0.12, 0.32, 1.3 if wide else 0.5, 0.4)
    start, end = levels["date"].min() - pd.DateOffset(years=1), max(levels["date"].max(), view.area_ends or levels["date"].max()) + pd.DateOffset(months=6)
    axes.set(ylim=(len(codes), 0), xlim=(start, end))
    axes.set_yticks([])
    theme.value_grid(axes, "y")
    years = range(start.year + 1, end.year + 1, 5 if wide else 10)
    axes.set_xticks([pd.Timestamp(f"{year}-12-31") for year in years], [str(year) for year in years])
    if gap:
        axes.axvspan(pd.Timestamp(f"{gap[0]}-01-01"), pd.Timestamp(f"{gap[1]}-12-31"), color="#F4F4F2", zorder=0)
        middle = pd.Timestamp(f"{gap[0]}-01-01") + (pd.Timestamp(f"{gap[1]}-12-31") - pd.Timestamp(f"{gap[0]}-01-01")) / 2
        words = text("{a}–{b}:\nno figure\nfound", a=gap[0], b=gap[1])
        axes.text(middle, len(codes) * 0.55, words, ha="center", va="center", fontsize=theme.NOTE if wide else theme.SOURCE, color=theme.MUTED, linespacing=1.2, zorder=1)
    if view.area_ends is not None:
        axes.axvspan(view.area_ends, end, color=theme.ENDED, zorder=0)
    at = axes.get_yaxis_transform()
    head = {"transform": at, "fontsize": theme.NOTE, "color": theme.MUTED, "va": "bottom"}
    axes.text(1.03, -0.1, text("Figures, latest") if wide else text("No."), **head)
    for position, code in enumerate(codes):
        y = position + (0.55 if wide else 0.68)
        rows = levels[levels["indicator"].eq(code)]
        axes.axhline(position, color=theme.GRID, linewidth=0.7, zorder=0.5)
        if wide:
            axes.text(-0.02, y, view.indicator(code), transform=at, ha="right", va="center", fontsize=theme.NOTE)
            axes.text(1.2, y, language.date(rows.loc[~rows["derived"], "date"].max(), "month"), transform=at, va="center", fontsize=theme.NOTE, color=theme.MUTED)
        else:
            axes.text(0, position + 0.24, view.indicator(code), transform=at, ha="left", va="center", fontsize=theme.SOURCE, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.3}, zorder=2)
        axes.text(1.03, y, language.number(counts[code]), transform=at, va="center", fontsize=theme.NOTE, fontweight="bold")
        for row in rows.sort_values("reliability", key=lambda grade: grade.map({"low": 0, "medium": 1, "high": 2})).itertuples():
            first = row.period_start if pd.notna(row.period_start) and row.evidence != "report" else row.date
            if (row.date - first).days > 40:
                axes.plot([first, row.date], [y, y], color=theme.BLUE, linewidth=2.4, zorder=2, alpha=1)
            x = mdates.date2num(first + (row.date - first) / 2)
            mark = dict(_MARKS[row.reliability])
            if row.derived:
                mark |= {"facecolor": "white"}
            axes.scatter([x], [y], linewidth=1.4, zorder=3 if row.reliability == "low" else 4, **mark)
            if row.qualifier in _SIGNS and wide:
                axes.annotate(_SIGNS[row.qualifier], (x, y), xytext=(0, 3), textcoords="offset points", ha="center", va="bottom", fontsize=theme.SOURCE, color=theme.MUTED, zorder=5)
    return figure
