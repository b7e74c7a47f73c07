"""Sentences on what happened between and after the report's two dates, by what other sources published."""

from __future__ import annotations

from coopanalysis.display.findings.common import at_least
from coopanalysis.display.view import View

COOPERATIVES = "htx_total"


def path_paragraphs(view: View, members_code: str = "members") -> list[str]:
    """What happened between and after the two dates by published evidence; with the report alone, that nothing is known."""
    text, language = view.language.text, view.language
    levels = view.levels(COOPERATIVES)
    stated = levels[~levels["derived"] & ~levels["repeated"]]
    if view.evidence == "report" or len(stated) < 2:
        return [
            text(
                "The report gives no figure between its two dates and none after them. What other sources published is shown in the "
                "edition of this report that uses all published evidence."
            )
        ]
    lowest, latest = stated.loc[stated["obs_value"].idxmin()], stated.iloc[-1]
    before = stated[stated["date"] < lowest["date"]]
    fell = bool(len(before)) and bool(lowest["upper"] < before["lower"].max())
    peak = before.loc[before["lower"].idxmax()] if fell else lowest
    both = text(
        "Other sources give {high} cooperatives in {before}, {low} in {when} and {last} in {then}: the two dates of the report hide a fall and a rise."
    )
    neutral = text("By published figures there were {low} cooperatives in {when} and {last} in {then}.")
    sentences = [
        (both if fell and lowest["upper"] < latest["lower"] else neutral).format(
            **(
                {"high": view.value(COOPERATIVES, peak["obs_value"], peak["qualifier"]), "before": language.period(peak["time_period"])}
                if fell
                else {}
            ),
            low=view.value(COOPERATIVES, lowest["obs_value"], lowest["qualifier"]),
            when=language.period(lowest["time_period"]),
            last=view.value(COOPERATIVES, latest["obs_value"], latest["qualifier"]),
            then=language.period(latest["time_period"]),
        )
    ]
    members = view.levels(members_code)
    members = members[~members["derived"] & ~members["repeated"]]
    report = stated[stated["evidence"].eq("report")]
    if len(members) > 1 and len(report):
        base, last = members.iloc[0], members.iloc[-1]
        then = stated.assign(distance=(stated["date"] - last["date"]).abs()).sort_values("distance", kind="stable").iloc[0]
        start = report.iloc[-1]
        grew, members_grew = then["obs_value"] / start["obs_value"] - 1, last["obs_value"] / base["obs_value"] - 1
        behind = text("Members did not follow: from the report to {when} cooperatives went from {a} to {b} ({x}), members from {c} to {d} ({y}).")
        neutral = text("From the report to {when} cooperatives went from {a} to {b} ({x}), members from {c} to {d} ({y}).")
        sentences.append(
            (behind if grew > 0 and members_grew < grew / 2 else neutral).format(
                when=language.period(last["time_period"]),
                a=view.value(COOPERATIVES, start["obs_value"]),
                b=view.value(COOPERATIVES, then["obs_value"], then["qualifier"]),
                x=language.percent(grew, 0, sign=True),
                c=view.value(members_code, base["obs_value"]),
                d=view.value(members_code, last["obs_value"], last["qualifier"]),
                y=at_least(view, members_grew, last["qualifier"]),
            )
        )
    sentences.append(text("Sources count differently (all registered, or active ones only); their figures are not joined by a line."))
    return sentences
