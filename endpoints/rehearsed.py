"""What a rehearsal found, as JSON both ways: every way to connect, and our own verdict beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from pki.handshake.outcome import Direction, Judgement, Outcome
from pki.handshake.stored import outcome_from_json, outcome_to_json
from pki.verify.report import Report, Verdict


class KeyPart(StrEnum):
    """Who played the part of a private key."""

    NONE = ""
    HELD = "held"
    ELSEWHERE = "elsewhere"
    REFUSED = "refused"


class Login(StrEnum):
    """Whether the common name is that of the account, byte for byte."""

    NOT_ASKED = ""
    MATCHES = "matches"
    DIFFERS = "differs"
    NO_NAME = "no_name"


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnVerdict:
    """What the console's own validation says of the same certificate and the same store.

    `number` and what follows are those of its first diagnostic, -1 where it has none. `other_path`
    marks that OpenSSL's own choice of path was refused and another is good; `tolerated` that a
    missing CRL for the root alone does not count.
    """

    verdict: str
    number: int = -1
    depth: int = 0
    symbol: str = ""
    text: str = ""
    other_path: bool = False
    tolerated: bool = False

    @classmethod
    def of(cls, report: Report) -> OwnVerdict:
        """The gist of a report."""
        shown = next(iter((*report.diagnostics, *report.other_path_diagnostics)), None)
        told = (
            {}
            if shown is None
            else {
                "number": shown.number,
                "depth": shown.depth,
                "symbol": shown.symbol,
                "text": shown.text,
            }
        )
        return cls(
            verdict=report.verdict.value,
            other_path=bool(report.other_path),
            tolerated=bool(report.tolerated_diagnostics),
            **told,  # type: ignore[arg-type]  # by name
        )

    def agrees(self, direction: Direction) -> bool:
        """Whether the handshake came to the same answer: let in, or not."""
        return (self.verdict == Verdict.TRUSTED) is (direction.judgement is Judgement.ACCEPTED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """One way to connect: an address (empty: none is described) and a client certificate.

    `leaf` is its fingerprint, empty where the client has none, `cn` its common name. The verdicts
    of our own are None where there was nothing to judge, or nobody to judge it.
    """

    host: str
    leaf: str
    cn: str
    login: Login
    client_key: KeyPart
    outcome: Outcome
    own_server: OwnVerdict | None
    own_client: OwnVerdict | None

    @property
    def works(self) -> bool:
        """Whether the client gets in: both sides accept, and the name is that of the account."""
        return self.outcome.connected and self.login in (Login.NOT_ASKED, Login.MATCHES)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rehearsed:
    """Everything that was tried. `version` is the one that both sides were held to, or empty;
    `left_out` counts the ways that were too many to try."""

    ways: tuple[Way, ...]
    server_key: KeyPart
    version: str
    left_out: int = 0

    @property
    def works(self) -> bool:
        """Whether every way works."""
        return all(way.works for way in self.ways)


def rehearsed_to_json(rehearsed: Rehearsed) -> dict[str, object]:
    return {
        "ways": [_way_to_json(way) for way in rehearsed.ways],
        "server_key": rehearsed.server_key.value,
        "version": rehearsed.version,
        "left_out": rehearsed.left_out,
    }


def rehearsed_from_json(stored: Mapping[str, Any]) -> Rehearsed:
    return Rehearsed(
        ways=tuple(_way(way) for way in stored["ways"]),
        server_key=KeyPart(stored["server_key"]),
        version=stored["version"],
        left_out=stored["left_out"],
    )


def _way_to_json(way: Way) -> dict[str, object]:
    return {
        "host": way.host,
        "leaf": way.leaf,
        "cn": way.cn,
        "login": way.login.value,
        "client_key": way.client_key.value,
        "outcome": outcome_to_json(way.outcome),
        "own_server": asdict(way.own_server) if way.own_server else None,
        "own_client": asdict(way.own_client) if way.own_client else None,
    }


def _way(stored: Mapping[str, Any]) -> Way:
    return Way(
        host=stored["host"],
        leaf=stored["leaf"],
        cn=stored["cn"],
        login=Login(stored["login"]),
        client_key=KeyPart(stored["client_key"]),
        outcome=outcome_from_json(stored["outcome"]),
        own_server=OwnVerdict(**stored["own_server"]) if stored["own_server"] else None,
        own_client=OwnVerdict(**stored["own_client"]) if stored["own_client"] else None,
    )
