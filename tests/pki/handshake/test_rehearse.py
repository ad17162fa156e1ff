"""Handshakes in memory: both judgements, the alert, the logs, possession, faults of the set-up."""

from __future__ import annotations

import gc
import json
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from pki.errors import BadVerifyParameter
from pki.handshake import play
from pki.handshake.inputs import ClientAuthentication, ClientSide, ServerSide, TlsVersion
from pki.handshake.outcome import Alert, Judgement, Outcome, Reason, Side
from pki.handshake.rehearse import rehearse
from pki.handshake.stored import outcome_from_json, outcome_to_json
from pki.verify.inputs import Policy, Revocation, TrustInput, Usage
from tests.pki.chains import DAY, MOMENT, Issued, PrivateKey, make_ca, make_crl, make_leaf

# Passed with 2,000 as well; fewer in every run, because each takes some ten milliseconds.
CALLS = int(os.environ.get("HANDSHAKE_CALLS", "100"))
HOST = "ftp.example.com"
CLIENT = (ExtendedKeyUsageOID.CLIENT_AUTH,)

ROOT = make_ca("Server root")
ISSUER = make_ca("Server CA", ROOT)
SERVER = make_leaf(HOST, ISSUER)
CLIENT_ROOT = make_ca("Client root")
ACCOUNT = make_leaf("acme", CLIENT_ROOT, dns=(), usages=CLIENT)


def key_of(issued: Issued) -> bytes:
    return issued.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


SERVER_KEY = key_of(SERVER)
GOOD_SERVER = ServerSide(
    chain=(SERVER.der, ISSUER.der),
    key=SERVER_KEY,
    trust=TrustInput(anchors=(CLIENT_ROOT.der,)),
    client_authentication=ClientAuthentication.REQUIRED,
)
GOOD_CLIENT = ClientSide(
    chain=(ACCOUNT.der,),
    key=key_of(ACCOUNT),
    trust=TrustInput(anchors=(ROOT.der,)),
    host=HOST,
)


def meet(
    server: ServerSide = GOOD_SERVER, client: ClientSide = GOOD_CLIENT, **versions: TlsVersion
) -> Outcome:
    return rehearse(server=server, client=client, moment=MOMENT, **versions)


def numbers(outcome: Outcome) -> tuple[int | None, int | None]:
    """The first number of each direction: server's certificate, client's certificate."""
    server, client = outcome.server.first, outcome.client.first
    return (server.number if server else None, client.number if client else None)


@pytest.mark.parametrize(
    ("version", "protocol"), [(TlsVersion.TLS_1_2, "TLSv1.2"), (TlsVersion.TLS_1_3, "TLSv1.3")]
)
def test_two_that_trust_each_other_connect_and_prove_their_keys(
    version: TlsVersion, protocol: str
) -> None:
    outcome = meet(minimum=version, maximum=version)
    assert outcome.connected
    assert outcome.proven
    assert outcome.protocol == protocol
    assert outcome.cipher
    assert outcome.alert is None
    assert not outcome.findings
    assert outcome.server.path == (SERVER.sha256, ISSUER.sha256, ROOT.sha256)
    assert [element.sha256 for element in outcome.server.sent] == [SERVER.sha256, ISSUER.sha256]
    assert outcome.client.path == (ACCOUNT.sha256, CLIENT_ROOT.sha256)


def test_without_the_keys_the_answer_is_the_same_and_says_that_nothing_was_proven() -> None:
    outcome = meet(replace(GOOD_SERVER, key=None), replace(GOOD_CLIENT, key=None))
    assert outcome.connected
    assert not outcome.proven
    for direction in (outcome.server, outcome.client):
        assert direction.judgement is Judgement.ACCEPTED
        assert direction.stand_in
        assert not direction.proven
    assert outcome.server.path == (SERVER.sha256, ISSUER.sha256, ROOT.sha256)


@pytest.mark.parametrize("with_key", [True, False])
def test_a_missing_intermediate_is_20_at_0_and_both_logs_say_so(with_key: bool) -> None:
    server = replace(GOOD_SERVER, chain=(SERVER.der,), key=key_of(SERVER) if with_key else None)
    outcome = meet(server)
    assert not outcome.connected
    assert outcome.server.judgement is Judgement.REFUSED
    assert outcome.server.reason is Reason.VERIFY
    first = outcome.server.first
    assert first is not None
    assert (first.number, first.depth, first.sha256) == (20, 0, SERVER.sha256)
    assert first.symbol == "X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY"
    assert outcome.alert == Alert(number=48, name="unknown_ca", sender=Side.CLIENT)
    assert "certificate verify failed" in outcome.client_log[-1]
    assert outcome.client_log[0].startswith("verify error:num=20:unable to get local issuer")
    assert "unknown ca" in outcome.server_log[0]
    assert "SSL alert number 48" in outcome.server_log[0]
    # The server did not come to look at the client; what it would have said is told all the same.
    assert outcome.client.judgement is Judgement.ACCEPTED
    assert outcome.client.hypothetical
    assert not outcome.client_finished_first


