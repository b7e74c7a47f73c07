"""The same notebooks in our processes and in real Jupyter kernels: the same outputs. And what a process of its own must hold.

Compared are all outputs in their order, execution counts and which cells ran, after ids, addresses and file names of cells
are made alike. Between two rich outputs a kernel sends what was printed and what was written to stderr each in one piece, so
text is compared piece by piece there; our own order within is tested below.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from coopanalysis.publish import pool
from coopanalysis.publish.recorder import CAPPED
from coopanalysis.publish.report import IN_PROCESS, JUPYTER, Job, Outcome, run_here
from coopanalysis.publish.reports import Expects, Report
from tests.publish.conftest import until

Cell = str | tuple[str, list[str]]
# what does not end a notebook: one after the other in one notebook, so that one kernel shows them all
GOES_ON: list[Cell] = [
    "x = 1\nprint('a'); print('b')\nx",
    "x + 1;",
    "None",
    "x\nx + 2",
    "print(1); display('a'); print(2); display({'k': [1]}); print(3)\n'end'",
    "import sys\nprint('out'); print('err', file=sys.stderr); display(1); print('again', file=sys.stderr)",
    "class A:\n    def _repr_html_(self): return '<b>a</b>'\n    def __repr__(self): return 'A'\nA()",
    "display(A(), A(), metadata={'m': 1})",
    "display({'application/json': {'a': [1, None, 2.5]}, 'image/png': b'\\x89PNG', 'text/plain': 'x'}, raw=True)",
    "from IPython.display import update_display\nh = display('one', display_id='d')\nprint(1)",
    "h.update('two'); print(2)",
    "update_display('three', display_id='d'); display('more', display_id='d')",
    "from IPython.display import clear_output\nprint('gone'); display('gone'); clear_output(); print('kept')",
    "for i in range(3):\n    clear_output(wait=True); print(i); display(i)",
    "print('stays'); clear_output(wait=True)",
    ("1/0", ["raises-exception"]),
    "print('on')",
    ("print('no')", ["skip-execution"]),
    "import asyncio\nasync def f():\n    await asyncio.sleep(0.01)\n    print('in'); return 7\nawait f()",
    "%%bash\necho out\necho err >&2",
    "!echo from $((1+1))",
    "y = !echo caught\ny",
    "import multiprocessing as mp\ndef g(n):\n    print(f'n {n}', flush=True); return n * n\nwith mp.Pool(1) as p: print(p.map(g, [1, 2, 3]))",
    "from concurrent.futures import ProcessPoolExecutor\nwith ProcessPoolExecutor(1) as p: print(list(p.map(g, [4])))",
    "mp.get_start_method()",
    "import threading\nt = threading.Thread(target=print, args=('thread',)); t.start(); t.join(); print('main')",
    "import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.show(); print('after')",
    "plt.plot([1, 2], [3, 4]);",
    "f, a = plt.subplots(figsize=(2, 1)); display(f); plt.close(f)",
    "f",
    "%matplotlib inline\nplt.figure(figsize=(1, 1)); plt.plot([1]); print('x')",
    "from matplotlib.figure import Figure\nFigure(figsize=(1, 1))",
    "import seaborn as sns; sns.set_theme(); sns.lineplot(x=[1, 2], y=[1, 2])",
    "%config InlineBackend.figure_formats = ['svg']\nplt.figure(figsize=(1, 1)); plt.rcParams['figure.dpi']",
    "import pandas as pd\npd.DataFrame({f'column {i}': range(3) for i in range(30)})",
    "print(pd.DataFrame({f'column {i}': range(3) for i in range(30)}))",
    "pd.Series(range(100))",
    "pd.options.display.max_columns, pd.get_option('display.width')",
    "import warnings\nwarnings.warn('mine'); warnings.warn('old', DeprecationWarning)",
    "import logging; logging.warning('logged')",
    "pd.to_datetime(['1 Jan 2020', '2/3/2020'], errors='coerce');",
    "__name__, _, __, In[1]",
    "import sys; [p for p in sys.path if 'site-packages' in p], sys.stdout.encoding, sys.stdout.isatty()",
    "import os; os.listdir()",
    "%%capture c\nprint('caught'); display(1)",
    "c.stdout, len(c.outputs)",
    "%%writefile a.txt\nhello",
    "open('a.txt').read()",
    "%who_ls str",
    "from contextlib import redirect_stdout; import io\nwith redirect_stdout(io.StringIO()) as s: print('x')\ns.getvalue()",
    "from tqdm import tqdm\nfor i in tqdm(range(3), mininterval=9, bar_format='{n_fmt}'): pass",
    "print('Thử nghiệm ✓ 🙂'); 'Đắk Hà'",
    "# comment",
    ("text", ["markdown"]),
    "sys.getrecursionlimit(), os.environ['OMP_NUM_THREADS'], hash('hợp tác xã'), plt.rcParams['font.size']",
]
ENDS: dict[str, list[Cell]] = {
    "goes on": GOES_ON,
    "exception": ["def f(n):\n    return 1 / n\nprint('before')\nf(0)", "print('never')"],
    "chained": ["try:\n    {}['k']\nexcept KeyError as e:\n    raise ValueError('bad') from e"],
    "syntax error": ["a = = 1"],
    "exception in repr": ["class B:\n    def __repr__(self): raise RuntimeError('no repr')\nB()", "print('on')"],
    "system exit": ["import sys; print(1); sys.exit(0)", "print('never')"],
    "usage error": ["%nothing", "print('never')"],
    "await raises": ["import asyncio\nawait asyncio.sleep(0)\nraise KeyError('k')"],
    "bash fails": ["%%bash\nexit 3"],
}
ORDER = """import subprocess, os, sys, ctypes
print('a'); _ = subprocess.run(['echo', 'child']); display('b'); _ = subprocess.run('echo e >&2', shell=True); display('c')
os.write(1, b'raw\\n'); print('late', file=sys.stderr); display('d'); _ = ctypes.CDLL(None).printf(b'C\\n')"""
LINUX = pytest.mark.skipif(not pool.LINUX, reason="/proc and process groups")


def job(name: str, cells: list[Cell], kernel: str = IN_PROCESS, **limits: float) -> Job:
    book = new_notebook(metadata={"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}})
    for cell in cells:
        source, tags = cell if isinstance(cell, tuple) else (cell, [])
        made = new_markdown_cell(source) if tags == ["markdown"] else new_code_cell(source, metadata={"tags": tags} if tags else {})
        made["id"] = f"c{len(book.cells) + 1}"
        book.cells.append(made)
    book.cells.append(new_markdown_cell("What a page shows.", id="last"))
    report = Report(name, name, Path(f"{name}.ipynb"), name, {}, Expects(), 1)
    return Job(report, nbformat.writes(book).encode(), "", "0" * 64, "2026-01-01", kernel=kernel, **limits)  # type: ignore[arg-type]


def made(*jobs: Job) -> list[Outcome]:
    found: dict[str, Outcome] = {}
    run_here(list(jobs), 2, lambda outcome: found.__setitem__(outcome.name, outcome))
    return [found[one.report.name] for one in jobs]


def one(*cells: Cell, **limits: float) -> Outcome:
    return made(job("one", list(cells), **limits))[0]


def executed(outcome: Outcome) -> Any:
    return nbformat.reads((outcome.executed or outcome.failed_copy).decode(), as_version=4)


def lines(outcome: Outcome) -> list[str]:
    """Each output in a word, in its order."""
    outputs = [output for cell in executed(outcome).cells for output in cell.get("outputs", [])]
    return [output.get("text") or output.get("ename") or output.data["text/plain"] for output in outputs]


def seen(outcome: Outcome) -> list[Any]:
    """What a reader sees of the executed cells, alike for both."""
    cells = []
    for cell in executed(outcome).cells:
        outputs: list[Any] = []
        pieces: dict[str, str] = {}
        for output in cell.get("outputs", []):
            if output.output_type == "stream":
                pieces[output.name] = pieces.get(output.name, "") + output.text
                continue
            outputs += [("stream", name, alike(pieces[name])) for name in sorted(pieces)]
            pieces = {}
            if output.output_type == "error":  # frames: a kernel has its own
                output.traceback = output.traceback[-1:]
            outputs.append((output.output_type, alike({key: value for key, value in output.items() if key != "output_type"})))
        outputs += [("stream", name, alike(pieces[name])) for name in sorted(pieces)]
        cells.append((cell.source, cell.get("execution_count"), outputs))
    return cells


def alike(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: alike(one) for key, one in value.items()}
    if isinstance(value, list):
        return [alike(one) for one in value]
    if not isinstance(value, str):
        return value
    plain = re.sub(r"\x1b\[[0-9;]*m", "", value)
    return re.sub(
        r"0x[0-9a-f]+", "0x", re.sub(r"/\S*/ipykernel_\d+/\d+\.py|<ipython-input-[^>]*>|\b\d+\.py(?=, line)|\bcell(?=:\d)", "<cell>", plain)
    )


@pytest.fixture(scope="module")
def both() -> dict[str, tuple[Outcome, Outcome]]:
    ours = made(*(job(name, cells) for name, cells in ENDS.items()))
    kernels = made(*(job(name, cells, JUPYTER) for name, cells in ENDS.items()))
    return dict(zip(ENDS, zip(ours, kernels, strict=True), strict=True))


@pytest.mark.parametrize("name", ENDS)
def test_the_same_as_in_a_kernel(name: str, both: dict[str, tuple[Outcome, Outcome]]) -> None:
    ours, kernel = both[name]
    for mine, its in zip(seen(ours), seen(kernel), strict=True):
        assert mine == its
    assert (ours.verdict, alike(ours.reason)) == (kernel.verdict, alike(kernel.reason))


def test_order_within_a_cell() -> None:
    assert lines(one(ORDER)) == ["a\nchild\n", "'b'", "e\n", "'c'", "raw\n", "late\n", "'d'", "C\n"]


@pytest.mark.parametrize(
    "cell",
    [
        "print('x' * 30_000_000)",
        "import subprocess; subprocess.run('yes | head -c 30000000', shell=True);",
        "import sys\nfor _ in range(6_000): print(1); print(2, file=sys.stderr)",
        "display('x' * 50_000_000)",
        "for _ in range(3_000): display('x' * 15_000)",
    ],
)
def test_a_flood_is_capped(cell: str) -> None:
    outcome = one(cell, "print('next')")
    assert CAPPED in "".join(lines(outcome)[-3:]) and lines(outcome)[-1] == "next\n"
    assert len(outcome.executed) < 50_000_000 if "display" in cell else len(outcome.executed) < 20_000_000


@LINUX
@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("import os; os._exit(0)", "the kernel died (exit code 0)"),
        ("import os; os._exit(3)", "the kernel died (exit code 3)"),
        ("import os; os.kill(os.getpid(), 9)", "the kernel died (signal 9)"),
        ("import ctypes; ctypes.string_at(0)", "the kernel died (signal 11)"),
        ("import os; os.killpg(0, 9)", "the kernel died (signal 9)"),
        ("while True: pass", "the cell ran longer than 2 s"),
        ("import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(99)", "the cell ran longer than 2 s"),
        ("import os; os.closerange(3, 999); os._exit(1)", "the kernel died"),
    ],
)
def test_what_was_done_before_a_process_died_is_known(cell: str, reason: str) -> None:
    outcome = one("print('done'); display('shown', display_id='d');", "display('new', display_id='d');", cell, "print('never')", cell_timeout=2)
    assert outcome.verdict == ("timed_out" if "longer" in reason else "failed") and reason in outcome.reason and "cell 3" in outcome.reason
    assert lines(outcome) == ["done\n", "'new'", "'new'", "Unfinished"]
    cells = executed(outcome).cells
    assert reason in cells[2].outputs[0].evalue and cells[3].execution_count is None


@pytest.mark.parametrize("kernel", [IN_PROCESS, JUPYTER])
def test_the_limit_of_a_report(kernel: str) -> None:
    (outcome,) = made(job("long", ["print(1)", "import time\ntime.sleep(99)"], kernel, timeout=4))
    assert outcome.verdict == "timed_out" and outcome.reason.startswith("cell 2") and "longer than" in outcome.reason


def alive(word: str) -> list[str]:
    found = subprocess.run(["ps", "-eo", "pid,stat,args"], capture_output=True, text=True, check=True).stdout.splitlines()
    return [line for line in found if word in line and " Z" not in line]


LEFT = """import subprocess, os
subprocess.Popen(['sleep', '98{n}']); subprocess.Popen('setsid sleep 98{n} & exit', shell=True)
subprocess.Popen(['sleep', '98{n}'], start_new_session=True); {end}"""


@LINUX
@pytest.mark.parametrize("end", ["None", "os._exit(1)", "os.kill(os.getpid(), 9)", "import time; time.sleep(99)"])
def test_nothing_that_a_cell_started_is_left(end: str) -> None:
    number = 1000 + os.getpid() % 1000
    one("", LEFT.format(n=number, end=end), cell_timeout=2)
    assert not alive(f"sleep 98{number}")


PROGRAM = """
import sys
from tests.publish.test_engine import job, run_here
if __name__ == "__main__":
    print("begun", flush=True)
    run_here([job(f"n{n}", [sys.argv[1]]) for n in range(2)], 2, lambda one: print(one.verdict, one.reason, flush=True))
