"""Fonts held in memory.

FreeType asks for a font a few bytes at a time, and matplotlib answers each time by seeking and reading in a Python file,
whose buffer seldom holds the next letter: most of the time that a text takes. From memory the same text takes about a
quarter of it, and comes out the same to the byte.
"""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path
from typing import Any


class FontInMemory(io.BytesIO):
    """The content of a font file, which still says where it came from: writers of PDF and PostScript ask for that."""

    def __init__(self, path: str):
        super().__init__(_content(str(path)))
        self.path = str(path)

    def __str__(self) -> str:
        return self.path


@lru_cache(maxsize=16)  # shared by every FT2Font of the file, and by all kernels forked later
def _content(path: str) -> bytes:
    return Path(path).read_bytes()


class _Fonts:
    """matplotlib's ``ft2font`` as its font manager sees it, with fonts opened from memory (its constructor takes open files, too)."""

    def __init__(self, original: Any):
        self.original = original

    def __getattr__(self, name: str) -> Any:
        return getattr(self.original, name)

    def FT2Font(self, path: str, *arguments: Any, **options: Any) -> Any:
        return self.original.FT2Font(FontInMemory(path), *arguments, **options)


def hold_fonts() -> None:
    """From now on fonts are opened from memory, in this process and those forked from it."""
    from matplotlib import font_manager

    font_manager.ft2font = _Fonts(font_manager.ft2font)
    font_manager._get_font.cache_clear()
