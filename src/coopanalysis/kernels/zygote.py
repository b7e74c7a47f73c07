"""A process that has loaded the libraries once and forks a real kernel for each request: ``python -m coopanalysis.kernels.zygote``.

It lives for one batch. Its standard input is a socket of the batch's; over it come the sockets of workers, over those come
requests for kernels (see ``warm``). It loads libraries of others only, never the project's own: a kernel forked from it
imports those as any kernel does. It starts no thread, and refuses to fork if one was started all the same.

Here for: a second and more that each report spends on starting Python, loading the same libraries and throwing them away.
Linux only.
"""

from __future__ import annotations

import atexit
import os
import sys

_KERNEL: list[bool] = []  # filled in a kernel


def _leave() -> None:
    """The last of all handlers: a kernel ends here, without Python's tidying of big modules, which takes longer than a report's cells."""
    if _KERNEL:
        os._exit(0)


atexit.register(_leave)  # before anything else is imported: what registers first is called last

import gc
import importlib
import json
import random
import selectors
import signal
import socket
import tempfile
import time
from contextlib import suppress
from typing import Any

from coopanalysis.kernels.fonts import hold_fonts
from coopanalysis.kernels.guard import BLAS_THREADS, adopt_orphans, die_with_parent, end_descendants, threads
from coopanalysis.kernels.host import EMPTY

LIBRARIES = ("numpy", "pandas", "matplotlib.pyplot", "matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg", "seaborn")
# what a kernel would load as it starts, or with its first figure or table
_ALSO = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.zmqshell",
    "ipykernel.displayhook",
    "ipykernel.iostream",
    "ipykernel.heartbeat",
    "ipykernel.control",
    "ipykernel.comm",
    "ipykernel.parentpoller",
    "ipykernel.subshell_manager",
    "ipykernel.shellchannel",
    "ipykernel.debugger",
    "IPython.core.completer",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.historyapp",
    "IPython.core.logger",
    "IPython.core.magics",
    "IPython.core.oinspect",
    "IPython.core.pylabtools",
    "IPython.extensions.storemagic",
    "IPython.utils.wildcard",
    "zmq.eventloop.zmqstream",
    "tornado.platform.asyncio",
    "babel.dates",
    "babel.lists",
    "babel.messages.pofile",
    "babel.numbers",
    "encodings.utf_8_sig",
    "html.parser",
    "importlib.resources.readers",
    "jinja2",
    "pandas.io.formats.string",
    "psutil",
    "PIL.PngImagePlugin",
    "sqlite3",
)
_SAME = ("PYTHON", "LD_", "LC_", "LANG", "MPLCONFIGDIR", "MATPLOTLIBRC")  # read once, as Python or a library starts


class _InKernel:
    """What pandas asks for, as it is imported, to choose how wide a table is printed: a shell that has a kernel."""

    kernel = True


def preload() -> dict[str, str]:
    """Import the libraries as a kernel would have them, and use them once; returns what they added to the environment."""
    import builtins

    before = dict(os.environ)
    os.environ.pop("MPLBACKEND", None)  # or pyplot imports the inline backend now, before there is a shell that it could hook
    builtins.get_ipython = _InKernel  # type: ignore[attr-defined]
    try:
        for name in LIBRARIES:
            importlib.import_module(name)
        for name in _ALSO:  # another version may have other parts
            with suppress(ImportError):
                importlib.import_module(name)
        _use_once()
    finally:
        del builtins.get_ipython  # type: ignore[attr-defined]
    for name in [name for name in sys.modules if name.partition(".")[0] == "matplotlib_inline"]:
        del sys.modules[name]  # it hooks the shell in its module's body: that must run again, in the kernel
    return {name: value for name, value in os.environ.items() if name not in before}


def _use_once() -> None:
    """Pay for first uses (fonts, writers of pictures, formatters) before the forks. Draws no random number, leaves no figure."""
    import io

    import babel.dates
    import babel.numbers
    import pandas as pd
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.backends.registry import backend_registry
    from matplotlib.figure import Figure

    backend_registry.list_all()  # asks what is installed, without importing it
    hold_fonts()
    figure = Figure()
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.plot([1, 2], [1, 2], label="a")
    axes.legend()
    axes.set_title("b", fontweight="bold")
    for kind in ("png", "svg"):
        figure.savefig(io.BytesIO(), format=kind)
    frame = pd.read_csv(io.StringIO("a,b\nx,1\ny,2\n"), dtype={"a": str})
    frame.groupby("a").b.mean().to_frame().merge(frame, on="a").to_csv(lineterminator="\n")
    frame.to_html()
    day = pd.to_datetime(pd.Series(["2018-12-31"]))
    day.dt.strftime("%Y-%m-%d")
    for language in ("vi", "en"):  # reads what is known of a language
        babel.numbers.format_decimal(1234.5, locale=language)
        babel.dates.format_date(day[0], locale=language)


def refusal(wanted: dict[str, str], own: dict[str, str]) -> str:
    """Why this process cannot give the kernel that is wanted; "" if it can."""
    if (number := threads()) != 1:
        return f"{number} threads run in the process that would fork it"
    names = [name for name in {*wanted, *own} if name.startswith(_SAME) and wanted.get(name) != own.get(name)]
    return f"another environment was asked for: {', '.join(sorted(names))}" if names else ""


