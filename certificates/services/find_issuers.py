from __future__ import annotations

import contextlib
from dataclasses import dataclass, field

from certificates.models import Certificate
from pki.errors import NotDecodable
from pki.verify import openssl

# Chains in use have three or four certificates; OpenSSL itself gives up after a hundred.
DEEPEST = 10
# Authorities that re-issue their own certificate have a handful with one name. More than these are
# somebody's invention, and a page is not the place to look at all of them.
_MOST_PER_LEVEL = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Issuer:
    """A certificate that may have issued another; `verified`: its key made the signature."""

    certificate: Certificate
    verified: bool


@dataclass(kw_only=True)
class IssuerGraph:
    """A certificate, everything above it in the inventory, and who may have issued whom.

    `ders` holds the bytes of all of them. `bounded` says that there were more than one looks at.
    """

    start: Certificate
    certificates: dict[int, Certificate] = field(default_factory=dict)
    ders: dict[int, bytes] = field(default_factory=dict)
    decoded: dict[int, openssl.Certificate] = field(default_factory=dict)
    issuers: dict[int, tuple[Issuer, ...]] = field(default_factory=dict)
    bounded: bool = False

    def add(self, certificate: Certificate) -> None:
        """Take a certificate in. One that OpenSSL does not decode never becomes an issuer."""
        der = bytes(certificate.encoded.der)
        self.certificates[certificate.pk] = certificate
        self.ders[certificate.pk] = der
        with contextlib.suppress(NotDecodable):
            self.decoded[certificate.pk] = openssl.Certificate(der)

    def issuers_of(self, certificate: Certificate) -> tuple[Issuer, ...]:
        """Those that may have issued it, itself left out, those with a good signature first."""
        return self.issuers.get(certificate.pk, ())

    def is_self_signed(self, certificate: Certificate) -> bool:
        """Whether it is signed with its own key: a chain ends here."""
        return certificate.self_issued and self.signed(certificate, certificate)

    def signed(self, issuer: Certificate, subject: Certificate) -> bool:
        """Whether the key of the one made the signature of the other."""
        issuing, issued = self.decoded.get(issuer.pk), self.decoded.get(subject.pk)
        return issuing is not None and issued is not None and issuing.signed(issued)


def find_issuers(certificate: Certificate) -> IssuerGraph:
    """All candidates above a certificate, by name and key identifier, level by level.

    A level is one query, whatever its width, and each name is asked for once: that of a root was
    asked for below it, and certificates that name each other as issuers end the walk.
    """
    graph = IssuerGraph(start=certificate)
    graph.add(certificate)
    level = [certificate]
    asked: set[str] = set()
    for _ in range(DEEPEST):
        names = {one.issuer_sha256 for one in level} - asked
        asked |= names
        candidates = _named(names)
        graph.bounded |= len(candidates) > _MOST_PER_LEVEL
        fresh = [one for one in candidates[:_MOST_PER_LEVEL] if one.pk not in graph.certificates]
        for one in fresh:
            graph.add(one)
        for subject in level:
            graph.issuers[subject.pk] = _issuers(subject, graph)
        if not fresh:
            return graph
        level = fresh
    graph.bounded = True
    return graph


def _named(names: set[str]) -> list[Certificate]:
    """Who may issue under these names: as many as one looks at, and one more where there are more."""
    if not names:
        return []
    candidates = Certificate.objects.possible_issuers_named(names).select_related("encoded")
    return list(candidates.order_by("-not_after", "-pk")[: _MOST_PER_LEVEL + 1])


def _issuers(subject: Certificate, graph: IssuerGraph) -> tuple[Issuer, ...]:
    found = [
        Issuer(certificate=one, verified=graph.signed(one, subject))
        for one in graph.certificates.values()
        if one.pk != subject.pk and _may_issue(one, subject)
    ]
    return tuple(sorted(found, key=lambda issuer: not issuer.verified))


def _may_issue(issuer: Certificate, subject: Certificate) -> bool:
    if issuer.subject_sha256 != subject.issuer_sha256 or not (issuer.is_ca or issuer.version == 1):
        return False
    return not issuer.ski or not subject.aki or issuer.ski == subject.aki
