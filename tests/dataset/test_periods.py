from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coopanalysis.dataset.periods import parse_period


@pytest.mark.parametrize(
    ("text", "start", "end", "is_day"),
    [
        ("2018-12-31", "2018-12-31", "2018-12-31", True),
        ("2016-02", "2016-02-01", "2016-02-29", False),
        ("2019", "2019-01-01", "2019-12-31", False),
        ("2014/2016-06", "2014-01-01", "2016-06-30", False),
        ("2021-01/2021-06", "2021-01-01", "2021-06-30", False),
        ("../2022", None, "2022-12-31", False),
        ("", None, None, False),
    ],
)
def test_stated_periods_become_days(text: str, start: str | None, end: str | None, is_day: bool) -> None:
    period = parse_period(text)
    for found, expected in ((period.start, start), (period.end, end)):
        assert pd.isna(found) if expected is None else found == pd.Timestamp(expected)
    assert period.is_day is is_day


@pytest.mark.parametrize("text", ["2019-13", "Q1 2021", "2021-02-30", "2022/2021", "2019-6", "now", "2019-06/"])
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"time_period|date|day"):
        parse_period(text)


@given(st.dates(min_value=pd.Timestamp("1900-01-01").date(), max_value=pd.Timestamp("2100-12-31").date()))
def test_a_day_is_its_own_period(day) -> None:
    period = parse_period(day.isoformat())
    assert period.start == period.end == pd.Timestamp(day)
