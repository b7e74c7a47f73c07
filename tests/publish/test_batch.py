"""The real runner on small notebooks: what it calls ok is whole, what is not ok never reaches readers."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest

from tests.conftest import PROGRAM, ROOT, command, run
from tests.publish.conftest import FIGURE, GOOD, OPENING, RESULT, entry, notebook, plan

SWALLOWED = "try:\n    raise ValueError('lost')\nexcept ValueError:\n    pass\n"
LEAVES = "import sys\nsys.exit(0)\n"
KILLED = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n"
SECRET_PRINT = "print('chỉ người phân tích đọc')\nimport warnings\nwarnings.warn('canary-warning', stacklevel=1)\n"


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    """Five good runs of one kind and every way to fail, in one batch of two workers."""
    folder = tmp_path_factory.mktemp("sổ") / "lô hỗn hợp"
    notebook(folder / "good.ipynb", *GOOD)
    notebook(folder / "raises.ipynb", OPENING, RESULT, "1 / 0", FIGURE)
    notebook(folder / "leaves.ipynb", OPENING, RESULT, LEAVES, FIGURE)
    notebook(folder / "swallows.ipynb", OPENING, RESULT, SWALLOWED)
    notebook(folder / "dies.ipynb", OPENING, RESULT, KILLED, FIGURE)
    notebook(folder / "slow.ipynb", OPENING, RESULT, FIGURE, "import time\ntime.sleep(60)")
    notebook(folder / "noisy.ipynb", *GOOD, SECRET_PRINT)
    entries = [
        entry("good", matrix={"lang": ["vi", "en"], "n": [1, 2]}),
        *(entry(name) for name in ("raises", "leaves", "swallows", "dies", "slow", "noisy")),
    ]
    result = run(folder / "kết quả", "--plan", plan(folder, *entries), "--workers", "2", "--cell-timeout", "8")
    return result, folder


def _cell_id(mixed, name, position):
    return nbformat.read(mixed[1] / f"{name}.ipynb", as_version=4).cells[position].id


def verdicts(result):
    return {report["name"]: report for report in result.summary["reports"]}


def test_verdicts(mixed):
    result, _ = mixed
    found = {name: report["verdict"] for name, report in verdicts(result).items()}
    assert found == {
        **dict.fromkeys(("good-vi-1", "good-vi-2", "good-en-1", "good-en-2", "noisy"), "ok"),
        "raises": "failed",
        "leaves": "incomplete",
        "swallows": "incomplete",
        "dies": "failed",
        "slow": "timed_out",
    }
    assert result.code == 1


def test_reasons_name_the_cell(mixed):
    reports = verdicts(mixed[0])
    assert "ZeroDivisionError: division by zero" in reports["raises"]["reason"] and reports["raises"]["reason"].startswith("cell 6")
    assert "0 of 1 figures" in reports["swallows"]["reason"]
    assert reports["dies"]["reason"] == f"cell 6 ({_cell_id(mixed, 'dies', 5)}): the kernel died (signal 9)"
    assert reports["slow"]["reason"].startswith("cell 7")


def test_only_ok_reports_have_pages(mixed):
    result, _ = mixed
    pages = {path.stem for path in result.latest.glob("*.html")}
    assert pages == {"index", "index.en", "good-vi-1", "good-vi-2", "good-en-1", "good-en-2", "noisy"}
    assert {path.stem for path in (result.latest / "notebooks").iterdir()} == pages - {"index", "index.en"}
    assert {path.stem for path in (result.out / "failed").iterdir()} == {"raises", "leaves", "swallows", "dies", "slow"}


def test_failed_copy_shows_the_error_and_what_was_not_run(mixed):
    book = nbformat.read(mixed[0].out / "failed" / "raises.ipynb", as_version=4)
    cells = {cell.source: cell for cell in book.cells if cell.cell_type == "code"}
    assert cells["1 / 0"].outputs[0].ename == "ZeroDivisionError"
    assert cells[FIGURE.rstrip("\n")].execution_count is None if FIGURE.rstrip("\n") in cells else cells[FIGURE].execution_count is None


def test_cells_that_never_ran_are_not_called_completed(mixed):
    book = nbformat.read(mixed[0].out / "failed" / "dies.ipynb", as_version=4)
    assert [cell.metadata.papermill.status for cell in book.cells if cell.cell_type == "code"] == ["completed"] * 4 + ["interrupted", "not run"]


def test_parallel_reports_do_not_swap_contents(mixed):
    result, _ = mixed
    for lang in ("vi", "en"):
        for n in (1, 2):
            page = result.page(f"good-{lang}-{n}")
            assert f'<html lang="{lang}">' in page and f"Title of {lang}" in page and f'<p class="value">{n}</p>' in page


def test_pipe_gets_plain_lines(mixed):
    lines = mixed[0].output.splitlines()
    assert "\r" not in mixed[0].output and "\x1b" not in mixed[0].output
    assert len(lines) == 11 and all(line.startswith(f"{n}/10 ") for n, line in enumerate(lines[:10], start=1))
    assert lines[-1].startswith("5 of 10 reports ok, 5 not")


def test_readers_see_no_prints_warnings_or_paths(mixed):
    result, folder = mixed
    page = result.page("noisy")
    for canary in ("chỉ người phân tích đọc", "canary-warning", str(folder), "ipykernel", "Traceback"):
        assert canary not in page
    assert any("canary-warning" in note or "stderr" in note for note in verdicts(result)["noisy"]["notes"])


def test_a_mended_report_comes_back_and_failed_copies_go(mixed):
    result, folder = mixed
    notebook(folder / "raises.ipynb", *GOOD)
    again = run(result.out, "--plan", plan(folder, entry("raises")))
    assert again.code == 0 and (again.latest / "raises.html").is_file()
    assert not (again.out / "failed" / "raises.ipynb").exists()


def test_failing_report_keeps_its_last_good_page(folder):
    notebook(folder / "a.ipynb", *GOOD)
    notebook(folder / "b.ipynb", *GOOD)
    path, out = plan(folder, entry("a"), entry("b")), folder / "out"
    first = run(out, "--plan", path, SOURCE_DATE_EPOCH="1700000000")
    assert first.code == 0
    good = first.page("a")
    notebook(folder / "a.ipynb", OPENING, "raise RuntimeError('broken today')")
    second = run(out, "--plan", path, SOURCE_DATE_EPOCH="1700100000")
    third = run(out, "--plan", path, SOURCE_DATE_EPOCH="1700200000")
    for later in (second, third):
        assert later.code == 1
        assert "Trang này là bản ngày 15/11/2023" in later.page("a") and later.page("a").count('class="carried"') == 1
        assert later.page("a").replace(later.page("a").split('<div class="carried">')[1].split("</div>")[0], "") != good
        record = next(report for report in later.summary["reports"] if report["name"] == "a")
        assert record["kept_from"] == "2023-11-15" and record["verdict"] == "failed" and record["page"] == "a.html"
        assert "Giữ bản ngày 15/11/2023" in later.page("index")
        assert "broken today" not in later.page("a")
    assert (third.latest / "figures" / "a" / "squares.svg").is_file()
    notebook(folder / "b.ipynb", "1 / 0")
    nothing = run(out, "--plan", path)
    assert nothing.code == 1 and all("Trang này là bản ngày" in nothing.page(name) for name in ("a", "b"))
    assert json.loads((out / "last-run.json").read_text(encoding="utf-8"))["counts"] == {"failed": 2}
    before = {path.name for path in (out / "editions").iterdir()}
    assert run(out, "--plan", path).code == 1 and {path.name for path in (out / "editions").iterdir()} == before, "nothing new to tell readers"


def test_a_report_that_never_worked_is_said_to_be_missing(folder):
    notebook(folder / "a.ipynb", *GOOD)
    notebook(folder / "b.ipynb", "1 / 0")
    done = run(folder / "out", "--plan", plan(folder, entry("a"), entry("b")))
    assert done.code == 1 and not (done.latest / "b.html").exists()
    assert "Chưa có" in done.page("index") and 'href="b.html"' not in done.page("index")


def test_second_run_on_the_same_folder_is_refused(folder):
    notebook(folder / "slow.ipynb", "import time\ntime.sleep(20)", *GOOD)
    path, out = plan(folder, entry("slow")), folder / "out"
    with subprocess.Popen(
        [str(PROGRAM), "run", "--plan", str(path), "--out", str(out)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as first:
        try:
            deadline = time.monotonic() + 30
            while not (out / ".lock.json").exists() and time.monotonic() < deadline:
                time.sleep(0.05)
            second = run(out, "--plan", path)
            assert second.code == 3 and f"process {first.pid}" in second.errors
        finally:
            first.terminate()
            assert first.wait(20) == 143


@pytest.mark.skipif(os.name != "posix" or (os.geteuid() == 0 and not Path("/proc").exists()), reason="file modes are those of POSIX")
def test_read_only_notebooks_and_data(folder):
    notebook(folder / "a.ipynb", *GOOD)
    path = plan(folder, entry("a"))
    before = {file: file.read_bytes() for file in folder.iterdir()}
    for file in folder.iterdir():
        file.chmod(0o444)
    folder.chmod(0o555)
    try:
        done = run(folder.parent / "out", "--plan", path)
        assert done.code == 0, done.output
        assert {file: file.read_bytes() for file in folder.iterdir()} == before
    finally:
        folder.chmod(0o755)


def test_environment_of_kernels_is_clean(folder, tmp_path):
    """A wrong backend, IPython start-up files and modules beside the working folder must not reach a report."""
    startup = tmp_path / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00.py").write_text("leaked = 1\n")
    (tmp_path / "random.py").write_text("raise ImportError('shadowed')\n")
    check = "import os, random\nassert 'leaked' not in globals()\nassert os.environ.get('MPLBACKEND') != 'Agg'\nassert os.environ['OMP_NUM_THREADS'] == '3'"
    notebook(folder / "a.ipynb", check, *GOOD)
    share = "import os\nassert os.environ['OPENBLAS_NUM_THREADS'] == str(max(1, os.cpu_count() // 2))"
    notebook(folder / "b.ipynb", share, *GOOD)  # two workers share the cores where the user has set nothing
    path, dirty = plan(folder, entry("a"), entry("b")), {"IPYTHONDIR": str(tmp_path / "ipython"), "MPLBACKEND": "Agg", "OMP_NUM_THREADS": "3"}
    done = run(folder / "out", "--plan", path, "--workers", "2", cwd=tmp_path, started=True, **dirty)
    assert done.code == 0, done.output


def test_terminal_gets_a_bar_with_time_left(folder):
    pytest.importorskip("termios", reason="a terminal can only be imitated on POSIX")
    import fcntl
    import pty
    import struct
    import termios

    notebook(folder / "a.ipynb", *GOOD)
    path = plan(folder, entry("a"))
    main, worker = pty.openpty()
    fcntl.ioctl(worker, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    with subprocess.Popen([str(PROGRAM), "run", "--plan", str(path), "--out", str(folder / "out")], stdout=worker, stderr=worker) as process:
        os.close(worker)
        shown = b""
        while True:
            try:
                part = os.read(main, 4096)
            except OSError:
                break
            if not part:
                break
            shown += part
    os.close(main)
    assert process.returncode == 0
    assert b"left" in shown and b"1/1 a ok" in shown


def test_cannot_write_is_exit_4(folder):
    notebook(folder / "a.ipynb", *GOOD)
    path = plan(folder, entry("a"))
    blocked = folder / "blocked"
    blocked.write_text("a file where the folder should be")
    done = run(blocked / "out", "--plan", path)
    assert done.code == 4 and "cannot write" in done.errors and "Traceback" not in done.errors


def test_python_is_the_one_of_this_environment(folder):
    notebook(folder / "a.ipynb", f"import sys\nassert sys.executable == {sys.executable!r}, sys.executable", *GOOD)
    assert run(folder / "out", "--plan", plan(folder, entry("a"))).code == 0


def test_a_notebook_of_an_older_format_runs_as_the_plan_read_it(folder):
    """Without ids, without a kernel's name, with what papermill noted in an earlier run; prose set anew finds the same cells."""
    book = notebook(folder / "a.ipynb", *GOOD)
    document = json.loads(book.read_text(encoding="utf-8"))
    for cell in document["cells"]:
        del cell["id"]
        cell["metadata"]["papermill"] = "nonsense"
    document |= {"nbformat_minor": 2, "metadata": {}}
    book.write_text(json.dumps(document), encoding="utf-8")
    path = plan(folder, entry("a"))
    done = run(folder / "out", "--plan", path)
    assert done.code == 0 and "Traceback" not in done.errors, done.output + done.errors
    book.write_text(json.dumps(document).replace("# Try", "# Try again"), encoding="utf-8")
    again = run(folder / "out", "--plan", path)
    assert again.code == 0 and "a ok, page set anew" in again.output


