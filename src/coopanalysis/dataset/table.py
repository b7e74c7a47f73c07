"""A data file as cells: the different texts of each column, where they stand, and what is wrong with them.

Of each column a text stands once however often it is used. Every rule looks at the different texts; codes say in which
rows they stand.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from coopanalysis.dataset.schema import Resource
from coopanalysis.errors import Problem

TOLD = 1000  # faults of one rule in one column that are told one by one; the rest is counted
Words = str | Callable[[str], str]  # a sentence, or what makes one of the cell

_ROOM = 1 << 40  # a key of several columns is numbered anew beyond


@dataclass
class Table:
    """One file: its description, its cells, its values once typed, its faults.

    ``texts``: by column the different texts; ``codes``: by column for each row the place of its text in them; ``rows``: the
    row a spreadsheet shows. ``values``: by column the typed values of the rows (text columns have none).
    """

    resource: Resource
    texts: dict[str, list[str]] = field(default_factory=dict)
    codes: dict[str, np.ndarray] = field(default_factory=dict)
    rows: np.ndarray = field(default_factory=lambda: np.array([], dtype=int))
    values: dict[str, np.ndarray] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    readable: bool = True

    @property
    def file(self) -> str:
        return self.resource.path

    def is_text(self, column: str, *words: str) -> np.ndarray:
        """Which rows hold one of the words; none where the package lacks the column."""
        known = np.array([text in words for text in self.texts.get(column, [])], dtype=bool)
        return known[self.codes[column]] if column in self.codes else np.zeros(len(self.rows), dtype=bool)

    def frame(self, categories: Collection[str] = ()) -> pd.DataFrame:
        """The typed rows with ``row``; text columns as text, those in ``categories`` as categories of their texts."""
        columns: dict[str, Any] = {}
        for one in self.resource.table.fields:
            if one.name in self.values:
                columns[one.name] = self.values[one.name]
            elif one.name in categories:
                columns[one.name] = pd.Categorical.from_codes(self.codes[one.name], pd.Index(self.texts[one.name], dtype="str"))
            else:
                columns[one.name] = pd.Series(np.array([*self.texts[one.name], ""], dtype=object)[self.codes[one.name]], dtype="str")
        return pd.DataFrame({**columns, "row": self.rows})

    def key(self, columns: Collection[str]) -> np.ndarray:
        """One whole number a row that two rows share if they agree in all these columns."""
        number = np.zeros(len(self.rows), dtype="int64")
        for column in columns:
            number = number * len(self.texts[column]) + self.codes[column]
            if len(number) and number.max() > _ROOM:
                number = np.unique(number, return_inverse=True)[1]
        return number

    def add(self, bad: np.ndarray, column: str, rule: str, message: Words, remedy: Words, *, note: bool = False) -> None:
        """A problem for each row that is marked; of a cell only its first fault is told. ``bad`` is by row."""
        places = np.flatnonzero(bad)
        known = {(problem.row, problem.column) for problem in self.problems} if len(places) else set()
        for place in places[:TOLD]:  # over faults, never over rows
            row = int(self.rows[place])
            cell = self.texts[column][self.codes[column][place]] if column in self.codes else ""
            if (row, column) not in known:
                told = [words(cell) if callable(words) else words for words in (message, remedy)]
                self.problems.append(Problem(self.file, rule, told[0], row, column, cell, told[1], note))
        if len(places) > TOLD:
            remedy = "mend those told first, then check again"
            self.problems.append(Problem(self.file, rule, f"{len(places) - TOLD} more rows with this fault", column=column, remedy=remedy, note=note))

    def add_texts(self, bad: Any, column: str, rule: str, message: Words, remedy: Words) -> None:
        """The same for a mark on each of the different texts of the column."""
        marks = np.fromiter(bad, dtype=bool, count=len(self.texts[column]))
        if marks.any():
            self.add(marks[self.codes[column]], column, rule, message, remedy)

    def refuse(self, rule: str, message: str, remedy: str, row: int | None = None) -> None:
        """The file as a whole is no table of this description."""
        self.problems.append(Problem(self.file, rule, message, row, remedy=remedy))
        self.readable = False
