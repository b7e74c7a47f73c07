"""The list of sources at the end of a page, each with what a reader needs to judge and find it."""

from __future__ import annotations

import html
from collections.abc import Iterable

import numpy as np

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


def sources_list(view: View, sources: Iterable[str]) -> str:
    """HTML: an ordered list of the sources' titles, publishers, dates, reliability and licence; links to public pages."""
    text, language = view.language.text, view.language
    grades = {"high": text("high reliability"), "medium": text("medium reliability"), "low": text("low reliability")}
    items = []
    codes = sorted(dict.fromkeys(sources), key=lambda code: view.dataset.sources.at[code, "evidence"] != "report")
    for code in codes:
        source = view.dataset.sources.loc[code]
        title = html.escape(language.label(view.dataset.sources, code, "title"))
        if str(source["url"]).startswith(("http://", "https://")):
            title = f'<a href="{html.escape(source["url"], quote=True)}">{title}</a>'
        details = [html.escape(str(source["publisher"]))]
        if source["issued"]:
            details.append(html.escape(language.period(source["issued"])))
        details.append(grades[source["reliability"]])
        if str(source["licence"]).endswith("facts cited"):  # no licence: a public page, of which only facts are used
            details.append(html.escape(text("public, facts cited")))
        elif source["licence"]:
            details.append(html.escape(text("licence: {licence}", licence=source["licence"])))
        items.append(f"<li>{title}. {' · '.join(details)}.</li>")
    return f'<ol class="sources">{"".join(items)}</ol>'
