"""The rehearsal of a connection: who would refuse whom, and what each would see."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime

from pki.findings import Severity
from pki.handshake import libssl
from pki.handshake.inputs import ClientAuthentication, ClientSide, ServerSide, TlsVersion
from pki.handshake.outcome import Direction, Judgement, Outcome, Reason, Side
from pki.handshake.play import INFO_CALLBACK, VERIFY_CALLBACK, Played, Seat, play
from pki.handshake.setup import Identity, Judge, identity_of, judge_of, level_of
from pki.verify import names, openssl


@dataclass(frozen=True, kw_only=True, slots=True)
class _Scene:
    """Both sides in OpenSSL's terms."""

    server: Identity
    client: Identity
    at_server: Judge
    at_client: Judge
    levels: tuple[int, int]
    authentication: ClientAuthentication
    client_judges: bool
    host: bytes | None
    address: bytes | None
    versions: tuple[str | None, str | None]


def rehearse(
    *,
    server: ServerSide,
    client: ClientSide,
    moment: datetime,
    minimum: TlsVersion | None = None,
    maximum: TlsVersion | None = None,
) -> Outcome:
    """Have both shake hands as of a moment, and say what came of it.

    `minimum` and `maximum` bound the version of TLS on both sides; None leaves it to OpenSSL. Where
    one side refuses the other, a second handshake goes on in spite of it, so that both directions
    are judged (`Direction.hypothetical`). A bad certificate is in the outcome and never an
    exception. Raises `BadVerifyParameter` for a host or a policy that OpenSSL cannot be given, and
    `OpensslUnavailable`.
    """
    scene = _scene(server, client, moment, minimum, maximum)
    faults = (*scene.server.faults, *scene.client.faults)
    starts = not any(fault.severity is Severity.ERROR for fault in faults)
    real = _play(scene, goes_on=False) if starts else None
    spared = None if real is not None and real.connected else _play(scene, goes_on=True)
    return Outcome(
        connected=real is not None and real.connected,
        moment=moment,
        server=_direction(Side.SERVER, scene, real, spared),
        client=_direction(Side.CLIENT, scene, real, spared),
        alert=real.alert if real is not None else None,
        protocol=real.protocol if real is not None else "",
        cipher=real.cipher if real is not None else "",
        client_finished_first=bool(real and real.client.through and not real.connected),
        server_log=real.server.log if real is not None else (),
        client_log=real.client.log if real is not None else (),
        findings=(*faults, *scene.at_server.notes, *scene.at_client.notes),
        openssl_version=openssl.version(),
    )


def _scene(
    server: ServerSide,
    client: ClientSide,
    moment: datetime,
    minimum: TlsVersion | None,
    maximum: TlsVersion | None,
) -> _Scene:
    levels = level_of(server.trust), level_of(client.trust)
    both = max(levels)
    host, address = _expected(client.host)
    return _Scene(
        server=identity_of(Side.SERVER, server.chain, server.key, level=levels[0], both=both),
        client=identity_of(Side.CLIENT, client.chain, client.key, level=levels[1], both=both),
        at_server=judge_of(Side.SERVER, server.trust, moment),
        at_client=judge_of(Side.CLIENT, client.trust, moment),
        levels=levels,
        authentication=server.client_authentication,
        client_judges=client.trust is not None,
        host=host,
        address=address,
        versions=(minimum and minimum.value, maximum and maximum.value),
    )


def _expected(host: str | None) -> tuple[bytes | None, bytes | None]:
    """What the client wants to find in the certificate: a name, or an address."""
    if host is None:
        return None, None
    try:
        ipaddress.ip_address(host.strip().removeprefix("[").removesuffix("]"))
    except ValueError:
        return names.host_name(host), None
    return None, names.ip_address(host)


