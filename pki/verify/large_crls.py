"""Large CRLs: verified once, their serial numbers kept as a set.

OpenSSL hashes a CRL anew in every verification: 2 to 4 ms at 100,000 entries, many times the rest.
For a store with large CRLs a path is therefore first verified without them, and this module then
says whether every certificate of it is certainly not revoked. It only ever affirms, and only where
the case is plain: one complete CRL without scope, fresh, signed by the issuer on the path, and the
serial number not in it. Everything else, a revoked certificate above all, goes OpenSSL's own way, so
that the numbers in a report are always OpenSSL's.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice, pairwise
from typing import Final

from pki import der
from pki.verify.anatomy import Anatomy
from pki.verify.extension_values import (
    AUTHORITY_KEY_ID,
    CRL_DISTRIBUTION_POINTS,
    DELTA_CRL_INDICATOR,
    FRESHEST_CRL,
    ISSUING_DISTRIBUTION_POINT,
    read_authority_key,
)
from pki.verify.inputs import Revocation
from pki.verify.prepared import CrlMember, Member, PreparedTrust

LARGE: Final = 32 * 1024
_CRITICAL: Final = b"\x01\x01\xff"
_NOT_PLAIN: Final = (ISSUING_DISTRIBUTION_POINT, DELTA_CRL_INDICATOR, FRESHEST_CRL)
_POINT_NAME: Final = 0xA0


def worth_it(prepared: PreparedTrust) -> bool:
    """Whether the store asks about revocation with CRLs large enough, and none is indirect."""
    return (
        prepared.checks_revocation
        and not prepared.indirect_crls
        and sum(len(member.crl.der) for member in prepared.crls) >= LARGE
    )


def certainly_not_revoked(prepared: PreparedTrust, path: Sequence[Member], seconds: int) -> bool:
    """Whether a plain CRL says so for each certificate that the policy asks about.

    A self-signed anchor needs none. False means only that OpenSSL has to look.
    """
    if len(path) < 2 or not path[-1].self_signed:
        return False
    asked = len(path) - 1 if prepared.policy.revocation is Revocation.CHAIN else 1
    return all(
        _clears(prepared, subject, issuer, seconds)
        for subject, issuer in islice(pairwise(path), asked)
    )


def _clears(prepared: PreparedTrust, subject: Member, issuer: Member, seconds: int) -> bool:
    crls = prepared.crls_by_issuer.get(issuer.subject_hash, ())
    if len(crls) != 1 or subject.anatomy is None:
        return False
    crl = crls[0]
    if crl.starts is None or crl.ends is None or not crl.starts <= seconds < crl.ends:
        return False
    if not _points_are_plain(subject.anatomy):
        return False
    serials = _serials_if_issued_by(prepared, crl, issuer)
    return serials is not None and _number(subject.anatomy.serial) not in serials


def _number(content: bytes) -> int:
    return int.from_bytes(content, "big", signed=True)


def _serials_if_issued_by(
    prepared: PreparedTrust, crl: CrlMember, issuer: Member
) -> frozenset[int] | None:
    """The revoked serial numbers, found once; None where the CRL is not plain or not the issuer's."""
    key = (crl.sha256, issuer.sha256)
    if key not in prepared.serials:
        plain = _is_plain(crl, issuer) and crl.crl.signed_by(issuer.certificate)
        prepared.serials[key] = _serials(crl) if plain else None
    return prepared.serials[key]


def _is_plain(crl: CrlMember, issuer: Member) -> bool:
    """Complete, without scope, without anything critical, by its identifiers the issuer's own."""
    anatomy, by = crl.anatomy, issuer.anatomy
    if anatomy is None or by is None or not crl.crl.names(issuer.certificate):
        return False
    if any(oid in anatomy.extensions for oid in _NOT_PLAIN):
        return False
    if any(extension.critical for extension in anatomy.extensions.values()):
        return False
    if by.shape.key_usage is not None and "cRLSign" not in by.shape.key_usage:
        return False
    identifier = anatomy.extensions.get(AUTHORITY_KEY_ID)
    if identifier is None:
        return True
    try:
        authority = read_authority_key(identifier.value)
    except der.DerError:
        return False
    return (
        not authority.issuer and authority.serial is None and authority.key_id == by.subject_key_id
    )


def _serials(crl: CrlMember) -> frozenset[int] | None:
    """The serial numbers of all entries; None where one is malformed or has a critical extension."""
    anatomy = crl.anatomy
    if anatomy is None:
        return None
    data = anatomy.der
    found = set()
    try:
        for tag, start, stop in der.children(data, *anatomy.entries):
            number, at, end = der.read(data, start, stop)
            if tag != der.SEQUENCE or number != der.INTEGER:
                return None
            if data.find(_CRITICAL, end, stop) >= 0:
                return None
            found.add(_number(data[at:end]))
    except der.DerError:
        return None
    return frozenset(found)


def _points_are_plain(anatomy: Anatomy) -> bool:
    """Whether no distribution point limits itself to some reasons or names another CRL issuer."""
    extension = anatomy.extensions.get(CRL_DISTRIBUTION_POINTS)
    if extension is None:
        return True
    try:
        start, stop = der.whole(extension.value, der.SEQUENCE)
        return all(
            field == _POINT_NAME
            for _, at, end in der.children(extension.value, start, stop)
            for field, _, _ in der.children(extension.value, at, end)
        )
    except der.DerError:
        return False
