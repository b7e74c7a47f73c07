"""A data package read by hand: what an analyst who knows pandas well would write for these files and no others.

Columns, words and rules are typed here instead of read from a description. Nothing of the project's library is used. The
checks are the library's rules for cells and rows, each vectorised, on distinct texts where a column repeats them.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

LISTS = ("indicator", "ratio", "ref_area", "unit", "source", "obs_status", "qualifier")
KEY = ["ref_area", "indicator", "time_period", "measure", "since", "source"]
TEXTS = ("time_period", "since", "obs_value", "repeated", "locator", "comment")
NUMBER = r"[+-]?[0-9]+(?:\.[0-9]+)?"
THOUSANDS = r"[+-]?[1-9][0-9]{0,2}\.[0-9]{3}"
POINT = r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?"
PERIOD = rf"(?:{POINT}(?:/{POINT})?|\.\./{POINT}|)"
RELIABILITY, EXACT = ["high", "medium", "low"], "exact"
Data = dict[str, pd.DataFrame]


class Faults(Exception):
    """What is wrong with the files, a line each."""


class _Told:
    """Faults by file, column and rule, with the first rows that have them."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, file: str, column: str, rule: str, bad: Any) -> None:
        bad = np.asarray(bad, dtype=bool)
        if bad.any():
            rows = ", ".join(map(str, np.flatnonzero(bad)[:10] + 2))
            self.lines.append(f"{file}, {column}: {rule} in {bad.sum()} rows: {rows}")


def load(folder: Path) -> Data:
    """Code lists indexed by ``id``, observations with days, bounds, grade and derived levels, targets, deflators. Raises :class:`Faults`."""
    told = _Told()
    _check_hashes(folder, told)
    data = {name: _code_list(folder, name, told) for name in LISTS}
    data["observations"] = _observations(folder, data, told)
    data["targets"] = _targets(folder, data, told)
    data["deflators"] = _deflators(folder, data, told)
    if told.lines:
        raise Faults("\n".join(told.lines))
    data["observations"] = _with_derived(data["observations"])
    return data


def _check_hashes(folder: Path, told: _Told) -> None:
    for resource in json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))["resources"]:
        with (folder / resource["path"]).open("rb") as file:
            changed = hashlib.file_digest(file, "sha256").hexdigest() != resource["hash"].removeprefix("sha256:")
        told.add(resource["path"], "", "changed since it was sealed", [changed])


# ---------------------------------------------------------------- code lists, targets, prices


def _code_list(folder: Path, name: str, told: _Told) -> pd.DataFrame:
    frame = _as_text(folder / "codelists" / f"{name}.csv", told)
    told.add(name, "id", "no code, or twice", ~frame["id"].str.fullmatch(r"[A-Za-z0-9_-]+") | frame["id"].duplicated())
    for column in ("monetary",):
        if column in frame:
            told.add(name, column, "neither true nor false", ~frame[column].isin(["true", "false"]))
            frame[column] = frame[column].eq("true")
    for column in ("direction", "decimals", "sort_key"):
        if column in frame:
            told.add(name, column, "no whole number", ~frame[column].str.fullmatch(r"-?[0-9]+"))
            frame[column] = pd.to_numeric(frame[column], errors="coerce")
    for column in ("valid_from", "valid_to", "assumed_date"):
        if column in frame:
            days = _days(frame[column])
            told.add(name, column, "no day", days.isna() & frame[column].ne(""))
            frame[column] = days
    for column, words in {"evidence": ["report", "published"], "reliability": RELIABILITY, "kind": ["stock", "flow", "average"]}.items():
        if column in frame:
            told.add(name, column, "another word", ~frame[column].isin(words))
    for column in ("parent", "successor", "part_of"):
        if column in frame:
            told.add(name, column, "not in the list", ~frame[column].isin([*frame["id"], ""]))
    return frame.set_index("id")


