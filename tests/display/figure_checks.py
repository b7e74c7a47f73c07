"""What every figure must keep, whatever its data: readable, nothing cut or overprinted, complete without colour.

``check_chart`` draws a chart for the page, for the phone and framed, and runs every check on each drawing.
A series is what shares a public ``label`` of its artists, else what shares a colour; artists that carry no data
(grounds, brackets, rules) are left out with the label ``FURNITURE``.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator
from unittest.mock import patch

import numpy as np
from matplotlib import rc_context
from matplotlib.artist import Artist
from matplotlib.collections import Collection, PathCollection
from matplotlib.colors import to_hex, to_rgba
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from coopanalysis.display import theme
from coopanalysis.display.figures.chart import ALT_LIMIT, Chart

SMALLEST_TYPE = 8.5  # points
FURNITURE = "_furniture"
TOLERANCE = 1.0  # pixels: boxes are rounded outwards
COLOUR_WORDS = re.compile(
    r"\b(colou?r\w*|blue|red|gr[ae]y|green|orange|vermilion|black|white|purple|màu|xanh|đỏ|xám|tím|đen|trắng|vàng)\b", re.IGNORECASE
)
UNFILLED = re.compile(r"\{|\}|\bnan\b|\bNaT\b|\bNone\b|\binf\b")


# -- text ---------------------------------------------------------------------------------------------------
def drawn_texts(figure: Figure) -> list[tuple[Text, Bbox]]:
    """Every text that is really drawn (tick labels outside the axes are not), with its box in pixels; drawn once for all checks."""
    if (known := getattr(figure, "_drawn_texts", None)) is not None:
        return known
    seen: list[Text] = []
    draw = Text.draw

    def record(self: Text, renderer: object, *args: object, **kwargs: object) -> None:
        if self.get_visible() and self.get_text().strip():
            seen.append(self)
        draw(self, renderer, *args, **kwargs)

    with patch.object(Text, "draw", record):
        figure.canvas.draw()
    renderer = figure.canvas.get_renderer()
    figure._drawn_texts = [(text, text.get_window_extent(renderer)) for text in dict.fromkeys(seen)]
    return figure._drawn_texts


def assert_type_size(figure: Figure) -> None:
    small = {text.get_text(): text.get_fontsize() for text, _ in drawn_texts(figure) if text.get_fontsize() < SMALLEST_TYPE}
    assert not small, f"type under {SMALLEST_TYPE} pt: {small}"


def assert_text_inside(figure: Figure) -> None:
    """No text is cut by the figure's edge."""
    width, height = figure.get_size_inches() * figure.dpi
    for text, box in drawn_texts(figure):
        inside = box.x0 >= -TOLERANCE and box.y0 >= -TOLERANCE and box.x1 <= width + TOLERANCE and box.y1 <= height + TOLERANCE
        assert inside, f"{text.get_text()!r} at {np.round(box.extents)} leaves the figure of {width:.0f} × {height:.0f} px"


def assert_text_apart(figure: Figure) -> None:
    """No two texts overlap, and no text lies over the centre of a mark."""
    drawn = drawn_texts(figure)
    for position, (text, box) in enumerate(drawn):
        for other, second in drawn[position + 1 :]:
            wide = min(box.x1, second.x1) - max(box.x0, second.x0)
            high = min(box.y1, second.y1) - max(box.y0, second.y0)
            assert min(wide, high) <= TOLERANCE, f"{text.get_text()!r} overlaps {other.get_text()!r} by {wide:.1f} × {high:.1f} px"
    centres = list(mark_centres(figure))
    for text, box in drawn:
        for x, y in centres:
            assert not (box.x0 < x < box.x1 and box.y0 < y < box.y1), f"{text.get_text()!r} lies over the mark at {x:.0f}, {y:.0f}"


