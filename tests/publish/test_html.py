"""Pages of notebooks made in the test: plain ones without any mark, prose with pictures, and what is shown with marks."""

from __future__ import annotations

import base64

import lxml.html
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from coopanalysis.publish.html import dated, render, stamp
from coopanalysis.publish.marks import attachments, counts, marked, missing_language, opening, results, sources
from coopanalysis.publish.words import Words

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAIAAAADCAIAAAA2iEnWAAAAEUlEQVR4nGP4//8/AxAwIVEAPv4D/lWYLkEAAAAASUVORK5CYII="
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="72pt" height="36pt"><rect width="9" height="9"/></svg>'


def picture(kind="display_data", mime="image/png", **metadata) -> NotebookNode:
    return new_output(kind, data={mime: PNG if mime == "image/png" else SVG, "text/plain": "<Figure>"}, metadata=metadata)


def shown(kind: str, html: str = "", **mark) -> NotebookNode:
    return new_output("display_data", data={"text/html": html}, metadata={"coopanalysis": {"kind": kind, **mark}})


def code(*outputs: NotebookNode, **metadata) -> NotebookNode:
    return new_code_cell("plot()", outputs=list(outputs), metadata=metadata)


def prose(text: str, *tags: str, **more) -> NotebookNode:
    return new_markdown_cell(text, metadata={"tags": list(tags)}, **more)


def book(*cells: NotebookNode) -> NotebookNode:
    return new_notebook(cells=list(cells))


def page(*cells: NotebookNode, lang="en", **context) -> lxml.html.HtmlElement:
    return lxml.html.fromstring(render(book(*cells), lang, "trial", **context))


def text(node) -> str:
    return " ".join(node.text_content().split())


# -- a notebook of one heading and one picture ----------------------------------------------------------------------
def test_a_heading_and_a_picture_are_a_page():
    tree = page(prose("# Rainfall"), prose("Words."), code(picture()), plan_title="Weather")
    assert [text(node) for node in tree.xpath("//h1 | //h2")] == ["Rainfall"]
    assert text(tree.xpath("//title")[0]) == "Rainfall · Weather" and text(tree.xpath("//p[@class='kicker']")[0]) == "Weather"
    assert tree.xpath("//p[@class='lead'] | //p[@class='meta'] | //figcaption") == []
    (image,) = tree.xpath("//figure[@id='figure-figure-1']//img")
    assert image.get("alt") == "Figure: Rainfall" and (image.get("width"), image.get("height")) == ("2", "3")
    assert image.get("src") == f"data:image/png;base64,{PNG}"
    assert text(tree.xpath("//p[@class='figure-title']")[0]) == "Figure 1. Rainfall"


def test_title_is_that_of_the_page_s_language_else_the_plan_s_else_the_report_s_name():
    cells = [prose("# Mưa", "lang-vi"), prose("Rain\n====\n\n# Second", "lang-en"), code(picture())]
    assert [text(node) for node in page(*cells, lang="vi").xpath("//h1 | //h2")] == ["Mưa"]
    assert [text(node) for node in page(*cells).xpath("//h1 | //h2")] == ["Rain", "Second"], "a page has one h1; no heading is lost"
    assert opening(book(*cells), "vi") == {"title": "Mưa", "layout": "report"}
    for title, heading in (("Weather", "Weather"), ("", "trial")):
        tree = page(prose("Words."), plan_title=title)
        assert text(tree.xpath("//h1")[0]) == text(tree.xpath("//title")[0]) == heading and tree.xpath("//p[@class='kicker']") == []


def test_pictures_count_and_carry_their_words():
    cells = [
        code(picture()),
        prose("## Sông", "lang-vi"),
        prose("## River *Po*", "lang-en"),
        code(picture("execute_result", "image/svg+xml"), picture()),
        code(picture(**{"image/png": {"alt": "Three <lines>."}})),
        code(picture(), alt="From the cell."),
        code(picture(), tags=["analysis"]),
        code(new_output("execute_result", data={"text/html": "<b>a frame</b>"}), new_output("stream", text="printed")),
    ]
    tree = page(*cells)
    assert tree.xpath("//img/@alt") == ["Figure: 1", "Figure: River Po", "Figure: River Po (2)", "Three <lines>.", "From the cell."]
    assert [text(node) for node in tree.xpath("//p[@class='figure-title']")] == ["Figure 1.", *(f"Figure {n}. River Po" for n in (2, 3, 4, 5))]
    assert page(*cells, lang="vi").xpath("//img/@alt")[:2] == ["Hình: 1", "Hình: Sông"]
    assert counts(book(*cells)) == {"figure": 5} and "a frame" not in text(tree) and "printed" not in text(tree)
    files = attachments(book(*cells), "trial")
    assert sorted(files) == sorted(f"figures/trial/figure-{n}.{'svg' if n == 2 else 'png'}" for n in range(1, 6))
    assert files["figures/trial/figure-2.svg"] == SVG.encode() and files["figures/trial/figure-1.png"] == base64.b64decode(PNG)


# -- Markdown -------------------------------------------------------------------------------------------------------
def test_attached_pictures_are_in_the_page_and_no_other_picture_is():
    attached = {"bản đồ.png": {"image/png": PNG}, "page.html": {"text/html": "PGI+"}}
    elsewhere = "![gone](attachment:none.png) ![net](https://example.org/a.png) ![file](a.png) ![odd](attachment:page.html)"
    tree = page(prose(f"![A **map**](attachment:b%E1%BA%A3n%20%C4%91%E1%BB%93.png) {elsewhere}", attachments=attached))
    assert [(image.get("src"), image.get("alt")) for image in tree.xpath("//img")] == [(f"data:image/png;base64,{PNG}", "A map")]
    assert text(tree.xpath("//main/p")[0]) == "gone net file odd"


