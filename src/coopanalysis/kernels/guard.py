"""A process that cannot outlive the one that started it.

Here for: a batch killed with signal 9 leaves its kernels behind, at work for hours, holding files and memory.
On Linux the kernel of the operating system guarantees it (parent-death signal). Elsewhere ipykernel's own poller looks
every second whether its parent is still there (macOS) or waits for the parent's handle (Windows).
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int | None = None) -> bool:
    """Ask the operating system to kill this process (signal 9) when the thread that started it ends.

    ``parent``: the starter's process number; if it is gone already, this process ends at once. Returns whether the
    operating system can do it (Linux).
    """
    if not sys.platform.startswith("linux"):
        return False
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL) != 0:
        return False
    if parent is not None and os.getppid() != parent:  # it died before the line above
        os._exit(1)
    return True
