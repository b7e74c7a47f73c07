"""Files that are there whole or not at all. Standard library only.

Here for: a full disk or a killed process that leaves half a file at its final place.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

SUMS = "SHA256SUMS"


def now() -> datetime:
    """The time a run is stamped with: SOURCE_DATE_EPOCH where it is set, so that a run can be repeated to the byte."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    return datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC).replace(microsecond=0)


def write_whole(path: Path, content: bytes) -> None:
    """Write beside, flush to the disk, rename into place; nothing is left at ``path`` if any of it fails."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    try:
        with beside.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def sync_folders(folder: Path) -> None:
    """Folders on disk before the rename that makes them visible (a no-op where folders cannot be opened)."""
    if os.name != "posix":
        return
    for path in [folder, *(path for path in folder.rglob("*") if path.is_dir())]:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def sums_text(files: dict[str, bytes]) -> str:
    """SHA256SUMS as ``sha256sum -c`` reads it."""
    return "".join(f"{hashlib.sha256(content).hexdigest()}  {path}\n" for path, content in sorted(files.items()))


def read_sums(edition: Path) -> dict[str, str]:
    """Path within the edition → sha256. Raises ``OSError`` without the file, ``ValueError`` for a line that is none of its lines."""
    sums = {}
    for number, line in enumerate((edition / SUMS).read_text(encoding="utf-8").splitlines(), start=1):
        digest, gap, path = line[:64], line[64:66], line[66:]
        if len(digest) != 64 or gap != "  " or not path:
            raise ValueError(f"{SUMS}, line {number}: not a line of sha256sum")
        sums[path] = digest
    return sums


def read_record(path: Path) -> dict[str, Any]:
    """A JSON file of ours; empty where it is missing, damaged or no record: what cannot be read is made anew."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def one_line(text: str, most: int = 300) -> str:
    """A message as a line of a log or summary can hold it: the first line, without control characters, cut to ``most``."""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    plain = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", first)
    plain = "".join(character for character in plain if character.isprintable())
    return plain if len(plain) <= most else plain[: most - 1] + "…"


# where a warning of a cell says it stands: a path of this machine, new with every kernel (it begins like a path, or a long line would be searched for hours)
_CELL_PATH = re.compile(r"(?:/|[A-Za-z]:\\)[^\s:]{0,200}?ipykernel_\d{1,10}[^\s:]{0,80}?\.py")


def without_cell_paths(text: str) -> str:
    """A cell's output without the paths that ipykernel invents for cells."""
    return _CELL_PATH.sub("cell", text) if "ipykernel_" in text else text


def file_hash(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
