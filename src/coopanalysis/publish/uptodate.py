"""Nothing changed since the last good run: say so before anything heavy is imported. Standard library only.

Here for: a schedule that starts the batch every hour. Every input is hashed again (plan, notebooks, data, library,
installed versions, Python). A file of the edition was hashed when the last run ended; it is hashed again if its size,
times or place on the disk are no longer the same. If a single one differs, the ordinary way is taken. (What a failing
disk does to a file behind the system's back is for ``coopanalysis verify`` to find.)
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from coopanalysis.errors import DataError
from coopanalysis.publish.files import file_hash, read_sums, write_whole
from coopanalysis.publish.fingerprint import data_files, surroundings

RECORD = "state/run.json"


def remember(out: Path, call: dict[str, Any], files: dict[str, str], folders: set[str], expires: str) -> None:
    """Keep what a run that ended well was started with and rested on.

    ``files``: plan and notebooks with their hashes as the run read them (an edit made while it ran is the next run's);
    ``expires``: the first day on which a page of the edition will have expired, or "".
    """
    edition = (out / "latest").resolve()
    record = {
        "call": call,
        "files": files,
        "expires": expires,
        "data": {folder: data_files(folder) for folder in sorted(folders)},
        "surroundings": surroundings(),
        "edition": edition.name,
        "whole": _whole(edition),
    }
    write_whole(out / RECORD, json.dumps(record, ensure_ascii=False).encode("utf-8"))


def nothing_to_do(out: Path, call: dict[str, Any], today: str) -> dict[str, Any] | None:
    """The summary of the last edition if the same call would make it again; None if anything differs or cannot be read.

    ``call``: what the command line asks for; ``today``: ISO date. Another run at work is left to the ordinary way, which knows its lock.
    """
    try:
        record = json.loads((out / RECORD).read_text(encoding="utf-8"))
        last = json.loads((out / "last-run.json").read_text(encoding="utf-8"))
        edition = (out / "latest").resolve()
        if (out / ".lock.json").exists() or record["call"] != call or record["edition"] != edition.name:
            return None
        if record["expires"] and today >= record["expires"]:  # the index must say so
            return None
        if set(last["counts"]) != {"ok"} or record["surroundings"] != surroundings():
            return None
        if any(file_hash(Path(file)) != digest for file, digest in record["files"].items()):
            return None
        if any(data_files(folder) != files for folder, files in record["data"].items()):
            return None
        whole = record["whole"]
        if any(_place(edition / path) != whole.get(path) and file_hash(edition / path) != digest for path, digest in read_sums(edition).items()):
            return None
        summary = json.loads((edition / "summary.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError, DataError):
        return None
    return {**summary, "reports": [{**report, "executed": False} for report in summary["reports"]]}


def _whole(edition: Path) -> dict[str, list[int]]:
    """The files that are as published, and where they are now."""
    places = {}
    for path, digest in read_sums(edition).items():
        with suppress(OSError):  # lost or unreadable: the next run will see that
            place = _place(edition / path)
            if file_hash(edition / path) == digest:
                places[path] = place
    return places


def _place(path: Path) -> list[int]:
    """What changes when a file does: size, times of its content and of its entry, number on the disk. Raises ``OSError`` where there is none."""
    found = os.stat(path)
    return [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]
