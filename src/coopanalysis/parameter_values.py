"""Parameter values that are of the right type and yet not in the data: an area, a year without a target or a price.

Why: an empty page looks like a finding. The batch knows no data; the command line gives it this check.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pandas as pd

from coopanalysis.dataset.package import Dataset, load
from coopanalysis.errors import DataError, Problem, nearest

Faults = Callable[[dict[str, Any]], Iterator[tuple[str, str, str]]]  # of a report's parameters: parameter, message, remedy


def problems(reports: Sequence[Any]) -> list[Problem]:
    """What each report asks for that its data do not hold, with what they do hold.

    The problems are of the file that is the report's name, in the column that is the parameter's.
    Each data package is read once; one that is not sound gives its own problems.
    A parameter left empty takes the package's default and is no problem; a report without ``data`` is not looked at.
    """
    found: list[Problem] = []
    packages: dict[str, Faults] = {}
    for report in reports:
        folder = report.parameters.get("data")
        if not isinstance(folder, str):
            continue
        if folder not in packages:
            try:
                packages[folder] = _judge(load(folder or None))
            except DataError as error:
                packages[folder] = lambda _: iter(())
                found += error.problems
        for name, message, remedy in packages[folder](report.parameters):
            found.append(Problem(report.name, "value", message, column=name, value=report.parameters[name], remedy=remedy))
    return found


def _judge(data: Dataset) -> Faults:
    """What one package holds, looked up once for all reports."""
    observations = data.observations
    of_reports = observations["source"].isin(data.sources.index[data.sources["evidence"].eq("report")])
    areas = set(observations["ref_area"].astype("str"))
    reported = set(observations.loc[of_reports, "ref_area"].astype("str"))
    targets = _years(data.targets["ref_area"], data.targets["date"].dt.year)
    prices = _years(data.deflators["ref_area"], data.deflators["year"])

    def faults(parameters: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
        asked = parameters.get("ref_area")
        area = asked if isinstance(asked, str) and asked else data.defaults.ref_area
        if area not in areas:
            if asked:
                remedy = nearest(area, areas).strip() or f"there are figures for {_listed(sorted(areas))}"
                yield "ref_area", f"the data hold no figure for the area {area!r}", remedy
            return
        if parameters.get("evidence") == "report" and area not in reported:
            message = f"the area {area!r} has no figure of a report, only of other sources"
            yield "evidence", message, "use evidence=published for this area, or leave the report out with exclude"
            return
        start, end = parameters.get("start"), parameters.get("end")
        if isinstance(start, int) and isinstance(end, int) and start and end and start >= end:
            yield "start", f"start {start} is not before end {end}", "two dates are compared: give two years"
        base = parameters.get("price_base")
        priced = sorted({*prices.get(area, []), *prices.get(str(data.areas.at[area, "parent"]), [])})
        if isinstance(base, int) and base and priced and base not in priced:
            yield "price_base", f"there is no price index for {base}", f"the price index runs from {priced[0]} to {priced[-1]}"
        growth = parameters.get("assumed_growth")
        if isinstance(growth, int | float) and not -1 < growth <= 10:
            yield "assumed_growth", f"assumed_growth {growth:g} is no rate of growth", "give a fraction a year: 0.05 is 5 %"
        wanted, aimed = parameters.get("target_years"), targets.get(area, [])
        if isinstance(wanted, list) and aimed and (missing := [year for year in wanted if year not in aimed]):
            yield "target_years", f"no target is set for {_listed(missing)}", f"there are targets for {_listed(aimed)}"

    return faults


def _years(areas: pd.Series, years: pd.Series) -> dict[str, list[int]]:
    pairs = pd.DataFrame({"area": areas.astype("str"), "year": years}).dropna().drop_duplicates()
    return {str(area): sorted(int(year) for year in own["year"]) for area, own in pairs.groupby("area")}


def _listed(values: list[Any]) -> str:
    return ", ".join(map(str, values[:10])) + (" …" if len(values) > 10 else "")
