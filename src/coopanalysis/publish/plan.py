"""The run plan: read strictly, multiplied out, and checked whole before the first kernel starts.

One report = one entry with one set of parameters. Every fault is found at once, with file, line and a suggestion.

Here for: a batch that stops at the first of ten faults, after half an hour; two reports that write one page; a name
that leaves the output folder.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import nbformat

from coopanalysis.dataset.package import Dataset, load
from coopanalysis.errors import DataError, PlanError, Problem
from coopanalysis.publish.parameters import COMMON, Parameter, declared, from_text, nearest, wrong
from coopanalysis.publish.planfile import Expects, Lines, Plan, read_plan
from coopanalysis.publish.values import wrong_values

_LONGEST = 100
_RESERVED = {"index", "index.en", "summary", "con", "prn", "aux", "nul"}  # pages of the edition itself; names that Windows keeps for itself
_NAME = re.compile(r"^[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?$")


@dataclass(frozen=True)
class Report:
    """One report to make: its name is also the stem of its page and notebook."""

    name: str
    entry: str
    notebook: Path
    title: str
    parameters: dict[str, Any]
    expects: Expects
    line: int
    declared: dict[str, Parameter] = field(repr=False, default_factory=dict)

    @property
    def lang(self) -> str:
        return str(self.parameters["lang"])

    def sibling_key(self) -> tuple[Any, ...]:
        """Equal for the same report in another language."""
        return (self.entry, *sorted((name, str(value)) for name, value in self.parameters.items() if name != "lang"))


def load_plan(path: Path, *, data: str = "", settings: dict[str, str] | None = None) -> list[Report]:
    """The reports of a plan with every parameter filled in; raises :class:`PlanError` with all problems.

    ``data``: folder of a data package for every report. ``settings``: NAME=VALUE of the command line, for every report
    that has the parameter. Raises :class:`DataError` if a data package is not sound.
    """
    path = path.resolve()  # workers leave this folder
    plan, lines, problems = read_plan(path)
    reports, more = _multiply(plan, lines, path) if plan else ([], [])
    problems += more
    reports, more = _apply(reports, data, settings or {}, path)
    problems += more
    problems += _same_names(reports, path)
    data_problems, datasets = _datasets(reports)
    for report in reports:
        if (dataset := datasets.get(str(report.parameters.get("data", "")))) is not None:
            found = wrong_values(report.name, report.parameters, dataset, path, report.line)
            problems += [_of_settings(problem, report.name) if problem.column in (settings or {}) else problem for problem in found]
    if data_problems and not problems:
        raise DataError(data_problems)
    if problems or data_problems:
        raise PlanError([*sorted(set(problems), key=lambda p: (p.file, p.row or 0, p.message)), *data_problems])
    return reports


def _of_settings(problem: Problem, name: str) -> Problem:
    """The same problem, said once of the command line and not of each report."""
    return replace(problem, file="-p", row=None, message=problem.message.removeprefix(f"{name}: "))


def _multiply(plan: Plan, lines: Lines, path: Path) -> tuple[list[Report], list[Problem]]:
    reports, problems = [], []
    for number, entry in enumerate(plan.reports):
        line = lines.get(("reports", number), 1)
        file = path.parent / entry.notebook
        cell, more = _parameters_cell(file, entry.notebook)
        problems += more
        problems += [
            Problem(path.name, "doubled-parameter", f"{name} is both a fixed parameter and in the matrix", row=line, column=name, remedy="keep one")
            for name in entry.parameters
            if name in entry.matrix
        ]
        unknown = [name for rule in entry.exclude for name in rule if name not in entry.matrix]
        problems += [
            Problem(path.name, "exclude", f"{name} is not in the matrix", row=line, column=name, remedy=nearest(name, entry.matrix))
            for name in unknown
        ]
        for values in itertools.product(*entry.matrix.values()):
            chosen = dict(zip(entry.matrix, values, strict=True))
            if any(all(chosen.get(name) == value for name, value in rule.items()) for rule in entry.exclude):
                continue
            name = "-".join([entry.name, *(str(value) for value in values)])
            if not _NAME.match(name) or ".." in name or len(name) > _LONGEST or name.casefold() in _RESERVED:
                problems.append(
                    Problem(
                        path.name,
                        "name",
                        f"a report's name is also a file name: letters, digits, _ and - only, at most {_LONGEST}, and not the index's own",
                        row=line,
                        column="name",
                        value=name,
                        remedy="choose another name or matrix value",
                    )
                )
            parameters = {**{key: known.default for key, known in cell.items()}, **entry.parameters, **chosen}
            if isinstance(folder := parameters.get("data"), str) and folder:
                parameters["data"] = str((path.parent / folder).resolve())
            for key in [*entry.parameters, *chosen]:
                if key not in cell and cell:
                    problems.append(
                        Problem(
                            path.name,
                            "unknown-parameter",
                            f"{entry.notebook} has no parameter {key!r}",
                            row=_line(lines, number, key),
                            column=key,
                            remedy=nearest(key, cell),
                        )
                    )
                elif key in cell:
                    problems += [
                        Problem(
                            path.name,
                            "parameter-type",
                            reason,
                            row=_line(lines, number, key),
                            column=key,
                            value=parameters[key],
                            remedy=f"give a value of type {cell[key].shown}",
                        )
                        for reason in wrong(cell[key], parameters[key])
                    ]
            title = entry.title.vi if parameters.get("lang") == "vi" else entry.title.en
            reports.append(Report(name, entry.name, file, title, parameters, entry.expects, line, cell))
    return reports, problems


def _line(lines: Lines, number: int, key: str) -> int | None:
    for block in ("parameters", "matrix"):
        if ("reports", number, block, key) in lines:
            return lines["reports", number, block, key]
    return lines.get(("reports", number))


def _parameters_cell(file: Path, shown: str) -> tuple[dict[str, Parameter], list[Problem]]:
    """The declared parameters of a notebook; the file must be a notebook with one tagged cell and the common four."""
    if not file.is_file():
        return {}, [Problem(shown, "missing-file", "the notebook is not there", remedy="correct the path; it is relative to the plan")]
    try:
        notebook = nbformat.read(file, as_version=4)
        nbformat.validate(notebook)
    except Exception as error:  # nbformat raises many kinds for a file that is no notebook
        return {}, [
            Problem(
                shown,
                "not-a-notebook",
                f"the file cannot be read as a notebook: {str(error).splitlines()[0][:120]}",
                remedy="restore it, or save it again in JupyterLab",
            )
        ]
    if not notebook.cells:
        return {}, [Problem(shown, "empty-notebook", "the notebook has no cells", remedy="restore it")]
    tagged = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    if len(tagged) != 1:
        return {}, [
            Problem(
                shown,
                "parameters-cell",
                f"{len(tagged)} cells are tagged “parameters”; there must be one",
                remedy="tag the first code cell “parameters”",
            )
        ]
    parameters, problems = declared(tagged[0].source, shown)
    problems += [
        Problem(
            shown, "common-parameter", f"the parameters cell lacks {name!r}", column=name, remedy="every report has lang, ref_area, evidence and data"
        )
        for name in COMMON
        if name not in parameters and not problems
    ]
    return parameters, problems


def _apply(reports: list[Report], data: str, settings: dict[str, str], path: Path) -> tuple[list[Report], list[Problem]]:
    """Put the command line's values in; a name that no report has, or a value of another type, is a problem."""
    problems: list[Problem] = []
    known = {name for report in reports for name in report.declared}
    problems += [
        Problem("-p", "unknown-parameter", f"no report has a parameter {name!r}", column=name, remedy=nearest(name, known))
        for name in settings
        if name not in known and known
    ]
    applied = []
    for report in reports:
        parameters = dict(report.parameters)
        for name, text in settings.items():
            if name not in report.declared:
                continue
            try:
                value = from_text(report.declared[name], text)
                reasons = wrong(report.declared[name], value)
            except ValueError as error:
                reasons = [str(error)]
            if not reasons:
                parameters[name] = value
            problems += [
                Problem(
                    "-p", "parameter-type", reason, column=name, value=text, remedy=f"{report.declared[name].shown}: {report.declared[name].help}"
                )
                for reason in reasons
            ]
        if data or settings.get("data"):
            parameters["data"] = str(Path(data or settings["data"]).resolve())
        applied.append(Report(**{**vars(report), "parameters": parameters}))
    return applied, list(dict.fromkeys(problems))


def _same_names(reports: list[Report], path: Path) -> list[Problem]:
    seen: dict[str, Report] = {}
    problems = []
    for report in reports:
        first = seen.setdefault(report.name.casefold(), report)
        if first is not report:
            problems.append(
                Problem(
                    path.name,
                    "doubled-name",
                    f"two reports would write the page {report.name!r} (the other: line {first.line})",
                    row=report.line,
                    column="name",
                    value=report.name,
                    remedy="rename one entry, or put what differs in the matrix",
                )
            )
    return problems


def _datasets(reports: list[Report]) -> tuple[list[Problem], dict[str, Dataset]]:
    """Every data package of the plan, read and checked once."""
    problems: list[Problem] = []
    datasets = {}
    for folder in dict.fromkeys(str(report.parameters.get("data", "")) for report in reports):
        try:
            datasets[folder] = load(folder or None)
        except DataError as error:
            problems += error.problems
    return problems, datasets
