from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from crispy_forms.helper import FormHelper  # type: ignore[import-untyped]  # ships no types
from crispy_forms.layout import HTML, Div, Fieldset, Layout  # type: ignore[import-untyped]  # likewise
from django import forms
from django.urls import reverse

from certificates.finding_texts import SaidFinding
from certificates.forms.country_field import CountryField
from certificates.forms.key_generate import KEY_KINDS
from certificates.forms.name_rows import MORE_ROWS, NameRows, NameRowsField, looked_at, rows_of
from certificates.key_texts import key_said
from certificates.models import Certificate, KeyState, Owner, PrivateKey
from certificates.orders import RequestOrder, errors_of, warnings_digest, warnings_of
from pki.csr.build import PRESET_DAYS
from pki.csr.spec import (
    EXTENDED_KEY_USAGES,
    KEY_USAGES,
    PRESET_DIGEST,
    Profile,
    RequestSpec,
    Subject,
    extended_key_usage_of,
    key_usage_of,
)
from pki.findings import Finding
from pki.key_generation import PRESET, KeySpec
from ui.forms import LaidOut
from ui.plain_names import plain_name
from ui.row_ids import row_id

_PROFILES = (
    (Profile.SERVER.value, "A server, at its addresses"),
    (Profile.CLIENT.value, "A client, with the name of its account"),
    (Profile.BOTH.value, "Both: a server that also logs in elsewhere"),
)
_NEW, _EXISTING = "new", "existing"
_PRESET, _OWN = "preset", "own"
_DIGESTS = (("sha256", "SHA-256"), ("sha384", "SHA-384"), ("sha512", "SHA-512"))
# A list that somebody still reads; others come by the button on the key's own page.
_KEYS_LISTED = 300
_USABLE = (KeyState.PRE_ACTIVE, KeyState.ACTIVE)
_SUBJECT = ("organization", "organizational_unit", "locality", "state", "country", "email")
_CA_ONLY = ("DSA", "DH")


def _text(label: str, **options: Any) -> forms.CharField:
    """A line of the subject; spaces are kept, because names are compared byte for byte."""
    attrs = {"autocomplete": "off", "spellcheck": "false"}
    return forms.CharField(
        label=label,
        required=False,
        strip=False,
        max_length=512,
        widget=forms.TextInput(attrs=attrs),
        **options,
    )


