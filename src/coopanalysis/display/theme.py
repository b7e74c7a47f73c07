"""One visual system for every figure: colours, sizes, type, and the frame around a picture that travels alone.

Colours pass 3:1 on white but not in grey, so a colour never stands alone: every difference is also a shape, a fill or
a line style (see the constants). Sizes are fixed in points and inches; a phone gets its own drawing, not a shrunk one.
"""

from __future__ import annotations

import base64
import io
import re
import struct
import zlib
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Literal

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ft2font import LoadFlags

Width = Literal["wide", "narrow"]

# Roles, not names of hues: see the table "use" of the visual system.
INK = "#1A1A1A"  # the report, text; square marks where sources are told apart
BLUE = "#0072B2"  # later evidence; real values; round marks
BLUE_TEXT = "#00527F"
VERMILION = "#D55E00"  # targets, references, decreases; diamonds, hatching
VERMILION_TEXT = "#A84A00"
TARGET_FILL = "#FBE7DA"
GREY = "#767676"  # nominal, national, model; hollow, dotted or hatched
MUTED = "#595959"
RULE = "#BDBDBD"
GRID = "#E3E3E3"
ENDED = "#EDEDED"  # the field after the end of a reporting area

DASHED = (0, (3, 2))  # no data between two dates
DOTTED = (0, (1, 2))  # a link between two readings of one thing
REFERENCE = (0, (5, 2))  # a reference value

VALUE, ROW, NOTE, TITLE, SUBTITLE, SOURCE = 10.0, 9.5, 9.0, 13.0, 9.5, 8.5  # points
WIDTHS: dict[Width, float] = {"wide": 7.0, "narrow": 3.4}  # inches
MAX_HEIGHT: dict[Width, float] = {"wide": 7.2, "narrow": 8.0}
MARGIN = 0.15  # inches at both sides: figures stand in line with the rule and the title of their frame
PIXELS_PER_INCH = 96
PRINT_DPI = 300  # slides and print; written into the file, so that a picture keeps its 7 inches
_MEASURE_DPI = 1200  # fine enough that rounding to whole pixels does not shorten a line

# Terms that a line must not be broken in, the longer before the shorter, and numbers with the word that belongs to them.
_TERMS = re.compile(
    r"\b(liên hiệp hợp tác xã|tổ hợp tác|hợp tác xã|quỹ tín dụng nhân dân|giá so sánh|giá hiện hành|yếu tố giá|tiêu dùng|doanh thu|lợi nhuận"
    r"|thu nhập|thành viên|lao động|chỉ tiêu|mục tiêu|số liệu|số lượng|báo cáo|công bố|bình quân|tốc độ|hoạt động|căn cứ|đánh giá|kiểm tra"
    r"|kiểm chứng|sử dụng|thời điểm|tính ngược|nông nghiệp|tài sản|giá trị|diễn biến|độ tin cậy|tin cậy|Kon Tum|Quảng Ngãi)\b",
    re.IGNORECASE,
)
_NUMBERS = re.compile(
    r"\b(năm|tháng|ngày|khoảng|gần|hơn|dưới|giảm|hạng|rank|about|nearly) (?=\d)|(?<=\d) (?=(lần|triệu|điểm|years|times)\b)"
    r"|(?<=[■□●○◆◇✕=≥≤≈<↑→]) (?=[\w“])",  # a mark and the word that explains it
    re.IGNORECASE,
)

_FALLBACK = "'DejaVu Sans', 'Segoe UI', Roboto, 'Noto Sans', Arial, sans-serif"
_RC = {
    "font.family": ["DejaVu Sans"],  # regular and bold only: its Mono lacks Vietnamese letters, silently
    "font.size": NOTE,
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": MUTED,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelsize": NOTE,
    "ytick.labelsize": NOTE,
    "hatch.linewidth": 0.6,
    "lines.solid_capstyle": "butt",
    "text.parse_math": False,  # what stands between two dollar signs of a label is text
    "text.hinting": "no_hinting",  # letters as wide in PNG as in SVG, and as measured by text_width
    "svg.hashsalt": "coopanalysis",  # fixed ids: the same figure, the same bytes
    "figure.dpi": PIXELS_PER_INCH,
}


def style() -> mpl.RcParams:
    """The matplotlib settings of the collection, on top of seaborn's plain white ground."""
    import seaborn as sns

    return {**sns.axes_style("white"), **_RC}


def new_figure(width: Width, height: float) -> Figure:
    """An empty figure of the page's column (``wide``, 672 px) or of a phone (``narrow``, 326 px); height in inches."""
    figure = Figure(figsize=(WIDTHS[width], min(height, MAX_HEIGHT[width])), dpi=PIXELS_PER_INCH)
    FigureCanvasAgg(figure)
    return figure


def place(figure: Figure, left: float, bottom: float, right: float, top: float) -> Axes:
    """Axes with margins in inches from the figure's edges: a fixed layout, drawn once (no tight boxes)."""
    width, height = figure.get_size_inches()
    return figure.add_axes((left / width, bottom / height, (width - left - right) / width, (height - top - bottom) / height))


def value_grid(axes: Axes, axis: Literal["x", "y"] = "x") -> None:
    """Grid lines across the value axis only; ticks without marks."""
    axes.grid(visible=True, axis=axis)
    axes.tick_params(axis="both", length=0)


@cache
def _font(weight: str) -> str:
    return findfont(FontProperties(family="DejaVu Sans", weight=weight))


