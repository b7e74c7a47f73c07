"""A data package as it travels with the jobs: by content, named by its hash. Standard library only.

Here for: a worker that reads other data than those that were decided on, or half of them, or what an earlier cell made of them.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from contextlib import suppress
from pathlib import Path, PurePosixPath

from coopanalysis.dataset.descriptor import read_descriptor
from coopanalysis.publish.fingerprint import data_files_now

Package = dict[str, bytes]  # path within the data package → content


def packed(folder: str) -> tuple[str, Path, Package]:
    """Content hash, folder and files of the data package that the parameter ``data`` names ("": the project's own)."""
    root, _ = read_descriptor(folder or None)
    package = {name: (root / name).read_bytes() for name in data_files_now(folder)}
    return content_hash(package), root, package


def content_hash(package: Package) -> str:
    """sha256 (hex) over names and contents."""
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in package.items()}
    return hashlib.sha256(json.dumps(hashes, sort_keys=True).encode("utf-8")).hexdigest()


def unpack(package: Package, place: Path) -> Path:
    """The package in a folder named by its hash in ``place``: there whole or not at all. What a cell has changed in it is set right."""
    folder = place / content_hash(package)
    if folder.is_dir():
        with suppress(OSError):
            if all((folder / name).read_bytes() == content for name, content in package.items()):
                return folder
        shutil.rmtree(folder)
    beside = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(beside, ignore_errors=True)
    for name, content in package.items():
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise OSError(f"{name} is not within the data package")
        path = beside / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    os.replace(beside, folder)
    return folder
