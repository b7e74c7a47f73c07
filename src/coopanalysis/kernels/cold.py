"""An ordinary ipykernel that ends with its parent and caps what a cell prints: ``python -m coopanalysis.kernels.cold -f FILE``.

Here for: kernels left behind by a killed batch; a cell that prints 200 MB, or shows as much, and takes the batch's
memory with it; a program that a cell starts and that writes into the batch's own output; ``exit()``, which IPython
answers by ending the kernel later, so that the cells behind it still run.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from coopanalysis.kernels.guard import die_with_parent

OUTPUT_LIMIT = 1_000_000  # characters of text a cell may print; what comes after is dropped, and said so
SHOWN_LIMIT = 40_000_000  # characters that a cell may show as figures, tables or values
CAPPED = "[output capped]"


def write_kernelspec(folder: Path, metadata: dict[str, Any] | None = None) -> Path:
    """A folder for JUPYTER_PATH in which "python3" is this kernel, so that notebooks keep their kernel's name.

    ``metadata``: the kernelspec's, for example a provisioner that starts it another way (see ``warm``).
    """
    spec: dict[str, Any] = {
        "argv": [sys.executable, "-m", "coopanalysis.kernels.cold", "-f", "{connection_file}"],
        "display_name": "Python 3",
        "language": "python",
        "interrupt_mode": "signal",
        "metadata": metadata or {},
    }
    place = folder / "kernels" / "python3"
    place.mkdir(parents=True, exist_ok=True)
    (place / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    return folder


def cap_output(limit: int = OUTPUT_LIMIT) -> None:
    """Let each cell print ``limit`` characters at most, counted anew for each request of the client."""
    from ipykernel.iostream import OutStream

    write = OutStream.write
    printed: dict[str, int] = {}

    def capped(self: Any, string: str) -> int | None:
        header = self.parent_header
        request = str(header.get("msg_id") or header.get("header", {}).get("msg_id", ""))
        if request not in printed:
            printed.clear()  # only the running cell counts
            printed[request] = 0
        before = printed[request]
        printed[request] += len(string) if isinstance(string, str) else 0
        if printed[request] <= limit:
            return write(self, string)
        if before <= limit:
            write(self, string[: limit - before] + f"\n{CAPPED}\n")
        return len(string)

    OutStream.write = capped  # type: ignore[method-assign]


def cap_shown(limit: int = SHOWN_LIMIT) -> None:
    """Let each cell show ``limit`` characters of rich output at most; what goes beyond is replaced by a word that says so."""
    from ipykernel.displayhook import ZMQShellDisplayHook
    from ipykernel.zmqshell import ZMQDisplayPublisher

    shown: dict[str, int] = {}

    def capped(data: dict[str, Any], parent: dict[str, Any]) -> dict[str, Any]:
        request = str(parent.get("header", {}).get("msg_id", ""))
        if request not in shown:
            shown.clear()
            shown[request] = 0
        shown[request] += sum(len(str(value)) for value in data.values())
        return data if shown[request] <= limit else {"text/plain": CAPPED}

    publish, write = ZMQDisplayPublisher.publish, ZMQShellDisplayHook.write_format_data

    def publish_capped(self: Any, data: dict[str, Any], metadata: Any = None, **more: Any) -> None:
        publish(self, capped(data, self.parent_header), metadata, **more)

    def write_capped(self: Any, format_dict: dict[str, Any], md_dict: Any = None) -> None:
        write(self, capped(format_dict, self.parent_header), md_dict)

    ZMQDisplayPublisher.publish = publish_capped  # type: ignore[method-assign]
    ZMQShellDisplayHook.write_format_data = write_capped  # type: ignore[method-assign]


def initialized(arguments: list[str], parent: int | None = None) -> Any:
    """ipykernel's application, capped and ready to start: the same for an ordinary and for a warm kernel.

    ``parent``: the process with which it ends, if that is not what the environment said when ipykernel was imported.
    """
    from ipykernel.kernelapp import IPKernelApp

    cap_output()
    cap_shown()
    app = IPKernelApp.instance(**({"parent_handle": parent} if parent else {}))
    app.initialize(arguments)
    assert app.shell is not None
    app.shell.user_ns.update(exit=sys.exit, quit=sys.exit)
    return app


def serve(app: Any) -> None:
    """Work until the client asks for the end, and let the answer to that be given.

    As Python exits, ipykernel stops the thread that sends output, then waits for the one that hears the client; if that is
    still answering, each waits for the other until the client loses patience, a second and a half later.
    """
    app.start()
    if app.control_thread is not None and app.control_thread.is_alive():
        app.control_thread.stop()
        app.control_thread.join(5)


def write_to_nowhere() -> None:
    """ipykernel catches what programs write to 1 and 2 for the cell, and echoes it: not into the batch's output."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)


def main() -> None:
    parent = os.environ.get("JPY_PARENT_PID", "")
    die_with_parent(int(parent) if parent.isdigit() else None)
    sys.path.pop(0)  # as ipykernel's own launcher does: the shell puts the working folder there itself
    write_to_nowhere()
    serve(initialized(sys.argv[1:]))


if __name__ == "__main__":
    main()
