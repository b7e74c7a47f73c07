"""The store of editions: switched in one step, the newest kept, nothing half-written. Its contents: test_pages.py."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime

import pytest

from coopanalysis.errors import CannotWrite, CoopError
from coopanalysis.publish.clock import Moment, moment
from coopanalysis.publish.edition import Intact, Store

SUMMARY = b'{"edition": "", "generated": "", "counts": {}, "reports": []}'


def at(**other):
    utc = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC).replace(**other)
    return Moment(utc, utc.date().isoformat(), True)


DAY = at()


def test_publish_switches_and_keeps_the_newest(tmp_path):
    store = Store(tmp_path)
    for hour in range(4):
        store.publish({"index.html": str(hour).encode(), "sub/x.csv": b"1"}, at(hour=hour), keep=2)
        assert (store.latest / "index.html").read_text() == str(hour)
    assert store.names() == ["20260102T020405Z", "20260102T030405Z"]
    assert sorted(path.name for path in store.editions.iterdir()) == store.names(), "nothing half-written is left"


def test_two_editions_of_one_second_get_names_of_their_own(tmp_path):
    store = Store(tmp_path)
    store.publish({"index.html": b"1"}, DAY, keep=5)
    store.publish({"index.html": b"2"}, DAY, keep=5)
    assert store.names() == ["20260102T030405Z", "20260102T030405Z-2"]


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="/proc")
def test_a_failed_write_leaves_the_last_edition(tmp_path, monkeypatch):
    store = Store(tmp_path)
    store.publish({"index.html": b"good"}, DAY, keep=5)
    real = os.fsync

    def full(handle):
        if os.path.basename(os.readlink(f"/proc/self/fd/{handle}")) == "second.html":
            raise OSError(28, "No space left on device")
        real(handle)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CannotWrite, match="No space"):
        store.publish({"first.html": b"1", "second.html": b"2"}, at(hour=5), keep=5)
    assert (store.latest / "index.html").read_bytes() == b"good"
    assert [path.name for path in store.editions.iterdir()] == store.names() == ["20260102T030405Z"]


def test_without_links_latest_is_a_folder(tmp_path, monkeypatch):
    store = Store(tmp_path)
    monkeypatch.setattr(os, "symlink", lambda *_, **__: (_ for _ in ()).throw(OSError("not allowed")))
    for number in (1, 2):
        store.publish({"index.html": str(number).encode(), "summary.json": SUMMARY}, at(hour=number), keep=5)
        assert not store.latest.is_symlink() and (store.latest / "index.html").read_text() == str(number)
    assert Intact(tmp_path).folder == store.latest.resolve()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["editions", "latest"]


def test_failed_copies_come_and_go(tmp_path):
    store = Store(tmp_path)
    store.keep_failed({"a": b"{}", "b": b"{}"}, set(), {"a", "b"})
    assert (tmp_path / "failed" / "a.ipynb").exists()
    store.keep_failed({}, {"a"}, {"a", "b"})
    assert not (tmp_path / "failed" / "a.ipynb").exists() and (tmp_path / "failed" / "b.ipynb").exists()
    store.keep_failed({}, set(), {"a"})
    assert not (tmp_path / "failed" / "b.ipynb").exists(), "no longer planned"


def test_what_an_analyst_saved_among_failed_copies_stays(tmp_path):
    store, folder = Store(tmp_path), tmp_path / "failed"
    store.keep_failed({"a": b"{}", "b": b"{}"}, set(), {"a", "b"})
    (folder / "mine.ipynb").write_text("mine")
    (folder / "b.ipynb").write_text("looked into, and changed")
    store.keep_failed({"b": b"{1}"}, {"a"}, {"a", "b"})
    assert sorted(path.name for path in folder.iterdir()) == ["b.ipynb", "b~2.ipynb", "mine.ipynb"]
    assert (folder / "b.ipynb").read_text() == "looked into, and changed"
    store.keep_failed({}, {"b"}, {"a", "b"})
    assert sorted(path.name for path in folder.iterdir()) == ["b.ipynb", "mine.ipynb"]


def test_an_old_edition_goes_with_what_was_published_in_it_and_nothing_else(tmp_path):
    store, foreign = Store(tmp_path / "out"), tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "x.csv").write_bytes(b"1")
    first = store.publish({"index.html": b"1", "sub/x.csv": b"1", "other/x.csv": b"1"}, DAY, keep=1)
    (first / "note.txt").write_text("mine")
    (first / "sub" / "x.csv").unlink()
    (first / "sub").rmdir()
    os.symlink(foreign, first / "sub", target_is_directory=True)
    store.publish({"index.html": b"2"}, at(hour=5), keep=1)
    assert (foreign / "x.csv").exists(), "nothing is removed through a link"
    assert sorted(path.name for path in first.iterdir()) == ["note.txt", "sub"]


def test_files_outside_the_edition_are_refused(tmp_path):
    store = Store(tmp_path / "out")
    for name in ("../up.html", "/etc/x", "a/../../b", "C:x", "a\\b", ""):
        with pytest.raises(CoopError, match="outside the edition"):
            store.publish({name: b"1"}, DAY, keep=5)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["state", "failed", "logs", "editions", "last-run.json", "state/a.json", "failed/a.ipynb"])
def test_links_where_the_batch_writes_are_refused(tmp_path, name):
    out, foreign = tmp_path / "out", tmp_path / "foreign"
    foreign.mkdir()
    (out / name).parent.mkdir(parents=True, exist_ok=True)
    os.symlink(foreign, out / name)
    with pytest.raises(CannotWrite, match="is a link"):
        Store(out).refuse_links()


def test_only_remains_of_ours_are_cleared(tmp_path):
    store = Store(tmp_path)
    ours = tmp_path / "editions" / ".20260101T000000Z.0123456789abcdef.new"
    for folder in (ours, tmp_path / "editions" / ".mine.new"):
        folder.mkdir(parents=True)
        (folder / "x").write_text("x")
    assert store.clear_remains() == [ours.relative_to(tmp_path).as_posix()]
    assert (tmp_path / "editions" / ".mine.new" / "x").exists()


def test_what_was_just_published_stays_whatever_the_clock_says(tmp_path):
    store = Store(tmp_path)
    store.publish({"index.html": b"later", "summary.json": SUMMARY}, at(year=2030), keep=1)
    store.publish({"index.html": b"now", "summary.json": SUMMARY}, DAY, keep=1)
    assert (store.latest / "index.html").read_bytes() == b"now" and store.names() == ["20260102T030405Z"]


def test_many_editions_of_one_second_are_in_order(tmp_path):
    store = Store(tmp_path)
    for number in range(13):
        store.publish({"index.html": str(number).encode()}, DAY, keep=10)
        assert (store.latest / "index.html").read_text() == str(number)
    assert store.names()[-1].endswith("-13") and len(store.names()) == 10


def test_without_latest_the_newest_edition_is_the_last_one(tmp_path):
    store = Store(tmp_path)
    store.publish({"index.html": b"1", "summary.json": SUMMARY}, DAY, keep=5)
    store.publish({"index.html": b"2", "summary.json": SUMMARY}, at(hour=9), keep=5)
    store.latest.unlink()
    assert Intact(tmp_path).folder == store.editions / "20260102T090405Z"


def test_latest_is_put_back_after_a_crash_between_two_renames(tmp_path):
    store = Store(tmp_path)
    edition = store.publish({"index.html": b"good"}, DAY, keep=5)
    store.latest.unlink()
    shutil.copytree(edition, tmp_path / ".latest.0123456789abcdef.old")
    store.clear_remains()
    assert (store.latest / "index.html").read_text() == "good"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["editions", "latest"]


def test_what_somebody_put_into_a_copy_of_the_edition_stays(tmp_path, monkeypatch):
    store = Store(tmp_path)
    monkeypatch.setattr(os, "symlink", lambda *_, **__: (_ for _ in ()).throw(OSError("not allowed")))
    store.publish({"index.html": b"1"}, DAY, keep=5)
    (store.latest / "note.txt").write_text("mine")
    for hour in (4, 5):
        store.publish({"index.html": b"2"}, at(hour=hour), keep=5)
        (kept,) = tmp_path.glob(".latest.*.old")
        assert [path.name for path in kept.iterdir()] == ["note.txt"] and (store.latest / "index.html").read_text() == "2"


def test_source_date_epoch_is_the_time(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    assert moment().utc == datetime(1970, 1, 1, tzinfo=UTC) and moment().fixed
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "")
    assert not moment().fixed
    for nonsense in ("soon", "1.5", "9" * 30):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", nonsense)
        with pytest.raises(CoopError, match="whole seconds"):
            moment()


def test_the_day_is_that_of_the_readers(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767222000")  # 31 December 2025, 23:00 UTC: 6 in the morning in Việt Nam
    assert moment().day == "2026-01-01" and moment("UTC").day == "2025-12-31" and moment().stem == "20251231T230000Z"
    with pytest.raises(CoopError, match="time zone"):
        moment("Mars/Olympus")
