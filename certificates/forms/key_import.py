from __future__ import annotations

import uuid
from typing import Any

from crispy_forms.helper import FormHelper  # type: ignore[import-untyped]  # ships no types
from crispy_forms.layout import HTML, Div, Layout  # type: ignore[import-untyped]  # likewise
from django import forms

from certificates.forms.key_about import KeyAboutFields
from certificates.key_specs import KeyFile, Wanted
from ui.forms import LaidOut, OneFileField


class SecretTextarea(forms.Textarea):
    """A text area that never shows again what was typed into it."""

    def format_value(self, value: Any) -> None:
        return None


class KeyImportForm(LaidOut, KeyAboutFields):
    """A file of keys, or its text, and the passphrase; neither is ever shown again."""

    submit_label = "Import"

    wanted = forms.ChoiceField(
        label="What is it?",
        choices=(
            (Wanted.PRIVATE.value, "Private keys, with or without their certificates"),
            (Wanted.PUBLIC.value, "Public keys of others: a partner's SSH key, say"),
        ),
        initial=Wanted.PRIVATE.value,
        widget=forms.RadioSelect,
    )
    upload = OneFileField(label="File", required=False)
    pasted = forms.CharField(
        label="Or paste it",
        required=False,
        strip=False,
        widget=SecretTextarea(
            attrs={
                "rows": 7,
                "class": "mono",
                "spellcheck": "false",
                "autocomplete": "off",
                "placeholder": "-----BEGIN ENCRYPTED PRIVATE KEY-----",
            }
        ),
    )
    passphrase = forms.CharField(
        required=False,
        strip=False,
        max_length=1024,
        help_text="Only where the file is encrypted. It opens the file and is then forgotten.",
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    token = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["token"].initial = uuid.uuid4
        self.fields["name"].required = False
        self.fields["name"].help_text = "Empty: the name in the file, or the file's own."

    @property
    def helper(self) -> FormHelper:
        helper = super().helper
        helper.layout = Layout(
            "token",
            "wanted",
            Div(
                "upload",
                HTML('<p class="form-text" data-drop-names>Or drop it here.</p>'),
                css_class="drop-zone",
                data_drop="",
            ),
            "pasted",
            "passphrase",
            "name",
            "owner",
            self.new_owner_part,
            "labels",
            "note",
        )
        return helper

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        text = (cleaned.get("pasted") or "").strip()
        file = cleaned.get("upload")
        if not self.errors:
            if file and text:
                raise forms.ValidationError("Choose a file or paste text, not both.")
            if not file and not text:
                raise forms.ValidationError(
                    "Choose a file or paste text: there is nothing to import."
                )
        return cleaned

    def to_file(self) -> KeyFile:
        """The file as a value; reading it is the last that happens to the request's own."""
        told = self.cleaned_data
        file = told["upload"]
        return KeyFile(
            name=(file.name or "") if file else "",
            content=file.read() if file else told["pasted"].encode("utf-8", "surrogatepass"),
            passphrase=told["passphrase"].encode() or None,
            wanted=Wanted(told["wanted"]),
        )

    def to_token(self) -> uuid.UUID:
        """The token of the form, or a new one where somebody has taken it out."""
        token: uuid.UUID | None = self.cleaned_data["token"]
        return token or uuid.uuid4()
