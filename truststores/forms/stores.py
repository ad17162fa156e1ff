from __future__ import annotations

import re
from typing import Final

from crispy_forms.helper import FormHelper  # type: ignore[import-untyped]  # ships no types
from crispy_forms.layout import Div, Field, Fieldset, Layout  # type: ignore[import-untyped]  # ships no types
from django import forms

from pki.verify.inputs import Policy, Revocation, Usage
from truststores.inputs import policy_of
from truststores.models import RevocationPolicy, Role, TrustStore, UsageChoice
from truststores.specs import StoreSpec
from ui.forms import LaidOut
from ui.plain_names import plain_name

_OID = re.compile(r"[0-2](\.(0|[1-9][0-9]{0,30})){1,30}")
_MOST_POLICIES = 50
_LEVELS = (
    (0, "0: anything goes, MD5 and RSA-512 included"),
    (1, "1: what OpenSSL does by default (80 bits; RSA 1024)"),
    (2, "2: Debian's and Ubuntu's default (112 bits; RSA 2048, no SHA-1)"),
    (3, "3: 128 bits (RSA 3072, ECDSA P-256)"),
    (4, "4: 192 bits (RSA 7680, ECDSA P-384)"),
    (5, "5: 256 bits (RSA 15360, ECDSA P-521)"),
)


_USUAL: Final[tuple[tuple[str, object], ...]] = (
    ("security_level", 1),
    ("partial_chain", False),
    ("common_name", True),
    ("strict", False),
    ("policy_oids", ""),
    ("require_explicit_policy", False),
    ("inhibit_policy_mapping", False),
    ("inhibit_any_policy", False),
)


class StoreForm(LaidOut, forms.Form):
    """The name, the usage and the policy of a trust store."""

    name = forms.CharField(
        max_length=100, help_text="What people will look for: “Partners' servers”, say."
    )
    usage = forms.ChoiceField(
        choices=UsageChoice.choices,
        widget=forms.RadioSelect,
        help_text="What the certificates that chain into it are presented for.",
    )
    revocation = forms.ChoiceField(
        choices=RevocationPolicy.choices,
        widget=forms.RadioSelect,
        help_text="Where a needed CRL is missing or out of date, the verdict is “undetermined”.",
    )
    notes = forms.CharField(
        required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )
    security_level = forms.TypedChoiceField(
        choices=_LEVELS,
        coerce=int,
        label="Security level",
        help_text="How strong keys and hashes must be; the same numbers as OpenSSL's.",
    )
    partial_chain = forms.BooleanField(
        required=False,
        label="Accept partial chains",
        help_text="A path may end at a trust anchor that is not self-signed.",
    )
    common_name = forms.BooleanField(
        required=False,
        label="A common name may stand in for a missing alternative name",
        help_text="As OpenSSL does. Without it, only subjectAltName counts for host names.",
    )
    strict = forms.BooleanField(
        required=False,
        label="Strict RFC 5280 checks",
        help_text="Refuse what OpenSSL otherwise tolerates (-x509_strict).",
    )
    policy_oids = forms.CharField(
        required=False,
        label="Acceptable certificate policies",
        help_text="Object identifiers, separated by spaces or lines; empty accepts any.",
        widget=forms.Textarea(attrs={"rows": 2, "class": "mono"}),
    )
    require_explicit_policy = forms.BooleanField(
        required=False, label="Require an explicit certificate policy"
    )
    inhibit_policy_mapping = forms.BooleanField(required=False, label="Inhibit policy mapping")
    inhibit_any_policy = forms.BooleanField(required=False, label="Inhibit anyPolicy")
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    @property
    def shows_all(self) -> bool:
        """Whether the fold is open: something in it is wrong, or other than most peers have it."""
        folded = ("security_level", "policy_oids")
        if any(name in self.errors for name in folded):
            return True
        return any(
            self[name].value() not in (None, "", usual, str(usual)) for name, usual in _USUAL
        )

    @property
    def helper(self) -> FormHelper:
        helper = super().helper
        helper.layout = Layout(
            "name",
            "usage",
            "revocation",
            "notes",
            Div(
                "security_level",
                "partial_chain",
                "common_name",
                "strict",
                Fieldset(
                    "Certificate policies",
                    "policy_oids",
                    "require_explicit_policy",
                    "inhibit_policy_mapping",
                    "inhibit_any_policy",
                ),
                css_class="is-open" if self.shows_all else "",
                template="truststores/_policy_fold.html",
            ),
            Field("revision"),
        )
        return helper

    def clean_name(self) -> str:
        return plain_name(" ".join(str(self.cleaned_data["name"]).split()))

    def clean_policy_oids(self) -> tuple[str, ...]:
        words = tuple(dict.fromkeys(re.split(r"[\s,;]+", self.cleaned_data["policy_oids"].strip())))
        oids = tuple(word for word in words if word)
        if len(oids) > _MOST_POLICIES:
            raise forms.ValidationError(f"At most {_MOST_POLICIES} policies.")
        for oid in oids:
            if not _OID.fullmatch(oid) or not _has_valid_arcs(oid):
                raise forms.ValidationError(f"“{oid}” is no object identifier.")
        return oids

    def to_spec(self) -> StoreSpec:
        wanted = self.cleaned_data
        return StoreSpec(
            name=wanted["name"],
            notes=wanted["notes"],
            policy=Policy(
                usage=Usage(wanted["usage"]),
                revocation=Revocation(wanted["revocation"]),
                security_level=wanted["security_level"],
                partial_chain=wanted["partial_chain"],
                common_name=wanted["common_name"],
                policy_oids=wanted["policy_oids"],
                require_explicit_policy=wanted["require_explicit_policy"],
                inhibit_policy_mapping=wanted["inhibit_policy_mapping"],
                inhibit_any_policy=wanted["inhibit_any_policy"],
                strict=wanted["strict"],
            ),
        )


