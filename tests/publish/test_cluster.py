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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from coopanalysis.collection import LIBRARY
from coopanalysis.errors import ClusterError
from coopanalysis.publish import cluster, ingredients
from coopanalysis.publish.ingredients import differences, surroundings
from tests.conftest import PROGRAM, ROOT, run
from tests.publish.conftest import GOOD, OPENING, entry, notebook, plan, until

EPOCH = "1700000000"
# the data come along: their folder is read, and named in an output
READS = "from pathlib import Path\nimport json\nprint(data, len(json.loads((Path(data) / 'datapackage.json').read_text('utf-8'))['resources']))\n"
# the Dask worker is the process above the kernel whose own parent is the nanny's; on the sender's machine there is none
KILLS_WORKER = """\
import os, signal
from pathlib import Path

pid = os.getpid()
while pid > 1 and (above := int(Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()[1])) not in {nannies}:
    pid = above
if pid > 1 and not Path({mark!r}).exists():
    Path({mark!r}).touch()
    os.kill(pid, signal.SIGKILL)
"""
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are found in /proc")


def edition(out: Path) -> dict[str, bytes]:
    latest = (out / "latest").resolve()
    return {path.relative_to(latest).as_posix(): path.read_bytes() for path in sorted(latest.rglob("*")) if path.is_file()}


@dataclass(frozen=True)
class Machines:
    address: str
    nannies: list[int]
    place: Path


