from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse

from endpoints.choices import CHOICES, MOST_FOUND
from endpoints.forms.address_rows import MORE_ROWS, AddressRows

MOST_CHOSEN = 1_000
_LONGEST_TEXT = 400


class Pick(forms.Widget):
    """What is chosen, and a search for more of it.

    The search is a step of the form (`act=search:NAME`); a script makes it a live one. `text` is
    what was searched for, None where nothing was.
    """

    template_name = "endpoints/pick.html"
    text: str | None = None

    def __init__(self, *, kind: str, many: bool, ordered: bool, none: str) -> None:
        super().__init__()
        self.kind, self.many, self.ordered, self.none = kind, many, ordered, none

    def value_from_datadict(
        self, data: Mapping[str, Any], files: Mapping[str, Any], name: str
    ) -> list[str]:
        read = getattr(data, "getlist", None)
        values = read(name) if read is not None else []
        return list(dict.fromkeys(value for value in values if value))

    def value_omitted_from_data(
        self, data: Mapping[str, Any], files: Mapping[str, Any], name: str
    ) -> bool:
        return name not in data

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        choices = CHOICES[self.kind]
        # All of them, also those that are too many: what is not shown would be lost by saving.
        chosen = choices.chosen(list(value or ()))
        found = [] if self.text is None else choices.search(self.text)
        picked = {choice.value for choice in chosen}
        return context | {
            "name": name,
            "many": self.many,
            "ordered": self.ordered,
            "none": self.none,
            "chosen": chosen,
            "text": self.text,
            "found": [one for one in found[:MOST_FOUND] if one.value not in picked],
            "more": len(found) > MOST_FOUND,
            "placeholder": choices.placeholder,
            "address": reverse("endpoints:choices", args=[self.kind]),
            "described": (attrs or {}).get("aria-describedby", ""),
        }


class PickField(forms.Field):
    """Things out of an inventory, by what `endpoints.choices` calls them; gives their values."""

    widget: Pick

    def __init__(
        self, *, kind: str, many: bool = False, ordered: bool = False, none: str = "", **kwargs: Any
    ) -> None:
        widget = Pick(kind=kind, many=many, ordered=ordered, none=none)
        super().__init__(required=False, widget=widget, **kwargs)

    def clean(self, value: Sequence[str]) -> tuple[str, ...]:
        values = list(value or ())
        if len(values) > MOST_CHOSEN:
            raise ValidationError(
                f"These are {len(values):,}; at most {MOST_CHOSEN:,} can be chosen."
            )
        if len(values) > 1 and not self.widget.many:
            raise ValidationError("Choose one.")
        kept = tuple(one.value for one in CHOICES[self.widget.kind].chosen(values))
        if len(kept) != len(values):
            raise ValidationError("Something that was chosen is not there any more. Choose again.")
        return kept


class PickingForm(forms.Form):
    """A form whose picks are searched, and whose rows grow, before it is sent for good."""

    def typed_again(self, act: str) -> Self | None:
        """The form as it was typed, with what the button asked for; None where it was "save".

        Who presses Enter after typing into a search means the search, and saves nothing.
        """
        verb, _, rest = act.partition(":")
        name, _, value = rest.partition(":")
        searched = [name] if verb == "search" else [] if verb != "save" else self._new_searches()
        if verb == "save" and not searched:
            return None
        again = type(self)(initial={name: self[name].value() for name in self.fields})
        for pick in searched:
            again.search(pick, self._text_of(pick))
        if verb == "up" and name in again.fields:
            again.initial[name] = _moved_up(again.initial[name] or [], value)
        if verb == "more_rows":
            again.more_rows()
        return again

    def search(self, name: str, text: str) -> None:
        """Show what that text finds."""
        field = self.fields.get(name)
        if isinstance(field, PickField):
            field.widget.text = text.strip()[:_LONGEST_TEXT]

    def more_rows(self) -> None:
        """Show further blank rows for addresses."""
        for field in self.fields.values():
            if isinstance(field.widget, AddressRows):
                field.widget.blank_rows = MORE_ROWS

    def _text_of(self, name: str) -> str:
        return str(self.data.get(f"{name}_search", ""))

    def _new_searches(self) -> list[str]:
        return [
            name
            for name, field in self.fields.items()
            if isinstance(field, PickField)
            and (text := self._text_of(name).strip())
            and text != self.data.get(f"{name}_searched", "")
        ]


def _moved_up(values: Sequence[str], value: str) -> list[str]:
    moved = list(values)
    if value in moved[1:]:
        at = moved.index(value)
        moved[at - 1], moved[at] = moved[at], moved[at - 1]
    return moved
