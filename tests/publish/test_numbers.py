"""One set of numbers in two languages: every number that a reader of one page sees stands on the other page too, as often.

Whole pages are compared: sentences, tables, captions, alternative texts, footnotes, notes, contents, stamp, and the lettering of both
drawings of every figure. Words ("half", "một nửa") are no numbers; their order is free, since sentences are built differently.
"""

from __future__ import annotations

import base64
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import lxml.etree
import lxml.html
import pytest
from babel.dates import get_month_names

from tests.publish.test_pages import LANGUAGE, PAIRS

COUPLES = [*PAIRS, ("index", "index.en")]
# What Vietnamese writes in digits and English, by its own habit, in words: English words → digits. Nothing else may differ.
SPELLED = {
    "lost zero": "0",  # "một chữ số 0": a digit, not a quantity
    "zero is missing": "0",
    "if it was zero": "0",
    "growth from zero": "0",
    "December index": "12",  # "chỉ số tháng 12": a month without a year
    "after five years of": "5",  # titles of sources, as the code list translates them
    "Twelve new members": "12",
    "Eleven new cooperatives": "11",
}
# Drawings where not every point has room for its number: which one gives way depends on the length of the words beside it. The table has all.
CROWDED = {"figure-figures_htx_total"}

MONTHS = {str(word): number for width in ("wide", "abbreviated") for number, word in get_month_names(width, "format", "en").items()}
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_YEAR = r"(?:19|20)\d\d"
# a sign belongs to a number only where no other operand stands before it: "−48%", but "14.040 − 11.200"
_NUMBER = r"(?<![\d.,])(?P<sign>(?<![^\s(\[;,])[−+](?=\d))?(?P<digits>\d+(?:[.,]\d+)*)(?P<percent>%)?"
_TOKENS = {
    "vi": re.compile(rf"(?<![\d/])(?:(?P<d>\d\d?)/)?(?P<m>0?[1-9]|1[0-2])/(?P<y>{_YEAR})(?![\d/])|{_NUMBER}"),
    "en": re.compile(rf"(?:\b(?P<d>\d\d?) )?\b(?P<m>{_MONTH}) (?P<y>{_YEAR})\b|\b(?P<d2>\d\d?) (?P<m2>{_MONTH})\b|{_NUMBER}"),
}


def numbers(text: str, lang: str) -> Counter[str]:
    """Every number of a text in one form: dates as ISO, a full stop before decimals, no mark between thousands, percent and sign kept."""
    text = " ".join(text.split())
    for words, digits in SPELLED.items() if lang == "en" else ():
        text = text.replace(words, digits)
    found: Counter[str] = Counter()
    for token in _TOKENS[lang].finditer(text):
        part = token.groupdict()
        if part["y"]:
            found[f"{part['y']}-{_month(part['m']):02}" + (f"-{int(part['d']):02}" if part["d"] else "")] += 1
        elif part.get("m2"):  # "29 July" without a year, in Vietnamese 29/7: two numbers
            found.update((part["d2"], str(_month(part["m2"]))))
        else:
            found[(part["sign"] or "") + _plain(part["digits"], lang) + (part["percent"] or "")] += 1
    return found


def _month(word: str) -> int:
    return int(word) if word.isdigit() else MONTHS[word]


def _plain(digits: str, lang: str) -> str:
    thousands, decimal = (".", ",") if lang == "vi" else (",", ".")
    if re.fullmatch(rf"[1-9]\d{{0,2}}(?:\{thousands}\d{{3}})+(?:\{decimal}\d+)?|\d+(?:\{decimal}\d+)?", digits):
        return digits.replace(thousands, "").replace(decimal, ".")
    return digits  # a version or a licence, the same in both languages: 1.0.0, CC BY 4.0


@cache
def shown(path: Path) -> str:
    """All that a page says, with what is read aloud instead of shown; without its fingerprint or edition, which are names."""
    tree = lxml.html.fromstring(path.read_text(encoding="utf-8"))
    for node in tree.xpath("//style | //footer[@class='stamp']//div[last()]"):
        node.drop_tree()
    for node in tree.iter():
        spoken = " ".join(node.get(name) for name in ("alt", "aria-label", "title") if node.get(name))
        node.text, node.tail = f" | {spoken} | {node.text or ''}", f" | {node.tail or ''}"
    return str(tree.text_content())


