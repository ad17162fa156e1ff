"""A side's files as a zip archive, made and read back in memory."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping

from pki.errors import PkiError
from pki.kits.files import SideFiles

# Zip knows no time zone and no year before 1980: a time that says nothing.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_OWNER_ONLY = 0o100600 << 16
_EVERYBODY = 0o100644 << 16
_SAFE = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9_.-]*/)?[A-Za-z0-9_][A-Za-z0-9_.-]*\Z")
_MOST_FILES = 30
_LARGEST = 8 * 1024 * 1024


class ArchiveWrong(PkiError):
    """An archive that does not read back as it was written. Data: `why`, `file`."""

    code = "kit.archive_wrong"


def pack(side: SideFiles) -> bytes:
    """The archive; what holds a key is for its owner alone. The same files make the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in side.files:
            entry = zipfile.ZipInfo(one.name, date_time=_NO_TIME)
            entry.create_system = 3  # Unix: the permissions below count
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = _OWNER_ONLY if one.holds_key else _EVERYBODY
            archive.writestr(entry, one.content)
    return packed.getvalue()


def unpack(packed: bytes) -> Mapping[str, bytes]:
    """The files of an archive by their names, as whoever gets it has them. Raises `ArchiveWrong`.

    A name is one of letters, digits, dots, dashes and underscores below at most one folder: nothing
    else is written by `pack`, and nothing else is taken.
    """
    found: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            entries = archive.infolist()
            if len(entries) > _MOST_FILES or sum(one.file_size for one in entries) > _LARGEST:
                raise ArchiveWrong(why="too_large", file="")
            for entry in entries:
                if not _SAFE.match(entry.filename) or entry.filename in found:
                    raise ArchiveWrong(why="name", file=ascii(entry.filename)[:80])
                found[entry.filename] = archive.read(entry)
    except (zipfile.BadZipFile, EOFError) as error:
        raise ArchiveWrong(why="not_readable", file="") from error
    return found
