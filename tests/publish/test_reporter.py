"""What the person who started a batch reads in a pipe."""

from __future__ import annotations

import io

from coopanalysis.publish.job import Outcome
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
    reporter.begin(4)
    reporter.kept("z", "nothing changed")
    reporter.finished(Outcome("a", "ok", "", 1.23))
    reporter.finished(Outcome("b", "failed", "cell 3 (x): KeyError: 'y'", 0.5))
    reporter.finished(Outcome("c", "ok", "", 0.1, ran=False))
    reporter.say("done")
    reporter.close()
    lines = ["1/4 z up to date", "2/4 a ok 1.2 s", "3/4 b failed 0.5 s – cell 3 (x): KeyError: 'y'", "4/4 c ok, page set anew", "done", ""]
    assert stream.getvalue() == "\n".join(lines)
