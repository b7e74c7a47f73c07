"""Pages on paper: each page printed to PDF by a Chromium or Edge that is on the machine.

Why: leaders forward one file that prints the same everywhere. The page itself is printed, so PDF and page cannot
differ; a stop ends the browsers too.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from coopanalysis.publish.clock import Moment
from coopanalysis.publish.pool import temporary

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "microsoft-edge-stable", "msedge")
_PLACES = {
    "darwin": ("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge"),
    "win32": tuple(
        str(Path(os.environ.get(root, r"C:\Program Files")) / program)
        for root in ("ProgramFiles(x86)", "ProgramFiles")
        for program in (r"Microsoft\Edge\Application\msedge.exe", r"Google\Chrome\Application\chrome.exe")
    ),
}
_QUIET = ("--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync")
_SECONDS = 120.0  # for one page
_AT_WORK: set[subprocess.Popen[bytes]] = set()
_STOPPED = threading.Event()


def find_browser() -> str | None:
    """The first Chromium, Chrome or Edge found on PATH or where its installer puts it; None if there is none."""
    found = (shutil.which(name) for name in _NAMES)
    return next((path for path in found if path), next((path for path in _PLACES.get(sys.platform, ()) if Path(path).is_file()), None))


def print_pages(
    pages: dict[str, bytes], browser: str, folder: Path, workers: int, moment: datetime, failed: Callable[[str, str], None]
) -> dict[str, bytes]:
    """PDF of each page (name of the page → content); a page that cannot be printed is left out and told to ``failed``.

    ``folder``: for temporary files. ``moment``: the date the PDF carries, so that the same page gives the same bytes. A browser that did
    not answer is not asked again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    silent: list[str] = []

    def one(number: int, name: str) -> bytes | None:
        place = folder / f"page-{number}"
        try:
            if silent:
                raise TimeoutError(silent[0])
            return _print(pages[name], browser, place, moment)
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            if isinstance(error, TimeoutError):
                silent.append(str(error))
            failed(name, str(error))
            return None
        finally:
            shutil.rmtree(place, ignore_errors=True)

    _STOPPED.clear()
    pool = ThreadPoolExecutor(max(1, workers))
    try:
        made = list(pool.map(one, range(len(pages)), pages))
    except BaseException:  # a stop: no page more, and the browsers at work end now
        _STOPPED.set()  # first: one that is just being started is not among them yet
        pool.shutdown(wait=False, cancel_futures=True)
        for browser_at_work in list(_AT_WORK):
            _end(browser_at_work)
        raise
    pool.shutdown()
    return {name: content for name, content in zip(pages, made, strict=True) if content is not None}


def printer(
    workers: int, moment: Moment, say: Callable[[str], None], note: Callable[..., None]
) -> Callable[[dict[str, bytes]], dict[str, bytes]] | None:
    """What prints pages (name → page, to name → PDF) and says what it could not; None, and a line that says so, without a browser."""
    browser = find_browser()
    if browser is None:
        say("no PDF was made: no Chromium, Chrome or Edge was found; install one, or print the pages from any browser")
        return None
    made: dict[str, bytes] = {}
    problems: dict[str, list[str]] = {}  # reason → pages

    def failed(page: str, reason: str) -> None:
        note("pdf", "failed", page, reason=reason)
        problems.setdefault(reason, []).append(page)

    def printed(pages: dict[str, bytes]) -> dict[str, bytes]:
        if problems and not made:
            return {}  # a browser that could not print one page of the reports is not asked again for the index
        problems.clear()
        with tempfile.TemporaryDirectory(dir=temporary(), ignore_cleanup_errors=True) as folder:
            now_made = print_pages(pages, browser, Path(folder), workers, moment.utc, failed)
        made.update(now_made)
        for reason, names in problems.items():
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            say(f"no PDF of {sorted(names)[0]}{more}: {reason}")
        return now_made

    return printed


def _print(page: bytes, browser: str, folder: Path, moment: datetime) -> bytes:
    folder.mkdir()
    source, target = folder / "page.html", folder / "page.pdf"
    source.write_bytes(_for_paper(page))
    # as root a browser starts only without its sandbox; the page holds no script and loads nothing
    root = ("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()
    process = subprocess.Popen(
        [
            browser,
            *_QUIET,
            *root,
            f"--user-data-dir={folder / 'profile'}",
            "--no-pdf-header-footer",
            "--generate-pdf-document-outline",
            f"--print-to-pdf={target}",
            source.as_uri(),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # a group of its own: a browser is many processes, and they end together
    )
    _AT_WORK.add(process)
    try:
        if _STOPPED.is_set():
            raise OSError("stopped")
        process.wait(_SECONDS)
    except subprocess.TimeoutExpired:
        raise TimeoutError(f"{Path(browser).name} did not answer in {_SECONDS:g} s") from None
    finally:
        _end(process)
        _AT_WORK.discard(process)
    content = target.read_bytes() if target.is_file() else b""
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-64:]:
        raise ValueError(f"{Path(browser).name} ended with code {process.returncode} and made no PDF")
    stamp = moment.strftime("D:%Y%m%d%H%M%S+00'00'").encode("ascii")
    return re.sub(rb"D:\d{14}[+-]\d\d'\d\d'", stamp, content)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a browser with all its processes."""
    with suppress(OSError):  # it has ended
        os.killpg(process.pid, signal.SIGKILL) if hasattr(os, "killpg") else process.kill()
    process.wait(5)


def _for_paper(page: bytes) -> bytes:
    """Without links to the other files of the edition: in a PDF they would be paths of this machine."""
    return re.sub(rb'<a ([^>]*?)href="(?!https?://|#)[^"]*"', rb"<a \1", page)
