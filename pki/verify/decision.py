"""The verdict: OpenSSL's own on its own path, or on another candidate path where one is good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from pki.verify import openssl
from pki.verify.large_crls import certainly_not_revoked, worth_it
from pki.verify.openssl import Outcome, Stack, Store, VerifyError
from pki.verify.paths import PathSearch
from pki.verify.prepared import Company, Member, PreparedTrust
from pki.verify.report import NO_USABLE_CRL, Verdict

# No CRL at all, or none whose scope covers the certificate.
_NO_CRL_FOR_IT: Final = frozenset({3, 44})

# Errors about the leaf itself that hold on every path: no other candidate can be good.
_HOPELESS_AT_LEAF: Final = frozenset({9, 10, 13, 14, 26, 34, 41, 62, 63, 64, 66})


class Asked(NamedTuple):
    """A question in OpenSSL's terms: the leaf, what may stand above it, the names."""

    leaf: Member
    company: Company
    host: bytes | None
    address: bytes | None


class Decision(NamedTuple):
    """The verdict, the path that decided with its errors, and OpenSSL's refused first choice.

    `tolerated` is a missing CRL for the anchor alone, which is no failure.
    """

    verdict: Verdict
    path: tuple[Member, ...]
    errors: tuple[VerifyError, ...] = ()
    tolerated: tuple[VerifyError, ...] = ()
    other_path: tuple[Member, ...] = ()
    other_errors: tuple[VerifyError, ...] = ()


def _is_hopeless(error: VerifyError) -> bool:
    """Whether no other path can mend it. In the path of a CRL's issuer depth 0 is that issuer."""
    return error.depth == 0 and error.number in _HOPELESS_AT_LEAF and not error.crl_path


