#!/usr/bin/env python3
"""The project's tasks, with nothing but Python's standard library: python3 tasks.py run | test | check | plan | verify | lab | lock | bench

Makes the environment of a task from its hashed lock when it is missing or the lock changed, then hands over to the task:
run, check and plan have what a run needs; test, soak, fuzz, docs, lock and a run with --scheduler or --kernel have the tools
too; lab and bench have their own.
Other arguments and the exit code pass through.

Environments stand in .venvs, one folder for each content of the lock. A new one is made beside the old one, which is
removed when no process uses it any more, so a running batch keeps its files. The links .venv, .venv-dev, .venv-lab and
.venv-bench lead people and editors to the newest (not on Windows, where links need a right that few have).
"""

import sys

if sys.version_info < (3, 11):
    sys.exit("coopanalysis needs Python 3.11 or later; this is %d.%d.%d. Try: python3.11 tasks.py" % sys.version_info[:3])

import hashlib
import os
import re
import shutil
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, NoReturn

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

ROOT = Path(__file__).resolve().parent
PLACE = ROOT / ".venvs"
READY = "coopanalysis.ready"  # stands in a finished environment; each process that uses the environment holds it open and locked
# what a run and the tests import: done once as an environment is made, so that this much is compiled (all of it takes pip 15 seconds
# more), also where the environment cannot be written later, and matplotlib tells of building its font cache there and not in a report
RUN = "pandas, matplotlib.pyplot, matplotlib.backends.backend_svg, seaborn, babel.dates, papermill, IPython.terminal.embed, nbformat, jinja2, mistune"
RUN += ", pygments.lexers.python, pygments.formatters, pydantic, yaml, click, filelock, tqdm"
DEV = f"{RUN}, pytest, xdist.remote, hypothesis, frictionless, distributed, nbconvert, ipykernel.kernelapp, ipywidgets, playwright.sync_api, lxml.html, pypdf"
ENVIRONMENTS = {  # link, lock, imports
    "run": (".venv", "requirements.lock", RUN),
    "dev": (".venv-dev", "requirements-dev.lock", DEV),
    "lab": (".venv-lab", "requirements-lab.lock", f"{RUN}, jupyterlab, ipykernel.kernelapp"),
    "bench": (".venv-bench", "benchmarks/requirements.lock", f"{RUN}, nbconvert, ipykernel.kernelapp"),
}
NO_CONNECTION = ("NewConnectionError", "Temporary failure", "ConnectTimeout", "Name or service not known", "Connection refused", "Max retries")
NO_CONNECTION += ("No matching distribution", "Could not find a version")
TASKS = {
    "run": "re-run every notebook of the plan and publish an edition",
    "test": "run the tests",
    "check": "check the data package",
    "plan": "show what a run would do",
    "verify": "check that an edition is as it was published (needs no environment)",
    "lab": "open JupyterLab in its own environment",
    "lock": "renew the locks from pyproject.toml and benchmarks/requirements.in (--upgrade: newest versions)",
    "soak": "hundreds of reports with faults injected at random (long)",
    "fuzz": "20,000 damaged data packages: each is accepted with all its tables or refused with a place (long)",
    "bench": "measure the batch against other ways to run notebooks, the library against code by hand (long, Linux), write benchmarks/RESULTS.md",
    "docs": "make the glossary, data dictionary and methods again",
}


def main(arguments: list[str]) -> int:
    """Run one task; returns its exit code."""
    os.environ["PYTHONUTF8"] = "1"
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # as PYTHONUTF8 does for the task, also into a file on Windows
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(__doc__)
        print("\n".join(f"  {name:6} {line}" for name, line in TASKS.items()))
        return 0 if arguments else 2
    task, rest = arguments[0], arguments[1:]
    if task not in TASKS:
        print(f"tasks.py: there is no task {task!r}; there are {', '.join(TASKS)}", file=sys.stderr)
        return 2
    if task == "verify":
        sys.path.insert(0, str(ROOT / "src"))
        from coopanalysis.publish.verify import main as verify  # standard library only

        return verify(rest)
    if task in ("run", "check", "plan"):
        # other machines and real Jupyter kernels need packages that are among the tools
        more = any(argument.partition("=")[0] in ("--scheduler", "--kernel") for argument in rest)
        return hand_over([program(ensure("dev" if more else "run"), "coopanalysis"), task, *rest])
    os.chdir(ROOT)
    if task == "lab":
        return hand_over(
            [program(ensure("lab"), "jupyter"), "lab", f"--ServerApp.root_dir={ROOT}", "--LabApp.default_url=/lab/tree/notebooks", *rest]
        )
    if task == "bench":
        ensure("bench")
        return hand_over([program(ensure("run"), "python"), "-m", "benchmarks.bench", *rest])
    environment = ensure("dev")
    if task == "lock":
        return lock(program(environment, "uv"), rest)
    # one process of tests more than cores, since many tests wait for something; the tests of a file share its runs
    processes = str((os.cpu_count() or 1) + 1)
    commands = {
        "test": ["-m", "pytest", "-n", processes, "--dist", "loadfile"],
        "soak": [str(ROOT / "tests" / "soak.py")],
        "fuzz": ["-m", "tests.fuzz"],
        "docs": [str(ROOT / "docs" / "make.py")],
    }
    return hand_over([program(environment, "python"), *commands[task], *rest])


