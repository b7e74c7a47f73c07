"""Nothing is done twice: counted, never timed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from coopanalysis.publish.state import State
from tests.conftest import here, run
from tests.publish.conftest import GOOD, entry, notebook, plan

HEAVY = (
    "pandas numpy matplotlib seaborn papermill nbconvert nbclient nbformat jupyter_client traitlets IPython pydantic yaml frictionless distributed"
)


def loaded_by(*arguments: str | Path) -> tuple[int, set[str]]:
    """The command's exit code, and which heavy libraries its process has loaded at its end."""
    code = (
        "import sys\nfrom coopanalysis.cli import main\ncode = 0\ntry:\n    main(sys.argv[1:])\nexcept SystemExit as end:\n    code = end.code\n"
        f"print(code, *[name for name in {HEAVY.split()!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, check=True)
    number, *names = done.stderr.split()
    return int(number), set(names)


def files_of(edition: Path, *folders: str) -> dict[str, bytes]:
    return {path.relative_to(edition).as_posix(): path.read_bytes() for folder in folders for path in (edition / folder).rglob("*") if path.is_file()}


def test_a_run_with_nothing_to_do_loads_nothing_heavy(folder, tmp_path):
    notebook(folder / "a.ipynb", *GOOD)
    arguments = ("run", "--plan", plan(folder, entry("a")), "--out", tmp_path / "out")
    assert loaded_by(*arguments)[0] == 0
    assert loaded_by(*arguments) == (0, set())


@pytest.mark.parametrize("arguments", [("--help",), ("run", "--help"), ("check", "--help"), ("plan", "--help"), ("verify", "--help"), ("--version",)])
def test_help_loads_nothing_heavy(arguments):
    assert loaded_by(*arguments) == (0, set())


def test_both_kinds_of_kernel_give_the_same_files_for_every_notebook_of_the_plan(edition, tmp_path):
    """Executed notebooks, figures and tables, to the byte."""
    done = run(tmp_path / "out", "--kernel", "jupyter", "--only", "*-vi*")
    assert done.code == 0, done.output + done.errors
    kernels, ours = (files_of(one.latest, "notebooks", "figures", "tables") for one in (done, edition))
    assert {path.split("/")[1].split("-")[0].removesuffix(".ipynb") for path in kernels} == {
        path.split("/")[1].split("-")[0].removesuffix(".ipynb") for path in ours
    }, "every notebook of the plan"
    assert [path for path in kernels if kernels[path] != ours.get(path)] == []
    assert sum(path.endswith(".png") for path in kernels) >= 6


def test_the_server_holds_the_library_and_the_data(folder, tmp_path):
    """A report's process has them before its first cell, and reads no table again."""
    cell = "import sys\nassert {'pandas', 'matplotlib.pyplot', 'seaborn', 'coopanalysis.display.tables'} <= set(sys.modules)\n"
    cell += "from coopanalysis.dataset import package\npackage._read = None\nassert len(package.load(data).observations) > 100"
    notebook(folder / "a.ipynb", cell, *GOOD)
    done = run(tmp_path / "out", "--plan", plan(folder, entry("a")), started=True)
    assert done.code == 0, done.output + done.errors


def test_a_second_run_starts_with_the_longest(folder, tmp_path):
    notebook(folder / "a.ipynb", *GOOD)
    path = plan(folder, entry("quick", "a.ipynb"), entry("slow", "a.ipynb", parameters={"n": 8}))
    arguments = ("run", "--plan", path, "--out", tmp_path / "out", "--workers", "1", "--force")
    assert [line.split()[1] for line in here(*arguments).stdout.splitlines()[:2]] == ["quick", "slow"]
    for name, seconds in (("quick", 1.0), ("slow", 9.0)):  # no clock decides: as if they had taken so long
        state = State(tmp_path / "out")
        kept = state.record(name)
        assert kept["seconds"] > 0
        state.keep(name, {**kept, "seconds": seconds}, state.notebook(name))
    assert [line.split()[1] for line in here(*arguments).stdout.splitlines()[:2]] == ["slow", "quick"]
