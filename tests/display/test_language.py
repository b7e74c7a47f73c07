"""Numbers, dates, lists and sentences as each reader writes them."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coopanalysis.display import Language
from coopanalysis.display.language import MINUS, NO_BREAK

VI, EN = Language("vi"), Language("en")


@pytest.mark.parametrize(
    ("value", "decimals", "vi", "en"),
    [
        (1234.5, 1, "1.234,5", "1,234.5"),
        (14040, 0, "14.040", "14,040"),
        (-297, 0, f"{MINUS}297", f"{MINUS}297"),
        (0.5, 0, "1", "1"),  # half away from zero, not to even
        (2.5, 0, "3", "3"),
        (2.675, 2, "2,68", "2.68"),
        (-0.04, 1, "0,0", "0.0"),  # no minus before a zero
        (None, 0, "–", "–"),
        (float("nan"), 2, "–", "–"),
        (math.inf, 0, "∞", "∞"),
    ],
)
def test_numbers(value, decimals, vi, en):
    assert (VI.number(value, decimals), EN.number(value, decimals)) == (vi, en)


def test_signs_and_percent():
    assert VI.number(8100, sign=True) == "+8.100" and VI.number(0, sign=True) == "0"
    assert VI.percent(0.0801, 2) == "8,01%" and EN.percent(-0.476, 0, sign=True) == f"{MINUS}48%"


@given(st.floats(-1e12, 1e12, allow_nan=False), st.integers(0, 4))
def test_both_languages_write_the_same_digits(value, decimals):
    assert VI.number(value, decimals).translate(str.maketrans(".,", ",.")) == EN.number(value, decimals)


@pytest.mark.parametrize(
    ("period", "vi", "en"),
    [
        ("2018-12-31", "31/12/2018", "31 December 2018"),
        ("2019-06", "6/2019", "June 2019"),
        ("2018", "2018", "2018"),
        ("2014/2016-06", "2014–6/2016", "2014–June 2016"),
        ("", "–", "–"),
    ],
)
def test_periods(period, vi, en):
    assert (VI.period(period), EN.period(period)) == (vi, en)


def test_dates():
    day = pd.Timestamp("2025-07-01")
    assert (VI.date(day), EN.date(day)) == ("1/7/2025", "1 July 2025")
    assert (VI.date(day, "month"), EN.date(day, "short_month")) == ("7/2025", "Jul 2025")
    assert VI.date(pd.NaT) == "–"


def test_lists_and_plurals():
    assert VI.join(["a", "b", "c"]) == "a, b và c" and EN.join(["a", "b"]) == "a and b"
    assert EN.plural("{n} source", "{n} sources", 1) == "1 source" and EN.plural("{n} source", "{n} sources", 1200) == "1,200 sources"
    assert VI.plural("{n} indicator", "{n} indicators", 2) == "2 chỉ tiêu"


def test_a_sentence_without_translation_stops_the_report():
    """It would be English on the Vietnamese page."""
    for said in (VI.text, lambda message: VI.plural(message, "many", 1)):
        with pytest.raises(LookupError, match=r"'Rewritten in one language' is not translated .*add it to the translation"):
            said("Rewritten in one language")
    assert EN.text("Rewritten in one language") == "Rewritten in one language"


def test_qualifier_words_stand_before_the_number():
    qualifiers = pd.DataFrame({"label_vi": ["khoảng"], "label_en": ["about"]}, index=["about"])
    assert VI.quantity(210, "about", qualifiers=qualifiers) == f"khoảng{NO_BREAK}210"
    assert EN.quantity(210, "exact", qualifiers=qualifiers) == "210"


def test_unknown_language_is_refused():
    with pytest.raises(ValueError, match="unknown language 'fr'; expected one of vi, en"):
        Language("fr")
