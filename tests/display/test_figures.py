"""Every figure in both languages and both evidences: readable, nothing cut or overprinted, complete without colour."""

from __future__ import annotations

import pytest

from coopanalysis import load
from coopanalysis.display import Language, View
from coopanalysis.display.figures import cooperatives_chart, coverage_chart, decomposition_chart, growth_chart, plausibility_chart
from coopanalysis.display.findings.revenue import CHAIN
from coopanalysis.display.tables.quality import coverage_by_indicator
from coopanalysis.metrics import decomposition_table, growth_table, ratio_table

from .figure_checks import check_chart

DATASET = load()
CHARTS = {
    "growth": lambda view, options: growth_chart(view, growth_table(view.dataset, **options)),
    "revenue_decomposition": lambda view, options: decomposition_chart(
        view, ratio_table(view.dataset, **options), decomposition_table(view.dataset, chain=CHAIN, **options)
    ),
    "coverage": lambda view, options: coverage_chart(view, coverage_by_indicator(view)),
    "cooperatives": lambda view, options: cooperatives_chart(view),
    "groups": lambda view, options: cooperatives_chart(view, indicator="tht_total", active=""),
    "plausibility": lambda view, options: plausibility_chart(view),
}
ONE_SOURCE_IS_ENOUGH = ("growth", "revenue_decomposition", "coverage")


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize(("name", "evidence"), [*((name, "published") for name in CHARTS), *((name, "report") for name in ONE_SOURCE_IS_ENOUGH)])
def test_figure(name, evidence, lang):
    view = View(DATASET, Language(lang), "VN-28", evidence)
    check_chart(CHARTS[name](view, {"ref_area": "VN-28", "evidence": evidence}))
