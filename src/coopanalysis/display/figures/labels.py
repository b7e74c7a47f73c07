"""Placing labels beside marks without collisions: a few offsets are tried in order, the first free one is taken."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox

OFFSETS: tuple[tuple[float, float, str, str], ...] = (
    (8, 0, "left", "center"),
    (-8, 0, "right", "center"),
    (0, 9, "center", "bottom"),
    (0, -9, "center", "top"),
    (7, 7, "left", "bottom"),
    (-7, 7, "right", "bottom"),
    (7, -7, "left", "top"),
    (-7, -7, "right", "top"),
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

    def line(self, x0: float, y0: float, x1: float, y1: float, width: float = 3) -> None:
        """An upright or level line in data coordinates; ``width`` in points."""
        ends = self.axes.transData.transform([(x0, y0), (x1, y1)])
        pixels = width * self.axes.get_figure().dpi / 144  # type: ignore[union-attr]
        self.boxes.append(Bbox([ends.min(axis=0) - pixels, ends.max(axis=0) + pixels]))

    def reserve(self, box: Bbox) -> None:
        self.boxes.append(box)

    def place(
        self, x: float, y: float, words: str, *, required: bool = False, offsets: Sequence[tuple[float, float, str, str]] = OFFSETS, **style: object
    ) -> Annotation | None:
        """Write ``words`` beside (x, y); None if no offset is free (a required label takes the one that covers least)."""
        frame = self.axes.get_figure().bbox  # type: ignore[union-attr]
        fallback: tuple[float, tuple[float, float, str, str]] | None = None
        for offset in offsets:
            note = self._write(x, y, words, offset, style)
            box = note.get_window_extent(self.renderer)
            inside = box.x0 >= frame.x0 + 1 and box.x1 <= frame.x1 - 1 and box.y0 >= frame.y0 and box.y1 <= frame.y1
            covered = sum(_shared(box, other) for other in self.boxes)
            if inside and covered == 0:
                self.boxes.append(box)
                return note
            note.remove()
            if inside and (fallback is None or covered < fallback[0]):
                fallback = covered, offset
        if not required:
            return None
        note = self._write(x, y, words, fallback[1] if fallback else offsets[0], style)
        self.boxes.append(note.get_window_extent(self.renderer))
        return note

    def _write(self, x: float, y: float, words: str, offset: tuple[float, float, str, str], style: dict[str, object]) -> Annotation:
        dx, dy, ha, va = offset
        return self.axes.annotate(words, (x, y), xytext=(dx, dy), textcoords="offset points", ha=ha, va=va, **style)  # type: ignore[arg-type]


def _shared(one: Bbox, other: Bbox) -> float:
    """Pixels that two boxes share."""
    both = Bbox.intersection(one, other)
    return float(both.width * both.height) if both is not None else 0.0