def ensure(name: str) -> Path:
    """The folder of an environment, made if there is none for its lock; it stays while this process, or the program it becomes, lives."""
    link, lock_file, _ = ENVIRONMENTS[name]
    folder = PLACE / f"{name}-{stamp_of(lock_file)[:12]}"
    if not claim(folder):
        with only_one(PLACE / f"{name}.lock"):
            if not claim(folder):  # another start may have made it while this one waited
                make(name, folder)
                claim(folder)
    point(ROOT / link, folder)
    for old in PLACE.glob(f"{name}-*"):
        if old != folder and (old / READY).exists():  # without it another start may be making it
            remove(old)
    return folder


def stamp_of(lock_file: str) -> str:
    """What an environment depends on, in one number. Not the Python that asks: an environment has its own, and a schedule may start another."""
    parts = [(ROOT / lock_file).read_bytes(), (ROOT / "pyproject.toml").read_bytes(), os.fsencode(ROOT)]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def claim(folder: Path) -> bool:
    """Use an environment for the rest of this process and of the program it becomes; false if there is none or its Python is gone."""
    try:
        handle = os.open(folder / READY, os.O_RDONLY)
    except OSError:
        return False
    with suppress(OSError):  # a network folder without locks, where environments are not removed
        if fcntl:
            fcntl.flock(handle, fcntl.LOCK_SH)
    if (folder / READY).exists() and Path(program(folder, "python")).exists():  # asked again: it may have been removed meanwhile
        os.set_inheritable(handle, True)
        return True
    os.close(handle)
    return False


def remove(folder: Path) -> None:
    """Remove an environment unless a process uses it. Its READY goes first: what a killed removal leaves is not taken for an environment."""
    try:
        if fcntl is None:
            (folder / READY).unlink()  # Windows refuses while a process has it open
        else:
            with (folder / READY).open() as stream:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                (folder / READY).unlink()
    except FileNotFoundError:
        pass
    except OSError:
        return
    shutil.rmtree(folder, ignore_errors=True)


def point(link: Path, folder: Path) -> None:
    """Let .venv lead to the environment: a new link, renamed over the old one, so that there always is one."""
    ours = link.is_symlink() and os.readlink(link).startswith(PLACE.name)
    if not ours and os.path.lexists(link):
        # left alone, since a batch that an earlier version started may be running from it
        print(f"coopanalysis: {link} is not used any more, this start uses {folder}; delete it when nothing runs from it", file=sys.stderr)
    elif os.name == "posix" and not (link.exists() and link.samefile(folder)):
        beside = PLACE / f"{link.name}.{os.getpid()}"
        with suppress(OSError):  # the link is a convenience
            beside.symlink_to(folder.relative_to(ROOT))
            beside.replace(link)


def make(name: str, folder: Path) -> None:
    """Make an environment with uv where there is one, else with pip; stops with one plain line if something is missing."""
    link, lock_file, imports = ENVIRONMENTS[name]
    print(f"making the environment {link} (about a minute, once) …", file=sys.stderr, flush=True)
    remove(folder)  # its Python is gone
    for half in PLACE.glob(f"{name}-*"):
        if not (half / READY).exists():
            shutil.rmtree(half, ignore_errors=True)
    log = PLACE / f"{name}.log"
    log.unlink(missing_ok=True)
    python = program(folder, "python")
    # two steps: an editable project has no single file to hash
    installs = [["--require-hashes", "-r", str(ROOT / lock_file)], ["--no-deps", "--no-build-isolation", "-e", str(ROOT)]]
    with_uv = [["pip", "install", "--python", python, *install] for install in installs]
    uv = shutil.which("uv")
    # where uv fails, pip goes on: uv does not know all that pip is told, of an index of the company's for instance
    if not uv or any(failure([uv, *step], log) for step in (["venv", "--python", sys.executable, str(folder)], *with_uv)):
        shutil.rmtree(folder, ignore_errors=True)
        install_with_pip(folder, installs, with_uv, ROOT / lock_file, log)
    tell_where(Path(sysconfig.get_path("purelib", "venv", {"base": str(folder)})))
    must([python, "-c", f"import {imports}"], folder, log)
    log.unlink()
    (folder / READY).touch()


