"""Reading the data package: one description (datapackage.json), typed frames out.

The descriptor names every column with its type, key and code list; nothing about the files' columns is
repeated here. Codes are read as text (01 is not 1, NA is not missing) and labels in Unicode form NFC, so that
joins on Vietnamese names hold.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from coopanalysis.dataset.descriptor import DESCRIPTOR, read_descriptor
from coopanalysis.dataset.observations import complete_observations, complete_targets
from coopanalysis.dataset.plain_numbers import not_numbers, to_numbers
from coopanalysis.dataset.tables import read_text
from coopanalysis.errors import DataError, Problem

CODE_LISTS = ("indicator", "ratio", "ref_area", "source", "unit", "obs_status", "qualifier")
_NUMERIC = ("number", "integer")


@dataclass(frozen=True)
class Dataset:
    """The frames of one data package. Code lists are indexed by ``id``.

    ``observations``: one statement of a source a row, levels and changes, plus the levels derived from them
    (``derived`` True) and, for each row, dates, bounds and its row in the file. ``targets``, ``deflators``: as in
    the files, with dates. ``root``: the folder. ``descriptor``: the content of datapackage.json.
    """

    root: Path
    descriptor: dict[str, Any]
    observations: pd.DataFrame
    targets: pd.DataFrame
    deflators: pd.DataFrame
    indicators: pd.DataFrame
    ratios: pd.DataFrame
    areas: pd.DataFrame
    sources: pd.DataFrame
    units: pd.DataFrame
    qualifiers: pd.DataFrame
    obs_statuses: pd.DataFrame


def read_resource(root: Path, resource: dict[str, Any]) -> pd.DataFrame:
    """One table as its schema describes it, with ``row`` (the row a spreadsheet shows) as last column.

    Numbers become float64, booleans bool, everything else text; an empty cell is NaN in a number column and ""
    in a text column. Raises :class:`DataError` with every fault found: a file that cannot be read as this table, rows
    that are too short or too long, cells that should hold a finite number and do not.
    """
    text, problems = read_text(root, resource)
    frame, more = typed(text, resource)
    if problems or more:
        raise DataError([*problems, *more])
    labels = [name for name in frame.columns if name.rpartition("_")[2] in ("vi", "en")]
    return frame.assign(**{name: frame[name].map(lambda label: unicodedata.normalize("NFC", label)) for name in labels})


def typed(text: pd.DataFrame, resource: dict[str, Any]) -> tuple[pd.DataFrame, list[Problem]]:
    """Text cells as the types of the schema, and one problem for each cell that is no number (it becomes NaN)."""
    frame, problems = text.copy(), []
    for field in resource["schema"]["fields"]:
        name = field["name"]
        if field["type"] in _NUMERIC:
            frame[name] = to_numbers(text[name])
            problems += not_numbers(resource["path"], name, text[name], frame[name], text["row"])
        elif field["type"] == "boolean":
            frame[name] = text[name].str.lower().eq("true")
    return frame, problems


def load(path: str | Path | None = None) -> Dataset:
    """Read a data package and complete it: periods as days, bounds of qualified figures, derived levels.

    ``path``: a folder or a datapackage.json; None or "" means the project's own ``data``. Another province is
    another folder. Raises :class:`DataError` (with every problem found) if the package cannot be read;
    ``coopanalysis check`` does the full validation.
    """
    root, descriptor = read_descriptor(path)
    resources = {resource["name"]: resource for resource in descriptor.get("resources", [])}
    needed = ("observations", "targets", "deflators", *CODE_LISTS)
    absent = [name for name in needed if name not in resources]
    if absent:
        raise DataError(
            [Problem(DESCRIPTOR, "missing-resource", f"the resource {name!r} is not described", remedy="add it to resources") for name in absent]
        )
    problems: list[Problem] = []
    frames: dict[str, pd.DataFrame] = {}
    for name in needed:
        try:
            frames[name] = read_resource(root, resources[name])
        except DataError as error:
            problems += error.problems
    if problems:
        raise DataError(problems)
    lists = {name: frames[name].set_index("id") for name in CODE_LISTS}
    return Dataset(
        root=root,
        descriptor=descriptor,
        observations=complete_observations(frames["observations"], lists["source"]),
        targets=complete_targets(frames["targets"]),
        deflators=frames["deflators"].assign(year=lambda frame: frame["time_period"].str[:4].astype("int64")),
        indicators=lists["indicator"],
        ratios=lists["ratio"],
        areas=lists["ref_area"],
        sources=lists["source"],
        units=lists["unit"],
        qualifiers=lists["qualifier"],
        obs_statuses=lists["obs_status"],
    )
