"""What each report needs: nothing, its page set anew, or a run; and why, in an analyst's words.

Here for: runs that do everything again, or that miss a change; a damaged record, which counts as none.
"""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from coopanalysis.publish.edition import Store, whole_files
from coopanalysis.publish.files import read_record
from coopanalysis.publish.fingerprint import Ingredients, fingerprint, ingredients, page_key
from coopanalysis.publish.job import Job
from coopanalysis.publish.plan import Report
from coopanalysis.publish.state import State, why
from coopanalysis.publish.verdict import INTERRUPTED, NOT_RUN, OK

KEEP, RENDER, EXECUTE = "up to date", "page", "run"


@dataclass(frozen=True)
class Work:
    """One report of the plan: what to do, why, and what that rests on. ``files``: its pages in the last edition, if whole."""

    job: Job
    action: str
    reason: str
    parts: Ingredients
    page_key: str
    record: dict[str, Any] | None
    files: dict[str, bytes]


def decide(reports: list[Report], out: Path, generated: str, *, timeout: float | None, cell_timeout: float | None, force: bool = False) -> list[Work]:
    """A :class:`Work` for each report, in the order of the plan. Reads, writes nothing."""
    store, state = Store(out), State(out)
    edition = store.previous()
    old = read_record(edition / "summary.json") if edition else {}
    records = {record["name"]: record for record in old.get("reports", [])}
    verdicts = last_verdicts(out)
    siblings = {(report.sibling_key(), report.lang): report.name for report in reports}
    other = {"vi": "en", "en": "vi"}
    works = []
    sources: dict[Path, bytes] = {}
    for report in reports:
        name = siblings.get((report.sibling_key(), other.get(report.lang, "")))
        page = f"{name}.html" if name else ""
        if report.notebook not in sources:
            sources[report.notebook] = report.notebook.read_bytes()
        source = sources[report.notebook]
        parts = ingredients(source, report.parameters)
        job = Job(report, source, page, fingerprint(parts), generated, timeout, cell_timeout)
        key = page_key(source, report.title, page, str(report.expects))
        kept, record = state.record(report.name), records.get(report.name)
        files = whole_files(edition, record) if edition and record else {}
        work = Work(job, EXECUTE, "", parts, key, record, files)
        if force:
            work = replace(work, reason="asked for with --force")
        elif kept is None:
            work = replace(work, reason="never run")
        elif kept["fingerprint"] != job.fingerprint:
            work = replace(work, reason=why(state, kept["ingredients"], parts, str(report.parameters.get("data", ""))) or "changed")
        elif kept["unpublished"]:
            work = _page(work, state, "finished before the last run was stopped")
        elif verdicts.get(report.name, OK) not in (OK, INTERRUPTED, NOT_RUN):
            work = replace(work, reason=f"the last run was {verdicts[report.name].replace('_', ' ')}")
        elif not files or record is None or record.get("kept_from") or record["fingerprint"] != job.fingerprint:
            work = _page(work, state, "its page is not in the last edition, or not whole")
        elif kept["page_key"] != key:
            work = _page(work, state, "prose, title, expectations or page template changed")
        else:
            work = replace(work, action=KEEP, reason="nothing changed")
        works.append(work)
    return works


def _page(work: Work, state: State, reason: str) -> Work:
    """Set the page anew from the kept notebook; run it if that is gone."""
    executed = state.notebook(work.job.report.name)
    if not executed:
        return replace(work, reason="its executed notebook is gone")
    return replace(work, action=RENDER, reason=reason, job=replace(work.job, executed=executed))


def last_verdicts(out: Path) -> dict[str, str]:
    """Report → verdict of the last run; empty without one."""
    try:
        return {record["name"]: record["verdict"] for record in read_record(out / "last-run.json").get("reports", [])}
    except (TypeError, KeyError):
        return {}


def chosen(reports: list[Report], only: str, out: Path) -> set[str]:
    """Names that ``--only`` means: a name, "failed" (not ok in the last run) or a pattern such as growth-*."""
    names = [report.name for report in reports]
    if not only:
        return set(names)
    if only == "failed":
        verdicts = last_verdicts(out)
        return {name for name in names if verdicts.get(name, OK) not in (OK, NOT_RUN)}
    return set(fnmatch.filter(names, only))
