"""The pure parts of the benches: plans, statistics, verdicts, the page of results. Nothing is timed."""

from __future__ import annotations

import copy
import hashlib
import json

import pandas as pd
import pytest
import yaml

from benchmarks import by_hand_reading, library_run, made_packages, report
from benchmarks.library import KEYS, same, size
from benchmarks.measure import busy_seconds, rotated, spread
from benchmarks.memory import kind_of, per_further, private
from benchmarks.outputs import Different, compare, figures, shown
from benchmarks.plans import EXTRA, distinct, multiplied, write_plan
from benchmarks.rows import BATCH, LIBRARY, LIBRARY_MANY, ROWS, VARIANTS, numbers, of_batch, verdict
from tests.conftest import ROOT

PLAN = ROOT / "notebooks" / "plan.yml"


def mix(reports: list[dict]) -> dict[str, int]:
    names = [report["entry"] for report in reports]
    return {name: names.count(name) for name in names}


def identity(report: dict) -> str:
    return json.dumps([report["entry"], report["lang"], report["parameters"]], sort_keys=True)


@pytest.mark.parametrize("count", [1, 16, 24, 60, 480])
def test_a_plan_is_multiplied_to_the_count_and_every_report_is_another_one(count):
    reports = multiplied(PLAN, count)
    assert len(reports) == count
    assert len({(report["pass"], identity(report)) for report in reports}) == count
    assert len({identity(report) for report in reports}) == distinct(reports)


