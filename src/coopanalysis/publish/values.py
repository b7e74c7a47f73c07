"""Parameter values that are of the right type and yet not in the data: an area, a year without a target or a price.

Here for: an empty page that looks like a finding.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from coopanalysis.dataset.package import Dataset
from coopanalysis.errors import Problem
from coopanalysis.publish.parameters import nearest


def wrong_values(name: str, parameters: dict[str, Any], dataset: Dataset, plan: Path, line: int) -> list[Problem]:
    """What report ``name`` asks for that the data set does not hold, with what it does hold."""
    area = parameters.get("ref_area")
    if not isinstance(area, str):
        return []
    held = set(dataset.observations["ref_area"].astype("str"))
    if area not in held:
        known = area in dataset.areas.index
        message = f"the data hold no figure for the area {area!r}" if known else f"the area {area!r} is not in the data"
        return [_problem(name, message, plan, line, "ref_area", area, nearest(area, held))]
    if parameters.get("evidence") == "report":
        reports = dataset.sources.index[dataset.sources["evidence"].eq("report")]
        if not (dataset.observations["ref_area"].eq(area) & dataset.observations["source"].isin(reports)).any():
            message = f"the area {area!r} has no figure of a report, only of other sources"
            remedy = "use evidence=published for this area, or leave the report out with exclude"
            return [_problem(name, message, plan, line, "evidence", "report", remedy)]
    problems = []
    start, end = parameters.get("start"), parameters.get("end")
    if isinstance(start, int) and isinstance(end, int) and start >= end:
        problems.append(
            _problem(name, f"start {start} is not before end {end}", plan, line, "start", start, "two dates are compared: give two years")
        )
    base, prices = parameters.get("price_base"), dataset.deflators
    years = sorted(set(prices.loc[prices["ref_area"].isin([area, dataset.areas.at[area, "parent"]]), "year"]))
    if isinstance(base, int) and years and base not in years:
        remedy = f"the price index runs from {years[0]} to {years[-1]}"
        problems.append(_problem(name, f"there is no price index for {base}", plan, line, "price_base", base, remedy))
    targets = dataset.targets[dataset.targets["ref_area"].eq(area)]
    aimed = sorted(set(targets["date"].dt.year))
    wanted = parameters.get("target_years")
    if wanted == [] and aimed:
        remedy = f"there are targets for {', '.join(map(str, aimed))}"
        problems.append(_problem(name, "target_years is empty", plan, line, "target_years", wanted, remedy))
    growth = parameters.get("assumed_growth")
    if isinstance(growth, int | float) and not -1 < growth <= 10:
        remedy = "give a fraction a year: 0.05 is 5 %"
        problems.append(_problem(name, f"assumed_growth {growth:g} is no rate of growth", plan, line, "assumed_growth", growth, remedy))
    missing = [year for year in wanted if year not in aimed] if isinstance(wanted, list) and aimed else []
    if missing:
        remedy = f"there are targets for {', '.join(map(str, aimed))}"
        problems.append(_problem(name, f"no target is set for {', '.join(map(str, missing))}", plan, line, "target_years", wanted, remedy))
    return problems


def _problem(name: str, message: str, plan: Path, line: int, column: str, value: Any, remedy: str) -> Problem:
    return Problem(
        plan.name, "value", f"{name}: {message}", row=line, column=column, value=value if not isinstance(value, list) else str(value), remedy=remedy
    )
