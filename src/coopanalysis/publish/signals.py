"""Stops: Ctrl-C, SIGTERM and a closed terminal end a run in order; a second one ends it at once.

Why: a batch must not answer a stop with a traceback, or not at all, and leave its reports' processes behind.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, **({signal.SIGHUP: 129} if hasattr(signal, "SIGHUP") else {})}


class Stopped(BaseException):
    """Raised in the main thread by the first signal; ``code`` is the exit code that tells which."""

    def __init__(self, number: int):
        self.code = CODES[signal.Signals(number)]
        super().__init__(signal.Signals(number).name)


@contextmanager
def held() -> Iterator[None]:
    """Within, stops wait; a process that is started meanwhile is born with them blocked."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, set(CODES))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def stops_raise() -> Iterator[None]:
    """Within, the first signal raises :class:`Stopped` and the second ends the process, whose workers the system ends."""

    def first(number: int, _: FrameType | None) -> None:
        for each in CODES:
            signal.signal(each, second)
        raise Stopped(number)

    def second(number: int, _: FrameType | None) -> None:
        os._exit(CODES[signal.Signals(number)])

    before = {number: signal.signal(number, first) for number in CODES}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
