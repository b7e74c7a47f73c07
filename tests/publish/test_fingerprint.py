"""Same content, same fingerprint; each ingredient changes it, prose and place do not."""

from __future__ import annotations

import shutil

import pytest

from coopanalysis.publish import fingerprint as module
from coopanalysis.publish.fingerprint import fingerprint
from tests.dataset.conftest import edit, package
from tests.publish.conftest import GOOD, notebook

__all__ = ["package"]


@pytest.fixture(autouse=True)
def _fresh():
    module._data.cache_clear()


def test_each_ingredient_counts(folder, package, tmp_path):
    book = notebook(folder / "a.ipynb", *GOOD)
    parameters = {"lang": "vi", "n": 1, "data": str(package)}
    first = fingerprint(book, parameters)
    assert len(first) == 64 and fingerprint(book, dict(reversed(parameters.items()))) == first
    assert fingerprint(book, {**parameters, "n": 2}) != first
    assert fingerprint(notebook(folder / "b.ipynb", *GOOD, "1"), parameters) != first
    moved = shutil.copytree(package, tmp_path / "elsewhere")
    assert fingerprint(book, {**parameters, "data": str(moved)}) == first, "the data count, not their place"
    edit(moved, "observations.csv", ",77,exact", ",78,exact")
    module._data.cache_clear()
    assert fingerprint(book, {**parameters, "data": str(moved)}) != first


def test_prose_does_not_count(folder):
    book = notebook(folder / "a.ipynb", *GOOD)
    first = fingerprint(book, {})
    book.write_text(book.read_text(encoding="utf-8").replace("# Try", "# Something else"), encoding="utf-8")
    assert fingerprint(book, {}) == first
