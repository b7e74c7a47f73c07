"""A data package that was read and checked before, for processes forked from this one: the same files, the same data set.

Why: a batch reads one package for every report. What is held is found by the content of its files, so an edit since is
never missed.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import TypeVar

import pandas as pd

from coopanalysis.dataset.descriptor import data_files
from coopanalysis.dataset.frames import Frames
from coopanalysis.errors import DataError

_HELD: dict[str, Frames] = {}  # hash of the files → what was read from them
Data = TypeVar("Data", bound=Frames)


def hold(load: Callable[[str | Path | None], Frames], path: str | Path | None) -> None:
    """Read a data package and keep it for :func:`held`; nothing is kept where a file changed meanwhile."""
    before = _content(path)
    dataset = load(path)
    if _content(path) == before:
        _HELD[before] = dataset


def held(path: str | Path | None, kind: type[Data]) -> Data | None:
    """The data set of these very files if it was kept, as its own copy: what a reader does to it is seen by nobody else."""
    if not _HELD:
        return None
    try:
        found = _HELD.get(_content(path))
    except (OSError, DataError):
        return None
    if not isinstance(found, kind):
        return None
    frames = {one.name: value.copy(deep=False) for one in fields(found) if isinstance(value := getattr(found, one.name), pd.DataFrame)}
    return replace(found, root=next(iter(data_files(path).values())).parent, descriptor=copy.deepcopy(found.descriptor), **frames)


def _content(path: str | Path | None) -> str:
    whole = hashlib.sha256()
    for name, file in data_files(path).items():
        whole.update(f"{name}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    return whole.hexdigest()
