"""Sentences of the target report: which targets are met, on what evidence, and what the rest would take."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from coopanalysis.display.citations import cite
from coopanalysis.display.findings.common import page_opening, undefined_result
from coopanalysis.display.findings.formulas import pace_formula
from coopanalysis.display.statuses import status_sign, status_words
from coopanalysis.display.view import View, plain

COOPERATIVES = "htx_total"
MET = ("target_achieved", "achieved_single_source")


def target_name(view: View, row: Any) -> str:
    """ "Hợp tác xã (HTX), 2025"."""
    return f"{view.indicator(row.indicator)}, {row.target_date.year}"


def target_counts(progress: pd.DataFrame) -> dict[str, int]:
    """How many targets there are, are met, are met on one weak source only, lack evidence."""
    status = progress["status"]
    return {
        "all": len(progress),
        "met": int(status.eq("target_achieved").sum()),
        "single": int(status.eq("achieved_single_source").sum()),
        "unknown": int(status.eq("not_enough_evidence").sum()),
    }


def targets_opening(view: View, progress: pd.DataFrame) -> dict[str, Any]:
    text, language = view.language.text, view.language
    years = language.join([str(year) for year in sorted(progress["target_date"].dt.year.unique())])
    title = text("How far are the {years} targets of {area}?", years=years, area=view.area)
    if progress.empty:
        empty = text("The data hold no target for this area.")
        return page_opening(view, title=title, lead=[empty], finding=empty)
    sentence = status_sentence(view, progress)
    paces = pace_sentence(view, progress)
    cautions = [
        text("Two points have no confidence interval: the model range runs from linear to constant growth and is no forecast."),
        single_source_sentence(view, progress),
    ]
    return page_opening(view, title=title, lead=[sentence, paces], finding=sentence, cautions=cautions)


def status_sentence(view: View, progress: pd.DataFrame) -> str:
    """ "5 of 10 targets are met, 1 more on a single source; not enough evidence for …" """
    text, language = view.language.text, view.language
    counts = target_counts(progress)
    names = language.join(unknown_names(view, progress))
    if view.evidence == "report":
        above = int(progress["status"].eq("plan_above_pace").sum())
        first = text(
            "On the report's own figures {met} of {all} targets were met at the start; {above} need a faster pace than the past one.",
            met=language.number(counts["met"]),
            all=language.number(counts["all"]),
            above=language.number(above),
        )
    elif counts["single"]:
        first = text(
            "{met} of {all} targets are met, {single} more by one source only.",
            met=language.number(counts["met"]),
            all=language.number(counts["all"]),
            single=language.number(counts["single"]),
        )
    else:
        first = text("{met} of {all} targets are met.", met=language.number(counts["met"]), all=language.number(counts["all"]))
    second = text("There is not enough evidence for {names}.", names=names) if names else ""
    return f"{first} {second}".strip()


def unknown_names(view: View, progress: pd.DataFrame) -> list[str]:
    """Indicators without enough evidence; with the year where another target of the same indicator can be judged."""
    unknown = progress[progress["status"].eq("not_enough_evidence")]
    names = []
    for code, group in unknown.groupby("indicator", sort=False):
        whole = len(group) == progress["indicator"].eq(code).sum()
        years = view.language.join(str(date.year) for date in group["target_date"])
        names.append(view.inline(str(code)) if whole else f"{view.inline(str(code))} ({years})")
    return names


def pace_sentence(view: View, progress: pd.DataFrame) -> str:
    """The cooperatives' required pace against the past one."""
    language = view.language
    row = progress[progress["indicator"].eq(COOPERATIVES)].sort_values("target_date").head(1)
    if row.empty or pd.isna(row["required_cagr"].iloc[0]) or pd.isna(row["past_cagr"].iloc[0]):
        return ""
    record = row.iloc[0]
    return language.text(
        "For about {target} cooperatives by {year} the plan needed {required} a year, against {past} a year before (from {t0}).",
        target=language.number(record["target_value"]),
        year=record["target_date"].year,
        required=language.percent(record["required_cagr"], 2),
        past=language.percent(record["past_cagr"], 2),
        t0=language.date(record["origin_date"]),
    )


def single_source_sentence(view: View, progress: pd.DataFrame) -> str:
    """Names the target that rests on one weak source, and that source."""
    text, language = view.language.text, view.language
    rows = progress[progress["status"].eq("achieved_single_source")]
    if rows.empty:
        return ""
    row = rows.iloc[0]
    figure, period, source = (
        (row["part_value"], row["part_time_period"], row["part_source"])
        if pd.notna(row["part_value"])
        else (row["current_value"], row["current_time_period"], row["current_source"])
    )
    return text(
        "{name}: only one page of low reliability ({source}, {period}) gives a figure that meets it, {value}; to be confirmed.",
        name=target_name(view, row),
        source=language.label(view.dataset.sources, source, "short"),
        period=language.period(period),
        value=language.number(figure),
    )


