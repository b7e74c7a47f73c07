"""Is an edition as it was published? Standard library only: ``tasks.py verify`` needs no environment.

Here for: a file that was changed, lost or slipped in after the edition was published.
"""

from __future__ import annotations

from pathlib import Path

from coopanalysis.publish.files import SUMS, file_hash, read_sums


def problems(edition: Path) -> list[str]:
    """What differs from SHA256SUMS, one line a file: changed, missing, or not part of the edition; empty if nothing does."""
    if not edition.is_dir():
        return [f"{edition}: there is no edition here"]
    try:
        sums = read_sums(edition)
    except OSError:
        return [f"{edition}: there is no {SUMS}, so this is no published edition"]
    except (ValueError, UnicodeDecodeError) as error:
        return [f"{edition}: {error}"]
    root = edition.resolve()
    named = {folder.as_posix() for name in sums for folder in Path(name).parents}
    everything = {path.relative_to(root).as_posix(): path for path in root.rglob("*")}
    # a link, and a folder that holds nothing of the edition, are as little part of it as a file that is not named
    found = {name for name, path in everything.items() if path.is_symlink() or not path.is_dir() or name not in named} - {SUMS}
    lines = [f"{name}: missing" for name in sorted(set(sums) - found)]
    lines += [f"{name}: not part of the edition" for name in sorted(found - set(sums))]
    lines += [
        f"{name}: changed since it was published"
        for name in sorted(found & set(sums))
        if (root / name).is_symlink() or not (root / name).is_file() or file_hash(root / name) != sums[name]
    ]
    return lines


def main(arguments: list[str]) -> int:
    """``verify EDITION``: 0 if it is as published, 1 if not."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print("verify EDITION: is it as it was published? Name one edition, such as outputs/latest; 0 yes, 1 no")
        return 0 if arguments in (["-h"], ["--help"]) else 2
    lines = problems(Path(arguments[0]))
    for line in lines:
        print(line)
    count = len(read_sums(Path(arguments[0]))) if not lines else 0
    print(f"{arguments[0]}: {len(lines)} problem{'s' if len(lines) > 1 else ''}" if lines else f"{arguments[0]}: {count} files, as published")
    return 1 if lines else 0
