"""Progress to a target by compound growth: Eurostat's ratio and class, and how ambitious a plan was (stretch).

The methods of other bodies are in ``progress_methods`` and ``open_sdg``; all of them can be imported from here. The
same two numbers make a series "on track" under constant growth and "stagnating" along a straight line: the whole
disagreement is the growth model, so a page that shows one method names it.
"""

from __future__ import annotations

import numpy as np

from coopanalysis.metrics._arrays import Number, check_direction, classes, elementwise
from coopanalysis.metrics._progress_rates import INSUFFICIENT, MODERATE, SIGNIFICANT, actual_over_required
from coopanalysis.metrics.progress_methods import (
    escap_current_status,
    escap_gap,
    escap_weighted_projection,
    open_sdg_progress,
    sdsn_trend,
    unsd_expected_share,
)

__all__ = [
    "escap_current_status",
    "escap_gap",
    "escap_weighted_projection",
    "eurostat_class",
    "eurostat_ratio",
    "open_sdg_progress",
    "sdsn_trend",
    "stretch_ratio",
    "unsd_expected_share",
]


def eurostat_ratio(
    base_value: Number, base_year: Number, current_value: Number, current_year: Number, target: Number, target_year: Number, direction: Number
) -> Number:
    """Actual over required growth, both from the same base (t0): direction × CAGR_actual / |CAGR_required|.

    CAGR_actual leads from base to current value, CAGR_required from base to target (see ``cagr``). Without direction
    and absolute value the quotient would call a series that moves away from its target "on track".
    Input: values in one unit; years as numbers, fractions allowed; ``direction`` +1 (more is better) or −1 (less is
    better), without default. Output: a fraction (0.928 is 92.8 %). Say t0 wherever it is shown: all depends on it.
    Undefined (nan): base ≤ 0, a negative value, required growth 0 (base = target), current or target year not after the
    base year, anything missing. A target of 0 requires −100 % a year, so the ratio is then small by construction.
    ``ValueError`` names ``direction`` if it is neither 1 nor −1.
    Source: Eurostat, monitoring report on the SDGs in an EU context, annex on assessment.

    >>> round(eurostat_ratio(34, 2003, 108, 2018, 210, 2025, 1), 3)
    0.928
    """
    (base, first_year, current, year, goal, last_year, sign), form = elementwise(
        base_value=base_value,
        base_year=base_year,
        current_value=current_value,
        current_year=current_year,
        target=target,
        target_year=target_year,
        direction=direction,
    )
    check_direction(sign)
    return form.give(actual_over_required(base, first_year, current, year, goal, last_year, sign))


def eurostat_class(ratio: Number) -> Number:
    """Eurostat's class of :func:`eurostat_ratio`: significant, moderate, insufficient or movement_away.

    ≥ 0.95 significant, ≥ 0.60 moderate, ≥ 0 insufficient, below movement_away; lower bounds inclusive, the ratio is
    compared unrounded. Input: a fraction. Output: the class name, None where the ratio is nan. The function knows only
    the ratio: whether the target is reached already is for the caller (``progress_table``) to test first.
    Source: as :func:`eurostat_ratio`.

    >>> eurostat_class(0.928)
    'moderate'
    """
    (share,), form = elementwise(ratio=ratio)
    bounds = [share >= SIGNIFICANT, share >= MODERATE, share >= INSUFFICIENT]
    return form.give(classes(bounds, ["significant", "moderate", "insufficient", "movement_away"], np.isnan(share)))


def stretch_ratio(past_cagr: Number, required_cagr: Number) -> Number:
    """Past pace over the pace a plan needs from its baseline: how ambitious it was before any later observation.

    Formula: past_cagr / required_cagr. 0.804 says that the past pace is 80.4 % of what is needed; above 1 the plan asks
    for less than the past. Input: fractions a year. Output: a fraction. It is not Eurostat's ratio and must not carry
    its name: that one starts at t0 and measures what was done. Undefined (nan): required_cagr 0, or anything missing.

    >>> round(stretch_ratio(0.0801, 0.0997), 3)
    0.803
    """
    (past, needed), form = elementwise(past_cagr=past_cagr, required_cagr=required_cagr)
    with np.errstate(all="ignore"):
        return form.give(np.where(needed != 0, past / needed, np.nan))
