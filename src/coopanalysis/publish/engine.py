"""A papermill engine that runs a notebook's cells in one IPython shell in this process: no kernel, no sockets.

Why: a Jupyter kernel costs half a second a report to start and talk with. What a kernel gives besides, isolation, comes
from the process: each report has one of its own (see ``pool``), so a cell that kills or hangs it harms no other report.
"""

from __future__ import annotations

import asyncio
import builtins
import ctypes
import getpass
import json
import os
import platform
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import nbformat
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import InteractiveShell
from nbformat.v4 import new_output
from papermill.engines import Engine, NotebookExecutionManager, papermill_engines
from traitlets import Type
from traitlets.config import Config

from coopanalysis.publish.recorder import Recorder

NAME = "in-process"
INLINE = "module://matplotlib_inline.backend_inline"
Tell = Callable[[str, int, str], None]  # "notebook" | "begun" | "done", number of the cell, JSON of notebook or cell


class InProcessEngine(Engine):
    """Registered with papermill as "in-process". ``keep`` is given the notebook that it works on; ``tell`` hears of each cell
    that begins or ends (see :func:`unfinished`)."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, tell: Tell = lambda *_: None, keep: Callable[[Any], None] = lambda _: None, **_: Any
    ) -> None:
        keep(nb_man.nb)
        nb_man.nb.metadata["language_info"] = _language()
        tell("notebook", -1, json.dumps(nb_man.nb))
        asyncio.run(_run_cells(nb_man, tell))


papermill_engines.register(NAME, InProcessEngine)


def unfinished(told: Iterable[tuple[str, int, str]], reason: str) -> Any:
    """The notebook of a process that died, from what it told: its finished cells, and ``reason`` in the one that ran.

    None if not even the notebook was told.
    """
    notebook, running = None, -1
    for what, number, content in told:
        if what == "notebook":
            notebook = nbformat.from_dict(json.loads(content))
        elif what == "begun":
            running = number
        elif notebook is not None:
            notebook.cells[number] = nbformat.from_dict(json.loads(content))
            running = -1 if number == running else running
    if notebook is not None and running >= 0:
        cell = notebook.cells[running]
        cell.outputs = [new_output("error", ename="Unfinished", evalue=reason, traceback=[reason])]
        # a start_time: it had begun (see copies.honest_copy)
        cell.metadata.setdefault("papermill", {}).update(exception=True, status=NotebookExecutionManager.FAILED, start_time="begun")
    return notebook


async def _run_cells(nb_man: NotebookExecutionManager, tell: Tell) -> None:
    """All cells in one running event loop, as in a kernel: ``await`` works, tasks live from cell to cell."""
    with Recorder() as recorder:
        shell = _shell(recorder)
        for number, cell in enumerate(nb_man.nb.cells):
            tags = cell.metadata.get("tags", [])
            nb_man.cell_start(cell, number)
            failed = False
            if cell.cell_type == "code" and cell.source.strip() and "skip-execution" not in tags:
                tell("begun", number, "")
                recorder.begin(number)
                cell.execution_count, begun = shell.execution_count, _now()
                failed = await _run_cell(shell, cell)
                if os.getpid() != recorder.owner:
                    os._exit(0)  # a process that the cell forked and did not end
                if os.name == "posix":
                    ctypes.CDLL(None).fflush(None)
                recorder.drain()
                cell.outputs, cell.metadata["execution"] = recorder.outputs, {"iopub.execute_input": begun, "shell.execute_reply": _now()}
            if failed and "raises-exception" not in tags:
                nb_man.cell_exception(cell, number)
            nb_man.cell_complete(cell, number)
            if cell.cell_type == "code":
                for done in (*sorted(recorder.changed), number):
                    tell("done", done, json.dumps(nb_man.nb.cells[done]))
                recorder.changed.clear()
            if cell.metadata.papermill["status"] == nb_man.FAILED:
                break


async def _run_cell(shell: Any, cell: Any) -> bool:
    """Whether the cell raised. As in ipykernel, code without ``await`` runs in the same loop."""
    try:
        source, problem = shell.transform_cell(cell.source), None
    except Exception:
        source, problem = cell.source, sys.exc_info()
    result = await shell.run_cell_async(
        cell.source, store_history=True, transformed_cell=source, preprocessing_exc_tuple=problem, cell_id=cell.get("id")
    )
    shell.events.trigger("post_execute")  # open figures are shown now
    shell.events.trigger("post_run_cell", result)
    return not result.success or shell.recorder.failed


class _Publisher(DisplayPublisher):
    shell: Any

    def publish(self, data: Any, metadata: Any = None, *, transient: Any = None, update: bool = False, **_: Any) -> None:  # type: ignore[override]
        self._validate_data(data, metadata)
        self.shell.recorder.show("display_data", data, metadata, (transient or {}).get("display_id", ""), update)

    def clear_output(self, wait: bool = False) -> None:
        self.shell.recorder.clear(wait)


class _Hook(DisplayHook):
    shell: Any

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        self.shell.recorder.show("execute_result", format_dict, md_dict, execution_count=self.prompt_count)

    def finish_displayhook(self) -> None:
        self._is_active = False


class ZMQInteractiveShell(InteractiveShell):
    """Libraries look for this name, and pandas for ``kernel``, to know that they are in a notebook and not in a terminal."""

    displayhook_class, display_pub_class = Type(_Hook), Type(_Publisher)
    kernel: Any = True
    recorder: Any = None

    def _showtraceback(self, etype: Any, evalue: Any, stb: list[str]) -> None:
        self.recorder.error(etype.__name__, str(evalue), stb)
        self.recorder.failed |= self.displayhook.is_active  # the cell's value could not be shown

    def enable_gui(self, gui: Any = None) -> None:
        """Called by ``%matplotlib``; there is nothing to do."""


def _shell(recorder: Recorder) -> Any:
    """A shell as a kernel has it, that reads and writes nothing of the user's."""
    InteractiveShell.clear_instance()
    shell = ZMQInteractiveShell.instance(config=Config(HistoryManager={"enabled": False}))
    shell.recorder = recorder
    shell.push({"exit": sys.exit, "quit": sys.exit}, interactive=False)
    builtins.input = getpass.getpass = _no_input  # type: ignore[assignment]
    os.environ["MPLBACKEND"] = INLINE
    if "matplotlib" in sys.modules:  # it read the line above as it was imported
        sys.modules["matplotlib"].rcParams["backend"] = INLINE
    return shell


def _no_input(prompt: object = "") -> str:
    raise StdinNotImplementedError("raw_input was called, but this frontend does not support input requests.")


def _now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


def _language() -> dict[str, Any]:
    """What a kernel says of its language."""
    mode = {"name": "ipython", "version": sys.version_info[0]}
    known = {"name": "python", "version": platform.python_version(), "mimetype": "text/x-python", "codemirror_mode": mode}
    return {**known, "pygments_lexer": "ipython3", "nbconvert_exporter": "python", "file_extension": ".py"}
