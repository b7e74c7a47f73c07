"""A small data package with invented numbers, written anew for each test."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from coopanalysis.dataset.descriptor import default_folder
from coopanalysis.dataset.seal import seal

OBSERVATIONS = """\
ref_area,indicator,time_period,measure,since,obs_value,qualifier,obs_status,source,repeated,locator,comment
VN-28,htx_total,2019-06,level,,77,exact,A,bc-423-2019,,p. 1,
VN-28,htx_total,2019-06,change,2003-12-31,66,exact,A,bc-423-2019,,p. 1,
VN-28,revenue_total,,level,,5000,exact,A,bc-423-2019,,p. 2,
VN-28,revenue_total,,change,2003-12-31,4000,exact,A,bc-423-2019,,p. 2,
VN-28,htx_total,2021,level,,99,more_than,A,vov-2021-11,,,
VN-28,htx_total,2022,level,,99,more_than,A,kontumtv-2022-02,true,,last year's figure
VN,htx_total,2018-12-31,level,,1234,about,A,coopexpo-2019,,,
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """The project's descriptor and code lists with seven invented observations, sealed and sound."""
    folder = tmp_path / "dữ liệu thử"
    shutil.copytree(default_folder(), folder)
    (folder / "observations.csv").write_text(OBSERVATIONS, encoding="utf-8", newline="\n")
    seal(folder)
    return folder


def edit(folder: Path, file: str, old: str, new: str, *, sealed: bool = True) -> None:
    """Replace text in one file of the package and, unless the seal is what is tested, seal it again."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {file}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")
    if sealed and file != "datapackage.json":
        seal(folder)


def drop_resource(folder: Path, name: str) -> None:
    path = folder / "datapackage.json"
    descriptor = json.loads(path.read_text(encoding="utf-8"))
    descriptor["resources"] = [resource for resource in descriptor["resources"] if resource["name"] != name]
    path.write_text(json.dumps(descriptor), encoding="utf-8")