def test_who_is_told_depends_on_what_was_asked_for(folder):
    notebook(folder / "a.ipynb", *GOOD)
    notebook(folder / "b.ipynb", "1 / 0")
    path, out = plan(folder, entry("a"), entry("b")), folder / "out"
    calls = {name: f"'{sys.executable}' -c \"import pathlib; pathlib.Path('{folder / name}').touch()\"" for name in ("good", "bad")}
    told = ("--on-success", calls["good"], "--on-failure", calls["bad"])
    assert run(out, "--plan", path, *told).code == 1 and (folder / "bad").exists() and not (folder / "good").exists()
    (folder / "bad").unlink()
    assert run(out, "--plan", path, "--only", "a", "--force", *told).code == 0
    assert (folder / "good").exists() and not (folder / "bad").exists(), "what was asked for is well"
    (folder / "b.ipynb").unlink()
    assert run(out, "--plan", path, *told).code == 2 and (folder / "bad").exists()


def test_nothing_to_ask_for_is_said(folder):
    notebook(folder / "a.ipynb", *GOOD)
    path = plan(folder, entry("a"))
    assert run(folder / "out", "--plan", path).code == 0
    none = run(folder / "out", "--plan", path, "--only", "failed")
    assert none.code == 0 and none.output.splitlines()[-1].startswith("no report failed in the last run, 1 not asked for (none of them out of date)")


