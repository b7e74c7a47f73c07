"""Editions: built beside, synced, renamed, and switched to in one step. A reader never sees half of one."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from coopanalysis.display.language import Language
from coopanalysis.publish.job import Job, Outcome
from coopanalysis.publish.verdict import OK

_NAME = re.compile(r"^\d{8}T\d{6}Z(-\d+)?$")
CARRIED = "<!-- carried -->"


def now() -> datetime:
    """The time a run is stamped with: SOURCE_DATE_EPOCH where it is set, so that a run can be repeated to the byte."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    return datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC).replace(microsecond=0)


class Store:
    """The folder ``outputs``: editions/, latest, failed/, last-run.json."""

    def __init__(self, out: Path):
        self.out, self.editions, self.latest = out, out / "editions", out / "latest"

    def names(self) -> list[str]:
        """Names of the editions, oldest first."""
        return sorted(path.name for path in self.editions.glob("*") if path.is_dir() and _NAME.match(path.name))

    def previous(self) -> Path | None:
        """The edition that readers see now."""
        target = self.latest.resolve() if self.latest.exists() else None
        return target if target and (target / "summary.json").is_file() else None

    def publish(self, files: dict[str, bytes], generated: datetime, keep: int) -> Path:
        """Write an edition beside, rename it into place, switch ``latest``, drop all but the newest ``keep``."""
        stem = generated.strftime("%Y%m%dT%H%M%SZ")
        name, number = stem, 1
        while (self.editions / name).exists():
            number += 1
            name = f"{stem}-{number}"
        self.editions.mkdir(parents=True, exist_ok=True)
        beside = self.editions / f".{name}.new"
        shutil.rmtree(beside, ignore_errors=True)
        try:
            for path, content in sorted(files.items()):
                _write(beside / path, content)
            sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {path}\n" for path, content in sorted(files.items()))
            _write(beside / "SHA256SUMS", sums.encode("utf-8"))
            _sync(beside)
            os.rename(beside, self.editions / name)
        except BaseException:
            shutil.rmtree(beside, ignore_errors=True)
            raise
        self._switch(self.editions / name)
        for old in self.names()[: -max(keep, 1)]:
            shutil.rmtree(self.editions / old, ignore_errors=True)
        return self.editions / name

    def keep_failed(self, outcomes: list[Outcome]) -> None:
        """Executed copies of failed reports, for the analyst; those of reports that are well again go."""
        folder = self.out / "failed"
        for outcome in outcomes:
            path = folder / f"{outcome.name}.ipynb"
            if outcome.failed_copy:
                _write(path, outcome.failed_copy)
            elif path.exists():
                path.unlink()

    def write_last_run(self, summary: dict[str, Any]) -> None:
        _write(self.out / "last-run.json", as_json(summary))

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


def carried_over(previous: Path | None, outcome: Outcome, lang: str) -> tuple[dict[str, bytes], dict[str, Any]]:
    """The last good page and files of a failed report, dated, with one plain sentence; empty if there are none."""
    if previous is None:
        return {}, {}
    summary = json.loads((previous / "summary.json").read_text(encoding="utf-8"))
    record = next((report for report in summary["reports"] if report["name"] == outcome.name and report.get("page")), None)
    if record is None or not (previous / record["page"]).is_file():
        return {}, {}
    since = record.get("kept_from") or summary["generated"][:10]
    words = Language(lang)  # type: ignore[arg-type]
    sentence = words.text("This page is that of {date}: the last run could not renew it.", date=words.date(since))
    files = {path: (previous / path).read_bytes() for path in record["files"] if (previous / path).is_file()}
    page = files[record["page"]].decode("utf-8")
    page = re.sub(r'<div class="carried">.*?</div>', CARRIED, page, flags=re.DOTALL)
    files[record["page"]] = page.replace(CARRIED, f'<div class="carried"><p>{sentence}</p></div>', 1).encode("utf-8")
    return files, {**record, "kept_from": since}


def summarise(
    edition: str,
    jobs: list[Job],
    outcomes: list[Outcome],
    kept: dict[str, dict[str, Any]],
    started: datetime,
    seconds: float,
    code_version: str,
    sources: list[str],
) -> dict[str, Any]:
    """The content of summary.json: the run, its counts, and each report with verdict, files and headline results."""
    reports = []
    for job, outcome in zip(jobs, outcomes, strict=True):
        old = kept.get(outcome.name, {})
        page = f"{outcome.name}.html" if outcome.verdict == OK else old.get("page", "")
        reports.append(
            {
                "name": outcome.name,
                "title": job.report.title,
                "notebook": job.report.notebook.name,
                "parameters": {key: value for key, value in job.report.parameters.items() if key != "data"},
                "verdict": outcome.verdict,
                "reason": outcome.reason,
                "notes": list(outcome.notes),
                "executed": True,
                "seconds": round(outcome.seconds, 3),
                "fingerprint": job.fingerprint if outcome.verdict == OK else old.get("fingerprint", ""),
                "page": page,
                "files": sorted(outcome.files) if outcome.verdict == OK else old.get("files", []),
                "opening": outcome.opening if outcome.verdict == OK else old.get("opening", {}),
                "results": outcome.results if outcome.verdict == OK else old.get("results", []),
                **({"kept_from": old["kept_from"]} if old else {}),
            }
        )
    dates = [report["opening"].get("as_of_date", "") for report in reports if report["opening"]]
    return {
        "edition": edition,
        "generated": started.isoformat(),
        "code_version": code_version,
        "data_as_of": max(dates, default=""),
        "sources": sources,
        "started": started.isoformat(),
        "seconds": round(seconds, 3),
        "counts": dict(Counter(outcome.verdict for outcome in outcomes)),
        "reports": reports,
    }


def reproducible(summary: dict[str, Any]) -> dict[str, Any]:
    """Without durations where SOURCE_DATE_EPOCH asks for the same bytes again."""
    if "SOURCE_DATE_EPOCH" not in os.environ:
        return summary
    return {**summary, "seconds": 0, "reports": [{**report, "seconds": 0} for report in summary["reports"]]}


def as_json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def _write(path: Path, content: bytes) -> None:
    """A file is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    with beside.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(beside, path)


def _sync(folder: Path) -> None:
    """Folders on disk before the rename that makes them visible (a no-op where folders cannot be opened)."""
    if os.name != "posix":
        return
    for path in [folder, *(path for path in folder.rglob("*") if path.is_dir())]:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
