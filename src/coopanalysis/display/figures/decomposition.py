"""Figure 4: is a member's cooperative bigger, and where did growth of revenue come from?"""

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
from coopanalysis.display.findings.revenue import PER_MEMBER
from coopanalysis.display.language import NO_BREAK
from coopanalysis.display.statuses import reason_words
from coopanalysis.display.view import View

REVENUE, MEMBERS, COOPERATIVES, MEMBERS_EACH = "revenue_total", "members", "htx_total", "members_per_cooperative"
NAME = "revenue_decomposition"
_DRIVER = 0.2  # a factor is named in the title from this part of all that raised revenue
_HATCH = "////"
MARGIN = 0.15  # inches: headings in line with the frame's title


def decomposition_chart(view: View, ratios: pd.DataFrame, decomposition: pd.DataFrame) -> Chart:
    """Revenue per member at two dates, real and nominal, beside the exact split of the change of total revenue.

    ``ratios``: the frame of ``ratio_table`` (its row revenue_per_member is drawn); ``decomposition``: the frame of
    ``decomposition_table``. A half that cannot be computed is left out, and the notes say why.
    """
    text = view.language.text
    member = ratios[ratios["ratio"].eq(PER_MEMBER)].rename(columns={"ratio": "indicator"})
    known, missing = pairs.split(member)
    split = decomposition if decomposition["reason"].eq("").all() else decomposition.iloc[:0]
    if known.empty:
        return pairs.empty_chart(view, NAME, text("Revenue per member, {area}", area=view.area), missing, [view.inline(PER_MEMBER)] * len(missing))
    row = next(known.itertuples())
    first, last = pairs.years(known)
    base = pairs.price_year(view, known)
    real = np.isfinite(row.real_multiple)
    return Chart(
        name=NAME,
        draw=lambda width: _Drawing(view, row, split, first, last, base, width).figure(),
        title=_title(view, row, split) or text("Revenue per member, {area}, {end} against {start}", area=view.area, start=first, end=last),
        subtitle=text("Cooperatives and unions, {area}, {end} against {start}", area=view.area, start=first, end=last),
        alt=_alt(view, row, split, base),
        notes=(_key(view, row, split), _caution(view, decomposition, split, real)),
        source=view.source_note(pairs.source_codes(view, known)),
        data=_data(view, row, ratios, split),
        table=_table(view, row, split, first, last),
    )


# -- words ----------------------------------------------------------------------------------------------------
def _title(view: View, row: Any, split: pd.DataFrame) -> str:
    """What raised revenue, and what became of real revenue per member; empty without a price index."""
    text, language = view.language.text, view.language
    if not np.isfinite(row.real_multiple):
        return ""
    fell = row.real_multiple < 1
    share = language.percent(abs(row.real_multiple - 1), 0)
    change = text("fell by {share}", share=share) if fell else text("rose by {share}", share=share)
    raising = split[split["effect"] > 0].sort_values("effect", ascending=False, kind="stable")
    drivers = [_driver(view, factor) for factor in raising.loc[raising["effect"] >= _DRIVER * raising["effect"].sum(), "factor"]][:2]
    if len(split) and split["total_change"].iloc[0] > 0 and drivers:
        if len(drivers) == 2:
            return text(
                "Revenue grew through {first} and {second}; real revenue per member {change}", first=drivers[0], second=drivers[1], change=change
            )
        return text("Revenue grew through {first}; real revenue per member {change}", first=drivers[0], change=change)
    if len(split) and split["total_change"].iloc[0] < 0:
        return text("Total revenue fell; real revenue per member {change}", change=change)
    return text("Real revenue per member {change}", change=change)


def _driver(view: View, factor: str) -> str:
    text = view.language.text
    return {
        "cooperatives": text("more cooperatives"),
        "members_per_cooperative": text("more members per cooperative"),
        "real_revenue_per_member": text("higher real revenue per member"),
        "prices": text("higher prices"),
    }[factor]


def _factor(view: View, factor: str) -> str:
    text = view.language.text
    return {
        "cooperatives": text("Number of cooperatives"),
        "members_per_cooperative": text("Members per cooperative"),
        "real_revenue_per_member": text("Revenue per member, constant prices"),
        "prices": text("Consumer prices"),
    }[factor]


