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

from coopanalysis.dataset.package import DESCRIPTOR, read_descriptor
from coopanalysis.errors import DataError


def seal(folder: str | Path | None = None) -> list[str]:
    """Renew ``bytes`` and ``hash`` of every described file; returns the names of the resources that changed.

    The descriptor is replaced in one step, or not at all. Raises :class:`DataError` if a file is missing.
    """
    root, descriptor = read_descriptor(folder)
    changed = []
    for resource in descriptor["resources"]:
        content = (root / resource["path"]).read_bytes()
        renewed = {"bytes": len(content), "hash": f"sha256:{hashlib.sha256(content).hexdigest()}"}
        if any(resource.get(name) != value for name, value in renewed.items()):
            resource.update(renewed)
            changed.append(resource["name"])
    if changed:
        beside = root / f".{DESCRIPTOR}.new"
        beside.write_text(json.dumps(descriptor, ensure_ascii=False, indent=2) + "\n", encoding="utf-8", newline="\n")
        os.replace(beside, root / DESCRIPTOR)
    return changed


if __name__ == "__main__":
    try:
        names = seal(sys.argv[1] if len(sys.argv) > 1 else None)
    except (DataError, FileNotFoundError) as error:
        sys.exit(str(error))
    print(f"sealed: {', '.join(names)}" if names else "nothing has changed")
