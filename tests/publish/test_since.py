"""What changed since the last edition: at most five sentences, from the results of the two."""

from __future__ import annotations

from coopanalysis.publish.since import since_last


def record(lang="en", name="a", **results):
    items = [
        {"name": key, "label": key.upper(), "value": value, "text": f"{value:g}", "unit": "", "status": status, "status_text": status}
        for key, (value, status) in results.items()
    ]
    return {"name": f"{name}-{lang}", "parameters": {"lang": lang}, "results": items}


def test_first_edition():
    assert since_last(None, [record()]) == {"vi": ["Đây là kỳ công bố đầu tiên."], "en": ["This is the first edition."]}


def test_nothing_changed():
    assert since_last({"reports": [record(x=(1, ""))]}, [record(x=(1, ""))])["en"] == ["No headline number changed."]


def test_status_first_then_revised_then_new():
    old = {"reports": [record(x=(1, "Behind pace"), y=(2, ""), gone=(3, ""))]}
    now = [record(x=(5, "Target met"), y=(2.5, ""), z=(9, ""))]
    assert since_last(old, now)["en"] == [
        "X: from “Behind pace” to “Target met”.",
        "Y: 2 revised to 2.5.",
        "New: Z, 9.",
        "1 headline number is no longer given.",
    ]


def test_five_sentences_at_most_and_no_repeats():
    old = {"reports": [record(name=name, **{f"r{n}": (n, "") for n in range(9)}) for name in ("a", "b")]}
    now = [record(name=name, **{f"r{n}": (n + 1, "") for n in range(9)}) for name in ("a", "b")]
    sentences = since_last(old, now)["en"]
    assert len(sentences) == 5 and sentences[-1] == "5 more changes."


def test_each_language_reads_its_own_reports():
    assert since_last({"reports": []}, [record(lang="vi", x=(1, ""))]) == {"vi": ["Mới: X, 1."], "en": ["No headline number changed."]}
