"""Makes docs/glossary.md, docs/data-dictionary.md and docs/methods.md from what the project already says.

python3 tasks.py docs            write them
python3 tasks.py docs --check    only tell whether they are as they should be (exit 1 if not)
"""

from __future__ import annotations

import inspect
import sys
from pathlib import Path

import coopanalysis.metrics as metrics
from coopanalysis import Dataset, load

FOLDER = Path(__file__).resolve().parent
MADE = "<!-- Made by docs/make.py; change the source, not this page. -->\n\n"
# Terms of the pages that are no code of a code list.
TERMS = [
    ("kinh tế tập thể", "collective economy", "cooperatives, groups and unions together"),
    ("hợp tác xã (HTX)", "cooperative", "under the Law on Cooperatives"),
    ("tổ hợp tác (THT)", "cooperative group", "a contract of persons, no legal person"),
    ("liên hiệp hợp tác xã (LHHTX)", "cooperative union", "a union of cooperatives; not the Cooperative Alliance"),
    ("Liên minh Hợp tác xã", "Cooperative Alliance", "the organisation that represents cooperatives"),
    ("quỹ tín dụng nhân dân (QTDND)", "people's credit fund", "a cooperative; few in number, most of the members"),
    ("mức gốc, mốc gốc (t0)", "baseline, base date", "where a comparison starts"),
    ("giá hiện hành", "current prices", "as printed at the time"),
    ("giá so sánh; loại trừ yếu tố giá", "constant prices; without price change", "deflated by the consumer price index"),
    ("tính ngược", "derived", "level minus stated change; marked * everywhere"),
    ("tốc độ cần đạt", "required pace", "constant annual growth from the baseline to the target"),
    ("khoảng mô hình", "model range", "from linear to constant growth; no confidence interval"),
    ("tổng số; đang hoạt động", "total; active", "different indicators, never chained"),
    ("kỳ công bố", "edition", "one run's pages, figures, tables and notebooks"),
    ("phân rã mức tăng", "decomposition", "which factor contributed how much"),
    ("cần kiểm chứng", "to be confirmed", "a contradiction is shown, not corrected"),
]


def glossary(data: Dataset) -> str:
    lines = ["# Glossary · Thuật ngữ\n", MADE, "## Terms · Từ ngữ\n", "| Tiếng Việt | English | |", "|---|---|---|"]
    lines += [f"| {vi} | {en} | {note} |" for vi, en, note in TERMS]
    lines += ["\n## Indicators · Chỉ tiêu\n", "| Code | Tiếng Việt | English | Định nghĩa | Definition |", "|---|---|---|---|---|"]
    lines += [
        f"| `{row.Index}` | {row.label_vi} | {row.label_en} | {row.definition_vi} | {row.definition_en} |" for row in data.indicators.itertuples()
    ]
    lines += ["\n## Ratios · Tỷ số\n", "| Code | Tiếng Việt | English | Numerator | Denominator |", "|---|---|---|---|---|"]
    lines += [f"| `{row.Index}` | {row.label_vi} | {row.label_en} | `{row.numerator}` | `{row.denominator}` |" for row in data.ratios.itertuples()]
    return "\n".join(lines) + "\n"


def data_dictionary(data: Dataset) -> str:
    lines = [
        "# Data dictionary\n",
        MADE,
        f"{data.descriptor['description']}\n",
        "Every file is UTF-8 CSV; `data/datapackage.json` (Data Package v2) is the source of this page.\n",
    ]
    for resource in data.descriptor["resources"]:
        schema = resource["schema"]
        keys = {
            field: key["reference"].get("resource") or "this list"
            for key in schema.get("foreignKeys", [])
            for field in (key["fields"] if isinstance(key["fields"], list) else [key["fields"]])
        }
        key = schema.get("primaryKey", [])
        lines += [
            f"## {resource['title']} (`data/{resource['path']}`)\n",
            f"{resource.get('description', '')} Key: {', '.join(key if isinstance(key, list) else [key])}.\n",
            "| Column | Type | Meaning | Values |",
            "|---|---|---|---|",
        ]
        for field in schema["fields"]:
            rules = field.get("constraints", {})
            values = [f"code of {keys[field['name']]}"] if keys.get(field["name"]) else []
            values += [", ".join(map(str, rules["enum"]))] if "enum" in rules else []
            values += [f"`{rules['pattern']}`".replace("|", "\\|")] if "pattern" in rules else []
            values += ["required"] if rules.get("required") else []
            lines.append(f"| `{field['name']}` | {field['type']} | {field.get('description', '')} | {'; '.join(values)} |")
        lines.append("")
    return "\n".join(lines)


def methods() -> str:
    lines = ["# Methods\n", MADE, "Every public function of `coopanalysis.metrics`: formula, units, what makes it undefined, errors, source.\n"]
    by_module: dict[str, list[str]] = {}
    for name in metrics.__all__:
        by_module.setdefault(getattr(metrics, name).__module__, []).append(name)
    for module, names in sorted(by_module.items()):
        documentation = inspect.getdoc(sys.modules[module]) or ""
        lines += [f"## {module.rpartition('.')[2]}\n", documentation.partition("\n\n")[0] + "\n"]
        for name in names:
            function = getattr(metrics, name)
            plain = ", ".join(inspect.signature(function).parameters)
            lines += [f"### `{name}({plain})`\n", _as_markdown(inspect.getdoc(function) or ""), ""]
    return "\n".join(lines)


def _as_markdown(text: str) -> str:
    """Docstring prose as Markdown: examples fenced, roles and double backticks as code."""
    out, fenced = [], False
    for line in text.replace(":func:", "").replace(":class:", "").replace("``", "`").splitlines():
        example = line.lstrip().startswith((">>>", "..."))
        if example and not fenced:
            out.append("```python")
            fenced = True
        if fenced and not line.strip():
            out.append("```")
            fenced = False
        out.append(line)
    return "\n".join([*out, *(["```"] if fenced else [])])


def main() -> int:
    data = load()
    pages = {"glossary.md": glossary(data), "data-dictionary.md": data_dictionary(data), "methods.md": methods()}
    stale = [name for name, text in pages.items() if not (FOLDER / name).is_file() or (FOLDER / name).read_text(encoding="utf-8") != text]
    if "--check" in sys.argv:
        print("\n".join(f"docs/{name} is not what its source says; run: python3 tasks.py docs" for name in stale) or "docs are current")
        return 1 if stale else 0
    for name in stale:
        (FOLDER / name).write_text(pages[name], encoding="utf-8", newline="\n")
    print(f"written: {', '.join(stale) or 'nothing, all are current'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
