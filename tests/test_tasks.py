"""tasks.py: environments are made once, beside one another, and never removed under a batch; what a machine lacks is said in one plain line."""

from __future__ import annotations

import importlib.util
import os
import select
import shutil
import signal
import subprocess
import sys
import sysconfig
from pathlib import Path
from types import ModuleType
from typing import IO

import pytest

from tests.conftest import ROOT

SYSTEM_PYTHON = getattr(sys, "_base_executable", sys.executable)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project's own files, without an environment, in a path with spaces and Vietnamese letters."""
    folder = tmp_path / "dự án thử"
    folder.mkdir()
    for name in ("tasks.py", "pyproject.toml", "requirements.lock", "requirements-dev.lock"):
        shutil.copy(ROOT / name, folder / name)
    return folder


# tasks.py with environments that are quick to make: a Python, and a program `coopanalysis` that works until its input ends
# (with the Python of the machine, so that only what tasks.py hands over holds the environment)
QUICK = """
import sys
import sysconfig
import venv
from pathlib import Path

sys.path.insert(0, sys.argv.pop(1))
import tasks


def make(name, folder):
    venv.create(folder)
    packages = Path(sysconfig.get_path("purelib", "venv", {"base": str(folder)}))
    (packages / "_editable_impl_coopanalysis.pth").write_text("as pip wrote it")
    tasks.tell_where(packages)
    program = folder / "bin" / "coopanalysis"
    program.write_text(f"#!/bin/sh\\nexec '{sys.executable}' -c '{WORK}'\\n")
    program.chmod(0o755)
    (folder / tasks.READY).touch()
    print("made", folder.name, flush=True)


WORK = 'import sys; print("at work", flush=True); sys.stdin.read()'
tasks.make = make
sys.exit(tasks.main(sys.argv[1:]))
"""
posix = pytest.mark.skipif(os.name != "posix", reason="Windows has no links and no inherited locks")


def quick(folder: Path, command: list[str] | None = None) -> subprocess.Popen[str]:
    """Start ``tasks.py check``, or another command, with an input that stays open."""
    command = command or [SYSTEM_PYTHON, "-c", QUICK, str(folder), "check"]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )


def next_line(stream: IO[str]) -> str:
    assert select.select([stream], [], [], 60)[0], "nothing was said for a minute"
    return stream.readline()


def quick_to_its_end(folder: Path) -> tuple[str, str]:
    """What a start said on each stream."""
    said = (process := quick(folder)).communicate(timeout=60)
    assert process.returncode == 0, said
    return said


def change_the_lock(folder: Path) -> None:
    with (folder / "requirements.lock").open("a", encoding="utf-8") as stream:
        stream.write("# another\n")


def environments(folder: Path) -> list[Path]:
    return sorted((folder / ".venvs").glob("run-*"))


