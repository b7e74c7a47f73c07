"""What there is to do: for each report nothing, its page set anew, or a run, and why; and whether an edition is due.

One decision serves both the run that finds nothing to do, which must end before anything heavy is imported, and the one
that works for an hour. Standard library only. Reads, writes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coopanalysis.publish.clock import Moment
from coopanalysis.publish.edition import Intact, last_verdicts
from coopanalysis.publish.ingredients import Ingredients, Notebook, data_files, differences, fingerprint, ingredients, page_key
from coopanalysis.publish.reports import INDEX, INTERRUPTED, NOT_RUN, OK, Library, Report, chosen
from coopanalysis.publish.state import State

KEEP, RENDER, EXECUTE = "up to date", "page", "run"


@dataclass(frozen=True)
class Work:
    """One report of the plan: what it needs and why, and what that rests on. ``asked``: whether this run shall do it.

    ``other_page``: the same in the other language; ``record``: of its page in the last edition, None if that is not whole;
    ``seconds``: of its last run, 0 if there was none; ``executed``: the kept notebook, where only the page is set anew.
    """

    report: Report
    action: str
    reason: str
    asked: bool
    source: bytes
    parts: Ingredients
    fingerprint: str
    page_key: str
    other_page: str
    record: dict[str, Any] | None
    seconds: float
    executed: bytes

    @property
    def todo(self) -> bool:
        return self.asked and self.action != KEEP


@dataclass(frozen=True)
class Decision:
    """``edition``: whether one is due although no report needs anything; ``unprinted``: PDFs that are wanted and missing;
    ``old``: the last edition's summary."""

    works: list[Work]
    edition: bool
    unprinted: set[str]
    old: dict[str, Any]
    intact: Intact

    @property
    def todo(self) -> list[Work]:
        return [work for work in self.works if work.todo]


def decide(
    reports: list[Report], out: Path, library: Library, shared: Ingredients, moment: Moment, *, only: str = "", force: bool = False, pdf: bool = False
) -> Decision:
    """A :class:`Work` for each report, in the order of the plan. ``only``: see ``reports.chosen``; ``pdf``: pages shall have PDFs.

    Raises :class:`PlanError` where ``only`` means no report.
    """
    state, verdicts, intact = State(out), last_verdicts(out), Intact(out)
    old = intact.summary
    records = {record["name"]: record for record in old.get("reports", [])}
    names = chosen(reports, only, {name for name, verdict in verdicts.items() if verdict not in (OK, NOT_RUN)})
    pages = {(report.sibling_key(), report.lang): f"{report.name}.html" for report in reports}
    notebooks = {path: Notebook(path.read_bytes()) for path in {report.notebook: None for report in reports}}
    data = {folder: data_files(library, folder) for folder in {report.data: None for report in reports}}
    works = []
    for report in reports:
        name, notebook = report.name, notebooks[report.notebook]
        other = pages.get((report.sibling_key(), {"vi": "en", "en": "vi"}.get(report.lang, "")), "")
        parts = ingredients(notebook, report, shared, data[report.data])
        made_of, key = fingerprint(parts), page_key(notebook, report, other, shared)
        kept, record = state.record(name), records.get(name)
        if record and not (record["page"] and all(map(intact, record["files"]))):
            record = None
        action, reason = _need(kept, record, parts, made_of, key, verdicts.get(name, OK), forced=force and name in names)
        executed = state.notebook(name) if action == RENDER else b""
        if action == RENDER and not executed:
            action, reason = EXECUTE, "its executed notebook is gone"
        seconds = kept["seconds"] if kept else 0.0
        works.append(Work(report, action, reason, name in names, notebook.source, parts, made_of, key, other, record, seconds, executed))
    wanted = {work.record["page"] for work in works if work.record} if pdf else set()
    unprinted = {pdf_name(page) for page in wanted | {*INDEX}} - intact.sums.keys() if wanted else set()
    return Decision(works, _edition_due(works, list(records), old, intact, moment.day), unprinted, old, intact)


def _need(
    kept: dict[str, Any] | None, record: dict[str, Any] | None, parts: Ingredients, made_of: str, key: str, verdict: str, *, forced: bool
) -> tuple[str, str]:
    """What a report needs, and why. ``kept``: of its last good run; ``record``: of its page; ``verdict``: of the last run."""
    if forced:
        return EXECUTE, "asked for with --force"
    if kept is None:
        return EXECUTE, "never run"
    if kept["fingerprint"] != made_of:
        return EXECUTE, (differences(kept["ingredients"], parts) or ["changed"])[0]
    if not kept["page_key"]:
        return RENDER, "finished before the last run was stopped"
    if verdict not in (OK, INTERRUPTED, NOT_RUN):
        return EXECUTE, f"the last run was {verdict.replace('_', ' ')}"
    if record is None or record.get("kept_from") or record["fingerprint"] != made_of:
        return RENDER, "its page is not in the last edition, or not whole"
    if kept["page_key"] != key:
        return RENDER, "prose, title, expectations or page template changed"
    return KEEP, "nothing changed"


def _edition_due(works: list[Work], before: list[str], old: dict[str, Any], intact: Intact, today: str) -> bool:
    """Whether readers would see something else, were the edition made again from the same pages. ``before``: its reports."""
    day = str(old.get("day", ""))
    return (
        before != [work.report.name for work in works]
        or any(work.record and expired(work.record, day) != expired(work.record, today) for work in works)
        or not all(map(intact, (*INDEX, "summary.json")))
    )


def expired(record: dict[str, Any], day: str) -> bool:
    """Whether the page says that it was valid until a day before ``day`` (ISO)."""
    return "" < str(record["opening"].get("valid_until", "") or "") < day


def pdf_name(page: str) -> str:
    return str(Path(page).with_suffix(".pdf"))
