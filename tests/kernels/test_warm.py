"""Warm kernels: each trap of forking a kernel, and that nobody can tell one from an ordinary kernel.

One zygote serves all these tests. Kernels are asked through papermill, as in a batch.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from coopanalysis.kernels import warm
from coopanalysis.kernels.cold import write_kernelspec
from coopanalysis.kernels.guard import one_blas_thread
from coopanalysis.kernels.host import ZygoteProcess, clean_environment, loading, possible
from coopanalysis.kernels.zygote import refusal
from tests.publish.test_faults import until

pytestmark = pytest.mark.skipif(not possible(), reason="this system has no safe fork: kernels are ordinary ones")


@pytest.fixture(scope="module")
def environment() -> dict[str, str]:
    return clean_environment(2)


@pytest.fixture(scope="module")
def zygote(environment: dict[str, str]) -> Iterator[ZygoteProcess]:
    one = ZygoteProcess(environment)
    yield one
    one.close()


class Kernels:
    """Runs cells in a kernel of its own, warm or ordinary, through papermill."""

    def __init__(self, folder: Path, environment: dict[str, str], line: socket.socket | None):
        self.folder, self.environment, self.line = folder, environment, line

    def run(self, *cells: str, **more: str) -> list[Any]:
        """The outputs of each cell: texts printed, values, or error names; ``more`` for the environment."""
        import papermill
        from traitlets.config import Config

        metadata = warm.kernelspec_metadata(self.line.fileno()) if self.line else {}
        place = Path(tempfile.mkdtemp(dir=self.folder))
        extra = {"IPYTHONDIR": str(place / "i"), "JUPYTER_PATH": str(write_kernelspec(place / "j", metadata)), **more}
        book = new_notebook(
            cells=[new_code_cell(cell) for cell in cells],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        )
        with tempfile.TemporaryDirectory() as sockets, pytest.MonkeyPatch.context() as patch:
            for name in os.environ:
                patch.delenv(name)
            for name, value in {**self.environment, **extra}.items():
                patch.setenv(name, value)
            patch.chdir(place)
            done = papermill.execute_notebook(
                book,
                None,
                kernel_name="python3",
                progress_bar=False,
                kernel_manager_class=warm.PromptManager,
                config=Config({"KernelManager": {"transport": "ipc", "ip": f"{sockets}/k"}}),
            )
        return [
            "".join(output.get("text", "") or output.get("data", {}).get("text/plain", "") for output in cell.outputs)
            if not any("image/png" in output.get("data", {}) for output in cell.outputs)
            else "picture"
            for cell in done.cells
        ]


@pytest.fixture
def forked(tmp_path: Path, environment: dict[str, str], zygote: ZygoteProcess) -> Iterator[Kernels]:
    line = zygote.worker()
    before = len(warm.started)
    yield Kernels(tmp_path, environment, line)
    assert warm.started[before:] and set(warm.started[before:]) == {warm.WARM}, "every kernel of this test was a warm one"
    if line.fileno() in warm.Connection.of:
        warm.Connection.of.pop(line.fileno()).socket.close()
    line.close()


@pytest.fixture
def ordinary(tmp_path: Path, environment: dict[str, str]) -> Kernels:
    return Kernels(tmp_path, environment, None)


SEEN = """
import json, os, sys, signal, tempfile, threading, locale
import numpy, pandas, matplotlib
json.dumps({
    "argv": [os.path.basename(sys.argv[0]), len(sys.argv)], "path": [p for p in sys.path], "flags": str(sys.flags), "executable": sys.executable,
    "cwd": os.path.basename(os.path.dirname(os.getcwd())) != "", "main": sys.modules["__main__"].__dict__ is globals(),
    "environment": sorted(os.environ), "columns": pandas.get_option("display.max_columns"),
    "width": pandas.get_option("display.width"), "sigint": str(signal.getsignal(signal.SIGTERM)), "tmp": tempfile.gettempdir(),
    "parent": os.environ["JPY_PARENT_PID"] == str(os.getppid()), "hash": hash("hợp tác xã"), "locale": locale.setlocale(locale.LC_ALL),
    "threads": sorted(type(t).__name__ for t in threading.enumerate()), "recursion": sys.getrecursionlimit(),
    "rc": {k: str(v) for k, v in matplotlib.rcParams.items()}, "options": str(numpy.get_printoptions()), "umask": os.umask(0o22),
    "stdout": os.readlink("/proc/self/fd/1"), "session": os.getsid(0) == os.getpid(), "ours": sorted(
        name for name in sys.modules if name.startswith("coopanalysis") and not name.startswith("coopanalysis.kernels")),
})
"""


def test_a_warm_kernel_sees_what_an_ordinary_one_sees(forked, ordinary):
    figure = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"
    table = "import pandas as pd\npd.DataFrame({'a': range(3)} | {f'c{i}': 1.5 for i in range(30)})"
    cells = (SEEN, figure, table, "import matplotlib\nmatplotlib.get_backend()", "print('Tổ hợp tác')", "%matplotlib inline", figure)
    first, second = forked.run(*cells), ordinary.run(*cells)
    one, two = (json.loads(outputs[0].strip("'").replace("\\'", "'").replace('\\\\"', '\\"')) for outputs in (first, second))
    assert set(one["environment"]) ^ set(two["environment"]) == set()
    assert {name: (one[name], two[name]) for name in one if one[name] != two[name]} == {}
    assert first[1:] == second[1:]
    assert first[1] == first[6] == "picture", "the inline backend hooks this kernel's shell, not one of before the fork"


def test_kernels_draw_numbers_of_their_own(forked):
    draws = "import random, numpy\n(random.random(), numpy.random.rand(), numpy.random.default_rng().random())"
    first, second = forked.run(draws)[0], forked.run(draws)[0]
    assert all(one != two for one, two in zip(first.split(","), second.split(","), strict=True))


def test_kernels_share_nothing_that_a_cell_changed(forked):
    forked.run(
        "import pandas, matplotlib, os\npandas.set_option('display.max_rows', 7)\nmatplotlib.rcParams['font.size'] = 40\npandas.leak = os.environ['LEAK'] = '1'"
    )
    seen = "import pandas, matplotlib, os\n"
    seen += "(pandas.get_option('display.max_rows') == 7, matplotlib.rcParams['font.size'] == 40, hasattr(pandas, 'leak'), 'LEAK' in os.environ)"
    assert forked.run(seen) == ["(False, False, False, False)"]


def test_a_kernel_has_as_many_blas_threads_as_it_is_told(forked):
    cell = "import threadpoolctl, numpy\n[pool['num_threads'] for pool in threadpoolctl.threadpool_info() if pool['user_api'] == 'blas']"
    assert forked.run(cell, OPENBLAS_NUM_THREADS="1") == ["[1]"]
    assert forked.run(cell, OPENBLAS_NUM_THREADS="2") == ["[2]"]


def test_a_kernel_ends_through_its_threads_and_handlers_and_takes_along_what_it_started(forked, tmp_path):
    cells = f"""
