"""Where something is to be had: distribution points and the access to an authority."""

from __future__ import annotations

from dataclasses import dataclass

from pki import der
from pki.der import DerError
from pki.extensions.content import nothing_after
from pki.extensions.general_names import general_names
from pki.names import visible

_OCSP = bytes.fromhex("2b06010505073001")
_CA_ISSUERS = bytes.fromhex("2b06010505073002")


@dataclass(frozen=True, kw_only=True, slots=True)
class InformationAccess:
    """The URLs of an authorityInfoAccess (RFC 5280, section 4.2.2.1)."""

    ocsp: tuple[str, ...]
    ca_issuers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class IssuingDistributionPoint:
    """The scope of a CRL (RFC 5280, section 5.2.5) as flags."""

    scope: tuple[str, ...]


def authority_info_access(value: bytes) -> InformationAccess:
    """RFC 5280, section 4.2.2.1; other methods than these two are left out."""
    at, end = der.whole(value, der.SEQUENCE)
    ocsp = []
    ca_issuers = []
    while at < end:
        start, at = der.expect(value, at, end, der.SEQUENCE)
        method_start, method_stop = der.expect(value, start, at, der.OID)
        tag, start, stop = der.read(value, method_stop, at)
        nothing_after(stop, at)
        if tag != 0x86:
            continue
        url = _url(value[start:stop])
        method = value[method_start:method_stop]
        if method == _OCSP:
            ocsp.append(url)
        elif method == _CA_ISSUERS:
            ca_issuers.append(url)
    return InformationAccess(ocsp=tuple(ocsp), ca_issuers=tuple(ca_issuers))


def _url(content: bytes) -> str:
    if not content.isascii():
        raise DerError("URL is not ASCII")
    return visible(content.decode("ascii"))


def distribution_points(value: bytes) -> tuple[str, ...]:
    """The URLs of cRLDistributionPoints and freshestCRL (RFC 5280, section 4.2.1.13)."""
    at, end = der.whole(value, der.SEQUENCE)
    if at == end:
        raise DerError("empty sequence")
    urls: list[str] = []
    while at < end:
        start, at = der.expect(value, at, end, der.SEQUENCE)
        for tag, inside, stop in der.children(value, start, at):
            if tag == 0xA0:
                urls.extend(_point_urls(value, inside, stop))
            elif tag == 0xA2:
                general_names(value, inside, stop)
            elif tag != 0x81:
                raise DerError("unexpected field")
    return tuple(urls)


def _point_urls(value: bytes, at: int, end: int) -> list[str]:
    tag, start, stop = der.read(value, at, end)
    nothing_after(stop, end)
    if tag == 0xA1:  # nameRelativeToCRLIssuer
        der.check(value, start, stop)
        return []
    if tag != 0xA0:
        raise DerError("unexpected field")
    general_names(value, start, stop)
    return [
        _url(value[inside:inside_stop])
        for kind, inside, inside_stop in der.children(value, start, stop)
        if kind == 0x86
    ]


def issuing_distribution_point(value: bytes) -> IssuingDistributionPoint:
    """RFC 5280, section 5.2.5."""
    at, end = der.whole(value, der.SEQUENCE)
    flags = {0x81: "user", 0x82: "ca", 0x84: "indirect", 0x85: "attribute"}
    scope = []
    for tag, start, stop in der.children(value, at, end):
        if tag == 0xA0:
            _point_urls(value, start, stop)
            scope.append("named")
        elif tag == 0x83:
            der.bits(value, start, min(stop, start + 4))
            scope.append("reasons")
        elif tag in flags:
            if der.boolean(value, start, stop):
                scope.append(flags[tag])
        else:
            raise DerError("unexpected field")
    return IssuingDistributionPoint(scope=tuple(scope))