def _values(view: View, row: Any) -> str:
    """The two values of a factor, as the second line of its row."""
    if row.factor == "prices":
        return pairs.times(view, row.end_value / row.start_value)
    codes = {"cooperatives": COOPERATIVES, "members_per_cooperative": MEMBERS_EACH, "real_revenue_per_member": PER_MEMBER}
    code = codes[row.factor]
    unit = view.unit(code) if row.factor == "real_revenue_per_member" else ""
    return f"{pairs.starred(view.value(code, row.start_value), row.derived)} → {view.value(code, row.end_value)} {unit}".strip()


def _alt(view: View, row: Any, split: pd.DataFrame, base: str) -> str:
    text, language = view.language.text, view.language
    amounts = {"unit": view.unit(PER_MEMBER)}
    if base:
        amounts |= {"a": view.value(PER_MEMBER, row.real_start_value), "b": view.value(PER_MEMBER, row.real_end_value), "year": base}
        alt = text("Revenue per member went from {a} to {b} {unit} ({year} prices).", **amounts)
    else:
        amounts |= {"a": view.value(PER_MEMBER, row.start_value), "b": view.value(PER_MEMBER, row.end_value)}
        alt = text("Revenue per member went from {a} to {b} {unit} in current prices.", **amounts)
    if len(split):
        parts = [f"{_lower(_factor(view, item.factor))} {language.number(item.effect, 0, sign=True)}" for item in split.itertuples()]
        alt = pairs.sentences(
            alt,
            text(
                "Contributions to the change of {total}: {parts}.",
                total=language.number(split["total_change"].iloc[0], 0, sign=True),
                parts="; ".join(parts),
            ),
        )
    return alt[:ALT_LIMIT]


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]


def _key(view: View, row: Any, split: pd.DataFrame) -> str:
    text, language = view.language.text, view.language
    parts = [text("hollow and *: derived, the later level less the stated increase")] if row.start_derived else []
    if np.isfinite(row.real_multiple):
        parts += [text("○ ● constant prices") if row.start_derived else text("● constant prices"), text("◇ current prices")]
    words = view.language.capital("; ".join(parts)) + "."
    if split.empty:
        return words
    hatched = text("hatched: lowers revenue") if (split["effect"] < 0).any() else ""
    parts = [part for part in (*parts, text("pale: raises revenue"), hatched) if part]
    method = text("additive LMDI") if "lmdi" in split["method"].iloc[0] else text("mean over all orders (Shapley)")
    total = text(
        "The four parts add up to exactly {total} {unit} ({method}).",
        total=language.number(split["total_change"].iloc[0], 0, sign=True),
        unit=view.unit(REVENUE),
        method=method,
    )
    return pairs.sentences(view.language.capital("; ".join(parts)) + ".", total)


def _caution(view: View, decomposition: pd.DataFrame, split: pd.DataFrame, real: bool) -> str:
    text = view.language.text
    level = text("The level of revenue needs to be confirmed: use it to compare over time, not as an amount.")
    reason = str(decomposition["reason"].iloc[0]) if len(decomposition) and split.empty else ""
    undone = text("The change of revenue cannot be split: {reason}.", reason=reason_words(reason, view.language)) if reason else ""
    prices = text("Constant prices: amounts deflated by the consumer price index, annual averages.") if real else ""
    return pairs.sentences(level, undone, prices)


