"""Editions: built beside, synced, renamed, and switched to in one step. A reader never sees half of one."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

from coopanalysis.display.language import Language
from coopanalysis.publish.files import SUMS, file_hash, read_record, read_sums, sums_text, sync_folders, write_whole
from coopanalysis.publish.job import Job, Outcome
from coopanalysis.publish.verdict import OK

_NAME = re.compile(r"^\d{8}T\d{6}Z(-\d+)?$")
CARRIED = "<!-- carried -->"


class Store:
    """The folder ``outputs``: editions/, latest, failed/, last-run.json."""

    def __init__(self, out: Path):
        self.out, self.editions, self.latest = out, out / "editions", out / "latest"

    def names(self) -> list[str]:
        """Names of the editions, oldest first."""
        return sorted((path.name for path in self.editions.glob("*") if path.is_dir() and _NAME.match(path.name)), key=_order)

    def previous(self) -> Path | None:
        """The edition that readers see now; the newest one that is kept where ``latest`` was taken away."""
        target = self.latest.resolve() if self.latest.exists() else None
        found = [*([target] if target else []), *(self.editions / name for name in reversed(self.names()))]
        return next((edition for edition in found if read_record(edition / "summary.json")), None)

    def clear_remains(self) -> list[str]:
        """Take away what a killed run left half-built; returns what it was."""
        if (old := self.out / ".latest.old").exists() and not self.latest.exists():
            os.rename(old, self.latest)  # killed between two renames, on a system without links
        remains = [*self.editions.glob(".*.new"), *self.out.glob(".*.new"), *self.out.glob(".latest.old")]
        remains += [path for folder in ("state", "failed", "logs") for path in (self.out / folder).rglob(".*.new")]
        for path in remains:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
        return [path.relative_to(self.out).as_posix() for path in remains]

    def publish(self, files: dict[str, bytes], generated: datetime, keep: int) -> Path:
        """Write an edition beside, rename it into place, switch ``latest``, drop all but the newest ``keep``."""
        stem = generated.strftime("%Y%m%dT%H%M%SZ")
        taken = [_order(name)[1] for name in self.names() if _order(name)[0] == stem]
        name = f"{stem}-{max(taken) + 1}" if taken else stem
        self.editions.mkdir(parents=True, exist_ok=True)
        beside = self.editions / f".{name}.new"
        shutil.rmtree(beside, ignore_errors=True)
        try:
            for path, content in sorted(files.items()):
                write_whole(beside / path, content)
            write_whole(beside / SUMS, sums_text(files).encode("utf-8"))
            sync_folders(beside)
            os.rename(beside, self.editions / name)
        except BaseException:
            shutil.rmtree(beside, ignore_errors=True)
            raise
        self._switch(self.editions / name)
        # by name the newest are kept; the one just published stays whatever the clock said
        for old in [other for other in self.names() if other != name][: -(keep - 1) or None]:
            shutil.rmtree(self.editions / old, ignore_errors=True)
        return self.editions / name

    def keep_failed(self, outcomes: list[Outcome], names: set[str]) -> None:
        """Executed copies of failed reports, for the analyst; those of reports that are well again or no longer planned go."""
        folder = self.out / "failed"
        for path in folder.glob("*.ipynb"):
            if path.stem not in names:
                path.unlink()
        for outcome in outcomes:
            path = folder / f"{outcome.name}.ipynb"
            if outcome.failed_copy:
                write_whole(path, outcome.failed_copy)
            elif path.exists():
                path.unlink()

    def _switch(self, edition: Path) -> None:
        beside = self.out / ".latest.new"
        if beside.is_symlink() or beside.exists():
            beside.unlink() if beside.is_symlink() else shutil.rmtree(beside)
        try:
            os.symlink(os.path.relpath(edition, self.out), beside, target_is_directory=True)
        except (OSError, NotImplementedError):
            # no links here (Windows without the right): a copy, renamed into place
            shutil.copytree(edition, beside)
        if not beside.is_symlink() or (self.latest.exists() and not self.latest.is_symlink()):
            old = self.out / ".latest.old"
            shutil.rmtree(old, ignore_errors=True)
            if self.latest.exists():
                os.rename(self.latest, old)
            os.rename(beside, self.latest)
            shutil.rmtree(old, ignore_errors=True)
        else:
            os.replace(beside, self.latest)


def _order(name: str) -> tuple[str, int]:
    """Stamp and number of an edition's name: the tenth of one second comes after the second."""
    stamp, _, number = name.partition("-")
    return stamp, int(number or 1)


