"""A Dask scheduler and two workers on this machine, for as long as a bench needs them."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.variants import OURS, PEERS, WORKERS, Failed, call, python, surroundings

_PATIENCE = 60.0  # seconds for the scheduler to say where it is


def environment() -> Path | None:
    """The environment in which ``distributed`` is installed: ours if it is there, else the benches'; None without one."""
    for folder in (OURS, PEERS):
        if not subprocess.run([python(folder), "-c", "import distributed"], capture_output=True, check=False).returncode:
            return folder
    return None


@contextmanager
def running(where: Path, folder: Path) -> Iterator[str]:
    """The address of a scheduler with two workers of one thread each, all ready."""
    folder.mkdir(parents=True)
    (folder / "empty").mkdir()
    settings = {"cwd": folder / "empty", "env": surroundings(where, folder)}
    told = folder / "scheduler.json"
    dask = str(where / "bin" / "dask")
    processes = []
    with (folder / "dask.txt").open("wb") as said:
        try:
            scheduler = [dask, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(told)]
            processes.append(subprocess.Popen(scheduler, stdout=said, stderr=said, **settings))
            address = _address(told)
            places = ["--local-directory", str(folder / "workers"), "--no-dashboard"]
            workers = [dask, "worker", address, "--nworkers", str(WORKERS), "--nthreads", "1", *places]
            processes.append(subprocess.Popen(workers, stdout=said, stderr=said, **settings))
            ready = f"import distributed; distributed.Client({address!r}).wait_for_workers({WORKERS}, timeout={_PATIENCE})"
            call([python(where), "-c", ready], where, folder)
            yield address
        finally:
            for process in reversed(processes):
                process.terminate()
            for process in processes:
                try:
                    process.wait(30)
                except subprocess.TimeoutExpired:
                    process.kill()


def _address(file: Path) -> str:
    """Where the scheduler listens, as it says itself."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        if file.exists():
            try:
                return str(json.loads(file.read_text(encoding="utf-8"))["address"])
            except (ValueError, KeyError):
                pass  # not yet written to its end
        time.sleep(0.1)
    raise Failed("the Dask scheduler did not start")
