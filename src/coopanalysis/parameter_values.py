"""Parameter values that are of the right type and yet not in the data: an area, a year without a target or a price.

Why: an empty page looks like a finding. The batch knows no data; the command line gives it this check.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pandas as pd

from coopanalysis.dataset.package import Dataset, load
from coopanalysis.errors import DataError, Problem, nearest


class Asked(Protocol):
    """A report, or anything with its name and parameters."""

    @property
    def name(self) -> str: ...
    @property
    def parameters(self) -> dict[str, Any]: ...


def problems(reports: Sequence[Asked]) -> list[Problem]:
    """What each report asks for that its data do not hold, with what they do hold.

    The problems are of the rule "value", of the file that is the report's name, in the column that is the parameter's.
    Each data package is read once; one that is not sound gives its own problems.
    A parameter left empty takes the package's default and is no problem; a report without ``data`` is not looked at.
    """
    found: list[Problem] = []
    held: dict[str, _Held | None] = {}
    for report in reports:
        folder = report.parameters.get("data")
        if not isinstance(folder, str):
            continue
        if folder not in held:
            try:
                held[folder] = _held(load(folder or None))
            except DataError as error:
                held[folder] = None
                found += error.problems
        if data := held[folder]:
            found += [
                Problem(report.name, "value", message, column=name, value=report.parameters[name], remedy=remedy)
                for name, message, remedy in _faults(report.parameters, data)
            ]
    return found


@dataclass(frozen=True)
class _Held:
    """What one package holds, looked up once for all reports."""

    data: Dataset
    areas: frozenset[str]  # with figures
    reported: frozenset[str]  # with figures of a report
    targets: dict[str, list[int]]  # area → years
    prices: dict[str, list[int]]


def _held(data: Dataset) -> _Held:
    reports = data.sources.index[data.sources["evidence"].eq("report")]
    observations = data.observations
    return _Held(
        data,
        frozenset(observations["ref_area"].astype("str").unique()),
        frozenset(observations.loc[observations["source"].isin(reports), "ref_area"].astype("str").unique()),
        _years(data.targets["ref_area"], data.targets["date"].dt.year),
        _years(data.deflators["ref_area"], data.deflators["year"]),
    )


def _years(areas: pd.Series, years: pd.Series) -> dict[str, list[int]]:
    pairs = pd.DataFrame({"area": areas.astype("str"), "year": years}).dropna().drop_duplicates()
    return {str(area): sorted(int(year) for year in own["year"]) for area, own in pairs.groupby("area")}


def _faults(parameters: dict[str, Any], held: _Held) -> Iterator[tuple[str, str, str]]:
    """Parameter, message, remedy."""
    data = held.data
    asked = parameters.get("ref_area")
    area = asked if isinstance(asked, str) and asked else data.defaults.ref_area
    if area not in held.areas:
        if asked:
            message = f"the data hold no figure for the area {area!r}" if area in data.areas.index else f"the area {area!r} is not in the data"
            yield "ref_area", message, nearest(area, held.areas).strip() or f"there are figures for {_listed(sorted(held.areas))}"
        return
    if parameters.get("evidence") == "report" and area not in held.reported:
        yield (
            "evidence",
            f"the area {area!r} has no figure of a report, only of other sources",
            "use evidence=published for this area, or leave the report out with exclude",
        )
        return
    start, end = parameters.get("start"), parameters.get("end")
    if isinstance(start, int) and isinstance(end, int) and start and end and start >= end:
        yield "start", f"start {start} is not before end {end}", "two dates are compared: give two years"
    base = parameters.get("price_base")
    priced = sorted({*held.prices.get(area, []), *held.prices.get(str(data.areas.at[area, "parent"]), [])})
    if isinstance(base, int) and base and priced and base not in priced:
        yield "price_base", f"there is no price index for {base}", f"the price index runs from {priced[0]} to {priced[-1]}"
    growth = parameters.get("assumed_growth")
    if isinstance(growth, int | float) and not -1 < growth <= 10:
        yield "assumed_growth", f"assumed_growth {growth:g} is no rate of growth", "give a fraction a year: 0.05 is 5 %"
    wanted, aimed = parameters.get("target_years"), held.targets.get(area, [])
    missing = [year for year in wanted if year not in aimed] if isinstance(wanted, list) and aimed else []
    if missing:
        yield "target_years", f"no target is set for {_listed(missing)}", f"there are targets for {_listed(aimed)}"


def _listed(values: list[Any]) -> str:
    return ", ".join(map(str, values[:10])) + (" …" if len(values) > 10 else "")
