"""What happens in a report's own process, from its start to its end. Standard library only.

On Linux there are two for each report: the worker, which makes the report, and a small one above it, which adopts whatever
the worker starts and ends all of it as soon as the worker, or the batch, has ended, in whatever way. Elsewhere a worker
ends with the batch.
"""

from __future__ import annotations

import ctypes
import gc
import multiprocessing as mp
import os
import random
import signal
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

LINUX = sys.platform.startswith("linux")
_SUBREAPER, _DEATH_SIGNAL = 36, 1  # of prctl
Work = Callable[[Any, Path, Callable[[float | None], None]], Any]  # job, the worker's folder, step(seconds): see pool.run_all


def serve(connection: Connection, life: Connection, work: Work, job: Any, folder: Path, path: list[str]) -> None:
    """In the new process, until its end: Python does not tidy up here, which takes longer than a report's cells."""
    gc.freeze()  # libraries are no garbage: looking through them would copy every page of memory that they stand in
    gc.enable()
    if hasattr(os, "setsid"):
        os.setsid()  # the terminal's Ctrl-C is the batch's to handle
    if LINUX:
        _stand_above(connection, life)
    else:
        threading.Thread(target=_end_with_batch, daemon=True).start()
    _as_started_anew(folder, path)
    try:
        answer = ("result", work(job, folder, lambda seconds: connection.send(("step", seconds))))
    except BaseException as error:
        answer = ("raised", f"{type(error).__name__}: {error}")
    connection.send(answer)
    connection.close()
    os._exit(0)


def _stand_above(connection: Connection, life: Connection) -> None:
    """Returns in a worker, forked here. This process waits for its end or the batch's, ends what is left, and ends."""
    libc = ctypes.CDLL(None)
    libc.prctl(_SUBREAPER, 1, 0, 0, 0)
    own = os.getpid()
    if (worker := os.fork()) == 0:
        libc.prctl(_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
        life.close()
        os.setsid()
        if os.getppid() != own:
            os._exit(1)
        return
    connection.close()  # or the batch would not see that the worker has ended
    wait([life, os.pidfd_open(worker)])
    code = 1
    with suppress(ChildProcessError):
        while True:  # an ended process hands its children over: until nobody is left
            for child in Path(f"/proc/{own}/task/{own}/children").read_text().split():
                os.kill(int(child), signal.SIGKILL)
            ended, status = os.waitpid(-1, 0)
            code = os.waitstatus_to_exitcode(status) if ended == worker else code
    with suppress(OSError):
        life.send(code)
    os._exit(0)


def _end_with_batch() -> None:
    batch = mp.parent_process()
    assert batch is not None
    batch.join()
    os._exit(1)


def _as_started_anew(folder: Path, path: list[str]) -> None:
    """What a kernel has from its own start: signals, streams, folders, seeds."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    mp.set_start_method(None, force=True)  # cells use this platform's own
    sys.argv, sys.path[:], tempfile.tempdir = [""], path, None
    os.environ.pop("PYTHONSAFEPATH", None)
    for name, place in {"TMPDIR": "tmp", "TEMP": "tmp", "TMP": "tmp", "IPYTHONDIR": "ipython"}.items():
        (folder / place).mkdir(exist_ok=True)
        os.environ[name] = str(folder / place)
    (folder / "work").mkdir()
    os.chdir(folder / "work")
    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()  # its old generator: or every report draws the same numbers
