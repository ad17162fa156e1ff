"""The proof of a kit: TLS handshakes by OpenSSL with what stands in the two archives, and with less.

Both sides are read from the bytes of their archives (`pki.kits.identity`). They must connect under
each address; and a client without a certificate, a stranger with the client's names, and a stranger
with the server's names must be refused. Nothing of it touches the network or a file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from pki.findings import Severity
from pki.handshake.inputs import ClientAuthentication, ClientSide, ServerSide
from pki.handshake.outcome import Direction, Judgement, Outcome, Reason
from pki.handshake.rehearse import rehearse
from pki.kits.identity import Identity
from pki.kits.meeting import Side
from pki.kits.strangers import stranger_like
from pki.verify.inputs import Policy, TrustInput

# What Debian, Ubuntu and Red Hat set for every program: nothing weaker than 112 bits.
_POLICY = Policy(security_level=2)


class Check(StrEnum):
    """What was tried."""

    TOGETHER = "together"
    NO_CERTIFICATE = "no_certificate"
    STRANGE_CLIENT = "strange_client"
    STRANGE_SERVER = "strange_server"


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One handshake: what was tried (`about` names the address), and whether it went as it should.

    `refused_by` is the side that ended it, empty where they connected or neither looked; `number`,
    `symbol`, `text` and `depth` are OpenSSL's first error, 0 and empty where it gave none. `fault`
    is the code of a finding because of which the side `fault_side` could not even begin. `proven` says that both
    proved possession of their keys; where it is not, a stand-in did it for a key that is elsewhere.
    """

    check: Check
    about: str
    passed: bool
    connected: bool
    proven: bool
    refused_by: str = ""
    number: int = 0
    symbol: str = ""
    text: str = ""
    depth: int = 0
    alert: str = ""
    fault: str = ""
    fault_side: str = ""
    protocol: str = ""
    cipher: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """Everything that was tried at `moment`, by the OpenSSL of this process."""

    moment: datetime
    openssl_version: str
    attempts: tuple[Attempt, ...]

    @property
    def passed(self) -> bool:
        """Whether each attempt went as it should: the right ones connect, and no others."""
        return bool(self.attempts) and all(one.passed for one in self.attempts)

    @property
    def complete(self) -> bool:
        """Whether both sides proved that they have their keys, without a stand-in."""
        return all(one.proven for one in self.attempts if one.check is Check.TOGETHER)

    def to_json(self) -> dict[str, Any]:
        """JSON-able values, which `proof_from_json` reads back."""
        return {
            "passed": self.passed,
            "complete": self.complete,
            "moment": self.moment.isoformat(),
            "openssl_version": self.openssl_version,
            "attempts": [asdict(one) | {"check": one.check.value} for one in self.attempts],
        }


def proof_from_json(stored: Mapping[str, Any]) -> Proof:
    """The proof that `Proof.to_json` stored."""
    return Proof(
        moment=datetime.fromisoformat(stored["moment"]),
        openssl_version=stored["openssl_version"],
        attempts=tuple(
            Attempt(**(one | {"check": Check(one["check"])})) for one in stored["attempts"]
        ),
    )


def prove(
    *, server: Identity, client: Identity, addresses: tuple[str, ...], moment: datetime
) -> Proof:
    """Shake hands in every way that matters, at `moment`; `addresses` is not empty."""
    tried = tuple(_try_all(server, client, addresses, moment))
    return Proof(
        moment=moment,
        openssl_version=tried[0][1].openssl_version,
        attempts=tuple(attempt for attempt, _ in tried),
    )


def _try_all(
    server: Identity, client: Identity, addresses: tuple[str, ...], moment: datetime
) -> Iterator[tuple[Attempt, Outcome]]:
    first = addresses[0]
    for address in addresses:
        outcome = _shake(server, client, address, moment)
        # A key that is in the archive has to be proven; one that is elsewhere cannot be.
        elsewhere = server.key is None or client.key is None
        passed = outcome.connected and (outcome.proven or elsewhere)
        yield _attempt(Check.TOGETHER, address, outcome, passed=passed), outcome
    nobody = Identity(chain=(), accepted=client.accepted)
    outcome = _shake(server, nobody, first, moment)
    refused = outcome.client.reason is Reason.NO_CERTIFICATE
    yield _attempt(Check.NO_CERTIFICATE, first, outcome, passed=refused), outcome
    strange = stranger_like(client.chain[0], moment=moment)
    claims = Identity(chain=(strange.certificate,), accepted=client.accepted, key=strange.key)
    outcome = _shake(server, claims, first, moment)
    refused = _refuses(outcome.client)
    yield _attempt(Check.STRANGE_CLIENT, first, outcome, passed=refused), outcome
    strange = stranger_like(server.chain[0], moment=moment)
    claims = Identity(chain=(strange.certificate,), accepted=server.accepted, key=strange.key)
    outcome = _shake(claims, client, first, moment)
    refused = _refuses(outcome.server)
    yield _attempt(Check.STRANGE_SERVER, first, outcome, passed=refused), outcome


def _shake(server: Identity, client: Identity, host: str, moment: datetime) -> Outcome:
    return rehearse(
        server=ServerSide(
            chain=server.chain,
            key=server.key,
            trust=TrustInput(anchors=server.accepted, policy=_POLICY),
            client_authentication=ClientAuthentication.REQUIRED,
        ),
        client=ClientSide(
            chain=client.chain,
            key=client.key,
            trust=TrustInput(anchors=client.accepted, policy=_POLICY),
            host=host,
        ),
        moment=moment,
    )


def _refuses(direction: Direction) -> bool:
    """Whether the certificates themselves were refused, and not looked at for the first time later."""
    return direction.judgement is Judgement.REFUSED and direction.reason is Reason.VERIFY


def _attempt(check: Check, about: str, outcome: Outcome, *, passed: bool) -> Attempt:
    refused_by, direction = _refusal(check, outcome)
    first = direction.first if direction is not None else None
    faults = (one for one in outcome.findings if one.severity is Severity.ERROR)
    fault = None if outcome.connected else next(faults, None)
    return Attempt(
        check=check,
        about=about,
        passed=passed and (outcome.connected is (check is Check.TOGETHER)),
        connected=outcome.connected,
        proven=outcome.proven,
        refused_by=refused_by,
        number=first.number if first is not None else 0,
        symbol=first.symbol if first is not None else "",
        text=first.text if first is not None else "",
        depth=first.depth if first is not None else 0,
        alert=outcome.alert.name if outcome.alert is not None else "",
        fault=fault.code if fault is not None else "",
        fault_side=fault.place if fault is not None else "",
        protocol=outcome.protocol,
        cipher=outcome.cipher,
    )


def _refusal(check: Check, outcome: Outcome) -> tuple[str, Direction | None]:
    """Which side refused the other, and what it saw.

    Of those that have to be refused, the side that has to do it: where the other one ended the
    handshake before, what this one would have said.
    """
    looked_at: tuple[tuple[str, Direction], ...]
    by_client, by_server = (Side.CLIENT.value, outcome.server), (Side.SERVER.value, outcome.client)
    if check in (Check.NO_CERTIFICATE, Check.STRANGE_CLIENT):
        looked_at = (by_server, by_client)
    elif check is Check.STRANGE_SERVER:
        looked_at = (by_client, by_server)
    else:
        looked_at = tuple(one for one in (by_client, by_server) if not one[1].hypothetical)
    refused = (one for one in looked_at if one[1].judgement is Judgement.REFUSED)
    return next(refused, ("", None))
