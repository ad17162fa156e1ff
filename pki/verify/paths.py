"""Candidate paths, for when OpenSSL's own choice was refused.

OpenSSL (3.0 to 4.0) does not go back: where two certificates fit as issuer, it follows one and
gives up with it. RFC 5280, 6.1 judges a path, and leaves it to us to find the one that is good.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from pki.verify.prepared import Member, Pool

MOST_PATHS: Final = 32
MOST_CERTIFICATES: Final = 20
MOST_STEPS: Final = 1_000
MOST_REMEMBERED: Final = 100_000


@dataclass(slots=True)
class PathSearch:
    """A bounded search, leaf first, through issuers whose name, key identifier and key fit.

    A signature that does not verify ends a branch at once: no path through it can be good. Those
    valid at the moment are followed first, then in the order of their fingerprints.
    """

    pool: Pool
    anchors: frozenset[int]
    partial_chain: bool
    seconds: int
    signed: dict[tuple[str, str], bool]
    steps: int = field(default=MOST_STEPS)

    def paths(self, leaf: Member) -> Iterator[tuple[Member, ...]]:
        """At most `MOST_PATHS` paths from the leaf to an anchor."""
        for number, path in enumerate(self._extend((leaf,)), start=1):
            yield path
            if number >= MOST_PATHS:
                return

    def _extend(self, path: tuple[Member, ...]) -> Iterator[tuple[Member, ...]]:
        last = path[-1]
        if self._may_end(last):
            yield path
            return
        if len(path) >= MOST_CERTIFICATES:
            return
        named = self.pool.named(last.issuer_hash)
        for issuer in sorted(named, key=lambda member: not member.valid_at(self.seconds)):
            if any(issuer.sha256 == member.sha256 for member in path):
                continue
            self.steps -= 1
            if self.steps < 0:
                return
            if self._issued(issuer, last, first=len(path) == 1):
                yield from self._extend((*path, issuer))

    def _may_end(self, member: Member) -> bool:
        return member.address in self.anchors and (self.partial_chain or member.self_signed)

    def _issued(self, issuer: Member, subject: Member, *, first: bool) -> bool:
        """Whether the issuer signed the subject; remembered for pairs of issuers."""
        pair = (issuer.sha256, subject.sha256)
        known = None if first else self.signed.get(pair)
        if known is None:
            known = issuer.certificate.may_issue(subject.certificate) and issuer.certificate.signed(
                subject.certificate
            )
            if not first:
                if len(self.signed) >= MOST_REMEMBERED:
                    self.signed.clear()
                self.signed[pair] = known
        return known
