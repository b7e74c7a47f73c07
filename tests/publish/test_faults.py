"""Faults that an unattended batch meets, done for real: signals to real processes, full disks, killed workers (F1-F16).

F1, F3, F4 and F12 stand in test_batch.py, F10, F11 and F13 in test_plan.py and test_cli.py, F16 in test_safety.py.
Each also asks: is no process of ours left, is the last good edition untouched, is nothing half-written?
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.conftest import PROGRAM, command, run
from tests.publish.conftest import GOOD, OPENING, PARAMETERS, RESULT, entry, notebook, plan, until

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="signals and /proc of Linux")
SLOW = "import time\nopen({mark!r}, 'w').close()\ntime.sleep(120)\n"


def processes(word: str) -> dict[int, str]:
    """Running processes (no zombies) whose environment holds ``word``: those of one test's run, kernels too."""
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                if (
                    f"COOP_TEST={word}".encode() in (folder / "environ").read_bytes().split(b"\0")
                    and "\nState:\tZ" not in (folder / "status").read_text()
                ):
                    found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
    return found


def role(number: int, line: str) -> str:
    """What a process of a batch is: server, above (the one above a report's worker), worker, or "" for anything else."""
    if "multiprocessing.forkserver" not in line:
        return ""
    with suppress(OSError, StopIteration, IndexError):
        status = (Path(f"/proc/{number}") / "status").read_text()
        parent = next(entry.split()[1] for entry in status.splitlines() if entry.startswith("PPid:"))
        above = Path(f"/proc/{parent}/cmdline").read_bytes().decode(errors="replace")
        if "multiprocessing.forkserver" not in above:
            return "server"
        grand = next(entry.split()[1] for entry in Path(f"/proc/{parent}/status").read_text().splitlines() if entry.startswith("PPid:"))
        return "worker" if "multiprocessing.forkserver" in Path(f"/proc/{grand}/cmdline").read_bytes().decode(errors="replace") else "above"
    return ""


