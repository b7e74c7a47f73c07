"""Names that a package offers without importing the modules behind them until they are used.

``coopanalysis --help`` and a run that has nothing to do must not pay for pandas and matplotlib, so the
packages' ``__init__`` files resolve their public names on first use (PEP 562).
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any


def lazy(package: str, modules: dict[str, str]) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return ``__getattr__`` and ``__dir__`` for ``package``; ``modules`` maps a public name to its module."""

    def getattr_(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{modules[name]}"), name)

    return getattr_, lambda: sorted(modules)
