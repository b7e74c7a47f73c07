"""What there is to do: for each report nothing, its page set anew, or a run, and why; and whether an edition is due.

One decision serves both the run that finds nothing to do, which must end before anything heavy is imported, and the one
that works for an hour. Standard library only. Reads, writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from coopanalysis.publish.clock import Moment
from coopanalysis.publish.edition import Intact, last_verdicts
from coopanalysis.publish.ingredients import Ingredients, Notebook, Surroundings, data_files, fingerprint, ingredients, page_key
from coopanalysis.publish.reports import INDEX, INTERRUPTED, NOT_RUN, OK, Library, Report, chosen
from coopanalysis.publish.state import State, why

KEEP, RENDER, EXECUTE = "up to date", "page", "run"


@dataclass(frozen=True)
class Work:
    """One report of the plan: what it needs and why, and what that rests on. ``asked``: whether this run shall do it.

    ``record``: of its page in the last edition, None if that is not whole; ``other_page``: the same in the other language.
    """

    report: Report
    action: str
    reason: str
    asked: bool
    notebook: Notebook = field(repr=False)
    parts: Ingredients = field(repr=False)
    fingerprint: str
    page_key: str
    other_page: str
    record: dict[str, Any] | None = field(repr=False)
    executed: bytes = field(default=b"", repr=False)

    @property
    def todo(self) -> bool:
        return self.asked and self.action != KEEP


@dataclass(frozen=True)
class Decision:
    """``edition``: why an edition is due although no report needs anything; "" if none is. ``unprinted``: PDFs that are wanted
    and missing. ``old``: the last edition's summary."""

    works: list[Work]
    edition: str
    unprinted: set[str]
    old: dict[str, Any]
    intact: Intact

    @property
    def todo(self) -> list[Work]:
        return [work for work in self.works if work.todo]


def decide(
    reports: list[Report],
    out: Path,
    library: Library,
    shared: Surroundings,
    moment: Moment,
    *,
    only: str = "",
    force: bool = False,
    pdf: bool = False,
) -> Decision:
    """A :class:`Work` for each report, in the order of the plan. ``only``: see ``reports.chosen``; ``pdf``: pages shall have PDFs."""
    state, verdicts, intact = State(out), last_verdicts(out), Intact(out)
    old = intact.summary
    records = {record["name"]: record for record in old.get("reports", [])}
    names = chosen(reports, only, {name for name, verdict in verdicts.items() if verdict not in (OK, NOT_RUN)})
    siblings = {(report.sibling_key(), report.lang): report.name for report in reports}
    sources = {path: Notebook(path.read_bytes()) for path in {report.notebook: None for report in reports}}
    data = {folder: data_files(library, folder) for folder in {report.data: None for report in reports}}
    works = []
    for report in reports:
        name = siblings.get((report.sibling_key(), {"vi": "en", "en": "vi"}.get(report.lang, "")), "")
        other = f"{name}.html" if name else ""
        notebook = sources[report.notebook]
        parts = ingredients(notebook, report, shared, data[report.data])
        record = records.get(report.name)
        if record and not (record["page"] and all(intact(path) for path in record["files"])):
            record = None
        key = page_key(notebook, report, other, shared)
        work = Work(report, EXECUTE, "", report.name in names, notebook, parts, fingerprint(parts), key, other, record)
        works.append(_decided(work, state, library, verdicts.get(report.name, OK), force=force))
    pages = [work.record["page"] for work in works if work.record]
    missing = unprinted(pages, lambda name: name in intact.sums) if pdf else set()
    return Decision(works, _edition_due(works, records, old, intact, moment), missing, old, intact)


def _decided(work: Work, state: State, library: Library, verdict: str, *, force: bool) -> Work:
    kept, record = state.record(work.report.name), work.record
    if force and work.asked:
        return replace(work, reason="asked for with --force")
    if kept is None:
        return replace(work, reason="never run")
    if kept["fingerprint"] != work.fingerprint:
        return replace(work, reason=why(state, library, kept["ingredients"], work.parts, work.report.data) or "changed")
    if kept["unpublished"]:
        return _page(work, state, "finished before the last run was stopped")
    if verdict not in (OK, INTERRUPTED, NOT_RUN):
        return replace(work, reason=f"the last run was {verdict.replace('_', ' ')}")
    if record is None or record.get("kept_from") or record["fingerprint"] != work.fingerprint:
        return _page(work, state, "its page is not in the last edition, or not whole")
    if kept["page_key"] != work.page_key:
        return _page(work, state, "prose, title, expectations or page template changed")
    return replace(work, action=KEEP, reason="nothing changed")


def _page(work: Work, state: State, reason: str) -> Work:
    """Set the page anew from the kept notebook; run it if that is gone."""
    executed = state.notebook(work.report.name)
    if not executed:
        return replace(work, reason="its executed notebook is gone")
    return replace(work, action=RENDER, reason=reason, executed=executed)


def _edition_due(works: list[Work], records: dict[str, Any], old: dict[str, Any], intact: Intact, moment: Moment) -> str:
    """Why readers would see something else, were the edition made again from the same pages."""
    if not old:
        return "there is no edition"
    if list(records) != [work.report.name for work in works]:
        return "the plan lists other reports, or in another order"
    before = str(old["generated"])[:10]
    for work in works:
        if work.record and expired(work.record, moment.day) != expired(work.record, str(old.get("day", before))):
            return f"{work.report.name} has expired"
    named = {path for work in works if work.record for path in work.record["files"]}
    for name in (*INDEX, "summary.json"):
        if not intact(name) and name not in named:
            return f"{name} is not as it was published"
    return ""


def expired(record: dict[str, Any], day: str) -> bool:
    """Whether the page says that it was valid until a day before ``day`` (ISO)."""
    return "" < str(record["opening"].get("valid_until", "") or "") < day


def unprinted(pages: list[str], there: Callable[[str], bool]) -> set[str]:
    """Names of the PDFs that are missing, those of the index too; without pages there is nothing to print."""
    return {name for name in map(pdf_name, [*pages, *INDEX] if pages else []) if not there(name)}


def pdf_name(page: str) -> str:
    return str(Path(page).with_suffix(".pdf"))
