"""``--kernel jupyter``: the same notebooks through papermill's own engine, in real Jupyter kernels.

Slower, and for those who want to see that the results do not depend on our engine. Needs the extra ``jupyter``.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from papermill.engines import NBClientEngine, papermill_engines

from coopanalysis.publish.files import one_line

NAME = "jupyter"
_SOCKET_NAME = 104  # bytes of a socket's path that every system takes (macOS 104, Linux 108)


def options(folder: Path, timeout: float | None, cell_timeout: float | None) -> dict[str, Any]:
    """What papermill is told for a kernel that reads nothing of the user's; ``folder``: for its files and sockets."""
    from traitlets.config import Config

    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
        os.environ[name] = str(folder / name.lower())
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
    # over TCP the free ports are looked up first and bound later: two kernels that start together can be given the same one
    sockets = str(folder / "k")
    ipc = os.name == "posix" and len(os.fsencode(f"{sockets}-10")) < _SOCKET_NAME
    transport = {"transport": "ipc", "ip": sockets} if ipc else {"transport_encryption": "auto"}
    return {
        "engine_name": NAME,
        "timeout_func": _limit(time.monotonic() + timeout if timeout else None, cell_timeout),
        "start_timeout": 60,
        "config": Config({"KernelManager": {"shutdown_wait_time": 1.0, **transport}}),
    }


class JupyterEngine(NBClientEngine):
    """papermill's own engine; ``keep`` is given the notebook that it works on."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, keep: Callable[[Any], None] = lambda _: None, **options: Any) -> Any:
        keep(nb_man.nb)
        return super().execute_managed_notebook(nb_man, kernel_name, **options)


papermill_engines.register(NAME, JupyterEngine)


def ending(error: Exception) -> tuple[str, str]:
    """How a notebook ended that papermill gave up: the word for the verdict, and a line."""
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    if isinstance(error, CellTimeoutError):
        return "timed_out", "the cell ran longer than allowed"
    if isinstance(error, DeadKernelError) or str(error).startswith("Kernel died before replying"):
        return "died", "the kernel died"
    return "not_started", one_line(f"{type(error).__name__}: {error}")


def _limit(deadline: float | None, cell_timeout: float | None) -> Callable[[Any], float | None]:
    """The seconds a cell may take: its own limit, or what is left of the report's."""

    def seconds(_: Any) -> float | None:
        limits = [cell_timeout] if cell_timeout else []
        if deadline is not None:
            limits.append(max(deadline - time.monotonic(), 0.1))
        return min(limits) if limits else None

    return seconds
