"""``coopanalysis check | plan | run | verify``: every error is one line that says what to do, every outcome an exit code.

Exit codes: 0 all ok; 1 a report is not ok; 2 plan, parameter or data error, nothing started; 3 another run holds the
lock; 4 cannot write; 129 closed terminal; 130 Ctrl-C; 143 SIGTERM.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NoReturn

import click

from coopanalysis.kernels.guard import cores, one_blas_thread

BAD_INPUT, LOCKED, CANNOT_WRITE = 2, 3, 4


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="coopanalysis")
def main() -> None:
    """Check the data, look at the plan, run every report and publish an edition."""


@main.command()
@click.option("--data", default="", metavar="FOLDER", help="Another data package (default: the project's data).")
def check(data: str) -> None:
    """Check the data package: types, keys, code lists, hashes, dates, units. All problems at once."""
    from coopanalysis.dataset import check as problems_of
    from coopanalysis.dataset.descriptor import read_descriptor

    found = problems_of(data or None)
    for note in (problem for problem in found if problem.note):
        click.echo(str(note), err=True)
    problems = [problem for problem in found if not problem.note]
    if problems:
        _refuse(problems)
    root, descriptor = read_descriptor(data or None)
    click.echo(f"{root}: {len(descriptor['resources'])} files, no problem")


def _plan_options(command: Any) -> Any:
    for option in (
        click.option("-p", "settings", multiple=True, metavar="NAME=VALUE", help="Set a parameter for every report that has it."),
        click.option("--data", default="", metavar="FOLDER", help="Data package for every report (default: the project's data)."),
        click.option(
            "--plan", "plan_file", type=click.Path(path_type=Path), default=None, help="The plan (default: the project's notebooks/plan.yml)."
        ),
    ):
        command = option(command)
    return command


@main.command()
@_plan_options
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=None, help="Output folder (default: the project's outputs).")
@click.option("--why", is_flag=True, help="Also say what each report needs, and which change is the first reason.")
def plan(plan_file: Path | None, data: str, settings: tuple[str, ...], out: Path | None, why: bool) -> None:
    """Show what a run would do, with every check done and no kernel started."""
    reports = _reports(plan_file, data, settings)
    works = []
    if why:
        from coopanalysis.publish.decide import decide

        works = decide(reports, out or _project() / "outputs", "", timeout=None, cell_timeout=None)
    for number, report in enumerate(reports):
        shown = ", ".join(f"{name}={value}" for name, value in report.parameters.items())
        reason = f": {works[number].action} – {works[number].reason}" if why else ""
        click.echo(f"{report.name}: {report.notebook.name} ({shown}) -> {report.name}.html{reason}")


@main.command()
@_plan_options
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=None, help="Output folder (default: the project's outputs).")
@click.option("--only", default="", metavar="NAME|failed|GLOB", help="Only these reports; the others keep their pages.")
@click.option("--force", is_flag=True, help="Run every report, changed or not.")
@click.option("--workers", type=click.IntRange(1, 64), default=None, help="Reports at once (default: the cores of this machine).")
@click.option("--timeout", type=click.FloatRange(1), default=None, metavar="SECONDS", help="Longest time for one report.")
@click.option("--cell-timeout", type=click.FloatRange(1), default=None, metavar="SECONDS", help="Longest time for one cell.")
@click.option("--scheduler", default="", metavar="ADDRESS", help="Run the reports on the workers of this Dask scheduler (see docs/cluster.md).")
@click.option("--keep", type=click.IntRange(1), default=10, show_default=True, help="Editions to keep.")
@click.option("--pdf", is_flag=True, help="Also print every page to PDF, where a Chromium or Edge is found.")
@click.option(
    "--kernel",
    type=click.Choice(["warm", "cold"]),
    default="warm",
    show_default=True,
    help="warm: forked from a process that has the libraries loaded (Linux; elsewhere ordinary); cold: each starts by itself. The results are the same.",
)
@click.option("--on-success", default="", metavar="CMD", help="Program to start when all is well; it gets the path of the summary.")
@click.option("--on-failure", default="", metavar="CMD", help="The same when it is not.")
def run(
    plan_file: Path | None,
    data: str,
    settings: tuple[str, ...],
    out: Path | None,
    only: str,
    force: bool,
    workers: int | None,
    timeout: float | None,
    cell_timeout: float | None,
    scheduler: str,
    keep: int,
    pdf: bool,
    kernel: str,
    on_success: str,
    on_failure: str,
) -> None:
    """Bring every report of the plan up to date and publish an edition."""
    from coopanalysis.errors import ClusterError, Locked
    from coopanalysis.publish.signals import Stopped, stops_raise

    folder = out or _project() / "outputs"
    try:
        with stops_raise(), ExitStack() as context:  # from here on: a stop while libraries load is a stop, too
            plan_file = (plan_file or _project() / "notebooks" / "plan.yml").resolve()
            call = {"plan": str(plan_file), "data": str(Path(data).resolve()) if data else "", "settings": sorted(settings), "pdf": pdf}
            if not force and not only and _nothing_to_do(folder, call, on_success):
                return
            import gc

            from coopanalysis.kernels.host import loading
            from coopanalysis.publish.holding import is_held

            gc.disable()  # while libraries load: nothing of them is garbage
            context.callback(gc.enable)
            if holder := is_held(folder):
                raise Locked(holder)
            zygote = context.enter_context(loading(workers or cores())) if kernel == "warm" and not scheduler else None
            with one_blas_thread():  # so that workers can be forked from this process
                import numpy  # noqa: F401
            plan_hash = _hash_of(plan_file)
            reports = _reports(plan_file, data, settings, on_failure)
            from coopanalysis.publish.decide import chosen
            from coopanalysis.publish.reporter import Reporter
            from coopanalysis.publish.run import Options
            from coopanalysis.publish.run import run as run_reports

            if not chosen(reports, only, folder):
                nobody = only == "failed"
                _stop(0 if nobody else BAD_INPUT, f"--only {only}: " + ("no report failed" if nobody else "no report of the plan has such a name"))
            options = Options(
                workers or cores(),
                timeout,
                cell_timeout,
                keep,
                force,
                only,
                on_success,
                on_failure,
                pdf,
                kernel == "warm",
                call,
                plan_hash,
                scheduler,
            )
            gc.enable()
            sys.exit(run_reports(reports, folder, options, Reporter(), zygote))
    except Stopped as stop:
        sys.exit(stop.code)
    except ClusterError as error:
        _stop(BAD_INPUT, str(error))
    except Locked as holder:
        _stop(LOCKED, f"{folder}: another run is at work here ({holder}); wait for it or choose another --out")
    except OSError as error:
        _stop(CANNOT_WRITE, f"{folder}: cannot write ({error.strerror or error}); free space or choose another --out")


@main.command()
@click.argument("edition", type=click.Path(path_type=Path))
def verify(edition: Path) -> None:
    """Check that an edition is as it was published: exit 0, or 1 with each difference."""
    from coopanalysis.publish.verify import main as verify_edition

    sys.exit(verify_edition([str(edition)]))


def _nothing_to_do(folder: Path, call: dict[str, Any], on_success: str) -> bool:
    """Whether the last edition is what this run would make; said, logged and told before anything heavy is imported."""
    from coopanalysis.publish.files import now, write_whole
    from coopanalysis.publish.uptodate import nothing_to_do

    summary = nothing_to_do(folder, call, now().date().isoformat())
    if summary is None:
        return False
    import json

    from coopanalysis.publish.log import Log, tell

    try:
        log = Log(folder / "logs", now().strftime("%Y%m%dT%H%M%SZ"))
        log.write("start", "nothing changed", reports=len(summary["reports"]))
        write_whole(folder / "last-run.json", (json.dumps(summary, ensure_ascii=False, indent=2) + "\n").encode("utf-8"))
    except OSError as error:
        _stop(CANNOT_WRITE, f"{folder}: cannot write ({error.strerror or error}); free space or choose another --out")
    count = len(summary["reports"])
    for number, report in enumerate(summary["reports"], start=1):
        click.echo(f"{number}/{count} {report['name']} up to date")
    click.echo(f"{count} of {count} reports ok, 0 not, {count} up to date, 0 s; open {folder / 'latest' / 'index.html'}")
    log.write("end", "run", code=0)
    tell(on_success, folder / "last-run.json", log.write, click.echo)
    log.close()
    return True


def _hash_of(file: Path) -> str:
    """Of the plan as it is now, before it is read: an edit while the run is at work is the next run's."""
    from coopanalysis.publish.files import file_hash

    return file_hash(file) if file.is_file() else ""