def test_in_tls_1_3_the_client_is_through_before_the_server_refuses_it() -> None:
    stranger = replace(GOOD_SERVER, trust=TrustInput(anchors=(ROOT.der,)))
    outcome = meet(stranger, minimum=TlsVersion.TLS_1_3)
    assert not outcome.connected
    assert outcome.client_finished_first
    assert outcome.server.judgement is Judgement.ACCEPTED
    assert not outcome.server.hypothetical
    assert numbers(outcome) == (None, 20)
    assert outcome.alert == Alert(number=48, name="unknown_ca", sender=Side.SERVER)
    assert "unknown ca" in outcome.client_log[-1]
    in_1_2 = meet(stranger, maximum=TlsVersion.TLS_1_2)
    assert not in_1_2.client_finished_first
    assert numbers(in_1_2) == (None, 20)


def test_every_error_is_found_and_the_first_is_the_peers() -> None:
    late = make_leaf("www.example.org", ROOT, usages=CLIENT, not_after=MOMENT - DAY)
    server = replace(GOOD_SERVER, chain=(late.der,), key=key_of(late))
    direction = meet(server).server
    assert [(item.number, item.depth) for item in direction.diagnostics] == [
        (26, 0),
        (62, 0),
        (10, 0),
    ]


@pytest.mark.parametrize(
    ("version", "alert"),
    [(TlsVersion.TLS_1_2, "handshake_failure"), (TlsVersion.TLS_1_3, "certificate_required")],
)
def test_a_client_without_a_certificate_is_refused_where_one_is_required(
    version: TlsVersion, alert: str
) -> None:
    nobody = ClientSide(trust=TrustInput(anchors=(ROOT.der,)), host=HOST)
    outcome = meet(GOOD_SERVER, nobody, minimum=version, maximum=version)
    assert not outcome.connected
    assert outcome.client.judgement is Judgement.REFUSED
    assert outcome.client.reason is Reason.NO_CERTIFICATE
    assert outcome.alert is not None
    assert (outcome.alert.name, outcome.alert.sender) == (alert, Side.SERVER)
    assert "peer did not return a certificate" in outcome.server_log[0]
    optional = replace(GOOD_SERVER, client_authentication=ClientAuthentication.OPTIONAL)
    assert meet(optional, nobody).connected
    unasked = replace(GOOD_SERVER, client_authentication=ClientAuthentication.NONE)
    assert meet(unasked, nobody).client.judgement is Judgement.NOT_ASKED


def test_a_certificate_that_is_not_asked_for_is_not_judged() -> None:
    server = replace(GOOD_SERVER, trust=None, client_authentication=ClientAuthentication.NONE)
    outcome = meet(server)
    assert outcome.connected
    assert outcome.client.judgement is Judgement.NOT_ASKED
    blind = meet(client=replace(GOOD_CLIENT, trust=None, host="elsewhere.example.com"))
    assert blind.server.judgement is Judgement.NOT_ASKED
    assert blind.connected


def test_a_server_that_trusts_nobody_refuses_everybody() -> None:
    outcome = meet(replace(GOOD_SERVER, trust=None))
    assert numbers(outcome) == (None, 20)


@pytest.mark.parametrize(
    ("host", "number"),
    [
        (HOST, None),
        ("FTP.example.com.", None),
        ("other.example.com", 62),
        ("192.0.2.7", 64),
        ("[2001:db8::1]", 64),
    ],
)
def test_the_client_wants_the_name_that_it_connects_to(host: str, number: int | None) -> None:
    assert numbers(meet(client=replace(GOOD_CLIENT, host=host)))[0] == number


def test_an_address_an_idn_and_a_common_name_are_matched_as_openssl_does() -> None:
    by_address = make_leaf("server", ROOT, dns=(), addresses=["192.0.2.7"])
    idn = make_leaf("xn--bcher-kva.example", ROOT)
    only_cn = make_leaf(HOST, ROOT, dns=())
    for leaf, host, number in (
        (by_address, "192.0.2.7", None),
        (by_address, "192.0.2.8", 64),
        (idn, "bücher.example", None),
        (only_cn, HOST, None),
    ):
        server = replace(GOOD_SERVER, chain=(leaf.der,), key=None)
        assert numbers(meet(server, replace(GOOD_CLIENT, host=host)))[0] == number
    strict = TrustInput(anchors=(ROOT.der,), policy=Policy(common_name=False))
    refused = meet(replace(GOOD_SERVER, chain=(only_cn.der,)), replace(GOOD_CLIENT, trust=strict))
    assert numbers(refused)[0] == 62


