from __future__ import annotations

import re

from django import forms
from django.core.validators import validate_email

from ui.forms import LaidOut

_MOST_RECIPIENTS = 20


class RecipientsForm(LaidOut, forms.Form):
    """Who hears of the end of what stands in a trust store."""

    recipients = forms.CharField(
        required=False,
        max_length=4000,
        label="E-mail addresses",
        widget=forms.Textarea(attrs={"rows": 4, "placeholder": "pki@example.org"}),
        help_text="One in each line. Empty: whoever hears of everything else.",
    )

    def clean_recipients(self) -> tuple[str, ...]:
        words = re.split(r"[\s,;]+", self.cleaned_data["recipients"].strip())
        addresses = tuple(dict.fromkeys(word for word in words if word))
        if len(addresses) > _MOST_RECIPIENTS:
            raise forms.ValidationError(f"At most {_MOST_RECIPIENTS} addresses.")
        for address in addresses:
            try:
                validate_email(address)
            except forms.ValidationError as error:
                raise forms.ValidationError(f"“{address}” is no e-mail address.") from error
        return addresses

    def to_recipients(self) -> tuple[str, ...]:
        recipients: tuple[str, ...] = self.cleaned_data["recipients"]
        return recipients
