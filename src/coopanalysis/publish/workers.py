"""Worker processes, each with one report at a time; one that dies takes only its own report with it.

Here for: a pool that breaks as a whole when one process is killed; a report that hangs in code which no interrupt
reaches; workers left behind by a batch that was killed, and programs that a cell left running; a Ctrl-C that comes while
a worker starts and is lost. (``concurrent.futures`` has the first of these faults.)
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from socket import socket
from typing import Any

from coopanalysis.kernels.guard import adopt_orphans, die_with_parent, end_descendants, threads
from coopanalysis.kernels.host import ZygoteProcess, clean_environment, possible
from coopanalysis.publish.execute import FULL
from coopanalysis.publish.files import one_line
from coopanalysis.publish.job import Job, Outcome, load_libraries, prepare_worker, run_job
from coopanalysis.publish.verdict import FAILED, TIMED_OUT

_STARTS = 3  # of a worker process that takes no job
GRACE = 3.0  # seconds that a report over its time has to stop by itself


@dataclass
class _Worker:
    process: BaseProcess
    connection: Connection
    job: Job | None = None
    started: float = 0.0

    @property
    def deadline(self) -> float:
        return self.started + self.job.timeout + GRACE if self.job and self.job.timeout else float("inf")

    def kill(self) -> None:
        self.process.kill()  # kernels follow their parents, see kernels.guard
        self.process.join(5)
        self.connection.close()


def run_jobs(
    jobs: list[Job], workers: int, folder: Path, finished: Callable[[Outcome], None], *, warm: bool = True, zygote: ZygoteProcess | None = None
) -> None:
    """Run every job, several at once, in this order, and call ``finished`` with each outcome as it comes.

    ``folder`` for temporary files; ``warm``: kernels are forked from a process that has their libraries loaded, where this
    system can: from ``zygote`` if there is one already. Whatever is raised in this process (a stop by a signal) ends all workers at once and is raised again.
    """
    waiting = list(reversed(jobs))
    with _Team(min(workers, len(jobs)), folder, warm and any(not job.executed for job in jobs), zygote) as team:
        while waiting or any(worker.job for worker in team.workers):
            while waiting and len(team.workers) < team.size:
                team.start()
            for worker in list(team.workers):
                if worker.job is None and waiting:
                    try:
                        worker.connection.send(waiting[-1])
                    except OSError:  # it was killed while it had nothing to do
                        team.workers.remove(worker)
                        worker.kill()
                        continue
                    worker.job, worker.started = waiting.pop(), time.monotonic()
            busy = [worker for worker in team.workers if worker.job]
            nearest = min((worker.deadline for worker in busy), default=time.monotonic()) - time.monotonic()
            ready = wait([worker.connection for worker in busy], timeout=max(0.0, min(nearest, 3600)))
            for worker in busy:
                if worker.connection in ready or time.monotonic() > worker.deadline:
                    outcome = _outcome(worker, worker.connection in ready)
                    if not worker.process.is_alive():
                        team.workers.remove(worker)  # a new one takes its place
                    worker.job = None
                    finished(outcome)


class _Team:
    """The workers of one batch, and the process that forks their kernels."""

    def __init__(self, size: int, folder: Path, warm: bool, zygote: ZygoteProcess | None = None):
        self.size, self.folder, self.warm, self.zygote = size, folder, warm, zygote
        self.workers: list[_Worker] = []

    def __enter__(self) -> _Team:
        adopt_orphans()
        self._warm_up()
        load_libraries()  # meanwhile: forked workers have them, too
        gc.freeze()  # and need not look through them for garbage with every report, nor copy their pages
        return self

    def _warm_up(self) -> None:
        if self.warm and self.zygote is None and possible():
            self.zygote = ZygoteProcess(clean_environment(self.size))

    def start(self) -> _Worker:
        """One more worker: forked where that is safe, so that it shares what this process has loaded."""
        self._warm_up()
        forked = possible() and threads() == 1
        context = multiprocessing.get_context("fork" if forked else "spawn")
        ours, theirs = context.Pipe()
        line = self.zygote.worker() if self.zygote else None
        # a forked worker must not hold the ends of others: they would never see that this process has closed its own
        others = [ours, *(worker.connection for worker in self.workers), *([self.zygote.socket] if self.zygote else [])] if forked else []
        process = context.Process(target=_serve, args=(theirs, self.size, self.folder, os.getpid(), line, others))  # type: ignore[attr-defined]
        # Ctrl-C reaches the whole terminal; a worker that has not yet begun must not answer it with a traceback. It inherits the
        # block; here a stop that comes meanwhile is kept and delivered as soon as the worker has started.
        stops = {signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])}
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, stops) if hasattr(signal, "pthread_sigmask") else None
        try:
            process.start()
            self.workers.append(_Worker(process, ours))
        finally:
            if blocked is not None:
                signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        theirs.close()
        if line:
            line.close()
        return self.workers[-1]

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            for worker in self.workers:
                worker.process.kill()
            for worker in self.workers:
                worker.kill()
            if self.zygote:
                self.zygote.kill()
            end_descendants(keep=_helpers())  # this process has adopted what they left
            return
        for worker in self.workers:
            worker.connection.close()
        for worker in self.workers:
            worker.process.join(10)
            worker.process.kill()
        if self.zygote:
            self.zygote.close()


class OneWorker:
    """One worker process, kept from job to job, in a process that has other things to do (see ``cluster``).

    ``starting``: entered while the process is started. :meth:`end` may be called from another thread.
    """

    def __init__(self, workers: int, folder: Path, warm: bool, starting: Callable[[], AbstractContextManager[None]] = nullcontext):
        self.team, self.starting = _Team(workers, folder, warm), starting
        self.worker: _Worker | None = None

    def run(self, job: Job) -> Outcome:
        """Run one job to its end, or to the end of its time. Raises ``OSError`` where there is no room to write."""
        for _ in range(_STARTS):
            if self.worker is None:
                self.team.workers.clear()
                with self.starting():
                    self.worker = self.team.start()
            worker = self.worker
            try:
                worker.connection.send(job)
                break
            except OSError:  # it was killed while it had nothing to do
                self.worker = None
                worker.kill()
        else:
            return Outcome(job.report.name, FAILED, "the worker process died as it started", 0.0)
        worker.job, worker.started = job, time.monotonic()
        outcome = _outcome(worker, bool(wait([worker.connection], timeout=job.timeout + GRACE if job.timeout else None)))
        worker.job = None
        if not worker.process.is_alive():
            self.worker = None
        return outcome

    def end(self) -> None:
        """End the process, and with it the job it is at."""
        if (worker := self.worker) is not None:
            worker.process.kill()
            if worker.job is None:
                self.worker = None
                worker.kill()
        if (zygote := self.team.zygote) is not None:
            self.team.zygote = None
            zygote.kill()


def _outcome(worker: _Worker, answered: bool) -> Outcome:
    """What the worker says of its job, or what its end says."""
    job = worker.job
    assert job is not None
    seconds = time.monotonic() - worker.started
    if not answered:
        worker.kill()
        return Outcome(job.report.name, TIMED_OUT, f"the report ran longer than {job.timeout:g} s and could not be interrupted", seconds)
    try:
        answer: Any = worker.connection.recv()
    except (EOFError, OSError):
        worker.kill()
        return Outcome(job.report.name, FAILED, "the worker process died", seconds)
    if isinstance(answer, OSError):  # no room to write: that is not the report's fault
        raise answer
    return answer  # type: ignore[no-any-return]


def _end_with(parent: BaseProcess | None) -> None:
    """Wait for the parent's end, and end (where the operating system has no parent-death signal)."""
    if parent is not None:
        parent.join()
        os._exit(1)


