"""A whole run: decide, execute, carry over what failed, publish, say how it went.

Why: one failed report must not take the others along, a stop must not lose what was finished, and a run that finds nothing to
do must end before anything heavy is imported.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coopanalysis.publish.clock import Moment
from coopanalysis.publish.decide import KEEP, Decision, Work, decide
from coopanalysis.publish.edition import Intact, Store, last_verdicts
from coopanalysis.publish.files import as_json, write_whole
from coopanalysis.publish.ingredients import code_version, data_files, library_files, surroundings
from coopanalysis.publish.log import Log
from coopanalysis.publish.reporter import Reporter
from coopanalysis.publish.reports import INTERRUPTED, OK, Library, Report
from coopanalysis.publish.signals import Stopped
from coopanalysis.publish.state import State, checked_before, note_checked

if TYPE_CHECKING:
    from coopanalysis.publish.report import Outcome

ALL_OK, NOT_ALL_OK = 0, 1


@dataclass
class Run:
    """One run on one output folder. What all reports share is taken as it is before anything is loaded: an edit since is the
    next run's.

    ``call``: see ``state.checked_before``; ``only``: see ``reports.chosen``; ``pdf``: also print every page; ``kernel``:
    in-process or jupyter; ``scheduler``: address of a Dask scheduler.
    """

    out: Path
    library: Library
    moment: Moment
    call: dict[str, Any]
    log: Log
    reporter: Reporter
    workers: int
    timeout: float | None
    cell_timeout: float | None
    keep: int
    force: bool
    only: str
    pdf: bool
    kernel: str
    scheduler: str
    outcomes: dict[str, Outcome] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.shared = surroundings(self.library)

    def go(self, load: Callable[[list[Report] | None], list[Report]]) -> int:
        """Bring every report up to date and publish an edition if anything changed; the exit code.

        ``load`` makes ready to execute and reads the plan; it is given the reports where they are known already. Raises
        :class:`CoopError`, :class:`Locked`, :class:`CannotWrite` (no file is left half-written), :class:`ClusterError` and
        :class:`Stopped`.
        """
        known = checked_before(self.out, self.call, self.library, self.shared)
        if known is not None:
            decision = self._decide(known)
            killed = (self.out / ".lock.json").exists()  # a run before this one left something to clear
            if not (decision.todo or decision.edition or decision.unprinted or killed):
                self._begin(decision)
                records = [{**record, "executed": False} for record in decision.old["reports"]]
                return self._close(decision, {**decision.old, "reports": records})
        from coopanalysis.publish.lock import holding, refuse_held

        refuse_held(self.out)
        reports = load(known)
        with holding(self.out, self.moment, self.reporter.say):
            decision = self._decide(reports)
            note_checked(self.out, self.call, reports, self.library, self.shared)
            self._begin(decision)
            try:
                self._execute(sorted(decision.todo, key=lambda work: -work.seconds))  # longest first, so that all workers end together
                self._keep_failed(decision)
                summary = self._publish(decision)
            except Stopped as stop:
                self._keep_failed(decision)
                self._stopped(decision, stop)
                raise
            finally:
                self.reporter.close()
            return self._close(decision, summary)

    def _decide(self, reports: list[Report]) -> Decision:
        return decide(reports, self.out, self.library, self.shared, self.moment, only=self.only, force=self.force, pdf=self.pdf)

    def _begin(self, decision: Decision) -> None:
        """Log what was decided, and say which reports are left as they are."""
        self.log.begin(self.out / "logs", self.moment.stem)
        self.log.note("start", "run", reports=len(decision.works), code_version=code_version(), pid=os.getpid())
        self.reporter.begin(len(decision.works))
        for work in decision.works:
            self.log.note("decide", work.action, work.report.name, reason=work.reason, asked=work.asked, fingerprint=work.fingerprint)
            if not work.todo:
                self.reporter.skipped(work)

    def _execute(self, works: list[Work]) -> None:
        """Make the reports in this order, here or where the scheduler's workers are."""
        if not works:
            return
        from coopanalysis.publish.report import Job, run_here

        by_name = {work.report.name: work for work in works}
        how = (self.moment.day, self.timeout, self.cell_timeout, self.kernel)
        jobs = [Job(work.report, work.source, work.other_page, work.fingerprint, *how, work.executed) for work in works]

        def finished(outcome: Outcome) -> None:
            self.outcomes[outcome.name] = outcome
            self._keep(by_name[outcome.name], outcome)
            self.reporter.finished(outcome)

        if self.scheduler:
            from coopanalysis.publish.cluster import run_on

            run_on(self.scheduler, jobs, finished, self.library, self.shared)
        else:
            run_here(jobs, min(self.workers, len(jobs)), finished)

    def _keep(self, work: Work, outcome: Outcome) -> None:
        """Called as each report ends: what is well is kept at once, so that a stop loses nothing."""
        parts, seconds = work.parts, round(outcome.seconds, 3)
        event = {"verdict": outcome.verdict, "reason": outcome.reason, "seconds": seconds, "notes": outcome.notes, "traceback": outcome.traceback}
        if outcome.verdict == OK and outcome.ran:
            # what ran on data or on a library that changed meanwhile is not kept: the next run makes it again
            if data_files(self.library, work.report.data) == parts["data"] and library_files(self.library) == parts["library"]:
                record = {"fingerprint": work.fingerprint, "page_key": "", "ingredients": parts, "seconds": seconds}
                State(self.out).keep(work.report.name, record, outcome.executed)
            else:
                event["kept"] = "no: data or library changed while it ran"
        self.log.note("run" if outcome.ran else "page", "finished", outcome.name, **event)

    def _publish(self, decision: Decision) -> dict[str, Any]:
        """An edition, if readers see anything new in it; the run's summary."""
        from coopanalysis.publish.assemble import assemble

        store, state, printer = Store(self.out), State(self.out), None
        if self.pdf:
            from coopanalysis.publish import pdf

            printer = pdf.printer(self.workers, self.moment, self.reporter.say, self.log.note)
        summary, files = assemble(decision, self.outcomes, last_verdicts(self.out), self.moment, self.log.seconds, printer)
        if files:
            edition = store.publish(files, self.moment, self.keep)
            self.log.note("publish", "edition", edition=edition.name, files=len(files))
            for work in decision.todo:
                if self.outcomes[work.report.name].verdict == OK:
                    state.published(work.report.name, work.fingerprint, work.page_key)
        Intact(self.out).note()
        return summary

    def _keep_failed(self, decision: Decision) -> None:
        copies = {outcome.name: outcome.failed_copy for outcome in self.outcomes.values() if outcome.failed_copy}
        done = {outcome.name for outcome in self.outcomes.values() if outcome.verdict == OK}
        Store(self.out).keep_failed(copies, done, {work.report.name for work in decision.works})

    def _stopped(self, decision: Decision, stop: Stopped) -> None:
        """What was finished is kept for the next run; the edition that readers see stays as it is."""
        from coopanalysis.publish.assemble import fresh_record, summarise
        from coopanalysis.publish.report import Outcome

        for work in decision.todo:
            if work.report.name not in self.outcomes:
                self.outcomes[work.report.name] = Outcome(work.report.name, INTERRUPTED, str(stop), 0.0)
                self.log.note("run", "interrupted", work.report.name)
        records = [fresh_record(work, self.outcomes[work.report.name]) if work.todo else work.record for work in decision.works]
        summary = summarise([record for record in records if record], self.moment, self.log.seconds, {})
        self._summary({**summary, "edition": ""})
        done = sum(outcome.verdict == OK for outcome in self.outcomes.values())
        left = len(self.outcomes) - done
        self.reporter.say(f"{stop}: {done} finished reports are kept and will not run again, {left} not; the last edition is as it was")

    def _close(self, decision: Decision, summary: dict[str, Any]) -> int:
        """The summary of this run, its last line, its exit code."""
        self._summary(summary)
        verdicts = {record["name"]: record["verdict"] for record in summary["reports"]}
        asked = [work for work in decision.works if work.asked]
        others = [work for work in decision.works if not work.asked]
        ok = sum(verdicts[work.report.name] == OK for work in asked)
        parts = [f"{ok} of {len(asked)} reports ok, {len(asked) - ok} not" if asked else "no report failed in the last run"]
        if same := sum(work.action == KEEP for work in asked):
            parts.append(f"{same} of them up to date")
        if others:
            parts.append(f"{len(others)} not asked for ({sum(work.action != KEEP for work in others) or 'none'} of them out of date)")
        page = Store(self.out).latest / "index.html"
        parts.append(f"{self.log.seconds:.0f} s; " + (f"open {page}" if page.exists() else "no edition was published"))
        self.reporter.say(", ".join(parts))
        return ALL_OK if ok == len(asked) else NOT_ALL_OK

    def _summary(self, summary: dict[str, Any]) -> None:
        """Written for the next run and for the user's program."""
        path = self.out / "last-run.json"
        write_whole(path, as_json(summary))
        self.log.summary = path
