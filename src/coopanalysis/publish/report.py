"""What is done for one report in a process of its own: execute, judge, and make its page and files in memory."""

from __future__ import annotations

import errno
import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from coopanalysis.errors import CannotWrite
from coopanalysis.publish.copies import as_sent, honest_copy, plain_copy, with_prose, without_times
from coopanalysis.publish.files import one_line
from coopanalysis.publish.html import PageContext, render, stamp
from coopanalysis.publish.ingredients import code_version
from coopanalysis.publish.marks import attachments, opening, results, sources
from coopanalysis.publish.notebook import completed
from coopanalysis.publish.pool import LATE, Running, run_all
from coopanalysis.publish.reports import FAILED, OK, Report
from coopanalysis.publish.verdict import Execution, judge
from coopanalysis.publish.words import Words

FULL = tuple(getattr(errno, name) for name in ("ENOSPC", "EFBIG", "EDQUOT") if hasattr(errno, name))  # no room to write
TOLD = "told.jsonl"  # in the worker's folder: each cell as it begins and ends
IN_PROCESS, JUPYTER = "in-process", "jupyter"
GRACE = 5.0  # seconds that papermill's own engine has to end a notebook that is over its time


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


def prepare() -> None:
    """Import what every report needs, for the process that reports are forked from."""
    import logging

    import papermill  # noqa: F401

    from coopanalysis.publish import engine, html  # noqa: F401

    logging.getLogger("papermill").setLevel(logging.ERROR)  # it warns of every annotated parameter; ours are checked already
    html.prepare()


def make(job: Job, folder: Path, step: Callable[[float | None], None]) -> Outcome | OSError:
    """Make one report; what the notebook does is never raised. An ``OSError`` as result: there is no room to write."""
    try:
        if job.executed:
            try:
                kept = with_prose(nbformat.v4.reads(job.executed.decode()), job.source)
                return _outcome(job, Execution(kept, "completed", "", 0.0))
            except Exception:  # a kept notebook that cannot be read or set any more is made again
                job = replace(job, executed=b"")
        return _outcome(job, _execute(job, folder, step))
    except OSError as error:
        if error.errno in FULL:
            return OSError(error.errno, error.strerror)
        return Outcome(job.report.name, FAILED, one_line(f"{type(error).__name__}: {error}"), 0.0)
    except Exception as error:  # a fault of ours in making the page must not take the other reports along
        return Outcome(job.report.name, FAILED, one_line(f"the page could not be made: {type(error).__name__}: {error}"), 0.0)


def run_here(jobs: list[Job], workers: int, finished: Callable[[Outcome], None], begun: Callable[[Running], None] = lambda _: None) -> None:
    """Make every report on this machine, in this order, several at once; ``finished`` is called with each outcome as it comes,
    ``begun`` with each process.

    Raises ``OSError`` where there is no room to write.
    """

    def ended(running: Running) -> None:
        if isinstance(running.result, OSError):  # that is not the report's fault
            raise CannotWrite(running.result.errno, running.result.strerror)
        if running.ended:
            finished(lost(running.job, running.folder, running.ended, running.reason, time.monotonic() - running.clock))
        else:
            finished(running.result)

    limit = max((job.timeout or 0 for job in jobs), default=0)
    run_all(jobs, make, ended, workers, limit + (GRACE if jobs[0].kernel == JUPYTER else 0) if limit else None, begun)


def lost(job: Job, folder: Path, ended: str, reason: str, seconds: float) -> Outcome:
    """The outcome of a report whose process ended before it could answer, with the notebook as far as it had run."""
    from coopanalysis.publish.engine import unfinished

    notebook = unfinished(_told(folder / TOLD), reason) or completed(job.source)
    return _outcome(job, Execution(notebook, "timed_out" if ended == LATE else "died", one_line(reason), seconds))


def _told(path: Path) -> Iterator[tuple[str, int, str]]:
    """What the engine told, line by line; the last line may be half a line."""
    try:
        with path.open(encoding="utf-8") as stream:
            for line in stream:
                what, number, content = json.loads(line)
                yield what, number, content
    except (OSError, ValueError):
        return


def _execute(job: Job, folder: Path, step: Callable[[float | None], None]) -> Execution:
    """Run the notebook through papermill; never raises for what it does. Raises ``OSError`` where there is no room to write."""
    import papermill as pm
    from papermill.exceptions import PapermillExecutionError

    from coopanalysis.publish import engine, jupyter

    clock = time.monotonic()
    source = completed(job.source)
    parameters = {**job.report.parameters, "data": job.data} if job.data and "data" in job.report.parameters else job.report.parameters
    ended, message = "completed", ""
    with (folder / TOLD).open("w", encoding="utf-8") as stream:

        def tell(what: str, number: int, content: str) -> None:
            if what == "begun":
                step(job.cell_timeout)
            stream.write(json.dumps([what, number, content], ensure_ascii=False) + "\n")
            stream.flush()

        own = {"engine_name": engine.NAME, "tell": tell}
        options = own if job.kernel == IN_PROCESS else jupyter.options(folder, job.timeout, job.cell_timeout)
        kept: list[NotebookNode] = []  # papermill gives no notebook back when a cell fails
        try:
            pm.execute_notebook(
                source,
                None,  # no file
                parameters=parameters,
                progress_bar=False,
                request_save_on_cell_execute=False,
                kernel_name="python3",
                language="python",
                keep=kept.append,
                **options,
            )
        except PapermillExecutionError as error:
            ended, message = "cell_error", one_line(f"{error.ename}: {error.evalue}")
        except Exception as error:  # whatever else happens is this report's failure, not the batch's
            if isinstance(error, OSError) and error.errno in FULL:
                raise
            ended, message = jupyter.ending(error)
    notebook = kept[0] if kept else source
    if job.data:
        notebook = as_sent(notebook, job.data, job.data_root)
        message = message.replace(job.data, job.data_root)
    return Execution(notebook, ended, message, time.monotonic() - clock)


def _outcome(job: Job, execution: Execution) -> Outcome:
    """The verdict, and for a report that is ok its page and files."""
    report, notebook = job.report, execution.notebook
    verdict = judge(execution, report.expects, report.lang)
    if verdict.word != OK:
        errors = [output for cell in notebook.cells for output in cell.get("outputs", []) if output.output_type == "error"]
        return Outcome(
            report.name,
            verdict.word,
            verdict.reason,
            execution.seconds,
            verdict.notes,
            failed_copy=as_bytes(honest_copy(notebook)),
            traceback=re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(line for output in errors for line in output.traceback)),
        )
    start, kept = opening(notebook, report.lang), without_times(notebook, report.data)
    lines = stamp(Words(report.lang), report.parameters, start, job.generated, code_version(), job.fingerprint)
    page = render(notebook, PageContext(report.lang, report.name, report.title, job.other_page, lines))
    return Outcome(
        report.name,
        OK,
        "",
        execution.seconds,
        verdict.notes,
        dict(start),
        results(notebook),
        sources(notebook),
        {
            f"{report.name}.html": page.encode("utf-8"),
            f"notebooks/{report.name}.ipynb": as_bytes(plain_copy(kept)),
            **attachments(notebook, report.name),
        },
        executed=job.executed or as_bytes(kept),
        ran=not job.executed,
    )


def as_bytes(notebook: NotebookNode) -> bytes:
    """The notebook as a file, not validated once more: it was when the plan was read."""
    return (str(nbformat.v4.writes(notebook)) + "\n").encode("utf-8")
