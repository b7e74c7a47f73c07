"""papermill's own engine, with the notebook kept at hand as far as it ran.

Here for: a save of the whole notebook after each cell, which was the only way to have what a dead kernel had done.
"""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from papermill.engines import NBClientEngine, NotebookExecutionManager, papermill_engines

NAME = "coopanalysis"


class KeepingEngine(NBClientEngine):
    """``notebook``: the one that runs or ran last in this process; one runs at a time."""

    notebook: NotebookNode | None = None

    @classmethod
    def execute_managed_notebook(cls, nb_man: NotebookExecutionManager, kernel_name: str, **options: Any) -> Any:
        KeepingEngine.notebook = nb_man.nb
        return super().execute_managed_notebook(nb_man, kernel_name, **options)


papermill_engines.register(NAME, KeepingEngine)
