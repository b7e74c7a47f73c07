"""The data package: read, derived, selected and checked."""

from coopanalysis._lazy import lazy

_MODULES = {"Dataset": "package", "load": "package", "select": "observations", "check": "checks"}
__all__ = sorted(_MODULES)
__getattr__, __dir__ = lazy(__name__, _MODULES)
