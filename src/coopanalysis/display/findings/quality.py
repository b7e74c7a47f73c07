"""Sentences of the data quality report: every contradiction with its sum, and what it means for the other reports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from coopanalysis.display.citations import cite
from coopanalysis.display.findings.common import page_opening, share_of
from coopanalysis.display.tables.quality import unclear_dates
from coopanalysis.display.view import View, plain
from coopanalysis.metrics.consistency import consistency_summary

TARGETS_CHECK = "targets_may_mean_new_units"  # the one check whose rows are those of targets.csv
SEVERAL_FIRST = "htx_agri"  # targets are judged by it, and its figures differ most


def finding_sentence(view: View, row: dict[str, Any]) -> str:
    """What one check of ``consistency_table`` found, with its sum; "" if it found nothing."""
    if not row["found"]:
        return ""
    text, language = view.language.text, view.language
    values = row["values"]
    n = language.number

    def money(value: float) -> str:
        return n(value, 0)

    def qualified(name: str) -> str:
        return language.quantity(values[name], values[f"{name}_qualifier"], 0, view.dataset.qualifiers)

    match row["check"]:
        case "income_exceeds_revenue":
            return text(
                "{income} × {workers} regular workers = {paid} million VND, {multiple} times the total revenue of {revenue}: the income "
                "cannot be paid out of the revenue stated.",
                income=money(values["average"]),
                workers=n(values["units"]),
                paid=money(values["product"]),
                multiple=n(values["multiple"], 1),
                revenue=money(values["total"]),
            )
        case "revenue_level" | "profit_level":
            what = view.indicator("revenue_total" if row["check"] == "revenue_level" else "profit_total")
            first = text(
                "{what}: {total} ÷ {cooperatives} = {level} million VND a cooperative, against {low} to {high} in {count} figures of other sources.",
                what=what,
                total=money(values["total"]),
                cooperatives=n(values["units"]),
                level=n(values["level"], 1),
                low=qualified("lowest"),
                high=qualified("highest"),
                count=n(values["count"]),
            )
            if values["direction"] != "under":
                return first
            second = text(
                "A lost zero would give {zero}, a monthly figure {month}; neither is proven.",
                zero=n(values["with_zero"], 0),
                month=n(values["as_month"], 0),
            )
            return f"{first} {second}"
        case "active_revenue_exceeds_total":
            return text(
                "The Alliance's average for {period}, {average}, times its {active} active cooperatives is {total} million VND: {multiple} times the "
                "report's later total of {revenue}.",
                period=language.period(values["period"]),
                average=qualified("average"),
                active=n(values["units"]),
                total=money(values["product"]),
                multiple=n(values["multiple"], 1),
                revenue=money(values["total"]),
            )
        case "same_revenue_over_capital":
            return text(
                "Revenue over capital is {then} at the first date and {now} at the last: one may have been computed from the other.",
                then=language.percent(values["then"], 3),
                now=language.percent(values["now"], 3),
            )
        case "union_inside_or_outside":
            alone, union, funds = values["parts"]
            if not values["inside"]:
                return text(
                    "{alone} + {union} + {funds} = {sum}, while the report states {law} for all of them.",
                    alone=n(alone),
                    union=n(union),
                    funds=n(funds),
                    sum=n(values["sum"]),
                    law=n(values["whole"]),
                )
            return text(
                "The union stands beside the {total} cooperatives in the text but among them in the footnote ({alone} + {union} + {funds} = {law}): "
                "{inside} or {outside} are not converted, {without_inside} or {without_outside} are no credit funds.",
                total=n(values["total"]),
                alone=n(alone),
                union=n(union),
                funds=n(funds),
                law=n(values["whole"]),
                inside=n(values["rest_inside"]),
                outside=n(values["rest_outside"]),
                without_inside=n(values["total"] - union - funds),
                without_outside=n(values["total"] - funds),
            )
        case "members_may_contain_workers":
            both = language.quantity(values["both"], values["both_qualifier"], 0, view.dataset.qualifiers)
            return text(
                "{members} members + {workers} workers = {sum}, while another source gives {both} for both together in {period}: the members may "
                "contain the workers.",
                members=n(values["first"]),
                workers=n(values["second"]),
                sum=n(values["sum"]),
                both=both,
                period=language.period(values["both_period"]),
            )
        case "period_is_not_sure":
            undated = text("{undated} amounts carry no date at all.", undated=n(values["undated"])) if values["undated"] else ""
            if values["assumed_date"] is pd.NaT or values["assumed_date"] == values["stated_date"]:
                return undated
            required = language.join(
                [f"{language.percent(rate, 2)} ({year})" for rate, year in zip(values["required_stated"], values["target_years"], strict=True)]
            )
            readings = text(
                "The report says “now” or “to date” for its counts. If that is the day it was signed, {stated}, and not {assumed} as read here, the period is "
                "{long} and not {short} years; cooperatives then grew {a} and not {b} a year (required from then on: {required}).",
                stated=language.date(values["stated_date"]),
                assumed=language.date(values["assumed_date"]),
                long=n(values["years_stated"], 2),
                short=n(values["years_assumed"], 2),
                a=language.percent(values["cagr_stated"], 2),
                b=language.percent(values["cagr_assumed"], 2),
                required=required,
            )
            return f"{readings} {undated}".strip()
        case "targets_may_mean_new_units":
            return text(
                "“Develop about {first}” can mean {first} in all or {first} new ones. Read as new ones the total would be {baseline} + {first} = {sum} by "
                "{year}; read as a stock, as here, it is {first}.",
                first=n(values["first"]),
                baseline=n(values["baseline"]),
                sum=n(values["first_as_new"]),
                year=values["first_year"],
            )
        case "several_values_in_one_year":
            return _several_values(view, values["cases"])
        case "old_figures_printed_again":
            return language.plural(
                "{n} figure is an older one printed again; it is shown as repeated and not counted as new.",
                "{n} figures are older ones printed again; they are shown as repeated and not counted as new.",
                values["count"],
            )
    raise KeyError(f"no sentence for the check {row['check']!r}")


def _several_values(view: View, cases: Sequence[dict[str, Any]]) -> str:
    """One case with its range, the others by indicator and year."""
    text, language = view.language.text, view.language
    case = next((case for case in cases if case["indicator"] == SEVERAL_FIRST), cases[0])
    low, high = (view.value(case["indicator"], case[end], case[f"{end}_qualifier"]) for end in ("lowest", "highest"))
    first = text(
        "For {year} sources give {count} different figures of {indicator}, from {low} to {high}: a range, not a choice.",
        year=case["period"],
        count=language.number(case["count"]),
        indicator=view.inline(case["indicator"]),
        low=low,
        high=high,
    )
    years: dict[str, list[int]] = {}
    for other in cases:
        if other is not case:
            years.setdefault(other["indicator"], []).append(other["period"])
    if not years:
        return first
    others = language.join([f"{view.inline(code)} ({', '.join(map(str, sorted(found)))})" for code, found in years.items()])
    second = text("Figures of different sources for one year also differ for {others}; part of this may be change within the year.", others=others)
    return f"{first} {second}"


def meaning_sentence(view: View, check: str) -> str:
    """What a contradiction means for the other reports."""
    text = view.language.text
    level = text("Show levels of revenue and profit only with this flag; growth holds only if both years share the fault.")
    return {
        "income_exceeds_revenue": text("Do not use the income and the revenue of the report together."),
        "revenue_level": level,
        "profit_level": level,
        "active_revenue_exceeds_total": text("Do not chain the Alliance's averages onto the report's totals."),
        "same_revenue_over_capital": text("Do not read revenue over capital as a finding."),
        "union_inside_or_outside": text("Ratios per cooperative are exact to one unit at best."),
        "members_may_contain_workers": text("Never add members and workers without saying so."),
        "period_is_not_sure": text("All headline rates use the assumed dates; the other reading stands beside them here."),
        "targets_may_mean_new_units": text("All target pages read the targets as a stock."),
        "several_values_in_one_year": text("Targets are judged by each figure with its date, not by one picked value."),
        "old_figures_printed_again": text("A repeated value is no sign that nothing changed."),
    }[check]


def quality_opening(view: View, consistency: pd.DataFrame, coverage: pd.DataFrame) -> dict[str, Any]:
    text, language = view.language.text, view.language
    found = consistency[consistency["found"]]
    total, undated = int(coverage["figures"].sum()), int(coverage["undated"].sum())
    title = text("How good are the figures on {area}?", area=view.area)
    lead = [
        text(
            "{found} contradictions and ambiguities were found in the data set itself; they are shown with their sums and not corrected.",
            found=language.number(len(found)),
        ),
        text("{n} of {N} figures carry no clear date.", n=language.number(undated), N=language.number(total)),
    ]
    worst = found[found["check"].isin(["revenue_level", "income_exceeds_revenue"])].to_dict("records")
    return page_opening(view, title=title, lead=lead, finding=" ".join(lead), cautions=[finding_sentence(view, row) for row in worst])


def quality_headlines(view: View, consistency: pd.DataFrame, coverage: pd.DataFrame) -> Iterator[dict[str, Any]]:
    text, language = view.language.text, view.language
    found, counts = consistency[consistency["found"]].set_index("check"), consistency_summary(consistency).iloc[0]
    clean = set(consistency.loc[consistency["outcome"].eq("clean"), "check"])
    yield {
        "name": "contradictions",
        "value": len(found),
        "label": text("Contradictions and ambiguities found"),
        "text": language.number(len(found)),
        "note": text(
            "found nothing: {clean}; could not be checked: {unchecked}",
            clean=language.number(counts["clean"]),
            unchecked=language.number(counts["not_checkable"]),
        ),
        **cite(
            view,
            formula=text("count of the checks that find a contradiction, each shown below with its sum"),
            counted=[row for rows in found.loc[found.index != TARGETS_CHECK, "rows"] for row in rows],
            targets=found.at[TARGETS_CHECK, "rows"] if TARGETS_CHECK in found.index else (),
        ),
    }
    levels = view.levels()
    stated = levels[~levels["derived"] & ~levels["repeated"]]
    yield {
        "name": "undated_figures",
        "value": int(coverage["undated"].sum()),
        "label": text("Figures without a clear date"),
        "text": language.number(coverage["undated"].sum()),
        "note": text("of {n} figures", n=language.number(coverage["figures"].sum())),
        **cite(
            view,
            formula=text("count of the figures with no date, with a range they are no sum over, or with only a year for a number at a moment"),
            counted=stated.loc[unclear_dates(view, stated), "row"],
        ),
    }
    if "revenue_level" in found.index:
        values = found.at["revenue_level", "values"]
        yield {
            "name": "revenue_share_of_lowest_source",
            "value": values["share_of_lowest"],
            "label": text("Revenue per cooperative in the report"),
            "text": share_of(view, values["share_of_lowest"], values["lowest_qualifier"]),
            "note": text("of the lowest other source"),
            **cite(
                view,
                *((int(row), False) for row in found.at["revenue_level", "rows"]),
                formula=f"({language.number(values['total'])} ÷ {language.number(values['units'])}) ÷ {language.number(values['lowest'])}",
            ),
        }
    else:
        yield {
            "name": "revenue_share_of_lowest_source",
            "value": None,
            "label": text("Revenue per cooperative in the report"),
            "note": text("agrees with the other sources") if "revenue_level" in clean else text("cannot be compared with another source"),
        }


def contradictions_list(view: View, consistency: pd.DataFrame) -> str:
    """Markdown: a numbered list of what was found, each with its sum, its meaning and the rows it rests on."""
    text = view.language.text
    lines = []
    for number, row in enumerate((row for row in consistency.to_dict("records") if row["found"]), start=1):
        rows = ", ".join(str(line) for line in dict.fromkeys(row["rows"]))
        file = "targets.csv" if row["check"] == TARGETS_CHECK else "observations.csv"
        lines.append(
            f"{number}. {plain(finding_sentence(view, row))} **{meaning_sentence(view, row['check'])}** "
            + text("(rows {rows} of {file})", rows=rows, file=file)
        )
    return "\n".join(lines)
