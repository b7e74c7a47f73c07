"""What changed since the last edition, in a few sentences a language, from the results of the two editions.

Why: no number is revised without anybody noticing.
"""

from __future__ import annotations

import html
import re
from typing import Any

from coopanalysis.publish.words import NAMES, Words

MOST, MOST_ON_A_PAGE = 5, 3  # sentences on the index; on a page of one sheet
PLACE, _OPENS = "<!-- since -->", '<section class="since">'  # the place as a notebook leaves it


def since_last(old: dict[str, Any] | None, records: list[dict[str, Any]], most: int = MOST) -> dict[str, list[str]]:
    """Sentences for each language: status changes first, then revised values, then new ones; the rest is counted.

    ``old``: summary of the last edition, None for the first. ``most``: so many sentences at most. Values are compared as
    numbers, not as they are printed.
    """
    if old is None:
        return {lang: [Words(lang).text("This is the first edition.")] for lang in NAMES}
    return {lang: _changes(Words(lang), _results(old.get("reports", []), lang), _results(records, lang), most) for lang in NAMES}


def with_since(page: bytes, sentences: list[str], lang: str) -> bytes:
    """A page that has a place for it, with what changed since the last edition."""
    text = page.decode("utf-8")
    if PLACE not in text and _OPENS not in text:
        return page
    heading = html.escape(Words(lang).text("Since the last edition"))
    block = f"{_OPENS}<h2>{heading}</h2><p>{html.escape(' '.join(sentences))}</p></section>"
    plain = re.sub(rf"{re.escape(_OPENS)}.*?</section>", PLACE, text, flags=re.DOTALL)
    return plain.replace(PLACE, block, 1).encode("utf-8")


def language_of(record: dict[str, Any]) -> str:
    """Language of a report's record in summary.json; a notebook without parameters is Vietnamese."""
    return str(record.get("lang") or record.get("parameters", {}).get("lang") or "vi")


def _changes(words: Words, before: dict[Any, Any], after: dict[Any, Any], most: int) -> list[str]:
    statuses, revised, added = [], [], []
    for key, now in after.items():
        was, label = before.get(key), now.get("label") or now["name"]
        if was is None:
            added.append(words.text("New: {label}, {value}.", label=label, value=_shown(now)))
        elif was.get("status") != now.get("status") and now.get("status_text") and was.get("status_text"):
            statuses.append(words.text("{label}: from “{old}” to “{new}”.", label=label, old=was["status_text"], new=now["status_text"]))
        elif was.get("value") != now.get("value"):
            revised.append(words.text("{label}: {old} revised to {new}.", label=label, old=_shown(was), new=_shown(now)))
    sentences = list(dict.fromkeys([*statuses, *revised, *added]))
    if gone := len(before.keys() - after.keys()):
        sentences.append(words.plural("{n} headline number is no longer given.", "{n} headline numbers are no longer given.", gone))
    if (rest := len(sentences) - most + 1) > 1:
        sentences[most - 1 :] = [words.plural("{n} more change.", "{n} more changes.", rest)]
    return sentences or [words.text("No headline number changed.")]


def _results(records: list[dict[str, Any]], lang: str) -> dict[tuple[str, str], dict[str, Any]]:
    """Headline numbers of one language by report and name, of reports that have a page."""
    return {(record["name"], result["name"]): result for record in records if language_of(record) == lang for result in record.get("results", [])}


def _shown(result: dict[str, Any]) -> str:
    return f"{result.get('text') or ''} {result.get('unit') or ''}".strip()
