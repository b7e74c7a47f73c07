"""What a notebook's parameters cell declares, read without running it, and which values fit.

A cell tagged ``parameters`` holds lines ``name: type = default  # help`` and import lines. Types: str, int, float, bool,
list[...] of one of them and Literal[...]. Values are checked strictly: 1 is no text, "2018" is no number.

Why: papermill only logs an unknown parameter; YAML reads ``01`` as 1 and ``NO`` as False; pages print parameters.
"""

from __future__ import annotations

import ast
import difflib
import io
import math
import re
import tokenize
import warnings
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from coopanalysis import errors
from coopanalysis.errors import PlanError, Problem, escaped, shown

COMMON = ("lang", "ref_area", "evidence", "data")
LANGUAGES = ("vi", "en")
# a parameter is printed in stamps, notebooks and summaries: no place for what must stay secret
_SECRET = re.compile(r"token|secret|passw(or)?d|passphrase|api_?key|private_?key|credential", re.IGNORECASE)
_PLAIN: dict[str, tuple[type, ...]] = {"str": (str,), "int": (int,), "float": (int, float), "bool": (bool,)}
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")  # control characters, halves of characters
_LONGEST, _MOST_ITEMS, _LARGEST = 10_000, 1_000, 2**63  # of a text (characters), a list, a whole number
_LONGEST_CELL = 200_000  # characters


@dataclass(frozen=True)
class Parameter:
    """One declared parameter: ``kind``: str, int, float or bool; ``many``: a list of them; ``choices``: the only values, if any."""

    name: str
    kind: str
    many: bool
    choices: tuple[Any, ...]
    default: Any
    help: str

    @property
    def type(self) -> str:
        """As it is written in a notebook."""
        if self.choices:
            return escaped(f"Literal[{', '.join(map(repr, self.choices))}]", 200)
        return f"list[{self.kind}]" if self.many else self.kind


def declared(source: str, file: str) -> tuple[dict[str, Parameter], list[Problem]]:
    """The parameters of a cell's source, and what is wrong with it (row: the line within the cell)."""
    try:
        if len(source) > _LONGEST_CELL:
            raise ValueError("it is too long")
        with warnings.catch_warnings(action="ignore"):  # of an escape in a text, say: the notebook will show it
            tree = ast.parse(source)
            compile(tree, "cell", "exec", dont_inherit=True)  # also what only the compiler sees, such as an unknown __future__
        tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (SyntaxError, ValueError, RecursionError, MemoryError, tokenize.TokenError) as error:
        line = error.lineno if isinstance(error, SyntaxError) else None
        reason = error.msg if isinstance(error, SyntaxError) else str(error) or type(error).__name__
        remedy = "write lines such as: start: int = 2003  # year of the first level"
        return {}, [Problem(file, "parameters-cell", f"the parameters cell is no Python: {reason}", row=line, remedy=remedy)]
    helps = {token.start[0]: token.string.lstrip("# ") for token in tokens if token.type == tokenize.COMMENT}
    lines = source.split("\n")
    found: dict[str, Parameter] = {}
    problems = []
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            continue
        line, written = node.lineno, lines[node.lineno - 1] if node.lineno <= len(lines) else ""
        if not (isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None):
            remedy = "write: name: type = default  # help"
            problems.append(Problem(file, "parameters-cell", "a line declares no parameter", row=line, value=written, remedy=remedy))
            continue
        name = node.target.id
        if _SECRET.search(name):
            remedy = "parameters are printed on pages and kept in notebooks; let the notebook read it from the environment"
            problems.append(Problem(file, "secret-parameter", f"{name} looks like a secret", row=line, column=name, remedy=remedy))
        try:
            parameter = _parameter(node, helps.get(node.end_lineno or line, ""))
        except (ValueError, TypeError, RecursionError, MemoryError):
            remedy = "use str, int, float, bool, list[...] of one of them or Literal[...], and a plain default"
            message = f"the type or the default of {name} is not one that can be checked"
            problems.append(Problem(file, "parameters-cell", message, row=line, value=written, remedy=remedy))
            continue
        found[name] = parameter
        if reason := wrong(parameter, parameter.default):
            message, remedy = f"the default is not of its type: {reason}", f"give a default of type {parameter.type}"
            problems.append(Problem(file, "parameters-cell", message, row=line, remedy=remedy))
        elif name in COMMON and not isinstance(parameter.default, str):
            problems.append(Problem(file, "common-parameter", f"{name} is not text", row=line, column=name, remedy=f'write: {name}: str = ""'))
    return found, problems


