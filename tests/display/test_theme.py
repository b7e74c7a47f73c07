"""Widths, line breaks, and the files that travel: 300 dpi, said in the file itself."""

from __future__ import annotations

import base64
import struct

import pytest
from matplotlib import rc_context

from coopanalysis.display import theme


def test_png_for_slides_has_300_dots_an_inch_and_says_so():
    figure = theme.new_figure("wide", 1)
    figure.text(0.1, 0.5, "Hợp tác xã")
    png = base64.b64decode(theme.to_png(figure))
    width, height = struct.unpack(">II", png[16:24])
    assert (width, height) == (7 * 300, 300)
    at = png.index(b"pHYs") + 4
    across, down, unit = struct.unpack(">IIB", png[at : at + 9])
    assert unit == 1 and across == down == round(300 / 0.0254)  # dots a metre


@pytest.mark.parametrize("weight", ["normal", "bold"])
def test_a_measured_line_is_as_wide_as_a_drawn_one(weight):
    words = "Doanh thu bình quân một thành viên: 1.234,5"
    with rc_context(theme.style()):
        figure = theme.new_figure("wide", 1)
        drawn = figure.text(0, 0.5, words, fontsize=9, fontweight=weight).get_window_extent(figure.canvas.get_renderer())
    assert theme.text_width(words, 9, weight) == pytest.approx(drawn.width / figure.dpi, rel=0.01)


def test_terms_and_numbers_are_not_broken():
    assert theme.bind("tổng doanh thu năm 2018 gấp 3,2 lần") == "tổng doanh\u00a0thu năm\u00a02018 gấp 3,2\u00a0lần"
    assert theme.bind("◇ giá hiện hành; = đăng lại") == "◇\u00a0giá\u00a0hiện\u00a0hành; =\u00a0đăng lại"
    lines = theme.wrap("Số hợp tác xã gấp 3,2 lần, nhưng doanh thu theo giá so sánh chỉ gấp 1,6 lần", 3, theme.TITLE, "bold")
    assert not any(line.endswith(("doanh", "giá", "hợp", "3,2")) for line in lines)
    assert all(theme.text_width(line, theme.TITLE, "bold") <= 3 for line in lines)


def test_a_term_wider_than_the_line_is_broken_after_all():
    lines = theme.wrap("liên hiệp hợp tác xã", 0.7, theme.NOTE)
    assert len(lines) > 1 and all(theme.text_width(line, theme.NOTE) <= 0.7 for line in lines)
