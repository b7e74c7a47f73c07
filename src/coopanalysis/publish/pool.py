"""One process a report, several at once; one that dies or hangs harms no other report. Standard library only.

On Linux reports' processes are forked from a server that holds the libraries; elsewhere each is started anew. What happens
in them: ``worker``.
"""

from __future__ import annotations

import atexit
import multiprocessing as mp
import os
import shutil
import signal
import sys
import tempfile
import time
import types
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from coopanalysis.publish.signals import held
from coopanalysis.publish.worker import LINUX, Work, serve

METHOD = "forkserver" if LINUX else "spawn"
OWNED = "COOPANALYSIS_TEMPORARY"  # tells the server the number of the batch's process, and the folder
# settings of the user's or of the terminal's that would change what a report shows
_NOT_KEPT = ("PYTHON", "MPL", "MATPLOTLIB", "IPYTHON", "JUPYTER", "JPY_", "LC_", "LANG", "COLUMNS", "LINES", "TERM")
_NOT_KEPT_EITHER = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "PAGER", "TQDM_")
_SET = {"PYTHONUTF8": "1", "PYTHONHASHSEED": "0", "PYTHONSAFEPATH": "1", "LC_ALL": "C.UTF-8", "PAGER": "cat", "GIT_PAGER": "cat"}
_SET |= {"MATPLOTLIBRC": os.devnull, "MPLBACKEND": "module://matplotlib_inline.backend_inline", "JUPYTER_PREFER_ENV_PATH": "1"}
_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
_LONGEST = 60  # bytes of a folder's name: a socket in our folder in it has a name of at most 107
_environment: dict[str, str] = {}  # of this batch, for what starts from now on
_preload: dict[str, None] = {f"{__package__}.preload": None}  # modules for the server
Told = Callable[["Running"], None]


