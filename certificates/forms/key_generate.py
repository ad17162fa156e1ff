from __future__ import annotations

import uuid
from typing import Any

from crispy_forms.helper import FormHelper  # type: ignore[import-untyped]  # ships no types
from crispy_forms.layout import Layout  # type: ignore[import-untyped]  # likewise
from django import forms

from certificates.forms.key_about import KeyAboutFields
from certificates.key_specs import KeyOrder
from pki.key_generation import LARGEST_RSA, OFFERED, PRESET, KeySpec
from ui.forms import LaidOut

_RSA = ("RSA-2048", "RSA-3072", "RSA-4096", "RSA-6144", f"RSA-{LARGEST_RSA}")
_CURVES = tuple(name for name in OFFERED if not name.startswith("RSA"))
_SAYS = {
    "RSA-2048": "RSA 2048, the least that is accepted today",
    "RSA-3072": "RSA 3072, understood everywhere",
    "RSA-4096": "RSA 4096",
    "RSA-6144": "RSA 6144, slow",
    "RSA-8192": "RSA 8192, very slow",
    "P-256": "P-256, fast, TLS and SSH",
    "P-384": "P-384",
    "P-521": "P-521",
    "Ed25519": "Ed25519, best for SSH, not for public CAs",
    "Ed448": "Ed448, not for SSH or public CAs",
}
# The kinds of key that are made here, for every form that makes one.
KEY_KINDS = [
    ("RSA", [(name, _SAYS[name]) for name in _RSA]),
    ("Elliptic curves", [(name, _SAYS[name]) for name in _CURVES]),
]


class KeyGenerateForm(LaidOut, KeyAboutFields):
    """Which key to make; `token` makes a form that is sent twice one key."""

    submit_label = "Make the key"

    algorithm = forms.ChoiceField(
        label="Kind",
        choices=KEY_KINDS,
        initial=PRESET,
    )
    token = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["token"].initial = uuid.uuid4

    @property
    def helper(self) -> FormHelper:
        helper = super().helper
        helper.layout = Layout(
            "token", "name", "algorithm", "owner", self.new_owner_part, "labels", "note"
        )
        return helper

    def to_order(self) -> KeyOrder:
        spec = KeySpec(algorithm=self.cleaned_data["algorithm"])
        return KeyOrder(spec=spec, about=self.to_about())

    def to_token(self) -> uuid.UUID:
        """The token of the form, or a new one where somebody has taken it out."""
        token: uuid.UUID | None = self.cleaned_data["token"]
        return token or uuid.uuid4()
