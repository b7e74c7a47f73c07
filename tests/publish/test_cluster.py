"""The same edition from other machines: Dask workers without notebooks, data or a shared disk; workers that are lost; what is refused."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from coopanalysis.collection import LIBRARY
from coopanalysis.errors import ClusterError
from coopanalysis.publish import cluster, ingredients
from coopanalysis.publish import package as parcel
from coopanalysis.publish.ingredients import differences, surroundings
from tests.conftest import PROGRAM, ROOT, run
from tests.publish.conftest import GOOD, OPENING, entry, notebook, plan

EPOCH = "1700000000"
# the data come along: their folder is read, and named in an output
READS = "from pathlib import Path\nimport json\nprint(data, len(json.loads((Path(data) / 'datapackage.json').read_text('utf-8'))['resources']))\n"
# the Dask worker is the process above the kernel whose own parent is the nanny's
KILLS_WORKER = """\
import os, signal
from pathlib import Path

def above(pid):
    return int(Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()[1])

pid = os.getpid()
while above(pid) != {nanny}:
    pid = above(pid)
os.kill(pid, signal.SIGKILL)
"""
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are found in /proc")


def edition(out: Path) -> dict[str, bytes]:
    latest = (out / "latest").resolve()
    return {path.relative_to(latest).as_posix(): path.read_bytes() for path in sorted(latest.rglob("*")) if path.is_file()}


def events(out: Path, event: str) -> list[dict[str, str]]:
    lines = [json.loads(line) for log in sorted((out / "logs").glob("*.jsonl")) for line in log.read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if line["event"] == event]


@pytest.fixture
def machines(tmp_path):
    """A scheduler and workers as processes of their own, each in an empty folder: (address, start of a worker).

    Their library is a copy that has no data beside it.
    """
    library = tmp_path / "library"
    shutil.copytree(Path(cluster.__file__).parents[1], library / "coopanalysis", ignore=shutil.ignore_patterns("__pycache__"))
    paths = os.pathsep.join(filter(None, (str(library), os.environ.get("PYTHONPATH"))))
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{found.getsockname()[1]}"
    processes = []

    def start(kind: str, *arguments: str) -> subprocess.Popen[bytes]:
        place = tmp_path / f"m{len(processes)}"
        place.mkdir()
        environment = {**os.environ, "DASK_TEMPORARY_DIRECTORY": str(place), "TMPDIR": str(place), "PYTHONPATH": paths}
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", "--no-dashboard", *arguments]
        with (place / "log").open("wb") as log:
            process = subprocess.Popen(command, cwd=place, env=environment, stdout=log, stderr=log)
        processes.append(process)
        return process

    start("scheduler", "--host", "127.0.0.1", "--port", address.rpartition(":")[2])
    yield address, lambda *more: start("worker", address, "--nthreads", "1", "--memory-limit", "0", *more)
    for process in reversed(processes):
        process.kill()  # what a nanny has started ends with it
        process.wait(10)


@LINUX
def test_the_edition_is_the_same_to_the_byte_and_a_lost_worker_costs_nothing(folder, machines, tmp_path):
    address, start = machines
    workers = [start("--no-nanny"), start("--no-nanny")]
    notebook(folder / "a.ipynb", *GOOD)
    notebook(folder / "slow.ipynb", *GOOD, READS, "import time; time.sleep(2)")
    own = folder / "dữ liệu"
    shutil.copytree(ROOT / "data", own)
    path = plan(folder, entry("a"), entry("slow", parameters={"data": str(own)}))
    here = run(folder / "here", "--plan", path, SOURCE_DATE_EPOCH=EPOCH)
    assert here.code == 0, here.output + here.errors
    out = folder / "there"
    sent = subprocess.Popen(
        [str(PROGRAM), "run", "--plan", str(path), "--out", str(out), "--scheduler", address],
        env={**os.environ, "SOURCE_DATE_EPOCH": EPOCH},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    numbers = {_pid_of(address, worker.pid): worker for worker in workers}
    busy = _wait_for(lambda: next((event["worker"] for event in events(out, "started") if event["report"] == "slow"), None))
    time.sleep(1)
    numbers[busy].kill()
    output = sent.communicate(timeout=60)[0]
    assert sent.returncode == 0, output
    tried = [event["worker"] for event in events(out, "started") if event["report"] == "slow"]
    assert len(tried) == 2 and tried[0] == busy != tried[1]
    assert edition(out) == edition(folder / "here")
    unpacked = [path.name for path in tmp_path.glob("m?/dask-scratch-space/worker-*/coop/*/datapackage.json")]
    assert unpacked, "the data that were read are those that came along"
    assert {event["report"] for event in events(out, "finished")} == {"a", "slow"}
    again = run(out, "--plan", path, "--scheduler", "tcp://127.0.0.1:1")
    assert again.code == 0 and "2 of them up to date" in again.output, "nothing to do: nobody is asked"
    survivor = next(worker for address, worker in numbers.items() if address != busy)
    _wait_for(lambda: not _children(survivor.pid) or None)


def _pid_of(address: str, pid: int) -> str:
    """The address of the worker that is this process."""
    from distributed import Client

    with Client(address, set_as_default=False) as client:
        found = _wait_for(lambda: next((at for at, number in client.run(os.getpid).items() if number == pid), None))
    return str(found)


def _children(pid: int) -> list[int]:
    found = [int(number) for file in Path(f"/proc/{pid}/task").glob("*/children") for number in file.read_text().split()]
    return [one for one in found if "resource_tracker" not in Path(f"/proc/{one}/cmdline").read_text()]


def _wait_for(found, seconds=30.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if (value := found()) is not None:
            return value
        time.sleep(0.1)
    raise AssertionError("it did not come")


@pytest.fixture(scope="module")
def local():
    """A cluster whose nannies live in this process."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, processes=True) as cluster:
        yield cluster.scheduler_address


