"""A figure with everything a page needs to show it honestly: words computed from its own numbers, and the data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pandas as pd
from matplotlib.figure import Figure

from coopanalysis.display.theme import Width, bind

ALT_LIMIT = 300


@dataclass(frozen=True)
class Chart:
    """``draw`` makes the figure for a page's column ("wide") or a phone ("narrow").

    ``title`` states the finding, ``subtitle`` measure, unit, area and period; ``alt`` says in at most 300 characters what
    the figure shows; ``notes``: the key of the marks, then what to beware of; ``source``: sources in words. ``data``:
    the plotted numbers, for the CSV; ``table``: the same as a reader sees them (strings, headers in the language).
    """

    name: str
    draw: Callable[[Width], Figure]
    title: str
    subtitle: str
    alt: str
    notes: tuple[str, ...]
    source: str
    data: pd.DataFrame = field(default_factory=pd.DataFrame)
    table: pd.DataFrame = field(default_factory=pd.DataFrame)

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", bind(self.title))  # a page breaks it where it likes
