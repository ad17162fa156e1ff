"""What is asked for: the subject, the names, the usages, and what is preset for each purpose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from cryptography.x509.oid import NameOID, ObjectIdentifier

from pki.extensions.general_names import AltName
from pki.host_names import NameRefused, address, host_name, mail_address, uri

PRESET_DIGEST = "sha256"

# What the form offers; keyCertSign and cRLSign belong to a CA.
KEY_USAGES: tuple[str, ...] = (
    "digitalSignature",
    "nonRepudiation",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
)
EXTENDED_KEY_USAGES: tuple[str, ...] = (
    "serverAuth",
    "clientAuth",
    "emailProtection",
    "secureShellClient",
    "secureShellServer",
)


class Profile(StrEnum):
    """What the certificate is for; decides the presets."""

    SERVER = "server"
    CLIENT = "client"
    BOTH = "both"


PRESET_EXTENDED_KEY_USAGE: Mapping[Profile, tuple[str, ...]] = {
    Profile.SERVER: ("serverAuth",),
    Profile.CLIENT: ("clientAuth",),
    Profile.BOTH: ("serverAuth", "clientAuth"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """The attributes of a subject that the form has, in the order in which they are written."""

    country: str = ""
    state: str = ""
    locality: str = ""
    organization: str = ""
    organizational_unit: str = ""
    common_name: str = ""
    email: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether no attribute is given."""
        return not any(getattr(self, item.name) for item in fields(self))


# Each attribute: its object identifier, OpenSSL's name for it, and X.520's upper bound.
SUBJECT_ATTRIBUTES: Mapping[str, tuple[ObjectIdentifier, str, int]] = {
    "country": (NameOID.COUNTRY_NAME, "C", 2),
    "state": (NameOID.STATE_OR_PROVINCE_NAME, "ST", 128),
    "locality": (NameOID.LOCALITY_NAME, "L", 128),
    "organization": (NameOID.ORGANIZATION_NAME, "O", 64),
    "organizational_unit": (NameOID.ORGANIZATIONAL_UNIT_NAME, "OU", 64),
    "common_name": (NameOID.COMMON_NAME, "CN", 64),
    "email": (NameOID.EMAIL_ADDRESS, "emailAddress", 255),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestSpec:
    """What to ask for. `alt_names` hold kinds `dns`, `ip`, `email`, `uri`, in canonical form.

    `key_usage` and `extended_key_usage` None mean the preset of the profile (and of the key: see
    `key_usage_of`); an empty tuple leaves the extension out. `digest` is not used with Ed25519 and
    Ed448, which have their own.
    """

    subject: Subject
    alt_names: tuple[AltName, ...] = ()
    profile: Profile = Profile.SERVER
    key_usage: tuple[str, ...] | None = None
    extended_key_usage: tuple[str, ...] | None = None
    digest: str = PRESET_DIGEST

    def to_json(self) -> dict[str, Any]:
        """A JSON-able form that `from_json` reads back."""
        return {
            "subject": {item.name: getattr(self.subject, item.name) for item in fields(Subject)},
            "alt_names": [[entry.kind, entry.value] for entry in self.alt_names],
            "profile": self.profile.value,
            "key_usage": None if self.key_usage is None else list(self.key_usage),
            "extended_key_usage": (
                None if self.extended_key_usage is None else list(self.extended_key_usage)
            ),
            "digest": self.digest,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> RequestSpec:
        """The specification that `to_json` stored."""
        key_usage, extended = stored["key_usage"], stored["extended_key_usage"]
        return cls(
            subject=Subject(**stored["subject"]),
            alt_names=tuple(AltName(kind=kind, value=value) for kind, value in stored["alt_names"]),
            profile=Profile(stored["profile"]),
            key_usage=None if key_usage is None else tuple(key_usage),
            extended_key_usage=None if extended is None else tuple(extended),
            digest=stored["digest"],
        )


_CANONICAL = {"dns": host_name, "ip": address, "email": mail_address, "uri": uri}


def alt_name(kind: str, text: str) -> AltName:
    """A subjectAltName entry from what somebody typed. Raises `NameRefused`."""
    canonical = _CANONICAL.get(kind)
    if canonical is None:
        raise NameRefused(kind=kind[:16], value=text[:256], why="malformed")
    return AltName(kind=kind, value=canonical(text))


def alt_names_of(spec: RequestSpec) -> tuple[AltName, ...]:
    """The names to ask for: those of the spec, and the CN of a server in front.

    A client's CN is an account name and stays out. Doubles are left out; what is not canonical is
    left as it is (preflight refuses it).
    """
    wanted = [_tidy(entry) for entry in spec.alt_names]
    if spec.profile is not Profile.CLIENT and spec.subject.common_name:
        from_cn = _name_of_cn(spec.subject.common_name)
        if from_cn is not None:
            wanted = [from_cn, *wanted]
    return tuple(dict.fromkeys(wanted))


def _tidy(entry: AltName) -> AltName:
    try:
        return alt_name(entry.kind, entry.value)
    except NameRefused:
        return entry


def _name_of_cn(common_name: str) -> AltName | None:
    for kind in ("ip", "dns"):
        try:
            return alt_name(kind, common_name)
        except NameRefused:
            continue
    return None


def common_name_of(spec: RequestSpec) -> str:
    """The CN to write: a server's host name in the form of its SAN, a client's as it is.

    An account matches its certificate's CN byte for byte, so nothing of it is changed.
    """
    common_name = spec.subject.common_name
    if spec.profile is Profile.CLIENT or not common_name:
        return common_name
    found = _name_of_cn(common_name)
    return common_name if found is None else found.value


def key_usage_of(spec: RequestSpec, key_algorithm: str) -> tuple[str, ...]:
    """The key usage to ask for (RFC 5280, 4.2.1.3) with a key of this algorithm (`RSA`, ...).

    RSA servers keep keyEncipherment for the TLS 1.2 suites without forward secrecy that old
    partners still negotiate; other keys cannot do it (RFC 8410, 5; RFC 8422, 5.2).
    """
    if spec.key_usage is not None:
        return spec.key_usage
    if key_algorithm == "RSA" and spec.profile is not Profile.CLIENT:
        return ("digitalSignature", "keyEncipherment")
    return ("digitalSignature",)


def extended_key_usage_of(spec: RequestSpec) -> tuple[str, ...]:
    """The extended key usage to ask for."""
    if spec.extended_key_usage is not None:
        return spec.extended_key_usage
    return PRESET_EXTENDED_KEY_USAGE[spec.profile]
