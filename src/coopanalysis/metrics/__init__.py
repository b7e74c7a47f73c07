"""The formulas, their tables, and nothing else: no file is read here and nothing is drawn.

Functions work on scalars, lists, NumPy arrays and pandas Series, element by element; undefined is NaN (None for a
class). The five tables take a Dataset and return tidy frames with a reason where a cell is empty; the checks of
``consistency_table`` are in ``metrics.consistency``.
"""

from coopanalysis.dataset.bounds import bounds
from coopanalysis.metrics.comparison import growth_table, ratio_table
from coopanalysis.metrics.consistency import consistency_summary, consistency_table
from coopanalysis.metrics.contributions import decomposition_table
from coopanalysis.metrics.decomposition import lmdi_additive, lmdi_additive_by_row, lmdi_multiplicative, logarithmic_mean, shapley_product
from coopanalysis.metrics.deflation import deflate
from coopanalysis.metrics.growth import cagr, doubling_time, interval_cagr, required_cagr
from coopanalysis.metrics.other_methods import escap_current_status, escap_gap, open_sdg_progress, sdsn_trend, unsd_expected_share
from coopanalysis.metrics.progress import eurostat_class, eurostat_ratio, stretch_ratio
from coopanalysis.metrics.projection import date_target_reached, project_exponential, project_linear
from coopanalysis.metrics.rarely_used import chain_growth, escap_weighted_projection, loglinear_growth, percent_change, real_growth, rebase
from coopanalysis.metrics.ratios import interval_ratio, ratio
from coopanalysis.metrics.targets import progress_summary, progress_table
from coopanalysis.metrics.time import years_between

__all__ = [
    "bounds", "cagr", "chain_growth", "consistency_summary", "consistency_table", "date_target_reached", "decomposition_table", "deflate",
    "doubling_time", "escap_current_status", "escap_gap", "escap_weighted_projection", "eurostat_class", "eurostat_ratio", "growth_table",
    "interval_cagr", "interval_ratio", "lmdi_additive", "lmdi_additive_by_row", "lmdi_multiplicative", "logarithmic_mean", "loglinear_growth",
    "open_sdg_progress", "percent_change", "progress_summary", "progress_table", "project_exponential", "project_linear", "ratio", "ratio_table",
    "real_growth", "rebase", "required_cagr", "sdsn_trend", "shapley_product", "stretch_ratio", "unsd_expected_share", "years_between",
]  # fmt: skip