def test_what_is_no_host_is_the_callers_fault() -> None:
    with pytest.raises(BadVerifyParameter):
        meet(client=replace(GOOD_CLIENT, host=""))


def test_the_purpose_comes_from_the_role_whatever_the_store_is_for() -> None:
    wrong = make_leaf(HOST, ROOT, usages=CLIENT)
    anything = TrustInput(anchors=(ROOT.der,), policy=Policy(usage=Usage.ANY))
    outcome = meet(
        replace(GOOD_SERVER, chain=(wrong.der,), key=None), replace(GOOD_CLIENT, trust=anything)
    )
    assert numbers(outcome)[0] == 26
    assert outcome.alert is not None
    assert outcome.alert.name == "unsupported_certificate"


def test_crls_are_consulted_as_the_store_says() -> None:
    def number(crls: tuple[bytes, ...], revocation: Revocation) -> int | None:
        trust = TrustInput(
            anchors=(CLIENT_ROOT.der,), crls=crls, policy=Policy(revocation=revocation)
        )
        return numbers(meet(replace(GOOD_SERVER, trust=trust)))[1]

    fresh = make_crl(CLIENT_ROOT)
    stale = make_crl(CLIENT_ROOT, this_update=MOMENT - 9 * DAY, next_update=MOMENT - DAY)
    revoked = make_crl(CLIENT_ROOT, revoked=[ACCOUNT])
    assert number((fresh,), Revocation.LEAF) is None
    assert number((), Revocation.LEAF) == 3
    assert number((stale,), Revocation.LEAF) == 12
    assert number((revoked,), Revocation.LEAF) == 23
    assert number((revoked,), Revocation.NONE) is None


def test_self_signed_certificates_on_both_sides_accept_each_other() -> None:
    server, client = make_leaf(HOST), make_leaf("acme", dns=(), usages=CLIENT)
    outcome = meet(
        ServerSide(
            chain=(server.der,),
            key=key_of(server),
            trust=TrustInput(anchors=(client.der,)),
            client_authentication=ClientAuthentication.REQUIRED,
        ),
        ClientSide(
            chain=(client.der,),
            key=key_of(client),
            trust=TrustInput(anchors=(server.der,)),
            host=HOST,
        ),
    )
    assert outcome.proven


def test_a_key_of_another_certificate_is_a_fault_of_the_set_up() -> None:
    outcome = meet(replace(GOOD_SERVER, key=key_of(ACCOUNT)))
    assert not outcome.connected
    assert [(fault.code, fault.place) for fault in outcome.findings] == [
        ("setup.key_mismatch", "server")
    ]
    # The certificates are judged all the same.
    assert outcome.server.judgement is Judgement.ACCEPTED
    assert outcome.server.hypothetical
    assert not outcome.server.proven
    assert outcome.client.judgement is Judgement.ACCEPTED


@pytest.mark.parametrize("key", [b"", b"\x30\x03\x02\x01\x00", b"no key at all"])
def test_a_key_that_cannot_be_read_is_a_fault_of_the_set_up(key: bytes) -> None:
    outcome = meet(client=replace(GOOD_CLIENT, key=key))
    assert [(fault.code, fault.place) for fault in outcome.findings] == [
        ("setup.key_unreadable", "client")
    ]


def test_certificates_that_cannot_be_read_are_named_by_their_place() -> None:
    leafless = meet(replace(GOOD_SERVER, chain=(b"garbage", ISSUER.der)))
    assert [fault.code for fault in leafless.findings] == ["setup.certificate_unreadable"]
    assert leafless.server.judgement is Judgement.NOT_REACHED
    assert leafless.client.judgement is Judgement.ACCEPTED
    outcome = meet(replace(GOOD_SERVER, chain=(SERVER.der, b"garbage", ISSUER.der + b"\x00")))
    assert [(fault.code, dict(fault.data)["depth"]) for fault in outcome.findings] == [
        ("setup.certificate_unreadable", 1),
        ("setup.trailing_data", 2),
    ]
    assert not outcome.connected
    assert meet(replace(GOOD_SERVER, chain=())).findings[0].code == "setup.no_certificate"


