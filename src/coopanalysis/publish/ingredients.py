"""What a report depends on, ingredient by ingredient: the same fingerprint, the same report. Standard library only.

Why: a tool that re-runs everything wastes hours, one that misses a change of the data or of a module misleads. Prose and
page template have a key of their own: with them only the page is set anew, and no cell runs.
"""

from __future__ import annotations

import json
import platform
import sysconfig
from importlib.metadata import version
from pathlib import Path

from coopanalysis.errors import DataError
from coopanalysis.publish.files import digest_of, file_hash, text_hash
from coopanalysis.publish.reports import Library, Report

_OWN = Path(__file__).parent
_EXECUTION = ("engine.py", "recorder.py", "pool.py", "worker.py", "preload.py")  # of this room: what cells run in
Ingredients = dict[str, dict[str, str]]  # kind → name → content hash, or plain value
# kinds in the order in which a change is told; how it is told, in an analyst's words
_WORDS = {
    "data": "data: {name} changed",
    "library": "library: {name} changed",
    "pages": "library: publish/{name} changed",
    "parameters": "parameter {name}: {was} → {now}",
    "packages": "package {name} {was} → {now}",
    "python": "Python {was} → {now}",
    "cells": "code cell {name} changed",
}


def library_files(library: Library) -> dict[str, str]:
    """sha256 of each file that results rest on, as it is now."""
    files = {**library.files(), **{f"publish/{name}": _OWN / name for name in _EXECUTION}}
    return {name: file_hash(path) for name, path in sorted(files.items())}


def data_files(library: Library, folder: str) -> dict[str, str]:
    """sha256 of each file of a data package, as it is now; empty where it cannot be read, which a run refuses anyway."""
    try:
        return {name: file_hash(path) for name, path in library.data_files(folder).items()}
    except (OSError, DataError):
        return {}


def packages() -> dict[str, str]:
    """Installed versions, from the names of their folders: reading each one's metadata would take longer than all the rest."""
    folders = {sysconfig.get_paths()[kind] for kind in ("purelib", "platlib")}
    names = [path.name.removesuffix(".dist-info") for folder in folders for path in Path(folder).glob("*.dist-info")]
    pairs = (name.rpartition("-")[::2] for name in names if not name.startswith("coopanalysis-"))
    return {name: number for name, number in sorted(pairs) if name}


def surroundings(library: Library) -> Ingredients:
    """What all reports share, as it is now: the library, what sets pages, installed packages, Python."""
    paths = (path for path in _OWN.rglob("*") if path.suffix in (".py", ".j2", ".css") and path.name not in _EXECUTION)
    pages = {path.relative_to(_OWN).as_posix(): file_hash(path) for path in sorted(paths)}
    return {"library": library_files(library), "pages": pages, "packages": packages(), "python": {"version": platform.python_version()}}


class Notebook:
    """A notebook's file, read once for all that rests on it.

    ``cells``: code cells, position and id → sha256; ``prose``: one hash over all that a page takes from the notebook beside
    its code: Markdown, tags, the notebook's own settings.
    """

    def __init__(self, source: bytes):
        self.source, whole = source, json.loads(source)
        texts = [(cell["cell_type"], "".join(cell["source"]), cell) for cell in whole["cells"]]
        numbered = enumerate(texts, start=1)
        self.cells = {f"{number} ({cell.get('id', '')})": text_hash(text) for number, (kind, text, cell) in numbered if kind == "code"}
        prose = [[text if kind == "markdown" else "", cell.get("metadata", {}), cell.get("attachments", {})] for kind, text, cell in texts]
        self.prose = digest_of([prose, whole.get("metadata", {})])


def ingredients(notebook: Notebook, report: Report, shared: Ingredients, data: dict[str, str]) -> Ingredients:
    """All that a report's results rest on. ``shared``: the surroundings. The data count, not their place."""
    own = {name: json.dumps(value, ensure_ascii=False) for name, value in sorted(report.parameters.items()) if name != "data"}
    kept = {kind: shared[kind] for kind in ("library", "packages", "python")}
    return {"data": data, "parameters": own, "cells": notebook.cells, **kept}


def fingerprint(parts: Ingredients) -> str:
    """sha256 (hex) over all ingredients. Cells count by content and order, whatever their ids."""
    return digest_of({**parts, "cells": list(parts["cells"].values())})


def page_key(notebook: Notebook, report: Report, other_page: str, shared: Ingredients) -> str:
    """sha256 (hex) over what only the page depends on: prose, title, links, what sets it, and what is expected of it."""
    return digest_of([notebook.prose, report.title, other_page, vars(report.expects), shared["pages"]])


def differences(old: Ingredients, new: Ingredients) -> list[str]:
    """Every ingredient that is another one, or only in one of the two, in words."""
    found = []
    for kind, words in _WORDS.items():
        before, after = old.get(kind, {}), new.get(kind, {})
        # a data package's description comes last: it changes with every table, since it holds their hashes
        for name in sorted({**after, **before}, key=lambda name: name.endswith(".json")):
            was, now = before.get(name, "missing"), after.get(name, "missing")
            if was != now:
                found.append(words.format(name=name, was=was, now=now))
    return found


def code_version() -> str:
    return version("coopanalysis")
