"""Values from the data stay text: in pages, drawings, alternative texts, footnotes, spreadsheets, PDFs, and in a real browser."""

from __future__ import annotations

import base64
import csv
import io
import re
import shutil
from pathlib import Path

import lxml.etree
import lxml.html
import pytest

from coopanalysis.dataset.descriptor import default_folder
from coopanalysis.dataset.seal import seal
from coopanalysis.publish.pdf import find_browser
from coopanalysis.publish.prose import computed
from coopanalysis.publish.safety import csv_bytes, visible
from tests.conftest import ROOT, Run, run
from tests.publish.conftest import entry, plan
from tests.publish.test_browser import browser, plain

__all__ = ["browser"]
MARKUP, IMAGE, QUOTES = "<script>alert(1)</script>", "<img src=x onerror=alert(2)>", "\"'><svg/onload=alert(3)>"
BRACES, FORMULA, MATHS, LINK, BOLD = "{x}{0}{", "=cmd()", "$x$", "[a](javascript:alert(4))", "**b**"
TURN, PLACE = "\u202e", "[[figure]]"  # turns the direction of what follows; looks like a mark of ours
ADDRESS = 'https://example.org/"><script>alert(5)</script>'
REPORTS = {"briefing": "en", "growth": "vi", "target_progress": "en", "data_quality": "vi"}
PAGES = [*(f"{name}-{lang}" for name, lang in REPORTS.items()), "index", "index.en"]
FIGURES = {"growth-vi": 3, "data_quality-vi": 1}
# what stands in the data, and the pages that must show it letter by letter
SHOWN = {
    "label of cooperatives": (MARKUP, {*PAGES} - {"index"}),
    "label of agricultural cooperatives": (IMAGE, {*PAGES} - {"index"}),
    "label of groups": (MATHS + BRACES, {"briefing-en", "growth-vi", "target_progress-en", "data_quality-vi", "index.en"}),
    "label of members": (FORMULA, {"briefing-en", "growth-vi", "data_quality-vi", "index.en"}),
    "label of revenue": (f"{LINK} {BOLD}", {"briefing-en", "growth-vi", "data_quality-vi", "index.en"}),
    "label of profit": (QUOTES, {"briefing-en", "growth-vi", "data_quality-vi", "index.en"}),
    "label of income": (f"{PLACE} {BRACES}", {"briefing-en", "growth-vi", "data_quality-vi", "index.en"}),
    "area": (f"A{MARKUP}{BRACES}Z", {*PAGES}),
    "unit": (IMAGE + BRACES, {"briefing-en", "growth-vi"}),
    "qualifier": (BRACES + QUOTES, {"briefing-en", "growth-vi", "data_quality-vi", "index.en"}),
    "title of a source": (MARKUP + MATHS, {*PAGES} - {"briefing-en"}),
    "short title of a source": (QUOTES + BRACES, {"briefing-en", "growth-vi", "target_progress-en", "data_quality-vi"}),
    "publisher": (IMAGE + LINK, {*PAGES} - {"briefing-en"}),
    "licence": (QUOTES + MARKUP, {*PAGES} - {"briefing-en"}),
    "place in a source": (MARKUP + BRACES + LINK, {"briefing-en", "growth-vi", "target_progress-en", "data_quality-vi"}),
    "title in the plan": (QUOTES + FORMULA, {*PAGES}),
}

# the briefing has no room for footnotes on one sheet; the data folded below a figure are for the screen
NOT_ON_PAPER = {
    ("briefing-en", "place in a source"), ("briefing-en", "unit"), ("growth-vi", "short title of a source"), ("data_quality-vi", "label of income"),
}  # fmt: skip


