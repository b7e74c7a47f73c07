"""The committed plan multiplied to as many reports as a bench asks for, with parameters that the notebooks really have.

Every pass over the committed plan gives its reports once more with other values (price base, method, assumed growth,
target years, evidence), and any multiple of eight holds the same mix of notebooks. The first pass is the committed plan
itself.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import yaml

PRICE_BASES = [2018, *(year for year in range(1995, 2025) if year != 2018)]  # years of the price index, the default first
TARGET_YEARS = [[2025, 2030], [2025], [2030]]
EVIDENCE = ["published", "report"]
# entry → parameter → values, the notebook's default first; the last parameter varies fastest
EXTRA: dict[str, dict[str, list[Any]]] = {
    "briefing": {"target_years": TARGET_YEARS, "evidence": EVIDENCE},
    "growth": {"price_base": PRICE_BASES},
    "revenue_per_member": {"price_base": PRICE_BASES, "method": ["lmdi", "shapley"]},
    "target_progress": {"assumed_growth": [0.05, *(number / 100 for number in range(1, 13) if number != 5)], "target_years": TARGET_YEARS},
    "data_quality": {"evidence": EVIDENCE},
}
_FIRST_HALF = (0, 3)  # of every four committed reports: both languages and both kinds of evidence


def multiplied(plan: Path, count: int) -> list[dict[str, Any]]:
    """``count`` reports: entry, notebook (absolute), title, expects, lang, parameters, and ``copy`` (0, or which repetition)."""
    committed = list(_committed(plan))
    halves = sorted(range(len(committed)), key=lambda place: place % 4 not in _FIRST_HALF)
    reports: list[dict[str, Any]] = []
    for number in itertools.count():
        order = halves if count - len(reports) < len(committed) else range(len(committed))
        for place in order:
            if len(reports) == count:
                return reports
            reports.append(_varied(committed[place], number))
    return reports


def distinct(reports: list[dict[str, Any]]) -> int:
    """How many of the reports are not repetitions of another one under a second name."""
    return sum(report["copy"] == 0 for report in reports)


def write_plan(reports: list[dict[str, Any]], path: Path) -> Path:
    """A plan file for the command line; reports that differ only in language stand together, as in the committed plan."""
    entries: dict[str, dict[str, Any]] = {}
    for report in reports:
        name = "-".join([report["entry"], *report["values"], f"{report['pass']:02d}"])
        shared = {key: report[key] for key in ("notebook", "title", "parameters", "expects")}
        entries.setdefault(name, {"name": name, **shared, "matrix": {"lang": []}})["matrix"]["lang"].append(report["lang"])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump({"reports": list(entries.values())}, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return path


def _committed(plan: Path) -> Any:
    """Each report of a plan file on its own."""
    for entry in yaml.safe_load(plan.read_text(encoding="utf-8"))["reports"]:
        matrix = entry.get("matrix", {})
        for values in itertools.product(*matrix.values()):
            chosen = dict(zip(matrix, values, strict=True))
            lang = chosen.pop("lang")
            yield {
                "entry": entry["name"],
                "notebook": str((plan.parent / entry["notebook"]).resolve()),
                "title": entry["title"],
                "expects": entry.get("expects", {}),
                "lang": lang,
                "values": [str(value) for value in chosen.values()],
                "parameters": {**entry.get("parameters", {}), **chosen},
            }


def _varied(report: dict[str, Any], number: int) -> dict[str, Any]:
    """The report of pass ``number``: the committed one first, then with other values, at last repeated."""
    extra = EXTRA.get(report["entry"], {})
    choices = list(itertools.product(*extra.values()))
    values = dict(zip(extra, choices[number % len(choices)], strict=True))
    more = values if number % len(choices) else {}
    return {**report, "parameters": {**report["parameters"], **more}, "pass": number, "copy": number // len(choices)}
