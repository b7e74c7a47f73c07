"""The edition as files: sealed, complete, switched in one step, the newest kept."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from datetime import UTC, datetime

import nbformat
import pytest

from coopanalysis.publish.edition import Store, now
from coopanalysis.publish.job import Outcome

pytestmark = pytest.mark.xdist_group("edition")
DAY = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_sums_cover_every_file_and_agree(edition):
    lines = (edition.latest / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    sums = {line[66:]: line[:64] for line in lines}
    root = edition.latest.resolve()
    files = {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}
    assert set(sums) == files - {"SHA256SUMS"}
    for name, digest in sums.items():
        assert hashlib.sha256((edition.latest / name).read_bytes()).hexdigest() == digest


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="sha256sum is not on this machine")
def test_sums_satisfy_sha256sum(edition):
    done = subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=edition.latest, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout


def test_summary_agrees_with_the_files(edition):
    summary = edition.summary
    assert summary["counts"] == {"ok": 16} and len(summary["reports"]) == 16
    assert summary["data_as_of"] == "2025-06-30" and "bc-423-2019" in summary["sources"]
    for report in summary["reports"]:
        assert report["verdict"] == "ok" and report["results"] and report["page"] == f"{report['name']}.html"
        assert all((edition.latest / file).is_file() for file in report["files"])
        assert all(set(result) >= {"name", "value", "unit", "date", "status"} for result in report["results"])
        assert "data" not in report["parameters"]
    assert json.loads((edition.out / "last-run.json").read_text(encoding="utf-8")) == summary


def test_figures_and_tables_of_a_report_are_files(edition):
    figures = sorted(path.name for path in (edition.latest / "figures" / "growth-vi-report").iterdir())
    assert figures == ["growth.png", "growth.svg", "growth_ranking.png", "growth_ranking.svg"]
    svg = (edition.latest / "figures" / "growth-vi-report" / "growth.svg").read_text(encoding="utf-8")
    assert svg.startswith("<svg") and "<text" not in svg, "a picture that travels alone has its letters as outlines"
    assert (edition.latest / "figures" / "growth-vi-report" / "growth.png").read_bytes().startswith(b"\x89PNG")
    table = (edition.latest / "tables" / "growth-vi-report" / "growth.csv").read_bytes()
    assert table.startswith(b"\xef\xbb\xbf"), "spreadsheets read Vietnamese letters only with this mark"


def test_executed_notebooks_open_and_hold_no_paths_of_the_machine(edition):
    for path in (edition.latest / "notebooks").iterdir():
        book = nbformat.read(path, as_version=4)
        nbformat.validate(book)
        assert all(cell.execution_count for cell in book.cells if cell.cell_type == "code" and cell.source)
        assert str(edition.out) not in path.read_text(encoding="utf-8") and "papermill" not in book.metadata


def outcome(name="a", copy=b""):
    return Outcome(name, "failed" if copy else "ok", "", 1.0, failed_copy=copy)


def test_publish_switches_and_keeps_the_newest(tmp_path):
    store = Store(tmp_path)
    for hour in range(4):
        store.publish({"index.html": str(hour).encode(), "sub/x.csv": b"1"}, DAY.replace(hour=hour), keep=2)
        assert (store.latest / "index.html").read_text() == str(hour)
    assert store.names() == ["20260102T020405Z", "20260102T030405Z"]
    assert sorted(path.name for path in store.editions.iterdir()) == store.names(), "nothing half-written is left"


def test_two_editions_of_one_second_get_names_of_their_own(tmp_path):
    store = Store(tmp_path)
    store.publish({"index.html": b"1"}, DAY, keep=5)
    store.publish({"index.html": b"2"}, DAY, keep=5)
    assert store.names() == ["20260102T030405Z", "20260102T030405Z-2"]


def test_a_failed_write_leaves_the_last_edition(tmp_path, monkeypatch):
    store = Store(tmp_path)
    store.publish({"index.html": b"good"}, DAY, keep=5)
    real = os.replace

    def full(source, target):
        if str(target).endswith("second.html"):
            raise OSError(28, "No space left on device")
        real(source, target)

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        store.publish({"first.html": b"1", "second.html": b"2"}, DAY.replace(hour=5), keep=5)
    assert (store.latest / "index.html").read_bytes() == b"good"
    assert [path.name for path in store.editions.iterdir()] == store.names() == ["20260102T030405Z"]


def test_without_links_latest_is_a_folder(tmp_path, monkeypatch):
    store = Store(tmp_path)
    monkeypatch.setattr(os, "symlink", lambda *_, **__: (_ for _ in ()).throw(OSError("not allowed")))
    for number in (1, 2):
        store.publish({"index.html": str(number).encode(), "summary.json": b"{}"}, DAY.replace(hour=number), keep=5)
        assert not store.latest.is_symlink() and (store.latest / "index.html").read_text() == str(number)
    assert store.previous() == store.latest.resolve()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["editions", "latest"]


def test_failed_copies_come_and_go(tmp_path):
    store = Store(tmp_path)
    store.keep_failed([outcome(copy=b"{}")])
    assert (tmp_path / "failed" / "a.ipynb").exists()
    store.keep_failed([outcome()])
    assert not (tmp_path / "failed" / "a.ipynb").exists()


def test_source_date_epoch_is_the_time(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    assert now() == datetime(1970, 1, 1, tzinfo=UTC)
