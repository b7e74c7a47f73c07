"""Every page of the edition in a real browser, offline, from file://: on a laptop, on a phone and on paper.

The browser is the Chromium or Edge of the machine; Playwright drives it and fetches none.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import unicodedata
from collections.abc import Iterator

import pytest

from coopanalysis.publish.html import render
from coopanalysis.publish.pdf import find_browser
from coopanalysis.publish.since import MOST_ON_A_PAGE, with_since
from tests.publish.test_html import book, code, picture, prose
from tests.publish.test_pages import LANGUAGE, NAMES, PAGES

BROWSER = find_browser()
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium, Chrome or Edge on this machine: pages are not tried in a browser")

LAPTOP, PHONE, PAPER = 1280, 360, 680  # CSS pixels; 680 is the text width of A4 with margins of 15 mm
A4 = (595, 842)  # points
PAGE_HEIGHT = 1009  # CSS pixels of A4 between margins of 15 mm
SMALLEST = 13  # pixels, outside figures
FINGER = 44  # pixels
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}
MANY = pytest.mark.parametrize("name", PAGES)


@pytest.fixture(scope="module")
def browser() -> Iterator:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        launched = playwright.chromium.launch(executable_path=BROWSER, args=root)
        yield launched
        launched.close()


@pytest.fixture
def opened(browser, edition):
    """Opens a page of the edition at a width; nothing but the page itself may be asked for, and nothing may complain."""
    contexts, asked, complaints = [], [], []

    def open_(name: str, width: int, folder=None, **options):
        context = browser.new_context(offline=True, viewport={"width": width, "height": 800}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("requestfailed", lambda request: complaints.append(f"failed: {request.url[:80]}"))
        page.goto(((folder or edition.latest.resolve()) / f"{name}.html").as_uri())
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []
    assert [url[:80] for url in asked if not url.startswith(("file:", "data:"))] == []


@MANY
def test_laptop_and_phone(opened, name):
    """Pictures are drawn, each width has its own; nothing is wider than the screen; no small text; no accessibility fault."""
    from axe_playwright_python.sync_playwright import Axe

    drawings = []
    for width in (LAPTOP, PHONE):
        page = opened(name, width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"sideways scroll at {width} px"
        pictures = page.evaluate("[...document.images].map(i => [i.naturalWidth, i.getBoundingClientRect().width, i.currentSrc])")
        assert all(natural > 0 and shown > 0 for natural, shown, _ in pictures)
        drawings.append([source for _, _, source in pictures])
        found = Axe().run(page, options=WCAG).response["violations"]
        assert not found, [(one["id"], one["help"], [node["html"][:120] for node in one["nodes"][:3]]) for one in found]
    assert all(wide != narrow for wide, narrow in zip(*drawings, strict=True)), "the phone shows the laptop's drawing, shrunk"
    small = page.evaluate(
        """least => { const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (walk.nextNode()) { const box = walk.currentNode.parentElement;
            if (walk.currentNode.data.trim() && box.checkVisibility() && parseFloat(getComputedStyle(box).fontSize) < least)
                found.push(walk.currentNode.data.trim().slice(0, 40)); }
        return found }""",
        SMALLEST,
    )
    assert small == [], f"under {SMALLEST} px"
    short = page.evaluate(
        """least => [...document.querySelectorAll('.home a, .contents a, summary, .download, .report-title a')]
        .filter(a => a.checkVisibility() && a.getBoundingClientRect().height < least).map(a => a.textContent.slice(0, 40))""",
        FINGER,
    )
    assert short == [], f"less than a finger's height, {FINGER} px"


def test_the_page_of_a_plain_notebook_has_no_accessibility_fault(opened, tmp_path):
    """A title, some Markdown and two pictures that carry no mark."""
    from axe_playwright_python.sync_playwright import Axe

    cells = [prose("# Rainfall\n\nWords with a [link](https://example.org).\n\n| a | b |\n|---|---|\n| 1 | 2 |"), code(picture(), picture())]
    (tmp_path / "plain.html").write_text(render(book(*cells), "en", "plain"), encoding="utf-8")
    page = opened("plain", PHONE, folder=tmp_path)
    assert page.evaluate("[...document.images].every(image => image.naturalWidth > 0)")
    assert Axe().run(page).response["violations"] == [], "best practices included"


@MANY
def test_keyboard(opened, name):
    page = opened(name, LAPTOP)
    page.keyboard.press("Tab")
    box = page.evaluate("(a => [a.className, a.getBoundingClientRect().left, a.getBoundingClientRect().top])(document.activeElement)")
    assert box[0] == "skip" and box[1] >= 0 and box[2] >= 0, "the first stop is the link to the content, and it shows"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"
    for _ in range(6):
        page.keyboard.press("Tab")
        style = page.evaluate("(e => [getComputedStyle(e).outlineStyle, parseFloat(getComputedStyle(e).outlineWidth)])(document.activeElement)")
        assert style[0] != "none" and style[1] >= 2, page.evaluate("document.activeElement.outerHTML.slice(0, 120)")


@MANY
def test_paper(opened, edition, name):
    """A4: nothing wider than the sheet, no figure or row that must be cut, heads repeated, the stamp at the end, right Vietnamese."""
    from pypdf import PdfReader

    page = opened(name, PAPER)
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= PAPER
    cut = page.evaluate(
        """most => [...document.querySelectorAll('figure, tr, .tile, .caution, .notice')].filter(e => e.checkVisibility() &&
        (e.getBoundingClientRect().height > most || getComputedStyle(e).breakInside !== 'avoid')).map(e => e.outerHTML.slice(0, 80))""",
        PAGE_HEIGHT,
    )
    assert cut == []
    assert set(page.evaluate("[...document.querySelectorAll('thead')].filter(e => e.checkVisibility()).map(e => getComputedStyle(e).display)")) <= {
        "table-header-group"
    }
    heading, lead, last = page.evaluate("['h1', '.lead', '.stamp div:last-child dd'].map(place => document.querySelector(place).textContent)")
    pdf = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    assert all(abs(float(sheet.mediabox.width) - A4[0]) < 2 and abs(float(sheet.mediabox.height) - A4[1]) < 2 for sheet in pdf.pages)
    if name.startswith("briefing"):
        assert len(pdf.pages) == 1, "the briefing is one sheet"
    text = [plain(sheet.extract_text()) for sheet in pdf.pages]
    assert plain(heading) in text[0] and plain(lead) in text[0]
    assert plain(last) in text[-1], "the stamp's last line, a fingerprint or the edition's name, ends the last sheet"
    assert all(sheet.strip() for sheet in text), "an empty sheet"


CHANGES = {
    "vi": [
        "Hợp tác xã nông nghiệp: từ “Chưa đủ căn cứ đánh giá” thành “Đạt theo một nguồn, cần kiểm chứng”.",
        "Doanh thu bình quân một thành viên, loại trừ yếu tố giá: sửa từ −48% thành −46%.",
        "Còn 20 thay đổi khác.",
    ],
    "en": [
        "Agricultural cooperatives: from “Not enough evidence” to “Met on one source, to be confirmed”.",
        "Revenue per member, without price change: −48% revised to −46%.",
        "20 more changes.",
    ],
}


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_briefing_is_one_sheet_however_much_changed(opened, edition, tmp_path, lang):
    from pypdf import PdfReader

    assert len(CHANGES[lang]) == MOST_ON_A_PAGE
    (tmp_path / "briefing.html").write_bytes(with_since((edition.latest / f"briefing-{lang}.html").read_bytes(), CHANGES[lang], lang))
    page = opened("briefing", PAPER, folder=tmp_path)
    pdf = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    assert len(pdf.pages) == 1 and plain(CHANGES[lang][0]) in plain(pdf.pages[0].extract_text())


def plain(text: str) -> str:
    """Text as read: composed letters, without the breaks that lines of a PDF add."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFC", text))


