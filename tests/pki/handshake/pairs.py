"""Pairs of a service and an account with faults of every kind, made from a seed.

All dates lie around the moment of the run, so that a real connection, which cannot be told the time,
is asked the same question.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from pki.handshake.inputs import ClientAuthentication, ClientSide, ServerSide, TlsVersion
from pki.verify.inputs import Policy, Revocation, TrustInput
from tests.pki.chains import DAY, YEAR, Issued, make_ca, make_crl, make_key, make_leaf

NOW = datetime.now(UTC).replace(microsecond=0)
HOST = "ftp.example.com"
# Made once: what is weak about it is its length.
WEAK_KEY = rsa.generate_private_key(65537, 1024)


@dataclass
class Half:
    """One direction in the making: whose certificates, and the store that judges them.

    `issuers` stand from the root's own down to the leaf's; `sent` is what goes over the wire.
    """

    role: str
    draw: random.Random
    root: Issued = field(init=False)
    leaf: Issued = field(init=False)
    issuers: list[Issued] = field(default_factory=list)
    sent: list[bytes] = field(default_factory=list)
    key: bytes = b""
    anchors: list[bytes] = field(default_factory=list)
    intermediates: list[bytes] = field(default_factory=list)
    crls: list[bytes] = field(default_factory=list)
    policy: dict[str, Any] = field(default_factory=dict)
    root_options: dict[str, Any] = field(default_factory=dict)
    ca_options: dict[str, Any] = field(default_factory=dict)
    leaf_options: dict[str, Any] = field(default_factory=dict)
    crl_options: dict[str, Any] = field(default_factory=dict)
    depths: tuple[int, ...] = (0, 1, 1, 2)
    after: list[Callable[[Half], None]] = field(default_factory=list)


@dataclass
class Pair:
    """A service and an account, as `rehearse` and as real programs are given them."""

    seed: int
    faults: list[str]
    server: ServerSide
    client: ClientSide
    maximum: TlsVersion | None


@dataclass
class Plot:
    """What becomes a pair: both halves and what the two agree on."""

    draw: random.Random
    server: Half
    client: Half
    host: str | None = HOST
    authentication: ClientAuthentication = ClientAuthentication.REQUIRED
    has_certificate: bool = True
    client_judges: bool = True


def _expired(half: Half) -> None:
    half.leaf_options |= {"not_before": NOW - 30 * DAY, "not_after": NOW - DAY}


def _not_yet_valid(half: Half) -> None:
    half.leaf_options |= {"not_before": NOW + DAY, "not_after": NOW + 90 * DAY}


def _expired_issuer(half: Half) -> None:
    half.depths = (1, 2)
    half.ca_options |= {"not_before": NOW - 30 * DAY, "not_after": NOW - DAY}


def _expired_root(half: Half) -> None:
    half.root_options |= {"not_before": NOW - 30 * DAY, "not_after": NOW - DAY}


def _missing_intermediate(half: Half) -> None:
    half.depths = (1, 2)
    half.after.append(lambda done: done.sent.__delitem__(done.draw.randrange(1, len(done.sent))))


def _wrong_order(half: Half) -> None:
    half.depths = (2, 3)
    half.after.append(lambda done: done.sent.__setitem__(slice(1, None), done.sent[:0:-1]))


def _superfluous(half: Half) -> None:
    def more(done: Half) -> None:
        others = [done.root.der, make_ca("Unrelated").der, make_ca("Other", done.root).der]
        done.sent.insert(done.draw.randrange(1, len(done.sent) + 1), done.draw.choice(others))

    half.after.append(more)


def _wrong_purpose(half: Half) -> None:
    other = {
        "server": ExtendedKeyUsageOID.CLIENT_AUTH,
        "client": ExtendedKeyUsageOID.SERVER_AUTH,
    }[half.role]
    half.leaf_options |= {"usages": (other,)}


def _purpose_of_issuer(half: Half) -> None:
    half.depths = (1, 2)
    usages = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING])
    half.ca_options |= {"extensions": [(usages, False)]}


def _wrong_ca(half: Half) -> None:
    half.after.append(lambda done: done.anchors.__setitem__(slice(None), [make_ca("Foreign").der]))


def _wrong_ca_and_root_sent(half: Half) -> None:
    _wrong_ca(half)
    half.after.append(lambda done: done.sent.append(done.root.der))


def _same_name_other_key(half: Half) -> None:
    half.after.append(lambda done: done.anchors.__setitem__(slice(None), [make_ca("Root").der]))
    if half.draw.random() < 0.5:
        half.leaf_options |= {"without": [x509.AuthorityKeyIdentifier]}


def _forged(half: Half) -> None:
    half.leaf_options |= {"signed_by": make_key()}


def _name_constraints(half: Half) -> None:
    half.depths = (1, 2)
    names = [x509.DNSName(half.draw.choice(["example.com", "example.org"]))]
    half.ca_options |= {
        "name_constraints": x509.NameConstraints(names, None)
        if half.draw.random() < 0.5
        else x509.NameConstraints(None, names)
    }


def _path_length(half: Half) -> None:
    half.depths = (1, 2)
    half.root_options |= {"path_length": 0}


def _issuer_is_no_ca(half: Half) -> None:
    half.depths = (1, 2)
    basic = x509.BasicConstraints(ca=False, path_length=None)
    half.ca_options |= {"extensions": [(basic, True)]}


def _weak_key(half: Half) -> None:
    half.leaf_options |= {"key": WEAK_KEY}
    half.policy |= {"security_level": half.draw.choice([0, 1, 2])}


def _unknown_critical(half: Half) -> None:
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5.6"), b"\x05\x00")
    half.leaf_options |= {"extensions": [(unknown, True)]}


def _intermediate_as_anchor(half: Half) -> None:
    half.depths = (1, 2)
    half.policy |= {"partial_chain": half.draw.random() < 0.6}
    half.after.append(lambda done: done.anchors.__setitem__(slice(None), [done.issuers[-1].der]))


def _intermediate_in_the_store(half: Half) -> None:
    half.depths = (1, 2)

    def move(done: Half) -> None:
        done.intermediates = [issuer.der for issuer in done.issuers]
        # Something has to be sent besides the leaf, or OpenSSL's programs complete the chain.
        done.sent[1:] = [make_ca("Unrelated").der]

    half.after.append(move)


def _cross_signed(half: Half) -> None:
    def cross(done: Half) -> None:
        other = make_ca("Cross root", **_around())
        done.anchors = [other.der]
        subject = done.root.certificate.subject
        done.sent.append(make_ca(subject, other, key=done.root.key, **_around()).der)

    half.after.append(cross)


def _self_signed(half: Half) -> None:
    kept = half.draw.random() < 0.6

    def alone(done: Half) -> None:
        done.leaf = make_leaf(
            HOST if done.role == "server" else "acme", usages=_usages(done), **_leaf_dates()
        )
        done.sent, done.key = [done.leaf.der], key_of(done.leaf)
        if kept:
            done.anchors = [done.leaf.der]

    half.after.append(alone)


def _strict(half: Half) -> None:
    half.policy |= {"strict": True}
    if half.draw.random() < 0.5:
        half.leaf_options |= {"without": [x509.AuthorityKeyIdentifier]}


def _with_crls(half: Half) -> None:
    half.policy |= {"revocation": half.draw.choice([Revocation.LEAF, Revocation.CHAIN])}


def _revoked(half: Half) -> None:
    _with_crls(half)

    def revoke(done: Half) -> None:
        gone = [done.leaf, *done.issuers] if done.draw.random() < 0.5 else [done.leaf]
        done.crls = [
            make_crl(ca, revoked=gone, **_crl_dates()) for ca in (done.root, *done.issuers)
        ]

    half.after.append(revoke)


def _stale_crl(half: Half) -> None:
    _with_crls(half)
    half.crl_options |= {"this_update": NOW - 9 * DAY, "next_update": NOW - DAY}


def _future_crl(half: Half) -> None:
    _with_crls(half)
    half.crl_options |= {"this_update": NOW + DAY, "next_update": NOW + 9 * DAY}


def _missing_crl(half: Half) -> None:
    _with_crls(half)
    half.after.append(lambda done: done.crls.clear())


def _foreign_crl(half: Half) -> None:
    _with_crls(half)
    half.after.append(
        lambda done: done.crls.__setitem__(slice(None), [make_crl(make_ca("X"), **_crl_dates())])
    )


def _forged_crl(half: Half) -> None:
    _with_crls(half)
    half.crl_options |= {"signed_by": make_key()}


def _other_key(half: Half) -> None:
    half.after.append(lambda done: setattr(done, "key", key_of(make_leaf("other"))))


HALF_FAULTS: tuple[Callable[[Half], None], ...] = (
    _expired,
    _not_yet_valid,
    _expired_issuer,
    _expired_root,
    _missing_intermediate,
    _wrong_order,
    _superfluous,
    _wrong_purpose,
    _purpose_of_issuer,
    _wrong_ca,
    _wrong_ca_and_root_sent,
    _same_name_other_key,
    _forged,
    _name_constraints,
    _path_length,
    _issuer_is_no_ca,
    _weak_key,
    _unknown_critical,
    _intermediate_as_anchor,
    _intermediate_in_the_store,
    _cross_signed,
    _self_signed,
    _strict,
    _with_crls,
    _revoked,
    _stale_crl,
    _future_crl,
    _missing_crl,
    _foreign_crl,
    _forged_crl,
    _other_key,
)


def _wrong_host(plot: Plot) -> None:
    plot.host = plot.draw.choice(["other.example.com", "example.com", "ftp.example.org"])


def _address(plot: Plot) -> None:
    plot.server.leaf_options |= {"addresses": ["192.0.2.1", "2001:db8::1"]}
    plot.host = plot.draw.choice(["192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2"])


def _address_as_name(plot: Plot) -> None:
    plot.server.leaf_options |= {"dns": ["192.0.2.1"]}
    plot.host = "192.0.2.1"


def _cn_only(plot: Plot) -> None:
    plot.server.leaf_options |= {"dns": ()}
    plot.host = plot.draw.choice([HOST, "other.example.com"])


def _cn_beside_san(plot: Plot) -> None:
    plot.server.leaf_options |= {"dns": ["www.example.com"]}


def _wildcard(plot: Plot) -> None:
    plot.server.leaf_options |= {
        "dns": plot.draw.choice(
            [["*.example.com"], ["*.ftp.example.com"], ["ftp.*.com"], ["*.com"]]
        )
    }
    plot.host = plot.draw.choice([HOST, "a.ftp.example.com", "example.com"])


def _idn(plot: Plot) -> None:
    plot.server.leaf_options |= {"dns": ["xn--bcher-kva.example", "*.xn--bcher-kva.example"]}
    plot.host = plot.draw.choice(["bücher.example", "www.bücher.example", "bucher.example"])


def _case_and_dot(plot: Plot) -> None:
    plot.host = plot.draw.choice(["FTP.Example.COM", "ftp.example.com."])


def _no_client_certificate(plot: Plot) -> None:
    plot.has_certificate = False
    plot.authentication = plot.draw.choice(list(ClientAuthentication))


def _not_required(plot: Plot) -> None:
    plot.authentication = plot.draw.choice(
        [ClientAuthentication.NONE, ClientAuthentication.OPTIONAL]
    )


def _client_takes_anybody(plot: Plot) -> None:
    plot.client_judges = False


def _self_signed_both(plot: Plot) -> None:
    _self_signed(plot.server)
    _self_signed(plot.client)


PLOT_FAULTS: tuple[Callable[[Plot], None], ...] = (
    _wrong_host,
    _address,
    _address_as_name,
    _cn_only,
    _cn_beside_san,
    _wildcard,
    _idn,
    _case_and_dot,
    _no_client_certificate,
    _not_required,
    _client_takes_anybody,
    _self_signed_both,
)
# Every fault in turn: of the server's half, of the client's, and of what lies between.
_TURNS: tuple[tuple[str, Callable[[Any], None]], ...] = (
    *(("server", fault) for fault in HALF_FAULTS),
    *(("client", fault) for fault in HALF_FAULTS),
    *(("between", fault) for fault in PLOT_FAULTS),
)
KINDS = len(_TURNS)


def key_of(issued: Issued) -> bytes:
    return issued.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def make_pair(seed: int) -> Pair:
    """A pair with one to three faults, now and then none."""
    draw = random.Random(seed)  # a repeatable choice, not a secret
    plot = Plot(draw, Half("server", draw), Half("client", draw))
    chosen = [] if draw.random() < 0.04 else [_TURNS[seed % KINDS]]
    chosen += draw.sample(_TURNS, k=draw.choice([0, 0, 1, 2]))
    for where, fault in chosen:
        fault(plot if where == "between" else getattr(plot, where))
    for half in (plot.server, plot.client):
        _issue(half)
    return Pair(
        seed=seed,
        faults=[f"{where}{fault.__name__}" for where, fault in chosen],
        server=ServerSide(
            chain=tuple(plot.server.sent),
            key=plot.server.key,
            trust=_trust(plot.client),
            client_authentication=plot.authentication,
        ),
        client=ClientSide(
            chain=tuple(plot.client.sent) if plot.has_certificate else (),
            key=plot.client.key if plot.has_certificate else None,
            trust=_trust(plot.server) if plot.client_judges else None,
            host=plot.host if plot.client_judges else None,
        ),
        maximum=draw.choice([None, None, TlsVersion.TLS_1_2]),
    )


def _trust(half: Half) -> TrustInput:
    return TrustInput(
        anchors=tuple(half.anchors),
        intermediates=tuple(half.intermediates),
        crls=tuple(half.crls),
        policy=Policy(**half.policy),
    )


def _usages(half: Half) -> tuple[x509.ObjectIdentifier, ...]:
    server = half.role == "server"
    return (ExtendedKeyUsageOID.SERVER_AUTH if server else ExtendedKeyUsageOID.CLIENT_AUTH,)


def _around() -> dict[str, Any]:
    return {"not_before": NOW - YEAR, "not_after": NOW + 5 * YEAR}


def _leaf_dates() -> dict[str, Any]:
    return {"not_before": NOW - 30 * DAY, "not_after": NOW + 90 * DAY}


def _crl_dates() -> dict[str, Any]:
    return {"this_update": NOW - DAY, "next_update": NOW + 7 * DAY}


def _issue(half: Half) -> None:
    half.root = make_ca("Root", **(_around() | half.root_options))
    above = half.root
    for depth in range(half.draw.choice(half.depths)):
        options = half.ca_options if depth == 0 else {}
        above = make_ca(f"CA {depth}", above, **(_around() | options))
        half.issuers.append(above)
    name = HOST if half.role == "server" else "acme"
    options = _leaf_dates() | {"usages": _usages(half)} | half.leaf_options
    if half.role == "client":
        options |= {"dns": ()}
    half.leaf = make_leaf(name, above, **options)
    half.key = key_of(half.leaf)
    half.sent = [half.leaf.der, *(issuer.der for issuer in reversed(half.issuers))]
    half.anchors = [half.root.der]
    half.crls = [
        make_crl(issuer, **(_crl_dates() | half.crl_options))
        for issuer in (half.root, *half.issuers)
    ]
    for change in half.after:
        change(half)