def test_a_key_too_small_for_the_security_level_keeps_a_side_from_starting() -> None:
    weak = make_leaf(HOST, ROOT, key=rsa.generate_private_key(65537, 1024))
    level_2 = Policy(security_level=2)
    server = replace(GOOD_SERVER, chain=(weak.der,), key=key_of(weak))
    strict_server = replace(server, trust=TrustInput(anchors=(CLIENT_ROOT.der,), policy=level_2))
    outcome = meet(strict_server)
    (fault,) = outcome.findings
    assert (fault.code, fault.place) == ("setup.certificate_refused", "server")
    assert dict(fault.data)["why"] == "ee key too small"
    # A client of that level refuses it on its own account.
    strict_client = replace(GOOD_CLIENT, trust=TrustInput(anchors=(ROOT.der,), policy=level_2))
    refused = meet(server, strict_client)
    assert numbers(refused)[0] == 66
    assert not refused.findings


def test_members_of_a_store_that_cannot_be_read_take_no_part_and_are_named() -> None:
    trust = TrustInput(anchors=(CLIENT_ROOT.der, b"garbage"), crls=(b"garbage",))
    outcome = meet(replace(GOOD_SERVER, trust=trust))
    assert outcome.connected
    assert {fault.code for fault in outcome.findings} == {"setup.trust_unreadable"}


@pytest.mark.parametrize("level", [0, 1, 2, 3, 4, 5])
@pytest.mark.parametrize("kind", ["rsa", "p256", "p521", "ed25519"])
def test_a_stand_in_plays_at_every_security_level(kind: str, level: int) -> None:
    makers: dict[str, Callable[[], PrivateKey]] = {
        "rsa": lambda: rsa.generate_private_key(65537, 2048),
        "p256": lambda: ec.generate_private_key(ec.SECP256R1()),
        "p521": lambda: ec.generate_private_key(ec.SECP521R1()),
        "ed25519": ed25519.Ed25519PrivateKey.generate,
    }
    leaf = make_leaf(HOST, key=makers[kind]())
    trust = TrustInput(anchors=(leaf.der,), policy=Policy(security_level=level))
    outcome = rehearse(
        server=ServerSide(chain=(leaf.der,)),
        client=ClientSide(trust=trust, host=HOST),
        moment=MOMENT,
    )
    assert outcome.server.judgement is not Judgement.NOT_REACHED
    assert outcome.server.stand_in


def test_an_outcome_goes_to_json_and_back() -> None:
    for outcome in (
        meet(),
        meet(replace(GOOD_SERVER, chain=(SERVER.der,), key=key_of(ACCOUNT))),
        meet(client=ClientSide(host=HOST, trust=TrustInput(anchors=(ROOT.der,)))),
    ):
        assert outcome_from_json(json.loads(json.dumps(outcome_to_json(outcome)))) == outcome


def test_no_key_is_in_what_a_side_shows_of_itself() -> None:
    assert repr(GOOD_SERVER.key)[2:40] not in repr(GOOD_SERVER)
    assert "key=" not in repr(GOOD_CLIENT)


def test_an_exception_in_a_callback_comes_out_in_python(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(play, "_verified", broken)
    with pytest.raises(ZeroDivisionError):
        meet()
    monkeypatch.undo()
    assert meet().connected


def test_threads_do_not_mix_their_handshakes_up() -> None:
    found: list[tuple[int | None, int | None]] = []

    def work() -> None:
        for _ in range(10):
            found.append(numbers(meet(replace(GOOD_SERVER, chain=(SERVER.der,)))))
            found.append(numbers(meet(replace(GOOD_SERVER, trust=None))))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 80
    assert set(found) == {(20, None), (None, 20)}
    assert not play._seats


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="no /proc to measure with")
def test_memory_stays_flat() -> None:
    def resident_pages() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1])

    def play(times: int) -> None:
        for turn in range(times):
            key = SERVER_KEY if turn % 2 else None
            meet(replace(GOOD_SERVER, chain=(SERVER.der,), key=key))
            meet(replace(GOOD_SERVER, key=key))

    play(20)
    gc.collect()
    before = resident_pages()
    play(CALLS // 2)
    gc.collect()
    assert resident_pages() - before < 512


def test_name_constraints_and_wildcards_are_openssls() -> None:
    constrained = make_ca(
        "Narrow", ROOT, name_constraints=x509.NameConstraints([x509.DNSName("example.org")], None)
    )
    leaf = make_leaf(HOST, constrained)
    outcome = meet(replace(GOOD_SERVER, chain=(leaf.der, constrained.der), key=None))
    assert numbers(outcome)[0] == 47
    wild = make_leaf("wild", ROOT, dns=["*.example.com"])
    partial = make_leaf("partial", ROOT, dns=["f*.example.com"])
    assert numbers(meet(replace(GOOD_SERVER, chain=(wild.der,), key=None)))[0] is None
    assert numbers(meet(replace(GOOD_SERVER, chain=(partial.der,), key=None)))[0] == 62
