"""Same content, same fingerprint; each ingredient changes it and is named, prose and place do not count."""

from __future__ import annotations

import shutil
from pathlib import Path

from coopanalysis.collection import LIBRARY
from coopanalysis.publish.ingredients import Notebook, data_files, differences, fingerprint, ingredients, surroundings
from coopanalysis.publish.ingredients import page_key as key_of
from coopanalysis.publish.reports import Expects, Report
from coopanalysis.publish.state import State
from tests.dataset.conftest import edit, package
from tests.publish.conftest import GOOD, notebook

__all__ = ["package"]


PARTS = {kind: {} for kind in ("data", "library", "parameters", "packages", "cells", "python")}
RECORD = {"fingerprint": "x", "page_key": "y", "ingredients": PARTS, "seconds": 1.0}
SHARED = surroundings(LIBRARY)


def report(title="", expects=0, **parameters):
    return Report("a", "a", Path("a.ipynb"), title, parameters, Expects(expects), 1)


def of(book, **parameters):
    return ingredients(Notebook(book.read_bytes()), report(**parameters), SHARED, data_files(LIBRARY, parameters.get("data", "")))


def page_key(content, title, other, expects):
    return key_of(Notebook(content), report(title, expects), other, SHARED)


def test_each_ingredient_counts(folder, package, tmp_path):
    book = notebook(folder / "a.ipynb", *GOOD)
    first = fingerprint(of(book, lang="vi", n=1, data=str(package)))
    assert len(first) == 64 and fingerprint(of(book, data=str(package), n=1, lang="vi")) == first
    assert fingerprint(of(book, lang="vi", n=2, data=str(package))) != first
    assert fingerprint(of(notebook(folder / "b.ipynb", *GOOD, "1"), lang="vi", n=1, data=str(package))) != first
    moved = shutil.copytree(package, tmp_path / "elsewhere")
    assert fingerprint(of(book, lang="vi", n=1, data=str(moved))) == first, "the data count, not their place"
    edit(moved, "observations.csv", ",77,exact", ",78,exact")
    assert fingerprint(of(book, lang="vi", n=1, data=str(moved))) != first
    changed = of(book, lang="vi", n=1, data=str(package))
    for kind, name in (("library", "metrics/growth.py"), ("packages", "pandas"), ("python", "version")):
        assert name in changed[kind]
        assert fingerprint({**changed, kind: {**changed[kind], name: "another"}}) != first


def test_prose_changes_the_page_and_not_the_fingerprint(folder):
    book = notebook(folder / "a.ipynb", *GOOD)
    first, page = fingerprint(of(book)), page_key(book.read_bytes(), "Title", "", 1)
    assert page_key(book.read_bytes(), "Another", "", 1) != page
    assert page_key(book.read_bytes(), "Title", "", 2) != page, "what is expected is judged again"
    book.write_text(book.read_text(encoding="utf-8").replace("# Try", "# Something else"), encoding="utf-8")
    assert fingerprint(of(book)) == first and page_key(book.read_bytes(), "Title", "", 1) != page


def test_why_names_what_changed_in_an_analyst_s_words(folder, package):
    book = notebook(folder / "a.ipynb", *GOOD)
    old = of(book, n=1, data=str(package))
    assert differences(old, old) == []
    edit(package, "observations.csv", ",77,exact", ",78,exact")
    new = of(book, n=2, data=str(package))
    assert differences(old, new) == ["data: observations.csv changed", "data: datapackage.json changed", "parameter n: 1 → 2"]
    assert differences(old, {**old, "library": {**old["library"], "metrics/growth.py": "x"}}) == ["library: metrics/growth.py changed"]
    assert differences(old, {**old, "packages": {**old["packages"], "pandas": "9.9"}})[0].startswith("package pandas ")
    cells = dict(old["cells"])
    cells[next(iter(cells))] = "x"
    assert differences(old, {**old, "cells": cells})[0].startswith("code cell 3 (")


def test_a_record_that_cannot_be_read_is_none(tmp_path):
    state = State(tmp_path)
    assert state.record("a") is None and state.notebook("a") == b""
    state.keep("a", RECORD, b"{}")
    assert state.record("a")["fingerprint"] == "x" and state.notebook("a") == b"{}"
    (tmp_path / "state" / "a.json").write_text("{half", encoding="utf-8")
    assert state.record("a") is None
    for damaged in ("[1]", "{}", "null"):
        (tmp_path / "state" / "b.json").write_text(damaged, encoding="utf-8")
        assert state.record("b") is None


def test_a_notebook_that_is_not_the_record_s_own_is_none(tmp_path):
    """A full disk can come between the two files of a report."""
    state = State(tmp_path)
    state.keep("a", RECORD, b"first")
    (tmp_path / "state" / "a.ipynb").write_bytes(b"second")
    assert state.record("a") is not None and state.notebook("a") == b""
