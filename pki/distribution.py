"""Where the CRLs for a certificate are (RFC 5280, 4.2.1.13, 4.2.1.15) and what a CRL is for (5.2.5).

`pki.extensions` keeps of both what columns need; here stands the whole of them: which names each
point has, for which reasons, and whose CRLs it accepts.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pki import der
from pki.der import DerError
from pki.errors import FetchRefused, NotDecodable
from pki.fetch.url import read_url
from pki.names import read_name, visible

# ReasonFlags (RFC 5280, 4.2.1.13); bit 0 is unused.
REASONS = (
    "keyCompromise",
    "cACompromise",
    "affiliationChanged",
    "superseded",
    "cessationOfOperation",
    "certificateHold",
    "privilegeWithdrawn",
    "aACompromise",
)
ALL_REASONS = frozenset(REASONS)

_CRL_DISTRIBUTION_POINTS = "2.5.29.31"
_FRESHEST_CRL = "2.5.29.46"
_ISSUING_DISTRIBUTION_POINT = "2.5.29.28"
_DIRECTORY_NAME = 0xA4
_URI = 0x86
_KINDS = {
    0xA0: "other",
    0x81: "email",
    0x82: "dns",
    0xA3: "x400",
    _DIRECTORY_NAME: "dirname",
    0xA5: "edi",
    _URI: "uri",
    0x87: "ip",
    0x88: "rid",
}
MOST_POINTS = 64
MOST_NAMES = 64


@dataclass(frozen=True, kw_only=True, slots=True)
class PointName:
    """One name of a distribution point: its kind, safe text, and a `key` equal for equal names."""

    kind: str
    text: str
    key: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PointUrl:
    """A URL of a distribution point; `why` says why it is never fetched, empty where it may be."""

    url: str
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CrlIssuer:
    """Somebody who may issue the CRL in place of the certificate's issuer."""

    text: str
    sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DistributionPoint:
    """One distribution point of a certificate.

    `reasons` are all of them where the point names none; `crl_issuers` is empty where the
    certificate's issuer signs the CRL itself. `delta` marks those of the freshestCRL extension.
    """

    names: tuple[PointName, ...]
    urls: tuple[PointUrl, ...]
    reasons: frozenset[str]
    crl_issuers: tuple[CrlIssuer, ...]
    delta: bool

    @property
    def fetchable(self) -> tuple[str, ...]:
        """The URLs that may be fetched, in their order."""
        return tuple(url.url for url in self.urls if not url.why)


class Covers(StrEnum):
    """Which certificates a CRL speaks of."""

    ANY = "any"
    USER = "user"
    CA = "ca"
    ATTRIBUTE = "attribute"


@dataclass(frozen=True, kw_only=True, slots=True)
class IssuingPoint:
    """The scope of a CRL. Without the extension it is everything of its issuer (RFC 5280, 5.2.5).

    `contradictory` marks a scope that excludes itself: more than one `only` flag.
    """

    names: tuple[PointName, ...] = ()
    covers: Covers = Covers.ANY
    reasons: frozenset[str] = ALL_REASONS
    indirect: bool = False
    contradictory: bool = False


def distribution_points(certificate: bytes) -> tuple[DistributionPoint, ...]:
    """The distribution points of a DER certificate, those of deltas last; empty where it has none.

    Raises `NotDecodable` with `what` `cRLDistributionPoints` or `freshestCRL` (malformed, or more
    than `MOST_POINTS`), or `certificate`.
    """
    try:
        issuer, extensions = _certificate_parts(certificate)
    except DerError as error:
        raise NotDecodable(what="certificate", why=str(error)) from error
    found: list[DistributionPoint] = []
    for oid, what, delta in (
        (_CRL_DISTRIBUTION_POINTS, "cRLDistributionPoints", False),
        (_FRESHEST_CRL, "freshestCRL", True),
    ):
        value = extensions.get(oid)
        if value is None:
            continue
        try:
            found.extend(_points(value, issuer, delta))
        except DerError as error:
            raise NotDecodable(what=what, why=str(error)) from error
    return tuple(found)


