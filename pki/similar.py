"""A new request like an old one: the form filled from a request or a certificate."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pki.certificate import parse_certificate
from pki.csr.read import parse_request, subject_fields
from pki.csr.spec import (
    EXTENDED_KEY_USAGES,
    KEY_USAGES,
    PRESET_DIGEST,
    PRESET_EXTENDED_KEY_USAGE,
    Profile,
    RequestSpec,
    Subject,
    alt_name,
    common_name_of,
    key_usage_of,
)
from pki.errors import NotDecodable
from pki.extensions.general_names import AltName
from pki.host_names import NameRefused
from pki.names import issuer_and_subject


@dataclass(frozen=True, kw_only=True, slots=True)
class Similar:
    """The specification, and the names of what it could not take over (a directory name, a CA)."""

    spec: RequestSpec
    left_out: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Old:
    subject: Subject
    alt_names: tuple[AltName, ...]
    key_usage: tuple[str, ...]
    extended_key_usage: tuple[str, ...]
    key_algorithm: str
    signature_algorithm: str
    is_ca: bool


def similar(data: bytes) -> Similar:
    """The specification that asks for what a DER request asked for, or a certificate holds.

    Presets stay presets where they give the same. Raises `NotDecodable` for what is neither.
    """
    old = _read(data)
    left_out: list[str] = ["ca"] if old.is_ca else []
    alt_names: list[AltName] = []
    for entry in old.alt_names:
        try:
            alt_names.append(alt_name(entry.kind, entry.value))
        except NameRefused:
            left_out.append(f"{entry.kind}:{entry.value}")
    profile = _profile(old.extended_key_usage)
    extended = _known(old.extended_key_usage, EXTENDED_KEY_USAGES, left_out)
    spec = RequestSpec(
        subject=old.subject,
        alt_names=tuple(alt_names),
        profile=profile,
        extended_key_usage=None if extended == PRESET_EXTENDED_KEY_USAGE[profile] else extended,
        digest=_digest(old.signature_algorithm),
    )
    usages = _known(old.key_usage, KEY_USAGES, left_out)
    if usages != key_usage_of(spec, old.key_algorithm):
        spec = replace(spec, key_usage=usages)
    return Similar(spec=_without_cn(spec), left_out=tuple(left_out))


def _read(data: bytes) -> _Old:
    try:
        request = parse_request(data)
    except NotDecodable:
        certificate = parse_certificate(data)
        return _Old(
            subject=subject_fields(issuer_and_subject(data)[1]),
            alt_names=certificate.alt_names,
            key_usage=certificate.key_usage,
            extended_key_usage=certificate.extended_key_usage,
            key_algorithm=certificate.key_algorithm,
            signature_algorithm=certificate.signature_algorithm,
            is_ca=certificate.is_ca,
        )
    return _Old(
        subject=request.subject_fields,
        alt_names=request.alt_names,
        key_usage=request.key_usage,
        extended_key_usage=request.extended_key_usage,
        key_algorithm=request.key_algorithm,
        signature_algorithm=request.signature_algorithm,
        is_ca=request.asks_ca,
    )


def _profile(extended_key_usage: tuple[str, ...]) -> Profile:
    """Without any extended key usage a certificate serves both; a server is the usual case."""
    if "clientAuth" in extended_key_usage:
        return Profile.BOTH if "serverAuth" in extended_key_usage else Profile.CLIENT
    return Profile.SERVER


def _known(
    found: tuple[str, ...], offered: tuple[str, ...], left_out: list[str]
) -> tuple[str, ...]:
    left_out.extend(usage for usage in found if usage not in offered)
    return tuple(usage for usage in found if usage in offered)


def _digest(signature_algorithm: str) -> str:
    lowered = signature_algorithm.lower().replace("-", "")
    return next((name for name in ("sha512", "sha384") if name in lowered), PRESET_DIGEST)


def _without_cn(spec: RequestSpec) -> RequestSpec:
    """The CN's own SAN comes back by itself: it is not listed as a row."""
    if spec.profile is Profile.CLIENT or not spec.subject.common_name:
        return spec
    rows = tuple(entry for entry in spec.alt_names if entry.value != common_name_of(spec))
    return replace(spec, alt_names=rows)
