"""What a run amounts to, from independent signs: how it ended, what every cell shows, what was promised.

Why: papermill's own metadata are not believed. A killed kernel leaves every cell "completed", ``sys.exit(0)`` counts as
success there, and an except branch can swallow a figure.
"""

from __future__ import annotations

from dataclasses import dataclass

from nbformat import NotebookNode

from coopanalysis.publish.files import one_line, without_cell_paths
from coopanalysis.publish.marks import counts, marked, missing_language
from coopanalysis.publish.recorder import CAPPED
from coopanalysis.publish.reports import FAILED, INCOMPLETE, OK, TIMED_OUT, Expects

_ADDED = {"papermill-error-cell-tag", "injected-parameters"}


@dataclass(frozen=True)
class Execution:
    """``notebook`` as far as it ran; ``ended``: completed, cell_error, died, timed_out or not_started, with a ``message``."""

    notebook: NotebookNode
    ended: str
    message: str
    seconds: float


@dataclass(frozen=True)
class Verdict:
    """``word`` is one of the five above; ``reason`` one line for the person who mends it; ``notes`` what was left out of the page."""

    word: str
    reason: str = ""
    notes: tuple[str, ...] = ()


def judge(execution: Execution, expects: Expects, lang: str = "vi") -> Verdict:
    """The verdict on one executed notebook."""
    word, reason = _sign(execution, expects, lang)
    return Verdict(word, reason, _left_out(execution.notebook))


def _sign(execution: Execution, expects: Expects, lang: str) -> tuple[str, str]:
    """The first sign that it is not what was promised: verdict and reason."""
    notebook = execution.notebook
    cells = _code_cells(notebook)
    not_run = [place for place, cell in cells if "skip-execution" not in _tags(cell) and not answered(cell)]
    if execution.ended != "completed":
        with_error = [place for place, cell in cells if any(output.output_type == "error" for output in cell.outputs)]
        stopped_at = [*with_error, *not_run, *(place for place, _ in cells[-1:]), "no cell"][0]
        return TIMED_OUT if execution.ended == "timed_out" else FAILED, f"{stopped_at}: {execution.message}"
    for place, cell in cells:
        for output in cell.outputs if "raises-exception" not in _tags(cell) else ():
            if output.output_type == "error" and output.ename == "SystemExit" and output.evalue in ("", "0", "None"):
                return INCOMPLETE, f"{place}: the notebook left with sys.exit(), which papermill takes for success"
            if output.output_type == "error":
                return FAILED, f"{place}: {one_line(f'{output.ename}: {output.evalue}')}"
    if not_run:
        return INCOMPLETE, f"{not_run[0]} was not run, though papermill reports success ({len(not_run)} cells)"
    found = counts(notebook)
    least = {"figure": expects.figures, "table": expects.tables, "result": expects.results}
    short = [f"{found[kind]} of {number} {kind}s" for kind, number in least.items() if found[kind] < number]
    if found["opening"] > 1:
        short.append(f"{found['opening']} openings instead of one")
    if not any(found.values()) and not any(cell.cell_type == "markdown" and cell.source.strip() for cell in notebook.cells):
        short.append("it shows nothing")
    if short:
        return INCOMPLETE, f"the report lacks what the plan expects: {', '.join(short)}"
    if mute := [mark["name"] for mark, _ in marked(notebook) if mark["kind"] == "figure" and not str(mark.get("alt", "")).strip()]:
        return INCOMPLETE, f"figures without alternative text: {', '.join(mute)}"
    if missing := missing_language(notebook, lang):
        return INCOMPLETE, f"the page lacks prose that it has in the other language: {missing}"
    return OK, ""


def answered(cell: NotebookNode) -> bool:
    """Whether the cell was run to its end: that is recorded beside it, whatever papermill's status says."""
    return bool(cell.execution_count) and "shell.execute_reply" in cell.metadata.get("execution", {})


def _tags(cell: NotebookNode) -> set[str]:
    return set(cell.metadata.get("tags", []))


def _code_cells(notebook: NotebookNode) -> list[tuple[str, NotebookNode]]:
    """Cells that hold code, and where each stands in the notebook as its author has it: papermill adds cells of its own."""
    own = [cell for cell in notebook.cells if not _ADDED & _tags(cell)]
    return [(f"cell {number} ({cell.id})", cell) for number, cell in enumerate(own, start=1) if cell.cell_type == "code" and cell.source.strip()]


def _left_out(notebook: NotebookNode) -> tuple[str, ...]:
    """Outputs that no page shows: text on stdout or stderr, and displays without our mark."""
    notes = []
    ours = {id(output) for _, output in marked(notebook)}
    for place, cell in _code_cells(notebook):
        for output in cell.outputs if "analysis" not in _tags(cell) else ():
            if output.output_type == "stream":
                first = without_cell_paths(one_line(output.text, 120)) or "blank"
                notes.append(f"{place}: {output.name}{' (capped)' if CAPPED in output.text[-100:] else ''}: {first}")
            elif output.output_type in ("display_data", "execute_result") and id(output) not in ours:
                notes.append(f"{place}: an output that is not marked for a page")
    return tuple(notes)
