"""One broken file for each rule: each must be found, with its place and its remedy, and all at once."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path

import pandas as pd
import pytest

from coopanalysis import load
from coopanalysis.dataset import check
from coopanalysis.dataset.seal import seal
from coopanalysis.errors import DataError
from coopanalysis.metrics import growth_table, progress_table
from tests.conftest import here
from tests.dataset.conftest import OBSERVATIONS, drop_resource, edit

OBS, SRC = "observations.csv", "codelists/source.csv"
ROW2 = "VN-28,htx_total,2019-06,level,,77,exact,A,bc-423-2019,,p. 1,\n"


def test_the_projects_own_package_is_sound() -> None:
    assert check() == []


def test_a_sound_package_has_no_problem(package: Path) -> None:
    assert check(package) == []


BROKEN = {
    # name: (file, old, new, rule, row, column, what the message or value must hold)
    "a value that is not a number": (OBS, "level,,77,", "level,,seventy,", "type-error", 2, "obs_value", "seventy"),
    "a thousands mark": (OBS, "level,,5000,", "level,,5.000.000,", "type-error", 4, "obs_value", "5.000.000"),
    "a thousands mark of another kind": (
        OBS,
        "level,,5000,",
        'level,,"5,000",',
        "type-error",
        4,
        "obs_value",
        "write 5000, without a thousands mark",
    ),
    "a decimal comma": (OBS, "level,,5000,", 'level,,"214,1",', "type-error", 4, "obs_value", "write 214.1, with a point as decimal mark"),
    "both marks": (OBS, "level,,5000,", 'level,,"1.234,5",', "type-error", 4, "obs_value", "write 1234.5, without a thousands mark"),
    "an index with a decimal comma": ("deflators.csv", "51.32323", '"51,32323"', "type-error", 10, "obs_value", "write 51.32323"),
    "digits of another script": (OBS, "level,,77,", "level,,７７,", "type-error", 2, "obs_value", "７７"),
    "no number, by its own name": (OBS, "level,,77,", "level,,nan,", "finite-number", 2, "obs_value", "nan"),
    "a value without end": (OBS, "level,,77,", "level,,inf,", "finite-number", 2, "obs_value", "inf"),
    "a value too large to hold": (OBS, "level,,77,", "level,,1e999,", "finite-number", 2, "obs_value", "1e999"),
    "a target without end": ("targets.csv", ",319,", ",Infinity,", "finite-number", 2, "target_value", "Infinity"),
    "a price index that is no number": ("deflators.csv", "51.32323", "NaN", "finite-number", 10, "obs_value", "NaN"),
    "a count with a thousands mark": (OBS, "level,,77,", "level,,9.700,", "whole-number", 2, "obs_value", "write 9700, without a thousands mark"),
    "a round count with a thousands mark": (OBS, "level,,77,", "level,,9.000,", "whole-number", 2, "obs_value", "write 9000, without"),
    "half a cooperative": (OBS, "level,,77,", "level,,178.5,", "whole-number", 2, "obs_value", "178.5"),
    "a target count with a thousands mark": ("targets.csv", ",319,", ",3.190,", "whole-number", 2, "target_value", "write 3190, without"),
    "an amount with a thousands mark": (OBS, "level,,5000,", "level,,14.040,", "thousands-mark", 4, "obs_value", "write 14040, without"),
    "a target below nothing": ("targets.csv", ",319,", ",-3,", "target-value", 2, "target_value", "-3"),
    "an empty value": (OBS, "level,,77,", "level,,,", "constraint-error", 2, "obs_value", ""),
    "an unknown word in an enumeration": (OBS, "2019-06,level,,77", "2019-06,niveau,,77", "constraint-error", 2, "measure", "niveau"),
    "an unknown indicator": (OBS, ROW2, ROW2.replace("htx_total", "htx_totl"), "foreign-key", 2, "indicator", "htx_totl"),
    "an unknown area": (OBS, ROW2, ROW2.replace("VN-28", "28"), "foreign-key", 2, "ref_area", "28"),
    "an unknown source": (OBS, "A,vov-2021-11", "A,vov-2021", "foreign-key", 6, "source", "vov-2021"),
    "an unknown qualifier": (OBS, "99,more_than,A,vov", "99,over,A,vov", "foreign-key", 6, "qualifier", "over"),
    "an unknown unit of an indicator": ("codelists/indicator.csv", "(HTX),htx,", "(HTX),coop,", "foreign-key", 2, "unit", "coop"),
    "a statement that stands twice": (OBS, ROW2, ROW2 + ROW2, "primary-key", 3, None, "htx_total"),
    "a code that stands twice": ("codelists/unit.csv", "tht,tổ hợp tác", "htx,tổ hợp tác", "primary-key", 3, None, "htx"),
    "a period in no known form": (
        OBS,
        "VN-28,htx_total,2021,level",
        "VN-28,htx_total,Q1 2021,level",
        "constraint-error",
        6,
        "time_period",
        "Q1 2021",
    ),
    "a day that no calendar has": (OBS, "VN-28,htx_total,2021,level", "VN-28,htx_total,2021-02-30,level", "period", 6, "time_period", "2021-02-30"),
    "a period that ends before it starts": (
        OBS,
        "VN-28,htx_total,2021,level",
        "VN-28,htx_total,2022/2021,level",
        "period",
        6,
        "time_period",
        "2022/2021",
    ),
    "a figure after the area's end": (OBS, "VN-28,htx_total,2021,level", "VN-28,htx_total,2026,level", "area-validity", 6, "time_period", "2026"),
    "a figure before the area's beginning": (
        OBS,
        "VN-28,htx_total,2021,level",
        "VN-29,htx_total,2021,level",
        "area-validity",
        6,
        "time_period",
        "2021",
    ),
    "a change without its start": (OBS, "change,2003-12-31,66", "change,,66", "since", 3, "since", ""),
    "a level with a start": (OBS, "2019-06,level,,77", "2019-06,level,2003-12-31,77", "since", 2, "since", "2003-12-31"),
    "a change larger than its level": (OBS, "2003-12-31,66", "2003-12-31,88", "negative-level", 3, "obs_value", "88"),
    "a figure later than its source": (
        OBS,
        "VN-28,htx_total,2021,level",
        "VN-28,htx_total,2024,level",
        "later-than-source",
        6,
        "time_period",
        "status is E",
    ),
    "the year 2091": (OBS, "VN,htx_total,2018-12-31", "VN,htx_total,2091-12-31", "later-than-source", 8, "time_period", "2091"),
    "the year 9999": (OBS, "VN,htx_total,2018-12-31", "VN,htx_total,9999-12-31", "period", 8, "time_period", "9999"),
    "the year 0": (OBS, "VN,htx_total,2018-12-31", "VN,htx_total,0000", "period", 8, "time_period", "0000"),
    "a year in digits of another script": (OBS, "VN,htx_total,2018-12-31", "VN,htx_total,２０１８", "constraint-error", 8, "time_period", "２０１８"),
    "a number too large to be exact": (OBS, "level,,5000,", "level,,1e300,", "number-size", 4, "obs_value", "1e300"),
    "a number too small to be there": (OBS, "level,,5000,", "level,,1e-400,", "number-size", 4, "obs_value", "1e-400"),
    "a label without end": ("codelists/unit.csv", "tht,tổ hợp tác", f"tht,{'ổ' * 121}", "label", 3, "label_vi", "120 letters"),
    "a short label that is not short": (
        "codelists/ref_area.csv",
        "tỉnh Kon Tum,Kon Tum province,Kon Tum",
        f"tỉnh Kon Tum,Kon Tum province,{'K' * 61}",
        "label",
        2,
        "short_vi",
        "60 letters",
    ),
    "a letter that turns the direction": ("codelists/unit.csv", "tht,tổ hợp tác", "tht,tổ\u202e hợp tác", "label", 3, "label_vi", "cannot draw"),
    "letters that no figure can draw": ("codelists/unit.csv", "tht,tổ hợp tác", "tht,合作社", "label", 3, "label_vi", "cannot draw"),
    "a target set after its day": (
        "targets.csv",
        'bc-423-2019,,,"Part 3, I.2.1"',
        'bc-423-2019,2026-01-01,,"Part 3, I.2.1"',
        "set-on",
        2,
        "set_on",
        "after its own day",
    ),
    "a base period that is none": (
        "targets.csv",
        'bc-423-2019,,,"Part 3, I.2.1"',
        'bc-423-2019,,last year,"Part 3, I.2.1"',
        "period",
        2,
        "base_period",
        "last year",
    ),
    "an issue that is no day": (SRC, "2019-06-17", "2019-06-31", "period", 2, "issued", "2019-06-31"),
    "a repeat that is neither true nor false": (
        OBS,
        "kontumtv-2022-02,true",
        "kontumtv-2022-02,yes",
        "type-error",
        7,
        "repeated",
        "write true or false",
    ),
    "a parent that is no area": ("codelists/ref_area.csv", "province,VN,,2025-06-30", "province,VM,,2025-06-30", "foreign-key", 2, "parent", "VM"),
    "an event of no area": ("events.csv", "VN-28,2025-07-01", "VN-82,2025-07-01", "foreign-key", 3, "ref_area", "VN-82"),
    "a target date that is no date": ("targets.csv", "2025-12-31", "end of 2025", "type-error", 2, "target_date", "end of 2025"),
    "a price index that is not 100 in its base": ("deflators.csv", "2010,100,", "2010,101,", "deflator-base", 2, "base_period", "2010"),
    "a price index below zero": ("deflators.csv", "VN,cpi,2003,51.32323", "VN,cpi,2003,-51.32323", "constraint-error", 10, "obs_value", "-51.32323"),
    "a reliability grade nobody knows": (SRC, "report,high", "report,best", "constraint-error", 2, "reliability", "best"),
    "a truth value that is none": ("codelists/ratio.csv", ",2,true,", ",2,maybe,", "type-error", 2, "monetary", "maybe"),
    "a desired direction that is none": (
        "codelists/indicator.csv",
        "stock,false,1,0,count",
        "stock,false,2,0,count",
        "constraint-error",
        2,
        "direction",
        "2",
    ),
    "a ratio compared with something of another kind": (
        "codelists/ratio.csv",
        ",revenue_per_htx,",
        ",htx_total,",
        "ratio-observed",
        3,
        "observed",
        "htx_total",
    ),
    "letters in decomposed form": ("codelists/unit.csv", "tổ hợp tác", unicodedata.normalize("NFD", "tổ hợp tác"), "text-form", 3, "label_vi", ""),
    "spaces around a code's label": ("codelists/unit.csv", "tht,tổ hợp tác", "tht, tổ hợp tác", "text-form", 3, "label_vi", "tổ hợp tác"),
    "a column that is missing": (OBS, ",comment\n", "\n", "missing-column", 1, "comment", "comment"),
    "a column in the middle that is missing": (OBS, ",qualifier,", ",", "missing-column", 1, "qualifier", "qualifier"),
    "a column that nobody described": (OBS, "locator,comment\n", "locator,comment,remark\n", "extra-column", 1, None, "remark"),
    "a column under another name": (OBS, ",qualifier,", ",word,", "renamed-column", 1, "qualifier", "word"),
    "a column name with a space": (OBS, ",comment\n", ", comment\n", "renamed-column", 1, "comment", " comment"),
    "a column that stands twice": (OBS, "locator,comment\n", "comment,comment\n", "doubled-column", 1, "comment", "twice"),
    "a table whose header is gone": (OBS, OBSERVATIONS.splitlines()[0] + "\n", "", "no-header", 1, None, "begin with ref_area,indicator,"),
    "a quotation mark that is never closed": (OBS, "level,,77,", 'level,,"77,', "quotation-mark", 2, None, "not closed"),
    "a row that is too short": (OBS, ",exact,A,bc-423-2019,,p. 1,\n", ",exact\n", "missing-cell", 2, None, "7 cells, the header 12"),
    "a row that is too long": (OBS, "p. 1,\n", "p. 1,a,b\n", "extra-cell", 2, None, ""),
    "an empty row": (OBS, ROW2, ROW2 + "\n", "blank-row", 3, None, ""),
}


@pytest.mark.parametrize("name", BROKEN)
def test_each_rule_rejects_its_broken_file(package: Path, name: str) -> None:
    file, old, new, rule, row, column, found = BROKEN[name]
    edit(package, file, old, new)
    matching = [problem for problem in check(package) if problem.rule == rule and problem.row == row]
    assert matching, [str(problem) for problem in check(package)]
    problem = matching[0]
    assert problem.file == file
    assert column is None or problem.column == column
    assert found in str(problem)
    assert problem.remedy


# what is wrong with a whole file, as its bytes, and the one line that tells it
FILES = {
    # name: (file, content of the file made from its text, rule, row, what the line must hold)
    "two bytes": ("deflators.csv", lambda text: b"\xff\xfe", "encoding", None, "CSV UTF-8"),
    "UTF-16, Excel's “Unicode Text”": ("targets.csv", lambda text: text.encode("utf-16"), "encoding", None, "UTF-16"),
    "UTF-16 without a mark": ("targets.csv", lambda text: text.encode("ascii", "ignore").decode().encode("utf-16-le"), "encoding", 1, "CSV UTF-8"),
    "Vietnamese Windows": ("targets.csv", lambda text: text.replace("stands", "năm").encode("cp1258", "replace"), "encoding", 2, "CSV UTF-8"),
    "a workbook under a wrong name": (OBS, lambda text: b"PK\x03\x04" + bytes(99), "encoding", None, "a workbook"),
    "nothing at all": (OBS, lambda text: b"", "empty-file", None, "the file is empty"),
    "empty lines alone": (OBS, lambda text: b"\n\r\n", "empty-file", None, "the file is empty"),
    "observations without rows": (OBS, lambda text: text.splitlines()[0].encode() + b"\n", "no-rows", None, "no rows"),
    "a code list without rows": ("codelists/indicator.csv", lambda text: text.splitlines()[0].encode(), "no-rows", None, "no rows"),
    "semicolons": ("targets.csv", lambda text: text.replace(",", ";").encode(), "separator", 1, "separated by semicolons"),
    "semicolons and quotation marks": (
        OBS,
        lambda text: "\n".join(";".join(f'"{cell}"' for cell in line.split(",")) for line in text.splitlines()).encode(),
        "separator",
        1,
        "separated by semicolons",
    ),
    "tabs": ("deflators.csv", lambda text: text.replace(",", "\t").encode(), "separator", 1, "separated by tabs"),
}


@pytest.mark.parametrize("sealed", [True, False], ids=["sealed", "unsealed"])
@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_such_table_is_one_line(package: Path, name: str, sealed: bool) -> None:
    file, content, rule, row, words = FILES[name]
    (package / file).write_bytes(content((package / file).read_text(encoding="utf-8")))
    if sealed:
        seal(package)
    (problem,) = check(package)
    assert (problem.file, problem.rule, problem.row) == (file, rule, row)
    assert words in str(problem) and problem.remedy
    if rule != "no-rows":
        with pytest.raises(DataError) as caught:
            load(package)
        assert caught.value.problems == [problem]


def test_a_province_may_have_no_target_no_price_no_ratio_and_no_event(package: Path) -> None:
    for name in ("targets.csv", "deflators.csv", "events.csv", "codelists/ratio.csv"):
        header = (package / name).read_text(encoding="utf-8").splitlines()[0]
        (package / name).write_text(f"{header}\n", encoding="utf-8")
    seal(package)
    assert check(package) == []
    data = load(package)
    assert len(progress_table(data)) == 0 and len(growth_table(data)) == 3
    assert growth_table(data).set_index("indicator").at["revenue_total", "real_reason"] == "no_price_index"


def test_a_package_may_lack_what_is_new(package: Path) -> None:
    """Columns and a table that version 1.0.0 did not have are empty then."""
    drop_resource(package, "events")
    path = package / "datapackage.json"
    descriptor = json.loads(path.read_text(encoding="utf-8"))
    for resource in descriptor["resources"]:
        new = {"repeated", "set_on", "base_period", "parent", "level", "family", "supplier_vi", "supplier_en"}
        lost = (new if resource["name"] != "deflators" else set()) & {field["name"] for field in resource["schema"]["fields"]}
        resource["schema"]["fields"] = [field for field in resource["schema"]["fields"] if field["name"] not in lost]
        resource["schema"]["foreignKeys"] = [key for key in resource["schema"].get("foreignKeys", []) if key["fields"][0] not in lost]
        frame = pd.read_csv(package / resource["path"], dtype=str, keep_default_na=False)
        frame.drop(columns=list(lost)).to_csv(package / resource["path"], index=False, lineterminator="\n")
    path.write_text(json.dumps({**descriptor, "defaults": {}}), encoding="utf-8")
    seal(package)
    assert check(package) == []
    data = load(package)
    assert not data.observations["repeated"].any() and data.events.empty
    assert data.targets["set_on"].eq("2019-06-17").all() and data.areas["parent"].eq("").all()
    assert (data.defaults.ref_area, data.defaults.start) == ("VN-28", 2003)


def test_a_target_whose_source_was_issued_later_is_named_and_not_refused(package: Path) -> None:
    edit(package, SRC, "2019-06-17", "2027-01-01")
    (note, *others) = check(package)
    assert note.note and note.rule == "set-on" and "set_on" in note.remedy and all(one.note for one in others)
    assert len(progress_table(load(package))) == 10
    done = here("check", "--data", package)
    assert done.returncode == 0 and "set_on" in done.stdout + done.stderr


def test_the_remedy_of_a_doubtful_mark_gives_both_readings(package: Path) -> None:
    """763.017 may be 763017 or 763.017: a remedy that knows only one of them falsifies the other."""
    edit(package, OBS, "level,,5000,", "level,,763.017,")
    edit(package, OBS, "2003-12-31,4000,", "2003-12-31,4,")
    (problem,) = check(package)
    assert "write 763017" in problem.remedy and "write 763.0170" in problem.remedy


@pytest.mark.parametrize("change", [(",qualifier,", ","), (",qualifier,", ",word,"), ("locator,comment\n", "locator,comment,remark\n")])
def test_of_a_wrong_header_only_the_header_is_told(package: Path, change: tuple[str, str]) -> None:
    edit(package, OBS, *change)
    edit(package, "targets.csv", ",319,", ",-319,")
    header, target = check(package)
    assert (header.file, header.row, target.rule) == (OBS, 1, "target-value")
    assert header.column in ("qualifier", None)


def test_of_a_row_of_the_wrong_length_only_the_length_is_told(package: Path) -> None:
    edit(package, OBS, ",exact,A,bc-423-2019,,p. 1,\n", ",exact\n")
    edit(package, OBS, ",p. 2,\n", ",p. 2,a,b\n")
    assert [(problem.rule, problem.row) for problem in check(package)] == [("missing-cell", 2), ("extra-cell", 4)]


def test_a_misread_level_is_told_once(package: Path) -> None:
    """9.700 read as 9.7 would also be less than the stated change: that is no second fault."""
    edit(package, OBS, "level,,77,", "level,,9.700,")
    (problem,) = check(package)
    assert problem.rule == "whole-number"


def test_decimals_of_money_are_no_thousands_mark(package: Path) -> None:
    edit(package, OBS, "level,,5000,", "level,,5000.25,")
    edit(package, OBS, "2003-12-31,4000,", "2003-12-31,240.5,")
    assert check(package) == []
    edit(package, OBS, ",240.5,", ",240.125,")
    (problem,) = check(package)
    assert problem.rule == "thousands-mark" and "if it is the decimal point, write 240.1250" in problem.remedy
    edit(package, OBS, ",240.125,", ",240.1250,")
    assert check(package) == []


def test_a_whole_count_may_be_written_as_a_program_writes_it(package: Path) -> None:
    edit(package, OBS, "level,,77,", "level,,77.0,")
    edit(package, OBS, "VN,htx_total,2018-12-31,level,,1234,", "VN,htx_total,2018-12-31,level,,1.234e3,")
    assert check(package) == []


@pytest.mark.parametrize(("direction", "value", "rule"), [("-1", "-2", "target-value"), ("0", "319", "target-direction")])
def test_a_target_needs_a_direction_and_a_value_that_it_can_reach(package: Path, direction: str, value: str, rule: str) -> None:
    """A target may be 0, not less; and where neither direction is better nobody can say what is reached."""
    tail = "0,count,,Ủy ban nhân dân cấp xã,Commune people's committees,110"
    edit(package, "codelists/indicator.csv", f"stock,false,1,{tail}", f"stock,false,{direction},{tail}")
    edit(package, "targets.csv", ",319,", f",{value},")
    problems = [problem for problem in check(package) if problem.row == 2]
    assert [(problem.file, problem.rule) for problem in problems] == [("targets.csv", rule)]
    assert all(problem.remedy for problem in problems)
    edit(package, "codelists/indicator.csv", f"stock,false,{direction},{tail}", f"stock,false,-1,{tail}")
    edit(package, "targets.csv", f",{value},", ",0,")
    assert check(package) == []


@pytest.mark.parametrize("name", ["a list of areas that names one twice", "a limit that is no date"])
def test_a_broken_code_list_breaks_no_rule(package: Path, name: str) -> None:
    if name == "a limit that is no date":
        edit(package, "codelists/ref_area.csv", "2025-06-30", "June")
        expected = {"type-error"}
    else:
        edit(package, "codelists/ref_area.csv", "\nVN-29,", "\nVN-28,")
        expected = {"primary-key"}
    assert {problem.rule for problem in check(package)} >= expected


def test_messages_speak_of_rows_and_codes(package: Path) -> None:
    edit(package, OBS, "change,2003-12-31,66", "change,,66")
    edit(package, OBS, "A,vov-2021-11", "A,vov-2021")
    edit(package, OBS, "VN-28,htx_total,2021,level", "VN-28,htx_total,Q1 2021,level")
    edit(package, "codelists/ratio.csv", ",2,true,", ",2,maybe,")
    text = "\n".join(str(problem) for problem in check(package))
    assert "not in the code list source (found 'vov-2021') [foreign-key] → did you mean 'vov" in text
    assert "neither true nor false (found 'maybe')" in text
    assert "not in the form of this column (found 'Q1 2021')" in text
    assert not re.search(r"at position|constraint \"|/default|lookup table|pattern", text)


@pytest.mark.parametrize("name", ["targets.csv", "deflators.csv", OBS])
def test_an_unreadable_file_is_exit_2_and_no_traceback(package: Path, name: str) -> None:
    (package / name).write_bytes({"targets.csv": b"ref_area;indicator;target_date\n", "deflators.csv": b"\xff\xfe", OBS: b""}[name])
    done = here("check", "--data", package)
    assert (done.returncode, done.stdout) == (2, "")
    line, count = done.stderr.splitlines()
    assert line.startswith(name) and "→" in line and count == "1 problem; nothing was started"


def test_a_run_tells_every_unreadable_file_before_it_starts(package: Path, tmp_path: Path) -> None:
    (package / OBS).write_bytes(b"")
    (package / "deflators.csv").write_bytes(b"\xff\xfe")
    targets = package / "targets.csv"
    targets.write_text(targets.read_text(encoding="utf-8").replace(",", ";"), encoding="utf-8")
    for arguments in (["plan"], ["run", "--out", tmp_path / "out"]):
        done = here(*arguments, "--data", package, cwd=tmp_path)
        lines = done.stderr.splitlines()
        assert (done.returncode, done.stdout, lines[-1]) == (2, "", "3 problems; nothing was started")
        assert [line.partition(":")[0] for line in lines[:-1]] == ["deflators.csv", OBS, "targets.csv, row 1"]
    assert not (tmp_path / "out").exists()


def test_a_changed_file_breaks_its_seal(package: Path) -> None:
    edit(package, OBS, "level,,77,", "level,,78,", sealed=False)
    problems = check(package)
    assert {problem.rule for problem in problems} == {"hash-count"}
    assert "seal" in problems[0].remedy and problems[0].file == OBS


def test_a_missing_file_is_named(package: Path) -> None:
    (package / "targets.csv").unlink()
    assert any(problem.file == "targets.csv" and "restore" in problem.remedy for problem in check(package))


def test_a_missing_resource_is_named(package: Path) -> None:
    drop_resource(package, "deflators")
    assert any(problem.rule == "missing-resource" and "deflators" in problem.message for problem in check(package))


def test_a_description_that_is_not_json_is_named_with_its_line(package: Path) -> None:
    (package / "datapackage.json").write_text("{\n  'name': 1\n}", encoding="utf-8")
    (problem,) = check(package)
    assert problem.rule == "not-json" and problem.row == 2


def test_no_package_at_all(tmp_path: Path) -> None:
    (problem,) = check(tmp_path)
    assert problem.rule == "missing-file" and "datapackage.json" in problem.remedy


def test_all_problems_are_told_at_once(package: Path) -> None:
    edit(package, OBS, "level,,77,", "level,,seventy,")
    edit(package, OBS, "A,vov-2021-11", "A,vov-2021")
    edit(package, OBS, "change,2003-12-31,4000", "change,,4000")
    edit(package, "targets.csv", ",319,", ",-319,")
    assert {"type-error", "foreign-key", "since"} <= {problem.rule for problem in check(package)}
