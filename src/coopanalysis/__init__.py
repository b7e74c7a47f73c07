"""The cooperative economy of a province: indicators, notebooks and a batch that can be trusted.

``coopanalysis.load()`` returns the :class:`Dataset`; the formulas and tables are in ``coopanalysis.metrics``,
what a notebook shows with in ``coopanalysis.display``.
"""

from coopanalysis._lazy import lazy

_MODULES = {"Dataset": "dataset.package", "load": "dataset.package"}
__all__ = ["Dataset", "load"]
__getattr__, __dir__ = lazy(__name__, _MODULES)
