"""An ordinary ipykernel that ends with its parent and caps what a cell prints: ``python -m coopanalysis.kernels.cold -f FILE``.

Here for: kernels left behind by a killed batch; a cell that prints 200 MB and takes the batch's memory with it.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from coopanalysis.kernels.guard import die_with_parent

OUTPUT_LIMIT = 1_000_000  # characters of text a cell may print; what comes after is dropped, and said so
CAPPED = "[output capped]"


def write_kernelspec(folder: Path) -> Path:
    """A folder for JUPYTER_PATH in which "python3" is this kernel, so that notebooks keep their kernel's name."""
    spec = {
        "argv": [sys.executable, "-m", "coopanalysis.kernels.cold", "-f", "{connection_file}"],
        "display_name": "Python 3",
        "language": "python",
        "interrupt_mode": "signal",
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


def main() -> None:
    parent = os.environ.get("JPY_PARENT_PID", "")
    die_with_parent(int(parent) if parent.isdigit() else None)
    sys.path.pop(0)  # as ipykernel's own launcher does: the shell puts the working folder there itself
    from ipykernel.kernelapp import launch_new_instance

    cap_output()
    launch_new_instance()


if __name__ == "__main__":
    main()
