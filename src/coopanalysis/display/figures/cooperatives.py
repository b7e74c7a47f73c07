"""Figure 3: what happened between and after the two dates? Every published figure as a point, none of them joined."""

from __future__ import annotations

from dataclasses import dataclass

import matplotlib.dates as mdates
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from coopanalysis.display import theme
from coopanalysis.display.figures import pairs
from coopanalysis.display.figures.chart import Chart
from coopanalysis.display.figures.labels import Labels
from coopanalysis.display.theme import Width
from coopanalysis.display.view import View


@dataclass(frozen=True)
class LegalDate:
    """A date in law that explains a break in the counts."""

    day: pd.Timestamp
    source: str


# Law on Cooperatives 23/2012/QH13, article 62: cooperatives had 36 months from 1 July 2013 to convert.
CONVERSION_DEADLINE = LegalDate(pd.Timestamp("2016-07-01"), "Luật Hợp tác xã 23/2012/QH13")


def cooperatives_chart(view: View, indicator: str = "htx_total", active: str = "htx_active") -> Chart:
    """A :class:`Chart` of all figures of ``indicator`` (and of its ``active`` part), the report's pair and the targets."""
    text, language = view.language.text, view.language
    codes = [code for code in (indicator, active) if code]
    levels = view.levels(codes)
    levels = levels[levels["date"].notna()].assign(middle=_middle)
    stated = levels[~levels["derived"] & levels["indicator"].eq(indicator) & ~levels["repeated"]]
    targets = view.dataset.targets
    targets = targets[targets["indicator"].eq(indicator) & targets["ref_area"].eq(view.ref_area)].sort_values("date")
    what = view.inline(indicator)
    measure = text("{indicator} by published source, {area}", indicator=view.indicator(indicator), area=view.area)
    if stated.empty:
        return pairs.nothing_to_draw(view, f"figures_{indicator}", measure, text("No dated figure is known for {area}.", area=view.area))
    finding = _title(view, indicator, stated, targets)
    title = finding or measure
    apart = text("Points are not joined: sources and ways of counting differ.")
    subtitle = f"{measure}. {apart}" if finding else apart
    first, last, lowest = levels.iloc[0], stated.iloc[-1], stated.loc[stated["obs_value"].idxmin()]
    derived = levels[levels["derived"] & levels["indicator"].eq(indicator)]
    first = derived.iloc[0] if len(derived) else stated.iloc[0]
    alt = text(
        "{n} figures of {indicator} from {y0} to {y1}: {v0} in {y0}, lowest {low} ({when}), latest {v1} ({then}, {source}).",
        n=len(levels),
        indicator=what,
        y0=first["date"].year,
        y1=last["date"].year,
        v0=view.value(indicator, first["obs_value"]),
        low=view.value(indicator, lowest["obs_value"], lowest["qualifier"]),
        when=language.period(lowest["time_period"]),
        v1=view.value(indicator, last["obs_value"], last["qualifier"]),
        then=language.period(last["time_period"]),
        source=language.label(view.dataset.sources, last["source"], "short"),
    )
    if len(targets):
        listed = language.join([view.value(indicator, row.target_value, row.qualifier) for row in targets.itertuples()])
        alt += " " + text("Targets {list}.", list=listed)
    key = (
        text(
            "■ report, □ * derived; ● total, ○ active; ✕ repost; ◇ target; bar: only the period is known; ↑ “more than”, foot: “nearly”; = printed again."
        )
        if active
        else text("■ report, □ * derived; ● other sources; ◇ target; bar: only the period is known; ↑ “more than”, foot: “nearly”; = printed again.")
    )
    caution = (
        text("Year marks stand for 31 December. Total and active units are different indicators.")
        if active
        else text("Year marks stand for 31 December.")
    )
    data = levels[["indicator", "time_period", "date", "obs_value", "qualifier", "derived", "repeated", "source", "reliability", "row"]]
    data = data.assign(unit=view.dataset.indicators.loc[data["indicator"], "unit"].to_numpy()).rename(columns={"row": "rows"})
    table = pd.DataFrame(
        {
            text("Date as stated"): [language.period(period) for period in levels["time_period"]],
            text("Figure"): [_shown(view, row) for row in levels.itertuples()],
            text("Indicator"): [view.indicator(code) for code in levels["indicator"]],
            text("Source"): [language.label(view.dataset.sources, code, "short") for code in levels["source"]],
        }
    )

    def draw(width: Width) -> Figure:
        return _draw(view, indicator, active, levels, targets, width)

    return Chart(f"figures_{indicator}", draw, title, subtitle, alt[:300], (key, caution), view.source_note(levels["source"]), data, table)


