"""What the last good run of each report was made from and gave: ``outputs/state``, for the next run, not for readers.

Here for: results lost when a batch is stopped (they are kept as they come), and for saying why a report runs again.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from coopanalysis.dataset.descriptor import find_descriptor
from coopanalysis.publish.files import read_record, write_whole
from coopanalysis.publish.fingerprint import Ingredients

_COPY_LIMIT = 20_000_000  # bytes: larger data files are compared by their hash alone
_SHOWN = 3  # changed rows named; the rest is counted


class State:
    """One record and one executed notebook for each report, and copies of the data files they were made from."""

    def __init__(self, out: Path):
        self.folder = out / "state"

    def record(self, name: str) -> dict[str, Any] | None:
        """What was kept of a report's last good run; None without one, or if it cannot be read."""
        found = read_record(self.folder / f"{name}.json")
        return found if set(found) >= {"fingerprint", "page_key", "ingredients", "unpublished", "notebook"} else None

    def notebook(self, name: str) -> bytes:
        """The executed notebook that the record speaks of; nothing if another one lies there (a full disk came between the two)."""
        path, record = self.folder / f"{name}.ipynb", self.record(name)
        content = path.read_bytes() if path.is_file() and record else b""
        return content if record and hashlib.sha256(content).hexdigest() == record["notebook"] else b""

    def keep(self, name: str, record: dict[str, Any], notebook: bytes) -> None:
        """The notebook first: a record without its notebook would promise too much."""
        write_whole(self.folder / f"{name}.ipynb", notebook)
        whole = {**record, "notebook": hashlib.sha256(notebook).hexdigest()}
        write_whole(self.folder / f"{name}.json", json.dumps(whole, ensure_ascii=False, indent=1).encode("utf-8"))

    def keep_data(self, folder: str, files: dict[str, str]) -> None:
        """Copies of the data files, by content, so that a later change can be told row by row."""
        root = find_descriptor(folder or None).parent
        for name, digest in files.items():
            copy = self.folder / "data" / digest
            if not copy.exists() and (root / name).stat().st_size <= _COPY_LIMIT:
                content = (root / name).read_bytes()
                if hashlib.sha256(content).hexdigest() == digest:  # else it was changed since
                    write_whole(copy, content)

    def tidy(self, names: set[str]) -> None:
        """Drop what no report of the plan and no kept record needs."""
        wanted = {digest for name in names if (record := self.record(name)) for digest in record["ingredients"]["data"].values()}
        for path in (self.folder / "data").glob("*"):
            if path.name not in wanted:
                path.unlink()
        for path in self.folder.glob("*.json"):
            if path.stem not in names and path.stem != "run":
                path.unlink()
                path.with_suffix(".ipynb").unlink(missing_ok=True)


def why(state: State, old: Ingredients, new: Ingredients, folder: str) -> str:
    """The first ingredient that changed, in an analyst's words; empty if none did."""
    for kind in ("data", "library", "parameters", "packages", "cells", "python"):
        before, after = old.get(kind, {}), new[kind]
        changed = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
        if kind == "cells":
            if list(before.values()) == list(after.values()):
                continue
            ids = {name.partition(" ")[2]: digest for name, digest in before.items()}
            changed = [name for name, digest in after.items() if ids.get(name.partition(" ")[2]) != digest]
            if not changed:
                return "a code cell was taken out or moved"
            return f"code cell {changed[0]} {'changed' if changed[0].partition(' ')[2] in ids else 'added'}"
        if not changed:
            continue
        if kind == "data":
            return _data_change(state, before, after, changed, folder)
        name = changed[0]
        was, now = before.get(name, "not there"), after.get(name, "not there")
        words = {
            "library": f"library: {name} changed",
            "python": f"Python {was} → {now}",
            "packages": f"package {name} {was} → {now}",
            "parameters": f"parameter {name}: {was} → {now}",
        }
        return words[kind] + (f" (and {len(changed) - 1} more)" if len(changed) > 1 else "")
    return ""


def _data_change(state: State, before: dict[str, str], after: dict[str, str], changed: list[str], folder: str) -> str:
    """The file and, where the older copy is kept, the key and the values of the rows that changed."""
    tables = [name for name in changed if name.endswith(".csv")]
    name = (tables or changed)[0]
    old = state.folder / "data" / before.get(name, "none")
    root = find_descriptor(folder or None).parent
    if not (name.endswith(".csv") and old.is_file() and (root / name).is_file()):
        return f"data: {name} changed"
    descriptor = json.loads(find_descriptor(folder or None).read_text(encoding="utf-8"))
    schema = next(resource["schema"] for resource in descriptor["resources"] if resource["path"] == name)
    key = schema.get("primaryKey") or [schema["fields"][0]["name"]]
    rows = list(_row_changes(old, root / name, [key] if isinstance(key, str) else list(key)))
    if not rows:
        return f"data: {name}: only the order or the form of the rows changed"
    more = f"; {len(rows) - _SHOWN} more rows" if len(rows) > _SHOWN else ""
    return f"data: {name}: " + "; ".join(rows[:_SHOWN]) + more


def _row_changes(old: Path, new: Path, key: list[str]) -> Iterator[str]:
    before, after = _rows(old, key), _rows(new, key)
    for place in [*after, *(place for place in before if place not in after)]:
        first, second = before.get(place), after.get(place)
        if first == second:
            continue
        words = ", ".join(part for part in place if part)
        if first is None or second is None:
            yield f"{words} {'added' if first is None else 'taken out'}"
        else:
            cells = [f"{column} {first.get(column)!r} → {value!r}" for column, value in second.items() if first.get(column) != value]
            yield f"{words} ({', '.join(cells)})"


def _rows(path: Path, key: list[str]) -> dict[tuple[str, ...], dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return {tuple(row.get(column) or "" for column in key): row for row in csv.DictReader(stream)}