def _data(view: View, row: Any, ratios: pd.DataFrame, split: pd.DataFrame) -> pd.DataFrame:
    rows = [
        {
            "item": "revenue_per_member_current_prices",
            "start_value": row.start_value,
            "end_value": row.end_value,
            "multiple": row.multiple,
            "unit": "million_vnd_per_person",
            "source": pairs.sources_of(view, row),
        }
    ]
    if np.isfinite(row.real_multiple):
        rows.append(
            {
                **rows[0],
                "item": "revenue_per_member_constant_prices",
                "start_value": row.real_start_value,
                "end_value": row.real_end_value,
                "multiple": row.real_multiple,
                "source": pairs.sources_of(view, row, deflated=True),
            }
        )
    for item in split.itertuples():
        rows.append(
            {
                "item": item.factor,
                "start_value": item.start_value,
                "end_value": item.end_value,
                "multiple": item.multiplier,
                "effect": item.effect,
                "share": item.share,
                "unit": "million_vnd",
                "source": pairs.sources_of(view, row, deflated=True),
            }
        )
    if len(split):
        rows.append(
            {
                "item": REVENUE,
                "start_value": split["total_start"].iloc[0],
                "end_value": split["total_end"].iloc[0],
                "effect": split["total_change"].iloc[0],
                "unit": "million_vnd",
                "source": pairs.sources_of(view, row),
            }
        )
    behind = ratios[ratios["ratio"].isin([PER_MEMBER, MEMBERS_EACH])]
    numbers = pairs.row_numbers(*behind["start_rows"], *behind["end_rows"])
    return pd.DataFrame(rows).assign(derived=bool(row.start_derived), start_date=row.start_date, end_date=row.end_date, rows=numbers)


def _table(view: View, row: Any, split: pd.DataFrame, first: str, last: str) -> pd.DataFrame:
    text, language = view.language.text, view.language
    none = text("not applicable")

    def line(name: str, code: str, start: float, end: float, effect: str = none, derived: bool = True) -> dict[str, str]:
        unit = view.unit(code) if code else ""
        value = (lambda number: view.value(code, number)) if code else (lambda number: language.multiple(number))
        return {
            text("Item"): ", ".join(part for part in (name, unit) if part),
            first: pairs.starred(value(start), derived and bool(row.start_derived)),
            last: value(end),
            text("Effect on total revenue, {unit}", unit=view.unit(REVENUE)): effect,
        }

    rows = [line(text("Revenue per member, current prices"), PER_MEMBER, row.start_value, row.end_value)]
    if split.empty:
        if np.isfinite(row.real_multiple):
            rows.append(line(_factor(view, "real_revenue_per_member"), PER_MEMBER, row.real_start_value, row.real_end_value))
        return pd.DataFrame(rows)
    codes = {"cooperatives": COOPERATIVES, "members_per_cooperative": MEMBERS_EACH, "real_revenue_per_member": PER_MEMBER, "prices": ""}
    for item in split.itertuples():
        prices = item.factor == "prices"  # an index is easiest to read from its first year
        values = (1.0, item.end_value / item.start_value) if prices else (item.start_value, item.end_value)
        name = text("Consumer prices, {year} = 1", year=first) if prices else _factor(view, item.factor)
        rows.append(line(name, codes[item.factor], values[0], values[1], effect=language.number(item.effect, 0, sign=True), derived=not prices))
    rows.append(
        line(
            view.indicator(REVENUE),
            REVENUE,
            split["total_start"].iloc[0],
            split["total_end"].iloc[0],
            language.number(split["total_change"].iloc[0], 0, sign=True),
        )
    )
    return pd.DataFrame(rows)


