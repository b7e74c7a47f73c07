"""Figure 2: does the order of annual growth survive deflation?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedFormatter, FixedLocator

from coopanalysis.display import theme
from coopanalysis.display.figures import pairs
from coopanalysis.display.figures.chart import ALT_LIMIT, Chart
from coopanalysis.display.view import View

MAX_ROWS = 14  # what the tallest page and phone drawing hold
_STEPS = (0.5, 1, 2, 5, 10, 20, 50, 100, 200)  # percentage points between ticks
_TICK_SPACE = 0.42  # inches
_SAME_PERIOD = 0.1  # years


def ranking_chart(view: View, growth: pd.DataFrame, growth_stated_dates: pd.DataFrame) -> Chart:
    """Bars of annual growth without price change, sorted, with current prices as diamonds and both ranks at the right.

    ``growth``: the frame of ``growth_table``; ``growth_stated_dates``: the same with ``stated_dates=True``, for the note
    that says what the other reading of the dates changes. Rows without a comparable rate are left out and named.
    """
    text = view.language.text
    known, missing = pairs.split(growth, "comparable_cagr")
    names = [view.inline(code) for code in missing["indicator"]]
    first, last = pairs.years(known if len(known) else growth)
    neutral = text("Average annual growth {start}–{end}, {area}", start=first, end=last, area=view.area)
    if known.empty:
        return pairs.empty_chart(view, "growth_ranking", neutral, missing, names)
    known = known.sort_values(["comparable_cagr", "cagr"], ascending=False, kind="stable").reset_index(drop=True)
    known["nominal_rank"] = shared_ranks(view, known["cagr"])
    known["real_rank"] = shared_ranks(view, known["comparable_cagr"])
    drawn, rest = known.head(MAX_ROWS), known.iloc[MAX_ROWS:]
    room = (
        text("Not drawn for lack of room: {list}.", list=view.language.join([view.inline(code) for code in rest["indicator"]])) if len(rest) else ""
    )
    notes = (_key(view, drawn), _period(view, known, growth_stated_dates), pairs.sentences(pairs.left_out(view, missing, names), room))
    return Chart(
        name="growth_ranking",
        draw=lambda width: _Drawing(view, drawn, width).figure(),
        title=_title(view, known) or neutral,
        subtitle=text("Average annual growth {start}–{end}, {area}, %", start=first, end=last, area=view.area),
        alt=_alt(view, drawn),
        notes=tuple(note for note in notes if note),
        source=view.source_note(pairs.source_codes(view, drawn)),
        data=_data(view, drawn),
        table=_table(view, drawn),
    )


def shared_ranks(view: View, rates: pd.Series) -> list[str]:
    """Ranks from the highest, as text; rates that print alike (equal to 0.1 point) share one, such as 6–7."""
    shown = [view.language.percent(rate) for rate in rates]
    ranks = []
    for own, rate in zip(shown, rates, strict=True):
        above = sum(1 for other, value in zip(shown, rates, strict=True) if value > rate and other != own)
        last = above + shown.count(own)
        ranks.append(f"{above + 1}–{last}" if last > above + 1 else str(last))
    return ranks


# -- words ----------------------------------------------------------------------------------------------------
def _title(view: View, known: pd.DataFrame) -> str:
    """The finding: all amounts behind all counts, or the deepest fall in rank; empty if there is neither."""
    text, language = view.language.text, view.language
    money = known["monetary"].astype(bool)
    amounts, counts = known[money], known[~money]
    if len(amounts) and len(counts) and amounts["comparable_cagr"].min() > 0:
        fastest, slowest = amounts["comparable_cagr"].max(), counts["comparable_cagr"].min()
        if fastest < slowest and language.percent(fastest) != language.percent(slowest):
            if len(amounts) == 1:
                return text("Without price rises, the money indicator grows more slowly than the counts")
            if len(amounts) == 2:
                return text("Without price rises, both money indicators grow more slowly than the counts")
            return text("Without price rises, all {n} money indicators grow more slowly than the counts", n=pairs.count_word(view, len(amounts)))
    falls = [(int(row.real_rank.split("–")[0]) - int(row.nominal_rank.split("–")[-1]), row) for row in known.itertuples()]
    depth, row = max(falls, key=lambda fall: fall[0])
    if depth <= 0:
        return ""
    return text(
        "Without price rises, {indicator} falls from rank {i} to rank {j}", indicator=view.inline(row.indicator), i=row.nominal_rank, j=row.real_rank
    )


def _alt(view: View, drawn: pd.DataFrame) -> str:
    """Every rate if they fit in the limit; else amounts in current prices as a range, then the ends of the order alone."""
    text, language = view.language.text, view.language
    real = [_named(view, row, row.comparable_cagr) for row in drawn.itertuples()]
    amounts = drawn[drawn["monetary"].astype(bool)].sort_values("cagr", ascending=False, kind="stable")
    if amounts.empty:
        every, span = text("Growth a year: {list}.", list=", ".join(real)), ""
    else:
        nominal = ", ".join(_named(view, row, row.cagr) for row in amounts.itertuples())
        every = text("Real growth a year: {real}; in current prices: {nominal}.", real=", ".join(real), nominal=nominal)
        span = text(
            "Amounts in current prices: {low} to {high}.", low=language.percent(amounts["cagr"].min()), high=language.percent(amounts["cagr"].max())
        )
    choices = [every, pairs.sentences(text("Real growth a year: {list}.", list=", ".join(real)), span)]
    for kept in (4, 2, 1):
        choices.append(pairs.sentences(text("Real growth a year, highest: {high}; lowest: {low}.", high=", ".join(real[:kept]), low=real[-1]), span))
    return next((alt for alt in choices if len(alt) <= ALT_LIMIT), choices[-1][:ALT_LIMIT])


def _named(view: View, row: Any, rate: float) -> str:
    return f"{view.inline(row.indicator)} {_rate(view, row, rate)}%"


def _key(view: View, drawn: pd.DataFrame) -> str:
    text = view.language.text
    money = drawn["monetary"].astype(bool)
    parts = []
    if (~money).any():
        parts.append(text("solid bars: counts"))
    if money.any():
        parts += [text("pale bars: amounts without price change"), text("◇ current prices"), text("long dashes: rise of consumer prices")]
    if (drawn["comparable_cagr"] < 0).any():
        parts.append(text("hatched: decrease"))
    if any(_sign(row) for row in drawn.itertuples()):
        parts.append(text("≥ ≤ ≈: the source says more than, less than, about or nearly"))
    ranks = text("Rates equal to 0.1 point share a rank.") if len(drawn) > 1 else ""
    return pairs.sentences(view.language.capital("; ".join(parts)) + ".", ranks)


def _period(view: View, known: pd.DataFrame, stated: pd.DataFrame) -> str:
    """The two dates, and what the rates are if "now" is the day that the source was issued."""
    text, language = view.language.text, view.language
    usual = known.loc[known["years"].round(2).eq(known["years"].round(2).mode().iloc[0])].iloc[0]
    dates = text(
        "Computed from two dates, {start} and {end} ({years} years).",
        start=language.date(usual["start_date"]),
        end=language.date(usual["end_date"]),
        years=_years(view, usual["years"]),
    )
    other = stated.set_index("indicator").reindex(known["indicator"])
    moved = (other["years"].to_numpy() - known["years"].to_numpy()) > _SAME_PERIOD
    if not moved.any():
        return dates
    again = known["comparable_cagr"].where(~moved, other["comparable_cagr"].to_numpy())
    parts = [
        text("{indicator} {rate} a year", indicator=view.inline(row.indicator), rate=language.percent(again[row.Index]))
        for row in known[moved].itertuples()
    ]
    longest = other[moved].sort_values("years").iloc[-1]
    values = {"date": language.date(longest["end_date"]), "years": _years(view, longest["years"]), "list": ", ".join(parts)}
    if shared_ranks(view, again) == list(known["real_rank"]):
        return pairs.sentences(dates, text("If the counts are those of {date} ({years} years): {list}; the order stays the same.", **values))
    return pairs.sentences(dates, text("If the counts are those of {date} ({years} years): {list}; the order changes.", **values))


def _years(view: View, years: float) -> str:
    return view.language.number(years, 0 if abs(years - round(years)) < 0.05 else 1)


def _sign(row: Any) -> str:
    return (
        pairs.bound_sign(*((row.real_cagr_low, row.real_cagr_high) if row.monetary else (row.cagr_low, row.cagr_high)), least=-1)
        if (abs(row.cagr_high - row.cagr_low) > 1e-9)
        else ""
    )


def _rate(view: View, row: Any, rate: float) -> str:
    return _sign(row) + view.language.number(rate * 100, 1)


def _price_rate(row: Any) -> float:
    """Rise of consumer prices a year over the row's own period."""
    return row.price_multiple ** (1 / row.years) - 1 if row.monetary else np.nan


