"""Every headline number leads to its rows: recomputed here from the rows it cites and from nothing else, and named in its footnote.

The files are read with the csv module and the formulas are written anew, so that the package cannot agree with itself by mistake.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.publish.test_numbers import numbers
from tests.publish.test_pages import LANGUAGE, NAMES, _parsed

BASELINE = date(2018, 12, 31)  # the day that the report's levels are read as (assumed_date in codelists/source.csv)
RATIOS = {
    "revenue_per_member": ("revenue_total", "members"),
    "revenue_per_cooperative": ("revenue_total", "htx_total"),
    "profit_margin": ("profit_total", "revenue_total"),
}
FILES = {"rows": "observations.csv", "targets": "targets.csv", "prices": "deflators.csv"}
GRADES = {
    "vi": {"high": "độ tin cậy cao", "medium": "độ tin cậy trung bình", "low": "độ tin cậy thấp"},
    "en": {"high": "high reliability", "medium": "medium reliability", "low": "low reliability"},
}
QUALITY = [name for name in NAMES if name.startswith("data_quality")]
Rows = list[dict[str, str]]


@cache
def table(name: str) -> dict[int, dict[str, str]]:
    """A data file by the row numbers that a spreadsheet shows: the header is row 1."""
    with (ROOT / "data" / name).open(encoding="utf-8", newline="") as stream:
        return dict(enumerate(csv.DictReader(stream), start=2))


@cache
def code_list(name: str) -> dict[str, dict[str, str]]:
    with (ROOT / "data" / "codelists" / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return {row["id"]: row for row in csv.DictReader(stream)}


def cited(result: dict[str, Any], kind: str) -> Rows:
    return [table(FILES[kind])[row] for row in result[kind]]


# -- the formulas --------------------------------------------------------------------------------------------------
def only(rows: Rows, indicator: str, measure: str) -> float:
    """The one value of an indicator among the cited rows; several or none would leave the formula open."""
    (value,) = (float(row["obs_value"]) for row in rows if (row["indicator"], row["measure"]) == (indicator, measure))
    return value


def ends(rows: Rows, code: str) -> tuple[float, float]:
    """First and last level of an indicator or a ratio: the report prints the last one and the change."""
    if code in RATIOS:
        (above0, above1), (below0, below1) = (ends(rows, part) for part in RATIOS[code])
        return above0 / below0, above1 / below1
    last = only(rows, code, "level")
    return last - only(rows, code, "change"), last


def multiple(rows: Rows, code: str) -> float:
    first, last = ends(rows, code)
    return last / first


def price_multiple(prices: Rows) -> float:
    first, last = sorted(prices, key=lambda row: int(row["time_period"]))
    return float(last["obs_value"]) / float(first["obs_value"])


def real_multiple(rows: Rows, prices: Rows, code: str) -> float:
    return multiple(rows, code) / price_multiple(prices)


def latest(rows: Rows, code: str) -> float:
    """The level of the latest period among the cited ones; ISO periods sort as text, a range by its end."""
    levels = [row for row in rows if (row["indicator"], row["measure"]) == (code, "level")]
    return float(max(levels, key=lambda row: row["time_period"].rpartition("/")[2])["obs_value"])


def required_cagr(rows: Rows, targets: Rows, code: str, year: int) -> float:
    (target,) = targets
    assert target["indicator"] == code and target["target_date"] == f"{year}-12-31"
    years = date.fromisoformat(target["target_date"]).year - BASELINE.year  # from 31 December to 31 December: whole years
    return (float(target["target_value"]) / only(rows, code, "level")) ** (1 / years) - 1


def targets_met(rows: Rows, targets: Rows) -> int:
    """Targets with a cited figure that is certainly at them or beyond; "nearly" and "less than" are not certain."""
    certain = [row for row in rows if row["measure"] == "level" and row["qualifier"] in ("exact", "more_than")]
    return sum(
        any(row["indicator"] == target["indicator"] and float(row["obs_value"]) >= float(target["target_value"]) for row in certain)
        for target in targets
    )


def without_clear_date(row: dict[str, str]) -> bool:
    """No date, a range that the number is no sum over, or only a year for a number that stands for one moment."""
    period, kind = row["time_period"], code_list("indicator")[row["indicator"]]["kind"]
    return not period or ("/" in period and kind != "flow") or (len(period) == 4 and kind == "stock")


def repeated(row: dict[str, str]) -> bool:
    """An older figure that a source prints again, which is not counted."""
    return row["repeated"] == "true"


def share_of_lowest(rows: Rows) -> float:
    others = [float(row["obs_value"]) for row in rows if row["indicator"] == "revenue_per_htx"]
    return only(rows, "revenue_total", "level") / only(rows, "htx_total", "level") / min(others)


FORMULAS: dict[str, Callable[..., float]] = {
    r"latest_(\w+)": lambda rows, _targets, _prices, code: latest(rows, code),
    r"real_change_(\w+)": lambda rows, _targets, prices, code: real_multiple(rows, prices, code) - 1,
    r"required_cagr_(\w+)_(\d{4})": lambda rows, targets, _prices, code, year: required_cagr(rows, targets, code, int(year)),
    r"consumer_price_multiple": lambda _rows, _targets, prices: price_multiple(prices),
    r"(\w+)_real_multiple": lambda rows, _targets, prices, code: real_multiple(rows, prices, code),
    r"(\w+)_multiple": lambda rows, _targets, _prices, code: multiple(rows, code),
    r"(profit_margin)": lambda rows, _targets, _prices, code: ends(rows, code)[1],
    r"targets_met_(\d{4})": lambda rows, targets, _prices, year: targets_met(
        rows, [target for target in targets if target["target_date"][:4] == year]
    ),
    r"undated_figures": lambda rows, _targets, _prices: sum(map(without_clear_date, rows)),
    r"revenue_share_of_lowest_source": lambda rows, _targets, _prices: share_of_lowest(rows),
}
COUNTED_ON_THE_PAGE = "contradictions"  # a count of checks, each with its own sum: the list on the page is what it counts


def recomputed(result: dict[str, Any]) -> float:
    for pattern, formula in FORMULAS.items():
        if match := re.fullmatch(pattern, result["name"]):
            return formula(*(cited(result, kind) for kind in FILES), *match.groups())
    raise KeyError(f"no formula for the headline number {result['name']!r}: write one here")


# -- the tests -----------------------------------------------------------------------------------------------------
@pytest.fixture(params=NAMES)
def report(edition, request) -> dict[str, Any]:
    """A report's record in summary.json, with its page."""
    record = next(record for record in edition.summary["reports"] if record["name"] == request.param)
    return {**record, "tree": _parsed(edition.latest / record["page"])}


