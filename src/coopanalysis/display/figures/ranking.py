"""Figure 2: does the order of growth survive deflation? Bars of real growth, diamonds of nominal, two rank columns."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from coopanalysis.display import theme
from coopanalysis.display.figures.chart import Chart
from coopanalysis.display.theme import Width
from coopanalysis.display.view import View

_EQUAL = 0.0005  # rates that agree to 0.1 point when printed share a rank


def ranking_chart(view: View, growth: pd.DataFrame, stated: pd.DataFrame) -> Chart:
    """A :class:`Chart` of annual rates of ``growth_table``, sorted; ``stated``: the same with stated dates, for the note."""
    text, language = view.language.text, view.language
    rows = growth[growth["reason"].eq("")].sort_values("comparable_cagr", ascending=False).reset_index(drop=True)
    start, end = (int(rows[f"{side}_date"].dt.year.mode().iloc[0]) if len(rows) else 0 for side in ("start", "end"))
    rows = rows.assign(nominal_rank=shared_ranks(rows["cagr"]), real_rank=shared_ranks(rows["comparable_cagr"]))
    subtitle = text("Average annual growth {start}–{end}, {area}, %", start=start, end=end, area=view.area)
    money, counts = rows[rows["monetary"]], rows[~rows["monetary"]]
    title = subtitle
    if len(money) and len(counts):
        if money["real_cagr"].max() < counts["cagr"].min():
            title = language.plural("Without price rises, the money indicator grows more slowly than the counts",
                                    "Without price rises, all {n} money indicators grow more slowly than the counts", len(money))
        else:
            change = (rows["comparable_cagr"].rank(ascending=False) - rows["cagr"].rank(ascending=False))
            falls = rows.loc[change.idxmax()]
            title = text("Without price rises, {indicator} falls from rank {i} to rank {j}", indicator=view.inline(falls["indicator"]),
                         i=falls["nominal_rank"], j=falls["real_rank"])
    real = ", ".join(f"{view.inline(row.indicator)} {language.percent(row.comparable_cagr)}" for row in rows.itertuples())
    alt = text("Real growth a year: {list}.", list=real)
    notes = [text("Bars: without price change (counts have no prices). ◇ current prices. Ranks that differ by less than 0.1 point are shared.")]
    first = rows[rows["indicator"].eq("htx_total")]
    other = stated.set_index("indicator")
    if len(first) and other.at["htx_total", "years"] != first["years"].iloc[0]:
        notes.append(text("From {start} to {end} ({years} years). If the counts are those of {date}: {long} years, and cooperatives grew {rate} a year.",
                          start=language.date(first["start_date"].iloc[0]), end=language.date(first["end_date"].iloc[0]),
                          years=language.number(first["years"].iloc[0], 0), date=language.date(other.at["htx_total", "end_date"]),
                          long=language.number(other.at["htx_total", "years"], 1), rate=language.percent(other.at["htx_total", "cagr"])))
    sources = [*rows["start_source"], *rows["end_source"], *([view.price_source] if len(money) else [])]
    data = rows[["indicator", "years", "cagr", "real_cagr", "comparable_cagr", "nominal_rank", "real_rank", "start_source", "end_source", "start_row", "end_row"]]
    table = pd.DataFrame({
        text("Indicator"): [view.indicator(code) for code in rows["indicator"]],
        text("Current prices, % a year"): [language.number(value * 100, 1) for value in rows["cagr"]],
        text("Without price change, % a year"): [language.number(value * 100, 1) for value in rows["comparable_cagr"]],
        text("Rank, current prices"): rows["nominal_rank"],
        text("Rank without price change"): rows["real_rank"],
    })

    def draw(width: Width) -> Figure:
        return _draw(view, rows, width)

    return Chart("growth_ranking", draw, title, subtitle, shortened(alt), tuple(notes), view.source_note(sources), data, table)


def shared_ranks(rates: pd.Series) -> list[str]:
    """Ranks from the highest, as text; rates equal to 0.1 point share one, such as 6–7."""
    ordered = rates.sort_values(ascending=False)
    groups: list[list[int]] = []
    for position, (label, rate) in enumerate(ordered.items()):
        if groups and abs(ordered.iloc[position - 1] - rate) < _EQUAL:
            groups[-1].append(label)  # type: ignore[arg-type]
        else:
            groups.append([label])  # type: ignore[list-item]
    ranks, first = {}, 1
    for group in groups:
        last = first + len(group) - 1
        ranks.update(dict.fromkeys(group, f"{first}–{last}" if last > first else str(first)))
        first = last + 1
    return [ranks[label] for label in rates.index]


def shortened(alt: str, limit: int = 300) -> str:
    """At most ``limit`` characters, cut after a whole item."""
    if len(alt) <= limit:
        return alt
    return alt[: alt.rfind(",", 0, limit - 2)] + " …"


def _draw(view: View, rows: pd.DataFrame, width: Width) -> Figure:
    wide = width == "wide"
    text, language = view.language.text, view.language
    step = 0.36 if wide else 0.5
    figure = theme.new_figure(width, len(rows) * step + 1.05)
    axes = theme.place(figure, 2.55 if wide else 0.12, 0.42, 1.25 if wide else 0.98, 0.55)
    high = float(max(rows["cagr"].max(), rows["comparable_cagr"].max())) * 100
    low = min(0.0, float(rows["comparable_cagr"].min()) * 100) * 1.15
    axes.set(xlim=(low, high * (1.14 if wide else 1.3)), ylim=(len(rows), 0))
    axes.set_yticks([])
    theme.value_grid(axes, "x")
    axes.xaxis.set_major_formatter(lambda value, _: language.number(value))
    axes.xaxis.set_major_locator(_locator(wide))
    axes.axvline(0, color=theme.INK, linewidth=0.9)
    money = rows[rows["monetary"]]
    prices = float(money["price_multiple"].iloc[0] ** (1 / money["years"].iloc[0]) - 1) * 100 if len(money) else None
    if prices:
        axes.axvline(prices, color=theme.VERMILION, linewidth=1.3, linestyle=theme.REFERENCE, zorder=1.5)
        axes.annotate(text("consumer prices {rate} a year", rate=language.percent(prices / 100)) if wide else text("prices {rate}", rate=language.percent(prices / 100)), (prices, 0), xytext=(0, 5), textcoords="offset points",
                      ha="center", va="bottom", fontsize=theme.NOTE, color=theme.VERMILION_TEXT)
    seen: set[bool] = set()
    for position, row in enumerate(rows.itertuples()):
        y = position + 0.5 + (0 if wide else 0.18)
        value, nominal = row.comparable_cagr * 100, row.cagr * 100
        colour, ink = (theme.BLUE, theme.BLUE_TEXT) if row.monetary else (theme.COUNT, theme.INK)
        axes.barh(y, value, height=0.56 if wide else 0.36, color=colour, zorder=2)
        if row.monetary not in seen and abs(value) > high * 0.25:
            axes.text(0.012 * high, y, text("real") if row.monetary else text("count"), color="white", fontsize=theme.NOTE, va="center", zorder=3)
        seen.add(row.monetary)
        if row.monetary:
            axes.plot([value, nominal], [y, y], color=theme.GREY, linewidth=1.2, linestyle=theme.DOTTED, zorder=1.8)
            axes.scatter([nominal], [y], marker="D", s=36, facecolor="white", edgecolor=theme.GREY, linewidth=1.3, zorder=3)
            axes.annotate(language.number(nominal, 1), (nominal, y), xytext=(7, 0), textcoords="offset points", va="center", fontsize=theme.NOTE, color=theme.MUTED)
        axes.annotate(language.number(value, 1), (max(value, 0), y), xytext=(5, 0), textcoords="offset points", va="center", fontsize=theme.VALUE, fontweight="bold",
                      color=ink, bbox={"facecolor": "white", "edgecolor": "none", "pad": 1}, zorder=2.5)
        name = {"transform": axes.get_yaxis_transform(), "fontsize": theme.ROW}
        if wide:
            axes.text(-0.02, y, view.indicator(row.indicator), ha="right", va="center", **name)
        else:
            axes.text(0, position + 0.22, view.indicator(row.indicator), ha="left", va="center", bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5}, **name)
        _ranks(axes, wide, y, row.nominal_rank, row.real_rank)
    heads = {"transform": axes.transAxes, "fontsize": theme.NOTE, "color": theme.MUTED, "va": "bottom", "linespacing": 1.15, "ha": "center"}
    top = 1.02
    axes.text(1.14 if wide else 1.24, top + (0.09 if wide else 0.0), text("Rank"), **{**heads, "color": theme.INK, "fontweight": "bold"})
    if wide:
        axes.text(1.14, top, text("current → real"), **heads)
    if wide:
        axes.set_xlabel(text("% a year"), fontsize=theme.NOTE, loc="right")
    return figure


def _ranks(axes: object, wide: bool, y: float, nominal: str, real: str) -> None:
    at = axes.get_yaxis_transform()  # type: ignore[attr-defined]
    x, gap = (1.14, 0.055) if wide else (1.24, 0.07)
    axes.text(x - gap, y, nominal, transform=at, ha="right", va="center", fontsize=theme.NOTE, color=theme.MUTED)  # type: ignore[attr-defined]
    axes.text(x, y, "→", transform=at, ha="center", va="center", fontsize=theme.NOTE, color=theme.MUTED)  # type: ignore[attr-defined]
    axes.text(x + gap, y, real, transform=at, ha="left", va="center", fontsize=theme.ROW, fontweight="bold")  # type: ignore[attr-defined]


def _locator(wide: bool) -> object:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(nbins=8 if wide else 4, integer=True)
