"""The data package: read, derived, selected and checked."""

from typing import TYPE_CHECKING

from coopanalysis._lazy import lazy

if TYPE_CHECKING:
    from coopanalysis.dataset.package import Dataset as Dataset
    from coopanalysis.dataset.package import check as check
    from coopanalysis.dataset.package import load as load

_MODULES = {"Dataset": "package", "load": "package", "check": "package"}
__all__ = sorted(_MODULES)
if not TYPE_CHECKING:  # a checker would take any name
    __getattr__, __dir__ = lazy(__name__, _MODULES)
