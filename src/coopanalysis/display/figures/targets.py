"""Figure 6: met, on pace, or unknown? A row for each target on one axis, the target at 100 %."""

from __future__ import annotations

from typing import Any

import pandas as pd

from coopanalysis.display import theme
from coopanalysis.display.figures import pairs
from coopanalysis.display.figures.chart import Chart, fitting, shortened
from coopanalysis.display.figures.evidence import reached, with_parts
from coopanalysis.display.figures.targets_drawing import Drawing
from coopanalysis.display.findings.targets import MET, status_sentence, target_counts, target_name, unknown_names
from coopanalysis.display.statuses import status_sign, status_words
from coopanalysis.display.view import REPORT_EVIDENCE, View


def targets_chart(view: View, progress: pd.DataFrame) -> Chart:
    """A :class:`Chart` of ``progress_table``: baseline, latest figure, model range, status in words and sign."""
    text, language = view.language.text, view.language
    if progress.empty:
        title = text("Targets of {area}", area=view.area)
        return pairs.nothing_to_draw(view, "target_progress", title, text("The data hold no target for this area."))
    years = language.join([str(year) for year in sorted(progress["target_date"].dt.year.unique())])
    subtitle = (
        text("Report alone against the {years} targets (target = 100%), {area}", years=years, area=view.area)
        if view.evidence == REPORT_EVIDENCE
        else text("Latest figure against the {years} targets of the report (target = 100%), {area}", years=years, area=view.area)
    )
    rows = list(progress.itertuples())
    reasons = _reasons(view, rows)
    return Chart(
        "target_progress",
        lambda width: Drawing(view, rows, reasons, width).figure(),
        _title(view, progress),
        subtitle,
        _alt(view, progress),
        tuple(note for note in (_key(view, progress), view.area_notice) if note),
        view.source_note([code for codes in _sources(progress) for code in codes]),
        _data(view, progress),
        _table(view, progress, rows),
    )


# -- words ----------------------------------------------------------------------------------------------------
def _title(view: View, progress: pd.DataFrame) -> str:
    """ "5 of 10 targets met, 1 on a single source; not enough evidence for …", in two lines of a figure at most."""
    text, language, counts = view.language.text, view.language, target_counts(progress)
    if view.evidence == REPORT_EVIDENCE:
        return status_sentence(view, progress).partition(". ")[0].rstrip(".")
    first = text("{met} of {all} targets met", met=counts["met"], all=counts["all"])
    if counts["single"]:
        first = text("{met} of {all} targets met, {single} on a single source", met=counts["met"], all=counts["all"], single=counts["single"])
    names = unknown_names(view, progress)
    title = text("{first}; not enough evidence for {names}", first=first, names=language.join(names)) if names else first
    fits = len(theme.wrap(title, theme.WIDTHS["wide"] - 0.3, theme.TITLE, "bold")) <= 2
    return title if fits else text("{first}; not enough evidence for {n}", first=first, n=language.number(counts["unknown"]))


def _alt(view: View, progress: pd.DataFrame) -> str:
    """How many targets are met, then those that are not, by status; the last ones go where there is no room."""
    return fitting(view, lambda own: shortened(_said(own, progress)))


def _said(view: View, progress: pd.DataFrame) -> list[str]:
    text, counts = view.language.text, target_counts(progress)
    parts = [text("{met} of {all} targets met.", met=counts["met"], all=counts["all"])]
    if counts["single"]:
        parts.append(text("{single} more by one source only.", single=counts["single"]))
    for status, group in progress[~progress["status"].isin(MET)].groupby("status", sort=False):
        names = [
            f"{view.inline(str(code))} {', '.join(str(day.year) for day in rows['target_date'])}"
            for code, rows in group.groupby("indicator", sort=False)
        ]
        parts.append(f"{status_words(str(status), '', view.language)}: {'; '.join(names)}.")
    return parts


def _key(view: View, progress: pd.DataFrame) -> str:
    """The marks that are really drawn."""
    text = view.language.text
    published = view.evidence != REPORT_EVIDENCE
    entries = [
        (progress["baseline_value"].notna().any(), text("Thick tick: baseline")),
        (published and progress["current_value"].notna().any(), text("● latest figure")),
        (published and progress["part_value"].notna().any(), text("✕ later repost, active ones only")),
        (True, text("◇ target")),
        (progress["linear_value"].notna().any(), text("hatched: model range from linear to constant growth of the past, no confidence interval")),
    ]
    return view.language.capital("; ".join(words for shown, words in entries if shown)) + "."


