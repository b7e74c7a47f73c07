"""Figure 5: can the report's revenue be right? Revenue per cooperative by source, on a log axis."""

from __future__ import annotations

from math import ceil, floor

import pandas as pd

from coopanalysis.dataset import choose
from coopanalysis.display.figures import pairs
from coopanalysis.display.figures.chart import Chart, fitting, shortened
from coopanalysis.display.figures.plausibility_drawing import PUBLISHED, Drawing, place, shown
from coopanalysis.display.view import REPORT_EVIDENCE, View
from coopanalysis.metrics.comparison import ratio_values

_COMPUTED = "revenue_per_cooperative"
_SMALL = 0.5  # below half of every other source a level is doubtful


def plausibility_chart(view: View) -> Chart:
    """A :class:`Chart` of all published averages of the area, the country's of the report's year, and the report's own ratio."""
    text = view.language.text
    subtitle = text("Revenue per cooperative and year by source, million VND")
    own, rows = _own(view), _others(view)
    if own is None or not rows["who"].eq("area").any():
        sentence = text("There is no second source of revenue per cooperative to compare with.")
        return pairs.nothing_to_draw(view, "revenue_plausibility", subtitle, sentence)
    rows = rows[rows["who"].eq("area") | rows["date"].dt.year.eq(own["date"].year)]
    rows = pd.concat([rows[rows["who"].eq("country")].head(1), rows[rows["who"].eq("area")]])
    rows = rows.sort_values("obs_value", ascending=False, kind="stable").reset_index(drop=True)
    title, doubtful = _title(view, float(own["obs_value"]), rows[rows["who"].eq("area")])
    caution = text(
        "A lost zero and a monthly figure would each fit the other sources; neither is proven, and the data set keeps the report's figure."
    )
    data = _data(view, rows, own)
    return Chart(
        "revenue_plausibility",
        lambda width: Drawing(view, rows, own, doubtful, width).figure(),
        title or subtitle,
        subtitle,
        _alt(view, rows, own),
        (_key(view, rows), caution) if doubtful else (_key(view, rows),),
        view.source_note([own["source"], *rows["source"]]),
        data,
        _table(view, data),
    )


def _own(view: View) -> pd.Series | None:
    report = ratio_values(view.dataset, choose.levels(view.dataset, view.ref_area, REPORT_EVIDENCE))
    stated = choose.best(report[report["ratio"].eq(_COMPUTED) & ~report["derived"]], ["ratio"])
    return stated.iloc[0] if len(stated) else None


def _others(view: View) -> pd.DataFrame:
    """Published averages of the area and of its country, no repeats."""
    areas = {code: who for code, who in ((view.dataset.areas.at[view.ref_area, "parent"], "country"), (view.ref_area, "area")) if code}
    rows = view.dataset.levels(ref_area=list(areas))
    rows = rows[rows["indicator"].eq(PUBLISHED) & ~rows["repeated"] & ~rows["derived"] & rows["date"].notna()]
    return rows.assign(who=rows["ref_area"].map(areas))


# -- words ----------------------------------------------------------------------------------------------------
def _title(view: View, level: float, area: pd.DataFrame) -> tuple[str, bool]:
    """What part of the other sources of the province the report's figure is; empty, if it is no small one.

    "more than 1,000" leaves the part open below: then only the most it can be is said, rounded up.
    """
    text, language = view.language.text, view.language
    lowest, highest = (level / area["upper"]).min(), (level / area["lower"]).max()
    if not highest < _SMALL:
        return "", False
    most = language.percent(ceil(highest * 100 - 1e-9) / 100, 0)
    if len(area) == 1 and lowest == highest:
        return text(
            "Revenue in the report is {share} of the other source in the province: check before use", share=language.percent(highest, 0)
        ), True
    if not lowest > 0:
        return text("Revenue in the report is at most {share} of any other source in the province: check before use", share=most), True
    least = language.percent(floor(lowest * 100 + 1e-9) / 100, 0).rstrip("%")
    return text("Revenue in the report is {share} of other sources in the province: check before use", share=f"{least}–{most}"), True


def _alt(view: View, rows: pd.DataFrame, own: pd.Series) -> str:
    return fitting(view, lambda other: _choices(other, rows, own))


def _choices(view: View, rows: pd.DataFrame, own: pd.Series) -> list[str]:
    """The report's figure, then every other one with its qualifier; the last ones go where there is no room."""
    text, language = view.language.text, view.language
    first = text(
        "Revenue per cooperative in the report: {a} million VND.", a=language.quantity(own["obs_value"], own["qualifier"], 0, view.dataset.qualifiers)
    )
    parts = [text("{place}: {value}", place=place(view, row), value=shown(view, row)) for row in rows.itertuples()]
    return shortened(parts, lambda kept: f"{first} {'; '.join(kept)}.")


def _key(view: View, rows: pd.DataFrame) -> str:
    """The marks that are really drawn."""
    text = view.language.text
    entries = [
        (True, text("■ report")),
        (True, text("● other sources of the province")),
        (rows["obs_status"].eq("E").any(), text("○ estimate")),
        (rows["who"].eq("country").any(), text("◆ country")),
        (rows["qualifier"].eq("more_than").any(), text("→ “more than”: at least")),
    ]
    return "; ".join(words for drawn, words in entries if drawn) + "."


# -- data -----------------------------------------------------------------------------------------------------
def _data(view: View, rows: pd.DataFrame, own: pd.Series) -> pd.DataFrame:
    report = {"who": "report", "time_period": "", "qualifier": own["qualifier"], "obs_status": "A", "ref_area": view.ref_area}
    columns = ["who", "ref_area", "time_period", "obs_value", "qualifier", "obs_status", "source", "reliability", "row"]
    source = {"source": own["source"], "reliability": view.dataset.sources.at[own["source"], "reliability"]}
    own_row = pd.DataFrame([{"obs_value": own["obs_value"], **source, **report, "row": pairs.row_numbers(own["row"], own["row_of"])}])
    data = pd.concat([rows[columns].astype({"row": str}), own_row], ignore_index=True)
    return data.assign(unit=view.dataset.ratios.at[_COMPUTED, "unit"]).rename(columns={"row": "rows"})


def _table(view: View, data: pd.DataFrame) -> pd.DataFrame:
    text, language = view.language.text, view.language
    rows = list(data.itertuples())
    return pd.DataFrame(
        {
            text("Area"): [language.label(view.dataset.areas, row.ref_area, "short") for row in rows],
            text("Source"): [language.label(view.dataset.sources, row.source, "short") for row in rows],
            text("Date as stated"): [language.period(row.time_period) for row in rows],
            text("Million VND per cooperative"): [
                language.quantity(row.obs_value, row.qualifier, 0, view.dataset.qualifiers)
                + (f" {text('[estimate]')}" if row.obs_status == "E" else "")
                for row in rows
            ],
        }
    )
