"""Where a data package is and what its description says, without reading a table: standard library only.

Kept apart from the tables because a run that has nothing to do must say so before anything heavy is imported.
"""

from __future__ import annotations

import json
import os
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn

from coopanalysis.errors import DataError, Problem

DESCRIPTOR = "datapackage.json"
PLACE = "COOPANALYSIS_DATA"  # set for reports of a batch, which work in an empty folder
MOST_BYTES = 1 << 24  # a description is a few hundred lines; a file of gigabytes is none


def default_folder() -> Path:
    """The project's ``data`` folder: the one named in COOPANALYSIS_DATA, beside the sources of this package, else in the
    working folder or above it."""
    if named := os.environ.get(PLACE):
        return Path(named)
    beside_sources = Path(__file__).resolve().parents[3]
    for folder in (beside_sources, Path.cwd(), *Path.cwd().parents):
        if (folder / "data" / DESCRIPTOR).is_file():
            return folder / "data"
    _refuse(
        "data/" + DESCRIPTOR,
        "missing-file",
        "no data package was found beside the library or above the working folder",
        "give its folder: load(path) or --data FOLDER",
    )


def find_descriptor(path: str | Path | None) -> Path:
    """The datapackage.json meant by ``path``: a folder, the file itself, or (None, "") the project's own."""
    chosen = Path(path) if path else default_folder()
    try:
        descriptor = chosen / DESCRIPTOR if chosen.is_dir() else chosen
        if descriptor.is_file():
            return descriptor
    except (OSError, ValueError):  # a name that no file can have
        pass
    _refuse(str(path or chosen), "missing-file", "there is no data package here", f"name a folder that holds {DESCRIPTOR}, or that file")


def read_descriptor(path: str | Path | None) -> tuple[Path, dict[str, Any]]:
    """Folder and content of the descriptor; a file that is no JSON object is a :class:`DataError` with its line."""
    file = find_descriptor(path)
    remedy = "restore the file, or correct the line named"
    try:
        content = file.read_bytes()
        if len(content) > MOST_BYTES:
            _refuse(file.name, "not-json", "the description is too large to be one", "restore the file")
        descriptor = json.loads(content.decode("utf-8-sig"), parse_constant=_no_constant, object_pairs_hook=_once_each)
        json.dumps(descriptor, ensure_ascii=False).encode()  # half a letter (a lone surrogate) fails here and not later
    except OSError as error:
        _refuse(file.name, "unreadable", f"the description cannot be opened ({error.strerror})", "allow reading it, or restore it")
    except (ValueError, RecursionError) as error:
        told = error if isinstance(error, ValueError) and not isinstance(error, UnicodeError) else "the text is no plain UTF-8 JSON"
        _refuse(file.name, "not-json", f"the description cannot be read: {told}", remedy, getattr(error, "lineno", None))
    if not isinstance(descriptor, dict):
        _refuse(file.name, "not-json", "the description is no JSON object", remedy)
    return file.parent, descriptor


def data_files(path: str | Path | None) -> dict[str, Path]:
    """Name → file of the description and of each file that it names, the description first; names that lead out of the folder are left out.

    Raises :class:`DataError` where there is no description.
    """
    root, descriptor = read_descriptor(path)
    resources = descriptor.get("resources")
    names = [one.get("path") for one in resources if isinstance(one, dict)] if isinstance(resources, list) else []
    inside = sorted({name for name in names if isinstance(name, str) and _is_inside(name)})
    return {DESCRIPTOR: find_descriptor(path), **{name: root / name for name in inside}}


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return bool(name) and not path.is_absolute() and ".." not in path.parts and ":" not in name and "\\" not in name and "\0" not in name


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)!r} stands twice in one object")
    return members


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number of JSON")


def _refuse(file: str, rule: str, message: str, remedy: str, row: int | None = None) -> NoReturn:
    raise DataError([Problem(file, rule, message, row, remedy=remedy)])
