"""The whole edition, made once: its files, and every page read as HTML, offline, in two languages."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import lxml.html
import nbformat
import pytest

from coopanalysis import load
from coopanalysis.publish.plan import load_plan
from coopanalysis.publish.words import Words
from tests.conftest import ROOT

NAMES = [report.name for report in load_plan(ROOT / "notebooks" / "plan.yml")]
PAGES = [*NAMES, "index", "index.en"]
LANGUAGE = {name: "en" if "-en" in name or name == "index.en" else "vi" for name in PAGES}
PAIRS = [(name, name.replace("-vi", "-en")) for name in NAMES if LANGUAGE[name] == "vi"]
CODE = (
    "import coopanalysis",
    "from coopanalysis",
    "growth_table(",
    "show(",
    "def ",
    "lambda",
    "In [",
    "Out[",
    "parameters",
    "jp-",
    "ipykernel",
    "Traceback",
)
UNTRANSLATED = ("cooperative", "revenue", "target", "source:", "table ", "figure ", "data as of", "evidence", "reliability", "the ", " of ", " and ")


@cache
def _parsed(path: Path):
    return lxml.html.fromstring(path.read_text(encoding="utf-8"))


@pytest.fixture
def page(edition, request):
    return _parsed(edition.latest / f"{request.param}.html")


def every_page(function):
    return pytest.mark.parametrize("page", PAGES, indirect=True)(function)


def text_of(tree) -> str:
    body = lxml.html.fromstring(lxml.html.tostring(tree))
    for node in body.xpath("//style | //head"):
        node.drop_tree()
    return " ".join(body.text_content().split())


def test_run_says_where_the_index_is(edition):
    assert edition.code == 0, edition.output + edition.errors
    assert edition.output.splitlines()[-1].startswith("16 of 16 reports ok, 0 not")
    assert str(edition.latest / "index.html") in edition.output.splitlines()[-1]


def test_sums_cover_every_file_and_agree(edition):
    lines = (edition.latest / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    sums = {line[66:]: line[:64] for line in lines}
    root = edition.latest.resolve()
    files = {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}
    assert set(sums) == files - {"SHA256SUMS"}
    for name, digest in sums.items():
        assert hashlib.sha256((edition.latest / name).read_bytes()).hexdigest() == digest


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="sha256sum is not on this machine")
def test_sums_satisfy_sha256sum(edition):
    done = subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=edition.latest, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout


def test_summary_agrees_with_the_files(edition):
    summary = edition.summary
    assert summary["counts"] == {"ok": 16} and len(summary["reports"]) == 16
    assert summary["data_as_of"] == "2025-06-30" and "bc-423-2019" in summary["sources"]
    for report in summary["reports"]:
        assert report["verdict"] == "ok" and report["results"] and report["page"] == f"{report['name']}.html"
        assert all((edition.latest / file).is_file() for file in report["files"])
        assert all(set(result) >= {"name", "value", "unit", "date", "status"} for result in report["results"])
        assert "data" not in report["parameters"]
    assert json.loads((edition.out / "last-run.json").read_text(encoding="utf-8")) == summary


def test_figures_and_tables_of_a_report_are_files(edition):
    figures = sorted(path.name for path in (edition.latest / "figures" / "growth-vi-report").iterdir())
    assert figures == ["growth.png", "growth.svg"]
    svg = (edition.latest / "figures" / "growth-vi-report" / "growth.svg").read_text(encoding="utf-8")
    assert svg.startswith("<svg") and "<text" not in svg, "a picture that travels alone has its letters as outlines"
    assert (edition.latest / "figures" / "growth-vi-report" / "growth.png").read_bytes().startswith(b"\x89PNG")
    table = (edition.latest / "tables" / "growth-vi-report" / "growth.csv").read_bytes()
    assert table.startswith(b"\xef\xbb\xbf"), "spreadsheets read Vietnamese letters only with this mark"


def test_executed_notebooks_open_and_hold_no_paths_of_the_machine(edition):
    for path in (edition.latest / "notebooks").iterdir():
        book = nbformat.read(path, as_version=4)
        nbformat.validate(book)
        assert all(cell.execution_count for cell in book.cells if cell.cell_type == "code" and cell.source)
        assert str(edition.out) not in path.read_text(encoding="utf-8") and "papermill" not in book.metadata


@every_page
def test_nothing_is_loaded_from_outside(page, edition):
    for node in page.iter():
        if not isinstance(node.tag, str):
            continue
        for name in ("src", "srcset", "data", "poster", "background", "action"):
            value = node.get(name)
            assert value is None or value.startswith("data:"), f"{node.tag} {name}={value[:60]}"
        if node.tag == "link":
            pytest.fail(f"link to {node.get('href')}")
        if node.tag == "a":
            href = node.get("href", "")
            outside = href.startswith(("https://", "http://"))
            inside = href.startswith(("#", "data:text/csv"))
            file, _, place = href.partition("#")
            assert href and (outside or inside or (edition.latest / file).is_file()), f"dead link {href}"
            if file and place and not outside and not inside:
                assert _parsed(edition.latest / file).xpath(f"//*[@id='{place}']"), f"{file} has no {place}"
    styles = " ".join(node.text_content() for node in page.xpath("//style")) + " ".join(page.xpath("//@style"))
    assert "@import" not in styles and "url(" not in styles


@every_page
def test_no_script_runs(page):
    assert page.xpath("//script | //iframe | //object | //embed | //form") == []
    assert [name for name in page.xpath("//@*") if name.is_attribute and name.attrname.startswith("on")] == []
    assert not any(href.lower().startswith("javascript:") for href in page.xpath("//@href"))


@pytest.mark.parametrize(("page", "name"), [(name, name) for name in PAGES], indirect=["page"])
def test_language_headings_and_landmarks(page, name):
    assert page.get("lang") == LANGUAGE[name]
    assert len(page.xpath("//h1")) == 1 and page.xpath("//title")[0].text_content().strip()
    levels = [int(node.tag[1]) for node in page.xpath("//h1 | //h2 | //h3 | //h4")]
    assert levels[0] == 1 and all(later - earlier <= 1 for earlier, later in itertools.pairwise(levels)), levels
    assert page.xpath("//main[@id='main']") and page.xpath("//a[@class='skip'][@href='#main']")
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids)), "an id stands twice"
    assert {href[1:] for href in page.xpath("//a/@href") if href.startswith("#")} <= set(ids)
    # an index is a list of links itself; what changed is not there when a page is set
    headings = [node.text_content() for node in page.xpath("//h2[not(ancestor::section[@class='since'])]")]
    contents = [node.text_content() for node in page.xpath("//nav//a")]
    assert contents == (headings if len(headings) > 3 and name in NAMES else [])


@pytest.mark.parametrize(("page", "name"), [(name, name) for name in PAGES], indirect=["page"])
def test_title_names_report_area_and_period(page, name, edition):
    """A tab, a bookmark or a PDF is told by its title alone, so no two pages share one."""
    lang = LANGUAGE[name]
    title, h1 = (page.xpath(f"//{tag}")[0].text_content() for tag in ("title", "h1"))
    area = load().areas.at["VN-28", f"short_{lang}"]
    assert area in h1 and h1 in title
    if name in NAMES:
        report = next(record for record in edition.summary["reports"] if record["name"] == name)
        assert report["title"] in title and report["opening"]["as_of"] in title
        if not name.startswith("data_quality"):  # about all periods: "data as of" is its own
            years = [report["parameters"][year] for year in ("start", "end") if year in report["parameters"]] or report["parameters"]["target_years"]
            stands = page.xpath("//main")[0].text_content() if name.startswith("briefing") else title
            assert all(str(year) in stands for year in years), "the period that is compared"
    else:
        assert Words(lang).date(edition.summary["generated"][:10]) in title


def test_no_two_pages_share_a_title_in_one_evidence(edition):
    titles = {name: _parsed(edition.latest / f"{name}.html").xpath("//title")[0].text_content() for name in PAGES}
    assert len(set(titles.values())) == len(PAGES), titles


@every_page
def test_figures_have_alternative_text_captions_and_data(page):
    alts = page.xpath("//figure//img/@alt")
    figures = page.xpath("//figure")
    assert len(alts) == len(figures) == len(set(alts))
    for figure in figures:
        alt = figure.xpath(".//img/@alt")[0]
        assert 20 < len(alt) <= 300 and re.search(r"\d", alt), alt
        assert figure.xpath(".//p[@class='figure-title']") and figure.xpath("./figcaption")
        assert figure.xpath(".//details//table//caption") and figure.xpath(".//a[@download]")
        assert figure.xpath(".//source[contains(@media,'max-width')]"), "no drawing for phones"
        assert all(image.get("width") and image.get("height") for image in figure.xpath(".//img"))


@every_page
def test_tables_can_be_read_aloud(page):
    for table in page.xpath("//table"):
        assert table.xpath("./caption"), "a table without caption"
        assert table.xpath("./thead//th") and all(cell.get("scope") == "col" for cell in table.xpath("./thead//th"))
        for row in table.xpath("./tbody/tr"):
            assert row.xpath("./th[@scope='row']")
        cells = [cell.text_content() for cell in table.xpath(".//td | .//th")]
        assert not [cell for cell in cells if "…" in cell or "..." in cell], "a cell is cut short"
        assert all(cell.strip() for cell in cells), "a blank cell says nothing: a dash, or words"
        columns = len(table.xpath("./thead//th"))
        assert columns <= 6 or table.xpath("ancestor::details"), f"{columns} columns"


@every_page
def test_no_missing_value_shows(page):
    words = re.findall(r"(?<![\w-])(nan|NaN|None|NaT|inf|undefined|null|True|False|<NA>)(?![\w-])", text_of(page))
    assert words == []


@pytest.mark.parametrize("page", NAMES, indirect=True)
def test_dash_has_a_legend(page):
    for table in page.xpath("//table"):
        cells = [cell.text_content().strip() for cell in table.xpath(".//td")]
        around = table.getparent().text_content()
        if "–" in cells and not table.xpath("ancestor::details"):
            assert "– :" in around or "–:" in around, around[-200:]
        if [cell for cell in cells if re.fullmatch(r"[\d.,]+\*", cell)]:
            words = table.xpath("ancestor::figure")[0].text_content() if table.xpath("ancestor::figure") else around
            assert re.search(r"\*:? ?\[?(?:tính ngược|derived)", words), "what the star means"


@pytest.mark.parametrize("page", NAMES, indirect=True)
def test_no_code_no_paths(page, edition):
    shown = text_of(page)
    for canary in (*CODE, str(ROOT), str(edition.out), "/tmp/"):
        assert canary not in shown, canary


@pytest.mark.parametrize("name", [name for name in PAGES if LANGUAGE[name] == "vi"])
def test_nothing_is_left_untranslated(edition, name):
    tree = lxml.html.fromstring((edition.latest / f"{name}.html").read_text(encoding="utf-8"))
    for node in tree.xpath(
        "//*[@lang='en'] | //*[@class='stamp'] | //ol[@class='sources'] | //p[@class='sourceline'] | //a[starts-with(@href,'http')]"
    ):
        node.drop_tree()
    shown = f" {text_of(tree)} ".lower() + " ".join(tree.xpath("//@alt | //@aria-label")).lower()
    for name in ("targets.csv", load().descriptor["name"]):  # names of files and of the data set
        shown = shown.replace(name, "")
    found = [word for word in UNTRANSLATED if word in shown]
    assert found == []


@pytest.mark.parametrize(("vietnamese", "english"), PAIRS)
def test_numbers_of_both_languages_are_alike(edition, vietnamese, english):
    """The same headline numbers, the same table cells, the same figure data: only marks and words differ."""
    records = {report["name"]: report for report in edition.summary["reports"]}
    first, second = (
        [{key: value for key, value in result.items() if key in ("name", "value", "date", "status", "rows")} for result in records[name]["results"]]
        for name in (vietnamese, english)
    )
    assert first and first == second
    for kind in ("tables", "figures"):
        files = [
            sorted(path.name for path in (edition.latest / kind / name).glob("*")) if (edition.latest / kind / name).exists() else []
            for name in (vietnamese, english)
        ]
        assert files[0] == files[1]
    for file in (edition.latest / "tables" / vietnamese).glob("*.csv"):
        assert _numbers(file) == _numbers(edition.latest / "tables" / english / file.name), file.name
    cells = [
        [_neutral(cell.text_content(), lang) for cell in _parsed(edition.latest / f"{name}.html").xpath("//td[contains(@class,'number')]")]
        for name, lang in ((vietnamese, "vi"), (english, "en"))
    ]
    assert cells[0] == cells[1]


def _numbers(path: Path) -> list[str]:
    return re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", path.read_text(encoding="utf-8-sig"))


def _neutral(text: str, lang: str) -> list[str]:
    """The digits of a cell without the language's separators, and without qualifier words and dates."""
    swapped = text.translate(str.maketrans(".,", ",.")) if lang == "vi" else text
    return [number.replace(",", "") for number in re.findall(r"[−+]?\d[\d.,]*%?", swapped)]


