"""The same jobs on other machines: sent to Dask workers, which need neither the notebooks nor the data nor a shared disk.

Each report has a process of its own there too (see ``pool``), so one that hangs or dies does not take the Dask worker
along. What a worker sends back is believed: only add machines that you trust as you trust this one.

Why: an edition must not depend on which machine made it (other versions, paths of that machine in a page), a machine may be
lost in mid run, and a report may kill every worker it is sent to.
"""

from __future__ import annotations

import logging
import multiprocessing
import queue
import threading
import time
import uuid
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from multiprocessing import util
from pathlib import Path
from typing import Any

from coopanalysis.errors import CannotWrite, ClusterError
from coopanalysis.publish import package
from coopanalysis.publish.files import one_line
from coopanalysis.publish.ingredients import Surroundings
from coopanalysis.publish.pool import Running, start_server, stop_server
from coopanalysis.publish.report import Job, Outcome, run_here
from coopanalysis.publish.reports import FAILED, INTERRUPTED, TIMED_OUT, Library

TRIES = 3  # workers that one report may lose
_DIED = "the worker process died ({} tries)"
CONNECT, WORKERS = 10.0, 30.0  # seconds to wait for the scheduler, and for its first worker (or for the next one, if all are lost)
_SILENT = 30.0  # seconds beyond its time after which a report's worker counts as frozen
_LOOK = 5.0  # seconds between two looks at whether any worker is left


def run_on(
    address: str, jobs: list[Job], finished: Callable[[Outcome], None], started: Callable[[str, str], None], library: Library, shared: Surroundings
) -> None:
    """Run every job on the workers of the scheduler at ``address``; ``finished`` is called with each outcome as it comes, and
    ``started`` with report and worker each time one is begun; ``shared``: what a worker must have, too.

    Raises :class:`ClusterError` before anything is sent: no scheduler, no workers, or workers of other versions. Whatever is
    raised in this process (a stop by a signal) ends the reports that are at work and is raised again.
    """
    with _client(address) as client:
        _check(client, address, library, shared)
        run = uuid.uuid4().hex[:12]
        try:
            _send_and_wait(client, run, jobs, finished, started, library, shared)
        finally:
            with suppress(Exception):  # a worker that does not answer ends its reports alone
                client.run(_end, run, on_error="ignore", callback_timeout=5)


@contextmanager
def _client(address: str) -> Iterator[Any]:
    try:
        from distributed import Client
        from distributed.comm.addressing import parse_address
        from distributed.comm.registry import get_backend
    except ImportError:
        raise ClusterError("--scheduler needs the extra: pip install 'coopanalysis[cluster]'") from None
    # lost connections are told as verdicts; Dask gives a level to each of its logs
    logs = {log: log.level for log in map(logging.getLogger, list(logging.root.manager.loggerDict)) if log.name.split(".")[0] == "distributed"}
    for log in logs:
        log.setLevel(logging.CRITICAL)
    try:
        try:
            with warnings.catch_warnings():  # of other versions: they are compared below, and refused
                warnings.simplefilter("ignore")
                get_backend(parse_address(address)[0])  # a client that is given nonsense complains a second time as it is collected
                client = Client(address, timeout=CONNECT, set_as_default=False, name="coopanalysis")
        except (OSError, ValueError, TypeError) as error:
            why = f"nothing answered within {CONNECT:g} s" if isinstance(error, OSError) else one_line(str(error))
            raise ClusterError(f"--scheduler {address}: no scheduler was reached: {why}") from None
        try:
            yield client
        finally:
            with suppress(Exception):
                client.close(timeout=5)
    finally:
        for log, level in logs.items():
            log.setLevel(level)


def _check(client: Any, address: str, library: Library, shared: Surroundings) -> None:
    """Workers are there, and each has what this machine has: the same report anywhere."""
    try:
        client.wait_for_workers(1, timeout=WORKERS)
    except TimeoutError:
        raise ClusterError(f"--scheduler {address}: the scheduler has no workers; start some, see docs/cluster.md") from None
    try:
        client.run_on_scheduler(Surroundings.now, library)  # it must be able to read what passes through it
    except Exception as error:
        raise ClusterError(f"--scheduler {address}: coopanalysis cannot be used there: {one_line(f'{type(error).__name__}: {error}')}") from None
    for worker, there in sorted(client.run(Surroundings.now, library, on_error="return").items()):
        if different := shared.differences(there):
            raise ClusterError(f"--scheduler {address}: worker {worker} differs, nothing was sent: {different}")


