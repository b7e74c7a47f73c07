"""papermill engines that tell of each cell: "in-process" runs the cells in one IPython shell in this process, "jupyter" in a kernel.

Why: a Jupyter kernel costs half a second a report to start and talk with. What a kernel gives besides, isolation, comes
from the process: each report has one of its own (see ``pool``), so a cell that kills or hangs it harms no other report.
"jupyter" is for those who want to see that the results do not depend on that; it needs the extra of that name.
"""

from __future__ import annotations

import ctypes
import os
import platform
import sys
from collections.abc import Callable
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from nbformat import NotebookNode
from papermill.engines import Engine, NBClientEngine, NotebookExecutionManager, papermill_engines
from traitlets import Type
from traitlets.config import Config

from coopanalysis.publish.recorder import Recorder

Tell = Callable[[NotebookNode], None]  # called as a cell begins, with the notebook that is worked on
_MODE = {"name": "ipython", "version": sys.version_info[0]}
_LANGUAGE = {"name": "python", "version": platform.python_version(), "mimetype": "text/x-python", "codemirror_mode": _MODE}
_LANGUAGE |= {"pygments_lexer": "ipython3", "nbconvert_exporter": "python", "file_extension": ".py"}  # as a kernel says it


class InProcessEngine(Engine):
    """Runs cells in this process, which is the notebook's from then on: whatever is printed belongs to its cells."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: NotebookExecutionManager, kernel_name: str, *, tell: Tell, **_: Any) -> None:
        nb_man.nb.metadata["language_info"] = _LANGUAGE
        recorder = Recorder()
        shell = _shell(recorder)
        for number, cell in enumerate(nb_man.nb.cells):
            tags = cell.metadata.get("tags", [])
            if cell.cell_type != "code" or not cell.source.strip() or "skip-execution" in tags:
                continue
            nb_man.cell_start(cell, number)
            tell(nb_man.nb)
            recorder.begin()
            cell.execution_count = shell.execution_count
            result = shell.run_cell(cell.source, store_history=True, cell_id=cell.id)
            if os.getpid() != recorder.owner:
                os._exit(0)  # a process that the cell forked and did not end
            if os.name == "posix":
                ctypes.CDLL(None).fflush(None)
            recorder.drain()
            cell.outputs, cell.metadata["execution"] = recorder.outputs, {"shell.execute_reply": nb_man.now().isoformat()}
            failed = not result.success or any(output.output_type == "error" for output in cell.outputs)  # its value could not be shown
            failed = failed and "raises-exception" not in tags
            if failed:
                nb_man.cell_exception(cell, number)
            nb_man.cell_complete(cell, number)
            if failed:
                break
        recorder.begin()  # what comes now is no cell's


class JupyterEngine(NBClientEngine):
    """papermill's own engine, with a kernel that reads nothing of the user's."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: NotebookExecutionManager, kernel_name: str, *, tell: Tell, **options: Any) -> Any:
        start = nb_man.cell_start

        def started(cell: NotebookNode, number: int) -> None:
            start(cell, number)
            tell(nb_man.nb)

        nb_man.cell_start = started
        # over TCP the free ports are looked up first and bound later: two kernels that start together can be given the same one
        sockets = {"transport": "ipc", "ip": "../kernel"} if os.name == "posix" else {}
        config = Config({"KernelManager": {"shutdown_wait_time": 1.0, **sockets}})
        return super().execute_managed_notebook(nb_man, kernel_name, config=config, **options)


papermill_engines.register("in-process", InProcessEngine)
papermill_engines.register("jupyter", JupyterEngine)


class _Publisher(DisplayPublisher):
    shell: Any

    def publish(self, data: Any, metadata: Any = None, *, transient: Any = None, update: bool = False, **_: Any) -> None:  # type: ignore[override]
        self.shell.recorder.show("display_data", data, metadata, (transient or {}).get("display_id", ""), update)

    def clear_output(self, wait: bool = False) -> None:
        self.shell.recorder.clear(wait)


class _Hook(DisplayHook):
    shell: Any

    def write_output_prompt(self) -> None:
        """A notebook has the number beside the cell."""

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        self.shell.recorder.show("execute_result", format_dict, md_dict, execution_count=self.prompt_count)


class ZMQInteractiveShell(InteractiveShell):
    """Libraries look for this name, and pandas for ``kernel``, to know that they are in a notebook and not in a terminal."""

    displayhook_class, display_pub_class = Type(_Hook), Type(_Publisher)
    kernel: Any = True
    recorder: Any = None

    def _showtraceback(self, etype: Any, evalue: Any, stb: list[str]) -> None:
        self.recorder.error(etype.__name__, str(evalue), stb)

    def enable_gui(self, gui: Any = None) -> None:
        """Called by ``%matplotlib``; there is nothing to do."""


def _shell(recorder: Recorder) -> Any:
    """A shell as a kernel has it, that reads and writes nothing of the user's."""
    shell = ZMQInteractiveShell.instance(config=Config(HistoryManager={"enabled": False}))
    shell.recorder = recorder
    shell.push({"exit": sys.exit, "quit": sys.exit}, interactive=False)
    return shell
