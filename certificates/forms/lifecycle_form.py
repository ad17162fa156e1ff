from __future__ import annotations

import re
from typing import Any

from django import forms

from certificates.models import Certificate, Lifecycle
from ui.forms import LaidOut


class LifecycleForm(LaidOut, forms.Form):
    """Where a certificate stands in its life, and by which other one it was replaced."""

    submit_label = "Save"

    lifecycle = forms.ChoiceField(label="State", choices=Lifecycle.choices)
    replaced_by = forms.CharField(
        label="Replaced by",
        required=False,
        max_length=200,
        help_text="The SHA-256 fingerprint of its successor. Only for a replaced certificate.",
        widget=forms.TextInput(attrs={"class": "mono", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, certificate: Certificate, **kwargs: Any) -> None:
        successor = certificate.replaced_by
        kwargs.setdefault(
            "initial",
            {
                "lifecycle": certificate.lifecycle,
                "replaced_by": successor.sha256 if successor else "",
            },
        )
        super().__init__(*args, **kwargs)
        self.certificate = certificate

    def clean_replaced_by(self) -> Certificate | None:
        digits = re.sub(r"[\s:]", "", self.cleaned_data["replaced_by"].lower())
        if not digits or self.data.get("lifecycle") != Lifecycle.REPLACED:
            return None
        found = Certificate.objects.filter(sha256=digits).first()
        if found is None:
            raise forms.ValidationError("No certificate here has this SHA-256 fingerprint.")
        if found == self.certificate:
            raise forms.ValidationError("A certificate cannot replace itself.")
        return found
