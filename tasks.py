#!/usr/bin/env python3
"""The project's tasks, with nothing but Python's standard library: python3 tasks.py run | test | check | plan | verify | lab | lock | bench

Makes the environment (.venv; .venv-lab for JupyterLab, which would slow every batch; .venv-bench for the programs that we
are measured against) from the hashed lock when it is missing or the lock changed, then hands over to the task. Other
arguments and the exit code pass through.
"""

import sys

if sys.version_info < (3, 11):
    sys.exit("coopanalysis needs Python 3.11 or later; this is %d.%d.%d. Try: python3.11 tasks.py" % sys.version_info[:3])

import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
LOCKS = {".venv": "requirements.lock", ".venv-lab": "requirements-lab.lock", ".venv-bench": "benchmarks/requirements.lock"}
TASKS = {
    "run": "re-run every notebook of the plan and publish an edition",
    "test": "run the tests",
    "check": "check the data package",
    "plan": "show what a run would do",
    "verify": "check that an edition is as it was published (needs no environment)",
    "lab": "open JupyterLab in its own environment",
    "lock": "renew the locks from pyproject.toml and benchmarks/requirements.in",
    "soak": "hundreds of reports with faults injected at random (long)",
    "fuzz": "20,000 damaged data packages: each is accepted with all its tables or refused with a place (long)",
    "bench": "measure the batch against other ways to run notebooks, the library against code by hand (long, Linux), write benchmarks/RESULTS.md",
    "docs": "make the glossary, data dictionary and methods again",
}


def main(arguments: list[str]) -> int:
    """Run one task; returns its exit code."""
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(__doc__)
        print("\n".join(f"  {name:6} {line}" for name, line in TASKS.items()))
        return 0 if arguments else 2
    task, rest = arguments[0], arguments[1:]
    if task not in TASKS:
        print(f"tasks.py: there is no task {task!r}; there are {', '.join(TASKS)}", file=sys.stderr)
        return 2
    os.environ["PYTHONUTF8"] = "1"
    if task == "verify":
        sys.path.insert(0, str(ROOT / "src"))
        from coopanalysis.publish.verify import main as verify  # standard library only

        return verify(rest)
    environment = ensure(".venv-lab" if task == "lab" else ".venv")
    if task in ("run", "check", "plan"):
        return hand_over([program(environment, "coopanalysis"), task, *rest])
    if task == "test":
        os.chdir(ROOT)
        # one process more than cores, since many tests wait for something; the tests of a file share its runs
        processes = str((os.cpu_count() or 1) + 1)
        return hand_over([program(environment, "python"), "-m", "pytest", "-n", processes, "--dist", "loadfile", *rest])
    if task == "lab":
        return hand_over([program(environment, "jupyter"), "lab", str(ROOT / "notebooks"), *rest])
    if task == "soak":
        os.chdir(ROOT)
        return hand_over([program(environment, "python"), str(ROOT / "tests" / "soak.py"), *rest])
    if task == "fuzz":
        os.chdir(ROOT)
        return hand_over([program(environment, "python"), "-m", "tests.fuzz", *rest])
    if task == "bench":
        os.chdir(ROOT)
        ensure(".venv-bench")
        return hand_over([program(environment, "python"), "-m", "benchmarks.bench", *rest])
    if task == "docs":
        return hand_over([program(environment, "python"), str(ROOT / "docs" / "make.py"), *rest])
    return lock(environment)


def ensure(name: str) -> Path:
    """The environment's folder, made or renewed if its stamp is not that of the lock and pyproject.toml, or its Python is gone."""
    folder, stamp = ROOT / name, stamp_of(name)
    if is_current(folder, stamp):
        return folder
    with only_one(ROOT / f"{name}.making"):
        if not is_current(folder, stamp):  # another start may have made it while this one waited
            make(folder, ROOT / LOCKS[name], stamp)
    return folder