@pytest.mark.parametrize("name", PAGES)
def test_stamp_is_that_of_the_summary(edition, name):
    """Every line of it, once, and nothing else."""
    summary, words = edition.summary, Words(LANGUAGE[name])
    (footer,) = _parsed(edition.latest / f"{name}.html").xpath("//footer[@class='stamp']")
    lines = dict(zip((node.text_content() for node in footer.xpath(".//dt")), (node.text_content() for node in footer.xpath(".//dd")), strict=True))
    assert len(lines) == len(footer.xpath(".//dt"))
    expected = {words.text("Generated"): words.date(summary["generated"][:10]), words.text("Code version"): summary["code_version"]}
    if name in NAMES:
        record = next(report for report in summary["reports"] if report["name"] == name)
        data = load().descriptor
        shown = {key: ", ".join(map(str, value)) if isinstance(value, list) else str(value) for key, value in record["parameters"].items()}
        expected |= {
            words.text("Data as of"): words.date(record["opening"]["as_of_date"], "month"),
            words.text("Data set"): ", ".join([f"{data['name']} {data['version']}", *(licence["name"] for licence in data["licenses"])]),
            words.text("Parameters"): ", ".join(f"{key} = {value}" for key, value in shown.items()),
            words.text("Fingerprint"): record["fingerprint"][:12],
        }
        assert record["opening"]["as_of_date"] <= summary["data_as_of"]
    else:
        expected |= {words.text("Edition"): summary["edition"]}
    assert lines == expected


