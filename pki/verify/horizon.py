"""How long a report holds: its horizon and its effective expiry.

A report is a function of its inputs and of time, and time changes it only where it crosses the
beginning or end of a certificate that could be on a path or of a CRL that could be used. Seconds
are those since the epoch, because OpenSSL compares whole seconds.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from pki.verify.decision import Decision
from pki.verify.inputs import Revocation
from pki.verify.prepared import (
    CrlMember,
    Member,
    Pool,
    PreparedTrust,
    Reach,
    last_valid_second_is_not_after,
)
from pki.verify.report import Verdict

_MOST_JUDGEMENTS: Final = 64
_MOST_KEPT: Final = 10_000
_LONGEST_KEPT: Final = 512


def _turns_of(member: Member | CrlMember) -> list[int]:
    """The seconds in which a certificate or CRL begins or ceases to be valid.

    Where this OpenSSL counts the last second of a certificate as valid, releases differ on CRLs:
    both seconds are taken then, which costs one report too many and never one too few.
    """
    found = []
    if member.starts is not None:
        found.append(member.starts)
    if member.ends is not None:
        found.append(member.ends)
        if last_valid_second_is_not_after():
            found.append(member.ends - 1)
    return found


def reach(prepared: PreparedTrust, pool: Pool, leaf: Member) -> Reach:
    """Follow issuer names upwards, and those of the CRLs met on the way.

    The issuers of CRLs are followed as well, because their paths decide whether a CRL counts. What
    was found is kept for all leaves that name the issuer in the same bytes.
    """
    name: bytes | int = leaf.anatomy.issuer if leaf.anatomy is not None else leaf.issuer_hash
    if isinstance(name, bytes) and len(name) > _LONGEST_KEPT:
        name = leaf.issuer_hash
    known = pool.reaches.get(name)
    if known is None:
        known = _follow(prepared, pool, leaf.issuer_hash)
        if len(pool.reaches) >= _MOST_KEPT:
            pool.reaches.clear()
        pool.reaches[name] = known
    return known


def _follow(prepared: PreparedTrust, pool: Pool, issuer_hash: int) -> Reach:
    todo, seen = [issuer_hash], set()
    members: list[Member] = []
    crls: list[CrlMember] = []
    if prepared.checks_revocation:
        crls.extend(prepared.indirect_crls)
        todo.extend(crl.issuer_hash for crl in prepared.indirect_crls)
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        for member in pool.named(name):
            members.append(member)
            todo.append(member.issuer_hash)
        if prepared.checks_revocation:
            crls.extend(crl for crl in prepared.crls_by_issuer.get(name, ()) if not crl.is_indirect)
    met: Iterable[Member | CrlMember] = (*members, *crls)
    turns = {turn for one in met for turn in _turns_of(one)}
    return Reach(tuple(members), tuple(crls), tuple(sorted(turns)))


def next_turn(around: Reach, leaf: Member, seconds: int) -> int | None:
    """The horizon: the first second after this one in which the report could change."""
    at = bisect_right(around.turns, seconds)
    candidates = [turn for turn in _turns_of(leaf) if turn > seconds]
    candidates.extend(around.turns[at : at + 1])
    return min(candidates) if candidates else None


def trust_ends(
    prepared: PreparedTrust,
    pool: Pool,
    around: Reach,
    decision: Decision,
    seconds: int,
    decide: Callable[[int], Decision],
) -> int | None:
    """The effective expiry: the first second after this one that is not trusted; None: never.

    Moments are taken in order. One that ends what has no substitute ends the trust; any other is
    judged. A trust that outlives very many of them is said to end at the last that was judged:
    too early rather than too late.
    """
    now, path = seconds, decision.path
    for _ in range(_MOST_JUDGEMENTS):
        turn = _next_danger(path, around, now)
        if turn is None:
            return None
        if _is_certain(prepared, pool, path, around, turn):
            return turn
        later = decide(turn)
        if later.verdict is not Verdict.TRUSTED:
            return turn
        now, path = turn, later.path
    return now


def _next_danger(path: Sequence[Member], around: Reach, now: int) -> int | None:
    """The next second in which trust in this path could end.

    Without CRLs only the certificates on it matter. With them also a CRL that begins (it may
    revoke), one that ends, and the certificates that CRL issuers may have.
    """
    ends = [member.ends for member in path]
    for crl in around.crls:
        ends += (crl.starts, crl.ends)
    if around.crls:
        ends.extend(member.ends for member in around.members)
    return min((end for end in ends if end is not None and end > now), default=None)


def _is_certain(
    prepared: PreparedTrust, pool: Pool, path: Sequence[Member], around: Reach, turn: int
) -> bool:
    """Whether something on the path ends in this second for which there is no substitute.

    Going up from the leaf, an issuer has none while it is the only one of its name, and a CRL has
    none while it is the only one that may speak for the certificate below.
    """
    if path[0].ends == turn:
        return True
    whole_chain = prepared.policy.revocation is Revocation.CHAIN
    for depth, member in enumerate(path[1:]):
        if prepared.checks_revocation and (whole_chain or depth == 0):
            speaking = [
                crl
                for crl in around.crls
                if crl.is_indirect or crl.issuer_hash == member.subject_hash
            ]
            if len(speaking) == 1 and speaking[0].ends == turn:
                return True
        if len(pool.named(member.subject_hash)) != 1:
            return False
        if member.ends == turn:
            return True
    return False
