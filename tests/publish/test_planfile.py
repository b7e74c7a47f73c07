"""A plan file of any shape gives entries or problems, one bounded line each; never another exception, never a hang."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from coopanalysis.errors import PROBLEMS_SHOWN
from coopanalysis.publish import planfile
from coopanalysis.publish.planfile import read_plan

ENTRY = "reports:\n  - name: a\n    notebook: a.ipynb\n"
BOMB = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10))


def problems(folder: Path, text: str | bytes) -> list[str]:
    (folder / "plan.yml").write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    _, found = read_plan(folder / "plan.yml")
    lines = [str(problem) for problem in found]
    assert all(problem.remedy for problem in found)
    assert all(line.isprintable() and len(line) < 700 for line in lines) and len(lines) <= PROBLEMS_SHOWN
    return lines


def test_an_entry_with_its_line(tmp_path):
    (tmp_path / "plan.yml").write_text(
        ENTRY + "    title: {vi: Thử, en: Try}\n    parameters:\n      n: 1\n    matrix: {lang: [vi, en]}\n    exclude: [{lang: en}]\n",
        encoding="utf-8",
    )
    (entry,), found = read_plan(tmp_path / "plan.yml")
    assert found == [] and entry.title == {"vi": "Thử", "en": "Try"} and entry.exclude == [{"lang": "en"}]
    assert entry.line == 2


def test_an_anchor_may_be_used_twice(tmp_path):
    (tmp_path / "plan.yml").write_text(ENTRY + "    matrix: &m {lang: [vi, en]}\n  - {name: b, notebook: b.ipynb, matrix: *m}\n", encoding="utf-8")
    entries, found = read_plan(tmp_path / "plan.yml")
    assert found == [] and [entry.matrix for entry in entries] == [{"lang": ["vi", "en"]}] * 2


def test_entries_without_a_fault_are_given_beside_the_problems(tmp_path):
    (tmp_path / "plan.yml").write_text(ENTRY + "  - {name: b, notebok: b.ipynb}\n", encoding="utf-8")
    entries, found = read_plan(tmp_path / "plan.yml")
    assert [entry.name for entry in entries] == ["a"]
    assert [problem.column for problem in found] == ["reports.1.notebook", "reports.1.notebok"] and {problem.row for problem in found} == {4}


SHAPES = {
    "a list at the top": ("- a\n", "valid dictionary"),
    "one value": ("x", "valid dictionary"),
    "nothing": ("", "reports: this key is missing"),
    "null": ("~", "valid dictionary"),
    "no reports": ("reports: []\n", "at least 1 item"),
    "an unknown key": ("report: []\n", "did you mean 'reports'?"),
    "a date": (ENTRY + "    parameters: {d: 2018-13-45}\n", "stands in quotes"),
    "an octal code": (ENTRY.replace("name: a", "name: 01"), "stands in quotes"),
    "a doubled key": (ENTRY + "    name: b\n", "a key stands twice"),
    "a nested list": (ENTRY + "    matrix: {n: [[[1]]]}\n", "nor a list of them"),
    "an anchor in itself": ("reports: &a [*a]\n", "cannot be read"),
    "an anchor in its parameters": ("reports:\n  - &e\n    name: a\n    notebook: a.ipynb\n    parameters: *e\n", "cannot be read"),
    "many brackets": ("[" * 10_000, "nested too deeply"),
    "many hyphens": ("- " * 10_000, "nested too deeply"),
    "nested mappings": ("{a: " * 10_000, "nested too deeply"),
    "NUL": ("a\0b", "cannot be read"),
    "an alias bomb": (BOMB, "more than 100000 values"),
    "many aliases": (
        ENTRY.replace("- name", "- &e\n    name") + "    exclude: [" + "{n: 1}, " * 900 + "]\n" + "  - *e\n" * 60,
        "more than 100000 values",
    ),
    "a merge key": (ENTRY + "  - &x {name: b, notebook: b.ipynb}\n  - {<<: *x}\n", "<< is not read"),
    "a key that is a number": (ENTRY + "    parameters: {1: 2}\n", "is not text"),
    "a key that is a list": (ENTRY + "    ? [a]\n    : b\n", "is not text"),
    "many unknown keys": ("{" + ", ".join(f"k{n}: 1" for n in range(500)) + "}", "is not known here"),
    "not a number": (ENTRY + "    parameters: {n: .nan}\n", "no finite number"),
    "infinity": (ENTRY + "    parameters: {n: 1.0e+999}\n", "no finite number"),
    "a long number": (ENTRY + f"    parameters: {{n: {'9' * 5000}}}\n", "neither text nor a number"),
    "a wrong tag": (ENTRY + "    parameters: {n: !!bool perhaps}\n", "neither text nor a number"),
    "a tag of Python": ("!!python/object/apply:os.system [ls]", "valid dictionary"),
    "half a character": (ENTRY + '    title: {vi: "\\ud800", en: x}\n', "character"),
    "above all characters": (ENTRY + '    title: {vi: "\\UFFFFFFFF", en: x}\n', "cannot be read"),
    "a control character": (ENTRY + '    title: {vi: "\\e[31m", en: x}\n', "control character"),
    "not UTF-8": (b"reports: \xff", "cannot be read"),
    "a half title": (ENTRY + "    title: {vi: x}\n", "at least 2 items"),
    "a negative count": (ENTRY + "    expects: {figures: -1}\n", "greater than or equal to 0"),
    "a count in words": (ENTRY + "    expects: {figures: yes}\n", "valid integer"),
    "two documents": (ENTRY + "---\n" + ENTRY, "cannot be read"),
    "an open bracket": ("reports: [\n", "cannot be read"),
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_plan_of_another_shape_is_refused(tmp_path, name):
    text, words = SHAPES[name]
    assert words in "\n".join(problems(tmp_path, text))


@pytest.mark.parametrize("name", ["many brackets", "an anchor in itself", "half a character", "above all characters", "NUL", "two documents"])
def test_it_is_refused_without_libyaml_as_well(tmp_path, monkeypatch, name):
    monkeypatch.setattr(planfile, "_Loader", yaml.SafeLoader)
    text, words = SHAPES[name]
    assert words in "\n".join(problems(tmp_path, text))


def test_what_is_no_file_is_said(tmp_path):
    for path in (tmp_path, tmp_path / "none.yml", tmp_path / "a\0b"):
        assert "the plan cannot be read" in str(read_plan(path)[1][0])
