"""Every sentence of the code has a Vietnamese one with the same placeholders, and no translation is left over."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

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
    for path in sorted(PACKAGE.rglob("*.py")):
        found.update({message[0]: message for message in messages_of(path.read_text("utf-8"))})
    for path in sorted(PACKAGE.rglob("*.j2")):
        found.update({match[2]: (match[2],) for match in re.finditer(r"\btext\(\s*([\"'])(.*?)\1", path.read_text("utf-8"), re.S)})
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
