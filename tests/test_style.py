"""What every file keeps: ruff is content (mypy: test_types), notebooks are clean, nothing tells of a machine."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
# "not in git" here means ignored: environments, outputs, caches
TEXT = (".py", ".md", ".toml", ".yml", ".yaml", ".json", ".csv", ".ipynb", ".lock", ".j2", ".css", ".po", "")


def committed() -> list[Path]:
    """Files that git knows, or all that are not ignored where there is no git."""
    done = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=False)
    if done.returncode == 0:
        return [ROOT / name for name in done.stdout.decode("utf-8").split("\0") if name and (ROOT / name).is_file()]
    skipped = (".venvs", ".venv", ".venv-dev", ".venv-lab", ".venv-bench", "outputs", "__pycache__", ".pytest_cache", ".ruff_cache", ".mypy_cache")
    return [path for path in ROOT.rglob("*") if path.is_file() and not set(path.relative_to(ROOT).parts) & set(skipped)]


@pytest.mark.parametrize("arguments", [["check", "."], ["format", "--check", "."]], ids=["lint", "format"])
def test_ruff(arguments):
    done = subprocess.run([sys.executable, "-m", "ruff", *arguments, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_are_clean(path):
    book = json.loads(path.read_text(encoding="utf-8"))
    assert set(book["metadata"]) <= {"kernelspec", "language_info", "coopanalysis"} and book["metadata"]["kernelspec"]["name"] == "python3"
    code = [cell for cell in book["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    assert len({cell["id"] for cell in book["cells"]}) == len(book["cells"])
    assert [number for number, cell in enumerate(code) if "parameters" in cell["metadata"].get("tags", [])] == [0]
    for cell in code:
        source = "".join(cell["source"])
        assert not re.search(r"^\s*(def |class |@|%|!)|\blambda\b|\bpip\b|\bopen\(", source, re.MULTILINE), source
        assert source.count("\n") < 30
    prose = [(set(cell["metadata"].get("tags", [])), "".join(cell["source"])) for cell in book["cells"] if cell["cell_type"] == "markdown"]
    assert all(tags in ({"lang-vi"}, {"lang-en"}) for tags, _ in prose)
    assert sum("lang-vi" in tags for tags, _ in prose) == sum("lang-en" in tags for tags, _ in prose)
    assert not any("$" in text for _, text in prose), "no formulas: pages have no script to set them"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_number_is_typed_into_prose(path):
    """Prose may name the report and the method's own constants; findings are computed."""
    allowed = re.compile(
        r"423-BC/TU|tháng 12|December|Ang 2005|\b(2003|2018|2025|2030)\b|31/12|31 December|100 ?%|Eurostat|95%|60%|1/7/2025|1 July 2025|Luật HTX 2012|2012 l"
    )
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "markdown":
            text = allowed.sub("", "".join(cell["source"]))
            assert not re.search(r"\d{2,}|\d[.,]\d", text), f"{cell['id']}: {re.findall(r'.{20}[0-9]{2,}.{10}', text)}"


def test_nothing_tells_of_a_machine():
    places = re.compile(r"(/(home|Users|root|work|tmp/coop)/|[A-Z]:\\\\Users)[A-Za-z]")
    for path in committed():
        if path.suffix in TEXT and path != Path(__file__):
            assert not places.search(path.read_text(encoding="utf-8", errors="ignore")), path.relative_to(ROOT)


def test_outputs_hold_one_committed_file():
    assert [path.name for path in committed() if path.is_relative_to(ROOT / "outputs")] == ["README.md"]


def test_names_are_safe_on_every_platform():
    for path in committed():
        name = path.relative_to(ROOT).as_posix()
        assert name.isascii() and not re.search(r'[<>:"|?*\\]', name), name
    folded = [path.relative_to(ROOT).as_posix().lower() for path in committed()]
    assert len(folded) == len(set(folded))


def test_readme_answers_in_one_screen():
    for name in ("README.md", "README.vi.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "python3 tasks.py run" in text and "python3 tasks.py test" in text and "docs/images/briefing.png" in text
        assert (ROOT / "docs" / "images" / "briefing.png").read_bytes().startswith(b"\x89PNG")
        for link in re.findall(r"\]\(([^)#]+)\)", text):
            assert link.startswith("http") or (ROOT / link).exists(), f"{name}: dead link {link}"
