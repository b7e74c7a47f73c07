"""Sentences of the growth report: what grew between two dates, and how much of it is prices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from coopanalysis.display.citations import cite
from coopanalysis.display.findings.common import page_opening, reason_of, undefined_result
from coopanalysis.display.findings.formulas import amounts_of, ends_of, multiple_formula, real_formula, years_of
from coopanalysis.display.view import View

COOPERATIVES, REVENUE = "htx_total", "revenue_total"


def growth_opening(view: View, growth: pd.DataFrame, start: int, end: int) -> dict[str, Any]:
    """Title, lead, cautions and the index line of the growth report."""
    text, language = view.language.text, view.language
    known = growth[growth["reason"].eq("")].set_index("indicator")
    title = text("What grew in {area} between {start} and {end}, and how much of it is prices?", area=view.area, start=start, end=end)
    lead = [text("There is not enough data to compare {start} with {end}.", start=start, end=end)]
    if len(known):
        lead = [
            language.plural(
                "{n} indicator has a figure for both {start} and {end}.",
                "{n} indicators have a figure for both {start} and {end}.",
                len(known),
                start=start,
                end=end,
            )
        ]
    finding = " ".join(sentence for sentence in lead if sentence)
    if COOPERATIVES in known.index and REVENUE in known.index:
        cooperatives, revenue = known.loc[COOPERATIVES], known.loc[REVENUE]
        pattern = (
            text(
                "The number of cooperatives in {end} was {a} times that of {start}; total revenue was {n} times in current prices but only "
                "{r} times without price change.",
                a=language.multiple(cooperatives["multiple"], 1),
                n=language.multiple(revenue["multiple"], 1),
                r=language.multiple(revenue["real_multiple"], 1),
                start=start,
                end=end,
            )
            if revenue["real_multiple"] < cooperatives["multiple"]
            else text(
                "The number of cooperatives in {end} was {a} times that of {start}; total revenue was {r} times without price change.",
                a=language.multiple(cooperatives["multiple"], 1),
                r=language.multiple(revenue["real_multiple"], 1),
                start=start,
                end=end,
            )
        )
        lead = [pattern]
        finding = text(
            "Without price change, revenue was {r} times that of {start}, not {n} times.",
            r=language.multiple(revenue["real_multiple"], 1),
            n=language.multiple(revenue["multiple"], 1),
            start=start,
        )
    points = text("Two dates are two points: {start} and {end} say nothing about the years between them.", start=start, end=end)
    return page_opening(view, title=title, lead=lead, finding=finding, cautions=[points, income_caution(view, known)])


def income_caution(view: View, known: pd.DataFrame) -> str:
    """The level of revenue is doubtful; growth survives only if both years share the fault."""
    if REVENUE not in known.index:
        return ""
    return view.language.text(
        "The level of revenue and profit in the report does not fit its other figures (see the data quality report). Growth between the "
        "two dates holds only if both years share the same fault."
    )


def growth_headlines(view: View, growth: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Arguments for ``result``: cooperatives, revenue nominal and real, prices."""
    text, language = view.language.text, view.language
    known = growth[growth["reason"].eq("")].set_index("indicator")
    for code in (COOPERATIVES, REVENUE):
        if code not in known.index:
            reason = reason_of(growth, "indicator", code)
            yield undefined_result(view, f"{code}_multiple", view.indicator(code), reason)
            if code == REVENUE:
                label = text("{indicator}, without price change", indicator=view.indicator(code))
                yield undefined_result(view, "revenue_total_real_multiple", label, reason)
            continue
        row = known.loc[code]
        yield {
            "name": f"{code}_multiple",
            "value": row["multiple"],
            "unit": text("times"),
            "date": row["end_date"],
            "label": view.indicator(code),
            "text": language.multiple(row["multiple"]),
            "note": text("{amounts}; {rate} a year", amounts=amounts_of(view, code, row), rate=language.percent(row["cagr"])),
            **cite(view, *ends_of(row), formula=multiple_formula(view, code, row)),
        }
        if code == REVENUE:
            yield {
                "name": "revenue_total_real_multiple",
                "value": row["real_multiple"],
                "unit": text("times"),
                "date": row["end_date"],
                "label": text("{indicator}, without price change", indicator=view.indicator(code)),
                "text": language.multiple(row["real_multiple"]),
                "note": text("{rate} a year", rate=language.percent(row["real_cagr"])),
                **cite(view, *ends_of(row), formula=real_formula(view, code, row), price_years=years_of(row)),
            }
    priced = growth[growth["price_multiple"].notna()]
    if priced.empty:
        yield undefined_result(view, "consumer_price_multiple", text("Consumer prices"), "no_price_index")
        return
    row = priced.iloc[0]
    yield {
        "name": "consumer_price_multiple",
        "value": row["price_multiple"],
        "unit": text("times"),
        "date": pd.Timestamp(row["end_year"], 12, 31),
        "label": text("Consumer prices"),
        "text": language.multiple(row["price_multiple"]),
        "note": text("annual averages {start} to {end}", start=row["start_year"], end=row["end_year"]),
        **cite(view, formula=text("index of the last year ÷ index of the first year"), price_years=years_of(row)),
    }


def growth_paragraph(view: View, growth: pd.DataFrame) -> str:
    """What counts and money did, in two sentences."""
    text, language = view.language.text, view.language
    known = growth[growth["reason"].eq("")]
    counts, money = known[~known["monetary"]], known[known["monetary"]]
    sentences = []
    if len(counts):
        sentences.append(text("The counts grew {range} times.", range=span(view, counts["multiple"])))
    if len(money) and money["real_multiple"].isna().all():
        sentences.append(
            text(
                "Amounts of money grew {range} times in current prices; without a price index for both years nothing more can be said.",
                range=span(view, money["multiple"]),
            )
        )
    elif len(money):
        sentences.append(
            text(
                "Amounts of money grew {range} times in current prices; consumer prices alone grew {p} times, so that {rest} times remain.",
                range=span(view, money["multiple"]),
                p=language.multiple(money["price_multiple"].iloc[0], 1),
                rest=span(view, money["real_multiple"]),
            )
        )
    return " ".join(sentences)


def span(view: View, multiples: pd.Series) -> str:
    """ "3.0 to 4.2"; one number where both print alike."""
    low, high = (view.language.multiple(value, 1) for value in (multiples.min(), multiples.max()))
    return low if low == high else view.language.text("{low} to {high}", low=low, high=high)
