from __future__ import annotations

import uuid
from typing import Any

from crispy_forms.helper import FormHelper  # type: ignore[import-untyped]  # ships no types
from crispy_forms.layout import HTML, Fieldset, Layout  # type: ignore[import-untyped]  # likewise
from django import forms

from endpoints.forms.party import PartyFields
from endpoints.models import Account
from endpoints.specs import AccountSpec
from ui.forms import LaidOut


class AccountForm(LaidOut, PartyFields):
    """An account as people describe it. `token` makes one of a form sent twice."""

    name = forms.CharField(
        max_length=200,
        strip=False,
        help_text="Exactly as the server knows it, capitals included: a client certificate logs in "
        "where its CN is this name, byte for byte.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    notes = forms.CharField(
        required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)
    token = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["token"].initial = uuid.uuid4
        self.fields["owner"].label = "Partner"
        self.fields["owner"].help_text = "Whom the account belongs to."

    @property
    def helper(self) -> FormHelper:
        helper = super().helper
        helper.form_class = "form-plain form-wide"
        helper.layout = Layout(
            HTML('{% include "endpoints/_form_top.html" %}'),
            "token",
            "revision",
            Fieldset("The account", "name", "owner", self.new_owner_part, "notes"),
        )
        return helper

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if name != name.strip():
            raise forms.ValidationError(
                "The name begins or ends with a space, and names are compared byte for byte. "
                "Take the space out."
            )
        return name

    def to_spec(self) -> AccountSpec:
        return AccountSpec(
            name=self.cleaned_data["name"],
            notes=self.cleaned_data["notes"],
            partner=self.to_party(),
        )

    def to_token(self) -> uuid.UUID:
        """The token of the form, or a new one where somebody has taken it out."""
        token: uuid.UUID | None = self.cleaned_data["token"]
        return token or uuid.uuid4()


def initial_of(account: Account) -> dict[str, Any]:
    """What the form of an account begins with."""
    return {
        "name": account.name,
        "owner": account.partner_id,
        "notes": account.notes,
        "revision": account.revision,
    }