def _serve(connection: Connection, workers: int, folder: Path, parent: int, line: socket | None, others: list[Connection | socket]) -> None:
    """A worker's whole life: jobs in, outcomes out, until the connection closes."""
    for other in others:
        other.close()
    if not die_with_parent(parent):
        threading.Thread(target=_end_with, args=(multiprocessing.parent_process(),), daemon=True).start()
    adopt_orphans()
    prepare_worker(workers, folder, line.fileno() if line else -1)
    while True:
        try:
            job = connection.recv()
        except (EOFError, OSError):
            return
        try:
            outcome: Outcome | OSError = run_job(job)
        except OSError as error:
            full = error.errno in FULL
            outcome = (
                OSError(error.errno, error.strerror) if full else Outcome(job.report.name, FAILED, one_line(f"{type(error).__name__}: {error}"), 0.0)
            )
        except Exception as error:  # a fault of ours in making the page must not take the other reports along
            outcome = Outcome(job.report.name, FAILED, one_line(f"the page could not be made: {type(error).__name__}: {error}"), 0.0)
        end_descendants()  # what a cell started and left running
        gc.collect()  # the notebook hangs in circles with its client; quick, since the libraries are left out
        connection.send(outcome)
        del job, outcome


def _helpers() -> frozenset[int]:
    """Python's own helper process of the spawn method, which ends by itself with this one."""
    from multiprocessing import resource_tracker

    number = getattr(getattr(resource_tracker, "_resource_tracker", None), "_pid", None)
    return frozenset({number} if number else ())
