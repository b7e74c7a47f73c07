"""What the last good run of each report was made from and gave: ``outputs/state``, for the next run, not for readers.

Why: results must not be lost when a batch is stopped, and a run must be able to say why a report runs again; a schedule starts
the batch every hour, and reading and checking the same plan again takes longer than all the rest.
Everything here is a record of ours, sealed: one that is damaged counts as none.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path
from typing import Any

from coopanalysis.publish.files import digest_of, file_hash, read_sealed, sealed, write_whole
from coopanalysis.publish.ingredients import Ingredients, data_files
from coopanalysis.publish.reports import Library, Report

PLAN, PLACES, FAILED = "plan.json", "places.json", "failed.json"  # no report's record: they lie in state/run


class State:
    """One record and one executed notebook for each report, and records of the run itself."""

    def __init__(self, out: Path):
        self.folder, self.run = out / "state", out / "state" / "run"

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
        write_whole(self.folder / f"{name}.json", sealed({**record, "notebook": hashlib.sha256(notebook).hexdigest()}))

    def published(self, name: str, fingerprint: str, page_key: str) -> None:
        """Note what the page in the edition was set with, if it is that of what was kept."""
        record = self.record(name)
        if record and record["fingerprint"] == fingerprint:
            write_whole(self.folder / f"{name}.json", sealed({**record, "page_key": page_key}))

    def note(self, name: str, record: dict[str, Any]) -> None:
        """Keep a record of the run itself (PLAN, PLACES, FAILED)."""
        if self.noted(name) != record:
            write_whole(self.run / name, sealed(record))

    def noted(self, name: str) -> dict[str, Any]:
        """A record of the run itself; empty without one."""
        return read_sealed(self.run / name)


def checked_before(out: Path, call: dict[str, Any], library: Library, shared: Ingredients) -> list[Report] | None:
    """The reports that the same ``call`` gave, if notebooks, data and library are what they were then; else None.

    ``call``: what the command line asks for, with the sha256 of the plan as it was before it was read.
    """
    record = State(out).noted(PLAN)
    with suppress(OSError, LookupError, TypeError):  # a file is gone, or the record is of another version of the program
        reports = [Report.from_record(one) for one in record["reports"]]
        if record["rests_on"] == _rests_on(call, reports, library, shared):
            return reports
    return None


def note_checked(out: Path, call: dict[str, Any], reports: list[Report], library: Library, shared: Ingredients) -> None:
    """Remember reports that were read and found sound."""
    record = {"rests_on": _rests_on(call, reports, library, shared), "reports": [report.to_record() for report in reports]}
    State(out).note(PLAN, record)


def _rests_on(call: dict[str, Any], reports: list[Report], library: Library, shared: Ingredients) -> str:
    notebooks = {str(path): file_hash(path) for path in {report.notebook for report in reports}}
    return digest_of([call, notebooks, {folder: data_files(library, folder) for folder in {report.data for report in reports}}, shared])
