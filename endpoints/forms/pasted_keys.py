from __future__ import annotations

from typing import Any

from django import forms

_LONGEST_TEXT = 20_000


class KeyLinesInput(forms.Textarea):
    """Shows again what was typed, unless a private key is in it: that is never sent back."""

    def format_value(self, value: Any) -> str | None:
        text = super().format_value(value)
        return None if text and "PRIVATE" in text.upper() else text


class KeyLinesField(forms.CharField):
    """Public SSH keys as text: lines of `.pub` files, `authorized_keys` or `known_hosts`."""

    def __init__(self, *, placeholder: str, **kwargs: Any) -> None:
        attrs = {
            "rows": 3,
            "class": "mono",
            "spellcheck": "false",
            "autocomplete": "off",
            "placeholder": placeholder,
        }
        super().__init__(
            required=False,
            strip=False,
            max_length=_LONGEST_TEXT,
            widget=KeyLinesInput(attrs=attrs),
            **kwargs,
        )
