from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper  # type: ignore[import-untyped]  # ships no types
from crispy_forms.layout import HTML, Div, Layout  # type: ignore[import-untyped]  # likewise
from django import forms

from certificates.specs import Upload
from ui.forms import FilesField, LaidOut

_PLACEHOLDER = "-----BEGIN CERTIFICATE-----"


def _pasted(label: str, placeholder: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        strip=False,
        widget=forms.Textarea(
            attrs={
                "rows": 7,
                "class": "mono",
                "spellcheck": "false",
                "autocomplete": "off",
                "placeholder": placeholder,
            }
        ),
    )


class BroughtForm(LaidOut, forms.Form):
    """Files or pasted text."""

    uploads = FilesField(label="Files", required=False)
    pasted = _pasted("Or paste it", _PLACEHOLDER)

    @property
    def helper(self) -> FormHelper:
        helper = super().helper
        helper.layout = Layout(
            Div(
                "uploads",
                HTML('<p class="form-text" data-drop-names>Or drop them here.</p>'),
                css_class="drop-zone mb-3",
                data_drop="",
            ),
            "pasted",
        )
        return helper

    @property
    def bare_helper(self) -> FormHelper:
        """The fields alone, for a page that writes the form around them."""
        helper = self.helper
        helper.form_tag = False
        helper.submit_label = ""
        return helper

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("uploads") and not cleaned["pasted"].strip():
            raise forms.ValidationError("Choose a file or paste text: there is nothing here.")
        return cleaned

    def to_uploads(self) -> list[Upload]:
        """What was brought, as values."""
        brought = [
            Upload(name=file.name or "", content=file.read())
            for file in self.cleaned_data["uploads"]
            if file is not None
        ]
        if text := self.cleaned_data["pasted"].strip():
            brought.append(Upload(name="", content=text.encode("utf-8", "surrogatepass")))
        return brought


class ReplyForm(BroughtForm):
    """What the CA sent."""

    submit_label = "Attach the reply"


class FillForm(BroughtForm):
    """A request or certificate that a new one is to be like."""

    submit_label = "Fill the form"

    self_signed = forms.BooleanField(required=False, widget=forms.HiddenInput)
    pasted = _pasted("Or paste it", "-----BEGIN CERTIFICATE REQUEST-----")

    @property
    def helper(self) -> FormHelper:
        helper = super().helper
        helper.layout.fields.insert(0, "self_signed")
        return helper
