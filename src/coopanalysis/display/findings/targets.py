"""Sentences of the target report: which targets are met, on what evidence, and what the rest would take."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from coopanalysis.display.citations import cite
from coopanalysis.display.findings.common import page_opening, undefined_result
from coopanalysis.display.findings.formulas import pace_formula
from coopanalysis.display.statuses import brief_words, status_sign
from coopanalysis.display.view import View
from coopanalysis.metrics.targets import progress_summary

COOPERATIVES = "htx_total"
SURE = ("target_achieved", "met_late")
MET = (*SURE, "achieved_single_source")


def target_name(view: View, row: Any) -> str:
    """ "Hợp tác xã (HTX), 2025"."""
    return f"{view.indicator(row.indicator)}, {row.target_date.year}"


def target_counts(view: View, progress: pd.DataFrame) -> list[Any]:
    """The rows of ``progress_summary``, the earliest target year first."""
    return list(progress_summary(view.dataset, progress).sort_values("year").itertuples())


def are_subsets(view: View, progress: pd.DataFrame) -> pd.Series:
    """True for a target of a part beside that of its whole, which is not counted."""
    year = progress["target_date"].dt.year
    beside = set(zip(progress["indicator"], year, strict=True))
    whole = progress["indicator"].map(view.dataset.indicators["part_of"])
    return pd.Series([key in beside for key in zip(whole, year, strict=True)], index=progress.index, dtype=bool)


def counts_words(view: View, progress: pd.DataFrame) -> str:
    """ "Targets met: 1 of 2 for 2025 and 0 of 3 for 2030"."""
    text, language = view.language.text, view.language
    listed = [text("{met} of {all} for {year}", met=row.met, all=row.of, year=row.year) for row in target_counts(view, progress) if row.of]
    return text("Targets met: {list}", list=language.join(listed)) if listed else text("Targets of {area}", area=view.area)


def beside_words(view: View, progress: pd.DataFrame) -> list[str]:
    """What those counts leave out: targets met when they were set, met by weak sources alone, and those of parts."""
    text, language, rows = view.language.text, view.language, target_counts(view, progress)

    def by_year(name: str) -> str:
        return language.join([text("{n} for {year}", n=getattr(row, name), year=row.year) for row in rows if getattr(row, name)])

    trivial, weak = by_year("trivial"), by_year("weak")
    parts = [text("Met when it was set: {list}.", list=trivial)] if trivial else []
    parts += [text("Met by a source of low reliability alone: {list}.", list=weak)] if weak else []
    subsets = progress[are_subsets(view, progress)]
    if len(subsets) and view.evidence != "report":
        parts.append(
            text(
                "Targets of parts met, not counted beside their whole: {met} of {all} ({names}).",
                all=len(subsets),
                names=language.join([view.inline(code) for code in subsets["indicator"].unique()]),
                met=int(subsets["status"].isin(SURE).sum()),
            )
        )
    return parts


def weak_figure(view: View, row: Any) -> pd.Series:
    """The figure that meets a target by a source of low reliability alone."""
    observations = view.dataset.observations
    return observations[observations["row"].eq(row.reached_row) & ~observations["derived"]].iloc[0]


def since_words(view: View, row: Any) -> str:
    """ "since 2018: +20.6% a year"; without a later figure the pace before, with its period; "" of so few units that a rate says nothing."""
    text, language = view.language.text, view.language
    if row.few_units:
        return ""
    if pd.notna(row.since_cagr):
        return text("since {year}: {rate} a year", year=row.baseline_date.year, rate=language.percent(row.since_cagr, sign=True))
    return past_words(view, row)


def past_words(view: View, row: Any, decimals: int = 1) -> str:
    """ "2003–2018: +8.0% a year": history, with its period."""
    if pd.isna(row.past_cagr):
        return ""
    rate = view.language.percent(row.past_cagr, decimals, sign=True)
    return view.language.text("{start}–{end}: {rate} a year", start=row.base_date.year, end=row.baseline_date.year, rate=rate)


def need_words(view: View, row: Any) -> str:
    """What the target needs from the latest figure on (from the baseline on, where no later one is known)."""
    text, language = view.language.text, view.language
    if row.reached or row.few_units:
        return ""
    if pd.notna(row.required_from_current):
        return text("still needs {rate} a year", rate=language.percent(row.required_from_current)) if row.required_from_current > 0 else ""
    if pd.isna(row.required_cagr) or row.required_cagr <= 0:
        return ""
    return text("from {year} needs {rate} a year", rate=language.percent(row.required_cagr), year=row.baseline_date.year)


def targets_opening(view: View, progress: pd.DataFrame) -> dict[str, Any]:
    text, language = view.language.text, view.language
    years = language.join([str(year) for year in sorted(progress["target_date"].dt.year.unique())])
    title = text("How far are the {years} targets of {area}?", years=years, area=view.area)
    if progress.empty:
        empty = text("The data hold no target for this area.")
        return page_opening(view, title=title, lead=[empty], finding=empty)
    sentence = status_sentence(view, progress)
    paces = pace_sentence(view, progress)
    return page_opening(view, title=title, lead=[sentence, paces], finding=sentence, cautions=[single_source_sentence(view, progress)])


def status_sentence(view: View, progress: pd.DataFrame) -> str:
    """ "Targets met: 1 of 2 for 2025 and 0 of 3 for 2030. … There is not enough evidence for …" """
    text, language = view.language.text, view.language
    names = language.join(unknown_names(view, progress))
    sentences = [f"{counts_words(view, progress)}.", *beside_words(view, progress)]
    if view.evidence == "report":
        words = text("On the report's own figures {above} of {all} targets need a faster pace than the past one.", **above_pace(view, progress))
        sentences = [words, *beside_words(view, progress)]
    return " ".join([*sentences, *([text("There is not enough evidence for {names}.", names=names)] if names else [])])


def above_pace(view: View, progress: pd.DataFrame) -> dict[str, int]:
    """How many of the counted targets need a faster pace than the past one."""
    above = progress["status"].eq("plan_above_pace") & ~are_subsets(view, progress)
    return {"above": int(above.sum()), "all": sum(row.of for row in target_counts(view, progress))}


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
    """The cooperatives' pace since the baseline and what the next target still needs; without a later figure the plan against the past pace."""
    text, language = view.language.text, view.language
    own = progress[progress["indicator"].eq(COOPERATIVES) & progress["required_cagr"].notna()].sort_values("target_date")
    ahead = own[own["since_cagr"].notna() & own["required_from_current"].notna()]
    for row in ahead.head(1).itertuples():
        return text(
            "From {start} to {end} cooperatives grew {since} a year; about {target} by {year} need {needed} a year from there.",
            start=language.date(row.baseline_date),
            end=language.date(row.current_date),
            since=language.percent(row.since_cagr),
            target=language.number(row.target_value),
            year=row.target_date.year,
            needed=language.percent(row.required_from_current),
        )
    for row in own[own["past_cagr"].notna()].head(1).itertuples():
        return text(
            "For about {target} cooperatives by {year} the plan needed {required} a year, against {past} a year before (from {t0}).",
            target=language.number(row.target_value),
            year=row.target_date.year,
            required=language.percent(row.required_cagr, 2),
            past=language.percent(row.past_cagr, 2),
            t0=language.date(row.base_date),
        )
    return ""


