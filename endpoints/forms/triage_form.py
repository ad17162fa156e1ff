from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.validators import ProhibitNullCharactersValidator

from ui.forms import LaidOut

_PRIVATE = re.compile(
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----"
    r"(?:.*?-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|.*)"
    r"|PuTTY-User-Key-File-[0-9](?:.*?Private-MAC:[^\n]*|.*)",
    re.DOTALL,
)


def without_private_keys(text: str) -> str:
    """The text with a word in the place of each private key; every line keeps its number."""
    return _PRIVATE.sub(lambda key: "(a private key, left out)" + "\n" * key[0].count("\n"), text)


class LogLinesInput(forms.Textarea):
    """Shows again what was typed, without private keys: these are never sent back."""

    def format_value(self, value: Any) -> str | None:
        text = super().format_value(value)
        return without_private_keys(text) if text else text


class TriageForm(LaidOut, forms.Form):
    """Lines of a log. They are read, answered, and forgotten."""

    submit_label = "Explain"

    pasted = forms.CharField(
        label="Lines of a log, or a whole transcript",
        strip=False,
        widget=LogLinesInput(
            attrs={
                "rows": 9,
                "class": "mono",
                "spellcheck": "false",
                "autocomplete": "off",
                "autocapitalize": "off",
                "placeholder": "verify error:num=20:unable to get local issuer certificate",
            }
        ),
        error_messages={"required": "Paste at least one line: there is nothing to explain."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Logs hold anything. NUL goes nowhere near the database and is shown as an escape.
        field = self.fields["pasted"]
        field.validators = [
            one for one in field.validators if not isinstance(one, ProhibitNullCharactersValidator)
        ]

    def clean_pasted(self) -> str:
        pasted: str = self.cleaned_data["pasted"]
        if not pasted.strip():
            raise forms.ValidationError(
                "Paste at least one line: there is nothing to explain.", code="required"
            )
        return without_private_keys(pasted)

    def to_spec(self) -> str:
        pasted: Any = self.cleaned_data["pasted"]
        return str(pasted)
