"""What a night can bring besides the faults of the list: edits while a run is at work, damaged records, programs that cells leave behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from coopanalysis.publish.files import one_line
from coopanalysis.publish.log import tell
from tests.conftest import PROGRAM, ROOT, command, run
from tests.publish.conftest import GOOD, OPENING, RESULT, entry, notebook, plan

SLOW = "import time; time.sleep(4)"
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the operating system hands over orphans only on Linux")


@pytest.fixture
def one(folder):
    """A plan of one good report and its output folder."""
    notebook(folder / "a.ipynb", *GOOD)
    return folder, plan(folder, entry("a")), folder / "out"


def test_an_edit_while_the_run_is_at_work_is_the_next_run_s(folder):
    book = notebook(folder / "a.ipynb", SLOW, *GOOD)
    path, out = plan(folder, entry("a")), folder / "out"
    process = subprocess.Popen([str(PROGRAM), "run", "--plan", str(path), "--out", str(out)], stdout=subprocess.DEVNULL)
    _wait_for(out / ".lock.json")
    time.sleep(1)
    book.write_text(book.read_text(encoding="utf-8").replace("Title of", "New title of"), encoding="utf-8")
    assert process.wait(60) == 0
    assert "New title" not in (out / "latest" / "a.html").read_text(encoding="utf-8"), "what was decided on is what ran"
    again = run(out, "--plan", path)
    assert "a ok" in again.output and "New title" in again.page("a")


def test_higher_expectations_are_judged_again_without_a_kernel(one):
    folder, path, out = one
    assert run(out, "--plan", path).code == 0
    plan(folder, {**entry("a"), "expects": {"figures": 5}})
    again = run(out, "--plan", path)
    assert again.code == 1 and "a incomplete" in again.output and "1 of 5 figures" in again.output
    assert run(out, "--plan", path).code == 1, "and not forgotten"


def test_a_damaged_record_counts_as_none(one):
    _folder, path, out = one
    assert run(out, "--plan", path).code == 0
    for damage, content in (
        ("latest/summary.json", "{}"),
        ("latest/summary.json", "{half"),
        ("state/a.json", "{}"),
        ("state/a.json", "[]"),
        ("last-run.json", "[]"),
        ("last-run.json", "null"),
        ("state/run/plan.json", "{half"),
        ("state/run/plan.json", '{"reports": [{"name": "../../x"}]}'),
        ("state/run/places.json", '{"edition": 1}'),
        ("last-run.json", '{"reports": true}'),
        ("state/a.ipynb", "{half"),
    ):
        (out / damage).write_text(content, encoding="utf-8")
        again = run(out, "--plan", path, *(() if damage.startswith("state/run/") else ("--only", "*")))
        assert again.code == 0 and "Traceback" not in again.output + again.errors, damage
        assert command("verify", out / "latest").returncode == 0 or damage == "latest/summary.json"


@pytest.mark.parametrize("name", ["latest/summary.json", "state/a.json", "state/run/plan.json", "state/run/places.json"])
def test_a_record_with_one_other_value_counts_as_none(one, name):
    """Whatever is changed, and however well the whole still reads as a record."""
    _folder, path, out = one
    assert run(out, "--plan", path).code == 0
    text = (out / name).read_text(encoding="utf-8")
    changed = [
        text.replace(old, new, 1) for old, new in (('": "', '": "\\ud800'), ('": [', '": true, "x": ['), ('": {', '": [], "y": {')) if old in text
    ]
    assert len(changed) > 1
    for content in changed:
        (out / name).write_text(content, encoding="utf-8")
        again = run(out, "--plan", path)
        assert again.code == 0 and "Traceback" not in again.output + again.errors
        assert command("verify", out / "latest").returncode == 0


def test_only_some_reports_leaves_the_others_on_the_index(folder):
    notebook(folder / "a.ipynb", *GOOD)
    notebook(folder / "c.ipynb", OPENING, RESULT, "1 / 0")
    path, out = plan(folder, entry("a"), entry("c")), folder / "out"
    assert run(out, "--plan", path).code == 1
    only = run(out, "--plan", path, "--only", "a", "--force")
    assert only.code == 0, "what was asked for is well"
    assert {record["name"]: record["verdict"] for record in only.summary["reports"]} == {"a": "ok", "c": "failed"}
    assert "Thử c" in only.page("index") and "Chưa có" in only.page("index")
    assert "c failed" in run(out, "--plan", path, "--only", "failed").output


def test_an_expired_page_is_said_when_nothing_else_changed(one):
    _folder, path, out = one
    first = run(out, "--plan", path, SOURCE_DATE_EPOCH="1767225600")  # 1 January 2026
    assert first.code == 0 and "Hết hạn" not in first.page("index")
    again = run(out, "--plan", path, SOURCE_DATE_EPOCH="1893456000")  # 1 January 2030
    assert "a up to date" in again.output and "Hết hạn ngày 31/12/2026" in again.page("index")


def test_a_message_of_a_cell_is_one_short_line_everywhere(folder):
    notebook(folder / "a.ipynb", "raise ValueError('line one\\nline two \\x1b[31m' + 'x' * 3_000_000)")
    done = run(folder / "out", "--plan", plan(folder, entry("a")))
    lines = [line for line in done.output.splitlines() if "ValueError" in line]
    assert done.code == 1 and len(lines) == 1 and "line one" in lines[0] and "line two" not in done.output
    assert (folder / "out" / "last-run.json").stat().st_size < 20_000


def test_one_line():
    assert one_line("\n\n  a\x1b[31mb\x07c\nsecond") == "abc" and len(one_line("x" * 999)) == 300 and one_line("") == ""


def test_what_programs_of_a_cell_print_stays_in_the_notebook(folder):
    cell = "import os, subprocess; os.system('echo LEAK1'); os.write(1, b'LEAK2\\n'); subprocess.run(['echo', 'LEAK3'])"
    notebook(folder / "a.ipynb", *GOOD, cell)
    done = run(folder / "out", "--plan", plan(folder, entry("a")))
    assert done.code == 0 and "LEAK" not in done.output + done.errors and "LEAK" not in done.page("a")


def test_a_cell_cannot_show_more_than_a_page_can_hold(folder):
    notebook(folder / "a.ipynb", *GOOD, "'x' * 60_000_000")
    done = run(folder / "out", "--plan", plan(folder, entry("a")))
    assert done.code == 0 and (done.latest / "notebooks" / "a.ipynb").stat().st_size < 1_000_000


@pytest.mark.parametrize("leave", ["exit()", "quit()", "import sys; sys.exit(0)"])
def test_leaving_in_mid_notebook_is_incomplete(folder, leave):
    notebook(folder / "a.ipynb", OPENING, leave, RESULT)
    done = run(folder / "out", "--plan", plan(folder, {**entry("a"), "expects": {}}))
    assert done.code == 1 and "a incomplete" in done.output and "sys.exit()" in done.output


@LINUX
@pytest.mark.parametrize("how", ["subprocess.Popen(['sleep', '567'])", "subprocess.Popen(['sleep', '567'], start_new_session=True)"])
def test_a_program_that_a_cell_left_running_ends_with_its_report(folder, how):
    notebook(folder / "a.ipynb", *GOOD, f"import subprocess; program = {how}; print(program.pid)")
    done = run(folder / "out", "--plan", plan(folder, entry("a")))
    assert done.code == 0
    book = json.loads((done.latest / "notebooks" / "a.ipynb").read_text(encoding="utf-8"))
    pid = int("".join(book["cells"][-1]["outputs"][0]["text"]))
    assert not _alive(pid)


@LINUX
def test_a_program_that_a_cell_started_ends_when_the_batch_is_stopped(folder):
    mark = folder / "pid"
    start = "import subprocess, time, pathlib; p = subprocess.Popen(['sleep', '567'], start_new_session=True)"
    cell = f"{start}\npathlib.Path({str(mark)!r}).write_text(str(p.pid))\ntime.sleep(60)"
    notebook(folder / "a.ipynb", *GOOD, cell)
    process = subprocess.Popen(
        [str(PROGRAM), "run", "--plan", str(plan(folder, entry("a"))), "--out", str(folder / "out")], stdout=subprocess.DEVNULL
    )
    _wait_for(mark)
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 143
    assert not _alive(int(mark.read_text()))


@pytest.mark.skipif(os.name != "posix", reason="signals to a group are a thing of POSIX")
@pytest.mark.parametrize("after", [0.0, 0.05, 0.3, 1.0])
def test_ctrl_c_while_workers_start_is_not_lost(folder, after):
    for name in "abcd":
        notebook(folder / f"{name}.ipynb", "import time; time.sleep(30)", *GOOD)
    path, out = plan(folder, *(entry(name) for name in "abcd")), folder / "out"
    process = subprocess.Popen(
        [str(PROGRAM), "run", "--plan", str(path), "--out", str(out), "--workers", "4"], stdout=subprocess.DEVNULL, start_new_session=True
    )
    _wait_for(out / ".lock.json")
    time.sleep(after)
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(20) == 130


@pytest.mark.skipif(os.name != "posix", reason="signals to a group are a thing of POSIX")
def test_a_stop_does_not_wait_for_the_user_s_program(folder):
    notebook(folder / "a.ipynb", "import time; time.sleep(60)", *GOOD)
    path, out = plan(folder, entry("a")), folder / "out"
    process = subprocess.Popen(
        [str(PROGRAM), "run", "--plan", str(path), "--out", str(out), "--on-failure", "sh -c 'sleep 40'"], stdout=subprocess.DEVNULL
    )
    _wait_for(out / ".lock.json")
    time.sleep(1)
    process.send_signal(signal.SIGTERM)
    started = time.monotonic()
    assert process.wait(30) == 143 and time.monotonic() - started < 20


def test_the_user_s_program_is_told_of_bad_input_and_its_words_are_not_logged(one):
    folder, path, out = one
    heard = folder / "heard.txt"
    program = folder / "hear.py"
    program.write_text(f"import sys, shutil; shutil.copy(sys.argv[-1], {str(heard)!r})", encoding="utf-8")
    call = f"'{sys.executable}' '{program}' --key=geheim"
    done = command("run", "--plan", path, "--out", out, "--on-failure", call, "-p", "m=1")
    assert done.returncode == 2 and json.loads(heard.read_text(encoding="utf-8"))["exit_code"] == 2
    heard.unlink()
    assert run(out, "--plan", path, "--on-failure", call, "--only", "nobody").code == 2 and "nobody" in heard.read_text(encoding="utf-8")
    assert run(out, "--plan", path, "--on-success", call).code == 0 and json.loads(heard.read_text(encoding="utf-8"))["counts"] == {"ok": 1}
    assert not [log for log in (out / "logs").glob("*") if "geheim" in log.read_text(encoding="utf-8")]


def test_a_program_that_fails_or_hangs_is_said(tmp_path, monkeypatch):
    said, noted = [], []
    monkeypatch.setattr("coopanalysis.publish.log.WAIT", 0.5)
    for call in (f"'{sys.executable}' -c 'import time; time.sleep(60)'", f"'{sys.executable}' -c 'raise SystemExit(3)'", "no-such-program-here", "'"):
        tell(call, tmp_path, lambda *words, **more: noted.append((words, more)), said.append)
    assert len(said) == 4 and "no answer" in said[0] and "code 3" in said[1], said


def test_a_second_run_is_refused_before_anything_is_read(one):
    _folder, _path, out = one
    from filelock import FileLock

    out.mkdir(parents=True)
    with FileLock(out / ".lock"):
        done = command("run", "--plan", out / "no such plan.yml", "--out", out)
    assert done.returncode == 3 and "another run is at work" in done.stderr


@pytest.mark.parametrize("name", ["index", "index.en", "CON", "x" * 101])
def test_names_that_an_edition_or_a_system_keeps_are_refused(folder, name):
    notebook(folder / "a.ipynb", *GOOD)
    done = command("run", "--plan", plan(folder, entry(name, "a.ipynb")), "--out", folder / "out")
    assert done.returncode == 2 and "file name" in done.stderr and not (folder / "out").exists()


def test_a_warning_of_a_cell_leaves_no_path_and_the_same_bytes(folder, tmp_path):
    notebook(folder / "a.ipynb", *GOOD, "import warnings; warnings.warn('careful')")
    path = plan(folder, entry("a"))
    editions = []
    for place in ("x", "y"):
        done = run(folder / place, "--plan", path, SOURCE_DATE_EPOCH="1700000000")
        assert done.code == 0
        editions.append({file.name: file.read_bytes() for file in done.latest.resolve().rglob("*") if file.is_file()})
    assert editions[0] == editions[1]
    assert not [name for name, content in editions[0].items() if b"ipykernel_" in content]


def test_two_areas_in_one_run_do_not_mix(folder):
    """R6: each page holds its own area in title and heading, and no other's."""
    area = {"VN-28": "Kon Tum", "VN": "Viet Nam"}
    report = entry("g", str(ROOT / "notebooks" / "growth.ipynb"), parameters={"lang": "en", "evidence": "published"}, matrix={"ref_area": list(area)})
    done = run(folder / "out", "--plan", plan(folder, {**report, "expects": {}}), "--workers", "2")
    assert done.code == 0, done.output
    for code, name in area.items():
        heading = done.page(f"g-{code}").split("<h1>")[1].split("</h1>")[0]
        other = next(word for key, word in area.items() if key != code)
        assert name in heading and other not in heading


def test_a_run_leaves_nothing_beside_notebooks_and_data(edition):
    """R9: whatever was made is in the output folder."""
    assert edition.code == 0
    listed = subprocess.run(
        ["git", "status", "--porcelain", "--untracked-files=all", "--", "notebooks", "data"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert listed.returncode != 0 or [line for line in listed.stdout.splitlines() if line.startswith("??")] == []


def _wait_for(path) -> None:
    for _ in range(400):
        if path.exists() and path.stat().st_size:
            return
        time.sleep(0.05)
    raise AssertionError(f"{path} did not come")


def _alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as stream:
            return stream.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