@dataclass(eq=False)
class Running:
    """One job at work, and how it ended: with a ``result``, or with the ``reason`` why it gave none.

    ``connection``: from the worker; when something is said to it, or this end is gone, all ends. ``told``: what it said last
    on the way. ``limits``: of the report and of its present cell, when it must be done (monotonic seconds) and how many seconds
    it had; ``late``: it was not.
    """

    job: Any
    process: Any
    connection: Connection
    folder: Path
    clock: float = field(default_factory=time.monotonic)
    limits: dict[str, tuple[float, float]] = field(default_factory=dict)
    told: Any = None
    result: Any = None
    reason: str = ""
    late: bool = False

    def limit(self, what: str, seconds: float | None) -> None:
        """From now on it has so many seconds for ``what``."""
        self.limits[what] = (time.monotonic() + seconds, seconds) if seconds else (float("inf"), 0.0)

    def stop(self) -> None:
        """End it, perhaps from another thread: it will be told as died."""
        with suppress(OSError):
            self.connection.send("end")


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def start_server(preload: Sequence[str] = (), workers: int = 1, **environment: str) -> None:
    """Let the server load its libraries while the batch still reads its plan; once a process, the first call counts.

    ``preload``: importable modules; one that cannot be imported is left to the reports. ``environment``: for those modules
    and for the reports.
    """
    _preload.update(dict.fromkeys(preload))
    share = str(max(1, cores() // workers))  # reports with all threads each only slow one another down; what the user has set stays
    _environment.update({name: os.environ.get(name, share) for name in _THREADS} | environment)
    if LINUX:
        from multiprocessing import forkserver

        mp.get_context(METHOD).set_forkserver_preload(list(_preload))
        with _clean_start():
            forkserver.ensure_running()


def stop_server() -> None:
    """End the server, with what it holds: the next start loads anew. For a process that outlives its batches."""
    if LINUX:
        from multiprocessing import forkserver

        with suppress(FileNotFoundError):  # the server removes the folder with its socket as it ends
            forkserver._forkserver._stop()  # type: ignore[attr-defined]
    shutil.rmtree(temporary(), ignore_errors=True)
    temporary.cache_clear()


@cache
def temporary() -> Path:
    """The one temporary folder of this process's batches, also for the socket at which the server listens; gone with the last of them."""
    given = os.path.abspath(tempfile.gettempdir())
    made = tempfile.mkdtemp(prefix="coopanalysis-", dir="/tmp" if LINUX and len(os.fsencode(given)) > _LONGEST else given)
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return Path(made).resolve()


def run_all(jobs: Sequence[Any], work: Work, finished: Told, workers: int = 1, limit: float | None = None, begun: Told = lambda _: None) -> None:
    """Run ``work(job, tell)`` for each job in a process of its own; ``begun`` and ``finished`` are called as they begin and end,
    in this process.

    ``work`` and the jobs come from modules that can be imported. ``limit``: seconds for a job; ``tell(what, seconds)`` is
    kept in ``Running.told`` and gives the worker so long until it tells the next. Whatever is raised here (a stop by a
    signal) ends all processes and is raised again.
    """
    waiting, busy = list(reversed(jobs)), list[Running]()

    def start() -> None:
        while waiting and len(busy) < workers:
            busy.append(_start(waiting.pop(), work))
            busy[-1].limit("report", limit)
            begun(busy[-1])

    try:
        start_server(workers=workers)
        start()
        while busy:
            soonest = min(until for one in busy for until, _ in one.limits.values()) - time.monotonic()
            ready = wait([one.connection for one in busy], timeout=max(0.0, min(soonest, 3600)))
            for running in busy.copy():
                if (running.connection in ready and _heard(running)) or _late(running):
                    busy.remove(running)
                    start()  # first: no core shall wait while this process writes
                    _end(running)
                    finished(running)
    finally:
        for running in busy:
            _end(running)


def ask(work: Work, job: Any) -> Any:
    """The result of one job; ``RuntimeError`` if its process gave none."""
    ended: list[Running] = []
    run_all([job], work, ended.append)
    if ended[0].reason:
        raise RuntimeError(ended[0].reason)
    return ended[0].result


def _start(job: Any, work: Work) -> Running:
    context = mp.get_context(METHOD)
    ours, theirs = context.Pipe()
    folder = Path(tempfile.mkdtemp(dir=temporary()))
    path = sys.path[0 if sys.flags.safe_path else 1 :]  # without the folder of the program that runs the batch
    process = context.Process(target=serve, args=(theirs, work, job, folder, path))  # type: ignore[attr-defined]
    patience = time.monotonic() + 10
    with _clean_start():
        while process.pid is None:
            try:
                process.start()
            except (OSError, EOFError):  # somebody killed the server: a new one takes its place as soon as it is really gone
                if time.monotonic() > patience:
                    raise
                time.sleep(0.05)
    theirs.close()
    return Running(job, process, ours, folder)


def _heard(running: Running) -> bool:
    """Take what a worker says; whether it was the last."""
    try:
        kind, what = running.connection.recv()
    except Exception:  # it and all that it started has ended, perhaps in the middle of a word
        running.process.join(5)
        code = running.process.exitcode or 0
        kind, what = "raised", f"the kernel died (signal {-code})" if code < 0 else f"the kernel died (exit code {code})"
    if kind == "told":
        running.told, seconds = what
        running.limit("cell", seconds)
    elif kind == "result":
        running.result = what
    else:
        running.reason = what
    return bool(kind != "told")


def _late(running: Running) -> bool:
    for what, (until, seconds) in running.limits.items():
        if time.monotonic() > until:
            running.late, running.reason = True, f"the {what} ran longer than {seconds:g} s"
    return running.late


def _end(running: Running) -> None:
    """End a worker with everything that it started."""
    process = running.process
    running.stop()
    if not LINUX and hasattr(os, "killpg"):
        with suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
    process.join(10)
    process.kill()
    process.join(5)
    running.connection.close()
    shutil.rmtree(running.folder, ignore_errors=True)


@contextmanager
def _clean_start() -> Iterator[None]:
    """Processes start with stops blocked, without the user's settings, and do not import the program's own script."""
    before, main, config = dict(os.environ), sys.modules["__main__"], mp.current_process()._config  # type: ignore[attr-defined]
    tempdir = config.get("tempdir")  # where sockets are
    for name in before:
        if name.startswith((*_NOT_KEPT, *_NOT_KEPT_EITHER)) and name != "PYTHONPATH":
            del os.environ[name]
    os.environ.update(_SET | _environment | {OWNED: f"{os.getpid()} {temporary()}"})
    config["tempdir"], sys.modules["__main__"] = str(temporary()), types.ModuleType("__main__")
    try:
        with held():
            yield
    finally:
        config["tempdir"], sys.modules["__main__"] = tempdir, main
        os.environ.clear()
        os.environ.update(before)