def _reports(plan_file: Path | None, data: str, settings: tuple[str, ...], on_failure: str = "") -> list[Any]:
    """The reports of the plan; bad input ends the command, and ``on_failure`` is told of it."""
    from coopanalysis.errors import CoopError, Problem
    from coopanalysis.publish.plan import load_plan

    wrong = [setting for setting in settings if "=" not in setting or setting.startswith("=")]
    try:
        if wrong:
            raise CoopError([Problem("-p", "syntax", "expected NAME=VALUE", value=setting, remedy="for example -p end=2018") for setting in wrong])
        return load_plan(plan_file or _project() / "notebooks" / "plan.yml", data=data, settings=dict(setting.split("=", 1) for setting in settings))
    except CoopError as error:
        if on_failure:
            from datetime import UTC, datetime

            from coopanalysis.publish.log import failure_summary, tell

            summary = failure_summary(BAD_INPUT, "; ".join(str(problem) for problem in error.problems), datetime.now(UTC).isoformat())
            tell(on_failure, summary, lambda *_, **__: None, click.echo)
        _refuse(error.problems)


def _project() -> Path:
    """The project's folder: where its data are."""
    from coopanalysis.dataset.descriptor import default_folder
    from coopanalysis.errors import DataError

    try:
        return default_folder().parent
    except DataError as error:
        _refuse(error.problems)


def _refuse(problems: list[Any]) -> NoReturn:
    for problem in problems:
        click.echo(str(problem), err=True)
    _stop(BAD_INPUT, f"{len(problems)} problem{'s' if len(problems) > 1 else ''}; nothing was started")


def _stop(code: int, message: str) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(code)
