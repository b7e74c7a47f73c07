"""Bounds of qualified figures. The rule lives with the reader of the data, which needs it first."""

from __future__ import annotations

from coopanalysis.dataset.bounds import QUALIFIERS, bounds

__all__ = ["QUALIFIERS", "bounds"]
