"""Every sentence of the batch in both languages, with the same placeholders; dates and numbers as each reader writes them."""

from __future__ import annotations

import re

import pytest

from coopanalysis.publish.words import VIETNAMESE, Words
from tests.display.test_catalogue import PACKAGE, messages_of, placeholders

VI, EN = Words("vi"), Words("en")


def test_each_sentence_that_is_used_has_its_pair_and_no_other():
    used = {message[0] for path in (PACKAGE / "publish").rglob("*.py") for message in messages_of(path.read_text("utf-8"))}
    for path in (PACKAGE / "publish").rglob("*.j2"):
        used |= {found[1] for found in re.finditer(r'\btext\("(.*?)"', path.read_text("utf-8"))}
    assert used == set(VIETNAMESE)


@pytest.mark.parametrize("english", VIETNAMESE)
def test_placeholders_agree_and_nothing_is_left_in_english(english):
    assert placeholders(english) == placeholders(VIETNAMESE[english]) and VIETNAMESE[english].strip()
    letters = re.sub(r"\{\w*\}|\W", "", english)
    assert letters != re.sub(r"\{\w*\}|\W", "", VIETNAMESE[english])


def test_a_sentence_without_its_pair_is_an_error_in_both_languages():
    for words in (VI, EN):
        with pytest.raises(KeyError, match="Nothing of the kind"):
            words.text("Nothing of the kind")


def test_dates_numbers_and_plurals():
    assert (VI.date("2018-12-31T06:00"), EN.date("2018-12-31")) == ("31/12/2018", "31 December 2018")
    assert (VI.date("2019-06-30", "month"), EN.date("2019-06-30", "month"), VI.date("")) == ("6/2019", "June 2019", "–")
    assert (VI.number(1234), EN.number(1234)) == ("1.234", "1,234")
    assert [EN.plural("{n} source", "{n} sources", n) for n in (1, 1200)] == ["1 source", "1,200 sources"]
    assert VI.plural("{n} source", "{n} sources", 2) == "2 nguồn"
