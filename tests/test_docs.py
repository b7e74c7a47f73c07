"""The docs made from descriptor and docstrings are current, and the worked steps hold."""

from __future__ import annotations

import subprocess
import sys

from tests.conftest import ROOT


def test_made_docs_are_current():
    done = subprocess.run([sys.executable, "docs/make.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_public_metric_is_in_the_methods_page():
    import coopanalysis.metrics as metrics

    page = (ROOT / "docs" / "methods.md").read_text(encoding="utf-8")
    assert [name for name in metrics.__all__ if f"`{name}" not in page and f"## {name}" not in page] == []