def whole_files(edition: Path, record: dict[str, Any]) -> dict[str, bytes]:
    """A report's files in an edition, if every one is as it was published; empty otherwise."""
    try:
        sums = read_sums(edition)
        intact = record.get("page") and all(file_hash(edition / path) == sums[path] for path in record["files"])
        return {path: (edition / path).read_bytes() for path in record["files"]} if intact else {}
    except (OSError, ValueError, KeyError):
        return {}


def dated_page(files: dict[str, bytes], record: dict[str, Any], lang: str, generated: str) -> tuple[dict[str, bytes], dict[str, Any]]:
    """The last good page of a report that could not be renewed, with its date in one plain sentence."""
    since = record.get("kept_from") or generated
    words = Language(lang)  # type: ignore[arg-type]
    sentence = words.text("This page is that of {date}: the last run could not renew it.", date=words.date(since))
    page = re.sub(r'<div class="carried">.*?</div>', CARRIED, files[record["page"]].decode("utf-8"), flags=re.DOTALL)
    marked = page.replace(CARRIED, f'<div class="carried"><p>{sentence}</p></div>', 1).encode("utf-8")
    return {**files, record["page"]: marked}, {**record, "kept_from": since}


def absent_record(job: Job, verdict: str, reason: str) -> dict[str, Any]:
    """The record of a report that was not asked for and has no page: it stays in the plan, and the index says so."""
    return {**fresh_record(job, Outcome(job.report.name, verdict, reason, 0.0, ran=False)), "fingerprint": ""}


def fresh_record(job: Job, outcome: Outcome) -> dict[str, Any]:
    """A report's record in summary.json, as this run made it; without a page where it is not ok."""
    ok = outcome.verdict == OK
    return {
        "name": job.report.name,
        "title": job.report.title,
        "notebook": job.report.notebook.name,
        "parameters": {key: value for key, value in job.report.parameters.items() if key != "data"},
        "verdict": outcome.verdict,
        "reason": outcome.reason,
        "notes": list(outcome.notes),
        "executed": outcome.ran,
        "renewed": ok,
        "seconds": round(outcome.seconds, 3),
        "fingerprint": job.fingerprint if ok else "",
        "page": f"{job.report.name}.html" if ok else "",
        "files": sorted(outcome.files),
        "opening": outcome.opening,
        "results": outcome.results,
    }


def summarise(
    edition: str, records: list[dict[str, Any]], started: datetime, seconds: float, code_version: str, sources: list[str], since: dict[str, list[str]]
) -> dict[str, Any]:
    """The content of summary.json: the run, its counts, what changed since the last edition, and each report."""
    dates = [record["opening"].get("as_of_date", "") for record in records if record["opening"]]
    return {
        "edition": edition,
        "generated": started.isoformat(),
        "code_version": code_version,
        "data_as_of": max(dates, default=""),
        "sources": sources,
        "started": started.isoformat(),
        "seconds": round(seconds, 3),
        "counts": dict(Counter(record["verdict"] for record in records)),
        "since_last_edition": since,
        "reports": records,
    }


def reproducible(summary: dict[str, Any]) -> dict[str, Any]:
    """Without durations where SOURCE_DATE_EPOCH asks for the same bytes again."""
    if "SOURCE_DATE_EPOCH" not in os.environ:
        return summary
    return {**summary, "seconds": 0, "reports": [{**report, "seconds": 0} for report in summary["reports"]]}


def as_json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode("utf-8")
