"""Private memory of a run's processes, kind by kind: what one more worker costs."""

from __future__ import annotations

import subprocess
import time
from collections import defaultdict
from contextlib import suppress
from pathlib import Path

from benchmarks.measure import Facts
from benchmarks.variants import OURS, Failed, Reports, our_command, surroundings

_EVERY = 0.1  # seconds between two looks
KINDS = ("main", "server", "above", "worker", "other")
MB = 1e6


def kind_of(pid: int, root: int, parents: dict[int, int], commands: dict[int, str]) -> str:
    """What a process of the run is for, from its place in the tree and its command line.

    The server is a child of the run; below it stands, for each report, a small process above the worker.
    """
    if pid == root:
        return "main"
    if "forkserver" not in commands.get(pid, ""):
        return "other"
    parent = parents.get(pid, 0)
    return "server" if parent == root else "above" if parents.get(parent, 0) == root else "worker"


def private(text: str) -> int:
    """Bytes that belong to one process alone, from the text of its /proc/…/smaps_rollup."""
    lines = (line.split() for line in text.splitlines())
    return sum(int(words[1]) * 1024 for words in lines if words and words[0] in ("Private_Clean:", "Private_Dirty:"))


def per_further(peaks: dict[int, float]) -> float:
    """The slope of a straight line through peaks by number of workers (least squares): what one more worker adds."""
    mean_x, mean_y = sum(peaks) / len(peaks), sum(peaks.values()) / len(peaks)
    return sum((x - mean_x) * (y - mean_y) for x, y in peaks.items()) / sum((x - mean_x) ** 2 for x in peaks)


def peaks_of(reports: Reports, folder: Path, workers: int) -> Facts:
    """Run an edition and look at its processes: for each kind, the greatest sum of private memory at one moment (MB)."""
    (folder / "empty").mkdir(parents=True)
    command = our_command(reports.plan, folder / "out", "--workers", str(workers), "--force")
    peaks: dict[str, int] = dict.fromkeys((*KINDS, "all"), 0)
    with (folder / "said.txt").open("wb") as said:
        run = subprocess.Popen(command, cwd=folder / "empty", env=surroundings(OURS, folder), stdout=said, stderr=said)
        while run.poll() is None:
            now = _look(run.pid)
            for kind in peaks:
                peaks[kind] = max(peaks[kind], now[kind])
            time.sleep(_EVERY)
    if run.returncode:
        raise Failed(f"the run with {workers} workers failed: {(folder / 'said.txt').read_text(errors='replace')[-1500:]}")
    return {f"{kind}_mb": peak / MB for kind, peak in peaks.items()}


def _look(root: int) -> dict[str, int]:
    """The sum of private memory at this moment, by kind of process."""
    parents, commands, waiting = {root: 0}, {}, [root]
    while waiting:
        pid = waiting.pop()
        for file in Path(f"/proc/{pid}/task").glob("*/children"):
            with suppress(OSError):
                children = [int(number) for number in file.read_text().split()]
                parents |= dict.fromkeys(children, pid)
                waiting += children
    sums: dict[str, int] = defaultdict(int)
    for pid in parents:
        with suppress(OSError):  # it has ended
            commands[pid] = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            size = private(Path(f"/proc/{pid}/smaps_rollup").read_text())
            sums[kind_of(pid, root, parents, commands)] += size
            sums["all"] += size
    return sums