def targets_headlines(view: View, progress: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """One tile for each target of the cooperatives, one for the count of targets met."""
    text, language = view.language.text, view.language
    counts = target_counts(progress)
    yield {
        "name": "targets_met",
        "value": counts["met"],
        "label": text("Targets met"),
        "text": f"{counts['met']}/{counts['all']}",
        "note": text("{n} more by one source only", n=language.number(counts["single"])) if counts["single"] else "",
        **cite(
            view,
            *((int(row), False) for row in progress.loc[progress["status"].eq("target_achieved"), "reached_row"]),
            formula=text("count of the targets for which a figure is certainly at the target or beyond it"),
            targets=list(progress["target_row"]),
        ),
    }
    own = progress[progress["indicator"].eq(COOPERATIVES)]
    if own.empty:
        yield undefined_result(view, f"required_cagr_{COOPERATIVES}", text("Pace needed for the target of cooperatives"), "no_target")
    for row in own.itertuples():
        yield {
            "name": f"required_cagr_{row.indicator}_{row.target_date.year}",
            "value": row.required_cagr,
            "unit": text("a year"),
            "date": row.target_date,
            "status": row.status,
            "status_text": f"{status_sign(row.status)} {status_words(row.status, row.reason, language)}",
            "label": text(
                "Pace needed for {target} by {year}",
                target=view.value(row.indicator, row.target_value, row.target_qualifier),
                year=row.target_date.year,
            ),
            "text": language.percent(row.required_cagr, 2),
            "note": text("past pace {rate} a year", rate=language.percent(row.past_cagr, 2)),
            **cite(
                view,
                *([(int(row.baseline_row), False)] if pd.notna(row.baseline_row) else []),
                *([(int(row.origin_row), True)] if pd.notna(row.origin_row) else []),
                formula=pace_formula(view, row),
                targets=[row.target_row],
            ),
        }


def reached_list(view: View, progress: pd.DataFrame) -> str:
    """Markdown list: for each target what was reached, when, and how sure that is."""
    text, language = view.language.text, view.language
    grades = {
        "high": text("a source of high reliability"),
        "medium": text("a source of medium reliability"),
        "low": text("a source of low reliability"),
    }
    lines = []
    for row in progress.itertuples():
        name = f"**{plain(target_name(view, row))}** ({view.value(row.indicator, row.target_value, row.target_qualifier)}):"
        status = f"{status_sign(row.status)} {status_words(row.status, row.reason, language)}."
        detail = ""
        if row.status in MET and pd.notna(row.reached_by):
            by, grade = language.date(row.reached_by, "month"), grades[row.reached_by_reliability]
            detail = (
                text("Reached between {a} and {b}, on {grade}.", a=language.date(row.reached_after, "month"), b=by, grade=grade)
                if pd.notna(row.reached_after)
                else text("Reached by {b} at the latest, on {grade}.", b=by, grade=grade)
            )
            if row.reached_reliability != row.reached_by_reliability:
                confirmed = text(
                    "Confirmed in {date} by {grade}.", date=language.date(row.confirmed_by, "month"), grade=grades[row.reached_reliability]
                )
                detail = f"{detail} {confirmed}"
        elif pd.notna(row.current_value):
            detail = text(
                "Latest figure {value} ({period}).",
                value=view.value(row.indicator, row.current_value, row.current_qualifier),
                period=language.period(row.current_time_period),
            )
        lines.append(f"- {name} {status} {detail}".rstrip())
    return "\n".join(lines)


def models_paragraph(view: View, progress: pd.DataFrame) -> str:
    """What the two growth models give at the targets' dates, and when they reach them."""
    text, language = view.language.text, view.language
    sentences = []
    for row in progress[progress["linear_value"].notna() & progress["origin_value"].gt(0)].itertuples():
        low, high = sorted((row.linear_value, row.exponential_value))
        sentences.append(
            text(
                "{name}: the model range is {low} to {high} against {target}.",
                name=target_name(view, row),
                low=language.number(low),
                high=language.number(high),
                target=view.value(row.indicator, row.target_value, row.target_qualifier),
            )
        )
    return " ".join(sentences)


def gaps_paragraphs(view: View, progress: pd.DataFrame) -> list[str]:
    """Missing baselines, and unions whose growth has no rate."""
    text, language = view.language.text, view.language
    sentences = []
    no_baseline = progress[progress["baseline_value"].isna()]
    if len(no_baseline):
        sentences.append(
            text(
                "The report states no baseline for {names}: no pace can be computed from it.",
                names=language.join(list(dict.fromkeys(view.inline(code) for code in no_baseline["indicator"]))),
            )
        )
    for code, group in no_baseline.groupby("indicator", sort=False):
        group = group.sort_values("target_date")
        if len(group) > 1:
            first, last = group.iloc[0], group.iloc[-1]
            years = last["target_date"].year - first["target_date"].year
            rate = (last["target_value"] / first["target_value"]) ** (1 / years) - 1
            sentences.append(
                text(
                    "{name}: between the two targets alone the plan grows {rate} a year.",
                    name=view.indicator(str(code)),
                    rate=language.percent(rate, 2),
                )
            )
    no_origin = progress[progress["baseline_value"].notna() & progress["origin_value"].isna()]
    if len(no_origin):
        sentences.append(
            text(
                "For {names} the report states no earlier figure; if it was zero, growth from zero has no rate either.",
                names=language.join(list(dict.fromkeys(view.inline(code) for code in no_origin["indicator"]))),
            )
        )
    return [" ".join(sentences)]


def requirements_paragraph(view: View, progress: pd.DataFrame, assumed_growth: float) -> str:
    open_targets = progress[progress["gap"].notna()]
    if open_targets.empty:
        return view.language.text("Every target is met by the latest figures.")
    return view.language.text(
        "The table counts from the latest figure of each target that is not met; the last column assumes growth of {rate} a year, "
        "which is an assumption and not a finding.",
        rate=view.language.percent(assumed_growth),
    )
