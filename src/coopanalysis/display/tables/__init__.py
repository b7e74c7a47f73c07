"""The tables of the collection: builders that turn metric frames into what a reader sees, beside the raw numbers."""

from coopanalysis._lazy import lazy

_MODULES = {
    "Table": "base",
    "formatted": "base",
    "is_numeric": "base",
    "missing_note": "base",
    "table_html": "base",
    "levels_table": "growth",
    "effects_table": "revenue",
    "status_table": "targets",
    "paces_table": "targets",
    "requirements_table": "targets",
    "target_bars": "briefing",
    "coverage_table": "quality",
    "reliability_table": "quality",
    "readings_table": "quality",
}
__all__ = sorted(_MODULES)
__getattr__, __dir__ = lazy(__name__, _MODULES)
