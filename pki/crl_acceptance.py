"""Whether a CRL that came from somewhere may be used in place of the one in use (RFC 5280, 5 and 6.3).

Where a CRL came from proves nothing: it counts when one of the known issuers signed it, when it
speaks of what is asked, and when it is newer than the one in use. So a server on the way can at
most withhold a CRL, which is seen as stale, and never bring an old one back. What is refused here
leaves the one in use where it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key
from cryptography.x509 import CertificateRevocationList, load_der_x509_crl

from pki import der
from pki.certificate import CertificateFacts, parse_certificate
from pki.crl import CrlFacts, parse_crl
from pki.der import DerError
from pki.distribution import (
    ALL_REASONS,
    Covers,
    DistributionPoint,
    IssuingPoint,
    issuing_point,
    key_usage_allows_crls,
)
from pki.errors import NotDecodable
from pki.limits import DEFAULT, Limits
from pki.names import issuer_and_subject, read_name

_MOST_TRIALS = 16
_WEAK_ALGORITHMS = ("md2", "md4", "md5")

# What reading a CRL finds that forbids its use: RFC 5280, 5.2 and 5.3 on critical extensions, and
# what makes its dates or entries unreadable.
UNUSABLE = frozenset(
    (
        "crl.unknown_critical",
        "crl.unknown_critical_entry",
        "crl.malformed_extension",
        "crl.malformed_entry",
        "crl.malformed_date",
        "crl.duplicate_extension",
        "crl.inverted",
        "name.malformed",
    )
)


class Why(StrEnum):
    """Why a CRL is not taken, in the order in which it is asked; behind each its data."""

    NOT_DECODABLE = "not_decodable"  # why
    TOO_LARGE = "too_large"  # maximum
    UNUSABLE = "unusable"  # finding, place
    ISSUER_UNKNOWN = "issuer_unknown"  # issuer
    AUTHORITY_KEY_MISMATCH = "authority_key_mismatch"  # key_id
    ISSUER_MAY_NOT_SIGN = "issuer_may_not_sign"  # issuer
    SIGNATURE_WEAK = "signature_weak"  # algorithm
    SIGNATURE_UNSUPPORTED = "signature_unsupported"  # algorithm
    SIGNATURE_INVALID = "signature_invalid"  # issuer
    SCOPE_CONTRADICTORY = "scope_contradictory"
    SCOPE_ATTRIBUTE = "scope_attribute"
    SCOPE_OTHER_CERTIFICATES = "scope_other_certificates"  # covers
    SCOPE_OTHER_POINT = "scope_other_point"  # point
    SCOPE_REASONS = "scope_reasons"  # missing
    SCOPE_INDIRECT = "scope_indirect"
    FUTURE = "future"  # this_update
    STALE = "stale"  # next_update
    OTHER_ISSUER = "other_issuer"  # issuer, current
    OTHER_KIND = "other_kind"  # kind, current
    OTHER_SCOPE = "other_scope"
    NUMBER_MISSING = "number_missing"  # current
    NUMBER_BACKWARDS = "number_backwards"  # number, current
    NUMBER_REUSED = "number_reused"  # number
    THIS_UPDATE_BACKWARDS = "this_update_backwards"  # this_update, current
    DELTA_WITHOUT_BASE = "delta_without_base"  # base_number
    DELTA_OF_OTHER_BASE = "delta_of_other_base"
    DELTA_BASE_TOO_OLD = "delta_base_too_old"  # base_number, current
    DELTA_ADDS_NOTHING = "delta_adds_nothing"  # number, current


class CrlState(StrEnum):
    """Where a moment lies in the life of a CRL. Without nextUpdate it stays fresh, as to OpenSSL."""

    FRESH = "fresh"
    STALE = "stale"
    FUTURE = "future"


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """One reason for which a CRL is not taken, with the values that its sentence names."""

    why: Why
    data: tuple[tuple[str, str | int], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ExpectedScope:
    """What the CRL is wanted for.

    `points` are the distribution points of the certificates that led to it: where both they and
    the CRL have names, one must be common (RFC 5280, 6.3.3 b 2 i). Empty: not asked. `covers` is
    `any` where a CRL of any part of the certificates is welcome. `reasons` must all be in its
    scope. `indirect` says whether a CRL about other CAs' certificates is welcome.
    """

    points: tuple[DistributionPoint, ...] = ()
    covers: Covers = Covers.ANY
    reasons: frozenset[str] = frozenset()
    indirect: bool = True


ANY_SCOPE = ExpectedScope()


@dataclass(frozen=True, kw_only=True, slots=True)
class Acceptance:
    """What became of a candidate.

    `facts` and `point` are None where it was not decoded; `signer` is the SHA-256 of the certificate
    whose key signed it, empty where none did. `unchanged` says that it is the one in use, which is
    accepted and changes nothing. A stale CRL may be accepted where nothing fresher is in use; what
    it can prove is for the validation to say.
    """

    refusals: tuple[Refusal, ...]
    state: CrlState | None = None
    facts: CrlFacts | None = None
    point: IssuingPoint | None = None
    signer: str = ""
    unchanged: bool = False

    @property
    def accepted(self) -> bool:
        """Whether it may be used."""
        return not self.refusals


def state_of(facts: CrlFacts, moment: datetime) -> CrlState:
    """Where a moment lies: at nextUpdate itself a CRL is stale already, as to OpenSSL 3."""
    if facts.this_update > moment:
        return CrlState.FUTURE
    if facts.next_update is not None and facts.next_update <= moment:
        return CrlState.STALE
    return CrlState.FRESH


def accept_crl(
    candidate: bytes,
    *,
    issuers: Sequence[bytes],
    moment: datetime,
    current: bytes | None = None,
    base: bytes | None = None,
    expected: ExpectedScope = ANY_SCOPE,
    limits: Limits = DEFAULT,
) -> Acceptance:
    """Judge a DER CRL against the certificates that may have issued it and the CRL in use.

    `issuers` are DER certificates that the caller trusts to name CRL issuers (their own paths are
    judged in each validation); `current` is the CRL that it would replace, None where there is
    none; `base` the complete CRL in use, which a delta needs (RFC 5280, 5.2.4). All reasons are
    given, not only the first. Raises `NotDecodable` where `current` or `base` are no CRLs.
    """
    try:
        facts = parse_crl(candidate, limits=limits)
        point = issuing_point(candidate)
    except NotDecodable as error:
        return Acceptance(refusals=(_not_decodable(error),))
    state = state_of(facts, moment)
    signer, objection = _find_signer(facts, issuers)
    refusals = [*_unusable(facts), *([objection] if objection else [])]
    refusals.extend(_scope_refusals(point, expected))
    unchanged = candidate == current
    if state is CrlState.FUTURE:
        refusals.append(_refusal(Why.FUTURE, this_update=facts.this_update.isoformat()))
    if current is not None and not unchanged:
        in_use = parse_crl(current, limits=limits)
        refusals.extend(_not_forward(facts, in_use))
        if scope_key(point) != scope_key(issuing_point(current)):
            refusals.append(_refusal(Why.OTHER_SCOPE))
        if state is CrlState.STALE and state_of(in_use, moment) is CrlState.FRESH:
            refusals.append(_refusal(Why.STALE, next_update=_text(facts.next_update)))
    if facts.base_number:
        refusals.extend(_delta_refusals(facts, point, base, limits))
    return Acceptance(
        refusals=tuple(refusals),
        state=state,
        facts=facts,
        point=point,
        signer=signer,
        unchanged=unchanged,
    )


def _refusal(why: Why, /, **data: str | int) -> Refusal:
    return Refusal(why=why, data=tuple(sorted(data.items())))


def _text(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat()


def _not_decodable(error: NotDecodable) -> Refusal:
    why = str(error.data["why"])
    if why == "too_large":
        return _refusal(Why.TOO_LARGE, maximum=error.data.get("maximum", 0))
    return _refusal(Why.NOT_DECODABLE, what=str(error.data["what"]), why=why)


def _unusable(facts: CrlFacts) -> Iterable[Refusal]:
    for found in facts.findings:
        if found.code in UNUSABLE:
            yield _refusal(Why.UNUSABLE, finding=found.code, place=found.place)


# Who signed it -----------------------------------------------------------------------------------


class _SignatureUnsupported(Exception):
    """The signature's or the key's algorithm is not one that can be verified."""


def _find_signer(facts: CrlFacts, issuers: Iterable[bytes]) -> tuple[str, Refusal | None]:
    """The certificate whose key signed the CRL, or the objection that came closest to it."""
    objection = _refusal(Why.ISSUER_UNKNOWN, issuer=facts.issuer)
    trials = 0
    for issuer in _named(issuers, facts.issuer_sha256):
        if facts.aki and issuer.ski and issuer.ski != facts.aki:
            objection = _closer(objection, Why.AUTHORITY_KEY_MISMATCH, key_id=facts.aki[:128])
            continue
        if not key_usage_allows_crls(issuer.der):
            objection = _closer(objection, Why.ISSUER_MAY_NOT_SIGN, issuer=facts.issuer)
            continue
        if facts.signature_algorithm.lower().startswith(_WEAK_ALGORITHMS):
            algorithm = facts.signature_algorithm
            return "", _refusal(Why.SIGNATURE_WEAK, algorithm=algorithm)
        trials += 1
        if trials > _MOST_TRIALS:
            break
        try:
            if is_signed_by(facts.der, issuer.der):
                return issuer.sha256, None
            objection = _closer(objection, Why.SIGNATURE_INVALID, issuer=facts.issuer)
        except _SignatureUnsupported:
            algorithm = facts.signature_algorithm
            objection = _closer(objection, Why.SIGNATURE_UNSUPPORTED, algorithm=algorithm)
    return "", objection


def _closer(objection: Refusal, why: Why, /, **data: str | int) -> Refusal:
    order = tuple(Why)
    return _refusal(why, **data) if order.index(why) > order.index(objection.why) else objection


def _named(issuers: Iterable[bytes], subject_sha256: str) -> Iterable[CertificateFacts]:
    """Those with this subject; only they are taken apart."""
    for issuer in issuers:
        try:
            if read_name(issuer_and_subject(issuer)[1]).sha256 == subject_sha256:
                yield parse_certificate(issuer)
        except (DerError, NotDecodable):
            continue


def is_signed_by(crl: bytes, issuer: bytes) -> bool:
    """Whether the key of a DER certificate signed a DER CRL.

    The signature is verified over the slice that was signed: encoding 100,000 entries again, as
    `cryptography` would, takes several times longer than all the rest.
    """
    try:
        outer, outer_end = der.whole(crl, der.SEQUENCE)
        inner_at, signed_end = der.expect(crl, outer, outer_end, der.SEQUENCE)
        tag, _, stop = der.read(crl, inner_at, signed_end)
        inner = crl[stop : der.expect(crl, stop, signed_end, der.SEQUENCE)[1]]
        if tag != der.INTEGER:
            inner = crl[inner_at:stop]
        algorithm_end = der.expect(crl, signed_end, outer_end, der.SEQUENCE)[1]
        start, stop = der.expect(crl, algorithm_end, outer_end, der.BIT_STRING)
    except DerError:
        return False
    # The algorithm that is signed must be the one that is used (RFC 5280, 5.1.1.2).
    if crl[signed_end:algorithm_end] != inner or crl[start : start + 1] != b"\0":
        return False
    return _verifies(issuer, load_der_x509_crl(crl), crl[start + 1 : stop], crl[outer:signed_end])


def _verifies(
    issuer: bytes, crl: CertificateRevocationList, signature: bytes, signed: bytes
) -> bool:
    try:
        key = load_der_public_key(_public_key_of(issuer))
        parameters = crl.signature_algorithm_parameters
        digest = crl.signature_hash_algorithm
    except (UnsupportedAlgorithm, ValueError, DerError) as error:
        raise _SignatureUnsupported from error
    try:
        if isinstance(key, rsa.RSAPublicKey) and digest is not None:
            if not isinstance(parameters, padding.PKCS1v15 | padding.PSS):
                return False
            key.verify(signature, signed, parameters, digest)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            if not isinstance(parameters, ec.ECDSA):
                return False
            key.verify(signature, signed, parameters)
        elif isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey) and digest is None:
            key.verify(signature, signed)
        elif isinstance(key, dsa.DSAPublicKey) and digest is not None:
            key.verify(signature, signed, digest)
        else:
            return False
    except InvalidSignature:
        return False
    except (UnsupportedAlgorithm, ValueError) as error:
        raise _SignatureUnsupported from error
    return True


def _public_key_of(certificate: bytes) -> bytes:
    """The raw SubjectPublicKeyInfo (RFC 5280, 4.1): six fields after the version, which may lack."""
    at, end = der.whole(certificate, der.SEQUENCE)
    at, end = der.expect(certificate, at, end, der.SEQUENCE)
    fields = []
    for tag, _, stop in der.children(certificate, at, end):
        if tag != 0xA0:
            fields.append((at, stop))
        at = stop
        if len(fields) == 6:
            return certificate[slice(*fields[5])]
    raise DerError("truncated")


# What it is for ----------------------------------------------------------------------------------


def _scope_refusals(point: IssuingPoint, expected: ExpectedScope) -> Iterable[Refusal]:
    if point.contradictory:
        yield _refusal(Why.SCOPE_CONTRADICTORY)
    if point.covers is Covers.ATTRIBUTE:
        yield _refusal(Why.SCOPE_ATTRIBUTE)
    elif Covers.ANY not in (point.covers, expected.covers) and point.covers is not expected.covers:
        yield _refusal(Why.SCOPE_OTHER_CERTIFICATES, covers=point.covers.value)
    if not _point_matches(point, expected.points):
        yield _refusal(Why.SCOPE_OTHER_POINT, point=point.names[0].text[:300])
    missing = expected.reasons - point.reasons
    if missing:
        yield _refusal(Why.SCOPE_REASONS, missing=" ".join(sorted(missing)))
    if point.indirect and not expected.indirect:
        yield _refusal(Why.SCOPE_INDIRECT)


def _point_matches(point: IssuingPoint, wanted: Sequence[DistributionPoint]) -> bool:
    """Names of the CRL against those of the certificates' points (RFC 5280, 6.3.3 b 2 i)."""
    if not point.names or not wanted:
        return True
    keys = {name.key for name in point.names}
    for candidate in wanted:
        if any(name.key in keys for name in candidate.names):
            return True
        # A point without a name is known by its CRL issuer's name.
        issuers = {f"dirname:{issuer.sha256}" for issuer in candidate.crl_issuers}
        if not candidate.names and keys & issuers:
            return True
    return False


