from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from crispy_forms.helper import FormHelper  # type: ignore[import-untyped]  # ships no types
from crispy_forms.layout import HTML, Div, Fieldset, Layout  # type: ignore[import-untyped]  # likewise
from django import forms
from django.db.models import QuerySet
from django.urls import reverse

from endpoints.forms.address_rows import MORE_ROWS, AddressRows, AddressRowsField, looked_at
from endpoints.kit_specs import KitParties
from endpoints.kit_texts import kit_said
from endpoints.models import DEFAULT_PORTS, Account, Kit, KitStage, Service, ServiceProtocol
from pki.kits.meeting import MOST_ADDRESSES, KitRefused, Protocol, check_account
from ui.forms import LaidOut
from ui.plain_names import plain_name
from ui.row_ids import row_id

NEW, EXISTING = "new", "existing"
# A list that somebody still reads; from the page of any other one a button leads here.
_LISTED = 300
_PROTOCOLS = [(one.value, one.label) for one in ServiceProtocol if one.speaks_tls]


class KitPartiesForm(LaidOut, forms.Form):
    """Who meets whom. It travels in the address: each page of the wizard reads it from there."""

    submit_label = "Next: certificates"
    form_method = "get"

    service_choice = forms.ChoiceField(
        label="Which server",
        choices=((NEW, "A new one"), (EXISTING, "A service that is described here")),
        initial=NEW,
        required=False,
        widget=forms.RadioSelect,
    )
    service = forms.ModelChoiceField(
        queryset=Service.objects.none(), required=False, empty_label="Choose…"
    )
    service_name = forms.CharField(
        label="Name of the service",
        required=False,
        max_length=100,
        help_text="What people call it. Empty: its first address.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    protocol = forms.ChoiceField(
        choices=_PROTOCOLS,
        initial=ServiceProtocol.FTPS_EXPLICIT.value,
        required=False,
        widget=forms.RadioSelect,
    )
    addresses = AddressRowsField(
        label="Addresses",
        help_text="Every DNS name and IP address by which the client reaches it, without a port. "
        "New certificates name them all.",
    )
    port = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=65_535,
        help_text="Empty: the usual one of the protocol.",
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    account_choice = forms.ChoiceField(
        label="Which client",
        choices=((NEW, "A new account"), (EXISTING, "An account that is described here")),
        initial=NEW,
        required=False,
        widget=forms.RadioSelect,
    )
    account = forms.ModelChoiceField(
        queryset=Account.objects.none(), required=False, empty_label="Choose…"
    )
    account_name = forms.CharField(
        label="Name of the account",
        required=False,
        max_length=200,
        strip=False,
        help_text="Exactly as the server knows it, capitals included: it becomes the common name "
        "of the client's certificate.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    renews = forms.ModelChoiceField(
        queryset=Kit.objects.none(), required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        services = Service.objects.exclude(protocol=ServiceProtocol.SFTP).order_by("name")
        self._choose_from("service", services)
        self._choose_from("account", Account.objects.order_by("name"))
        self._choose_from("renews", Kit.objects.all()).widget = forms.HiddenInput()
        self.fields["addresses"].required = False
        self.cancel_url = reverse("endpoints:kits")

    def _choose_from(self, name: str, rows: QuerySet[Any]) -> forms.ModelChoiceField[Any]:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  (declared above)
        field.queryset = rows
        if isinstance(field.widget, forms.HiddenInput):
            return field
        listed = list(rows.values_list("pk", "name")[:_LISTED])
        chosen = row_id(str(self[name].value() or ""))
        if chosen is not None:
            others = rows.filter(pk=chosen).values_list("pk", "name")
            listed += [one for one in others if one not in listed]
        field.widget.choices = [("", "Choose…"), *listed]
        return field

    @property
    def rows_tell_what_is_wrong(self) -> bool:
        """Whether the rows of addresses carry their errors themselves."""
        return any(looked_at(row).problem for row in self["addresses"].value() or ())

    @property
    def helper(self) -> FormHelper:
        helper = super().helper
        helper.form_class = "form-plain form-wide"
        helper.form_action = reverse("endpoints:kit_certificates")
        helper.attrs = {"novalidate": ""}
        helper.layout = Layout(
            HTML('{% include "endpoints/_form_top.html" %}'),
            "renews",
            Fieldset(
                "The server",
                "service_choice",
                Div("service", data_shown_when=f"service_choice={EXISTING}"),
                Div(
                    "service_name",
                    "protocol",
                    HTML('{% include "endpoints/_address_field.html" %}'),
                    Div("port", css_class="form-pairs"),
                    data_shown_when=f"service_choice={NEW}",
                ),
            ),
            Fieldset(
                "The client",
                "account_choice",
                Div("account", data_shown_when=f"account_choice={EXISTING}"),
                Div("account_name", data_shown_when=f"account_choice={NEW}"),
            ),
        )
        return helper

    def more_rows(self) -> None:
        """Show further blank rows for addresses."""
        widget = self.fields["addresses"].widget
        assert isinstance(widget, AddressRows)  # noqa: S101  (declared above)
        widget.blank_rows = MORE_ROWS

    def clean_service_name(self) -> str:
        return plain_name(" ".join(str(self.cleaned_data["service_name"]).split()))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("service_choice") == EXISTING:
            self._look_at_service(cleaned)
        else:
            self._look_at_new(cleaned)
        if cleaned.get("account_choice") == EXISTING:
            if not cleaned.get("account"):
                self.add_error("account", "Choose one of the accounts, or name a new one.")
        elif "account_name" not in self.errors:
            try:
                check_account(cleaned.get("account_name", ""))
            except KitRefused as refused:
                self.add_error("account_name", kit_said(refused))
        return cleaned

    def _look_at_service(self, cleaned: dict[str, Any]) -> None:
        # What was not chosen may hold anything.
        for name in ("addresses", "port", "protocol", "service_name"):
            self.errors.pop(name, None)
        service: Service | None = cleaned.get("service")
        if service is None:
            self.add_error("service", "Choose one of the services, or describe a new one.")
        elif not 0 < service.addresses.count() <= MOST_ADDRESSES:
            self.add_error(
                "service",
                "This service has no address, or more than a kit takes. Its page says which; "
                "give it the right ones there.",
            )

    def _look_at_new(self, cleaned: dict[str, Any]) -> None:
        if "addresses" in self.errors:
            return
        addresses = cleaned.get("addresses") or ()
        if not addresses:
            self.add_error("addresses", "Give at least one address by which the client reaches it.")
        elif len(addresses) > MOST_ADDRESSES:
            self.add_error(
                "addresses", f"A kit takes {MOST_ADDRESSES} addresses. Make a second one."
            )

    def to_parties(self) -> KitParties:
        told = self.cleaned_data
        account: Account | None = told["account"] if self._existing("account") else None
        service: Service | None = told["service"] if self._existing("service") else None
        renews: Kit | None = told["renews"]
        shared: dict[str, Any] = {
            "account_name": account.name if account is not None else told["account_name"],
            "account_id": account.pk if account is not None else None,
            "renews_id": renews.pk if renews is not None else None,
        }
        if service is not None:
            return KitParties(
                protocol=Protocol(service.protocol),
                addresses=tuple(one.host for one in service.addresses.order_by("position")),
                port=service.port,
                service_id=service.pk,
                service_name=service.name,
                **shared,
            )
        protocol = ServiceProtocol(told["protocol"] or ServiceProtocol.FTPS_EXPLICIT)
        addresses = tuple(one.host for one in told["addresses"])
        return KitParties(
            protocol=Protocol(protocol.value),
            addresses=addresses,
            port=told["port"] or DEFAULT_PORTS[protocol],
            service_name=told["service_name"],
            **shared,
        )

    def _existing(self, what: str) -> bool:
        return bool(self.cleaned_data[f"{what}_choice"] == EXISTING)


def address_of(kit: Kit) -> str:
    """The address of the second page for the parties of a kit: to make it again, or otherwise."""
    renewed = str(kit.pk) if kit.stage == KitStage.CREATED else str(kit.renews_id or "")
    told: list[tuple[str, str]] = [("renews", renewed)]
    if kit.service_id is not None:
        told += [("service_choice", EXISTING), ("service", str(kit.service_id))]
    else:
        told += [("service_choice", NEW), ("service_name", kit.service_name)]
        told += [("protocol", kit.protocol), ("port", str(kit.port))]
        told += [("addresses_value", one) for one in kit.addresses]
    if kit.account_id is not None:
        told += [("account_choice", EXISTING), ("account", str(kit.account_id))]
    else:
        told += [("account_choice", NEW), ("account_name", kit.account_name)]
    return f"{reverse('endpoints:kit_certificates')}?{urlencode(told)}"
