"""tasks.py on machines that lack something: one plain line that says what, and nothing half-made is left."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

SYSTEM_PYTHON = getattr(sys, "_base_executable", sys.executable)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project's own files, without an environment, in a path with spaces and Vietnamese letters."""
    folder = tmp_path / "dự án thử"
    for name in ("tasks.py", "pyproject.toml", "requirements.lock", "requirements-lab.lock", "README.md", "LICENSE"):
        folder.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def tasks(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "VIRTUAL_ENV", "PYTHON"))}
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
    assert done.returncode == 0 and not (project / ".venv").exists()
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
    assert not (project / ".venv").exists() and not (project / ".venv.making").exists()


def test_without_a_network(project):
    done = tasks(
        project,
        "check",
        PIP_INDEX_URL="http://127.0.0.1:9/simple",
        PIP_RETRIES="0",
        PIP_TIMEOUT="2",
        PIP_NO_CACHE_DIR="1",
        PIP_FIND_LINKS="",
        PIP_CONFIG_FILE=os.devnull,
    )
    assert done.returncode == 1 and "no connection to the package index" in done.stderr and "Traceback" not in done.stderr
    assert not (project / ".venv").exists()


def test_a_made_environment_is_not_made_again(project, monkeypatch):
    sys.path.insert(0, str(project))
    try:
        import importlib

        module = importlib.import_module("tasks")
        importlib.reload(module)
        made = []
        monkeypatch.setattr(module, "ROOT", project)
        monkeypatch.setattr(
            module,
            "make",
            lambda folder, lock, stamp: (
                made.append(folder.name),
                (folder / "bin").mkdir(parents=True),
                (folder / "bin" / "python").touch(),
                (folder / "coopanalysis.stamp").write_text(stamp),
            ),
        )
        monkeypatch.setattr(module.os, "name", "posix")
        module.ensure(".venv")
        module.ensure(".venv")
        assert made == [".venv"]
        (project / "requirements.lock").write_text((project / "requirements.lock").read_text() + "# another\n")
        shutil.rmtree(project / ".venv" / "bin")
        module.ensure(".venv")
        assert made == [".venv", ".venv"], "a changed lock makes it anew"
        assert not (project / ".venv.making").exists()
    finally:
        sys.path.remove(str(project))
        sys.modules.pop("tasks", None)


def test_a_lock_left_by_a_dead_process_is_taken_over(project):
    (project / ".venv.making").write_text("999999999")
    done = tasks(
        project,
        "check",
        PIP_INDEX_URL="http://127.0.0.1:9/simple",
        PIP_RETRIES="0",
        PIP_TIMEOUT="2",
        PIP_NO_CACHE_DIR="1",
        PIP_CONFIG_FILE=os.devnull,
    )
    assert "waiting" not in done.stderr and "no connection" in done.stderr
