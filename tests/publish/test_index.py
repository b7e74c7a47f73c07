"""The index from the records of summary.json alone: every report of the plan, what pages share, sources, links that lead somewhere."""

from __future__ import annotations

from typing import Any

import lxml.html

from coopanalysis.publish.index import index_pages, named_sources

DATA = {"name": "set", "version": "2", "licences": []}
SOURCES = [
    {"code": code, "title": f"Title {code} <b>", "url": url, "details": ["who", "2019"]} for code, url in (("a", ""), ("b", "https://example.org"))
]


def record(name: str, opening: dict[str, Any] | None = None, *, plain: bool = False, **more: Any) -> dict[str, Any]:
    """A report that is ok. Its opening is one that all share, changed by ``opening``; ``plain``: a notebook without one."""
    shared = {"kind": "opening", "title": f"Opening {name}", "area": "Area X", "subject": "Subject", "data_set": DATA, "layout": "report"}
    said = {"title": f"Heading {name}"} if plain else {**shared, **(opening or {})}
    ok = {"verdict": "ok", "renewed": True, "page": f"{name}.html", "files": [], "results": [], "sources": [], "other_page": ""}
    return {"name": name, "title": f"Title {name}", "lang": "en" if "-en" in name else "vi", "opening": said, **ok, **more}


def index(*records: dict[str, Any], day="2026-11-24", lang="en") -> lxml.html.HtmlElement:
    since = {"vi": ["Mới."], "en": ["New."]}
    summary = {"edition": "E", "code_version": "1.1", "data_as_of": "2019-06-30", "since_last_edition": since, "reports": list(records)}
    return lxml.html.fromstring(index_pages(summary, day)["index.html" if lang == "vi" else "index.en.html"].decode())


def text(node) -> str:
    return " ".join(node.text_content().split())


def test_every_report_is_listed_with_its_status():
    failed = {"verdict": "failed", "renewed": False}
    tree = index(
        record("a-en"),
        record("b-en", renewed=False),
        {**record("c-en", **failed, page=""), "opening": {}},
        record("d-en", {"valid_until": "2026-11-23"}, kept_from="2026-11-01", **failed),
        record("a-vi"),
    )
    lines = [(text(item.xpath("./p")[0]), text(item.xpath("./p[@class='meta']/strong")[0])) for item in tree.xpath("//ul[@class='reports']/li")]
    assert lines == [
        ("Title a-en", "Updated"),
        ("Title b-en", "Unchanged"),
        ("Title c-en", "Not yet available"),
        ("Title d-en", "Kept from 1 November 2026 · Expired on 23 November 2026"),
    ]
    assert tree.xpath("//p[@class='report-title']/a/@href") == ["a-en.html", "b-en.html", "d-en.html"]
    assert text(tree.xpath("//p[@class='meta']")[0]) == "Data as of June 2019 · 2 of 5 pages renewed"


def test_links_lead_to_pages_and_notes_of_the_edition():
    tile = {"name": "n", "label": "Label", "text": "5", "unit": "", "status_text": "", "note": "", "rows": [4]}
    tiles = [{**tile, "noted": True}, tile]
    first = record("a-en", {"layout": "briefing"}, results=tiles, other_page="a-vi.html", files=["a-en.pdf"])
    tree = index(first, record("b-en", other_page="b-vi.html"), record("a-vi"))
    links = [item.xpath("./p[@class='meta']/a/@href") for item in tree.xpath("//ul[@class='reports']/li")]
    assert links == [["a-vi.html", "a-en.pdf", "notebooks/a-en.ipynb"], ["notebooks/b-en.ipynb"]], "no page b-vi in this edition"
    assert [text(node) for node in tree.xpath("//h2")][1:4] == ["Headline figures", "Read first", "Reports"]
    assert tree.xpath("//div[@class='tile']//a/@href") == ["a-en.html#note-1"], "a number without a footnote leads nowhere"


def test_what_all_pages_share_stands_above():
    tree = index(record("a-en", {"notice": "It ended."}), record("b-en", {"notice": "It ended."}))
    assert text(tree.xpath("//h1")[0]) == "Subject of Area X" and text(tree.xpath("//div[@class='notice']")[0]) == "It ended."
    assert "data set set 2." in text(tree.xpath("//main/section[last()]")[0])
    assert text(index(record("a-vi"), lang="vi").xpath("//h1")[0]) == "Subject Area X"


def test_what_pages_do_not_share_is_not_said():
    tree = index(record("a-en", {"notice": "It ended."}), record("b-en", {"area": "Area Y", "data_set": {}}), record("c-en", plain=True))
    assert text(tree.xpath("//h1")[0]) == "Subject" and tree.xpath("//div[@class='notice']") == []
    assert "data set" not in text(tree.xpath("//main/section[last()]")[0])


def test_plain_notebooks_have_an_index_too():
    tree = index(record("a-en", plain=True, title=""))
    assert text(tree.xpath("//h1")[0]) == "Reports" and text(tree.xpath("//p[@class='report-title']")[0]) == "Heading a-en"
    assert tree.xpath("//ol[@class='sources'] | //p[@class='lead']") == []
    assert text(index(record("a-en", plain=True), lang="vi").xpath("//h1")[0]) == "Báo cáo"


def test_pages_of_one_title_are_told_apart():
    tree = index(*(record(f"a-en-{kind}", {"variant": kind}, title="T") for kind in ("one", "two")), record("b-en", {"variant": "one"}))
    assert [text(node) for node in tree.xpath("//p[@class='report-title']")] == ["T – one", "T – two", "Title b-en"]


def test_sources_of_all_pages_are_listed_once_in_their_order():
    pages = [record("a-en", sources=SOURCES[1:]), record("b-en", sources=SOURCES), record("c-en", sources=SOURCES, page="")]
    assert [one["code"] for one in named_sources(pages)] == ["b", "a"]
    tree = index(*pages)
    assert [text(item) for item in tree.xpath("//ol[@class='sources']/li")] == ["Title b <b>. who · 2019.", "Title a <b>. who · 2019."]
    assert tree.xpath("//ol[@class='sources']//a/@href") == ["https://example.org"] and "2 sources" in text(tree)
