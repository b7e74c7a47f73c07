"""What a page is about: data, language, area and evidence in one thing that every figure and sentence is given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from coopanalysis.dataset.package import Dataset
from coopanalysis.display.language import Language

REPORT_EVIDENCE = "report"
MANY_SOURCES = 6  # a note under a figure names so many at most; the page's own list has them all


def plain(text: str) -> str:
    """Text as Markdown shows it letter by letter: stars of a label make nothing bold."""
    return text.replace("\\", "\\\\").replace("*", "\\*")


@dataclass(frozen=True)
class View:
    """``evidence`` is "report" (the report alone) or "published" (all sources); ``ref_area`` a code of the area list."""

    dataset: Dataset
    language: Language
    ref_area: str = "VN-28"
    evidence: str = REPORT_EVIDENCE

    # -- labels and values ----------------------------------------------------------------------------------
    @property
    def area(self) -> str:
        """The area's full name, as in a sentence: "tỉnh Kon Tum", "Kon Tum province"."""
        return self.language.label(self.dataset.areas, self.ref_area)

    def indicator(self, code: str, *, short: bool = True) -> str:
        """Label of an indicator or of a ratio."""
        if code in self.dataset.indicators.index:
            return self.language.label(self.dataset.indicators, code, "short" if short else "label")
        return self.language.label(self.dataset.ratios, code)

    def inline(self, code: str) -> str:
        """The short label within a sentence: its first letter small, unless it begins an abbreviation."""
        label = self.indicator(code)
        return label if label[1:2].isupper() else label[:1].lower() + label[1:]

    def decimals(self, code: str) -> int:
        frame = self.dataset.indicators if code in self.dataset.indicators.index else self.dataset.ratios
        return int(frame.at[code, "decimals"])

    def unit(self, code: str) -> str:
        """The short unit after a number ("triệu đồng", "million VND"); empty where the label says it all."""
        frame = self.dataset.indicators if code in self.dataset.indicators.index else self.dataset.ratios
        return self.language.label(self.dataset.units, str(frame.at[code, "unit"]), "suffix")

    def value(self, code: str, value: Any, qualifier: str = "exact") -> str:
        """A value of an indicator or ratio with its qualifier in words, in its decimals, without unit."""
        return self.language.quantity(value, qualifier, self.decimals(code), self.dataset.qualifiers)

    def with_unit(self, code: str, value: Any, qualifier: str = "exact") -> str:
        return f"{self.value(code, value, qualifier)} {self.unit(code)}".strip()

    # -- sources --------------------------------------------------------------------------------------------
    def levels(self, indicator: str | list[str] | None = None, *, evidence: str | None = None) -> pd.DataFrame:
        """Levels of the area under this evidence (or another), by indicator and date; codes that the package lacks have none."""
        codes = [indicator] if isinstance(indicator, str) else list(indicator or ())
        known = [code for code in codes if code in self.dataset.indicators.index]
        levels = self.dataset.levels(*known, ref_area=self.ref_area, evidence=evidence or self.evidence)
        levels = levels if known or not codes else levels.iloc[:0]
        return levels.sort_values("indicator", kind="stable", ignore_index=True)

    def source_names(self, sources: Iterable[str]) -> list[str]:
        """Short names of sources, each once, the report first, then as given."""
        known = self.dataset.sources
        codes = list(dict.fromkeys(code for code in sources if isinstance(code, str) and code in known.index))
        codes.sort(key=lambda code: known.at[code, "evidence"] != REPORT_EVIDENCE)
        return list(dict.fromkeys(self.language.label(known, code, "short") for code in codes))

    def source_note(self, sources: Iterable[str]) -> str:
        """ "Nguồn: …; …; tính toán từ bộ dữ liệu." The price index is named with its licence."""
        codes = [code for code in dict.fromkeys(sources) if isinstance(code, str)]
        names = self.source_names(codes)
        if len(names) > MANY_SOURCES:
            more = self.language.text("{n} more, listed at the end of the page", n=self.language.number(len(names) - MANY_SOURCES + 1))
            names = [*names[: MANY_SOURCES - 1], more]
        return self.language.text("Source: {sources}; calculated from the data set.", sources="; ".join(names))

    @property
    def price_source(self) -> str:
        """The id of the source of the consumer price index; empty for a package without prices."""
        sources = self.dataset.deflators["source"]
        return str(sources.iloc[0]) if len(sources) else ""

    @property
    def evidence_text(self) -> str:
        if self.evidence == REPORT_EVIDENCE:
            report = self.dataset.sources[self.dataset.sources["evidence"].eq(REPORT_EVIDENCE)].index
            return self.language.text("Evidence: {report} alone", report=self.language.join(self.source_names(report)))
        return self.language.text("Evidence: the report and figures published by other sources")

    # -- time -----------------------------------------------------------------------------------------------
    @cached_property
    def data_until(self) -> pd.Timestamp:
        """The last day that a figure of the area under this evidence stands for."""
        levels = self.levels()
        return max(levels["date"].max(), levels["period_end"].max())

    @property
    def area_ends(self) -> pd.Timestamp | None:
        """The day after the area's last one, where it has ended."""
        valid_to = self.dataset.areas.at[self.ref_area, "valid_to"]
        return pd.Timestamp(valid_to) + pd.Timedelta(days=1) if pd.notna(valid_to) else None

    @property
    def area_notice(self) -> str:
        """One sentence for every page of an area that has ended; empty otherwise."""
        if self.area_ends is None:
            return ""
        successor = self.dataset.areas.at[self.ref_area, "successor"]
        if not successor:
            return self.language.text(
                "The figures end on {date}, with {area}: targets for later years have no reporting area of their own.",
                date=self.language.date(self.area_ends - pd.Timedelta(days=1)),
                area=self.area,
            )
        return self.language.text(
            "Since {date} {area} has been part of {successor}. Later figures are those of another area and are not comparable; "
            "targets for later years have no reporting area of their own.",
            date=self.language.date(self.area_ends),
            area=self.area,
            successor=self.language.label(self.dataset.areas, successor),
        )
