"""The other ways to run notebooks, inside the benches' own environment: ``python peers.py WAY JOBS.json``.

``pool``      papermill and nbconvert in one process each for two processes: one exporter for each, no save after each cell
``ploomber``  ploomber-engine in two processes (in-process, one report sees what the one before left), and the same export
``plain``     the code cells in one warm process per core, without papermill, messages or kernels; no export
``forked``    the same, but each report in a fork of its own of a process that holds third-party libraries only

JOBS.json: a list of {name, notebook, parameters, executed, page}. The last line of the output is JSON: the seconds that
each report's execution took.
"""

from __future__ import annotations

import json
import logging
import multiprocessing
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

PROCESSES = 2
_HELD: dict[str, Any] = {}  # what a process makes once
Job = dict[str, Any]


def main(way: str, jobs_file: str) -> None:
    jobs = json.loads(Path(jobs_file).read_text(encoding="utf-8"))
    prepare, run = {"pool": (_libraries, _papermill), "ploomber": (_libraries, _ploomber), "plain": (_shell, _plain), "forked": (_shell, _forked)}[
        way
    ]
    context = multiprocessing.get_context("fork")
    prepare()  # imports once, before the processes fork
    ready = context.Barrier(PROCESSES)
    begin = (_warm, (jobs, ready)) if way == "plain" else (None, ())
    with ProcessPoolExecutor(PROCESSES, mp_context=context, initializer=begin[0], initargs=begin[1]) as pool:
        seconds = dict(pool.map(run, jobs))
    print(json.dumps(seconds))


def _libraries() -> None:
    import nbconvert.exporters  # noqa: F401
    import papermill  # noqa: F401
    import ploomber_engine  # noqa: F401

    logging.getLogger("papermill").setLevel(logging.ERROR)


def _papermill(job: Job) -> tuple[str, float]:
    import papermill as pm

    started = time.perf_counter()
    notebook = pm.execute_notebook(
        job["notebook"], job["executed"], parameters=job["parameters"], progress_bar=False, request_save_on_cell_execute=False, kernel_name="python3"
    )
    seconds = time.perf_counter() - started
    _export(notebook, job)
    return job["name"], seconds


def _ploomber(job: Job) -> tuple[str, float]:
    from ploomber_engine import execute_notebook

    started = time.perf_counter()
    notebook = execute_notebook(job["notebook"], job["executed"], parameters=job["parameters"], progress_bar=False)
    seconds = time.perf_counter() - started
    _export(notebook, job)
    return job["name"], seconds


def _export(notebook: Any, job: Job) -> None:
    """The stock page without code, with one exporter for each process."""
    if "exporter" not in _HELD:
        from nbconvert.exporters import HTMLExporter

        _HELD["exporter"] = HTMLExporter(exclude_input=True)
    page, _ = _HELD["exporter"].from_notebook_node(notebook)
    Path(job["page"]).write_text(page, encoding="utf-8")


def _shell() -> None:
    """Third-party libraries, and an IPython shell that keeps what is displayed."""
    os.environ["MPLBACKEND"] = "agg"
    import babel.dates
    import babel.numbers  # noqa: F401
    import frictionless  # noqa: F401
    import matplotlib.pyplot  # noqa: F401
    import pandas  # noqa: F401
    import seaborn  # noqa: F401
    from IPython.core.displayhook import DisplayHook
    from IPython.core.displaypub import DisplayPublisher
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    class Publisher(DisplayPublisher):
        def publish(self, data: Any, metadata: Any = None, **_: Any) -> None:
            _HELD["shown"].append({"output_type": "display_data", "data": data, "metadata": metadata or {}})

    class Hook(DisplayHook):
        def __call__(self, result: Any = None) -> None:
            if result is not None:
                data, metadata = self.shell.display_formatter.format(result)
                _HELD["shown"].append({"output_type": "execute_result", "data": data, "metadata": metadata, "execution_count": None})

    class Shell(InteractiveShell):
        def enable_gui(self, gui: Any = None) -> None:
            """No window."""

    config = Config({"HistoryManager": {"enabled": False}})
    _HELD["shell"] = Shell.instance(display_pub_class=Publisher, displayhook_class=Hook, config=config)


def _cells(job: Job) -> tuple[Any, list[Any]]:
    """The notebook with its parameters in place, and its code cells."""
    from papermill.iorw import load_notebook_node
    from papermill.parameterize import parameterize_notebook

    notebook = parameterize_notebook(load_notebook_node(job["notebook"]), job["parameters"], kernel_name="python3", language="python")
    return notebook, [cell for cell in notebook.cells if cell.cell_type == "code"]


def _run_cells(cells: list[Any]) -> None:
    shell = _HELD["shell"]
    shell.reset(new_session=False)
    for cell in cells:
        cell["outputs"] = _HELD["shown"] = []
        shell.run_cell(cell["source"]).raise_error()


def _plain(job: Job) -> tuple[str, float]:
    notebook, cells = _cells(job)
    started = time.perf_counter()
    _run_cells(cells)
    seconds = time.perf_counter() - started
    _write(notebook, job)
    return job["name"], seconds


def _forked(job: Job) -> tuple[str, float]:
    notebook, cells = _cells(job)
    started = time.perf_counter()
    number = os.fork()
    if number == 0:
        try:
            _run_cells(cells)
            ran = time.perf_counter() - started
            _write(notebook, job)
            Path(job["page"]).write_text(str(ran), encoding="utf-8")
        except BaseException as error:
            print(f"{job['name']}: {error}", file=sys.stderr)
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(number, 0)
    if status:
        raise RuntimeError(f"{job['name']} failed")
    return job["name"], float(Path(job["page"]).read_text(encoding="utf-8"))


def _write(notebook: Any, job: Job) -> None:
    """The executed notebook, so that outputs can be compared; not timed."""
    import nbformat

    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell["outputs"] = [nbformat.from_dict(output) for output in cell["outputs"]]
    nbformat.write(notebook, job["executed"])


def _warm(jobs: list[Job], ready: Any) -> None:
    """Every notebook once, so that our own modules are loaded before the clock starts; both processes begin together."""
    for job in {job["notebook"]: job for job in jobs}.values():
        _run_cells(_cells(job)[1])
    ready.wait()


if __name__ == "__main__":
    import peers  # under its own name: a shell of IPython takes the name __main__ for itself, and the pool could not find our functions

    peers.main(sys.argv[1], sys.argv[2])
