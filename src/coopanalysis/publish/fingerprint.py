"""What a report depends on, ingredient by ingredient: the same fingerprint, the same report. Standard library only.

Here for: tools that re-run everything, or that miss a change of the data or of an imported module. Prose and page
template have a key of their own: they are set anew without a kernel.
"""

from __future__ import annotations

import hashlib
import json
import platform
import sysconfig
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from coopanalysis.dataset.descriptor import DESCRIPTOR, read_descriptor
from coopanalysis.publish.files import one_line

PACKAGE = Path(__file__).resolve().parents[1]
_CONTENT = ("dataset", "metrics", "display")  # what notebooks run; publish only sets the page
Ingredients = dict[str, dict[str, str]]


def ingredients(notebook: bytes, parameters: dict[str, Any]) -> Ingredients:
    """Kind → name → content hash (or plain value): data files, modules, parameters, packages, code cells, Python.

    ``notebook``: its content, read once for all that rests on it.
    """
    return {
        "data": data_files(str(parameters.get("data", ""))),
        "library": _modules(),
        # the data count, not their place
        "parameters": {name: json.dumps(value, ensure_ascii=False) for name, value in sorted(parameters.items()) if name != "data"},
        "packages": _packages(),
        "cells": {f"{number} ({cell['id']})": _hash(cell["source"]) for number, cell in _cells(notebook, "code")},
        "python": {"version": platform.python_version()},
    }


def fingerprint(parts: Ingredients) -> str:
    """sha256 (hex) over all ingredients. Cells count by content and order, whatever their ids."""
    whole = {**parts, "cells": list(parts["cells"].values())}
    return _hash(json.dumps(whole, sort_keys=True, ensure_ascii=False))


def page_key(notebook: bytes, title: str, other_page: str, expects: str) -> str:
    """sha256 (hex) over what only the page depends on: prose, title, links, template, the code that sets it, and what is expected of it."""
    prose = [(cell["source"], cell.get("metadata", {}).get("tags", [])) for _, cell in _cells(notebook, "markdown")]
    return _hash(json.dumps([prose, title, other_page, expects, _setting()], ensure_ascii=False))


def surroundings() -> str:
    """sha256 (hex) over library, page setting, installed versions and Python: what every report shares."""
    return _hash(json.dumps([_modules(), _setting(), _packages(), platform.python_version()], sort_keys=True))


def surrounding_parts() -> Ingredients:
    """Kind → name → version or content hash: what :func:`surroundings` rests on, as it is on the disk now, not as this process first saw it."""
    return {
        "Python": {"version": platform.python_version()},
        "coopanalysis": {"version": version("coopanalysis")},
        "module": {**_modules.__wrapped__(), **_setting.__wrapped__()},
        "package": _packages.__wrapped__(),
    }


def differences(here: Ingredients, there: Ingredients | BaseException) -> str:
    """The first few differences in words; empty if there are none. ``there``: also the error that a worker answered with."""
    if isinstance(there, BaseException):
        return one_line(f"coopanalysis cannot be used there ({type(there).__name__}: {there})")
    found = []
    for kind, ours in here.items():
        theirs = there.get(kind, {})
        for name in sorted(ours.keys() | theirs.keys()):
            if ours.get(name) != theirs.get(name):
                values = "" if kind == "module" else f" {theirs.get(name, 'missing')}, here {ours.get(name, 'missing')}"
                found.append(f"{kind}{'' if name == 'version' else f' {name}'}{values}")
    more = f" and {len(found) - 3} more" if len(found) > 3 else ""
    return "; ".join(found[:3]) + more


@cache
def data_files(folder: str) -> dict[str, str]:
    """sha256 of the description and of each file that it names."""
    root, descriptor = read_descriptor(folder or None)
    names = [DESCRIPTOR, *sorted(resource["path"] for resource in descriptor["resources"])]
    return {name: hashlib.sha256((root / name).read_bytes()).hexdigest() for name in names}


def data_files_now(folder: str) -> dict[str, str]:
    """:func:`data_files` as they are at this moment, not as this process first saw them."""
    return data_files.__wrapped__(folder)


@cache
def _modules() -> dict[str, str]:
    """sha256 of each module and translation that notebooks use."""
    files = [path for name in _CONTENT for path in (PACKAGE / name).rglob("*") if path.suffix in (".py", ".po")]
    return {path.relative_to(PACKAGE).as_posix(): _file(path) for path in sorted([*files, *PACKAGE.glob("*.py")]) if path.name != "cli.py"}


@cache
def _setting() -> dict[str, str]:
    files = [path for path in (PACKAGE / "publish").rglob("*") if path.suffix in (".py", ".j2", ".css", ".json")]
    return {path.relative_to(PACKAGE).as_posix(): _file(path) for path in sorted(files)}


@cache
def _packages() -> dict[str, str]:
    """Installed versions, from the names of their folders: reading each one's metadata would take longer than all the rest."""
    folders = {sysconfig.get_paths()[kind] for kind in ("purelib", "platlib")}
    names = [path.name.removesuffix(".dist-info") for folder in folders for path in Path(folder).glob("*.dist-info")]
    pairs = (name.rpartition("-")[::2] for name in names if not name.startswith("coopanalysis-"))
    return {name: number for name, number in sorted(pairs) if name}


def _cells(notebook: bytes, kind: str) -> list[tuple[int, dict[str, Any]]]:
    cells = json.loads(notebook.decode("utf-8")).get("cells", [])
    whole = [{**cell, "source": "".join(cell["source"]), "id": cell.get("id", "")} for cell in cells]
    return [(number, cell) for number, cell in enumerate(whole, start=1) if cell["cell_type"] == kind]


def _file(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