class Judge:
    """Decides one question at any moment; the horizon asks it again for later ones."""

    def __init__(self, prepared: PreparedTrust, asked: Asked) -> None:
        self.prepared = prepared
        self._asked = asked
        self.pool = asked.company.pool
        self._spares_large_crls = worth_it(prepared)

    def decide(self, seconds: int) -> Decision:
        """The verdict at this second."""
        if self._spares_large_crls:
            accepted = self._accepted_path(seconds, self.prepared.store_without_crls)
            if accepted and certainly_not_revoked(self.prepared, accepted, seconds):
                return Decision(Verdict.TRUSTED, accepted)
        if accepted := self._accepted_path(seconds):
            return Decision(Verdict.TRUSTED, accepted)
        own = self._verify(seconds, collect=True)
        path = self._members(own.chain)
        if self._has_idle_crl_issuer(path):
            own = self._as_in_a_new_process(seconds)
            path = self._members(own.chain)
            if own.accepted:
                return Decision(Verdict.TRUSTED, path)
        if self._wants_only_the_anchors_crl(own, path):
            return Decision(Verdict.TRUSTED, path, tolerated=own.errors)
        if not any(_is_hopeless(error) for error in own.errors):
            better = self._other_path(seconds, own, path)
            if better is not None:
                return better
        only_crls = all(error.number in NO_USABLE_CRL or error.crl_path for error in own.errors)
        verdict = Verdict.UNDETERMINED if only_crls else Verdict.NOT_TRUSTED
        return Decision(verdict, path, errors=own.errors)

    def _accepted_path(self, seconds: int, store: Store | None = None) -> tuple[Member, ...]:
        """The path that OpenSSL accepts by itself; empty where it refuses.

        Where it verified the signatures of these very issuers before, only the leaf's is verified:
        a signature by a key never changes. Everything else is asked of OpenSSL anew, and whatever
        is not plainly good goes the whole way.
        """
        if self.prepared.verified:
            outcome = self._verify(seconds, store=store, signatures=False)
            path = self._members(outcome.chain) if outcome.accepted else ()
            if len(path) > 1 and self._signatures_are_good(path, seconds):
                return path
        outcome = self._verify(seconds, store=store)
        if not outcome.accepted:
            return ()
        path = self._members(outcome.chain)
        self.prepared.keep_verified(path[1:])
        return path

    def _signatures_are_good(self, path: tuple[Member, ...], seconds: int) -> bool:
        """What `internal_verify` of OpenSSL asks: issuers that may sign and did, and the dates."""
        leaf, issuer, *_ = path
        return (
            self.prepared.was_verified(path[1:])
            and all(member.certainly_valid_at(seconds) for member in path)
            and issuer.certificate.may_issue(leaf.certificate)
            and issuer.certificate.signed(leaf.certificate)
        )

    def _verify(
        self,
        seconds: int,
        *,
        untrusted: Stack | None = None,
        anchors: Stack | None = None,
        collect: bool = False,
        signatures: bool = True,
        store: Store | None = None,
    ) -> Outcome:
        prepared, asked = self.prepared, self._asked
        return openssl.verify(
            store or prepared.store,
            asked.leaf.certificate,
            untrusted or asked.company.untrusted,
            prepared.crl_stack if prepared.crls and store is None else None,
            seconds=seconds,
            host=asked.host,
            address=asked.address,
            anchors=anchors,
            collect=collect,
            signatures=signatures,
        )

    def _has_idle_crl_issuer(self, path: Sequence[Member]) -> bool:
        """Whether a certificate beside the path has the name of a CRL's issuer."""
        if not self.prepared.crls:
            return False
        on_path = {member.sha256 for member in path}
        return any(
            member.sha256 not in on_path and member.subject_hash in self.prepared.crls_by_issuer
            for member in (*self.prepared.intermediates, *self._asked.company.members)
        )

    def _as_in_a_new_process(self, seconds: int) -> Outcome:
        """All errors, as the command line gives them with certificates that were just decoded.

        What OpenSSL answers about such an issuer depends on whether it has read its extensions
        before (see `Certificate.settle`). A new process has not.
        """
        members = (*self.prepared.intermediates, *self._asked.company.members)
        fresh = [openssl.Certificate(member.certificate.der) for member in members]
        known = {new.address: old.address for new, old in zip(fresh, members, strict=True)}
        outcome = self._verify(seconds, untrusted=Stack(fresh), collect=True)
        return outcome._replace(
            chain=tuple(known.get(address, address) for address in outcome.chain),
            errors=tuple(
                replace(error, certificate=known.get(error.certificate, error.certificate))
                for error in outcome.errors
            ),
        )

    def _members(self, chain: Sequence[int]) -> tuple[Member, ...]:
        leaf = self._asked.leaf
        return tuple(
            leaf if depth == 0 else self.pool.by_address[address]
            for depth, address in enumerate(chain)
        )

    def _wants_only_the_anchors_crl(self, outcome: Outcome, path: Sequence[Member]) -> bool:
        """CRL_CHECK_ALL of OpenSSL 3 wants a CRL also for a self-signed root, which can have none
        that would help: an anchor is removed from the store, not revoked (RFC 5280, 6.1)."""
        return (
            outcome.completed
            and len(path) > 1
            and path[-1].self_signed
            and path[-1].address in self.prepared.anchor_addresses
            and all(
                error.number in _NO_CRL_FOR_IT and error.depth == len(path) - 1
                for error in outcome.errors
            )
        )

    def _other_path(
        self, seconds: int, own: Outcome, own_path: tuple[Member, ...]
    ) -> Decision | None:
        prepared = self.prepared
        search = PathSearch(
            self.pool,
            prepared.anchor_addresses,
            prepared.policy.partial_chain,
            seconds,
            prepared.signed,
        )
        refused = [member.sha256 for member in own_path]
        for path in search.paths(self._asked.leaf):
            if [member.sha256 for member in path] == refused:
                continue
            good = self._verify_alone(seconds, path)
            if good is not None:
                return Decision(
                    Verdict.TRUSTED,
                    path,
                    tolerated=good.errors,
                    other_path=own_path,
                    other_errors=own.errors,
                )
        return None

    def _verify_alone(self, seconds: int, path: tuple[Member, ...]) -> Outcome | None:
        """What OpenSSL says of this path with its anchor as the only one; None where refused."""
        untrusted = Stack([m.certificate for m in (*path[1:-1], *self._crl_issuers(path))])
        anchors = Stack([path[-1].certificate])
        outcome = self._verify(seconds, untrusted=untrusted, anchors=anchors)
        if outcome.accepted:
            return outcome
        if outcome.errors[0].number not in _NO_CRL_FOR_IT:
            return None
        collected = self._verify(seconds, untrusted=untrusted, anchors=anchors, collect=True)
        return collected if self._wants_only_the_anchors_crl(collected, path) else None

    def _crl_issuers(self, path: tuple[Member, ...]) -> list[Member]:
        """Certificates beside the path that may have issued a CRL but no certificate on it."""
        if not self.prepared.crls:
            return []
        on_path = {member.sha256 for member in path}
        return [
            member
            for member in self.pool.members
            if member.sha256 not in on_path
            and not any(
                below.issuer_hash == member.subject_hash
                and member.certificate.may_issue(below.certificate)
                for below in path
            )
        ]