def _send_and_wait(
    client: Any,
    run: str,
    jobs: list[Job],
    finished: Callable[[Outcome], None],
    started: Callable[[str, str], None],
    library: Library,
    shared: Surroundings,
) -> None:
    answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
    client.subscribe_topic(_topic(run), lambda event: answers.put(event[1]))
    packages: dict[str, tuple[str, Any]] = {}  # value of the parameter → folder here, content on the cluster
    futures: dict[str, Any] = {}
    starts: dict[str, list[float]] = {job.report.name: [] for job in jobs}
    limits = {job.report.name: (job.timeout or float("inf")) + _SILENT for job in jobs}
    looked = seen = time.monotonic()
    try:
        for job in jobs:
            given = str(job.report.parameters.get("data", ""))
            if given not in packages:
                digest, root, files = package.packed(library, given)
                # a task and not only a value: the scheduler can make it again when the worker that holds it is lost
                packages[given] = str(root), client.submit(dict, files, key=f"coopanalysis-data-{digest}")
            root_here, content = packages[given]
            name = job.report.name
            sent = replace(job, data_root=root_here)
            futures[name] = client.submit(one_report, sent, content, run, library, shared, key=f"{_topic(run)}-{name}")
            futures[name].add_done_callback(lambda future, name=name: answers.put((name, future)))
        while futures:
            try:
                answer = answers.get(timeout=1.0)
            except queue.Empty:
                answer = None
            now = time.monotonic()
            if isinstance(answer, dict):
                starts[answer["report"]].append(now)
                started(answer["report"], answer["worker"])
            elif answer is not None and answer[0] in futures:
                name = answer[0]
                future = futures.pop(name)
                finished(_outcome(name, future, starts[name]))
                future.release()  # its bytes are here now
            for name in [name for name in futures if starts[name] and now > starts[name][-1] + limits[name]]:
                client.cancel([futures.pop(name)], force=True)
                reason = f"the report ran longer than {limits[name] - _SILENT:g} s and its worker did not answer"
                finished(Outcome(name, TIMED_OUT, reason, now - starts[name][-1]))
            if now > looked + _LOOK:
                looked = now
                seen = now if _has_workers(client) else seen
            if now > seen + WORKERS:
                for name in list(futures):
                    finished(Outcome(name, FAILED, f"no worker was left, and none came within {WORKERS:g} s", 0.0))
                client.cancel(list(futures.values()), force=True)
                futures.clear()
    except BaseException:
        with suppress(Exception):
            client.cancel(list(futures.values()), force=True)
        raise


def _has_workers(client: Any) -> bool:
    try:
        return bool(client.scheduler_info()["workers"])
    except Exception:  # whether the scheduler is still there shows in the futures
        return True


def _outcome(name: str, future: Any, starts: list[float]) -> Outcome:
    """What the worker says of the job, or what became of it."""
    from distributed import CancelledError
    from distributed.scheduler import KilledWorker

    seconds = time.monotonic() - starts[-1] if starts else 0.0
    try:
        return future.result()  # type: ignore[no-any-return]
    except KilledWorker as error:  # a scheduler that allows fewer than we do
        return Outcome(name, FAILED, _DIED.format(len(starts) or error.allowed_failures + 1), seconds)
    except CancelledError:
        return Outcome(name, FAILED, "the connection to the scheduler was lost", seconds)
    except Exception as error:
        return Outcome(name, FAILED, one_line(f"{type(error).__name__}: {error}"), seconds)


def _topic(run: str) -> str:
    return f"coopanalysis-{run}"


# From here on: what happens in a Dask worker.

_at_work = threading.Lock()  # one report at a time, however many threads the Dask worker has
_now: list[tuple[str, Running]] = []  # run and report at work
_over: set[str] = set()  # runs that have ended or were stopped


def one_report(job: Job, content: package.Files, run: str, library: Library, shared: Surroundings) -> Outcome:
    """Make one report in a process of its own. Never raises for what the notebook does."""
    from distributed import get_worker

    name, dask_worker = job.report.name, get_worker()
    with _at_work:
        if run in _over:  # it waited here while its run was stopped
            return Outcome(name, INTERRUPTED, "stopped", 0.0)
        tries = _announce(dask_worker, run, name)
        if tries > TRIES:  # the scheduler's own limit may be higher
            return Outcome(name, FAILED, _DIED.format(TRIES), 0.0)
        if different := shared.differences(Surroundings.now(library)):  # a worker that came after the others were compared
            return Outcome(name, FAILED, f"worker {dask_worker.address} differs: {different}", 0.0)
        place = Path(dask_worker.local_directory) / "coop"
        try:
            place.mkdir(exist_ok=True)
            folder = package.unpack(content, place)
            return _make(replace(job, data=str(folder)), run, library)
        except CannotWrite as error:  # no room to write, there
            return Outcome(name, FAILED, one_line(f"worker {dask_worker.address}: {error.strerror}"), 0.0)
        except OSError as error:
            return Outcome(name, FAILED, one_line(f"worker {dask_worker.address}: {error.strerror or error}"), 0.0)


def _make(job: Job, run: str, library: Library) -> Outcome:
    outcomes: list[Outcome] = []
    with _children_allowed():
        start_server(library.preload, COOPANALYSIS_PREPARE=job.data)  # the first call counts
        util.Finalize(None, _end, exitpriority=100)  # before Python waits for children at its end
        try:
            run_here([job], 1, outcomes.append, lambda running: _now.append((run, running)))
        finally:
            _now.clear()
    return outcomes[0]


def _announce(dask_worker: Any, run: str, report: str) -> int:
    """Tell the scheduler, and so the sender, that a report is begun here; returns how often it was begun, this time included."""
    from distributed.utils import sync

    scheduler, topic = dask_worker.scheduler, _topic(run)
    sync(dask_worker.loop, scheduler.log_event, topic=topic, msg={"report": report, "worker": dask_worker.address})
    return sum(message["report"] == report for _, message in sync(dask_worker.loop, scheduler.events, topic=topic))


@contextmanager
def _children_allowed() -> Iterator[None]:
    """Dask's nannies mark their workers as daemons, to which Python allows no processes; ours end with their parent anyway."""
    config = multiprocessing.current_process()._config  # type: ignore[attr-defined]
    before = config.pop("daemon", None)
    try:
        yield
    finally:
        if before is not None:
            config["daemon"] = before


def _end(run: str = "") -> None:
    """End the report at work, if it works for this run (or for whomever it works)."""
    _over.add(run)
    for its_run, running in list(_now):
        if run in ("", its_run):
            running.stop()
    if not _now:  # the library and the data may be others in the next run
        stop_server()
