"""Fragments of the one-page briefing: target bars, cautions beside what is needed, one line of sources.

Bars are inline SVG: filled for dated evidence, hatched for an old or single weak source, a tick at the target.
"""

from __future__ import annotations

import html

import pandas as pd

from coopanalysis.display import theme
from coopanalysis.display.findings.briefing import cautions, needed_data
from coopanalysis.display.findings.targets import need_words, since_words, weak_figure
from coopanalysis.display.outputs import SINCE_PLACE, fragment
from coopanalysis.display.sources import source_entries
from coopanalysis.display.statuses import brief_words, status_sign
from coopanalysis.display.tables.targets import latest
from coopanalysis.display.view import REPORT_EVIDENCE, View

_BAR_WIDTH, _BAR_HEIGHT = 124, 9


def target_bars(view: View, progress: pd.DataFrame) -> str:
    """A table with a row for each indicator and, for each target year, value, bar and status."""
    text, language = view.language.text, view.language
    years = sorted(progress["target_date"].dt.year.unique())
    head = [text("Indicator, latest figure")] + [cell for year in years for cell in (text("Target {year}", year=year), text("Assessment"))]
    parts = [
        '<div class="table"><table role="table" class="data stacked targets">',
        f"<caption>{html.escape(text('Latest figures against the targets, {area}', area=view.area))}</caption>",
        '<thead role="rowgroup"><tr role="row">',
        *(f'<th role="columnheader" scope="col">{html.escape(name)}</th>' for name in head),
        '</tr></thead><tbody role="rowgroup">',
    ]
    for code, group in progress.groupby("indicator", sort=False):
        rows = {row.target_date.year: row for row in group.itertuples()}
        first = max(rows.values(), key=lambda row: row.since_cagr == row.since_cagr)
        parts.append(
            f'<tr role="row"><th role="rowheader" scope="row">{html.escape(view.indicator(str(code)))}<br>'
            f'<span class="meta">{html.escape(_latest(view, first))}</span></th>'
        )
        for year in years:
            row = rows.get(year)
            if row is None:
                parts.append('<td role="cell">–</td><td role="cell">–</td>')
                continue
            value = view.value(row.indicator, row.target_value, row.target_qualifier)
            parts.append(
                f'<td role="cell" data-l="{html.escape(head[1 + 2 * years.index(year)])}">{html.escape(value)}{_pace(view, row)}{_bar(view, row)}</td>'
            )
            words = f"{status_sign(row.status)} {brief_words(row, language)}"
            parts.append(f'<td role="cell" class="strong" data-l="{html.escape(head[2])}">{html.escape(words)}</td>')
        parts.append("</tr>")
    parts.append(
        f'</tbody></table><p class="note">{html.escape(text("Hatched bar: old figure, or a source of low reliability alone. Tick: the target."))}</p></div>'
    )
    return "".join(parts)


def care_columns(view: View, consistency: pd.DataFrame, progress: pd.DataFrame) -> str:
    """Two columns: what to be careful about, what data are needed; below them the place for what changed since the last edition."""
    text = view.language.text
    columns = ((text("Take care"), cautions(view, consistency)), (text("Data needed"), needed_data(view, progress)))
    parts = ['<div class="twocol">']
    for heading, items in columns:
        listed = "".join(f"<li>{html.escape(item)}</li>" for item in items)
        parts.append(f"<section><h2>{html.escape(heading)}</h2><ul>{listed}</ul></section>")
    parts += ["</div>", SINCE_PLACE]
    return "".join(parts)


def show_source_line(view: View, progress: pd.DataFrame) -> None:
    """Show one paragraph: short names of the sources of this page's figures; the full list stands in the other reports."""
    latest_members = view.levels("members")["source"].tail(1)
    report = view.levels(evidence=REPORT_EVIDENCE)["source"].head(1)
    shown = pd.concat([report, *(progress[f"{figure}_source"] for figure in ("baseline", "current", "part")), latest_members]).dropna()
    codes = [code for code in [*shown, view.price_source] if code]
    names = "; ".join(view.source_names(codes))
    text = view.language.text("Sources: {names}. Full list with reliability in the data quality report.", names=names)
    fragment(f'<p class="sourceline">{html.escape(text)}</p>', sources=source_entries(view, codes))


def _latest(view: View, row: object) -> str:
    """The latest figure with its date, and the pace since the baseline."""
    return "; ".join(part for part in (latest(view, row, coarse=True), since_words(view, row)) if part)


def _pace(view: View, row: object) -> str:
    words = need_words(view, row)
    return f' <span class="meta">{html.escape(words)}</span>' if words else ""


def _bar(view: View, row: object) -> str:
    """Share of the target that the latest figure reaches, capped at the target; its words are its alternative text."""
    value = weak_figure(view, row)["obs_value"] if row.status == "achieved_single_source" else row.latest_value  # type: ignore[attr-defined]
    if pd.isna(value):
        return ""
    share = value / row.target_value  # type: ignore[attr-defined]
    weak = row.status in ("achieved_single_source", "not_enough_evidence")  # type: ignore[attr-defined]
    label = html.escape(view.language.text("{share} of the target", share=view.language.percent(share, 0)))
    filled = round(min(share, 1) * _BAR_WIDTH, 1)
    name = f"hatch-{row.indicator}-{row.target_date.year}"  # type: ignore[attr-defined]
    pattern = (
        (
            f'<defs><pattern id="{name}" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
            f'<rect width="5" height="5" fill="#fff"/><rect width="2.2" height="5" fill="{theme.BLUE}"/></pattern></defs>'
        )
        if weak
        else ""
    )
    fill = f"url(#{name})" if weak else theme.BLUE
    return (
        f'<svg class="bar" role="img" aria-label="{label}" width="{_BAR_WIDTH + 3}" height="{_BAR_HEIGHT + 4}" viewBox="0 0 {_BAR_WIDTH + 3} {_BAR_HEIGHT + 4}">'
        f'{pattern}<rect x="0.5" y="2.5" width="{_BAR_WIDTH}" height="{_BAR_HEIGHT - 1}" fill="#fff" stroke="{theme.MUTED}"/>'
        f'<rect x="0.5" y="2.5" width="{filled}" height="{_BAR_HEIGHT - 1}" fill="{fill}" stroke="{theme.BLUE}"/>'
        f'<rect x="{_BAR_WIDTH}" y="0" width="2.4" height="{_BAR_HEIGHT + 4}" fill="{theme.VERMILION}"/></svg>'
    )
