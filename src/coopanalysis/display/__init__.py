"""What a notebook shows with: language, figures, tables, computed sentences, and the marks that export reads."""

from coopanalysis._lazy import lazy

_MODULES = {
    "Language": "language",
    "View": "view",
    "fragment": "outputs",
    "opening": "outputs",
    "prose": "outputs",
    "show": "outputs",
    "show_table": "outputs",
    "result": "outputs",
}
__all__ = sorted(_MODULES)
__getattr__, __dir__ = lazy(__name__, _MODULES)
