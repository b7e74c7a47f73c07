"""Tables of the target report."""

from __future__ import annotations

import pandas as pd

from coopanalysis.display.findings.targets import target_name
from coopanalysis.display.statuses import status_sign, status_words
from coopanalysis.display.tables.base import Table, missing_note
from coopanalysis.display.view import View

SMALL_COUNT = 10  # below so many units a yearly rate is arithmetic without meaning


def status_table(view: View, progress: pd.DataFrame) -> Table:
    """Baseline, latest figure, target, status."""
    text, language = view.language.text, view.language
    rows = list(progress.itertuples())
    frame = pd.DataFrame(
        {
            text("Target"): [target_name(view, row) for row in rows],
            text("Baseline"): [view.value(row.indicator, row.baseline_value) for row in rows],
            text("Latest figure"): [latest(view, row) for row in rows],
            text("Target value"): [view.value(row.indicator, row.target_value, row.target_qualifier) for row in rows],
            text("Assessment"): [f"{status_sign(row.status)} {status_words(row.status, row.reason, language)}" for row in rows],
        }
    )
    return Table(
        "target_status", text("Targets, baselines and latest figures, {area}", area=view.area), frame, progress, missing_note(frame, language)
    )


def paces_table(view: View, progress: pd.DataFrame) -> Table:
    """Past pace, required pace (with the range of a qualified target), stretch, model range, when the models arrive."""
    text, language = view.language.text, view.language
    rows = list(progress.itertuples())
    frame = pd.DataFrame(
        {
            text("Target"): [target_name(view, row) for row in rows],
            text("Past pace, % a year"): [_percent(view, row.past_cagr) for row in rows],
            text("Required pace, % a year"): [_required(view, row) for row in rows],
            text("Past pace over required pace"): [language.percent(row.stretch) for row in rows],
            text("Model range at the target date"): [_range(view, row.linear_value, row.exponential_value) for row in rows],
            text("Models reach it in"): [_years(view, row.exponential_date, row.linear_date) for row in rows],
        }
    )
    notes = [
        *missing_note(frame, language),
        text(
            "Past pace: from {t0} (t0) to the baseline. Model range: linear to constant growth, no confidence interval.",
            t0=language.date(progress["origin_date"].dropna().min()),
        ),
    ]
    return Table("target_paces", text("Pace needed and pace before, {area}", area=view.area), frame, progress, tuple(notes))


def methods_table(view: View, progress: pd.DataFrame) -> Table:
    """Every method by its name, side by side, for analysts."""
    text, language = view.language.text, view.language
    rows = list(progress.itertuples())
    frame = pd.DataFrame(
        {
            text("Target"): [target_name(view, row) for row in rows],
            text("Eurostat: ratio, class"): [_pair(language.percent(row.eurostat_ratio), _class(view, row.eurostat_class)) for row in rows],
            text("Open SDG: score, status"): [_pair(language.number(row.open_sdg_score, 2), _class(view, row.open_sdg_status)) for row in rows],
            text("ESCAP: status; gap by a straight line, by constant growth"): [_escap(view, row) for row in rows],
            text("SDSN: trend"): [_class(view, row.sdsn_class) or "–" for row in rows],
            text("UNSD: score 1 to 3"): [language.number(row.unsd_score, 0) for row in rows],
        }
    )
    origin = progress["origin_date"].dropna().min()
    notes = [
        *missing_note(frame, language),
        text(
            "Eurostat, Open SDG, UNSD: from t0 = {t0} to the latest figure. ESCAP and SDSN: from the baseline; ESCAP's gap is the part of the way that "
            "the past pace leaves missing at the target date, SDSN sets the change a year since the baseline (before it, without a later figure) against "
            "the change needed.",
            t0=language.date(origin),
        ),
        text(
            "The same numbers can be on pace by constant growth and stagnating by a straight line: the whole disagreement is the growth model. A target "
            "that the latest figure meets is met by every method."
        ),
    ]
    return Table("target_methods", text("Methods side by side, for analysts, {area}", area=view.area), frame, progress, tuple(notes))


