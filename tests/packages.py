"""Data packages for tests: the cases of tests/cases in the form of version 1.0.0, and packages made of a few rows."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from coopanalysis.dataset.descriptor import default_folder
from coopanalysis.dataset.seal import seal

CASES = Path(__file__).parent / "cases"
AREA, REPORT, PRESS, WEAK = "X-1", "report", "press", "weak"
Row = dict[str, Any]


def case(folder: Path, name: str) -> Path:
    """One of tests/cases, whole and sealed: files of its own over those that all have."""
    root = folder / name
    for part in ("common", name):
        shutil.copytree(CASES / part, root, dirs_exist_ok=True)
    seal(root)
    return root


def level(indicator: str, period: str, value: float | str, source: str = REPORT, **more: Any) -> Row:
    """A row of observations.csv, exact and as stated unless said otherwise."""
    plain = {"ref_area": AREA, "measure": "level", "qualifier": "exact", "obs_status": "A", "since": ""}
    return {**plain, "indicator": indicator, "time_period": period, "obs_value": value, "source": source, **more}


def target(indicator: str, date: str, value: float | str, source: str = REPORT, **more: Any) -> Row:
    return {"ref_area": AREA, "indicator": indicator, "target_date": date, "target_value": value, "qualifier": "exact", "source": source, **more}


def made(folder: Path, observations: Iterable[Row], targets: Iterable[Row] = (), *, prices: bool = True, **lists: Iterable[Row]) -> Path:
    """A sealed package of these rows with invented areas and sources; ``lists`` replace a code list or table by its rows.

    Sources: "report" (the report, high, issued 2019-06-30), "press" (medium) and "weak" (low), both issued 2029-12-31.
    Area X-1 lies in X, whose prices it uses.
    """
    root = folder / "made"
    shutil.copytree(default_folder(), root)
    name = {"title_vi": "nguồn", "title_en": "source", "short_vi": "nguồn", "short_en": "source", "publisher": "nobody", "licence": "invented"}
    sources = [
        {**name, "id": REPORT, "issued": "2019-06-30", "evidence": "report", "reliability": "high"},
        {**name, "id": PRESS, "issued": "2029-12-31", "evidence": "published", "reliability": "medium"},
        {**name, "id": WEAK, "issued": "2029-12-31", "evidence": "published", "reliability": "low"},
    ]
    areas = [
        {"id": code, "parent": parent, **dict.fromkeys(("label_vi", "label_en", "short_vi", "short_en"), f"Area {code}")}
        for code, parent in ((AREA, "X"), ("X-2", "X"), ("X", ""))
    ]
    index = [
        {"ref_area": "X", "index": "cpi", "time_period": year, "obs_value": 100 + 5 * (year - 2010), "base_period": 2010, "source": PRESS}
        for year in range(2000, 2025)
    ]
    tables: dict[str, Iterable[Row]] = {
        "observations": observations, "targets": targets, "deflators": index if prices else [], "events": [],
        "source": sources, "ref_area": areas, **lists,
    }  # fmt: skip
    path = root / "datapackage.json"
    descriptor = json.loads(path.read_text(encoding="utf-8"))
    descriptor["defaults"] = {}
    path.write_text(json.dumps(descriptor, ensure_ascii=False), encoding="utf-8")
    for resource in descriptor["resources"]:
        if resource["name"] in tables:
            write(root / resource["path"], [field["name"] for field in resource["schema"]["fields"]], tables[resource["name"]])
    seal(root)
    return root


def write(file: Path, columns: list[str], rows: Iterable[Row]) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