# -- drawing --------------------------------------------------------------------------------------------------
@dataclass
class _Drawing:
    view: View
    member: Any
    split: pd.DataFrame
    first: str
    last: str
    base: str
    width: theme.Width

    def figure(self) -> Figure:
        wide, count = self.width == "wide", len(self.split) + 2
        head, foot = 0.52, 0.34
        if self.split.empty:
            figure = theme.new_figure(self.width, 3.2)
            self.slope(figure, MARGIN, min(theme.WIDTHS[self.width] - MARGIN, 4.2), foot, 3.2 - head)
        elif wide:
            height = head + count * 0.52 + foot
            figure = theme.new_figure(self.width, height)
            self.slope(figure, MARGIN, 2.76, foot, height - head)
            self.waterfall(figure, 3.0, 6.9, foot, height - head, [0.52] * count)
        else:
            rows = [0.54 if self.one_line(item) else 0.7 for item in self.items()]
            lower = head + sum(rows) + foot
            figure = theme.new_figure(self.width, lower + 2.85)
            self.slope(figure, MARGIN, 3.3, lower + 0.4, lower + 2.85 - head)
            self.waterfall(figure, MARGIN, 3.3, foot, lower - head, rows)
        return figure

    def one_line(self, item: tuple[str, str, float, float, str]) -> bool:
        """Whether a phone has room for a factor and its two values in one line."""
        return theme.text_width(item[0], theme.ROW) + theme.text_width(item[1], theme.NOTE) + 0.35 < theme.WIDTHS["narrow"] - MARGIN - 0.1

    def heading(self, figure: Figure, words: str, left: float, right: float, top: float) -> None:
        """A panel's own heading, above it, in at most two lines."""
        width, height = figure.get_size_inches()
        figure.text(
            left / width,
            (top + 0.46) / height,
            "\n".join(theme.wrap(words, right - left, theme.ROW, "bold")),
            fontsize=theme.ROW,
            fontweight="bold",
            va="top",
            linespacing=1.2,
        )

    def unit(self, code: str) -> str:
        return self.view.unit(code).replace(" ", NO_BREAK)

    # -- revenue per member ------------------------------------------------------------------------------------
    def slope(self, figure: Figure, left: float, right: float, bottom: float, top: float) -> None:
        """Two dates, values from zero; names left of the marks, where no line runs."""
        text, member = self.view.language.text, self.member
        width, height = figure.get_size_inches()
        self.heading(figure, text("{indicator}, {unit}", indicator=self.view.indicator(PER_MEMBER), unit=self.unit(PER_MEMBER)), left, right, top)
        axes = theme.place(figure, left, bottom, width - right, height - top)
        inches = right - left, top - bottom
        series = [("nominal", text("current prices"), member.multiple, member.start_value, member.end_value)]
        if np.isfinite(member.real_multiple):
            name = text("constant prices of {year}", year=self.base).replace(f" {self.base}", NO_BREAK + self.base)
            series.append(("real", name, member.real_multiple, member.real_start_value, member.real_end_value))
        series.sort(key=lambda one: -one[3])
        blocks = {name: [*theme.wrap(f"{words}:", 1.05, theme.NOTE), pairs.times(self.view, multiple)] for name, words, multiple, _, _ in series}
        names = max(theme.text_width(line, theme.NOTE) for block in blocks.values() for line in block)
        start, end = names + 0.22, inches[0] - 0.62  # inches from the panel's left edge
        axes.set_xlim(0, inches[0])
        self.limits(axes, inches[1], series, 0.2 + 0.17 * max(len(block) for block in blocks.values()))
        axes.set_yticks([])
        axes.xaxis.set_major_locator(FixedLocator([start, end]))
        axes.xaxis.set_major_formatter(FixedFormatter([self.first, self.last]))
        axes.tick_params(length=3)
        ends: dict[str, float] = {}
        scale = float(np.diff(axes.get_ylim())[0]) / inches[1]
        apart = self.apart([one[3] for one in series], scale)
        for position, (name, _, _, low, high) in enumerate(series):
            self.pair(axes, name, start, end, low, high)
            above, ink = position == 0, theme.BLUE_TEXT if name == "real" else theme.MUTED
            value = pairs.starred(self.view.value(PER_MEMBER, low), member.start_derived)
            pairs.label(axes, value, start, low, shift=(-9, apart[position]), bold=name == "real", colour=ink, ha="right", ground=False)
            pairs.label(
                axes,
                "\n".join(blocks[name]),
                start,
                low,
                shift=(-9, apart[position] + (8 if above else -8)),
                size=theme.NOTE,
                colour=ink,
                ha="right",
                va="bottom" if above else "top",
                ground=False,
            )
            ends.setdefault(self.view.value(PER_MEMBER, high), high)
        shifts = self.apart(list(ends.values()), scale)
        for (words, level), shift in zip(ends.items(), shifts, strict=True):
            pairs.label(axes, words, end, level, shift=(9, shift), bold=True, ground=False)

    @staticmethod
    def limits(axes: Axes, height: float, series: list[tuple], words: float) -> None:
        """Values from zero where the words under the lowest start fit above it, else from below; words stand above the highest too."""
        highest, lowest = max(value for one in series for value in one[3:]), min(one[3] for one in series)
        scale = highest / (height - words)  # units an inch
        if len(series) == 1 or lowest / scale >= words:
            axes.set_ylim(0, scale * height)
            return
        scale = max((highest - lowest) / (height - 2 * words), highest * 1e-9)
        axes.set_ylim(lowest - words * scale, lowest + (height - words) * scale)

    def pair(self, axes: Axes, name: str, start: float, end: float, low: float, high: float) -> None:
        real = name == "real"
        colour = theme.BLUE if real else theme.GREY
        mark = {"linestyle": "none", "markeredgecolor": colour, "markeredgewidth": 1.6, "label": name, "clip_on": False}
        axes.plot(
            [start, end],
            [low, high],
            color=colour,
            linewidth=1.6 if real else 1.3,
            linestyle=theme.DASHED if real else theme.DOTTED,
            label=name,
            zorder=3 if real else 2,
        )
        alone = not np.isfinite(self.member.real_multiple)
        shape, size = ("o", 8.5) if real else ("D", 7)
        filled = colour if real and not self.member.start_derived else "white"
        axes.plot([start], [low], marker=shape, markersize=size, markerfacecolor=filled, zorder=5, **mark)
        if real or alone or abs(self.member.real_end_value - high) > 1e-9 * high:  # in prices of the last year both end in one mark
            axes.plot([end], [high], marker=shape, markersize=size + 0.5, markerfacecolor=colour if real else "white", zorder=6, **mark)

    @staticmethod
    def apart(values: list[float], scale: float, least: float = 13) -> list[float]:
        """Shifts in points that keep one or two labels ``least`` points apart; ``scale``: units an inch; highest value first."""
        if len(values) < 2:
            return [0.0] * len(values)
        gap = (values[0] - values[1]) / scale * 72
        push = max(0.0, (least - abs(gap)) / 2) * (1 if gap >= 0 else -1)
        return [push, -push]

    # -- where revenue came from -------------------------------------------------------------------------------
    def waterfall(self, figure: Figure, left: float, right: float, bottom: float, top: float, rows: list[float]) -> None:
        """Bars from the first level to the last; a part that lowers revenue is white and hatched."""
        view, wide = self.view, self.width == "wide"
        text, split = view.language.text, self.split
        width, height = figure.get_size_inches()
        grew = split["total_change"].iloc[0] >= 0
        words = (
            text("Where growth of total revenue came from, {unit}", unit=self.unit(REVENUE))
            if grew
            else text("What lowered and raised total revenue, {unit}", unit=self.unit(REVENUE))
        )
        self.heading(figure, words, left, right, top)
        items = self.items()
        weights = ["bold" if item[4] in ("start", "end") else "normal" for item in items]
        names = [theme.wrap(item[0], 1.75 if wide else right - left, theme.ROW, weight) for item, weight in zip(items, weights, strict=True)]
        inner = left
        if wide:
            widths = [theme.text_width(line, theme.ROW, weight) for lines, weight in zip(names, weights, strict=True) for line in lines]
            inner += max(widths + [theme.text_width(item[1], theme.NOTE) for item in items]) + 0.14
        axes = pairs.row_axes(figure, inner, bottom, width - right, height - top)
        self.scale(axes, items, right - inner)
        half = 0.15 if wide else 0.12
        ends = np.cumsum(rows)
        middles = ends - (np.array(rows) / 2 if wide else half + 0.02)
        for position, (item, lines) in enumerate(zip(items, names, strict=True)):
            y = middles[position]
            self.bar(axes, item, y, half)
            if position < len(items) - 1:
                edge = item[2] + item[3]
                axes.plot([edge, edge], [y + half, middles[position + 1] - half], color=theme.MUTED, linewidth=0.8, zorder=1, label="_furniture")
            self.name(axes, item, lines, y if wide else ends[position] - rows[position] + 0.07)
        axes.axvline(0, color=theme.INK, linewidth=1.6, zorder=4, label="_furniture")

    def items(self) -> list[tuple[str, str, float, float, str]]:
        """Name, second line, start and length of each bar, and its kind."""
        view, split = self.view, self.split
        derived = bool(split["derived"].iloc[0])
        level = float(split["total_start"].iloc[0])
        year = view.language.text("Year {year}", year=self.first)
        items = [(pairs.starred(year, derived), "", 0.0, level, "start" if derived else "end")]
        for row in split.itertuples():
            items.append((_factor(view, row.factor), _values(view, row), level, float(row.effect), "up" if row.effect >= 0 else "down"))
            level += float(row.effect)
        return [*items, (view.language.text("Year {year}", year=self.last), "", 0.0, float(split["total_end"].iloc[0]), "end")]

    def scale(self, axes: Axes, items: list[tuple[str, str, float, float, str]], inches: float) -> None:
        language = self.view.language
        edges = [0.0, *(edge for item in items for edge in (item[2], item[2] + item[3]))]
        low, high = min(edges), max(edges)
        words = max(theme.text_width(language.number(item[3], 0, sign=True), theme.VALUE, "bold") for item in items) + 0.14
        unit = (inches - words - 0.02) / (high - low)
        axes.set_xlim(low - 0.02 / unit, high + words / unit)
        widest = theme.text_width(language.number(high, 0), theme.NOTE) + 0.08
        step = next(factor * 10.0**power for power in range(-2, 12) for factor in (1, 2, 5) if factor * 10.0**power * unit >= widest)
        ticks = [tick * step for tick in range(int(np.ceil(low / step)), int(np.floor(high / step)) + 1)]
        axes.xaxis.set_major_locator(FixedLocator(ticks))
        axes.xaxis.set_major_formatter(FixedFormatter([language.number(tick, 0 if step >= 1 else 2) for tick in ticks]))
        theme.value_grid(axes)

    def bar(self, axes: Axes, item: tuple[str, str, float, float, str], y: float, half: float) -> None:
        _, _, start, length, kind = item
        style: dict[str, Any] = {
            "start": {"facecolor": "white", "edgecolor": theme.INK},
            "end": {"facecolor": theme.INK, "edgecolor": theme.INK},
            "up": {"facecolor": pairs.REAL_FILL, "edgecolor": theme.BLUE},
            "down": {"facecolor": "white", "edgecolor": theme.VERMILION, "hatch": _HATCH},
        }[kind]
        axes.barh(y, length, left=start, height=2 * half, linewidth=1.4, zorder=3, label=kind, **style)
        colour = {"up": theme.BLUE_TEXT, "down": theme.VERMILION_TEXT}.get(kind, theme.INK)
        words = self.view.language.number(length, 0, sign=kind in ("up", "down"))
        pairs.label(axes, words, max(start, start + length), y, shift=(5, 0), bold=True, colour=colour)

    def name(self, axes: Axes, item: tuple[str, str, float, float, str], lines: list[str], y: float) -> None:
        bold = item[4] in ("start", "end")
        if self.width == "narrow":  # above the bar
            pairs.label(axes, lines[0], 0, y, shift=(5, 0), size=theme.ROW, bold=bold, va="top")
            if item[1] and not self.one_line(item):
                pairs.label(axes, item[1], 0, y + 0.165, shift=(5, 0), size=theme.NOTE, colour=theme.MUTED, va="top")
            elif item[1]:
                start = theme.text_width(lines[0], theme.ROW, "bold" if bold else "normal") * 72 + 13
                pairs.label(axes, item[1], 0, y, shift=(start, -0.5), size=theme.NOTE, colour=theme.MUTED, va="top")
            return
        if not item[1]:
            pairs.label(axes, "\n".join(lines), 0, y, shift=(-8, 0), size=theme.ROW, bold=bold, ha="right", edge=True, ground=False)
            return
        lift = 0.075 * (len(lines) - 1)
        pairs.label(axes, "\n".join(lines), 0, y + lift, shift=(-8, 0), size=theme.ROW, ha="right", va="bottom", edge=True, ground=False)
        pairs.label(
            axes, item[1], 0, y + lift + 0.02, shift=(-8, 0), size=theme.NOTE, colour=theme.MUTED, ha="right", va="top", edge=True, ground=False
        )