def issuing_point(crl: bytes) -> IssuingPoint:
    """The scope of a DER CRL.

    Raises `NotDecodable` with `what` `issuingDistributionPoint` or `crl`.
    """
    try:
        issuer, extensions = _crl_parts(crl)
    except DerError as error:
        raise NotDecodable(what="crl", why=str(error)) from error
    value = extensions.get(_ISSUING_DISTRIBUTION_POINT)
    if value is None:
        return IssuingPoint()
    try:
        return _issuing_point(value, issuer)
    except DerError as error:
        raise NotDecodable(what="issuingDistributionPoint", why=str(error)) from error


def key_usage_allows_crls(certificate: bytes) -> bool:
    """Whether the key of a DER certificate may sign CRLs: cRLSign, or no keyUsage (RFC 5280, 6.3.3 f).

    One that does not decode allows nothing.
    """
    try:
        _, extensions = _certificate_parts(certificate)
        usage = extensions.get("2.5.29.15")
        if usage is None:
            return True
        return 6 in der.bits(usage, *der.whole(usage, der.BIT_STRING))
    except DerError:
        return False


# The walk ----------------------------------------------------------------------------------------


def _certificate_parts(data: bytes) -> tuple[bytes, dict[str, bytes]]:
    """The raw issuer and the extension values by identifier; of doubles the first."""
    at, end = der.whole(data, der.SEQUENCE)
    at, end = der.expect(data, at, end, der.SEQUENCE)
    tag, _, stop = der.read(data, at, end)
    if tag == 0xA0:
        stop = der.expect(data, stop, end, der.INTEGER)[1]
    issuer_at = der.expect(data, stop, end, der.SEQUENCE)[1]
    issuer_stop = der.expect(data, issuer_at, end, der.SEQUENCE)[1]
    extensions: dict[str, bytes] = {}
    for tag, start, stop in der.children(data, issuer_stop, end):
        if tag == 0xA3:
            extensions = _extensions(data, start, stop)
    return data[issuer_at:issuer_stop], extensions


def _crl_parts(data: bytes) -> tuple[bytes, dict[str, bytes]]:
    at, end = der.whole(data, der.SEQUENCE)
    at, end = der.expect(data, at, end, der.SEQUENCE)
    tag, _, stop = der.read(data, at, end)
    if tag == der.INTEGER:
        stop = der.expect(data, stop, end, der.SEQUENCE)[1]
    issuer_stop = der.expect(data, stop, end, der.SEQUENCE)[1]
    extensions: dict[str, bytes] = {}
    for tag, start, inside_stop in der.children(data, issuer_stop, end):
        if tag == 0xA0:
            extensions = _extensions(data, start, inside_stop)
    return data[stop:issuer_stop], extensions


def _extensions(data: bytes, at: int, end: int) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for _, start, stop in der.children(data, *der.expect(data, at, end, der.SEQUENCE)):
        oid_start, oid_stop = der.expect(data, start, stop, der.OID)
        tag, value_start, value_stop = der.read(data, oid_stop, stop)
        if tag == der.BOOLEAN:
            tag, value_start, value_stop = der.read(data, value_stop, stop)
        if tag != der.OCTET_STRING:
            raise DerError("bad extension")
        oid = der.object_identifier(data[oid_start:oid_stop])
        found.setdefault(oid, data[value_start:value_stop])
    return found


def _points(value: bytes, issuer: bytes, delta: bool) -> list[DistributionPoint]:
    at, end = der.whole(value, der.SEQUENCE)
    points: list[DistributionPoint] = []
    for tag, start, stop in der.children(value, at, end):
        if tag != der.SEQUENCE:
            raise DerError("unexpected field")
        if len(points) >= MOST_POINTS:
            raise DerError("too many distribution points")
        points.append(_point(value, start, stop, issuer, delta))
    return points


