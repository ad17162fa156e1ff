"""The proof: handshakes with the bytes of the archives, and what they show when something is wrong."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from pki.kits.archive import ArchiveWrong
from pki.kits.identity import read_identity
from pki.kits.meeting import Protocol, Side
from pki.kits.proof import Check, Proof, proof_from_json, prove
from tests.pki.chains import DAY, make_leaf
from tests.pki.kits.made import (
    NOW,
    PHRASE,
    Pair,
    client_pair,
    files_of,
    identities,
    issued_pair,
    kit_of,
    meeting_of,
    proof_of,
    server_pair,
)

ALGORITHMS = ("RSA-2048", "P-256", "P-384", "Ed25519", "Ed448")


def weak_client() -> Pair:
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    leaf = make_leaf(
        "alice",
        key=key,
        dns=(),
        usages=(ExtendedKeyUsageOID.CLIENT_AUTH,),
        not_before=NOW - DAY,
        not_after=NOW + DAY,
    )
    return Pair((leaf.der,), key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))


def tried(proof: Proof, check: Check) -> list[tuple[bool, int, int, str]]:
    return [
        (one.passed, one.number, one.depth, one.refused_by)
        for one in proof.attempts
        if one.check is check
    ]


@pytest.mark.parametrize("protocol", Protocol)
@pytest.mark.parametrize("encrypted", [True, False], ids=["encrypted", "plain"])
def test_a_kit_of_self_signed_pairs_is_proven(protocol: Protocol, encrypted: bool) -> None:
    proof = proof_of(kit_of(meeting_of(protocol), encrypted=encrypted), encrypted=encrypted)
    assert proof.passed
    assert proof.complete
    # Under each address; nobody and strangers are refused by whom it is to refuse them.
    assert tried(proof, Check.TOGETHER) == [(True, 0, 0, "")] * 2
    assert tried(proof, Check.NO_CERTIFICATE) == [(True, 0, 0, "server")]
    assert tried(proof, Check.STRANGE_CLIENT) == [(True, 18, 0, "server")]
    assert tried(proof, Check.STRANGE_SERVER) == [(True, 18, 0, "client")]


@pytest.mark.parametrize("server", ALGORITHMS)
@pytest.mark.parametrize("client", ALGORITHMS[:2])
def test_kinds_of_key_mix(server: str, client: str) -> None:
    kit = kit_of(
        server=server_pair(algorithm=server), client=client_pair(algorithm=client), encrypted=False
    )
    assert proof_of(kit, encrypted=False).passed


def test_a_kit_of_issued_certificates_is_proven() -> None:
    meeting = meeting_of(addresses=("localhost",))
    kit = kit_of(meeting, server=issued_pair(Side.SERVER), client=issued_pair(Side.CLIENT))
    proof = proof_of(kit)
    assert proof.passed
    assert proof.complete
    mixed = kit_of(meeting, server=issued_pair(Side.SERVER))
    assert proof_of(mixed).passed


@pytest.mark.parametrize("elsewhere", Side)
def test_a_key_that_is_elsewhere_leaves_the_proof_incomplete(elsewhere: Side) -> None:
    proof = proof_of(kit_of(elsewhere=elsewhere))
    assert proof.passed
    assert not proof.complete


def test_a_name_that_the_certificate_does_not_hold_is_error_62() -> None:
    kit = kit_of(meeting_of(addresses=("localhost", "ftp.example.com")))
    proof = proof_of(kit)
    assert not proof.passed
    assert tried(proof, Check.TOGETHER) == [(True, 0, 0, ""), (False, 62, 0, "client")]


def test_what_has_to_be_refused_is_told_by_whom_it_is_to_refuse_it() -> None:
    """Also where the client leaves before the server has looked: then by what it would have said."""
    proof = proof_of(kit_of(meeting_of(addresses=("ftp.example.com",))))
    assert tried(proof, Check.TOGETHER) == [(False, 62, 0, "client")]
    assert tried(proof, Check.NO_CERTIFICATE) == [(True, 0, 0, "server")]
    assert tried(proof, Check.STRANGE_CLIENT) == [(True, 18, 0, "server")]
    assert tried(proof, Check.STRANGE_SERVER) == [(True, 18, 0, "client")]


def test_an_address_that_the_certificate_does_not_hold_is_error_64() -> None:
    proof = proof_of(kit_of(meeting_of(addresses=("10.1.2.3",))))
    assert tried(proof, Check.TOGETHER) == [(False, 64, 0, "client")]


def test_an_expired_certificate_is_error_10_on_the_side_that_meets_it() -> None:
    old = server_pair(began=NOW - 400 * DAY, days=365)
    assert tried(proof_of(kit_of(server=old)), Check.TOGETHER)[0] == (False, 10, 0, "client")
    ended = client_pair(began=NOW - 400 * DAY, days=365)
    assert tried(proof_of(kit_of(client=ended)), Check.TOGETHER)[0] == (False, 10, 0, "server")


def test_a_server_certificate_at_the_client_is_error_26() -> None:
    wrong = server_pair("alice.example.com", algorithm="P-384")
    proof = proof_of(kit_of(client=wrong))
    assert tried(proof, Check.TOGETHER)[0] == (False, 26, 0, "server")


def test_authorities_without_their_root_are_refused() -> None:
    kit = kit_of(
        meeting_of(addresses=("localhost",)), server=issued_pair(Side.SERVER, with_root=False)
    )
    ((passed, number, _, by),) = tried(proof_of(kit), Check.TOGETHER)
    assert not passed
    assert number in (2, 20)
    assert by == "client"


def test_the_key_of_another_certificate_is_no_proof() -> None:
    read = identities(kit_of())
    swapped = replace(read[Side.CLIENT], key=client_pair(algorithm="P-384").key)
    proof = prove(server=read[Side.SERVER], client=swapped, addresses=("localhost",), moment=NOW)
    assert not proof.passed
    assert not tried(proof, Check.TOGETHER)[0][0]


def test_a_server_that_accepts_too_much_is_seen() -> None:
    """Whoever accepts a stranger's certificate is not proven, though the right ones connect."""
    read = identities(kit_of())
    proof = prove(
        server=read[Side.SERVER], client=read[Side.CLIENT], addresses=("localhost",), moment=NOW
    )
    stranger = next(one for one in proof.attempts if one.check is Check.STRANGE_CLIENT)
    accepted = replace(stranger, connected=True, passed=False)
    assert not replace(proof, attempts=(*proof.attempts, accepted)).passed
    assert not replace(proof, attempts=()).passed


