"""The plan as it was read and checked by the last run, for as long as nothing that it rests on has changed. Standard library only.

Why: a schedule starts the batch every hour, and reading and checking the same plan and data again takes longer than all the rest.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from coopanalysis.publish.files import file_hash
from coopanalysis.publish.ingredients import Surroundings, data_files
from coopanalysis.publish.reports import Library, Report
from coopanalysis.publish.state import PLAN, State


def checked_before(out: Path, call: dict[str, Any], library: Library, shared: Surroundings) -> list[Report] | None:
    """The reports that the same ``call`` gave, if plan, notebooks, data and library are what they were then; else None."""
    record = State(out).noted(PLAN)
    try:
        if (
            not record
            or record["call"] != call
            or record["surroundings"] != shared.digest
            or any(file_hash(Path(file)) != digest for file, digest in record["files"].items())
            or any(not files or data_files(library, folder) != files for folder, files in record["data"].items())
        ):
            return None
        return [Report.from_record(one) for one in record["reports"]]
    except OSError:
        return None


def note_checked(
    out: Path, call: dict[str, Any], plan_hash: str, notebooks: dict[Path, str], reports: list[Report], library: Library, shared: Surroundings
) -> None:
    """Remember reports that were read and found sound. ``plan_hash``, ``notebooks``: sha256 of the files as they were read."""
    record = {
        "call": call,
        "files": {call["plan"]: plan_hash, **{str(path): digest for path, digest in notebooks.items()}},
        "data": {folder: data_files(library, folder) for folder in {report.data: None for report in reports}},
        "surroundings": shared.digest,
        "reports": [report.to_record() for report in reports],
    }
    if State(out).noted(PLAN) != record:
        State(out).note(PLAN, record)
