from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper  # type: ignore[import-untyped]  # ships no types
from crispy_forms.layout import Layout  # type: ignore[import-untyped]  # likewise
from django import forms
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.views.decorators.debug import sensitive_variables

from certificates.key_specs import ExportForm, ExportOrder
from certificates.models import Certificate, PrivateKey
from ui.forms import LaidOut

_ENCRYPTED = (
    (ExportForm.PKCS8.value, "PKCS#8 PEM, encrypted (scrypt and AES-256)"),
    (ExportForm.PKCS12.value, "PKCS#12, with its certificate and chain"),
)
_OPENSSH = (ExportForm.OPENSSH.value, "OpenSSH, encrypted (bcrypt and AES-256)")
_PLAIN = (ExportForm.PLAIN.value, "PKCS#8 PEM, not encrypted")


class KeyExportForm(LaidOut, forms.Form):
    """In what form a private key leaves, under which passphrase, and why."""

    submit_label = "Export the private key"

    form = forms.ChoiceField(label="As", widget=forms.RadioSelect, initial=ExportForm.PKCS8.value)
    certificate = forms.ModelChoiceField(
        queryset=Certificate.objects.none(),
        required=False,
        empty_label="No certificate",
        help_text="What goes into a PKCS#12 beside the key, with its issuers.",
    )
    passphrase = forms.CharField(
        required=False,
        strip=False,
        max_length=1024,
        help_text="At least 12 characters. Send it by another way than the file.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    passphrase_again = forms.CharField(
        required=False,
        strip=False,
        max_length=1024,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    reason = forms.CharField(
        max_length=300,
        help_text="Kept in the audit log: who gets the file, and what for.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(
        self, *args: Any, key: PrivateKey, user: User, may_be_plain: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        form = self.fields["form"]
        assert isinstance(form, forms.ChoiceField)  # noqa: S101  (declared above)
        form.choices = [
            *_ENCRYPTED,
            *([_OPENSSH] if key.ssh_sha256 and key.algorithm != "Ed448" else []),
            *([_PLAIN] if may_be_plain else []),
        ]
        certificate = self.fields["certificate"]
        assert isinstance(certificate, forms.ModelChoiceField)  # noqa: S101  (likewise)
        held = Certificate.objects.filter(spki_sha256=key.spki_sha256).order_by("-not_after", "pk")
        certificate.queryset = held
        certificate.initial = held.active().first()
        self.cancel_url = key.get_absolute_url()

    @property
    def helper(self) -> FormHelper:
        helper = super().helper
        # A download leaves the page as it is: the button stays usable.
        helper.attrs = {"novalidate": "", "autocomplete": "off"}
        helper.layout = Layout("form", "certificate", "passphrase", "passphrase_again", "reason")
        return helper

    @sensitive_variables()
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("form") == ExportForm.PLAIN:
            return cleaned
        first, second = cleaned.get("passphrase", ""), cleaned.get("passphrase_again", "")
        if not first:
            self.add_error("passphrase", "Give a passphrase: the key leaves encrypted.")
        elif first != second:
            self.add_error("passphrase_again", "The two passphrases differ.")
        else:
            try:
                validate_password(first, self.user)
            except forms.ValidationError as weak:
                said = [text.replace("password", "passphrase") for text in weak.messages]
                self.add_error("passphrase", said)
        return cleaned

    def to_order(self) -> ExportOrder:
        told = self.cleaned_data
        certificate: Certificate | None = told["certificate"]
        form = ExportForm(told["form"])
        return ExportOrder(
            form=form,
            reason=told["reason"],
            passphrase=b"" if form is ExportForm.PLAIN else told["passphrase"].encode(),
            certificate_id=certificate.pk if certificate is not None else None,
        )
