"""Whether a CRL may take the place of the one in use: its signer, its scope, and only forward."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pki.crl import CrlFacts, parse_crl
from pki.crl_acceptance.refusals import CrlState, Refusal, Why, refusal, state_of, unusable
from pki.crl_acceptance.signer import find_signer
from pki.distribution import Covers, DistributionPoint, IssuingPoint, issuing_point
from pki.errors import NotDecodable
from pki.limits import DEFAULT, Limits


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
    signer, objection = find_signer(facts, issuers)
    refusals = [*unusable(facts), *([objection] if objection else [])]
    refusals.extend(_scope_refusals(point, expected))
    unchanged = candidate == current
    if state is CrlState.FUTURE:
        refusals.append(refusal(Why.FUTURE, this_update=facts.this_update.isoformat()))
    if current is not None and not unchanged:
        in_use = parse_crl(current, limits=limits)
        refusals.extend(_not_forward(facts, in_use))
        if scope_key(point) != scope_key(issuing_point(current)):
            refusals.append(refusal(Why.OTHER_SCOPE))
        if state is CrlState.STALE and state_of(in_use, moment) is CrlState.FRESH:
            refusals.append(refusal(Why.STALE, next_update=_text(facts.next_update)))
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


def _text(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat()


def _not_decodable(error: NotDecodable) -> Refusal:
    why = str(error.data["why"])
    if why == "too_large":
        return refusal(Why.TOO_LARGE, maximum=error.data.get("maximum", 0))
    return refusal(Why.NOT_DECODABLE, what=str(error.data["what"]), why=why)


# What it is for ----------------------------------------------------------------------------------


def _scope_refusals(point: IssuingPoint, expected: ExpectedScope) -> Iterable[Refusal]:
    if point.contradictory:
        yield refusal(Why.SCOPE_CONTRADICTORY)
    if point.covers is Covers.ATTRIBUTE:
        yield refusal(Why.SCOPE_ATTRIBUTE)
    elif Covers.ANY not in (point.covers, expected.covers) and point.covers is not expected.covers:
        yield refusal(Why.SCOPE_OTHER_CERTIFICATES, covers=point.covers.value)
    if not _point_matches(point, expected.points):
        yield refusal(Why.SCOPE_OTHER_POINT, point=point.names[0].text[:300])
    missing = expected.reasons - point.reasons
    if missing:
        yield refusal(Why.SCOPE_REASONS, missing=" ".join(sorted(missing)))
    if point.indirect and not expected.indirect:
        yield refusal(Why.SCOPE_INDIRECT)


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
        yield refusal(Why.OTHER_ISSUER, issuer=facts.issuer, current=current.issuer)
        return
    kinds = [("delta" if crl.base_number else "complete") for crl in (facts, current)]
    if kinds[0] != kinds[1]:
        yield refusal(Why.OTHER_KIND, kind=kinds[0], current=kinds[1])
        return
    if facts.this_update < current.this_update:
        yield refusal(
            Why.THIS_UPDATE_BACKWARDS,
            this_update=_text(facts.this_update),
            current=_text(current.this_update),
        )
    if facts.aki != current.aki:
        return
    if not current.number:
        # Without numbers only time tells two lists apart.
        if not facts.number and facts.this_update == current.this_update:
            yield refusal(
                Why.THIS_UPDATE_BACKWARDS,
                this_update=_text(facts.this_update),
                current=_text(current.this_update),
            )
    elif not facts.number:
        yield refusal(Why.NUMBER_MISSING, current=current.number)
    elif int(facts.number) < int(current.number):
        yield refusal(Why.NUMBER_BACKWARDS, number=facts.number, current=current.number)
    elif int(facts.number) == int(current.number):
        yield refusal(Why.NUMBER_REUSED, number=facts.number)


def _delta_refusals(
    facts: CrlFacts, point: IssuingPoint, base: bytes | None, limits: Limits
) -> Iterable[Refusal]:
    """Whether a delta can be put together with the complete CRL in use (RFC 5280, 5.2.4)."""
    if base is None:
        yield refusal(Why.DELTA_WITHOUT_BASE, base_number=facts.base_number)
        return
    complete = parse_crl(base, limits=limits)
    same_scope = scope_key(point) == scope_key(issuing_point(base))
    same_issuer = facts.issuer_sha256 == complete.issuer_sha256 and facts.aki == complete.aki
    if complete.base_number or not same_issuer or not same_scope:
        yield refusal(Why.DELTA_OF_OTHER_BASE)
        return
    if not complete.number or int(complete.number) < int(facts.base_number):
        yield refusal(
            Why.DELTA_BASE_TOO_OLD, base_number=facts.base_number, current=complete.number
        )
    if not facts.number:
        yield refusal(Why.NUMBER_MISSING, current=complete.number)
    elif complete.number and int(facts.number) <= int(complete.number):
        yield refusal(Why.DELTA_ADDS_NOTHING, number=facts.number, current=complete.number)
