"""One process a report, several at once; one that dies or hangs harms no other report. Standard library only.

On Linux reports' processes are forked from a server that holds the libraries; elsewhere each is started anew. What happens
in them: ``worker``.
"""

from __future__ import annotations

import importlib.util
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
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from coopanalysis.publish.signals import held
from coopanalysis.publish.worker import LINUX, Work, serve

METHOD = "forkserver" if LINUX else "spawn"
PREFIX = "coopanalysis-{}-"  # of temporary folders, with the number of the batch's process
DIED, LATE, RAISED = "died", "late", "raised"  # how a job ended that gave no result
# settings of the user's or of the terminal's that would change what a report shows
_NOT_KEPT = ("PYTHON", "MPL", "MATPLOTLIB", "IPYTHON", "JUPYTER", "JPY_", "LC_", "LANG", "COLUMNS", "LINES", "TERM")
_NOT_KEPT_EITHER = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "PAGER", "TQDM_")  # of the terminal
_SET = {"LC_ALL": "C.UTF-8", "PYTHONUTF8": "1", "PYTHONHASHSEED": "0", "PYTHONSAFEPATH": "1", "PAGER": "cat", "GIT_PAGER": "cat"}
_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
_TEMPDIR_NAME = 70  # bytes: the name of a socket below it has at most 107
_environment: dict[str, str] = {}  # of this batch, for what starts from now on
_preload: dict[str, None] = {}  # modules for the server


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass
class Running:
    """One job at work, and how it ended: its ``result``, or ``ended`` (died, late, raised) with the ``reason`` in words.

    ``folder``: the worker's own, gone after ``finished``. ``whole``, ``step``: when the job and its present step must be
    done (monotonic seconds), and how many seconds they had.
    """

    job: Any
    process: Any
    life: Connection  # to the process above the worker: it ends all when told so, or when this end is gone, and says how the worker ended
    folder: Path
    clock: float
    whole: tuple[float, float]
    step: tuple[float, float] = (float("inf"), 0.0)
    result: Any = None
    ended: str = ""
    reason: str = ""

    def stop(self) -> None:
        """End it from another thread: it will be told as died."""
        if LINUX:
            with suppress(OSError):
                self.life.send("end")
        else:
            self.process.kill()


def start_server(preload: Sequence[str] = (), workers: int = 1, **environment: str) -> None:
    """Let the server load its libraries while the batch still reads its plan; once a process, the first call counts.

    ``preload``: importable modules; one that cannot be imported is left to the reports. ``environment``: for those modules
    and for the reports.
    """
    _preload.update(dict.fromkeys(preload))
    _environment.update(environment)
    if LINUX:
        from multiprocessing import forkserver, util

        mp.get_context(METHOD).set_forkserver_preload([f"{__package__}.preload", *_preload])
        if len(os.fsencode(tempfile.gettempdir())) > _TEMPDIR_NAME:
            before, tempfile.tempdir = tempfile.tempdir, "/tmp"
            util.get_temp_dir()  # where the server listens, made once
            tempfile.tempdir = before
        with held(), _clean_start(workers):
            forkserver.ensure_running()


def stop_server() -> None:
    """End the server, with what it holds: the next start loads anew. For a process that outlives its batches."""
    if LINUX:
        from multiprocessing import forkserver

        forkserver._forkserver._stop()  # type: ignore[attr-defined]


def run_all(
    jobs: Sequence[Any],
    work: Work,
    finished: Callable[[Running], None],
    workers: int = 1,
    limit: float | None = None,
    begun: Callable[[Running], None] = lambda _: None,
) -> None:
    """Run ``work(job, folder, step)`` for each job in a process of its own; ``begun`` and ``finished`` are called as they begin
    and end, in this process.

    ``work`` and the jobs come from modules that can be imported. ``limit``: seconds for a job; ``step(seconds)`` sets a
    limit until it is called again. Whatever is raised here (a stop by a signal) ends all processes and is raised again.
    """
    waiting = list(reversed(jobs))
    busy: dict[Connection, Running] = {}
    root = Path(tempfile.mkdtemp(prefix=PREFIX.format(os.getpid()))).resolve()

    def start() -> None:
        while waiting and len(busy) < workers:
            connection, running = _start(waiting.pop(), work, limit, root, workers)
            busy[connection] = running
            begun(running)

    try:
        start_server(workers=workers)
        start()
        while busy:
            soonest = min(min(one.whole[0], one.step[0]) for one in busy.values()) - time.monotonic()
            ready = wait(list(busy), timeout=max(0.0, min(soonest, 3600)))
            for connection, running in list(busy.items()):
                if (connection in ready and _heard(connection, running)) or _late(running):
                    del busy[connection]
                    start()  # first: no core shall wait while this process writes
                    _end(running)
                    connection.close()
                    finished(running)
                    shutil.rmtree(running.folder, ignore_errors=True)
    finally:
        for running in busy.values():
            _end(running)
        shutil.rmtree(root, ignore_errors=True)