"""


def started(tmp_path: Path, cell: str, **environment: str) -> subprocess.Popen[str]:
    (tmp_path / "program").mkdir()
    (tmp_path / "program" / "batch_script.py").write_text(PROGRAM)
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{root / 'src'}", "TMPDIR": str(tmp_path), **environment}
    return subprocess.Popen(
        [sys.executable, "program/batch_script.py", cell],
        cwd=tmp_path,
        env=environment,
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@LINUX
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_everything_ends_with_the_batch(number: int, tmp_path: Path) -> None:
    word = 2000 + os.getpid() % 1000
    batch = started(tmp_path, LEFT.format(n=word, end="import time; time.sleep(99)"))
    assert until(lambda: len(alive(f"sleep 98{word}")) >= 6)
    os.killpg(batch.pid, number) if number == signal.SIGINT else batch.kill()
    _, told = batch.communicate(timeout=60)
    assert until(lambda: not alive(f"sleep 98{word}") and not alive(str(tmp_path)))
    assert told == "" if number == signal.SIGKILL else told.count("Traceback") == 1  # the batch's own KeyboardInterrupt
    assert until(lambda: sorted(path.name for path in tmp_path.iterdir()) == ["program"]), "temporary folders are left"


def test_settings_of_the_user_s_are_not_read_and_the_batch_s_own_output_stays_clean(tmp_path: Path) -> None:
    for place in ("matplotlibrc", "home/.config/matplotlib/matplotlibrc", "other"):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_text("font.size: 33\n")
    (tmp_path / "random.py").write_text("raise SystemExit('shadowed')")
    startup = tmp_path / "home/.ipython/profile_default/startup/00.py"
    startup.parent.mkdir(parents=True)
    startup.write_text("leaked = 1")
    cell = (
        "import os, sys, random, matplotlib.pyplot as plt\nos.system('echo loud; echo loud >&2')\n"
        "assert plt.rcParams['font.size'] == 10 and 'leaked' not in dir() and not os.listdir() and open(os.devnull).encoding == 'utf-8'"
    )
    settings = {"HOME": str(tmp_path / "home"), "MATPLOTLIBRC": str(tmp_path / "other"), "LC_ALL": "tr_TR", "TMPDIR": "."}
    batch = started(tmp_path, cell, **settings)
    assert batch.communicate(timeout=120) == ("begun\nok \nok \n", "")


def test_fresh_seeds() -> None:
    cell = "import random, numpy as np; random.random(), np.random.rand(), np.random.default_rng().random()"
    first, second = (lines(outcome)[0] for outcome in made(job("a", [cell]), job("b", [cell])))
    assert not set(first.strip("()").split(", ")) & set(second.strip("()").split(", "))


def test_spawned_processes_do_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "METHOD", "spawn")
    test_order_within_a_cell()


@LINUX
def test_a_server_that_was_killed_is_replaced() -> None:
    from multiprocessing import forkserver

    one("1")
    os.kill(forkserver._forkserver._forkserver_pid, signal.SIGKILL)  # type: ignore[attr-defined]
    assert [outcome.verdict for outcome in made(job("a", ["1"]), job("b", ["2"]), job("c", ["3"]))] == ["ok"] * 3