def _data(view: View, drawn: pd.DataFrame) -> pd.DataFrame:
    rows = list(drawn.itertuples())
    return drawn[["indicator", "start_date", "end_date", "years", "cagr", "real_cagr", "comparable_cagr", "nominal_rank", "real_rank"]].assign(
        price_rate=[_price_rate(row) for row in rows],
        unit="fraction a year",
        source=[pairs.sources_of(view, row, deflated=bool(row.monetary)) for row in rows],
        rows=[pairs.row_numbers(row.start_row, row.end_row) for row in rows],
    )


def _table(view: View, drawn: pd.DataFrame) -> pd.DataFrame:
    text = view.language.text
    rows = list(drawn.itertuples())
    none = text("not applicable")
    return pd.DataFrame(
        {
            text("Indicator"): [view.indicator(row.indicator) for row in rows],
            text("Counts and current prices, % a year"): [_rate(view, row, row.cagr) for row in rows],
            text("Constant prices, % a year"): [_rate(view, row, row.comparable_cagr) if row.monetary else none for row in rows],
            text("Rank, current prices"): list(drawn["nominal_rank"]),
            text("Rank, constant prices"): list(drawn["real_rank"]),
        }
    )


# -- drawing --------------------------------------------------------------------------------------------------
@dataclass
class _Drawing:
    view: View
    rows: pd.DataFrame
    width: theme.Width

    def __post_init__(self) -> None:
        self.wide = self.width == "wide"
        names = {row.indicator: self.view.indicator(row.indicator) for row in self.rows.itertuples()}
        self.left = min(max(theme.text_width(name, theme.ROW) for name in names.values()), 2.3) + 0.2 if self.wide else 0.1
        self.ranked = len(self.rows) > 1
        self.right = 1.5 if self.wide and self.ranked else 0.1
        self.plot = theme.WIDTHS[self.width] - self.left - self.right
        room = self.left - 0.15 if self.wide else self.plot - (0.95 if self.ranked else 0)
        self.lines = {code: theme.wrap(name, room, theme.ROW) for code, name in names.items()}
        money = self.rows["monetary"].astype(bool)
        self.firsts = {int(group.index[0]) for group in (self.rows[~money], self.rows[money]) if len(group)}
        self.scale()

    def scale(self) -> None:
        values = [0.0, *self.rows["comparable_cagr"], *self.rows["cagr"]]
        low, high = min(values) * 100, max(max(values) * 100, 1.0)
        words = max(theme.text_width(_rate(self.view, row, row.cagr), theme.VALUE, "bold") for row in self.rows.itertuples()) + 0.18
        for before in (words if low < 0 else 0.02, words):
            self.unit = (self.plot - before - words) / (high - low)  # inches a point
            self.limits = low - before / self.unit, high + words / self.unit
            if not any(self.tight(row) for row in self.rows.itertuples()):
                break

    def figure(self) -> Figure:
        tops = np.cumsum([self.head, *(self.row_height(row) for row in self.rows.itertuples())])
        figure = theme.new_figure(self.width, tops[-1] + self.foot + 0.08 + 0.5)
        axes = pairs.row_axes(figure, self.left, 0.5, self.right, 0.08)
        axes.set_xlim(*self.limits)
        self.axis(axes)
        axes.plot([0, 0], [self.head, tops[-1] + self.foot], color=theme.INK, linewidth=1.6, zorder=4, label="_furniture")
        for row, bottom in zip(self.rows.itertuples(), tops[1:], strict=True):
            self.row(axes, row, bottom)
        self.prices(axes, tops)
        if self.ranked:
            self.rank_heads(axes)
        return figure

    # -- measures ----------------------------------------------------------------------------------------------
    @property
    def head(self) -> float:
        return (0.5 if self.wide else 0.36) if self.ranked else 0.06

    @property
    def foot(self) -> float:
        return 0.26 if self.rows["monetary"].any() else 0.06

    def row_height(self, row: Any) -> float:
        extra = 0.16 * (len(self.lines[row.indicator]) - 1) + (0.17 if row.monetary and row.Index in self.firsts else 0)
        return (0.36 if self.wide else 0.5) + extra

    def value_width(self, row: Any) -> float:
        return theme.text_width(_rate(self.view, row, row.comparable_cagr), theme.VALUE, "bold") + 0.12

    def tight(self, row: Any) -> bool:
        """Whether a short bar has its diamond so near that its value stands on the other side of zero."""
        if not row.monetary or row.comparable_cagr < 0:
            return False
        length = row.comparable_cagr * 100 * self.unit
        return length < self.value_width(row) and row.cagr * 100 * self.unit < length + self.value_width(row) + 0.1

    def position(self, rate: float) -> float:
        """Inches from the axes' left edge for a rate in per cent."""
        return (rate - self.limits[0]) * self.unit

    # -- parts -------------------------------------------------------------------------------------------------
    def axis(self, axes: Axes) -> None:
        step = next((step for step in _STEPS if step * self.unit >= _TICK_SPACE), _STEPS[-1])
        ticks = [tick * step for tick in range(int(np.ceil(self.limits[0] / step)), int(np.floor(self.limits[1] / step)) + 1)]
        axes.xaxis.set_major_locator(FixedLocator(ticks))
        axes.xaxis.set_major_formatter(FixedFormatter([self.view.language.number(tick, 1 if step < 1 else 0) for tick in ticks]))
        theme.value_grid(axes)
        axes.set_xlabel(self.view.language.text("% a year"), loc="right", fontsize=theme.NOTE)

    def row(self, axes: Axes, row: Any, bottom: float) -> None:
        half = 0.115
        y = bottom - (0.18 if self.wide else 0.15)
        block = "\n".join(self.lines[row.indicator])
        if self.wide:
            pairs.label(axes, block, 0, y, shift=(-8, 0), size=theme.ROW, ha="right", edge=True, ground=False)
        else:
            start = {"shift": (6, 0)} if self.limits[0] > -0.5 else {"edge": True}  # from the zero line, else from the edge
            pairs.label(axes, block, 0, bottom - self.row_height(row) + 0.03, size=theme.ROW, va="top", **start)
        self.bar(axes, row, y, half)
        if row.monetary:
            self.nominal(axes, row, y)
        if self.ranked:
            self.ranks(axes, row, y if self.wide else bottom - self.row_height(row) + 0.11)

    def bar(self, axes: Axes, row: Any, y: float, half: float) -> None:
        rate = row.comparable_cagr * 100
        solid = not row.monetary
        style = {"facecolor": theme.COUNT if solid else pairs.REAL_FILL, "edgecolor": theme.COUNT if solid else theme.BLUE}
        if rate < 0:
            style = {"facecolor": "white", "edgecolor": theme.COUNT if solid else theme.VERMILION, "hatch": "////" if solid else "\\\\\\\\"}
        axes.barh(y, rate, height=2 * half, linewidth=1.3, zorder=3, label="counts" if solid else "real", **style)
        value = _rate(self.view, row, row.comparable_cagr)
        length, words = abs(rate) * self.unit, self.value_width(row)
        ink = theme.INK if solid else theme.BLUE_TEXT if rate >= 0 else theme.VERMILION_TEXT
        inside = length >= words and rate >= 0
        if inside:
            pairs.label(axes, value, rate, y, shift=(-4, 0), bold=True, colour="white" if solid else ink, ha="right", ground=False)
        elif self.tight(row):
            pairs.label(axes, value, 0, y, shift=(-5, 0), bold=True, colour=ink, ha="right")
        else:
            pairs.label(axes, value, rate, y, shift=(4 if rate >= 0 else -4, 0), bold=True, colour=ink, ha="left" if rate >= 0 else "right")
        name = self.view.language.text("counts") if solid else self.view.language.text("constant prices")
        if row.Index in self.firsts and inside and length >= words + theme.text_width(name, theme.NOTE) + 0.1:
            pairs.label(axes, name, 0, y, shift=(5, 0), size=theme.NOTE, colour="white" if solid else theme.BLUE_TEXT, ground=False)

    def nominal(self, axes: Axes, row: Any, y: float) -> None:
        rate = row.cagr * 100
        axes.plot([row.comparable_cagr * 100, rate], [y, y], color=theme.GREY, linewidth=1.2, linestyle=theme.DOTTED, label="nominal", zorder=2)
        axes.plot(
            [rate],
            [y],
            marker="D",
            markersize=7,
            markerfacecolor="white",
            markeredgecolor=theme.GREY,
            markeredgewidth=1.5,
            linestyle="none",
            label="nominal",
            zorder=5,
        )
        # a negative rate is printed on the free side of zero, not over the hatching
        pairs.label(axes, _rate(self.view, row, row.cagr), max(rate, 0), y, shift=(8, 0), colour=theme.MUTED)
        if row.Index in self.firsts:
            words = self.view.language.text("current prices")
            width = theme.text_width(words, theme.NOTE)
            start = min(max(self.position(rate) - width / 2, 0), self.plot - width)
            pairs.label(axes, words, start / self.plot, y - 0.2, size=theme.NOTE, colour=theme.MUTED, edge=True)

    def prices(self, axes: Axes, tops: np.ndarray) -> None:
        """The rise of consumer prices through the rows of amounts: counts have no prices."""
        money = [row for row in self.rows.itertuples() if row.monetary]
        if not money:
            return
        rates = {row.Index: _price_rate(row) * 100 for row in money}
        for row in money:
            top = tops[row.Index] + (0.19 if row.Index in self.firsts else 0)
            axes.plot(
                [rates[row.Index]] * 2,
                [top, tops[row.Index + 1]],
                color=theme.VERMILION,
                linewidth=1.4,
                linestyle=theme.REFERENCE,
                label="prices",
                zorder=2,
            )
        shown = list(dict.fromkeys(self.view.language.number(rate, 1) for rate in sorted(rates.values())))
        words = self.view.language.text("consumer prices: {rate} a year", rate="–".join(dict.fromkeys([shown[0], shown[-1]])) + "%")
        start = min(self.position(rates[money[-1].Index]) + 0.05, self.plot - theme.text_width(words, theme.NOTE))
        pairs.label(axes, words, start / self.plot, tops[-1] + 0.13, edge=True, size=theme.NOTE, colour=theme.VERMILION_TEXT)

    def ranks(self, axes: Axes, row: Any, y: float) -> None:
        middle = 1 + 0.76 / self.plot if self.wide else 1 - 0.42 / self.plot
        gap = 11 if self.wide else 8
        style: dict[str, Any] = {"edge": True, "ground": not self.wide}
        pairs.label(axes, row.nominal_rank, middle, y, shift=(-gap, 0), colour=theme.MUTED, ha="right", **style)
        pairs.label(axes, "→", middle, y, size=theme.NOTE, colour=theme.MUTED, ha="center", **style)
        pairs.label(axes, row.real_rank, middle, y, shift=(gap, 0), bold=True, **style)

    def rank_heads(self, axes: Axes) -> None:
        text = self.view.language.text
        if self.wide:
            middle = 1 + 0.76 / self.plot
            pairs.label(axes, text("Rank"), middle, 0.06, size=theme.ROW, bold=True, ha="center", edge=True, ground=False)
            half = 0.66
            for words, ha, shift in ((text("current prices"), "right", -6), (text("constant prices"), "left", 6)):
                block = "\n".join(theme.wrap(words, half, theme.NOTE))
                pairs.label(axes, block, middle, 0.31, shift=(shift, 0), size=theme.NOTE, colour=theme.MUTED, ha=ha, edge=True, ground=False)
            return
        words = text("Rank: current → constant prices")
        pairs.label(axes, words, 1, 0.1, size=theme.NOTE, colour=theme.MUTED, ha="right", edge=True)