def ask(work: Work, job: Any) -> Any:
    """The result of one job; ``RuntimeError`` if its process gave none."""
    ended: list[Running] = []
    run_all([job], work, ended.append)
    if ended[0].ended:
        raise RuntimeError(ended[0].reason)
    return ended[0].result


def _start(job: Any, work: Work, limit: float | None, root: Path, workers: int) -> tuple[Connection, Running]:
    context = mp.get_context(METHOD)
    (ours, theirs), (life, its_life) = context.Pipe(duplex=False), context.Pipe()
    folder = Path(tempfile.mkdtemp(dir=root))
    path = sys.path[0 if sys.flags.safe_path else 1 :]  # without the folder of the program that runs the batch
    path.insert(next((place for place, one in enumerate(path) if one.endswith("-packages")), 0), "")  # where a kernel has it
    patience = time.monotonic() + 10
    with _clean_start(workers):
        while True:
            process = context.Process(target=serve, args=(theirs, its_life, work, job, folder, path))  # type: ignore[attr-defined]
            try:
                process.start()
                break
            except (OSError, EOFError):  # somebody killed the server: a new one takes its place as soon as it is really gone
                if time.monotonic() > patience:
                    raise
                time.sleep(0.05)
    theirs.close()
    its_life.close()
    now, seconds = time.monotonic(), limit or float("inf")
    return ours, Running(job, process, life, folder, now, (now + seconds, seconds))


def _heard(connection: Connection, running: Running) -> bool:
    """Take what a worker says; whether it was the last."""
    try:
        kind, what = connection.recv()
    except Exception:  # it ended, perhaps in the middle of a word
        code = _ended_with(running)
        running.ended = DIED
        running.reason = f"the kernel died (signal {-code})" if code < 0 else f"the kernel died (exit code {code})"
        return True
    if kind == "step":
        running.step = (time.monotonic() + what, what) if what else (float("inf"), 0.0)
        return False
    running.result, running.ended, running.reason = (what, "", "") if kind == "result" else (None, RAISED, what)
    return True


def _late(running: Running) -> bool:
    if running.ended or running.result is not None:
        return False
    for what, (deadline, seconds) in (("report", running.whole), ("cell", running.step)):
        if time.monotonic() > deadline:
            running.ended, running.reason = LATE, f"the {what} ran longer than {seconds:g} s"
            return True
    return False


def _end(running: Running) -> None:
    """End a worker with everything that it started."""
    process = running.process
    if LINUX:
        with suppress(OSError):
            running.life.send("end")
            _ended_with(running)
    elif hasattr(os, "killpg"):
        with suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
    running.life.close()
    process.join(5)
    process.kill()
    process.join(5)


def _ended_with(running: Running) -> int:
    """The worker's exit code, negative for a signal, when all that it started has ended."""
    if not LINUX:
        running.process.join(10)
        return int(running.process.exitcode or 0)
    with suppress(OSError, EOFError):
        if running.life.poll(10):
            return int(running.life.recv())
    return 1


@contextmanager
def _clean_start(workers: int) -> Iterator[None]:
    """Processes start from an environment without the user's settings, and do not import the program's own script."""
    before, main = dict(os.environ), sys.modules["__main__"]
    found = importlib.util.find_spec("matplotlib")
    settings = {"MATPLOTLIBRC": str(Path(found.origin).parent / "mpl-data" / "matplotlibrc")} if found and found.origin else {}
    for name in before:
        if name.startswith((*_NOT_KEPT, *_NOT_KEPT_EITHER)) and name != "PYTHONPATH":
            del os.environ[name]
    for name in _THREADS:  # several reports with all threads each only slow one another down; what the user has set stays
        os.environ.setdefault(name, str(max(1, cores() // workers)))
    os.environ.update({**_SET, **settings, **_environment})
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
        os.environ.clear()
        os.environ.update(before)
