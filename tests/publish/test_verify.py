"""An edition verifies as published, and each kind of difference is named; also without the environment."""

from __future__ import annotations

import subprocess
import sys

import pytest

from coopanalysis.publish.edition import Store
from coopanalysis.publish.verify import main, problems
from tests.conftest import ROOT
from tests.publish.test_edition import DAY


@pytest.fixture
def edition(tmp_path):
    return Store(tmp_path / "kết quả").publish({"index.html": b"1", "tables/a/x.csv": b"2"}, DAY, keep=1)


def test_as_published(edition, capsys):
    assert problems(edition) == [] and main([str(edition)]) == 0
    assert capsys.readouterr().out == f"{edition}: 2 files, as published\n"


def test_every_difference_at_once(edition, capsys):
    (edition / "index.html").write_bytes(b"changed")
    (edition / "tables" / "a" / "x.csv").unlink()
    (edition / "more.html").write_bytes(b"")
    assert problems(edition) == ["tables/a/x.csv: missing", "more.html: not part of the edition", "index.html: changed since it was published"]
    assert main([str(edition)]) == 1 and "3 problems" in capsys.readouterr().out


@pytest.mark.parametrize(("content", "words"), [(None, "no SHA256SUMS"), ("not a line", "line 1"), ("", "")])
def test_sums_that_are_none(edition, content, words):
    (edition / "SHA256SUMS").unlink() if content is None else (edition / "SHA256SUMS").write_text(content)
    assert problems(edition) and words in problems(edition)[0]


def test_no_edition_there(tmp_path):
    assert "no edition here" in problems(tmp_path / "none")[0] and main([]) == 2


def test_task_needs_no_environment(edition, tmp_path):
    """The interpreter alone, isolated from installed packages."""
    base = getattr(sys, "_base_executable", sys.executable)
    done = subprocess.run(
        [base, "-I", "-S", str(ROOT / "tasks.py"), "verify", str(edition)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "") and "as published" in done.stdout