@lru_cache(maxsize=20_000)  # wrapping and balancing ask for the same words again and again
def text_width(text: str, size: float, weight: str = "normal") -> float:
    """Width of a line of text in inches at ``size`` points."""
    font = get_font(_font(weight))
    font.set_size(size, _MEASURE_DPI)
    font.set_text(text, 0, flags=LoadFlags.NO_HINTING)  # as it is drawn
    return font.get_width_height()[0] / 64 / _MEASURE_DPI


def bind(text: str) -> str:
    """No-break spaces inside terms and between a number and its word: Vietnamese compounds are written apart."""
    return _NUMBERS.sub(lambda found: found[0].replace(" ", "\u00a0"), _TERMS.sub(lambda found: found[0].replace(" ", "\u00a0"), text))


def wrap(text: str, width: float, size: float, weight: str = "normal") -> list[str]:
    """Lines no wider than ``width`` inches, broken between terms; inside one only where it alone is too wide."""
    lines = _broken(bind(text), width, size, weight)
    return lines if all(_fits(line, width, size, weight) for line in lines) else _broken(text, width, size, weight)


def _fits(line: str, width: float, size: float, weight: str) -> bool:
    """Whether the line is no wider than ``width``; measured as a whole only near it, for kerning hardly ever adds to its letters."""
    letters = sum(text_width(letter, size, weight) for letter in line)
    return letters < 0.99 * width or (letters < 1.1 * width and text_width(line, size, weight) <= width)


def _broken(text: str, width: float, size: float, weight: str) -> list[str]:
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if line and not _fits(longer, width, size, weight):
                lines.append(line)
                line = word
            else:
                line = longer
        lines.append(line)
    return lines


def balance(text: str, width: float, size: float, weight: str = "normal") -> list[str]:
    """Like :func:`wrap`, at the narrowest width that keeps the number of lines."""
    lines = wrap(text, width, size, weight)
    low, high = width / 2, width
    while len(lines) > 1 and high - low > 0.05:
        middle = (low + high) / 2
        fits = wrap(text, middle, size, weight)
        if len(fits) == len(lines) and all(_fits(line, middle, size, weight) for line in fits):
            lines, high = fits, middle
        else:
            low = middle
    return lines


def frame(figure: Figure, title: str, subtitle: str, notes: Iterable[str], source: str) -> Figure:
    """The figure with rule, title, subtitle above and notes and source below, for files that travel without a page."""
    width, body = figure.get_size_inches()
    margin, line = MARGIN, 1.35 / 72
    inner = width - 2 * margin
    above = [(text, TITLE, "bold", INK) for text in balance(title, inner, TITLE, "bold")]
    under = [text for text in wrap(subtitle, inner, SUBTITLE) if text]
    above += [(text, SUBTITLE, "normal", MUTED) for text in under]
    below = [(text, SOURCE, "normal", MUTED) for note in [*notes, source] for text in wrap(note, inner, SOURCE) if text]
    top = 0.35 + sum(size * line for _, size, _, _ in above)
    bottom = 0.2 + sum(size * line for _, size, _, _ in below)
    height = body + top + bottom
    figure.set_size_inches(width, height)
    for axes in figure.axes:
        box = axes.get_position(original=True)
        axes.set_position((box.x0, (bottom + box.y0 * body) / height, box.width, box.height * body / height))
    for text in figure.texts:
        x, y = text.get_position()
        text.set_position((x, (bottom + y * body) / height))
    figure.add_artist(mpl.lines.Line2D((margin / width, 1 - margin / width), (1 - 0.05 / height,) * 2, color=INK, linewidth=3))
    for start, rows in ((height - 0.15, above), (bottom - 0.08, below)):
        y = start
        for text, size, weight, colour in rows:
            y -= size * line + (0.05 if rows is above and under and text is under[0] else 0)
            figure.text(margin / width, y / height, text, fontsize=size, fontweight=weight, color=colour, va="bottom")
    return figure


def to_svg(figure: Figure, *, outlines: bool = False) -> str:
    """SVG text: letters as text for pages (any reader's font), or as outlines for files that must look the same."""
    buffer = io.StringIO()
    with mpl.rc_context({**_RC, "svg.fonttype": "path" if outlines else "none"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    svg = buffer.getvalue()
    return svg[svg.index("<svg") :].replace("'DejaVu Sans'", _FALLBACK)


def to_png(figure: Figure, dpi: int = PRINT_DPI) -> str:
    """PNG at ``dpi`` points an inch, which the file itself states (pHYs), in base64.

    Packed here: Pillow tries five filters on every row, three times the work for flat grounds and letters that pack better without.
    """
    shown, own = figure.canvas, figure.dpi
    canvas = FigureCanvasAgg(figure)
    figure.set_dpi(dpi)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())
    figure.set_dpi(own)
    figure.set_canvas(shown)
    height, width, _ = pixels.shape
    packer = zlib.compressobj(3)
    packed = [packer.compress(b"\0" + row.tobytes()) for row in pixels]  # before each row its filter: none
    metre = round(dpi / 0.0254)
    header, density = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0), struct.pack(">IIB", metre, metre, 1)
    png = b"\x89PNG\r\n\x1a\n"
    for kind, content in ((b"IHDR", header), (b"pHYs", density), (b"IDAT", b"".join(packed) + packer.flush()), (b"IEND", b"")):
        png += struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
    return base64.b64encode(png).decode("ascii")
