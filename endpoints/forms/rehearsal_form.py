from __future__ import annotations

import uuid
from typing import Any

from crispy_forms.helper import FormHelper  # type: ignore[import-untyped]  # ships no types
from crispy_forms.layout import HTML, Div, Fieldset, Layout  # type: ignore[import-untyped]  # likewise
from django import forms
from django.urls import reverse

from endpoints.forms.pasted_keys import KeyLinesInput
from endpoints.forms.picks import PickField, PickingForm
from endpoints.models import Account, Service
from endpoints.rehearsal_specs import PastedCertificate, RehearsalClient, RehearsalOrder
from pki.handshake.inputs import TlsVersion
from ui.forms import LaidOut

LONGEST_PASTE = 200_000
_CLIENTS = (
    (RehearsalClient.ACCOUNT.value, "An account that is described here"),
    (RehearsalClient.PASTED.value, "Somebody whose certificates I paste"),
    (RehearsalClient.NOBODY.value, "Somebody without a client certificate"),
)
_VERSIONS = (
    ("", "Whatever both agree on"),
    (TlsVersion.TLS_1_3.value, "TLS 1.3 alone"),
    (TlsVersion.TLS_1_2.value, "TLS 1.2 alone"),
)


class RehearsalForm(LaidOut, PickingForm):
    """Who connects to what. `token` makes one rehearsal of a form sent twice."""

    submit_label = "Rehearse"

    service = PickField(kind="service", none="No service", label="Service")
    client = forms.ChoiceField(
        label="Who connects",
        choices=_CLIENTS,
        initial=RehearsalClient.ACCOUNT.value,
        widget=forms.RadioSelect,
    )
    account = PickField(
        kind="account",
        none="No account",
        label="Account",
        help_text="With each of its client certificates that is in use, and the issuers that the "
        "inventory has.",
    )
    pasted = forms.CharField(
        required=False,
        strip=False,
        max_length=LONGEST_PASTE,
        label="Certificates of the client",
        help_text="Exactly as the client sends them: its own first, then its issuers. They are read "
        "for this rehearsal and do not come into the inventory.",
        widget=KeyLinesInput(
            attrs={
                "rows": 8,
                "class": "mono",
                "spellcheck": "false",
                "autocomplete": "off",
                "placeholder": "-----BEGIN CERTIFICATE-----",
            }
        ),
    )
    version = forms.ChoiceField(
        required=False,
        label="Version of TLS",
        choices=_VERSIONS,
        help_text="In TLS 1.3 a client believes that it is connected before the server has looked "
        "at its certificate.",
    )
    token = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["token"].initial = uuid.uuid4
        self.cancel_url = reverse("endpoints:rehearsals")

    @property
    def helper(self) -> FormHelper:
        helper = super().helper
        helper.form_class = "form-plain form-wide"
        helper.layout = Layout(
            HTML('{% include "endpoints/_form_top.html" %}'),
            "token",
            Fieldset("The server", "service"),
            Fieldset(
                "The client",
                "client",
                Div("account", data_shown_when=f"client={RehearsalClient.ACCOUNT.value}"),
                Div("pasted", data_shown_when=f"client={RehearsalClient.PASTED.value}"),
            ),
            Fieldset("The connection", "version"),
        )
        return helper

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("service") and "service" not in self.errors:
            self.add_error("service", "Choose the service that is connected to.")
        who = cleaned.get("client")
        if (
            who == RehearsalClient.ACCOUNT
            and not cleaned.get("account")
            and "account" not in self.errors
        ):
            self.add_error("account", "Choose the account, or another way to name the client.")
        if (
            who == RehearsalClient.PASTED
            and not str(cleaned.get("pasted", "")).strip()
            and "pasted" not in self.errors
        ):
            self.add_error("pasted", "Paste the certificates that the client sends.")
        return cleaned

    @property
    def pasted_text(self) -> str:
        """What was pasted, where that is who connects."""
        told = self.cleaned_data
        return str(told["pasted"]) if told["client"] == RehearsalClient.PASTED else ""

    def to_spec(self, chain: tuple[PastedCertificate, ...] = ()) -> RehearsalOrder:
        """The order; `chain` is what was pasted, read."""
        told = self.cleaned_data
        with_account = told["client"] == RehearsalClient.ACCOUNT
        return RehearsalOrder(
            service_id=int(told["service"][0]),
            account_id=int(told["account"][0]) if with_account else None,
            chain=chain,
            version=TlsVersion(told["version"]) if told["version"] else None,
        )

    def to_token(self) -> uuid.UUID:
        """The token of the form, or a new one where somebody has taken it out."""
        token: uuid.UUID | None = self.cleaned_data["token"]
        return token or uuid.uuid4()


def initial_from(service: Service | None, account: Account | None) -> dict[str, Any]:
    """What the form begins with, where a link names one or the other.

    An account with one service connects to that, and a service with one account is connected to
    by that.
    """
    if service is None and account is not None:
        services = list(account.services.all()[:2])
        service = services[0] if len(services) == 1 else None
    elif service is not None and account is None:
        accounts = list(service.accounts.all()[:2])
        account = accounts[0] if len(accounts) == 1 else None
    return {
        "service": [str(service.pk)] if service else [],
        "account": [str(account.pk)] if account else [],
    }
