"""A trust store decoded once: what every validation against it shares.

Keep a `PreparedTrust` per process, made after the fork; threads may share it. Members are sorted by
fingerprint, so that the order of the callers' rows never changes a report.
"""

from __future__ import annotations

import base64
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache, cached_property
from typing import Final

from pki.der import DerError
from pki.errors import NotDecodable
from pki.verify import openssl
from pki.verify.anatomy import Anatomy, CrlAnatomy, Shape, seconds_of
from pki.verify.inputs import Policy, Revocation, TrustInput, Usage
from pki.verify.report import CheckOutcome, PathElement

_PURPOSES: Final = {
    Usage.ANY: openssl.PURPOSE_ANY,
    Usage.CLIENT: openssl.PURPOSE_CLIENT,
    Usage.SERVER: openssl.PURPOSE_SERVER,
}
_MOST_KEPT_ISSUERS: Final = 1024
_MOST_KEPT_COMPANIES: Final = 64
_MOST_KEPT_ROWS: Final = 10_000

# A self-signed certificate whose notAfter is 2030-01-01 00:00:00 UTC; its key was thrown away.
_PROBE_END: Final = 1893456000
_PROBE: Final = base64.b64decode(
    "MIIBDDCBs6ADAgECAgEBMAoGCCqGSM49BAMCMBAxDjAMBgNVBAMMBXByb2JlMB4XDTIwMDEwMTAwMDAwMFoXDTMwMD"
    "EwMTAwMDAwMFowEDEOMAwGA1UEAwwFcHJvYmUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQgJH9khoc8GbpuWMT5"
    "fa3/2R1cqh7P2PlKZazHguTnGgoE1QsW8hcOVfleJ66y1ViBoSWJtrMGA+pWHGKZuj1OMAoGCCqGSM49BAMCA0gAME"
    "UCICy096lgaulH1aBjYXrMM1uB+Pet1RwVlngUjQoa28huAiEAkklw/ES6M7b5exxOgFm6QB55oEdNoBwcExuI7S9/"
    "qY4="
)


def parameters_of(policy: Policy) -> openssl.Parameters:
    """What OpenSSL is told for a policy.

    POLICY_CHECK is always on, because RFC 5280, 6.1 processes policies in every path: a CA that
    requires an explicit policy is obeyed also where the user asks for none. The host flags are set
    also without a host, because they decide whether name constraints apply to a host-like CN.
    """
    flags = openssl.FLAG_POLICY_CHECK
    if policy.revocation is not Revocation.NONE:
        flags |= (
            openssl.FLAG_CRL_CHECK | openssl.FLAG_EXTENDED_CRL_SUPPORT | openssl.FLAG_USE_DELTAS
        )
    if policy.revocation is Revocation.CHAIN:
        flags |= openssl.FLAG_CRL_CHECK_ALL
    for wanted, flag in (
        (policy.partial_chain, openssl.FLAG_PARTIAL_CHAIN),
        (policy.strict, openssl.FLAG_STRICT),
        (policy.require_explicit_policy, openssl.FLAG_EXPLICIT_POLICY),
        (policy.inhibit_policy_mapping, openssl.FLAG_INHIBIT_MAP),
        (policy.inhibit_any_policy, openssl.FLAG_INHIBIT_ANY),
    ):
        if wanted:
            flags |= flag
    host_flags = openssl.HOST_NO_PARTIAL_WILDCARDS
    if not policy.common_name:
        host_flags |= openssl.HOST_NEVER_CHECK_SUBJECT
    return openssl.Parameters(
        flags=flags,
        purpose=_PURPOSES[policy.usage],
        security_level=policy.security_level,
        host_flags=host_flags,
        policies=policy.policy_oids or (openssl.ANY_POLICY,),
    )


@cache
def last_valid_second_is_not_after() -> bool:
    """Whether a certificate is still valid in the very second of its notAfter.

    Up to OpenSSL 3.5 it is not (X509_cmp_time takes equal as earlier), RFC 5280, 4.1.2.5 says that
    it is, and later releases follow it: the library in use is asked once.
    """
    probe = openssl.Certificate(_PROBE)
    store = openssl.Store([probe], parameters_of(Policy()))
    return openssl.verify(store, probe, None, None, seconds=_PROBE_END).accepted


def _start_of(not_before: datetime | None) -> int | None:
    return None if not_before is None else seconds_of(not_before)


def _end_of(not_after: datetime | None) -> int | None:
    """The first second in which something that ends at `not_after` is over."""
    if not_after is None:
        return None
    return seconds_of(not_after) + last_valid_second_is_not_after()


