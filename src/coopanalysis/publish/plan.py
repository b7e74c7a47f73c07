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
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from coopanalysis.errors import DataError, PlanError, Problem, shown
from coopanalysis.publish.notebook import read_notebook
from coopanalysis.publish.parameters import COMMON, Parameter, declared, from_text, nearest, wrong
from coopanalysis.publish.planfile import MOST_PROBLEMS, Entry, read_plan
from coopanalysis.publish.reports import Expects, Report

MOST_REPORTS, _MOST_RULES = 10_000, 1_000
_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,98}[A-Za-z0-9_-])?")
# pages of the edition itself; names that Windows keeps for itself, whatever follows a dot
_RESERVED = re.compile(r"index|index\.en|summary|(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)
Check = Callable[[list["Report"]], list[Problem]]


def load_plan(path: Path, *, data: str = "", settings: dict[str, str] | None = None, check: Check | None = None) -> list[Report]:
    """The reports of a plan with every parameter filled in; raises :class:`PlanError` with all problems.

    ``data``: folder of a data package for every report that has the parameter. ``settings``: NAME=VALUE of the command
    line, likewise. ``check`` is given the reports and gives the problems of their values: a problem of the rule "value"
    names the report as its file and the parameter as its column; others are problems of the data, and
    :class:`DataError` is raised where nothing else is wrong.
    """
    path = Path(os.path.realpath(path))  # workers leave this folder
    entries, problems = read_plan(path)
    given = settings or {}
    reports, more = _reports(entries, path, {**given, "data": data} if data else given, whole=not problems)
    problems += more
    values, of_data = _checked(check, reports, given, path)
    problems += values
    if of_data and not problems:
        raise DataError(of_data)
    if problems or of_data:
        once = {str(problem): problem for problem in problems}
        ordered = sorted(once.values(), key=lambda one: (one.file, one.row or 0, one.message))
        if (left := len(ordered) - MOST_PROBLEMS) > 0:
            ordered[MOST_PROBLEMS:] = [Problem(path.name, "more-problems", f"and {left} more problems", remedy="mend these first")]
        raise PlanError([*ordered, *of_data])
    return reports


def _reports(entries: list[Entry], path: Path, settings: dict[str, str], whole: bool) -> tuple[list[Report], list[Problem]]:
    """Every report, and what is wrong with entries, notebooks, settings and names. ``whole``: no entry is left out."""
    reports: list[Report] = []
    problems: list[Problem] = []
    cells: dict[str, dict[str, Parameter] | None] = {}
    given: dict[str, dict[str, Any]] = {}
    for entry in entries:
        if (file := entry.notebook) not in cells:
            cells[file], more = _parameters_cell(path.parent / file, file)
            given[file], faults = _given(cells[file] or {}, settings)
            problems += more + faults
        problems += _faults(entry, cells[file], path)
        if len(reports) + math.prod(map(len, entry.matrix.values())) > MOST_REPORTS or len(entry.exclude) > _MOST_RULES:
            message = f"the plan has more than {MOST_REPORTS} reports, or the entry more than {_MOST_RULES} exclusions"
            problems.append(_problem(path, entry, "too-many", message, "matrix", "make the matrix smaller"))
        elif made := _multiply(entry, cells[file] or {}, given[file], path):
            reports += made
        else:
            problems.append(_problem(path, entry, "no-report", "the entry makes no report", "matrix", "give every list a value, exclude less"))
        if len(problems) > MOST_PROBLEMS:
            break
    known = {"data", *(name for cell in cells.values() for name in cell or ())}  # --data is given to reports that have it
    for name in settings.keys() - known if whole and None not in cells.values() else ():
        message = f"no report has a parameter {shown(name)}"
        problems.append(Problem("-p", "unknown-parameter", message, column=name[:80], remedy=nearest(name, known)))
    return reports, problems + _names(reports, path)


def _faults(entry: Entry, cell: dict[str, Parameter] | None, path: Path) -> list[Problem]:
    """What an entry asks for and its notebook or its own matrix does not have. ``cell``: None if the notebook cannot be used."""
    problems = [
        _problem(path, entry, "doubled-parameter", f"{name} is both a fixed parameter and in the matrix", name, "keep one")
        for name in entry.parameters
        if name in entry.matrix
    ]
    for name, value in [pair for rule in entry.exclude[:_MOST_RULES] for pair in rule.items()]:
        if name not in entry.matrix:
            problems.append(_problem(path, entry, "exclude", f"{name} is not in the matrix", name, nearest(name, entry.matrix)))
        elif repr(value) not in map(repr, entry.matrix[name]):
            remedy = nearest(str(value), [str(known) for known in entry.matrix[name]])
            problems.append(_problem(path, entry, "exclude", f"{shown(value)} is not in the matrix of {name}", name, remedy))
    asked = {**{name: [value] for name, value in entry.parameters.items()}, **entry.matrix}
    if cell == {} and asked:
        message = "0 cells are tagged “parameters”; there must be one, since the plan gives parameters"
        problems.append(Problem(entry.notebook, "parameters-cell", message, remedy="tag the first code cell “parameters”"))
    if not cell:
        return problems
    for name, values in asked.items():
        if name in cell:
            reasons = [reason for value in values if (reason := wrong(cell[name], value))]
            problems += [_problem(path, entry, "parameter-type", reason, name, f"give a value of type {cell[name].type}") for reason in reasons]
        else:
            message = f"{entry.notebook} has no parameter {name!r}"
            problems.append(_problem(path, entry, "unknown-parameter", message, name, nearest(name, cell)))
    return problems


def _given(cell: dict[str, Parameter], settings: dict[str, str]) -> tuple[dict[str, Any], list[Problem]]:
    """The command line's values for the parameters of a notebook; a value of another type is a problem."""
    values: dict[str, Any] = {}
    problems = []
    for name in settings.keys() & cell.keys():
        try:
            values[name] = from_text(cell[name], settings[name])
        except ValueError as error:
            remedy = f"{cell[name].type}: {cell[name].help}"
            problems.append(Problem("-p", "parameter-type", str(error), column=name, value=settings[name], remedy=remedy))
    if values.get("data"):
        values["data"] = os.path.realpath(values["data"])
    return values, problems


def _multiply(entry: Entry, cell: dict[str, Parameter], given: dict[str, Any], path: Path) -> list[Report]:
    """The reports of an entry; a value of the plan that does not fit is left out."""
    reports = []
    excluded: dict[tuple[str, ...], set[tuple[str, ...]]] = {}  # looked up, since there may be as many rules as reports
    for rule in entry.exclude:
        excluded.setdefault(tuple(rule), set()).add(tuple(map(repr, rule.values())))
    for values in itertools.product(*entry.matrix.values()):
        own = dict(zip(entry.matrix, values, strict=True))
        if any(tuple(repr(own.get(name)) for name in names) in left_out for names, left_out in excluded.items()):
            continue
        fitting = {name: value for name, value in {**entry.parameters, **own}.items() if name in cell and not wrong(cell[name], value)}
        parameters = {**{name: parameter.default for name, parameter in cell.items()}, **fitting}
        if folder := parameters.get("data"):
            parameters["data"] = os.path.realpath(path.parent / folder)
        parameters |= given
        title = entry.title.get(str(parameters.get("lang", "vi")), "")
        name = "-".join([entry.name, *map(str, values)])
        reports.append(Report(name, entry.name, path.parent / entry.notebook, title, parameters, Expects(**entry.expects), entry.line))
    return reports


def _names(reports: list[Report], path: Path) -> list[Problem]:
    """Names that are no file names, or that two reports have."""
    problems = []
    first: dict[str, Report] = {}
    for report in reports:
        name, known = report.name, first.setdefault(report.name.casefold(), report)
        if not _NAME.fullmatch(name) or ".." in name or _RESERVED.fullmatch(name):
            message = "a report's name is also a file name: letters, digits, _ and - only, at most 100, and not the index's own or Windows'"
            remedy = "choose another name or matrix value"
            problems.append(Problem(path.name, "name", message, row=report.line, column="name", value=name, remedy=remedy))
        elif known is not report:
            message = f"two reports would write the page {name!r} (the other: line {known.line})"
            remedy = "rename one entry, or put what differs in the matrix"
            problems.append(Problem(path.name, "doubled-name", message, row=report.line, column="name", remedy=remedy))
    return problems


def _checked(check: Check | None, reports: list[Report], settings: dict[str, str], path: Path) -> tuple[list[Problem], list[Problem]]:
    """Problems of values, each with its place in the plan or once for the command line, and problems of the data."""
    if check is None or not reports:
        return [], []
    try:
        found = check(reports)
    except DataError as error:
        return [], error.problems
    lines = {report.name: report.line for report in reports}
    values, of_data = [], []
    for problem in found:
        if problem.rule != "value" or problem.file not in lines:
            of_data.append(problem)
        elif problem.column in settings:
            values.append(replace(problem, file="-p"))
        else:
            values.append(replace(problem, file=path.name, row=lines[problem.file], message=f"{problem.file}: {problem.message}"))
    return values, of_data


def _problem(path: Path, entry: Entry, rule: str, message: str, column: str, remedy: str) -> Problem:
    return Problem(path.name, rule, message, row=entry.lines.get(column, entry.line), column=column, remedy=remedy)


def _parameters_cell(path: Path, file: str) -> tuple[dict[str, Parameter] | None, list[Problem]]:
    """The declared parameters of a notebook: none without a tagged cell, at least the common four with one; None: it cannot be used."""
    try:
        notebook = read_notebook(path, file)
    except PlanError as error:
        return None, error.problems
    tagged = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    if not tagged:
        return {}, []
    if len(tagged) > 1 or tagged[0].cell_type != "code":
        message = "a cell that is not code is" if len(tagged) == 1 else f"{len(tagged)} cells are"
        remedy = "tag one code cell “parameters”"
        return None, [Problem(file, "parameters-cell", f"{message} tagged “parameters”; there must be one code cell", remedy=remedy)]
    parameters, problems = declared(tagged[0].source, file)
    remedy = "every report has lang, ref_area, evidence and data"
    problems = problems or [
        Problem(file, "common-parameter", f"the parameters cell lacks {name!r}", column=name, remedy=remedy)
        for name in COMMON
        if name not in parameters
    ]
    return (None if problems else parameters), problems