def scope_key(point: IssuingPoint) -> tuple[object, ...]:
    """Equal for CRLs that speak of the same certificates for the same reasons."""
    names = frozenset(name.key for name in point.names)
    return names, point.covers, point.reasons, point.indirect


# Only forward ------------------------------------------------------------------------------------


def _not_forward(facts: CrlFacts, current: CrlFacts) -> Iterable[Refusal]:
    """What is wrong with putting a CRL in the place of the one in use (RFC 5280, 5.2.3).

    Numbers are compared where both are signed with the same key: a CA that was set up anew, with a
    new key, may count from the beginning; time goes forward for it all the same.
    """
    if facts.issuer_sha256 != current.issuer_sha256:
        yield _refusal(Why.OTHER_ISSUER, issuer=facts.issuer, current=current.issuer)
        return
    kinds = [("delta" if crl.base_number else "complete") for crl in (facts, current)]
    if kinds[0] != kinds[1]:
        yield _refusal(Why.OTHER_KIND, kind=kinds[0], current=kinds[1])
        return
    if facts.this_update < current.this_update:
        yield _refusal(
            Why.THIS_UPDATE_BACKWARDS,
            this_update=_text(facts.this_update),
            current=_text(current.this_update),
        )
    if facts.aki != current.aki:
        return
    if not current.number:
        # Without numbers only time tells two lists apart.
        if not facts.number and facts.this_update == current.this_update:
            yield _refusal(
                Why.THIS_UPDATE_BACKWARDS,
                this_update=_text(facts.this_update),
                current=_text(current.this_update),
            )
    elif not facts.number:
        yield _refusal(Why.NUMBER_MISSING, current=current.number)
    elif int(facts.number) < int(current.number):
        yield _refusal(Why.NUMBER_BACKWARDS, number=facts.number, current=current.number)
    elif int(facts.number) == int(current.number):
        yield _refusal(Why.NUMBER_REUSED, number=facts.number)