def change(folder: Path, file: str, key: str, **cells: str) -> None:
    """Other cells in one row of a data file: found by its first cell, or by its row number."""
    path = folder / file
    with path.open(encoding="utf-8", newline="") as stream:
        head, *rows = csv.reader(stream)
    (row,) = (row for number, row in enumerate(rows, start=2) if key in (row[0], str(number)))
    for name, value in cells.items():
        for column in [name] if name in head else [f"{name}_vi", f"{name}_en"]:
            row[head.index(column)] = value
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([head, *rows])


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Four reports of the project's own data with hostile words in every place that a reader sees; as PDF too, where a browser is."""
    folder = tmp_path_factory.mktemp("hostile")
    data = folder / "data"
    shutil.copytree(default_folder(), data)
    indicator, source = "codelists/indicator.csv", "codelists/source.csv"
    change(data, indicator, "htx_total", short=MARKUP, label=MARKUP)
    change(data, indicator, "htx_agri", short=IMAGE)
    change(data, indicator, "tht_total", short=MATHS + BRACES)
    change(data, indicator, "members", short=FORMULA)
    change(data, indicator, "revenue_total", short=f"{LINK} {BOLD}")
    change(data, indicator, "profit_total", short=QUOTES)
    change(data, indicator, "income_member_and_worker", short=f"{PLACE} {BRACES}")
    change(data, "codelists/ref_area.csv", "VN-28", label=f"A{MARKUP}{BRACES}Z", short=f"A{MARKUP}")
    change(data, "codelists/unit.csv", "person", suffix=IMAGE + BRACES)
    change(data, "codelists/qualifier.csv", "more_than", label=BRACES + QUOTES)
    change(data, source, "baodantoc-2023-09", title=MARKUP + MATHS, short=QUOTES + BRACES, publisher=TURN + IMAGE + LINK, licence=QUOTES + MARKUP)
    change(data, source, "baodantoc-2023-09", url="javascript:alert(6)")
    change(data, source, "tapchicongthuong-2024-08", title=LINK, short=FORMULA + LINK, url=ADDRESS)
    change(data, "observations.csv", "4", locator=MARKUP + BRACES + LINK, comment=IMAGE)
    change(data, "observations.csv", "107", locator=LINK + MATHS, comment=FORMULA)
    seal(data)
    reports = [
        {
            **entry(name, str(ROOT / "notebooks" / f"{name}.ipynb"), parameters={"evidence": "published"}, matrix={"lang": [lang]}),
            "title": {"vi": QUOTES + FORMULA, "en": QUOTES + FORMULA},
            "expects": {"figures": FIGURES.get(f"{name}-{lang}", 0), "results": 3},
        }
        for name, lang in REPORTS.items()
    ]
    pdf = ["--pdf"] if find_browser() else []
    return run(folder / "out", "--plan", plan(folder, *reports), "--data", data, "--workers", "2", *pdf)


def tree(hostile: Run, page: str) -> lxml.html.HtmlElement:
    return lxml.html.fromstring(hostile.page(page))


def drawings(hostile: Run, page: str) -> list[bytes]:
    uris = tree(hostile, page).xpath("//figure//source/@srcset | //figure//img/@src")
    return [base64.b64decode(uri.partition(",")[2]) for uri in uris]


def lettering(svg: bytes) -> str:
    """What a drawing says, a space between its pieces."""
    return " ".join("".join(text.itertext()) for text in lxml.etree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"))


def spreadsheets(hostile: Run) -> list[list[str]]:
    """Rows of every CSV file of the edition and of every download inside a page."""
    texts = [file.read_text(encoding="utf-8-sig") for file in sorted(hostile.latest.rglob("*.csv"))]
    for page in PAGES:
        texts += [base64.b64decode(uri.partition(",")[2]).decode("utf-8-sig") for uri in tree(hostile, page).xpath("//a[@download]/@href")]
    return [row for text in texts for row in csv.reader(io.StringIO(text))]


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


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a\n\nb & <b>", "<p>a</p>\n<p>b &amp; &lt;b&gt;</p>"),
        ("- **a**: 1\n- b", "<ul><li><strong>a</strong>: 1</li><li>b</li></ul>"),
        ("1. a\n2. b\n\nc", "<ol><li>a</li><li>b</li></ol>\n<p>c</p>"),
        (LINK, f"<p>{LINK}</p>"),
        ("# a `b` _c_ 34* to 5* ![d](e) <https://f>", "<p># a `b` _c_ 34* to 5* ![d](e) &lt;https://f&gt;</p>"),
        (r"\*\*b\*\* **\*a\***", "<p>**b** <strong>*a*</strong></p>"),
    ],
)
def test_computed_sentences_know_paragraphs_lists_and_bold(text, html):
    assert computed(text) == html


def test_letters_that_nobody_sees_are_left_out():
    assert visible("a\u202eb\u2066c\x00d\ufeff\te\n") == "abcd\te\n"
    assert csv_bytes("a\n\u202e=cmd()\n").decode("utf-8-sig") == "a\n'=cmd()\n"


def test_all_reports_are_made(hostile):
    """Braces, quotes and dollar signs stop no report, and the run still has one line for each."""
    assert hostile.code == 0, hostile.output + hostile.errors
    assert len(hostile.output.splitlines()) == 5 and hostile.errors == ""


@pytest.mark.parametrize("page", PAGES)
def test_page_is_whole_and_holds_nothing_live(hostile, page):
    text, html = hostile.page(page), tree(hostile, page)
    assert text.rstrip().endswith("</html>") and len(html.xpath("//h1")) == 1 and html.xpath("//footer[@class='stamp']//dd")
    assert len(html.xpath("//figure")) == FIGURES.get(page, 0)
    assert html.xpath("//script | //iframe | //object | //embed | //form | //b | //u | //meta[@http-equiv]") == []
    assert [name for name in html.xpath("//@*") if name.attrname.startswith("on")] == []
    assert all(source.startswith("data:image/") for source in html.xpath("//@src | //@srcset"))
    links = html.xpath("//@href")
    assert not [link for link in links if re.match(r"\s*(javascript|vbscript|data:(?!text/csv))", link, re.IGNORECASE) or "harmful" in link]
    assert not [link for link in links if "example.org" in link and link != ADDRESS]
    assert visible(text) == text, "a letter that turns the text around it"


