"""An edition verifies as published, and each kind of difference is named; also without the environment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from coopanalysis.publish import verify
from coopanalysis.publish.edition import Store
from coopanalysis.publish.verify import main, problems
from tests.conftest import ROOT
from tests.publish.test_edition import DAY

SUM = "0" * 64


@pytest.fixture
def edition(tmp_path):
    return Store(tmp_path / "kết quả").publish({"index.html": b"1", "tables/a/x.csv": b"2"}, DAY, keep=1)


def test_as_published(edition, capsys):
    assert problems(edition) == [] and main([str(edition)]) == 0
    assert capsys.readouterr().out == f"{edition}: as published\n"


def test_every_difference_at_once(edition, capsys):
    (edition / "index.html").write_bytes(b"changed")
    (edition / "tables" / "a" / "x.csv").unlink()
    (edition / "more.html").write_bytes(b"")
    assert problems(edition) == ["index.html: changed since it was published", "more.html: not part of the edition", "tables/a/x.csv: missing"]
    assert main([str(edition)]) == 1 and "problems: 3" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "No such file"),
        ("not a line", "line 1"),
        ("", "line 1"),
        (SUM, "line 1"),
        (f"{SUM}  ", "line 1"),
        (f"{SUM}  a\n\n{SUM}  b\n", "line 2"),
        (f"{SUM}  a\n{SUM}  a\n", "line 2"),
        (f"{SUM}  ../a\n", "line 1"),
        (f"{SUM}  /etc/passwd\n", "line 1"),
        (f"{SUM}  C:/a\n", "line 1"),
        (f"{SUM}  a\\b\n", "line 1"),
        (f"\\{SUM}  a\\nb\n", "line 1"),
        (f"{SUM}  a\0b\n", "line 1"),
        ("\udcff", "line 1"),
    ],
)
def test_sums_that_are_none(edition, content, words):
    (edition / "SHA256SUMS").unlink()
    if content is not None:
        (edition / "SHA256SUMS").write_bytes(content.encode("utf-8", "surrogateescape"))
    assert len(problems(edition)) == 1 and f"no edition as published: SHA256SUMS: {words}" in problems(edition)[0]
    assert main([str(edition)]) == 1


@pytest.mark.parametrize("separator", ["\v", "\f", "\r", "\x1c", "\x85", "\u2028"])
def test_only_a_line_feed_ends_a_line(edition, separator):
    """Or a file could hide behind a line that sha256sum reads as one name."""
    sums = (edition / "SHA256SUMS").read_bytes().decode()
    (edition / "SHA256SUMS").write_bytes(sums.replace("\n", separator, 1).encode())
    # a control character is in no name of ours: the whole list is refused; the others make one long name, and the file is not listed
    refused = len(problems(edition)) == 1 and "SHA256SUMS: line 1" in problems(edition)[0]
    assert refused if separator < " " else "index.html: not part of the edition" in problems(edition)
    assert all(line.isprintable() for line in problems(edition))


def test_names_are_printed_without_control_characters(edition, capsys):
    (edition / "a\x1b[31m\n: as published").write_bytes(b"")
    assert problems(edition) == ["a\\x1b[31m\\n: as published: not part of the edition"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_link_a_folder_and_a_pipe_are_no_files(edition, tmp_path):
    for name in ("index.html", "tables/a/x.csv"):
        (edition / name).unlink()
    (tmp_path / "copy").write_bytes(b"1")
    (edition / "index.html").symlink_to(tmp_path / "copy")
    os.mkfifo(edition / "tables" / "a" / "x.csv")
    (edition / "empty").mkdir()
    kind = "not a file but a link, a folder or a device"
    assert problems(edition) == ["empty: not part of the edition", f"index.html: {kind}", f"tables/a/x.csv: {kind}"]
    (edition / "SHA256SUMS").unlink()
    os.mkfifo(edition / "SHA256SUMS")
    assert kind in problems(edition)[0]


def test_a_link_in_the_place_of_a_folder_is_not_part_of_it(edition, tmp_path):
    (edition / "tables" / "a").rename(tmp_path / "a")
    (edition / "tables" / "a").symlink_to(tmp_path / "a")
    assert problems(edition) == ["tables/a: not part of the edition"]


def test_what_cannot_be_read_is_a_line(edition, monkeypatch):
    def refuse(path, *_):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(verify, "file_hash", refuse)
    monkeypatch.setattr(os, "scandir", refuse)
    reason = "cannot be read (Permission denied)"
    assert problems(edition) == [".: cannot be listed (Permission denied)", f"index.html: {reason}", f"tables/a/x.csv: {reason}"]
    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert problems(edition) == [f"{edition}: no edition as published: SHA256SUMS: Permission denied"]


def test_no_edition_there(tmp_path):
    assert "no edition as published" in problems(tmp_path / "none")[0] and main([]) == 2


def test_task_needs_no_environment(edition, tmp_path):
    """The interpreter alone, isolated from installed packages."""
    base = getattr(sys, "_base_executable", sys.executable)
    done = subprocess.run(
        [base, "-I", "-S", str(ROOT / "tasks.py"), "verify", str(edition)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "") and "as published" in done.stdout
