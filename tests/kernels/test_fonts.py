"""Fonts held in memory draw what fonts read from files draw."""

from __future__ import annotations

import json
import subprocess
import sys

_DRAW = """
import hashlib, io, json
import matplotlib
from matplotlib import font_manager
from matplotlib.figure import Figure
from coopanalysis.kernels import fonts

def drawn():
    font_manager._get_font.cache_clear()
    figure = Figure()
    axes = figure.add_subplot()
    axes.plot([1, 2], label="Hợp tác xã, tổ hợp tác")
    axes.set_title("Tăng trưởng $x^2$")
    axes.set_xlabel("đậm", fontweight="bold")
    axes.set_ylabel("Mono", family="DejaVu Sans Mono")
    axes.legend()
    made = {}
    for kind, options in {"png": {}, "svg": {}, "pdf": {}, "pdf42": {"pdf.fonttype": 42}, "ps": {}}.items():
        with matplotlib.rc_context({"svg.hashsalt": "x", **options}):
            buffer = io.BytesIO()
            figure.savefig(buffer, format=kind.rstrip("42"))
            made[kind] = hashlib.sha256(buffer.getvalue()).hexdigest()
    return made

from_files = drawn()
fonts.hold_fonts()
from_memory = drawn()
font = font_manager.get_font(font_manager.findfont("DejaVu Sans"))
print(json.dumps([from_files, from_memory, type(font.fname).__name__, str(font.fname) == font_manager.findfont("DejaVu Sans")]))
"""


def test_every_format_is_the_same_to_the_byte(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    done = subprocess.run([sys.executable, "-c", _DRAW], capture_output=True, text=True, check=True)
    from_files, from_memory, kind, named = json.loads(done.stdout)
    assert from_files == from_memory
    assert len(set(from_files.values())) == 5
    assert kind == "FontInMemory" and named, "the fonts were drawn from memory, and know where they came from"
