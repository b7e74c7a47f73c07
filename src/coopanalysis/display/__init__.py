"""What a notebook shows with: language, figures, tables, computed sentences, and the marks that export reads."""

from coopanalysis._lazy import lazy

_MODULES = {
    "Language": "language",
    "View": "view",
    "fragment": "show",
    "opening": "show",
    "prose": "show",
    "show": "show",
    "show_table": "show",
    "result": "show",
}
__all__ = sorted(_MODULES)
__getattr__, __dir__ = lazy(__name__, _MODULES)
