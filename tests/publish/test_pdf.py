"""``run --pdf``: a PDF of every page where a browser is found, one line where none is, and no PDF of a page that has changed since."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shutil
import signal
import sys
import tempfile
import time
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from coopanalysis.publish import pdf
from coopanalysis.publish.files import read_sums
from coopanalysis.publish.pdf import find_browser, print_pages
from tests.conftest import Run, command, run
from tests.publish.conftest import GOOD, OPENING, entry, notebook, plan
from tests.publish.test_browser import plain
from tests.publish.test_faults import batch, until
from tests.publish.test_incremental import acts

__all__ = ["batch"]
needs_browser = pytest.mark.skipif(find_browser() is None, reason="no Chromium, Chrome or Edge on this machine: no PDF is made")
needs_shell = pytest.mark.skipif(os.name == "nt", reason="browsers that fail are shell scripts")
INDEX = {"index.pdf", "index.en.pdf"}
WHOLE = r"%%PDF-1.4 made by a script\n%%%%EOF\n"  # as the shell's printf wants it


def pdfs(done: Run) -> set[str]:
    return {path.name for path in done.latest.rglob("*.pdf")}


def text_of(path: Path) -> str:
    from pypdf import PdfReader

    return plain("".join(sheet.extract_text() for sheet in PdfReader(path).pages))


def unpacked(content: bytes) -> bytes:
    """A PDF with what its packed streams hold."""
    found = [content]
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        with contextlib.suppress(zlib.error):  # a stream of another kind, which is there as it is
            found.append(zlib.decompress(stream))
    assert len(found) > 1
    return b"\n".join(found)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two small reports, published once without PDFs; tests work on copies, where no kernel is needed any more."""
    made = tmp_path_factory.mktemp("two")
    for name in ("a", "b"):
        notebook(made / f"{name}.ipynb", *GOOD)
    assert run(made / "out", "--plan", plan(made, entry("a"), entry("b", matrix={"lang": ["vi"]}))).code == 0
    return made


@pytest.fixture
def two(published: Path, folder: Path) -> tuple[Path, Path]:
    """The plan's file and the output folder of a copy."""
    shutil.copytree(published, folder, symlinks=True)
    return folder / "plan.yml", folder / "out"


# -- with a real browser -------------------------------------------------------------------------------------------
@needs_browser
def test_each_page_has_its_pdf_and_never_an_old_one(two, folder):
    """From an edition without PDFs to one with, to a second run, to a changed page, to a failed report, to a run without."""
    from pypdf import PdfReader

    path, out = two
    without = Run(0, "", "", out)
    assert pdfs(without) == set() and ">PDF<" not in without.page("index")

    made = run(out, "--plan", path, "--pdf", SOURCE_DATE_EPOCH="1700000000")
    assert made.code == 0 and made.errors == "" and set(acts(made).values()) == {"up to date"}, made.output
    assert [report["executed"] for report in made.summary["reports"]] == [False, False], "no kernel is needed"
    assert pdfs(made) == {"a.pdf", "b-vi.pdf", *INDEX}
    assert {name for name in read_sums(made.latest) if name.endswith(".pdf")} == pdfs(made)
    for report in made.summary["reports"]:
        assert f"{report['name']}.pdf" in report["files"]
        assert f'href="{report["name"]}.pdf"' in made.page("index")
        assert PdfReader(made.latest / f"{report['name']}.pdf").metadata.creation_date == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
        text = text_of(made.latest / f"{report['name']}.pdf")
        assert plain("Title of vi") in text and report["fingerprint"][:12] in text
    assert plain("Thử b") in text_of(made.latest / "index.pdf") and command("verify", made.latest).returncode == 0

    edition, before = made.latest.resolve(), (made.latest / "a.pdf").read_bytes()
    again = run(out, "--plan", path, "--pdf")
    assert again.code == 0 and again.latest.resolve() == edition
    again = run(out, "--plan", path, "--pdf", "--only", "*")
    assert again.latest.resolve() == edition, "the ordinary way, too, finds nothing to do"

    notebook(folder / "b.ipynb", OPENING, "raise ValueError('no')")
    kept = run(out, "--plan", path, "--pdf")
    assert kept.code == 1 and pdfs(kept) == {"a.pdf", "b-vi.pdf", *INDEX}
    assert (kept.latest / "a.pdf").read_bytes() == before, "the PDF of a page that is as it was is taken over"
    sentence = plain("Trang này là bản ngày")
    assert sentence in plain(kept.page("b-vi")) and sentence in text_of(kept.latest / "b-vi.pdf") and sentence not in text_of(kept.latest / "a.pdf")

    book = (folder / "a.ipynb").read_text(encoding="utf-8")
    (folder / "a.ipynb").write_text(book.replace("# Thử", "# Thử lại"), encoding="utf-8")
    plain_run = run(out, "--plan", path)
    assert acts(plain_run)["a"] == "page" and plain_run.latest.resolve() != kept.latest
    assert pdfs(plain_run) == set() and ".pdf" not in plain_run.page("index"), "no PDF of a page that is no longer so"
    assert not [file for report in plain_run.summary["reports"] for file in report["files"] if file.endswith(".pdf")]


