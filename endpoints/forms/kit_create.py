from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper  # type: ignore[import-untyped]  # ships no types
from crispy_forms.layout import Fieldset, Layout  # type: ignore[import-untyped]  # likewise
from django import forms
from django.contrib.auth.models import User
from django.urls import reverse

from certificates.models import Lifecycle
from endpoints.kit_specs import KitNotes
from endpoints.models import Kit
from ui.forms import LaidOut
from ui.plain_names import plain_name
from ui.row_ids import row_id


class ProposalsField(forms.Field):
    """The previewed changes of trust stores that somebody has seen, by their ids."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> tuple[int, ...]:
        found = (row_id(str(one)) for one in value or ())
        return tuple(dict.fromkeys(pk for pk in found if pk is not None))


class KitCreateForm(LaidOut, forms.Form):
    """What the kit is called, and what of it the rest of the console shall know."""

    submit_label = "Create the kit"

    name = forms.CharField(
        label="Name of the kit",
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    service = forms.BooleanField(required=False, initial=True)
    account = forms.BooleanField(required=False, initial=True)
    client_store = forms.BooleanField(
        required=False,
        initial=True,
        label="Accept this client in the trust store of the service",
    )
    server_store = forms.BooleanField(
        required=False,
        initial=True,
        label="Accept this server in the trust store of its clients",
    )

    proposal = ProposalsField(required=False)

    def __init__(self, *args: Any, kit: Kit, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kit = kit
        self.fields["name"].initial = kit.name
        known, here = kit.service, kit.account
        self.fields["service"].label = (
            f"Let the service “{known.name}” present this certificate and require client certificates"
            if known is not None
            else "Describe the service"
        )
        # A service that shows another certificate goes on doing so until somebody says otherwise.
        shows = known.certificate if known is not None else None
        self.fields["service"].initial = (
            shows is None or shows == kit.server_certificate or shows.lifecycle != Lifecycle.ACTIVE
        )
        self.fields["account"].label = (
            f"Let the account “{here.name}” log in with this certificate"
            if here is not None
            else "Describe the account"
        )
        may_trust = user.has_perms(("truststores.add_truststore", "truststores.change_truststore"))
        for name, store in (
            ("client_store", known.client_store if known is not None else None),
            ("server_store", known.server_store if known is not None else None),
        ):
            self.fields[name].help_text = (
                f"“{store.name}”. What that changes is shown first."
                if store is not None
                else "Made for it, where there is none."
            )
            if not may_trust:
                self.fields.pop(name)
        self.cancel_url = reverse("endpoints:kits")

    @property
    def helper(self) -> FormHelper:
        helper = super().helper
        helper.form_action = reverse("endpoints:kit_create", args=[self.kit.pk])
        stores = [name for name in ("client_store", "server_store") if name in self.fields]
        helper.layout = Layout(
            "name", Fieldset("What the console shall note", "service", "account", *stores)
        )
        return helper

    def clean_name(self) -> str:
        return plain_name(" ".join(str(self.cleaned_data["name"]).split()))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in ("client_store", "server_store"):
            if cleaned.get(name) and not (cleaned.get("service") or self.kit.service):
                self.add_error(
                    name, "A trust store belongs to a service. Describe the service too."
                )
        return cleaned

    def to_notes(self) -> KitNotes:
        told = self.cleaned_data
        return KitNotes(
            name=told["name"],
            service=told["service"],
            account=told["account"],
            client_store=told.get("client_store", False),
            server_store=told.get("server_store", False),
            proposals=told["proposal"],
        )
