"""Where a data package is and what its description says, without reading a table: standard library only.

Kept apart from the tables because a run that has nothing to do must say so before anything heavy is imported.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from coopanalysis.errors import DataError, Problem

DESCRIPTOR = "datapackage.json"


def default_folder() -> Path:
    """The project's ``data`` folder: beside the sources of this package, else in the working folder or above it."""
    beside_sources = Path(__file__).resolve().parents[3]
    for folder in (beside_sources, Path.cwd(), *Path.cwd().parents):
        if (folder / "data" / DESCRIPTOR).is_file():
            return folder / "data"
    raise DataError(
        [
            Problem(
                "data/" + DESCRIPTOR,
                "missing-file",
                "no data package was found beside the library or above the working folder",
                remedy="give its folder: load(path) or --data FOLDER",
            )
        ]
    )


def find_descriptor(path: str | Path | None) -> Path:
    """The datapackage.json meant by ``path``: a folder, the file itself, or (None, "") the project's own."""
    chosen = Path(path) if path else default_folder()
    descriptor = chosen / DESCRIPTOR if chosen.is_dir() else chosen
    if not descriptor.is_file():
        raise DataError(
            [
                Problem(
                    str(path or descriptor),
                    "missing-file",
                    "there is no data package here",
                    remedy=f"name a folder that holds {DESCRIPTOR}, or that file",
                )
            ]
        )
    return descriptor


def read_descriptor(path: str | Path | None) -> tuple[Path, dict[str, Any]]:
    """Folder and content of the descriptor; a file that is not JSON is a :class:`DataError` with its line."""
    file = find_descriptor(path)
    try:
        descriptor = json.loads(file.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        line = getattr(error, "lineno", None)
        raise DataError(
            [
                Problem(
                    file.name, "not-json", f"the description cannot be read: {error}", row=line, remedy="restore the file or correct the line named"
                )
            ]
        ) from error
    return file.parent, descriptor


def package_hash(root: Path, descriptor: dict[str, Any]) -> str:
    """sha256 (hex) over the descriptor and every file it describes: the same data, the same hash."""
    digest = hashlib.sha256((root / DESCRIPTOR).read_bytes())
    for resource in sorted(descriptor["resources"], key=lambda resource: resource["name"]):
        digest.update((root / resource["path"]).read_bytes())
    return digest.hexdigest()
