"""A whole run: decide, execute, carry over what failed, publish, tell how it went.

Here for: one failed report that takes the others along; a stop that loses what was finished; a night's failure of which
nobody hears.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from coopanalysis.dataset.package import load
from coopanalysis.errors import ClusterError
from coopanalysis.kernels.host import ZygoteProcess
from coopanalysis.publish import edition as editions
from coopanalysis.publish.assemble import Printer, assemble, next_expiry, unprinted
from coopanalysis.publish.decide import KEEP, Work, chosen, decide
from coopanalysis.publish.files import now, write_whole
from coopanalysis.publish.fingerprint import data_files_now
from coopanalysis.publish.forecast import forecast, longest_first
from coopanalysis.publish.holding import holding
from coopanalysis.publish.job import Job, Outcome
from coopanalysis.publish.log import Log, failure_summary, tell
from coopanalysis.publish.pdf import find_browser, print_pages
from coopanalysis.publish.plan import Report
from coopanalysis.publish.reporter import Reporter
from coopanalysis.publish.signals import Stopped
from coopanalysis.publish.state import State
from coopanalysis.publish.uptodate import remember
from coopanalysis.publish.verdict import INTERRUPTED, OK
from coopanalysis.publish.workers import run_jobs

ALL_OK, NOT_ALL_OK, BAD_INPUT, LOCKED, CANNOT_WRITE = 0, 1, 2, 3, 4


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
    warm: bool = True  # kernels forked from a process that has the libraries loaded, where the system can
    call: dict[str, Any] = field(default_factory=dict)  # what the command line asked for, for the next run
    plan_hash: str = ""  # of the plan as it was read
    scheduler: str = ""  # address of a Dask scheduler; empty: on this machine


def run(reports: list[Report], out: Path, options: Options, reporter: Reporter, zygote: ZygoteProcess | None = None) -> int:
    """Bring every report up to date and publish an edition if anything changed; returns the exit code.

    ``zygote``: where warm kernels come from, if it was started already.

    Raises :class:`Locked`, ``OSError`` (cannot write; no file is left half-written), :class:`ClusterError` and :class:`Stopped`.
    """
    attempt, code, stopping = None, CANNOT_WRITE, False
    try:
        with holding(out, reporter) as folder:
            attempt = _Run(reports, out, options, reporter, folder, zygote)
            code = attempt.go()
            return code
    except Stopped as stop:
        code, stopping = stop.code, True
        raise
    except ClusterError as error:
        code = BAD_INPUT
        if attempt is not None:
            attempt.refused = str(error)
        raise
    finally:  # after the lock is gone: the user's own program may take its time
        if attempt is not None:
            attempt.end(code, stopping)


class _Run:
    def __init__(self, reports: list[Report], out: Path, options: Options, reporter: Reporter, folder: Path, zygote: ZygoteProcess | None):
        self.reports, self.out, self.options, self.reporter, self.folder, self.zygote = reports, out, options, reporter, folder, zygote
        self.store, self.state = editions.Store(out), State(out)
        self.started, self.clock = now(), time.monotonic()
        self.outcomes: dict[str, Outcome] = {}
        self.told = False
        self.refused = ""  # why nothing was started
        self.log: Log | None = None

    def note(self, phase: str, event: str, report: str = "", **more: Any) -> None:
        """A line in the log; a log that cannot be written stops no notification."""
        if self.log is not None:
            self.log.write(phase, event, report, **more)

    def go(self) -> int:
        options = self.options
        limits = {"timeout": options.timeout, "cell_timeout": options.cell_timeout}
        works = decide(self.reports, self.out, self.started.isoformat(), force=options.force, **limits)
        self.dataset = load(str(self.reports[0].parameters.get("data") or "") or None)
        self.names = chosen(self.reports, options.only, self.out)
        # what was not asked for stays as it is
        self.works = [work if work.job.report.name in self.names else replace(work, action=KEEP, reason="not asked for") for work in works]
        todo = [work for work in self.works if work.action != KEEP]
        seconds = forecast(todo, self.state)
        workers = min(options.workers, len(todo))
        self.log = Log(self.out / "logs", self.started.strftime("%Y%m%dT%H%M%SZ"))
        self.note("start", "run", reports=len(self.works), code_version=version("coopanalysis"), pid=os.getpid())
        for work in self.works:
            self.note("decide", work.action, work.job.report.name, reason=work.reason, fingerprint=work.job.fingerprint)
        self.reporter.begin(len(self.works), {work.job.report.name: seconds.get(work.job.report.name, 0.0) for work in todo}, workers)
        for work in self.works:
            if work.action == KEEP:
                self.reporter.kept(work.job.report.name, work.reason)
        try:
            if todo:
                self.execute([work.job for work in longest_first(todo, seconds)], workers)
            self.reporter.close()
            return self.publish(todo)
        except Stopped as stop:
            self.reporter.close()
            self.stopped(todo, stop)
            raise

    def execute(self, jobs: list[Job], workers: int) -> None:
        """Run jobs here, or where the scheduler's workers are."""
        if not self.options.scheduler:
            run_jobs(jobs, workers, self.folder, self.finished, warm=self.options.warm, zygote=self.zygote)
            return
        from coopanalysis.publish.cluster import run_jobs_on

        def started(name: str, worker: str) -> None:
            self.note("run", "started", name, worker=worker)

        run_jobs_on(self.options.scheduler, jobs, self.finished, started, warm=self.options.warm)

    def end(self, code: int, stopping: bool) -> None:
        """Log the end and tell the user's program, whatever else could not be written."""
        with suppress(OSError):
            self.note("end", "run", code=code, seconds=round(time.monotonic() - self.clock, 3))
        command = self.options.on_success if code == ALL_OK else self.options.on_failure
        summary = self.out / "last-run.json" if self.told else None
        if command and summary is None:  # the last run's summary would say that all was well
            summary = failure_summary(code, self.refused or f"nothing could be written to {self.out}", self.started.isoformat())

        def write(*words: Any, **more: Any) -> None:
            with suppress(OSError):
                self.note(*words, **more)

        if summary is not None:
            tell(command, summary, write, self.reporter.say, stopping=stopping)
        if self.log is not None:
            with suppress(OSError):
                self.log.close()

    def finished(self, outcome: Outcome) -> None:
        """Called as each report ends: what is well is kept at once, so that a stop loses nothing."""
        self.outcomes[outcome.name] = outcome
        work = next(work for work in self.works if work.job.report.name == outcome.name)
        folder = str(work.job.report.parameters.get("data", ""))
        # a report that ran on data which changed meanwhile is not kept: the next run makes it again
        if outcome.verdict == OK and (not outcome.ran or data_files_now(folder) == work.parts["data"]):
            if outcome.ran:
                self.state.keep_data(folder, work.parts["data"])
            self.keep(work, outcome, unpublished=True)
        event: dict[str, Any] = {"verdict": outcome.verdict, "reason": outcome.reason, "seconds": round(outcome.seconds, 3)}
        event |= {"notes": outcome.notes, "kernel": outcome.kernel}
        self.note("run" if outcome.ran else "page", "finished", outcome.name, **event, traceback=outcome.traceback)
        self.reporter.finished(outcome)

    def keep(self, work: Work, outcome: Outcome, *, unpublished: bool) -> None:
        seconds = outcome.seconds if outcome.ran else (self.state.record(work.job.report.name) or {}).get("seconds", 0)
        record = {"fingerprint": work.job.fingerprint, "page_key": work.page_key, "ingredients": work.parts, "unpublished": unpublished}
        record["seconds"] = round(seconds, 3)  # for the next run's order and time left
        self.state.keep(work.job.report.name, record, outcome.executed)

    def publish(self, todo: list[Work]) -> int:
        self.store.keep_failed(list(self.outcomes.values()), {report.name for report in self.reports})
        printer = self.printer() if self.options.pdf else None
        made = assemble(self.works, self.outcomes, self.store, self.dataset, self.started, self.clock, printer)
        if made.new:
            edition = self.store.publish(made.files, self.started, self.options.keep)
            self.note("publish", "edition", edition=edition.name, files=len(made.files))
            for work in todo:
                outcome = self.outcomes.get(work.job.report.name)
                kept = self.state.record(work.job.report.name)
                if outcome and outcome.verdict == OK and kept and kept["fingerprint"] == work.job.fingerprint:
                    self.keep(work, outcome, unpublished=False)
        self.state.tidy({report.name for report in self.reports})
        records = made.summary["reports"]
        complete = all(record["verdict"] == OK and not record.get("kept_from") for record in records)
        if self.options.pdf:  # what could not be printed is tried again
            complete = complete and not unprinted(self.store.previous(), records)
        if self.options.call and not self.options.only and complete:
            inputs = {self.options.call["plan"]: self.options.plan_hash}
            inputs |= {str(work.job.report.notebook): hashlib.sha256(work.job.source).hexdigest() for work in self.works}
            folders = {str(report.parameters.get("data", "")) for report in self.reports}
            remember(self.out, self.options.call, inputs, folders, next_expiry(made.summary))
        write_whole(self.out / "last-run.json", editions.as_json(made.summary))
        self.told = True
        ok = sum(record["verdict"] == OK for record in records)
        kept_as_is = len(self.works) - len(todo)
        self.reporter.say(
            f"{ok} of {len(records)} reports ok, {len(records) - ok} not"
            + (f", {kept_as_is} up to date" if kept_as_is else "")
            + f", {time.monotonic() - self.clock:.0f} s"
            + (f"; open {self.store.latest / 'index.html'}" if self.store.latest.exists() else "; no edition was published")
        )
        return ALL_OK if all(record["verdict"] == OK for record in records if record["name"] in self.names) else NOT_ALL_OK

    def printer(self) -> Printer | None:
        """What prints pages; None, and one line that says so, where no browser is found."""
        browser = find_browser()
        if browser is None:
            self.reporter.say("no PDF was made: no Chromium, Chrome or Edge was found; install one, or print the pages from any browser")
            return None

        made: dict[str, bytes] = {}
        problems: dict[str, list[str]] = {}  # reason → pages

        def failed(page: str, reason: str) -> None:
            self.note("pdf", "failed", page, reason=reason)
            problems.setdefault(reason, []).append(page)

        def printed(pages: dict[str, bytes]) -> dict[str, bytes]:
            if problems and not made:
                return {}  # a browser that could not print one page of the reports is not asked again for the index
            problems.clear()
            now_made = print_pages(pages, browser, Path(tempfile.mkdtemp(dir=self.folder)), self.options.workers, self.started, failed)
            made.update(now_made)
            for reason, names in problems.items():
                more = f" and {len(names) - 1} more" if len(names) > 1 else ""
                self.reporter.say(f"no PDF of {sorted(names)[0]}{more}: {reason}")
            return now_made

        return printed

    def stopped(self, todo: list[Work], stop: Stopped) -> None:
        """What was finished is kept for the next run; the edition that readers see stays as it is."""
        for work in todo:
            if work.job.report.name not in self.outcomes:
                self.outcomes[work.job.report.name] = Outcome(work.job.report.name, INTERRUPTED, f"stopped by {stop}", 0.0)
                self.note("run", "interrupted", work.job.report.name)
        self.store.keep_failed(list(self.outcomes.values()), {report.name for report in self.reports})
        records = [
            work.record if work.action == KEEP and work.record else editions.fresh_record(work.job, self.outcomes[work.job.report.name])
            for work in self.works
            if work.action != KEEP or work.record
        ]
        summary = editions.summarise("", records, self.started, time.monotonic() - self.clock, version("coopanalysis"), [], {})
        write_whole(self.out / "last-run.json", editions.as_json(summary))
        self.told = True
        done = sum(outcome.verdict == OK for outcome in self.outcomes.values())
        left = len(self.outcomes) - done
        self.reporter.say(f"stopped by {stop}: {done} finished reports are kept and will not run again, {left} not; the last edition is as it was")