def _targets(folder: Path, data: Data, told: _Told) -> pd.DataFrame:
    frame = _as_text(folder / "targets.csv", told)
    told.add("targets", "key", "twice", frame.duplicated(["ref_area", "indicator", "target_date", "source"]))
    for column in ("ref_area", "indicator", "qualifier", "source"):
        frame[column] = pd.Categorical.from_codes(data[column].index.get_indexer(frame[column]), data[column].index)
        told.add("targets", column, "not in the code list", frame[column].isna())
    plain = frame["target_value"].str.fullmatch(NUMBER)
    told.add("targets", "target_value", "no number", ~plain)
    values = pd.to_numeric(frame["target_value"].where(plain), errors="coerce")
    described = data["indicator"].iloc[frame["indicator"].cat.codes]
    told.add("targets", "target_value", "not whole", _whole(described) & (values % 1 > 0))
    frame["target_value"] = values
    for column in ("target_date", "set_on"):
        days = _days(frame[column])
        told.add("targets", column, "no day", days.isna() & (frame[column].ne("") | (column == "target_date")))
        frame[column] = days
    frame["lower"], frame["upper"] = bounds(values.to_numpy(), frame["qualifier"])
    return frame.assign(row=np.arange(2, len(frame) + 2))


def _deflators(folder: Path, data: Data, told: _Told) -> pd.DataFrame:
    frame = _as_text(folder / "deflators.csv", told)
    told.add("deflators", "key", "twice", frame.duplicated(["ref_area", "index", "time_period"]))
    for column in ("ref_area", "source"):
        told.add("deflators", column, "not in the code list", ~frame[column].isin(data[column].index))
    told.add("deflators", "time_period", "no year", ~frame["time_period"].str.fullmatch("[0-9]{4}"))
    values = pd.to_numeric(frame["obs_value"], errors="coerce")
    told.add("deflators", "obs_value", "not above 0", ~(values > 0))
    at_base = frame["time_period"].eq(frame["base_period"])
    told.add("deflators", "obs_value", "not 100 in its base period", at_base & (values - 100).abs().gt(1e-9))
    return frame.assign(obs_value=values, year=frame["time_period"].astype(int))


def _as_text(path: Path, told: _Told) -> pd.DataFrame:
    frame = pd.read_csv(path, dtype=str, keep_default_na=False, skip_blank_lines=False)
    told.add(path.name, frame.columns[-1], "a row too short", frame[frame.columns[-1]].isna())
    return frame


# ---------------------------------------------------------------- observations