@pytest.mark.parametrize("name", PAGES)
def test_sources_stand_on_the_page_with_their_licence(edition, name):
    """All that its headline numbers rest on, by title; what is no licensed data says that only facts are cited."""
    lang, sources = LANGUAGE[name], load().sources
    page = _parsed(edition.latest / f"{name}.html")
    known = {row[f"title_{lang}"]: row for row in sources.to_dict("records")}
    listed = [next(title for title in known if item.text_content().startswith(title)) for item in page.xpath("//ol[@class='sources']/li")]
    for item, title in zip(page.xpath("//ol[@class='sources']/li"), listed, strict=True):
        facts = str(known[title]["licence"]).endswith("facts cited")
        expected = {"vi": "chỉ dẫn số liệu", "en": "facts cited"}[lang] if facts else known[title]["licence"]
        assert expected and expected in item.text_content().replace(title, "")
    if name.startswith("briefing"):  # one sheet: short names, and where the whole list stands
        line = page.xpath("//p[@class='sourceline']")[0].text_content()
        assert "CC BY 4.0" in line
        listed = [title for title, row in known.items() if row[f"short_{lang}"] in line]
    assert listed and listed[0] == sources.at["bc-423-2019", f"title_{lang}"]
    files = {"rows": load().observations, "targets": load().targets, "prices": load().deflators}
    for report in edition.summary["reports"]:
        for result in report["results"] if report["name"] == name else ():
            behind = {source for kind, frame in files.items() for source in frame.loc[frame["row"].isin(result[kind]), "source"]}
            assert {sources.at[source, f"title_{lang}"] for source in behind} <= set(listed), result["name"]


