"""A status is a sign and words; a sign never stands alone, and every code of the tables has both."""

from __future__ import annotations

import pytest

from coopanalysis import load
from coopanalysis.display import Language
from coopanalysis.display.statuses import reason_words, status_sign, status_words
from coopanalysis.metrics import growth_table, progress_table, ratio_table

SAFE = set("✓●○?←() ")  # signs that no phone turns into a coloured picture
DATASET = load()


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("evidence", ["report", "published"])
def test_every_status_and_reason_has_words(evidence, lang):
    language = Language(lang)
    progress = progress_table(DATASET, evidence=evidence)
    for row in progress.itertuples():
        assert set(status_sign(row.status)) <= SAFE
        assert len(status_words(row.status, row.reason, language)) > 5
    for frame in (progress, growth_table(DATASET, evidence=evidence), ratio_table(DATASET, evidence=evidence)):
        for column in [name for name in frame.columns if name.endswith("reason")]:
            assert all(reason_words(code, language) for code in frame[column] if code)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_words_of_what_these_data_do_not_show(lang):
    for code in ("met_late", "reached_and_lost", "movement_away", "no_change", "insufficient", "moderate", "significant"):
        assert set(status_sign(code)) <= SAFE and len(status_words(code, "", Language(lang))) > 5
    for reason in ("target_day_has_passed", "target_before_baseline", "other_family", "no_room", "unequal_periods", "one_point", "zero_value"):
        assert len(reason_words(reason, Language(lang))) > 5


def test_not_enough_evidence_says_why():
    assert status_words("not_enough_evidence", "observation_too_old", Language("vi")) == "Chưa đủ căn cứ đánh giá (số mới nhất đã quá cũ)"


def test_unknown_codes_are_refused():
    with pytest.raises(KeyError):
        status_words("splendid", "", Language("vi"))
