"""The same jobs on other machines: sent to Dask workers, which need neither the notebooks nor the data nor a shared disk.

Each report has a process of its own there too (see ``pool``), so one that hangs or dies does not take the Dask worker
along. What a worker sends back is believed: only add machines that you trust as you trust this one.

Why: an edition must not depend on which machine made it (other versions, paths of that machine in a page), a machine may be
lost in mid run, and a report may kill every worker it is sent to.
"""

from __future__ import annotations

import logging
import multiprocessing
import re
import shutil
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from multiprocessing import util
from pathlib import Path
from typing import Any

from coopanalysis.errors import ClusterError
from coopanalysis.publish.files import one_line
from coopanalysis.publish.ingredients import Ingredients, differences, surroundings
from coopanalysis.publish.pool import Running, start_server, stop_server
from coopanalysis.publish.report import Job, Outcome, run_here
from coopanalysis.publish.reports import FAILED, Library

CONNECT, WORKERS = 10.0, 30.0  # seconds to wait for the scheduler, and for its first worker (or for the next one, if all are lost)


def run_on(address: str, jobs: list[Job], finished: Callable[[Outcome], None], library: Library, shared: Ingredients) -> None:
    """Run every job on the workers of the scheduler at ``address``; ``finished`` is called with each outcome as it comes.
    ``shared``: what a worker must have, too.

    Raises :class:`ClusterError` before anything is sent: no scheduler, no workers, or workers of other versions. Whatever is
    raised in this process (a stop by a signal) ends the reports that are at work and is raised again.
    """
    client = _connected(address)
    sent: dict[Any, Job] = {}
    try:
        _compare(client, address, library, shared)
        _send_and_wait(client, jobs, sent, finished, library, shared)
    finally:
        with suppress(Exception):  # a worker that does not answer ends its report alone
            client.cancel(list(sent), force=True)
            client.run(_end, client.id, on_error="ignore", callback_timeout=5)
        with suppress(Exception):
            client.close(timeout=5)


def _connected(address: str) -> Any:
    try:
        from distributed import Client
    except ImportError:
        raise ClusterError("--scheduler needs the extra: pip install 'coopanalysis[cluster]'") from None
    for name in ("distributed", "distributed.client"):  # lost connections are told as verdicts
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        if not re.fullmatch(r"((tcp|tls|wss?)://)?[^\s/]+:\d{1,5}", address):
            raise ValueError("expected an address such as tcp://10.0.0.1:8786")  # Dask would say a second time, at the end, what is wrong with it
        return Client(address, timeout=CONNECT, name="coopanalysis")
    except (OSError, ValueError, TypeError) as error:
        raise ClusterError(f"--scheduler {address}: no scheduler was reached: {one_line(str(error))}") from None


def _compare(client: Any, address: str, library: Library, shared: Ingredients) -> None:
    """Workers are there, and each has what this machine has: the same report anywhere."""
    if not _has_workers(client):
        raise ClusterError(f"--scheduler {address}: the scheduler has no workers; start some, see docs/cluster.md")
    for worker, there in sorted(client.run(surroundings, library, on_error="return").items()):
        if different := _different(shared, there):
            raise ClusterError(f"--scheduler {address}: worker {worker} differs, nothing was sent: {different}")


def _different(ours: Ingredients, there: Ingredients | BaseException) -> str:
    """How a worker differs from this machine; "" if it does not. ``there``: also the error it answered with."""
    if isinstance(there, BaseException):
        return one_line(f"coopanalysis cannot be used there ({type(there).__name__}: {there})")
    return "; ".join(differences(ours, there)[:3])


def _has_workers(client: Any) -> bool:
    """Whether there is a worker, or one comes in time."""
    try:
        client.wait_for_workers(1, timeout=WORKERS)
    except OSError:  # a TimeoutError is one
        return False
    return True


