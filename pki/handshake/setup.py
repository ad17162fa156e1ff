"""From the plain values of a side to what libssl is told, and what is wrong before it starts.

A side is set up as OpenSSL's own servers and clients are: trust anchors, intermediates and CRLs all
in one X509_STORE, the purpose from the role, the security level for the side as a whole. Of the
revocation flags only CRL_CHECK and CRL_CHECK_ALL are set, as by nginx, Apache and Python: deltas and
indirect CRLs, which our own verdict knows, such programs do not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from pki.errors import NotDecodable
from pki.findings import Finding, Severity
from pki.handshake import libssl
from pki.handshake.outcome import Side
from pki.handshake.standin import StandIn, stand_in_for
from pki.verify import openssl
from pki.verify.anatomy import seconds_of
from pki.verify.inputs import Policy, TrustInput
from pki.verify.prepared import Member, parameters_of, prepare
from pki.verify.report import PathElement
from pki.verify.run import element_of

_PURPOSE_OF_PEER: Final = {Side.SERVER: openssl.PURPOSE_CLIENT, Side.CLIENT: openssl.PURPOSE_SERVER}
_POLICY_FLAGS: Final = (
    openssl.FLAG_POLICY_CHECK
    | openssl.FLAG_EXPLICIT_POLICY
    | openssl.FLAG_INHIBIT_ANY
    | openssl.FLAG_INHIBIT_MAP
)
_OUR_CRL_FLAGS: Final = openssl.FLAG_EXTENDED_CRL_SUPPORT | openssl.FLAG_USE_DELTAS


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """What a side presents: the certificates in the order of sending, and how it proves the key.

    `certificates` are as OpenSSL decodes them off the wire. `stand_in` is None where the true key is
    at hand and `key` is it. `faults` are what keeps the side from starting.
    """

    certificates: tuple[openssl.Certificate, ...]
    sent: tuple[PathElement, ...]
    key: libssl.Key | None
    stand_in: StandIn | None
    faults: tuple[Finding, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Judge:
    """Whom a side accepts: its store (None: anybody or nobody), and its rules for names."""

    store: openssl.Store | None
    notes: tuple[Finding, ...] = ()
    host_flags: int = openssl.HOST_NO_PARTIAL_WILDCARDS


def level_of(trust: TrustInput | None) -> int:
    """The security level of a side: its own certificates are held to it as well as its peer's."""
    return (trust.policy if trust is not None else Policy()).security_level


def judge_of(side: Side, trust: TrustInput | None, moment: datetime) -> Judge:
    """The store by which this side judges its peer; what of it cannot be read takes no part."""
    if trust is None:
        return Judge(store=None)
    prepared = prepare(trust)
    parameters = _as_programs_set_them(trust.policy, _PURPOSE_OF_PEER[side])
    members = [member.certificate for member in (*prepared.anchors, *prepared.intermediates)]
    store = openssl.Store(members, parameters)
    store.keep([member.crl for member in prepared.crls], seconds_of(moment))
    unreadable = tuple(
        replace(
            _fault(
                "setup.trust_unreadable", side, what=item.what, sha256=item.sha256, why=item.why
            ),
            severity=Severity.WARNING,
        )
        for item in prepared.unreadable
    )
    return Judge(store=store, notes=unreadable, host_flags=parameters.host_flags)


def _as_programs_set_them(policy: Policy, purpose: int) -> openssl.Parameters:
    parameters = parameters_of(policy)
    flags = parameters.flags & ~_OUR_CRL_FLAGS
    asks_policies = bool(policy.policy_oids or flags & _POLICY_FLAGS & ~openssl.FLAG_POLICY_CHECK)
    if asks_policies:
        return replace(parameters, flags=flags, purpose=purpose)
    return replace(
        parameters, flags=flags & ~openssl.FLAG_POLICY_CHECK, purpose=purpose, policies=()
    )


def identity_of(
    side: Side, chain: Sequence[bytes], pkcs8: bytes | None, *, level: int, both: int
) -> Identity:
    """What a side presents. `level` is its own security level, `both` the higher of the two.

    Whatever keeps it from using its own key or certificate is a finding, and a stand-in plays on.
    """
    certificates, faults = _decoded(side, chain)
    leaf = certificates[0] if certificates else None
    key = None
    if leaf is not None:
        faults.extend(_unfit(side, certificates, level))
        key, fault = _matching_key(side, leaf, pkcs8)
        faults.extend(fault)
    usable = key is not None and not faults
    # A server without any certificate gets a stand-in as well, so that the other direction is judged.
    stands_in = not usable and (leaf is not None or side is Side.SERVER)
    return Identity(
        certificates=tuple(certificates),
        sent=_described(certificates),
        key=key if usable else None,
        stand_in=stand_in_for(leaf, both) if stands_in else None,
        faults=tuple(faults),
    )


def _decoded(side: Side, chain: Sequence[bytes]) -> tuple[list[openssl.Certificate], list[Finding]]:
    """The certificates that can be read; none where the leaf cannot."""
    certificates: list[openssl.Certificate] = []
    faults = []
    if not chain and side is Side.SERVER:
        faults.append(_fault("setup.no_certificate", side))
    for depth, der in enumerate(chain):
        try:
            certificate = openssl.Certificate(der)
        except NotDecodable as error:
            why = str(error.data["why"])
            faults.append(_fault("setup.certificate_unreadable", side, depth=depth, why=why))
            if depth == 0:
                return [], faults
            continue
        certificates.append(certificate)
        if certificate.trailing:
            faults.append(_fault("setup.trailing_data", side, depth=depth))
    return certificates, faults


def _unfit(side: Side, certificates: Sequence[openssl.Certificate], level: int) -> list[Finding]:
    """The certificates that OpenSSL does not let a side of this level load: their keys or
    signatures are too weak."""
    trial = libssl.Context(is_server=side is Side.SERVER, level=level, minimum=None, maximum=None)
    faults = []
    for depth, certificate in enumerate(certificates):
        why = trial.use_issuer(certificate) if depth else trial.use_leaf(certificate)
        if why:
            faults.append(
                _fault("setup.certificate_refused", side, depth=depth, level=level, why=why)
            )
            if depth == 0:
                break
    return faults


def _matching_key(
    side: Side, leaf: openssl.Certificate, pkcs8: bytes | None
) -> tuple[libssl.Key | None, list[Finding]]:
    if pkcs8 is None:
        return None, []
    try:
        key = libssl.Key(pkcs8)
    except NotDecodable:
        return None, [_fault("setup.key_unreadable", side)]
    if not key.belongs_to(leaf):
        return None, [_fault("setup.key_mismatch", side)]
    return key, []


def _described(certificates: Sequence[openssl.Certificate]) -> tuple[PathElement, ...]:
    return tuple(
        element_of(
            depth, Member(certificate.der, hashlib.sha256(certificate.der).hexdigest(), "sent")
        )
        for depth, certificate in enumerate(certificates)
    )


def _fault(code: str, side: Side, **data: str | int) -> Finding:
    return Finding(
        code=code, severity=Severity.ERROR, place=side.value, data=tuple(sorted(data.items()))
    )