def assert_text_uncrossed(figure: Figure) -> None:
    """No line but the pale grid runs through words that stand on no ground of their own."""
    bare = [(text, box) for text, box in drawn_texts(figure) if text.get_bbox_patch() is None]
    for axes in figure.axes:
        for line in axes.lines:
            unseen = line.get_linestyle() in ("None", "none", "", " ") or len(line.get_xdata()) < 2
            if unseen or to_hex(line.get_color()) == theme.GRID.lower():
                continue
            ends = line.get_transform().transform(np.column_stack([line.get_xdata(orig=False), line.get_ydata(orig=False)]))
            points = np.concatenate([one + np.linspace(0, 1, 200)[:, None] * (two - one) for one, two in itertools.pairwise(ends)])
            if line.get_clip_on():
                low, high = axes.bbox.get_points()
                points = points[((points >= low) & (points <= high)).all(axis=1)]
            for text, box in bare:
                inside = (points[:, 0] > box.x0 + TOLERANCE) & (points[:, 0] < box.x1 - TOLERANCE)
                inside &= (points[:, 1] > box.y0 + TOLERANCE) & (points[:, 1] < box.y1 - TOLERANCE)
                assert not inside.any(), f"a line runs through {text.get_text()!r}"


def mark_centres(figure: Figure) -> Iterator[tuple[float, float]]:
    """Centres in pixels of all drawn marks (not of bars: a word may stand inside a bar)."""
    for artist in data_artists(figure):
        points = np.empty((0, 2))
        if isinstance(artist, Line2D) and _marker(artist):
            points = artist.get_transform().transform(artist.get_xydata())
        elif isinstance(artist, PathCollection):
            points = artist.get_offset_transform().transform(artist.get_offsets())
        yield from (tuple(point) for point in points if np.isfinite(point).all())


# -- series without colour -----------------------------------------------------------------------------------
def data_artists(figure: Figure) -> Iterator[Artist]:
    """Lines, patches and collections that show data: neither grounds, spines and grids nor what is labelled FURNITURE."""
    for axes in figure.axes:
        for artist in [*axes.lines, *axes.patches, *axes.collections]:
            if artist.get_visible() and artist.get_label() != FURNITURE:
                yield artist


def assert_distinct_without_colour(figure: Figure) -> None:
    """No two series share shape, fill and line: marks and bars differ; where a series is a line alone, its line does."""
    marks: dict[str, set[tuple]] = defaultdict(set)
    lines: dict[str, set[tuple]] = defaultdict(set)
    for artist in data_artists(figure):
        label = str(artist.get_label())
        for signature, colour in _signatures(artist):
            series = f"series without label, {colour}" if label.startswith("_") else label
            (lines if signature[0] == "line" else marks)[series].add(signature)
    assert marks or lines, "the figure shows no data"
    for kind in (marks, {series: found for series, found in lines.items() if series not in marks}):
        names = list(kind)
        for position, name in enumerate(names):
            for other in names[position + 1 :]:
                shared = kind[name] & kind[other]
                assert not shared, f"{name!r} and {other!r} cannot be told apart without colour: both have {shared}"


def _signatures(artist: Artist) -> Iterator[tuple[tuple, str]]:
    """What is seen of an artist without colour (kind, shape, fill, line), and its colour."""
    if isinstance(artist, Line2D):
        if _marker(artist):
            style = artist.get_fillstyle()
            fill = "hollow" if style == "none" else _fill(artist.get_markerfacecolor()) if style == "full" else f"{style} half"
            yield ("mark", str(artist.get_marker()), fill), to_hex(artist.get_markeredgecolor())
        if artist.get_linestyle() not in ("None", "none", "", " ") and len(artist.get_xdata()) > 1:
            yield ("line", _dash(artist)), to_hex(artist.get_color())
    elif isinstance(artist, Patch):
        face = _fill(artist.get_facecolor())
        colour = artist.get_edgecolor() if face == "hollow" else artist.get_facecolor()
        yield ("bar", type(artist).__name__, face, artist.get_hatch() or "", str(artist.get_linestyle())), to_hex(colour)
    elif isinstance(artist, PathCollection):
        face = _fill(artist.get_facecolor()[0]) if len(artist.get_facecolor()) else "hollow"
        colours = artist.get_edgecolor() if len(artist.get_edgecolor()) else artist.get_facecolor()
        yield ("mark", artist.get_paths()[0].vertices.round(3).tobytes(), face), to_hex(colours[0])
    elif isinstance(artist, Collection):
        colours = artist.get_edgecolor() if len(artist.get_edgecolor()) else artist.get_facecolor()
        yield ("line", *(str(style) for style in artist.get_linestyle())), to_hex(colours[0] if len(colours) else "none")