def test_the_first_pass_is_the_committed_plan_and_eights_keep_its_mix():
    committed = mix(multiplied(PLAN, 16))
    assert committed == {"briefing": 2, "growth": 4, "revenue_per_member": 4, "target_progress": 4, "data_quality": 2}
    for count in (8, 24, 480):
        assert mix(multiplied(PLAN, count)) == {name: number * count // 16 for name, number in committed.items()}
    values = [value for report in multiplied(PLAN, 24)[16:] for value in report["values"]]
    assert values.count("report") == values.count("published") == 3, "half a pass holds both kinds of evidence"
    assert distinct(multiplied(PLAN, 24)) == 24
    assert 480 > distinct(multiplied(PLAN, 480)) > 360, "the data quality report and the briefing have few parameters"


def test_the_written_plan_passes_every_check_of_a_run(tmp_path):
    from coopanalysis.parameter_values import problems
    from coopanalysis.publish.plan import load_plan

    reports = load_plan(write_plan(multiplied(PLAN, 48), tmp_path / "plan.yml"), check=problems)
    assert len({report.name for report in reports}) == 48
    assert {name for values in EXTRA.values() for name in values} <= {name for report in reports for name in report.parameters}


def test_ratios_are_taken_inside_a_round():
    rounds = [
        {"calibration": [0.5, 0.5], "runs": {name: facts(seconds) for name, seconds in (("ours", ours), ("pool", theirs), ("plain", theirs))}}
        for ours, theirs in ((2.0, 6.0), (4.0, 8.0), (10.0, 50.0))
    ]
    row = of_batch("pool", rounds, reports=8)
    assert row["values"] == [3.0, 2.0, 5.0] and spread(row["values"]) == (3.0, 2.0, 5.0)
    assert of_batch("plain", rounds, reports=8)["values"] == pytest.approx([1 / 3, 1 / 2, 1 / 5])
    rounds[0]["runs"]["pool"]["reports"] = 4  # measured on half the reports
    assert of_batch("pool", rounds, reports=8)["values"][0] == 6.0
    assert numbers(rounds, "ours", "pool", lambda run: run["seconds"] / 2)["ours"] == [1.0, 2.0, 5.0]


def facts(seconds: float) -> dict:
    return {"seconds": seconds, "execution": seconds, "reports": 8, "foreign": 0.1, "share": 0.02}


def test_every_variant_has_its_turn_at_every_place():
    names = ["a", "b", "c"]
    assert [rotated(names, number) for number in range(4)] == [["a", "b", "c"], ["b", "c", "a"], ["c", "a", "b"], ["a", "b", "c"]]


@pytest.mark.parametrize(
    ("key", "median", "word"),
    [
        ("edition", 10.0, "reached"),
        ("edition", 9.9, "above the floor"),
        ("edition", 5.9, "SHORT"),
        ("noop", 10.0, "reached"),
        ("noop", 25.0, "above the floor"),
        ("noop", 25.1, "SHORT"),
        ("dask", 0.7, "above the floor"),
        ("memory", 113.0, "SHORT"),
        ("jupyter", 3.0, "no goal"),
        ("figures", 600.0, "reached"),
        ("figures", 601.0, "SHORT"),
        ("library-load", 1.5, "reached"),
        ("library-load", 3.1, "SHORT"),
        ("library-memory", 4.9, "above the floor"),
        ("edition", None, "not measured"),
    ],
)
def test_verdicts(key, median, word):
    assert verdict(ROWS[key], median) == word


def test_goals_and_floors_are_in_order():
    assert set(VARIANTS) == set(BATCH) <= set(ROWS) >= {*LIBRARY, *LIBRARY_MANY}
    for row in ROWS.values():
        assert row.floor is None or row.reach is not None
        assert row.floor is None or (row.reach > row.floor) == row.more


RESULTS = {
    "edition": {
        "date": "2001-02-03",
        "machine": "2 cores (invented), Linux",
        "versions": {"Python": "3.11.0", "papermill": "0.0.1"},
        "reports": "8 reports, all different",
        "ours": [10.0, 20.0, 30.0],
        "theirs": [50.0, 80.0, 160.0],
        "values": [5.0, 4.0, 5.5],
        "foreign": [[0.1, 0.2], [0.1, 9.0], [0.1, 0.2]],
        "shares": [[0.01, 0.02], [0.01, 0.5], [0.01, 0.02]],
        "calibration": [[0.5, 0.5], [0.5, 0.6], [0.5, 0.5]],
        "scaled": "theirs measured on the first 4 of 8 reports",
        "facts": ["same outputs: an invented line"],
    },
    "dask": {"date": "2001-02-03", "not_measured": "this version has no option --scheduler"},
}


def test_the_page_says_what_was_measured_and_what_was_not():
    text = report.text_of(RESULTS, {})
    line = next(line for line in text.splitlines() if line.startswith(f"| {ROWS['edition'].title} |"))
    assert "| 20 s | 80 s, scaled | 5 x (4 to 5.5) | ≥ 10 x | ≥ 6 x | 3 | **SHORT** | no reason given yet |" in line
    for words in ("2001-02-03", "2 cores (invented)", "papermill 0.0.1", "first 4 of 8 reports", "an invented line", "tenth of the machine: 1 of 6"):
        assert words in text
    assert "| not measured | this version has no option --scheduler |" in text and text.count("### ") == len(ROWS)


def test_a_reason_by_hand_survives():
    text = report.text_of(RESULTS, {"edition": "because | of\nthis"})
    assert "| **SHORT** | because / of this |" in text
    notes = yaml.safe_load((ROOT / "benchmarks" / "notes.yml").read_text(encoding="utf-8")) or {}
    assert set(notes) <= set(ROWS)


def test_pages_are_what_results_and_reasons_give():
    results = json.loads(report.RESULTS.read_text(encoding="utf-8"))
    assert report.PAGE.read_text(encoding="utf-8") == report.text_of(results, yaml.safe_load(report.NOTES.read_text(encoding="utf-8")))
    page = report.ADVICE.read_text(encoding="utf-8")
    assert page == report.with_advice(page, results) and "| seconds per report |" in page


def test_the_page_about_clusters_says_what_was_measured():
    text = "before\n<!-- measured: written by tasks.py bench -->\nold\n<!-- end -->\nafter\n"
    growth = {"machine": "2 cores", "date": "2001-02-03", "reports": "8 reports, all different", "facts": ["many: 90 reports, 1"]}
    growth |= {"values": [0.8], "ours": [0.4], "theirs": [0.5]}
    dask = {"reports": "10 reports", "values": [0.9], "ours": [6.0], "theirs": [7.0]}
    new = report.with_advice(text, {"growth": growth, "dask": dask})
    assert new.startswith("before\n<!-- measured") and new.endswith("<!-- end -->\nafter\n") and "old" not in new
    for line in (
        "two workers, 8 reports | 0.50 |",
        "two workers, 90 reports | 0.40 |",
        "workers, 10 reports | 0.60 |",
        "machine, 10 reports | 0.70 |",
        "9,000 reports in an hour",
    ):
        assert line in new
    assert report.with_advice(new, {}) == text.replace("old\n", "")


def test_rows_that_were_not_asked_for_keep_their_result_and_date(tmp_path):
    file = tmp_path / "results.json"
    report.keep(copy.deepcopy(RESULTS), file)
    newer = RESULTS["edition"] | {"date": "2001-03-04"}
    kept = report.keep({"noop": newer, "edition": {"date": "2001-03-04", "not_measured": "a tool is missing"}}, file)
    assert list(kept) == ["edition", "noop", "dask"] and kept == json.loads(file.read_text(encoding="utf-8"))
    assert kept["edition"]["date"] == "2001-02-03" and kept["noop"]["date"] == "2001-03-04"


def executed(tmp_path, name, svg):
    displayed = [{"output_type": "display_data", "data": {"image/svg+xml": svg}}, {"output_type": "stream", "name": "stderr", "text": "noise"}]
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": "prose"},
        {"cell_type": "code", "metadata": {"tags": ["injected-parameters"]}, "outputs": []},
        {"cell_type": "code", "metadata": {}, "outputs": displayed},
    ]
    path = tmp_path / name
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    return shown(path)


def test_other_outputs_stop_the_bench(tmp_path):
    ours, same = executed(tmp_path, "a", "<svg>1</svg>"), executed(tmp_path, "b", ["<svg>", "1</svg>\n"])
    assert figures(ours) == 1 and len(ours) == 1
    assert compare({"x": ours}, {"x": same}, "peer") == "peer: 1 reports, 1 figures and 1 outputs in all, the same as ours"
    with pytest.raises(Different, match="peer: x, code cell 1: image/svg\\+xml is not the same as ours"):
        compare({"x": ours}, {"x": executed(tmp_path, "c", "<svg>2</svg>")}, "peer")
    with pytest.raises(Different, match="other reports: y"):
        compare({"x": ours}, {"x": ours, "y": ours}, "peer")