@needs_browser
def test_same_page_same_bytes_and_nothing_of_this_machine():
    from pypdf import PdfReader

    page = (
        '<!DOCTYPE html><html lang="vi"><head><title>Hợp tác xã</title></head><body><h1 id="top">Hợp tác xã</h1><a href="index.html">danh mục</a>'
        '<a href="#top">đầu trang</a><a href="https://example.org/a">nguồn</a><a download="a.csv" href="data:text/csv;base64,YQ==">tệp</a></body></html>'
    ).encode()
    moment, made = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC), []
    for _ in range(2):
        pages, failures = print_pages({"a.html": page}, find_browser(), 1, moment)
        made.append(pages)
        assert failures == {} and list(Path(tempfile.gettempdir()).glob(f"coopanalysis-{os.getpid()}-*")) == [], "temporary files are left"
        time.sleep(1.1)  # another second on the clock
    assert made[0] == made[1] and set(made[0]) == {"a.html"}
    reader = PdfReader(io.BytesIO(made[0]["a.html"]))
    assert reader.metadata.creation_date == moment and reader.metadata.title == "Hợp tác xã"
    links = [link.get_object() for link in reader.pages[0].get("/Annots", [])]
    assert [link["/A"]["/URI"] for link in links if "/URI" in link.get("/A", {})] == ["https://example.org/a"]
    for trace in (b"file:", tempfile.gettempdir().encode(), b"page.html", b"index.html"):
        assert trace not in unpacked(made[0]["a.html"]), trace