def _observations(folder: Path, data: Data, told: _Told) -> pd.DataFrame:
    known = {column: pd.CategoricalDtype(data[column].index) for column in ("ref_area", "indicator", "qualifier", "obs_status", "source")}
    known["measure"] = pd.CategoricalDtype(["level", "change"])
    types = known | dict.fromkeys(TEXTS, object)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a word that its list does not have is read as missing, which is told below
        frame = pd.read_csv(folder / "observations.csv", dtype=types, keep_default_na=False, skip_blank_lines=False)
    told.add("observations", "comment", "a row too short", frame["comment"].isna())
    for column in known:
        told.add("observations", column, "not in the code list", frame[column].isna())
    texts = {}
    for column in TEXTS:  # distinct texts, and where each stands
        at, distinct = pd.factorize(frame[column], use_na_sentinel=False)
        texts[column] = text = pd.Series(distinct, dtype="str").fillna("")
        told.add("observations", column, "spaces around it, or letters in decomposed form", text.map(_odd).to_numpy()[at])
        frame[column] = at if column in ("since", "obs_value", "repeated") else pd.Categorical.from_codes(at, text)
    told.add("observations", "key", "twice", frame.duplicated(KEY))

    plain = texts["obs_value"].str.fullmatch(NUMBER)
    number = pd.to_numeric(texts["obs_value"].where(plain), errors="coerce")
    marked = texts["obs_value"].str.fullmatch(THOUSANDS)
    at = frame["obs_value"].to_numpy()
    told.add("observations", "obs_value", "no number", number.isna().to_numpy()[at])
    told.add("observations", "obs_value", "too large", number.abs().ge(1e15).to_numpy()[at])
    indicators = data["indicator"]
    of = frame["indicator"].cat.codes.to_numpy()
    whole, few = _whole(indicators).to_numpy()[of], (indicators["group"].ne("share") & indicators["decimals"].lt(3)).to_numpy()[of]
    told.add("observations", "obs_value", "not whole", whole & (marked | (number % 1 > 0)).to_numpy()[at])
    told.add("observations", "obs_value", "the point may mark thousands", few & marked.to_numpy()[at])
    told.add("observations", "repeated", "neither true nor false", ~texts["repeated"].isin(["true", "false", ""]).to_numpy()[frame["repeated"]])
    since = _days(texts["since"])
    told.add("observations", "since", "no day", (since.isna() & texts["since"].ne("")).to_numpy()[frame["since"]])
    frame = frame.assign(
        obs_value=number.to_numpy()[at],
        since=since.to_numpy()[frame["since"]],
        repeated=texts["repeated"].eq("true").to_numpy()[frame["repeated"]],
        row=np.arange(2, len(frame) + 2),
    )
    change = frame["measure"].eq("change")
    told.add("observations", "since", "a change without it, or a level with it", change != frame["since"].notna())

    periods = _periods(texts["time_period"])
    at = frame["time_period"].cat.codes.to_numpy()
    told.add("observations", "time_period", "no period", ~periods["valid"].to_numpy()[at])
    start, end = periods["start"].to_numpy()[at], periods["end"].to_numpy()[at]
    area, source = data["ref_area"].iloc[frame["ref_area"].cat.codes], frame["source"].cat.codes.to_numpy()
    told.add("observations", "time_period", "the area did not exist", (end < area["valid_from"].to_numpy()) | (end > area["valid_to"].to_numpy()))
    issued = _periods(data["source"]["issued"])
    estimated = frame["obs_status"].isin(["E", "F"]).to_numpy()
    told.add("observations", "time_period", "later than its source", (start > issued["end"].to_numpy()[source]) & ~estimated)
    stated = frame[["ref_area", "indicator", "time_period", "source", "obs_value"]]
    pairs = stated[change].merge(stated[~change], on=["ref_area", "indicator", "time_period", "source"], suffixes=("", "_level"))
    told.add("observations", "obs_value", "a change larger than its level", pairs["obs_value"] > pairs["obs_value_level"])

    is_day = periods["is_day"].to_numpy()[at]
    assumed = data["source"]["assumed_date"].to_numpy()[source]
    day = issued["end"].where(issued["is_day"]).to_numpy()[source]
    now = ~is_day & (start <= day) & (day <= end)
    grade = pd.Categorical(data["source"]["reliability"], RELIABILITY).codes + 3 * data["source"]["evidence"].ne("report").to_numpy()
    lower, upper = bounds(frame["obs_value"].to_numpy(), frame["qualifier"])
    return frame.assign(
        period_start=start,
        period_end=end,
        date=np.where(is_day | np.isnat(assumed), end, assumed),
        stated_date=np.where(now, day, end),
        date_assumed=~is_day,
        dated=pd.Categorical(periods["dated"]).take(at),
        lower=lower,
        upper=upper,
        grade=grade.astype("int8")[source],
    )


