"""Is an edition as it was published? Standard library only: ``tasks.py verify`` needs no environment.

Why: a file that was changed, lost or slipped in after the edition was published.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path, PurePosixPath

from coopanalysis.errors import escaped
from coopanalysis.publish.files import SUMS, file_hash, read_sums


def main(arguments: list[str]) -> int:
    """``verify EDITION``: 0 if it is as published, 1 if not."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print("verify EDITION: is it as it was published? Name one edition, such as outputs/latest; 0 yes, 1 no")
        return 0 if arguments in (["-h"], ["--help"]) else 2
    lines = problems(Path(arguments[0]))
    for line in lines:
        print(line)
    print(f"{escaped(arguments[0])}: {f'problems: {len(lines)}' if lines else 'as published'}")
    return 1 if lines else 0


def problems(edition: Path) -> list[str]:
    """What differs from SHA256SUMS, one line a file: missing, not part of the edition, or changed; empty if nothing does."""
    try:
        sums = read_sums(edition)
    except (OSError, ValueError) as error:
        return [escaped(f"{edition}: no edition as published: {SUMS}: {getattr(error, 'strerror', None) or error}")]
    own = {SUMS, *sums, *(str(folder) for name in sums for folder in PurePosixPath(name).parents)}
    found = [(name, _state(edition / name, digest)) for name, digest in sums.items()]

    def unlisted(error: OSError) -> None:
        found.append((Path(error.filename).relative_to(edition).as_posix(), f"cannot be listed ({error.strerror})"))

    for place, folders, files in os.walk(edition, onerror=unlisted):  # it follows no link
        for path in (Path(place, name) for name in folders + files):
            name = path.relative_to(edition).as_posix()
            if name not in own or (name not in sums and path.is_symlink()):
                found.append((name, "not part of the edition"))
    return [f"{escaped(name, 300)}: {state}" for name, state in sorted(found) if state]


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
