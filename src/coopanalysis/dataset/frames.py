"""The frames of one data package, without what can be asked of them (``package.Dataset``)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd


@dataclass(frozen=True, repr=False)
class Frames:
    """Code lists are indexed by ``id``; code columns of facts are categories of them.

    ``observations``: one statement of a source a row, levels and changes, plus the levels derived from them
    (``derived`` True), with dates, bounds and the row in the file (see ``complete_observations``). ``targets``,
    ``deflators``, ``events``: as in the files, with dates. ``root``: the folder. ``descriptor``: the content of datapackage.json.
    """

    root: Path
    descriptor: dict[str, Any]
    observations: pd.DataFrame
    targets: pd.DataFrame
    deflators: pd.DataFrame
    events: pd.DataFrame
    indicators: pd.DataFrame
    ratios: pd.DataFrame
    areas: pd.DataFrame
    sources: pd.DataFrame
    units: pd.DataFrame
    qualifiers: pd.DataFrame
    obs_statuses: pd.DataFrame