def test_each_number_follows_from_the_rows_it_cites(report):
    checked = 0
    for result in report["results"]:
        if result["value"] is None or result["name"] == COUNTED_ON_THE_PAGE:
            continue
        assert result["value"] == pytest.approx(recomputed(result), rel=1e-9, abs=1e-9), result["name"]
        checked += 1
    assert checked >= 2


def test_a_number_without_a_formula_or_with_a_row_too_many_fails():
    rows = {"rows": [4, 5], "targets": [], "prices": []}
    assert recomputed({"name": "htx_total_multiple", **rows}) == pytest.approx(108 / 34)
    with pytest.raises(KeyError, match="no formula"):
        recomputed({"name": "something_new", **rows})
    with pytest.raises(ValueError, match="not enough values"):
        recomputed({"name": "revenue_total_multiple", **rows})
    with pytest.raises(ValueError, match="too many values"):
        recomputed({"name": "htx_total_multiple", **{**rows, "rows": [4, 5, 22]}})


def test_what_a_tile_shows_is_the_number_rounded(report):
    """A share in words ("half") has no digits; everything else is the value itself in the digits that are shown."""
    for result in report["results"]:
        shown = [number for number in numbers(result["text"], LANGUAGE[report["name"]]) if result["value"] is not None]
        if not shown:
            continue
        first = result["text"].partition("/")[0]  # "5/10"
        (number,) = numbers(first, LANGUAGE[report["name"]])
        digits = number.replace("−", "-").removesuffix("%")
        factor = 100 if number.endswith("%") else 1
        places = len(digits.partition(".")[2])
        assert abs(float(digits) - result["value"] * factor) <= 0.5 * 10**-places + 1e-9, result


@pytest.mark.parametrize("report", QUALITY, indirect=True)
def test_contradictions_are_those_of_the_page(report):
    """The number is that of the list on the page, and it cites all rows that the list names."""
    (found,) = (result for result in report["results"] if result["name"] == COUNTED_ON_THE_PAGE)
    items = [li.text_content() for li in report["tree"].xpath("//main/ol[not(@class)]/li")]
    assert found["value"] == len(items) > 5
    assert _rows_named(" ".join(items)) == {FILES[kind]: set(found[kind]) for kind in FILES if found[kind]}


