"""Is there anything that stricter readers refuse, or that will hurt one day? (RFC 5280, 4.1 and 4.2)

Findings: hygiene.version, hygiene.extensions_need_version_3, hygiene.issuer_empty,
hygiene.subject_empty, hygiene.name_malformed, hygiene.attribute_long, hygiene.attribute_empty,
hygiene.country_uk, hygiene.country_malformed, hygiene.aia_critical, hygiene.aia_malformed,
hygiene.crl_points_critical, hygiene.crl_points_malformed, hygiene.validity_long,
hygiene.no_revocation_pointer, hygiene.no_extensions.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from pki import der
from pki.findings import Finding
from pki.verify.anatomy import COMMON_NAME, COUNTRY, Anatomy, Shape, attribute_text, shown
from pki.verify.checks.check import Check, Situation, info, warning
from pki.verify.extension_values import AUTHORITY_INFO_ACCESS, CRL_DISTRIBUTION_POINTS, dotted, kept
from pki.verify.inputs import Usage
from pki.verify.prepared import Member

_EMPTY_NAME: Final = b"\x30\x00"
_VERSION_3: Final = 3

# Upper bounds of RFC 5280, appendix A.1.
_LONGEST: Final = {
    COMMON_NAME: 64,
    COUNTRY: 2,
    b"\x55\x04\x07": 128,
    b"\x55\x04\x08": 128,
    b"\x55\x04\x0a": 64,
    b"\x55\x04\x0b": 64,
}

# The longest life that public CAs may give a server certificate (CA/Browser Forum, 6.3.2, as it
# was from 2020 to 2026), and the one that clients of Apple ask for from any CA.
_LONGEST_SERVER_LIFE: Final = timedelta(days=398)
_LONGEST_LIFE: Final = timedelta(days=825)


def _of_certificate(member: Member, role: str) -> Iterator[Finding]:
    anatomy = member.anatomy
    if anatomy is None:
        return
    if anatomy.version != _VERSION_3:
        yield warning("hygiene.version", "version", version=anatomy.version)
        if anatomy.extensions:
            yield warning("hygiene.extensions_need_version_3", "version")
    elif not anatomy.extensions:
        yield warning("hygiene.no_extensions", "extensions")
    yield from _of_names(anatomy)
    if role == "leaf" and not anatomy.self_issued and not _has_pointer(anatomy.shape):
        yield info("hygiene.no_revocation_pointer")


def _of_names(anatomy: Anatomy) -> Iterator[Finding]:
    if anatomy.issuer == _EMPTY_NAME:
        yield warning("hygiene.issuer_empty", "issuer")
    if anatomy.subject == _EMPTY_NAME:
        if anatomy.is_ca:
            yield warning("hygiene.subject_empty", "subject")
        return
    if not anatomy.subject_attributes:
        yield warning("hygiene.name_malformed", "subject")
    for oid, tag, content in anatomy.subject_attributes:
        if not content:
            yield warning("hygiene.attribute_empty", "subject", attribute=dotted(oid))
        elif oid == COUNTRY:
            yield from _of_country(tag, content)
        elif (
            len(content) > _LONGEST.get(oid, len(content))
            and len(attribute_text(tag, content)) > _LONGEST[oid]
        ):
            yield warning("hygiene.attribute_long", "subject", attribute=dotted(oid))


def _of_country(tag: int, content: bytes) -> Iterator[Finding]:
    country = attribute_text(tag, content)
    if country.upper() == "UK":
        yield warning("hygiene.country_uk", "subject")
    elif len(country) != 2 or not (country.isascii() and country.isalpha()):
        yield warning("hygiene.country_malformed", "subject", country=shown(country[:64]))


def _has_pointer(shape: Shape) -> bool:
    return AUTHORITY_INFO_ACCESS in shape.extensions or CRL_DISTRIBUTION_POINTS in shape.extensions


def _of_shape(shape: Shape, role: str) -> Iterator[Finding]:
    for oid, what in ((AUTHORITY_INFO_ACCESS, "aia"), (CRL_DISTRIBUTION_POINTS, "crl_points")):
        extension = shape.extensions.get(oid)
        if extension is None:
            continue
        if extension.critical:
            yield warning(f"hygiene.{what}_critical", extension.name)
        if not _is_list_of_sequences(extension.value):
            yield warning(f"hygiene.{what}_malformed", extension.name)


@kept
def _is_list_of_sequences(value: bytes) -> bool:
    """At least one well-formed entry, as both kinds of pointers ask for."""
    try:
        start, stop = der.whole(value, der.SEQUENCE)
        der.check(value, start, stop)
        tags = [tag for tag, _, _ in der.children(value, start, stop)]
    except der.DerError:
        return False
    return bool(tags) and all(tag == der.SEQUENCE for tag in tags)


def _of_path(situation: Situation) -> Iterator[Finding]:
    anatomy = situation.leaf.anatomy
    if anatomy is None or anatomy.is_ca or not (anatomy.not_before and anatomy.not_after):
        return
    life = anatomy.not_after - anatomy.not_before
    server = situation.policy.usage is Usage.SERVER
    longest = _LONGEST_SERVER_LIFE if server else _LONGEST_LIFE
    if life > longest:
        yield warning("hygiene.validity_long", "notAfter", days=life.days, longest=longest.days)


CHECK = Check(
    name="hygiene",
    numbers=frozenset({83, 84, 93}),
    of_shape=_of_shape,
    of_certificate=_of_certificate,
    of_path=_of_path,
)
