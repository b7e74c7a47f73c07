"""The content of the next edition: each report's new files, those of the last edition, or its last good page; then the index.

Everything is made in memory; ``edition`` writes it. Here for: an edition that mixes the new with the half-made.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

from coopanalysis.dataset.package import Dataset
from coopanalysis.publish import edition as editions
from coopanalysis.publish.changes import MOST_ON_A_PAGE, since_last
from coopanalysis.publish.decide import KEEP, Work, last_verdicts
from coopanalysis.publish.files import read_record
from coopanalysis.publish.index import INDEX, index_pages, with_since
from coopanalysis.publish.job import Outcome
from coopanalysis.publish.verdict import NOT_RUN, OK

Printer = Callable[[dict[str, bytes]], dict[str, bytes]]  # page name → page, to page name → PDF


@dataclass(frozen=True)
class Assembly:
    """``files``: path within the edition → content; ``new``: whether readers would see anything that they do not see now."""

    files: dict[str, bytes]
    summary: dict[str, Any]
    new: bool


def assemble(
    works: list[Work], outcomes: dict[str, Outcome], store: editions.Store, dataset: Dataset, started: datetime, clock: float, printer: Printer | None
) -> Assembly:
    """Put the edition of a finished run together. ``clock``: monotonic time of its start; ``printer``: for PDFs, if they are wanted."""
    previous = store.previous()
    old = read_record(previous / "summary.json") if previous else {}
    earlier = last_verdicts(store.out)
    files: dict[str, bytes] = {}
    records = []
    for work in works:
        own, record = _contents(work, outcomes, old, earlier)
        files |= own
        records.append(record)
    name, sources = started.strftime("%Y%m%dT%H%M%SZ"), list(dataset.sources.index)
    summary = editions.summarise(name, records, started, time.monotonic() - clock, version("coopanalysis"), sources, since_last(old or None, records))
    fresh = any(outcome.verdict == OK for outcome in outcomes.values())
    pages = [(work, record) for work, record in zip(works, records, strict=True) if record["page"]]
    missing = unprinted(previous, records) if printer is not None else set()
    seen = _readers_see(old.get("reports", []), str(old.get("generated", "")))
    new = fresh or (bool(pages) and seen != _readers_see(records, summary["generated"]))
    if not (new or missing):
        return Assembly(files, editions.reproducible(summary), False)
    since = since_last(old or None, records, MOST_ON_A_PAGE)
    for work, record in pages:
        files[record["page"]] = with_since(files[record["page"]], since[work.job.report.lang], work.job.report.lang)
    if printer is not None:
        _print(pages, files, printer)
    index = index_pages(summary, [work.job for work in works], dataset)
    files |= index
    if printer is not None:
        files |= {_pdf(page): content for page, content in printer(index).items()}
    summary = editions.reproducible(summary)
    if not new and missing.isdisjoint(files):  # no browser could print what is missing: nothing new for readers
        return Assembly(files, summary, False)
    files["summary.json"] = editions.as_json(summary)
    return Assembly(files, summary, True)


def unprinted(edition: Path | None, records: list[dict[str, Any]]) -> set[str]:
    """Names of the PDFs that an edition of these reports lacks, those of the index too; without pages there is nothing to print."""
    pages = [record["page"] for record in records if record["page"]]
    wanted = {_pdf(page) for page in [*pages, *INDEX]} if pages else set()
    return {name for name in wanted if edition is None or not (edition / name).is_file()}


def next_expiry(summary: dict[str, Any]) -> str:
    """The first day on which a page that is valid now will have expired; "" if none will."""
    ends = [record["opening"].get("valid_until", "") for record in summary["reports"] if record["opening"]]
    later = sorted(end for end in ends if end and end >= summary["generated"][:10])
    return (date.fromisoformat(later[0]) + timedelta(days=1)).isoformat() if later else ""


def _contents(work: Work, outcomes: dict[str, Outcome], old: dict[str, Any], earlier: dict[str, str]) -> tuple[dict[str, bytes], dict[str, Any]]:
    """A report's files in the new edition and its record. PDFs are added later: they must be of the page as it is then."""
    kept = {path: content for path, content in work.files.items() if not path.endswith(".pdf")}
    if work.action == KEEP:
        if not kept or work.record is None:
            verdict = earlier.get(work.job.report.name, NOT_RUN)
            return {}, editions.absent_record(work.job, NOT_RUN if verdict == OK else verdict, "not asked for")
        return kept, {**work.record, "files": sorted(kept), "executed": False, "renewed": False}
    outcome = outcomes[work.job.report.name]
    record = editions.fresh_record(work.job, outcome)
    if outcome.verdict == OK:
        if not outcome.ran and work.record:
            record["seconds"] = work.record["seconds"]
        return outcome.files, record
    if not kept or work.record is None or not old:
        return {}, record
    carried, last = editions.dated_page(kept, work.record, work.job.report.lang, str(old["generated"][:10]))
    now = {key: record[key] for key in ("verdict", "reason", "notes", "executed", "renewed", "seconds")}
    return carried, {**last, **now, "files": sorted(carried)}


def _print(pages: list[tuple[Work, dict[str, Any]]], files: dict[str, bytes], printer: Printer) -> None:
    """A PDF of every page; that of a page which is as it was in the last edition is taken from there."""
    wanted = {}
    for work, record in pages:
        page = record["page"]
        if work.files.get(page) == files[page] and _pdf(page) in work.files:
            files[_pdf(page)] = work.files[_pdf(page)]
        else:
            wanted[page] = files[page]
    files |= {_pdf(page): content for page, content in printer(wanted).items()}
    for _, record in pages:
        if _pdf(record["page"]) in files:
            record["files"] = sorted([*record["files"], _pdf(record["page"])])


def _pdf(page: str) -> str:
    return str(Path(page).with_suffix(".pdf"))


def _readers_see(records: list[dict[str, Any]], generated: str) -> list[tuple[Any, ...]]:
    """What of a report's record shows on pages: a failure that leaves all this as it was needs no new edition."""
    return [
        (
            record["name"],
            record["page"],
            record.get("kept_from"),
            record["verdict"],
            "" < record["opening"].get("valid_until", "") < generated[:10] if record["opening"] else False,
        )
        for record in records
    ]
