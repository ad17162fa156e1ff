from __future__ import annotations

import uuid
from typing import Any

from crispy_forms.helper import FormHelper  # type: ignore[import-untyped]  # ships no types
from crispy_forms.layout import HTML, Div, Layout  # type: ignore[import-untyped]  # likewise
from django import forms
from django.conf import settings

from certificates.specs import Upload
from ui.forms import FilesField, LaidOut
from ui.uploads import size_text


class ImportForm(LaidOut, forms.Form):
    """Text and files to bring in; `token` makes a form that is sent twice one import."""

    submit_label = "Import"

    pasted = forms.CharField(
        label="Paste text",
        required=False,
        strip=False,
        widget=forms.Textarea(
            attrs={
                "rows": 10,
                "class": "mono",
                "spellcheck": "false",
                "autocomplete": "off",
                "placeholder": "-----BEGIN CERTIFICATE-----",
            }
        ),
    )
    uploads = FilesField(label="Files", required=False)
    token = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["token"].initial = uuid.uuid4

    @property
    def helper(self) -> FormHelper:
        helper = super().helper
        helper.layout = Layout(
            "token",
            Div(
                "uploads",
                HTML('<p class="form-text" data-drop-names>Or drop them here.</p>'),
                css_class="drop-zone mb-3",
                data_drop="",
            ),
            "pasted",
        )
        return helper

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        text = cleaned.get("pasted") or ""
        files = cleaned.get("uploads") or []
        if not self.errors and not files and not text.strip():
            raise forms.ValidationError("Choose a file or paste text: there is nothing to import.")
        size = len(text.encode("utf-8", "surrogatepass")) + sum(file.size for file in files)
        if size > settings.UPLOAD_MAX_BYTES:
            raise forms.ValidationError(
                f"Together this is {size_text(size)}; one import takes "
                f"{size_text(settings.UPLOAD_MAX_BYTES)}. Send it in parts."
            )
        return cleaned

    def to_uploads(self) -> list[Upload]:
        """The files as values; reading them is the last that happens to the request's own."""
        return [
            Upload(name=file.name or "", content=file.read())
            for file in self.cleaned_data["uploads"]
            if file is not None
        ]

    def to_token(self) -> uuid.UUID:
        """The token of the form, or a new one where somebody has taken it out."""
        token: uuid.UUID | None = self.cleaned_data["token"]
        return token or uuid.uuid4()
