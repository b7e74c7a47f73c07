"""Imported once, in the server that reports' processes are forked from (Linux): what every report needs."""

from __future__ import annotations

import atexit
import os
import shutil

from coopanalysis.publish.pool import OWNED

batch, _, folder = os.environ.pop(OWNED, "").partition(" ")
if batch == str(os.getppid()):  # the server ends after the batch and all its reports: what a killed batch could not remove goes with it
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
os.chdir("/")  # a matplotlibrc where the batch was started would be read

import matplotlib.backends.backend_agg  # noqa: E402
import matplotlib.backends.backend_svg  # noqa: E402
import matplotlib.pyplot  # noqa: E402, F401
import pandas  # noqa: E402
import seaborn  # noqa: E402, F401

from coopanalysis.publish import engine, report  # noqa: E402, F401

pandas.set_option("display.max_columns", 20)  # as it chooses for itself in a kernel
