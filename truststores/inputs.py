"""Rows turned into what `pki.verify` is given, and a digest that names exactly that."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256

from certificates.models import Certificate, CertificateDer
from certificates.querysets.among import among
from pki.verify.inputs import Policy, Revocation, TrustInput, Usage
from truststores.models import Role, StoreCrl, StoreMember, TrustStore

# A question carries at most this many issuers from the inventory, found within this many levels:
# a hostile heap of CAs of one name must not make every validation dear.
MOST_ISSUERS = 64
MOST_LEVELS = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class StoreInput:
    """A trust store as it is given to the validation; `digest` is equal where all of it is."""

    digest: str
    trust: TrustInput


@dataclass(frozen=True, kw_only=True, slots=True)
class Issuer:
    """A CA of the inventory that may help to build a path."""

    pk: int
    sha256: str
    subject: str
    issuer: str


def policy_of(store: TrustStore) -> Policy:
    return Policy(
        usage=Usage(store.usage),
        revocation=Revocation(store.revocation),
        security_level=store.security_level,
        partial_chain=store.partial_chain,
        common_name=store.common_name,
        policy_oids=tuple(store.policy_oids),
        require_explicit_policy=store.require_explicit_policy,
        inhibit_policy_mapping=store.inhibit_policy_mapping,
        inhibit_any_policy=store.inhibit_any_policy,
        strict=store.strict,
    )


def store_digest(store: TrustStore) -> str:
    """The digest that `store_input` would give, without reading a byte of DER."""
    members = StoreMember.objects.filter(trust_store=store)
    crls = StoreCrl.objects.filter(trust_store=store)
    return _digest(
        policy_of(store),
        members.values_list("role", "certificate__sha256"),
        crls.values_list("crl__sha256", flat=True),
    )


def store_input(store: TrustStore) -> StoreInput:
    """The store with its members and CRLs; the digest is that of what was really read."""
    members = list(
        StoreMember.objects.filter(trust_store=store)
        .order_by("pk")
        .values_list("role", "certificate__sha256", "certificate__encoded__der")
    )
    crls = list(
        StoreCrl.objects.filter(trust_store=store)
        .order_by("pk")
        .values_list("crl__sha256", "crl__encoded__der")
    )
    policy = policy_of(store)
    return StoreInput(
        digest=_digest(
            policy, [(role, digest) for role, digest, _ in members], [digest for digest, _ in crls]
        ),
        trust=TrustInput(
            anchors=tuple(bytes(der) for role, _, der in members if role == Role.ANCHOR),
            intermediates=tuple(bytes(der) for role, _, der in members if role != Role.ANCHOR),
            crls=tuple(bytes(der) for _, der in crls),
            policy=policy,
        ),
    )


def _digest(policy: Policy, members: Iterable[tuple[str, str]], crls: Iterable[str]) -> str:
    content = [asdict(policy), sorted(members), sorted(crls)]
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


# TLS needs one of these of a leaf that has a key usage at all; OpenSSL's purposes ask the same.
_TLS_KEY_USAGES = frozenset({"digitalSignature", "keyEncipherment", "keyAgreement"})


def judged_as_issuer(*, is_ca: bool, key_usage: str) -> bool:
    """Whether nobody could present this certificate as a server or client.

    A CA whose key may only sign is in an inventory because of what it issued: its own report asks
    whether it leads to an anchor, not whether a server may use it (OpenSSL would answer 26).
    """
    usages = frozenset(key_usage.replace(",", " ").split())
    return is_ca and bool(usages) and not usages & _TLS_KEY_USAGES


def policy_for(policy: Policy, *, is_ca: bool, key_usage: str, self_issued: bool) -> Policy:
    """The policy of a store as it is asked of this certificate.

    An authority is judged as an issuer: for any usage; without a CRL of its own where the store
    asks only for those of end certificates; and without one at all where it is a root, which no
    CRL but its own could name (RFC 5280, section 6.1, leaves the anchor out).
    """
    if not judged_as_issuer(is_ca=is_ca, key_usage=key_usage):
        return policy
    needs_crl = policy.revocation is Revocation.CHAIN and not self_issued
    return replace(
        policy,
        usage=Usage.ANY,
        revocation=Revocation.CHAIN if needs_crl else Revocation.NONE,
    )


def issuers_above(names: Collection[str]) -> dict[str, tuple[Issuer, ...]]:
    """For each issuer name the CAs of the inventory above it, nearest first, bounded in number."""
    by_subject: dict[str, list[Issuer]] = {}
    front = set(names)
    for _ in range(MOST_LEVELS):
        if not front:
            break
        for name in front:
            by_subject[name] = []
        for issuer in _authorities(front):
            by_subject[issuer.subject].append(issuer)
        front = {issuer.issuer for name in front for issuer in by_subject[name]} - by_subject.keys()
    return {name: _walk(name, by_subject) for name in names}


def _authorities(subjects: Collection[str]) -> Iterable[Issuer]:
    found = Certificate.objects.filter(is_ca=True, subject_sha256__in=list(subjects)).order_by("pk")
    for pk, digest, subject, issuer in found.values_list(
        "pk", "sha256", "subject_sha256", "issuer_sha256"
    ):
        yield Issuer(pk=pk, sha256=digest, subject=subject, issuer=issuer)


def _walk(start: str, by_subject: dict[str, list[Issuer]]) -> tuple[Issuer, ...]:
    seen = {start}
    front = [start]
    found: list[Issuer] = []
    while front and len(found) < MOST_ISSUERS:
        above: list[str] = []
        for name in front:
            for issuer in by_subject.get(name, ()):
                found.append(issuer)
                if issuer.issuer not in seen:
                    seen.add(issuer.issuer)
                    above.append(issuer.issuer)
        front = above
    return tuple(found[:MOST_ISSUERS])


def ders_of(pks: Sequence[int]) -> dict[int, bytes]:
    rows = CertificateDer.objects.filter(among("pk", pks))
    return {pk: bytes(der) for pk, der in rows.values_list("pk", "der")}
