"""RESULTS.md from results.json and notes.yml: no number in it is typed by hand, and a reason survives the next run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from benchmarks.measure import NOISY, spread
from benchmarks.rows import NOT_MEASURED, ROWS, SHORT, Row, median, verdict

HERE = Path(__file__).parent
RESULTS, NOTES, PAGE = HERE / "results.json", HERE / "notes.yml", HERE / "RESULTS.md"
ADVICE = HERE.parent / "docs" / "cluster.md"
_MEASURED, _END = "<!-- measured: written by tasks.py bench -->\n", "<!-- end -->"
Results = dict[str, dict[str, Any]]


def keep(measured: Results, file: Path = RESULTS) -> Results:
    """Put newly measured rows beside those of earlier runs; returns all."""
    old = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    for key, row in measured.items():
        if row.get("not_measured") and key in old and not old[key].get("not_measured"):
            continue  # what was measured once is not lost because a tool is missing today
        old[key] = row
    kept = {key: old[key] for key in ROWS if key in old}
    file.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    return kept


def write(results: Results, notes: Path = NOTES, page: Path = PAGE, advice: Path = ADVICE) -> None:
    page.write_text(text_of(results, yaml.safe_load(notes.read_text(encoding="utf-8")) or {}), encoding="utf-8")
    advice.write_text(with_advice(advice.read_text(encoding="utf-8"), results), encoding="utf-8")


def with_advice(text: str, results: Results) -> str:
    """The page about clusters with the seconds per report that were measured."""
    before, _, rest = text.partition(_MEASURED)
    _, _, after = rest.partition(_END)
    return before + _MEASURED + _seconds_per_report(results) + _END + after


def _seconds_per_report(results: Results) -> str:
    """How long a report takes here and on Dask workers, and how many an hour makes; empty where it was not measured."""
    growth, dask = results.get("growth", {}), results.get("dask", {})
    if not growth.get("values") or not dask.get("values"):
        return ""
    few, many, sent = _number(growth["reports"]), _number(growth["facts"][0]), _number(dask["reports"])
    lines = [
        (f"one machine, two workers, {few} reports", median(growth["theirs"])),
        (f"one machine, two workers, {many} reports", median(growth["ours"])),
        (f"one machine, two workers, {sent} reports", median(dask["ours"]) / sent),
        (f"two Dask workers on the same machine, {sent} reports", median(dask["theirs"]) / sent),
    ]
    table = "".join(f"| {what} | {seconds:.2f} |\n" for what, seconds in lines)
    hour = round(3600 / lines[1][1], -2)
    return (
        f"| measured on {growth['machine']}, {growth['date']} | seconds per report |\n|---|---|\n{table}\n"
        f"So these two cores make about {hour:,.0f} reports in an hour, and other machines in proportion to their cores. "
        "Many reports take no longer each than few.\n"
    )


def _number(text: str) -> int:
    return int(re.findall(r"\d+", text)[0])


def text_of(results: Results, notes: dict[str, str]) -> str:
    """The whole page."""
    lines = [
        "# How long the batch and the library take",
        "",
        "Made by `python3 tasks.py bench` from results.json; reasons from notes.yml. The machine is never alone: only numbers of one round are",
        "compared, every round runs each variant once in rotating order between two runs of a fixed loop, and each run waits a while for a quiet",
        "moment. Variants that make the same reports or tables gave the same figures, tables and results before the clock started.",
        "",
        "| comparison | ours | theirs | median (least to greatest) | to reach | never below | rounds | verdict | reason |",
        "|---|---|---|---|---|---|---|---|---|",
        *(_line(row, results.get(row.key, {}), notes.get(row.key, "")) for row in ROWS.values()),
        "",
        "## What was compared, and how it went",
    ]
    for row in ROWS.values():
        lines += ["", f"### {row.title}", "", row.compared, "", *_details(row, results.get(row.key, {}))]
    return "\n".join(lines) + "\n"


def summary(row: Row, result: dict[str, Any]) -> str:
    """One line for the terminal."""
    if not result.get("values"):
        return f"{row.key}: {NOT_MEASURED}: {result.get('not_measured', 'not asked for')}"
    middle, least, most = spread(result["values"])
    return f"{row.key}: {middle:.3g} {row.of} ({least:.3g} to {most:.3g}, n {len(result['values'])}): {verdict(row, middle)}"


def _line(row: Row, result: dict[str, Any], note: str) -> str:
    values = result.get("values", [])
    word = verdict(row, median(values))
    reason = note or (result.get("not_measured") or "not measured yet" if not values else "no reason given yet" if word == SHORT else "")
    sign = "≥" if row.more else "≤"
    scaled = ", scaled" if result.get("scaled") else ""
    first, second = ("", "") if row.columns == ("ours", "theirs") else (f" ({name})" for name in row.columns)
    cells = [
        row.title,
        _middle(result.get("ours", []), row.unit, first),
        _middle(result.get("theirs", []), row.unit, second + scaled),
        _spread(values, row.of) if values else "",
        f"{sign} {row.reach:g} {row.of}" if row.reach is not None else "",
        f"{sign} {row.floor:g} {row.of}" if row.floor is not None else "",
        str(len(values) or ""),
        f"**{word}**" if word == SHORT else word,
        " ".join(str(reason).split()).replace("|", "/"),
    ]
    return f"| {' | '.join(cells)} |"


def _details(row: Row, result: dict[str, Any]) -> Iterator[str]:
    if not result.get("values"):
        yield f"- {NOT_MEASURED}: {result.get('not_measured') or 'not measured yet'}"
        return
    yield f"- {result['date']}, {result['machine']}"
    count = len(result["values"])
    yield f"- {result['reports']}; {count} round{'s' * (count > 1)}"
    if result.get("scaled"):
        yield f"- scaled: {result['scaled']}"
    each = ", ".join(f"{value:.3g}" for value in result["values"])
    first, second = row.columns
    yield f"- {first} {_spread(result['ours'], row.unit)}; {second} {_spread(result['theirs'], row.unit)}; {row.of} in each round: {each}"
    if result.get("foreign"):
        (mine, other), shares = zip(*result["foreign"], strict=True), [share for pair in result["shares"] for share in pair]
        yield f"- foreign load, CPU seconds of other processes during one run: {first} {_spread(mine, 's')}; {second} {_spread(other, 's')}"
        yield f"- runs during which others took more than a tenth of the machine: {sum(share > NOISY for share in shares)} of {len(shares)}"
    loops = [seconds for pair in result["calibration"] for seconds in pair]
    yield f"- the fixed loop around the rounds: {_spread(loops, 's')}"
    yield from (f"- {fact}" for fact in result.get("facts", []))
    yield f"- versions: {', '.join(f'{name} {number}' for name, number in result['versions'].items())}"


def _middle(values: list[float], unit: str, more: str) -> str:
    return f"{median(values):.3g} {unit}{more}" if values else ""


def _spread(values: Any, unit: str) -> str:
    middle, least, most = spread(list(values))
    return f"{middle:.3g} {unit} ({least:.3g} to {most:.3g})"
