"""The batch's own side of warm kernels: the process that forks them is started here, early, and ends with the batch.

Light to import, so that its libraries load while the batch itself still reads the plan.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from coopanalysis.kernels.guard import BLAS_THREADS, cores

EMPTY = "coopanalysis-zygote-"  # how the name of its first folder begins
_THREADS = (*BLAS_THREADS, "NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def possible() -> bool:
    """Whether this system can fork safely and tell processes apart (Linux with pidfd)."""
    return sys.platform.startswith("linux") and hasattr(os, "pidfd_open") and hasattr(socket, "send_fds") and hasattr(os, "memfd_create")


def clean_environment(workers: int) -> dict[str, str]:
    """What kernels shall inherit, from this process' environment.

    MPLBACKEND empties figures in kernels; several kernels with all threads each only slow one another down; one seed for
    the order of sets in every kernel.
    """
    environment = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
    environment |= {"PYTHONHASHSEED": "0", "PYTHONUTF8": "1"}
    for name in _THREADS:  # what the user has set stays
        environment.setdefault(name, str(max(1, cores() // workers)))
    return environment


class ZygoteProcess:
    """A zygote that ends with this object, or with this process; it loads its libraries while the caller does other things."""

    def __init__(self, environment: Mapping[str, str]):
        """``environment``: what kernels will have, since much of it is read once."""
        self.socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        # one thread for BLAS while it loads: none may run when it forks; a kernel sets the number it was given
        own = {**environment, **dict.fromkeys(BLAS_THREADS, "1")}
        command = [sys.executable, "-m", "coopanalysis.kernels.zygote"]
        self.empty = tempfile.mkdtemp(prefix=EMPTY)  # where it starts, no file can stand for a library; it removes the folder itself
        try:
            self.process = subprocess.Popen(
                command, stdin=theirs.fileno(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=own, cwd=self.empty
            )
        except BaseException:
            self.socket.close()
            os.rmdir(self.empty)
            raise
        finally:
            theirs.close()

    def worker(self) -> socket.socket:
        """A socket for one more worker; the kernels asked for over it end when its last copy is closed."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with suppress(OSError), theirs:  # a zygote that has died: the worker will see that for itself
            socket.send_fds(self.socket, [b"worker"], [theirs.fileno()])
        return ours

    def kill(self) -> None:
        """End it at once; its kernels end with it. Once more does nothing."""
        self.socket.close()
        self.process.kill()
        self.process.wait()
        with suppress(OSError):  # it had no time to do it
            os.rmdir(self.empty)

    def close(self) -> None:
        """End it and its kernels in order."""
        self.socket.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.kill()


@contextmanager
def loading(workers: int) -> Iterator[ZygoteProcess | None]:
    """A zygote that loads from now on, for a batch that is about to begin; whatever happens within, it is gone afterwards."""
    zygote = ZygoteProcess(clean_environment(workers)) if possible() else None
    try:
        yield zygote
    finally:
        if zygote is not None:
            zygote.kill()