@pytest.fixture(scope="module")
def machines(tmp_path_factory):
    """A scheduler and two workers as processes of their own, in empty folders; a worker that was killed is started again.

    Their library is a copy that has no data beside it.
    """
    place = tmp_path_factory.mktemp("machines")
    shutil.copytree(Path(cluster.__file__).parents[1], place / "library" / "coopanalysis", ignore=shutil.ignore_patterns("__pycache__"))
    paths = os.pathsep.join(filter(None, (str(place / "library"), os.environ.get("PYTHONPATH"))))
    settings = {**os.environ, "PYTHONPATH": paths, "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1", "DASK_TEMPORARY_DIRECTORY": str(place)}
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = str(found.getsockname()[1])
    address = f"tcp://127.0.0.1:{port}"
    (place / "empty").mkdir()

    def start(kind: str, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", "--no-dashboard", *arguments]
        with (place / "log").open("ab") as log:
            return subprocess.Popen(command, cwd=place / "empty", env=settings, stdout=log, stderr=log)

    processes = [start("scheduler", "--host", "127.0.0.1", "--port", port)]
    processes += [start("worker", address, "--nthreads", "1", "--memory-limit", "0") for _ in range(2)]
    yield Machines(address, [process.pid for process in processes[1:]], place)
    for process in reversed(processes):
        process.kill()  # what a nanny has started ends with it
        process.wait(10)


@LINUX
def test_the_edition_is_the_same_to_the_byte_and_a_lost_worker_costs_nothing(folder, machines):
    mark, own = folder / "killed", folder / "dữ liệu"
    notebook(folder / "a.ipynb", *GOOD)
    notebook(folder / "lost.ipynb", *GOOD, READS, KILLS_WORKER.format(nannies=machines.nannies, mark=str(mark)))
    notebook(folder / "plain.ipynb", *GOOD[2:], parameters=None)
    shutil.copytree(ROOT / "data", own)
    path = plan(folder, entry("lost", parameters={"data": str(own)}), entry("a"), {**entry("plain"), "expects": {}})
    here = run(folder / "here", "--plan", path, SOURCE_DATE_EPOCH=EPOCH)
    assert here.code == 0 and not mark.exists(), here.output + here.errors
    there = run(folder / "there", "--plan", path, "--scheduler", machines.address, SOURCE_DATE_EPOCH=EPOCH)
    assert there.code == 0 and mark.exists(), there.output + there.errors
    assert edition(folder / "there") == edition(folder / "here")
    assert list(machines.place.glob("dask-scratch-space/worker-*/dict-*/datapackage.json")), "the data that were read are those that came along"
    again = run(folder / "there", "--plan", path, "--scheduler", "tcp://127.0.0.1:1")
    assert again.code == 0 and "3 of them up to date" in again.output, "nothing to do: nobody is asked"


@LINUX
def test_a_report_that_kills_its_workers_takes_no_other_along(folder, machines):
    """As often as the scheduler allows."""
    notebook(folder / "a.ipynb", *GOOD)
    notebook(
        folder / "kills.ipynb", OPENING, KILLS_WORKER.format(nannies=machines.nannies, mark="/nowhere").replace("    Path('/nowhere').touch()\n", "")
    )
    reports = [entry("kills"), *(entry(f"a{number}", "a.ipynb", parameters={"n": number}) for number in range(4))]
    done = run(folder / "out", "--plan", plan(folder, *reports), "--scheduler", machines.address)
    assert done.code == 1, done.output + done.errors
    assert "kills failed" in done.output and "the worker process died (2 tries)" in done.output and "4 of 5 reports ok" in done.output


def test_a_stop_ends_what_is_at_work_and_a_timeout_holds(folder, machines):
    mark, out = folder / "pid", folder / "out"
    notebook(folder / "a.ipynb", *GOOD)
    notebook(folder / "long.ipynb", *GOOD, f"import os, pathlib, time\npathlib.Path({str(mark)!r}).write_text(str(os.getpid()))\ntime.sleep(60)")
    command = [str(PROGRAM), "run", "--plan", str(plan(folder, entry("a"), entry("long"))), "--out", str(out), "--scheduler", machines.address]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert until(lambda: mark.exists() and mark.read_text() and (out / "state" / "a.json").exists())
    process.send_signal(signal.SIGINT)
    output = process.communicate(timeout=20)[0]
    assert process.returncode == 130 and "1 finished reports are kept" in output, output
    if sys.platform.startswith("linux"):
        assert until(lambda: not Path("/proc", mark.read_text()).exists())
    late = run(out, *command[2:4], "--scheduler", machines.address, "--timeout", "4")
    assert late.code == 1 and "long timed_out" in late.output and "a ok" in late.output, late.output + late.errors


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
    with pytest.raises(ClusterError, match=r"^--scheduler tcp://127\.0\.0\.1:1: no scheduler was reached: Timed out"):
        cluster.run_on("tcp://127.0.0.1:1", [], pytest.fail, LIBRARY, surroundings(LIBRARY))


def test_a_missing_extra_is_one_line(folder):
    broken = folder / "broken" / "distributed"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise ImportError('not installed')", encoding="utf-8")
    paths = os.pathsep.join(filter(None, (str(broken.parent), os.environ.get("PYTHONPATH"))))
    assert "pip install 'coopanalysis[cluster]'" in refused(folder, "tcp://127.0.0.1:1", PYTHONPATH=paths, started=True)


def test_no_workers_and_other_versions_are_refused_before_anything_is_sent(machines, monkeypatch):
    from distributed import LocalCluster

    with LocalCluster(n_workers=0, processes=False, protocol="tcp", dashboard_address=":0") as empty, monkeypatch.context() as patch:
        patch.setattr(cluster, "WORKERS", 0.5)
        with pytest.raises(ClusterError, match="the scheduler has no workers"):
            cluster.run_on(empty.scheduler_address, [], pytest.fail, LIBRARY, surroundings(LIBRARY))
    other = {**ingredients.packages(), "pandas": "9.9"}
    monkeypatch.setattr(ingredients, "packages", lambda: other)
    with pytest.raises(ClusterError, match=r"worker tcp://\S+ differs, nothing was sent: package pandas 9\.9 → \S+$"):
        cluster.run_on(machines.address, [], pytest.fail, LIBRARY, surroundings(LIBRARY))


def test_differences_in_words():
    ours = {"library": {"a.py": "1"}, "pages": {"b.py": "2"}, "packages": {"pandas": "3.0", "x": "1"}, "python": {"version": "3.14.1"}}
    theirs = {"library": {"a.py": "1"}, "pages": {"b.py": "3"}, "packages": {"pandas": "3.0"}, "python": {"version": "3.13.0"}}
    assert differences(ours, ours) == []
    assert differences(ours, theirs) == ["library: publish/b.py changed", "package x 1 → missing", "Python 3.14.1 → 3.13.0"]


def test_a_package_is_unpacked_once_and_set_right(tmp_path):
    files = {"datapackage.json": b"{}", "codelists/unit.csv": b"code"}
    folder = cluster.unpack(files, tmp_path / "data")
    before = (folder / "datapackage.json").stat().st_ino
    cluster.unpack(files, folder)
    assert (folder / "datapackage.json").stat().st_ino == before
    (folder / "codelists" / "unit.csv").write_text("changed by a cell", encoding="utf-8")
    assert {name: (cluster.unpack(files, folder) / name).read_bytes() for name in files} == files
