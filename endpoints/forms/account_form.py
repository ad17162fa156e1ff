from __future__ import annotations

import uuid
from typing import Any

from crispy_forms.helper import FormHelper  # type: ignore[import-untyped]  # ships no types
from crispy_forms.layout import HTML, Fieldset, Layout  # type: ignore[import-untyped]  # likewise
from django import forms

from certificates.models import Certificate
from endpoints.choices import key_ref, key_value
from endpoints.forms.party import PartyFields
from endpoints.forms.pasted_keys import KeyLinesField
from endpoints.forms.picks import PickField, PickingForm
from endpoints.forms.token_form import TokenForm
from endpoints.models import Account, Service
from endpoints.specs import AccountSpec, KeyRef
from endpoints.texts import refusal_text
from ui.forms import LaidOut
from ui.plain_names import plain_name


class AccountForm(LaidOut, PickingForm, PartyFields):
    """An account as people describe it. `token` makes one of a form sent twice."""

    name = forms.CharField(
        max_length=200,
        strip=False,
        help_text="Exactly as the server knows it, capitals included: a client certificate logs in "
        "where its CN is this name, byte for byte.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    certificates = PickField(
        kind="certificate",
        many=True,
        label="Client certificates",
        help_text="With each of these it logs in: the one in use, and its successor already.",
    )
    ssh_keys = PickField(
        kind="key",
        many=True,
        label="SSH keys",
        help_text="Keys of the key store. Of a partner the public key is enough.",
    )
    pasted_keys = KeyLinesField(
        label="Or paste public SSH keys",
        placeholder="ssh-ed25519 AAAAC3Nza… partner@example",
        help_text="Lines of a .pub or authorized_keys file. They are kept as public keys.",
    )
    services = PickField(kind="service", many=True, label="Services that it uses")
    notes = forms.CharField(
        required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)
    token = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, account: Account | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account
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
            Fieldset("With what it logs in", "certificates", "ssh_keys", "pasted_keys"),
            Fieldset("Where", "services"),
        )
        return helper

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if name != name.strip():
            raise forms.ValidationError(
                "The name begins or ends with a space, and names are compared byte for byte. "
                "Take the space out."
            )
        plain_name(name)
        others = Account.objects.exclude(pk=self.account.pk if self.account else 0)
        if others.filter(name=name).not_made_by(self.sent_token()).exists():
            raise forms.ValidationError(refusal_text("account.name_taken", {"name": name}))
        return name

    @property
    def pasted(self) -> str:
        """The public keys that were pasted."""
        text: str = self.cleaned_data["pasted_keys"]
        return text if text.strip() else ""

    def to_spec(self, pasted: tuple[KeyRef, ...] = ()) -> AccountSpec:
        """The account; `pasted` are the keys that were brought in with it."""
        told = self.cleaned_data
        chosen = [ref for value in told["ssh_keys"] if (ref := key_ref(value)) is not None]
        return AccountSpec(
            name=told["name"],
            notes=told["notes"],
            partner=self.to_party(),
            certificates=tuple(map(int, told["certificates"])),
            ssh_keys=(*chosen, *pasted),
            services=tuple(map(int, told["services"])),
        )

    def sent_token(self) -> uuid.UUID | None:
        """The token that came with the form, also before its fields were looked at."""
        return TokenForm.sent(self.data)

    def to_token(self) -> uuid.UUID:
        """The token of the form, or a new one where somebody has taken it out."""
        token: uuid.UUID | None = self.cleaned_data["token"]
        return token or uuid.uuid4()


def initial_of(account: Account) -> dict[str, Any]:
    """What the form of an account begins with."""
    keys = account.ssh_keys.select_related("private_key", "public_key").order_by("pk")
    return {
        "name": account.name,
        "certificates": [str(one.certificate_id) for one in account.certificates.order_by("pk")],
        "ssh_keys": [key_value(one.key) for one in keys],
        "services": [str(pk) for pk in account.services.values_list("pk", flat=True)],
        "owner": account.partner_id,
        "notes": account.notes,
        "revision": account.revision,
    }


def initial_from(certificate: Certificate | None, service: Service | None) -> dict[str, Any]:
    """What the form of an account begins with that shall log in with it, or there."""
    initial: dict[str, Any] = {}
    if certificate is not None:
        initial = {"name": certificate.cn, "certificates": [str(certificate.pk)]}
    if service is not None:
        initial["services"] = [str(service.pk)]
    return initial
