"""Data packages of any size, made up: ``make(folder, areas)`` writes 440 observations and 10 targets for each area.

The description and the code lists of indicators, ratios, units, qualifiers and statuses are the project's own; areas,
sources and all figures are invented. The same call gives the same bytes. Figures are made and written in blocks of areas,
so a package needs little memory, and a small one is the beginning of a large one.
"""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

DATA = Path(__file__).resolve().parents[1] / "data"
SMALL, MIDDLE, LARGE = 34, 3_321, 33_210  # areas: 15 thousand, 1.46 million and 14.6 million observations
YEARS = np.arange(2003, 2023)
TARGET_YEARS = (2020, 2025)  # one that has passed, one to come
INDICATORS, TARGETS = 22, 10  # of each area
BLOCK = 500  # areas made at once
SEED = 423
COUNTRY, REPORT, REVIEW, PRICES = "VN", "report-2019", "review-2020", "prices"
ISSUED = {REPORT: "2019-06-17", REVIEW: "2020-12-01", PRICES: ""}  # of the sources that are not of one year
KINDS = ("yearbook", "press", "page")  # sources of each year: official and late; dated press; a page without a day
QUALIFIERS, SHARES = ("exact", "about", "more_than", "nearly", "less_than"), (0.85, 0.08, 0.04, 0.02, 0.01)
NOTES = ("", "as printed", '"estimate of the office, revised"')
LEVEL, SECOND, REPEAT, CHANGE, UNDATED = range(5)  # what a row states
Block = dict[str, np.ndarray]


CREATED = "2026-01-01"  # the day that the package says it was made


