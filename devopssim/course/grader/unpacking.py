"""Unpack what was handed in as a zip archive, within bounds."""

import stat
import zipfile
from pathlib import Path, PurePosixPath
from typing import Final

from devopssim.course.grader.submissions import is_litter
from devopssim.errors import InvalidInputError

LARGEST_ARCHIVE: Final = 2 * 1024**3
LARGEST_MEMBER: Final = 100 * 1024**2
MOST_MEMBERS: Final = 50_000


def unpack(path: Path, target: Path) -> None:
    """Unpack a zip archive's ordinary files into a folder, within bounds; links and paths that lead out of it are left out.

    Parameters
    ----------
    path : Path
        The archive.
    target : Path
        An existing, empty folder.

    Raises
    ------
    InvalidInputError
        For a broken or encrypted archive, or one of more than `LARGEST_ARCHIVE` bytes or `MOST_MEMBERS` files.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with zipfile.ZipFile(Path(folder, "ada.zip"), "w") as archive:
    ...         archive.writestr("../out.txt", "x")
    ...         archive.writestr("01.ipynb", "{}")
    ...     Path(folder, "ada").mkdir()
    ...     unpack(Path(folder, "ada.zip"), Path(folder, "ada"))
    ...     sorted(path.name for path in Path(folder).rglob("*"))
    ['01.ipynb', 'ada', 'ada.zip']
    """
    left = LARGEST_ARCHIVE
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MOST_MEMBERS:
                raise InvalidInputError(f"{path.name}: it holds {len(members)} files; {MOST_MEMBERS} are allowed.")
            for member in members:
                name = PurePosixPath(member.filename.replace("\\", "/"))
                kind = stat.S_IFMT(member.external_attr >> 16)
                outside = name.is_absolute() or ".." in name.parts or not name.parts or ":" in name.parts[0]
                if outside or member.is_dir() or kind not in {0, stat.S_IFREG} or any(map(is_litter, name.parts)):
                    continue
                left -= _unpack_member(archive, member, target / name, min(left, LARGEST_MEMBER))
                if left <= 0:
                    raise InvalidInputError(f"{path.name}: it unpacks to more than {LARGEST_ARCHIVE // 1024**2} MB.")
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        RuntimeError,
        NotImplementedError,
        OSError,
        EOFError,
        ValueError,
    ) as error:
        raise InvalidInputError(
            f"{path.name}: it cannot be unpacked ({str(error)[:100]}); hand in the notebooks themselves."
        ) from error


def _unpack_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, most: int) -> int:
    """Write one file and return its size; one of more than `most` bytes is cut there, so that it is refused as too large later."""
    import zlib  # noqa: PLC0415 - its error is all that is needed

    written = 0
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(member) as packed, target.open("xb") as stream:
            while piece := packed.read(1 << 20):
                written += len(piece)
                stream.write(piece)
                if written > most:
                    break
    except FileExistsError:
        return written
    except zlib.error as error:
        raise zipfile.BadZipFile(str(error)) from error
    return written