def test_a_proof_goes_to_json_and_back_and_holds_no_key() -> None:
    proof = proof_of(kit_of(encrypted=False), encrypted=False)
    stored = json.loads(json.dumps(proof.to_json()))
    assert proof_from_json(stored) == proof
    assert server_pair().key.hex() not in json.dumps(stored)


@pytest.mark.parametrize("side", Side)
def test_a_side_is_read_from_its_archive_alone(side: Side) -> None:
    files = files_of(kit_of(), side)
    with pytest.raises(ArchiveWrong) as wrong:
        read_identity(files, side, passphrase=b"another passphrase")
    assert wrong.value.data["why"] == "key_does_not_open"
    for name in (f"{side}_cert.pem", f"{side.other}_cert.pem"):
        less = {other: content for other, content in files.items() if other != name}
        with pytest.raises(ArchiveWrong):
            read_identity(less, side, passphrase=PHRASE)
        with pytest.raises(ArchiveWrong):
            read_identity(files | {name: b"nothing"}, side, passphrase=PHRASE)


def test_a_certificate_that_is_too_weak_to_begin_with_is_said_to_be() -> None:
    """Level 2, as Debian, Ubuntu and Red Hat set it: RSA of 1024 bits is not loaded at all."""
    weak = weak_client()
    proof = proof_of(kit_of(client=weak, encrypted=False), encrypted=False)
    first = proof.attempts[0]
    assert not proof.passed
    assert (first.fault, first.fault_side) == ("setup.certificate_refused", "client")