def make(folder: Path, areas: int, source: Path = DATA) -> Path:
    """Write a valid package of ``areas`` areas into the empty ``folder``; ``source`` is the package it takes its code lists from."""
    shutil.copytree(source, folder, dirs_exist_ok=True)
    descriptor = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    resources = {resource["name"]: resource for resource in descriptor["resources"]}
    codes = [f"{COUNTRY}-{number:05d}" for number in range(1, areas + 1)]
    indicators = _indicators(folder)
    _write_records(folder, resources["ref_area"], _areas(codes))
    _write_records(folder, resources["source"], _sources())
    _write_records(folder, resources["deflators"], _deflators())
    if "events" in resources:
        event = {"ref_area": COUNTRY, "date": "2016-07-01", "label_vi": "một ngày", "label_en": "a day", "source": REPORT}
        _write_records(folder, resources["events"], [event])
    _write_blocks(folder, resources["observations"], resources["targets"], codes, indicators)
    for resource in resources.values():
        if resource["name"] not in ("observations", "targets"):  # sealed as they were written
            content = (folder / resource["path"]).read_bytes()
            resource |= {"bytes": len(content), "hash": f"sha256:{hashlib.sha256(content).hexdigest()}"}
    descriptor |= {"name": f"made-{areas}", "title": "Made-up figures", "title_vi": "Số liệu bịa", "created": CREATED}
    if "defaults" in descriptor:
        descriptor["defaults"] |= {"ref_area": codes[0], "start": int(YEARS[0]), "end": int(YEARS[-1]), "target_years": list(TARGET_YEARS)}
    (folder / "datapackage.json").write_text(json.dumps(descriptor, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return folder


# ---------------------------------------------------------------- code lists and prices


def _indicators(folder: Path) -> list[dict[str, str]]:
    """The indicators that ratios use, the flows, and others in the list's order, until there are enough."""
    every = _records(folder / "codelists" / "indicator.csv")
    ratios = _records(folder / "codelists" / "ratio.csv")
    used = {ratio[column] for ratio in ratios for column in ("numerator", "denominator", "observed")}
    first = [one for one in every if one["id"] in used or one["kind"] == "flow"]
    chosen = [*first, *(one for one in every if one not in first)][:INDICATORS]
    return [one for one in every if one in chosen]


def _areas(codes: list[str]) -> list[dict[str, str]]:
    country = {"id": COUNTRY, "label_vi": "cả nước", "label_en": "the country", "short_vi": "cả nước", "short_en": "country", "level": "country"}
    rows = [country]
    for number, code in enumerate(codes):
        name = {"label_vi": f"vùng {code}", "label_en": f"area {code}", "short_vi": code, "short_en": code}
        row = {"id": code, **name, "level": "province", "parent": COUNTRY}
        if number % 10 == 9:
            row["valid_from"] = "2000-01-01"
        if number % 50 == 49:  # it ends after its last figure and before its last target
            row |= {"valid_to": "2024-12-31", "successor": codes[number - 1]}
        rows.append(row)
    return rows


def _sources() -> list[dict[str, str]]:
    def source(code: str, issued: str, evidence: str, reliability: str, family: str = "province", assumed: str = "") -> dict[str, str]:
        title = {"title_vi": f"Nguồn {code}", "title_en": f"Source {code}", "short_vi": code, "short_en": code, "publisher": "made up"}
        known = {"evidence": evidence, "reliability": reliability, "family": family, "assumed_date": assumed}
        return {"id": code, **title, "issued": issued, "licence": "made up", **known}

    rows = [
        source(REPORT, ISSUED[REPORT], "report", "high"),
        source(REVIEW, ISSUED[REVIEW], "published", "medium", assumed="2018-12-31"),
        source(PRICES, ISSUED[PRICES], "published", "high"),
    ]
    for year in (YEARS[0] - 1, *YEARS):
        rows.append(source(f"yearbook-{year}", f"{year + 1}-06-30", "published", "high"))
        rows.append(source(f"press-{year}", f"{year + 1}-03", "published", "medium"))
        rows.append(source(f"page-{year}", "", "published", "low", "alliance"))
    return rows


def _deflators() -> list[dict[str, str]]:
    fixed = {"ref_area": COUNTRY, "index": "cpi", "base_period": "2010", "source": PRICES}
    return [{**fixed, "time_period": str(year), "obs_value": f"{100 * 1.05 ** (year - 2010):.3f}"} for year in range(1995, 2025)]


# ---------------------------------------------------------------- figures


def _write_blocks(folder: Path, observations: dict[str, Any], targets: dict[str, Any], codes: list[str], indicators: list[dict[str, str]]) -> None:
    """Both files block by block, with size and hash into their resources."""
    with _Table(folder, observations) as stated, _Table(folder, targets) as aims:
        for begin in range(0, len(codes), BLOCK):
            rng = np.random.default_rng([SEED, begin])
            names = np.array(codes[begin : begin + BLOCK], dtype="S")
            # a whole block is drawn even where it is cut, so that the size of a package does not change its figures
            values = _values(rng, indicators)
            stated.add(_observations(rng, names, values[: len(names)], indicators))
            aims.add(_targets(rng, names, values[: len(names)], indicators))


def _values(rng: np.random.Generator, indicators: list[dict[str, str]]) -> np.ndarray:
    """Tenths of the unit by area, indicator and year: each series grows at a pace of its own, with some noise; counts are whole."""
    shape = (BLOCK, len(indicators), 1)
    money = np.array([one["group"] == "money" for one in indicators])[:, None]
    first = 10 ** (rng.uniform(1, 3, shape) + 2 * money)
    pace, noise = rng.normal(0.05, 0.04, shape), rng.normal(0, 0.03, (BLOCK, len(indicators), len(YEARS)))
    values = first * np.exp(np.log1p(pace) * (YEARS - YEARS[0]) + noise)
    begun_late = (rng.random(shape) < 0.02) & (np.arange(len(YEARS)) < 3) & ~money  # a count of 0 in its first years
    return np.where(money, np.rint(10 * values), 10 * np.rint(values) * ~begun_late).astype("int64")


def _observations(rng: np.random.Generator, areas: np.ndarray, values: np.ndarray, indicators: list[dict[str, str]]) -> Block:
    """A figure for each area, indicator and year; some give way to a second statement, a repeat, a change or an undated figure."""
    shape = values.shape

    def drawn() -> np.ndarray:
        return rng.random((BLOCK, *shape[1:]))[: shape[0]]

    def column(name: str, *words: str) -> np.ndarray:
        return np.array([one[name] in words for one in indicators])[None, :, None]

    flow, stock = column("kind", "flow"), column("kind", "stock")
    state, at = np.zeros(shape, dtype=int), drawn()
    state[at < 0.12] = SECOND
    state[at < 0.03] = REPEAT
    state = np.where((at < 0.01) & column("group", "count") & stock, CHANGE, state)
    state[:, :, 1:][state[:, :, :-1] != LEVEL] = LEVEL  # what a row refers to, the year before, is a level
    state[:, :, 1:] *= (state[:, :, :-1] == LEVEL) | (state[:, :, 1:] == LEVEL)
    state[:, :, 0] = LEVEL
    state[:, :, 1][state[:, :, 1] == CHANGE] = LEVEL  # a change is counted from the first year, so none is of that year
    undated = np.isin(YEARS, int(ISSUED[REVIEW][:4]) - 1)
    state[np.broadcast_to(undated, shape) & (state == LEVEL) & (drawn() < 0.1)] = UNDATED
    before = np.isin(state, (SECOND, CHANGE))
    year = np.broadcast_to(YEARS, shape) - before
    year[:, :, 0] -= drawn()[:, :, 0] < 0.02  # a series that begins a year earlier, and has no figure of the first year
    earlier = np.concatenate([values[:, :, :1], values[:, :, :-1]], axis=2)

    # sources: the report up to its own year, yearbooks, weak pages; of the special rows the press, pages and the review
    of, pick = np.where(drawn() < 0.9, drawn()[:, :1], drawn()), np.full(shape, "yearbook-", dtype="S12")  # mostly one source for an area's year
    pick[of < 0.06] = b"page-"
    reported = ((of > 0.8) & (year < int(ISSUED[REPORT][:4]))) | ((of > 0.7) & (year == int(ISSUED[REPORT][:4])))
    source = np.char.add(pick, _text(year))
    source[reported] = REPORT.encode()

    form = drawn()
    day = np.datetime64("1970-01-01") + 0 * year
    new_year = (year - 1970).astype("datetime64[Y]")
    day = new_year.astype("datetime64[D]") + np.where(form < 0.4, 364, (drawn() * 365).astype(int))
    period = _text(year).astype("S15")
    whole_day, month, half = stock & (form < 0.45), stock & (form > 0.95), flow & (form > 0.94)
    now = reported & (year == int(ISSUED[REPORT][:4]))  # "this year": no day after the report's own
    period = np.where(whole_day & ~now, day.astype("datetime64[D]").astype("S10"), period)
    period = np.where(month & ~now, np.char.add(period, b"-12"), period)
    period = np.where(half & ~now, np.char.add(np.char.add(period, b"-01/"), np.char.add(_text(year), b"-06")), period)

    qualifier = np.searchsorted(np.cumsum(SHARES), drawn() * 0.999999)
    stated = np.where(qualifier > 0, _rounded(values), values)
    second = state == SECOND
    stated = np.where(second, np.rint(earlier * (1 + 0.1 * (drawn() - 0.5)) / 10).astype("int64") * 10, stated)
    stated = np.where(state == REPEAT, earlier, stated)
    source[second] = np.char.add(b"press-", _text(year))[second]
    source[state == REPEAT] = np.char.add(b"page-", _text(year))[state == REPEAT]
    source[state == UNDATED] = REVIEW.encode()
    period = np.where(state == UNDATED, b"", period)
    note = np.array(NOTES, dtype="S").take(np.searchsorted([0.96, 0.99], drawn()))
    note = np.where(state == REPEAT, b"repeat: the figure of the year before", note)
    place = np.broadcast_to(np.char.add(b"table ", _text(np.arange(1, shape[1] + 1)))[None, :, None], shape)
    cells = {
        "ref_area": np.broadcast_to(areas[:, None, None], shape),
        "indicator": np.broadcast_to(np.array([one["id"] for one in indicators], dtype="S")[None, :, None], shape),
        "time_period": period,
        "measure": np.where(state == CHANGE, b"change", b"level"),
        "since": np.where(state == CHANGE, f"{YEARS[0]}-12-31".encode(), b""),
        "obs_value": stated,
        "qualifier": np.array(QUALIFIERS, dtype="S").take(qualifier),
        "obs_status": np.array([b"A", b"P", b"E"]).take(np.searchsorted([0.96, 0.98], drawn())),
        "source": source,
        "repeated": np.where(state == REPEAT, b"true", b""),
        "locator": place,
        "comment": note,
    }
    changes = np.nonzero(state == CHANGE)
    level = (*changes[:2], changes[2] - 1)
    for name in ("time_period", "source"):  # of one statement: a level, and how much of it is new
        cells[name][changes] = cells[name][level]
    cells["obs_value"][changes] = stated[level] // 40 * 10
    flat = {name: np.ascontiguousarray(array).reshape(-1) for name, array in cells.items()}
    return flat | {"obs_value": _number(flat["obs_value"])}


def _targets(rng: np.random.Generator, areas: np.ndarray, values: np.ndarray, indicators: list[dict[str, str]]) -> Block:
    """Two target days for the first indicator of each kind, group and direction."""
    places = list(
        {
            (one["kind"], one["group"], one["direction"]): place for place, one in reversed(list(enumerate(indicators))) if int(one["direction"])
        }.values()
    )
    places = sorted(places)[: TARGETS // len(TARGET_YEARS)]
    shape = (len(areas), len(places), len(TARGET_YEARS))

    def drawn() -> np.ndarray:
        return rng.random((BLOCK, *shape[1:]))[: len(areas)]

    less = np.array([indicators[place]["direction"] == "-1" for place in places])[None, :, None]
    known = values[:, places, list(YEARS).index(int(ISSUED[REPORT][:4]) - 1)][:, :, None]
    wanted = known * np.where(less, 1 - 0.6 * drawn(), 0.9 + drawn()) * np.array([1, 1.2])
    stated = _rounded(np.rint(wanted / 10).astype("int64") * 10)
    stated = np.where(less & (drawn() < 0.02), 0, stated)
    cells = {
        "ref_area": np.broadcast_to(areas[:, None, None], shape),
        "indicator": np.broadcast_to(np.array([indicators[place]["id"] for place in places], dtype="S")[None, :, None], shape),
        "target_date": np.broadcast_to(np.array([f"{year}-12-31" for year in TARGET_YEARS], dtype="S"), shape),
        "target_value": stated,
        "qualifier": np.array([b"exact", b"about", b"more_than"]).take(np.searchsorted([0.6, 0.9], drawn())),
        "source": np.full(shape, REPORT.encode()),
        "set_on": np.where(drawn() < 0.1, b"2018-12-31", b""),
        "base_period": np.where(drawn() < 0.05, b"2010", b""),
        "locator": np.full(shape, b"plan"),
    }
    flat = {name: np.ascontiguousarray(array).reshape(-1) for name, array in cells.items()}
    return flat | {"target_value": _number(flat["target_value"])}


def _rounded(tenths: np.ndarray) -> np.ndarray:
    """The same to two digits, as "about 1,800" is printed; no finer than the unit."""
    size = 10 ** np.maximum(np.floor(np.log10(np.maximum(tenths, 1))) - 1, 1).astype("int64")
    return (tenths + size // 2) // size * size


def _text(numbers: np.ndarray) -> np.ndarray:
    return numbers.astype("S4")


def _number(tenths: np.ndarray) -> np.ndarray:
    whole, rest = tenths // 10, tenths % 10
    return np.where(rest > 0, np.char.add(np.char.add(whole.astype("S12"), b"."), rest.astype("S1")), whole.astype("S12"))


# ---------------------------------------------------------------- files


class _Table:
    """A CSV file with the columns of its description; a column that a block does not have stays empty."""

    def __init__(self, folder: Path, resource: dict[str, Any]) -> None:
        self.file, self.resource = (folder / resource["path"]).open("wb"), resource
        self.columns = [field["name"] for field in resource["schema"]["fields"]]
        self.hash, self.size = hashlib.sha256(), 0

    def __enter__(self) -> _Table:
        self._write(",".join(self.columns).encode() + b"\n")
        return self

    def add(self, block: Block) -> None:
        """All rows at once: cells as bytes of one width side by side, from which the filling zeros are then left out."""
        rows = len(next(iter(block.values())))
        cells = []
        for name in self.columns:
            column = block.get(name, np.zeros(rows, dtype="S1"))
            cells += [column.view("uint8").reshape(rows, -1), np.full((rows, 1), ord(","), dtype="uint8")]
        cells[-1] = np.full((rows, 1), ord("\n"), dtype="uint8")
        content = np.concatenate(cells, axis=1).ravel()
        self._write(content[content > 0].tobytes())

    def __exit__(self, *_: object) -> None:
        self.file.close()
        self.resource |= {"bytes": self.size, "hash": f"sha256:{self.hash.hexdigest()}"}

    def _write(self, content: bytes) -> None:
        self.file.write(content)
        self.hash.update(content)
        self.size += len(content)


def _records(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _write_records(folder: Path, resource: dict[str, Any], records: Iterator[dict[str, str]] | list[dict[str, str]]) -> None:
    columns = [field["name"] for field in resource["schema"]["fields"]]
    with (folder / resource["path"]).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(records)