def _middle(levels: pd.DataFrame) -> pd.Series:
    """Where a mark stands: the day, or the middle of the stated period."""
    start = levels["period_start"].fillna(levels["date"])
    return (start + (levels["date"] - start) / 2).where(levels["evidence"].ne("report"), levels["date"])


def _title(view: View, indicator: str, stated: pd.DataFrame, targets: pd.DataFrame) -> str:
    """The finding, if the figures bear it: a fall, a rise, a target passed."""
    text, language = view.language.text, view.language
    if len(stated) < 4:
        return ""
    lowest = stated.loc[stated["obs_value"].idxmin()]
    before = stated[stated["date"] < lowest["date"]]
    if before.empty or lowest["obs_value"] > 0.9 * before["obs_value"].max() or not len(targets):
        return ""
    target = targets.iloc[0]
    passed = stated[stated["lower"].ge(target["target_value"]) & stated["date"].gt(lowest["date"])]
    if passed.empty:
        return text(
            "{indicator} fell to {low} in {year}, then rose",
            indicator=view.indicator(indicator),
            low=view.value(indicator, lowest["obs_value"]),
            year=lowest["date"].year,
        )
    return text(
        "{indicator} fell to {low} in {year}, then rose past the {target} target by {date} at the latest",
        indicator=view.indicator(indicator),
        low=view.value(indicator, lowest["obs_value"]),
        year=lowest["date"].year,
        target=target["date"].year,
        date=language.date(passed["period_end"].iloc[0], "month"),
    )


def _shown(view: View, row: object) -> str:
    words = view.value(row.indicator, row.obs_value, row.qualifier) + ("*" if row.derived else "")  # type: ignore[attr-defined]
    return words + (f" {view.language.text('[repeated]')}" if row.repeated else "")  # type: ignore[attr-defined]


def _draw(view: View, indicator: str, active: str, levels: pd.DataFrame, targets: pd.DataFrame, width: Width) -> Figure:
    wide = width == "wide"
    figure = theme.new_figure(width, 4.3 if wide else 4.7)
    axes = theme.place(figure, 0.12 if wide else 0.5, 0.32, 0.15, 0.12)
    derived = levels[levels["derived"] & levels["indicator"].eq(indicator)]
    first = levels["middle"].min()
    # a phone has no room for the empty years before the first other figure
    others = levels.loc[levels["evidence"].ne("report"), "middle"]
    start = first if wide or others.empty else others.min() - pd.DateOffset(years=2)
    end = max([levels["date"].max(), *targets["date"]])
    span = max(end - start, pd.Timedelta(days=730))  # a single figure still needs an axis
    # the last figures need room for their numbers; targets write theirs to the left
    axes.set_xlim(start - span * 0.04, end + span * ((0.04 if wide else 0.07) if len(targets) else (0.12 if wide else 0.3)))
    high = max([levels["obs_value"].max(), *targets["target_value"]])
    axes.set_ylim(0, high * 1.12)
    theme.value_grid(axes, "y")
    axes.yaxis.set_major_formatter(lambda value, _: view.language.number(value))
    axes.tick_params(axis="y", pad=-4 if wide else 4)
    axes.set_yticks([tick for tick in axes.get_yticks() if 0 < tick <= high * 1.08])
    for label in axes.get_yticklabels() if wide else []:
        label.set(ha="left", va="bottom")
    _year_ticks(axes, start, end, wide)
    labels = Labels(axes)
    for label in axes.get_yticklabels():
        labels.reserve(label.get_window_extent(labels.renderer))
    for row in levels.itertuples():
        if start <= row.middle:
            labels.block(mdates.date2num(row.middle), row.obs_value, 4.5)
            if _is_period(row):
                labels.line(mdates.date2num(row.period_start), row.obs_value, mdates.date2num(row.date), row.obs_value)
            if row.qualifier == "more_than":
                labels.block(mdates.date2num(row.middle), row.obs_value + high * 0.035, 4.5)
    _background(view, axes, labels, indicator, start, end, high, wide)
    _targets(view, axes, labels, indicator, targets, wide)
    shown = levels[levels["middle"] >= start]
    later = shown[shown["evidence"].ne("report") & ~shown["derived"]]
    for row in later.itertuples():
        _mark(axes, row, active)
    _report(view, axes, labels, indicator, levels, derived, start)
    _value_labels(view, axes, labels, later, active)
    if active and wide:
        _names(view, axes, labels, later, indicator, active)
    return figure


