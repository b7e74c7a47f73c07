"""The index page of an edition in both languages: what is in it, what it says, how current it is.

Here for: a report that failed and is silently missing, or an old page that looks new.
"""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from coopanalysis.dataset.package import Dataset
from coopanalysis.display.language import Language
from coopanalysis.display.sources import sources_list, used_sources
from coopanalysis.display.view import View
from coopanalysis.publish.safety import visible
from coopanalysis.publish.verdict import OK

TEMPLATES = Path(__file__).parent / "template"
SINCE_PLACE, _SINCE_OPENS = "<!-- since -->", '<section class="since">'  # the place as coopanalysis.display leaves it
PUBLISHED, REPORT_423 = "published", "bc-423-2019"
INDEX = {"index.html": "vi", "index.en.html": "en"}
FIRST = "briefing"  # the entry that leaders should read first


def index_pages(summary: dict[str, Any], jobs: list[Any], dataset: Dataset) -> dict[str, bytes]:
    """The two index pages, Vietnamese and English. ``jobs`` in plan order; ``dataset``: what the edition rests on."""
    return {name: visible(_page(lang, summary, jobs, dataset)).encode("utf-8") for name, lang in INDEX.items()}


def with_since(page: bytes, sentences: list[str], lang: str) -> bytes:
    """A page that has a place for it, with what changed since the last edition."""
    text = page.decode("utf-8")
    if SINCE_PLACE not in text and _SINCE_OPENS not in text:
        return page
    heading = html.escape(Language(lang).text("Since the last edition"))  # type: ignore[arg-type]
    block = f"{_SINCE_OPENS}<h2>{heading}</h2><p>{html.escape(' '.join(sentences))}</p></section>"
    plain = re.sub(rf"{re.escape(_SINCE_OPENS)}.*?</section>", SINCE_PLACE, text, flags=re.DOTALL)
    return plain.replace(SINCE_PLACE, block, 1).encode("utf-8")


def _page(lang: str, summary: dict[str, Any], jobs: list[Any], dataset: Dataset) -> str:
    area = str(jobs[0].report.parameters["ref_area"])
    view = View(dataset, Language(lang), area, PUBLISHED)  # type: ignore[arg-type]
    words, listed = view.language, used_sources(view)
    text = words.text
    records = {report["name"]: report for report in summary["reports"]}
    own = [_report(words, records[job.report.name], job, jobs, summary["generated"]) for job in jobs if job.report.lang == lang]
    title = text("Collective economy of {area}", area=view.area)
    fresh = sum(report["renewed"] for report in summary["reports"])
    edition_date = words.date(summary["generated"][:10])
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)
    first = next((report for report in own if report["entry"] == FIRST), None)
    return environment.get_template("edition.html.j2").render(
        lang=lang,
        title=title,
        css=(TEMPLATES / "page" / "style.css").read_text(encoding="utf-8"),
        text=text,
        edition_date=edition_date,
        other_page="index.en.html" if lang == "vi" else "index.html",
        lead=text("Reports on report 423-BC/TU and on figures published since. Every number leads to a row of the data set and to a source.")
        if dataset.sources.index.isin([REPORT_423]).any()
        else text("Reports on the data set. Every number leads to a row of the data set and to a source."),
        meta=" · ".join(
            [
                text("Data as of {date}", date=words.date(summary["data_as_of"], "month")),
                text("{fresh} of {all} pages renewed", fresh=words.number(fresh), all=words.number(len(records))),
                words.plural("{n} source", "{n} sources", len(listed)),
            ]
        ),
        notice=view.area_notice,
        since=(text("Since the last edition"), summary["since_last_edition"][lang]),
        headlines=(first["page"], records[first["name"]]["results"]) if first and first["page"] else ("", []),
        groups=[
            (text("Read first"), [report for report in own if report["entry"] == FIRST]),
            (text("Reports"), [report for report in own if report["entry"] != FIRST]),
        ],
        sources=sources_list(view, listed),
        citation=text(
            "{title}. Edition of {date}, version {version}, data set {name} {number}.",
            title=title,
            date=edition_date,
            version=summary["code_version"],
            name=dataset.descriptor.get("name", ""),
            number=dataset.descriptor.get("version", ""),
        ),
        stamp=[(text("Generated"), edition_date), (text("Code version"), summary["code_version"]), (text("Edition"), summary["edition"])],
    )


def _report(words: Language, record: dict[str, Any], job: Any, jobs: list[Any], generated: str) -> dict[str, Any]:
    """One entry of the list: title, finding, status, date, links."""
    text = words.text
    start = record["opening"]
    if record["verdict"] == OK:
        status = text("Updated") if record["renewed"] else text("Unchanged")
    elif record["page"]:
        status = text("Kept from {date}", date=words.date(record["kept_from"]))
    else:
        status = text("Not yet available")
    links = []
    if record["page"]:
        if job.other_page:
            links.append(
                {"href": job.other_page, "word": "English" if words.code == "vi" else "Tiếng Việt", "lang": "en" if words.code == "vi" else "vi"}
            )
        if f"{record['name']}.pdf" in record["files"]:
            links.append({"href": f"{record['name']}.pdf", "word": "PDF", "lang": ""})
        links.append({"href": f"notebooks/{record['name']}.ipynb", "word": text("Notebook"), "lang": ""})
    title = record["title"]
    if len({other.report.parameters["evidence"] for other in jobs if other.report.entry == job.report.entry}) > 1:
        kind = text("report alone") if job.report.parameters["evidence"] == "report" else text("all published evidence")
        title = text("{title} – {kind}", title=title, kind=kind)
    until = start.get("valid_until", "")
    if until and until < generated[:10]:
        status += " · " + text("Expired on {date}", date=words.date(until))
    details = [part for part in (start.get("as_of", ""), start.get("evidence_text", "")) if part]
    return {
        "name": record["name"],
        "entry": job.report.entry,
        "title": title,
        "page": record["page"],
        "finding": start.get("finding", ""),
        "status": status,
        "details": details,
        "links": links,
    }