def stamp_of(name: str) -> str:
    """What an environment depends on, in one number. Not the Python that asks: an environment has its own, and a schedule may start another."""
    parts = [(ROOT / LOCKS[name]).read_bytes(), (ROOT / "pyproject.toml").read_bytes(), str(ROOT).encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def is_current(folder: Path, stamp: str) -> bool:
    file = folder / "coopanalysis.stamp"
    return file.is_file() and file.read_text(encoding="utf-8") == stamp and Path(program(folder, "python")).exists()


def make(folder: Path, lock_file: Path, stamp: str) -> None:
    """Make the environment anew; stops with one plain line if something is missing."""
    print(f"making the environment {folder.name} (about a minute, once) …", file=sys.stderr, flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    try:
        import ensurepip  # noqa: F401  (Debian ships venv without it)
        import venv

        venv.create(folder, with_pip=True)
    except (ImportError, subprocess.CalledProcessError):
        shutil.rmtree(folder, ignore_errors=True)
        stop("Python's venv module is missing. On Debian and Ubuntu: sudo apt install python3-venv")
    pip = [program(folder, "python"), "-m", "pip", "--disable-pip-version-check", "--no-input", "install"]
    call([*pip, "--require-hashes", "-r", str(lock_file)], folder)
    # two commands: an editable project has no single file to hash
    call([*pip, "--no-deps", "--no-build-isolation", "-e", str(ROOT)], folder)
    # matplotlib tells of building its font cache once; here, and not in a report
    call([program(folder, "python"), "-c", "import matplotlib.font_manager"], folder)
    (folder / "coopanalysis.stamp").write_text(stamp, encoding="utf-8")


def call(command: list[str], folder: Path) -> None:
    """Run a set-up step with its output in a log; on failure, one line that says what to do."""
    log = Path(tempfile.gettempdir()) / f"coopanalysis-setup-{os.getpid()}.log"
    with log.open("ab") as stream:
        done = subprocess.run(command, stdout=stream, stderr=subprocess.STDOUT, cwd=ROOT, check=False)
    if done.returncode == 0:
        return
    text = log.read_text(encoding="utf-8", errors="replace")
    shutil.rmtree(folder, ignore_errors=True)
    if "DO NOT MATCH THE HASHES" in text:
        stop(f"a downloaded package does not match its hash in the lock; nothing was installed (log: {log})")
    if any(
        sign in text
        for sign in (
            "NewConnectionError",
            "Temporary failure",
            "ConnectTimeout",
            "Name or service not known",
            "Connection refused",
            "Max retries",
            "No matching distribution",
            "Could not find a version",
        )
    ):
        stop(f"the packages could not be downloaded: no connection to the package index. Connect, or set pip's proxy, and start again (log: {log})")
    last = next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "no message")
    stop(f"the environment could not be made: {last[:200]} (log: {log})")


class only_one:
    """Two starts at once make the environment one after the other; a lock whose process is gone is taken over."""

    def __init__(self, path: Path):
        self.path = path

    def __enter__(self) -> None:
        said = False
        while True:
            try:
                handle = os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
                os.write(handle, str(os.getpid()).encode())
                os.close(handle)
                return
            except FileExistsError:
                if not self._holder_lives():
                    self.path.unlink(missing_ok=True)
                    continue
                if not said:
                    print("another start is making the environment; waiting …", file=sys.stderr, flush=True)
                    said = True
                time.sleep(0.5)
            except OSError as error:
                stop(f"cannot write in {ROOT}: {error.strerror}")

    def __exit__(self, *_: object) -> None:
        self.path.unlink(missing_ok=True)

    def _holder_lives(self) -> bool:
        try:
            number = int(self.path.read_text(encoding="utf-8") or "0")
            if os.name != "posix":
                return time.time() - self.path.stat().st_mtime < 1800
            os.kill(number, 0)
        except ProcessLookupError:
            return False
        except ValueError:
            return time.time() - self.path.stat().st_mtime < 5
        except OSError:
            return self.path.exists()
        return number > 0


def program(folder: Path, name: str) -> str:
    return str(folder / ("Scripts" if os.name == "nt" else "bin") / (f"{name}.exe" if os.name == "nt" else name))


def hand_over(command: list[str]) -> int:
    """Become the program, so that signals and exit codes pass straight through (on Windows: run it and wait)."""
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name == "posix":
        os.execv(command[0], command)
    return subprocess.call(command)


def lock(environment: Path) -> int:
    """Compile the locks for all platforms, with hashes and without any address of an index."""
    compile_ = [
        program(environment, "uv"),
        "pip",
        "compile",
        "--quiet",
        "--universal",
        "--python-version",
        "3.11",
        "--generate-hashes",
        "--custom-compile-command",
        "python tasks.py lock",
        "--extra",
        "build",
        "pyproject.toml",
    ]
    bench = ["benchmarks/requirements.in", "-c", "requirements.lock"]  # the peers run with our versions
    for name, more in (
        ("requirements.lock", ["--extra", "dev"]),
        ("requirements-lab.lock", ["--extra", "dev", "--extra", "lab"]),
        ("benchmarks/requirements.lock", bench),
    ):
        code = subprocess.call([*compile_, *more, "-o", name], cwd=ROOT)
        if code:
            return code
    return 0


def stop(message: str) -> None:
    sys.exit(f"coopanalysis: {message}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
