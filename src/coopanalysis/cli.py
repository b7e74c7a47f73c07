"""``coopanalysis check | plan | run``: every error is one line that says what to do, every outcome an exit code.

Exit codes: 0 all ok; 1 a report is not ok; 2 plan, parameter or data error, nothing started; 3 another run holds the
lock; 4 cannot write; 130 Ctrl-C; 143 SIGTERM.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

BAD_INPUT, LOCKED, CANNOT_WRITE, INTERRUPTED, TERMINATED = 2, 3, 4, 130, 143


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="coopanalysis")
def main() -> None:
    """Check the data, look at the plan, run every report and publish an edition."""


@main.command()
@click.option("--data", default="", metavar="FOLDER", help="Another data package (default: the project's data).")
def check(data: str) -> None:
    """Check the data package: types, keys, code lists, hashes, dates, units. All problems at once."""
    from coopanalysis.dataset.checks import check as problems_of
    from coopanalysis.dataset.descriptor import read_descriptor

    problems = problems_of(data or None)
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
def plan(plan_file: Path | None, data: str, settings: tuple[str, ...]) -> None:
    """Show what a run would do, with every check done and no kernel started."""
    for report in _reports(plan_file, data, settings):
        shown = ", ".join(f"{name}={value}" for name, value in report.parameters.items())
        click.echo(f"{report.name}: {report.notebook.name} ({shown}) -> {report.name}.html")


@main.command()
@_plan_options
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=None, help="Output folder (default: the project's outputs).")
@click.option("--workers", type=click.IntRange(1, 64), default=None, help="Reports at once (default: the cores of this machine).")
@click.option("--timeout", type=click.FloatRange(1), default=None, metavar="SECONDS", help="Longest time for one report.")
@click.option("--cell-timeout", type=click.FloatRange(1), default=None, metavar="SECONDS", help="Longest time for one cell.")
@click.option("--keep", type=click.IntRange(1), default=10, show_default=True, help="Editions to keep.")
def run(
    plan_file: Path | None,
    data: str,
    settings: tuple[str, ...],
    out: Path | None,
    workers: int | None,
    timeout: float | None,
    cell_timeout: float | None,
    keep: int,
) -> None:
    """Run every report of the plan and publish an edition."""
    signal.signal(signal.SIGTERM, _terminated)
    reports = _reports(plan_file, data, settings)
    from coopanalysis.publish.batch import default_workers
    from coopanalysis.publish.reporter import Reporter
    from coopanalysis.publish.run import Locked
    from coopanalysis.publish.run import run as run_reports

    folder = out or _project() / "outputs"
    try:
        code = run_reports(
            reports,
            folder,
            workers=workers or default_workers(),
            timeout=timeout,
            cell_timeout=cell_timeout,
            keep=keep,
            reporter=Reporter(len(reports)),
        )
    except Locked as holder:
        _stop(LOCKED, f"{folder}: another run is at work here ({holder}); wait for it or choose another --out")
    except OSError as error:
        _stop(CANNOT_WRITE, f"{folder}: cannot write ({error.strerror or error}); free space or choose another --out")
    except KeyboardInterrupt:
        _stop(INTERRUPTED, "stopped; the last edition is as it was")
    except _Terminated:
        _stop(TERMINATED, "terminated; the last edition is as it was")
    sys.exit(code)


class _Terminated(BaseException):
    """SIGTERM, so that ``finally`` blocks run."""


def _terminated(*_: Any) -> NoReturn:
    raise _Terminated


def _reports(plan_file: Path | None, data: str, settings: tuple[str, ...]) -> list[Any]:
    from coopanalysis.errors import CoopError, Problem
    from coopanalysis.publish.plan import load_plan

    wrong = [setting for setting in settings if "=" not in setting or setting.startswith("=")]
    if wrong:
        _refuse([Problem("-p", "syntax", "expected NAME=VALUE", value=setting, remedy="for example -p end=2018") for setting in wrong])
    try:
        return load_plan(plan_file or _project() / "notebooks" / "plan.yml", data=data, settings=dict(setting.split("=", 1) for setting in settings))
    except CoopError as error:
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