class RequestForm(LaidOut, forms.Form):
    """What a request asks for, and with which key. `token` makes one of a form sent twice."""

    submit_label = ""
    create_label = "Create the request"
    is_self_signed = False

    profile = forms.ChoiceField(
        label="It is for",
        choices=_PROFILES,
        initial=Profile.SERVER.value,
        widget=forms.RadioSelect,
    )
    common_name = _text(
        "Common name",
        help_text="Of a server its address, a name or an IP address without a port. Of a client "
        "the name of its account, exactly as the server knows it.",
    )
    alt_names = NameRowsField(
        label="Alternative names",
        help_text="Every further address of the server; the common name comes in by itself. Names "
        "with letters beyond ASCII are written as A-labels.",
    )
    organization = _text("Organization (O)")
    organizational_unit = _text("Unit (OU)")
    locality = _text("City or town (L)")
    state = _text("State or province (ST)")
    country = CountryField(label="Country (C)")
    email = _text("E-mail")
    key_choice = forms.ChoiceField(
        label="Which key",
        choices=((_NEW, "Make a new key"), (_EXISTING, "Use a key that is here")),
        initial=_NEW,
        widget=forms.RadioSelect,
    )
    algorithm = forms.ChoiceField(label="Kind", choices=KEY_KINDS, initial=PRESET)
    key_name = forms.CharField(
        label="Name of the key",
        required=False,
        max_length=200,
        help_text="Empty: it is called like the certificate.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    owner = forms.ModelChoiceField(
        queryset=Owner.objects.none(), required=False, empty_label="Nobody named"
    )
    key = forms.ModelChoiceField(
        label="Which", queryset=PrivateKey.objects.none(), required=False, empty_label="Choose…"
    )
    usage_choice = forms.ChoiceField(
        label="Usages",
        choices=((_PRESET, "As usual for what it is for"), (_OWN, "These:")),
        initial=_PRESET,
        widget=forms.RadioSelect,
    )
    key_usage = forms.MultipleChoiceField(
        label="Key usage",
        choices=[(name, name) for name in KEY_USAGES],
        initial=["digitalSignature"],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    extended_key_usage = forms.MultipleChoiceField(
        label="Extended key usage",
        choices=[(name, name) for name in EXTENDED_KEY_USAGES],
        initial=["serverAuth"],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    digest = forms.ChoiceField(
        label="Digest",
        choices=_DIGESTS,
        initial=PRESET_DIGEST,
        help_text="Ed25519 and Ed448 have their own.",
    )
    accepted = forms.CharField(required=False, max_length=64)
    replaces = forms.ModelChoiceField(
        queryset=Certificate.objects.none(), required=False, widget=forms.HiddenInput
    )
    token = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.warnings: list[SaidFinding] = []
        self.warnings_digest = ""
        self.fields["token"].initial = uuid.uuid4
        self._choose_from("owner", Owner.objects.all())
        self._choose_from("replaces", Certificate.objects.all())
        usable = (
            PrivateKey.objects.filter(state__in=_USABLE)
            .exclude(algorithm__in=_CA_ONLY)
            .order_by("-pk")
        )
        field = self._choose_from("key", usable)
        listed = list(usable.defer("spki", "findings", "note")[:_KEYS_LISTED])
        chosen = row_id(str(self["key"].value() or ""))
        if chosen is not None:
            listed += [one for one in usable.filter(pk=chosen) if one not in listed]
        field.widget.choices = [
            ("", "Choose…"),
            *((one.pk, f"{one.name}, {one.kind_text}") for one in listed),
        ]

    def _choose_from(self, name: str, queryset: Any) -> forms.ModelChoiceField[Any]:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  (declared above)
        field.queryset = queryset
        return field

    @property
    def replaced(self) -> Certificate | None:
        """The certificate that the form renews."""
        pk = row_id(str(self["replaces"].value() or ""))
        return Certificate.objects.filter(pk=pk).first() if pk is not None else None

    @property
    def names_tell_what_is_wrong(self) -> bool:
        """Whether the rows of names carry their errors themselves."""
        return any(looked_at(row).problem for row in self["alt_names"].value() or ())

    @property
    def shows_usages(self) -> bool:
        """Whether the fold is open: something in it is other than usual, or wrong."""
        names = ("usage_choice", "key_usage", "extended_key_usage", "digest")
        usual = {"usage_choice": _PRESET, "digest": PRESET_DIGEST}
        return any(name in self.errors for name in names) or any(
            self[name].value() not in (None, value) for name, value in usual.items()
        )

    @property
    def helper(self) -> FormHelper:
        helper = super().helper
        helper.form_class = "form-plain form-wide"
        address = "self_signed_new" if self.is_self_signed else "request_new"
        helper.form_action = reverse(f"certificates:{address}")
        helper.layout = Layout(
            HTML('{% include "certificates/requests/_form_top.html" %}'),
            "token",
            "replaces",
            self._first_part(),
            Fieldset(
                "Names",
                "common_name",
                HTML('{% include "certificates/requests/_alt_names.html" %}'),
            ),
            Fieldset("Whose it is", Div(*_SUBJECT, css_class="form-pairs")),
            Fieldset(
                "Key",
                "key_choice",
                Div(
                    Div("algorithm", "key_name", "owner", css_class="form-pairs"),
                    data_shown_when=f"key_choice={_NEW}",
                ),
                Div("key", data_shown_when=f"key_choice={_EXISTING}"),
            ),
            Div(
                "usage_choice",
                Div(
                    "key_usage",
                    "extended_key_usage",
                    css_class="form-pairs",
                    data_shown_when=f"usage_choice={_OWN}",
                ),
                "digest",
                css_class="is-open" if self.shows_usages else "",
                template="certificates/requests/_usages_fold.html",
            ),
            HTML('{% include "certificates/requests/_form_buttons.html" %}'),
        )
        return helper

    def _first_part(self) -> Fieldset:
        return Fieldset("Purpose", "profile")

    def more_rows(self) -> None:
        """Show further blank rows for names."""
        widget = self.fields["alt_names"].widget
        assert isinstance(widget, NameRows)  # noqa: S101  (declared above)
        widget.blank_rows = MORE_ROWS

    def clean_key_name(self) -> str:
        return plain_name(" ".join(str(self.cleaned_data["key_name"]).split()))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        missing = not cleaned.get("key") and "key" not in self.errors
        if cleaned.get("key_choice") == _EXISTING and missing:
            self.add_error("key", "Choose one of the keys, or make a new one.")
        return cleaned

    def tell(self, findings: Iterable[Finding]) -> None:
        """Put what preflight found beside the fields, and what may be accepted at the top."""
        found = tuple(findings)
        for error in errors_of(found):
            said = key_said(error)
            self.add_error(self._field_of(error.place), f"{said.sentence} {said.advice}".strip())
        self.warnings = [key_said(one) for one in warnings_of(found)]
        self.warnings_digest = warnings_digest(found)

    def _field_of(self, place: str) -> str | None:
        if place == "key":
            return "key" if self.cleaned_data.get("key_choice") == _EXISTING else "algorithm"
        if place in ("key_usage", "extended_key_usage"):
            return place if self.cleaned_data.get("usage_choice") == _OWN else "usage_choice"
        return place if place in self.fields else None

    def to_spec(self) -> RequestSpec:
        """What the request asks for."""
        told = self.cleaned_data
        own = told["usage_choice"] == _OWN
        return RequestSpec(
            subject=Subject(
                country=told["country"],
                state=told["state"],
                locality=told["locality"],
                organization=told["organization"],
                organizational_unit=told["organizational_unit"],
                common_name=told["common_name"],
                email=told["email"],
            ),
            alt_names=told["alt_names"],
            profile=Profile(told["profile"]),
            key_usage=tuple(told["key_usage"]) if own else None,
            extended_key_usage=tuple(told["extended_key_usage"]) if own else None,
            digest=told["digest"],
        )

    def to_order(self) -> RequestOrder:
        """The whole order."""
        told = self.cleaned_data
        existing = told["key_choice"] == _EXISTING
        owner: Owner | None = told["owner"]
        replaced: Certificate | None = told["replaces"]
        return RequestOrder(
            spec=self.to_spec(),
            new_key=None if existing else KeySpec(algorithm=told["algorithm"]),
            key_id=told["key"].pk if existing else None,
            key_name=told["key_name"],
            owner_id=owner.pk if owner is not None else None,
            days=told.get("days"),
            replaces_id=replaced.pk if replaced is not None else None,
        )

    def to_token(self) -> uuid.UUID:
        """The token of the form, or a new one where somebody has taken it out."""
        token: uuid.UUID | None = self.cleaned_data["token"]
        return token or uuid.uuid4()


class SelfSignedForm(RequestForm):
    """The same for a certificate that its own key signs."""

    create_label = "Create the certificate"
    is_self_signed = True

    days = forms.IntegerField(
        label="Days",
        initial=PRESET_DAYS,
        help_text="How long it is valid, beginning now.",
        widget=forms.NumberInput(attrs={"min": 1, "inputmode": "numeric"}),
    )

    def _first_part(self) -> Fieldset:
        return Fieldset("Purpose", "profile", Div("days", css_class="form-pairs"))


def initial_of(spec: RequestSpec) -> dict[str, Any]:
    """What a form begins with to ask for the same again."""
    subject = spec.subject
    own = spec.key_usage is not None or spec.extended_key_usage is not None
    usages = {
        "key_usage": list(key_usage_of(spec, "RSA")),
        "extended_key_usage": list(extended_key_usage_of(spec)),
    }
    return {
        **(usages if own else {}),
        "profile": spec.profile.value,
        "common_name": subject.common_name,
        "alt_names": rows_of(spec.alt_names),
        "organization": subject.organization,
        "organizational_unit": subject.organizational_unit,
        "locality": subject.locality,
        "state": subject.state,
        "country": subject.country,
        "email": subject.email,
        "digest": spec.digest,
        "usage_choice": _OWN if own else _PRESET,
    }
