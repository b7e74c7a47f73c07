"""Tables of the report on revenue per member."""

from __future__ import annotations

import pandas as pd

from coopanalysis.display.findings.revenue import factor_words, populations_note
from coopanalysis.display.tables.base import Table, derived_note, missing_note, two_years
from coopanalysis.display.view import View


def ratios_table(view: View, ratios: pd.DataFrame) -> Table:
    """Money per member, per cooperative, per regular worker: both dates, multiples nominal and real."""
    text, language = view.language.text, view.language
    known = ratios[ratios["reason"].eq("") & ratios["monetary"]]
    start, end = two_years(view, known)
    base = str(known["price_base"].iloc[0]) if len(known) else end
    last = end if base == end else text("{year}, {base} prices", year=end, base=base)
    frame = pd.DataFrame(
        {
            text("Ratio"): [view.indicator(code) for code in known["ratio"]],
            text("{year}, current prices", year=start): [
                view.value(row.ratio, row.start_value) + ("*" if row.start_derived else "") for row in known.itertuples()
            ],
            text("{year}, {base} prices", year=start, base=base): [view.value(row.ratio, row.real_start_value) for row in known.itertuples()],
            last: [view.value(row.ratio, row.real_end_value) for row in known.itertuples()],
            text("Multiple, current prices"): [language.multiple(value) for value in known["multiple"]],
            text("Multiple without price change"): [language.multiple(value) for value in known["real_multiple"]],
        }
    )
    unit = view.unit(str(known["ratio"].iloc[0])) if len(known) else ""
    notes = [derived_note(view, known, end), populations_note(view, known)]
    return Table(
        "ratios",
        text("Revenue, profit and capital per member, cooperative and regular worker, {area}, {unit}", area=view.area, unit=unit),
        frame,
        _plain(known),
        tuple(note for note in notes if note),
        strong=text("Multiple without price change"),
    )


def margins_table(view: View, ratios: pd.DataFrame) -> Table:
    """Ratios without a price: margins, members per cooperative, revenue over capital."""
    text, language = view.language.text, view.language
    known = ratios[ratios["reason"].eq("") & ~ratios["monetary"]]
    start, end = two_years(view, known)

    def shown(code: str, value: float) -> str:
        return language.percent(value, 2) if view.dataset.ratios.at[code, "unit"] in ("ratio", "percent") else view.value(code, value)

    frame = pd.DataFrame(
        {
            text("Ratio"): [view.indicator(code) for code in known["ratio"]],
            start: [shown(row.ratio, row.start_value) + ("*" if row.start_derived else "") for row in known.itertuples()],
            end: [shown(row.ratio, row.end_value) for row in known.itertuples()],
            text("Multiple"): [language.multiple(value) for value in known["multiple"]],
        }
    )
    notes = [derived_note(view, known, end), populations_note(view, known)]
    return Table("margins", text("Margins and structure, {area}", area=view.area), frame, _plain(known), tuple(note for note in notes if note))


def effects_table(view: View, decomposition: pd.DataFrame) -> Table:
    """The decomposition as a table: both values of each factor, its effect, its share of the change."""
    text, language = view.language.text, view.language
    decimals = {"cooperatives": 0, "members_per_cooperative": 1, "real_revenue_per_member": 2, "prices": 2}
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
                language.number(decomposition["total_change"].iloc[0], 0, sign=True),
                language.percent(decomposition["share"].sum(), 0),
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
            text("Revenue per member in {base} prices; prices: {base} = 1.", base=decomposition["price_base"].iloc[0]),
        ),
        strong=text("Effect on revenue, million VND"),
    )


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Without columns that a CSV cannot hold (tuples of row numbers become text)."""
    return frame.assign(
        **{name: frame[name].map(lambda rows: " ".join(str(row) for row in rows)) for name in ("start_rows", "end_rows") if name in frame}
    )
