"""What a running cell prints and shows, in the order in which it happens, as a Jupyter kernel would record it.

Why: Python, C code and programs that a cell starts all write to the same two file descriptors, and between two figures
their text must stand where it was written. A cell that prints without end must not fill the memory.
"""

from __future__ import annotations

import base64
import codecs
import io
import json
import os
import select
import sys
import threading
import time
from contextlib import suppress
from typing import Any

from nbformat.v4 import new_output

TEXT, RICH = 1_000_000, 40_000_000  # characters that one cell may print, and show
CAPPED = "[output capped]"
_EACH_TEXT, _EACH_RICH = 100, 2_000  # what an output costs beside its text, so that a million tiny ones are capped, too
_CHUNK = 1 << 16


class Recorder:
    """From now on file descriptors 1 and 2 are pipes of ours; ``outputs`` are those of the cell that runs.

    The pipes are emptied before anything else is recorded, which keeps the order; a thread empties them when nobody
    else does, so that no writer waits for ever.
    """

    def __init__(self) -> None:
        self.owner, self.lock = os.getpid(), threading.RLock()
        self.shown: dict[str, list[Any]] = {}  # display id → outputs, of all cells
        self.pipes = []
        self.begin()
        for descriptor, name in ((1, "stdout"), (2, "stderr")):
            reads, writes = os.pipe()
            os.set_blocking(reads, False)
            os.dup2(writes, descriptor)
            os.close(writes)
            self.pipes.append((name, reads, codecs.getincrementaldecoder("utf-8")("replace")))
        sys.stdout, sys.stderr = _Stream(self, 1), _Stream(self, 2)
        threading.Thread(target=self._empty, daemon=True).start()

    def begin(self) -> None:
        """Start with a cell, which has shown nothing yet."""
        self.outputs: list[Any] = []
        self.clear_first = False
        self.text_left, self.rich_left = TEXT, RICH

    def _empty(self) -> None:
        waiting = [reads for _, reads, _ in self.pipes]
        while True:
            if os.name == "posix":
                select.select(waiting, [], [])
            if self.drain() < _CHUNK:
                time.sleep(0.005)  # a cell that prints empties the pipes itself; this thread must not take its time

    def drain(self) -> int:
        """Record what was written to the file descriptors; bytes read. A process that a cell forked leaves it to its parent."""
        if os.getpid() != self.owner:
            return 0
        read = 0
        with self.lock:
            for name, reads, decoder in self.pipes:
                with suppress(BlockingIOError):
                    for _ in range(16):  # somebody may write without end
                        data = os.read(reads, _CHUNK)
                        read += len(data)
                        self._text(name, decoder.decode(data))
        return read

    def _text(self, name: str, text: str) -> None:
        left = self.text_left
        if not text or left <= 0:
            return
        if self.clear_first or not self.outputs or self.outputs[-1].get("name") != name:
            self._add(new_output("stream", name=name, text=""))
            self.text_left -= _EACH_TEXT
        self.text_left -= len(text)
        self.outputs[-1].text += text if self.text_left > 0 else f"{text[:left]}\n{CAPPED}\n"

    def _add(self, output: Any) -> None:
        if self.clear_first:
            self.begin()
        self.outputs.append(output)

    def clear(self, wait: bool) -> None:
        """What ``IPython.display.clear_output`` asks for; ``wait``: only when something new is shown."""
        self.drain()
        if wait:
            self.clear_first = True
        else:
            self.begin()

    def show(self, kind: str, data: dict[str, Any], metadata: Any = None, name: str = "", update: bool = False, **more: Any) -> None:
        """A rich output, perhaps under a ``name`` (display id): others of that name change with it, in whatever cell they are."""
        self.drain()
        text = json.dumps(data, ensure_ascii=False, default=_plain)
        with self.lock:
            if self.rich_left <= 0:
                return
            self.rich_left -= _EACH_RICH + len(text)
            shown = {"data": json.loads(text), "metadata": metadata or {}} if self.rich_left > 0 else {"data": {"text/plain": CAPPED}, "metadata": {}}
            alike = self.shown.setdefault(name, []) if name else []
            for output in alike:
                output.update(shown)
            if not update:
                self._add(new_output(kind, **shown, **more))
                alike.append(self.outputs[-1])

    def error(self, name: str, value: str, traceback: list[str]) -> None:
        """An exception that ended the cell."""
        self.drain()
        self._add(new_output("error", ename=name, evalue=value[:TEXT], traceback=[line[:TEXT] for line in traceback]))


class _Stream(io.TextIOWrapper):
    """``sys.stdout`` or ``sys.stderr`` of cells: writes to its file descriptor at once."""

    def __init__(self, recorder: Recorder, descriptor: int) -> None:
        raw = open(descriptor, "wb", closefd=False)  # noqa: SIM115
        super().__init__(raw, encoding="UTF-8", errors="backslashreplace", newline="", write_through=True)
        self.recorder = recorder

    def write(self, text: str) -> int:
        self.recorder.drain()  # what was written elsewhere before comes before
        written = super().write(text)
        self.flush()
        return written


def _plain(value: Any) -> Any:
    """What a notebook's file can hold of a value that a cell shows."""
    return base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else getattr(value, "tolist", value.__str__)()