def _play(scene: _Scene, *, goes_on: bool) -> Played:
    asks = scene.authentication is not ClientAuthentication.NONE
    wants = libssl.VERIFY_PEER if asks else libssl.VERIFY_NONE
    if scene.authentication is ClientAuthentication.REQUIRED and not goes_on:
        wants |= libssl.VERIFY_FAIL_IF_NO_PEER_CERT
    verifies = libssl.VERIFY_PEER if scene.client_judges else libssl.VERIFY_NONE
    return play(
        (_context(scene, Side.SERVER, wants), _true_ones(scene.client)),
        (_context(scene, Side.CLIENT, verifies), _true_ones(scene.server)),
        verifying=(asks, scene.client_judges and bool(scene.server.certificates)),
        expected=(scene.host, scene.address, scene.at_client.host_flags),
        goes_on=goes_on,
    )


def _true_ones(identity: Identity) -> tuple[openssl.Certificate, ...]:
    """The certificates that the peer is given in the place of those on the wire."""
    return identity.certificates if identity.stand_in is not None else ()


def _context(scene: _Scene, side: Side, mode: int) -> libssl.Context:
    is_server = side is Side.SERVER
    identity, judge = (
        (scene.server, scene.at_server) if is_server else (scene.client, scene.at_client)
    )
    minimum, maximum = scene.versions
    context = libssl.Context(
        is_server=is_server,
        level=scene.levels[0 if is_server else 1],
        minimum=minimum,
        maximum=maximum,
    )
    if identity.stand_in is not None:
        context.use_leaf(identity.stand_in.certificate)
        context.use_key(identity.stand_in.key)
    elif identity.key is not None:
        leaf, *issuers = identity.certificates
        context.use_leaf(leaf)
        for issuer in issuers:
            context.use_issuer(issuer)
        context.use_key(identity.key)
    context.judge_by(judge.store, mode, VERIFY_CALLBACK)
    context.tell(INFO_CALLBACK)
    return context


def _direction(side: Side, scene: _Scene, real: Played | None, spared: Played | None) -> Direction:
    """How the certificates of `side` were judged by the other."""
    identity = scene.server if side is Side.SERVER else scene.client
    judgement, reason, hypothetical = _judged(side, scene, real, spared)
    seat = next(
        (seat for seat in _peers(side, real, spared) if seat is not None and seat.verified), None
    )
    verified = seat.verified if seat is not None else None
    ended = spared or real
    return Direction(
        judgement=judgement,
        reason=reason,
        diagnostics=verified.diagnostics if verified is not None else (),
        hypothetical=hypothetical,
        proven=identity.key is not None and ended is not None and _peer(side, ended).through,
        stand_in=identity.stand_in is not None and bool(identity.certificates),
        sent=identity.sent,
        path=verified.path if verified is not None else (),
    )


def _peer(side: Side, played: Played) -> Seat:
    return played.client if side is Side.SERVER else played.server


def _peers(side: Side, *plays: Played | None) -> tuple[Seat | None, ...]:
    return tuple(_peer(side, played) if played is not None else None for played in plays)


def _judged(
    side: Side, scene: _Scene, real: Played | None, spared: Played | None
) -> tuple[Judgement, Reason, bool]:
    """The judgement of a side's certificates, why, and whether it is a hypothetical one."""
    asked = (
        scene.client_judges
        if side is Side.SERVER
        else scene.authentication is not ClientAuthentication.NONE
    )
    if not asked:
        return Judgement.NOT_ASKED, Reason.NONE, False
    for played, hypothetical in ((real, False), (spared, True)):
        if played is None:
            continue
        seat = _peer(side, played)
        if seat.verified is not None:
            if seat.verified.accepted:
                return Judgement.ACCEPTED, Reason.NONE, hypothetical
            return Judgement.REFUSED, Reason.VERIFY, hypothetical
        if seat.missed_certificate:
            return Judgement.REFUSED, Reason.NO_CERTIFICATE, hypothetical
        if seat.through and side is Side.CLIENT and not scene.client.sent:
            if scene.authentication is ClientAuthentication.REQUIRED:
                return Judgement.REFUSED, Reason.NO_CERTIFICATE, hypothetical
            return Judgement.ACCEPTED, Reason.NONE, hypothetical
    return Judgement.NOT_REACHED, Reason.NONE, False
