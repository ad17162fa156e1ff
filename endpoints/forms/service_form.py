from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from crispy_forms.helper import FormHelper  # type: ignore[import-untyped]  # ships no types
from crispy_forms.layout import HTML, Div, Fieldset, Layout  # type: ignore[import-untyped]  # likewise
from django import forms

from certificates.models import AlternativeName, Certificate
from endpoints.choices import key_ref, key_value
from endpoints.forms.address_rows import (
    MOST_ADDRESSES,
    AddressRowsField,
    looked_at,
    read_address,
)
from endpoints.forms.party import PartyFields
from endpoints.forms.pasted_keys import KeyLinesField
from endpoints.forms.picks import PickField, PickingForm
from endpoints.forms.token_form import TokenForm
from endpoints.models import (
    DEFAULT_PORTS,
    ChainSource,
    ClientAuthentication,
    Service,
    ServiceProtocol,
)
from endpoints.specs import KeyRef, ServiceSpec
from endpoints.texts import PROBE_PERIODS, refusal_text
from truststores.models import TrustStore
from ui.forms import LaidOut
from ui.plain_names import plain_name

if TYPE_CHECKING:
    _StoreChoice = forms.ModelChoiceField[TrustStore]
else:
    # Django's class takes no type arguments when the program runs.
    _StoreChoice = forms.ModelChoiceField

OVER_TLS = "|".join(one.value for one in ServiceProtocol if one.speaks_tls)
_PRESET_PORTS = ", ".join(
    f"{DEFAULT_PORTS[one]} for {words}"
    for one, words in (
        (ServiceProtocol.HTTPS, "HTTPS"),
        (ServiceProtocol.FTPS_EXPLICIT, "explicit FTPS"),
        (ServiceProtocol.FTPS_IMPLICIT, "implicit FTPS"),
        (ServiceProtocol.SFTP, "SFTP"),
    )
)


