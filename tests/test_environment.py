"""pyproject.toml, environment.yml and the locks say the same; the locks are hashed and name no index."""

from __future__ import annotations

import re
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
# the packages that each lock is made from, beside those of a run
LOCKS = {
    "requirements.lock": [],
    "requirements-dev.lock": EXTRAS["dev"],
    "requirements-lab.lock": EXTRAS["lab"],
    "benchmarks/requirements.lock": [*EXTRAS["jupyter"], "ploomber-engine", "distributed", "duckdb"],
}
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
GIVEN = ("jupyterlab", "pandas", "matplotlib", "seaborn", "papermill")


def pins(name: str) -> dict[str, set[Version]]:
    """The versions that a lock names for each package; there can be one for each Python."""
    found: dict[str, set[Version]] = {}
    for package, version in re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE):
        found.setdefault(canonicalize_name(package), set()).add(Version(version))
    return found


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_has_hashes_and_no_address(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    blocks = [block for block in re.split(r"\n(?=[A-Za-z0-9])", text) if re.match(r"[A-Za-z0-9._-]+==", block)]
    assert len(blocks) >= len(pins(name)) > 50
    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in text and "index-url" not in text and "find-links" not in text


@pytest.mark.parametrize("name", LOCKS)
def test_locks_satisfy_pyproject(name):
    found = pins(name)
    for requirement in map(Requirement, [*PROJECT["dependencies"], *EXTRAS["build"], *LOCKS[name]]):
        versions = found[canonicalize_name(requirement.name)]
        assert all(version in requirement.specifier for version in versions), requirement.name


def test_a_run_has_no_tools():
    tools = {canonicalize_name(Requirement(tool).name) for extra in ("dev", "lab", "jupyter", "cluster") for tool in EXTRAS[extra]}
    assert tools & set(pins("requirements.lock")) == set()
    assert "jupyterlab" not in pins("benchmarks/requirements.lock"), "it would slow the start of every peer"


def test_all_locks_have_the_same_versions():
    run, tools, *others = (pins(name) for name in LOCKS)
    assert {name: tools.get(name) for name in run} == run
    for other in others:
        assert {name: tools.get(name, versions) for name, versions in other.items()} == other


def test_environment_yml_holds_the_run_time_and_lab_sets():
    assert CONDA["channels"][0] == "conda-forge" and "defaults" not in CONDA["channels"]
    listed = {
        canonicalize_name(item.name): item
        for item in map(
            Requirement,
            [entry.replace("=", "==") if re.search(r"[a-z]=\d", entry) else entry for entry in CONDA["dependencies"] if isinstance(entry, str)],
        )
    }
    assert set(GIVEN) <= set(listed)
    for requirement in map(Requirement, [*PROJECT["dependencies"], *EXTRAS["lab"]]):
        assert canonicalize_name(requirement.name) in listed, f"{requirement.name} is missing in environment.yml"
        assert listed[canonicalize_name(requirement.name)].specifier == requirement.specifier, requirement.name
    assert str(listed["python"].specifier) == PROJECT["requires-python"]


def test_the_installed_versions_are_the_locked_ones():
    from importlib.metadata import version

    for name in ("pandas", "matplotlib", "seaborn", "papermill", "ipython", "pydantic"):
        assert Version(version(name)) in pins("requirements.lock")[name]
