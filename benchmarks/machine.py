"""What a result was measured on: cores, processor, system, and the versions of both environments."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from pathlib import Path

from benchmarks.variants import OURS, PEERS, python

NAMES = ("papermill", "nbconvert", "nbclient", "ipykernel", "pandas", "matplotlib", "ploomber-engine", "distributed", "duckdb")
_ASK = """
import json, platform
from importlib.metadata import PackageNotFoundError, version
found = {"Python": platform.python_version()}
for name in %r:
    try:
        found[name] = version(name)
    except PackageNotFoundError:
        pass
print(json.dumps(found))
"""


def machine() -> str:
    """Cores, processor and system, without anything that names this machine."""
    cores = len(os.sched_getaffinity(0))
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
    return f"{cores} cores ({model}), {platform.system()}"


def versions() -> dict[str, str]:
    """Name → version; where the two environments differ, both are said."""
    ours, theirs = (json.loads(subprocess.check_output([python(place), "-c", _ASK % (NAMES,)], text=True)) for place in (OURS, PEERS))
    return {
        name: ours[name] if ours.get(name) == theirs.get(name, ours.get(name)) else f"{theirs[name]} (peers; ours {ours.get(name, 'without')})"
        for name in ("Python", *NAMES)
        if name in ours or name in theirs
    }
