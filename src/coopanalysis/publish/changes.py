"""What changed since the last edition, in at most five sentences a language, from the results of the two editions.

Here for: a number that is revised without anybody noticing.
"""

from __future__ import annotations

from typing import Any

from coopanalysis.display.language import Language

MOST, MOST_ON_A_PAGE = 5, 3  # sentences on the index; on the briefing, which is one sheet


def since_last(old: dict[str, Any] | None, records: list[dict[str, Any]], most: int = MOST) -> dict[str, list[str]]:
    """Sentences for each language: status changes first, then revised values, then new ones; the rest is counted.

    ``old``: summary of the last edition, None for the first. ``most``: so many sentences at most. Values are compared as
    numbers, not as they are printed.
    """
    return {lang: _sentences(Language(lang), old, records, most) for lang in ("vi", "en")}  # type: ignore[arg-type]


def _sentences(words: Language, old: dict[str, Any] | None, records: list[dict[str, Any]], most: int) -> list[str]:
    text = words.text
    if old is None:
        return [text("This is the first edition.")]
    before, after = _results(old["reports"], words.code), _results(records, words.code)
    statuses, revised, added = [], [], []
    for key, now in after.items():
        was = before.get(key)
        label = now.get("label") or now["name"]
        if was is None:
            added.append(text("New: {label}, {value}.", label=label, value=_shown(now)))
        elif was.get("status") != now.get("status") and now.get("status_text") and was.get("status_text"):
            statuses.append(text("{label}: from “{old}” to “{new}”.", label=label, old=was["status_text"], new=now["status_text"]))
        elif was.get("value") != now.get("value"):
            revised.append(text("{label}: {old} revised to {new}.", label=label, old=_shown(was), new=_shown(now)))
    gone = [key for key in before if key not in after]
    sentences = list(dict.fromkeys([*statuses, *revised, *added]))
    if gone:
        sentences.append(words.plural("{n} headline number is no longer given.", "{n} headline numbers are no longer given.", len(gone)))
    if len(sentences) > most:
        rest = len(sentences) - most + 1
        sentences = [*sentences[: most - 1], words.plural("{n} more change.", "{n} more changes.", rest)]
    return sentences or [text("No headline number changed.")]


def _results(records: list[dict[str, Any]], lang: str) -> dict[tuple[str, str], dict[str, Any]]:
    """Headline numbers of one language by report and name, of reports that have a page."""
    return {
        (record["name"], result["name"]): result for record in records if record["parameters"].get("lang") == lang for result in record["results"]
    }


def _shown(result: dict[str, Any]) -> str:
    return f"{result['text']} {result.get('unit') or ''}".strip()
