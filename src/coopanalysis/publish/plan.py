"""The run plan: multiplied out, and checked whole before the first report starts.

One report = one entry with one set of parameters. Every fault is found at once, with file, line and a suggestion.

Why: a batch that stops at the first of ten faults, after half an hour; two reports that write one page; a name that
leaves the output folder.
"""

from __future__ import annotations

import itertools
import math
import os
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from coopanalysis.errors import PROBLEMS_SHOWN, PlanError, Problem, shown
from coopanalysis.publish.parameters import Parameter, nearest, parameters_of, settings_of
from coopanalysis.publish.planfile import Entry, read_plan
from coopanalysis.publish.reports import Expects, Report

MOST_REPORTS, _MOST_COMPARISONS = 10_000, 1_000_000
_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,98}[A-Za-z0-9_-])?")
# pages of the edition itself; names that Windows keeps for itself, whatever follows a dot
_RESERVED = re.compile(r"index|index\.en|summary|(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)
_TYPED = "give a value of the declared type; in a plan, text that looks like a number or like NO stands in quotes"
Check = Callable[[list["Report"]], list[Problem]]


def load_plan(path: Path, *, data: str = "", settings: Collection[str] = (), check: Check | None = None) -> list[Report]:
    """The reports of a plan with every parameter filled in; raises :class:`PlanError` with all problems.

    ``data``: folder of a data package for every report that has the parameter. ``settings``: NAME=VALUE of the command
    line, likewise. ``check`` is given the reports and gives the problems of their values: one whose file is a report's
    name speaks of that report, and its column is the parameter.
    """
    path = Path(os.path.realpath(path))  # workers leave this folder
    entries, problems = read_plan(path)
    whole = not problems
    texts, more = settings_of(settings)
    problems += more
    texts |= {"data": data} if data else {}
    cells: dict[str, dict[str, Parameter] | None] = {}
    given: dict[str, dict[str, Any]] = {}
    reports: list[Report] = []
    for entry in entries:
        if (file := entry.notebook) not in cells:
            cells[file], more = parameters_of(path.parent / file, file)
            given[file], faults = _given(cells[file] or {}, texts)
            problems += more + faults
        problems += itertools.islice(_faults(entry, cells[file], path.name), PROBLEMS_SHOWN)
        combinations = math.prod(map(len, entry.matrix.values()))
        small = len(reports) + combinations <= MOST_REPORTS and combinations * len(entry.exclude) <= _MOST_COMPARISONS
        made = list(_multiply(entry, cells[file] or {}, given[file], path)) if small else []
        reports += made
        if not made:
            message, remedy = f"the entry makes no report, or the plan more than {MOST_REPORTS}", "mend its matrix or what it excludes"
            problems.append(Problem(path.name, "reports", message, row=entry.line, column="matrix", remedy=remedy))
    known = {"data", *(name for cell in cells.values() for name in cell or ())}  # --data is given to reports that have it
    for name in texts.keys() - known if whole and None not in cells.values() else ():
        message = f"no report has a parameter {shown(name)}"
        problems.append(Problem("-p", "unknown-parameter", message, column=name[:80], remedy=nearest(name, known)))
    problems += _names(reports, path.name)
    lines = {report.name: report.line for report in reports}
    for problem in check(reports) if check and reports else ():
        if problem.file in lines and problem.column in texts:
            problem = replace(problem, file="-p")
        elif problem.file in lines:
            problem = replace(problem, file=path.name, row=lines[problem.file], message=f"{problem.file}: {problem.message}")
        problems.append(problem)
    if problems:
        once = {str(problem): problem for problem in problems}
        raise PlanError(sorted(once.values(), key=lambda one: (one.file, one.row or 0)))
    return reports


def _given(cell: dict[str, Parameter], texts: dict[str, str]) -> tuple[dict[str, Any], list[Problem]]:
    """The command line's values for the parameters of a notebook, and those that do not fit."""
    values: dict[str, Any] = {}
    problems = []
    for name in texts.keys() & cell.keys():
        try:
            values[name] = cell[name].read(texts[name], text=True)
        except ValueError as error:
            problems.append(Problem("-p", "parameter-type", str(error), column=name, remedy=_TYPED))
    if values.get("data"):
        values["data"] = os.path.realpath(values["data"])
    return values, problems


def _faults(entry: Entry, cell: dict[str, Parameter] | None, plan: str) -> Iterator[Problem]:
    """What an entry asks for and its notebook or its own matrix does not have. ``cell``: None if the notebook cannot be used."""
    asked = [*entry.parameters.items(), *((name, value) for name, values in entry.matrix.items() for value in values)]
    if cell is None:
        asked, cell = [], {}
    for name, value in asked:
        if name not in cell:
            message = f"{entry.notebook} has no parameter {shown(name)} in a cell tagged “parameters”"
            yield Problem(plan, "unknown-parameter", message, row=entry.line, column=name[:80], remedy=nearest(name, cell))
            continue
        try:
            cell[name].read(value)
        except ValueError as error:
            yield Problem(plan, "parameter-type", str(error), row=entry.line, column=name, remedy=_TYPED)
    for name, value in (pair for rule in entry.exclude for pair in rule.items()):
        values = entry.matrix.get(name, [])
        if value not in values:
            remedy = nearest(str(value), list(map(str, values))) if values else nearest(name, entry.matrix)
            yield Problem(plan, "exclude", f"{shown(value)} is not in the matrix of {shown(name)}", row=entry.line, column="exclude", remedy=remedy)


def _multiply(entry: Entry, cell: dict[str, Parameter], given: dict[str, Any], path: Path) -> Iterator[Report]:
    """The reports of an entry."""
    for values in itertools.product(*entry.matrix.values()):
        own = dict(zip(entry.matrix, values, strict=True))
        if any(all(own.get(name) == value for name, value in rule.items()) for rule in entry.exclude):
            continue
        parameters = {name: parameter.default for name, parameter in cell.items()}
        parameters |= {name: value for name, value in {**entry.parameters, **own}.items() if name in cell}
        if folder := parameters.get("data"):
            parameters["data"] = os.path.realpath(path.parent / str(folder))
        parameters |= given
        title = next((text for lang, text in entry.title.items() if lang == parameters.get("lang", "vi")), "")
        name = "-".join([entry.name, *map(str, values)])
        yield Report(name, entry.name, path.parent / entry.notebook, title, parameters, Expects(**entry.expects), entry.line)


def _names(reports: list[Report], plan: str) -> Iterator[Problem]:
    """Names that are no file names, or that two reports have."""
    first: dict[str, Report] = {}
    for report in reports:
        name, known = report.name, first.setdefault(report.name.casefold(), report)
        if not _NAME.fullmatch(name) or ".." in name or _RESERVED.fullmatch(name):
            message = "a report's name is also a file name: letters, digits, _ and - only, at most 100, and not the index's own or Windows'"
            yield Problem(plan, "name", message, row=report.line, column="name", value=name, remedy="choose another name or matrix value")
        elif known is not report:
            message, remedy = f"two reports would write the page {name!r} (the other: line {known.line})", "rename one entry"
            yield Problem(plan, "doubled-name", message, row=report.line, column="name", remedy=remedy)
