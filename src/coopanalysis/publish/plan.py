"""The run plan: read strictly, multiplied out, and checked whole before the first kernel starts.

One report = one entry with one set of parameters. Every fault is found at once, with file, line and a suggestion.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import nbformat
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from coopanalysis.dataset.checks import check
from coopanalysis.dataset.package import Dataset, load
from coopanalysis.errors import DataError, PlanError, Problem
from coopanalysis.publish.parameters import COMMON, Parameter, declared, from_text, nearest, wrong
from coopanalysis.publish.values import wrong_values

_NAME = re.compile(r"^[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?$")
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


class _Entry(_Strict):
    name: str
    notebook: str
    title: _Title
    parameters: dict[str, Any] = {}
    matrix: dict[str, list[Any]] = {}
    exclude: list[dict[str, Any]] = []
    expects: Expects = Expects()


class _Plan(_Strict):
    reports: list[_Entry] = Field(min_length=1)


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
    document, lines, problems = _read(path)
    reports: list[Report] = []
    if document is not None:
        try:
            plan = _Plan.model_validate(document)
            reports, more = _multiply(plan, lines, path)
            problems += more
        except ValidationError as error:
            problems += [_from_pydantic(detail, lines, path) for detail in error.errors()]
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
        rooms: dict[int, type[_Strict]] = {0: _Plan, 2: _Entry}
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


def _multiply(plan: _Plan, lines: Lines, path: Path) -> tuple[list[Report], list[Problem]]:
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
            if not _NAME.match(name) or ".." in name:
                problems.append(
                    Problem(
                        path.name,
                        "name",
                        "a report's name is also a file name: letters, digits, _ and - only",
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
    """Every data package of the plan, checked in full and loaded once."""
    problems: list[Problem] = []
    datasets = {}
    for folder in dict.fromkeys(str(report.parameters.get("data", "")) for report in reports):
        found = check(folder or None)
        problems += found
        if not found:
            datasets[folder] = load(folder or None)
    return problems, datasets