import atexit, subprocess, threading, time
atexit.register(lambda: open({str(tmp_path / "handler")!r}, "w").close())
threading.Thread(target=lambda: (time.sleep(0.3), open({str(tmp_path / "thread")!r}, "w").close())).start()
child = subprocess.Popen(["sleep", "600"], start_new_session=True)
print(child.pid)"""
    (number,) = forked.run(cells)
    assert (tmp_path / "handler").exists() and (tmp_path / "thread").exists()
    assert until(lambda: not Path(f"/proc/{int(number)}").exists(), 10)


def test_the_zygote_has_one_thread_no_code_of_ours_and_forks_once_for_each_kernel(zygote, forked):
    here = zygote.process.pid
    forked.run("1")
    assert len(list(Path(f"/proc/{here}/task").iterdir())) == 1
    assert until(lambda: not Path(f"/proc/{here}/task/{here}/children").read_text().split(), 5), "each kernel was reaped"
    before = len(warm.started)
    cell = "import sys, os\nours = [name for name in sys.modules if name.startswith('coopanalysis.')]\n"
    cell += "[name for name in ours if not name.startswith(('coopanalysis.kernels', 'coopanalysis._lazy'))]"
    assert forked.run(cell) == ["[]"]
    assert warm.started[before:] == [warm.WARM]


def test_a_kernel_killed_from_outside_or_inside_is_seen_with_its_status(zygote, tmp_path, environment):
    line = zygote.worker()
    connection = warm.Connection(line.fileno())
    for number in (signal.SIGKILL, signal.SIGTERM):
        kernel, pidfd = _start(connection, tmp_path, environment)
        os.kill(kernel, number)
        answer, _ = connection.hear(10)
        assert answer == {"pid": kernel, "exit": -number}
        os.close(pidfd)
    kernel, pidfd = _start(connection, tmp_path, environment)
    connection.socket.close()
    line.close()  # the worker is gone: its kernel follows
    assert until(lambda: not Path(f"/proc/{kernel}").exists(), 10)
    os.close(pidfd)


def _start(connection: warm.Connection, folder: Path, environment: dict[str, str]) -> tuple[int, int]:
    """A kernel that listens to sockets which nobody connects."""
    place = Path(tempfile.mkdtemp(dir=folder))
    ports = {f"{name}_port": number for number, name in enumerate(("shell", "iopub", "stdin", "control", "hb"), start=1)}
    with tempfile.TemporaryDirectory() as short:
        file = place / "connection.json"
        file.write_text(json.dumps({**ports, "ip": f"{short}/k", "transport": "ipc", "key": "k", "signature_scheme": "hmac-sha256"}))
        answer, pidfd = connection.ask({"arguments": ["-f", str(file)], "environment": {**environment, "IPYTHONDIR": str(place)}, "cwd": str(place)})
        ready, _ = connection.hear(30)
    assert ready == {"pid": answer["pid"], "ready": True}
    return answer["pid"], pidfd


def test_when_the_batch_is_gone_the_zygote_and_its_kernels_follow(tmp_path, environment):
    own = ZygoteProcess(environment)
    line = own.worker()
    connection = warm.Connection(line.fileno())
    kernel, pidfd = _start(connection, tmp_path, environment)
    own.socket.close()  # what the system does when the batch is killed
    assert until(lambda: own.process.poll() is not None and not Path(f"/proc/{kernel}").exists(), 10)
    for handle in (pidfd, line.detach()):
        os.close(handle)
    connection.socket.close()


@pytest.mark.parametrize("moment", ["before", "while"])
def test_without_its_zygote_a_worker_goes_on_with_ordinary_kernels(tmp_path, environment, moment):
    own = ZygoteProcess(environment)
    line = own.worker()
    if moment == "before":
        own.process.kill()
        own.process.wait()
    kernels = Kernels(tmp_path, environment, line)
    before = len(warm.started)
    with suppress(Exception):
        kernels.run("1" if moment == "before" else f"import os, time\nos.kill({own.process.pid}, 9)\ntime.sleep(60)")
    assert kernels.run("6 * 7") == ["42"]
    assert warm.started[before:][-1].startswith("ordinary: the process that forks kernels is gone")
    assert warm.lost_zygote()
    warm.Connection.of.pop(line.fileno()).socket.close()
    line.close()
    own.kill()


def test_another_environment_gets_an_ordinary_kernel(zygote, tmp_path, environment):
    line = zygote.worker()
    before = len(warm.started)
    assert Kernels(tmp_path, environment, line).run("import os\nos.environ['LC_TIME']", LC_TIME="C.UTF-8") == ["'C.UTF-8'"]
    assert warm.started[before:] == ["ordinary: another environment was asked for: LC_TIME"]
    warm.Connection.of.pop(line.fileno()).socket.close()
    line.close()


@pytest.mark.parametrize(
    ("name", "value", "refused"),
    [
        ("PYTHONHASHSEED", "1", True),
        ("PYTHONPATH", "/elsewhere", True),
        ("LANG", "vi_VN", True),
        ("MPLCONFIGDIR", "/elsewhere", True),
        ("LD_PRELOAD", "x.so", True),
        ("TZ", "Asia/Ho_Chi_Minh", False),
        ("OPENBLAS_NUM_THREADS", "4", False),
        ("TMPDIR", "/elsewhere", False),
    ],
)
def test_what_is_read_once_at_the_start_must_be_the_same(name, value, refused, monkeypatch):
    monkeypatch.setattr("coopanalysis.kernels.zygote.threads", lambda: 1)
    own = {"PATH": "/bin"}
    assert bool(refusal({**own, name: value}, own)) is refused
    assert refusal(own, own) == ""


def test_a_process_with_threads_does_not_fork(monkeypatch):
    monkeypatch.setattr("coopanalysis.kernels.zygote.threads", lambda: 3)
    assert refusal({}, {}) == "3 threads run in the process that would fork it"


def test_another_python_and_another_system_get_ordinary_kernels(monkeypatch, zygote):
    provisioner = warm.WarmProvisioner(handle=zygote.socket.fileno())
    assert "another Python" in provisioner._fork(["/usr/bin/other-python", "-f", "x"], {})
    for missing in ("pidfd_open", "memfd_create"):
        with monkeypatch.context() as patch:
            patch.delattr(os, missing)
            assert not possible()
    monkeypatch.setattr(sys, "platform", "darwin")
    assert not possible()


def test_numpy_starts_no_threads_while_a_process_that_will_fork_loads_it():
    code = "import os\nfrom coopanalysis.kernels.guard import one_blas_thread, threads\nbefore = dict(os.environ)\n"
    code += "with one_blas_thread():\n    import numpy\nassert dict(os.environ) == before\nprint(threads())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, "OPENBLAS_NUM_THREADS": "4"})
    assert done.stdout == "1\n"
    with one_blas_thread():
        assert os.environ["OPENBLAS_NUM_THREADS"] == "1"


def test_nothing_of_a_first_cell_is_lost(forked):
    """The client is ready as soon as it has heard the kernel's state; ten kernels in a row."""
    assert [forked.run("print('first')")[0] for _ in range(10)] == ["first\n"] * 10


