"""What one worker does for one report: execute, judge, and make its page and files in memory."""

from __future__ import annotations

import base64
import os
import re
import tempfile
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from coopanalysis.dataset.descriptor import read_descriptor
from coopanalysis.display.language import Language
from coopanalysis.publish.copies import as_sent, honest_copy, plain_copy, with_prose, without_times
from coopanalysis.publish.execute import Execution, execute, prepare_environment
from coopanalysis.publish.html import FIGURE_MIME, PageContext, exporter, render
from coopanalysis.publish.marks import marked, opening
from coopanalysis.publish.plan import Report
from coopanalysis.publish.safety import csv_bytes, visible
from coopanalysis.publish.verdict import OK, judge


@dataclass(frozen=True)
class Job:
    """A report with what its page's stamp needs; everything in it can be sent to another process."""

    report: Report
    source: bytes = field(repr=False)  # the notebook as it was decided on: a later edit is the next run's
    other_page: str
    fingerprint: str
    generated: str
    timeout: float | None = None
    cell_timeout: float | None = None
    executed: bytes = field(default=b"", repr=False)  # a kept notebook of the same fingerprint: no kernel is needed
    data: str = ""  # folder of the data on this machine, where it is not the one that decided
    data_root: str = ""  # the same folder on the machine that decided: what comes back names only this one


@dataclass(frozen=True)
class Outcome:
    """``files``: path within the edition → content, only for verdict ok; ``executed``: the whole notebook, to set the page anew
    without a kernel; ``failed_copy``: the notebook kept for the analyst, ``traceback`` for the log alone."""

    name: str
    verdict: str
    reason: str
    seconds: float
    notes: tuple[str, ...] = ()
    opening: dict[str, Any] = field(default_factory=dict)
    results: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict, repr=False)
    failed_copy: bytes = field(default=b"", repr=False)
    executed: bytes = field(default=b"", repr=False)
    traceback: str = field(default="", repr=False)
    ran: bool = True
    kernel: str = ""  # warm, or ordinary and why


def load_libraries() -> None:
    """What a worker needs, so that those forked from this process have it: papermill and one exporter for each process."""
    import papermill  # noqa: F401
    from traitlets.config import Config  # noqa: F401

    from coopanalysis.publish import engine  # noqa: F401

    exporter()


def prepare_worker(workers: int, folder: Path, zygote: int = -1) -> None:
    """Called once in each worker process: stops are the parent's to handle. ``zygote``: see :func:`prepare_environment`."""
    import logging
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)):  # a forked worker has its parent's answers
        signal.signal(number, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):  # they were blocked while this process started
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
    logging.getLogger("papermill").setLevel(logging.ERROR)  # it warns of every annotated parameter; ours are checked already
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # kernels say on stderr that they were asked to stop; verdicts carry what matters
    tempfile.tempdir = str(folder)  # one place for all that a run leaves behind if it is killed
    prepare_environment(Path(tempfile.mkdtemp(prefix="worker-")), workers, zygote)


def run_job(job: Job) -> Outcome:
    """Make one report. Never raises for what the notebook does; ``OSError`` where there is no room to write."""
    if job.executed:
        try:
            kept = with_prose(nbformat.reads(job.executed.decode("utf-8"), as_version=4), job.source)
            return _outcome(job, Execution(kept, "completed", "", 0.0))
        except Exception:  # a kept notebook that cannot be read or set any more is made again
            job = replace(job, executed=b"")
    parameters = job.report.parameters
    if not job.data:
        return _outcome(job, execute(job.source, parameters, timeout=job.timeout, cell_timeout=job.cell_timeout))
    execution = execute(job.source, {**parameters, "data": job.data}, timeout=job.timeout, cell_timeout=job.cell_timeout)
    notebook = as_sent(execution.notebook, parameters["data"], job.data, job.data_root)
    return _outcome(job, replace(execution, notebook=notebook, message=execution.message.replace(job.data, job.data_root)))


def _outcome(job: Job, execution: Execution) -> Outcome:
    """The verdict, and for a report that is ok its page and files."""
    report = job.report
    verdict = judge(execution, report.expects)
    notebook = execution.notebook
    if verdict.word != OK:
        errors = [output for cell in notebook.cells for output in cell.get("outputs", []) if output.output_type == "error"]
        return Outcome(
            report.name,
            verdict.word,
            verdict.reason,
            execution.seconds,
            verdict.notes,
            failed_copy=nbformat.writes(honest_copy(notebook)).encode("utf-8"),
            kernel=execution.kernel,
            traceback=re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(line for output in errors for line in output.traceback)),
        )
    start, kept = opening(notebook), without_times(notebook)
    context = PageContext(report.lang, report.name, report.title, job.other_page, stamp(job, start))
    files = {
        f"{report.name}.html": render(notebook, context).encode("utf-8"),
        f"notebooks/{report.name}.ipynb": nbformat.writes(plain_copy(kept)).encode("utf-8"),
        **attachments(notebook, report.name),
    }
    results = [
        {
            key: mark.get(key)
            for key in ("name", "label", "value", "text", "unit", "date", "status", "status_text", "note", "rows", "targets", "prices")
        }
        for mark, _ in marked(notebook)
        if mark["kind"] == "result"
    ]
    return Outcome(
        report.name,
        OK,
        "",
        execution.seconds,
        verdict.notes,
        dict(start),
        results,
        files,
        executed=job.executed or nbformat.writes(kept).encode("utf-8"),
        ran=not job.executed,
        kernel=execution.kernel,
    )


def stamp(job: Job, start: dict[str, Any]) -> list[tuple[str, str]]:
    """The lines at the foot of a page: what it says, from what, made when and by what."""
    words = Language(job.report.lang)  # type: ignore[arg-type]
    text = words.text
    shown = ", ".join(
        f"{name} = {', '.join(map(str, value)) if isinstance(value, list) else value}"
        for name, value in job.report.parameters.items()
        if name != "data"
    )
    _, data = read_descriptor(job.data or job.report.parameters.get("data") or None)
    licences = ", ".join(licence.get("name", "") for licence in data.get("licenses", []))
    return [
        (text("Data as of"), words.date(start.get("as_of_date") or None, "month")),
        (text("Data set"), ", ".join(part for part in (f"{data.get('name', '')} {data.get('version', '')}".strip(), licences) if part)),
        (text("Generated"), words.date(job.generated[:10])),
        (text("Code version"), version("coopanalysis")),
        (text("Parameters"), shown),
        (text("Fingerprint"), job.fingerprint[:12]),
    ]


def attachments(notebook: NotebookNode, name: str) -> dict[str, bytes]:
    """Figures as SVG and PNG with their frame, tables and figure data as CSV."""
    files: dict[str, bytes] = {}
    for mark, output in marked(notebook):
        stem = re.sub(r"[^A-Za-z0-9_-]", "_", str(mark.get("name", "")))
        if mark["kind"] == "figure":
            drawings = output.data.get(FIGURE_MIME, {})
            svg = drawings.get("framed_svg") or output.data.get("image/svg+xml", "")
            files[f"figures/{name}/{stem}.svg"] = visible(str(svg)).encode("utf-8")
            if "image/png" in output.data:
                files[f"figures/{name}/{stem}.png"] = base64.b64decode(output.data["image/png"])
        if mark["kind"] in ("figure", "table") and str(mark.get("csv", "")).strip():
            files[f"tables/{name}/{stem}.csv"] = csv_bytes(str(mark["csv"]))
    return files
