"""Only what changed is run again: R3, R4, R5, R12 of the acceptance list, with real kernels."""

from __future__ import annotations

import json
import os
import shutil

import pytest

from coopanalysis.publish import edition
from coopanalysis.publish.files import file_hash
from tests.conftest import command, run
from tests.dataset.conftest import edit, package
from tests.publish.conftest import FIGURE, GOOD, OPENING, RESULT, entry, notebook, plan

__all__ = ["package"]


def acts(result) -> dict[str, str]:
    """Report → what was done, as the lines say it."""
    lines = [line.split(" ", 2)[1:] for line in result.output.splitlines() if line[:1].isdigit() and "/" in line.split(" ")[0]]
    return {name: "up to date" if rest == "up to date" else "page" if "page set anew" in rest else rest.split(" ")[0] for name, rest in lines}


@pytest.fixture
def base(folder, package):
    """Two reports over a package of their own, run once."""
    notebook(folder / "a.ipynb", *GOOD)
    notebook(folder / "b.ipynb", *GOOD)
    path, out = plan(folder, entry("a"), entry("b")), folder / "out"
    first = run(out, "--plan", path, "--data", package)
    assert first.code == 0, first.errors
    return folder, path, out, package


def test_nothing_changed_runs_nothing_and_publishes_nothing(base):
    _folder, path, out, data = base
    edition = (out / "latest").resolve()
    before = {file: file.read_bytes() for file in edition.rglob("*") if file.is_file()}
    again = run(out, "--plan", path, "--data", data)
    assert again.code == 0 and acts(again) == {"a": "up to date", "b": "up to date"}
    assert (out / "latest").resolve() == edition and {file: file.read_bytes() for file in before} == before
    last = json.loads((out / "last-run.json").read_text(encoding="utf-8"))
    assert [report["executed"] for report in last["reports"]] == [False, False]
    slow = run(out, "--plan", path, "--data", data, "--only", "*")
    assert acts(slow) == {"a": "up to date", "b": "up to date"} and (out / "latest").resolve() == edition


def test_each_change_runs_what_it_touches_and_why_says_it(base):
    folder, path, out, data = base

    def go(*more):
        arguments = ("--plan", path, "--data", data, *more)
        reasons = {line.split(":")[0]: line.split(".html: ")[1] for line in command("plan", "--why", "--out", out, *arguments).stdout.splitlines()}
        return acts(run(out, *arguments)), reasons

    book = (folder / "a.ipynb").read_text(encoding="utf-8")
    (folder / "a.ipynb").write_text(book.replace("# Thử", "# Thử lại"), encoding="utf-8")  # prose
    done, reasons = go()
    assert done == {"a": "page", "b": "up to date"} and reasons["a"] == "page – prose, title, expectations or page template changed"
    index = (out / "latest" / "index.html").read_text(encoding="utf-8")
    assert "Mới cập nhật" in index and "Không thay đổi" in index and "1 trong 2 trang" in index

    notebook(folder / "a.ipynb", OPENING, RESULT, FIGURE, "1 + 1")  # a code cell
    done, reasons = go()
    assert done == {"a": "ok", "b": "up to date"} and reasons["a"].startswith("run – ") and "cell" in reasons["a"]

    plan(folder, entry("a", parameters={"n": 8}), entry("b"))  # a parameter
    done, reasons = go()
    assert done == {"a": "ok", "b": "up to date"} and reasons["a"] == "run – parameter n: 7 → 8"

    edit(data, "observations.csv", ",77,exact", ",78,exact")  # a value of the data
    done, reasons = go()
    assert done == {"a": "ok", "b": "ok"}
    assert reasons["b"] == "run – data: observations.csv changed"
    assert go()[0] == {"a": "up to date", "b": "up to date"}
    assert go("--force")[0] == {"a": "ok", "b": "ok"}


