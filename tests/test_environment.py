"""pyproject.toml, environment.yml and both locks say the same; the locks are hashed and name no index."""

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
LOCKS = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("requirements.lock", "requirements-lab.lock")}
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
GIVEN = ("jupyterlab", "pandas", "matplotlib", "seaborn", "papermill")


def pins(lock: str) -> dict[str, Version]:
    return {canonicalize_name(name): Version(version) for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", lock, re.MULTILINE)}


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_has_hashes_and_no_address(name):
    text = LOCKS[name]
    blocks = [block for block in re.split(r"\n(?=[A-Za-z0-9])", text) if re.match(r"[A-Za-z0-9._-]+==", block)]
    assert len(blocks) >= len(pins(text)) > 50  # a package can have one pin for each Python
    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in text and "index-url" not in text and "find-links" not in text


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("requirements.lock", [*PROJECT["dependencies"], *EXTRAS["dev"], *EXTRAS["build"]]),
        ("requirements-lab.lock", [*PROJECT["dependencies"], *EXTRAS["dev"], *EXTRAS["build"], *EXTRAS["lab"]]),
    ],
)
def test_locks_satisfy_pyproject(name, wanted):
    found = pins(LOCKS[name])
    for requirement in map(Requirement, wanted):
        assert canonicalize_name(requirement.name) in found, requirement.name
        assert found[canonicalize_name(requirement.name)] in requirement.specifier


def test_both_locks_agree():
    first, second = (pins(text) for text in LOCKS.values())
    assert {name: version for name, version in first.items() if second.get(name) != version} == {}


def test_jupyterlab_slows_no_batch():
    assert "jupyterlab" not in pins(LOCKS["requirements.lock"]) and "jupyterlab" in pins(LOCKS["requirements-lab.lock"])


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

    for name, pinned in pins(LOCKS["requirements.lock"]).items():
        if name in ("pandas", "matplotlib", "seaborn", "papermill", "ipython", "pydantic"):
            assert Version(version(name)) == pinned