def _year_ticks(axes: Axes, start: pd.Timestamp, end: pd.Timestamp, wide: bool) -> None:
    years = [year for year in range(start.year - start.year % 5 + 3, end.year + 1, 5) if pd.Timestamp(f"{year}-12-31") >= start]
    room = 2 if wide else 3  # years that two labels need to stand apart
    ticks = sorted({*years, end.year} if not years or end.year - years[-1] >= room else {*years[:-1], end.year})
    axes.set_xticks([pd.Timestamp(f"{year}-12-31") for year in ticks], [str(year) for year in ticks])
    axes.tick_params(axis="x", length=3 if wide else 2)


def _background(view: View, axes: Axes, labels: Labels, indicator: str, start: pd.Timestamp, end: pd.Timestamp, high: float, wide: bool) -> None:
    """The field after the area's end and the legal deadline, each with its words."""
    text = view.language.text
    if view.area_ends is not None and view.area_ends < end:
        axes.axvspan(view.area_ends, end + (end - start), color=theme.ENDED, zorder=0)
        axes.axvline(view.area_ends, color=theme.MUTED, linewidth=1.2, zorder=1, label="_furniture")
        labels.line(mdates.date2num(view.area_ends), 0, mdates.date2num(view.area_ends), high * 1.12)
        lines = theme.wrap(
            text(
                "Since {date} part of {successor}: no figures of its own",
                date=view.language.date(view.area_ends),
                successor=view.language.label(view.dataset.areas, view.dataset.areas.at[view.ref_area, "successor"], "short"),
            ),
            0.95 if wide else 0.62,
            theme.NOTE if wide else theme.SOURCE,
        )
        labels.place(
            mdates.date2num(view.area_ends),
            high * 0.02,
            "\n".join(lines),
            required=True,
            offsets=((4, 2, "left", "bottom"),),
            fontsize=theme.NOTE if wide else theme.SOURCE,
            color=theme.MUTED,
            linespacing=1.15,
        )
    if indicator.startswith("htx") and start < CONVERSION_DEADLINE.day < end:
        axes.plot([CONVERSION_DEADLINE.day] * 2, [0, high * 0.52], color=theme.MUTED, linewidth=1, linestyle=theme.DASHED, zorder=1)
        words = text("{date}: conversion deadline of the 2012 law", date=view.language.date(CONVERSION_DEADLINE.day, "month"))
        words = "\n".join(theme.balance(words, 1.6 if wide else 0.95, theme.NOTE))
        labels.place(
            mdates.date2num(CONVERSION_DEADLINE.day),
            high * 0.53,
            words,
            required=True,
            offsets=((0, 0, "center", "bottom"),),
            fontsize=theme.NOTE,
            color=theme.MUTED,
            linespacing=1.15,
        )


