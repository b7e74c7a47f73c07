"""Figure 4: is a member's cooperative bigger, and where did revenue come from? A slope of two dates and a waterfall."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from coopanalysis.display import theme
from coopanalysis.display.figures.chart import Chart
from coopanalysis.display.findings.common import share_words
from coopanalysis.display.findings.revenue import PER_MEMBER, factor_words
from coopanalysis.display.theme import Width
from coopanalysis.display.view import View

_DECIMALS = {"cooperatives": 0, "members_per_cooperative": 1, "real_revenue_per_member": 2, "prices": 2}


def decomposition_chart(view: View, ratios: pd.DataFrame, decomposition: pd.DataFrame) -> Chart:
    """A :class:`Chart` of revenue per member at two dates and of the exact decomposition of revenue growth."""
    text, language = view.language.text, view.language
    known = ratios[ratios["reason"].eq("")].set_index("ratio")
    member = known.loc[PER_MEMBER]
    start, end = member["start_date"].year, member["end_date"].year
    real = float(member["real_multiple"])
    share = share_words(view, abs(1 - real))
    values = {"share": share, "end": end, "start": start}
    title = (text("Revenue grew through more cooperatives and higher prices; real revenue per member fell by {share}", **values) if real < 1
             else text("Revenue grew; real revenue per member rose by {share}", **values))
    subtitle = text("Cooperatives and unions, {area}, {end} against {start}", area=view.area, end=end, start=start)
    effects = decomposition.set_index("factor")["effect"]
    parts = ", ".join(f"{factor_words(view, factor)} {language.number(value, 0, sign=True)}" for factor, value in effects.items())
    alt = text("Revenue per member went from {a} to {b} million VND ({year} prices). Contributions to the change of {total}: {parts}.",
               a=view.value(PER_MEMBER, member["real_start_value"]), b=view.value(PER_MEMBER, member["end_value"]), year=end,
               total=language.number(decomposition["total_change"].iloc[0], 0, sign=True), parts=parts)
    key = text("□ * derived from level and stated increase. Hatched: lowers revenue. The parts add up exactly to the change of {total} million VND.",
               total=language.number(decomposition["total_change"].iloc[0]))
    caution = text("The level of revenue in the report is unusually low beside other sources: compare over time, do not use the level.")
    table = pd.DataFrame({
        text("Factor"): [language.capital(factor_words(view, row.factor)) for row in decomposition.itertuples()],
        f"{start}*": [language.number(row.start_value, _DECIMALS[row.factor]) for row in decomposition.itertuples()],
        f"{end}": [language.number(row.end_value, _DECIMALS[row.factor]) for row in decomposition.itertuples()],
        text("Effect on revenue, million VND"): [language.number(row.effect, 0, sign=True) for row in decomposition.itertuples()],
    })

    def draw(width: Width) -> Figure:
        if width == "wide":
            figure = theme.new_figure(width, 4.2)
            _slope(view, theme.place(figure, 0.25, 0.4, 4.65, 0.62), member, start, end)
            _waterfall(view, theme.place(figure, 4.2, 0.4, 0.55, 0.62), decomposition, start, end, wide=True)
        else:
            figure = theme.new_figure(width, 7.2)
            _slope(view, theme.place(figure, 0.3, 4.75, 0.3, 0.6), member, start, end)
            _waterfall(view, theme.place(figure, 0.12, 0.4, 0.62, 3.15), decomposition, start, end, wide=False)
        return figure

    sources = [member["start_source"], member["end_source"], view.price_source]
    return Chart("revenue_decomposition", draw, title, subtitle, alt, (key, caution), view.source_note(sources), decomposition, table)


def _head(axes: Axes, x: float, words: str, offset: float = 0.12) -> None:
    """A panel's own heading, above its axes."""
    height = axes.get_figure().get_size_inches()[1] * axes.get_position().height
    axes.text(x, 1 + offset / height, words, transform=axes.transAxes, fontsize=theme.ROW, fontweight="bold", va="bottom", linespacing=1.25)


