"""A whole run: lock, execute, carry over what failed, publish, tell how it went."""

from __future__ import annotations

import json
import os
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from coopanalysis.dataset.package import load
from coopanalysis.publish import edition as editions
from coopanalysis.publish.batch import jobs_for, run_batch
from coopanalysis.publish.index import index_pages
from coopanalysis.publish.plan import Report
from coopanalysis.publish.reporter import Reporter
from coopanalysis.publish.verdict import OK

ALL_OK, NOT_ALL_OK, BAD_INPUT, LOCKED, CANNOT_WRITE = 0, 1, 2, 3, 4


class Locked(Exception):
    """Another run works on the same output folder."""


def run(reports: list[Report], out: Path, *, workers: int, timeout: float | None, cell_timeout: float | None, keep: int, reporter: Reporter) -> int:
    """Execute all reports and publish an edition; returns the exit code. Raises :class:`Locked` or ``OSError`` (cannot write)."""
    out.mkdir(parents=True, exist_ok=True)
    lock, holder = FileLock(out / ".lock"), out / ".lock.json"
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise Locked(_holder(holder)) from error
    try:
        holder.write_text(json.dumps({"pid": os.getpid(), "since": editions.now().isoformat()}), encoding="utf-8")
        return _run(reports, editions.Store(out), workers, timeout, cell_timeout, keep, reporter)
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _run(
    reports: list[Report], store: editions.Store, workers: int, timeout: float | None, cell_timeout: float | None, keep: int, reporter: Reporter
) -> int:
    started, clock = editions.now(), time.monotonic()
    jobs = jobs_for(reports, started.isoformat(), timeout, cell_timeout)
    outcomes = run_batch(jobs, min(workers, len(jobs)), reporter.finished)
    files: dict[str, bytes] = {}
    kept: dict[str, dict[str, Any]] = {}
    previous = store.previous()
    for job, outcome in zip(jobs, outcomes, strict=True):
        files |= outcome.files
        if outcome.verdict != OK:
            old_files, record = editions.carried_over(previous, outcome, job.report.lang)
            files |= old_files
            if record:
                kept[outcome.name] = record
    store.keep_failed(outcomes)
    dataset = load(reports[0].parameters.get("data") or None)
    name = started.strftime("%Y%m%dT%H%M%SZ")
    summary = editions.summarise(name, jobs, outcomes, kept, started, time.monotonic() - clock, version("coopanalysis"), list(dataset.sources.index))
    summary = editions.reproducible(summary)
    fresh = [outcome for outcome in outcomes if outcome.verdict == OK]
    reporter.close()
    if fresh:
        area = str(reports[0].parameters["ref_area"])
        data = {
            "area": {lang: dataset.areas.at[area, f"label_{lang}"] for lang in ("vi", "en")},
            "name": dataset.descriptor.get("name", ""),
            "version": dataset.descriptor.get("version", ""),
            "has_report": bool((dataset.sources.index == "bc-423-2019").any()),
        }
        files |= index_pages(summary, jobs, data)
        files["summary.json"] = editions.as_json(summary)
        store.publish(files, started, keep)
    store.write_last_run(summary)
    failed = len(outcomes) - len(fresh)
    reporter.say(
        f"{len(fresh)} of {len(outcomes)} reports ok, {failed} not, {time.monotonic() - clock:.0f} s"
        + (f"; open {store.latest / 'index.html'}" if store.latest.exists() else "; no edition was published")
    )
    return NOT_ALL_OK if failed else ALL_OK


def _holder(path: Path) -> str:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        return f"process {record['pid']}, since {record['since']}"
    except (OSError, ValueError, KeyError):
        return "another process"
