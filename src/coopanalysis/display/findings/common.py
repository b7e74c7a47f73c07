"""What every page opens with, and words that several reports need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from coopanalysis.display.statuses import reason_words
from coopanalysis.display.view import REPORT_EVIDENCE, View

NEAR = 0.02  # a share is called by a fraction's name only this near to it, relative
# A page is worth reading until the end of the year after its newest figure was expected to be replaced.
VALID_MONTHS = 18


def page_opening(
    view: View, *, title: str, lead: Sequence[str], finding: str, cautions: Sequence[str] = (), indicators: list[str] | None = None
) -> dict[str, Any]:
    """The arguments of :func:`coopanalysis.display.outputs.opening` that are the same on every page, with these words.

    ``indicators``: those that the page is about, for the date of its data (default: all of the area). Under the report's
    evidence alone a page does not expire: it says what the report says.
    """
    text, data = view.language.text, view.dataset.descriptor
    levels = view.levels(indicators)
    until = levels[["date", "period_end"]].max().max() if indicators else view.data_until
    valid = pd.NaT if view.evidence == REPORT_EVIDENCE else valid_until(view)
    return {
        "title": title,
        "lead": [sentence for sentence in lead if sentence],
        "finding": finding,
        "cautions": [caution for caution in cautions if caution],
        "notice": view.area_notice,
        "as_of": text("Data as of {date}", date=view.language.date(until, "month")),
        "as_of_date": "" if until is pd.NaT else str(until.date()),
        "valid_until": "" if valid is pd.NaT else str(valid.date()),
        "valid_until_text": "" if valid is pd.NaT else text("Valid until {date}", date=view.language.date(valid)),
        "evidence_text": view.evidence_text,
        "area": view.area,
        "subject": str(data.get(f"subject_{view.language.code}", "")),
        "variant": text("report alone") if view.evidence == REPORT_EVIDENCE else text("all published evidence"),
        "data_set": {
            "name": str(data.get("name", "")),
            "version": str(data.get("version", "")),
            "licences": [str(licence.get("name", "")) for licence in data.get("licenses", [])],
        },
    }


def valid_until(view: View) -> pd.Timestamp:
    """31 December of the year in which the newest figure becomes VALID_MONTHS old."""
    return (view.data_until + pd.DateOffset(months=VALID_MONTHS)) + pd.offsets.YearEnd(0)


def undefined_result(view: View, name: str, label: str, reason: str) -> dict[str, Any]:
    """A headline number that cannot be computed: shown as a dash, with the reason (a code of ``reason_words``)."""
    return {"name": name, "value": None, "label": label, "status": "undefined", "note": reason_words(reason or "no_observation", view.language)}


def reason_of(frame: pd.DataFrame, column: str, code: str) -> str:
    """Why a row of a metric table is empty; a row that is not there has no figure."""
    rows = frame.loc[frame[column].eq(code), "reason"]
    return str(rows.iloc[0]) if len(rows) else "no_observation"


def share_of(view: View, share: float, qualifier: str) -> str:
    """:func:`share_words` of a figure that the source gives with ``qualifier``: a share of "more than 1,000" is "no more than 13%"."""
    words = share_words(view, share)
    if qualifier == "more_than":
        return view.language.text("no more than {x}", x=words)
    return view.language.text("at least {x}", x=words) if qualifier in ("less_than", "nearly") else words


def share_words(view: View, share: float) -> str:
    """A share in words where they say the same as the number (half, a tenth, one third…); else the percentage: 13% is no tenth."""
    text = view.language.text
    named = {1 / 2: text("half"), 1 / 3: text("one third"), 1 / 4: text("one quarter"), 1 / 10: text("one tenth"), 2 / 3: text("two thirds")}
    nearest = min(named, key=lambda value: abs(value - share))
    if abs(nearest - share) <= NEAR * nearest:
        return named[nearest]
    return view.language.percent(share, 0)


def at_least(view: View, change: float, qualifier: str) -> str:
    """A change computed from a qualified figure says which way it can only be wrong."""
    words = {
        "more_than": view.language.text("at least {x}"),
        "less_than": view.language.text("at most {x}"),
        "nearly": view.language.text("at most {x}"),
        "about": view.language.text("about {x}"),
    }
    shown = view.language.percent(change, 0, sign=True)
    return words.get(qualifier, "{x}").format(x=shown)
