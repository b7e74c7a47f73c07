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
    first, latest = stated.iloc[0], stated.iloc[-1]
    sentences = [
        text(
            "By published figures there were {low} cooperatives ({when}) and {last} ({then}).",
            low=view.value(COOPERATIVES, first["obs_value"], first["qualifier"]),
            when=language.period(first["time_period"]),
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
        behind = text(
            "Membership grew much more slowly: from the report to {when} cooperatives went from {a} to {b} ({x}), members from {c} to {d} ({y})."
        )
        neutral = text("From the report to {when} cooperatives went from {a} to {b} ({x}), members from {c} to {d} ({y}).")
        sentences.append(
            (behind if grew > 0 and last["upper"] / base["lower"] - 1 < grew / 2 else neutral).format(
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
