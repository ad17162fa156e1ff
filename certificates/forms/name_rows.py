from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from certificates.key_texts import error_said
from pki.csr.spec import alt_name
from pki.extensions.general_names import AltName
from pki.host_names import NameRefused
from pki.limits import DEFAULT

KINDS = (("dns", "DNS"), ("ip", "IP"), ("email", "E-mail"), ("uri", "URI"))
_BLANK_ROWS, _BLANK_BEHIND_OTHERS = 3, 1
MORE_ROWS = 5
_LONGEST_VALUE = 2_048


@dataclass(frozen=True, kw_only=True, slots=True)
class NameRow:
    """A row as somebody typed it, with what is wrong with it, or how it is written."""

    kind: str
    value: str
    problem: str = ""
    written: str = ""


class NameRows(forms.Widget):
    """Rows of a kind and a value; a script adds more, and so does a button of the form."""

    template_name = "certificates/requests/name_rows.html"
    blank_rows = 0

    def value_from_datadict(
        self, data: Mapping[str, Any], files: Mapping[str, Any], name: str
    ) -> list[NameRow]:
        read = getattr(data, "getlist", None)
        if read is None:
            return []
        kinds, values = read(f"{name}_kind"), read(f"{name}_value")
        return [
            NameRow(kind=kind, value=value)
            for kind, value in zip(kinds, values, strict=False)
            if value.strip()
        ]

    def value_omitted_from_data(
        self, data: Mapping[str, Any], files: Mapping[str, Any], name: str
    ) -> bool:
        return f"{name}_value" not in data

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        filled = [looked_at(row) for row in value or ()]
        blank = NameRow(kind="dns", value="")
        blanks = self.blank_rows or (_BLANK_BEHIND_OTHERS if filled else _BLANK_ROWS)
        context |= {"rows": [*filled, *(blank for _ in range(blanks))], "kinds": KINDS}
        return context


def looked_at(row: NameRow) -> NameRow:
    """The row with what there is to say about it."""
    try:
        written = alt_name(row.kind, row.value).value
    except NameRefused as error:
        problem = " ".join(error_said(error)).strip()
        return NameRow(kind=row.kind, value=row.value, problem=problem)
    note = written if written != row.value.strip() else ""
    return NameRow(kind=row.kind, value=row.value, written=note)


class NameRowsField(forms.Field):
    """Alternative names, each of its kind and in canonical form."""

    widget = NameRows

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)

    def clean(self, value: Sequence[NameRow]) -> tuple[AltName, ...]:
        rows = list(value or ())
        if len(rows) > DEFAULT.names_per_certificate:
            raise ValidationError(
                f"These are {len(rows)} names; the console takes {DEFAULT.names_per_certificate}. "
                "Divide them between several certificates."
            )
        names: list[AltName] = []
        problems: list[str] = []
        for row in rows:
            if len(row.value) > _LONGEST_VALUE:
                problems.append(f"A name of {len(row.value)} characters is too long.")
                continue
            try:
                names.append(alt_name(row.kind, row.value))
            except NameRefused as error:
                problems.append(" ".join(error_said(error)).strip())
        if problems:
            more = f" And {len(problems) - 3} more." if len(problems) > 3 else ""
            raise ValidationError(" ".join(problems[:3]) + more)
        return tuple(names)


def rows_of(names: Sequence[AltName]) -> list[NameRow]:
    """Rows that a form begins with."""
    return [NameRow(kind=entry.kind, value=entry.value) for entry in names]
