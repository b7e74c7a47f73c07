"""One set of numbers, two languages: sentences, labels, numbers and dates as a page's reader writes them.

Sentences are English in the code and translated by ``locale/vi.po``; labels come from the data package's code
lists; separators, dates and plurals from CLDR (Babel), so that no operating-system locale is needed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

from babel.dates import format_date
from babel.lists import format_list
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

if TYPE_CHECKING:
    import pandas as pd

MISSING = "–"
MINUS = "\u2212"
NO_BREAK = "\u00a0"
CODES = ("vi", "en")


@cache
def _catalogue(code: str) -> Catalog | None:
    """The translations for ``code``; English is the language of the messages themselves."""
    if code == "en":
        return None
    with (files("coopanalysis") / "display" / "locale" / f"{code}.po").open("rb") as stream:
        return read_po(stream, locale=code)


def is_missing(value: Any) -> bool:
    """True for what a page shows as a dash: None, NaN, NaT and the empty string."""
    return value is None or value == "" or value != value


@dataclass(frozen=True)
class Language:
    """How a reader of ``code`` ("vi" or "en") wants text, numbers and dates."""

    code: Literal["vi", "en"]

    def __post_init__(self) -> None:
        if self.code not in CODES:
            raise ValueError(f"code: unknown language {self.code!r}; expected one of {', '.join(CODES)}")

    # -- sentences ------------------------------------------------------------------------------------------
    def text(self, message: str, /, **values: Any) -> str:
        """The sentence in this language, its ``{placeholders}`` filled. Raises ``LookupError`` where it has no translation."""
        translated = self._translated(message)
        return translated.format(**values) if values else translated

    def plural(self, singular: str, plural: str, n: float, /, **values: Any) -> str:
        """The sentence for ``n`` things; Vietnamese has one form, English two. ``n`` is a placeholder too. Raises as :meth:`text` does."""
        values.setdefault("n", self.number(n))
        return (plural if self.code == "en" and n != 1 else self._translated(singular)).format(**values)

    def _translated(self, message: str) -> str:
        """No sentence is published in another language than its page's: one without translation stops the report."""
        catalogue = _catalogue(self.code)
        if catalogue is None:
            return message
        entry = catalogue.get(message)
        if entry is None or not entry.string:
            raise LookupError(f"{message!r} is not translated ({self.code}): add it to the translation, display/locale/{self.code}.po")
        return entry.string if isinstance(entry.string, str) else str(entry.string[0])

    def join(self, items: Iterable[str]) -> str:
        """A list in words: "a, b và c"."""
        return format_list([str(item) for item in items], locale=self.code)

    def capital(self, sentence: str) -> str:
        """The sentence with its first letter in upper case (codes such as HTX stay as they are)."""
        return sentence[:1].upper() + sentence[1:]

    # -- numbers --------------------------------------------------------------------------------------------
    def number(self, value: Any, decimals: int = 0, *, sign: bool = False) -> str:
        """1234.5 as 1.234,5 or 1,234.5; a true minus sign; a dash for what is missing; ∞ for no bound."""
        if is_missing(value):
            return MISSING
        value = float(value)
        if math.isinf(value):
            return "∞" if value > 0 else f"{MINUS}∞"
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        # Babel rounds half to even; a statistics office rounds half away from zero, on the decimal digits shown.
        text = format_decimal(_round_half_up(abs(value), decimals), format=pattern, locale=self.code)
        shows_zero = not any(character in "123456789" for character in text)
        if value < 0 and not shows_zero:
            return MINUS + text
        return ("+" + text) if sign and not shows_zero else text

    def percent(self, fraction: Any, decimals: int = 1, *, sign: bool = False) -> str:
        """The fraction 0.0801 as 8,0% or 8.0% (no space, as both languages print it here)."""
        if is_missing(fraction):
            return MISSING
        return self.number(float(fraction) * 100, decimals, sign=sign) + "%"

    def multiple(self, value: Any, decimals: int = 2) -> str:
        """A multiple as a bare number, two decimals on a mark, one in a title."""
        return self.number(value, decimals)

    def quantity(self, value: Any, qualifier: str = "exact", decimals: int = 0, qualifiers: pd.DataFrame | None = None) -> str:
        """The value with its qualifier in words before it: "khoảng 210", "more than 9,700"."""
        number = self.number(value, decimals)
        if qualifiers is None or qualifier in ("", "exact") or number == MISSING:
            return number
        word = qualifiers.at[qualifier, f"label_{self.code}"]
        return f"{word}{NO_BREAK}{number}"

    # -- dates ----------------------------------------------------------------------------------------------
    def date(self, value: Any, style: Literal["day", "month", "short_month", "year"] = "day") -> str:
        """31/12/2018, 12/2018, 2018 or 31 December 2018, December 2018 (Dec 2018), 2018."""
        if is_missing(value):
            return MISSING
        day = _as_date(value)
        patterns = {
            "vi": {"day": "d/M/y", "month": "M/y", "short_month": "M/y", "year": "y"},
            "en": {"day": "d MMMM y", "month": "MMMM y", "short_month": "MMM y", "year": "y"},
        }
        return format_date(day, format=patterns[self.code][style], locale=self.code)

    def period(self, time_period: str, *, coarse: bool = False) -> str:
        """A stated period as the reader writes it: "2016-09" → 9/2016, "2014/2016-06" → 2014–6/2016; ``coarse``: no days, short months."""
        if not time_period:
            return MISSING
        parts = [part for part in time_period.split("/") if part not in ("", "..")]
        styles: dict[int, Literal["day", "month", "short_month", "year"]] = {10: "day", 7: "month", 4: "year"}
        if coarse:
            styles |= {10: "short_month", 7: "short_month"}
        padded = [part + "-01-01"[len(part) - 4 :] if len(part) < 10 else part for part in parts]
        return "–".join(self.date(whole, styles[len(part)]) for whole, part in zip(padded, parts, strict=True))

    # -- labels ---------------------------------------------------------------------------------------------
    def label(self, code_list: pd.DataFrame, code: str, column: str = "label") -> str:
        """The label of ``code`` in a code list of the data package (``column``: label, short, title, note…)."""
        return str(code_list.at[code, f"{column}_{self.code}"])


def _round_half_up(value: float, decimals: int) -> str:
    from decimal import ROUND_HALF_UP, Decimal

    # repr() keeps what a reader would see: 0.125 is a half, 2.675 is read as the decimal it was typed as
    return str(Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP))


def _as_date(value: Any) -> date:
    if isinstance(value, str):
        return date.fromisoformat(value[:10])
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    return value.to_pydatetime().date()