def _point(value: bytes, at: int, end: int, issuer: bytes, delta: bool) -> DistributionPoint:
    names_at: tuple[int, int] | None = None
    reasons = ALL_REASONS
    issuers: list[tuple[bytes, CrlIssuer]] = []
    for tag, start, stop in der.children(value, at, end):
        if tag == 0xA0:
            names_at = (start, stop)
        elif tag == 0x81:
            reasons = _reasons(value, start, stop)
        elif tag == 0xA2:
            issuers = _crl_issuers(value, start, stop)
        else:
            raise DerError("unexpected field")
    # A relative name counts from the CRL's issuer (RFC 5280, 4.2.1.13), who may be named below it.
    parent = issuers[0][0] if issuers else issuer
    names = _point_names(value, *names_at, parent) if names_at else ()
    return DistributionPoint(
        names=names,
        urls=tuple(_point_url(name.text) for name in names if name.kind == "uri"),
        reasons=reasons,
        crl_issuers=tuple(found for _, found in issuers),
        delta=delta,
    )


def _point_url(url: str) -> PointUrl:
    try:
        read_url(url)
    except FetchRefused as refused:
        return PointUrl(url=url, why=str(refused.data["why"]))
    return PointUrl(url=url, why="")


def _reasons(value: bytes, start: int, stop: int) -> frozenset[str]:
    numbers = der.bits(value, start, min(stop, start + 3))
    return frozenset(REASONS[number - 1] for number in numbers if 1 <= number <= len(REASONS))


def _crl_issuers(value: bytes, at: int, end: int) -> list[tuple[bytes, CrlIssuer]]:
    found = []
    for tag, start, stop in der.children(value, at, end):
        if tag == _DIRECTORY_NAME:
            raw = value[start:stop]
            name = read_name(raw)
            found.append((raw, CrlIssuer(text=name.text, sha256=name.sha256)))
        if len(found) > MOST_NAMES:
            raise DerError("too many names")
    return found


def _point_names(value: bytes, at: int, end: int, parent: bytes) -> tuple[PointName, ...]:
    tag, start, stop = der.read(value, at, end)
    if stop != end:
        raise DerError("trailing data")
    if tag == 0xA1:  # nameRelativeToCRLIssuer
        above = parent[slice(*der.whole(parent, der.SEQUENCE))]
        relative = der.encode(der.SET, value[start:stop])
        return (_directory_name(der.encode(der.SEQUENCE, above + relative)),)
    if tag != 0xA0:
        raise DerError("unexpected field")
    names: list[PointName] = []
    for kind, inside, inside_stop in der.children(value, start, stop):
        content = value[inside:inside_stop]
        if kind not in _KINDS:
            raise DerError("unknown kind of name")
        if len(names) >= MOST_NAMES:
            raise DerError("too many names")
        names.append(
            _directory_name(content) if kind == _DIRECTORY_NAME else _other_name(kind, content)
        )
    return tuple(names)


def _directory_name(raw: bytes) -> PointName:
    name = read_name(raw)
    if any(found.code == "name.malformed" for found in name.findings):
        raise DerError("bad directory name")
    return PointName(kind="dirname", text=name.text, key=f"dirname:{name.sha256}")


def _other_name(kind: int, content: bytes) -> PointName:
    is_text = kind in (0x81, 0x82, _URI)
    text = visible(content.decode("latin-1")) if is_text else content.hex()
    return PointName(kind=_KINDS[kind], text=text, key=f"{_KINDS[kind]}:{content.hex()}")


def _issuing_point(value: bytes, issuer: bytes) -> IssuingPoint:
    flags = {0x81: Covers.USER, 0x82: Covers.CA, 0x85: Covers.ATTRIBUTE}
    names: tuple[PointName, ...] = ()
    reasons = ALL_REASONS
    indirect = False
    only: list[Covers] = []
    for tag, start, stop in der.children(value, *der.whole(value, der.SEQUENCE)):
        if tag == 0xA0:
            names = _point_names(value, start, stop, issuer)
        elif tag == 0x83:
            reasons = _reasons(value, start, stop)
        elif tag == 0x84:
            indirect = der.boolean(value, start, stop)
        elif tag in flags:
            if der.boolean(value, start, stop):
                only.append(flags[tag])
        else:
            raise DerError("unexpected field")
    return IssuingPoint(
        names=names,
        covers=only[0] if only else Covers.ANY,
        reasons=reasons,
        indirect=indirect,
        contradictory=len(only) > 1,
    )
