"""Words beside their own mark, over nothing else; farther off only at the end of a line."""

from __future__ import annotations

import numpy as np
import pytest

from coopanalysis.display import theme
from coopanalysis.display.figures.labels import Labels


@pytest.fixture
def axes():
    figure = theme.new_figure("wide", 3)
    axes = theme.place(figure, 0.2, 0.2, 0.2, 0.2)
    axes.set(xlim=(0, 10), ylim=(0, 10))
    return axes


def box(labels, note):
    return note.get_window_extent(labels.renderer)


def test_a_free_label_stands_beside_its_mark(axes):
    labels = Labels(axes)
    labels.mark(5, 5)
    note = labels.place(5, 5, "108")
    x, y = axes.transData.transform((5, 5))
    found = box(labels, note)
    assert x < found.x0 < x + 20 and found.y0 < y < found.y1 and not axes.lines


def test_a_label_covers_no_mark_line_or_other_label(axes):
    labels = Labels(axes)
    for x in (4.0, 4.4, 4.8, 5.2, 5.6):
        labels.mark(x, 5)
    labels.line(0, 2, 10, 8)
    notes = [labels.place(x, 5, "gần 100") for x in (4.0, 4.4, 4.8, 5.2, 5.6)]
    boxes = [box(labels, note) for note in notes if note]
    assert len(boxes) >= 2
    for position, one in enumerate(boxes):
        assert not any(one.overlaps(other) for other in boxes[position + 1 :])
        slope = axes.transData.transform([(x, 2 + 0.6 * x) for x in np.linspace(0, 10, 400)])
        assert not any(one.contains(*point) for point in slope)


def test_no_label_begins_nearer_to_another_mark(axes):
    labels = Labels(axes)
    labels.mark(5, 5)
    labels.mark(5.12, 5)  # a neighbour that leaves no place of its own at the right
    note = labels.place(5, 5, "63", offsets=((8, 0, "left", "center"),))
    assert note is None


def test_a_required_label_is_never_cut_by_the_edge(axes):
    labels = Labels(axes)
    labels.mark(9.95, 5)
    note = labels.place(9.95, 5, "khoảng 330", required=True, offsets=((8, 0, "left", "center"), (-8, 0, "right", "center")))
    assert box(labels, note).x1 <= axes.get_figure().bbox.x1
