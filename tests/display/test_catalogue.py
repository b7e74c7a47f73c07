"""Every sentence of the code has a Vietnamese one with the same placeholders and the official terms, and no translation is left over."""

from __future__ import annotations

import ast
import csv
import re
import string
import unicodedata
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import nbformat
import pytest
from babel.messages.pofile import read_po

from coopanalysis.publish.words import VIETNAMESE as VIETNAMESE_OF_THE_BATCH
from tests.conftest import ROOT

PACKAGE = Path(str(files("coopanalysis")))
CALLS = {"text": 1, "plural": 2}  # method name: how many of its first arguments are messages


def sentences(node: ast.AST) -> Iterator[str]:
    """Text constants of an argument: itself, or both halves of a choice."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from sentences(node.body)
        yield from sentences(node.orelse)


def messages_of(source: str) -> list[tuple[str, ...]]:
    """Messages of a module: one text, or singular and plural. Calls inside f-strings count too, which Babel's own reader skips."""
    found: list[tuple[str, ...]] = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""
        if name == "plural" and len(node.args) > 1:
            found += [(one, *sentences(node.args[1])) for one in sentences(node.args[0])]
        elif name == "text" and node.args:
            found += [(one,) for one in sentences(node.args[0])]
    return found


def used_messages() -> dict[str, tuple[str, ...]]:
    found = {}
    others = {path for room in ("dataset", "publish") for path in (PACKAGE / room).rglob("*.py")}  # their own text() reads cells, or words.py
    for path in sorted({*PACKAGE.rglob("*.py")} - others):
        found.update({message[0]: message for message in messages_of(path.read_text("utf-8"))})
    return found


USED = used_messages()
with (PACKAGE / "display" / "locale" / "vi.po").open("rb") as stream:
    CATALOGUE = read_po(stream, locale="vi")
TRANSLATED = {(entry.id if isinstance(entry.id, str) else entry.id[0]): entry for entry in CATALOGUE if entry.id}


def words(entry: object) -> str:
    value = entry.string  # type: ignore[attr-defined]
    return value if isinstance(value, str) else value[0]


def placeholders(message: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(message) if name}


def test_reader_sees_calls_in_f_strings_and_choices():
    source = "f'<p>{text(\"inside\")}</p>'; view.language.text('a' if x else 'b'); plural('one', 'many', n); figure.text(0, 1, 'no')"
    assert messages_of(source) == [("a",), ("b",), ("one", "many"), ("inside",)]


def test_every_sentence_is_translated():
    assert sorted(message for message in USED if message not in TRANSLATED or not words(TRANSLATED[message])) == []


def test_no_translation_is_left_over():
    assert sorted(message for message in TRANSLATED if message not in USED) == []


@pytest.mark.parametrize("message", sorted(set(USED) & set(TRANSLATED)))
def test_placeholders_agree(message):
    both = set().union(*(placeholders(one) for one in USED[message]))
    assert placeholders(words(TRANSLATED[message])) <= both | {"n"}, "the translation asks for something that the code does not give"
    missing = both - placeholders(words(TRANSLATED[message]))
    assert missing <= {"n"}, f"the translation leaves out {missing}"


def test_no_entry_is_fuzzy():
    assert [entry.id for entry in CATALOGUE if entry.fuzzy and entry.id] == []


# -- the same words in both languages ------------------------------------------------------------------------------
SAME_MESSAGES: dict[str, str] = {}  # message → why it is the same in Vietnamese; patterns of signs and placeholders need no reason
SAME_LABELS = {
    ("ref_area", "VN-28", "short"): "a name",
    ("ref_area", "VN-29", "short"): "a name",
    ("source", "vov5-2021", "short"): "a name and a year",
    ("source", "baomoi-2025", "short"): "a name and a year",
    ("unit", "percent", "suffix"): "a sign",
}
LABELS: dict[tuple[str, str, str], tuple[str, str]] = {}  # (code list, code, column) → Vietnamese, English
for path in sorted((ROOT / "data" / "codelists").glob("*.csv")):
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            for column in (name.removesuffix("_vi") for name in row if name.endswith("_vi")):
                LABELS[(path.stem, row["id"], column)] = (row[f"{column}_vi"], row[f"{column}_en"])


def bare(text: str) -> str:
    """Only the letters of a message, without placeholders."""
    return "".join(character for character in re.sub(r"\{\w*\}", "", text).casefold() if character.isalpha())


def test_no_message_is_left_in_english():
    same = {message for message, entry in TRANSLATED.items() if bare(message) and bare(message) == bare(words(entry))}
    assert same == set(SAME_MESSAGES), "translate it, or list it with the reason"


def test_no_label_is_left_in_english():
    same = {place for place, (vietnamese, english) in LABELS.items() if vietnamese and vietnamese.casefold() == english.casefold()}
    assert same == set(SAME_LABELS), "translate it, or list it with the reason"


def test_no_label_is_missing_in_one_language():
    assert [place for place, (vietnamese, english) in LABELS.items() if bool(vietnamese.strip()) != bool(english.strip())] == []


