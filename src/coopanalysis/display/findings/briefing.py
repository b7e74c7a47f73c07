"""Sentences of the one-page briefing: headline figures with direction, status and one sentence each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from coopanalysis.display.citations import cite
from coopanalysis.display.findings.common import at_least, page_opening, reason_of, share_of, share_words, undefined_result
from coopanalysis.display.findings.formulas import definition, ends_of, real_formula, years_of
from coopanalysis.display.findings.revenue import LEVEL_CHECKS
from coopanalysis.display.findings.targets import counts_words, weak_figure
from coopanalysis.display.statuses import brief_words, status_sign
from coopanalysis.display.view import View

# Indicators a leader asks for first; each tile takes the latest figure and compares it with the report.
COUNTS = ("htx_total", "htx_agri", "tht_total", "members")
# Which amounts a contradiction throws doubt on.
DOUBTS = {
    "members_may_contain_workers": ("members",),
    "revenue_level": ("revenue_per_member", "revenue_total"),
    "profit_level": ("profit_total",),
    "income_exceeds_revenue": ("revenue_per_member", "revenue_total", "income_member_and_worker"),
}
RISE, FALL, SAME = "↑", "↓", "→"


def briefing_opening(view: View, growth: pd.DataFrame, ratios: pd.DataFrame, progress: pd.DataFrame, consistency: pd.DataFrame) -> dict[str, Any]:
    """Title as the finding; lead with two numbers."""
    text, language = view.language.text, view.language
    known = ratios[ratios["reason"].eq("")].set_index("ratio")
    members, cooperatives = _latest(view, "members"), _latest(view, "htx_total")
    met = progress[progress["indicator"].eq("htx_total")].sort_values("target_date").head(1)
    title = text("Collective economy of {area}. {counts}", area=view.area, counts=counts_words(view, progress))
    lead = []
    if members and cooperatives and all(one["base"] and one["row"] != one["base_row"] for one in (members, cooperatives)):
        grown = _near(view, "htx_total", members["date"]) / cooperatives["base"] - 1
        # a lower bound says nothing of how little members grew
        if met["reached"].any() and members["most"] < grown / 2:
            title = text("{area}: cooperatives passed their target, membership grew much more slowly", area=view.area)
        lead.append(
            text(
                "From the report to {when} cooperatives grew {x}, members {y}.",
                when=language.period(members["time_period"]),
                x=language.percent(grown, 0),
                y=at_least(view, members["growth"], members["qualifier"]).replace("+", ""),
            )
        )
    if "revenue_per_member" in known.index:
        row = known.loc["revenue_per_member"]
        lead.append(
            text(
                "Without price change, revenue per member in {end} was {share} of that in {start}, if both years are off by one factor."
                if consistency.loc[consistency["check"].isin(LEVEL_CHECKS), "found"].any()
                else "Without price change, revenue per member in {end} was {share} of that in {start}.",
                end=row["end_date"].year,
                share=share_words(view, row["real_multiple"]),
                start=row["start_date"].year,
            )
        )
    return page_opening(view, title=title, lead=lead, finding=" ".join(lead) or title)


def briefing_headlines(
    view: View, growth: pd.DataFrame, ratios: pd.DataFrame, progress: pd.DataFrame, consistency: pd.DataFrame
) -> Iterator[dict[str, Any]]:
    """Eight tiles: four counts by their latest figure, four amounts from the report without price change."""
    text, language = view.language.text, view.language
    status = progress.sort_values("target_date").drop_duplicates("indicator").set_index("indicator", drop=False)
    found = set(consistency.loc[consistency["found"], "check"])
    doubted = {code for check, codes in DOUBTS.items() if check in found for code in codes}
    for code in COUNTS:
        latest = _latest(view, code)
        if latest is None:
            yield undefined_result(view, f"latest_{code}", view.indicator(code), "no_observation")
            continue
        words = text("may include workers, to be confirmed") if code in doubted else ""
        if code in status.index:
            row = status.loc[code]
            words = f"{status_sign(row['status'])} {row['target_date'].year}: {brief_words(row, language)}"
        note = language.period(latest["time_period"])
        if latest["base"] is not None and latest["row"] != latest["base_row"]:
            sign = _direction(latest["growth"])
            note += "; " + text(
                "{sign} {change} against the report ({base})",
                sign=sign,
                change=at_least(view, latest["growth"], latest["qualifier"]),
                base=view.value(code, latest["base"]),
            )
        yield {
            "name": f"latest_{code}",
            "value": latest["value"],
            "date": latest["date"],
            "label": view.indicator(code),
            "text": view.value(code, latest["value"], latest["qualifier"]),
            "note": note,
            "status": status.at[code, "status"] if code in status.index else "",
            "status_text": words,
            **cite(view, *((row, False) for row in dict.fromkeys((latest["row"], latest["base_row"])) if row)),
        }
    tables = {
        "revenue_per_member": ratios.rename(columns={"ratio": "indicator"}),
        "revenue_total": growth,
        "profit_total": growth,
        "income_member_and_worker": growth,
    }
    for code, frame in tables.items():
        rows = frame[frame["indicator"].eq(code) & frame["reason"].eq("")]
        label = text("{indicator}, without price change", indicator=view.indicator(code))
        if rows.empty:
            yield undefined_result(view, f"real_change_{code}", label, reason_of(frame, "indicator", code))
            continue
        row = rows.iloc[0]
        change = row["real_multiple"] - 1
        meaning = f"{definition(view, code)}; " if code in view.dataset.ratios.index else ""
        yield {
            "name": f"real_change_{code}",
            "value": change,
            "date": row["end_date"],
            "label": label,
            "text": language.percent(change, 0, sign=True),
            "note": text(
                "{sign} {end} against {start}; in current prices {n} times",
                sign=_direction(change),
                end=row["end_date"].year,
                start=row["start_date"].year,
                n=language.multiple(row["multiple"], 1),
            ),
            "status": "to_be_confirmed" if code in doubted else "",
            "status_text": text("level to be confirmed") if code in doubted else "",
            **cite(view, *ends_of(row), formula=f"{meaning}{real_formula(view, code, row)} − 1", price_years=years_of(row)),
        }


def cautions(view: View, consistency: pd.DataFrame) -> list[str]:
    """The three things to be careful about, from what was found."""
    text, language = view.language.text, view.language
    found = consistency[consistency["found"]].set_index("check")["values"]
    sentences = []
    if "revenue_level" in found.index:
        values = found["revenue_level"]
        sentences.append(
            text(
                "Do not use the level of revenue, {total} million VND: it makes {level} million a cooperative, {share} of the lowest other source.",
                total=language.number(values["total"]),
                level=language.number(values["level"]),
                share=share_of(view, values["share_of_lowest"], values["lowest_qualifier"]),
            )
        )
    if "income_exceeds_revenue" in found.index:
        values = found["income_exceeds_revenue"]
        sentences.append(
            text(
                "Average income {income} million × {workers} workers is {multiple} times total revenue: to be confirmed.",
                income=language.number(values["average"]),
                workers=language.number(values["units"]),
                multiple=language.number(values["multiple"], 1),
            )
        )
    if "members_may_contain_workers" in found.index:
        sentences.append(text("Totals and active units, and members and workers, are different indicators; never add or chain them."))
    return sentences[:3]


def needed_data(view: View, progress: pd.DataFrame) -> list[str]:
    """What would have to be supplied to close the gaps, from what is missing."""
    text, language = view.language.text, view.language
    items = []
    old = progress[progress["reason"].eq("observation_too_old")].drop_duplicates("indicator")
    for row in old.itertuples():
        items.append(text("{indicator} after {period}.", indicator=view.indicator(row.indicator), period=language.period(row.current_time_period)))
    single = progress[progress["status"].eq("achieved_single_source")]
    for row in single.itertuples():
        value = language.number(weak_figure(view, row)["obs_value"])
        items.append(text("Confirm {value} for {indicator}.", value=value, indicator=view.inline(row.indicator)))
    items.append(text("Revenue and profit by year, with their unit."))
    without = progress[progress["baseline_value"].isna()].drop_duplicates("indicator")
    if len(without):
        items.append(text("Baselines of {names}.", names=language.join([view.inline(code) for code in without["indicator"]])))
    if view.area_ends is not None:
        items.append(text("Who follows the targets after the reorganisation."))
    return items


def _latest(view: View, code: str) -> dict[str, Any] | None:
    """The latest figure of an indicator that is no repeat, with the report's level and the growth since."""
    levels = view.levels(code)
    stated = levels[~levels["derived"] & ~levels["repeated"] & levels["date"].notna()]
    if stated.empty:
        return None
    last = stated.iloc[-1]
    report = stated[stated["evidence"].eq("report")]
    base = float(report["obs_value"].iloc[-1]) if len(report) else None
    return {
        "value": float(last["obs_value"]),
        "qualifier": last["qualifier"],
        "date": last["date"],
        "time_period": last["time_period"],
        "row": int(last["row"]),
        "base_row": int(report["row"].iloc[-1]) if len(report) else 0,
        "base": base,
        "growth": last["obs_value"] / base - 1 if base else float("nan"),
        "most": last["upper"] / report["lower"].iloc[-1] - 1 if base else float("nan"),
    }


def _near(view: View, code: str, date: pd.Timestamp) -> float:
    """The figure of an indicator nearest to a date."""
    levels = view.levels(code)
    stated = levels[~levels["derived"] & ~levels["repeated"] & levels["date"].notna()]
    return float(stated.loc[(stated["date"] - date).abs().idxmin(), "obs_value"])


def _direction(change: float) -> str:
    return RISE if change > 0 else FALL if change < 0 else SAME
