"""Reading the data package: one description (datapackage.json), one set of rules, typed frames out.

The descriptor names every column with its type, key and code list; nothing about the files' columns is
repeated here. Codes are read as text (01 is not 1, NA is not missing); texts must be in Unicode form NFC, so that
joins on Vietnamese names hold.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from coopanalysis.dataset import describe
from coopanalysis.dataset.cells import check_cells, check_keys
from coopanalysis.dataset.descriptor import DESCRIPTOR, read_descriptor
from coopanalysis.dataset.frames import Frames
from coopanalysis.dataset.observations import complete_observations, complete_targets
from coopanalysis.dataset.prepared import held
from coopanalysis.dataset.reading import read_table
from coopanalysis.dataset.rules import check_rules
from coopanalysis.dataset.schema import CODES, LISTS, OPTIONAL, Defaults, Package, columns_of, described
from coopanalysis.dataset.table import Table
from coopanalysis.errors import DataError, Problem, nearest

_EMPTY = {"string": "", "boolean": False, "date": pd.NaT}
_DTYPES = {"string": "str", "boolean": "bool", "date": "datetime64[s]"}


@dataclass(frozen=True, repr=False)
class Dataset(Frames):
    """The :class:`Frames` of one data package, checked, and what an analyst asks of them."""

    @cached_property
    def defaults(self) -> Defaults:
        """What parameters left empty take: the descriptor's ``defaults``, else what the data hold.

        ``ref_area``: the first area with figures; ``start``, ``end``: the two years most indicators of that area have
        figures in; ``target_years``: None, all.
        """
        return describe.defaults(self)

    def levels(self, *indicators: str, ref_area: str | Collection[str] | None = None, evidence: str = "published") -> pd.DataFrame:
        """Levels for the hand, by area, indicator and date, each with its label, unit, evidence and reliability.

        No indicator: all of them. ``ref_area``: one code, several, None for all. ``evidence``: "report" or "published".
        Values in the indicator's unit; repeated and undated figures are marked (``repeated``, ``date`` NaT). ``ValueError``
        names an unknown code with the nearest one.
        """
        return describe.levels(self, indicators or None, ref_area, evidence)

    def describe(self, indicator: str) -> pd.DataFrame:
        """What an indicator or ratio is: definition, unit, coverage, sources, and what to beware of, a line each."""
        return describe.describe(self, indicator)

    def __repr__(self) -> str:
        return describe.overview(self)


def load(path: str | Path | None = None) -> Dataset:
    """Read a data package, check it whole, and complete it: periods as days, bounds of qualified figures, derived levels.

    ``path``: a folder or a datapackage.json; None or "" means the project's own ``data``. Another province is
    another folder. Raises :class:`DataError` with every problem found, and nothing else. Nothing is fetched, and nothing
    outside the package's folder is read, whatever the description says.
    """
    if (known := held(path, Dataset)) is not None:
        return known
    root, descriptor, package, tables = _read(path)
    problems = [problem for problem in _problems(tables, package) if not problem.note]
    if problems:
        raise DataError(problems)
    frames = {name: table.frame([] if name in LISTS else [one.name for one in table.resource.table.fields]) for name, table in tables.items()}
    for name, text in OPTIONAL.items():
        missing = {column: kind for column, kind in columns_of(text).items() if name not in frames or column not in frames[name]}
        frame = frames.get(name, pd.DataFrame({"row": pd.Series(dtype=int)}))
        frames[name] = frame.assign(**{column: pd.Series(_EMPTY[kind], index=frame.index, dtype=_DTYPES[kind]) for column, kind in missing.items()})
    for name, columns in CODES.items():
        if name not in LISTS:
            # categories are the whole code list in its order, whatever the file uses of it
            made = {column: frames[name][column].astype("category").cat.set_categories(frames[codes]["id"]) for column, codes in columns.items()}
            frames[name] = frames[name].assign(**made)
    lists = {name: frames[name].set_index("id") for name in LISTS}
    return Dataset(
        root=root,
        descriptor=descriptor,
        observations=complete_observations(frames["observations"], lists["source"]),
        targets=complete_targets(frames["targets"], lists["source"]),
        deflators=frames["deflators"].assign(year=frames["deflators"]["time_period"].astype("str").astype("int64")),
        events=frames["events"],
        indicators=lists["indicator"],
        ratios=lists["ratio"],
        areas=lists["ref_area"],
        sources=lists["source"],
        units=lists["unit"],
        qualifiers=lists["qualifier"],
        obs_statuses=lists["obs_status"],
    )


def check(path: str | Path | None = None) -> list[Problem]:
    """All problems and notes of the data package at ``path`` (as in :func:`load`); an empty list for a sound one. Never raises for data."""
    try:
        _, _, package, tables = _read(path)
        return _problems(tables, package)
    except DataError as error:
        return error.problems


def _read(path: str | Path | None) -> tuple[Path, dict[str, Any], Package, dict[str, Table]]:
    root, descriptor = read_descriptor(path)
    package = described(descriptor)
    return root, descriptor, package, {one.name: read_table(root, one) for one in package.resources}


def _problems(tables: dict[str, Table], package: Package) -> list[Problem]:
    """Faults of files, then of cells and keys, then of what cells mean; of a file that is no table only that."""
    readable = [table for table in tables.values() if table.readable]
    for table in readable:
        check_cells(table)
    for table in readable:
        check_keys(table, tables)
    check_rules(tables, package.created)
    area = package.defaults.ref_area
    problems = [problem for table in tables.values() for problem in table.problems]
    if area and tables["ref_area"].readable and area not in (known := tables["ref_area"].texts["id"]):
        problems.append(Problem(DESCRIPTOR, "description", f"defaults: the area list has no such ref_area; {nearest(area, known)}", value=area,
                                remedy="name an area of codelists/ref_area.csv"))  # fmt: skip
    return sorted(set(problems), key=lambda one: (one.file, one.row or 0, one.column or "", one.rule, one.message))
