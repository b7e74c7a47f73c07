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
    notebook = execution.notebook
    notes = _left_out(notebook)
    place = _stopped_at(notebook)
    if execution.ended == "timed_out":
        return Verdict(TIMED_OUT, f"{place}: {execution.message}", notes)
    if execution.ended != "completed":
        return Verdict(FAILED, f"{place}: {execution.message}", notes)
    for number, cell in _code_cells(notebook):
        for output in cell.outputs if "raises-exception" not in cell.metadata.get("tags", []) else ():
            if output.output_type == "error" and output.ename == "SystemExit" and output.evalue in ("", "0", "None"):
                return Verdict(INCOMPLETE, f"cell {number} ({cell.id}): the notebook left with sys.exit(), which papermill takes for success", notes)
            if output.output_type == "error":
                return Verdict(FAILED, f"cell {number} ({cell.id}): {one_line(f'{output.ename}: {output.evalue}')}", notes)
    cells = [(number, cell) for number, cell in _code_cells(notebook) if "skip-execution" not in cell.metadata.get("tags", [])]
    silent = [f"{number} ({cell.id})" for number, cell in cells if not answered(cell)]
    if silent:
        return Verdict(INCOMPLETE, f"cell {silent[0]} was not run, though papermill reports success ({len(silent)} cells)", notes)
    found = counts(notebook)
    short = [
        f"{found[kind]} of {least} {kind}s"
        for kind, least in (("figure", expects.figures), ("table", expects.tables), ("result", expects.results))
        if found[kind] < least
    ]
    if found["opening"] > 1:
        short.append(f"{found['opening']} openings instead of one")
    if not any(found.values()) and not any(cell.cell_type == "markdown" and cell.source.strip() for cell in notebook.cells):
        short.append("it shows nothing")
    if short:
        return Verdict(INCOMPLETE, f"the report lacks what the plan expects: {', '.join(short)}", notes)
    mute = [mark["name"] for mark, _ in marked(notebook) if mark["kind"] == "figure" and not str(mark.get("alt", "")).strip()]
    if mute:
        return Verdict(INCOMPLETE, f"figures without alternative text: {', '.join(mute)}", notes)
    if short_of := missing_language(notebook, lang):
        return Verdict(INCOMPLETE, f"the page lacks prose that it has in the other language: {short_of}", notes)
    return Verdict(OK, "", notes)


def answered(cell: NotebookNode) -> bool:
    """Whether the cell was run to its end: that is recorded beside it, whatever papermill's status says."""
    return bool(cell.execution_count) and "shell.execute_reply" in cell.metadata.get("execution", {})


def _code_cells(notebook: NotebookNode) -> list[tuple[int, NotebookNode]]:
    """Code cells that hold code, with their position in the notebook as its author has it: papermill adds cells of its own."""
    own = [cell for cell in notebook.cells if not _ADDED & set(cell.metadata.get("tags", []))]
    return [(number, cell) for number, cell in enumerate(own, start=1) if cell.cell_type == "code" and cell.source.strip()]


def _stopped_at(notebook: NotebookNode) -> str:
    """Where it stopped: the cell with the error, else the first that was not run, else the last."""
    cells = _code_cells(notebook)
    for number, cell in cells:
        if any(output.output_type == "error" for output in cell.outputs):
            return f"cell {number} ({cell.id})"
    for number, cell in cells:
        if not answered(cell):
            return f"cell {number} ({cell.id})"
    return f"cell {cells[-1][0]} ({cells[-1][1].id})" if cells else "no cell"


def _left_out(notebook: NotebookNode) -> tuple[str, ...]:
    """Outputs that no page shows: text on stdout or stderr, and displays without our mark."""
    notes = []
    for number, cell in _code_cells(notebook):
        ours = {id(output) for _, output in marked(notebook)}
        for output in cell.outputs if "analysis" not in cell.metadata.get("tags", []) else ():
            if output.output_type == "stream":
                first = without_cell_paths(one_line(output.text, 120)) or "blank"
                notes.append(f"cell {number}: {output.name}{' (capped)' if CAPPED in output.text[-100:] else ''}: {first}")
            elif output.output_type in ("display_data", "execute_result") and id(output) not in ours:
                notes.append(f"cell {number}: an output that is not marked for a page")
    return tuple(notes)
