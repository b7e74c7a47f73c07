"""``coopanalysis check | plan | run | verify``: every error is one line that says what to do, every outcome an exit code.

Exit codes: 0 all ok; 1 a report is not ok; 2 plan, parameter or data error, nothing started; 3 another run holds the
lock; 4 cannot write; 129 closed terminal; 130 Ctrl-C; 143 SIGTERM.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

import click

from coopanalysis.collection import LIBRARY
from coopanalysis.dataset.descriptor import PLACE, default_folder, read_descriptor
from coopanalysis.errors import CannotWrite, ClusterError, CoopError, DataError, Locked, Problem, escaped
from coopanalysis.publish.clock import moment
from coopanalysis.publish.decide import decide
from coopanalysis.publish.files import file_hash
from coopanalysis.publish.ingredients import surroundings
from coopanalysis.publish.log import logged
from coopanalysis.publish.pool import ask, cores, start_server
from coopanalysis.publish.reporter import Reporter
from coopanalysis.publish.reports import Report
from coopanalysis.publish.run import Run
from coopanalysis.publish.signals import Stopped, stops_raise
from coopanalysis.publish.verify import main as verify_edition

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

    with _told():
        found = problems_of(data or None)
        for note in (problem for problem in found if problem.note):
            click.echo(str(note), err=True)
        if problems := [problem for problem in found if not problem.note]:
            raise DataError(problems)
        root, descriptor = read_descriptor(data or None)
        click.echo(f"{root}: {len(descriptor['resources'])} files, no problem")


def _shared_options(command: Any) -> Any:
    """Which reports, and where they are published: options of ``plan`` and ``run``."""
    only = "Only these: an entry of the plan, a report, those not ok last time, or a pattern; the others keep their pages."
    for option in (
        click.option("--only", default="", metavar="NAME|failed|GLOB", help=only),
        click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=None, help="Output folder (default: the project's outputs)."),
        click.option("-p", "settings", multiple=True, metavar="NAME=VALUE", help="Set a parameter for every report that has it."),
        click.option("--data", default="", metavar="FOLDER", help="Data package for every report (default: the project's data)."),
        click.option("--plan", "plan_file", type=click.Path(path_type=Path), default=None, help="Default: the project's notebooks/plan.yml."),
    ):
        command = option(command)
    return command


@main.command()
@_shared_options
@click.option("--why", is_flag=True, help="Also say what each report needs, and which change is the first reason.")
def plan(plan_file: Path | None, data: str, settings: tuple[str, ...], out: Path | None, only: str, why: bool) -> None:
    """Show what a run would do, with every check done and nothing executed."""
    from coopanalysis.publish.plan import load_plan

    with _told():
        reports = load_plan(_in_project("notebooks/plan.yml", plan_file), data=data, settings=settings, check=LIBRARY.problems)
        decision = decide(reports, _in_project("outputs", out), LIBRARY, surroundings(LIBRARY), moment(LIBRARY.time_zone(data)), only=only)
    for work in (work for work in decision.works if work.asked):
        report = work.report
        shown = ", ".join(f"{name}={value}" for name, value in report.parameters.items())
        reason = f": {work.action} – {work.reason}" if why else ""
        click.echo(f"{report.name}: {report.notebook.name} ({shown}) -> {report.name}.html{reason}")


@main.command()
@_shared_options
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
    reporter = Reporter()
    with _told(), stops_raise(), logged(on_success, on_failure, reporter.say) as log:  # a stop while libraries load is a stop, too
        folder, path = _in_project("outputs", out), _in_project("notebooks/plan.yml", plan_file).resolve()
        package = str(Path(data).resolve()) if data else ""
        plan_hash = file_hash(path) if path.is_file() else ""  # before it is read: an edit since is the next run's
        call = {"plan": str(path), "sha256": plan_hash, "data": package, "settings": sorted(settings)}
        at_once = workers or cores()

        def load(known: list[Report] | None) -> list[Report]:
            """The plan is read here while libraries load in the process that reports are forked from."""
            if not scheduler:
                place = {}
                with suppress(CoopError):  # the project has no data, and --data names others
                    place = {PLACE: str(default_folder())}  # for reports, which work in an empty folder
                start_server(LIBRARY.preload, at_once, COOPANALYSIS_PREPARE=package, **place)
            if known:
                return known
            from coopanalysis.publish.plan import load_plan

            return load_plan(path, data=package, settings=settings, check=LIBRARY.problems if scheduler else _problems_elsewhere)

        one = Run(folder, LIBRARY, moment(LIBRARY.time_zone(package)), call, log, reporter, workers=at_once, scheduler=scheduler, **more)
        sys.exit(one.go(load))


@main.command()
@click.argument("edition", type=click.Path(path_type=Path))
def verify(edition: Path) -> None:
    """Check that an edition is as it was published: exit 0, or 1 with each difference."""
    sys.exit(verify_edition([str(edition)]))


def _in_project(name: str, given: Path | None) -> Path:
    """The path given, else this one in the project's folder, which is where its data are."""
    return (given or default_folder().parent / name).absolute()


def _problems_elsewhere(reports: list[Report]) -> list[Problem]:
    """The same as ``LIBRARY.problems``, in a process that holds library and data already."""
    try:
        return list(ask(LIBRARY.problems, reports))
    except RuntimeError:  # that process was killed
        return LIBRARY.problems(reports)


@contextmanager
def _told() -> Iterator[None]:
    """Within, whatever goes wrong ends the command with its exit code and lines for the person who can mend it."""
    try:
        yield
    except Stopped as stop:
        sys.exit(stop.code)
    except (ClusterError, Locked, CannotWrite) as error:
        _stop(error.code, str(error))
    except CoopError as error:
        count = len(error.problems)
        _stop(BAD_INPUT, *str(error).splitlines(), f"{count} problem{'s' if count > 1 else ''}; nothing was started")
    except OSError as error:
        _stop(BAD_INPUT, f"{error.filename or 'a file'}: cannot be read ({error.strerror or error}); restore it, or allow reading it")


def _stop(code: int, *lines: str) -> NoReturn:
    for line in lines:
        click.echo(escaped(line), err=True)
    sys.exit(code)
