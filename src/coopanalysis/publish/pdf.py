"""Pages on paper: each page printed to PDF by a Chromium or Edge that is on the machine.

Why: leaders forward one file that prints the same everywhere. The page itself is printed, so PDF and page cannot
differ. A page has a process of its own, as a report has, which ends the browser too when it hangs or the batch is stopped.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from coopanalysis.publish.clock import Moment
from coopanalysis.publish.pool import Running, run_all

_BROWSERS = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "microsoft-edge-stable", "msedge"),
    # where installers put them
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
)
_OPTIONS = ("--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync")
_PAPER = ("--no-pdf-header-footer", "--generate-pdf-document-outline")
_SECONDS = 120.0  # for one page


@dataclass(frozen=True)
class Sheet:
    """A page to print; ``moment``: the date that its PDF carries."""

    name: str
    page: bytes
    browser: str
    moment: datetime


def find_browser() -> str | None:
    """The first Chromium, Chrome or Edge found on PATH or where its installer puts it; None if there is none."""
    return next(filter(None, map(shutil.which, _BROWSERS)), None)


def print_pages(pages: dict[str, bytes], browser: str, workers: int, moment: datetime) -> tuple[dict[str, bytes], dict[str, str]]:
    """PDF of each page (name of the page → content), the same bytes for the same page and moment; and why the others have none.

    After a browser that did not answer none is started any more.
    """
    made: dict[str, bytes] = {}
    failed: dict[str, str] = {}

    def ended(running: Running) -> None:
        if running.late:
            raise TimeoutError(f"{Path(browser).name} did not answer in {_SECONDS:g} s")
        if isinstance(running.result, bytes):
            made[running.job.name] = running.result
        else:
            failed[running.job.name] = running.result or running.reason

    try:
        run_all([Sheet(name, page, browser, moment) for name, page in pages.items()], _print, ended, workers, _SECONDS)
    except TimeoutError as silent:
        failed |= dict.fromkeys(pages.keys() - made.keys() - failed.keys(), str(silent))
    return made, failed


def printer(
    workers: int, moment: Moment, say: Callable[[str], None], note: Callable[..., None]
) -> Callable[[dict[str, bytes]], dict[str, bytes]] | None:
    """What prints pages (name → page, to name → PDF) and says what it could not; None, and a line that says so, without a browser."""
    browser = find_browser()
    if browser is None:
        say("no PDF was made: no Chromium, Chrome or Edge was found; install one, or print the pages from any browser")
        return None
    broken: list[str] = []  # a browser that could print none of the reports is not asked again for the index

    def printed(pages: dict[str, bytes]) -> dict[str, bytes]:
        made, failed = print_pages({} if broken else pages, browser, workers, moment.utc)
        for page, reason in failed.items():
            note("pdf", "failed", page, reason=reason)
        if failed:
            more = f" and {len(failed) - 1} more" if len(failed) > 1 else ""
            say(f"no PDF of {min(failed)}{more}: {failed[min(failed)]}")
        if failed and not made:
            broken.append(browser)
        return made

    return printed


def _print(sheet: Sheet, _: object) -> bytes | str:
    """The PDF, or why there is none. In a process of its own, whose temporary folder goes with it."""
    folder = Path(tempfile.mkdtemp())
    source, target = folder / "page.html", folder / "page.pdf"
    # without links to the other files of the edition: in a PDF they would be paths of this machine
    source.write_bytes(re.sub(rb'<a ([^>]*?)href="(?!https?://|#)[^"]*"', rb"<a \1", sheet.page))
    # as root a browser starts only without its sandbox; the page holds no script and loads nothing
    root = ("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()
    places = (f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={target}", source.as_uri())
    short = {**os.environ, "TMPDIR": str(folder.parents[2])}  # for its socket, whose name has at most 107 bytes
    code = subprocess.run([sheet.browser, *_OPTIONS, *root, *_PAPER, *places], env=short, check=False).returncode
    content = target.read_bytes() if target.is_file() else b""
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-64:]:
        return f"{Path(sheet.browser).name} ended with code {code} and made no PDF"
    return re.sub(rb"D:\d{14}[+-]\d\d'\d\d'", sheet.moment.strftime("D:%Y%m%d%H%M%S+00'00'").encode("ascii"), content)
