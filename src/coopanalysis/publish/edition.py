"""Editions: built beside, synced, renamed, and switched to in one step. A reader never sees half of one."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

from coopanalysis.errors import CoopError
from coopanalysis.publish.clock import Moment
from coopanalysis.publish.files import (
    REMAINS,
    SUMS,
    beside,
    file_hash,
    is_inside,
    no_link,
    read_record,
    read_sums,
    remove_tree,
    sync,
    write,
    write_whole,
    writing,
)
from coopanalysis.publish.state import FAILED, PLACES, State

_NAME = re.compile(r"\d{8}T\d{6}Z(-\d+)?\Z")
FOLDERS = ("editions", "failed", "logs", "state", "state/run")
_AT_ONCE = 8  # files flushed to the disk at the same time


class Store:
    """The folder ``outputs``: editions/, latest, failed/, last-run.json."""

    def __init__(self, out: Path):
        self.out, self.editions, self.latest = out, out / "editions", out / "latest"

    def names(self) -> list[str]:
        """Names of the editions, oldest first."""
        folders = (path for path in self.editions.glob("*") if path.is_dir() and not path.is_symlink())
        return sorted((path.name for path in folders if _NAME.match(path.name)), key=_order)

    def previous(self) -> Path | None:
        """The edition that readers see now; the newest one that is kept where ``latest`` was taken away."""
        target = self.latest.resolve() if self.latest.exists() else None
        found = [*([target] if target else []), *(self.editions / name for name in reversed(self.names()))]
        return next((edition for edition in found if self.summary(edition)), None)

    def summary(self, edition: Path) -> dict[str, Any]:
        """The summary of an edition; empty if it is not as it was published."""
        with suppress(OSError, ValueError):
            content = (edition / "summary.json").read_bytes()
            if hashlib.sha256(content).hexdigest() == read_sums(edition).get("summary.json"):
                return dict(json.loads(content))
        return {}

    def refuse_links(self) -> None:
        """Raise :class:`CannotWrite` for a link in the place of anything that the batch writes, before any report runs."""
        for folder in (self.out / name for name in FOLDERS):
            with writing(folder):
                no_link(folder)
                for path in folder.glob("*"):
                    no_link(path)
        for file in (path for path in self.out.glob("*.json")):
            with writing(file):
                no_link(file)

    def clear_remains(self) -> list[str]:
        """Remove what a killed run left half-built (told by its name); what it was."""
        if (old := self.out / ".latest.old").exists() and not self.latest.exists():
            os.rename(old, self.latest)  # killed between two renames, on a system without links
        remains = [
            path for folder in (self.out, *(self.out / name for name in FOLDERS)) for path in folder.glob(".*.new") if REMAINS.match(path.name)
        ]
        for path in remains:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)  # a link: itself, not what it leads to
        return [path.relative_to(self.out).as_posix() for path in remains]

    def publish(self, files: dict[str, bytes], moment: Moment, keep: int) -> Path:
        """Write an edition beside, rename it into place, switch ``latest``, drop all but the newest ``keep``."""
        if outside := [name for name in files if not is_inside(name)]:
            raise CoopError(f"a report gives files outside the edition: {', '.join(map(repr, sorted(outside)[:3]))}; nothing was published")
        taken = [_order(name)[1] for name in self.names() if _order(name)[0] == moment.stem]
        name = f"{moment.stem}-{max(taken) + 1}" if taken else moment.stem
        final = self.editions / name
        new = beside(final)
        with writing(final):
            new.mkdir(parents=True)
            try:
                _write_all(new, {**files, SUMS: _sums(files)})
                os.rename(new, final)
            except BaseException:
                shutil.rmtree(new, ignore_errors=True)
                raise
            self._switch(final)
        # by name the newest are kept; the one just published stays whatever the clock said
        for old in [other for other in self.names() if other != name][: -(keep - 1) or None]:
            with suppress(OSError, ValueError):
                remove_tree(self.editions / old, {**read_sums(self.editions / old), SUMS: file_hash(self.editions / old / SUMS)})
        return final

    def keep_failed(self, copies: dict[str, bytes], done: set[str], names: set[str]) -> None:
        """Executed notebooks of failed reports, for the analyst (``copies``: report → content). Those of reports that were
        ``done`` well or are no longer among ``names`` go; a file that we did not write, or that was changed since, stays.
        """
        state, folder = State(self.out), self.out / "failed"
        ours = state.noted(FAILED)
        kept = {}
        for name, digest in ours.items():
            path = folder / name
            if path.is_symlink() or not path.is_file() or file_hash(path) != digest:
                continue
            report = re.sub(r"(~\d+)?\.ipynb\Z", "", name)
            if report in copies or report in done or report not in names:
                path.unlink()
            else:
                kept[name] = digest
        for report, content in copies.items():
            free = (f"{report}{'' if number == 1 else f'~{number}'}.ipynb" for number in range(1, 1000))
            name = next(name for name in free if not (folder / name).exists() and not (folder / name).is_symlink())
            write_whole(folder / name, content)
            kept[name] = hashlib.sha256(content).hexdigest()
        if kept != ours:
            state.note(FAILED, kept)

    def _switch(self, edition: Path) -> None:
        """``latest`` becomes this edition: a link, or where there are none (Windows without the right) a copy."""
        new = beside(self.latest)
        linked = self.latest.is_symlink() or not self.latest.exists()
        try:
            os.symlink(os.path.relpath(edition, self.out), new, target_is_directory=True)
        except (OSError, NotImplementedError):
            shutil.copytree(edition, new)
            linked = False
        if linked and os.name == "posix":
            os.replace(new, self.latest)
            return
        old = self.out / ".latest.old"  # a folder, or a link to one on Windows, cannot be replaced in one step
        self._drop(old)
        if self.latest.is_symlink() or self.latest.exists():
            os.rename(self.latest, old)
        os.rename(new, self.latest)
        self._drop(old)

    def _drop(self, copy: Path) -> None:
        if copy.is_symlink():
            copy.unlink()
        elif copy.is_dir():
            with suppress(OSError, ValueError):
                remove_tree(copy, {**read_sums(copy), SUMS: file_hash(copy / SUMS)})
            if copy.exists():  # something of somebody's is in it
                os.rename(copy, beside(self.out / "latest-kept").with_suffix(""))


def _write_all(folder: Path, files: dict[str, bytes]) -> None:
    """Files and their folders, all of them on the disk before this returns; several are flushed at once, since a disk can."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        write(folder / name, content)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(sync, (folder / name for name in files)))
        list(pool.map(sync, (folder, *(path for path in folder.rglob("*") if path.is_dir()), folder.parent)))


