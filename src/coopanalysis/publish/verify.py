"""Is an edition as it was published? Standard library only: ``tasks.py verify`` needs no environment.

Why: a file that was changed, lost or slipped in after the edition was published.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path, PurePosixPath

from coopanalysis.errors import escaped
from coopanalysis.publish.files import SUMS, file_hash, read_sums


def problems(edition: Path) -> list[str]:
    """What differs from SHA256SUMS, one line a file: changed, missing, or not part of the edition; empty if nothing does."""
    return _compared(edition)[1]


def main(arguments: list[str]) -> int:
    """``verify EDITION``: 0 if it is as published, 1 if not."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print("verify EDITION: is it as it was published? Name one edition, such as outputs/latest; 0 yes, 1 no")
        return 0 if arguments in (["-h"], ["--help"]) else 2
    count, lines = _compared(Path(arguments[0]))
    for line in lines:
        print(line)
    name = escaped(arguments[0])
    print(f"{name}: {len(lines)} problem{'s' if len(lines) > 1 else ''}" if lines else f"{name}: {count} files, as published")
    return 1 if lines else 0


def _compared(edition: Path) -> tuple[int, list[str]]:
    """The number of files that SHA256SUMS names, and each difference."""
    if not os.path.isdir(edition):  # Path.is_dir raises for a folder that may not be entered
        return 0, [f"{escaped(str(edition))}: there is no edition here"]
    try:
        sums = read_sums(edition)
    except FileNotFoundError:
        return 0, [f"{escaped(str(edition))}: there is no {SUMS}, so this is no published edition"]
    except OSError as error:
        return 0, [f"{escaped(str(edition))}: {SUMS} cannot be read ({error.strerror})"]
    except ValueError as error:
        return 0, [f"{escaped(str(edition))}: {escaped(str(error))}"]
    found, unlisted = _files(edition, {str(folder) for name in sums for folder in PurePosixPath(name).parents})
    states = {name: _state(edition / name, digest) for name, digest in sums.items()}
    lines = [(name, "missing") for name, state in states.items() if state == "missing"]
    lines += [(name, "not part of the edition") for name in found - sums.keys() - {SUMS}]
    lines += [(name, state) for name, state in states.items() if state not in ("", "missing")]
    order = {"missing": 0, "not part of the edition": 1}
    lines.sort(key=lambda line: (order.get(line[1], 2), line[0]))
    return len(sums), [f"{escaped(name, 300)}: {state}" for name, state in [*lines, *unlisted]]


def _files(root: Path, folders: set[str]) -> tuple[set[str], list[tuple[str, str]]]:
    """Everything in the edition but its own ``folders``, and what cannot be listed. A link is followed nowhere: it is a thing by itself."""
    found, unlisted, waiting = set[str](), list[tuple[str, str]](), [""]
    while waiting:
        inner = waiting.pop()
        try:
            with os.scandir(root / inner) as entries:
                for entry in entries:
                    name = f"{inner}/{entry.name}" if inner else entry.name
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(name)
                    if name not in folders or not entry.is_dir(follow_symlinks=False):
                        found.add(name)
        except OSError as error:
            unlisted.append((inner or ".", f"cannot be listed ({error.strerror})"))
    return found, unlisted


def _state(file: Path, digest: str) -> str:
    """How a file differs from what was published; empty if it does not."""
    try:
        if not stat.S_ISREG(os.lstat(file).st_mode):  # reading a pipe would wait for ever
            return "not a file but a link, a folder or a device"
        return "" if file_hash(file) == digest else "changed since it was published"
    except (FileNotFoundError, NotADirectoryError):
        return "missing"
    except OSError as error:
        return f"cannot be read ({error.strerror})"
