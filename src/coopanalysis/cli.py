"""``coopanalysis check | plan | run | verify``: every error is one line that says what to do, every outcome an exit code.

Exit codes: 0 all ok; 1 a report is not ok; 2 plan, parameter or data error, nothing started; 3 another run holds the
lock; 4 cannot write; 129 closed terminal; 130 Ctrl-C; 143 SIGTERM.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from coopanalysis.collection import LIBRARY
from coopanalysis.errors import PROBLEMS_SHOWN, CannotWrite, ClusterError, CoopError, Locked, escaped
from coopanalysis.publish.clock import TIME_ZONE

if TYPE_CHECKING:
    from coopanalysis.publish.reports import Report

BAD_INPUT = 2


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="coopanalysis")
def main() -> None:
    """Check the data, look at the plan, run every report and publish an edition."""
    for stream in (sys.stdout, sys.stderr):  # on Windows, output into a file is in an old code page that lacks Vietnamese letters
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


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
@click.option("--only", default="", metavar="NAME|failed|GLOB", help="As in run.")
@click.option("--why", is_flag=True, help="Also say what each report needs, and which change is the first reason.")
def plan(plan_file: Path | None, data: str, settings: tuple[str, ...], out: Path | None, only: str, why: bool) -> None:
    """Show what a run would do, with every check done and nothing executed."""
    from coopanalysis.publish.clock import moment
    from coopanalysis.publish.decide import decide
    from coopanalysis.publish.ingredients import surroundings
    from coopanalysis.publish.reports import chosen

    with _told():
        reports = _load(plan_file or _project() / "notebooks" / "plan.yml", data, settings, LIBRARY.problems)
        if why:
            folder, shared = (out or _project() / "outputs").absolute(), surroundings(LIBRARY)
            works = {work.report.name: work for work in decide(reports, folder, LIBRARY, shared, moment(_zone(data)), only=only).works}
        names = {name for name, work in works.items() if work.asked} if why else chosen(reports, only, set())
    for report in (report for report in reports if report.name in names):
        shown = ", ".join(f"{name}={value}" for name, value in report.parameters.items())
        reason = f": {works[report.name].action} – {works[report.name].reason}" if why else ""
        click.echo(f"{report.name}: {report.notebook.name} ({shown}) -> {report.name}.html{reason}")


@main.command()
@_plan_options
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=None, help="Output folder (default: the project's outputs).")
@click.option(
    "--only",
    default="",
    metavar="NAME|failed|GLOB",
    help="Only these: an entry of the plan, a report, those not ok last time, or a pattern; the others keep their pages.",
)
@click.option("--force", is_flag=True, help="Run every report asked for, changed or not.")
@click.option("--workers", type=click.IntRange(1, 64), default=None, help="Reports at once (default: the cores of this machine).")
@click.option("--timeout", type=click.FloatRange(1), default=None, metavar="SECONDS", help="Longest time for one report.")
@click.option("--cell-timeout", type=click.FloatRange(1), default=None, metavar="SECONDS", help="Longest time for one cell.")
@click.option("--scheduler", default="", metavar="ADDRESS", help="Run the reports on the workers of this Dask scheduler (see docs/cluster.md).")
@click.option("--keep", type=click.IntRange(1), default=10, show_default=True, help="Editions to keep.")
@click.option("--pdf", is_flag=True, help="Also print every page to PDF, where a Chromium or Edge is found.")
@click.option(
    "--kernel",
    type=click.Choice(["in-process", "jupyter"]),
    default="in-process",
    show_default=True,
    help="in-process: each report's cells run in a process of their own that has the libraries loaded; jupyter: in a real Jupyter kernel "
    "(needs the extra jupyter). The results are the same.",
)
@click.option("--on-success", default="", metavar="CMD", help="Program to start when all is well; it gets the path of the summary.")
@click.option("--on-failure", default="", metavar="CMD", help="The same when it is not.")
def run(
    plan_file: Path | None,
    data: str,
    settings: tuple[str, ...],
    out: Path | None,
    workers: int | None,
    scheduler: str,
    on_success: str,
    on_failure: str,
    **more: Any,
) -> None:
    """Bring every report of the plan up to date and publish an edition."""
    from coopanalysis.publish.clock import moment
    from coopanalysis.publish.files import file_hash
    from coopanalysis.publish.log import logged
    from coopanalysis.publish.pool import cores, start_server
    from coopanalysis.publish.reporter import Reporter
    from coopanalysis.publish.run import Run
    from coopanalysis.publish.signals import stops_raise

    reporter = Reporter()
    with _told(), stops_raise(), logged(on_success, on_failure, reporter.say) as log:  # a stop while libraries load is a stop, too
        folder = (out or _project() / "outputs").absolute()
        path = (plan_file or _project() / "notebooks" / "plan.yml").resolve()
        package = str(Path(data).resolve()) if data else ""
        plan_hash = file_hash(path) if path.is_file() else ""  # before it is read: an edit since is the next run's
        call = {"plan": str(path), "sha256": plan_hash, "data": package, "settings": sorted(settings)}
        at_once = workers or cores()

        def load(known: list[Report] | None) -> list[Report]:
            """The plan is read here while libraries load in the process that reports are forked from."""
            if not scheduler:
                start_server(LIBRARY.preload, at_once, COOPANALYSIS_PREPARE=package, **_own_data())
            return known or _load(path, package, settings, LIBRARY.problems if scheduler else _problems_elsewhere)

        one = Run(folder, LIBRARY, moment(_zone(package)), call, log, reporter, workers=at_once, scheduler=scheduler, **more)
        sys.exit(one.go(load))


def _own_data() -> dict[str, str]:
    """Where the project's data are, for reports, which work in an empty folder; nothing where there are none, and --data names others."""
    from coopanalysis.dataset.descriptor import PLACE, default_folder

    try:
        return {PLACE: str(default_folder())}
    except CoopError:
        return {}


