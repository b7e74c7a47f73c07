"""What a user's type checker and editor see of the library."""

from __future__ import annotations

import ast
import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import coopanalysis
from tests.conftest import ROOT

PACKAGE = Path(coopanalysis.__file__).parent
# A script as an analyst writes it. A comment is what the checker must say of its line; of the others it must say nothing.
SCRIPT = """
import numpy as np
from coopanalysis import load
from coopanalysis import metrics
from coopanalysis.metrics import cagr, date_target_reached, eurostat_ratio, growth_table, interval_cagr, project_linear

data = load()
reveal_type(data)  # coopanalysis.dataset.package.Dataset
reveal_type(growth_table)  # def (...Dataset...)...
reveal_type(data.defaults.start)  # int | None
data.levels("members", ref_area="VN-28")
data.describe("members")
growth = growth_table(data, evidence="published")
cagr(growth["start_value"], growth["end_value"], 15)
eurostat_ratio(growth["start_value"], 2003, growth["end_value"], 2018, 210, 2025, 1)
reveal_type(cagr(34, 108, 15))  # float
reveal_type(cagr(None, np.float64(108), years=np.int64(15)))  # float
reveal_type(cagr(np.ones(3), 108, 15))  # numpy.ndarray[...]
reveal_type(interval_cagr((107.5, 108.5), (210, 210), 7))  # tuple[float, float]
reveal_type(project_linear(34, "2003-12-31", 108, "2018-12-31", "2025-12-31"))  # float
cagr([34, 47], [108, 178], 15)
cagr("34", 108, 15)  # ...incompatible type "str"...
cagr(34, 108)  # Missing positional argument "years"...
metrics.cagrr  # ...no attribute "cagrr"...
"""


# what ``mypy --strict`` asks of one module; one run checks library and script, since reading numpy takes most of its time
STRICT = """
[[tool.mypy.overrides]]
module = "script"
disallow_any_generics = true
disallow_untyped_calls = true
disallow_untyped_defs = true
disallow_incomplete_defs = true
disallow_subclassing_any = true
no_implicit_reexport = true
strict_equality = true
warn_return_any = true
"""


def test_the_library_and_a_users_script_are_understood(tmp_path):
    assert (PACKAGE / "py.typed").is_file(), "without it a checker of installed code takes every name for Any"
    (tmp_path / "script.py").write_text(SCRIPT, encoding="utf-8")
    settings = tmp_path / "pyproject.toml"
    settings.write_text((ROOT / "pyproject.toml").read_text(encoding="utf-8") + STRICT, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--config-file",
        str(settings),
        "--cache-dir",
        str(tmp_path / "cache"),
        "-p",
        "coopanalysis",
        "-m",
        "script",
    ]
    environment = {**os.environ, "MYPYPATH": str(tmp_path)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    lines = done.stdout.splitlines()
    assert [line for line in lines if line.startswith("src/")] == [], "faults of the library"
    of_script = (re.search(r"script\.py:(\d+): (?:error: |note: Revealed type is )(.*)$", line) for line in lines)
    said = {int(found[1]): found[2] for found in of_script if found}
    expected = {number: line.partition("  # ")[2] for number, line in enumerate(SCRIPT.splitlines(), start=1) if "  # " in line}
    assert said.keys() == expected.keys(), done.stdout + done.stderr
    for number, words in expected.items():
        assert re.fullmatch(re.escape(words).replace(r"\.\.\.", ".*"), said[number].strip('"')), said[number]


@pytest.mark.parametrize("package", ["coopanalysis", "coopanalysis.dataset"])
def test_names_for_checkers_are_those_of_the_running_program(package):
    module = importlib.import_module(package)
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    seen = {alias.asname: node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names if alias.asname}
    assert seen == {name: f"{package}.{home}" for name, home in module._MODULES.items()}
