"""What the figures of two dates share: which rows can be drawn, their years, marks and words.

A row is drawn when both dates have a figure. Stated starts are filled and derived ones hollow; an end taken from
another source than the start is hollow on a dotted line; a qualified value shows which way it can only be wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from coopanalysis.display import theme
from coopanalysis.display.figures.chart import Chart
from coopanalysis.display.language import NO_BREAK
from coopanalysis.display.statuses import reason_words
from coopanalysis.display.view import View

REAL_FILL = "#D3E6F3"  # real values as areas: pale inside a blue edge, so that they differ from solid bars in grey
DERIVED = "*"
_CAPITAL = 0.73  # height of capitals and digits in DejaVu Sans, in its size
NAMED = 4  # left-out rows are named up to this many


# -- which rows -----------------------------------------------------------------------------------------------
def split(frame: pd.DataFrame, needed: str = "multiple") -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows with both dates (and a value in ``needed``), and the others."""
    drawn = frame["reason"].eq("") & np.isfinite(frame[needed].astype(float))
    return frame[drawn].reset_index(drop=True), frame[~drawn].reset_index(drop=True)


def years(frame: pd.DataFrame) -> tuple[str, str]:
    """First and last year of most rows, as text; empty where no row has that date."""
    found = []
    for side in ("start", "end"):
        dates = frame[f"{side}_date"].dropna()
        found.append(str(int(dates.dt.year.mode().iloc[0])) if len(dates) else "")
    return found[0], found[1]


def source_codes(view: View, frame: pd.DataFrame) -> list[str]:
    """Sources behind the drawn rows, the price index last where an amount is deflated."""
    codes = [code for side in ("start", "end") for code in frame[f"{side}_source"] if isinstance(code, str)]
    deflated = frame["monetary"].astype(bool) & frame["real_multiple"].notna()
    return [*dict.fromkeys(codes), *([view.price_source] if deflated.any() else [])]


def row_numbers(*rows: Any) -> str:
    """Row numbers of observations.csv, each once: "4 16"."""
    flat = np.ravel([number for item in rows for number in np.ravel(item)]).astype(float)
    return " ".join(str(int(number)) for number in dict.fromkeys(flat[np.isfinite(flat)]))


def sources_of(view: View, row: Any, *, deflated: bool = False) -> str:
    """Source ids of one row, for the CSV."""
    codes = [row.start_source, row.end_source, *([view.price_source] if deflated else [])]
    return " ".join(dict.fromkeys(code for code in codes if isinstance(code, str)))


# -- words ----------------------------------------------------------------------------------------------------


def times(view: View, multiple: float, decimals: int = 2, year: str = "", sign: str = "") -> str:
    """ "3.2 times"; below one the share that is left: "52%" (of ``year``, if given); ``sign``: of :func:`bound_sign`."""
    language = view.language
    if multiple >= 1:
        return language.text("{x} times", x=sign + language.multiple(multiple, decimals))
    share = sign + language.percent(multiple, 0)
    return language.text("{share} of {year}", share=share, year=year) if year else language.text("at {share}", share=share)


def starred(value: str, derived: bool) -> str:
    return value + DERIVED if derived else value


def amounts(view: View, row: Any) -> str:
    """ "2,840* → 14,040 million VND": the figures of both dates as the source has them; breaks only after the arrow."""
    start = starred(view.value(row.indicator, row.start_value, row.start_qualifier or "exact"), bool(row.start_derived))
    end = view.value(row.indicator, row.end_value, row.end_qualifier or "exact")
    after = NO_BREAK.join(part for part in (end, view.unit(row.indicator).replace(" ", NO_BREAK)) if part)
    return f"{start}{NO_BREAK}→ {after}"


def bound_sign(low: float, high: float) -> str:
    """The sign before a multiple that is known only to one side, or only about; empty for an exact one."""
    if not (np.isfinite(low) or np.isfinite(high)) or low == high:
        return ""
    if not np.isfinite(high):
        return f"≥{NO_BREAK}"
    return f"≤{NO_BREAK}" if low <= 0 else f"≈{NO_BREAK}"


def multiple_bounds(row: Any) -> tuple[float, float]:
    """Lowest and highest multiple that the qualifiers of both dates allow."""
    low = row.end_lower / row.start_upper if row.start_upper > 0 else np.nan
    high = row.end_upper / row.start_lower if row.start_lower > 0 else np.inf
    return (low, high) if abs(high - low) > 1e-9 * row.multiple else (row.multiple, row.multiple)


def left_out(view: View, missing: pd.DataFrame, names: Sequence[str]) -> str:
    """Which rows are not drawn, and why: named where they are few, else counted by reason."""
    text = view.language.text
    table = pd.DataFrame({"name": list(names), "reason": list(missing["reason"].where(missing["reason"].ne(""), missing["real_reason"]))})
    parts = [
        text("{names} ({reason})", names=names_or_count(view, list(group["name"])), reason=reason_words(str(reason), view.language))
        for reason, group in table.groupby("reason", sort=False)
    ]
    return text("Not drawn: {list}.", list="; ".join(parts)) if parts else ""


def no_room(view: View, rest: pd.DataFrame) -> str:
    """Which rows the drawing has no room for."""
    names = [view.inline(code) for code in rest["indicator"]]
    return view.language.text("Not drawn for lack of room: {list}.", list=names_or_count(view, names)) if names else ""