def _reasons(view: View, rows: list[Any]) -> dict[Any, str]:
    """One short reason under each status."""
    levels = view.levels()
    return {row.Index: _reason(view, row, levels) for row in rows}


def _reason(view: View, row: Any, levels: pd.DataFrame) -> str:
    text, language = view.language.text, view.language
    if row.status == "achieved_single_source" and pd.notna(row.part_value):
        return text("{value} active; to be confirmed", value=_part(view, row))
    if row.reason == "target_already_reached":
        return text("since the baseline")
    if row.status in MET:
        figures = with_parts(levels, row.indicator, view.dataset.indicators["part_of"])
        met = reached(figures, row.target_value, row.direction)
        by, after = (met.by, met.after) if met else (row.reached_by, None)
        if after is not None:
            return text("between {a} and {b}", a=language.date(after, "short_month"), b=language.date(by, "short_month"))
        return text("by {b} at the latest", b=language.date(by, "short_month"))
    if view.evidence == REPORT_EVIDENCE and row.stretch == row.stretch:
        return text("past pace is {share} of it", share=language.percent(row.stretch, 0))
    if view.evidence != REPORT_EVIDENCE and pd.notna(row.current_value):
        return text("latest: {value} ({period})", value=_current(view, row), period=language.date(row.current_date, "short_month"))
    return text("no baseline stated") if row.reason == "no_baseline" else text("one figure only")


def _current(view: View, row: Any) -> str:
    return view.value(row.indicator, row.current_value, row.current_qualifier)


def _part(view: View, row: Any) -> str:
    return view.value(row.indicator, row.part_value, row.part_qualifier)


def _baseline(view: View, row: Any) -> str:
    observations = view.dataset.observations
    stated = observations[observations["row"].eq(row.baseline_row) & ~observations["derived"]]
    return view.value(row.indicator, row.baseline_value, stated["qualifier"].iloc[0] if len(stated) else "exact")


# -- data -----------------------------------------------------------------------------------------------------
def _sources(progress: pd.DataFrame) -> list[list[str]]:
    """Sources behind each row."""
    columns = progress[["baseline_source", "current_source", "part_source"]].itertuples(index=False)
    return [list(dict.fromkeys(code for code in codes if isinstance(code, str))) for codes in columns]


def _data(view: View, progress: pd.DataFrame) -> pd.DataFrame:
    columns = ["indicator", "target_date", "target_value", "target_qualifier", "baseline_value", "past_cagr", "required_cagr"]
    columns += ["linear_value", "exponential_value"]
    for side in ("current", "part"):  # the part: a later figure of the active ones alone, behind the status of a single source
        columns += [f"{side}_{name}" for name in ("value", "qualifier", "time_period", "source", "reliability")]
    data = progress[[*columns, "status", "reason", "target_row"]]
    return data.assign(
        share_of_target=progress["current_value"] / progress["target_value"],
        part_share_of_target=progress["part_value"] / progress["target_value"],
        unit=view.dataset.indicators.loc[progress["indicator"], "unit"].to_numpy(),
        source=[" ".join(codes) for codes in _sources(progress)],
        rows=[pairs.row_numbers(*numbers) for numbers in zip(*(progress[f"{point}_row"] for point in ("baseline", "current", "part")), strict=True)],
    )


def _table(view: View, progress: pd.DataFrame, rows: list[Any]) -> pd.DataFrame:
    text, language = view.language.text, view.language
    columns = {
        text("Target"): [f"{target_name(view, row)}: {view.value(row.indicator, row.target_value, row.target_qualifier)}" for row in rows],
        text("Baseline"): [_baseline(view, row) for row in rows],
        text("Latest figure"): [_current(view, row) for row in rows],
        text("Share of the target"): [language.percent(row.current_value / row.target_value, 0) for row in rows],
    }
    if progress["part_value"].notna().any():
        columns[text("Later, active ones only")] = [
            text("{value} ({share} of the target)", value=_part(view, row), share=language.percent(row.part_value / row.target_value, 0))
            if pd.notna(row.part_value)
            else language.number(None)
            for row in rows
        ]
    columns[text("Assessment")] = [f"{status_sign(row.status)} {status_words(row.status, row.reason, language)}" for row in rows]
    return pd.DataFrame(columns)