def test_indicators_stand_in_the_order_of_the_code_list(edition):
    """No table or list of names is sorted by letters, which Vietnamese and code points order differently: the code list's ``sort_key`` does it."""
    named, seen, wrong = ((load().indicators, "short"), (load().ratios, "label")), 0, []
    for name in NAMES:
        lang = LANGUAGE[name]
        lists = [{row[f"{column}_{lang}"]: row["sort_key"] for row in frame.to_dict("records")} for frame, column in named]
        for table in _parsed(edition.latest / f"{name}.html").xpath("//table[not(ancestor::figure)]"):
            heads = [head.text_content() for head in table.xpath("./tbody/tr/th")]
            for keys in lists:
                order = [keys[max(labels, key=len)] for head in heads if (labels := [label for label in keys if head.startswith(label)])]
                if len(order) == len(heads) > 2:
                    seen += 1
                    if order != sorted(order):
                        wrong.append((name, table.xpath("./caption")[0].text_content(), heads))
                    break
    assert seen > 20, "the tables are not found"
    assert wrong == []


def test_sources_stand_in_one_order_in_both_languages(edition):
    """By use, the report first: an order by titles would differ between the languages."""
    sources = load().sources
    for vietnamese, english in [*PAIRS, ("index", "index.en")]:
        orders = []
        for name in (vietnamese, english):
            titles = sources[f"title_{LANGUAGE[name]}"]
            items = [item.text_content() for item in _parsed(edition.latest / f"{name}.html").xpath("//ol[@class='sources']/li")]
            orders.append([next(code for code, title in titles.items() if item.startswith(title)) for item in items])
        assert orders[0] == orders[1] and (not orders[0] or orders[0][0] == "bc-423-2019")


