"""The plan file: YAML read strictly, with the line of every key, into typed entries. Nothing is looked up outside the file.

Here for: YAML's own readings (``01`` as a number, the last of two keys without a word).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from coopanalysis.errors import Problem
from coopanalysis.publish.parameters import nearest

Lines = dict[tuple[Any, ...], int]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class Expects(_Strict):
    """Least counts of what a report must contain."""

    figures: int = Field(default=0, ge=0)
    tables: int = Field(default=0, ge=0)
    results: int = Field(default=0, ge=0)


class _Title(_Strict):
    vi: str
    en: str


class Entry(_Strict):
    name: str
    notebook: str
    title: _Title
    parameters: dict[str, Any] = {}
    matrix: dict[str, list[Any]] = {}
    exclude: list[dict[str, Any]] = []
    expects: Expects = Expects()


class Plan(_Strict):
    reports: list[Entry] = Field(min_length=1)


def read_plan(path: Path) -> tuple[Plan | None, Lines, list[Problem]]:
    """The entries of a plan file, the line of each key, and every fault of its form; None where it cannot be read."""
    document, lines, problems = _read(path)
    if document is None:
        return None, lines, problems
    try:
        return Plan.model_validate(document), lines, problems
    except ValidationError as error:
        return None, lines, [*problems, *(_from_pydantic(detail, lines, path) for detail in error.errors())]


def _read(path: Path) -> tuple[Any, Lines, list[Problem]]:
    """The YAML document with the line of every key and item; doubled keys are problems."""
    if not path.is_file():
        return None, {}, [Problem(str(path), "missing-file", "there is no plan here", remedy="name one with --plan")]
    lines: Lines = {}
    problems: list[Problem] = []

    def build(node: yaml.Node, place: tuple[Any, ...]) -> Any:
        lines.setdefault(place, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            mapping: dict[Any, Any] = {}
            for key_node, value_node in node.value:
                key = loader.construct_object(key_node, deep=True)
                line = key_node.start_mark.line + 1
                if key in mapping:
                    problems.append(
                        Problem(
                            path.name,
                            "doubled-key",
                            f"the key {key!r} stands twice",
                            row=line,
                            column=str(key),
                            remedy="keep one; YAML would silently keep the last",
                        )
                    )
                lines[(*place, key)] = line
                mapping[key] = build(value_node, (*place, key))
            return mapping
        if isinstance(node, yaml.SequenceNode):
            return [build(item, (*place, number)) for number, item in enumerate(node.value)]
        return loader.construct_object(node, deep=True)

    try:
        loader = yaml.SafeLoader(path.read_text(encoding="utf-8"))
        node = loader.get_single_node()
        document = build(node, ()) if node is not None else None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        return (
            None,
            {},
            [
                Problem(
                    path.name,
                    "not-yaml",
                    f"the plan cannot be read: {getattr(error, 'problem', error)}",
                    row=mark.line + 1 if mark else None,
                    remedy="correct the line named",
                )
            ],
        )
    if document is None:
        problems.append(Problem(path.name, "empty-plan", "the plan is empty", remedy="list reports"))
    return document, lines, problems


def _from_pydantic(detail: Any, lines: Lines, path: Path) -> Problem:
    place = tuple(detail["loc"])
    line = next((lines[place[:length]] for length in range(len(place), -1, -1) if place[:length] in lines), None)
    key, value = str(place[-1]), detail.get("input")
    if detail["type"] == "extra_forbidden":
        rooms: dict[int, type[_Strict]] = {0: Plan, 2: Entry}
        known = rooms.get(len(place) - 1)
        fields = known.model_fields if known else (Expects.model_fields if "expects" in place else _Title.model_fields)
        return Problem(path.name, "unknown-key", f"the key {key!r} is not known here", row=line, column=key, remedy=nearest(key, fields))
    if detail["type"] == "missing":
        return Problem(path.name, "missing-key", f"the key {key!r} is missing", row=line, column=key, remedy="add it")
    hint = "put it in quotes; YAML reads 01 as a number and NO as false" if detail["type"] == "string_type" else "see the comments in the plan"
    return Problem(
        path.name,
        "wrong-type",
        detail["msg"],
        row=line,
        column=".".join(str(part) for part in place),
        value=value if isinstance(value, str | int | float | bool) else None,
        remedy=hint,
    )
