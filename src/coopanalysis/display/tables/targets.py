"""Tables of the target report."""

from __future__ import annotations

from typing import Any

import pandas as pd

from coopanalysis.display.findings.targets import MET, target_name
from coopanalysis.display.statuses import status_sign, status_words
from coopanalysis.display.tables.base import Table, missing_note
from coopanalysis.display.view import View
from coopanalysis.metrics.projection import date_target_reached
from coopanalysis.metrics.targets import FEW_UNITS
from coopanalysis.metrics.time import years_between


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
            text("Assessment"): [_assessment(view, row) for row in rows],
        }
    )
    return Table(
        "target_status", text("Targets, baselines and latest figures, {area}", area=view.area), frame, progress, missing_note(frame, language)
    )


def _assessment(view: View, row: Any) -> str:
    """Sign and status; of a target that is met since when, how good that source is, and that its day has no figure."""
    text, language = view.language.text, view.language
    words = status_words(row.status, "" if row.status in MET and not row.already else row.reason, language)
    by = language.date(row.reached_by, "short_month")
    if row.status == "reached_and_lost":
        words = f"{words}; {text('by {b} at the latest', b=by)}; {text('no longer on {date}', date=language.date(row.lost_on))}"
    elif row.status in MET and pd.notna(row.reached_by):
        after = language.date(row.reached_after, "short_month")
        words += "; " + (text("between {a} and {b}", a=after, b=by) if pd.notna(row.reached_after) else text("by {b} at the latest", b=by))
        grades = {"high": text("high reliability"), "medium": text("medium reliability"), "low": ""}  # the status says it
        words += f"; {grades[row.reached_by_reliability]}" if grades[row.reached_by_reliability] else ""
        if row.met_on_day == "no_figure":
            words += "; " + text("no figure on {date}", date=language.date(row.target_date))
    return f"{status_sign(row.status)} {words}"


def paces_table(view: View, progress: pd.DataFrame) -> Table:
    """Past pace, required pace (with the range of a qualified target); then the models, or the pace since and needed from the latest figure.

    Targets of so few units that a rate says nothing, or without a baseline, have no row.
    """
    text, language = view.language.text, view.language
    progress = progress[progress["required_cagr"].notna() & ~progress["few_units"]]
    rows = list(progress.itertuples())
    columns = {
        text("Target"): [target_name(view, row) for row in rows],
        text("Past pace, % a year"): [_percent(view, row.past_cagr) for row in rows],
        text("Required pace, % a year"): [_required(view, row) for row in rows],
        text("Past pace over required pace"): [language.percent(row.stretch) for row in rows],
    }
    past = progress[progress["past_cagr"].notna()]
    notes = [
        text(
            "Past pace: from {t0} (t0) to the baseline. Required pace: from the baseline, {baseline}.",
            t0=language.date(past["base_date"].min()),
            baseline=language.date(past["baseline_date"].max()),
        )
    ]
    if progress["linear_value"].notna().any() and progress["since_cagr"].isna().all():
        columns[text("Model range at the target date")] = [_range(view, row.linear_value, row.exponential_value) for row in rows]
        columns[text("Models reach it in")] = [_years(view, row.exponential_date, row.linear_date) for row in rows]
        notes.append(text("Model range: linear to constant growth, no confidence interval."))
    else:
        columns[text("Since the baseline, % a year")] = [_percent(view, row.since_cagr) for row in rows]
        columns[text("Required from the latest figure, % a year")] = [_percent(view, row.required_from_current) for row in rows]
    frame = pd.DataFrame(columns)
    notes = [*missing_note(frame, language), *notes]
    return Table("target_paces", text("Pace needed and pace before, {area}", area=view.area), frame, progress, tuple(notes))


def requirements_table(view: View, progress: pd.DataFrame) -> Table:
    """What it would take from the latest figure: gap, units a year, rate, and what an assumed growth gives."""
    text, language = view.language.text, view.language
    open_targets = progress[~progress["reached"] & progress["latest_value"].notna()]
    now, day, aim = open_targets["latest_value"], open_targets["latest_date"], open_targets["target_value"]
    years = pd.Series(years_between(day, open_targets["target_date"]), index=now.index)
    later = now * (1 + open_targets["assumed_growth"])
    open_targets = open_targets.assign(
        gap=aim - now,  # the report alone has no later figure: from the baseline then
        units_per_year=(aim - now) / years.where(years > 0),
        required_from_current=open_targets["required_from_current"].fillna(open_targets["required_cagr"]),
        assumed_date=date_target_reached(now, day, later, day + pd.DateOffset(years=1), aim, "exponential"),
    )
    rows = list(open_targets.itertuples())
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
        _few_note(view, open_targets, frame),
    )


def _of_many(row: Any, shown: str) -> str:
    return "–" if row.few_units else shown


def _few_note(view: View, targets: pd.DataFrame, frame: pd.DataFrame) -> tuple[str, ...]:
    if targets["few_units"].any():
        return (view.language.text("– : not computed for fewer than {n} units, where a rate says nothing, or no figure.", n=FEW_UNITS),)
    return missing_note(frame, view.language)


def latest(view: View, row: Any, *, coarse: bool = False) -> str:
    """ "261 (9/2023); 342 (6/2025), active" – the latest figure and, where later, that of a subset."""
    side = "current" if pd.notna(row.current_value) else "baseline"
    value, qualifier, period = (getattr(row, f"{side}_{name}") for name in ("value", "qualifier", "time_period"))
    if pd.isna(value):
        return "–"
    shown = f"{view.value(row.indicator, value, qualifier)} ({view.language.period(period, coarse=coarse)})"
    if pd.notna(row.part_value):
        rows = view.dataset.observations.drop_duplicates("row").set_index("row")
        code = str(rows.at[row.part_row, "indicator"])
        part = view.value(code, row.part_value, row.part_qualifier)
        shown += f"; {part} ({view.language.period(row.part_time_period, coarse=coarse)}, {view.inline(code)})"
    return shown


def _percent(view: View, rate: float) -> str:
    return view.language.number(rate * 100 if rate == rate else rate, 2)


def _required(view: View, row: Any) -> str:
    shown = _percent(view, row.required_cagr)
    low, high = row.required_cagr_low, row.required_cagr_high
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
