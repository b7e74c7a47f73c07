"""Values from the data stay text: in spreadsheets and in pages."""

from __future__ import annotations

import pytest

from coopanalysis.publish.safety import csv_bytes
from tests.conftest import ROOT, run
from tests.dataset.conftest import edit, package
from tests.publish.conftest import entry, plan

__all__ = ["package"]
HOSTILE = "<script>alert(1)</script>"


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ("=cmd()", "'=cmd()"),
        ("+1+1", "'+1+1"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-2.5", "-2.5"),
        ("+7", "+7"),
        ("hợp tác xã", "hợp tác xã"),
        ("", ""),
    ],
)
def test_formulas_are_neutralised_and_numbers_are_not(cell, kept):
    assert csv_bytes(f"name\n{cell}\n").decode("utf-8-sig").splitlines()[1:] in ([kept], [f'"{kept}"'], ['""'], [""])


def test_tabs_and_quotes_survive():
    assert csv_bytes('a,b\n"x, y","""q"""\n').decode("utf-8-sig") == 'a,b\n"x, y","""q"""\n'


def test_hostile_names_in_the_data_are_text_everywhere(package, tmp_path):
    edit(package, "codelists/ref_area.csv", "tỉnh Kon Tum", HOSTILE)
    edit(package, "codelists/ref_area.csv", "Kon Tum province", "=cmd()")
    edit(package, "codelists/indicator.csv", "Hợp tác xã (HTX)", "'><img src=x onerror=alert(1)>")
    folder = tmp_path / "kế hoạch"
    reports = [
        entry(f"{name}-{lang}", str(ROOT / "notebooks" / "growth.ipynb"), parameters={"lang": lang}) for name, lang in (("g", "vi"), ("g", "en"))
    ]
    done = run(folder / "out", "--plan", plan(folder, *[{**report, "expects": {"figures": 1}} for report in reports]), "--data", package)
    assert done.code == 0, done.output + done.errors
    pages = done.page("g-vi") + done.page("g-en") + done.page("index") + done.page("index.en")
    assert HOSTILE not in pages and "<img src=x" not in pages
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in pages and "=cmd()" in pages
    for file in done.latest.rglob("*.csv"):
        cells = [cell for line in file.read_text(encoding="utf-8-sig").splitlines() for cell in line.split(",")]
        assert not [cell for cell in cells if cell.startswith(("=", "@"))]
    for file in done.latest.rglob("*.svg"):
        assert "<script" not in file.read_text(encoding="utf-8")