def _parameter(node: ast.AnnAssign, comment: str) -> Parameter:
    """Raises ``ValueError`` for a type that is not one of ours, or a default that is no plain value."""
    assert isinstance(node.target, ast.Name) and node.value is not None
    kind, many, choices = "", False, tuple[Any, ...]()
    match node.annotation:
        case ast.Name(id=plain) if plain in _PLAIN:
            kind = plain
        case ast.Subscript(value=ast.Name(id="list"), slice=ast.Name(id=plain)) if plain in _PLAIN:
            kind, many = plain, True
        case ast.Subscript(value=ast.Name(id="Literal"), slice=values):
            literal = ast.literal_eval(values)
            choices = literal if isinstance(literal, tuple) else (literal,)
            if not choices or not all(type(choice) in (str, int, bool) for choice in choices):
                raise ValueError("Literal of other values")
        case _:
            raise ValueError("another type")
    if node.target.id == "lang":  # pages are made in these
        choices = tuple(choice for choice in choices or LANGUAGES if choice in LANGUAGES) or LANGUAGES
    default = ast.literal_eval(node.value)
    repr((choices, default))  # ValueError: a number of more digits than Python writes
    return Parameter(node.target.id, kind, many, choices, default, comment)


def wrong(parameter: Parameter, value: Any) -> str:
    """Why ``value`` does not fit, in words; empty if it does."""
    start = f"{parameter.name} is {parameter.type}"
    if parameter.choices:
        if any(type(choice) is type(value) and choice == value for choice in parameter.choices):
            return ""
        near = difflib.get_close_matches(escaped(str(value), 100), [str(choice) for choice in parameter.choices], 1, 0.3)
        return f"{start}: {shown(value)} is none of them" + (f"; did you mean {near[0]!r}?" if near else "")
    if parameter.many and not isinstance(value, list):
        return f"{start}: {shown(value)} is no list"
    items = value if parameter.many else [value]
    if len(items) > _MOST_ITEMS:
        return f"{start}: it has more than {_MOST_ITEMS} items"
    return next((f"{start}: {reason}" for item in items if (reason := _wrong_item(parameter.kind, item))), "")


def _wrong_item(kind: str, value: Any) -> str:
    if type(value) not in _PLAIN[kind]:
        quotes = f' (put it in quotes: "{value}"; YAML reads 01 as a number and NO as false)' if kind == "str" and type(value) in (int, bool) else ""
        return f"{shown(value)} is no {kind}{quotes}"
    if isinstance(value, str):
        return unusable(value)
    if not math.isfinite(value) if isinstance(value, float) else abs(value) >= _LARGEST:
        return "it is too large a number, or none"
    return ""


def unusable(text: str) -> str:
    """Why a text can stand in no page and no file name, in words; empty if it can."""
    if _UNPRINTABLE.search(text):
        return "it has a control character or half a character"
    return f"it is longer than {_LONGEST} characters" if len(text) > _LONGEST else ""


def from_text(parameter: Parameter, text: str) -> Any:
    """A value given on the command line, by the declared type: text stays text (01 stays "01"), a list is written 2025,2030.

    Raises ``ValueError`` with the reason if the text cannot be read as that type.
    """
    items = [item.strip() for item in text.strip("[]").split(",") if item.strip()] if parameter.many else [text]
    values = [_read(parameter, item) for item in items]
    value = values if parameter.many else values[0]
    if reason := wrong(parameter, value):
        raise ValueError(reason)
    return value


def _read(parameter: Parameter, text: str) -> Any:
    if parameter.choices or parameter.kind == "str":
        return next((choice for choice in parameter.choices if str(choice) == text), text)
    try:
        if not text.isascii():  # Python also reads the digits of other scripts
            raise ValueError
        return {"true": True, "false": False}[text.lower()] if parameter.kind == "bool" else {"int": int, "float": float}[parameter.kind](text)
    except (ValueError, KeyError) as error:
        raise ValueError(f"{parameter.name} is {parameter.type}: {shown(text)} cannot be read as {parameter.kind}") from error


def settings_of(texts: Sequence[str]) -> dict[str, str]:
    """NAME=VALUE of the command line as name → text; raises :class:`PlanError` for another form and for a name given twice."""
    found: dict[str, str] = {}
    problems = []
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name:
            problems.append(Problem("-p", "syntax", "expected NAME=VALUE", value=text, remedy="for example -p end=2018"))
        elif name in found:
            problems.append(Problem("-p", "doubled-parameter", f"{name} is given twice", column=name, remedy="keep one"))
        found[name] = value
    if problems:
        raise PlanError(problems)
    return found


def nearest(name: str, known: Collection[str]) -> str:
    """A suggestion, or what there is to choose from."""
    return errors.nearest(name[:200], known).strip() or escaped(f"known: {', '.join(sorted(known)) or 'none'}", 200)
