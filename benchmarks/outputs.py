"""Whether two ways of running a report gave the same: every displayed figure, table and result, cell by cell.

Compared is what cells displayed, by media type. Not compared: what a kernel says on stderr about itself, and the
metadata of outputs, which ploomber-engine drops.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

FIGURE = "image/svg+xml"
Shown = list[list[dict[str, str]]]  # for each code cell of the report: media type → hash, for each output


class Different(Exception):
    """Two variants gave different outputs; the message says which report, cell and kind."""


def shown(notebook: Path) -> Shown:
    """What the code cells of an executed notebook displayed."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code" and "injected-parameters" not in cell["metadata"].get("tags", [])]
    return [[_hashes(output["data"]) for output in cell["outputs"] if "data" in output] for cell in code]


def figures(outputs: Shown) -> int:
    """How many figures there are among the outputs."""
    return sum(FIGURE in output for cell in outputs for output in cell)


def compare(ours: dict[str, Shown], theirs: dict[str, Shown], variant: str) -> str:
    """A line that counts what is the same; raises :class:`Different` at the first difference."""
    if set(ours) != set(theirs):
        raise Different(f"{variant}: other reports: {', '.join(sorted(set(ours) ^ set(theirs))[:5])}")
    for name, cells in ours.items():
        if len(cells) != len(theirs[name]):
            raise Different(f"{variant}: {name} has {len(theirs[name])} code cells, ours {len(cells)}")
        for number, (first, second) in enumerate(zip(cells, theirs[name], strict=True), start=1):
            if len(first) != len(second):
                raise Different(f"{variant}: {name}, code cell {number} displayed {len(second)} outputs, ours {len(first)}")
            for one, other in zip(first, second, strict=True):
                differ = sorted(kind for kind in {*one, *other} if one.get(kind) != other.get(kind))
                if differ:
                    raise Different(f"{variant}: {name}, code cell {number}: {', '.join(differ)} is not the same as ours")
    count = sum(len(cell) for cells in ours.values() for cell in cells)
    return f"{variant}: {len(ours)} reports, {sum(map(figures, ours.values()))} figures and {count} outputs in all, the same as ours"


def read_all(folder: Path) -> dict[str, Shown]:
    """The outputs of every executed notebook in a folder, by report."""
    return {path.stem: shown(path) for path in sorted(folder.glob("*.ipynb"))}


def _hashes(data: dict[str, Any]) -> dict[str, str]:
    return {kind: hashlib.sha256(json.dumps(_whole(value), sort_keys=True).encode()).hexdigest() for kind, value in data.items()}


def _whole(value: Any) -> Any:
    """A text, however the file breaks it into lines; a final line break does not count."""
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        value = "".join(value)
    return value.rstrip("\n") if isinstance(value, str) else value