class StoreChoiceField(_StoreChoice):
    """A trust store, told with what it is for."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=TrustStore.objects.none(), required=False, **kwargs)

    def label_from_instance(self, obj: TrustStore) -> str:
        return f"{obj.name} ({obj.get_usage_display().lower()})"


class ServiceForm(LaidOut, PickingForm, PartyFields):
    """A service as people describe it. `token` makes one of a form sent twice."""

    name = forms.CharField(
        max_length=100,
        help_text="What people call it: “Partners' FTPS”, say.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    protocol = forms.ChoiceField(
        choices=ServiceProtocol.choices,
        initial=ServiceProtocol.HTTPS.value,
        widget=forms.RadioSelect,
    )
    addresses = AddressRowsField(
        label="Addresses",
        help_text="Every DNS name and IP address by which clients reach it, without a port. Each "
        "of them has to stand in the certificate. Names with letters beyond ASCII are kept as "
        "A-labels.",
    )
    port = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=65_535,
        help_text=f"Empty: the usual one ({_PRESET_PORTS}). It takes no part in the validation of "
        "certificates.",
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    host_keys = PickField(
        kind="key",
        many=True,
        label="Host keys",
        help_text="One of each kind that the server has. Public keys are enough.",
    )
    pasted_keys = KeyLinesField(
        label="Or paste public host keys",
        placeholder="sftp.example.com ssh-ed25519 AAAAC3Nza…",
        help_text="The server's .pub files, or lines of a known_hosts file, as ssh-keyscan prints "
        "them. They are kept as public keys.",
    )
    certificate = PickField(
        kind="certificate",
        none="None yet",
        label="Certificate",
        help_text="What the service presents as its own. One certificate may serve many services.",
    )
    chain_source = forms.ChoiceField(
        label="What it sends after its certificate",
        choices=ChainSource.choices,
        initial=ChainSource.BUILT.value,
        required=False,
        widget=forms.RadioSelect,
    )
    chain = PickField(
        kind="chain",
        many=True,
        ordered=True,
        label="These, in this order",
        help_text="Usually each is the issuer of the one before it, and the root is left out.",
    )
    server_store = StoreChoiceField(
        label="Trust store of its clients",
        empty_label="Not known",
        help_text="By which its clients accept the service. Where each brings its own, describe "
        "what most of them have.",
    )
    client_authentication = forms.ChoiceField(
        label="Client certificates",
        choices=ClientAuthentication.choices,
        initial=ClientAuthentication.NONE.value,
        required=False,
        widget=forms.RadioSelect,
    )
    client_store = StoreChoiceField(
        label="Accepted by this trust store",
        empty_label="Choose…",
        help_text="What the server is configured to accept client certificates from.",
    )
    cn_is_account = forms.BooleanField(
        required=False,
        initial=True,
        label="The common name is the name of the account",
        help_text="A client certificate logs in where its CN equals the account's name, byte for "
        "byte: “Acme” is not “acme”.",
    )
    notes = forms.CharField(
        required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )
    probe_every = forms.ChoiceField(
        required=False,
        label="Probe it",
        choices=[
            ("", "Only when somebody asks"),
            *((str(int(period.total_seconds())), says) for period, says in PROBE_PERIODS.items()),
        ],
        help_text="Connects, and compares what the live service presents with what is said here.",
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)
    token = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, service: Service | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.service = service
        self.fields["token"].initial = uuid.uuid4
        self.fields["owner"].help_text = "The person, application or organization that runs it."
        for name in ("server_store", "client_store"):
            field = self.fields[name]
            assert isinstance(field, StoreChoiceField)  # noqa: S101  (declared above)
            field.queryset = TrustStore.objects.order_by("name")

    @property
    def rows_tell_what_is_wrong(self) -> bool:
        """Whether the rows of addresses carry their errors themselves."""
        return any(looked_at(row).problem for row in self["addresses"].value() or ())

    @property
    def helper(self) -> FormHelper:
        helper = super().helper
        helper.form_class = "form-plain form-wide"
        helper.layout = Layout(
            HTML('{% include "endpoints/_form_top.html" %}'),
            "token",
            "revision",
            Fieldset("The service", "name", "protocol"),
            Fieldset(
                "Where clients reach it",
                HTML('{% include "endpoints/_address_field.html" %}'),
                Div("port", "probe_every", css_class="form-pairs"),
            ),
            *self._over_tls(),
            Fieldset("Whose it is", "owner", self.new_owner_part, "notes"),
        )
        return helper

    def _over_tls(self) -> tuple[Fieldset, ...]:
        return (
            Fieldset(
                "Host keys",
                "host_keys",
                "pasted_keys",
                data_shown_when=f"protocol={ServiceProtocol.SFTP.value}",
            ),
            Fieldset(
                "What it presents",
                "certificate",
                "chain_source",
                Div("chain", data_shown_when=f"chain_source={ChainSource.GIVEN.value}"),
                "server_store",
                data_shown_when=f"protocol={OVER_TLS}",
            ),
            Fieldset(
                "Whom it lets in",
                "client_authentication",
                Div(
                    "client_store",
                    "cn_is_account",
                    data_shown_when="client_authentication=optional|required",
                ),
                data_shown_when=f"protocol={OVER_TLS}",
            ),
        )

    def clean_name(self) -> str:
        name = plain_name(" ".join(str(self.cleaned_data["name"]).split()))
        others = Service.objects.exclude(pk=self.service.pk if self.service else 0)
        if others.filter(name=name).not_made_by(self.sent_token()).exists():
            raise forms.ValidationError(refusal_text("service.name_taken", {"name": name}))
        return name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("protocol") == ServiceProtocol.SFTP:
            return cleaned
        given = cleaned.get("chain_source") == ChainSource.GIVEN
        if given and not cleaned.get("chain") and "chain" not in self.errors:
            self.add_error("chain", "Name the certificates, or choose another way above.")
        if given and set(cleaned.get("certificate") or ()) & set(cleaned.get("chain") or ()):
            self.add_error("chain", "Its own certificate is sent first anyway: leave it out here.")
        asked = cleaned.get("client_authentication") or ClientAuthentication.NONE
        if (
            asked != ClientAuthentication.NONE
            and not cleaned.get("client_store")
            and "client_store" not in self.errors
        ):
            self.add_error("client_store", "Say from which trust store clients are accepted.")
        return cleaned

    @property
    def pasted(self) -> str:
        """The public keys that were pasted, where the service has host keys."""
        told = self.cleaned_data
        speaks_ssh = told["protocol"] == ServiceProtocol.SFTP
        text: str = told["pasted_keys"] if speaks_ssh else ""
        return text if text.strip() else ""

    def to_spec(self, pasted: tuple[KeyRef, ...] = ()) -> ServiceSpec:
        """The service; `pasted` are the host keys that were brought in with it."""
        told = self.cleaned_data
        protocol = ServiceProtocol(told["protocol"])
        every = told["probe_every"]
        shared = ServiceSpec(
            name=told["name"],
            protocol=protocol,
            addresses=told["addresses"],
            port=told["port"] or DEFAULT_PORTS[protocol],
            notes=told["notes"],
            owner=self.to_party(),
            probe_every=timedelta(seconds=int(every)) if every else None,
        )
        if protocol.speaks_tls:
            return self._with_tls(shared)
        chosen = [ref for value in told["host_keys"] if (ref := key_ref(value)) is not None]
        return replace(shared, host_keys=(*chosen, *pasted))

    def _with_tls(self, spec: ServiceSpec) -> ServiceSpec:
        told = self.cleaned_data
        asked = ClientAuthentication(told["client_authentication"] or ClientAuthentication.NONE)
        client_store = told["client_store"] if asked != ClientAuthentication.NONE else None
        server_store = told["server_store"]
        source = ChainSource(told["chain_source"] or ChainSource.BUILT)
        return replace(
            spec,
            certificate_id=int(told["certificate"][0]) if told["certificate"] else None,
            chain_source=source,
            chain=tuple(map(int, told["chain"])) if source == ChainSource.GIVEN else (),
            client_authentication=asked,
            client_store_id=client_store.pk if client_store else None,
            server_store_id=server_store.pk if server_store else None,
            cn_is_account=told["cn_is_account"],
        )

    def sent_token(self) -> uuid.UUID | None:
        """The token that came with the form, also before its fields were looked at."""
        return TokenForm.sent(self.data)

    def to_token(self) -> uuid.UUID:
        """The token of the form, or a new one where somebody has taken it out."""
        token: uuid.UUID | None = self.cleaned_data["token"]
        return token or uuid.uuid4()


def initial_of(service: Service) -> dict[str, Any]:
    """What the form of a service begins with."""
    every = service.probe_every
    keys = service.host_keys.select_related("private_key", "public_key").order_by("pk")
    return {
        "name": service.name,
        "protocol": service.protocol,
        "addresses": [one.host for one in service.addresses.all()],
        "port": service.port,
        "owner": service.owner_id,
        "host_keys": [key_value(one.key) for one in keys],
        "certificate": [str(service.certificate_id)] if service.certificate_id else [],
        "chain": [str(one.certificate_id) for one in service.chain.all()],
        "chain_source": service.chain_source,
        "client_authentication": service.client_authentication,
        "client_store": service.client_store_id,
        "server_store": service.server_store_id,
        "cn_is_account": service.cn_is_account,
        "notes": service.notes,
        "probe_every": str(int(every.total_seconds())) if every else "",
        "revision": service.revision,
    }


def initial_from(certificate: Certificate) -> dict[str, Any]:
    """What the form of a service begins with that shall present this certificate."""
    names = AlternativeName.objects.filter(certificate=certificate, kind__in=("dns", "ip"))
    told = list(names.values_list("value", flat=True)[: MOST_ADDRESSES * 2]) or [certificate.cn]
    hosts = [host for text in told if (host := _as_address(text))]
    return {
        "name": certificate.cn,
        "addresses": list(dict.fromkeys(hosts))[:MOST_ADDRESSES],
        "certificate": [str(certificate.pk)],
    }


def _as_address(text: str) -> str:
    """The name as an address; empty for what is none: a wildcard, say."""
    try:
        return read_address(text).host
    except forms.ValidationError:
        return ""
