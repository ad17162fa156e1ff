"""Validation: one certificate, one trust store, one moment, one report."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple

from pki.errors import NotDecodable
from pki.verify import checks, horizon, names, openssl
from pki.verify.anatomy import EPOCH, seconds_of
from pki.verify.checks.check import Situation, error
from pki.verify.codes import code_of
from pki.verify.decision import Asked, Decision, Judge
from pki.verify.inputs import Policy, Question, Revocation, TrustInput, Usage
from pki.verify.prepared import CrlMember, Member, PreparedTrust, Unreadable, prepare
from pki.verify.report import (
    CheckOutcome,
    CheckResult,
    Diagnostic,
    PathElement,
    Report,
    UsedCrl,
    Verdict,
)
from pki.verify.stored import report_from_json, report_to_json, report_to_text

__all__ = [
    "PreparedTrust",
    "prepare",
    "report_from_json",
    "report_to_json",
    "report_to_text",
    "s_client_listing",
    "validate",
    "validate_all",
]

_FIRST_MOMENT: Final = datetime.min.replace(tzinfo=UTC)
_LAST_MOMENT: Final = datetime.max.replace(tzinfo=UTC)
_MOST_KEPT: Final = 10_000
_AT_ONCE: Final = 100
_LAST_SECOND: Final = seconds_of(_LAST_MOMENT)
_PURPOSES: Final = {Usage.ANY: "any", Usage.CLIENT: "sslclient", Usage.SERVER: "sslserver"}


def validate(question: Question, trust: PreparedTrust | TrustInput) -> Report:
    """Judge a certificate against a trust store at a moment.

    A bad certificate makes a bad report and never an exception. Raises `BadVerifyParameter` for a
    host, an address or a policy that OpenSSL cannot be given, and `OpensslUnavailable`.
    """
    prepared = trust if isinstance(trust, PreparedTrust) else prepare(trust)
    [report] = validate_all([(question, prepared)])
    return report


def validate_all(asked: Sequence[tuple[Question, PreparedTrust]]) -> list[Report]:
    """The reports that `validate` gives to each question, in their order.

    Step by step for some questions at a time: the code and the data of a step then stay in the
    processor's caches, which saves a fifth of all. Leaves are held no longer than their report takes.
    """
    return [
        report
        for at in range(0, len(asked), _AT_ONCE)
        for report in _validate_some(asked[at : at + _AT_ONCE])
    ]


def _validate_some(asked: Sequence[tuple[Question, PreparedTrust]]) -> list[Report]:
    read = [_read(question, prepared) for question, prepared in asked]
    decided = [
        one if isinstance(one, Report) else (one, one.judge.decide(one.seconds)) for one in read
    ]
    return [one if isinstance(one, Report) else _report(*one) for one in decided]


class _Case(NamedTuple):
    """A question whose leaf OpenSSL could decode, and who decides it."""

    question: Question
    judge: Judge
    asked: Asked
    seconds: int
    flags: tuple[str, ...]


def _read(question: Question, prepared: PreparedTrust) -> _Case | Report:
    host = None if question.host is None else names.host_name(question.host)
    address = None if question.address is None else names.ip_address(question.address)
    flags = _flags(prepared, host, address)
    sha256 = hashlib.sha256(question.leaf).hexdigest()
    try:
        leaf = Member(question.leaf, sha256, "leaf")
    except NotDecodable as fault:
        return _unreadable(question, flags, str(fault.data["why"]))
    asked = Asked(leaf, prepared.company(question.untrusted), host, address)
    return _Case(question, Judge(prepared, asked), asked, seconds_of(question.moment), flags)


def _flags(prepared: PreparedTrust, host: bytes | None, address: bytes | None) -> tuple[str, ...]:
    """`flags_of`, kept with the store: to compare policies costs more than to find their flags."""
    kept = prepared.flags.get((host, address))
    if kept is None:
        if len(prepared.flags) >= _MOST_KEPT:
            prepared.flags.clear()
        kept = prepared.flags[host, address] = flags_of(prepared.policy, host, address)
    return kept


def _report(case: _Case, decision: Decision) -> Report:
    question, judge, asked, seconds = case.question, case.judge, case.asked, case.seconds
    prepared, leaf = judge.prepared, asked.leaf
    diagnostics = _diagnostics(decision.errors, leaf, judge)
    tolerated = _diagnostics(decision.tolerated, leaf, judge)
    crls = _usable_crls(prepared, decision.path)
    tail = [Unreadable("leaf", leaf.sha256, "trailing data")] if leaf.certificate.trailing else []
    situation = Situation(
        prepared=prepared,
        path=decision.path,
        verdict=decision.verdict,
        diagnostics=diagnostics,
        tolerated=tolerated,
        crls=crls,
        unreadable=(*tail, *asked.company.unreadable, *prepared.unreadable),
        host=question.host,
        address=question.address,
        chosen_otherwise=bool(decision.other_path),
    )
    around = horizon.reach(prepared, judge.pool, leaf)
    expiry = None
    if decision.verdict is Verdict.TRUSTED:
        expiry = horizon.trust_ends(prepared, judge.pool, around, decision, seconds, judge.decide)
    return Report(
        verdict=decision.verdict,
        moment=question.moment,
        path=_elements(prepared, decision.path),
        diagnostics=diagnostics,
        checks=checks.all_checks(situation),
        crls=tuple(_used(crl, seconds) for crl in crls),
        effective_expiry=_moment(expiry),
        horizon=_moment(horizon.next_turn(around, leaf, seconds)),
        openssl_version=openssl.version(),
        flags=case.flags,
        other_path=_elements(prepared, decision.other_path),
        other_path_diagnostics=_diagnostics(decision.other_errors, leaf, judge),
        tolerated_diagnostics=tolerated,
    )


def _unreadable(question: Question, flags: tuple[str, ...], why: str) -> Report:
    """The report of a certificate that OpenSSL cannot decode: time will not mend it."""
    first, *others = checks.CHECKS
    unread = CheckOutcome(
        name=first.name,
        result=CheckResult.FAILED,
        findings=(error("encoding.leaf_not_decodable", why=why),),
    )
    return Report(
        verdict=Verdict.NOT_TRUSTED,
        moment=question.moment,
        path=(),
        diagnostics=(),
        checks=(unread, *checks.not_made(others, "leaf_not_decodable")),
        crls=(),
        effective_expiry=None,
        horizon=None,
        openssl_version=openssl.version(),
        flags=flags,
    )


def _moment(seconds: int | None) -> datetime | None:
    """The moment, or None where it lies beyond the years that a calendar knows."""
    if seconds is None or seconds > _LAST_SECOND:
        return None
    return EPOCH + timedelta(seconds=seconds)


def _diagnostics(
    errors: Iterable[openssl.VerifyError], leaf: Member, judge: Judge
) -> tuple[Diagnostic, ...]:
    return tuple(
        Diagnostic(
            number=item.number,
            symbol=code_of(item.number).symbol,
            text=openssl.error_text(item.number),
            depth=item.depth,
            sha256=_sha256_at(item.certificate, leaf, judge),
            crl_path=item.crl_path,
        )
        for item in errors
    )


def _sha256_at(address: int, leaf: Member, judge: Judge) -> str:
    if address == leaf.address:
        return leaf.sha256
    member = judge.pool.by_address.get(address)
    return member.sha256 if member is not None else ""


def _elements(prepared: PreparedTrust, path: Sequence[Member]) -> tuple[PathElement, ...]:
    """The path in values; those of issuers are made once for each depth."""
    kept = prepared.elements
    elements = []
    for depth, member in enumerate(path):
        key = (member.sha256, depth)
        element = kept.get(key) if depth else None
        if element is None:
            element = element_of(depth, member, path[depth + 1] if depth + 1 < len(path) else None)
            if depth:
                if len(kept) >= _MOST_KEPT:
                    kept.clear()
                kept[key] = element
        elements.append(element)
    return tuple(elements)


def element_of(depth: int, member: Member, above: Member | None = None) -> PathElement:
    """A certificate in values; `above` is the one that stands next to it, where one does."""
    anatomy = member.anatomy
    # The same bytes print the same: a leaf's issuer was printed as the subject of the one above.
    printed = (
        above is not None
        and above.anatomy is not None
        and anatomy is not None
        and above.anatomy.subject == anatomy.issuer
    )
    return PathElement(
        depth=depth,
        sha256=member.sha256,
        subject=member.subject,
        issuer=above.subject if above is not None and printed else member.issuer,
        not_before=(anatomy and anatomy.not_before) or _FIRST_MOMENT,
        not_after=(anatomy and anatomy.not_after) or _LAST_MOMENT,
        source=member.source,
    )


def _usable_crls(prepared: PreparedTrust, path: Sequence[Member]) -> tuple[CrlMember, ...]:
    """The CRLs that may speak for the certificates whose revocation the policy asks about."""
    if not prepared.checks_revocation:
        return ()
    asked = path if prepared.policy.revocation is Revocation.CHAIN else path[:1]
    issuers = {member.issuer_hash for member in asked}
    return tuple(crl for crl in prepared.crls if crl.is_indirect or crl.issuer_hash in issuers)


def _used(crl: CrlMember, seconds: int) -> UsedCrl:
    anatomy = crl.anatomy
    if anatomy is None or crl.starts is None:
        state = "unusable"
    elif seconds < crl.starts:
        state = "future"
    elif crl.ends is not None and seconds >= crl.ends:
        state = "stale"
    else:
        state = "fresh"
    number = anatomy.number if anatomy is not None else None
    return UsedCrl(
        sha256=crl.sha256,
        issuer=crl.issuer,
        number="" if number is None else str(number),
        this_update=(anatomy and anatomy.this_update) or _FIRST_MOMENT,
        next_update=anatomy.next_update if anatomy is not None else None,
        state=state,
    )


@lru_cache(maxsize=1024)
def flags_of(policy: Policy, host: bytes | None, address: bytes | None) -> tuple[str, ...]:
    """The options with which `openssl verify` asks the same question, but for files and moment."""
    flags = [f"-purpose {_PURPOSES[policy.usage]}", f"-auth_level {policy.security_level}"]
    flags.append("-policy_check")
    flags.extend(f"-policy {oid}" for oid in policy.policy_oids or (openssl.ANY_POLICY,))
    for wanted, option in (
        (policy.require_explicit_policy, "-explicit_policy"),
        (policy.inhibit_policy_mapping, "-inhibit_map"),
        (policy.inhibit_any_policy, "-inhibit_any"),
        (policy.partial_chain, "-partial_chain"),
        (policy.strict, "-x509_strict"),
        (policy.revocation is not Revocation.NONE, "-crl_check"),
        (policy.revocation is Revocation.CHAIN, "-crl_check_all"),
        (policy.revocation is not Revocation.NONE, "-extended_crl -use_deltas"),
    ):
        if wanted:
            flags.extend(option.split())
    if host is not None:
        flags.append(f"-verify_hostname {host.decode()}")
    if address is not None:
        flags.append(f"-verify_ip {address.decode()}")
    return tuple(flags)


def s_client_listing(path: Sequence[PathElement]) -> str:
    """The path as `openssl s_client` of OpenSSL 3.0 lists a certificate chain."""
    return "".join(
        f"{element.depth:2d} s:{element.subject}\n   i:{element.issuer}\n" for element in path
    )
