"""Write a file or a folder whole or not at all.

The new content is written under a temporary name beside the target, flushed to the disk and then
renamed over it. Whoever opens the target sees the old content or the new, never half of either.
A process that is killed leaves the target as it was, and at worst a hidden ``.part`` beside it.
"""

import os
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

from thriftwatch.errors import InputError, listed, shown

__all__ = ["atomic_folder", "atomic_path", "check_folder", "check_writable"]


def check_writable(path: str | os.PathLike[str]) -> None:
    """Make sure that a file can be written, before the work that produces it starts.

    Parameters
    ----------
    path
        The file to be; ``-`` (standard output) is always accepted.

    Raises
    ------
    InputError
        If its folder does not exist or cannot be written to, or if the path is a folder, a
        device or a write-protected file.

    Examples
    --------
    >>> check_writable("no-such-folder/scored.csv")
    Traceback (most recent call last):
    ...
    thriftwatch.errors.InputError: cannot write "no-such-folder/scored.csv": the folder \
"no-such-folder" does not exist; create it or choose another
    """
    if os.fspath(path) != "-":
        _check_target(Path(path))


@contextmanager
def atomic_path(target: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a temporary path to write to; it replaces `target` when the block ends well.

    Parameters
    ----------
    target
        The file to write or replace. A symbolic link stays, the file it points to is replaced.

    Yields
    ------
    Path
        An empty file in the same folder. Close what you open on it before the block ends.

    Raises
    ------
    InputError
        As `check_writable`, before the block starts.

    Notes
    -----
    On any exception, `KeyboardInterrupt` included, the temporary file is removed and the target
    is left as it was.

    Examples
    --------
    >>> folder = Path(tempfile.mkdtemp())
    >>> with atomic_path(folder / "a.txt") as part:
    ...     _ = part.write_text("whole")
    >>> (folder / "a.txt").read_text(), len(list(folder.iterdir()))
    ('whole', 1)
    """
    _check_target(Path(target))
    final = Path(os.path.realpath(target))
    part = _beside(final, "part")
    part.touch(exist_ok=False)
    try:
        if final.exists():
            shutil.copymode(final, part)
        yield part
        _flush_file(part)
        part.replace(final)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    _flush_folder(final.parent)


@contextmanager
def atomic_folder(
    target: str | os.PathLike[str], *, may_replace: Collection[str] = ()
) -> Iterator[Path]:
    """Give a temporary folder to fill; it replaces `target` when the block ends well.

    Parameters
    ----------
    target
        The folder to write or replace.
    may_replace
        Names that an existing folder may hold. One that holds anything else is somebody's
        folder and is refused, because replacing a folder deletes what is in it.

    Yields
    ------
    Path
        An empty folder beside the target.

    Raises
    ------
    InputError
        As `check_writable`, or if an existing folder holds other files; before the block starts.

    Notes
    -----
    Folders cannot be replaced in one step everywhere: the old one is renamed aside, the new one
    takes its name, and only then is the old one deleted. If the second step fails the first is
    undone. A process killed between the two leaves both, whole, under hidden names.

    Examples
    --------
    >>> root = Path(tempfile.mkdtemp())
    >>> with atomic_folder(root / "model") as part:
    ...     _ = (part / "model.json").write_text("{}")
    >>> [path.name for path in (root / "model").iterdir()]
    ['model.json']
    """
    check_folder(Path(target), may_replace)
    final = Path(os.path.realpath(target))
    part = _beside(final, "part")
    part.mkdir()
    try:
        yield part
        for path in sorted(part.rglob("*")):
            _flush_file(path) if path.is_file() else _flush_folder(path)
        _flush_folder(part)
        _swap(part, final)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    _flush_folder(final.parent)


def _swap(part: Path, final: Path) -> None:
    if not final.exists():
        part.rename(final)
        return
    old = _beside(final, "old")
    final.rename(old)
    try:
        part.rename(final)
    except BaseException:
        old.rename(final)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _check_target(path: Path) -> None:
    _check_parent(path)
    if path.is_dir():
        raise InputError(f"cannot write {shown(path)}: it is a folder; name a file in it")
    if path.exists() and not path.is_file():
        # Renaming over a device would replace the device itself.
        raise InputError(f"cannot write {shown(path)}: it is not a file; use - for standard output")
    if path.exists() and not os.access(path, os.W_OK):
        raise InputError(f"cannot write {shown(path)}: it is write-protected; choose another name")


def check_folder(path: Path, may_replace: Collection[str]) -> None:
    """Make sure that a folder can be written, before the work that fills it starts.

    Parameters
    ----------
    path
        The folder; it may be there already.
    may_replace
        Names of entries that an existing folder may hold.

    Raises
    ------
    InputError
        If it cannot be written, or holds anything else.
    """
    _check_parent(path)
    if not path.exists():
        return
    if not path.is_dir():
        raise InputError(f"cannot write {shown(path)}: it is a file; name a folder")
    if others := sorted({entry.name for entry in path.iterdir()} - set(may_replace)):
        raise InputError(
            f"cannot replace the folder {shown(path)}: it holds other files ({listed(others)}); "
            "choose a new or empty folder"
        )


def _check_parent(path: Path) -> None:
    folder = Path(os.path.realpath(path)).parent if path.is_symlink() else path.parent
    if not folder.is_dir():
        state = "is not a folder" if folder.exists() else "does not exist"
        raise InputError(
            f"cannot write {shown(path)}: the folder {shown(folder)} {state}; "
            "create it or choose another"
        )
    try:
        # Trying is the only answer that holds for access lists, quotas and read-only disks.
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise InputError(
            f"cannot write {shown(path)}: the folder {shown(folder)} refuses new files "
            f"({error.strerror or error}); choose another"
        ) from error


def _beside(final: Path, kind: str) -> Path:
    # Cut, so that a name of the greatest length a file system takes still has room for the rest.
    return final.with_name(f".{final.name[:40]}.{token_hex(4)}.{kind}")


def _flush_file(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _flush_folder(path: Path) -> None:
    # Windows cannot open a folder, and some network disks cannot flush one.
    with suppress(OSError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
