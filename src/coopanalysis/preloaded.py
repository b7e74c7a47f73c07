"""Imported once in the process that reports are forked from: the library, and the data package that most of them read."""

import importlib
import os
import pkgutil
from contextlib import suppress

from coopanalysis import display, metrics
from coopanalysis.dataset.package import load
from coopanalysis.dataset.prepared import hold
from coopanalysis.display.language import CODES, Language
from coopanalysis.errors import CoopError

for _room in (metrics, display):
    for _module in pkgutil.walk_packages(_room.__path__, f"{_room.__name__}."):
        if _module.name != "coopanalysis.display.explorer":  # needs JupyterLab's widgets
            importlib.import_module(_module.name)
with suppress(CoopError, OSError):  # the plan's check tells what is wrong with it
    hold(load, os.environ.get("COOPANALYSIS_PREPARE"))
for _code in CODES:  # CLDR's files and the translation are read with the first number and sentence
    _words = Language(_code)  # type: ignore[arg-type]
    _words.number(1234.5, 1), _words.date("2018-12-31"), _words.join(["a", "b"])
