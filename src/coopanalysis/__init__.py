"""The cooperative economy of a province: indicators, notebooks and a batch that can be trusted.

``coopanalysis.load()`` returns the :class:`Dataset`; the formulas and tables are in ``coopanalysis.metrics``,
what a notebook shows with in ``coopanalysis.display``.
"""

from typing import TYPE_CHECKING

from coopanalysis._lazy import lazy

if TYPE_CHECKING:
    from coopanalysis.dataset.package import Dataset as Dataset
    from coopanalysis.dataset.package import load as load

_MODULES = {"Dataset": "dataset.package", "load": "dataset.package"}
__all__ = ["Dataset", "load"]
if not TYPE_CHECKING:  # a checker would take any name
    __getattr__, __dir__ = lazy(__name__, _MODULES)