class Zygote:
    """Serves the batch until it closes its end: then every kernel is ended, and what kernels left running."""

    def __init__(self, batch: socket.socket, environment: dict[str, str], added: dict[str, str]):
        """``environment``: as it was when the libraries were loaded; ``added``: what they put there for themselves."""
        self.batch, self.environment, self.added = batch, environment, added
        self.selector = selectors.DefaultSelector()
        self.selector.register(batch, selectors.EVENT_READ, self._worker)
        self.kernels: dict[int, socket.socket] = {}  # process number → its worker's socket
        adopt_orphans()

    def serve(self) -> None:
        while True:
            for key, _ in self.selector.select():
                key.data(key.fileobj)

    def _worker(self, batch: socket.socket) -> None:
        """The batch sends the socket of one more worker, or is gone."""
        handles = _handles(batch)
        if not handles:
            end_descendants()
            os._exit(0)
        for handle in handles:
            self.selector.register(socket.socket(fileno=handle), selectors.EVENT_READ, self._request)

    def _request(self, worker: socket.socket) -> None:
        """A worker wants a kernel, or is gone: then its kernel goes, too."""
        handles = _handles(worker)
        if not handles:
            for number, owner in self.kernels.items():
                if owner is worker:
                    os.kill(number, signal.SIGKILL)  # its end is seen in _ended
            self.selector.unregister(worker)
            worker.close()
            return
        with os.fdopen(handles[0], "rb") as stream:  # a file in memory: a request may be longer than a message
            stream.seek(0)
            request = json.load(stream)
        if reason := refusal(request["environment"], self.environment):
            _tell(worker, {"refused": reason})
            return
        told, tell = os.pipe()
        number = os.fork()
        if number == 0:
            os.close(tell)
            os.read(told, 1)  # until its worker knows of it: it must not be ready first
            _become_kernel(request, worker, self)
        os.close(told)
        handle = os.pidfd_open(number)
        self.kernels[number] = worker
        self.selector.register(handle, selectors.EVENT_READ, lambda _: self._ended(number, handle))
        _tell(worker, {"pid": number}, handle)
        os.close(tell)

    def _ended(self, number: int, handle: int) -> None:
        """A kernel ended: what it left running ends now, then its worker is told how it ended."""
        status = os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])
        self.selector.unregister(handle)
        os.close(handle)
        worker = self.kernels.pop(number)
        end_descendants(keep=frozenset(self.kernels))  # kernels adopt what they start: whoever else is a child here has lost its kernel
        _tell(worker, {"pid": number, "exit": status})


def _handles(sender: socket.socket) -> list[int]:
    """The open files that come with the next message; none if the sender is gone."""
    try:
        return socket.recv_fds(sender, 64, 1)[1]
    except OSError:
        return []


def _tell(worker: socket.socket, message: dict[str, Any], *handles: int) -> None:
    with suppress(OSError):  # it has ended: its kernels end with it
        socket.send_fds(worker, [json.dumps(message).encode()], list(handles))


def _become_kernel(request: dict[str, Any], worker: socket.socket, zygote: Zygote) -> None:
    """In the forked process: all that an ordinary kernel has from its own start, then the kernel until its end. Does not return."""
    try:
        _KERNEL.append(True)
        parent = os.getppid()
        die_with_parent(parent)
        adopt_orphans()  # what cells start stays below this process, so that it can be ended with it
        os.setsid()
        zygote.selector.close()
        for other in {*zygote.kernels.values(), zygote.batch} - {worker}:
            other.close()
        os.closerange(3, worker.fileno())
        os.closerange(worker.fileno() + 1, 1024)
        if (number := _blas_threads(request["environment"])) > 1:
            import threadpoolctl  # adds to the environment, so before it is replaced

            threadpoolctl.threadpool_limits(number, user_api="blas")
        os.environ.clear()
        os.environ.update({**zygote.added, **request["environment"], "JPY_PARENT_PID": str(parent)})
        time.tzset()
        os.chdir(request["cwd"])
        sys.argv = [sys.argv[0].replace("zygote.py", "cold.py"), *request["arguments"]]
        tempfile.tempdir = None  # as the environment says, not as it was when a library first asked
        random.seed()
        sys.modules["numpy"].random.seed()  # its old generator: or every kernel draws the same numbers
        from coopanalysis.kernels.cold import initialized, serve

        signal.signal(signal.SIGINT, signal.default_int_handler)
        app = initialized(request["arguments"], parent)  # ipykernel's class read its parent as it was made, before the fork
        sys.modules["matplotlib"].rcParams["backend"] = os.environ["MPLBACKEND"]  # as matplotlib does on import
        _tell(worker, {"pid": os.getpid(), "ready": True})
        worker.close()
        serve(app)
        end_descendants()
    except SystemExit:
        raise
    except BaseException:
        os._exit(1)
    sys.exit(0)  # through threads and handlers of exit, the last of which is _leave


def _blas_threads(environment: dict[str, str]) -> int:
    for name in BLAS_THREADS:
        if environment.get(name, "").isdigit():
            return int(environment[name])
    return len(os.sched_getaffinity(0))


def main() -> None:
    sys.path.pop(0)  # the folder it was started in: no file there may stand for a library
    empty = os.getcwd()
    if os.path.basename(empty).startswith(EMPTY):
        os.chdir("/")
        with suppress(OSError):
            os.rmdir(empty)
    environment = dict(os.environ)
    gc.disable()  # nothing of what is loaded now is garbage
    added = preload()
    gc.enable()
    gc.collect()
    gc.freeze()  # kernels share these pages until they write to them
    with socket.socket(fileno=os.dup(0)) as batch:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        os.close(nowhere)
        Zygote(batch, environment, added).serve()


if __name__ == "__main__":
    main()