# -- the official terms --------------------------------------------------------------------------------------------
# English term → what its Vietnamese sentence must contain (regular expressions, small and capital letters alike)
TERMS = {
    r"cooperatives?(?! (?:groups?|unions?|alliance|units?))": r"hợp tác xã|HTX",
    r"cooperative groups?": r"tổ hợp tác|THT",
    r"(?:cooperative )?unions?": r"liên hiệp",
    r"(?:cooperative )?alliance": r"liên minh",
    r"credit funds?": r"quỹ tín dụng",
    r"members?": r"thành viên",
    r"workers?": r"lao động",
    r"regular workers?": r"lao động (?:làm việc )?thường xuyên",
    r"active": r"đang hoạt động",
    r"suspended": r"tạm ngừng",
    r"newly founded": r"thành lập mới",
    r"dissolved": r"giải thể",
    r"operating capital and assets": r"vốn hoạt động và giá trị tài sản",
    r"revenue": r"doanh thu",
    r"profit": r"lợi nhuận|lãi",
    r"profit margin": r"tỷ suất lợi nhuận",
    r"average income": r"thu nhập bình quân",
    r"average annual growth": r"bình quân năm",
    r"current prices": r"giá hiện hành",
    r"constant prices": r"giá so sánh",
    r"without price (?:change|rises)": r"loại trừ yếu tố giá|giá so sánh",  # in sentences, in labels
    r"consumer price index": r"chỉ số giá tiêu dùng",
    r"consumer prices": r"giá tiêu dùng",
    r"baselines?": r"mức gốc|mốc gốc",
    r"targets?": r"mục tiêu",
    r"pace": r"tốc độ|tiến độ",
    r"latest figures?": r"số mới nhất",
    r"linear": r"đường thẳng",
    r"constant[- ]growth": r"tăng trưởng đều",
    r"model range": r"khoảng mô hình",
    r"confidence intervals?": r"khoảng tin cậy",
    r"not enough evidence": r"chưa đủ căn cứ",
    r"derived": r"tính ngược",
    r"estimate[sd]?": r"ước",
    r"reliability": r"độ tin cậy",
    r"contradictions?|inconsistent": r"chưa khớp",
    r"to be confirmed": r"cần kiểm chứng",
    r"data as of": r"số liệu đến",
    r"reorganisation": r"sắp xếp đơn vị hành chính",
    r"notebook": r"sổ phân tích",
    r"edition": r"kỳ công bố|kỳ trước",
    r"sources?": r"nguồn",
    r"printed again|repeated": r"lặp lại|(?:đăng|in) lại",
}
OTHERWISE = {  # messages that say it another way → why
    "Is a member's cooperative bigger? Revenue per member in {area}, {start} and {end}": "asked without the figure of speech: có tăng không?",
    "Target met": "the word of the status table: Đã đạt",
    "Far behind pace": "the word of the status table: Chậm nhiều, khó đạt",
    "The report gives no figure between its two dates and none after them. What other sources published is shown in the edition of this report that "
    "uses all published evidence.": "an edition of one report is a bản, not a kỳ công bố",
}
FORBIDDEN = {
    r"\btụt\b": "giảm",
    r"\byếu kém\b": "neutral words about bodies",
    r"\bsai\b": "chưa khớp, cần kiểm chứng",
    r"\bxã viên\b": "thành viên",
    r"\btăng\b(?:(?!gấp|bằng|[.,;:] ).)*\blần\b": "gấp … lần: a multiple is no increase",
}


def vietnamese_texts() -> Iterator[tuple[str, str]]:
    """Where a text stands, and the text: messages, labels, prose of the notebooks; not the titles of sources, which are quoted."""
    yield from ((message, words(entry)) for message, entry in TRANSLATED.items())
    yield from VIETNAMESE_OF_THE_BATCH.items()
    yield from ((" ".join(place), vietnamese) for place, (vietnamese, _) in LABELS.items() if place[0] != "source")
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            if "lang-vi" in cell.metadata.get("tags", []):
                yield path.name, cell.source


VIETNAMESE = list(vietnamese_texts())
PAIRED = [
    *((message, " ".join(entry.id) if isinstance(entry.id, tuple) else str(entry.id), words(entry)) for message, entry in TRANSLATED.items()),
    *((english, english, vietnamese) for english, vietnamese in VIETNAMESE_OF_THE_BATCH.items()),
    *((" ".join(place), english, vietnamese) for place, (vietnamese, english) in LABELS.items() if place[0] != "source"),
]


@pytest.mark.parametrize("term", TERMS)
def test_official_terms(term):
    """Wherever the English sentence has the term, the Vietnamese one has the official word for it."""
    pattern, expected = re.compile(rf"(?<![\w-])(?:{term})(?![\w-])", re.IGNORECASE), re.compile(TERMS[term], re.IGNORECASE)
    using = [(place, vietnamese) for place, english, vietnamese in PAIRED if pattern.search(re.sub(r"\{\w*\}", "{}", english))]
    assert using, "a term that no sentence uses"
    assert [place for place, vietnamese in using if place not in OTHERWISE and not expected.search(" ".join(vietnamese.split()))] == []


def test_no_exception_is_listed_in_vain():
    assert set(OTHERWISE) <= set(TRANSLATED)


@pytest.mark.parametrize("word", FORBIDDEN)
def test_no_word_that_an_official_text_avoids(word):
    found = [place for place, text in VIETNAMESE if re.search(word, " ".join(text.split()), re.IGNORECASE)]
    assert found == [], f"instead: {FORBIDDEN[word]}"


@pytest.mark.parametrize(
    ("sentence", "avoided"),
    [("doanh thu tăng 3,2 lần", True), ("tăng hơn {n} lần", True), ("tăng từ 34 lên 108, gấp 3,2 lần", False), ("tăng gấp {n} lần", False)],
)
def test_rule_for_multiples(sentence, avoided):
    rule = next(word for word in FORBIDDEN if "lần" in word)
    assert bool(re.search(rule, sentence)) == avoided


def test_letters_are_composed():
    """Decomposed letters look alike, and no search finds them."""
    assert [place for place, text in VIETNAMESE if unicodedata.normalize("NFC", text) != text] == []
