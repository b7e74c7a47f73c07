"""One number for everything a report's content depends on: the same fingerprint, the same report."""

from __future__ import annotations

import hashlib
import json
import platform
from functools import cache
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import nbformat

from coopanalysis.dataset.descriptor import package_hash, read_descriptor

PACKAGE = Path(__file__).resolve().parents[1]
_CONTENT = ("dataset", "metrics", "display")  # what notebooks run; publish only sets the page


def fingerprint(notebook: Path, parameters: dict[str, Any]) -> str:
    """sha256 (hex) over code cells, parameters, data package, library sources, installed versions and Python."""
    cells = [cell.source for cell in nbformat.read(notebook, as_version=4).cells if cell.cell_type == "code"]
    where = {name: value for name, value in parameters.items() if name != "data"}  # the data count, not their place
    parts = {
        "cells": cells,
        "parameters": where,
        "data": _data(str(parameters.get("data", ""))),
        "library": library_hash(),
        "versions": _versions(),
        "python": platform.python_version(),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode("utf-8")).hexdigest()


@cache
def library_hash() -> str:
    """sha256 over the sources and translations that notebooks use, in a fixed order."""
    digest = hashlib.sha256()
    files = [path for name in _CONTENT for path in (PACKAGE / name).rglob("*") if path.suffix in (".py", ".po")]
    for path in sorted([*files, *PACKAGE.glob("*.py")]):
        digest.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


@cache
def _data(folder: str) -> str:
    return package_hash(*read_descriptor(folder or None))


@cache
def _versions() -> list[str]:
    return sorted(f"{found.metadata['Name']}=={found.version}" for found in distributions())
