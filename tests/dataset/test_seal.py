from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from coopanalysis.dataset import check
from coopanalysis.dataset import seal as sealing
from coopanalysis.dataset.seal import seal
from coopanalysis.errors import DataError
from tests.dataset.conftest import edit


def description(folder: Path) -> dict:
    return json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))


def resource(folder: Path, name: str) -> dict:
    return next(item for item in description(folder)["resources"] if item["name"] == name)


def test_size_and_hash_are_those_of_the_file(package: Path) -> None:
    edit(package, "observations.csv", "level,,77,", "level,,7777,", sealed=False)
    assert {problem.rule for problem in check(package)} == {"hash-count"}
    assert seal(package) == ["observations"]
    content = (package / "observations.csv").read_bytes()
    sealed = resource(package, "observations")
    assert sealed["bytes"] == len(content)
    assert sealed["hash"] == "sha256:" + hashlib.sha256(content).hexdigest()
    assert check(package) == []


def test_nothing_else_of_the_description_changes(package: Path) -> None:
    before = description(package)
    edit(package, "codelists/unit.csv", "tổ hợp tác", "tổ hợp tác thử", sealed=False)
    edit(package, "targets.csv", ",319,", ",320,", sealed=False)
    assert seal(package) == ["targets", "unit"]  # in the order of the description
    after = description(package)
    assert list(after) == list(before)
    for old, new in zip(before["resources"], after["resources"], strict=True):
        assert list(old) == list(new)
        old.update(bytes=new["bytes"], hash=new["hash"])
    assert after == before


def test_the_description_stays_readable_text(package: Path) -> None:
    edit(package, "observations.csv", "level,,77,", "level,,78,", sealed=False)
    seal(package)
    content = (package / "datapackage.json").read_bytes()
    assert b"\r" not in content and content.endswith(b"}\n")
    text = content.decode("utf-8")
    assert "Kinh tế tập thể" in text  # letters, not \\u escapes
    assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=2) + "\n"


def test_a_sealed_package_is_left_alone(package: Path) -> None:
    before = (package / "datapackage.json").stat().st_mtime_ns
    assert seal(package) == []
    assert (package / "datapackage.json").stat().st_mtime_ns == before


def test_a_missing_file_is_named_and_nothing_is_written(package: Path) -> None:
    edit(package, "observations.csv", "level,,77,", "level,,78,", sealed=False)
    (package / "codelists" / "unit.csv").unlink()
    before = (package / "datapackage.json").read_bytes()
    with pytest.raises(DataError) as caught:
        seal(package)
    assert [(problem.file, problem.rule) for problem in caught.value.problems] == [("codelists/unit.csv", "missing-file")]
    assert (package / "datapackage.json").read_bytes() == before


def test_an_interrupted_write_keeps_the_old_description(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(package, "observations.csv", "level,,77,", "level,,78,", sealed=False)
    before = (package / "datapackage.json").read_bytes()

    def full_disk(source: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sealing.os, "replace", full_disk)
    with pytest.raises(OSError, match="No space left"):
        seal(package)
    assert (package / "datapackage.json").read_bytes() == before
    assert not list(package.glob(".*"))  # no half-written file is left beside it


def test_as_a_command(package: Path) -> None:
    def run() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-W", "error::ResourceWarning", "-m", "coopanalysis.dataset.seal", str(package)]
        return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env={**os.environ, "PYTHONUTF8": "1"})

    edit(package, "observations.csv", "level,,77,", "level,,78,", sealed=False)
    assert run().stdout == "sealed: observations\n"
    assert run().stdout == "nothing has changed\n"
    (package / "observations.csv").unlink()
    failed = run()
    assert failed.returncode == 1
    assert "observations.csv" in failed.stderr and "Traceback" not in failed.stderr