def _problems_elsewhere(reports: list[Report]) -> list[Any]:
    """The same as ``LIBRARY.problems``, in a process that holds library and data already."""
    from coopanalysis.publish.pool import ask

    try:
        found: list[Any] = ask(_answer_problems, reports)
    except RuntimeError:  # that process was killed
        found = LIBRARY.problems(reports)
    return found


def _answer_problems(reports: list[Report], *_: Any) -> list[Any]:
    return LIBRARY.problems(reports)


@main.command()
@click.argument("edition", type=click.Path(path_type=Path))
def verify(edition: Path) -> None:
    """Check that an edition is as it was published: exit 0, or 1 with each difference."""
    from coopanalysis.publish.verify import main as verify_edition

    sys.exit(verify_edition([str(edition)]))


def _load(plan_file: Path, data: str, settings: tuple[str, ...], check: Any) -> list[Report]:
    """The reports of the plan; :class:`CoopError` with everything that is wrong with it."""
    from coopanalysis.publish.parameters import settings_of
    from coopanalysis.publish.plan import load_plan

    return load_plan(plan_file, data=data, settings=settings_of(settings), check=check)


@contextmanager
def _told() -> Iterator[None]:
    """Within, whatever goes wrong ends the command with its exit code and lines for the person who can mend it."""
    from coopanalysis.publish.signals import Stopped

    try:
        yield
    except Stopped as stop:
        sys.exit(stop.code)
    except (ClusterError, Locked, CannotWrite) as error:
        _stop(error.code, escaped(str(error)))
    except CoopError as error:
        _refuse(error.problems)
    except OSError as error:
        _stop(BAD_INPUT, escaped(f"{error.filename or 'a file'}: cannot be read ({error.strerror or error}); restore it, or allow reading it"))


def _zone(data: str) -> str:
    """The time zone of the data package; of one that cannot be read the default, since the plan's check will tell what is wrong."""
    try:
        return LIBRARY.time_zone(data)
    except CoopError:
        return TIME_ZONE


def _project() -> Path:
    """The project's folder: where its data are."""
    from coopanalysis.dataset.descriptor import default_folder

    return default_folder().parent


def _refuse(problems: list[Any]) -> NoReturn:
    for problem in problems[:PROBLEMS_SHOWN]:
        click.echo(str(problem), err=True)
    if len(problems) > PROBLEMS_SHOWN:
        click.echo(f"and {len(problems) - PROBLEMS_SHOWN} more", err=True)
    _stop(BAD_INPUT, f"{len(problems)} problem{'s' if len(problems) > 1 else ''}; nothing was started")


def _stop(code: int, message: str) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(code)
