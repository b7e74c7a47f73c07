"""Writes size and hash of every data file into datapackage.json after a meant change.

    python -m coopanalysis.dataset.seal [FOLDER]

The hash is the seal that ``coopanalysis check`` compares with; changing a file without sealing it again is an error
on purpose, so that no value changes unnoticed.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path

from coopanalysis.dataset.descriptor import DESCRIPTOR, read_descriptor
from coopanalysis.dataset.schema import described
from coopanalysis.errors import DataError, Problem


def seal(folder: str | Path | None = None) -> list[str]:
    """Renew ``bytes`` and ``hash`` of every described file; returns the names of the resources that changed.

    ``folder``: the package's folder; None means the project's own ``data``. The description keeps its order and is
    replaced in one step, or not at all; a sealed package is not written again. Raises :class:`DataError` that names
    every described file that is missing.
    """
    root, descriptor = read_descriptor(folder)
    described(descriptor)  # a description of another shape is told before anything is written
    inside = root.resolve()
    missing = [
        Problem(resource["path"], "missing-file", "the file is described but not there, inside the folder", remedy="restore the file")
        for resource in descriptor["resources"]
        if not ((root / resource["path"]).resolve().is_relative_to(inside) and (root / resource["path"]).is_file())
    ]
    if missing:
        raise DataError(missing)
    changed = []
    for resource in descriptor["resources"]:
        content = (root / resource["path"]).read_bytes()
        renewed = {"bytes": len(content), "hash": f"sha256:{hashlib.sha256(content).hexdigest()}"}
        if any(resource.get(name) != value for name, value in renewed.items()):
            resource.update(renewed)
            changed.append(resource["name"])
    if changed:
        _replace(root / DESCRIPTOR, json.dumps(descriptor, ensure_ascii=False, indent=2) + "\n")
    return changed


def _replace(file: Path, text: str) -> None:
    # written beside and renamed, so that a reader or a power cut never meets half a description
    beside = file.with_name(f".{file.name}.new")
    try:
        beside.write_text(text, encoding="utf-8", newline="\n")
        os.replace(beside, file)
    finally:
        beside.unlink(missing_ok=True)


if __name__ == "__main__":
    try:
        names = seal(sys.argv[1] if len(sys.argv) > 1 else None)
    except DataError as error:
        sys.exit(str(error))
    print(f"sealed: {', '.join(names)}" if names else "nothing has changed")