class Member:
    """One certificate that may be on a path, decoded by OpenSSL and taken apart by us.

    `anatomy` is None where OpenSSL decodes what is not DER. `starts` and `ends` are the seconds in
    which it becomes valid and stops being so; None where the field is malformed.
    """

    def __init__(self, data: bytes, sha256: str, source: str) -> None:
        self.certificate = openssl.Certificate(data)
        self.certificate.settle()
        self.sha256 = sha256
        self.source = source
        self.anatomy: Anatomy | None
        try:
            self.anatomy = Anatomy(data)
        except DerError:
            self.anatomy = None
        self.starts = _start_of(self.anatomy.not_before) if self.anatomy else None
        self.ends = _end_of(self.anatomy.not_after) if self.anatomy else None

    @property
    def address(self) -> int:
        """Where OpenSSL keeps it."""
        return self.certificate.address

    @cached_property
    def subject_hash(self) -> int:
        """Equal for equal subjects."""
        return self.certificate.subject_hash()

    @cached_property
    def issuer_hash(self) -> int:
        """Equal to the `subject_hash` of its possible issuers."""
        return self.certificate.issuer_hash()

    @cached_property
    def subject(self) -> str:
        """The subject as `s_client` prints it."""
        return self.certificate.subject_text()

    @cached_property
    def issuer(self) -> str:
        """The issuer as `s_client` prints it."""
        return self.certificate.issuer_text()

    @cached_property
    def self_issued(self) -> bool:
        """Subject and issuer are the same name."""
        return self.certificate.self_issued()

    @cached_property
    def self_signed(self) -> bool:
        """It may be, by names and key identifiers, its own issuer: OpenSSL's EXFLAG_SS."""
        return self.self_issued and self.certificate.may_issue(self.certificate)

    def certainly_valid_at(self, seconds: int) -> bool:
        """Whether both dates can be read and the moment lies between them."""
        starts, ends = self.starts, self.ends
        return starts is not None and ends is not None and starts <= seconds < ends

    def valid_at(self, seconds: int) -> bool:
        """Whether the moment lies in its validity, as far as its dates can be read."""
        return (self.starts is None or self.starts <= seconds) and (
            self.ends is None or seconds < self.ends
        )