@pytest.fixture
def module(project: Path) -> ModuleType:
    """The project's tasks.py, imported."""
    spec = importlib.util.spec_from_file_location("tasks_of_a_project", project / "tasks.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def tasks(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "VIRTUAL_ENV", "PYTHON"))}
    clean["PATH"] = os.defpath  # no uv
    return subprocess.run(
        [SYSTEM_PYTHON, str(folder / "tasks.py"), *arguments],
        env={**clean, "PYTHONUTF8": "1", **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_help_names_every_task(project):
    done = tasks(project, "--help")
    assert done.returncode == 0 and not (project / ".venvs").exists()
    for name in ("run", "test", "check", "plan", "lab", "lock"):
        assert f"  {name}" in done.stdout
    assert tasks(project).returncode == 2


def test_unknown_task(project):
    done = tasks(project, "rnu")
    assert done.returncode == 2 and "there is no task 'rnu'" in done.stderr and "Traceback" not in done.stderr


def test_old_python_is_told_first(project):
    code = f"import sys; sys.version_info = (3, 9, 2); exec(open({str(project / 'tasks.py')!r}, encoding='utf-8').read())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and done.stderr.strip() == "coopanalysis needs Python 3.11 or later; this is 3.9.2. Try: python3.11 tasks.py"


@pytest.mark.parametrize("version", ["3.6", "3.8", "3.10"])
def test_real_old_pythons_read_the_file_far_enough(project, version):
    kept = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python{version}"))  # a shim of pyenv answers only for the chosen version
    found = str(kept[0]) if kept else shutil.which(f"python{version}")
    if not found or subprocess.run([found, "--version"], capture_output=True, check=False).returncode:
        pytest.skip(f"Python {version} is not on this machine")
    done = subprocess.run([found, str(project / "tasks.py"), "run"], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "needs Python 3.11 or later" in done.stderr and len(done.stderr.strip().splitlines()) == 1


def test_without_the_venv_module(project, tmp_path):
    (tmp_path / "hidden").mkdir()
    (tmp_path / "hidden" / "ensurepip.py").write_text("raise ImportError('split off, as Debian does')\n")
    done = tasks(project, "check", PYTHONPATH=str(tmp_path / "hidden"))
    assert done.returncode == 1 and "venv module is missing" in done.stderr and "python3-venv" in done.stderr and "Traceback" not in done.stderr
    assert not environments(project)


def test_without_a_network(project, tmp_path):
    half = project / ".venvs" / "run-0123456789ab"
    half.mkdir(parents=True)
    (project / ".venvs" / "run.lock").touch()  # both left by a start that was killed
    (tmp_path / "temporary").mkdir()
    done = tasks(
        project,
        "check",
        TMPDIR=str(tmp_path / "temporary"),
        PIP_INDEX_URL="http://127.0.0.1:9/simple",
        PIP_RETRIES="0",
        PIP_TIMEOUT="2",
        PIP_NO_CACHE_DIR="1",
        PIP_FIND_LINKS="",
        PIP_CONFIG_FILE=os.devnull,
    )
    assert done.returncode == 1 and "no connection to the package index" in done.stderr and "Traceback" not in done.stderr
    assert "waiting" not in done.stderr and not environments(project)
    log = project / ".venvs" / "run.log"
    assert f"(log: {log})" in done.stderr and log.stat().st_size and not list((tmp_path / "temporary").iterdir())


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ("run -p lang=en", ["run"]),
        ("plan", ["run"]),
        ("run --kernel jupyter", ["dev"]),
        ("run --scheduler=tcp://127.0.0.1:8786", ["dev"]),
        ("test -k growth", ["dev"]),
        ("lab", ["lab"]),
        ("bench", ["bench", "run"]),
    ],
)
def test_each_task_has_its_environment(project, module, monkeypatch, arguments, names):
    ensured, commands = [], []
    monkeypatch.chdir(project)
    monkeypatch.setenv("PYTHONUTF8", "1")
    monkeypatch.setattr(module, "ensure", lambda name: ensured.append(name) or module.PLACE / name)
    monkeypatch.setattr(module, "hand_over", lambda command: commands.append(command) or 7)
    assert module.main(arguments.split()) == 7 and ensured == names
    (command,) = commands
    assert Path(command[0]).is_relative_to(module.PLACE / names[-1])
    assert command[len(command) - len(arguments.split()) + 1 :] == arguments.split()[1:]


@posix
def test_a_made_environment_is_not_made_again_and_a_changed_lock_makes_another(project):
    said, _ = quick_to_its_end(project)
    (first,) = environments(project)
    assert said == f"made {first.name}\nat work\n" and (project / ".venv").samefile(first)
    assert quick_to_its_end(project) == ("at work\n", "")
    change_the_lock(project)
    quick_to_its_end(project)
    (second,) = environments(project)
    assert second != first and (project / ".venv").samefile(second)
    (second / "bin" / "python").unlink()  # as when its Python was taken off the machine
    said, _ = quick_to_its_end(project)
    assert said == f"made {second.name}\nat work\n"


@posix
@pytest.mark.parametrize("started", ["by tasks.py", "by hand"])
def test_an_environment_stays_while_something_runs_from_it(project, started):
    quick_to_its_end(project)
    (first,) = environments(project)
    by_hand = [str(project / ".venv" / "bin" / "python"), "-c", 'import sys; print("at work", flush=True); sys.stdin.read()']
    batch = quick(project, by_hand if started == "by hand" else None)
    assert next_line(batch.stdout) == "at work\n"
    change_the_lock(project)
    quick_to_its_end(project)
    assert len(environments(project)) == 2 and (first / "bin" / "coopanalysis").exists() and not (project / ".venv").samefile(first)
    batch.communicate(timeout=60)
    assert batch.returncode == 0
    quick_to_its_end(project)
    assert first not in environments(project) and len(environments(project)) == 1


@posix
@pytest.mark.parametrize("kind", ["folder", "link"])
def test_an_environment_of_somebody_else_is_left_alone(project, tmp_path, kind):
    theirs = project / ".venv" if kind == "folder" else tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "kept.txt").touch()
    if kind == "link":
        (project / ".venv").symlink_to(theirs)
    said, complaint = quick_to_its_end(project)
    assert said.endswith("at work\n") and (project / ".venv" / "kept.txt").exists()
    assert "is not used any more" in complaint and "delete it" in complaint and len(complaint.splitlines()) == 1


@posix
def test_two_starts_make_one_environment(project):
    import fcntl

    (project / ".venvs").mkdir()
    with (project / ".venvs" / "run.lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        starts = [quick(project), quick(project)]
        for start in starts:
            assert "waiting" in next_line(start.stderr)
    said = [start.communicate(timeout=60)[0] for start in starts]
    assert "".join(said).count("made") == 1 and all(text.endswith("at work\n") for text in said)


@posix
def test_the_environment_starts_under_any_locale(project, module):
    """Python reads .pth files in the locale's encoding, and the project's folder has Vietnamese letters."""
    (project / "src").mkdir()
    (project / "src" / "ours.py").touch()
    packages = project / "packages"
    packages.mkdir()
    (packages / "_editable_impl_coopanalysis.pth").write_text(str(project / "src"), encoding="utf-8")
    module.tell_where(packages)
    code = f"import os, site; site.addsitedir(os.fsdecode({os.fsencode(packages)!r})); import ours"
    for locale in ("vi_VN.UTF-8", "tr_TR", "POSIX", "C.UTF-8"):
        done = subprocess.run([SYSTEM_PYTHON, "-S", "-c", code], env={"LC_ALL": locale}, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), locale


@pytest.mark.parametrize(
    ("name", "fails", "programs"),
    [
        ("run", "nothing", ["uv venv", "uv pip", "uv pip", "python -c"]),
        ("run", "uv", ["uv venv", "python -m", "python -m", "python -c"]),
        ("dev", "uv", ["uv venv", "python -m", "uv pip", "python -m", "python -m", "python -c"]),
        ("dev", "uv on PATH", ["uv venv", "python -m", "uv pip", "uv pip", "python -c"]),
    ],
)
def test_uv_installs_and_pip_where_uv_fails(project, module, monkeypatch, name, fails, programs):
    ran = []

    def failure(command: list[str], log: Path) -> str:
        ran.append(command)
        log.touch()
        if fails != "nothing" and (command[0] == "/somewhere/uv" or (fails == "uv" and Path(command[0]).name == "uv")):
            return "it knows no such index"
        return ""

    def create(folder: Path, with_pip: bool = False) -> None:
        folder.mkdir(parents=True)

    monkeypatch.setattr(module.shutil, "which", lambda name: f"/somewhere/{name}")
    monkeypatch.setattr("venv.create", create)
    monkeypatch.setattr(module, "failure", failure)
    monkeypatch.setattr(module, "tell_where", lambda packages: None)
    folder = project / ".venvs" / f"{name}-0123456789ab"
    folder.mkdir(parents=True)
    if fails == "nothing":
        monkeypatch.setattr(module.shutil, "rmtree", lambda *_, **__: None)  # uv would have made it
    module.make(name, folder)
    assert [f"{Path(command[0]).name} {command[1]}" for command in ran] == programs
    assert all("--require-hashes" in command for command in ran if "-r" in command) and (folder / module.READY).exists()
    assert not any("coopanalysis" in path.name for path in Path(sysconfig.get_path("purelib", "venv", {"base": str(folder)})).glob("*"))


@posix
def test_ctrl_c_on_windows_leaves_the_end_to_the_program(project):
    """There tasks.py waits for its task; both are told of Ctrl-C."""
    task = "import signal, sys; signal.signal(signal.SIGINT, lambda *_: sys.exit(130)); print('at work', flush=True); signal.pause()"
    code = f"import sys; sys.path.insert(0, {str(project)!r}); import tasks; sys.exit(tasks.wait_for([sys.executable, '-c', {task!r}]))"
    process = subprocess.Popen(
        [SYSTEM_PYTHON, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", start_new_session=True
    )
    assert next_line(process.stdout) == "at work\n"
    os.killpg(process.pid, signal.SIGINT)
    assert process.communicate(timeout=60)[1] == "" and process.returncode == 130


def test_messages_into_a_file_are_utf_8_in_any_code_page(project):
    done = tasks(project, "chạy", PYTHONUTF8="0", PYTHONIOENCODING="cp1258")
    assert done.returncode == 2 and "there is no task 'chạy'" in done.stderr
