"""What the person who started a batch reads in a pipe."""

from __future__ import annotations

import io
from types import SimpleNamespace

from coopanalysis.publish.decide import EXECUTE
from coopanalysis.publish.report import Outcome
from coopanalysis.publish.reporter import Reporter


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


def work(name: str, action: str = EXECUTE, asked: bool = True) -> SimpleNamespace:
    return SimpleNamespace(action=action, asked=asked, reason="never run", report=SimpleNamespace(name=name))