def _send_and_wait(
    client: Any, jobs: list[Job], sent: dict[Any, Job], finished: Callable[[Outcome], None], library: Library, shared: Ingredients
) -> None:
    """Send each worker one report at a time: when a worker is lost, Dask counts that against all reports that wait there.

    The scheduler itself tries a report on other workers, as often as its ``allowed-failures`` says.
    """
    from distributed import CancelledError, wait

    packages = {}  # value of the parameter ``data`` → folder here, content on the cluster
    for data in {job.report.data for job in jobs}:
        files = library.data_files(data)
        # a task and not only a value: the scheduler can make it again when the worker that holds it is lost
        content = client.submit(dict, {name: path.read_bytes() for name, path in files.items()})
        packages[data] = str(next(iter(files.values())).parent), content
    waiting, lost = list(jobs), ""
    while (waiting or sent) and not lost:
        try:
            while waiting and len(sent) < max(1, len(client.nthreads())):
                job = waiting.pop(0)
                root, content = packages[job.report.data]
                report = replace(job, data_root=root)
                sent[client.submit(one_report, report, content, content.key, client.id, library, shared, pure=False)] = job
            done = wait(list(sent), timeout=WORKERS, return_when="FIRST_COMPLETED").done
        except TimeoutError:
            done = set()
            lost = "" if _has_workers(client) else f"no worker was left, and none came within {WORKERS:g} s"
        except (CancelledError, OSError):
            done, lost = set(), "the connection to the scheduler was lost"
        for future in done:
            finished(_outcome(sent.pop(future).report.name, future))
    for job in [*sent.values(), *waiting]:
        finished(Outcome(job.report.name, FAILED, lost, 0.0))


def _outcome(name: str, future: Any) -> Outcome:
    """What the worker says of the job, or what became of it."""
    try:
        return future.result()  # type: ignore[no-any-return]
    except Exception as error:
        tries = getattr(error, "allowed_failures", None)  # of Dask's KilledWorker
        reason = f"{type(error).__name__}: {error}" if tries is None else f"the worker process died ({tries + 1} tries)"
        return Outcome(name, FAILED, one_line(reason), 0.0)


# From here on: what happens in a Dask worker.

_at_work = threading.Lock()  # one report at a time, however many threads the Dask worker has
_now: dict[str, Running] = {}  # sender → his report at work


def one_report(job: Job, files: dict[str, bytes], place: str, sender: str, library: Library, shared: Ingredients) -> Outcome:
    """Make one report in a process of its own; ``files``: the data package. Never raises for what the notebook does."""
    from distributed import get_worker

    worker, outcomes = get_worker(), list[Outcome]()
    with _at_work:
        # also a worker that came after the others were compared
        reason = (different := _different(shared, surroundings(library))) and f"differs: {different}"
        try:
            if not reason:
                folder = unpack(files, Path(worker.local_directory, place))
                # Dask's nannies mark their workers as daemons, to which Python allows no processes; ours end with their parent anyway
                multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
                start_server(library.preload, COOPANALYSIS_PREPARE=str(folder))  # the first call counts
                util.Finalize(None, _end, exitpriority=100)  # before Python waits for children at its end
                run_here([replace(job, data=str(folder))], 1, outcomes.append, lambda running: _now.update({sender: running}))
        except OSError as error:  # no room to write, there
            reason = str(error.strerror or error)
        finally:
            _now.clear()
    return outcomes[0] if outcomes else Outcome(job.report.name, FAILED, one_line(f"worker {worker.address}: {reason}"), 0.0)


def unpack(files: dict[str, bytes], folder: Path) -> Path:
    """A data package in ``folder``, written where it is not whole, and where a cell has changed what is in it."""
    with suppress(OSError):
        if all((folder / name).read_bytes() == content for name, content in files.items()):
            return folder
    shutil.rmtree(folder, ignore_errors=True)
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def _end(sender: str = "") -> None:
    """End the report at work, if it is this sender's (or whosever it is), and the server: library and data may be others in the next run."""
    for whose, running in list(_now.items()):
        if sender in ("", whose):
            running.stop()
    if not _now:
        stop_server()