@LINUX
def test_a_report_that_kills_its_workers_is_tried_three_times(folder, local):
    notebook(folder / "a.ipynb", *GOOD)
    notebook(folder / "kills.ipynb", OPENING, KILLS_WORKER.format(nanny=os.getpid()))
    out = folder / "out"
    done = run(out, "--plan", plan(folder, entry("kills"), entry("a")), "--scheduler", local)
    assert done.code == 1, done.output + done.errors
    assert "kills failed" in done.output and "the worker process died (3 tries)" in done.output and "a ok" in done.output
    assert len([event for event in events(out, "started") if event["report"] == "kills"]) == 4, "the fourth is refused where it arrives"


def test_a_stop_ends_what_is_at_work_and_a_timeout_holds(folder, local):
    notebook(folder / "a.ipynb", *GOOD)
    notebook(folder / "long.ipynb", *GOOD, "import time; time.sleep(60)")
    out = folder / "out"
    command = [str(PROGRAM), "run", "--plan", str(plan(folder, entry("a"), entry("long"))), "--out", str(out), "--scheduler", local]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    _wait_for(lambda: events(out, "finished") or None)
    process.send_signal(signal.SIGINT)
    output = process.communicate(timeout=20)[0]
    assert process.returncode == 130 and "1 finished reports are kept" in output, output
    late = subprocess.run([*command, "--timeout", "10"], capture_output=True, text=True, timeout=120, check=False)
    assert late.returncode == 1 and "long timed_out" in late.stdout and "a ok" in late.stdout, late.stdout + late.stderr


def refused(folder: Path, address: str, *arguments: str, **environment: Any) -> str:
    notebook(folder / "a.ipynb", *GOOD)
    done = run(folder / "out", "--plan", plan(folder, entry("a")), "--scheduler", address, *arguments, **environment)
    assert done.code == 2 and done.errors.count("\n") == 1 and not done.latest.exists(), done.output + done.errors
    return done.errors


