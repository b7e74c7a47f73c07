"""The command line: help, exit codes, one plain line for each problem."""

from __future__ import annotations

import pytest

from coopanalysis import load
from tests.conftest import ROOT, command, here
from tests.dataset.conftest import edit, package
from tests.publish.conftest import GOOD, entry, folder, notebook, plan

__all__ = ["folder", "package"]


def test_help():
    done = command("--help")
    assert done.returncode == 0 and "Usage: coopanalysis" in done.stdout
    for name in ("check", "plan", "run", "verify"):
        assert f"Usage: coopanalysis {name}" in here(name, "-h").stdout and name in done.stdout


def test_check_of_the_project_is_clean(tmp_path):
    done = here("check", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "") and "no problem" in done.stdout


def test_check_names_every_problem_at_once(package):
    edit(package, "observations.csv", "level,,77,", "level,,seventy,", sealed=False)
    edit(package, "observations.csv", "A,vov-2021-11", "A,vov-2021", sealed=False)
    done = here("check", "--data", package)
    lines = done.stderr.splitlines()
    assert done.returncode == 2 and done.stdout == ""
    assert any("observations.csv, row 2, column obs_value" in line and "'seventy'" in line for line in lines)
    assert any("row 6, column source" in line and "'vov-2021'" in line for line in lines)
    assert any("hash" in line for line in lines)
    assert lines[-1] == f"{len(lines) - 1} problems; nothing was started"
    assert all("→" in line for line in lines[:-1]), "each problem says how to mend it"


def test_plan_starts_nothing_and_lists_every_report(tmp_path):
    done = here("plan", cwd=tmp_path)
    assert done.returncode == 0 and len(done.stdout.splitlines()) == 16
    assert any(
        line.startswith("growth-vi-report: growth.ipynb (lang=vi, ") and line.endswith("growth-vi-report.html") for line in done.stdout.splitlines()
    )
    assert list(tmp_path.iterdir()) == []


def test_plan_of_many_reports_starts_no_kernel_and_writes_no_file(folder):
    notebook(folder / "a.ipynb", *GOOD)
    path = plan(
        folder, entry("a", matrix={"lang": ["vi", "en"], "evidence": ["report", "published"], "n": list(range(16))}, exclude=[{"n": 0, "lang": "vi"}])
    )
    before = {file: file.stat().st_mtime_ns for file in folder.rglob("*")}
    done = here("plan", "--why", "--plan", path, "--out", folder / "out")
    assert done.returncode == 0 and len(done.stdout.splitlines()) == 62
    assert all(line.endswith(".html: run – never run") for line in done.stdout.splitlines())
    assert {file: file.stat().st_mtime_ns for file in folder.rglob("*")} == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-p", "lang"], "NAME=VALUE"),
        (["-p", "lnag=vi"], "did you mean 'lang'?"),
        (["-p", "start=01x"], "start is int, not '01x'"),
        (["-p", "ref_area=01"], "no figure for the area '01'"),
        (["--plan", "absent.yml"], "No such file or directory"),
        (["--data", "absent"], "absent"),
    ],
)
def test_bad_input_is_exit_2_with_a_remedy_and_starts_nothing(tmp_path, arguments, words):
    done = here("run", "--out", tmp_path / "out", *arguments, cwd=tmp_path)
    assert done.returncode == 2 and words in done.stderr, done.stderr
    assert "Traceback" not in done.stderr and done.stdout == ""
    assert not (tmp_path / "out").exists()


def test_a_setting_on_the_command_line_is_said_once():
    lines = here("plan", "-p", "ref_area=VN-82").stderr.splitlines()
    assert len(lines) == 2 and lines[0].startswith("-p, column ref_area")


def test_bad_notebook_is_exit_2_before_any_kernel(folder):
    notebook(folder / "good.ipynb", *GOOD)
    (folder / "broken.ipynb").write_text("not json", encoding="utf-8")
    done = here("run", "--plan", plan(folder, entry("good"), entry("broken")), "--out", folder / "out")
    assert done.returncode == 2 and "broken.ipynb" in done.stderr and not (folder / "out").exists()


def test_another_province_is_another_folder(package, tmp_path):
    """A package with another area runs through every notebook; nothing in them knows Kon Tum."""
    observations = (package / "observations.csv").read_text(encoding="utf-8").replace("VN-28", "VN-29")
    (package / "observations.csv").write_text(observations, encoding="utf-8")
    edit(package, "codelists/ref_area.csv", "2025-07-01", "")  # a province that has always been there
    assert set(load(package).observations["ref_area"]) == {"VN-29", "VN"}
    names = ("briefing", "growth", "revenue_per_member", "target_progress", "data_quality")
    reports = [{**entry(name, str(ROOT / "notebooks" / f"{name}.ipynb"), parameters={"evidence": "published"}), "expects": {}} for name in names]
    done = here("run", "--plan", plan(tmp_path / "plan", *reports), "--data", package, "-p", "ref_area=VN-29", "--out", tmp_path / "out")
    verdicts = [line for line in done.stdout.splitlines() if not line.endswith("index.html")]
    assert len(verdicts) == 5 and all(" ok " in line for line in verdicts), done.stdout + done.stderr
    page = (tmp_path / "out" / "latest" / "growth.html").read_text(encoding="utf-8")
    heading = page.split("<h1>")[1].split("</h1>")[0]
    assert "tỉnh Quảng Ngãi" in heading and "Kon Tum" not in heading
