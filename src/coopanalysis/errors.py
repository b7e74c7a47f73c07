"""What went wrong, told to the person who can mend it.

Everything that checks something collects :class:`Problem` records and raises one exception that carries
them all, so that a reader sees every fault at once and not one per attempt.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

VALUE_SHOWN = 80  # letters of a found value; the place says where the rest stands
PROBLEMS_SHOWN = 50  # lines of one message; ``problems`` has all


@dataclass(frozen=True)
class Problem:
    """One fault: where it is, what was found, what was expected, how to mend it.

    ``row`` counts as a spreadsheet or editor does: the header of a table is row 1. ``note``: worth knowing, but nothing
    is refused for it.
    """

    file: str
    rule: str
    message: str
    row: int | None = None
    column: str | None = None
    value: Any = None
    remedy: str = ""
    note: bool = False

    def __str__(self) -> str:
        place = self.file
        if self.row is not None:
            place += f", row {self.row}"
        if self.column:
            place += f", column {self.column}"
        found = "" if self.value is None else f" (found {shown(self.value)})"
        remedy = f" → {self.remedy}" if self.remedy else ""
        return escaped(f"{place}: {self.message}{found} [{self.rule}]{remedy}")


def shown(value: Any) -> str:
    """A value as a message quotes it: bounded, control characters escaped."""
    text = repr(value) if isinstance(value, str | int | float | bool | list | dict | tuple | type(None)) else repr(str(value))
    return text if len(text) <= VALUE_SHOWN else f"{text[:VALUE_SHOWN]}…"


def escaped(text: str, most: int = 600) -> str:
    """One bounded line in which nothing steers a terminal or breaks the line."""
    line = "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text[: most + 1])
    return line if len(line) <= most else f"{line[:most]}…"


def nearest(found: Any, known: Iterable[str]) -> str:
    """ "did you mean 'htx_total'? " if a known word is near, else ""."""
    near = difflib.get_close_matches(str(found), list(known), n=1)
    return f"did you mean {near[0]!r}? " if near else ""


class CoopError(Exception):
    """Base of the project's own errors; ``problems`` lists every fault found, in file order."""

    code = 2  # of the command that it ends, as in the errors below

    def __init__(self, problems: list[Problem] | str):
        if isinstance(problems, str):
            problems = [Problem(file="", rule="", message=problems)]
            super().__init__(problems[0].message)
        else:
            more = len(problems) - PROBLEMS_SHOWN
            lines = [str(problem) for problem in problems[:PROBLEMS_SHOWN]]
            super().__init__("\n".join([*lines, f"and {more} more"] if more > 0 else lines))
        self.problems: list[Problem] = list(problems)


class Locked(Exception):
    """Another run works on the same output folder; the message names it."""

    code = 3


class CannotWrite(OSError):
    """A file of the output cannot be written: no room, no right, or a link where none may be."""

    code = 4

    def __str__(self) -> str:
        return f"{self.filename or 'the folder for temporary files'}: cannot write ({self.strerror}); free space or choose another --out"


class ClusterError(Exception):
    """The scheduler or its workers cannot be used; the message says why in one line."""

    code = 2


class DataError(CoopError):
    """The data package breaks one or more of its own rules."""


class PlanError(CoopError):
    """The run plan, its notebooks or their parameters cannot be run as written."""
