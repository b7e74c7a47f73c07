"""What the last good run of each report was made from and gave: ``outputs/state``, for the next run, not for readers.

Why: results must not be lost when a batch is stopped, and a run must be able to say why a report runs again.
Everything here is a record of ours, sealed: one that is damaged counts as none, and nothing else is removed.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from coopanalysis.publish.files import file_hash, read_sealed, sealed, write_whole
from coopanalysis.publish.ingredients import Ingredients
from coopanalysis.publish.reports import Library

PLAN, PLACES, FAILED = "plan.json", "places.json", "failed.json"  # no report's record: they lie in state/run
_COPY_LIMIT = 20_000_000  # bytes: larger data files are compared by their hash alone
_SHOWN = 3  # changed rows named; the rest is counted


class State:
    """One record and one executed notebook for each report, and copies of the data files they were made from."""

    def __init__(self, out: Path):
        self.folder, self.run, self.data = out / "state", out / "state" / "run", out / "state" / "data"

    def record(self, name: str) -> dict[str, Any] | None:
        """What was kept of a report's last good run; None without one, or if it cannot be read."""
        return read_sealed(self.folder / f"{name}.json") or None

    def notebook(self, name: str) -> bytes:
        """The executed notebook that the record speaks of; nothing if another one lies there (a full disk came between the two)."""
        with suppress(OSError):
            content = (self.folder / f"{name}.ipynb").read_bytes()
            if hashlib.sha256(content).hexdigest() == (self.record(name) or {}).get("notebook"):
                return content
        return b""

    def keep(self, name: str, record: dict[str, Any], notebook: bytes) -> None:
        """The notebook first: a record without its notebook would promise too much."""
        write_whole(self.folder / f"{name}.ipynb", notebook)
        whole = {**record, "notebook": hashlib.sha256(notebook).hexdigest()}
        write_whole(self.folder / f"{name}.json", sealed(whole))

    def published(self, name: str, fingerprint: str) -> None:
        """Note that the edition holds the page of what was kept."""
        record = self.record(name)
        if record and record["fingerprint"] == fingerprint and record["unpublished"]:
            write_whole(self.folder / f"{name}.json", sealed({**record, "unpublished": False}))

    def note(self, name: str, record: dict[str, Any]) -> None:
        """Keep a record of the run itself (PLAN, PLACES, FAILED)."""
        write_whole(self.run / name, sealed(record))

    def noted(self, name: str) -> dict[str, Any]:
        """A record of the run itself; empty without one."""
        return read_sealed(self.run / name)

    def keep_data(self, library: Library, folder: str, hashes: dict[str, str]) -> None:
        """Copies of the data files, by content, so that a later change can be told row by row."""
        for name, path in library.data_files(folder).items():
            copy = self.data / hashes.get(name, "")
            if name in hashes and not copy.exists() and path.stat().st_size <= _COPY_LIMIT:
                content = path.read_bytes()
                if hashlib.sha256(content).hexdigest() == hashes[name]:  # else it was changed since
                    write_whole(copy, content)

    def tidy(self, names: set[str]) -> None:
        """Remove what no report of the plan needs, as far as it is ours: records that can be read, their notebooks, copies that are what they are called."""
        wanted = {digest for name in names if (record := self.record(name)) for digest in record["ingredients"]["data"].values()}
        for path in self.data.glob("*"):
            if path.name not in wanted and not path.is_symlink() and path.is_file() and file_hash(path) == path.name:
                path.unlink()
        for path in self.folder.glob("*.json"):
            if path.stem not in names and not path.is_symlink() and self.record(path.stem):
                if self.notebook(path.stem) and not path.with_suffix(".ipynb").is_symlink():
                    path.with_suffix(".ipynb").unlink()
                path.unlink()


def why(state: State, library: Library, old: Ingredients, new: Ingredients, folder: str) -> str:
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
            return _data_change(state, library, before, after, changed, folder)
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


def _data_change(state: State, library: Library, before: dict[str, str], after: dict[str, str], changed: list[str], folder: str) -> str:
    """The file and, where the older copy is kept, the key and the values of the rows that changed."""
    tables = [name for name in changed if name.endswith(".csv")]
    name = (tables or changed)[0]
    try:
        files = library.data_files(folder)
        old, descriptor = state.data / before.get(name, "none"), json.loads(next(iter(files.values())).read_text(encoding="utf-8"))
        schema = next(resource["schema"] for resource in descriptor["resources"] if resource["path"] == name)
        key = schema.get("primaryKey") or [schema["fields"][0]["name"]]
        rows = list(_row_changes(_rows(old), _rows(files[name]), [key] if isinstance(key, str) else list(key)))
    except (OSError, ValueError, LookupError, TypeError, StopIteration):
        return f"data: {name} changed"
    if not rows:
        return f"data: {name}: only the order or the form of the rows changed"
    more = f"; {len(rows) - _SHOWN} more rows" if len(rows) > _SHOWN else ""
    return f"data: {name}: " + "; ".join(rows[:_SHOWN]) + more


def _row_changes(old: list[dict[str, str]], new: list[dict[str, str]], key: list[str]) -> Iterator[str]:
    before, after = ({tuple(row.get(column) or "" for column in key): row for row in rows} for rows in (old, new))
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


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))