def test_html_and_dangerous_links_are_text():
    tree = page(prose('<script>alert(1)</script>\n\n[run](javascript:alert(2)) [](https://example.org) $x$ <img src="x" onerror="alert(3)">'))
    assert tree.xpath("//script | //img | //*[@onerror]") == []
    assert [(link.get("href"), text(link)) for link in tree.xpath("//main//a")] == [("https://example.org",) * 2]
    assert "<script>alert(1)</script> run https://example.org $x$ <img" in text(tree)


def test_code_and_tables_in_prose_are_kept():
    tree = page(prose("# T\n\n```python\n# a comment\n\nx = 1\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |"))
    assert tree.xpath("//pre/code")[0].text_content() == "# a comment\n\nx = 1\n" and len(tree.xpath("//table//td")) == 2


def test_contents_hold_no_link_in_a_link():
    tree = page(*(prose(f"## Part [{n}](https://example.org/{n})") for n in range(4)))
    assert [text(link) for link in tree.xpath("//nav//li/a")] == [f"Part {n}" for n in range(4)]
    assert tree.xpath("//nav//a/@href") == [f"#section-{n}" for n in range(1, 5)]


def test_missing_language_counts_tagged_cells():
    notebook = book(prose("a", "lang-vi"), prose("b", "lang-en"), prose("c", "lang-vi"), prose("d"))
    assert missing_language(notebook, "en") == "2 prose cells are tagged lang-vi, 1 lang-en" and missing_language(notebook, "vi") == ""


# -- marks ----------------------------------------------------------------------------------------------------------
def test_what_is_for_analysts_is_on_no_page():
    cells = [prose("## For analysts", "analysis"), code(shown("table", "<table></table>", name="t", csv="a\n1\n"), tags=["analysis"])]
    assert list(marked(book(*cells))) == [] and attachments(book(*cells), "trial") == {} and "analysts" not in text(page(*cells))


def test_tiles_of_a_cell_stand_together():
    tile = '<div class="tile">x<!-- note --></div>'
    tree = page(code(shown("result", tile, name="a", footnote="<em>rows</em>"), shown("result", tile, name="b")), code(shown("html", "<p>y</p>")))
    (tiles,) = tree.xpath("//div[@class='tiles']")
    assert len(tiles) == 2 and tiles.xpath(".//a/@href") == ["#note-1"] and tree.xpath("//li[@id='note-1']/em")
    kept = results(book(code(shown("result", tile, name="a", value=1.5, footnote="f"), shown("result", tile, name="b"))))
    assert [(one["name"], one["value"], one["noted"]) for one in kept] == [("a", 1.5, True), ("b", None, False)]


def test_files_have_safe_names_of_their_own():
    names = ["Số liệu/../x", "growth", "GROWTH", "con", "growth"]
    cells = [code(shown("table", "", name=name, csv="a\n1\n")) for name in names]
    figures = new_output("display_data", data={"image/svg+xml": SVG}, metadata={"coopanalysis": {"kind": "figure", "name": "growth", "csv": "b\n"}})
    files = [path.removeprefix("tables/trial/") for path in attachments(book(code(figures), *cells), "trial")]
    assert files == ["figures/trial/growth.svg", "growth.csv", "S__li_u____x.csv", "growth-2.csv", "GROWTH-3.csv", "con_.csv", "growth-4.csv"]


def test_sources_are_listed_once_and_only_public_pages_are_links():
    first = {"code": "a", "title": "A", "url": "javascript:alert(1)", "details": ["b"]}
    again, second = dict(first), {**first, "code": "c", "url": "https://example.org"}
    found = sources(book(code(shown("html", "", sources=[first, second])), code(shown("html", "", sources=[again]))))
    assert [(one["code"], one["url"]) for one in found] == [("a", ""), ("c", "https://example.org")]


# -- what is added to a page ----------------------------------------------------------------------------------------
def test_stamp_says_what_is_known_and_no_more():
    data = {"name": "set", "version": "2", "licences": ["CC0"]}
    lines = stamp(
        Words("en"), {"lang": "en", "data": "/x", "years": [1, 2]}, {"as_of_date": "2019-06-30", "data_set": data}, "2026-01-02", "1.1", "f" * 64
    )
    assert dict(lines) == {
        "Data as of": "June 2019",
        "Data set": "set 2, CC0",
        "Generated": "2 January 2026",
        "Code version": "1.1",
        "Parameters": "lang = en, years = 1, 2",
        "Fingerprint": "f" * 12,
    }
    assert [name for name, _ in stamp(Words("vi"), {}, {}, "2026-01-02", "1.1", "f")] == ["Lập ngày", "Phiên bản", "Mã kiểm tra"]


def test_an_old_page_says_its_day_once():
    fresh = render(book(prose("# T")), "en", "trial").encode()
    old = dated(dated(fresh, "en", "2026-01-02"), "en", "2026-01-02").decode()
    assert old.count('class="carried"') == 1 and "This page is that of 2 January 2026" in old
    assert b"carried" not in fresh.replace(b"<!-- carried -->", b"").partition(b"<main")[2]


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_page_has_one_language_and_a_way_to_the_other(lang):
    tree = page(prose("# T"), lang=lang, other_page="other.html")
    other = {"vi": ("en", "English"), "en": ("vi", "Tiếng Việt")}[lang]
    (link,) = tree.xpath("//header/a[@lang]")
    assert tree.get("lang") == lang and (link.get("lang"), link.text) == other and link.get("href") == "other.html"
