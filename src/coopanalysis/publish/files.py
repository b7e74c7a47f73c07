"""Files that are there whole or not at all. Standard library only.

Here for: a full disk or a killed process that leaves half a file at its final place.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

SUMS = "SHA256SUMS"


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


def file_hash(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
