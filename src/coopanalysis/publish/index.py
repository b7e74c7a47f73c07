"""The index page of an edition in both languages: what is in it, what it says, how current it is.

Why: a report that failed is never silently missing, and an old page never looks new. Everything comes from summary.json.
"""

from __future__ import annotations

from typing import Any

from coopanalysis.publish.html import from_template
from coopanalysis.publish.reports import INDEX, OK
from coopanalysis.publish.since import language_of
from coopanalysis.publish.words import NAMES, OTHER, Words

FIRST = "briefing"  # the layout of the page that leaders should read first


def index_pages(summary: dict[str, Any], day: str) -> dict[str, bytes]:
    """The two index pages, Vietnamese and English. ``summary``: that of the edition; ``day``: the edition's (ISO, local)."""
    return {name: _page(lang, summary, day).encode("utf-8") for name, lang in INDEX.items()}


def named_sources(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The sources of all these pages, each once, in the order in which the pages name them."""
    found: dict[str, dict[str, Any]] = {}
    for record in records:
        for source in record.get("sources", []) if record["page"] else ():
            found.setdefault(source["code"], source)
    return list(found.values())


def _page(lang: str, summary: dict[str, Any], day: str) -> str:
    words = Words(lang)
    text = words.text
    records = summary["reports"]
    own = [record for record in records if language_of(record) == lang]
    pages = {record["page"] for record in records if record["page"]}
    entries = [_entry(words, record, own, pages, day) for record in own]
    subject, area = _shared(own, "subject"), _shared(own, "area")
    title = text("{subject} of {area}", subject=subject, area=area) if subject and area else subject or area or text("Reports")
    sources, data = named_sources(own), _shared(own, "data_set")
    first = next((record for record in own if record["page"] and record["opening"].get("layout") == FIRST), None)
    headlines = (first["page"], first["results"]) if first else ("", [])
    edition_date = words.date(day)
    cited = {"title": title, "date": edition_date, "version": summary["code_version"]}
    meta = [
        text("Data as of {date}", date=words.date(summary["data_as_of"], "month")) if summary["data_as_of"] else "",
        text("{fresh} of {all} pages renewed", fresh=words.number(sum(r["renewed"] for r in records)), all=words.number(len(records))),
        words.plural("{n} source", "{n} sources", len(sources)) if sources else "",
    ]
    return from_template(
        "edition.html.j2",
        lang,
        title=title,
        edition_date=edition_date,
        other_page=next(name for name, code in INDEX.items() if code == OTHER[lang]),
        rooted=any(result.get("rows") for record in own for result in record["results"]),
        meta=[part for part in meta if part],
        notice=_shared(own, "notice"),
        since=summary["since_last_edition"][lang],
        headlines=headlines,
        groups=[
            (text("Read first"), [entry for entry in entries if entry["first"]]),
            (text("Reports"), [entry for entry in entries if not entry["first"]]),
        ],
        sources=sources,
        citation=text("{title}. Edition of {date}, version {version}, data set {name} {number}.", name=data["name"], number=data["version"], **cited)
        if data
        else text("{title}. Edition of {date}, version {version}.", **cited),
        stamp=[(text("Generated"), edition_date), (text("Code version"), summary["code_version"]), (text("Edition"), summary["edition"])],
    )


def _shared(records: list[dict[str, Any]], key: str) -> Any:
    """What all pages with an opening of their own say alike; "" if they differ or say nothing."""
    values = [record["opening"].get(key) for record in records if "kind" in record["opening"]]
    return values[0] if values and values[0] and all(value == values[0] for value in values) else ""


def _entry(words: Words, record: dict[str, Any], own: list[dict[str, Any]], pages: set[str], day: str) -> dict[str, Any]:
    """One entry of the list: title, finding, status, date, links."""
    text, start, page = words.text, record["opening"], record["page"]
    if record["verdict"] == OK:
        status = text("Updated") if record["renewed"] else text("Unchanged")
    elif page:
        status = text("Kept from {date}", date=words.date(record["kept_from"]))
    else:
        status = text("Not yet available")
    until = start.get("valid_until", "")
    if until and until < day:
        status += " · " + text("Expired on {date}", date=words.date(until))
    links = []
    if page:
        if record.get("other_page") in pages:
            links.append({"href": record["other_page"], "word": NAMES[OTHER[words.code]], "lang": OTHER[words.code]})
        if f"{record['name']}.pdf" in record["files"]:
            links.append({"href": f"{record['name']}.pdf", "word": "PDF", "lang": ""})
        links.append({"href": f"notebooks/{record['name']}.ipynb", "word": text("Notebook"), "lang": ""})
    title = record["title"] or start.get("title") or record["name"]
    alike = {other["opening"].get("variant") for other in own if other["title"] == record["title"]}
    return {
        "title": f"{title} – {start['variant']}" if len(alike) > 1 and start.get("variant") else title,
        "page": page,
        "first": start.get("layout") == FIRST,
        "finding": start.get("finding", ""),
        "status": status,
        "details": [part for part in (start.get("as_of", ""), start.get("evidence_text", "")) if part],
        "links": links,
    }
