"""The list of sources at the end of a page, each with what a reader needs to judge and find it."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import Any

import numpy as np

from coopanalysis.display.outputs import fragment
from coopanalysis.display.view import View


def used_sources(view: View) -> list[str]:
    """Ids of the sources behind the area's figures under this evidence (and the price index), in order of use."""
    codes = list(dict.fromkeys(view.levels()["source"]))
    return [*codes, *([view.price_source] if view.price_source and view.price_source not in codes else [])]


def cited_sources(view: View, *rows: Iterable, prices: bool = True) -> list[str]:
    """Ids of the sources behind rows of observations.csv (numbers, tuples of numbers, missing ones left out), in order of use."""
    flat = [float(number) for group in rows for item in group for number in np.ravel(item)]
    known = view.dataset.observations.drop_duplicates("row").set_index("row")["source"]
    codes = list(dict.fromkeys(known[int(number)] for number in flat if number == number))
    return [*codes, *([view.price_source] if prices and view.price_source and view.price_source not in codes else [])]


def source_entries(view: View, sources: Iterable[str]) -> list[dict[str, Any]]:
    """What a reader needs of each source, the report first: ``code``, ``title``, ``url`` ("" if not public) and ``details``:
    publisher, date, reliability, licence."""
    text, language, known = view.language.text, view.language, view.dataset.sources
    grades = {"high": text("high reliability"), "medium": text("medium reliability"), "low": text("low reliability")}
    entries = []
    for code in sorted(dict.fromkeys(sources), key=lambda code: known.at[code, "evidence"] != "report"):
        source = known.loc[code]
        public = str(source["url"]).startswith(("http://", "https://"))
        details = [str(source["publisher"])]
        if source["issued"]:
            details.append(language.period(source["issued"]))
        details.append(grades[source["reliability"]])
        if str(source["licence"]).endswith("facts cited"):  # no licence: a public page, of which only facts are used
            details.append(text("public, facts cited"))
        elif source["licence"]:
            details.append(text("licence: {licence}", licence=source["licence"]))
        entries.append({"code": code, "title": language.label(known, code, "title"), "url": str(source["url"]) if public else "", "details": details})
    return entries


def show_sources(view: View, sources: Iterable[str]) -> None:
    """Show these sources as an ordered list; the index of all pages lists them too."""
    entries, items = source_entries(view, sources), []
    for entry in entries:
        title = html.escape(entry["title"])
        title = f'<a href="{html.escape(entry["url"])}">{title}</a>' if entry["url"] else title
        items.append(f"<li>{title}. {' · '.join(map(html.escape, entry['details']))}.</li>")
    fragment(f'<ol class="sources">{"".join(items)}</ol>', sources=entries)
