from __future__ import annotations

from typing import Any

from django import forms

from endpoints.models import Account, Service

MOST_CHARACTERS = 20_000


class FingerprintForm(forms.Form):
    """Something to compare with the stored keys, and whose key it should be."""

    pasted = forms.CharField(
        label="Fingerprint, prompt, line or public key",
        max_length=MOST_CHARACTERS,
        widget=forms.Textarea(
            attrs={
                "rows": 4,
                "class": "mono",
                "spellcheck": "false",
                "autocomplete": "off",
                "placeholder": "ED25519 key fingerprint is SHA256:…",
            }
        ),
        error_messages={
            "required": "Paste a fingerprint, a prompt of ssh, a line of known_hosts or a public key."
        },
    )
    service = forms.ModelChoiceField(
        queryset=Service.objects.all(), required=False, widget=forms.HiddenInput
    )
    account = forms.ModelChoiceField(
        queryset=Account.objects.all(), required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Two of these forms may stand on one page.
        self.auto_id = "id_compare_%s"

    def owner(self) -> Service | Account | None:
        """Whose key it should be; None where nobody was named, or somebody who is gone."""
        if not hasattr(self, "cleaned_data"):
            return None
        owner: Service | Account | None = self.cleaned_data.get("service")
        return owner or self.cleaned_data.get("account")
