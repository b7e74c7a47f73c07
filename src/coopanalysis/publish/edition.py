"""Editions: built beside, synced, renamed, and switched to in one step. A reader never sees half of one."""

from __future__ import annotations

import itertools
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
    bytes_hash,
    file_hash,
    is_inside,
    no_link,
    read_record,
    read_sums,
    remove_ours,
    write,
    write_whole,
    writing,
)
from coopanalysis.publish.state import FAILED, PLACES, State

_NAME = re.compile(r"\d{8}T\d{6}Z(-\d+)?\Z")
FOLDERS = ("editions", "failed", "logs", "state", "state/run")
_AT_ONCE = 8  # files flushed to the disk at the same time, since a disk can


class Store:
    """The folder ``outputs``: editions/, latest, failed/, last-run.json."""

    def __init__(self, out: Path):
        self.out, self.editions, self.latest = out, out / "editions", out / "latest"

    def names(self) -> list[str]:
        """Names of the editions, oldest first; the tenth of one second comes after the second."""
        names = [path.name for path in self.editions.glob("*") if _NAME.match(path.name) and path.is_dir() and not path.is_symlink()]
        return sorted(names, key=lambda name: (name[:16], len(name), name))

    def refuse_links(self) -> None:
        """Raise :class:`CannotWrite` for a link in the place of anything that the batch writes, before any report runs."""
        folders = [self.out / name for name in FOLDERS]
        for path in (*self.out.glob("*.json"), *folders, *(path for folder in folders for path in folder.glob("*"))):
            with writing(path):
                no_link(path)

    def clear_remains(self) -> list[str]:
        """Remove what a killed run left half-built (told by its name); what it was."""
        remains = [path for name in ("", *FOLDERS) for path in (self.out / name).glob(REMAINS)]
        for path in remains:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)  # a link: itself, not what it leads to
        for old in self.out.glob(".latest.*.old"):
            _remove(old)
        if (names := self.names()) and not self.latest.exists():
            self._switch(self.editions / names[-1])  # killed between two renames, on a system without links
        return [path.relative_to(self.out).as_posix() for path in remains]

    def publish(self, files: dict[str, bytes], moment: Moment, keep: int) -> Path:
        """Write an edition beside, rename it into place, switch ``latest``, drop all but the newest ``keep``."""
        if outside := [name for name in files if not is_inside(name)]:
            raise CoopError(f"a report gives files outside the edition: {', '.join(map(repr, sorted(outside)[:3]))}; nothing was published")
        same = [name for name in self.names() if name.startswith(moment.stem)]
        final = self.editions / (f"{moment.stem}-{int(same[-1][17:] or 1) + 1}" if same else moment.stem)
        new = beside(final)
        sums = "".join(f"{bytes_hash(content)}  {name}\n" for name, content in sorted(files.items()))  # as ``sha256sum -c`` reads it
        with writing(final):
            try:
                _write_all(new, {**files, SUMS: sums.encode()})
                os.rename(new, final)
            except BaseException:
                shutil.rmtree(new, ignore_errors=True)
                raise
            self._switch(final)
        # by name the newest are kept; the one just published stays whatever the clock said
        for old in [name for name in self.names() if name != final.name][: -(keep - 1) or None]:
            _remove(self.editions / old)
        return final

    def keep_failed(self, copies: dict[str, bytes], done: set[str], names: set[str]) -> None:
        """Executed notebooks of failed reports, for the analyst (``copies``: report → content). Those of reports that were
        ``done`` well or are no longer among ``names`` go; a file that we did not write, or that was changed since, stays.
        """
        state, folder = State(self.out), self.out / "failed"
        ours = state.noted(FAILED)
        kept = {file: digest for file, digest in ours.items() if re.sub(r"(~\d+)?\.ipynb\Z", "", file) in names - done - copies.keys()}
        remove_ours(folder, {file: digest for file, digest in ours.items() if file not in kept})
        for report, content in copies.items():
            files = (f"{report}{'' if number == 1 else f'~{number}'}.ipynb" for number in itertools.count(1))
            file = next(file for file in files if not os.path.lexists(folder / file))
            write_whole(folder / file, content)
            kept[file] = bytes_hash(content)
        if kept != ours:
            state.note(FAILED, kept)

    def _switch(self, edition: Path) -> None:
        """``latest`` becomes this edition: a link, or where there are none (Windows without the right) a copy."""
        new, old = beside(self.latest), beside(self.latest).with_suffix(".old")
        try:
            os.symlink(os.path.relpath(edition, self.out), new, target_is_directory=True)
        except (OSError, NotImplementedError):
            shutil.copytree(edition, new)
        try:
            os.replace(new, self.latest)
        except OSError:  # a folder, or a link to one on Windows, cannot be replaced in one step
            os.rename(self.latest, old)
            os.rename(new, self.latest)
            _remove(old)