def test_memory_is_told_apart_by_kind():
    fork = "python -c from multiprocessing.forkserver import main"
    parents = {1: 0, 2: 1, 3: 2, 4: 3, 5: 4, 6: 1}
    commands = {**dict.fromkeys((2, 3, 4), fork), 5: "sleep 3", 6: "python -c from multiprocessing.resource_tracker import main"}
    assert [kind_of(pid, 1, parents, commands) for pid in parents] == ["main", "server", "above", "worker", "other", "other"]
    assert private("Rss: 900 kB\nPrivate_Clean: 3 kB\nPrivate_Dirty:   7 kB\nShared_Dirty: 5 kB\n") == 10 * 1024
    assert per_further({1: 110.0, 2: 160.0, 3: 210.0, 4: 260.0}) == 50.0


def test_the_load_counts_what_a_host_takes_away():
    assert busy_seconds("cpu  100 0 50 9999 9999 10 20 20 0 0\ncpu0 …\n") == busy_seconds("cpu  200 0 0 0 0 0 0 0 0 0\n") > 0


AREAS = 12


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A package of twelve areas."""
    return made_packages.make(tmp_path_factory.mktemp("made") / "package", AREAS)


def test_a_made_package_is_sealed_and_always_the_same(made, tmp_path):
    resources = {one["name"]: one for one in json.loads((made / "datapackage.json").read_text(encoding="utf-8"))["resources"]}
    for one in resources.values():
        content = (made / one["path"]).read_bytes()
        assert (one["bytes"], one["hash"]) == (len(content), f"sha256:{hashlib.sha256(content).hexdigest()}")
    lines = (made / "observations.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + AREAS * 440 and size(AREAS).startswith("5,280 observations of 12 areas and 120 targets")
    again = made_packages.make(tmp_path / "again", AREAS)
    smaller = made_packages.make(tmp_path / "smaller", 2)
    assert all((again / one["path"]).read_bytes() == (made / one["path"]).read_bytes() for one in resources.values())
    assert (smaller / "observations.csv").read_text(encoding="utf-8").splitlines() == lines[:881], "a small package is the beginning of a large one"
    frame = pd.read_csv(made / "observations.csv", dtype=str, keep_default_na=False)
    assert frame["repeated"].eq("true").any() and frame["measure"].eq("change").any() and frame["time_period"].eq("").any()
    assert set(frame["qualifier"]) == set(made_packages.QUALIFIERS) and frame["comment"].str.contains(",").any()


def test_pandas_by_hand_gives_what_the_library_gives(made):
    """Every row and column of all four steps: a rule that changes in one of them must change in the other."""
    ours, hand = (way(made, 2003, 2022) for way in (library_run.ours, library_run.pandas))
    data, theirs = ours["load"](None), hand["load"](None)
    assert same(data.observations, theirs["observations"], KEYS["load"], "load").endswith(" x 25 columns")
    for step in ("growth", "ratio", "progress"):
        table = ours[step](data)
        same(table, hand[step](theirs), KEYS[step], step)
        assert table["reason"].nunique() >= 4, "the made figures try many rules"


def test_pandas_by_hand_refuses_what_the_library_refuses(made, tmp_path):
    good = (made / "observations.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    row = good[1].split(",")
    for column, value in (
        ("obs_value", "9.700"),
        ("time_period", "2019-02-30"),
        ("indicator", "htx_totl"),
        ("measure", "rate"),
        ("since", "2003-12-31"),
    ):
        cells = row.copy()
        cells[good[0].split(",").index(column)] = value
        broken = made_packages.make(tmp_path / column, 1)
        (broken / "observations.csv").write_text("".join([good[0], ",".join(cells), *good[2:441]]), encoding="utf-8")
        with pytest.raises(by_hand_reading.Faults, match=f"observations, {column}: .* in 1 rows: 2"):
            by_hand_reading.load(broken)


def test_other_tables_stop_the_bench():
    ours = pd.DataFrame({"ref_area": ["b", "a"], "value": [1.0, None], "day": pd.to_datetime(["2020-01-01", None])})
    assert same(ours, ours.iloc[::-1].assign(more=1).astype({"ref_area": "category"}), ["ref_area"], "hand") == "2 rows x 3 columns"
    assert same(ours, ours.assign(value=[1.0 + 1e-12, None]), ["ref_area"], "hand")
    with pytest.raises(Different, match=r"hand: value of b is 2\.0, ours 1\.0"):
        same(ours, ours.assign(value=[2.0, None]), ["ref_area"], "hand")
    with pytest.raises(Different, match="hand: without day"):
        same(ours, ours.drop(columns="day"), ["ref_area"], "hand")
    with pytest.raises(Different, match="hand: 1 rows, ours 2"):
        same(ours, ours.iloc[:1], ["ref_area"], "hand")
