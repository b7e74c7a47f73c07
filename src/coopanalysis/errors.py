"""What went wrong, told to the person who can mend it.

Everything that checks something collects :class:`Problem` records and raises one exception that carries
them all, so that a reader sees every fault at once and not one per attempt.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Problem:
    """One fault: where it is, what was found, what was expected, how to mend it.

    ``row`` counts as a spreadsheet or editor does: the header of a table is row 1.
    """

    file: str
    rule: str
    message: str
    row: int | None = None
    column: str | None = None
    value: Any = None
    remedy: str = ""

    def __str__(self) -> str:
        place = self.file
        if self.row is not None:
            place += f", row {self.row}"
        if self.column:
            place += f", column {self.column}"
        found = "" if self.value is None else f" (found {self.value!r})"
        remedy = f" → {self.remedy}" if self.remedy else ""
        return f"{place}: {self.message}{found} [{self.rule}]{remedy}"


class CoopError(Exception):
    """Base of the project's own errors; ``problems`` lists every fault found, in file order."""

    def __init__(self, problems: list[Problem] | str):
        if isinstance(problems, str):
            problems = [Problem(file="", rule="", message=problems)]
            super().__init__(problems[0].message)
        else:
            super().__init__("\n".join(str(problem) for problem in problems))
        self.problems: list[Problem] = list(problems)


class Locked(Exception):
    """Another run works on the same output folder; the message names it."""


class ClusterError(Exception):
    """The scheduler or its workers cannot be used; the message says why in one line."""


class DataError(CoopError):
    """The data package breaks one or more of its own rules."""


class PlanError(CoopError):
    """The run plan, its notebooks or their parameters cannot be run as written."""
