"""A report of the plan, as the rest of the batch knows it. Standard library only."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from coopanalysis.errors import PlanError, Problem, nearest

OK, FAILED, INTERRUPTED, INCOMPLETE, TIMED_OUT = "ok", "failed", "interrupted", "incomplete", "timed_out"  # verdicts
NOT_RUN = "not_run"  # no verdict: a report of the plan that was never asked for
INDEX = {"index.html": "vi", "index.en.html": "en"}  # pages of the edition itself


@dataclass(frozen=True)
class Expects:
    """Least counts of what a report must contain."""

    figures: int = 0
    tables: int = 0
    results: int = 0


@dataclass(frozen=True)
class Report:
    """One report to make: its name is also the stem of its page and notebook; ``line`` of the plan speaks of it."""

    name: str
    entry: str
    notebook: Path
    title: str
    parameters: dict[str, Any]
    expects: Expects
    line: int

    @property
    def lang(self) -> str:
        return str(self.parameters.get("lang", "vi"))

    @property
    def data(self) -> str:
        """The folder of its data package; "" for the project's own."""
        return str(self.parameters.get("data", ""))

    def sibling_key(self) -> tuple[Any, ...]:
        """Equal for the same report in another language."""
        return (self.entry, *sorted((name, str(value)) for name, value in self.parameters.items() if name != "lang"))

    def to_record(self) -> dict[str, Any]:
        """For a JSON file of ours."""
        return {**asdict(self), "notebook": str(self.notebook)}

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Report:
        return cls(**{**record, "notebook": Path(record["notebook"]), "expects": Expects(**record["expects"])})


@dataclass(frozen=True)
class Library:
    """What the batch is told about the library that its notebooks use; it imports none of it.

    Every function can be imported by name, since it travels to other processes. ``files``: name → file of all that the
    results rest on; ``data_files``: value of the parameter ``data`` → name → file of the data package, or
    :class:`DataError`; ``problems``: values of parameters that the data do not hold; ``time_zone``: of a data package;
    ``preload``: modules for the process that reports are forked from, told the package in COOPANALYSIS_PREPARE.
    """

    files: Callable[[], dict[str, Path]]
    data_files: Callable[[str], dict[str, Path]]
    problems: Callable[..., list[Problem]]
    time_zone: Callable[[str], str]
    preload: tuple[str, ...] = ()


def chosen(reports: Iterable[Report], only: str, failed: set[str]) -> set[str]:
    """Names that ``--only`` means: "" all, "failed" those in ``failed``, an entry's name, a report's, or a pattern.

    Raises :class:`PlanError` where it means none.
    """
    if only == "failed":
        return {report.name for report in reports if report.name in failed}
    names = {report.name for report in reports if not only or report.entry == only or fnmatch.fnmatchcase(report.name, only)}
    if only and not names:
        remedy = nearest(only, [name for report in reports for name in (report.entry, report.name)]) or "coopanalysis plan lists them"
        raise PlanError([Problem("--only", "unknown-report", "no report of the plan has such a name", value=only, remedy=remedy)])
    return names
