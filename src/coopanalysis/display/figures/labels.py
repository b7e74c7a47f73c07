"""Placing labels beside marks without collisions: a few offsets are tried in order, the first free one is taken."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox

OFFSETS: tuple[tuple[float, float, str, str], ...] = (
    (8, 0, "left", "center"), (-8, 0, "right", "center"), (0, 9, "center", "bottom"), (0, -9, "center", "top"),
    (7, 7, "left", "bottom"), (-7, 7, "right", "bottom"), (7, -7, "left", "top"), (-7, -7, "right", "top"),
)


class Labels:
    """Remembers the boxes of marks and labels of one axes, in pixels."""

    def __init__(self, axes: Axes):
        self.axes = axes
        self.renderer = axes.get_figure().canvas.get_renderer()  # type: ignore[union-attr,attr-defined]
        self.boxes: list[Bbox] = []

    def block(self, x: float, y: float, radius: float = 4) -> None:
        """A mark at data coordinates that labels must not cover; ``radius`` in points."""
        point = self.axes.transData.transform((x, y))
        pixels = radius * self.axes.get_figure().dpi / 72  # type: ignore[union-attr]
        self.boxes.append(Bbox([point - pixels, point + pixels]))

    def reserve(self, box: Bbox) -> None:
        self.boxes.append(box)

    def place(self, x: float, y: float, words: str, *, required: bool = False, offsets: Sequence[tuple[float, float, str, str]] = OFFSETS, **style: object) -> Annotation | None:
        """Write ``words`` beside (x, y); None if no offset is free (a required label takes the first one all the same)."""
        frame = self.axes.get_figure().bbox  # type: ignore[union-attr]
        first: Annotation | None = None
        for dx, dy, ha, va in offsets:
            note = self.axes.annotate(words, (x, y), xytext=(dx, dy), textcoords="offset points", ha=ha, va=va, **style)  # type: ignore[arg-type]
            box = note.get_window_extent(self.renderer)
            inside = box.x0 >= frame.x0 + 1 and box.x1 <= frame.x1 - 1 and box.y0 >= frame.y0 and box.y1 <= frame.y1
            if inside and not any(box.overlaps(other) for other in self.boxes):
                self.boxes.append(box)
                return note
            note.remove()
            first = first or (note if inside else None)
        if not required:
            return None
        dx, dy, ha, va = offsets[0]
        note = self.axes.annotate(words, (x, y), xytext=(dx, dy), textcoords="offset points", ha=ha, va=va, **style)  # type: ignore[arg-type]
        self.boxes.append(note.get_window_extent(self.renderer))
        return note
