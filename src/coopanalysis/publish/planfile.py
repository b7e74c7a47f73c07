"""The plan file: YAML read strictly into typed entries, with the line of every key. Nothing is looked up outside the file.

The form is followed, not the file: what stands deeper than a plan goes is never read, so an anchor within itself ends.

Why: YAML's own readings (``01`` as a number, the last of two keys without a word), and files made to hang a reader.
"""

from __future__ import annotations

import math
import os
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from yaml.constructor import SafeConstructor

from coopanalysis.errors import Problem
from coopanalysis.publish.parameters import nearest, unusable

LARGEST = 1_000_000  # bytes
MOST_PROBLEMS = 200  # of one plan: nobody reads more
_DEEPEST, _MOST_VALUES, _LONGEST_NUMBER = 20, 100_000, 40
_TAG = "tag:yaml.org,2002:"
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml, fifty times as fast, where PyYAML has it
_CONSTRUCT = SafeConstructor()
_SCALARS: dict[str, Any] = {
    "str": lambda node: node.value,
    "int": _CONSTRUCT.construct_yaml_int,
    "float": _CONSTRUCT.construct_yaml_float,
    "bool": _CONSTRUCT.construct_yaml_bool,
    "null": lambda node: None,
}

_VALUE = object()  # text, number, true, false, null, or a list of them
_COUNT = object()  # 0, 1, 2 …
_FORM = {
    "reports": [
        {
            "name": str,
            "notebook": str,
            "title": {"vi": str, "en": str},
            "parameters": {"*": _VALUE},  # any key
            "matrix": {"*": [_VALUE]},
            "exclude": [{"*": _VALUE}],
            "expects": {"figures": _COUNT, "tables": _COUNT, "results": _COUNT},
        }
    ]
}
_REQUIRED = {"reports", "name", "notebook", "vi", "en"}


@dataclass(frozen=True)
class Entry:
    """One entry as it is written; ``lines``: of each parameter and each name of the matrix."""

    name: str
    notebook: str
    line: int
    lines: dict[str, int]
    title: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)
    matrix: dict[str, list[Any]] = field(default_factory=dict)
    exclude: list[dict[str, Any]] = field(default_factory=list)
    expects: dict[str, int] = field(default_factory=dict)


def read_plan(path: Path) -> tuple[list[Entry], list[Problem]]:
    """The entries without a fault, and every fault of the file's form."""
    reader = _Reader(path.name)
    try:
        if not os.path.isfile(path):
            reader.say("missing-file", f"there is no plan at {path}", remedy="name a file with --plan")
        else:
            return reader.entries(path), reader.problems
    except _TooMuch:
        pass
    except OSError as error:
        reader.say("missing-file", f"the plan cannot be read: {error.strerror or error}", remedy="make it readable")
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:  # PyYAML lets some through, of impossible characters say
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error) or type(error).__name__
        reader.say("not-yaml", f"the plan cannot be read: {reason}", mark.line + 1 if mark else None, remedy="correct the line named")
    return [], reader.problems


class _TooMuch(Exception):
    """Enough is known of this plan."""


