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
# in a report's own folder: nothing of the user's is read there, and nothing is left
_PLACES = {"tmp": ("TMPDIR", "TEMP", "TMP"), "settings": ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")}
Work = Callable[[Any, Callable[[Any, float | None], None]], Any]  # job, tell: see pool.run_all


def serve(connection: Connection, work: Work, job: Any, folder: Path, path: list[str]) -> None:
    """In the new process, until its end: Python does not tidy up here, which takes longer than a report's cells."""
    gc.freeze()  # libraries are no garbage: looking through them would copy every page of memory that they stand in
    if hasattr(os, "setsid"):
        os.setsid()  # the terminal's Ctrl-C is the batch's to handle
    if LINUX:
        _stand_above(connection)
    else:
        threading.Thread(target=lambda: connection.poll(None) and os._exit(1), daemon=True).start()
    _as_started_anew(folder, path)
    try:
        answer = ("result", work(job, lambda what, seconds: connection.send(("told", (what, seconds)))))
    except BaseException as error:
        answer = ("raised", f"{type(error).__name__}: {error}")
    connection.send(answer)
    os._exit(0)


def _stand_above(connection: Connection) -> None:
    """Returns in a worker, forked here. This process waits for its end or the batch's, ends what is left, and ends as the
    worker did: only then does the batch see that the connection is gone."""
    libc = ctypes.CDLL(None)
    libc.prctl(_SUBREAPER, 1, 0, 0, 0)
    own = os.getpid()
    if (worker := os.fork()) == 0:
        libc.prctl(_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
        os.setsid()
        if os.getppid() != own:
            os._exit(1)
        return
    wait([connection, os.pidfd_open(worker)])
    code = 1
    with suppress(ChildProcessError):
        while True:  # an ended process hands its children over: until nobody is left
            for child in Path(f"/proc/{own}/task/{own}/children").read_text().split():
                os.kill(int(child), signal.SIGKILL)
            ended, status = os.waitpid(-1, 0)
            code = os.waitstatus_to_exitcode(status) if ended == worker else code
    if code < 0:
        os.kill(own, -code)
    os._exit(code if code >= 0 else 128 - code)


def _as_started_anew(folder: Path, path: list[str]) -> None:
    """What a kernel has from its own start: signals, streams, folders, seeds."""
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    mp.set_start_method(None, force=True)  # cells use this platform's own
    sys.argv, sys.path[:], tempfile.tempdir = [""], path, None
    os.environ.pop("PYTHONSAFEPATH", None)
    for place, names in _PLACES.items():
        (folder / place).mkdir()
        os.environ.update(dict.fromkeys(names, str(folder / place)))
    (folder / "work").mkdir()
    os.chdir(folder / "work")
    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()  # its old generator: or every report draws the same numbers
