"""A figure with everything a page needs to show it honestly: words computed from its own numbers, and the data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pandas as pd
from matplotlib.figure import Figure

from coopanalysis.display.language import CODES, Language
from coopanalysis.display.theme import Width, bind
from coopanalysis.display.view import View

ALT_LIMIT = 300


def fitting(view: View, choices: Callable[[View], list[str]]) -> str:
    """The first of the choices (longest first) that keeps the limit in every language: all pages say the same numbers.

    ``choices``: makes them for a view, as many in each language.
    """
    every = {code: choices(replace(view, language=Language(code))) for code in CODES}  # type: ignore[arg-type]
    for number, own in enumerate(every[view.language.code]):
        if all(len(texts[number]) <= ALT_LIMIT for texts in every.values()):
            return own
    return every[view.language.code][-1][:ALT_LIMIT]


def shortened(parts: list[str], join: Callable[[list[str]], str] = " ".join) -> list[str]:
    """Choices for :func:`fitting`: all parts, then without the last, and so on; the first one stays."""
    return [join(parts[:count]) for count in range(len(parts), 0, -1)]


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