def _with_derived(frame: pd.DataFrame) -> pd.DataFrame:
    """The levels that stated changes imply, below the stated ones: level minus change of one area, indicator, source and day."""
    change = frame["measure"].eq("change")
    pairs = frame[~change].merge(frame[change], on=["ref_area", "indicator", "source", "date"], suffixes=("", "_change"))
    since = pairs["since_change"]
    looser = pairs["qualifier"].astype("str").where(pairs["qualifier"].ne(EXACT), pairs["qualifier_change"].astype("str"))
    derived = pairs[frame.columns].assign(
        obs_value=(pairs["obs_value"] - pairs["obs_value_change"]).round(9),
        qualifier=looser.astype(frame["qualifier"].dtype),
        lower=pairs["lower"] - pairs["upper_change"],
        upper=pairs["upper"] - pairs["lower_change"],
        period_start=since,
        period_end=since,
        date=since,
        stated_date=since,
        time_period=since.dt.strftime("%Y-%m-%d"),
        since=pd.NaT,
        date_assumed=False,
        dated="day",
        comment="",
        repeated=False,
        derived=True,
        derivation=[f"{level:.15g} − {less:.15g}" for level, less in zip(pairs["obs_value"], pairs["obs_value_change"], strict=True)],
        change_row=pairs["row_change"],
    )
    frame = frame.assign(derived=False, derivation="", change_row=0)
    for column in ("time_period", "dated", "comment", "derivation"):
        words = frame[column].astype("category")
        words = words.cat.add_categories(sorted({*derived[column]} - {*words.cat.categories}))
        frame[column], derived[column] = words, derived[column].astype(words.dtype)
    return pd.concat([frame, derived], ignore_index=True)


def bounds(values: np.ndarray, qualifiers: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """The interval that a qualified figure can lie in."""
    lower, upper = values.astype(float), values.astype(float)  # copies
    loose = np.flatnonzero(qualifiers.ne(EXACT))
    value, word = values[loose], qualifiers.iloc[loose].astype("str").to_numpy()
    unit = np.ones(len(value))
    for power in range(-6, 15):  # of the last digit that is not 0
        steps = value / 10.0**power
        unit = np.where((np.abs(steps - np.rint(steps)) <= 1e-9 * np.abs(steps)) & (value != 0), 10.0**power, unit)
    nearly, less, more, about = (word == one for one in ("nearly", "less_than", "more_than", "about"))
    lower[loose] = np.select(
        [about, nearly, less], [value - unit / 2, value - np.minimum(unit, 0.1 * np.abs(value)), np.where(value < 0, -np.inf, 0)], value
    )
    upper[loose] = np.select([about, more], [value + unit / 2, np.inf], value)
    return lower, upper


# ---------------------------------------------------------------- texts


def _whole(indicators: pd.DataFrame) -> pd.Series:
    """Whether an indicator is a count: whole numbers only."""
    counted = indicators["group"].eq("count") & indicators["kind"].isin(["stock", "flow"])
    return counted & indicators["decimals"].eq(0) & ~indicators["monetary"]


def _odd(text: str) -> bool:
    return text != text.strip() or not unicodedata.is_normalized("NFC", text)


def _days(text: pd.Series) -> pd.Series:
    return pd.to_datetime(text.where(text.str.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}")), format="%Y-%m-%d", errors="coerce").astype("datetime64[s]")


def _periods(text: pd.Series) -> pd.DataFrame:
    """First and last day of distinct texts such as 2018, 2018-06, 2018-12-31, 2014/2016-06, ../2022 or nothing."""
    parts = text.str.partition("/")
    first, last = parts[0], parts[2].where(parts[1].ne(""), parts[0])
    start, of = (_days((one + "-01-01").str[:10]) for one in (first, last))
    length = last.str.len()
    end = of.where(length.eq(10), (of + pd.offsets.MonthEnd(0)).where(length.eq(7), of + pd.offsets.YearEnd(0))).astype("datetime64[s]")
    valid = text.str.fullmatch(PERIOD) & (text.eq("") | (end.notna() & (first.eq("..") | start.le(end)) & end.dt.year.between(1500, 2199)))
    is_day = text.str.len().eq(10) & parts[1].eq("")
    dated = np.select([text.eq(""), parts[1].ne("")], ["none", "range"], length.map({4: "year", 7: "month", 10: "day"}).fillna("none"))
    return pd.DataFrame({"start": start, "end": end, "is_day": is_day, "dated": dated, "valid": valid})
