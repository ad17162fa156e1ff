from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django import forms

from certificates.models import Certificate
from truststores.models.crl_source import LONGEST_URL, PERIODS
from truststores.specs import NewSource
from ui.forms import LaidOut, OneFileField


def _periods() -> list[tuple[str, str]]:
    periods = [(str(int(period.total_seconds())), says) for period, says in PERIODS]
    return [("", "When the CRL in use comes to its next update"), *periods]


class PeriodForm(forms.Form):
    """How often sources are asked."""

    every = forms.ChoiceField(required=False, choices=_periods, label="Asked")

    @property
    def period(self) -> timedelta | None:
        chosen = self.cleaned_data["every"]
        return timedelta(seconds=int(chosen)) if chosen else None


class SourceForm(LaidOut, PeriodForm):
    """An address that somebody writes down."""

    submit_label = "Add and fetch"

    url = forms.CharField(
        label="Address",
        max_length=LONGEST_URL,
        widget=forms.URLInput(
            attrs={"placeholder": "http://crl.example.org/ca.crl", "class": "mono"}
        ),
        help_text="http or https. A CRL is signed by its authority, so http is as good.",
    )
    issuer = forms.ChoiceField(
        required=False,
        label="Whose CRL",
        help_text="What somebody else issued is then refused.",
    )
    field_order = ("url", "issuer", "every")

    def __init__(self, *args: object, authorities: Sequence[Certificate], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # handed on as they came
        issuer = self.fields["issuer"]
        assert isinstance(issuer, forms.ChoiceField)  # noqa: S101 - declared above
        issuer.choices = [
            ("", "Any authority of this store"),
            *((str(one.pk), str(one)) for one in authorities),
        ]

    def to_spec(self) -> NewSource:
        issuer = self.cleaned_data["issuer"]
        return NewSource(
            url=self.cleaned_data["url"].strip(),
            issuer_id=int(issuer) if issuer else None,
            every=self.period,
        )


class CrlUploadForm(LaidOut, forms.Form):
    """A CRL for a store, as a file."""

    submit_label = "Check and preview"

    crl = OneFileField(
        label="CRL file",
        help_text="DER or PEM. It is verified first: issuer, signature, scope, number and dates. Then you see what it would change, and nothing counts before you save that.",
    )

    def to_content(self) -> bytes:
        content: bytes = self.cleaned_data["crl"].read()
        return content