def _targets(view: View, axes: Axes, labels: Labels, indicator: str, targets: pd.DataFrame, wide: bool) -> None:
    for row in targets.itertuples():
        x = mdates.date2num(row.date)
        axes.scatter([x], [row.target_value], marker="D", s=62, facecolor=theme.TARGET_FILL, edgecolor=theme.VERMILION, linewidth=1.5, zorder=3)
        labels.block(x, row.target_value, 5.5)
        value = view.value(indicator, row.target_value, row.qualifier)
        words = view.language.text("Target {year}:\n{value}", year=row.date.year, value=value) if wide else f"{row.date.year}:\n{value}"
        labels.place(
            x,
            row.target_value,
            words,
            required=True,
            offsets=(
                (9, 0, "left", "center"),
                (-9, 0, "right", "center"),
                (0, -10, "center", "top"),
                (8, -10, "right", "top"),
                (8, 10, "right", "bottom"),
            ),
            fontsize=theme.NOTE,
            color=theme.VERMILION_TEXT,
            linespacing=1.15,
        )


def _is_period(row: object) -> bool:
    """Whether only a stretch of time is known, longer than a month."""
    return row.evidence != "report" and pd.notna(row.period_start) and (row.date - row.period_start).days > 40  # type: ignore[attr-defined]


def _mark(axes: Axes, row: object, active: str) -> None:
    """One later figure: its period as a bar, its mark, its qualifier."""
    x, y = mdates.date2num(row.middle), row.obs_value  # type: ignore[attr-defined]
    if _is_period(row):
        axes.plot([row.period_start, row.date], [y, y], color=theme.BLUE, linewidth=2.6, zorder=2)  # type: ignore[attr-defined]
    if row.repeated:  # type: ignore[attr-defined]
        axes.scatter([x], [y], marker="$=$", s=28, color=theme.MUTED, linewidth=0.4, zorder=2, label="_furniture")
        return
    repost = row.reliability == "low" and row.source.startswith("baomoi")  # type: ignore[attr-defined]
    hollow = row.indicator == active or repost  # type: ignore[attr-defined]
    axes.scatter(
        [x],
        [y],
        marker="X" if repost else "o",
        s=58 if repost else 42,
        facecolor="white" if hollow else theme.BLUE,
        edgecolor=theme.BLUE,
        linewidth=1.5,
        zorder=3,
    )
    if row.qualifier == "more_than":  # type: ignore[attr-defined]
        axes.annotate(
            "",
            (x, y),
            xytext=(0, 17),
            textcoords="offset points",
            arrowprops={"arrowstyle": "<|-", "color": theme.BLUE, "linewidth": 1.2, "shrinkA": 0, "shrinkB": 4},
        )
    elif row.qualifier == "nearly":  # type: ignore[attr-defined]
        axes.plot([x, x], [row.lower, y], color=theme.BLUE, linewidth=1.2, zorder=2)  # type: ignore[attr-defined]
        axes.scatter([x], [row.lower], marker="_", s=40, color=theme.BLUE, linewidth=1.2, zorder=2)  # type: ignore[attr-defined]
    elif row.qualifier == "about":  # type: ignore[attr-defined]
        axes.plot([x, x], [row.lower, row.upper], color=theme.BLUE, linewidth=1.2, zorder=2)  # type: ignore[attr-defined]


