"""What the person who started a batch reads in a pipe."""

from __future__ import annotations

import io

from coopanalysis.publish.job import Outcome
from coopanalysis.publish.reporter import Reporter


def test_one_line_for_each_report_with_count_and_seconds():
    stream = io.StringIO()
    reporter = Reporter(2, stream)
    reporter.finished(Outcome("a", "ok", "", 1.23))
    reporter.finished(Outcome("b", "failed", "cell 3 (x): KeyError: 'y'", 0.5))
    reporter.say("done")
    reporter.close()
    assert stream.getvalue() == "1/2 a ok 1.2 s\n2/2 b failed 0.5 s – cell 3 (x): KeyError: 'y'\ndone\n"