def drawings(path: Path) -> Iterator[tuple[str, str, str]]:
    """Each drawing of a page: id of its figure, its lettering, and the table behind it."""
    for figure in lxml.html.fromstring(path.read_text(encoding="utf-8")).xpath("//figure"):
        table = " ".join(cell.text_content() for cell in figure.xpath(".//td | .//th"))
        for uri in figure.xpath(".//source/@srcset | .//img/@src"):
            svg = lxml.etree.fromstring(base64.b64decode(uri.partition(",")[2]))
            texts = svg.iter("{http://www.w3.org/2000/svg}text")
            yield figure.get("id"), " ".join(" ".join(text.itertext()) for text in texts), table


@pytest.mark.parametrize(
    ("vietnamese", "english", "expected"),
    [
        ("1.234,5 và −0,5%", "1,234.5 and −0.5%", ["1234.5", "−0.5%"]),
        ("14.040 − 11.200 = 2.840 (+60%)", "14,040 − 11,200 = 2,840 (+60%)", ["14040", "11200", "2840", "+60%"]),
        ("ngày 31/12/2018, 9/2023 và năm 2025", "on 31 December 2018, September 2023 and in 2025", ["2018-12-31", "2023-09", "2025"]),
        ("2014–6/2016, ngày 29/7", "2014–June 2016, 29 July", ["2014", "2016-06", "29", "7"]),
        ("202/2025/QH15, 423-BC/TU, CC BY 4.0, 1.0.0", "202/2025/QH15, 423-BC/TU, CC BY 4.0, 1.0.0", ["202", "2025", "15", "423", "4.0", "1.0.0"]),
        ("5/10 mục tiêu; 143–185", "5/10 targets; 143–185", ["5", "10", "143", "185"]),
        ("hạng 6–7, số 0,001", "ranks 6–7, number 0.001", ["6", "7", "0.001"]),
    ],
)
def test_reader_of_numbers(vietnamese, english, expected):
    assert numbers(vietnamese, "vi") == numbers(english, "en") == Counter(expected)


@pytest.mark.parametrize(
    ("vietnamese", "english"), [("1,5 lần", "1.6 times"), ("1.234", "1.234"), ("7/2019", "June 2019"), ("−5%", "5%"), ("5%", "5")]
)
def test_reader_sees_a_difference(vietnamese, english):
    assert numbers(vietnamese, "vi") != numbers(english, "en")


@pytest.mark.parametrize(("vietnamese", "english"), COUPLES)
def test_all_numbers_of_a_page_stand_on_the_other(edition, vietnamese, english):
    first, second = (numbers(shown(edition.latest / f"{name}.html"), LANGUAGE[name]) for name in (vietnamese, english))
    assert sum(first.values()) > 100, "a page without numbers compares nothing"
    assert (dict(first - second), dict(second - first)) == ({}, {}), "only in Vietnamese, only in English"


@pytest.mark.parametrize(("vietnamese", "english"), PAIRS)
def test_all_numbers_of_a_drawing_stand_on_the_other(edition, vietnamese, english):
    for (figure, first, first_table), (_, second, second_table) in zip(
        drawings(edition.latest / f"{vietnamese}.html"), drawings(edition.latest / f"{english}.html"), strict=True
    ):
        left, right = numbers(first, "vi"), numbers(second, "en")
        assert left, f"{figure} has no lettering"
        if figure in CROWDED:
            left, right = left - numbers(second_table, "en") - right, right - numbers(first_table, "vi") - left
        assert (dict(left - right), dict(right - left)) == ({}, {}), figure


def test_no_spelled_number_is_listed_in_vain(edition):
    english = [edition.latest / f"{name}.html" for _, name in COUPLES]
    everything = [*map(shown, english), *(lettering for path in english for _, lettering, _ in drawings(path))]
    said = " ".join(" ".join(everything).split())
    assert [words for words in SPELLED if words not in said] == []