def _marker(line: Line2D) -> str:
    return "" if line.get_marker() in (None, "None", "none", "", " ") else str(line.get_marker())


def _dash(line: Line2D) -> str:
    # the pattern as drawn, in multiples of the line's width: the public accessor says only "--" for each of them
    dashes = getattr(line, "_unscaled_dash_pattern", (0, None))[1]
    return "solid" if dashes is None else ",".join(f"{length:g}" for length in dashes)


def _fill(colour: object) -> str:
    """hollow, pale or solid, by the lightness that is left without colour."""
    if isinstance(colour, str) and colour.lower() == "none":
        return "hollow"
    red, green, blue, alpha = to_rgba(colour)
    luminance = 1 - alpha * (1 - (0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2))
    return "hollow" if luminance > 0.95 else "pale" if luminance > 0.5 else "solid"


# -- all of it ------------------------------------------------------------------------------------------------
def check_drawing(figure: Figure) -> None:
    """Every check of one drawing."""
    assert_type_size(figure)
    assert_text_inside(figure)
    assert_text_apart(figure)
    assert_text_uncrossed(figure)
    assert_distinct_without_colour(figure)
    missing = [text.get_text() for text, _ in drawn_texts(figure) if UNFILLED.search(text.get_text())]
    assert not missing, f"unfilled or missing values are printed: {missing}"


def check_words(chart: Chart) -> None:
    """Title, alt text, notes, source and table are complete, and fit."""
    lines = theme.balance(chart.title, theme.WIDTHS["wide"], theme.TITLE, "bold")
    assert len(lines) <= 2, f"the title takes {len(lines)} lines: {lines}"
    assert max(theme.text_width(line, theme.TITLE, "bold") for line in lines) <= theme.WIDTHS["wide"], lines
    assert 0 < len(chart.alt) <= ALT_LIMIT, f"{len(chart.alt)} characters of alt text: {chart.alt}"
    assert not COLOUR_WORDS.search(chart.alt), chart.alt
    assert chart.name and chart.subtitle and chart.source and len(chart.notes) >= 1 and all(chart.notes)
    cells = [str(cell) for cell in np.ravel(chart.table.astype(str).to_numpy())]
    for sentence in [chart.title, chart.subtitle, chart.alt, *chart.notes, chart.source, *chart.table.columns, *cells]:
        assert not UNFILLED.search(sentence), f"unfilled or missing value: {sentence}"
        assert "  " not in sentence and " ." not in sentence and " ," not in sentence, f"spacing: {sentence}"
    assert len(chart.data) and {"unit", "source", "rows"} <= set(chart.data.columns), list(chart.data.columns)
    assert len(chart.table), "the readers' table is empty"


def check_chart(chart: Chart) -> None:
    """Words, and the drawing for the page, for the phone and framed."""
    check_words(chart)
    with rc_context(theme.style()):
        for width in ("wide", "narrow"):
            figure = chart.draw(width)
            inches = figure.get_size_inches()
            assert inches[0] == theme.WIDTHS[width] and inches[1] <= theme.MAX_HEIGHT[width], inches
            check_drawing(figure)
        again = chart.draw("wide")
        assert again is not figure, "draw() must make a new figure"
        check_drawing(theme.frame(again, chart.title, chart.subtitle, chart.notes, chart.source))
