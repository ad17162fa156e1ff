"""Uploads stay in memory: they may hold a private key, which must not touch a disk."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, NoReturn

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest

if TYPE_CHECKING:
    # Generic in the stubs only.
    from django.core.files.uploadedfile import UploadedFile as _UploadedFile

    BinaryUpload = _UploadedFile[bytes]
else:
    BinaryUpload = UploadedFile

_UNITS = ((1024 * 1024, "MiB"), (1024, "KiB"))


def size_text(size: int) -> str:
    """A number of bytes as people read it: `32 MiB`, `1.5 KiB`, `12 bytes`."""
    for unit, word in _UNITS:
        if size >= unit:
            number = f"{size / unit:.1f}".removesuffix(".0")
            return f"{number} {word}"
    return f"{size} byte{'' if size == 1 else 's'}"


class RefusedUpload(BinaryUpload):
    """Stands for a file that was over the limit: it has a name and a size, and no content.

    `ui.forms.FilesField` makes a form error of it. A form that does not look cannot mistake it
    for an empty file: reading it ends the request with 413.
    """

    def __init__(self, *, name: str, size: int, field_name: str, limit: int) -> None:
        super().__init__(file=io.BytesIO(), name=name, size=size)
        self.field_name = field_name
        self.limit = limit

    @property
    def says(self) -> str:
        return (
            f"{self.name} is too large: all files of one upload together may have "
            f"{size_text(self.limit)}. Send it in parts."
        )

    def read(self, *_: Any, **__: Any) -> NoReturn:
        raise RequestDataTooBig(self.says)

    def chunks(self, *_: Any, **__: Any) -> NoReturn:
        raise RequestDataTooBig(self.says)

    def open(self, *_: Any, **__: Any) -> NoReturn:
        raise RequestDataTooBig(self.says)


class BoundedMemoryUploadHandler(FileUploadHandler):
    """Keeps at most `settings.UPLOAD_MAX_BYTES` of a request's files, in memory alone.

    What goes beyond is read off the wire and dropped, so that the form can still be answered.
    """

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.limit: int = settings.UPLOAD_MAX_BYTES
        self.kept_before = 0
        self.size = 0
        self.buffer = io.BytesIO()

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.size = 0
        self.buffer = io.BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.size += len(raw_data)
        if self._fits:
            self.buffer.write(raw_data)
        else:
            self.buffer = io.BytesIO()

    def file_complete(self, file_size: int) -> BinaryUpload:
        name = self.file_name or "The file"
        if not self._fits:
            return RefusedUpload(
                name=name, size=file_size, field_name=self.field_name or "", limit=self.limit
            )
        self.kept_before += file_size
        self.buffer.seek(0)
        return InMemoryUploadedFile(
            file=self.buffer,
            field_name=self.field_name,
            name=name,
            content_type=self.content_type or "application/octet-stream",
            size=file_size,
            charset=self.charset,
            content_type_extra=self.content_type_extra or {},
        )

    @property
    def _fits(self) -> bool:
        return self.kept_before + self.size <= self.limit
