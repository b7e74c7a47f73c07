"""A stated period as days."""

from __future__ import annotations

import numpy as np
import pytest

from coopanalysis.dataset.periods import days, periods


@pytest.mark.parametrize(
    ("text", "start", "end", "dated"),
    [
        ("2018-12-31", "2018-12-31", "2018-12-31", "day"),
        ("2016-02", "2016-02-01", "2016-02-29", "month"),
        ("2019", "2019-01-01", "2019-12-31", "year"),
        ("2014/2016-06", "2014-01-01", "2016-06-30", "range"),
        ("2018-12-31/2019-07-29", "2018-12-31", "2019-07-29", "range"),
        ("../2022", None, "2022-12-31", "range"),
        ("", None, None, "none"),
    ],
)
def test_a_period_is_its_first_and_last_day(text: str, start: str | None, end: str | None, dated: str) -> None:
    found = periods([text])
    assert np.array_equal(found.start, np.array([start], dtype="datetime64[s]"), equal_nan=True)
    assert np.array_equal(found.end, np.array([end], dtype="datetime64[s]"), equal_nan=True)
    assert (found.dated[0], found.is_day[0], found.valid[0]) == (dated, dated == "day", True)


@pytest.mark.parametrize(
    "text", ["2019-02-30", "2019-13", "Q1 2021", "2022/2021", "../..", "2019-1-1", "0000", "9999", "２０１９", "2019\n", "2019/", "/2019", "12019"]
)
def test_what_is_no_period_says_so(text: str) -> None:
    assert not periods([text]).valid[0]


def test_no_text_at_all() -> None:
    assert len(periods([]).valid) == 0
    assert np.isnat(days(["2019-02-28", "2019-02-30", ""])).tolist() == [False, True, True]
