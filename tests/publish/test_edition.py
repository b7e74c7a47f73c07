"""The store of editions: switched in one step, the newest kept, nothing half-written. Its contents: test_pages.py."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import pytest

from coopanalysis.publish.edition import Store
from coopanalysis.publish.files import now
from coopanalysis.publish.job import Outcome

DAY = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


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
        store.publish({"index.html": str(number).encode(), "summary.json": b'{"reports": []}'}, DAY.replace(hour=number), keep=5)
        assert not store.latest.is_symlink() and (store.latest / "index.html").read_text() == str(number)
    assert store.previous() == store.latest.resolve()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["editions", "latest"]


def test_failed_copies_come_and_go(tmp_path):
    store = Store(tmp_path)
    store.keep_failed([outcome(copy=b"{}"), outcome("b", copy=b"{}")], {"a", "b"})
    assert (tmp_path / "failed" / "a.ipynb").exists()
    store.keep_failed([outcome()], {"a", "b"})
    assert not (tmp_path / "failed" / "a.ipynb").exists() and (tmp_path / "failed" / "b.ipynb").exists()
    store.keep_failed([], {"a"})
    assert not (tmp_path / "failed" / "b.ipynb").exists(), "no longer planned"


def test_what_was_just_published_stays_whatever_the_clock_says(tmp_path):
    store = Store(tmp_path)
    store.publish({"index.html": b"later", "summary.json": b'{"reports": []}'}, DAY.replace(year=2030), keep=1)
    store.publish({"index.html": b"now", "summary.json": b'{"reports": []}'}, DAY, keep=1)
    assert (store.latest / "index.html").read_bytes() == b"now" and store.names() == ["20260102T030405Z"]


def test_many_editions_of_one_second_are_in_order(tmp_path):
    store = Store(tmp_path)
    for number in range(13):
        store.publish({"index.html": str(number).encode()}, DAY, keep=10)
        assert (store.latest / "index.html").read_text() == str(number)
    assert store.names()[-1].endswith("-13") and len(store.names()) == 10


def test_without_latest_the_newest_edition_is_the_last_one(tmp_path):
    store = Store(tmp_path)
    store.publish({"index.html": b"1", "summary.json": b'{"reports": []}'}, DAY, keep=5)
    store.publish({"index.html": b"2", "summary.json": b'{"reports": []}'}, DAY.replace(hour=9), keep=5)
    store.latest.unlink()
    assert store.previous() == store.editions / "20260102T090405Z"


def test_latest_is_put_back_after_a_crash_between_two_renames(tmp_path):
    store = Store(tmp_path)
    (tmp_path / ".latest.old").mkdir()
    (tmp_path / ".latest.old" / "index.html").write_text("good")
    store.clear_remains()
    assert (store.latest / "index.html").read_text() == "good"


def test_source_date_epoch_is_the_time(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    assert now() == datetime(1970, 1, 1, tzinfo=UTC)
