"""The figures of the collection, one module each; a figure is a :class:`Chart` that ``show`` can put on a page."""

from coopanalysis._lazy import lazy

_MODULES = {
    "Chart": "chart",
    "growth_chart": "growth",
    "cooperatives_chart": "cooperatives",
    "decomposition_chart": "decomposition",
    "plausibility_chart": "plausibility",
    "coverage_chart": "coverage",
}
__all__ = sorted(_MODULES)
__getattr__, __dir__ = lazy(__name__, _MODULES)
