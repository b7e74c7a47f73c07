"""One run for each output folder: the lock, who holds it, and what a killed run left behind.

Why: two schedules that start at the same minute would mix their files.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from coopanalysis.errors import Locked
from coopanalysis.publish.clock import Moment
from coopanalysis.publish.edition import Store
from coopanalysis.publish.files import no_link, read_sealed, sealed, write_whole, writing

LOCK, HOLDER = ".lock", ".lock.json"


def refuse_held(out: Path) -> None:
    """Raise :class:`Locked` if another run works on the folder, before anything slow is done."""
    if (out / LOCK).exists():
        with suppress(OSError):  # the run itself will say what is wrong with the folder
            _acquired(out).release()


@contextmanager
def holding(out: Path, moment: Moment, say: Callable[[str], None]) -> Iterator[None]:
    """Hold the output folder, cleared of what a killed run left. Raises :class:`Locked`, :class:`CannotWrite`."""
    with writing(out):
        out.mkdir(parents=True, exist_ok=True)
        lock = _acquired(out)
    try:
        store = Store(out)
        store.refuse_links()
        with writing(out):
            store.clear_remains()
        if dead := read_sealed(out / HOLDER):
            say(f"cleared what the run of {dead['since']} left: it was killed (process {dead['pid']})")
        write_whole(out / HOLDER, sealed({"pid": os.getpid(), "since": moment.utc.isoformat()}))
        yield
    finally:
        if not (out / HOLDER).is_symlink():
            (out / HOLDER).unlink(missing_ok=True)
        lock.release()


def _acquired(out: Path) -> FileLock:
    no_link(out / LOCK)
    lock = FileLock(out / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        record = read_sealed(out / HOLDER)
        holder = f"process {record['pid']}, since {record['since']}" if record else "another process"
        raise Locked(f"{out}: another run is at work here ({holder}); wait for it or choose another --out") from None
    return lock
