from __future__ import annotations

from typing import Any

from django import forms

from certificates.models import Owner, Protocol
from ui.plain_names import plain_name


class KeyUseForm(forms.Form):
    """Somewhere that a key is used."""

    protocol = forms.ChoiceField(choices=Protocol.choices)
    place = forms.CharField(
        label="Where",
        max_length=200,
        widget=forms.TextInput(
            attrs={"placeholder": "sftp.example.com, account upload", "autocomplete": "off"}
        ),
    )
    partner = forms.ModelChoiceField(
        queryset=Owner.objects.none(), required=False, empty_label="Our own"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        partner = self.fields["partner"]
        assert isinstance(partner, forms.ModelChoiceField)  # noqa: S101  (declared above)
        partner.queryset = Owner.objects.all()

    def clean_place(self) -> str:
        return plain_name(" ".join(str(self.cleaned_data["place"]).split()), "The place")
