"""What a notebook shows carries everything that a page needs, and an incomplete thing is refused."""

from __future__ import annotations

import pandas as pd
import pytest
from IPython.utils.capture import capture_output
from matplotlib.figure import Figure

from coopanalysis.display import Language, fragment, opening, prose, result, show, show_table
from coopanalysis.display.figures.chart import Chart
from coopanalysis.display.outputs import csv_text
from coopanalysis.display.tables import Table, is_numeric, table_html


def shown(call, *arguments, **options):
    from IPython.core.interactiveshell import InteractiveShell

    InteractiveShell.instance()
    with capture_output() as captured:
        call(*arguments, **options)
    assert len(captured.outputs) == 1
    return captured.outputs[0].data, captured.outputs[0].metadata["coopanalysis"]


def figure(_="wide"):
    from coopanalysis.display.theme import new_figure

    drawn = new_figure("wide", 1)
    drawn.text(0.1, 0.5, "Hợp tác xã")
    return drawn


WORDS = {"name": "f", "alt": "3 hợp tác xã.", "source": "Nguồn: thử."}


def test_figure_has_both_drawings_a_framed_one_and_its_data():
    chart = Chart("f", figure, "Title", "Sub", "3 alt", ("Key.",), "Source.", pd.DataFrame({"x": [1]}), pd.DataFrame({"X": ["1"]}))
    data, mark = shown(show, chart)
    drawings = data["application/vnd.coopanalysis.figure+json"]
    assert "Hợp tác xã" in drawings["wide"] and drawings["narrow"] and "<text" not in drawings["framed_svg"]
    assert mark["kind"] == "figure" and mark["alt"] == "3 alt" and mark["csv"] == "x\n1\n" and mark["table"]["rows"] == [["1"]]


def test_plain_figure_of_an_analyst_is_shown_as_it_is():
    data, mark = shown(show, figure(), **WORDS)
    assert data["application/vnd.coopanalysis.figure+json"]["narrow"] == "" and mark["name"] == "f"


@pytest.mark.parametrize("missing", ["name", "alt", "source"])
def test_a_figure_without_its_words_is_refused(missing):
    with pytest.raises(ValueError, match="name, alt text and source are required"):
        show(Figure(), **{**WORDS, missing: ""})


def test_a_long_alternative_text_is_refused():
    with pytest.raises(ValueError, match="at most 300"):
        show(Figure(), **{**WORDS, "alt": "x" * 301})


def test_table_of_a_frame_writes_numbers_of_the_language():
    frame = pd.DataFrame({"Năm": ["2018"], "Số": [1234.5], "Trống": [None]})
    data, mark = shown(show_table, frame, name="t", caption="Thử", language=Language("vi"))
    assert "1.234,50" in data["text/html"] and "–" in data["text/html"] and mark["csv"].startswith("Năm,Số")
    with pytest.raises(ValueError, match="name and caption are required"):
        show_table(frame, name="t")


def test_result_keeps_the_plain_number_for_machines_and_words_for_readers():
    data, mark = shown(result, "growth", 0.0801, unit="a year", date="2018-12-31", text="8,0%", label="<b>", rows=[4, 16])
    assert mark["value"] == 0.0801 and mark["date"] == "2018-12-31" and mark["rows"] == [4, 16]
    assert "8,0%" in data["text/html"] and "<b>" not in data["text/html"]


def test_undefined_result_is_a_dash_with_its_reason():
    data, mark = shown(result, "growth", float("nan"), note="không có số liệu")
    assert mark["value"] is None and ">–<" in data["text/html"] and "không có số liệu" in data["text/html"]


def test_opening_prose_and_fragment_are_marked():
    _, mark = shown(
        opening,
        title="T",
        lead=["L."],
        finding="F",
        evidence_text="E",
        as_of="A",
        as_of_date="2018-12-31",
        valid_until="2026-12-31",
        valid_until_text="V",
        cautions=["C", ""],
    )
    assert mark["kind"] == "opening" and mark["lead"] == ["L."]
    assert shown(prose, "a", "", "b")[0]["text/markdown"] == "a\n\nb"
    assert shown(fragment, "<p>x</p>")[1] == {"kind": "html"}


def test_csv_is_plain():
    assert csv_text(pd.DataFrame({"d": pd.to_datetime(["2018-12-31"]), "v": [1.5]})) == "d,v\n2018-12-31,1.5\n"


def test_table_html_escapes_and_marks_numbers():
    table = Table("t", "A & B", pd.DataFrame({"Tên": ["<x>"], "Số": ["1.234"]}), notes=("Chú thích <1>",), strong="Số")
    page = table_html(table)
    assert "<x>" not in page and "&lt;x&gt;" in page and "A &amp; B" in page and 'scope="row"' in page and 'scope="col"' in page
    assert "number" in page and "strong" in page and "<1>" not in page


@pytest.mark.parametrize(
    ("cells", "numeric"), [(["1.234", "–", "≈ 5,6%"], True), (["khoảng 5"], False), (["31/12/2018"], False), (["+8.100", "−297"], True)]
)
def test_numeric_columns(cells, numeric):
    assert is_numeric(cells) is numeric
