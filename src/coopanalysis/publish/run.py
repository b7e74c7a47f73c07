"""A whole run: decide, execute, carry over what failed, publish, tell how it went.

Why: one failed report must not take the others along, a stop must not lose what was finished, and somebody must hear of a
night's failure.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coopanalysis.errors import CannotWrite, ClusterError, CoopError, Locked
from coopanalysis.publish.checked import note_checked
from coopanalysis.publish.clock import Moment
from coopanalysis.publish.decide import KEEP, Decision, Work, decide
from coopanalysis.publish.edition import Intact, Store, last_verdicts
from coopanalysis.publish.files import as_json, write_whole
from coopanalysis.publish.ingredients import Surroundings, code_version, data_files, library_files
from coopanalysis.publish.log import Log, failure_summary, tell
from coopanalysis.publish.reporter import Reporter, forecast, longest_first
from coopanalysis.publish.reports import INTERRUPTED, OK, Library, Report
from coopanalysis.publish.signals import Stopped
from coopanalysis.publish.state import State

ALL_OK, NOT_ALL_OK, BAD_INPUT, LOCKED, CANNOT_WRITE = 0, 1, 2, 3, 4


@dataclass(frozen=True)
class Options:
    """How to run. ``only``: see ``reports.chosen``; ``on_success``, ``on_failure``: a program and its arguments;
    ``pdf``: also print every page; ``kernel``: in-process or jupyter; ``scheduler``: address of a Dask scheduler."""

    workers: int = 1
    timeout: float | None = None
    cell_timeout: float | None = None
    keep: int = 10
    force: bool = False
    only: str = ""
    pdf: bool = False
    kernel: str = "in-process"
    scheduler: str = ""
    on_success: str = ""
    on_failure: str = ""


@dataclass
class Run:
    """One run on one output folder. ``call``: what the command line asks for. ``shared``, ``plan_hash``: as they were before
    anything was loaded: an edit since is the next run's."""

    out: Path
    library: Library
    options: Options
    moment: Moment
    shared: Surroundings
    call: dict[str, Any]
    plan_hash: str
    say: Callable[[str], None] = print
    clock: float = field(default_factory=time.monotonic)
    outcomes: dict[str, Any] = field(default_factory=dict)
    log: Log | None = None
    told: Path | None = None  # the summary for the user's program
    code: int = CANNOT_WRITE

    def decide(self, reports: list[Report]) -> Decision:
        options = self.options
        return decide(reports, self.out, self.library, self.shared, self.moment, only=options.only, force=options.force, pdf=options.pdf)

    def nothing_to_do(self, decision: Decision) -> bool:
        return not decision.todo and not decision.edition and not decision.unprinted and not (self.out / ".lock.json").exists()

    def up_to_date(self, decision: Decision) -> int:
        """Say, log and tell that nothing was to be done; nothing heavy is imported for it."""
        with self._ending():
            self._begin(decision)
            for number, work in enumerate(decision.works, start=1):
                self.say(f"{number}/{len(decision.works)} {work.report.name} up to date")
            records = [{**record, "executed": False} for record in decision.old["reports"]]
            return self._close(decision, {**decision.old, "reports": records})

    def go(self, reports: list[Report], reporter: Reporter) -> int:
        """Bring every report up to date and publish an edition if anything changed; the exit code.

        Raises :class:`Locked`, :class:`CannotWrite` (no file is left half-written), :class:`ClusterError` and :class:`Stopped`.
        """
        from coopanalysis.publish.lock import holding

        self.say = reporter.say
        with self._ending(), holding(self.out, self.moment, self.say):
            decision = self.decide(reports)
            notebooks = {work.report.notebook: hashlib.sha256(work.notebook.source).hexdigest() for work in decision.works}
            note_checked(self.out, self.call, self.plan_hash, notebooks, reports, self.library, self.shared)
            todo, state = decision.todo, State(self.out)
            seconds = forecast(todo, state)
            workers = min(self.options.workers, max(1, len(todo)))
            self._begin(decision)
            reporter.begin(len(decision.works), {work.report.name: seconds.get(work.report.name, 0.0) for work in todo}, workers)
            for work in decision.works:
                if not work.todo:
                    reporter.skipped(work)
            try:
                if todo:
                    self._execute(longest_first(todo, seconds), workers, reporter)
                reporter.close()
                return self._publish(decision)
            except Stopped as stop:
                reporter.close()
                self._stopped(decision, stop)
                raise

    def _begin(self, decision: Decision) -> None:
        self.log = Log(self.out / "logs", self.moment.stem)
        self.note("start", "run", reports=len(decision.works), code_version=code_version(), pid=os.getpid())
        for work in decision.works:
            self.note("decide", work.action, work.report.name, reason=work.reason, asked=work.asked, fingerprint=work.fingerprint)

    def _execute(self, works: list[Work], workers: int, reporter: Reporter) -> None:
        """Make the reports here, or where the scheduler's workers are."""
        from coopanalysis.publish import report

        options, by_name = self.options, {work.report.name: work for work in works}
        jobs = [
            report.Job(
                work.report,
                work.notebook.source,
                work.other_page,
                work.fingerprint,
                self.moment.day,
                options.timeout,
                options.cell_timeout,
                options.kernel,
                work.executed,
            )
            for work in works
        ]

        def finished(outcome: Any) -> None:
            self._finished(by_name[outcome.name], outcome)
            reporter.finished(outcome)

        if options.scheduler:
            from coopanalysis.publish.cluster import run_on

            run_on(options.scheduler, jobs, finished, self.library, self.shared)
        else:
            report.run_here(jobs, workers, finished)

    def _finished(self, work: Work, outcome: Any) -> None:
        """Called as each report ends: what is well is kept at once, so that a stop loses nothing."""
        self.outcomes[outcome.name] = outcome
        event: dict[str, Any] = {"verdict": outcome.verdict, "reason": outcome.reason, "seconds": round(outcome.seconds, 3), "notes": outcome.notes}
        if outcome.verdict == OK:
            # what ran on data or on a library that changed meanwhile is not kept: the next run makes it again
            changed = outcome.ran and not (
                data_files(self.library, work.report.data) == work.parts["data"] and library_files(self.library) == work.parts["library"]
            )
            if changed:
                event["kept"] = "no: data or library changed while it ran"
            else:
                self._keep(work, outcome)
        self.note("run" if outcome.ran else "page", "finished", outcome.name, **event, traceback=outcome.traceback)

    def _keep(self, work: Work, outcome: Any) -> None:
        state = State(self.out)
        if outcome.ran:
            state.keep_data(self.library, work.report.data, work.parts["data"])
        seconds = outcome.seconds if outcome.ran else (state.record(work.report.name) or {}).get("seconds", 0)
        record = {"fingerprint": work.fingerprint, "page_key": work.page_key, "ingredients": work.parts, "unpublished": True}
        state.keep(work.report.name, {**record, "seconds": round(seconds, 3)}, outcome.executed)

    def _publish(self, decision: Decision) -> int:
        from coopanalysis.publish.assemble import assemble

        store, state, names = Store(self.out), State(self.out), {work.report.name for work in decision.works}
        verdicts = last_verdicts(self.out)
        self._keep_failed(names)
        summary, files = assemble(decision, self.outcomes, verdicts, self.moment, time.monotonic() - self.clock, self._printer())
        if files:
            edition = store.publish(files, self.moment, self.options.keep)
            self.note("publish", "edition", edition=edition.name, files=len(files))
            for work in decision.todo:
                if (outcome := self.outcomes.get(work.report.name)) and outcome.verdict == OK:
                    state.published(work.report.name, work.fingerprint)
        state.tidy(names)
        Intact(self.out).note()
        return self._close(decision, summary)

    def _close(self, decision: Decision, summary: dict[str, Any]) -> int:
        """The summary of this run, its last line, its exit code."""
        write_whole(self.out / "last-run.json", as_json(summary))
        self.told = self.out / "last-run.json"
        verdicts = {record["name"]: record["verdict"] for record in summary["reports"]}
        asked = [work for work in decision.works if work.asked]
        ok = sum(verdicts[work.report.name] == OK for work in asked)
        parts = [f"{ok} of {len(asked)} reports ok, {len(asked) - ok} not" if asked else "no report failed in the last run"]
        if same := sum(work.action == KEEP for work in asked):
            parts.append(f"{same} of them up to date")
        if others := [work for work in decision.works if not work.asked]:
            stale = sum(work.action != KEEP for work in others)
            parts.append(f"{len(others)} not asked for ({stale or 'none'} of them out of date)")
        parts.append(f"{time.monotonic() - self.clock:.0f} s")
        latest = Store(self.out).latest
        self.say(", ".join(parts) + (f"; open {latest / 'index.html'}" if latest.exists() else "; no edition was published"))
        self.code = ALL_OK if ok == len(asked) else NOT_ALL_OK
        return self.code

    def _stopped(self, decision: Decision, stop: Stopped) -> None:
        """What was finished is kept for the next run; the edition that readers see stays as it is."""
        from coopanalysis.publish.assemble import fresh_record, summarise
        from coopanalysis.publish.report import Outcome

        for work in decision.todo:
            if work.report.name not in self.outcomes:
                self.outcomes[work.report.name] = Outcome(work.report.name, INTERRUPTED, f"stopped by {stop}", 0.0)
                self.note("run", "interrupted", work.report.name)
        self._keep_failed({work.report.name for work in decision.works})
        records = [fresh_record(work, self.outcomes[work.report.name]) if work.todo else work.record for work in decision.works]
        summary = summarise([record for record in records if record], self.moment, time.monotonic() - self.clock, {})
        write_whole(self.out / "last-run.json", as_json({**summary, "edition": ""}))
        self.told = self.out / "last-run.json"
        done = sum(outcome.verdict == OK for outcome in self.outcomes.values())
        left = len(self.outcomes) - done
        self.say(f"stopped by {stop}: {done} finished reports are kept and will not run again, {left} not; the last edition is as it was")

    def _keep_failed(self, names: set[str]) -> None:
        copies = {outcome.name: outcome.failed_copy for outcome in self.outcomes.values() if outcome.failed_copy}
        Store(self.out).keep_failed(copies, {outcome.name for outcome in self.outcomes.values() if outcome.verdict == OK}, names)

    def _printer(self) -> Callable[[dict[str, bytes]], dict[str, bytes]] | None:
        if not self.options.pdf:
            return None
        from coopanalysis.publish.pdf import printer

        return printer(self.options.workers, self.moment, self.say, self.note)

    def note(self, phase: str, event: str, report: str = "", **more: Any) -> None:
        """A line in the log."""
        if self.log is not None:
            self.log.write(phase, event, report, **more)

    @contextmanager
    def _ending(self) -> Iterator[None]:
        """Whatever happens within, the end is logged and the user's program is told, after the lock is gone; of what a caller
        refuses (another run at work, wrong input) he tells himself."""
        code, reason = CANNOT_WRITE, f"nothing could be written to {self.out}"
        stopping = False
        try:
            yield
            code = self.code
        except Stopped as stop:
            code, reason, stopping = stop.code, f"stopped by {stop}", True
            raise
        except CannotWrite as error:
            reason = f"cannot write: {error.strerror}"
            raise
        except (Locked, ClusterError, CoopError, OSError):
            code = BAD_INPUT
            raise
        finally:
            with suppress(OSError):
                self.note("end", "run", code=code, seconds=round(time.monotonic() - self.clock, 3))
            if code != BAD_INPUT:
                command = self.options.on_success if code == ALL_OK else self.options.on_failure
                with failure_summary(code, reason, self.moment.utc.isoformat(), self.told) as summary:
                    tell(command, summary, self._note_if_possible, self.say, stopping=stopping)
            if self.log is not None:
                self.log.close()

    def _note_if_possible(self, *words: Any, **more: Any) -> None:
        with suppress(OSError):
            self.note(*words, **more)
