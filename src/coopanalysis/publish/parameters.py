"""What a notebook's parameters cell declares, read without running it, and what may be put in.

A cell tagged ``parameters`` holds lines ``name: type = default  # help`` and import lines. Types: str, int, float, bool,
list[str], list[int], list[float] and Literal[...]. Values are checked strictly: 1 is no text, "2018" is no number.

Here for: papermill's mere log line on an unknown parameter; ``01`` that becomes 1 and ``NO`` that becomes False;
secrets printed on pages.
"""

from __future__ import annotations

import ast
import difflib
import io
import re
import tokenize
import types
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from coopanalysis.errors import Problem

COMMON = ("lang", "ref_area", "evidence", "data")
# a parameter is printed in stamps, notebooks and summaries: no place for what must stay secret
_SECRET = re.compile(r"token|secret|passw(or)?d|passphrase|api_?key|private_?key|credential", re.IGNORECASE)
_PLAIN: dict[str, Any] = {"str": str, "int": int, "float": float, "bool": bool}


@dataclass(frozen=True)
class Parameter:
    """One declared parameter: its type (a Python type or typing form), default and help."""

    name: str
    type: Any
    shown: str
    default: Any
    help: str


def declared(source: str, file: str) -> tuple[dict[str, Parameter], list[Problem]]:
    """The parameters of a cell's source, and what is wrong with it (row: the line within the cell)."""
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        return {}, [
            Problem(
                file,
                "parameters-cell",
                f"the parameters cell is no Python: {error.msg}",
                row=error.lineno,
                remedy="write lines such as: start: int = 2003  # year of the first level",
            )
        ]
    helps = {
        token.start[0]: token.string.lstrip("# ")
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    }
    found: dict[str, Parameter] = {}
    problems = []
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            continue
        if not (isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None):
            problems.append(
                Problem(
                    file,
                    "parameters-cell",
                    "a line declares no parameter",
                    row=node.lineno,
                    value=ast.unparse(node),
                    remedy="write: name: type = default  # help",
                )
            )
            continue
        name, shown = node.target.id, ast.unparse(node.annotation)
        if _SECRET.search(name):
            remedy = "parameters are printed on pages and kept in notebooks; let the notebook read it from the environment"
            problems.append(Problem(file, "secret-parameter", f"{name} looks like a secret", row=node.lineno, column=name, remedy=remedy))
        try:
            kind = _type(node.annotation)
            default = ast.literal_eval(node.value)
        except ValueError as error:
            problems.append(
                Problem(
                    file,
                    "parameters-cell",
                    f"{name}: {error}",
                    row=node.lineno,
                    value=ast.unparse(node),
                    remedy="use str, int, float, bool, list[...] of them or Literal[...], and a plain default",
                )
            )
            continue
        parameter = Parameter(name, kind, shown, default, helps.get(node.lineno, ""))
        found[name] = parameter
        problems += [
            Problem(
                file,
                "parameters-cell",
                f"the default of {name} is not of its type",
                row=node.lineno,
                value=default,
                remedy=f"give a default of type {shown}",
            )
            for _ in wrong(parameter, default)
        ]
    return found, problems


def wrong(parameter: Parameter, value: Any) -> list[str]:
    """Why ``value`` does not fit, in words; empty if it does."""
    try:
        TypeAdapter(parameter.type).validate_python(value, strict=True)
    except ValidationError as error:
        hint = ""
        if parameter.type is str and not isinstance(value, str):
            hint = f' (put it in quotes: "{value}"; YAML reads 01 as a number and NO as false)'
        reason = error.errors()[0]["msg"]
        if parameter.shown.startswith("Literal"):
            near = difflib.get_close_matches(str(value), [str(choice) for choice in parameter.type.__args__], 1, 0.3)
            hint = f"; did you mean {near[0]!r}?" if near else ""
        return [f"{parameter.name} is {parameter.shown}: {reason}{hint}"]
    return []


def from_text(parameter: Parameter, text: str) -> Any:
    """A value given on the command line, by the declared type: text stays text (01 stays "01"), a list is written 2025,2030.

    Raises ``ValueError`` if the text cannot be read as that type.
    """
    if parameter.type is str or parameter.shown.startswith("Literal"):
        choices = getattr(parameter.type, "__args__", ())
        numbers = [choice for choice in choices if not isinstance(choice, str) and str(choice) == text]
        return numbers[0] if numbers else text
    if parameter.shown.startswith("list["):
        items = [item.strip() for item in text.strip("[]").split(",") if item.strip()]
        return items if parameter.type == list[str] else [_literal(item, parameter.shown) for item in items]
    return _literal(text, parameter.shown)


def _literal(text: str, shown: str) -> Any:
    try:
        return ast.literal_eval({"true": "True", "false": "False"}.get(text.lower(), text))
    except (ValueError, SyntaxError) as error:
        raise ValueError(f"{text!r} cannot be read as {shown}") from error


def nearest(name: str, known: Any) -> str:
    """A suggestion, or what there is to choose from."""
    near = difflib.get_close_matches(name, list(known), 1, 0.5)
    return f"did you mean {near[0]!r}?" if near else f"known: {', '.join(sorted(known))}"


def _type(node: ast.expr) -> Any:
    if isinstance(node, ast.Name) and node.id in _PLAIN:
        return _PLAIN[node.id]
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
        if node.value.id == "list" and isinstance(node.slice, ast.Name) and node.slice.id in _PLAIN:
            return types.GenericAlias(list, (_PLAIN[node.slice.id],))
        if node.value.id == "Literal":
            values = ast.literal_eval(node.slice)
            return Literal[values if isinstance(values, tuple) else (values,)]
    raise ValueError(f"the type {ast.unparse(node)} is not one that can be checked")
