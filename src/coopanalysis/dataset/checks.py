"""Everything that can be wrong with a data package, found at once.

First the files themselves (``tables``), then their cells by the description (``plain_numbers``, and frictionless in
``described``), then what a description cannot say (``rules``). Every problem names file, row, column, value, rule and
remedy, and a fault is told once: of a file with a wrong header only the header, of a cell only its first fault.
"""

from __future__ import annotations

from pathlib import Path

from coopanalysis.dataset.described import described_problems
from coopanalysis.dataset.descriptor import DESCRIPTOR, read_descriptor
from coopanalysis.dataset.package import CODE_LISTS, typed
from coopanalysis.dataset.rules import RULES, Tables
from coopanalysis.dataset.tables import read_text
from coopanalysis.errors import DataError, Problem

# A province may have set no target; without rows in any other table no report can be made.
MAY_BE_EMPTY = ("targets",)


def check(path: str | Path | None = None) -> list[Problem]:
    """All problems of the data package at ``path`` (folder, datapackage.json, or None: the project's own).

    Returns an empty list for a sound package. Never raises for a fault of the data.
    """
    try:
        root, descriptor = read_descriptor(path)
    except DataError as error:
        return error.problems
    tables = Tables()
    broken, problems = _read(root, descriptor, tables)
    found = {(problem.file, problem.row) for problem in problems if problem.column is None and problem.row}
    cells = {(problem.file, problem.row, problem.column) for problem in problems}
    problems += [
        problem
        for problem in described_problems(root, descriptor, broken, tables.texts)
        if (problem.file, problem.row) not in found and (problem.file, problem.row, problem.column) not in cells
    ]
    described = {resource.get("name") for resource in descriptor.get("resources", [])}
    problems += [
        Problem(DESCRIPTOR, "missing-resource", f"the resource {name!r} is not described", remedy="add it to resources")
        for name in ("observations", "targets", "deflators", *CODE_LISTS)
        if name not in described
    ]
    cells = {(problem.file, problem.row, problem.column) for problem in problems}
    for rule in RULES:
        try:
            problems += [problem for problem in rule(tables) if (problem.file, problem.row, problem.column) not in cells]
        except KeyError:
            continue  # the table or column it needs is missing, which is reported already
    return sorted(set(problems), key=lambda p: (p.file, p.row or 0, p.column or "", p.rule, p.message))


def _read(root: Path, descriptor: dict, tables: Tables) -> tuple[set[str], list[Problem]]:
    """Fill ``tables`` with what can be read; the names of the resources that cannot, and all that is wrong with files."""
    broken: set[str] = set()
    problems: list[Problem] = []
    for resource in descriptor.get("resources", []):
        try:
            name = resource["name"]
            text, found = read_text(root, resource)
            frame, more = typed(text, resource)
        except DataError as error:
            broken.add(name)
            problems += error.problems
            continue
        except (KeyError, TypeError):
            continue  # a broken description, which frictionless tells
        problems += [*found, *more]
        if text.empty and not found and name not in MAY_BE_EMPTY:
            broken.add(name)
            problems.append(Problem(resource["path"], "no-rows", "the table has a header and no rows", remedy="restore the file, or add its rows"))
            continue
        tables.texts[name], tables.frames[name], tables.files[name] = text, frame, resource["path"]
    return broken, problems