def single_source_sentence(view: View, progress: pd.DataFrame) -> str:
    """Names the target that a source of low reliability alone meets, and that source."""
    text, language = view.language.text, view.language
    for row in progress[progress["status"].eq("achieved_single_source")].head(1).itertuples():
        figure = weak_figure(view, row)
        return text(
            "{name}: only a source of low reliability ({source}, {period}) gives a figure that meets it, {value}; to be confirmed.",
            name=target_name(view, row),
            source=language.label(view.dataset.sources, figure["source"], "short"),
            period=language.period(figure["time_period"]),
            value=language.number(figure["obs_value"]),
        )
    return ""


def targets_headlines(view: View, progress: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """One tile for each target year with the count of targets met, one for each target of the cooperatives."""
    text, language = view.language.text, view.language
    counted = progress[~are_subsets(view, progress) & ~progress["already"]]
    if progress.empty:
        yield undefined_result(view, "targets_met", text("Targets of {area}", area=view.area), "no_target")
    for year in target_counts(view, progress):
        own = counted[counted["target_date"].dt.year.eq(year.year)]
        yield {
            "name": f"targets_met_{year.year}",
            "value": year.met,
            "label": text("Targets for {year} met", year=year.year),
            "text": f"{year.met}/{year.of}",
            "note": " ".join(beside_words(view, progress[progress["target_date"].dt.year.eq(year.year)])[: bool(year.trivial) + bool(year.weak)]),
            **cite(
                view,
                *((int(row), False) for row in own.loc[own["status"].isin(SURE), "reached_row"]),
                formula=text("count of the targets for which a figure is certainly at the target or beyond it"),
                targets=list(own["target_row"]),
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
            "status_text": f"{status_sign(row.status)} {brief_words(row, language)}",
            "label": text(
                "Pace needed from {start} for {target} by {year}",
                start=view.language.date(row.baseline_date, "year"),
                target=view.value(row.indicator, row.target_value, row.target_qualifier),
                year=row.target_date.year,
            ),
            "text": language.percent(row.required_cagr, 2),
            "note": "; ".join(
                words
                for words in (past_words(view, row), *((since_words(view, row), need_words(view, row)) if pd.notna(row.since_cagr) else ()))
                if words
            ),
            **cite(
                view,
                *([(int(row.baseline_row), False)] if pd.notna(row.baseline_row) else []),
                *([(int(row.base_row), bool(row.base_derived))] if pd.notna(row.base_row) else []),
                formula=pace_formula(view, row),
                targets=[row.target_row],
            ),
        }


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
    no_base = progress[progress["baseline_value"].notna() & ~(progress["base_date"] < progress["baseline_date"])]
    if len(no_base):
        sentences.append(
            text(
                "For {names} the report states no earlier figure; if it was zero, growth from zero has no rate either.",
                names=language.join(list(dict.fromkeys(view.inline(code) for code in no_base["indicator"]))),
            )
        )
    return [" ".join(sentences)]


def requirements_paragraph(view: View, progress: pd.DataFrame, assumed_growth: float) -> str:
    if progress["reached"].all():
        return view.language.text("Every target is met by the latest figures.")
    return view.language.text(
        "The table counts from the latest figure of each target that is not met; the last column assumes growth of {rate} a year, "
        "which is an assumption and not a finding.",
        rate=view.language.percent(assumed_growth),
    )
