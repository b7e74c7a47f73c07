"""Figure 3: what happened between and after the two dates? Every published figure as a point, none of them joined."""

from __future__ import annotations

from typing import Any

import pandas as pd

from coopanalysis.display.figures import marks, pairs
from coopanalysis.display.figures.chart import Chart, fitting, shortened
from coopanalysis.display.figures.cooperatives_drawing import Drawing
from coopanalysis.display.figures.evidence import Evidence, is_sure, reached
from coopanalysis.display.view import REPORT_EVIDENCE, View

_FEWEST = 4  # figures that a finding about a course needs
_FALL = 0.9  # a low point lies at least a tenth under an earlier figure


def cooperatives_chart(view: View, indicator: str = "htx_total", active: str = "htx_active") -> Chart:
    """A :class:`Chart` of all figures of ``indicator`` (and of its ``active`` part), the report's pair and the targets."""
    text = view.language.text
    evidence = _evidence(view, indicator, active)
    measure = text("{indicator} by published source, {area}", indicator=view.indicator(indicator), area=view.area)
    if evidence.stated.empty:
        return pairs.nothing_to_draw(view, f"figures_{indicator}", measure, text("No dated figure is known for {area}.", area=view.area))
    finding, spoken = _finding(view, evidence)
    if view.evidence == REPORT_EVIDENCE:
        apart = text("Dashes join the two dates of the report; they are not a path.") if len(evidence.derived) else text("One date only.")
    else:
        apart = text("Points are not joined: sources and ways of counting differ.")
    levels = evidence.levels
    return Chart(
        f"figures_{indicator}",
        lambda width: Drawing(view, evidence, spoken, width).figure(),
        finding or measure,
        f"{measure}. {apart}" if finding else apart,
        _alt(view, evidence),
        (_key(view, evidence), _caution(view, evidence)),
        view.source_note(levels["source"]),
        _data(view, levels),
        _table(view, levels),
    )


def _evidence(view: View, indicator: str, active: str) -> Evidence:
    levels = view.levels([code for code in (indicator, active) if code])
    levels = levels[levels["date"].notna()].assign(middle=marks.middles, stretch=marks.are_periods)
    targets = view.dataset.targets
    targets = targets[targets["indicator"].eq(indicator) & targets["ref_area"].eq(view.ref_area)].sort_values("date")
    return Evidence(indicator, active, levels, targets)


# -- words ----------------------------------------------------------------------------------------------------
def _finding(view: View, evidence: Evidence) -> tuple[str, list[int]]:
    """The title, if the figures bear one, and the figures it speaks of: a fall and a rise, else where things stand."""
    text, language, stated = view.language.text, view.language, evidence.stated
    name = view.indicator(evidence.indicator, short=False)
    if len(stated) >= _FEWEST:
        lowest = stated.loc[stated["obs_value"].idxmin()]
        before, after = stated[stated["date"] < lowest["date"]], stated[stated["date"] > lowest["date"]]
        values = {"indicator": name, "low": _value(view, lowest), "year": lowest["date"].year}
        if len(before) and len(after) and lowest["upper"] <= _FALL * before["lower"].max():
            target = evidence.targets.iloc[0] if len(evidence.targets) else None
            met = reached(after, target["target_value"]) if target is not None else None
            if target is None or met is None:
                return (text("{indicator} fell to {low} in {year}, then rose", **values), [lowest.name]) if _rose(lowest, after) else ("", [])
            values |= {"target": target["date"].year, "date": language.date(met.by, "month")}
            if met.sure:
                return text("{indicator} fell to {low} in {year}, then rose past the {target} target by {date} at the latest", **values), [
                    lowest.name,
                    met.row,
                ]
            return text(
                "{indicator} fell to {low} in {year}, then rose; past the {target} target by {date} by a source of low reliability", **values
            ), [lowest.name, met.row]
    return _standing(view, evidence)


def _rose(lowest: pd.Series, after: pd.DataFrame) -> bool:
    return bool(after["lower"].max() > lowest["upper"])


def _standing(view: View, evidence: Evidence) -> tuple[str, list[int]]:
    """The latest figure of a source that a title may rest on, against the first target or the report's own figure."""
    text, language = view.language.text, view.language
    sure = evidence.stated[is_sure(evidence.stated)]
    if sure.empty or sure.iloc[-1]["evidence"] == REPORT_EVIDENCE:
        return "", []
    last, own = sure.iloc[-1], evidence.report
    values = {"indicator": view.indicator(evidence.indicator), "value": _value(view, last), "date": language.date(last["date"], "month")}
    if len(evidence.targets):
        target = evidence.targets.iloc[0]
        aim = view.value(evidence.indicator, target["target_value"], target["qualifier"])
        return text("{indicator}: {value} in {date}, the {year} target is {target}", **values, year=target["date"].year, target=aim), [last.name]
    if own is not None:
        return text("{indicator}: {value} in {date}, against {own} in the report", **values, own=_value(view, own)), [last.name]
    return "", []


def _alt(view: View, evidence: Evidence) -> str:
    """How many figures, their lowest and latest, each said of exactly what is counted; the last parts go where there is no room."""
    return fitting(view, lambda own: shortened(_said(own, evidence)))


