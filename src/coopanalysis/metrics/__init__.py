"""The formulas, their tables, and nothing else: no file is read here and nothing is drawn.

Functions work on scalars, lists, NumPy arrays and pandas Series, element by element; undefined is NaN (None for a
class). The five tables take a Dataset and return tidy frames with a reason where a cell is empty.
"""

from coopanalysis._lazy import lazy

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
__getattr__, __dir__ = lazy(__name__, _MODULES)
