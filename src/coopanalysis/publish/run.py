"""A whole run: lock, decide, execute, carry over what failed, publish, tell how it went."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from coopanalysis.publish import edition as editions
from coopanalysis.publish.assemble import Printer, assemble
from coopanalysis.publish.decide import KEEP, Work, chosen, decide
from coopanalysis.publish.files import write_whole
from coopanalysis.publish.job import Outcome
from coopanalysis.publish.log import Log, tell
from coopanalysis.publish.pdf import find_browser, print_pages
from coopanalysis.publish.plan import Report
from coopanalysis.publish.reporter import Reporter
from coopanalysis.publish.signals import Stopped, stops_raise
from coopanalysis.publish.state import State
from coopanalysis.publish.uptodate import remember
from coopanalysis.publish.verdict import INTERRUPTED, OK
from coopanalysis.publish.workers import run_jobs

ALL_OK, NOT_ALL_OK, BAD_INPUT, LOCKED, CANNOT_WRITE = 0, 1, 2, 3, 4


class Locked(Exception):
    """Another run works on the same output folder."""


@dataclass(frozen=True)
class Options:
    """How to run. ``only``: a name, "failed" or a pattern; ``on_success``, ``on_failure``: a program and its arguments;
    ``pdf``: also print every page."""

    workers: int
    timeout: float | None = None
    cell_timeout: float | None = None
    keep: int = 10
    force: bool = False
    only: str = ""
    on_success: str = ""
    on_failure: str = ""
    pdf: bool = False
    call: dict[str, Any] = field(default_factory=dict)  # what the command line asked for, for the next run


def run(reports: list[Report], out: Path, options: Options, reporter: Reporter) -> int:
    """Bring every report up to date and publish an edition if anything changed; returns the exit code.

    Raises :class:`Locked`, ``OSError`` (cannot write; no file is left half-written) and :class:`Stopped`.
    """
    out.mkdir(parents=True, exist_ok=True)
    lock, holder = FileLock(out / ".lock"), out / ".lock.json"
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise Locked(_holder(holder)) from error
    folder = Path(tempfile.mkdtemp(prefix="coopanalysis-"))
    try:
        _clear(out, holder, reporter)
        write_whole(holder, json.dumps({"pid": os.getpid(), "since": editions.now().isoformat(), "folder": str(folder)}).encode("utf-8"))
        with stops_raise():
            return _Run(reports, out, options, reporter, folder).go()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        holder.unlink(missing_ok=True)
        lock.release()


def _clear(out: Path, holder: Path, reporter: Reporter) -> None:
    """What a run that was killed left behind goes, and that is said."""
    remains = editions.Store(out).clear_remains()
    try:
        dead = json.loads(holder.read_text(encoding="utf-8"))
        folder = Path(dead["folder"])
        if folder.name.startswith("coopanalysis-") and folder.parent == Path(tempfile.gettempdir()):
            shutil.rmtree(folder, ignore_errors=True)
        reporter.say(f"cleared what the run of {dead['since']} left: it was killed (process {dead['pid']})")
    except (OSError, ValueError, KeyError, TypeError):
        if remains:
            reporter.say(f"cleared what a killed run left: {', '.join(remains)}")


def _holder(path: Path) -> str:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        return f"process {record['pid']}, since {record['since']}"
    except (OSError, ValueError, KeyError):
        return "another process"


class _Run:
    def __init__(self, reports: list[Report], out: Path, options: Options, reporter: Reporter, folder: Path):
        self.reports, self.out, self.options, self.reporter, self.folder = reports, out, options, reporter, folder
        self.store, self.state = editions.Store(out), State(out)
        self.started, self.clock = editions.now(), time.monotonic()
        self.outcomes: dict[str, Outcome] = {}

    def go(self) -> int:
        options = self.options
        works = decide(
            self.reports, self.out, self.started.isoformat(), timeout=options.timeout, cell_timeout=options.cell_timeout, force=options.force
        )
        names = chosen(self.reports, options.only, self.out)
        # what was not asked for stays as it is; without a page it is not part of the edition
        self.works = [work if work.job.report.name in names else replace(work, action=KEEP, reason="not asked for") for work in works]
        self.works = [work for work in self.works if work.action != KEEP or work.files]
        todo = [work for work in self.works if work.action != KEEP]
        self.log = Log(self.out / "logs", self.started.strftime("%Y%m%dT%H%M%SZ"))
        self.log.write("start", "run", reports=len(self.works), code_version=version("coopanalysis"), pid=os.getpid())
        for work in self.works:
            self.log.write("decide", work.action, work.job.report.name, reason=work.reason, fingerprint=work.job.fingerprint)
        self.reporter.begin(len(self.works))
        for work in self.works:
            if work.action == KEEP:
                self.reporter.kept(work.job.report.name, work.reason)
        code, path = CANNOT_WRITE, self.out / "last-run.json"
        try:
            if todo:
                run_jobs([work.job for work in todo], min(options.workers, len(todo)), self.folder, self.finished)
            self.reporter.close()
            code = self.publish(todo)
        except Stopped as stop:
            self.reporter.close()
            self.stopped(todo, stop)
            code = stop.code
            raise
        finally:
            self.log.write("end", "run", code=code, seconds=round(time.monotonic() - self.clock, 3))
            tell(options.on_success if code == ALL_OK else options.on_failure, path, self.log, self.reporter.say)
            self.log.close()
        return code

    def finished(self, outcome: Outcome) -> None:
        """Called as each report ends: what is well is kept at once, so that a stop loses nothing."""
        self.outcomes[outcome.name] = outcome
        work = next(work for work in self.works if work.job.report.name == outcome.name)
        if outcome.verdict == OK:
            if outcome.ran:
                self.state.keep_data(str(work.job.report.parameters.get("data", "")), work.parts["data"])
            self.keep(work, outcome, unpublished=True)
        event = {"verdict": outcome.verdict, "reason": outcome.reason, "seconds": round(outcome.seconds, 3), "notes": outcome.notes}
        self.log.write("run" if outcome.ran else "page", "finished", outcome.name, **event, traceback=outcome.traceback)
        self.reporter.finished(outcome)

    def keep(self, work: Work, outcome: Outcome, *, unpublished: bool) -> None:
        record = {"fingerprint": work.job.fingerprint, "page_key": work.page_key, "ingredients": work.parts, "unpublished": unpublished}
        self.state.keep(work.job.report.name, record, outcome.executed)

    def publish(self, todo: list[Work]) -> int:
        self.store.keep_failed(list(self.outcomes.values()))
        printer = self.printer() if self.options.pdf else None
        made = assemble(self.works, self.outcomes, self.store, self.started, self.clock, printer)
        if made.new:
            edition = self.store.publish(made.files, self.started, self.options.keep)
            self.log.write("publish", "edition", edition=edition.name, files=len(made.files))
            for work in todo:
                if (outcome := self.outcomes.get(work.job.report.name)) and outcome.verdict == OK:
                    self.keep(work, outcome, unpublished=False)
        self.state.tidy({report.name for report in self.reports})
        records = made.summary["reports"]
        complete = all(record["verdict"] == OK and not record.get("kept_from") for record in records)
        if not self.options.only and complete and (printer is not None or not self.options.pdf):
            inputs = [Path(self.options.call["plan"]), *(report.notebook for report in self.reports)] if self.options.call else []
            remember(self.out, self.options.call, inputs, {str(report.parameters.get("data", "")) for report in self.reports})
        write_whole(self.out / "last-run.json", editions.as_json(made.summary))
        ok = sum(record["verdict"] == OK for record in records)
        kept = len(self.works) - len(todo)
        self.reporter.say(
            f"{ok} of {len(records)} reports ok, {len(records) - ok} not"
            + (f", {kept} up to date" if kept else "")
            + f", {time.monotonic() - self.clock:.0f} s"
            + (f"; open {self.store.latest / 'index.html'}" if self.store.latest.exists() else "; no edition was published")
        )
        return ALL_OK if ok == len(records) else NOT_ALL_OK

    def printer(self) -> Printer | None:
        """What prints pages; None, and one line that says so, where no browser is found."""
        browser = find_browser()
        if browser is None:
            self.reporter.say("no PDF was made: no Chromium, Chrome or Edge was found; install one, or print the pages from any browser")
            return None

        def failed(page: str, reason: str) -> None:
            self.log.write("pdf", "failed", page, reason=reason)
            self.reporter.say(f"no PDF of {page}: {reason}")

        return lambda pages: print_pages(pages, browser, Path(tempfile.mkdtemp(dir=self.folder)), self.options.workers, self.started, failed)

    def stopped(self, todo: list[Work], stop: Stopped) -> None:
        """What was finished is kept for the next run; the edition that readers see stays as it is."""
        for work in todo:
            if work.job.report.name not in self.outcomes:
                self.outcomes[work.job.report.name] = Outcome(work.job.report.name, INTERRUPTED, f"stopped by {stop}", 0.0)
                self.log.write("run", "interrupted", work.job.report.name)
        records = [
            editions.fresh_record(work.job, self.outcomes[work.job.report.name]) if work.action != KEEP else work.record or {} for work in self.works
        ]
        summary = editions.summarise("", records, self.started, time.monotonic() - self.clock, version("coopanalysis"), [], {})
        write_whole(self.out / "last-run.json", editions.as_json(summary))
        done = sum(outcome.verdict == OK for outcome in self.outcomes.values())
        left = len(self.outcomes) - done
        self.reporter.say(f"stopped by {stop}: {done} finished reports are kept and will not run again, {left} not; the last edition is as it was")
