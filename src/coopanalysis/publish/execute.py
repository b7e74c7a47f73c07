"""One report, run through papermill in a kernel of its own; what came out, and how it ended.

papermill's own word is only one sign among several: see ``verdict``.

Here for: settings of the user's that leak into reports, kernels that share a port, a notebook edited while it runs, a
cell or a report without end.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from coopanalysis.kernels.cold import write_kernelspec
from coopanalysis.kernels.host import clean_environment
from coopanalysis.kernels.warm import ORDINARY, PromptManager, kernelspec_metadata, lost_zygote, started
from coopanalysis.publish.files import one_line

FULL = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT) if hasattr(errno, "EDQUOT") else (errno.ENOSPC, errno.EFBIG)  # no room to write
_START_TRIES = 2  # over TCP two kernels can be given one port: nothing has run then, so it is started again
_SOCKET_NAME = 104  # bytes of a socket's path that every system takes (macOS 104, Linux 108)


@dataclass(frozen=True)
class Execution:
    """``notebook`` as far as it ran; ``ended``: completed, cell_error, kernel_died, timed_out or not_started."""

    notebook: NotebookNode
    ended: str
    message: str
    seconds: float
    kernel: str = ""  # warm, or ordinary and why


def prepare_environment(folder: Path, workers: int, zygote: int = -1) -> None:
    """Clean what kernels inherit from this process, and work in an empty folder.

    The user's IPython start-up files leak variables into reports; a file beside the working folder would shadow modules.
    ``zygote``: the number of an open socket for warm kernels (see ``kernels.warm``), -1 for ordinary ones.
    """
    os.environ.pop("MPLBACKEND", None)
    os.environ.update(clean_environment(workers))
    os.environ["IPYTHONDIR"] = str(folder / "ipython")
    os.environ["JUPYTER_RUNTIME_DIR"] = str(folder / "runtime")  # connection files hold keys: not in the user's folder
    # "python3" is our kernel: it ends with this process and caps what a cell prints
    metadata = kernelspec_metadata(zygote) if zygote >= 0 else {}
    paths = [str(write_kernelspec(folder / "jupyter", metadata)), os.environ.get("JUPYTER_PATH", "")]
    os.environ["JUPYTER_PATH"] = os.pathsep.join(path for path in paths if path)
    empty = folder / "empty"
    empty.mkdir(parents=True, exist_ok=True)
    os.chdir(empty)


def execute(notebook: bytes, parameters: dict[str, Any], *, timeout: float | None = None, cell_timeout: float | None = None) -> Execution:
    """Run a notebook (its content: what was decided on is what runs) with parameters; never raises for what it does.

    ``timeout``: seconds for the whole report; ``cell_timeout``: for each cell. Raises ``OSError`` where there is no room to write.
    """
    import papermill as pm
    from papermill.exceptions import PapermillExecutionError
    from traitlets.config import Config

    from coopanalysis.publish.engine import NAME, KeepingEngine

    clock = time.monotonic()
    deadline = clock + timeout if timeout else None
    source = nbformat.reads(notebook.decode("utf-8"), as_version=4)
    KeepingEngine.notebook, first = None, len(started)
    with TemporaryDirectory(prefix="coop-report-") as folder:
        # a kernel that does not stop when asked is killed after a second
        config = Config({"KernelManager": {"shutdown_wait_time": 1.0, **_transport(Path(folder))}})
        for left in reversed(range(_START_TRIES)):
            ended, message, lost = "completed", "", lost_zygote()
            try:
                pm.execute_notebook(
                    source,
                    None,  # no file: the engine keeps what was done, however it ended
                    parameters=parameters,
                    engine_name=NAME,
                    progress_bar=False,
                    request_save_on_cell_execute=False,
                    kernel_name="python3",
                    kernel_manager_class=PromptManager,
                    timeout_func=_limit(deadline, cell_timeout),
                    config=config,
                    start_timeout=60,
                )
            except PapermillExecutionError as error:
                ended, message = "cell_error", one_line(f"{error.ename}: {error.evalue}")
            except CellTimeoutError:
                ended, message = "timed_out", "a cell ran longer than allowed"
            except DeadKernelError:
                ended, message = "kernel_died", "the kernel died"
            except OSError as error:
                if error.errno in FULL:
                    raise
                ended, message = "not_started", one_line(f"{type(error).__name__}: {error}")
            except Exception as error:  # whatever else happens is this report's failure, not the batch's
                ended, message = "not_started", one_line(f"{type(error).__name__}: {error}")
                if message.startswith("RuntimeError: Kernel died before replying"):
                    ended, message = "kernel_died", "the kernel died as it started"
                    if left:
                        continue
            if ended == "kernel_died" and left and lost_zygote() and not lost:
                continue  # it went with all warm kernels, whoever was to blame: again, in one of its own
            break
    kept, KeepingEngine.notebook = KeepingEngine.notebook, None  # large: not for longer than this report
    return Execution(kept or source, ended, message, time.monotonic() - clock, started[-1] if len(started) > first else ORDINARY)


def _transport(folder: Path) -> dict[str, str]:
    """How to talk with the kernel: sockets in a folder of this report's own, which only this user may open.

    Over TCP the free ports are looked up here and bound later by the kernel, so two workers that start kernels at the
    same moment can be given the same port, and one kernel dies; the kernel also warns on stderr, which is an output
    ("auto" encrypts instead). TCP remains for Windows, and for a folder whose name is too long for a socket's.
    """
    sockets = str(folder / "k")
    if os.name == "posix" and len(os.fsencode(f"{sockets}-10")) < _SOCKET_NAME:
        return {"transport": "ipc", "ip": sockets}
    return {"transport_encryption": "auto"}


def _limit(deadline: float | None, cell_timeout: float | None) -> Callable[[Any], float | None]:
    """The seconds a cell may take: its own limit, or what is left of the report's."""

    def seconds(_: Any) -> float | None:
        limits = [cell_timeout] if cell_timeout else []
        if deadline is not None:
            limits.append(max(deadline - time.monotonic(), 0.1))
        return min(limits) if limits else None

    return seconds