class Intact:
    """The edition that readers see now, or the newest one that is kept where ``latest`` was taken away; empty without one.
    Called with a file's name, it says whether that is as it was published.

    A file of it was hashed when the last run ended; it is hashed again where its size, times or place on the disk are no
    longer the same. (What a failing disk does behind the system's back is for ``verify`` to find.)
    """

    def __init__(self, out: Path):
        store = Store(out)
        self.state, self.summary = State(out), dict[str, Any]()
        for self.folder in (store.latest.resolve(), *(store.editions / name for name in reversed(store.names()))):
            with suppress(OSError, ValueError):
                self.sums = read_sums(self.folder)
                self.summary = json.loads(self.read("summary.json"))
                break
        else:
            self.sums = {}
        noted = self.state.noted(PLACES)
        self.places = noted["places"] if noted and noted["edition"] == self.folder.name else {}

    def __call__(self, name: str) -> bool:
        try:
            return name in self.sums and (self.places.get(name) == self._place(name) or file_hash(self.folder / name) == self.sums[name])
        except OSError:
            return False

    def read(self, name: str) -> bytes:
        """The content of a file that is as it was published; else ``OSError``."""
        content = (self.folder / name).read_bytes()
        if bytes_hash(content) != self.sums.get(name):
            raise OSError(None, f"{name} is not as it was published")
        return content

    def note(self) -> None:
        """Remember where the files are that are as they were published."""
        places = {name: self._place(name) for name in self.sums if self(name)}
        if self.sums and places != self.places:
            self.state.note(PLACES, {"edition": self.folder.name, "places": places})

    def _place(self, name: str) -> list[int]:
        found = os.lstat(self.folder / name)
        return [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]


def last_verdicts(out: Path) -> dict[str, str]:
    """Report → verdict of the last run; empty without one."""
    records = read_record(out / "last-run.json").get("reports")
    pairs = [(one.get("name"), one.get("verdict")) for one in records if isinstance(one, dict)] if isinstance(records, list) else []
    return {name: verdict for name, verdict in pairs if isinstance(name, str) and isinstance(verdict, str)}


def _write_all(folder: Path, files: dict[str, bytes]) -> None:
    """Files and their folders, all of them on the disk before this returns."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(write, (folder / name for name in files), files.values()))
        if os.name == "posix":  # elsewhere folders cannot be opened
            list(pool.map(_flush, [folder.parent, *(place for place, _, _ in os.walk(folder))]))


def _flush(folder: Path | str) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove(edition: Path) -> None:
    """Remove of an edition, or of a copy of it, what was published in it; of a link to one the link."""
    with suppress(OSError, ValueError):
        if edition.is_symlink():
            edition.unlink()
        else:
            remove_ours(edition, {**read_sums(edition), SUMS: file_hash(edition / SUMS)})
    with suppress(OSError):
        edition.rmdir()  # what a run that was killed at this point left empty
