"""Soak: hundreds of reports with faults injected at random, the batch stopped, killed and started again.

python3 tasks.py soak [--reports 500] [--seed 1]. At the end every verdict must agree with the fault that was injected, no
process or temporary file may be left, and every edition must verify. Linux only; about a second for each report and core.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.conftest import PROGRAM, command
from tests.publish.conftest import FIGURE, GOOD, OPENING, RESULT, entry, notebook, plan
from tests.publish.test_faults import processes, role

FAULTS = {
    "ok": (GOOD, "ok"),
    "raises": ((OPENING, RESULT, "raise RuntimeError('injected')", FIGURE), "failed"),
    "leaves": ((OPENING, RESULT, "import sys\nsys.exit(0)", FIGURE), "incomplete"),
    "swallows": ((OPENING, RESULT, "try:\n    1 / 0\nexcept ZeroDivisionError:\n    pass"), "incomplete"),
    "dies": ((OPENING, RESULT, "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", FIGURE), "failed"),
    "slow": ((OPENING, RESULT, FIGURE, "import time\ntime.sleep(600)"), "timed_out"),
}
WEIGHTS = (80, 5, 4, 4, 4, 3)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reports", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    with tempfile.TemporaryDirectory(prefix="soak-") as place:
        return soak(Path(place), options.reports, chance)


def soak(folder: Path, count: int, chance: random.Random) -> int:
    word, temporary = f"soak-{os.getpid()}", folder / "tmp"
    temporary.mkdir()
    for name, (cells, _) in FAULTS.items():
        notebook(folder / f"{name}.ipynb", *cells)
    kinds = {f"r{number:04}": chance.choices(list(FAULTS), WEIGHTS)[0] for number in range(count)}
    path = plan(folder, *(entry(name, f"{kind}.ipynb", parameters={"n": number}) for number, (name, kind) in enumerate(kinds.items())))
    environment = {**os.environ, "COOP_TEST": word, "TMPDIR": str(temporary)}
    arguments = [str(PROGRAM), "run", "--plan", str(path), "--out", str(folder / "out"), "--cell-timeout", "4"]
    started, done = time.monotonic(), Counter[str]()
    while True:
        process = subprocess.Popen(arguments, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        quiet = done["stops"] >= max(3, count // 50)  # in the end it may finish
        while process.poll() is None:
            time.sleep(chance.uniform(3, 12))
            if quiet or process.poll() is not None:
                continue
            act = chance.choice(["above", "worker", "server", "stop", "kill"])
            lines = processes(word)
            victims = [number for number, line in lines.items() if role(number, line) == act and number != process.pid]
            if act in ("above", "worker", "server") and victims:
                os.kill(chance.choice(victims), signal.SIGKILL)
                done[f"{act}s killed"] += 1
            elif act in ("stop", "kill"):
                process.send_signal(signal.SIGTERM if act == "stop" else signal.SIGKILL)
                done["stops"] += 1
                break
        errors = process.communicate(timeout=120)[1]
        done["runs"] += 1
        if "Traceback" in errors:
            print(errors)
            return 1
        if quiet and process.returncode in (0, 1):
            break
    return judge(folder, kinds, word, temporary, done, time.monotonic() - started)


def judge(folder: Path, kinds: dict[str, str], word: str, temporary: Path, done: Counter[str], seconds: float) -> int:
    """Compare what the last run says with what was injected, and look for what was left behind."""
    last = json.loads((folder / "out" / "last-run.json").read_text(encoding="utf-8"))
    verdicts = {report["name"]: report["verdict"] for report in last["reports"]}
    problems = [f"{name}: {kind} was called {verdicts.get(name)}" for name, kind in kinds.items() if verdicts.get(name) != FAULTS[kind][1]]
    time.sleep(5)
    problems += [f"process left: {line}" for line in processes(word).values()]
    problems += [f"temporary file left: {path}" for path in temporary.iterdir()]
    problems += [f"half-built: {path}" for path in (folder / "out").rglob("*.new")]
    editions = sorted((folder / "out" / "editions").iterdir())
    problems += [f"{edition.name} does not verify" for edition in editions if command("verify", edition).returncode]
    print(f"{len(kinds)} reports, {dict(Counter(kinds.values()))}; {dict(done)}; {len(editions)} editions; {seconds:.0f} s")
    print("\n".join(problems) or "every verdict agrees, nothing is left, every edition verifies")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
