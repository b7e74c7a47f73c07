"""A data package as it travels with the jobs to other machines: by content, named by its hash. Standard library only.

Why: a worker must not read other data than those that were decided on, or half of them, or what an earlier cell made of them.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from contextlib import suppress
from pathlib import Path

from coopanalysis.publish.files import is_inside, write
from coopanalysis.publish.reports import Library

Files = dict[str, bytes]  # path within the data package → content


def packed(library: Library, folder: str) -> tuple[str, Path, Files]:
    """Content hash, folder and files of the data package that the parameter ``data`` names ("": the project's own)."""
    files = library.data_files(folder)
    content = {name: path.read_bytes() for name, path in files.items()}
    return content_hash(content), next(iter(files.values())).parent, content


def content_hash(files: Files) -> str:
    """sha256 (hex) over names and contents."""
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    return hashlib.sha256(json.dumps(hashes, sort_keys=True).encode("utf-8")).hexdigest()


def unpack(files: Files, place: Path) -> Path:
    """The package in a folder named by its hash in ``place``: there whole or not at all. What a cell has changed in it is set right."""
    folder = place / content_hash(files)
    if folder.is_dir():
        with suppress(OSError):
            if all((folder / name).read_bytes() == content for name, content in files.items()):
                return folder
        shutil.rmtree(folder)
    beside = place / f".{secrets.token_hex(8)}.new"
    for name, content in files.items():
        if not is_inside(name):
            raise OSError(None, f"{name!r} is not within the data package")
        (beside / name).parent.mkdir(parents=True, exist_ok=True)
        write(beside / name, content)
    os.replace(beside, folder)
    return folder