# -- without a browser, or with one that fails ---------------------------------------------------------------------
def test_without_a_browser_one_line_says_so(two, tmp_path):
    path, out = two
    (tmp_path / "nothing").mkdir()
    for _ in range(2):  # also where nothing else is left to do
        done = run(out, "--plan", path, "--pdf", PATH=str(tmp_path / "nothing"))
        assert done.code == 0 and done.errors == "" and pdfs(done) == set()
        assert [line for line in done.output.splitlines() if "PDF" in line] == [
            "no PDF was made: no Chromium, Chrome or Edge was found; install one, or print the pages from any browser"
        ]
    assert len(list((out / "editions").iterdir())) == 1, "nothing new for readers"


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Makes a browser of a shell script, the first on PATH; ``$out`` is where the PDF should go."""

    def make(script: str) -> str:
        path = tmp_path / "bin" / "chromium"
        path.parent.mkdir(exist_ok=True)
        asked = 'for word; do case "$word" in --print-to-pdf=*) out="${word#--print-to-pdf=}";; esac; done\n'
        path.write_text(f"#!/bin/sh\n{asked}{script}\n", encoding="utf-8")
        path.chmod(0o755)
        monkeypatch.setenv("PATH", f"{path.parent}{os.pathsep}{os.environ['PATH']}")
        return str(path)

    return make


@needs_shell
@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("exit 1", "chromium ended with code 1 and made no PDF"),
        ('printf "%%PDF-1.4 half" > "$out"', "chromium ended with code 0 and made no PDF"),
        ('printf "<html></html>" > "$out"', "chromium ended with code 0 and made no PDF"),
        ("kill -9 $$", "chromium ended with code -9 and made no PDF"),
    ],
)
def test_a_page_that_cannot_be_printed_is_named(fake, script, reason):
    assert print_pages({"a.html": b"<p>", "b.html": b"<p>"}, fake(script), 2, datetime.now(UTC)) == ({}, {"a.html": reason, "b.html": reason})


@needs_shell
def test_a_browser_that_hangs_is_ended_with_its_helpers_and_not_asked_again(fake, tmp_path, monkeypatch):
    monkeypatch.setattr(pdf, "_SECONDS", 1.0)
    mark = tmp_path / "helper"
    script = fake(f'sleep 300 & echo $! >> "{mark}"\nwait')
    made, failures = print_pages({f"{name}.html": b"<p>" for name in "abcdefgh"}, script, 1, datetime.now(UTC))
    assert made == {} and failures == {f"{name}.html": "chromium did not answer in 1 s" for name in "abcdefgh"}
    helpers = list(map(int, mark.read_text().split()))
    assert len(helpers) <= 2, "the next may have been started, and is ended at once"
    assert until(lambda: not any(map(_alive, helpers)), 20)


@needs_shell
def test_a_browser_that_cannot_be_started_is_said(tmp_path):
    made, failures = print_pages({"a.html": b""}, str(tmp_path / "gone"), 1, datetime.now(UTC))
    assert made == {} and "No such file" in failures["a.html"]


@needs_shell
def test_pages_are_published_without_pdf_and_tried_again(fake, two):
    """One line for all pages; the next run tries again and, as long as it fails, publishes nothing; then the PDFs come without a kernel."""
    path, out = two
    fake("exit 1")
    failed = run(out, "--plan", path, "--pdf")
    assert failed.code == 0 and failed.errors == "" and pdfs(failed) == set()
    assert [line for line in failed.output.splitlines() if "PDF" in line] == [
        "no PDF of a.html and 1 more: chromium ended with code 1 and made no PDF"
    ]
    edition = failed.latest.resolve()
    again = run(out, "--plan", path, "--pdf")
    assert again.code == 0 and "no PDF of" in again.output and again.latest.resolve() == edition

    fake(f'printf "{WHOLE}" > "$out"')
    mended = run(out, "--plan", path, "--pdf")
    assert mended.code == 0 and set(acts(mended).values()) == {"up to date"} and "no PDF" not in mended.output
    assert pdfs(mended) == {"a.pdf", "b-vi.pdf", *INDEX}
    last = json.loads((out / "last-run.json").read_text(encoding="utf-8"))
    assert [report["executed"] for report in last["reports"]] == [False, False]


@needs_shell
def test_one_page_that_fails_does_not_cost_the_others(fake):
    browser = fake(f'grep -q bad "$(dirname "$out")/page.html" && exit 3\nprintf "{WHOLE}" > "$out"')
    pages = {"a.html": b"good", "b.html": b"bad", "c.html": b"good"}
    made, failures = print_pages(pages, browser, 2, datetime.now(UTC))
    assert set(made) == {"a.html", "c.html"} and failures == {"b.html": "chromium ended with code 3 and made no PDF"}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="signals and /proc of Linux")
def test_a_stop_while_pages_are_printed_ends_the_browsers(fake, batch, two, tmp_path):
    _path, out = two
    mark = tmp_path / "asked"
    fake(f'echo >> "{mark}"\nsleep 300 & wait')
    one = batch("--workers", "2", "--pdf")
    assert until(mark.exists, 60), one.end()
    one.process.send_signal(signal.SIGTERM)
    assert until(lambda: one.process.poll() is not None, 20)
    code, output = one.end()
    assert code == 143 and "Traceback" not in output
    assert one.all_gone() and len(list((out / "editions").iterdir())) == 1, "the edition is as it was"


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except OSError:
        return False
    return True
