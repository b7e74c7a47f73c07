"""Sentences of the report on revenue per member: ratios, where growth came from, and whether the level can be right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from coopanalysis.display.citations import cite
from coopanalysis.display.findings.common import page_opening, reason_of, share_words, undefined_result
from coopanalysis.display.findings.formulas import definition, ends_of, multiple_formula, real_formula, years_of
from coopanalysis.display.findings.quality import finding_sentence
from coopanalysis.display.view import View, plain

PER_MEMBER = "revenue_per_member"
CHAIN = ["htx_total", "members", "revenue_total"]  # the factors of revenue, the total last
MONEY = ("revenue_total", "profit_total", "revenue_per_htx", "profit_per_htx")  # what the page is about
# Ratios that the page leads with, each beside the plausibility of its level.
HEADLINES = (PER_MEMBER, "revenue_per_cooperative", "profit_margin")
LEVEL_CHECKS = ("income_exceeds_revenue", "revenue_level", "profit_level", "active_revenue_exceeds_total", "same_revenue_over_capital")


def revenue_opening(view: View, ratios: pd.DataFrame, decomposition: pd.DataFrame, consistency: pd.DataFrame, start: int, end: int) -> dict[str, Any]:
    text, language = view.language.text, view.language
    title = text("Is a member's cooperative bigger? Revenue per member in {area}, {start} and {end}", area=view.area, start=start, end=end)
    known = ratios[ratios["reason"].eq("")].set_index("ratio")
    lead = [text("There is not enough data to compare {start} with {end}.", start=start, end=end)]
    finding = lead[0]
    if PER_MEMBER in known.index:
        row = known.loc[PER_MEMBER]
        fell = row["real_multiple"] < 1
        values = {
            "a": view.value(PER_MEMBER, row["start_value"]),
            "b": view.value(PER_MEMBER, row["end_value"]),
            "unit": view.unit(PER_MEMBER),
            "n": language.multiple(row["multiple"], 2),
            "r": share_words(view, row["real_multiple"]),
            "start": start,
            "end": end,
        }
        lead = [
            text(
                "Revenue per member went from {a} to {b} {unit} in current prices ({n} times); without price change it is {r} of the {start} level.",
                **values,
            )
            if fell
            else text("Revenue per member went from {a} to {b} {unit} in current prices ({n} times); it rose without price change too.", **values),
            text(
                "The level itself is doubtful and must not be used before it is checked; the comparison over time holds only if both years share the fault."
            )
            if consistency["found"].any()
            else "",
        ]
        finding = text(
            "From {a} to {b} {unit} a member in {base} prices: {r}.",
            a=view.value(PER_MEMBER, row["real_start_value"]),
            b=view.value(PER_MEMBER, row["real_end_value"]),
            unit=view.unit(PER_MEMBER),
            base=row["price_base"],
            r=language.percent(row["real_multiple"] - 1, 0, sign=True),
        )
    cautions = [finding_sentence(view, row) for row in consistency.to_dict("records") if row["check"] in LEVEL_CHECKS[:2] and row["found"]]
    return page_opening(view, title=title, lead=lead, finding=finding, cautions=cautions, indicators=list(MONEY))


def revenue_headlines(view: View, ratios: pd.DataFrame, consistency: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Each headline ratio nominal and real, with the plausibility of its level beside it."""
    text, language = view.language.text, view.language
    known = ratios[ratios["reason"].eq("")].set_index("ratio")
    doubtful = bool(consistency.loc[consistency["check"].isin(LEVEL_CHECKS), "found"].any())
    flag = text("level to be confirmed") if doubtful else ""
    for code in HEADLINES:
        if code not in known.index:
            reason, money = reason_of(ratios, "ratio", code), ratios.loc[ratios["ratio"].eq(code), "monetary"].any()
            label = text("{indicator}, current prices", indicator=view.indicator(code)) if money else view.indicator(code)
            yield undefined_result(view, f"{code}_multiple" if money else code, label, reason)
            if money:
                label = text("{indicator}, without price change", indicator=view.indicator(code))
                yield undefined_result(view, f"{code}_real_multiple", label, reason)
            continue
        row = known.loc[code]
        if not row["monetary"]:
            yield {
                "name": code,
                "value": row["end_value"],
                "date": row["end_date"],
                "label": view.indicator(code),
                "text": language.percent(row["end_value"]),
                "status_text": flag,
                "status": "to_be_confirmed" if flag else "",
                "note": text("{a}* in {start}", a=language.percent(row["start_value"]), start=row["start_date"].year),
                **cite(view, *ends_of(row), formula=definition(view, code)),
            }
            continue
        yield {
            "name": f"{code}_multiple",
            "value": row["multiple"],
            "unit": text("times"),
            "date": row["end_date"],
            "label": text("{indicator}, current prices", indicator=view.indicator(code)),
            "text": language.multiple(row["multiple"], 2),
            "note": text("{a}* to {b} {unit}", a=view.value(code, row["start_value"]), b=view.value(code, row["end_value"]), unit=view.unit(code)),
            "status_text": flag,
            "status": "to_be_confirmed" if flag else "",
            **cite(view, *ends_of(row), formula=f"{definition(view, code)}; {multiple_formula(view, code, row)}"),
        }
        yield {
            "name": f"{code}_real_multiple",
            "value": row["real_multiple"],
            "unit": text("times"),
            "date": row["end_date"],
            "label": text("{indicator}, without price change", indicator=view.indicator(code)),
            "text": language.multiple(row["real_multiple"], 2),
            "note": text("{x} against {start}", x=language.percent(row["real_multiple"] - 1, 0, sign=True), start=row["start_date"].year),
            "status_text": flag,
            "status": "to_be_confirmed" if flag else "",
            **cite(view, *ends_of(row), formula=f"{definition(view, code)}; {real_formula(view, code, row)}", price_years=years_of(row)),
        }


def factor_words(view: View, factor: str) -> str:
    text = view.language.text
    return {
        "htx_total": text("number of cooperatives"),
        "members/htx_total": text("members per cooperative"),
        "revenue_total/members": text("revenue per member without price change"),
        "prices": text("consumer prices"),
    }[factor]


def plausibility_paragraphs(view: View, consistency: pd.DataFrame) -> list[str]:
    """Every check on the level of revenue and profit that found something, with its sum."""
    found = [plain(finding_sentence(view, row)) for row in consistency.to_dict("records") if row["check"] in LEVEL_CHECKS and row["found"]]
    if not found:
        return [view.language.text("The arithmetic checks found nothing against the level of revenue.")]
    nothing = view.language.text("Nothing is corrected here: the data set keeps the report's own figures, and the pages show them with this flag.")
    return ["\n".join(f"- {sentence}" for sentence in found), nothing]


def national_paragraph(view: View, growth: pd.DataFrame) -> str:
    """The country's own averages per cooperative over the same two dates, if the evidence has them."""
    text, language = view.language.text, view.language
    known = growth[growth["reason"].eq("")].set_index("indicator")
    if "revenue_per_htx" not in known.index:
        return ""
    row = known.loc["revenue_per_htx"]
    return text(
        "In the country as a whole revenue per cooperative went from {a}* to {b} {unit}: {n} times in current prices, {r} times without price change.",
        a=view.value("revenue_per_htx", row["start_value"]),
        b=view.value("revenue_per_htx", row["end_value"]),
        unit=view.unit("revenue_per_htx"),
        n=language.multiple(row["multiple"], 2),
        r=language.multiple(row["real_multiple"], 2),
    )
