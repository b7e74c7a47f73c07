"""Nothing is done twice: counted, never timed. And warm kernels in a whole batch: the same files, the same ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from coopanalysis.kernels.host import possible
from coopanalysis.publish.decide import EXECUTE
from coopanalysis.publish.forecast import forecast, longest_first, time_left
from tests.conftest import command, run
from tests.publish.conftest import FIGURE, GOOD, OPENING, RESULT, entry, notebook, plan
from tests.publish.test_faults import Batch, until

HEAVY = (
    "pandas numpy matplotlib seaborn papermill nbconvert nbclient nbformat jupyter_client traitlets IPython pydantic yaml frictionless distributed"
)
warm_only = pytest.mark.skipif(not possible(), reason="this system has no safe fork: kernels are ordinary ones")


def loaded_by(*arguments: str | Path) -> tuple[int, set[str]]:
    """The command's exit code, and which heavy libraries its process has loaded at its end."""
    code = (
        "import sys\nfrom coopanalysis.cli import main\ncode = 0\ntry:\n    main(sys.argv[1:])\nexcept SystemExit as end:\n    code = end.code\n"
        f"print(code, *[name for name in {HEAVY.split()!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, check=True)
    number, *names = done.stderr.split()
    return int(number), set(names)


def kernels_of(out: Path) -> list[str]:
    log = max((out / "logs").glob("*.jsonl"))
    return [event["kernel"] for line in log.read_text(encoding="utf-8").splitlines() if "kernel" in (event := json.loads(line))]


def files_of(edition: Path, *folders: str) -> dict[str, bytes]:
    return {path.relative_to(edition).as_posix(): path.read_bytes() for folder in folders for path in (edition / folder).rglob("*") if path.is_file()}


def test_a_run_with_nothing_to_do_loads_nothing_heavy(folder, tmp_path):
    notebook(folder / "a.ipynb", *GOOD)
    arguments = ("run", "--plan", plan(folder, entry("a")), "--out", tmp_path / "out")
    assert loaded_by(*arguments)[0] == 0
    assert loaded_by(*arguments) == (0, set())


@pytest.mark.parametrize("arguments", [("--help",), ("run", "--help"), ("check", "--help"), ("plan", "--help"), ("verify", "--help"), ("--version",)])
def test_help_loads_nothing_heavy(arguments):
    assert loaded_by(*arguments) == (0, set())


def test_one_exporter_and_no_saved_notebook_for_many_reports(folder, tmp_path):
    """Two reports and a failing one in one worker's process."""
    notebook(folder / "a.ipynb", *GOOD)
    notebook(folder / "b.ipynb", OPENING, RESULT, "raise KeyError('x')", FIGURE)
    plan(folder, entry("a"), entry("b"), entry("c", "a.ipynb"))
    code = f"""
import collections, json, pathlib, papermill.engines, papermill.execute, papermill.iorw
from nbconvert.exporters import HTMLExporter
from coopanalysis.publish import decide, job, plan
counts = collections.Counter()
def counted(name, function):
    def inner(*arguments, **options):
        counts[name] += 1
        return function(*arguments, **options)
    return inner
HTMLExporter.__init__ = counted("exporters", HTMLExporter.__init__)
for handler in (papermill.iorw.LocalHandler, papermill.iorw.NoIOHandler):
    handler.write = counted("saves to " + handler.__name__, handler.write)
job.prepare_worker(1, pathlib.Path({str(tmp_path)!r}))
reports = plan.load_plan(pathlib.Path({str(folder / "plan.yml")!r}), data="", settings={{}})
works = decide.decide(reports, pathlib.Path({str(tmp_path / "out")!r}), "2026-11-24", timeout=None, cell_timeout=None)
outcomes = [job.run_job(work.job) for work in works]
print(json.dumps([[one.verdict for one in outcomes], counts, [len(json.loads(one.failed_copy)["cells"]) for one in outcomes if one.failed_copy]]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    verdicts, counts, kept = json.loads(done.stdout.splitlines()[-1])
    assert verdicts == ["ok", "failed", "ok"]
    assert counts["exporters"] == 1
    assert counts.get("saves to LocalHandler", 0) == 0
    assert kept and kept[0] >= 7, "what a failed report had done is there without a file"


@warm_only
def test_each_report_has_one_warm_kernel_and_cold_ones_are_cold(folder, tmp_path):
    notebook(folder / "a.ipynb", *GOOD)
    path = plan(folder, *(entry(f"r{number}", "a.ipynb", parameters={"n": number}) for number in range(4)))
    editions = []
    for kind, word in (("warm", "warm"), ("cold", "ordinary")):
        done = run(tmp_path / kind, "--plan", path, "--kernel", kind, "--workers", "2", SOURCE_DATE_EPOCH="1790000000")
        assert done.code == 0, done.output + done.errors
        assert kernels_of(done.out) == [word] * 4
        editions.append(files_of(done.latest, "notebooks", "figures") | {page.name: page.read_bytes() for page in done.latest.glob("*.html")})
    assert editions[0] == editions[1]


@warm_only
def test_both_kinds_of_kernel_give_the_same_files_for_every_notebook_of_the_plan(edition, tmp_path):
    """Executed notebooks, figures and tables, to the byte; the shared edition is made with warm kernels."""
    assert set(kernels_of(edition.out)) == {"warm"}
    for some in ("*-vi", "*-vi-published"):
        done = run(tmp_path / "out", "--kernel", "cold", "--only", some)
        assert done.code == 0, done.output + done.errors
        assert set(kernels_of(done.out)) == {"ordinary"}
    cold, warm = (files_of(one.latest, "notebooks", "figures", "tables") for one in (done, edition))
    assert {path.split("/")[1].split("-")[0].removesuffix(".ipynb") for path in cold} == {
        path.split("/")[1].split("-")[0].removesuffix(".ipynb") for path in warm
    }, "every notebook of the plan"
    assert [path for path in cold if cold[path] != warm.get(path)] == []
    assert sum(path.endswith(".png") for path in cold) >= 6


@warm_only
@pytest.mark.parametrize("when", ["loading", "working"])
def test_a_batch_whose_zygote_is_killed_ends_well(tmp_path, when):
    """Reports whose warm kernels died with it run again in ordinary ones."""
    mark = tmp_path / "at-work"
    notebook(tmp_path / "a.ipynb", *GOOD, f"import pathlib, time\npathlib.Path({str(mark)!r}).touch()\ntime.sleep(2)")
    plan(tmp_path, *(entry(f"r{number}", "a.ipynb", parameters={"n": number}) for number in range(3)))
    batch = Batch(tmp_path, f"zygote-{when}-{os.getpid()}", "--workers", "2")
    assert until(lambda: bool(batch.of("zygote")) and (when == "loading" or mark.exists()))
    os.kill(batch.of("zygote")[0], signal.SIGKILL)
    code, output = batch.end()
    assert code == 0, output
    assert "ordinary: the process that forks kernels is gone" in kernels_of(batch.out)
    assert batch.all_gone()


@warm_only
@pytest.mark.parametrize("reason", ["plan", "only", "data"])
def test_a_run_that_is_refused_leaves_nothing_of_the_process_that_forks_kernels(tmp_path, reason):
    notebook(tmp_path / "a.ipynb", *GOOD)
    plan(tmp_path, entry("r1", "a.ipynb" if reason != "plan" else "missing.ipynb"))
    more = {"plan": (), "only": ("--only", "nobody"), "data": ("--data", tmp_path / "no-data")}[reason]
    batch = Batch(tmp_path, f"refused-{reason}-{os.getpid()}", *more)
    code, output = batch.end()
    assert code == 2, output
    assert batch.all_gone()
    assert not list(tmp_path.glob("coopanalysis-*")), "temporary folders are left"


def test_workers_do_not_look_through_the_libraries_for_garbage(folder, tmp_path):
    """A full search took a tenth of a second with every report, and copied each page it looked at."""
    notebook(folder / "a.ipynb", *GOOD)
    code = f"""
import gc, pathlib
from coopanalysis.publish.workers import _Team
with _Team(1, pathlib.Path({str(tmp_path)!r}), False):
    print(gc.get_freeze_count(), len(gc.get_objects()))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    frozen, left = map(int, done.stdout.split())
    assert frozen > 100_000 > 20 * left


@warm_only
def test_a_cell_that_kills_the_zygote_fails_alone(tmp_path):
    notebook(tmp_path / "a.ipynb", *GOOD)
    notebook(tmp_path / "killer.ipynb", *GOOD, "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\nimport time\ntime.sleep(30)")
    plan(tmp_path, *(entry(name, "a.ipynb") for name in ("r1", "r2", "r3")), entry("killer"))
    done = run(tmp_path / "out", "--plan", tmp_path / "plan.yml", "--workers", "2")
    last = json.loads((tmp_path / "out" / "last-run.json").read_text(encoding="utf-8"))
    assert {report["name"]: report["verdict"] for report in last["reports"]} == {"r1": "ok", "r2": "ok", "r3": "ok", "killer": "failed"}
    assert done.code == 1


def work(name: str, file: str = "a.ipynb", action: str = EXECUTE) -> SimpleNamespace:
    return SimpleNamespace(action=action, job=SimpleNamespace(report=SimpleNamespace(name=name, notebook=Path(file))))


def test_what_is_expected_comes_from_the_last_run():
    records = {"a1": {"seconds": 2.0}, "a2": {"seconds": 4.0}, "b1": {"seconds": 9.0}, "old": {}}
    state = SimpleNamespace(record=records.get)
    works = [work("a1"), work("a2"), work("a3"), work("b1", "b.ipynb"), work("c1", "c.ipynb"), work("old", "b.ipynb"), work("p", action="page")]
    seconds = forecast(works, state)
    assert seconds == {"a1": 2.0, "a2": 4.0, "a3": 3.0, "b1": 9.0, "c1": 5.0, "old": 9.0, "p": 0.0}
    assert [one.job.report.name for one in longest_first(works, seconds)] == ["b1", "old", "c1", "a2", "a3", "a1", "p"]
    assert forecast(works, SimpleNamespace(record=lambda _: None)) == {}
    assert longest_first(works, {}) == works


def test_time_left():
    assert time_left({"a": 4.0, "b": 6.0}, {}, 0.0, 2) == 5.0
    assert time_left({"a": 4.0}, {"b": 6.0}, 9.0, 1) == 6.0, "this run is half as slow again as the last"
    assert time_left({"a": 0.0, "b": 0.0}, {}, 3.0, 2) is None, "never run: nothing is known"
    assert time_left({"a": 0.0, "b": 0.0}, {"c": 0.0}, 3.0, 2) == 6.0
    assert time_left({}, {"a": 1.0}, 3.0, 2) == 0.0


def test_a_second_run_starts_with_the_longest(folder, tmp_path):
    notebook(folder / "a.ipynb", *GOOD)
    path = plan(folder, entry("quick", "a.ipynb"), entry("slow", "a.ipynb", parameters={"n": 8}))
    arguments = ("run", "--plan", path, "--out", tmp_path / "out", "--workers", "1", "--force")
    assert [line.split()[1] for line in command(*arguments).stdout.splitlines()[:2]] == ["quick", "slow"]
    for name, seconds in (("quick", 1.0), ("slow", 9.0)):  # no clock decides: as if they had taken so long
        record = tmp_path / "out" / "state" / f"{name}.json"
        kept = json.loads(record.read_text(encoding="utf-8"))
        assert kept["seconds"] > 0
        record.write_text(json.dumps({**kept, "seconds": seconds}), encoding="utf-8")
    assert [line.split()[1] for line in command(*arguments).stdout.splitlines()[:2]] == ["slow", "quick"]