class CrlMember:
    """One CRL that a path may use, decoded by OpenSSL and taken apart by us."""

    def __init__(self, data: bytes, sha256: str) -> None:
        self.crl = openssl.Crl(data)
        self.sha256 = sha256
        self.anatomy: CrlAnatomy | None
        try:
            self.anatomy = CrlAnatomy(data)
        except DerError:
            self.anatomy = None
        self.issuer_hash = self.crl.issuer_hash()
        self.starts = _start_of(self.anatomy.this_update) if self.anatomy else None
        self.ends = _end_of(self.anatomy.next_update) if self.anatomy else None

    @cached_property
    def issuer(self) -> str:
        """The issuer as `s_client` prints it."""
        return self.crl.issuer_text()

    @property
    def is_indirect(self) -> bool:
        """Whether it may speak of other CAs' certificates."""
        return self.anatomy is None or self.anatomy.is_indirect


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A member of a store or of a question that OpenSSL cannot decode, or that has a tail."""

    what: str
    sha256: str
    why: str


@dataclass(slots=True)
class Pool:
    """Every certificate that may stand above the leaf, by the hash of its subject.

    `reaches` keeps what paths through an issuer's name, as encoded, could touch.
    """

    members: tuple[Member, ...]
    by_subject: dict[int, tuple[Member, ...]] = field(init=False)
    by_address: dict[int, Member] = field(init=False)
    reaches: dict[bytes | int, Reach] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        by_subject: defaultdict[int, list[Member]] = defaultdict(list)
        for member in self.members:
            by_subject[member.subject_hash].append(member)
        self.by_subject = {name: tuple(found) for name, found in by_subject.items()}
        self.by_address = {member.address: member for member in self.members}

    def named(self, subject_hash: int) -> tuple[Member, ...]:
        """The certificates with this subject."""
        return self.by_subject.get(subject_hash, ())


@dataclass(frozen=True, slots=True)
class Reach:
    """Everything that a path through one issuer name could touch, and when something of it turns."""

    members: tuple[Member, ...]
    crls: tuple[CrlMember, ...]
    turns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Company:
    """What a question is asked with: the issuers that came with it beside those of the store.

    `untrusted` is what OpenSSL is given, `pool` everything above the leaf, `unreadable` what came
    and cannot be read.
    """

    members: tuple[Member, ...]
    unreadable: tuple[Unreadable, ...]
    untrusted: openssl.Stack
    pool: Pool


def _distinct(values: Iterable[bytes]) -> list[tuple[str, bytes]]:
    """The values with their SHA-256, each once, in the order of their fingerprints."""
    return sorted({hashlib.sha256(value).hexdigest(): value for value in values}.items())


class PreparedTrust:
    """A trust store ready for any number of validations.

    Attributes: the `trust` that it was made of, the OpenSSL `store`, the `pool` of issuers, the
    `crls`, and the `unreadable` members, which take no part. The caches hold what is the same for
    every leaf: findings about issuers, and the moments at which something on their way changes.
    """

    def __init__(self, trust: TrustInput) -> None:
        self.trust = trust
        self.unreadable: list[Unreadable] = []
        anchors = self._members(trust.anchors, "anchor")
        known = {member.sha256 for member in anchors}
        intermediates = [
            member
            for member in self._members(trust.intermediates, "store")
            if member.sha256 not in known
        ]
        self.anchors = tuple(anchors)
        self.intermediates = tuple(intermediates)
        self.parameters = parameters_of(trust.policy)
        self.store = openssl.Store([member.certificate for member in anchors], self.parameters)
        self.untrusted = openssl.Stack([member.certificate for member in intermediates])
        self.pool = Pool((*anchors, *intermediates))
        self.crls = self._crls(trust.crls)
        self.crl_stack = openssl.Stack([member.crl for member in self.crls])
        crls_by_issuer: defaultdict[int, list[CrlMember]] = defaultdict(list)
        for member in self.crls:
            crls_by_issuer[member.issuer_hash].append(member)
        self.crls_by_issuer = dict(crls_by_issuer)
        self.indirect_crls = tuple(member for member in self.crls if member.is_indirect)
        self.anchor_addresses = frozenset(member.address for member in anchors)
        self._extra: dict[bytes, Member | Unreadable] = {}
        self._alone = Company((), (), self.untrusted, self.pool)
        self._companies: dict[tuple[bytes, ...], Company] = {}
        self.signed: dict[tuple[str, str], bool] = {}
        self.verified: set[tuple[str, ...]] = set()
        self.flags: dict[tuple[bytes | None, bytes | None], tuple[str, ...]] = {}
        self.shared_outcomes: dict[tuple[Shape | str | None, ...], tuple[CheckOutcome, ...]] = {}
        self.elements: dict[tuple[str, int], PathElement] = {}
        self.serials: dict[tuple[str, str], frozenset[int] | None] = {}

    @property
    def policy(self) -> Policy:
        """How strictly paths are judged."""
        return self.trust.policy

    @property
    def checks_revocation(self) -> bool:
        """Whether CRLs are consulted at all."""
        return self.policy.revocation is not Revocation.NONE

    def _members(self, values: Sequence[bytes], source: str) -> list[Member]:
        members = []
        for sha256, value in _distinct(values):
            try:
                member = Member(value, sha256, source)
            except NotDecodable as error:
                self.unreadable.append(Unreadable(source, sha256, str(error.data["why"])))
                continue
            members.append(member)
            if member.certificate.trailing:
                self.unreadable.append(Unreadable(source, sha256, "trailing data"))
        return members

    def _crls(self, values: Sequence[bytes]) -> tuple[CrlMember, ...]:
        members = []
        for sha256, value in _distinct(values):
            try:
                members.append(CrlMember(value, sha256))
            except NotDecodable as error:
                self.unreadable.append(Unreadable("crl", sha256, str(error.data["why"])))
        return tuple(members)

    def keep_verified(self, issuers: Sequence[Member]) -> None:
        """OpenSSL verified the signature of each of these by the next, up to the anchor."""
        if issuers:
            if len(self.verified) >= _MOST_KEPT_ROWS:
                self.verified.clear()
            self.verified.add(tuple(member.sha256 for member in issuers))

    def was_verified(self, issuers: Sequence[Member]) -> bool:
        """Whether `keep_verified` was given these before."""
        return tuple(member.sha256 for member in issuers) in self.verified

    @cached_property
    def store_without_crls(self) -> openssl.Store:
        """The same store, asked without revocation."""
        flags = self.parameters.flags & ~(openssl.FLAG_CRL_CHECK | openssl.FLAG_CRL_CHECK_ALL)
        return openssl.Store(
            [member.certificate for member in self.anchors], replace(self.parameters, flags=flags)
        )

    def company(self, values: Sequence[bytes]) -> Company:
        """The store together with the certificates that came with a question.

        Kept, because the leaves of one batch mostly come with the same issuers.
        """
        if not values:
            return self._alone
        key = tuple(values)
        known = self._companies.get(key)
        if known is None:
            members, unreadable = self.companions(key)
            above = [member.certificate for member in (*self.intermediates, *members)]
            known = Company(
                members=tuple(members),
                unreadable=tuple(unreadable),
                untrusted=openssl.Stack(above),
                pool=Pool((*self.pool.members, *members)),
            )
            if len(self._companies) >= _MOST_KEPT_COMPANIES:
                self._companies.clear()
            self._companies[key] = known
        return known

    def companions(self, values: Sequence[bytes]) -> tuple[list[Member], list[Unreadable]]:
        """The certificates that came with a question, and those that cannot be read.

        They are kept, because the leaves of one batch often come with the same issuers.
        """
        members, unreadable = [], []
        for sha256, value in _distinct(values):
            found = self._extra.get(value)
            if found is None:
                try:
                    found = Member(value, sha256, "untrusted")
                except NotDecodable as error:
                    found = Unreadable("untrusted", sha256, str(error.data["why"]))
                if len(self._extra) >= _MOST_KEPT_ISSUERS:
                    self._extra.clear()
                self._extra[value] = found
            if isinstance(found, Unreadable):
                unreadable.append(found)
            else:
                members.append(found)
        return members, unreadable


def prepare(trust: TrustInput) -> PreparedTrust:
    """Decode a trust store once.

    Raises `OpensslUnavailable`, and `BadVerifyParameter` for a policy that OpenSSL cannot be given;
    a member that cannot be decoded takes no part and is named in the reports.
    """
    return PreparedTrust(trust)