@pytest.mark.parametrize("report", QUALITY, indirect=True)
def test_all_undated_figures_of_the_area_are_cited(report):
    (found,) = (result for result in report["results"] if result["name"] == "undated_figures")
    area = report["parameters"]["ref_area"]
    own = {n: row for n, row in table("observations.csv").items() if row["ref_area"] == area and row["measure"] == "level" and not repeated(row)}
    assert sorted(found["rows"]) == [n for n, row in own.items() if without_clear_date(row)] and len(found["rows"]) == found["value"]


def test_each_tile_has_its_footnote(report):
    """Tiles stand in the order of summary.json; a number without a value needs no source."""
    page = report["tree"]
    tiles, count = page.xpath("//div[@class='tile']"), 0
    assert len(tiles) == len(report["results"])
    for tile, result in zip(tiles, report["results"], strict=True):
        links = tile.xpath(".//sup[@class='to-note']/a")
        if result["value"] is None:
            assert links == []
            continue
        count += 1
        assert [link.get("href") for link in links] == [f"#note-{count}"] and links[0].get("id") == f"mark-{count}"
        note = _note(page, count)
        assert note.xpath("./strong")[0].text_content() == result["label"]
        assert note.xpath(f"./a[@href='#mark-{count}']"), "no way back"
    assert len(page.xpath("//section[@class='footnotes']//li")) == count >= 2


def test_each_footnote_names_rows_sources_qualifiers(report):
    """File and rows as in summary.json; every source by its short name and reliability, as a link where it is public."""
    lang, page, number = LANGUAGE[report["name"]], report["tree"], 0
    sources, qualifiers = code_list("source"), code_list("qualifier")
    for result in report["results"]:
        if result["value"] is None:
            continue
        number += 1
        note = _note(page, number)
        words = " ".join(note.text_content().split())
        assert _rows_named(words) == {FILES[kind]: set(result[kind]) for kind in FILES if result[kind]}, result["name"]
        for row in [row for kind in FILES for row in cited(result, kind)]:
            source = sources[row["source"]]
            short, url = source[f"short_{lang}"], source["url"]
            assert re.search(rf"{re.escape(short)}, (?:[^:]*, )?{GRADES[lang][source['reliability']]}", words), f"{result['name']}: {short}"
            links = [link.text_content() for link in note.xpath(".//a[starts-with(@href, 'http')]") if link.get("href") == url]
            assert bool(links) == url.startswith("http") and set(links) <= {short}, url
            for place in re.findall(r"[IVX]+(?:\.\d+)+(?:\.\w)?|p\. \d+", row.get("locator", "")):
                assert place in words, f"{result['name']}: the place {place} in {short}"
        if result["name"] in (COUNTED_ON_THE_PAGE, "undated_figures") or result["name"].startswith("targets_met"):
            continue  # rows or targets that are counted, not named one by one
        for row in [*cited(result, "rows"), *cited(result, "targets")]:
            value = row.get("obs_value") or row.get("target_value")
            word = qualifiers[row["qualifier"]][f"label_{lang}"]
            pattern = rf"{word} {{}}" if word else "{}"
            plain = [found for found in re.findall(pattern.format(r"(\d[\d.,]*\d|\d)"), words) if float(value) == _value(found, lang)]
            assert plain, f"{result['name']}: {word} {value} is not in {words}"
            if row.get("obs_status") == "E":
                assert {"vi": "ước tính", "en": "estimate"}[lang] in words


def test_headlines_of_the_index_lead_to_the_right_footnotes(edition):
    for name in ("index", "index.en"):
        tiles = _parsed(edition.latest / f"{name}.html").xpath("//div[@class='tile']")
        assert len(tiles) >= 6
        for tile in tiles:
            (link,) = tile.xpath(".//sup[@class='to-note']/a")
            file, _, place = link.get("href").partition("#")
            (note,) = _parsed(edition.latest / file).xpath(f"//li[@id='{place}']")
            label = tile.xpath("./p[@class='label']")[0].text
            assert note.xpath("./strong")[0].text_content() == label.strip() and LANGUAGE[file.removesuffix(".html")] == LANGUAGE[name]


def _note(page: Any, number: int) -> Any:
    (note,) = page.xpath(f"//li[@id='note-{number}']")
    return note


def _rows_named(words: str) -> dict[str, set[int]]:
    """File → rows, as a text in either language names them: "rows 4, 5 of observations.csv"."""
    found: dict[str, set[int]] = {}
    for rows, file in re.findall(r"(?:rows?|dòng) (\d+(?:, \d+)*) (?:of|của) (\w+\.csv)", words):
        found.setdefault(file, set()).update(map(int, rows.split(", ")))
    return found


def _value(text: str, lang: str) -> float:
    (number,) = numbers(text, lang)
    return float(number)
