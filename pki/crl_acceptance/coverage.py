"""The matrix of a store: which CRLs speak for each CA, and what they cover together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pki.certificate import CertificateFacts, parse_certificate
from pki.crl import CrlFacts, parse_crl
from pki.crl_acceptance.refusals import CrlState, Refusal, Why, state_of, unusable
from pki.crl_acceptance.signer import find_signer
from pki.distribution import ALL_REASONS, Covers, IssuingPoint, issuing_point
from pki.errors import NotDecodable


class Signing(StrEnum):
    """What is known of the signature of a CRL: `delegated` is an indirect CRL of somebody named."""

    GOOD = "good"
    DELEGATED = "delegated"
    BAD = "bad"
    NOT_ALLOWED = "not_allowed"


@dataclass(frozen=True, kw_only=True, slots=True)
class MatrixCrl:
    """One CRL that speaks for a CA. `usable` is false where its content forbids its use."""

    sha256: str
    number: str
    signing: Signing
    state: CrlState
    usable: bool
    delta: bool
    point: IssuingPoint
    this_update: datetime
    fresh_until: datetime | None

    @property
    def counts(self) -> bool:
        """Whether it is a complete CRL that can be relied on at the moment."""
        signed = self.signing in (Signing.GOOD, Signing.DELEGATED)
        return signed and self.usable and not self.delta and self.state is CrlState.FRESH


class CoverageState(StrEnum):
    """What the CRLs of a CA say about one kind of certificates together."""

    COVERED = "covered"
    PARTIAL = "partial"
    STALE = "stale"
    MISSING = "missing"


@dataclass(frozen=True, kw_only=True, slots=True)
class Coverage:
    """For which reasons the revocation of one kind of certificates is known, and until when.

    `fresh_until` is the first moment at which a reason that is covered now no longer is (None:
    never, or nothing is). `by_point` says that some of it holds only for certificates that name the
    CRL's distribution point.
    """

    state: CoverageState
    covered: frozenset[str]
    missing: frozenset[str]
    fresh_until: datetime | None
    by_point: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class AuthorityCoverage:
    """One CA of a store: its CRLs, and what they cover of its users' and its CAs' certificates."""

    sha256: str
    crls: tuple[MatrixCrl, ...]
    user: Coverage
    ca: Coverage


@dataclass(frozen=True, slots=True)
class _Read:
    facts: CrlFacts
    point: IssuingPoint


def crl_matrix(
    authorities: Sequence[bytes],
    crls: Sequence[bytes],
    *,
    moment: datetime,
    signers: Sequence[bytes] = (),
    delegates: Mapping[str, frozenset[str]] | None = None,
) -> tuple[AuthorityCoverage, ...]:
    """Which CRLs speak for each CA, and what they cover together at a moment.

    `authorities` are DER certificates of CAs, answered in their order; `signers` other certificates
    that may sign CRLs. `delegates` gives, by the SHA-256 of a CA's certificate, digests of the
    names of other CRL issuers that certificates of this CA name (`CrlIssuer.sha256` of their
    distribution points); an indirect CRL counts for nobody else. What does not decode is left out:
    it never got into a store.
    """
    read = [found for found in map(_read, crls) if found is not None]
    every = (*authorities, *signers)
    found_signers = {found.facts.sha256: find_signer(found.facts, every) for found in read}
    answered = []
    for data in authorities:
        try:
            authority = parse_certificate(data)
        except NotDecodable:
            continue
        named = (delegates or {}).get(authority.sha256, frozenset())
        rows = tuple(
            _matrix_crl(one, signing, moment)
            for one in read
            if (signing := _signing(one, authority, named, found_signers[one.facts.sha256]))
        )
        answered.append(
            AuthorityCoverage(
                sha256=authority.sha256,
                crls=rows,
                user=_coverage(rows, Covers.USER),
                ca=_coverage(rows, Covers.CA),
            )
        )
    return tuple(answered)


def _read(crl: bytes) -> _Read | None:
    try:
        return _Read(parse_crl(crl), issuing_point(crl))
    except NotDecodable:
        return None


def _signing(
    one: _Read,
    authority: CertificateFacts,
    named: frozenset[str],
    signer: tuple[str, Refusal | None],
) -> Signing | None:
    """What the CRL's signature means for this CA; None where the CRL does not speak for it."""
    _, objection = signer
    own = one.facts.issuer_sha256 == authority.subject_sha256
    if not own and not (one.point.indirect and one.facts.issuer_sha256 in named):
        return None
    if objection is None:
        return Signing.GOOD if own else Signing.DELEGATED
    return Signing.NOT_ALLOWED if objection.why is Why.ISSUER_MAY_NOT_SIGN else Signing.BAD


def _matrix_crl(one: _Read, signing: Signing, moment: datetime) -> MatrixCrl:
    facts = one.facts
    return MatrixCrl(
        sha256=facts.sha256,
        number=facts.number,
        signing=signing,
        state=state_of(facts, moment),
        usable=not any(unusable(facts)) and not one.point.contradictory,
        delta=bool(facts.base_number),
        point=one.point,
        this_update=facts.this_update,
        fresh_until=facts.next_update,
    )


def _coverage(rows: Sequence[MatrixCrl], covers: Covers) -> Coverage:
    in_scope = [row for row in rows if row.point.covers in (Covers.ANY, covers)]
    counting = [row for row in in_scope if row.counts]
    covered = frozenset[str]().union(*(row.point.reasons for row in counting))
    ends = [
        end
        for reason in covered
        if (end := _covered_until([row for row in counting if reason in row.point.reasons]))
    ]
    everywhere = frozenset[str]().union(
        *(row.point.reasons for row in counting if not row.point.names)
    )
    if covered == ALL_REASONS:
        state = CoverageState.COVERED
    elif covered:
        state = CoverageState.PARTIAL
    elif any(row.state is CrlState.STALE and not row.delta for row in in_scope):
        state = CoverageState.STALE
    else:
        state = CoverageState.MISSING
    return Coverage(
        state=state,
        covered=covered,
        missing=ALL_REASONS - covered,
        fresh_until=min(ends, default=None),
        by_point=covered != everywhere,
    )


def _covered_until(rows: Sequence[MatrixCrl]) -> datetime | None:
    """The end of the one that lives longest; None where one has no end."""
    ends = [row.fresh_until for row in rows]
    known = [end for end in ends if end is not None]
    return max(known) if len(known) == len(ends) else None
