"""The content of the next edition: each report's new files, those of the last edition, or its last good page; then the index.

Everything is made in memory; ``edition`` writes it. Why: an edition must not mix the new with the half-made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from coopanalysis.publish.clock import Moment
from coopanalysis.publish.decide import KEEP, Decision, Work, expired, pdf_name
from coopanalysis.publish.edition import Intact
from coopanalysis.publish.files import as_json
from coopanalysis.publish.html import dated
from coopanalysis.publish.index import index_pages, named_sources
from coopanalysis.publish.ingredients import code_version
from coopanalysis.publish.report import Outcome
from coopanalysis.publish.reports import NOT_RUN, OK
from coopanalysis.publish.since import MOST_ON_A_PAGE, since_last, with_since

Printer = Callable[[dict[str, bytes]], dict[str, bytes]]  # page name → page, to page name → PDF


def assemble(
    decision: Decision, outcomes: dict[str, Outcome], verdicts: dict[str, str], moment: Moment, seconds: float, printer: Printer | None
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The summary of a finished run, and the edition to publish (path within it → content): none if readers would see nothing
    that they do not see now. ``verdicts``: of the last run; ``printer``: for PDFs, if they are wanted."""
    old, records, files = decision.old, [], dict[str, bytes]()
    for work in decision.works:
        own, record = _contents(work, outcomes.get(work.report.name), decision, verdicts)
        files |= own
        records.append(record)
    pages = [(work, record) for work, record in zip(decision.works, records, strict=True) if record["page"]]
    new = decision.edition or any(outcome.verdict == OK for outcome in outcomes.values())
    new = new or _readers_see(old.get("reports", []), str(old.get("day", ""))) != _readers_see(records, moment.day)
    missing = decision.unprinted if printer else set[str]()
    if not (new or missing) or not (pages or old):  # nothing but failures, and never anything else: there is nothing to show
        return summarise(records, moment, seconds, since_last(old or None, records)), {}
    since = since_last(old or None, records, MOST_ON_A_PAGE)
    for work, record in pages:
        files[record["page"]] = with_since(files[record["page"]], since[work.report.lang], work.report.lang)
    if printer:
        _print(pages, files, decision.intact, printer)
    summary = summarise(records, moment, seconds, since_last(old or None, records))
    index = index_pages(summary, moment.day)
    files |= index
    if printer:
        files |= {pdf_name(page): content for page, content in printer(index).items()}
    if not new and missing.isdisjoint(files):  # no browser could print what is missing
        return summary, {}
    return summary, {**files, "summary.json": as_json(summary)}


def _contents(work: Work, outcome: Outcome | None, decision: Decision, verdicts: dict[str, str]) -> tuple[dict[str, bytes], dict[str, Any]]:
    """A report's files in the new edition and its record. PDFs are added later: they must be of the page as it is then."""
    record = work.record
    kept = {path: decision.intact.read(path) for path in record["files"] if not path.endswith(".pdf")} if record else {}
    if outcome is None:
        if record:
            return kept, {**record, "files": sorted(kept), "executed": False, "renewed": False}
        verdict = verdicts.get(work.report.name, NOT_RUN)
        reason = work.reason if work.action != KEEP else "its page is gone"
        outcome = Outcome(work.report.name, NOT_RUN if verdict == OK else verdict, f"not asked for ({reason})", 0.0, ran=False)
    fresh = fresh_record(work, outcome)
    if record is None or outcome.verdict == OK:
        return outcome.files, fresh if outcome.ran or record is None else {**fresh, "seconds": record["seconds"]}
    since = str(record.get("kept_from") or decision.old.get("day") or str(decision.old["generated"])[:10])
    now = {key: fresh[key] for key in ("verdict", "reason", "notes", "executed", "renewed", "seconds")}
    page = dated(kept[record["page"]], work.report.lang, since)
    return {**kept, record["page"]: page}, {**record, "kept_from": since, **now, "files": sorted(kept)}


def _print(pages: list[tuple[Work, dict[str, Any]]], files: dict[str, bytes], intact: Intact, printer: Printer) -> None:
    """A PDF of every page; that of a page which is as it was in the last edition is taken from there."""
    names = [record["page"] for _, record in pages]
    made = {name: intact.read(pdf_name(name)) for name in names if intact(name) and intact(pdf_name(name)) and intact.read(name) == files[name]}
    made |= printer({name: files[name] for name in names if name not in made})
    for _, record in pages:
        if (page := record["page"]) in made:
            files[pdf_name(page)] = made[page]
            record["files"] = sorted([*record["files"], pdf_name(page)])


def _readers_see(records: list[dict[str, Any]], day: str) -> list[tuple[Any, ...]]:
    """What of a report's record shows on pages: a failure that leaves all this as it was needs no new edition."""
    return [(record["name"], record["page"], record.get("kept_from"), record["verdict"], expired(record, day)) for record in records]


def fresh_record(work: Work, outcome: Outcome) -> dict[str, Any]:
    """A report's record in summary.json, as this run made it; without a page where it is not ok."""
    ok, report = outcome.verdict == OK, work.report
    return {
        "name": report.name,
        "title": report.title or str(outcome.opening.get("title", "")) or report.name,
        "notebook": report.notebook.name,
        "parameters": {key: value for key, value in report.parameters.items() if key != "data"},
        "verdict": outcome.verdict,
        "reason": outcome.reason,
        "notes": list(outcome.notes),
        "executed": outcome.ran,
        "renewed": ok,
        "seconds": round(outcome.seconds, 3),
        "fingerprint": work.fingerprint if ok else "",
        "page": f"{report.name}.html" if ok else "",
        "files": sorted(outcome.files),
        "opening": outcome.opening,
        "results": outcome.results,
        "sources": outcome.sources,
        "lang": report.lang,
        "other_page": work.other_page,
    }


def summarise(records: list[dict[str, Any]], moment: Moment, seconds: float, since: dict[str, list[str]]) -> dict[str, Any]:
    """The content of summary.json: the run, its counts, what changed since the last edition, and each report.

    Without durations where SOURCE_DATE_EPOCH asks for the same bytes again.
    """
    return {
        "edition": moment.stem,
        "generated": moment.utc.isoformat(),
        "day": moment.day,
        "code_version": code_version(),
        "data_as_of": max((str(record["opening"].get("as_of_date", "") or "") for record in records), default=""),
        "sources": [source["code"] for source in named_sources(records)],
        "started": moment.utc.isoformat(),
        "seconds": 0 if moment.fixed else round(seconds, 3),
        "counts": dict(Counter(record["verdict"] for record in records)),
        "since_last_edition": since,
        "reports": [{**record, "seconds": 0} for record in records] if moment.fixed else records,
    }
