"""The controls of the explore notebook change the frame, the picture and the file."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from coopanalysis import load
from coopanalysis.display import Language, View

explorer = pytest.importorskip("coopanalysis.display.explorer", reason="ipywidgets is not installed")
DATASET = load()


def chosen(**options):
    view = View(DATASET, Language("en"), "VN-28", "published")
    defaults = {"areas": ["VN-28"], "start": 2003, "end": 2025, "real": False, "form": "level"}
    return explorer.chosen_frame(view, options.pop("indicators", ["htx_total"]), **(defaults | options))


def test_levels_are_the_figures_themselves():
    frame = chosen()
    assert (frame["shown"] == frame["obs_value"]).all() and not frame["repeated"].any()
    assert frame["date"].dt.year.between(2003, 2025).all() and len(frame) > 10


def test_dates_narrow():
    assert set(chosen(start=2018, end=2018)["date"].dt.year) == {2018}


def test_index_starts_at_100():
    assert chosen(form="index")["shown"].iloc[0] == 100


def test_real_values_of_counts_stay_and_of_money_change():
    prices = DATASET.deflators.set_index("time_period")["obs_value"]
    money = chosen(indicators=["revenue_total"], real=True)
    # 2003 in prices of the last year that has an index, since the last year asked for has none
    assert money.sort_values("date").iloc[0]["shown"] == pytest.approx(2840 * prices[max(prices.index)] / prices["2003"])
    assert chosen(indicators=["revenue_total"], real=True, end=2018).iloc[-1]["shown"] == 14040
    assert (chosen(real=True)["shown"] == chosen()["shown"]).all()


def test_another_form_is_refused():
    with pytest.raises(ValueError, match="expected one of level, index, rate"):
        chosen(form="logarithm")


@pytest.fixture
def controls():
    return explorer.Explorer(DATASET, Language("vi"), "VN-28", "published")


def test_a_change_of_controls_changes_the_frame(controls):
    before = controls.frame.copy()
    controls.form.value = "index"
    assert not controls.frame["shown"].equals(before["shown"])
    controls.indicators.value = ("members",)
    assert set(controls.frame["indicator"]) == {"members"}


@pytest.mark.parametrize("name", ["", "  ", "..", "../x.csv", "/tmp/x.csv", "a\\b.csv"])
def test_a_name_that_is_no_file_name_is_refused_with_a_message(controls, tmp_path, name):
    controls.export_folder = tmp_path / "folder"
    controls.export_folder.mkdir()
    controls.file.value = name
    controls.save.click()
    assert "explored.csv" in controls.message.value and not list(tmp_path.rglob("*.csv"))


def test_index_and_rate_never_chain_sources():
    view = View(DATASET, Language("en"), "VN", "published")
    rates = explorer.chosen_frame(view, ["revenue_per_htx"], areas=["VN"], start=2000, end=2030, real=False, form="rate")
    for _, source in rates.groupby("source"):
        assert pd.isna(source["shown"].iloc[0]), "the first figure of a source has nothing before it"
    report = explorer.chosen_frame(View(DATASET, Language("en")), ["htx_total"], areas=["VN-28"], start=2000, end=2030, real=False, form="rate")
    assert report["shown"].iloc[-1] == pytest.approx((108 / 34) ** (1 / 15) - 1, rel=1e-12)


def test_save_writes_the_frame(controls, tmp_path):
    controls.export_folder = tmp_path
    controls.file.value = "bảng của tôi.csv"
    controls.save.click()
    written = pd.read_csv(tmp_path / "bảng của tôi.csv")
    assert len(written) == len(controls.frame) and np.allclose(written["obs_value"], controls.frame["obs_value"])
