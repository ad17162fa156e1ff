from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from certificates.key_texts import error_said
from endpoints.specs import Address
from endpoints.texts import ADDRESS_TEXTS
from pki.host_names import NameRefused, address, host_name, is_address, shown_name

MORE_ROWS = 5
MOST_ADDRESSES = 100
_BLANK_ROWS, _BLANK_BEHIND_OTHERS = 2, 1
_LONGEST_VALUE = 2_048
# What looks like an IPv4 address to programs, and is none (WHATWG URL, "ends in a number"): no DNS
# name has such an end either (RFC 1123, section 2.1).
_ENDS_IN_NUMBER = re.compile(r"(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)\Z")
_SEPARATORS = re.compile(r"[\s,;]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class AddressRow:
    """A row as somebody typed it, with what is wrong with it, or how it is kept."""

    value: str
    problem: str = ""
    kept: str = ""


class AddressRows(forms.Widget):
    """A row for each address; a script adds more, and so does a button of the form."""

    template_name = "endpoints/address_rows.html"
    blank_rows = 0

    def value_from_datadict(
        self, data: Mapping[str, Any], files: Mapping[str, Any], name: str
    ) -> list[str]:
        read = getattr(data, "getlist", None)
        rows = read(f"{name}_value") if read is not None else []
        return [word for row in rows for word in _SEPARATORS.split(row) if word]

    def value_omitted_from_data(
        self, data: Mapping[str, Any], files: Mapping[str, Any], name: str
    ) -> bool:
        return f"{name}_value" not in data

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        filled = [looked_at(row) for row in value or ()]
        blanks = self.blank_rows or (_BLANK_BEHIND_OTHERS if filled else _BLANK_ROWS)
        context["rows"] = [*filled, *(AddressRow(value="") for _ in range(blanks))]
        return context


def looked_at(value: str) -> AddressRow:
    """The row with what there is to say about it."""
    try:
        kept = read_address(value).host
    except ValidationError as error:
        return AddressRow(value=value, problem=str(error.message))
    other = kept if kept != value else shown_name(kept) if shown_name(kept) != kept else ""
    return AddressRow(value=value, kept=other)


def read_address(text: str) -> Address:
    """The address that somebody typed. Raises `ValidationError` with what to do about it."""
    if len(text) > _LONGEST_VALUE:
        raise ValidationError(f"An address of {len(text)} characters is too long.")
    try:
        if is_address(text):
            return Address(host=address(text), is_ip=True)
        if "*" in text:
            raise NameRefused(kind="dns", value=text, why="wildcard")
        name = host_name(text)
        if is_address(name):
            # Typed with the digits or dots of another script.
            return Address(host=address(name), is_ip=True)
        if _ENDS_IN_NUMBER.search(name):
            raise NameRefused(kind="ip", value=text, why="number")
        return Address(host=name)
    except NameRefused as error:
        why = str(error.data["why"])
        told = ADDRESS_TEXTS.get(why, "").format_map(error.data)
        raise ValidationError(told or " ".join(error_said(error)).strip()) from None


class AddressRowsField(forms.Field):
    """DNS names as A-labels, and IP addresses; each once, in the order given."""

    widget = AddressRows

    def clean(self, value: Sequence[str]) -> tuple[Address, ...]:
        rows = list(value or ())
        if len(rows) > MOST_ADDRESSES:
            raise ValidationError(
                f"These are {len(rows)} addresses; a service takes {MOST_ADDRESSES}. "
                "Describe the others as a service of their own."
            )
        found: list[Address] = []
        problems: list[str] = []
        for row in rows:
            try:
                found.append(read_address(row))
            except ValidationError as error:
                problems.append(str(error.message))
        if problems:
            more = f" And {len(problems) - 3} more." if len(problems) > 3 else ""
            raise ValidationError(" ".join(problems[:3]) + more)
        if not found and self.required:
            raise ValidationError("Give at least one address by which clients reach it.")
        return tuple(dict.fromkeys(found))