def test_reading_faults_are_not_called_writing_faults(folder, tmp_path):
    notebook(folder / "a.ipynb", *GOOD)
    for data, words in ((tmp_path / "none", "no data package here"), (tmp_path, "no data package here")):
        done = run(folder / "out", "--plan", plan(folder, entry("a")), "--data", data)
        assert done.code == 2 and words in done.errors and "cannot write" not in done.errors and "free space" not in done.errors


def test_the_library_elsewhere_finds_the_data_beside_it_or_those_named(folder, tmp_path):
    """As a wheel is installed: no data beside the library; reports work in an empty folder of their own."""
    library, work = tmp_path / "library", tmp_path / "nơi làm việc"
    shutil.copytree(ROOT / "src", library, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "data", work / "data")
    notebook(work / "notebooks" / "a.ipynb", *GOOD, "from coopanalysis import load\nassert load(data).root.name in ('data', 'other')")
    plan(work / "notebooks", entry("a"))
    beside = command("run", cwd=work, PYTHONPATH=str(library))
    assert beside.returncode == 0 and (work / "outputs" / "latest" / "a.html").is_file(), beside.stdout + beside.stderr
    shutil.move(work / "data", tmp_path / "other")
    named = ("--plan", work / "notebooks" / "plan.yml", "--out", work / "outputs", "--data", tmp_path / "other", "--force")
    done = command("run", *named, cwd=tmp_path, PYTHONPATH=str(library))
    assert done.returncode == 0, done.stdout + done.stderr
