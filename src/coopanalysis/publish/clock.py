"""The moment that a run is stamped with, and the day that this is where its readers are. Standard library only."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from coopanalysis.errors import CoopError, Problem

EPOCH = "SOURCE_DATE_EPOCH"
TIME_ZONE = "Asia/Ho_Chi_Minh"  # of readers, where a data package names no other


@dataclass(frozen=True)
class Moment:
    """``utc`` names editions and logs; ``day`` (ISO) is shown on pages and compared with days in the data; ``fixed``: by SOURCE_DATE_EPOCH."""

    utc: datetime
    day: str
    fixed: bool

    @property
    def stem(self) -> str:
        return self.utc.strftime("%Y%m%dT%H%M%SZ")


def moment(time_zone: str = TIME_ZONE) -> Moment:
    """Now, or the moment in SOURCE_DATE_EPOCH, so that a run can be repeated to the byte. Asked once a run.

    Raises :class:`CoopError` where SOURCE_DATE_EPOCH holds no seconds, or the time zone is not known.
    """
    text = os.environ.get(EPOCH, "").strip()
    try:
        utc = datetime.fromtimestamp(int(text), UTC) if text else datetime.now(UTC).replace(microsecond=0)
    except (ValueError, OverflowError, OSError):
        raise CoopError([Problem(EPOCH, "syntax", "expected whole seconds since 1970", value=text, remedy="unset it")]) from None
    try:
        day = utc.astimezone(ZoneInfo(time_zone)).date().isoformat()
    except (ZoneInfoNotFoundError, ValueError, OSError):
        problem = Problem("datapackage.json", "time-zone", "the time zone is not known", value=time_zone, remedy=f"for example {TIME_ZONE}")
        raise CoopError([problem]) from None
    return Moment(utc, day, bool(text))
