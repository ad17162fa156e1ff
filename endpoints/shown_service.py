"""A service as its page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from certificates.models import Certificate, PrivateKey
from endpoints.models import ChainSource, Service
from endpoints.services.find_successor import find_successor
from endpoints.services.presented_chain import PresentedChain, presented_chain
from endpoints.shown_ssh import ShownHostKey, host_keys_of, known_hosts_file, shown_host_key
from endpoints.texts import PROBE_PERIODS
from pki.der import DerError
from pki.names import subject_and_issuer_lines


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownStep:
    """A certificate that is sent: its place, and what it is there."""

    depth: int
    certificate: Certificate
    role: str
    is_odd: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownChain:
    """What is sent, in order; `listing` is how `openssl s_client` prints it.

    `gap` says what keeps a client that has only roots from a way to one of them; empty where
    nothing does.
    """

    steps: tuple[ShownStep, ...]
    listing: str
    gap: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownService:
    """Everything that the page of a service says by itself."""

    hosts: tuple[str, ...]
    chain: ShownChain
    host_keys: tuple[ShownHostKey, ...]
    known_hosts: str
    successor: Certificate | None
    held_key: PrivateKey | None
    probed: str


def shown_service(service: Service, *, moment: datetime) -> ShownService:
    """What the page shows of a service."""
    hosts = tuple(one.host for one in service.addresses.all())
    leaf = service.certificate
    held = (
        PrivateKey.objects.filter(spki_sha256=leaf.spki_sha256).defer("spki").first()
        if leaf
        else None
    )
    return ShownService(
        hosts=hosts,
        chain=_chain(service, presented_chain(service, moment=moment)),
        host_keys=tuple(shown_host_key(key, hosts) for key in host_keys_of(service)),
        known_hosts=known_hosts_file(service, hashed=False),
        successor=find_successor(leaf) if leaf else None,
        held_key=held,
        probed=PROBE_PERIODS.get(service.probe_every, str(service.probe_every))
        if service.probe_every
        else "",
    )


def _chain(service: Service, sent: PresentedChain) -> ShownChain:
    steps = [
        _step(depth, sent.certificates[depth - 1] if depth else None, certificate)
        for depth, certificate in enumerate(sent.certificates)
    ]
    return ShownChain(steps=tuple(steps), listing=_listing(sent), gap=_gap(service, sent))


def _step(depth: int, before: Certificate | None, certificate: Certificate) -> ShownStep:
    if before is None:
        role, is_odd = "Its own certificate", False
    elif before.issuer_sha256 != certificate.subject_sha256:
        role, is_odd = "Not the issuer of the one before it", True
    elif certificate.self_issued:
        role, is_odd = "Root: need not be sent", False
    else:
        role, is_odd = "Issuer of the one before it", False
    return ShownStep(depth=depth, certificate=certificate, role=role, is_odd=is_odd)


def _listing(sent: PresentedChain) -> str:
    lines: list[str] = []
    for depth, der in enumerate(sent.ders):
        try:
            subject, issuer = subject_and_issuer_lines(der)
        except DerError:
            subject = issuer = "(cannot be read)"
        lines.append(f"{depth:2d} s:{subject}\n   i:{issuer}\n")
    return "".join(lines)


def _gap(service: Service, sent: PresentedChain) -> str:
    if not sent.certificates or sent.complete:
        return ""
    if service.chain_source == ChainSource.BUILT:
        last = sent.certificates[-1]
        return (
            f"No certificate of “{last.issuer_cn}”, which issued “{last}”, is in the inventory. "
            "Import it, and it is sent as well, unless it is the root."
        )
    if service.chain_source == ChainSource.NONE:
        return (
            f"Only the service's own certificate is sent, and “{sent.certificates[0].issuer_cn}”, "
            "which issued it, is not a root that clients have. Let the service send its issuers."
        )
    return (
        "What is sent does not lead to a root: an issuer is missing, or it is not among the "
        "certificates named here. Correct the list, or let it be built from the inventory."
    )
