"""One whole run of the committed plan, shared by all tests that look at its edition."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest
from filelock import FileLock

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = Path(sys.executable).parent / ("coopanalysis.exe" if os.name == "nt" else "coopanalysis")


def command(*arguments: str | Path, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """The installed command line, as a user starts it; output into a pipe."""
    return subprocess.run(
        [str(PROGRAM), *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


# files that take longest go first, so that two processes end together
SLOW_FIRST = (
    "test_pages.py",
    "test_speed.py",
    "test_resilience.py",
    "test_faults.py",
    "test_batch.py",
    "test_cluster.py",
    "test_engine.py",
    "test_deploy.py",
    "test_browser.py",
    "test_incremental.py",
    "test_pdf.py",
    "test_safety.py",
    "test_cli.py",
    "test_figures.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: SLOW_FIRST.index(item.path.name) if item.path.name in SLOW_FIRST else len(SLOW_FIRST))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where the tools are installed on purpose, a skipped test of a fault or a schedule is a failed one."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if not os.environ.get("COOPANALYSIS_NO_SKIPS") or reporter is None:
        return
    skipped = [report for report in reporter.stats.get("skipped", []) if report.nodeid.startswith(("tests/publish/", "tests/test_deploy"))]
    excused = "this machine lets nobody"  # mount a disk or cut the network: a container without that right
    wrong = [report for report in skipped if excused not in str(report.longrepr)]
    for report in wrong:
        reporter.write_line(f"skipped, and must not be here: {report.nodeid}: {report.longrepr}", red=True)
    if wrong:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@dataclass(frozen=True)
class Run:
    """A finished run: what was printed, and the edition that readers see."""

    code: int
    output: str
    errors: str
    out: Path

    @property
    def latest(self) -> Path:
        return self.out / "latest"

    @property
    def summary(self) -> dict[str, Any]:
        return json.loads((self.latest / "summary.json").read_text(encoding="utf-8"))

    def page(self, name: str) -> str:
        return (self.latest / f"{name}.html").read_text(encoding="utf-8")


def here(*arguments: str | Path, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """The same as :func:`command` in this process: all batches of a test process share one fork server, and cost little.

    What the server holds is that of its first batch, so where a test is about processes, signals, settings of the user's or
    what a process loads, it starts the program.
    """
    from coopanalysis.cli import main

    output, errors, before = io.StringIO(), io.StringIO(), Path.cwd()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(output), redirect_stderr(errors):
        for name, value in environment.items():
            patch.setenv(name, value)
        try:
            os.chdir(cwd or before)
            main(list(map(str, arguments)), prog_name="coopanalysis", standalone_mode=False)
            code: Any = 0
        except SystemExit as end:
            code = end.code
        except click.ClickException as error:
            error.show()
            code = error.exit_code
        finally:
            os.chdir(before)
    return subprocess.CompletedProcess(arguments, int(code or 0), output.getvalue(), errors.getvalue())


def run(out: Path, *arguments: str | Path, cwd: Path | None = None, started: bool = False, **environment: str) -> Run:
    """``coopanalysis run``; ``started``: as a program of its own."""
    done = (command if started else here)("run", "--out", out, *arguments, cwd=cwd, **environment)
    return Run(done.returncode, done.stdout, done.stderr, out)


@pytest.fixture(scope="session")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """All sixteen reports, from another folder, into a path with spaces and Vietnamese letters; made once for all test processes."""
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    folder, record = shared / "kết quả thử", shared / "edition.json"
    with FileLock(shared / "edition.lock"):
        if not record.is_file():
            folder.mkdir()
            done = run(folder / "bản công bố", cwd=folder, started=True)
            record.write_text(json.dumps([done.code, done.output, done.errors]), encoding="utf-8")
    return Run(*json.loads(record.read_text(encoding="utf-8")), folder / "bản công bố")
