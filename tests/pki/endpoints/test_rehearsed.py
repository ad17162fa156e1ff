"""What is judged equals what a handshake between two real OpenSSL ends in.

The pairs of the rehearsal's own tests, with faults of every kind in either direction: whatever the
judgement calls accepted is accepted by `rehearse`, whatever it calls refused is refused there.
"""

from __future__ import annotations

import hashlib
import os

import pytest

from pki.endpoints.direction import Answer, ask_peer
from pki.endpoints.facts import Address, ClientRequest, PeerStore, Presented, ServiceFacts
from pki.endpoints.judgement import Weight
from pki.endpoints.peer import as_peer
from pki.endpoints.service import judge_service
from pki.handshake.inputs import ClientSide, ServerSide
from pki.handshake.outcome import Direction, Judgement
from pki.handshake.rehearse import rehearse
from pki.host_names import is_address
from pki.verify.inputs import TrustInput, Usage
from tests.pki.handshake.pairs import NOW, make_pair

# Passed with 1,500 as well.
CASES = int(os.environ.get("JUDGED_CASES", "150"))
PER_TEST = 25
# Where one side did not start, or nobody came to look, there is nothing to compare.
DECIDED = (Judgement.ACCEPTED, Judgement.REFUSED)
WEIGHS = (Weight.FAILS, Weight.UNDETERMINED)


def _store(trust: TrustInput, usage: Usage) -> PeerStore:
    return PeerStore(number=1, trust=as_peer(trust, usage))


def _presented(chain: tuple[bytes, ...]) -> Presented:
    return Presented(
        der=chain[0],
        sha256=hashlib.sha256(chain[0]).hexdigest(),
        sent=chain[1:],
        key_state="active",
    )


def _server_is_good(server: ServerSide, client: ClientSide) -> bool:
    assert client.trust is not None
    addresses = (
        () if client.host is None else (Address(host=client.host, is_ip=is_address(client.host)),)
    )
    facts = ServiceFacts(
        number=1,
        addresses=addresses,
        presented=_presented(server.chain),
        server_store=_store(client.trust, Usage.SERVER),
        client_request=ClientRequest.NONE,
    )
    findings = judge_service(facts, NOW).findings
    return not any(one.weight in WEIGHS for one in findings)


def _client_is_good(client: ClientSide, server: ServerSide) -> bool:
    assert server.trust is not None
    answer: Answer = ask_peer(
        _presented(client.chain), _store(server.trust, Usage.CLIENT), side="client", moment=NOW
    )
    return answer.accepted


def _agrees(good: bool, direction: Direction) -> bool:
    return direction.judgement not in DECIDED or good is (direction.judgement is Judgement.ACCEPTED)


@pytest.mark.parametrize("first", range(0, CASES, PER_TEST))
def test_the_handshake_ends_as_judged(first: int) -> None:
    for seed in range(first, first + PER_TEST):
        pair = make_pair(seed)
        outcome = rehearse(server=pair.server, client=pair.client, moment=NOW, maximum=pair.maximum)
        told = (seed, pair.faults, outcome.server, outcome.client)
        if pair.client.trust is not None and pair.server.chain:
            assert _agrees(_server_is_good(pair.server, pair.client), outcome.server), told
        asked = pair.server.trust is not None and outcome.client.judgement in DECIDED
        if asked and pair.client.chain:
            assert _agrees(_client_is_good(pair.client, pair.server), outcome.client), told