def _delta_refusals(
    facts: CrlFacts, point: IssuingPoint, base: bytes | None, limits: Limits
) -> Iterable[Refusal]:
    """Whether a delta can be put together with the complete CRL in use (RFC 5280, 5.2.4)."""
    if base is None:
        yield _refusal(Why.DELTA_WITHOUT_BASE, base_number=facts.base_number)
        return
    complete = parse_crl(base, limits=limits)
    same_scope = scope_key(point) == scope_key(issuing_point(base))
    same_issuer = facts.issuer_sha256 == complete.issuer_sha256 and facts.aki == complete.aki
    if complete.base_number or not same_issuer or not same_scope:
        yield _refusal(Why.DELTA_OF_OTHER_BASE)
        return
    if not complete.number or int(complete.number) < int(facts.base_number):
        yield _refusal(
            Why.DELTA_BASE_TOO_OLD, base_number=facts.base_number, current=complete.number
        )
    if not facts.number:
        yield _refusal(Why.NUMBER_MISSING, current=complete.number)
    elif complete.number and int(facts.number) <= int(complete.number):
        yield _refusal(Why.DELTA_ADDS_NOTHING, number=facts.number, current=complete.number)


# The matrix of a store ---------------------------------------------------------------------------


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
    found_signers = {found.facts.sha256: _find_signer(found.facts, every) for found in read}
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
        usable=not any(_unusable(facts)) and not one.point.contradictory,
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