def test_kernels_are_told_of_without_sleeps_and_draw_with_fonts_in_memory(forked, monkeypatch):
    """The manager's own start and end sleep a hundredth of a second each, for others to see that something is pending."""
    slept = []
    sleep = asyncio.sleep

    async def noted(seconds: float, *more: Any) -> Any:
        slept.append(seconds)
        return await sleep(seconds, *more)

    monkeypatch.setattr("jupyter_client.manager.asyncio.sleep", noted)
    said = forked.run("from matplotlib import font_manager\ntype(font_manager.get_font(font_manager.findfont('DejaVu Sans')).fname).__name__")
    assert said == ["'FontInMemory'"]
    assert 0.01 not in slept


def test_a_zygote_that_is_not_needed_goes_with_the_reason(environment, tmp_path, monkeypatch):
    """Whatever ends the block: a plan that is refused, a stop, nothing to do."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(SystemExit), loading(2) as zygote:
        assert zygote is not None and zygote.process.poll() is None
        sys.exit(2)
    assert zygote.process.poll() is not None
    assert list(tmp_path.iterdir()) == []
    zygote.kill()  # once more does nothing


def test_a_zygote_loads_from_an_empty_folder_and_removes_it(environment, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    own = ZygoteProcess(environment)
    assert until(lambda: not list(tmp_path.iterdir()), 20)
    assert own.process.poll() is None
    own.close()
    assert own.process.returncode is not None


def test_where_there_is_no_safe_fork_nothing_is_loaded_ahead(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    with loading(2) as zygote:
        assert zygote is None


def test_kernels_end_when_they_are_asked(forked, monkeypatch):
    """One in six had to be killed a second and a half later: two of its threads waited for each other."""
    sent: list[int] = []
    send = warm.WarmProvisioner.send_signal

    async def noted(self: warm.WarmProvisioner, signum: int) -> None:
        sent.append(signum)
        await send(self, signum)

    monkeypatch.setattr(warm.WarmProvisioner, "send_signal", noted)
    for _ in range(20):
        assert forked.run("1", "2") == ["1", "2"]
    assert set(sent) <= {signal.SIGINT}, "the manager interrupts what may still run, and then asks"