def test_a_wrong_address_is_one_line_and_is_told(folder):
    told = folder / "told"
    folder.mkdir()
    keeps = f"{shlex.quote(sys.executable)} -c \"import shutil, sys; shutil.copy(sys.argv[1], '{told}')\""
    assert "--scheduler nowhere://x: no scheduler was reached" in refused(folder, "nowhere://x", "--on-failure", keeps)
    summary = json.loads(told.read_text(encoding="utf-8"))
    assert summary["exit_code"] == 2 and "nowhere://x" in summary["reason"]


def test_a_scheduler_that_does_not_answer(monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT", 0.5)
    with pytest.raises(ClusterError, match=r"^--scheduler tcp://127\.0\.0\.1:1: no scheduler was reached: nothing answered within 0\.5 s$"):
        cluster.run_on("tcp://127.0.0.1:1", [], pytest.fail, pytest.fail, LIBRARY, surroundings(LIBRARY))


def test_a_missing_extra_is_one_line(folder):
    broken = folder / "broken" / "distributed"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise ImportError('not installed')", encoding="utf-8")
    paths = os.pathsep.join(filter(None, (str(broken.parent), os.environ.get("PYTHONPATH"))))
    assert "pip install 'coopanalysis[cluster]'" in refused(folder, "tcp://127.0.0.1:1", PYTHONPATH=paths, started=True)


def test_no_workers_and_other_versions_are_refused_before_anything_is_sent(machines, monkeypatch):
    address, start = machines
    monkeypatch.setattr(cluster, "WORKERS", 0.5)
    with pytest.raises(ClusterError, match="the scheduler has no workers"):
        cluster.run_on(address, [], pytest.fail, pytest.fail, LIBRARY, surroundings(LIBRARY))
    start("--no-nanny")
    monkeypatch.setattr(cluster, "WORKERS", 20.0)
    other = {**ingredients.packages(), "pandas": "9.9"}
    monkeypatch.setattr(ingredients, "packages", lambda: other)
    with pytest.raises(ClusterError, match=r"worker tcp://\S+ differs, nothing was sent: package pandas 9\.9 → \S+$"):
        cluster.run_on(address, [], pytest.fail, pytest.fail, LIBRARY, surroundings(LIBRARY))


def test_differences_in_words():
    ours = {"library": {"a.py": "1"}, "pages": {"b.py": "2"}, "packages": {"pandas": "3.0", "x": "1"}, "python": {"version": "3.14.1"}}
    theirs = {"library": {"a.py": "1"}, "pages": {"b.py": "3"}, "packages": {"pandas": "3.0"}, "python": {"version": "3.13.0"}}
    assert differences(ours, ours) == []
    assert differences(ours, theirs) == ["library: publish/b.py changed", "package x 1 → missing", "Python 3.14.1 → 3.13.0"]


def test_a_package_is_unpacked_whole_once_and_set_right(tmp_path):
    digest, root, package = parcel.packed(LIBRARY, "")
    assert root == ROOT / "data" and {"datapackage.json", "observations.csv"} <= set(package)
    folder = parcel.unpack(package, tmp_path)
    assert folder.name == digest == parcel.content_hash({path: (folder / path).read_bytes() for path in package})
    before = (folder / "observations.csv").stat().st_ino
    assert parcel.unpack(package, tmp_path) == folder and (folder / "observations.csv").stat().st_ino == before
    (folder / "observations.csv").write_text("changed by a cell", encoding="utf-8")
    assert (parcel.unpack(package, tmp_path) / "observations.csv").read_bytes() == package["observations.csv"]
    assert [path.name for path in tmp_path.iterdir()] == [digest]
    with pytest.raises(OSError, match="not within"):
        parcel.unpack({"../x": b""}, tmp_path)
    assert not (tmp_path / "x").exists()
