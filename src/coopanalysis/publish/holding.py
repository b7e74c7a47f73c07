"""One run for each output folder: the lock, who holds it, and what a killed run left behind.

Here for: two schedules that start at the same minute and mix their files; remains of a run killed with signal 9, which
nobody would ever clear.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from coopanalysis.errors import Locked
from coopanalysis.publish.files import now, read_record, write_whole

if TYPE_CHECKING:  # a refusal must not pay for what a run needs
    from coopanalysis.publish.reporter import Reporter

LOCK, HOLDER = ".lock", ".lock.json"


def is_held(out: Path) -> str:
    """Who works on the folder now, in words; "" if nobody does. For a refusal before anything slow is done."""
    if not (out / LOCK).exists():
        return ""
    lock = FileLock(out / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return _holder(out)
    except OSError:
        return ""  # the run itself will say what is wrong with the folder
    lock.release()
    return ""


@contextmanager
def holding(out: Path, reporter: Reporter) -> Iterator[Path]:
    """Hold the output folder; gives a folder for temporary files that goes with the run. Raises :class:`Locked`."""
    out.mkdir(parents=True, exist_ok=True)
    lock = FileLock(out / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise Locked(_holder(out)) from error
    folder = Path(tempfile.mkdtemp(prefix="coopanalysis-"))
    try:
        _clear(out, reporter)
        record = {"pid": os.getpid(), "since": now().isoformat(), "folder": str(folder)}
        write_whole(out / HOLDER, json.dumps(record).encode("utf-8"))
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        (out / HOLDER).unlink(missing_ok=True)
        lock.release()


def _clear(out: Path, reporter: Reporter) -> None:
    """What a run that was killed left behind goes, and that is said."""
    from coopanalysis.publish.edition import Store

    remains = Store(out).clear_remains()
    dead = read_record(out / HOLDER)
    folder = Path(str(dead.get("folder", "")))
    if folder.name.startswith("coopanalysis-"):  # only ever a folder that a run made for itself
        shutil.rmtree(folder, ignore_errors=True)
    if dead:
        reporter.say(f"cleared what the run of {dead.get('since', 'unknown time')} left: it was killed (process {dead.get('pid', 'unknown')})")
    elif remains:
        reporter.say(f"cleared what a killed run left: {', '.join(remains)}")


def _holder(out: Path) -> str:
    record = read_record(out / HOLDER)
    return f"process {record['pid']}, since {record['since']}" if {"pid", "since"} <= set(record) else "another process"
