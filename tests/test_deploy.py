"""The schedules: each calls the one command, is well-formed for its scheduler, and works in an environment as empty as the scheduler's."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.publish.conftest import GOOD, entry, notebook, plan

DEPLOY = ROOT / "deploy"
COMMAND = "tasks.py run"
CRON = shutil.which("cron", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"]))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A stand-in for an installed project: tasks.py over the environment of these tests, one small report."""
    home = tmp_path / "nhà của tôi"
    folder = home / "coopanalysis"
    notebook(folder / "notebooks" / "a.ipynb", *GOOD)
    plan(folder / "notebooks", entry("a"))
    program = Path(sys.executable).parent / "coopanalysis"
    (folder / "tasks.py").write_text(
        f"import subprocess, sys\nsys.exit(subprocess.call([{str(program)!r}, *sys.argv[1:], '--plan', 'notebooks/plan.yml', '--out', 'outputs']))\n"
    )
    (folder / "outputs").mkdir()
    return home


@pytest.mark.parametrize("name", ["coopanalysis.service", "crontab", "windows-task.xml", "github-actions.yml"])
def test_each_calls_the_one_command(name):
    assert (DEPLOY / name).read_text(encoding="utf-8").count(COMMAND) == 1


def test_documentation_names_every_file():
    text = (ROOT / "docs" / "scheduling.md").read_text(encoding="utf-8")
    assert [path.name for path in DEPLOY.iterdir() if f"deploy/{path.name}" not in text and f"deploy\\{path.name}" not in text] == []


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not on this machine")
def test_systemd_units_are_sound(tmp_path):
    for name in ("coopanalysis.service", "coopanalysis.timer"):
        shutil.copy(DEPLOY / name, tmp_path / name)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--user", str(tmp_path / "coopanalysis.service"), str(tmp_path / "coopanalysis.timer")],
        capture_output=True,
        text=True,
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
        check=False,
    )
    assert done.returncode == 0 and done.stderr.strip() == "", done.stderr
    text = (tmp_path / "coopanalysis.timer").read_text()
    assert "Persistent=true" in text and "KillMode=control-group" in (tmp_path / "coopanalysis.service").read_text()


def test_workflow_fits_the_schema():
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", str(DEPLOY / "github-actions.yml")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "concurrency:" in (DEPLOY / "github-actions.yml").read_text()


def test_windows_task_is_well_formed_and_keeps_its_promises():
    space = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}
    task = ElementTree.parse(DEPLOY / "windows-task.xml").getroot()
    settings = {node.tag.split("}")[1]: node.text for node in task.findall("t:Settings/*", space)}
    assert settings["MultipleInstancesPolicy"] == "IgnoreNew" and settings["StartWhenAvailable"] == "true"
    assert task.findtext("t:Principals/t:Principal/t:LogonType", namespaces=space) == "Password"
    assert [child.tag.split("}")[1] for child in task] == ["RegistrationInfo", "Triggers", "Principals", "Settings", "Actions"], (
        "the order is part of the schema"
    )


def test_the_line_works_in_an_empty_environment(project):
    """env -i, as cron and systemd start it: no locale, no PATH of the user's."""
    line = next(line for line in (DEPLOY / "crontab").read_text().splitlines() if COMMAND in line).split(" ", 5)[5]
    path = f"{Path(shutil.which('python3') or sys.executable).parent}:/usr/bin:/bin"
    done = subprocess.run(
        ["/usr/bin/env", "-i", f"PATH={path}", f"HOME={project}", "/bin/sh", "-c", line], capture_output=True, text=True, check=False
    )
    log = (project / "coopanalysis" / "outputs" / "cron.log").read_text(encoding="utf-8")
    assert done.returncode == 0 and "1 of 1 reports ok" in log, log + done.stderr
    assert (project / "coopanalysis" / "outputs" / "latest" / "a.html").is_file()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0 or CRON is None, reason="a cron daemon needs root and Debian's package cron")
def test_a_real_cron_daemon_runs_the_line(project):
    line = next(line for line in (DEPLOY / "crontab").read_text().splitlines() if COMMAND in line)
    path = f"{Path(shutil.which('python3') or sys.executable).parent}:/usr/bin:/bin"
    table = Path("/etc/cron.d/coopanalysis-test")
    told, work = f"PATH={path}\nHOME={project}\n", line.split(" ", 5)[5]
    # a daemon that is the first since the machine was started does this at once; else it is tried at the next full minute
    table.write_text(f"{told}@reboot root {work}\n* * * * * root {work}\n")
    table.chmod(0o644)
    started = Path("/run/crond.reboot").exists()
    daemon = subprocess.Popen([CRON, "-f"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        page = project / "coopanalysis" / "outputs" / "latest" / "a.html"
        end = time.monotonic() + 150
        while not page.exists() and time.monotonic() < end and daemon.poll() is None:
            time.sleep(0.5)
        if daemon.poll() is not None:
            pytest.skip("another cron daemon is at work here")
        log = project / "coopanalysis" / "outputs" / "cron.log"
        assert page.is_file(), log.read_text() if log.exists() else "cron did not start the line"
    finally:
        table.unlink()
        daemon.terminate()
        daemon.wait()
        if not started:
            Path("/run/crond.reboot").unlink(missing_ok=True)