def _slope(view: View, axes: Axes, member: pd.Series, start: int, end: int) -> None:
    text, language = view.language.text, view.language
    real, nominal, last = member["real_start_value"], member["start_value"], member["end_value"]
    top, bottom = max(real, nominal, last), min(real, nominal, last)
    pad = (top - bottom) * 0.28 or 1
    axes.set(xlim=(-0.25, 1.5), ylim=(bottom - pad, top + pad))
    axes.set_xticks([0, 1], [str(start), str(end)])
    axes.set_yticks([])
    axes.tick_params(length=0)
    axes.plot([0, 1], [real, last], color=theme.BLUE, linewidth=1.6, linestyle=theme.DASHED)
    axes.plot([0, 1], [nominal, last], color=theme.GREY, linewidth=1.3, linestyle=theme.DOTTED)
    axes.scatter([0], [real], s=60, facecolor="white", edgecolor=theme.BLUE, linewidth=1.6, zorder=3)
    axes.scatter([0], [nominal], s=44, marker="D", facecolor="white", edgecolor=theme.GREY, linewidth=1.4, zorder=3)
    axes.scatter([1], [last], s=64, color=theme.BLUE, zorder=3)

    def value(number: float) -> str:
        return view.value(PER_MEMBER, number)

    def mark(x: float, y: float, words: str, shift: tuple[int, int], colour: str, weight: str = "normal") -> None:
        axes.annotate(words, (x, y), xytext=shift, textcoords="offset points", fontsize=theme.VALUE, color=colour, fontweight=weight, va="center", ha="center")

    up = 15 if real >= nominal else -15
    mark(0, real, value(real) + "*", (0, up), theme.BLUE_TEXT, "bold")
    mark(0, nominal, value(nominal) + "*", (0, -up), theme.MUTED)
    axes.annotate(value(last), (1, last), xytext=(8, 0), textcoords="offset points", fontsize=theme.VALUE, fontweight="bold", va="center")
    axes.text(0.56, (real + last) / 2 + (top - bottom) * 0.08, text("constant prices\n({year} prices):\n{share}", year=end, share=language.percent(member["real_multiple"], 0)),
              fontsize=theme.NOTE, color=theme.BLUE_TEXT, va="bottom" if real > last else "top", linespacing=1.2)
    axes.text(0.42, (nominal + last) / 2 - (top - bottom) * 0.1, text("current prices:\n{n} times", n=language.multiple(member["multiple"])),
              fontsize=theme.NOTE, color=theme.MUTED, va="top", linespacing=1.2)
    _head(axes, 0, text("Revenue per member,\nmillion VND"))


def _waterfall(view: View, axes: Axes, decomposition: pd.DataFrame, start: int, end: int, *, wide: bool) -> None:
    """Bars from the first year's revenue to the last's; a decrease is white and hatched."""
    text, language = view.language.text, view.language
    first, last = decomposition["total_start"].iloc[0], decomposition["total_end"].iloc[0]
    steps = [(text("{year}*", year=start), "", 0.0, first, "start")]
    level = first
    for row in decomposition.itertuples():
        decimals = _DECIMALS[row.factor]
        second = (text("× {n}", n=language.multiple(row.end_value / row.start_value)) if row.factor == "prices" else
                  f"{language.number(row.start_value, decimals)}* → {language.number(row.end_value, decimals)}")
        steps.append((language.capital(factor_words(view, row.factor)), second, level, row.effect, "up" if row.effect >= 0 else "down"))
        level += row.effect
    steps.append((str(end), "", 0.0, last, "end"))
    highest = max(base + max(change, 0) for _, _, base, change, _ in steps)
    axes.set(xlim=(min(0, level if level < 0 else 0), highest * 1.02), ylim=(len(steps), 0))
    axes.set_yticks([])
    axes.xaxis.set_major_formatter(lambda value, _: language.number(value))
    axes.xaxis.set_major_locator(_ticks(3))
    theme.value_grid(axes, "x")
    axes.axvline(0, color=theme.INK, linewidth=0.9)
    shift = 0.5 if wide else 0.62
    half = 0.3 if wide else 0.22
    for position, (name, second, base, change, kind) in enumerate(steps):
        y = position + shift
        style = {"start": {"facecolor": "white", "edgecolor": theme.INK, "linewidth": 1.4}, "end": {"facecolor": theme.INK},
                 "up": {"facecolor": theme.BLUE}, "down": {"facecolor": "white", "edgecolor": theme.VERMILION, "hatch": "////", "linewidth": 1.4}}[kind]
        axes.barh(y, change, left=base, height=2 * half, zorder=2, **style)
        if position < len(steps) - 1:
            edge = base + change
            axes.plot([edge, edge], [y + half, y + 1 - half], color=theme.MUTED, linewidth=0.8, zorder=1.5)
        colour = {"up": theme.BLUE_TEXT, "down": theme.VERMILION_TEXT}.get(kind, theme.INK)
        words = language.number(change, 0, sign=kind in ("up", "down"))
        axes.annotate(words, (max(base, base + change), y), xytext=(5, 0), textcoords="offset points", va="center", fontsize=theme.VALUE, fontweight="bold", color=colour,
                      bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6}, zorder=3)
        at = axes.get_yaxis_transform()
        weight = "bold" if kind in ("start", "end") else "normal"
        if wide:
            lines = theme.wrap(name, 1.62, theme.ROW)
            axes.text(-0.03, y - (0.16 if second else 0) - 0.1 * (len(lines) - 1), "\n".join(lines), transform=at, ha="right", va="center", fontsize=theme.ROW, fontweight=weight, linespacing=1.1)
            if second:
                axes.text(-0.03, y + 0.2 + 0.16 * (len(lines) - 1), second, transform=at, ha="right", va="center", fontsize=theme.NOTE, color=theme.MUTED)
        else:
            axes.text(0, position + 0.2, f"{name}" + (f"  {second}" if second else ""), transform=at, ha="left", va="center", fontsize=theme.NOTE,
                      fontweight=weight, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6}, zorder=2.5)
    _head(axes, -0.92 if wide else 0, text("Where revenue came from,\nmillion VND"))


def _ticks(count: int) -> object:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(nbins=count)
