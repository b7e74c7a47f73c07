"""What is done for one report in a process of its own: execute, judge, and make its page and files in memory."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_output

from coopanalysis.publish.copies import as_sent, honest_copy, plain_copy, with_prose, without_times
from coopanalysis.publish.files import one_line
from coopanalysis.publish.html import render, stamp
from coopanalysis.publish.ingredients import code_version
from coopanalysis.publish.marks import attachments, opening, results, sources
from coopanalysis.publish.notebook import completed
from coopanalysis.publish.pool import Running, run_all
from coopanalysis.publish.reports import FAILED, OK, Report
from coopanalysis.publish.verdict import Execution, judge
from coopanalysis.publish.words import Words

IN_PROCESS, JUPYTER = "in-process", "jupyter"  # engines, see ``engine``


@dataclass(frozen=True)
class Job:
    """A report with all that its page needs; it can be sent to another process or machine."""

    report: Report
    source: bytes = field(repr=False)  # the notebook as it was decided on: a later edit is the next run's
    other_page: str
    fingerprint: str
    generated: str  # local day, ISO
    timeout: float | None = None
    cell_timeout: float | None = None
    kernel: str = IN_PROCESS
    executed: bytes = field(default=b"", repr=False)  # a kept notebook of the same fingerprint: only its page is set anew
    data: str = ""  # folder of the data on this machine, where it is not the one that decided
    data_root: str = ""  # the same folder on the machine that decided: what comes back names only this one


@dataclass(frozen=True)
class Outcome:
    """``files``: path within the edition → content, only for verdict ok; ``executed``: the whole notebook, to set the page
    anew; ``failed_copy``: the notebook kept for the analyst, ``traceback`` for the log alone."""

    name: str
    verdict: str
    reason: str
    seconds: float
    notes: tuple[str, ...] = ()
    opening: dict[str, Any] = field(default_factory=dict)
    results: list[dict[str, Any]] = field(default_factory=list)
    sources: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict, repr=False)
    failed_copy: bytes = field(default=b"", repr=False)
    executed: bytes = field(default=b"", repr=False)
    traceback: str = field(default="", repr=False)
    ran: bool = True


def run_here(jobs: list[Job], workers: int, finished: Callable[[Outcome], None], begun: Callable[[Running], None] = lambda _: None) -> None:
    """Make every report on this machine, in this order, several at once; ``finished`` is called with each outcome as it comes,
    ``begun`` with each process."""
    run_all(jobs, make, lambda running: finished(lost(running) if running.reason else running.result), workers, jobs[0].timeout, begun)


def make(job: Job, tell: Callable[[Any, float | None], None]) -> Outcome:
    """Make one report; whatever goes wrong is told by its outcome."""
    try:
        if job.executed:
            with suppress(Exception):  # a kept notebook that cannot be read or set any more is made again
                kept = with_prose(nbformat.v4.reads(job.executed.decode()), job.source)
                return _outcome(job, Execution(kept, "completed", "", 0.0))
        return _outcome(replace(job, executed=b""), _execute(job, tell))
    except Exception as error:  # a fault of ours in making the page must not take the other reports along
        return Outcome(job.report.name, FAILED, one_line(f"the page could not be made: {type(error).__name__}: {error}"), 0.0)


def lost(running: Running) -> Outcome:
    """The outcome of a report whose process ended before it could answer, with the notebook as far as it had run."""
    notebook, reason = running.told or completed(running.job.source), one_line(running.reason)
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.metadata.get("papermill", {}).get("status") == "running":
            cell.outputs = [new_output("error", ename="Unfinished", evalue=reason, traceback=[reason])]
    seconds = time.monotonic() - running.clock
    return _outcome(running.job, Execution(notebook, "timed_out" if running.late else "died", reason, seconds))


def _execute(job: Job, tell: Callable[[Any, float | None], None]) -> Execution:
    """Run the notebook through papermill; whatever it does is told by how it ended."""
    import papermill as pm
    from papermill.exceptions import PapermillExecutionError

    from coopanalysis.publish import engine  # noqa: F401

    clock, notebook = time.monotonic(), completed(job.source)
    parameters = {**job.report.parameters, "data": job.data} if job.data and "data" in job.report.parameters else job.report.parameters
    ended, message = "completed", ""

    def told(begun: NotebookNode) -> None:
        nonlocal notebook
        notebook = begun  # papermill gives none back when a cell fails
        tell(notebook, job.cell_timeout)

    quiet = {"progress_bar": False, "request_save_on_cell_execute": False}
    try:
        pm.execute_notebook(notebook, None, parameters, job.kernel, kernel_name="python3", language="python", tell=told, **quiet)
    except PapermillExecutionError as error:
        ended, message = "cell_error", one_line(f"{error.ename}: {error.evalue}")
    except Exception as error:  # a kernel that died or could not be started is this report's failure, not the batch's
        ended, message = "died", one_line(f"{type(error).__name__}: {error}")
    if job.data:
        notebook = as_sent(notebook, job.data, job.data_root)
        message = message.replace(job.data, job.data_root)
    return Execution(notebook, ended, message, time.monotonic() - clock)


def _outcome(job: Job, execution: Execution) -> Outcome:
    """The verdict, and for a report that is ok its page and files."""
    report, notebook = job.report, execution.notebook
    verdict = judge(execution, report.expects, report.lang)
    outcome = Outcome(report.name, verdict.word, verdict.reason, execution.seconds, verdict.notes)
    if verdict.word != OK:
        errors = [output for cell in notebook.cells for output in cell.get("outputs", []) if output.output_type == "error"]
        traceback = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(line for output in errors for line in output.traceback))
        return replace(outcome, failed_copy=as_bytes(honest_copy(notebook)), traceback=traceback)
    start, kept = opening(notebook, report.lang), without_times(notebook, report.data)
    lines = stamp(Words(report.lang), report.parameters, start, job.generated, code_version(), job.fingerprint)
    page = render(notebook, report.lang, report.name, report.title, job.other_page, lines)
    files = {f"{report.name}.html": page.encode("utf-8"), f"notebooks/{report.name}.ipynb": as_bytes(plain_copy(kept))}
    return replace(
        outcome,
        opening=dict(start),
        results=results(notebook),
        sources=sources(notebook),
        files=files | attachments(notebook, report.name),
        executed=job.executed or as_bytes(kept),
        ran=not job.executed,
    )


def as_bytes(notebook: NotebookNode) -> bytes:
    """The notebook as a file, not validated once more: it was when the plan was read."""
    return (str(nbformat.v4.writes(notebook)) + "\n").encode("utf-8")
