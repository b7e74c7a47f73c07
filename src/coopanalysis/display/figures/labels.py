"""Placing labels beside their marks: the first free place is taken.

A place is free if it covers no mark, line or other label, lies inside the figure, and no other mark is nearer to the
words than their own: a number beside the wrong mark is worse than none.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox

Offset = tuple[float, float, str, str]  # points right and up from the mark, and which side of the words stands there

BESIDE: tuple[Offset, ...] = (
    (8, 0, "left", "center"),
    (-8, 0, "right", "center"),
    (0, 7, "center", "bottom"),
    (0, -7, "center", "top"),
    (6, -5, "left", "top"),
    (-6, 5, "right", "bottom"),
    (6, 5, "left", "bottom"),
    (-6, -5, "right", "top"),
)
NEARER = 1.15  # so much farther than their own mark is every other one from the words
_RIGHT = {"left": 0.0, "center": 0.5, "right": 1.0}
_UP = {"bottom": 0.0, "center": 0.5, "top": 1.0}


class Labels:
    """What is already taken in one axes, in pixels: marks, lines, words."""

    def __init__(self, axes: Axes):
        self.axes = axes
        self.figure = axes.get_figure()
        self.renderer = self.figure.canvas.get_renderer()  # type: ignore[union-attr,attr-defined]
        self.point = self.figure.dpi / 72  # type: ignore[union-attr]
        self.boxes: list[tuple[float, float, float, float]] = []
        self.centres: list[tuple[float, float]] = []

    # -- what is taken -----------------------------------------------------------------------------------------
    def mark(self, x: float, y: float, radius: float = 4.5) -> None:
        """A mark at data coordinates; ``radius`` in points."""
        centre = self._pixels(x, y)
        self.centres.append((centre[0], centre[1]))
        self.boxes.append((*(centre - radius * self.point), *(centre + radius * self.point)))

    def line(self, x0: float, y0: float, x1: float, y1: float, width: float = 3) -> None:
        """A line between data coordinates; ``width`` in points. A sloping one is a row of small boxes."""
        start, end = self._pixels(x0, y0), self._pixels(x1, y1)
        steps = 1 if np.min(np.abs(end - start)) < 1 else int(np.hypot(*(end - start)) // 3) + 1
        corners = [start + (end - start) * part / steps for part in range(steps + 1)]
        half = width * self.point / 2
        for one, two in itertools.pairwise(corners):
            self.boxes.append((*(np.minimum(one, two) - half), *(np.maximum(one, two) + half)))

    def upward(self, x: float, y: float, length: float, width: float = 6) -> None:
        """An arrow of ``length`` points up from data coordinates (down, if negative)."""
        foot, half = self._pixels(x, y), width * self.point / 2
        head = foot[1] + length * self.point
        self.boxes.append((foot[0] - half, min(foot[1], head), foot[0] + half, max(foot[1], head)))

    def reserve(self, box: Bbox) -> None:
        self.boxes.append((box.x0, box.y0, box.x1, box.y1))

    # -- words -------------------------------------------------------------------------------------------------
    def place(
        self, x: float, y: float, words: str, *, offsets: Sequence[Offset] = BESIDE, required: bool = False, ground: bool = True, **style: Any
    ) -> Annotation | None:
        """Write ``words`` beside (x, y); None if no place is free.

        A ``required`` label without a free place takes the one that covers least. ``ground``: white behind the words,
        so that no grid line runs through them.
        """
        box = {"boxstyle": "square,pad=0.05", "facecolor": "white", "edgecolor": "none"} if ground else None
        note = self.axes.annotate(
            words, (x, y), xytext=(0, 0), textcoords="offset points", bbox=box, annotation_clip=False, **{"zorder": 1.5, **style}
        )
        size = note.get_window_extent(self.renderer)
        own = self._pixels(x, y)
        taken = np.array(self.boxes).reshape(-1, 4)
        chosen = self._first_free(own, size, offsets, taken)
        if chosen is None and required:
            chosen = min(offsets, key=lambda offset: self._cost(self._box(own, size, offset), taken))
        if chosen is None:
            note.remove()
            return None
        note.set(ha=chosen[2], va=chosen[3])
        note.xyann = chosen[:2]
        self.boxes.append(self._box(own, size, chosen))
        return note

    # -- geometry ----------------------------------------------------------------------------------------------
    def _pixels(self, x: float, y: float) -> np.ndarray:
        return np.asarray(self.axes.transData.transform((x, y)), dtype=float)

    def _box(self, own: np.ndarray, size: Bbox, offset: Offset) -> tuple[float, float, float, float]:
        left = own[0] + offset[0] * self.point - _RIGHT[offset[2]] * size.width
        bottom = own[1] + offset[1] * self.point - _UP[offset[3]] * size.height
        return left, bottom, left + size.width, bottom + size.height

    def _first_free(self, own: np.ndarray, size: Bbox, offsets: Iterable[Offset], taken: np.ndarray) -> Offset | None:
        edge = self.figure.bbox  # type: ignore[union-attr]
        right = self.axes.bbox.x1 + 4 * self.point
        others = np.array([centre for centre in self.centres if np.hypot(*(np.array(centre) - own)) > 1]).reshape(-1, 2)
        for offset in offsets:
            box = self._box(own, size, offset)
            if box[0] < edge.x0 + 2 or box[2] > min(edge.x1 - 2, right) or box[1] < edge.y0 or box[3] > edge.y1 or self._covered(box, taken) > 0:
                continue
            if not len(others) or self._nearest(box, offset, others) > NEARER * np.hypot(*offset[:2]) * self.point:
                return offset
        return None

    def _cost(self, box: tuple[float, float, float, float], taken: np.ndarray) -> float:
        """What a required label covers; to be cut by the figure's edge is worse than anything."""
        edge = self.figure.bbox  # type: ignore[union-attr]
        cut = max(edge.x0 - box[0], box[2] - edge.x1, edge.y0 - box[1], box[3] - edge.y1, 0.0)
        return self._covered(box, taken) + 1e6 * cut

    @staticmethod
    def _nearest(box: tuple[float, float, float, float], offset: Offset, others: np.ndarray) -> float:
        """Pixels from where the words begin, as seen from their own mark, to the next other mark."""
        begin = box[0] + _RIGHT[offset[2]] * (box[2] - box[0]), box[1] + _UP[offset[3]] * (box[3] - box[1])
        return float(np.hypot(*(others - begin).T).min())

    @staticmethod
    def _covered(box: tuple[float, float, float, float], taken: np.ndarray) -> float:
        """Square pixels that the box shares with what is taken."""
        if not len(taken):
            return 0.0
        wide = np.minimum(taken[:, 2], box[2]) - np.maximum(taken[:, 0], box[0])
        high = np.minimum(taken[:, 3], box[3]) - np.maximum(taken[:, 1], box[1])
        return float((wide.clip(0) * high.clip(0)).sum())
