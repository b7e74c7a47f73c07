"""Processes that cannot outlive the one that started them, and how many cores there are for them.

Here for: a batch killed with signal 9 leaves its kernels behind, at work for hours, holding files and memory; a cell
starts a program that nobody stops. On Linux the kernel of the operating system guarantees the first (parent-death
signal) and hands orphans to the nearest process that asks for them (child subreaper), which can then end them.
Elsewhere a worker waits in a thread for its parent's end, and ipykernel's own poller looks every second whether the
worker is still there (macOS) or waits for its handle (Windows).
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

BLAS_THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")  # read as numpy is imported
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def threads() -> int:
    """Threads of this process (Linux; elsewhere 0: nobody knows). With more than one, a fork could copy a lock that nobody opens."""
    return len(os.listdir("/proc/self/task")) if sys.platform.startswith("linux") else 0


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """While libraries load: numpy's BLAS starts no threads of its own, so that this process can be forked."""
    before = {name: os.environ.get(name) for name in BLAS_THREADS}
    os.environ.update(dict.fromkeys(before, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def die_with_parent(parent: int | None = None) -> bool:
    """Ask the operating system to kill this process (signal 9) when the thread that started it ends.

    ``parent``: the starter's process number; if it is gone already, this process ends at once. Returns whether the
    operating system can do it (Linux).
    """
    if not _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL if os.name == "posix" else 0):
        return False
    if parent is not None and os.getppid() != parent:  # it died before the line above
        os._exit(1)
    return True


def adopt_orphans() -> bool:
    """Become the parent of every descendant whose own parent ends, so that :func:`end_descendants` finds it (Linux)."""
    return _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def end_descendants(keep: frozenset[int] = frozenset()) -> list[int]:
    """Kill everything that this process or its descendants started (Linux; elsewhere nothing), but not ``keep``; returns their numbers.

    Here for: a cell that starts a program and leaves it running.
    """
    if not sys.platform.startswith("linux"):
        return []
    ended: list[int] = []
    for _ in range(20):  # a dying process hands over its children: look again until nobody is left
        alive = [pid for pid in _children(os.getpid()) if pid not in keep]
        if not alive:
            break
        for pid in alive:
            for one in (*_descendants(pid), pid):
                with suppress(OSError):  # it has ended
                    os.kill(one, signal.SIGKILL)
                    ended.append(one)
            with suppress(OSError):
                os.waitpid(pid, 0)
    return list(dict.fromkeys(ended))


def _descendants(pid: int) -> list[int]:
    return [one for child in _children(pid) for one in (*_descendants(child), child)]


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            found += [int(number) for number in file.read_text().split()]
    return found


def _prctl(option: int, value: int) -> bool:
    return sys.platform.startswith("linux") and ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0) == 0
