"""What this collection of notebooks tells the batch, which imports nothing of the library itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from coopanalysis.dataset.descriptor import data_files, read_descriptor
from coopanalysis.errors import CoopError, Problem
from coopanalysis.publish.clock import TIME_ZONE
from coopanalysis.publish.reports import Library

if TYPE_CHECKING:
    from coopanalysis.publish.reports import Report

_PACKAGE = Path(__file__).parent
_ROOMS = ("dataset", "metrics", "display")
_NOT_RESULTS = ("cli.py", "collection.py", "parameter_values.py", "preloaded.py")


def files() -> dict[str, Path]:
    """Modules and translations that notebooks use."""
    own = [path for path in _PACKAGE.glob("*.py") if path.name not in _NOT_RESULTS]
    rooms = [path for name in _ROOMS for path in (_PACKAGE / name).rglob("*") if path.suffix in (".py", ".po")]
    return {path.relative_to(_PACKAGE).as_posix(): path for path in [*own, *rooms]}


def time_zone(folder: str) -> str:
    """The ``time_zone`` of a data package, Việt Nam's where it names none or cannot be read: the plan's check tells what is wrong."""
    try:
        return str(read_descriptor(folder or None)[1].get("time_zone") or TIME_ZONE)
    except CoopError:
        return TIME_ZONE


def problems(reports: list[Report], *_: Any) -> list[Problem]:
    """Values of parameters that the data do not hold."""
    from coopanalysis.parameter_values import problems as of_values

    return of_values(reports)


LIBRARY = Library(files, data_files, problems, time_zone, ("coopanalysis.preloaded",))