@pytest.mark.parametrize("place", SHOWN)
def test_value_is_shown_as_text(hostile, place):
    """Letter by letter, on each page where a reader meets it."""
    value, pages = SHOWN[place]
    assert {page for page in PAGES if value in " ".join(tree(hostile, page).text_content().split())} >= pages


@pytest.mark.parametrize("page", FIGURES)
def test_figures_carry_text_alone(hostile, page):
    """Alternative texts and both drawings in the page; drawings as files are outlines."""
    html, drawn = tree(hostile, page), [lxml.etree.fromstring(svg) for svg in drawings(hostile, page)]
    assert any(MARKUP in alt or IMAGE in alt or QUOTES in alt for alt in html.xpath("//figure//img/@alt"))
    assert len(drawn) == 2 * FIGURES[page]
    files = sorted((hostile.latest / "figures" / page).glob("*.svg"))
    assert len(files) == FIGURES[page]
    for svg in [*drawn, *(lxml.etree.parse(file).getroot() for file in files)]:
        names = {lxml.etree.QName(node).localname for node in svg.iter() if isinstance(node.tag, str)}
        assert names.isdisjoint({"script", "foreignObject", "image", "a", "animate", "set", "handler"})
        assert [name for name in svg.xpath("//@*") if name.attrname.startswith("on")] == []
    said = " ".join(lettering(svg) for svg in drawings(hostile, page))
    assert "alert(" in said and "{" in said


def test_dollar_signs_in_a_figure_are_no_formula(hostile):
    """matplotlib would set what stands between two of them as mathematics, and refuse the report where it cannot."""
    assert any(MATHS in lettering(svg) for svg in drawings(hostile, "growth-vi"))


def test_footnotes_link_public_pages_only(hostile):
    for page in PAGES[:4]:
        notes = tree(hostile, page).xpath("//section[@class='footnotes']//li")
        links = [link for note in notes for link in note.xpath(".//a[not(starts-with(@href, '#'))]")]
        assert all(link.get("href").startswith(("https://", "http://")) for link in links)
        assert not [link for link in links if QUOTES in link.text_content()], "an address that a browser would run is no link"
    briefing = tree(hostile, "briefing-en").xpath("//section[@class='footnotes']//a[starts-with(@href, 'https://example.org')]")
    assert [(link.get("href"), link.text_content()) for link in briefing] == [(ADDRESS, FORMULA + LINK)]


def test_spreadsheets_hold_no_formula(hostile):
    rows = spreadsheets(hostile)
    cells = [cell for row in rows for cell in row]
    assert any("\u202e" in cell for cell in cells) is False
    live = [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r") and not re.fullmatch(r"[+-]?[\d.]+(e[+-]?\d+)?|-?inf", cell)]
    assert live == []
    assert len(cells) > 100, "no table holds free text any more; how it is tamed is tried by itself"


@pytest.mark.parametrize("page", PAGES)
def test_stars_in_a_label_are_text(hostile, page):
    """Computed sentences are written with two stars for bold; those of a label must not be read as that."""
    assert [node.text_content() for node in tree(hostile, page).xpath("//strong[text()='b']")] == []


@pytest.mark.skipif(find_browser() is None, reason="no Chromium, Chrome or Edge on this machine: pages are not tried in a browser")
def test_nothing_runs_in_a_browser(hostile, browser):
    said = []
    context = browser.new_context(offline=True)
    page = context.new_page()
    for event in ("dialog", "console", "pageerror", "requestfailed"):
        page.on(event, lambda found, event=event: said.append((event, str(found))))
    page.on("dialog", lambda dialog: dialog.dismiss())
    for name in PAGES:
        page.goto((hostile.latest.resolve() / f"{name}.html").as_uri())
        for summary in page.query_selector_all("summary"):
            summary.click()
        assert page.locator("footer.stamp").count() == 1
    for file in sorted(hostile.latest.resolve().rglob("*.svg")):
        page.goto(file.as_uri())
    context.close()
    assert said == []


@pytest.mark.skipif(find_browser() is None, reason="no Chromium, Chrome or Edge on this machine: no PDF is made")
@pytest.mark.parametrize("page", PAGES)
def test_pdf_shows_text_and_has_no_action(hostile, page):
    from pypdf import PdfReader

    pdf = PdfReader(hostile.latest / f"{page}.pdf")
    text = plain("".join(sheet.extract_text() for sheet in pdf.pages))
    for place, (value, pages) in SHOWN.items():
        if page in pages and (page, place) not in NOT_ON_PAPER:
            assert plain(value) in text, place
    raw = (hostile.latest / f"{page}.pdf").read_bytes()
    assert b"/JavaScript" not in raw and b"/Launch" not in raw and b"/OpenAction" not in raw
    for sheet in pdf.pages:
        for link in sheet.get("/Annots", []):
            address = link.get_object().get("/A", {}).get("/URI")
            assert address is None or str(address).startswith(("https://", "http://")), address
