"""All reports of a plan, several at once, one owner each; one failing does not stop the others."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from coopanalysis.publish.fingerprint import fingerprint
from coopanalysis.publish.job import Job, Outcome, prepare_worker, run_job
from coopanalysis.publish.plan import Report
from coopanalysis.publish.verdict import FAILED


def jobs_for(reports: list[Report], generated: str, timeout: float | None, cell_timeout: float | None) -> list[Job]:
    """A job for each report, with the page of its other language and its fingerprint."""
    siblings = {(report.sibling_key(), report.lang): report.name for report in reports}
    other = {"vi": "en", "en": "vi"}
    return [
        Job(
            report,
            f"{name}.html" if (name := siblings.get((report.sibling_key(), other.get(report.lang, "")))) else "",
            fingerprint(report.notebook, report.parameters),
            generated,
            timeout,
            cell_timeout,
        )
        for report in reports
    ]


def run_batch(jobs: list[Job], workers: int, finished: Callable[[Outcome], None]) -> list[Outcome]:
    """Run every job; ``finished`` is called as each ends. Outcomes are in the order of the jobs.

    A worker that dies takes the reports with it that it held or that were waiting; they are failed, and say so.
    KeyboardInterrupt ends the workers at once (their kernels follow their parents) and is raised again.
    """
    outcomes: dict[str, Outcome] = {}

    def take(outcome: Outcome) -> None:
        outcomes[outcome.name] = outcome
        finished(outcome)

    with _pool(workers) as pool:
        waiting: dict[Future[Outcome], Job] = {pool.submit(run_job, job): job for job in jobs}
        while waiting:
            done, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                job = waiting.pop(future)
                try:
                    take(future.result())
                except BrokenProcessPool:
                    take(Outcome(job.report.name, FAILED, "the worker process died", 0.0))
                except Exception as error:  # a fault of ours in making the page must not take the other reports along
                    take(Outcome(job.report.name, FAILED, f"the page could not be made: {type(error).__name__}: {error}", 0.0))
    return [outcomes[job.report.name] for job in jobs]


def default_workers() -> int:
    """As many reports at once as this process may use cores."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    # spawn: a forked copy of a process with threads is not safe
    pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"), initializer=prepare_worker, initargs=(workers,))
    try:
        yield pool
    except BaseException:
        for process in list((pool._processes or {}).values()):
            process.terminate()
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()