def _has_valid_arcs(oid: str) -> bool:
    """The second arc stays below 40 where the first is 0 or 1 (X.660)."""
    first, second = oid.split(".")[:2]
    return first == "2" or int(second) < 40


def initial_of(store: TrustStore | None) -> dict[str, object]:
    """What the form of a store begins with; of a new one, what most servers and clients do."""
    if store is None:
        return {
            "usage": Usage.SERVER.value,
            "revocation": Revocation.NONE.value,
            "security_level": 1,
            "common_name": True,
        }
    policy = policy_of(store)
    return {
        "name": store.name,
        "notes": store.notes,
        "usage": policy.usage.value,
        "revocation": policy.revocation.value,
        "security_level": policy.security_level,
        "partial_chain": policy.partial_chain,
        "common_name": policy.common_name,
        "strict": policy.strict,
        "policy_oids": "\n".join(policy.policy_oids),
        "require_explicit_policy": policy.require_explicit_policy,
        "inhibit_policy_mapping": policy.inhibit_policy_mapping,
        "inhibit_any_policy": policy.inhibit_any_policy,
        "revision": store.revision,
    }


class PasteForm(LaidOut, forms.Form):
    """Certificates and CRLs for a store, as text."""

    submit_label = "Import and preview"

    pem = forms.CharField(
        label="PEM",
        strip=False,
        widget=forms.Textarea(
            attrs={
                "rows": 8,
                "class": "mono",
                "spellcheck": "false",
                "placeholder": "-----BEGIN CERTIFICATE-----",
            }
        ),
        help_text="Certificates and CRLs with any text around them; at most 500.",
    )
    role = forms.ChoiceField(
        required=False,
        choices=[("", "By its kind: self-signed ones as anchors"), *Role.choices],
        label="Add as",
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def to_content(self) -> bytes:
        content: str = self.cleaned_data["pem"]
        return content.encode("utf-8", "surrogatepass")

    def to_role(self) -> Role | None:
        return Role(self.cleaned_data["role"]) if self.cleaned_data["role"] else None


class RevisionForm(forms.Form):
    """The revision that somebody looked at when they pressed a button."""

    revision = forms.IntegerField(required=False)

    @classmethod
    def of(cls, data: object) -> int | None:
        form = cls(data)  # type: ignore[arg-type]  # a QueryDict
        return form.cleaned_data["revision"] if form.is_valid() else None