# Ink, blue and its text, vermilion and its text, mark grey, muted text, rule, grid, tint; pale fills, the field after the area's end
COLOURS = {
    *("#1a1a1a", "#0072b2", "#00527f", "#d55e00", "#a84a00", "#767676", "#595959", "#bdbdbd", "#e3e3e3", "#f4f4f2"),
    *("#ffffff", "#fff", "#d3e6f3", "#fbe7da", "#ededed", "#4a4a4a"),
}


@every_page
def test_colours_are_those_of_the_system(page):
    uris = page.xpath("//figure//source/@srcset | //figure//img/@src")
    drawn = [base64.b64decode(uri.partition(",")[2]).decode("utf-8") for uri in uris]
    inline = [lxml.html.tostring(node, encoding="unicode") for node in page.xpath("//svg | //style")]
    used = {colour.lower() for text in [*drawn, *inline] for colour in re.findall(r"(?<![&\w])#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b", text)}
    assert used and used <= COLOURS


def test_index_lists_every_report_with_status_and_date(edition):
    for name in ("index", "index.en"):
        tree = _parsed(edition.latest / f"{name}.html")
        links = {href.removesuffix(".html") for href in tree.xpath("//p[@class='report-title']/a/@href")}
        assert links == {report for report in NAMES if LANGUAGE[report] == LANGUAGE[name]}
        assert len(tree.xpath("//p[@class='meta']/strong")) == 8


@pytest.mark.parametrize("name", PAGES)
def test_pages_are_small(edition, name):
    page = edition.page(name)
    figures = sum(len(found) for found in re.findall(r'"data:[^"]*"', page))
    assert len(page.encode()) - figures < 150_000
    assert len(page.encode()) < (2_000_000 if figures else 150_000)
    assert "<script" not in page and page.index("<style") < page.index("<body"), "the first paint waits for nothing"


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_pages_answer_their_questions_with_the_known_figures(edition, lang):
    """The figures of the report and of what was published later, recomputed by hand from the report (see tests/metrics/test_kon_tum.py)."""

    def shown(report):
        return text_of(_parsed(edition.latest / f"{report}.html"))

    comma = (lambda number: number.replace(".", ",")) if lang == "vi" else (lambda number: number)
    revenue = shown(f"revenue_per_member-{lang}-report")
    assert comma("1.62") in revenue and comma("0.52") in revenue and comma("2.98") in revenue and comma("1.56") in revenue
    targets = shown(f"target_progress-{lang}-report")
    assert comma("9.97") in targets and comma("8.01") in targets and comma("9.75") in targets
    published = shown(f"target_progress-{lang}-published")
    assert ("Mục tiêu đã đạt: 1 trong 2 của năm 2025 và 0 trong 3" if lang == "vi" else "Targets met: 1 of 2 for 2025 and 0 of 3") in published
    growth = shown(f"growth-{lang}-report")
    assert all(comma(number) in growth for number in ("3.18", "4.94", "1.60", "8.07"))
    quality = shown(f"data_quality-{lang}")
    assert "39.146" in quality if lang == "vi" else "39,146" in quality
