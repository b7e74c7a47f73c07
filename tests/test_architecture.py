"""Imports run one way: dataset, metrics, display, publish; errors under all, the command line over all."""

from __future__ import annotations

import ast
from importlib.resources import files
from pathlib import Path

import pytest

PACKAGE = Path(str(files("coopanalysis")))
ORDER = ("errors", "_lazy", "dataset", "metrics", "display", "parameter_values", "preloaded", "publish", "collection", "cli")
# What a room may not import although it stands to its right: publish knows notebooks as files, and nothing of the library.
FORBIDDEN = {"publish": ("coopanalysis.dataset", "coopanalysis.metrics", "coopanalysis.display", "coopanalysis.parameter_values")}


def room_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def imports(source: str, module: str) -> set[str]:
    """Modules of the package that a source imports, also inside functions."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                base = ".".join([*module.split(".")[: -node.level], *([base] if base else [])])
            found |= {base} | {f"{base}.{alias.name}" for alias in node.names}
    return {name for name in found if name.split(".")[0] == "coopanalysis"}


def backwards(source: str, module: str) -> list[str]:
    """Imports that run against the order, or through a forbidden door."""
    own = room_of(module)
    if own not in ORDER:
        return []
    wrong = []
    for name in imports(source, module):
        room = room_of(name)
        if room in ORDER and ORDER.index(room) > ORDER.index(own):
            wrong.append(f"{module} imports {name}")
        if any(name == door or name.startswith(f"{door}.") for door in FORBIDDEN.get(own, ())):
            wrong.append(f"{module} imports {name}")
    return wrong


MODULES = {".".join(("coopanalysis", *path.relative_to(PACKAGE).with_suffix("").parts)): path for path in sorted(PACKAGE.rglob("*.py"))}


@pytest.mark.parametrize("module", MODULES)
def test_imports_run_one_way(module):
    assert backwards(MODULES[module].read_text(encoding="utf-8"), module) == []


@pytest.mark.parametrize(
    ("source", "module"),
    [
        ("from coopanalysis.display import theme", "coopanalysis.metrics.growth"),
        ("import coopanalysis.publish.plan", "coopanalysis.display.view"),
        ("def f():\n    from coopanalysis.cli import main", "coopanalysis.publish.run"),
        ("from ..display import view", "coopanalysis.dataset.package"),
        ("from coopanalysis.metrics import cagr", "coopanalysis.publish.job"),
        ("from coopanalysis.display.figures.chart import Chart", "coopanalysis.publish.html"),
    ],
)
def test_a_planted_backwards_import_is_found(source, module):
    assert backwards(source, module)


def test_kinds_of_code_that_must_be_found_are_found():
    assert len(MODULES) > 40
    assert imports("import coopanalysis.metrics as m\nfrom coopanalysis import load", "coopanalysis.cli") == {
        "coopanalysis.metrics",
        "coopanalysis",
        "coopanalysis.load",
    }


@pytest.mark.parametrize("module", ["coopanalysis", "coopanalysis.metrics", "coopanalysis.display", "coopanalysis.publish.plan", "coopanalysis.cli"])
def test_importing_does_nothing_visible(module, tmp_path):
    import subprocess
    import sys

    code = (
        f"import logging, os\nbefore = dict(os.environ)\nimport {module}\nassert dict(os.environ) == before\nassert not logging.getLogger().handlers"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


def test_the_command_line_starts_without_the_heavy_libraries():
    import subprocess
    import sys

    code = "import sys, coopanalysis.cli\nprint([name for name in ('pandas', 'matplotlib', 'papermill', 'frictionless', 'nbconvert') if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_no_module_leads_back_to_itself():
    """Imports run in no circle, those for type checkers included: what is alone can be read alone."""
    known = {module: imports(path.read_text(encoding="utf-8"), module) & MODULES.keys() - {module} for module, path in MODULES.items()}
    while free := [module for module, needs in known.items() if not needs & known.keys()]:
        for module in free:
            del known[module]
    assert known == {}