def requirements_table(view: View, progress: pd.DataFrame) -> Table:
    """What it would take from the latest figure: gap, units a year, rate, and what an assumed growth gives."""
    text, language = view.language.text, view.language
    open_targets = progress[progress["gap"].notna()]
    rows = list(open_targets.itertuples())
    few = (open_targets["current_value"] < SMALL_COUNT).any()
    frame = pd.DataFrame(
        {
            text("Target"): [target_name(view, row) for row in rows],
            text("Latest figure"): [latest(view, row) for row in rows],
            text("Still missing"): [view.value(row.indicator, row.gap) for row in rows],
            text("New units a year"): [_of_many(row, language.number(row.units_per_year, 1)) for row in rows],
            text("Required from now, % a year"): [_of_many(row, _percent(view, row.required_from_current)) for row in rows],
            text("At the assumed growth, reached in"): [_of_many(row, language.date(row.assumed_date, "year")) for row in rows],
        }
    )
    return Table(
        "target_requirements",
        text("What it would take from the latest figure, {area}", area=view.area),
        frame,
        open_targets,
        (text("– : not computed for fewer than {n} units, where a rate says nothing, or no figure.", n=SMALL_COUNT),)
        if few
        else missing_note(frame, language),
    )


def _of_many(row: object, shown: str) -> str:
    return shown if row.current_value >= SMALL_COUNT else "–"  # type: ignore[attr-defined]


def _escap(view: View, row: object) -> str:
    """Status on a scale of 10; gap and class by either model, each under its own name."""
    if row.escap_class_linear == "target_achieved":  # type: ignore[attr-defined]
        return _class(view, row.escap_class_linear)  # type: ignore[attr-defined]
    gaps = [
        f"{view.language.percent(gap / 100, 0)} {_class(view, name)}"
        for gap, name in ((row.escap_gap_linear, row.escap_class_linear), (row.escap_gap_constant, row.escap_class_constant))  # type: ignore[attr-defined]
        if gap == gap
    ]
    return _pair(view.language.number(row.escap_status, 1), *gaps)  # type: ignore[attr-defined]


def latest(view: View, row: object, *, coarse: bool = False) -> str:
    """ "261 (9/2023); 342 (6/2025), active" – the latest figure and, where later, that of a subset."""
    if pd.isna(row.current_value):  # type: ignore[attr-defined]
        return "–"
    shown = f"{view.value(row.indicator, row.current_value, row.current_qualifier)} ({view.language.period(row.current_time_period, coarse=coarse)})"  # type: ignore[attr-defined]
    if pd.notna(row.part_value):  # type: ignore[attr-defined]
        part = view.value(row.part_indicator, row.part_value, row.part_qualifier)  # type: ignore[attr-defined]
        shown += f"; {part} ({view.language.period(row.part_time_period, coarse=coarse)}, {view.inline(row.part_indicator)})"  # type: ignore[attr-defined]
    return shown


def _percent(view: View, rate: float) -> str:
    return view.language.number(rate * 100 if rate == rate else rate, 2)


def _required(view: View, row: object) -> str:
    shown = _percent(view, row.required_cagr)  # type: ignore[attr-defined]
    low, high = row.required_cagr_low, row.required_cagr_high  # type: ignore[attr-defined]
    return f"{shown} ({_percent(view, low)}–{_percent(view, high)})" if low == low and abs(high - low) > 1e-9 else shown


def _range(view: View, one: float, other: float) -> str:
    if one != one or other != other:
        return "–"
    low, high = sorted((one, other))
    return f"{view.language.number(low)}–{view.language.number(high)}"


def _years(view: View, first: pd.Timestamp, last: pd.Timestamp) -> str:
    if pd.isna(first) or pd.isna(last):
        return "–"
    years = sorted({first.year, last.year})
    return "–".join(str(year) for year in years)


def _pair(*parts: str) -> str:
    return "; ".join(part for part in parts if part not in ("", "–")) or "–"


def _class(view: View, name: object) -> str:
    """A method's own class name, in words."""
    text = view.language.text
    words = {
        "significant": text("significant progress"),
        "moderate": text("moderate progress"),
        "insufficient": text("insufficient progress"),
        "movement_away": text("movement away"),
        "target_achieved": text("target met"),
        "substantial_progress": text("substantial progress"),
        "moderate_progress": text("moderate progress"),
        "limited_progress": text("limited progress"),
        "deterioration": text("deterioration"),
        "not_available": "",
        "maintain": text("maintain"),
        "accelerate": text("accelerate"),
        "reverse": text("reverse"),
        "decreasing": text("decreasing"),
        "stagnating": text("stagnating"),
        "moderately_improving": text("moderately improving"),
        "on_track": text("on track"),
    }
    return words.get(name, "") if isinstance(name, str) else ""