class Batch:
    """A run in the background whose processes can be told by a word in their environment."""

    def __init__(self, folder: Path, word: str, *arguments: str | Path, temporary: Path | None = None):
        self.word, self.out = word, folder / "out"
        (temporary or folder).mkdir(parents=True, exist_ok=True)
        environment = {**os.environ, "COOP_TEST": word, "TMPDIR": str(temporary or folder)}
        self.process = subprocess.Popen(
            [str(PROGRAM), "run", "--plan", str(folder / "plan.yml"), "--out", str(self.out), *map(str, arguments)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def of(self, kind: str) -> list[int]:
        return [number for number, line in processes(self.word).items() if role(number, line) == kind and number != self.process.pid]

    def all_gone(self) -> bool:
        return until(lambda: not processes(self.word), 20)

    def end(self) -> tuple[int, str]:
        output, _ = self.process.communicate(timeout=60)
        return self.process.returncode, output


@pytest.fixture
def batch(folder: Path, request: pytest.FixtureRequest) -> Iterator[Callable[..., Batch]]:
    started: list[Batch] = []

    def start(*arguments: str | Path, temporary: Path | None = None) -> Batch:
        started.append(Batch(folder, f"{request.node.name}-{os.getpid()}-{len(started)}", *arguments, temporary=temporary))
        return started[-1]

    yield start
    for one in started:
        for number in processes(one.word):
            os.kill(number, signal.SIGKILL)
        one.process.kill()
        one.process.communicate()


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one quick report, published once; tests work on copies."""
    made = tmp_path_factory.mktemp("quick")
    notebook(made / "quick.ipynb", *GOOD)
    assert run(made / "out", "--plan", plan(made, entry("quick"))).code == 0
    return made


@pytest.fixture
def slow(folder: Path, published: Path) -> Path:
    """One quick report, published once and changed since, and a slow one; the path returned appears when the slow cell runs."""
    mark = folder / "slow cell runs"
    shutil.copytree(published, folder, symlinks=True)
    notebook(folder / "quick.ipynb", *GOOD, "2")
    notebook(folder / "slow.ipynb", OPENING, RESULT, SLOW.format(mark=str(mark)))
    plan(folder, entry("quick"), entry("slow"))
    return mark


def untouched(folder: Path) -> None:
    """The edition that readers see is whole, and nothing half-built lies about."""
    out = folder / "out"
    assert command("verify", out / "latest").returncode == 0
    assert not [path for path in out.rglob("*") if path.name.endswith(".new")]
    assert not list(folder.glob("coopanalysis-*")), "temporary folders are left"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_stop_ends_everything_and_keeps_what_was_finished(batch, slow, folder, number, code):
    one = batch("--workers", "2")
    assert until(slow.exists), one.end()
    assert until(lambda: json.loads((folder / "out" / "state" / "quick.json").read_text())["page_key"] == "")
    os.killpg(one.process.pid, number) if number == signal.SIGINT else one.process.send_signal(number)
    assert until(lambda: one.process.poll() is not None, 20)
    found, output = one.end()
    assert found == code and "Traceback" not in output and "will not run again" in output
    assert one.all_gone(), processes(one.word)
    untouched(folder)
    verdicts = {report["name"]: report["verdict"] for report in json.loads((folder / "out" / "last-run.json").read_text())["reports"]}
    assert verdicts == {"quick": "ok", "slow": "interrupted"}
    notebook(folder / "slow.ipynb", *GOOD)
    again = run(folder / "out", "--plan", folder / "plan.yml")
    assert again.code == 0 and "quick ok, page set anew" in again.output


def test_a_second_stop_is_immediate(batch, slow, folder):
    one = batch("--workers", "2")
    assert until(slow.exists)
    one.process.send_signal(signal.SIGINT)
    one.process.send_signal(signal.SIGINT)
    assert until(lambda: one.process.poll() is not None, 20)
    assert one.end()[0] == 130 and one.all_gone()
    assert command("verify", folder / "out" / "latest").returncode == 0


def test_a_killed_batch_leaves_no_process_and_the_next_run_clears_up(batch, slow, folder):
    one = batch("--workers", "2")
    assert until(slow.exists)
    assert one.of("worker"), "a report is at work"
    (folder / "out" / "editions" / ".20260101T000000Z.0123456789abcdef.new").mkdir()
    one.process.send_signal(signal.SIGKILL)
    assert one.all_gone(), processes(one.word)
    notebook(folder / "slow.ipynb", *GOOD)
    again = run(folder / "out", "--plan", folder / "plan.yml", TMPDIR=str(folder), started=True)
    assert again.code == 0 and "cleared what the run of" in again.output and f"process {one.process.pid}" in again.output
    untouched(folder)


def test_a_killed_worker_takes_only_its_own_report(batch, slow, folder):
    notebook(folder / "later.ipynb", *GOOD)
    plan(folder, entry("slow"), entry("quick"), entry("later"))
    one = batch("--workers", "1")
    assert until(slow.exists)
    workers = one.of("worker")
    assert len(workers) == 1
    os.kill(workers[0], signal.SIGKILL)
    code, output = one.end()
    assert code == 1 and "slow failed" in output and "the kernel died (signal 9)" in output
    assert "quick ok" in output and "later ok" in output and one.all_gone()
    untouched(folder)


def test_the_process_above_a_report_killed_from_outside(batch, slow, folder):
    notebook(folder / "later.ipynb", *GOOD)
    plan(folder, entry("slow"), entry("later"))
    one = batch("--workers", "1")
    assert until(slow.exists)
    (above,) = one.of("above")
    os.kill(above, signal.SIGKILL)
    assert until(lambda: one.process.poll() is not None, 40)
    code, output = one.end()
    assert code == 1 and "slow failed" in output and "the kernel died" in output and "later ok" in output and one.all_gone()
    untouched(folder)


@pytest.mark.parametrize("when", ["loading", "working"])
def test_a_batch_whose_server_is_killed_ends_well(batch, folder, when):
    mark = folder / "at-work"
    notebook(folder / "a.ipynb", *GOOD, f"import pathlib, time\npathlib.Path({str(mark)!r}).touch()\ntime.sleep(2)")
    plan(folder, *(entry(f"r{number}", "a.ipynb", parameters={"n": number}) for number in range(3)))
    one = batch("--workers", "2")
    assert until(lambda: bool(one.of("server")) and (when == "loading" or mark.exists()))
    os.kill(one.of("server")[0], signal.SIGKILL)
    code, output = one.end()
    assert code == 0, output
    assert one.all_gone()


def test_a_batch_killed_after_its_server_was_leaves_nothing(batch, folder):
    mark = folder / "at-work"
    notebook(folder / "a.ipynb", *GOOD, f"import pathlib, time\npathlib.Path({str(mark)!r}).touch()\ntime.sleep(2)")
    notebook(folder / "b.ipynb", *GOOD, f"import pathlib, time\npathlib.Path({str(mark) + '-2'!r}).touch()\ntime.sleep(99)")
    plan(folder, entry("a"), entry("b"))
    temporary = Path(tempfile.mkdtemp(dir="/tmp"))  # short: the server's socket lies in it
    one = batch("--workers", "1", "--timeout", "90", temporary=temporary)
    assert until(mark.exists)
    os.kill(one.of("server")[0], signal.SIGKILL)
    assert until((folder / "at-work-2").exists)
    one.process.kill()
    assert one.all_gone() and until(lambda: not list(temporary.iterdir())), list(temporary.iterdir())
    temporary.rmdir()


def test_a_report_over_its_time_is_ended_even_if_it_cannot_be_interrupted(batch, folder):
    stubborn = "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\ntime.sleep(120)"
    notebook(folder / "stubborn.ipynb", OPENING, RESULT, stubborn)
    notebook(folder / "quick.ipynb", *GOOD)
    plan(folder, entry("stubborn"), entry("quick"))
    one = batch("--timeout", "3", "--workers", "1")
    assert until(lambda: one.process.poll() is not None, 40)
    code, output = one.end()
    assert code == 1 and "stubborn timed_out" in output and "cell 6" in output and "quick ok" in output
    assert one.all_gone(), processes(one.word)


def test_a_flood_of_output_is_capped_and_said(folder):
    notebook(folder / "flood.ipynb", *GOOD, "for _ in range(200):\n    print('x' * 1_000_000)")
    done = run(folder / "out", "--plan", plan(folder, entry("flood")))
    assert done.code == 0, done.output
    executed = (done.latest / "notebooks" / "flood.ipynb").read_text(encoding="utf-8")
    assert len(executed) < 1_500_000 and "[output capped]" in executed and "xxxx" not in done.page("flood")
    log = next((folder / "out" / "logs").glob("*.jsonl")).read_text(encoding="utf-8")
    assert "stdout" in log and "capped" in log


def test_secrets_are_refused_as_parameters_and_do_not_reach_the_output(folder):
    notebook(folder / "a.ipynb", *GOOD, parameters=PARAMETERS + 'api_token: str = ""  # of a service\n')
    path = plan(folder, entry("a"))
    refused = command("run", "--plan", path, "--out", folder / "out")
    assert refused.returncode == 2 and "api_token" in refused.stderr and "environment" in refused.stderr
    notebook(folder / "a.ipynb", *GOOD)
    done = run(folder / "out", "--plan", path, MY_SERVICE_TOKEN="s3cret-canary-7781", started=True)
    assert done.code == 0
    assert not [file for file in (folder / "out").rglob("*") if file.is_file() and b"s3cret-canary-7781" in file.read_bytes()]


def test_a_file_size_limit_is_exit_4_and_nothing_is_cut(folder):
    """What a full disk does, without the rights to make one: the system refuses to write on."""
    resource = pytest.importorskip("resource")
    notebook(folder / "a.ipynb", *GOOD)
    path = plan(folder, entry("a"))
    assert run(folder / "out", "--plan", path).code == 0
    big = "mark = {'kind': 'prose'}\ndisplay({'text/markdown': 'y' * 3_000_000}, metadata={'coopanalysis': mark}, raw=True)"
    notebook(folder / "a.ipynb", *GOOD, big)

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))

    done = subprocess.run(
        [str(PROGRAM), "run", "--plan", str(path), "--out", str(folder / "out")], preexec_fn=limit, capture_output=True, text=True, check=False
    )
    assert done.returncode == 4 and "cannot write" in done.stderr and "Traceback" not in done.stdout + done.stderr, done.stderr
    untouched(folder)


@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("mount") is None, reason="a full disk needs root to mount one")
def test_a_full_disk_is_exit_4_in_one_sentence(folder):
    disk = folder / "small disk"
    disk.mkdir(parents=True)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(disk)], capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"this machine lets nobody mount: {mounted.stderr.strip()}")
    try:
        notebook(folder / "a.ipynb", *GOOD)
        path = plan(folder, entry("a"))
        first = run(disk / "out", "--plan", path)
        assert first.code == 0, first.errors
        before = (disk / "out" / "latest").resolve()
        words = "base64.b64encode(os.urandom(700_000)).decode()"
        big = f"import os, base64\ndisplay({{'text/markdown': {words}}}, metadata={{'coopanalysis': {{'kind': 'prose'}}}}, raw=True)"
        notebook(folder / "a.ipynb", *GOOD, big)
        full = run(disk / "out", "--plan", path)
        assert full.code == 4 and "cannot write (No space left on device)" in full.errors and "Traceback" not in full.errors
        assert (disk / "out" / "latest").resolve() == before and command("verify", disk / "out" / "latest").returncode == 0
        assert not [path for path in (disk / "out").rglob("*") if path.name.endswith(".new")]
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)


WITHOUT_NETWORK = """\
import fcntl, os, socket, struct, sys
with socket.socket() as channel:  # kernels talk over the loopback, which a new network space has switched off
    flags = struct.unpack("16sh", fcntl.ioctl(channel, 0x8913, struct.pack("16sh", b"lo", 0)))[1]
    fcntl.ioctl(channel, 0x8914, struct.pack("16sh", b"lo", flags | 1))
os.execv(sys.argv[1], sys.argv[1:])
"""


def test_works_without_a_network(folder):
    notebook(
        folder / "a.ipynb",
        *GOOD,
        "import socket\ntry:\n    socket.create_connection(('192.0.2.1', 80), 1)\n    raise SystemError\nexcept OSError:\n    pass",
    )
    arguments = [str(PROGRAM), "run", "--plan", str(plan(folder, entry("a"))), "--out", str(folder / "out")]
    if shutil.which("unshare") is None or subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody cut the network")
    done = subprocess.run(["unshare", "--net", sys.executable, "-c", WITHOUT_NETWORK, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_programs_are_told_how_it_ended(folder):
    teller = folder / "teller.py"
    notebook(folder / "a.ipynb", *GOOD)
    path = plan(folder, entry("a"))
    teller.write_text("import json, pathlib, sys\npathlib.Path(sys.argv[1]).write_text(json.dumps(json.load(open(sys.argv[2]))['counts']))\n")
    calls = [f"'{sys.executable}' '{teller}' '{folder / name}'" for name in ("good", "bad")]
    assert run(folder / "out", "--plan", path, "--on-success", calls[0], "--on-failure", calls[1]).code == 0
    assert json.loads((folder / "good").read_text()) == {"ok": 1} and not (folder / "bad").exists()
    (folder / "good").unlink()
    assert run(folder / "out", "--plan", path, "--on-success", calls[0]).code == 0
    assert (folder / "good").exists(), "also when there was nothing to do"
    notebook(folder / "a.ipynb", "1 / 0")
    assert run(folder / "out", "--plan", path, "--on-failure", calls[1]).code == 1
    assert json.loads((folder / "bad").read_text()) == {"failed": 1}
    missing = run(folder / "out", "--plan", path, "--on-failure", "no-such-program-7")
    assert missing.code == 1 and "could not be run" in missing.output


def test_tracebacks_stand_in_the_log_alone(folder):
    notebook(folder / "a.ipynb", OPENING, "def deep():\n    raise KeyError('canary-9')\ndeep()")
    done = run(folder / "out", "--plan", plan(folder, entry("a")))
    assert done.code == 1 and "KeyError: 'canary-9'" in done.output and "Traceback" not in done.output + done.errors
    lines = [json.loads(line) for line in next((folder / "out" / "logs").glob("*.jsonl")).read_text(encoding="utf-8").splitlines()]
    finished = next(line for line in lines if line["event"] == "finished")
    assert finished["report"] == "a" and finished["phase"] == "run" and "deep()" in finished["traceback"]
    assert [line["phase"] for line in (lines[0], lines[-1])] == ["start", "end"] and lines[-1]["code"] == 1


def test_temporary_folders_go(folder):
    notebook(folder / "a.ipynb", *GOOD)
    assert run(folder / "out", "--plan", plan(folder, entry("a")), TMPDIR=str(folder), started=True).code == 0
    assert sorted(path.name for path in folder.iterdir()) == ["a.ipynb", "out", "plan.yml"]
    assert tempfile.gettempdir()