class _Reader:
    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.lines: dict[tuple[Any, ...], int] = {}  # of every key and item read
        self.values = 0

    def say(self, rule: str, message: str, line: int | None = None, *, column: str | None = None, value: Any = None, remedy: str) -> None:
        self.problems.append(Problem(self.file, rule, message, row=line, column=column, value=value, remedy=remedy))
        if len(self.problems) > MOST_PROBLEMS:
            raise _TooMuch

    def entries(self, path: Path) -> list[Entry]:
        with path.open("rb") as stream:
            content = stream.read(LARGEST + 1)
        if len(content) > LARGEST:
            self.say("too-large", f"the plan is larger than {LARGEST // 1_000_000} MB", remedy="write a matrix instead of many entries")
            return []
        text, depth = content.decode("utf-8"), 0
        for event in yaml.parse(text, _Loader):  # before the nodes are made, which libyaml does without a limit
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST:
                self.say("not-yaml", "the plan is nested too deeply", event.start_mark.line + 1, remedy="see the comments in the plan")
                return []
        node = yaml.compose(text, _Loader)
        document = self._read(node, _FORM, ()) if node else None
        found = document.get("reports") if isinstance(document, dict) else None
        if not found and not self.problems:
            self.say("empty-plan", "the plan is empty", remedy="list reports")
        lines: dict[int, dict[str, int]] = defaultdict(dict)
        for place, line in self.lines.items():
            if len(place) == 4 and place[2] in ("parameters", "matrix"):
                lines[place[1]][place[3]] = line
        return [Entry(line=self.lines["reports", number], lines=lines[number], **one) for number, one in enumerate(found or []) if one]

    def _read(self, node: yaml.Node, form: Any, place: tuple[Any, ...]) -> Any:
        """The value of a node, if it is of this form. An item of a list that has a fault is None."""
        self.lines.setdefault(place, node.start_mark.line + 1)
        self.values += 1
        if self.values > _MOST_VALUES:
            self.say("too-large", f"the plan has more than {_MOST_VALUES} values", remedy="make it smaller; an alias counts each time it is used")
            raise _TooMuch
        if isinstance(form, dict) and isinstance(node, yaml.MappingNode):
            return self._mapping(node, form, place)
        if isinstance(node, yaml.SequenceNode) and (isinstance(form, list) or form is _VALUE):
            items = []
            for number, item in enumerate(node.value):
                before = len(self.problems)
                items.append(self._read(item, form[0] if isinstance(form, list) else None, (*place, number)))
                if len(self.problems) > before:
                    items[-1] = None
            return items
        if isinstance(form, dict | list) or not isinstance(node, yaml.ScalarNode):
            expected = "a mapping" if isinstance(form, dict) else "a list" if isinstance(form, list) else "a single value"
            self._say_type(node, place, f"this is not {expected}", "see the comments in the plan")
            return None
        return self._scalar(node, form, place)

    def _mapping(self, node: yaml.MappingNode, form: dict[str, Any], place: tuple[Any, ...]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key, line = key_node.value, key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode) or key_node.tag != _TAG + "str" or unusable(key):
                self._say_type(key_node, place, "a key is not text", "put it in quotes; << is not read: write the keys out")
            elif key in found:
                self.say(
                    "doubled-key", f"the key {key[:80]!r} stands twice", line, column=key[:80], remedy="keep one; YAML would silently keep the last"
                )
            elif key not in form and "*" not in form:
                self.say("unknown-key", f"the key {key[:80]!r} is not known here", line, column=key[:80], remedy=nearest(key, form))
            else:
                self.lines[*place, key] = line
                found[key] = self._read(value_node, form.get(key, form.get("*")), (*place, key))
        for key in sorted(_REQUIRED & form.keys() - found.keys()):
            self.say("missing-key", f"the key {key!r} is missing", self.lines[place], column=key, remedy="add it")
        return found

    def _scalar(self, node: yaml.ScalarNode, form: Any, place: tuple[Any, ...]) -> Any:
        kind = node.tag.removeprefix(_TAG)
        try:
            if kind not in _SCALARS or (kind in ("int", "float") and len(node.value) > _LONGEST_NUMBER):
                raise ValueError
            value = _SCALARS[kind](node)
        except (KeyError, ValueError, IndexError, OverflowError):
            value = math.nan
        if isinstance(value, float) and not math.isfinite(value):
            self._say_type(node, place, "this is neither text nor a number, true or false", "put it in quotes, if it is text (a date is)")
        elif form is str and kind != "str":
            self._say_type(node, place, "this is not text", "put it in quotes; YAML reads 01 as a number and NO as false")
        elif form is _COUNT and (kind != "int" or value < 0):
            self._say_type(node, place, "this is not a count", "write 0, 1, 2 …")
        elif kind == "str" and (reason := unusable(value)):
            self._say_type(node, place, reason, "write another text")
        return value

    def _say_type(self, node: yaml.Node, place: tuple[Any, ...], message: str, remedy: str) -> None:
        value = node.value[:100] if isinstance(node, yaml.ScalarNode) else None
        column = ".".join(str(part)[:80] for part in place) or None
        self.say("wrong-type", message, node.start_mark.line + 1, column=column, value=value, remedy=remedy)
