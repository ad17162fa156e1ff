from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from crispy_forms.helper import FormHelper  # type: ignore[import-untyped]  # ships no types
from crispy_forms.layout import HTML, Div, Fieldset, Layout  # type: ignore[import-untyped]  # likewise
from django import forms

from certificates.finding_texts import SaidFinding
from certificates.key_texts import key_said
from certificates.models import Certificate, Lifecycle, PrivateKey
from certificates.orders import errors_of, warnings_digest, warnings_of
from endpoints.forms.kit_parties import EXISTING, NEW
from endpoints.kit_specs import KitOrder, KitParties, NewPair
from endpoints.models import Account, Kit, Service
from pki.csr.build import PRESET_DAYS
from pki.findings import Finding
from pki.key_generation import PRESET
from pki.kits.meeting import Side
from ui.forms import LaidOut
from ui.row_ids import row_id

# Kinds of key that are made while a page waits. Larger ones: make the certificate among the
# requests, and choose it here.
ALGORITHMS = (
    ("RSA-3072", "RSA 3072, understood everywhere"),
    ("RSA-2048", "RSA 2048, the least that is accepted today"),
    ("P-256", "P-256, fast"),
    ("P-384", "P-384"),
    ("Ed25519", "Ed25519, for programs of today"),
)
_SHOWN = 12
_CHOICES = ((NEW, "Make a new key and a self-signed certificate"), (EXISTING, "Use this one:"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A certificate that may be chosen; `held`: its private key is here."""

    certificate: Certificate
    held: bool
    chosen: bool


def _choice() -> forms.ChoiceField:
    return forms.ChoiceField(
        label="Its certificate", choices=_CHOICES, initial=NEW, widget=forms.RadioSelect
    )


def _algorithm() -> forms.ChoiceField:
    return forms.ChoiceField(
        label="Kind of key", choices=ALGORITHMS, initial=PRESET, required=False
    )


def _days() -> forms.IntegerField:
    return forms.IntegerField(
        label="Days",
        initial=PRESET_DAYS,
        required=False,
        help_text="How long it is valid, beginning now.",
        widget=forms.NumberInput(attrs={"min": 1, "inputmode": "numeric"}),
    )


def _search() -> forms.CharField:
    return forms.CharField(required=False, max_length=200)


class KitPairsForm(LaidOut, forms.Form):
    """With which certificate each side shows who it is. `token` makes one of a form sent twice."""

    submit_label = ""

    server_choice = _choice()
    server_algorithm = _algorithm()
    server_days = _days()
    server_q = _search()
    server_searched = _search()
    server_certificate = forms.ModelChoiceField(queryset=Certificate.objects.none(), required=False)
    client_choice = _choice()
    client_algorithm = _algorithm()
    client_days = _days()
    client_q = _search()
    client_searched = _search()
    client_certificate = forms.ModelChoiceField(queryset=Certificate.objects.none(), required=False)
    token = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, parties: KitParties, may_make: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.parties = parties
        self.may_make = may_make
        self.warnings: list[tuple[Side, SaidFinding]] = []
        self.digests: list[str] = []
        self.fields["token"].initial = uuid.uuid4
        for side in Side:
            field = self.fields[f"{side}_certificate"]
            assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  (declared above)
            field.queryset = Certificate.objects.all()
            if not may_make:
                choice = self.fields[f"{side}_choice"]
                assert isinstance(choice, forms.ChoiceField)  # noqa: S101  (likewise)
                choice.choices = _CHOICES[1:]
                choice.initial = EXISTING

    @property
    def helper(self) -> FormHelper:
        helper = super().helper
        helper.form_class = "form-plain form-wide"
        helper.layout = Layout(
            HTML('{% include "endpoints/kits/_pairs_top.html" %}'),
            "token",
            self._side(Side.SERVER, "The server"),
            self._side(Side.CLIENT, "The client"),
            HTML('{% include "endpoints/kits/_pairs_buttons.html" %}'),
        )
        return helper

    def _side(self, side: Side, legend: str) -> Fieldset:
        search = (
            f'{{% include "endpoints/kits/_search.html" with side="{side}" '
            f"text=form.{side}_text found=form.{side}_found %}}"
        )
        return Fieldset(
            legend,
            f"{side}_choice",
            Div(
                HTML(
                    f'{{% include "endpoints/kits/_new_pair.html" with side="{side}" old=form.{side}_replaces %}}'
                ),
                Div(f"{side}_algorithm", f"{side}_days", css_class="form-pairs"),
                data_shown_when=f"{side}_choice={NEW}",
            ),
            Div(HTML(search), data_shown_when=f"{side}_choice={EXISTING}"),
        )

    # What was searched for ------------------------------------------------------------------------

    @property
    def wants_search(self) -> bool:
        """Whether the Enter key was pressed in a search field, and not to go on."""
        return any(
            self[f"{side}_choice"].value() == EXISTING
            and self[f"{side}_q"].value() != self[f"{side}_searched"].value()
            for side in Side
        )

    @property
    def server_text(self) -> str:
        return self._text(Side.SERVER)

    @property
    def client_text(self) -> str:
        return self._text(Side.CLIENT)

    @property
    def server_found(self) -> Sequence[Found]:
        return self._found(Side.SERVER)

    @property
    def client_found(self) -> Sequence[Found]:
        return self._found(Side.CLIENT)

    def _text(self, side: Side) -> str:
        """What is searched for; at first, what a certificate of this side would be called."""
        typed = self[f"{side}_q"].value()
        if typed is not None:
            return str(typed)[:200]
        return self.parties.addresses[0] if side is Side.SERVER else self.parties.account_name

    def _found(self, side: Side) -> list[Found]:
        chosen = row_id(str(self[f"{side}_certificate"].value() or ""))
        rows = list(
            Certificate.objects.matching(self._text(side)).order_by(
                "is_ca", "lifecycle", "-not_after", "pk"
            )[:_SHOWN]
        )
        if chosen is not None:
            rows = [
                *Certificate.objects.filter(pk=chosen),
                *(one for one in rows if one.pk != chosen),
            ]
        keys = PrivateKey.objects.filter(spki_sha256__in={one.spki_sha256 for one in rows})
        held = set(keys.values_list("spki_sha256", flat=True))
        return [
            Found(certificate=one, held=one.spki_sha256 in held, chosen=one.pk == chosen)
            for one in rows
        ]

    # What was chosen ------------------------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for side in Side:
            if cleaned.get(f"{side}_choice") == EXISTING:
                for name in (f"{side}_days", f"{side}_algorithm"):
                    self.errors.pop(name, None)
                missing = f"{side}_certificate" not in self.errors
                if missing and not cleaned.get(f"{side}_certificate"):
                    self.add_error(f"{side}_certificate", "Choose one of the certificates.")
            elif f"{side}_days" not in self.errors and cleaned.get(f"{side}_days") is None:
                self.add_error(f"{side}_days", "Say for how many days it shall be valid.")
        self._compare_name(cleaned)
        return cleaned

    def _compare_name(self, cleaned: dict[str, Any]) -> None:
        """The CN of the client's certificate is the account's name, byte for byte."""
        chosen: Certificate | None = cleaned.get("client_certificate")
        if cleaned.get("client_choice") != EXISTING or chosen is None:
            return
        if self._cn_is_account() and chosen.cn != self.parties.account_name:
            self.add_error(
                "client_certificate",
                f"Its common name is “{chosen.cn}”, and the account is called "
                f"“{self.parties.account_name}”. They have to be the same, byte for byte: choose "
                "another certificate, or go back and name the account so.",
            )

    def _cn_is_account(self) -> bool:
        service = Service.objects.filter(pk=self.parties.service_id or 0).first()
        return service is None or service.cn_is_account

    def tell(self, side: Side, findings: Iterable[Finding]) -> None:
        """Put what preflight found beside the fields, and what may be accepted at the top."""
        found = tuple(findings)
        fields = {"days": f"{side}_days", "key": f"{side}_algorithm"}
        for error in errors_of(found):
            said = key_said(error)
            text = f"{said.sentence} {said.advice}".strip()
            self.add_error(fields.get(error.place, f"{side}_choice"), text)
        self.warnings += [(side, key_said(one)) for one in warnings_of(found)]
        if digest := warnings_digest(found):
            self.digests.append(digest)

    def to_order(self) -> KitOrder:
        return KitOrder(
            parties=self.parties,
            server=self._wanted(Side.SERVER),
            client=self._wanted(Side.CLIENT),
            accepted=tuple(self.data.getlist("accepted")) if hasattr(self.data, "getlist") else (),
        )

    def _wanted(self, side: Side) -> NewPair | int:
        told = self.cleaned_data
        if told[f"{side}_choice"] == EXISTING:
            return int(told[f"{side}_certificate"].pk)
        return NewPair(
            algorithm=told[f"{side}_algorithm"] or PRESET,
            days=told[f"{side}_days"],
            replaces_id=replaced.pk if (replaced := self._replaced(side)) is not None else None,
        )

    @property
    def server_replaces(self) -> Certificate | None:
        return self._replaced(Side.SERVER)

    @property
    def client_replaces(self) -> Certificate | None:
        return self._replaced(Side.CLIENT)

    def _replaced(self, side: Side) -> Certificate | None:
        """What a new certificate takes the place of, where a kit is made again."""
        kit = Kit.objects.with_parts().filter(pk=self.parties.renews_id or 0).first()
        if kit is None:
            return None
        old = kit.certificate_of(side)
        return old if old.lifecycle == Lifecycle.ACTIVE and old.self_issued else None

    def to_token(self) -> uuid.UUID:
        """The token of the form, or a new one where somebody has taken it out."""
        token: uuid.UUID | None = self.cleaned_data["token"]
        return token or uuid.uuid4()


def initial_pairs(parties: KitParties) -> dict[str, Any]:
    """What the form begins with: what the kit that is made again has, or what is described here."""
    kit = Kit.objects.with_parts().filter(pk=parties.renews_id or 0).first()
    if kit is not None:
        return _initial(successor(kit.server_certificate), successor(kit.client_certificate))
    service = (
        Service.objects.select_related("certificate").filter(pk=parties.service_id or 0).first()
    )
    account = Account.objects.filter(pk=parties.account_id or 0).first()
    clients = (
        [one.certificate for one in account.certificates.select_related("certificate")]
        if account is not None
        else []
    )
    return _initial(
        service.certificate if service is not None else None,
        max(clients, key=lambda one: one.not_after, default=None),
    )


def _initial(server: Certificate | None, client: Certificate | None) -> dict[str, Any]:
    """A certificate that still works for a while is offered; otherwise a new pair is."""
    begun: dict[str, Any] = {}
    for side, certificate in ((Side.SERVER, server), (Side.CLIENT, client)):
        if certificate is None:
            continue
        usable = certificate.date_state == "valid" and certificate.lifecycle == Lifecycle.ACTIVE
        begun[f"{side}_choice"] = EXISTING if usable else NEW
        begun[f"{side}_certificate"] = certificate.pk if usable else None
    return begun


def successor(certificate: Certificate) -> Certificate:
    """The certificate that took its place, and so on; itself where nothing did."""
    seen = {certificate.pk}
    while (after := certificate.replaced_by) is not None and after.pk not in seen:
        seen.add(after.pk)
        certificate = after
    return certificate
