"""The formulas, their tables, and nothing else: no file is read here and nothing is drawn.

Functions work on scalars, lists, NumPy arrays and pandas Series, element by element; undefined is NaN (None for a
class). The five tables take a Dataset and return tidy frames with a reason where a cell is empty.
"""

from typing import TYPE_CHECKING

from coopanalysis._lazy import lazy

if TYPE_CHECKING:
    from coopanalysis.metrics.comparison import growth_table as growth_table
    from coopanalysis.metrics.comparison import ratio_table as ratio_table
    from coopanalysis.metrics.consistency import consistency_table as consistency_table
    from coopanalysis.metrics.contributions import decomposition_table as decomposition_table
    from coopanalysis.metrics.decomposition import lmdi_additive as lmdi_additive
    from coopanalysis.metrics.decomposition import lmdi_additive_by_row as lmdi_additive_by_row
    from coopanalysis.metrics.decomposition import lmdi_multiplicative as lmdi_multiplicative
    from coopanalysis.metrics.decomposition import logarithmic_mean as logarithmic_mean
    from coopanalysis.metrics.decomposition import shapley_product as shapley_product
    from coopanalysis.metrics.deflation import deflate as deflate
    from coopanalysis.metrics.growth import cagr as cagr
    from coopanalysis.metrics.growth import doubling_time as doubling_time
    from coopanalysis.metrics.growth import interval_cagr as interval_cagr
    from coopanalysis.metrics.growth import required_cagr as required_cagr
    from coopanalysis.metrics.intervals import bounds as bounds
    from coopanalysis.metrics.other_methods import escap_current_status as escap_current_status
    from coopanalysis.metrics.other_methods import escap_gap as escap_gap
    from coopanalysis.metrics.other_methods import open_sdg_progress as open_sdg_progress
    from coopanalysis.metrics.other_methods import sdsn_trend as sdsn_trend
    from coopanalysis.metrics.other_methods import unsd_expected_share as unsd_expected_share
    from coopanalysis.metrics.progress import eurostat_class as eurostat_class
    from coopanalysis.metrics.progress import eurostat_ratio as eurostat_ratio
    from coopanalysis.metrics.progress import stretch_ratio as stretch_ratio
    from coopanalysis.metrics.projection import date_target_reached as date_target_reached
    from coopanalysis.metrics.projection import project_exponential as project_exponential
    from coopanalysis.metrics.projection import project_linear as project_linear
    from coopanalysis.metrics.rarely_used import chain_growth as chain_growth
    from coopanalysis.metrics.rarely_used import escap_weighted_projection as escap_weighted_projection
    from coopanalysis.metrics.rarely_used import loglinear_growth as loglinear_growth
    from coopanalysis.metrics.rarely_used import percent_change as percent_change
    from coopanalysis.metrics.rarely_used import real_growth as real_growth
    from coopanalysis.metrics.rarely_used import rebase as rebase
    from coopanalysis.metrics.ratios import interval_ratio as interval_ratio
    from coopanalysis.metrics.ratios import ratio as ratio
    from coopanalysis.metrics.targets import progress_table as progress_table
    from coopanalysis.metrics.time import years_between as years_between

_MODULES = {
    name: module
    for module, names in {
        "time": ["years_between"],
        "growth": ["cagr", "required_cagr", "doubling_time", "interval_cagr"],
        "deflation": ["deflate"],
        "ratios": ["ratio", "interval_ratio"],
        "decomposition": ["logarithmic_mean", "lmdi_additive", "lmdi_additive_by_row", "lmdi_multiplicative", "shapley_product"],
        "projection": ["project_linear", "project_exponential", "date_target_reached"],
        "progress": ["eurostat_ratio", "eurostat_class", "stretch_ratio"],
        "other_methods": ["open_sdg_progress", "escap_current_status", "escap_gap", "sdsn_trend", "unsd_expected_share"],
        "rarely_used": ["percent_change", "real_growth", "rebase", "loglinear_growth", "chain_growth", "escap_weighted_projection"],
        "intervals": ["bounds"],
        "comparison": ["growth_table", "ratio_table"],
        "contributions": ["decomposition_table"],
        "targets": ["progress_table"],
        "consistency": ["consistency_table"],
    }.items()
    for name in names
}
__all__ = sorted(_MODULES)
if not TYPE_CHECKING:  # a checker would take any name
    __getattr__, __dir__ = lazy(__name__, _MODULES)
