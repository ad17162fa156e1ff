"""CSV files that are sent while they are written, and whose cells open as text and nothing else."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.http import StreamingHttpResponse

from pki.names import visible
from ui.http import file_name
from ui.moments import machine

# What spreadsheet programs take for the beginning of a formula, the full-width forms included.
_FORMULA = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
_BYTE_ORDER_MARK = "\ufeff"


class _Echo:
    """What `csv.writer` writes into: it hands each line straight back."""

    def write(self, line: str) -> str:
        return line


def cell(value: object) -> str:
    """A cell as text: never a formula, never a character that acts instead of showing.

    Names out of certificates are chosen by their authors (OWASP: CSV injection). What begins like a
    formula, also behind blanks, gets an apostrophe in front, and every cell is quoted.
    """
    if value is None:
        return ""
    if isinstance(value, datetime):
        return machine(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    text = str(value)
    shown = visible(text)
    begins = text.lstrip(" \u00a0\u3000")[:1]
    return f"'{shown}" if begins in _FORMULA and begins else shown


def stream_csv(
    filename: str, header: Sequence[str], rows: Iterable[Sequence[object]]
) -> StreamingHttpResponse:
    """A download of rows as they come; it is neither shown nor kept by a browser or a proxy."""
    response = StreamingHttpResponse(_lines(header, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{file_name(filename)}"'
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _lines(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    writer = csv.writer(_Echo(), quoting=csv.QUOTE_ALL)
    # Without it, spreadsheet programs read UTF-8 as something else.
    yield _BYTE_ORDER_MARK + str(writer.writerow(header))
    for row in rows:
        yield str(writer.writerow([cell(value) for value in row]))
