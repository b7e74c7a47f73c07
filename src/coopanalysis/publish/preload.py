"""Imported once, in the server that reports' processes are forked from (Linux): what every report needs."""

from __future__ import annotations

import atexit
import builtins
import gc
import os
import shutil
import signal
import socket
import tempfile
from contextlib import suppress
from pathlib import Path

signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server itself ignores it only after these imports
gc.disable()  # nothing of what is imported is garbage
_TEMPORARY, _BATCH = tempfile.gettempdir(), os.getppid()
os.chdir("/")  # a matplotlibrc where the batch was started would be read


class _InKernel:
    """What pandas asks for as it is imported, to choose how many columns are shown: a shell that has a kernel."""

    kernel = True


builtins.get_ipython = _InKernel  # type: ignore[attr-defined]
import pandas  # noqa: E402, F401

del builtins.get_ipython  # type: ignore[attr-defined]
import matplotlib.backends.backend_agg  # noqa: E402
import matplotlib.backends.backend_svg  # noqa: E402
import matplotlib.pyplot  # noqa: E402
import seaborn  # noqa: E402, F401

from coopanalysis.publish import report  # noqa: E402
from coopanalysis.publish.pool import PREFIX  # noqa: E402

matplotlib.rcdefaults()
report.prepare()


def _own_sockets() -> list[Path]:
    """Where this server listens: a socket in a temporary folder, which it may share with others of its family."""
    found = []
    for number in os.listdir("/proc/self/fd"):
        with suppress(OSError), socket.socket(fileno=os.dup(int(number))) as one:
            if one.family == socket.AF_UNIX and (name := one.getsockname()) and Path(name).parent.name.startswith("pymp-"):
                found.append(Path(name))
    return found


def _clear(listens: list[Path]) -> None:
    """The server ends after the batch and all its reports: what a killed batch could not remove itself goes here."""
    if os.getppid() == _BATCH:
        return  # it lives, and sees to it
    in_use = Path("/proc/net/unix").read_text()
    for folder in {name.parent for name in listens}:
        with suppress(OSError):
            for name in folder.glob("listener-*"):  # also of a server that was killed before this one took its place
                if str(name) not in in_use:
                    name.unlink()
            folder.rmdir()
    for folder in Path(_TEMPORARY).glob(PREFIX.format(_BATCH) + "*"):
        if folder.is_dir() and not folder.is_symlink() and folder.stat().st_uid == os.getuid():
            shutil.rmtree(folder, ignore_errors=True)


atexit.register(_clear, _own_sockets())
