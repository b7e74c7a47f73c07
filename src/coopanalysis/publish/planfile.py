"""The plan file: YAML read strictly into typed entries, with a line for every fault. Nothing is looked up outside the file.

Why: YAML's own readings (``01`` as a number, the last of two keys without a word), and files made to hang a reader.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, NonNegativeInt, ValidationError
from yaml.constructor import SafeConstructor

from coopanalysis.errors import PROBLEMS_SHOWN, Problem
from coopanalysis.publish.parameters import nearest, usable

_DEEPEST, _MOST_VALUES, _LONGEST_NUMBER = 20, 100_000, 40
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml, fifty times as fast, where PyYAML has it
_TAG = "tag:yaml.org,2002:"
_CONSTRUCT = SafeConstructor()
_SCALARS: dict[str, Any] = {_TAG + kind: getattr(_CONSTRUCT, f"construct_yaml_{kind}") for kind in ("str", "int", "float", "bool")}
_WORDS = {"extra_forbidden": "this key is not known here", "missing": "this key is missing", "model_type": "Input should be a valid dictionary"}
Text = Annotated[str, AfterValidator(usable)]
Value = Annotated[Any, AfterValidator(usable)]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Entry(_Form):
    name: Text
    notebook: Text
    title: Annotated[dict[Literal["vi", "en"], Text], Field(min_length=2)] = {}
    parameters: dict[Text, Value] = {}
    matrix: dict[Text, list[Value]] = {}
    exclude: list[dict[Text, Value]] = []
    expects: dict[Literal["figures", "tables", "results"], NonNegativeInt] = {}


class _Plan(_Form):
    reports: list[_Entry] = Field(min_length=1)


class Entry(_Entry):
    """One entry as it is written, and its line."""

    line: int


def read_plan(path: Path) -> tuple[list[Entry], list[Problem]]:
    """The entries without a fault, and every fault of the file's form."""
    try:
        root = _composed(path)
        document = _plain(root, itertools.count()) if root else {}
    except (OSError, yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:  # PyYAML lets some through, of impossible characters say
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or str(error) or type(error).__name__
        message, row = f"the plan cannot be read: {reason}", mark.line + 1 if mark else None
        return [], [Problem(path.name, "not-a-plan", message, row=row, remedy="correct this line, or name another file with --plan")]
    problems, entries = [], []
    try:
        _Plan.model_validate(document)
    except ValidationError as fault:
        problems = [_problem(error, path.name, root) for error in fault.errors(include_url=False)[:PROBLEMS_SHOWN]]
    reports = document.get("reports") if isinstance(document, dict) else []
    for number, one in enumerate(reports if isinstance(reports, list) else []):
        with suppress(ValidationError, TypeError):  # each of which is told above
            entries.append(Entry(**one, line=_line(root, ("reports", number)) or 0))
    return entries, problems


def _composed(path: Path) -> yaml.Node | None:
    """The file's nodes; raises :class:`yaml.YAMLError`, ``ValueError`` or ``OSError``."""
    text, depth = path.read_bytes().decode("utf-8"), 0
    for event in yaml.parse(text, _Loader):  # before the nodes are made, which libyaml does without a limit
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise yaml.MarkedYAMLError(problem="it is nested too deeply", problem_mark=event.start_mark)
    root: yaml.Node | None = yaml.compose(text, _Loader)
    return root


def _plain(node: yaml.Node, count: Iterator[int]) -> Any:
    """The value of a node. What is no list, mapping, text, number, true or false stays a node, which no form takes."""
    if next(count) > _MOST_VALUES:  # an alias counts each time it is used
        raise ValueError(f"it has more than {_MOST_VALUES} values")
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, count) for item in node.value]
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key, value in node.value:
            if key.tag != _TAG + "str" or key.value in found:
                raise yaml.MarkedYAMLError(problem="a key stands twice, or is not text (<< is not read)", problem_mark=key.start_mark)
            found[key.value] = _plain(value, count)
        return found
    try:
        return node if node.tag != _TAG + "str" and len(node.value) > _LONGEST_NUMBER else _SCALARS[node.tag](node)
    except (KeyError, ValueError, IndexError, OverflowError):
        return node


def _problem(error: Any, file: str, root: yaml.Node | None) -> Problem:
    """A fault as pydantic tells it, with its line."""
    kind, place, message = error["type"], error["loc"], _WORDS.get(error["type"], error["msg"].removeprefix("Value error, "))
    remedy = "see the comments in the plan; text that looks like a number, a date or NO stands in quotes"
    if kind == "extra_forbidden":
        remedy = nearest(str(place[-1]), (_Entry if len(place) > 1 else _Plan).model_fields)
    value = None if kind in ("missing", "too_short") else getattr(error["input"], "value", error["input"])
    return Problem(file, "plan-form", message, row=_line(root, place), column=".".join(str(part)[:80] for part in place), value=value, remedy=remedy)


def _line(node: yaml.Node | None, place: tuple[str | int, ...]) -> int | None:
    """The line of a key or an item; of what holds it, where it is not there."""
    found = node
    for part in place:
        if isinstance(node, yaml.MappingNode) and part in (keys := {key.value: (key, value) for key, value in node.value}):
            found, node = keys[part]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            found = node = node.value[part]
        else:
            break
    return found.start_mark.line + 1 if found else None
