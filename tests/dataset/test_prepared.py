"""A package that is held for forked processes: the same files, the same data; an edit is never missed."""

from __future__ import annotations

import shutil

import pytest

from coopanalysis.dataset import prepared
from coopanalysis.dataset.package import Dataset, load
from coopanalysis.errors import DataError
from tests.dataset.conftest import edit, package

__all__ = ["package"]


@pytest.fixture(autouse=True)
def _empty(monkeypatch):
    monkeypatch.setattr(prepared, "_HELD", {})


def test_the_same_files_are_not_read_twice_wherever_they_are(package, tmp_path):
    prepared.hold(load, package)
    copied = shutil.copytree(package, tmp_path / "copy")
    (copied / "notes.txt").write_text("not of the package")
    found = prepared.held(copied, Dataset)
    assert found is not None and found.root == copied and len(found.observations) == len(load(package).observations)


def test_an_edit_is_read_anew(package):
    prepared.hold(load, package)
    edit(package, "observations.csv", ",77,exact", ",78,exact")
    assert prepared.held(package, Dataset) is None
    assert 78 in set(load(package).observations["obs_value"])


def test_what_one_reader_does_to_it_is_seen_by_nobody_else(package):
    prepared.hold(load, package)
    first = load(package)
    first.observations.loc[:, "obs_value"] = -1.0
    first.descriptor["name"] = "changed"
    second = load(package)
    assert second is not first and (second.observations["obs_value"] != -1.0).all() and second.descriptor["name"] != "changed"


def test_what_is_not_sound_is_not_held(package, tmp_path):
    edit(package, "observations.csv", "77,exact", "seventy,exact", sealed=False)
    with pytest.raises(DataError):
        prepared.hold(load, package)
    assert prepared._HELD == {} and prepared.held(tmp_path / "none", Dataset) is None
