"""What the person who started a batch reads in a pipe."""

from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace

from coopanalysis.publish.decide import EXECUTE
from coopanalysis.publish.report import Outcome
from coopanalysis.publish.reporter import Reporter, forecast, longest_first, time_left


def test_a_reader_who_went_away_stops_nothing():
    class Gone(io.StringIO):
        def write(self, _):
            raise BrokenPipeError

    reporter = Reporter(Gone())
    reporter.begin(1)
    reporter.finished(Outcome("a", "ok", "", 1.0))
    reporter.say("still here")
    reporter.close()


def test_one_line_for_each_report_with_count_and_seconds():
    stream = io.StringIO()
    reporter = Reporter(stream)
    reporter.begin(5)
    reporter.skipped(work("z", action="up to date"))
    reporter.finished(Outcome("a", "ok", "", 1.23))
    reporter.finished(Outcome("b", "failed", "cell 3 (x): KeyError: 'y'", 0.5))
    reporter.finished(Outcome("c", "ok", "", 0.1, ran=False))
    reporter.skipped(work("d", asked=False))
    reporter.say("done")
    reporter.close()
    lines = [
        "1/5 z up to date",
        "2/5 a ok 1.2 s",
        "3/5 b failed 0.5 s – cell 3 (x): KeyError: 'y'",
        "4/5 c ok, page set anew",
        "5/5 d not asked for, out of date: never run",
        "done",
        "",
    ]
    assert stream.getvalue() == "\n".join(lines)


def work(name: str, file: str = "a.ipynb", action: str = EXECUTE, asked: bool = True) -> SimpleNamespace:
    return SimpleNamespace(action=action, asked=asked, reason="never run", report=SimpleNamespace(name=name, notebook=Path(file)))


def test_what_is_expected_comes_from_the_last_run():
    records = {"a1": {"seconds": 2.0}, "a2": {"seconds": 4.0}, "b1": {"seconds": 9.0}, "old": None}
    state = SimpleNamespace(record=records.get)
    works = [work("a1"), work("a2"), work("a3"), work("b1", "b.ipynb"), work("c1", "c.ipynb"), work("old", "b.ipynb"), work("p", action="page")]
    seconds = forecast(works, state)
    assert seconds == {"a1": 2.0, "a2": 4.0, "a3": 3.0, "b1": 9.0, "c1": 5.0, "old": 9.0, "p": 0.0}
    assert [one.report.name for one in longest_first(works, seconds)] == ["b1", "old", "c1", "a2", "a3", "a1", "p"]
    assert forecast(works, SimpleNamespace(record=lambda _: None)) == {}
    assert longest_first(works, {}) == works


def test_time_left():
    assert time_left({"a": 4.0, "b": 6.0}, {}, 0.0, 2) == 5.0
    assert time_left({"a": 4.0}, {"b": 6.0}, 9.0, 1) == 6.0, "this run is half as slow again as the last"
    assert time_left({"a": 0.0, "b": 0.0}, {}, 3.0, 2) is None, "never run: nothing is known"
    assert time_left({"a": 0.0, "b": 0.0}, {"c": 0.0}, 3.0, 2) == 6.0
    assert time_left({}, {"a": 1.0}, 3.0, 2) == 0.0
