"""Files that are there whole or not at all, and small helpers for text and hashes. Standard library only.

Why: a full disk or a killed process must not leave half a file at its final place.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from coopanalysis.errors import CannotWrite

SUMS = "SHA256SUMS"
SEAL = "sealed"  # the member of a record that holds its hash
REMAINS = f".*.{'[0-9a-f]' * 16}.new"  # names of what is not yet whole, for glob
# where a warning of a cell says it stands: a path of this machine, new with every kernel (it begins like a path, or a long line would be searched for hours)
_CELL_PATH = re.compile(r"(?:/|[A-Za-z]:\\)[^\s:]{0,200}?ipykernel_\d{1,10}[^\s:]{0,80}?\.py|<ipython-input-[0-9a-f-]{1,80}>")


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Within, an ``OSError`` is one of writing: :class:`CannotWrite`."""
    try:
        yield
    except OSError as error:
        raise CannotWrite(error.errno, error.strerror or str(error), str(path)) from error


def beside(path: Path) -> Path:
    """A name for what will be at ``path`` once it is whole: nobody can have put anything there."""
    return path.with_name(f".{path.name}.{secrets.token_hex(8)}.new")


def write_whole(path: Path, content: bytes) -> None:
    """Write beside, flush to the disk, rename into place; nothing is left at ``path`` if any of it fails.

    A link at ``path`` is neither followed nor replaced. Raises :class:`CannotWrite`.
    """
    with writing(path):
        no_link(path)
        new = beside(path)
        try:
            write(new, content)
            os.replace(new, path)
        except BaseException:
            new.unlink(missing_ok=True)
            raise


def write(path: Path, content: bytes) -> None:
    """A new file, with its folders, on the disk before this returns; one that is there already is an ``OSError``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def no_link(path: Path) -> None:
    """Raise ``OSError`` if a link stands where the batch writes: what it leads to is not ours."""
    if path.is_symlink():
        raise OSError(None, f"{path} is a link, and the batch writes through none: remove it, or choose another --out")


def is_inside(name: str) -> bool:
    """Whether a name in a record is a plain relative path, with "/" between its parts, on every system."""
    return not re.search(r'[\\:*?"<>|\x00-\x1f]', name) and not {"", ".", ".."} & set(name.split("/"))


def read_sums(edition: Path) -> dict[str, str]:
    """Path within the edition → sha256. Raises ``OSError`` without the file, ``ValueError`` for a line that is none of its lines."""
    if not stat.S_ISREG(os.lstat(edition / SUMS).st_mode):
        raise ValueError("not a file but a link, a folder or a device")
    sums: dict[str, str] = {}
    # only LF ends a line: splitlines would also take what may stand in a name
    for number, line in enumerate((edition / SUMS).read_bytes().decode("utf-8", "surrogateescape").removesuffix("\n").split("\n"), start=1):
        digest, name = line[:64], line[66:]
        if not re.fullmatch(r"[0-9a-f]{64}  .+", line) or name in sums or not is_inside(name):
            raise ValueError(f"line {number}: expected a sha256, two spaces, and a place within the edition that no other line names")
        sums[name] = digest
    return sums


def read_record(path: Path) -> dict[str, Any]:
    """A JSON object in a file; empty where it is missing or damaged: what cannot be read is made anew."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def sealed(record: dict[str, Any]) -> bytes:
    """A record of ours as a file: with a hash over all of it."""
    return as_json({**record, SEAL: digest_of(record)})


def read_sealed(path: Path) -> dict[str, Any]:
    """A record that :func:`sealed` wrote; empty where it is missing, or damaged in any way: what is not as we wrote it is none."""
    record = read_record(path)
    return record if record.pop(SEAL, "") == digest_of(record) else {}


def digest_of(value: Any) -> str:
    """sha256 (hex) over a value that JSON can hold, in whatever order its members stand."""
    return text_hash(json.dumps(value, sort_keys=True))


def as_json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def one_line(text: str, most: int = 300) -> str:
    """A message as a line of a log or summary can hold it: the first line, without control characters, cut to ``most``."""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    plain = "".join(filter(str.isprintable, re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", first)))
    return plain if len(plain) <= most else plain[: most - 1] + "…"


def without_cell_paths(text: str) -> str:
    """A cell's output without the paths that IPython and ipykernel invent for cells."""
    return _CELL_PATH.sub("cell", text) if "ipykernel_" in text or "<ipython-input-" in text else text


def file_hash(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def text_hash(text: str) -> str:
    return bytes_hash(text.encode("utf-8"))


def bytes_hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def remove_ours(folder: Path, hashes: dict[str, str]) -> None:
    """Remove the files of a folder that are as a record of ours says, and their folders that are empty then; nothing through a link."""
    for name, digest in hashes.items():
        path = folder / name
        inner = [path, *path.parents][: name.count("/") + 2]
        if not is_inside(name) or any(part.is_symlink() for part in inner):
            continue
        with suppress(OSError):
            if file_hash(path) == digest:
                path.unlink()
        with suppress(OSError):
            for part in inner[1:]:
                part.rmdir()
