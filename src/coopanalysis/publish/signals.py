"""Stops: Ctrl-C, SIGTERM and a closed terminal end a run in order; a second one ends it at once.

Why: a batch must not answer a stop with a traceback, or not at all, and leave its reports' processes behind.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_STOPS = [signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
_CODE = 128  # added to a signal's number gives the exit code that tells of it


class Stopped(BaseException):
    """Raised in the main thread by the first signal; ``code`` is the exit code that tells which."""

    def __init__(self, number: int):
        self.code = _CODE + number
        super().__init__(f"stopped by {signal.Signals(number).name}")


@contextmanager
def held() -> Iterator[None]:
    """Within, stops wait; a process that is started meanwhile is born with them blocked."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _STOPS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def stops_raise() -> Iterator[None]:
    """Within, the first signal raises :class:`Stopped` and the second ends the process, whose workers the system ends."""
    stopped: list[int] = []

    def stop(number: int, _: FrameType | None) -> None:
        if stopped:
            os._exit(_CODE + number)
        stopped.append(number)
        raise Stopped(number)

    before = {number: signal.signal(number, stop) for number in _STOPS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
