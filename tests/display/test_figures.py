"""Every figure in both languages and both evidences: readable, nothing cut or overprinted, complete without colour."""

from __future__ import annotations

import pytest

from coopanalysis import load
from coopanalysis.display import Language, View
from coopanalysis.display.figures import (
    cooperatives_chart,
    coverage_chart,
    decomposition_chart,
    growth_chart,
    plausibility_chart,
    ranking_chart,
    targets_chart,
)
from coopanalysis.metrics import decomposition_table, growth_table, progress_table, ratio_table

from .figure_checks import check_chart

DATASET = load()
CHARTS = {
    "growth": lambda view, options: growth_chart(view, growth_table(view.dataset, **options)),
    "growth_ranking": lambda view, options: ranking_chart(
        view, growth_table(view.dataset, **options), growth_table(view.dataset, **options, stated_dates=True)
    ),
    "revenue_decomposition": lambda view, options: decomposition_chart(
        view, ratio_table(view.dataset, **options), decomposition_table(view.dataset, **options)
    ),
    "target_progress": lambda view, options: targets_chart(view, progress_table(view.dataset, **options)),
    "coverage": lambda view, options: coverage_chart(view),
    "cooperatives": lambda view, options: cooperatives_chart(view),
    "groups": lambda view, options: cooperatives_chart(view, indicator="tht_total", active=""),
    "members": lambda view, options: cooperatives_chart(view, indicator="members", active=""),
    "plausibility": lambda view, options: plausibility_chart(view),
}
ONE_SOURCE_IS_ENOUGH = ("growth", "growth_ranking", "revenue_decomposition", "target_progress", "coverage")


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize(("name", "evidence"), [*((name, "published") for name in CHARTS), *((name, "report") for name in ONE_SOURCE_IS_ENOUGH)])
def test_figure(name, evidence, lang):
    view = View(DATASET, Language(lang), "VN-28", evidence)
    check_chart(CHARTS[name](view, {"ref_area": "VN-28", "evidence": evidence}))