def _report(view: View, axes: Axes, labels: Labels, indicator: str, levels: pd.DataFrame, derived: pd.DataFrame, start: pd.Timestamp) -> None:
    """The report's own pair, drawn last and largest, joined by dashes that are no path."""
    report = levels[levels["evidence"].eq("report") & ~levels["derived"] & levels["indicator"].eq(indicator)]
    if report.empty:
        return
    now = report.iloc[-1]
    x = mdates.date2num(now["date"])
    labels.block(x, now["obs_value"], 6)
    if len(derived):
        then = derived.iloc[0]
        axes.plot(
            [then["date"], now["date"]],
            [then["obs_value"], now["obs_value"]],
            color=theme.INK,
            linewidth=1.3,
            linestyle=theme.DASHED,
            zorder=2.5,
            clip_on=True,
        )
        if then["date"] >= start:
            axes.scatter([then["date"]], [then["obs_value"]], marker="s", s=52, facecolor="white", edgecolor=theme.INK, linewidth=1.5, zorder=4)
            labels.place(
                mdates.date2num(then["date"]),
                then["obs_value"],
                view.language.text("{value}* report, derived", value=view.value(indicator, then["obs_value"])),
                required=True,
                offsets=((8, -4, "left", "top"),),
                fontsize=theme.NOTE,
            )
        else:
            words = view.language.text("{year}: {value}*", year=then["date"].year, value=view.value(indicator, then["obs_value"]))
            note = axes.text(
                0.01,
                then["obs_value"],
                words,
                transform=axes.get_yaxis_transform(),
                fontsize=theme.NOTE,
                va="bottom",
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
            )
            labels.reserve(note.get_window_extent(labels.renderer))
    axes.scatter([x], [now["obs_value"]], marker="s", s=74, color=theme.INK, zorder=5)
    words = view.language.text("{value}\nreport", value=view.value(indicator, now["obs_value"]))
    labels.place(
        x,
        now["obs_value"],
        words,
        required=True,
        offsets=((16, -14, "left", "top"), (10, -8, "left", "top"), (8, 8, "left", "bottom")),
        fontsize=theme.VALUE,
        fontweight="bold",
        linespacing=1.1,
    )


def _value_labels(view: View, axes: Axes, labels: Labels, later: pd.DataFrame, active: str) -> None:
    """Labels for as many figures as there is room for; extremes and the newest first, then the rest in time order."""
    fresh = later[~later["repeated"]]
    if fresh.empty:
        return
    first = [
        fresh["obs_value"].idxmax(),
        fresh["obs_value"].idxmin(),
        *fresh.groupby("indicator")["date"].idxmax(),
        *fresh.groupby("indicator")["date"].idxmin(),
    ]
    for index in dict.fromkeys([*first, *fresh.index]):
        row = fresh.loc[index]
        repost = row["reliability"] == "low" and row["source"].startswith("baomoi")
        words = view.value(row["indicator"], row["obs_value"], row["qualifier"])
        if repost:
            words += "\n" + view.language.text("active; one source only,\nto be confirmed")
        labels.place(
            mdates.date2num(row["middle"]),
            row["obs_value"],
            words,
            required=index in first[:2],
            fontsize=theme.NOTE,
            color=theme.BLUE_TEXT,
            linespacing=1.1,
            offsets=((-9, 0, "right", "center"), (-7, -5, "right", "top"))
            if repost
            else (
                (8, 0, "left", "center"),
                (0, 9, "center", "bottom"),
                (0, -9, "center", "top"),
                (-8, 0, "right", "center"),
                (7, -7, "left", "top"),
                (-7, 7, "right", "bottom"),
                (0, 21, "center", "bottom"),
                (0, -21, "center", "top"),
            ),
        )


def _names(view: View, axes: Axes, labels: Labels, later: pd.DataFrame, indicator: str, active: str) -> None:
    """Name the two series on the chart, at their first figures."""
    for code, words in ((indicator, view.language.text("● total")), (active, view.language.text("○ active"))):
        rows = later[later["indicator"].eq(code)]
        if len(rows):
            row = rows.iloc[0]
            x = mdates.date2num(row["period_start"] if pd.notna(row["period_start"]) else row["middle"])
            labels.place(
                x,
                row["obs_value"],
                words,
                offsets=((-9, 0, "right", "center"), (0, 20, "center", "bottom"), (0, -20, "center", "top")),
                fontsize=theme.NOTE,
                color=theme.BLUE_TEXT,
            )