def _said(view: View, evidence: Evidence) -> list[str]:
    text, language, stated = view.language.text, view.language, evidence.stated
    last = stated.iloc[-1]
    values = {
        "n": language.number(len(stated)),
        "indicator": view.inline(evidence.indicator),
        "last": _value(view, last),
        "then": language.period(last["time_period"]),
    }
    if len(stated) == 1:
        first = text("1 published figure of {indicator}: {last} ({then}).", **values)
    else:
        extreme, other = stated.loc[stated["obs_value"].idxmin()], stated.loc[stated["obs_value"].idxmax()]
        low = extreme.name != last.name
        shown = extreme if low else other
        values |= {
            "a": stated["date"].min().year,
            "b": last["date"].year,
            "extreme": _value(view, shown),
            "when": language.period(shown["time_period"]),
        }
        first = (
            text("{n} published figures of {indicator}, {a} to {b}: lowest {extreme} ({when}), latest {last} ({then}).", **values)
            if low
            else text("{n} published figures of {indicator}, {a} to {b}: highest {extreme} ({when}), latest {last} ({then}).", **values)
        )
    parts = [first]
    for row in evidence.origin:
        parts.append(text("Derived for {year}: {value}.", year=row.date.year, value=_value(view, row)))
    if len(evidence.parts):
        part = evidence.parts.iloc[-1]
        values = {"n": language.number(len(evidence.parts)), "value": _value(view, part), "then": language.period(part["time_period"])}
        parts.append(
            text("{n} figures of active ones, latest {value} ({then}, low reliability).", **values)
            if part["reliability"] == "low"
            else text("{n} figures of active ones, latest {value} ({then}).", **values)
        )
    if len(evidence.targets):
        listed = [
            text("{value} ({year})", value=view.value(evidence.indicator, row.target_value, row.qualifier), year=row.date.year)
            for row in evidence.aims
        ]
        parts.append(text("Targets: {list}.", list=language.join(listed)))
    again = int(evidence.levels["repeated"].sum())
    if again:
        parts.append(language.plural("{n} figure printed again is not counted.", "{n} figures printed again are not counted.", again))
    return parts


def _key(view: View, evidence: Evidence) -> str:
    """The marks that are really drawn, in the order of the table of marks."""
    text, levels, parts = view.language.text, evidence.levels, evidence.parts
    others = levels[levels["evidence"].ne(REPORT_EVIDENCE) & ~levels["derived"] & ~levels["repeated"]]
    qualifiers = set(others["qualifier"])
    entries = [
        (evidence.report is not None, text("■ report")),
        (len(evidence.derived), text("□ * derived: the later level less the stated increase")),
        (len(evidence.derived) and evidence.report is not None, text("dashes join two dates and are no path")),
        (len(others) and len(parts), text("● total, ○ active")),
        (len(others) and not len(parts), text("● other sources")),
        (any(marks.is_repost(row) for row in others.itertuples()), text("✕ repost")),
        (len(evidence.targets), text("◇ target")),
        (others["stretch"].any(), text("bar: only the period is known")),
        ("more_than" in qualifiers, text("↑ “more than”")),
        ("nearly" in qualifiers, text("foot: “nearly”")),
        (levels["repeated"].any(), text("= printed again, not counted")),
    ]
    return view.language.capital("; ".join(words for shown, words in entries if shown)) + "."


def _caution(view: View, evidence: Evidence) -> str:
    text, language = view.language.text, view.language
    own = evidence.report
    moved = (
        text("The report's figure is of {stated} and stands at {date}.", stated=language.period(own["time_period"]), date=language.date(own["date"]))
        if own is not None and own["time_period"] and own["period_end"] != own["date"]
        else ""
    )
    return pairs.sentences(
        text("Year marks stand for 31 December."), moved, text("Total and active units are different indicators.") if len(evidence.parts) else ""
    )


def _value(view: View, row: Any) -> str:
    return view.value(row.indicator, row.obs_value, row.qualifier)


# -- data -----------------------------------------------------------------------------------------------------
def _data(view: View, levels: pd.DataFrame) -> pd.DataFrame:
    data = levels[["indicator", "time_period", "date", "obs_value", "qualifier", "derived", "repeated", "source", "reliability", "row"]]
    return data.assign(unit=view.dataset.indicators.loc[data["indicator"], "unit"].to_numpy()).rename(columns={"row": "rows"})


def _table(view: View, levels: pd.DataFrame) -> pd.DataFrame:
    text, language = view.language.text, view.language
    grades = {"high": text("High"), "medium": text("Medium"), "low": text("Low")}
    rows = list(levels.sort_values("date", kind="stable").itertuples())
    return pd.DataFrame(
        {
            text("Date as stated"): [language.period(row.time_period) for row in rows],
            text("Figure"): [pairs.starred(_value(view, row), row.derived) + (f" {text('[repeated]')}" if row.repeated else "") for row in rows],
            text("Indicator"): [view.indicator(row.indicator) for row in rows],
            text("Source"): [language.label(view.dataset.sources, row.source, "short") for row in rows],
            text("Reliability"): [grades[row.reliability] for row in rows],
        }
    )
