"""Tables of the report on revenue per member."""

from __future__ import annotations

import pandas as pd

from coopanalysis.display.findings.revenue import factor_words
from coopanalysis.display.tables.base import Table, missing_note
from coopanalysis.display.view import View


def effects_table(view: View, decomposition: pd.DataFrame) -> Table:
    """The decomposition as a table: both values of each factor, its effect, its share of the change."""
    text, language = view.language.text, view.language
    decimals = dict(zip(decomposition["factor"], (0, 1, 2, 2), strict=False))
    rows = list(decomposition.itertuples())
    frame = pd.DataFrame(
        {
            text("Factor"): [language.capital(factor_words(view, row.factor)) for row in rows],
            text("First year"): [
                language.number(row.start_value, decimals[row.factor]) + ("*" if row.derived and row.factor != "prices" else "") for row in rows
            ],
            text("Last year"): [language.number(row.end_value, decimals[row.factor]) for row in rows],
            text("Effect on revenue, million VND"): [language.number(row.effect, 0, sign=True) for row in rows],
            text("Part of the change"): [language.percent(row.share, 0) for row in rows],
        }
    )
    total = pd.DataFrame(
        [
            [
                text("Total change"),
                "–",
                "–",
                language.number(decomposition["total_change"].max(), 0, sign=True),
                language.percent(decomposition["share"].sum(min_count=1), 0),
            ]
        ],
        columns=frame.columns,
    )
    frame = pd.concat([frame, total], ignore_index=True)
    return Table(
        "decomposition",
        text("Where the change in revenue came from, {area}", area=view.area),
        frame,
        decomposition,
        (
            *missing_note(frame, language),
            *([text("* [derived]: the later level minus the stated increase.")] if decomposition["derived"].any() else []),
            *(text("Revenue per member in {base} prices; prices: {base} = 1.", base=base) for base in decomposition["price_base"].unique()),
        ),
        strong=text("Effect on revenue, million VND"),
    )