def _sums(files: dict[str, bytes]) -> bytes:
    """SHA256SUMS as ``sha256sum -c`` reads it."""
    return "".join(f"{hashlib.sha256(content).hexdigest()}  {path}\n" for path, content in sorted(files.items())).encode("utf-8")


def _order(name: str) -> tuple[str, int]:
    """Stamp and number of an edition's name: the tenth of one second comes after the second."""
    stamp, _, number = name.partition("-")
    return stamp, int(number or 1)


class Intact:
    """Which files of an edition are as they were published.

    A file was hashed when the last run ended; it is hashed again where its size, times or place on the disk are no longer
    the same. (What a failing disk does behind the system's back is for ``verify`` to find.)
    """

    def __init__(self, out: Path, edition: Path | None):
        self.edition, self.sums = edition, {}
        if edition is not None:
            with suppress(OSError, ValueError):
                self.sums = read_sums(edition)
        noted = State(out).noted(PLACES)
        self.places = noted["places"] if noted and edition and noted["edition"] == edition.name else {}

    def __call__(self, name: str) -> bool:
        if self.edition is None or name not in self.sums or not is_inside(name):
            return False
        try:
            place = self._place(name)
            return self.places.get(name) == place or file_hash(self.edition / name) == self.sums[name]
        except OSError:
            return False

    def read(self, name: str) -> bytes:
        """The content of a file that is as it was published; else ``OSError``."""
        assert self.edition is not None
        content = (self.edition / name).read_bytes()
        if hashlib.sha256(content).hexdigest() != self.sums.get(name):
            raise OSError(None, f"{name} is not as it was published")
        return content

    def note(self, out: Path) -> None:
        """Remember where the files are that are as they were published."""
        if self.edition is not None:
            places = {name: self._place(name) for name in self.sums if self(name)}
            if places != self.places:
                State(out).note(PLACES, {"edition": self.edition.name, "places": places})

    def _place(self, name: str) -> list[int]:
        assert self.edition is not None
        found = os.lstat(self.edition / name)
        return [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]


def last_verdicts(out: Path) -> dict[str, str]:
    """Report → verdict of the last run; empty without one."""
    records = read_record(out / "last-run.json").get("reports")
    pairs = [(one.get("name"), one.get("verdict")) for one in records if isinstance(one, dict)] if isinstance(records, list) else []
    return {name: verdict for name, verdict in pairs if isinstance(name, str) and isinstance(verdict, str)}
