"""Short ways to describe services and accounts in the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pki.endpoints.account import judge_account
from pki.endpoints.facts import AccountFacts, Address, PeerStore, Presented, ServiceFacts
from pki.endpoints.judgement import JudgedFinding, Judgement
from pki.endpoints.peer import as_peer
from pki.endpoints.service import judge_service
from pki.verify.inputs import Policy, Revocation, TrustInput, Usage
from tests.pki.chains import MOMENT, Issued


def presented(
    leaf: Issued, *sent: Issued, inventory: Iterable[Issued] = (), **facts: Any
) -> Presented:
    given: dict[str, Any] = {"key_state": "active"} | facts
    return Presented(
        der=leaf.der,
        sha256=leaf.sha256,
        sent=tuple(one.der for one in sent),
        inventory=tuple(one.der for one in inventory),
        **given,
    )


def store(
    *anchors: Issued,
    number: int = 7,
    usage: Usage = Usage.SERVER,
    via: Iterable[Issued] = (),
    crls: Iterable[bytes] = (),
    revocation: Revocation = Revocation.NONE,
    **facts: Any,
) -> PeerStore:
    trust = TrustInput(
        anchors=tuple(one.der for one in anchors),
        intermediates=tuple(one.der for one in via),
        crls=tuple(crls),
        policy=Policy(revocation=revocation),
    )
    return PeerStore(number=number, trust=as_peer(trust, usage), **facts)


def service(
    shown: Presented | None, by: PeerStore | None, *hosts: str, **facts: Any
) -> ServiceFacts:
    given: dict[str, Any] = {
        "number": 3,
        "addresses": tuple(Address(host=host) for host in hosts),
    } | facts
    return ServiceFacts(presented=shown, server_store=by, **given)


def of_service(facts: ServiceFacts, moment: datetime = MOMENT) -> Judgement:
    return judge_service(facts, moment)


def of_account(facts: AccountFacts, moment: datetime = MOMENT) -> Judgement:
    return judge_account(facts, moment)


def codes(judgement: Judgement) -> list[str]:
    return [one.code for one in judgement.findings]


def the(judgement: Judgement, code: str) -> JudgedFinding:
    (found,) = [one for one in judgement.findings if one.code == code]
    return found
