"""What a report depends on, ingredient by ingredient: the same fingerprint, the same report. Standard library only.

Why: a tool that re-runs everything wastes hours, one that misses a change of the data or of a module misleads. Prose and
page template have a key of their own: with them only the page is set anew, and no cell runs.
"""

from __future__ import annotations

import json
import platform
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

from coopanalysis.errors import DataError
from coopanalysis.publish.files import digest_of, file_hash, one_line, text_hash
from coopanalysis.publish.reports import Library, Report

_OWN = Path(__file__).parent
_EXECUTION = ("engine.py", "recorder.py", "pool.py", "worker.py", "preload.py")  # of this room: what cells run in
Ingredients = dict[str, dict[str, str]]  # kind → name → content hash, or plain value


def library_files(library: Library) -> dict[str, str]:
    """sha256 of each file that results rest on, as it is now."""
    files = {**library.files(), **{f"publish/{name}": _OWN / name for name in _EXECUTION}}
    return {name: file_hash(path) for name, path in sorted(files.items())}


def page_files() -> dict[str, str]:
    """sha256 of each file that sets pages, as it is now."""
    paths = (path for path in _OWN.rglob("*") if path.suffix in (".py", ".j2", ".css") and path.name not in _EXECUTION)
    return {path.relative_to(_OWN).as_posix(): file_hash(path) for path in sorted(paths)}


def packages() -> dict[str, str]:
    """Installed versions, from the names of their folders: reading each one's metadata would take longer than all the rest."""
    folders = {sysconfig.get_paths()[kind] for kind in ("purelib", "platlib")}
    names = [path.name.removesuffix(".dist-info") for folder in folders for path in Path(folder).glob("*.dist-info")]
    pairs = (name.rpartition("-")[::2] for name in names if not name.startswith("coopanalysis-"))
    return {name: number for name, number in sorted(pairs) if name}


def data_files(library: Library, folder: str) -> dict[str, str]:
    """sha256 of each file of a data package, as it is now; empty where it cannot be read, which a run refuses anyway."""
    try:
        return {name: file_hash(path) for name, path in library.data_files(folder).items()}
    except (OSError, DataError):
        return {}


@dataclass(frozen=True)
class Surroundings:
    """What all reports share: the library, what sets pages, installed packages, Python."""

    library: dict[str, str]
    pages: dict[str, str]
    packages: dict[str, str]
    python: dict[str, str]

    @classmethod
    def now(cls, library: Library) -> Surroundings:
        return cls(library_files(library), page_files(), packages(), {"version": platform.python_version()})

    @cached_property
    def digest(self) -> str:
        return digest_of([self.library, self.pages, self.packages, self.python])

    @cached_property
    def page_digest(self) -> str:
        return digest_of(self.pages)

    def differences(self, there: Surroundings | BaseException) -> str:
        """The first few differences to another machine in words; empty if there are none. ``there``: also the error it answered with."""
        if isinstance(there, BaseException):
            return one_line(f"coopanalysis cannot be used there ({type(there).__name__}: {there})")
        found = []
        for kind, ours in (("Python", self.python), ("module", {**self.library, **self.pages}), ("package", self.packages)):
            theirs: Mapping[str, str] = {"Python": there.python, "module": {**there.library, **there.pages}, "package": there.packages}[kind]
            for name in sorted(ours.keys() | theirs.keys()):
                if ours.get(name) != theirs.get(name):
                    values = "" if kind == "module" else f" {theirs.get(name, 'missing')}, here {ours.get(name, 'missing')}"
                    found.append(f"{kind}{'' if name == 'version' else f' {name}'}{values}")
        return "; ".join(found[:3]) + (f" and {len(found) - 3} more" if len(found) > 3 else "")


@dataclass(frozen=True)
class Notebook:
    """A notebook's file, read once for all that rests on it."""

    source: bytes

    @cached_property
    def cells(self) -> dict[str, str]:
        """Code cells: position and id → sha256."""
        return {f"{number} ({cell.get('id', '')})": text_hash(_source(cell)) for number, cell in self._of("code")}

    @cached_property
    def prose(self) -> str:
        """One hash over all that a page takes from the notebook beside its code: Markdown, tags, the notebook's own settings."""
        cells = [
            [_source(cell) if cell["cell_type"] == "markdown" else "", cell.get("metadata", {}), cell.get("attachments", {})]
            for cell in self._all["cells"]
        ]
        return digest_of([cells, self._all.get("metadata", {})])

    def _of(self, kind: str) -> list[tuple[int, dict[str, Any]]]:
        return [(number, cell) for number, cell in enumerate(self._all["cells"], start=1) if cell["cell_type"] == kind]

    @cached_property
    def _all(self) -> dict[str, Any]:
        whole: dict[str, Any] = json.loads(self.source)
        return whole


def ingredients(notebook: Notebook, report: Report, shared: Surroundings, data: dict[str, str]) -> Ingredients:
    """All that a report's results rest on. The data count, not their place."""
    own = {name: json.dumps(value, ensure_ascii=False) for name, value in sorted(report.parameters.items()) if name != "data"}
    return {"data": data, "library": shared.library, "parameters": own, "packages": shared.packages, "cells": notebook.cells, "python": shared.python}


def fingerprint(parts: Ingredients) -> str:
    """sha256 (hex) over all ingredients. Cells count by content and order, whatever their ids."""
    return digest_of({**parts, "cells": list(parts["cells"].values())})


def page_key(notebook: Notebook, report: Report, other_page: str, shared: Surroundings) -> str:
    """sha256 (hex) over what only the page depends on: prose, title, links, what sets it, and what is expected of it."""
    return digest_of([notebook.prose, report.title, other_page, vars(report.expects), shared.page_digest])


def code_version() -> str:
    return version("coopanalysis")


def _source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])