def test_every_link_works_after_moving_the_folder(browser, opened, edition, tmp_path):
    moved = tmp_path / "bản sao cho lãnh đạo"
    shutil.copytree(edition.latest.resolve(), moved)
    for name in PAGES:
        page = opened(name, LAPTOP, folder=moved)
        links = page.evaluate("[...document.querySelectorAll('a[href]')].map(a => [a.getAttribute('href'), a.protocol])")
        for href, protocol in links:
            if protocol == "file:":
                file, _, anchor = href.partition("#")
                target = moved / (file or f"{name}.html")
                assert target.is_file(), f"{name}: {href}"
                if anchor and file in ("", f"{name}.html"):
                    assert page.evaluate("id => document.getElementById(id) !== null", anchor), f"{name}: {href}"
    page = opened("index", LAPTOP, folder=moved)
    page.click("p.report-title a")
    assert page.url.endswith(".html") and page.locator("h1").is_visible()
    page.click("header a[lang=en]")
    assert page.evaluate("document.documentElement.lang") == "en"


@pytest.mark.parametrize("name", [name for name in NAMES if LANGUAGE[name] == "vi"])
def test_a_headline_number_leads_to_its_source_and_back(opened, name):
    page = opened(name, PHONE)
    links = page.locator(".to-note a")
    assert links.count() >= 1
    for number in range(links.count()):
        links.nth(number).click()
        target = page.evaluate("document.querySelector(location.hash).textContent")
        assert re.search(r"\.csv", target), target
        page.wait_for_function("(b => b.top > -1 && b.top < innerHeight)(document.querySelector(location.hash).getBoundingClientRect())")
        page.click(f"{page.evaluate('location.hash')} > a:last-child")
        assert page.evaluate("location.hash") == f"#mark-{number + 1}"


def test_without_scripts_all_is_there(browser, opened):
    page = opened("growth-vi-published", PHONE, java_script_enabled=False)
    assert page.locator("h1").is_visible() and page.locator("figure img").first.is_visible()
    page.locator("summary").first.click()
    assert page.locator("details table").first.is_visible(), "the data of a figure open without a script"
