"""Figure 3: what happened between and after the two dates? Every published figure as a point, none of them joined."""

from __future__ import annotations

from typing import Any

import pandas as pd

from coopanalysis.display.figures import marks, pairs
from coopanalysis.display.figures.chart import Chart, fitting, shortened
from coopanalysis.display.figures.cooperatives_drawing import Drawing, Evidence
from coopanalysis.display.view import REPORT_EVIDENCE, View


def cooperatives_chart(view: View, indicator: str = "htx_total", active: str = "htx_active") -> Chart:
    """A :class:`Chart` of all figures of ``indicator`` (and of its ``active`` part), the report's pair and the targets."""
    text = view.language.text
    evidence = _evidence(view, indicator, active)
    measure = text("{indicator} by published source, {area}", indicator=view.indicator(indicator), area=view.area)
    if evidence.stated.empty:
        return pairs.nothing_to_draw(view, f"figures_{indicator}", measure, text("No dated figure is known for {area}.", area=view.area))
    levels, first, last = evidence.levels, evidence.stated.iloc[0], evidence.stated.iloc[-1]
    ends = {"a": _value(view, first), "b": _value(view, last)} | {
        name: view.language.date(row["date"], "month") for name, row in (("start", first), ("end", last))
    }
    return Chart(
        f"figures_{indicator}",
        lambda width: Drawing(view, evidence, width).figure(),
        text("{indicator}: {a} in {start}, {b} in {end}", indicator=view.indicator(indicator), **ends),
        f"{measure}. {text('Points are not joined: sources and ways of counting differ.')}",
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


def _alt(view: View, evidence: Evidence) -> str:
    """How many figures, their first and latest, each said of exactly what is counted; the last parts go where there is no room."""
    return fitting(view, lambda own: shortened(_said(own, evidence)))


def _said(view: View, evidence: Evidence) -> list[str]:
    text, language, stated = view.language.text, view.language, evidence.stated
    own, last = stated.iloc[0], stated.iloc[-1]
    values = {"indicator": view.inline(evidence.indicator), "last": _value(view, last), "then": language.period(last["time_period"])}
    if len(stated) == 1:
        parts = [text("1 published figure of {indicator}: {last} ({then}).", **values)]
    else:
        values |= {"n": language.number(len(stated)), "first": _value(view, own), "when": language.period(own["time_period"])}
        parts = [text("{n} published figures of {indicator}: first {first} ({when}), latest {last} ({then}).", **values)]
    for row in evidence.derived.head(1).itertuples():
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
            for row in evidence.targets.itertuples()
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
