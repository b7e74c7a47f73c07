"""The ways to run the same reports, each a function of an empty folder that returns what it measured.

Ours runs from the project's own environment, the peers from the benches' own; all have the same settings around them:
one thread for numerical libraries, no start-up files or settings of the user, an empty working folder.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from benchmarks.measure import Facts
from benchmarks.outputs import Shown, read_all

ROOT = Path(__file__).resolve().parents[1]
OURS, PEERS = ROOT / ".venv", ROOT / ".venv-bench"
WORKERS = 2
PLAN = 16  # reports of the project's own plan
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


class Failed(Exception):
    """A variant did not do its work; the message has the end of what it said."""


@dataclass(frozen=True)
class Reports:
    """The reports of a bench: the plan for our command line, and name, notebook and parameters for the peers."""

    plan: Path
    jobs: list[dict[str, Any]]

    @classmethod
    def of_plan(cls, plan: Path) -> Reports:
        from coopanalysis.publish.plan import load_plan

        jobs = [{"name": report.name, "notebook": str(report.notebook), "parameters": report.parameters} for report in load_plan(plan)]
        return cls(plan, jobs)

    def first(self, count: int) -> Reports:
        return Reports(self.plan, self.jobs[:count])


def python(environment: Path) -> str:
    return str(environment / "bin" / "python")


def surroundings(environment: Path, folder: Path) -> dict[str, str]:
    """The environment variables that every variant runs with."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "JUPYTER", "IPYTHON", "MPL", "VIRTUAL_ENV"))}
    own = {
        "PATH": os.pathsep.join([str(environment / "bin"), clean.get("PATH", "")]),
        "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTER_CONFIG_DIR": str(folder / "jupyter"),
        "JUPYTER_DATA_DIR": str(folder / "jupyter"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "PLOOMBER_STATS_ENABLED": "false",  # it would tell its makers of every call
    }
    return {**clean, **own, **dict.fromkeys(_THREADS, "1")}


def call(command: list[str], environment: Path, folder: Path) -> str:
    """Run a program in an empty folder; what it printed. Raises :class:`Failed`."""
    place = folder / "empty"
    place.mkdir(exist_ok=True)
    with (folder / "said.txt").open("w+", encoding="utf-8") as said:
        done = subprocess.run(
            command,
            cwd=place,
            env=surroundings(environment, folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
            check=False,
        )
        said.seek(0)
        if done.returncode:
            raise Failed(f"{' '.join(command[:4])} …: exit {done.returncode}\n{done.stdout[-1500:]}\n{said.read()[-1500:]}")
    return done.stdout


def our_command(plan: Path, out: Path, *more: str, environment: Path = OURS) -> list[str]:
    return [str(environment / "bin" / "coopanalysis"), "run", "--plan", str(plan), "--out", str(out), *more]


def options() -> str:
    """The help of our command line, to see which options this version has."""
    return subprocess.run([str(OURS / "bin" / "coopanalysis"), "run", "--help"], capture_output=True, text=True, check=True).stdout


def edition(reports: Reports, folder: Path, *more: str, environment: Path = OURS, workers: int = WORKERS) -> Facts:
    """A full edition with our command line; ``execution`` is the mean of the seconds that each report's execution took in its worker."""
    started = time.perf_counter()
    call(our_command(reports.plan, folder / "out", "--workers", str(workers), "--force", *more, environment=environment), environment, folder)
    seconds = time.perf_counter() - started
    records = json.loads((folder / "out" / "latest" / "summary.json").read_text(encoding="utf-8"))["reports"]
    wrong = [record["name"] for record in records if record["verdict"] != "ok" or not record["executed"]]
    if wrong or len(records) != len(reports.jobs):
        raise Failed(f"our own edition is not whole: {', '.join(wrong[:5])}")
    return {"seconds": seconds, "reports": len(records), "execution": sum(record["seconds"] for record in records) / len(records)}


def our_outputs(folder: Path) -> dict[str, Shown]:
    """From the kept notebooks, which still have what only pages need."""
    return read_all(folder / "out" / "state")


def command_lines(reports: Reports, folder: Path, at_once: int = 1) -> Facts:
    """``papermill`` and ``jupyter nbconvert --to html --no-input`` once for each report, ``at_once`` reports at a time."""
    (folder / "executed").mkdir()
    (folder / "empty").mkdir()
    environment = surroundings(PEERS, folder)
    waiting, running = list(reversed(_prepared(reports, folder))), []
    started = time.perf_counter()
    while waiting or running:
        while waiting and len(running) < at_once:
            job = waiting.pop()
            first = [str(PEERS / "bin" / "papermill"), job["notebook"], job["executed"], "-f", job["settings"], "-k", "python3"]
            second = [str(PEERS / "bin" / "jupyter"), "nbconvert", "--to", "html", "--no-input", job["executed"]]
            script = '"$@" && exec "$NEXT" nbconvert --to html --no-input "$EXECUTED"'
            process = subprocess.Popen(
                ["sh", "-c", script, "sh", *first],
                cwd=folder / "empty",
                env={**environment, "NEXT": second[0], "EXECUTED": job["executed"]},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=(folder / "said.txt").open("ab"),
            )
            running.append((job, process))
        job, process = running.pop(0)  # reports take about the same time: waiting for the oldest costs next to nothing
        if process.wait() or not Path(job["executed"]).with_suffix(".html").stat().st_size:
            raise Failed(f"papermill or nbconvert failed on {job['name']}: {(folder / 'said.txt').read_text(errors='replace')[-1500:]}")
    return {"seconds": time.perf_counter() - started, "reports": len(reports.jobs)}


def peer(way: str, reports: Reports, folder: Path) -> Facts:
    """One of the ways of ``peers.py``; ``execution`` is the mean of each report's seconds."""
    (folder / "executed").mkdir()
    jobs_file = folder / "jobs.json"
    jobs_file.write_text(json.dumps(_prepared(reports, folder)), encoding="utf-8")
    started = time.perf_counter()
    said = call([python(PEERS), str(Path(__file__).with_name("peers.py")), way, str(jobs_file)], PEERS, folder)
    seconds = time.perf_counter() - started
    each = json.loads(said.strip().splitlines()[-1])
    return {"seconds": seconds, "reports": len(each), "execution": sum(each.values()) / len(each)}


def peer_outputs(folder: Path) -> dict[str, Shown]:
    return read_all(folder / "executed")


def _prepared(reports: Reports, folder: Path) -> list[dict[str, Any]]:
    """The jobs with the files that a peer writes; parameters also as a file, as papermill's command line reads them."""
    jobs = []
    for number, job in enumerate(reports.jobs):
        settings = folder / f"parameters-{number}.yml"
        settings.write_text(yaml.safe_dump(job["parameters"], allow_unicode=True), encoding="utf-8")
        executed = folder / "executed" / f"{job['name']}.ipynb"
        jobs.append({**job, "settings": str(settings), "executed": str(executed), "page": str(executed.with_suffix(".html"))})
    return jobs