def test_a_changed_library_file_runs_every_report(base, tmp_path, monkeypatch):
    """A copy of the library stands in for the installed one."""
    import importlib.resources

    _folder, path, out, data = base
    copy = tmp_path / "lib" / "coopanalysis"
    shutil.copytree(str(importlib.resources.files("coopanalysis")), copy, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "metrics" / "growth.py").write_text((copy / "metrics" / "growth.py").read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    done = command("plan", "--why", "--out", out, "--plan", path, "--data", data, PYTHONPATH=str(tmp_path / "lib"))
    assert done.returncode == 0 and done.stdout.count("run – library: metrics/growth.py changed") == 2, done.stdout + done.stderr


def test_damaged_edition_is_made_whole_again(base):
    _folder, path, out, data = base
    (out / "latest" / "a.html").write_text("scribbled over", encoding="utf-8")
    done = run(out, "--plan", path, "--data", data, SOURCE_DATE_EPOCH="1893456000")
    assert acts(done) == {"a": "page", "b": "up to date"} and "scribbled" not in done.page("a")
    assert "Hết hạn ngày 31/12/2026" in done.page("index"), "in 2030 the page has expired"
    assert command("verify", out / "latest").returncode == 0


def test_files_of_an_edition_are_hashed_again_only_where_they_were_touched(base, monkeypatch):
    """Nothing but the disk's own decay escapes, which ``verify`` finds."""
    out = base[2]
    hashed: list[str] = []
    monkeypatch.setattr(edition, "file_hash", lambda path: hashed.append(path.name) or file_hash(path))

    def intact(name):
        hashed.clear()
        return edition.Intact(out)(name), list(hashed)

    assert intact("a.html") == (True, [])
    page = out / "latest" / "a.html"
    content, before = page.read_bytes(), page.stat()
    os.utime(page, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    assert intact("a.html") == (True, ["a.html"]), "touched, and still as published"
    page.write_bytes(bytes([content[0] ^ 1]) + content[1:])
    os.utime(page, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert intact("a.html") == (False, ["a.html"]), "as long and as old as before, but another content"
    page.unlink()
    assert intact("a.html")[0] is False
    edition.Intact(out).note()
    noted = json.loads((out / "state" / "run" / "places.json").read_text(encoding="utf-8"))
    assert "a.html" not in noted["places"], "what is not whole is not called whole"


def test_only_names_globs_and_failed(base):
    folder, path, out, data = base
    plan(folder, entry("a"), entry("b"), entry("c"), entry("d-1", "a.ipynb", parameters={"n": 1}))
    notebook(folder / "c.ipynb", OPENING, RESULT)  # no figure: incomplete
    mixed = run(out, "--plan", path, "--data", data)
    assert acts(mixed)["c"] == "incomplete" and mixed.code == 1
    notebook(folder / "b.ipynb", *GOOD, "2")
    again = run(out, "--plan", path, "--data", data, "--only", "failed")
    assert {name for name, act in acts(again).items() if act not in ("up to date", "not")} == {"c"}
    assert "b not asked for" in again.output
    named = run(out, "--plan", path, "--data", data, "--only", "d-*", "--force")
    assert [name for name, act in acts(named).items() if act == "ok"] == ["d-1"]
    wrong = run(out, "--plan", path, "--data", data, "--only", "nothing")
    assert wrong.code == 2 and "no report of the plan" in wrong.errors


def test_two_workers_and_two_places_give_the_same_bytes(folder, package):
    """With SOURCE_DATE_EPOCH: pages, figures, tables, notebooks (R5, H16)."""
    from tests.conftest import ROOT

    reports = [entry(name, str(ROOT / "notebooks" / f"{name}.ipynb"), matrix={"lang": ["vi", "en"]}) for name in ("revenue_per_member",)]
    path = plan(folder, *[{**report, "expects": {}} for report in reports])
    editions = []
    for place, workers in (("một", "1"), ("hai nơi", "2")):
        done = run(folder / place, "--plan", path, "--workers", workers, SOURCE_DATE_EPOCH="1700000000", TMPDIR=str(folder))
        assert done.code == 0, done.errors
        root = done.latest.resolve()
        editions.append({file.relative_to(root).as_posix(): file.read_bytes() for file in root.rglob("*") if file.is_file()})
    assert editions[0].keys() == editions[1].keys()
    assert [name for name in editions[0] if editions[0][name] != editions[1][name]] == []