def install_with_pip(folder: Path, installs: list[list[str]], with_uv: list[list[str]], lock_file: Path, log: Path) -> None:
    """Make the environment with Python's own tools; where uv is among the packages, it installs the others: seconds instead of a minute."""
    try:
        import ensurepip  # noqa: F401  (Debian ships venv without it)
        import venv

        venv.create(folder, with_pip=True)
    except (ImportError, subprocess.CalledProcessError):
        shutil.rmtree(folder, ignore_errors=True)
        stop("Python's venv module is missing. On Debian and Ubuntu: sudo apt install python3-venv")
    pip = [program(folder, "python"), "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--no-compile"]
    uv = re.search(r"^uv==(.+\n)+?(?=\S)", lock_file.read_text(encoding="utf-8"), re.MULTILINE)
    if uv:
        only_uv = folder / "uv.lock"
        only_uv.write_text(uv[0], encoding="utf-8")
        if not failure([*pip, "--require-hashes", "-r", str(only_uv)], log) and not any(
            failure([program(folder, "uv"), *step], log) for step in with_uv
        ):
            return
    for install in installs:
        must([*pip, *install], folder, log)


def tell_where(packages: Path) -> None:
    """Tell the environment's Python where our package is, in plain ASCII, and to hold the environment while it runs.

    Python reads .pth files in the locale's encoding: one with the path of a folder with Vietnamese letters, as pip writes
    it, stops every start under a locale without UTF-8.
    """
    for file in packages.glob("*coopanalysis*.pth"):
        file.write_text("import _coopanalysis_environment\n", encoding="ascii")
    (packages / "_coopanalysis_environment.py").write_text(
        f"""# Written by tasks.py: where the project is, and a lock by which tasks.py knows that this environment is in use.
import os, sys

sys.path.append(os.fsdecode({os.fsencode(ROOT / "src")!r}))
try:
    held = os.open(os.path.join(sys.prefix, {READY!r}), os.O_RDONLY)
    import fcntl

    fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
except (ImportError, OSError):
    pass
""",
        encoding="ascii",
    )


def failure(command: list[str], log: Path) -> str:
    """Run a step of the set-up; empty if it succeeded, else what it said."""
    try:
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
        done = subprocess.run(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=ROOT, encoding="utf-8", errors="replace", check=False
        )
    except OSError as error:
        return str(error)
    with log.open("a", encoding="utf-8") as stream:
        stream.write(done.stdout)
    return (done.stdout.strip() or "no message") if done.returncode else ""


def must(command: list[str], folder: Path, log: Path) -> None:
    """A step of the set-up without which there is no environment: if it fails, one line that says what to do."""
    text = failure(command, log)
    if not text:
        return
    shutil.rmtree(folder, ignore_errors=True)
    if "DO NOT MATCH THE HASHES" in text:
        stop(f"a downloaded package does not match its hash in the lock; nothing was installed (log: {log})")
    if any(sign in text for sign in NO_CONNECTION):
        stop(f"the packages could not be downloaded: no connection to the package index. Connect, or set pip's proxy, and start again (log: {log})")
    stop(f"the environment could not be made: {text.splitlines()[-1].strip()[:200]} (log: {log})")


@contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Two starts at once make an environment one after the other. The system frees the lock of a process that died."""
    try:
        PLACE.mkdir(exist_ok=True)
        stream = path.open("w")
    except OSError as error:
        stop(f"cannot write in {ROOT}: {error.strerror}")
    with stream:
        if locked_by_another(stream):
            print("another start is making the environment; waiting …", file=sys.stderr, flush=True)
            while locked_by_another(stream):
                time.sleep(0.5)
        yield


def locked_by_another(stream: IO[str]) -> bool:
    """Lock the file for this process, if no other has it."""
    try:
        if fcntl:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            import msvcrt

            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
    except (BlockingIOError, PermissionError):
        return True
    except OSError:  # a network folder without locks: nobody is waited for
        return False
    return False


def program(folder: Path, name: str) -> str:
    return str(folder / ("Scripts" if os.name == "nt" else "bin") / (f"{name}.exe" if os.name == "nt" else name))


def hand_over(command: list[str]) -> int:
    """Become the program, so that signals and exit codes pass straight through (on Windows: run it and wait)."""
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name == "posix":
        os.execv(command[0], command)
    return wait_for(command)


def wait_for(command: list[str]) -> int:
    """Run a program to its own end. Ctrl-C reaches it too; it ends its work, and its exit code is the answer."""
    child = subprocess.Popen(command)
    while True:
        with suppress(KeyboardInterrupt):
            return child.wait()


def lock(uv: str, more: list[str]) -> int:
    """Compile the locks for all platforms, with hashes, without any address of an index, and with the same versions in all."""
    given = ["--quiet", "--universal", "--python-version", "3.11", "--generate-hashes", "--custom-compile-command"]
    for arguments in (
        ["-o", "requirements.lock"],
        ["--extra", "dev", "-c", "requirements.lock", "-o", "requirements-dev.lock"],
        ["--extra", "lab", "-c", "requirements-dev.lock", "-o", "requirements-lab.lock"],
        ["--extra", "jupyter", "benchmarks/requirements.in", "-c", "requirements-dev.lock", "-o", "benchmarks/requirements.lock"],
    ):
        command = [uv, "pip", "compile", *given, "python tasks.py lock", "--extra", "build", "pyproject.toml", *arguments, *more]
        code = subprocess.call(command, cwd=ROOT)
        if code:
            return code
    return 0


def stop(message: str) -> NoReturn:
    sys.exit(f"coopanalysis: {message}")


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
