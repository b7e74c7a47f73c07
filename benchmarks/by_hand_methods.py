"""What other bodies would say of the same targets, by hand: a model range, Open SDG, ESCAP, SDSN and UNSD."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.by_hand_pandas import anniversary, rate, years_between

ORIGIN, LAST_DAY = pd.Timestamp("2000-12-31"), np.datetime64("9999-12-31")


def methods(table: pd.DataFrame) -> dict[str, object]:
    """Columns beside base, baseline, current, latest and target; a reached target is achieved for all of them."""
    met, sign, goal = table["reached"], table["direction"], table["target_value"]
    later = table["current_value"].notna() & (table["current_family"] == table["baseline_family"])
    value, day = ({name: table[f"{name}_{of}"] for name in ("base", "baseline", "current")} for of in ("value", "date"))
    begin, end = ((one["baseline"].where(later, one["base"]), one["current"].where(later, one["baseline"])) for one in (value, day))
    begin, end = (begin[0], end[0]), (begin[1], end[1])
    usable = (begin[1] < end[1]) & (later | (table["base_family"] == table["baseline_family"]))
    first, from_day, last, to_day = (one.where(usable) for one in (*begin, *end))
    span = pd.Series(years_between(from_day, to_day), index=table.index)
    share = pd.Series(years_between(from_day, table["target_date"]), index=table.index) / span
    with np.errstate(all="ignore"):
        line = first + (last - first) * share
        power = (first * (last / first) ** share).where((first > 0) & (last >= 0) & ((last > 0) | (share >= 0)))
        positive = (first > 0) & (last > 0) & (goal > 0)
        steps = {
            "linear": (goal - first) / (last - first),
            "exponential": np.log((goal / first).where(positive)) / np.log((last / first).where(positive)),
        }
    steps["linear"] = steps["linear"].mask(goal.eq(first) & last.notna(), 0.0)
    steps["exponential"] = steps["exponential"].mask(goal.eq(first) & (first > 0) & (last > 0), 0.0)
    none = table["current_value"].isna()
    found: dict[str, object] = {"linear_value": line.where(none), "exponential_value": power.where(none)}
    found |= {f"{name}_date": _day_after(from_day, one * span).where(none) for name, one in steps.items()}
    for name, ahead in (("linear", line), ("constant", power)):
        found |= _escap_gap(name, value["baseline"], ahead, goal, sign, met)
    with np.errstate(all="ignore"):
        done = 10 * sign * (value["current"] - value["baseline"]) / (goal - value["baseline"]).abs().where(goal.ne(value["baseline"]))
    done = done.mask(sign * (value["current"] - goal) >= 0, 10.0)
    found["escap_status"] = done.where((later | met) & later & value["baseline"].notna())
    year = {
        name: pd.Series(years_between(pd.Series(ORIGIN, index=table.index), table[f"{name}_date"]))
        for name in ("base", "baseline", "latest", "target")
    }
    needed = sign * (goal - value["baseline"]) / (year["target"] - year["baseline"])
    pace = sign * (last - first) / span / needed.where(needed.ne(0))
    words = ["decreasing", "stagnating", "moderately_improving", "on_track"]
    found["sdsn_class"] = pd.Series(np.select([pace < 0, pace < 0.5, pace < 1, pace >= 1], words, "")).mask(met, "target_achieved")
    return found | _from_base(table, year, goal, sign)


def _day_after(begin: pd.Series, years: pd.Series) -> pd.Series:
    """The whole day so many years later, rounded up; NaT before the beginning and after the year 9999."""
    usable = (years >= 0) & (years < years_between(begin, pd.Series(LAST_DAY, index=begin.index).astype("datetime64[s]")))
    start = np.where(usable, begin.to_numpy().astype("datetime64[D]"), np.datetime64("2000-01-01"))
    length = years.where(usable, 0.0).to_numpy()
    whole = np.floor(length).astype(int)
    before, after = anniversary(start, whole), anniversary(start, whole + 1)
    days = before + np.ceil((length - whole) * (after - before).astype(float) - 1e-6).astype(int)
    return pd.Series(np.where(usable, days, np.datetime64("NaT")).astype("datetime64[s]"), index=begin.index)


def _escap_gap(name: str, base: pd.Series, ahead: pd.Series, goal: pd.Series, sign: pd.Series, met: pd.Series) -> dict[str, object]:
    with np.errstate(all="ignore"):
        gap = 100 * (goal - ahead).abs() / (goal - base).abs().where(goal.ne(base))
    gap = gap.mask(sign * (ahead - goal) >= 0, 0.0).where(base.notna() & ahead.notna())
    words = np.select([gap <= 10, gap <= 100, gap > 100], ["maintain", "accelerate", "reverse"], "")
    return {f"escap_gap_{name}": gap.mask(met), f"escap_class_{name}": pd.Series(words, index=gap.index).mask(met, "target_achieved")}


def _from_base(table: pd.DataFrame, year: dict[str, pd.Series], goal: pd.Series, sign: pd.Series) -> dict[str, object]:
    """Open SDG's status and score and UNSD's score: growth since the base."""
    base, now = table["base_value"].where(table["base_family"] == table["latest_family"]), table["latest_value"]
    length, whole = year["latest"] - year["base"], year["target"] - year["base"]
    growth, needed = rate(base, now, length), rate(base, goal, whole)
    known = base.notna() & now.notna()
    able = known & (base > 0) & (length > 0)
    with np.errstate(all="ignore"):
        ratio = (sign * growth / np.abs(np.where(needed != 0, needed, np.nan))).where(able)
        expected = np.where(whole > 0, base * (1 + growth) ** whole, np.nan)
        share = (expected - base) / (goal - base).where(goal.ne(base))
    achieved = able & (sign * (now - goal) >= 0)
    score = np.where(ratio >= 0.6, np.minimum(7.1429 * ratio - 4.2857, 5), np.maximum(4.1667 * ratio - 2.5, -5))
    conditions = [ratio.isna() & ~achieved, achieved, ratio >= 0.95, ratio >= 0.6, ratio >= 0]
    words = ["not_available", "target_achieved", "substantial_progress", "moderate_progress", "limited_progress"]
    return {
        "open_sdg_status": np.select(conditions, words, "deterioration"),
        "open_sdg_score": np.where(achieved, 5.0, score),
        "unsd_score": np.select([share >= 0.95, share >= 0.1, share < 0.1], [3.0, 2.0, 1.0], np.nan),
    }
