"""The content of the next edition: each report's new files, those of the last edition, or its last good page; then the index.

Everything is made in memory; ``edition`` writes it. Here for: an edition that mixes the new with the half-made.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from coopanalysis.dataset.package import load
from coopanalysis.publish import edition as editions
from coopanalysis.publish.changes import MOST_ON_A_PAGE, since_last
from coopanalysis.publish.decide import EXECUTE, KEEP, Work
from coopanalysis.publish.index import index_pages, with_since
from coopanalysis.publish.job import Outcome
from coopanalysis.publish.verdict import OK

Printer = Callable[[dict[str, bytes]], dict[str, bytes]]  # page name → page, to page name → PDF


@dataclass(frozen=True)
class Assembly:
    """``files``: path within the edition → content; ``new``: whether readers would see anything that they do not see now."""

    files: dict[str, bytes]
    summary: dict[str, Any]
    new: bool


def assemble(
    works: list[Work], outcomes: dict[str, Outcome], store: editions.Store, started: datetime, clock: float, printer: Printer | None
) -> Assembly:
    """Put the edition of a finished run together. ``clock``: monotonic time of its start; ``printer``: for PDFs, if they are wanted."""
    previous = store.previous()
    old = json.loads((previous / "summary.json").read_text(encoding="utf-8")) if previous else None
    files: dict[str, bytes] = {}
    records = []
    for work in works:
        own, record = _contents(work, outcomes, old)
        files |= own
        records.append(record)
    dataset = load(str(works[0].job.report.parameters.get("data") or "") or None)
    sources = list(dataset.sources.index)
    summary = editions.reproducible(
        editions.summarise(
            started.strftime("%Y%m%dT%H%M%SZ"), records, started, time.monotonic() - clock, version("coopanalysis"), sources, since_last(old, records)
        )
    )
    fresh = any(outcome.verdict == OK for outcome in outcomes.values())
    seen = [] if old is None else old["reports"]
    unprinted = printer is not None and any(
        record["page"] and _pdf(record["page"]) not in work.files for work, record in zip(works, records, strict=True)
    )
    new = fresh or (any(record["page"] for record in records) and (_readers_see(seen) != _readers_see(records) or unprinted))
    if not new:
        return Assembly(files, summary, False)
    since = since_last(old, records, MOST_ON_A_PAGE)
    for work, record in zip(works, records, strict=True):
        if record["page"]:
            files[record["page"]] = with_since(files[record["page"]], since[work.job.report.lang], work.job.report.lang)
    if printer is not None:
        _print(works, records, files, printer)
    index = index_pages(summary, [work.job for work in works], dataset)
    files |= index
    if printer is not None:
        files |= {_pdf(name): content for name, content in printer(index).items()}
    files["summary.json"] = editions.as_json(summary)
    return Assembly(files, summary, True)


def _contents(work: Work, outcomes: dict[str, Outcome], old: dict[str, Any] | None) -> tuple[dict[str, bytes], dict[str, Any]]:
    """A report's files in the new edition and its record. PDFs are added later: they must be of the page as it is then."""
    kept = {path: content for path, content in work.files.items() if not path.endswith(".pdf")}
    if work.action == KEEP:
        assert work.record is not None
        return kept, {**work.record, "files": sorted(kept), "executed": False, "renewed": False}
    outcome = outcomes[work.job.report.name]
    record = editions.fresh_record(work.job, outcome)
    if outcome.verdict == OK:
        if work.action != EXECUTE and work.record:
            record["seconds"] = work.record["seconds"]
        return outcome.files, record
    if not kept or work.record is None or old is None:
        return {}, record
    carried, last = editions.dated_page(kept, work.record, work.job.report.lang, str(old["generated"][:10]))
    now = {key: record[key] for key in ("verdict", "reason", "notes", "executed", "renewed", "seconds")}
    return carried, {**last, **now, "files": sorted(carried)}


def _print(works: list[Work], records: list[dict[str, Any]], files: dict[str, bytes], printer: Printer) -> None:
    """A PDF of every page; that of a page which is as it was in the last edition is taken from there."""
    wanted = {}
    for work, record in zip(works, records, strict=True):
        page = record["page"]
        if page and work.files.get(page) == files[page] and _pdf(page) in work.files:
            files[_pdf(page)] = work.files[_pdf(page)]
        elif page:
            wanted[page] = files[page]
    files |= {_pdf(page): content for page, content in printer(wanted).items()}
    for record in records:
        if record["page"] and _pdf(record["page"]) in files:
            record["files"] = sorted([*record["files"], _pdf(record["page"])])


def _pdf(page: str) -> str:
    return str(Path(page).with_suffix(".pdf"))


def _readers_see(records: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """What of a report's record shows on pages: a failure that leaves all this as it was needs no new edition."""
    return [(record["name"], record["page"], record.get("kept_from"), record["verdict"]) for record in records]
