"""What a notebook's parameters cell declares, read without running it, and which values fit.

A cell tagged ``parameters`` holds lines ``name: type = default`` and import lines. Types: str, int, float, bool,
list[...] of one of them and Literal[...] of texts. Values are checked strictly: 1 is no text, "2018" is no number.

Why: papermill only logs an unknown parameter; YAML reads ``01`` as 1 and ``NO`` as False; pages print parameters.
"""

from __future__ import annotations

import ast
import inspect
import re
import warnings
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_origin

from pydantic import TypeAdapter, ValidationError

from coopanalysis import errors
from coopanalysis.errors import PlanError, Problem, escaped, shown
from coopanalysis.publish.notebook import read_notebook

COMMON = ("lang", "ref_area", "evidence", "data")  # of every report
LANGUAGES = ("vi", "en")  # in which pages are made
# a parameter is printed in stamps, notebooks and summaries: no place for what must stay secret
_SECRET = re.compile(r"token|secret|passw(or)?d|passphrase|api_?key|private_?key|credential", re.IGNORECASE)
_TYPES: dict[str, Any] = {"str": str, "int": int, "float": float, "bool": bool}
_TYPES |= {"list[str]": list[str], "list[int]": list[int], "list[float]": list[float], "list[bool]": list[bool]}
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")  # control characters, halves of characters
_adapter = cache(TypeAdapter)


@dataclass(frozen=True)
class Parameter:
    """One declared parameter."""

    name: str
    type: Any
    default: Any

    def read(self, value: Any, *, text: bool = False) -> Any:
        """The value, if it fits. ``text``: as the command line gives it: 01 stays "01", a list is written 2025,2030.

        Raises :class:`ValueError` with the reason.
        """
        if text and get_origin(self.type) is list:
            value = [item.strip() for item in value.strip("[]").split(",") if item.strip()]
        try:
            read = _adapter(self.type).validate_python(value, strict=not text)
        except ValidationError as error:
            kind = inspect.formatannotation(self.type)
            raise ValueError(escaped(f"{self.name} is {kind}, not {shown(value)}", 300)) from error
        usable(read)
        return read if text else value


def parameters_of(path: Path, file: str) -> tuple[dict[str, Parameter] | None, list[Problem]]:
    """The parameters of a notebook: none without a tagged cell, at least the common ones with one; None: it cannot be used."""
    try:
        notebook = read_notebook(path, file)
    except PlanError as error:
        return None, error.problems
    tagged = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    if not tagged:
        return {}, []
    if len(tagged) > 1 or tagged[0].cell_type != "code":
        remedy = "tag one code cell “parameters”, and no other"
        return None, [Problem(file, "parameters-cell", f"{len(tagged)} cells are tagged “parameters”, or one that is not code", remedy=remedy)]
    parameters, problems = declared(tagged[0].source, file)
    for name in COMMON if not problems else ():
        if not isinstance(getattr(parameters.get(name), "default", None), str):
            message, remedy = f"the parameters cell lacks {name!r}, a text", f'write: {name}: str = ""'
            problems.append(Problem(file, "common-parameter", message, column=name, remedy=remedy))
    return (None if problems else parameters), problems


def declared(source: str, file: str) -> tuple[dict[str, Parameter], list[Problem]]:
    """The parameters of a cell's source, and what is wrong with it (row: the line within the cell)."""
    form = "write: name: type = default; types: str, int, float, bool, list[...] of one of them, Literal[...] of texts"
    try:
        with warnings.catch_warnings(action="ignore"):  # of an escape in a text, say: the notebook will show it
            lines = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = getattr(error, "msg", "") or str(error) or type(error).__name__
        return {}, [Problem(file, "parameters-cell", f"it is no Python: {reason}", row=getattr(error, "lineno", None), remedy=form)]
    found: dict[str, Parameter] = {}
    problems = []
    for line in lines:
        if isinstance(line, ast.Import | ast.ImportFrom):
            continue
        try:
            parameter = _parameter(line)
            found[parameter.name] = parameter
            parameter.read(parameter.default)
        except (ValueError, TypeError, KeyError, RecursionError, MemoryError) as error:
            reason = f"no parameter that can be checked is declared here ({error})"
            problems.append(Problem(file, "parameters-cell", reason, row=line.lineno, remedy=form))
    for name in filter(_SECRET.search, found):
        remedy = "parameters are printed on pages and kept in notebooks; let the notebook read it from the environment"
        problems.append(Problem(file, "secret-parameter", f"{name} looks like a secret", column=name, remedy=remedy))
    return found, problems


def _parameter(line: ast.stmt) -> Parameter:
    """Raises ``ValueError``, or what Python's own reading raises, for another form or type, or a default that is no plain value."""
    if not (isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name) and line.value):
        raise ValueError("another form")
    name, annotation, default = line.target.id, line.annotation, ast.literal_eval(line.value)
    if name == "lang":
        return Parameter(name, Literal[LANGUAGES], default)
    if not (isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value) == "Literal"):
        return Parameter(name, _TYPES[ast.unparse(annotation)], default)
    literal = ast.literal_eval(annotation.slice)
    choices = literal if isinstance(literal, tuple) else (literal,)
    if set(map(type, choices)) != {str}:
        raise ValueError("Literal of other values than texts")
    return Parameter(name, Literal[choices], default)


def usable(value: Any) -> Any:
    """The value; raises ``ValueError`` with the reason for one that can stand in no page and no file name."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str):
            if _UNPRINTABLE.search(item):
                raise ValueError("a control character or half a character is in it")
        elif not isinstance(item, int | float):
            raise ValueError("it is neither text nor a number, true or false, nor a list of them")
        elif not abs(item) < 2**63:
            raise ValueError("it is no finite number below 2**63")
    return value


def settings_of(texts: Collection[str]) -> tuple[dict[str, str], list[Problem]]:
    """NAME=VALUE of the command line as name → text, and what has another form or is given twice."""
    found: dict[str, str] = {}
    problems = []
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name or name in found:
            problems.append(Problem("-p", "syntax", "expected NAME=VALUE, each name once", value=text, remedy="for example -p end=2018"))
        found[name] = value
    return found, problems


def nearest(name: str, known: Collection[str]) -> str:
    """A suggestion, or what there is to choose from."""
    return errors.nearest(name[:200], known).strip() or escaped(f"known: {', '.join(sorted(known)) or 'none'}", 200)
