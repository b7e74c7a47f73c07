"""Status signs and words: ordinal dots instead of arrows, and a sign never stands alone."""

from __future__ import annotations

from typing import Any

from coopanalysis.display.language import Language

_SIGNS = {
    "target_achieved": "✓",
    "achieved_single_source": "(✓)",
    "met_late": "✓",
    "reached_and_lost": "←",
    "significant": "●●●",
    "moderate": "●●○",
    "insufficient": "●○○",
    "no_change": "●○○",
    "movement_away": "←",
    "not_enough_evidence": "?",
    "plan_within_pace": "●●●",
    "plan_above_pace": "●●○",
}


def status_sign(code: str) -> str:
    """The sign of a status code of ``progress_table``."""
    return _SIGNS[code]


def status_words(code: str, reason: str, language: Language) -> str:
    """The status in words, with the reason (unless that is "") where evidence is lacking. Raises ``KeyError`` for an unknown code."""
    text = language.text
    words = {
        "target_achieved": text("Target met"),
        "achieved_single_source": text("Met by a weak source alone"),
        "met_late": text("Met late"),
        "reached_and_lost": text("Was met, no longer"),
        "significant": text("On pace"),
        "moderate": text("Behind pace"),
        "insufficient": text("Far behind pace"),
        "no_change": text("No change"),
        "movement_away": text("Moving away from the target"),
        "not_enough_evidence": text("Not enough evidence"),
        "plan_within_pace": text("Plan within the past pace"),
        "plan_above_pace": text("Plan above the past pace"),
    }[code]
    if reason == "target_already_reached" and code == "target_achieved":
        return text("Met when it was set")
    if code == "not_enough_evidence" and reason:
        return text("{status} ({reason})", status=words, reason=reason_words(reason, language))
    return words


def brief_words(row: Any, language: Language) -> str:
    """The status of a row without the reason why evidence is lacking, and since when a target is met."""
    words = status_words(row.status, row.reason if row.status == "target_achieved" else "", language)
    if row.status in ("target_achieved", "met_late") and not row.already:
        return language.text("{status} by {date}", status=words, date=language.date(row.reached_by, "short_month"))
    return words


def reason_words(reason: str, language: Language) -> str:
    """Why a cell of a metric table is empty, in words."""
    text = language.text
    return {
        "no_observation": text("no figure for either year"),
        "no_observation_at_start": text("no figure for the first year"),
        "no_observation_at_end": text("no figure for the last year"),
        "zero_base": text("growth from zero is undefined"),
        "no_target": text("no target is set"),
        "no_price_index": text("no price index for the year"),
        "not_monetary": text("not an amount of money"),
        "no_baseline": text("the source states no baseline"),
        "one_point": text("only one figure is known"),
        "no_observation_after_baseline": text("no figure after the baseline"),
        "observation_too_old": text("the latest figure is too old"),
        "target_already_reached": text("met when it was set"),
        "target_day_has_passed": text("its day has passed"),
        "target_before_baseline": text("the target is older than its baseline"),
        "other_family": text("the sources count in different ways"),
        "no_room": text("a target of zero leaves no rate"),
        "unequal_periods": text("the periods are not equally long"),
        "zero_value": text("a figure of zero cannot be split"),
    }[reason]