def names_or_count(view: View, names: Sequence[str]) -> str:
    """Up to ``NAMED`` names in words, "12 indicators" of more."""
    return _list(view, names) if len(names) <= NAMED else view.language.plural("{n} indicator", "{n} indicators", len(names))


def _list(view: View, names: Sequence[str]) -> str:
    """The names in words; between semicolons where one has a comma of its own."""
    return "; ".join(names) if any("," in name for name in names) else view.language.join(names)


def assumed_dates(view: View, frame: pd.DataFrame) -> str:
    """Which levels are read as another day than the source's, what it says instead, and the day they are read as."""
    text, language = view.language.text, view.language
    assumed = frame[frame["end_date_assumed"].astype(bool) & frame["end_stated_date"].ne(frame["end_date"])]
    if assumed.empty:
        return ""
    dated = assumed["end_stated_date"].notna()
    parts = []
    for day, group in assumed[dated].groupby("end_stated_date"):
        parts.append(
            text("{list} as of {date}", list=_list(view, [view.inline(code) for code in group["indicator"]]), date=language.date(day, "month"))
        )
    undated = assumed[~dated]
    if len(undated):
        every = len(undated) > 1 and set(undated["indicator"]) == set(frame.loc[frame["monetary"].astype(bool), "indicator"])
        names = text("amounts of money") if every else _list(view, [view.inline(code) for code in undated["indicator"]])
        parts.append(text("{list} without a date", list=names))
    return text("The source gives {list}; all are read as {date}.", list=", ".join(parts), date=language.date(assumed["end_date"].max()))


def sentences(*parts: str) -> str:
    return " ".join(part for part in parts if part)


# -- drawing --------------------------------------------------------------------------------------------------
def row_axes(figure: Figure, left: float, bottom: float, right: float, top: float) -> Axes:
    """Axes whose vertical unit is inches from their top, so that rows and words keep their size in every figure."""
    axes = theme.place(figure, left, bottom, right, top)
    height = figure.get_size_inches()[1] - top - bottom
    axes.set_ylim(height, 0)
    axes.set_yticks([])
    return axes


def label(
    axes: Axes,
    text: str,
    x: float,
    y: float,
    *,
    shift: tuple[float, float] = (0, 0),
    size: float = theme.VALUE,
    bold: bool = False,
    colour: str = theme.INK,
    ha: str = "left",
    va: str = "center",
    ground: bool = True,
    edge: bool = False,
) -> None:
    """Words at a point in data units, moved by points; ``edge``: x counts from the axes' left edge (0) to its right (1).

    One line in the middle is set by its baseline: Vietnamese capitals with two marks would push it down.
    """
    if va == "center" and "\n" not in text:
        shift, va = (shift[0], shift[1] - _CAPITAL / 2 * size), "baseline"
    box = {"boxstyle": "square,pad=0.08", "facecolor": "white", "edgecolor": "none"} if ground else None
    axes.annotate(
        text,
        (x, y),
        xycoords=("axes fraction", "data") if edge else "data",
        xytext=shift,
        textcoords="offset points",
        fontsize=size,
        fontweight="bold" if bold else "normal",
        color=colour,
        ha=ha,
        va=va,
        bbox=box,
        annotation_clip=False,
        zorder=6,
        linespacing=1.15,
    )


def nothing_to_draw(view: View, name: str, title: str, sentence: str) -> Chart:
    """A chart that says in one sentence why it is empty: a page without data is no reason to stop a batch."""

    def draw(width: theme.Width) -> Figure:
        figure = theme.new_figure(width, 0.7)
        figure.text(
            0.02, 0.5, "\n".join(theme.wrap(sentence, theme.WIDTHS[width] - 0.2, theme.ROW)), fontsize=theme.ROW, color=theme.MUTED, va="center"
        )
        return figure

    nothing = pd.DataFrame(columns=["unit", "source", "rows"])
    return Chart(name, draw, title, view.area, sentence, (), view.language.text("Source: calculated from the data set."), nothing, pd.DataFrame())


def empty_chart(view: View, name: str, title: str, missing: pd.DataFrame, names: Sequence[str]) -> Chart:
    """The same for a comparison of two dates, with the reason of each row in the table."""
    text = view.language.text
    missing = missing.assign(reason=missing["reason"].where(missing["reason"].ne(""), missing["real_reason"]))
    silent = missing["reason"].str.startswith("no_observation").all()
    sentence = (
        text("No indicator of {area} has a figure for both dates.", area=view.area)
        if silent
        else text("No figures of {area} can be compared between the two dates; the table says why.", area=view.area)
    )
    chart = nothing_to_draw(view, name, title, sentence)
    codes = [code for side in ("start", "end") for code in missing[f"{side}_source"] if isinstance(code, str)]
    data = pd.DataFrame({"item": list(names), "reason": list(missing["reason"]), "unit": list(missing["unit"]), "source": "", "rows": ""})
    table = pd.DataFrame({text("Indicator"): list(names), text("Reason"): [reason_words(str(code), view.language) for code in missing["reason"]]})
    return replace(chart, source=view.source_note(codes) if codes else chart.source, data=data, table=table)
