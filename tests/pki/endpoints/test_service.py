"""What a service presents, as its clients judge it: why it does not work, and until when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from pki.endpoints.facts import Address, ClientRequest, SshKey
from pki.endpoints.judgement import Standing, judgement_from_json, judgement_to_json
from pki.verify.inputs import Revocation
from tests.pki.chains import DAY, MOMENT, YEAR, Issued, make_ca, make_crl, make_leaf
from tests.pki.endpoints.describing import codes, of_service, presented, service, store, the

HOST = "ftp.example.com"
ROOT = make_ca("Root")
MIDDLE = make_ca("Intermediate", ROOT, not_after=MOMENT + YEAR)
LEAF = make_leaf(HOST, MIDDLE, not_after=MOMENT + 90 * DAY)
OTHER_ROOT = make_ca("Another root")


def test_it_works_with_the_chain_that_it_sends() -> None:
    judgement = of_service(service(presented(LEAF, MIDDLE), store(ROOT), HOST))
    assert (judgement.standing, judgement.reason, codes(judgement)) == (Standing.WORKS, "", [])
    assert judgement.works_until is not None
    assert abs(judgement.works_until - (MOMENT + 90 * DAY)) <= timedelta(seconds=1)


def test_an_intermediate_that_is_not_sent_is_named_although_the_inventory_has_it() -> None:
    alone = presented(LEAF, inventory=[MIDDLE, ROOT])
    judgement = of_service(service(alone, store(ROOT), HOST))
    assert judgement.standing is Standing.FAILS
    assert codes(judgement) == ["chain.not_sent"]
    assert the(judgement, "chain.not_sent").get("issuer") == MIDDLE.sha256
    assert the(judgement, "chain.not_sent").remedy == "send_chain"
    assert judgement.works_until is None


def test_every_missing_intermediate_is_named() -> None:
    deep = make_ca("Deeper", MIDDLE)
    leaf = make_leaf(HOST, deep)
    judgement = of_service(
        service(presented(leaf, inventory=[MIDDLE, deep, ROOT]), store(ROOT), HOST)
    )
    assert {one.get("issuer") for one in judgement.findings} == {deep.sha256, MIDDLE.sha256}


def test_an_intermediate_that_nobody_has_is_told_apart_from_one_that_is_not_sent() -> None:
    judgement = of_service(service(presented(LEAF), store(ROOT), HOST))
    assert codes(judgement) == ["server.issuer_unknown"]
    finding = the(judgement, "server.issuer_unknown")
    assert "Intermediate" in str(finding.get("issuer"))
    assert finding.get("number") == 20


def test_a_root_that_the_clients_do_not_have_is_named() -> None:
    shown = presented(LEAF, MIDDLE, inventory=[MIDDLE, ROOT])
    judgement = of_service(service(shown, store(OTHER_ROOT), HOST))
    assert codes(judgement) == ["server.anchor_missing"]
    assert the(judgement, "server.anchor_missing").get("anchor") == ROOT.sha256


def test_it_says_when_it_works_only_because_the_clients_have_the_intermediate() -> None:
    judgement = of_service(service(presented(LEAF), store(ROOT, via=[MIDDLE]), HOST))
    assert (judgement.standing, judgement.reason) == (Standing.WARNED, "chain.leans_on_store")
    sent = of_service(service(presented(LEAF, MIDDLE), store(ROOT, via=[MIDDLE]), HOST))
    assert sent.standing is Standing.WORKS


def test_what_has_expired_says_so_before_the_crl_that_is_missing_as_well() -> None:
    late = make_leaf(HOST, MIDDLE, not_before=MOMENT - 90 * DAY, not_after=MOMENT - DAY)
    asking = store(ROOT, revocation=Revocation.LEAF)
    judgement = of_service(service(presented(late, MIDDLE), asking, HOST))
    assert (judgement.standing, judgement.reason) == (Standing.FAILS, "server.expired")
    assert "server.revocation_unknown" in codes(judgement)


def test_each_address_is_asked_alone() -> None:
    facts = service(presented(LEAF, MIDDLE), store(ROOT), HOST, "www.example.com")
    judgement = of_service(facts)
    assert [(one.code, one.place) for one in judgement.findings] == [
        ("name.mismatch", "address:www.example.com")
    ]
    assert judgement.standing is Standing.FAILS
    assert judgement.works_until is not None, "the other address works"


def test_a_wrong_name_is_seen_beside_a_broken_chain() -> None:
    shown = presented(LEAF, inventory=[MIDDLE])
    judgement = of_service(service(shown, store(ROOT), "www.example.com"))
    assert set(codes(judgement)) == {"chain.not_sent", "name.mismatch"}


@pytest.mark.parametrize(
    ("dns", "cn", "asked", "code"),
    [
        (["*.example.com"], "x", "a.b.example.com", "name.wildcard_one_label"),
        (["*.example.com"], "x", "example.com", "name.wildcard_one_label"),
        (["ftp*.example.com"], "x", "ftp1.example.com", "name.wildcard_misplaced"),
        (["*.com"], "x", "example.com", "name.wildcard_misplaced"),
        (["www.example.com"], HOST, HOST, "name.cn_ignored"),
        (["192.0.2.1"], "x", "192.0.2.1", "name.ip_as_dns"),
        ([], "192.0.2.1", "192.0.2.1", "name.ip_in_cn"),
        (["www.example.com"], "x", HOST, "name.mismatch"),
        (["www.example.com"], "x", "bad..name", "name.cannot_be_asked"),
    ],
)
def test_a_refused_name_is_explained(dns: list[str], cn: str, asked: str, code: str) -> None:
    leaf = make_leaf(cn, ROOT, dns=dns)
    address = Address(host=asked, is_ip=asked[0].isdigit())
    judgement = of_service(service(presented(leaf), store(ROOT), addresses=(address,)))
    assert codes(judgement) == [code]


def test_a_certificate_without_any_name_says_so() -> None:
    leaf = make_leaf(x509.Name([]), ROOT, dns=())
    assert codes(of_service(service(presented(leaf), store(ROOT), HOST))) == [
        "name.none_in_certificate"
    ]


def test_a_match_by_the_common_name_is_a_warning() -> None:
    judgement = of_service(service(presented(make_leaf(HOST, ROOT, dns=())), store(ROOT), HOST))
    assert (judgement.standing, judgement.reason) == (Standing.WARNED, "name.by_common_name")


def test_a_client_certificate_does_not_serve() -> None:
    leaf = make_leaf(HOST, ROOT, usages=[ExtendedKeyUsageOID.CLIENT_AUTH])
    judgement = of_service(service(presented(leaf), store(ROOT), HOST))
    assert codes(judgement) == ["server.purpose"]
    assert the(judgement, "server.purpose").get("number") == 26


def test_expired_and_not_yet_valid_certificates_fail_and_say_which() -> None:
    old = make_leaf(HOST, ROOT, not_after=MOMENT - DAY)
    early = make_leaf(HOST, ROOT, not_before=MOMENT + DAY)
    assert codes(of_service(service(presented(old), store(ROOT), HOST))) == ["server.expired"]
    judgement = of_service(service(presented(early), store(ROOT), HOST))
    assert codes(judgement) == ["server.not_yet_valid"]
    assert judgement.horizon == MOMENT + DAY
    works = of_service(service(presented(early), store(ROOT), HOST), MOMENT + DAY)
    assert works.standing is Standing.WORKS


def test_it_warns_thirty_days_before_the_end_and_knows_when_it_will() -> None:
    facts = service(presented(LEAF, MIDDLE), store(ROOT), HOST)
    warns_at = MOMENT + 60 * DAY
    assert of_service(facts).horizon == warns_at
    assert of_service(facts, warns_at - timedelta(seconds=1)).standing is Standing.WORKS
    later = of_service(facts, warns_at)
    assert (later.standing, later.reason) == (Standing.WARNED, "server.ends_soon")
    assert the(later, "server.ends_soon").get("ending") == LEAF.sha256
    assert later.horizon is not None
    assert of_service(facts, later.horizon + timedelta(seconds=1)).standing is Standing.FAILS


def test_the_intermediate_that_ends_first_is_the_one_that_is_named() -> None:
    short = make_ca("Short", ROOT, not_after=MOMENT + 10 * DAY)
    leaf = make_leaf(HOST, short, not_after=MOMENT + 90 * DAY)
    judgement = of_service(service(presented(leaf, short), store(ROOT), HOST))
    assert the(judgement, "server.ends_soon").get("ending") == short.sha256


def test_revocation_is_known_by_the_crls_of_the_clients() -> None:
    def ask(**crl: Any) -> list[str]:
        crls = [make_crl(MIDDLE, **crl)] if crl else []
        by = store(ROOT, crls=crls, revocation=Revocation.LEAF)
        return codes(of_service(service(presented(LEAF, MIDDLE), by, HOST)))

    assert ask(revoked=[LEAF]) == ["server.revoked"]
    assert ask() == ["server.revocation_unknown"]
    assert ask(next_update=MOMENT - timedelta(hours=1)) == ["server.revocation_unknown"]
    assert ask(revoked=[]) == []
    assert ask(next_update=MOMENT + DAY) == ["server.crl_ends_soon"]


def test_a_missing_crl_leaves_it_undetermined_and_one_that_ends_is_no_warning() -> None:
    by = store(ROOT, revocation=Revocation.LEAF)
    judgement = of_service(service(presented(LEAF, MIDDLE), by, HOST))
    assert judgement.standing is Standing.UNDETERMINED
    soon = store(
        ROOT,
        crls=[make_crl(MIDDLE, next_update=MOMENT + DAY)],
        revocation=Revocation.LEAF,
    )
    judgement = of_service(service(presented(LEAF, MIDDLE), soon, HOST))
    assert judgement.standing is Standing.WORKS
    assert judgement.works_until is not None
    assert abs(judgement.works_until - (MOMENT + DAY)) <= timedelta(seconds=1)


def test_a_key_that_must_not_be_used_fails_whatever_the_clients_accept() -> None:
    for state in ("compromised", "destroyed"):
        judgement = of_service(service(presented(LEAF, MIDDLE, key_state=state), store(ROOT), HOST))
        assert (judgement.standing, judgement.reason) == (Standing.FAILS, f"key.{state}")
        assert judgement.works_until is None


def test_a_key_that_lies_on_the_server_alone_is_only_a_note() -> None:
    judgement = of_service(service(presented(LEAF, MIDDLE, key_state=""), store(ROOT), HOST))
    assert (judgement.standing, codes(judgement)) == (Standing.WORKS, ["key.not_held"])


def test_a_replaced_certificate_that_is_still_presented_warns_and_names_the_new_one() -> None:
    shown = presented(LEAF, MIDDLE, lifecycle="replaced", successor="ab" * 32)
    judgement = of_service(service(shown, store(ROOT), HOST))
    assert judgement.standing is Standing.WARNED
    assert the(judgement, "certificate.replaced").get("successor") == "ab" * 32


def test_what_is_not_described_is_asked_for() -> None:
    judgement = of_service(service(None, None, client_request=ClientRequest.REQUIRED))
    assert judgement.standing is Standing.INCOMPLETE
    assert set(codes(judgement)) == {
        "service.no_address",
        "service.no_certificate",
        "service.no_server_store",
        "service.no_client_store",
    }


def test_what_certainly_fails_is_said_before_what_is_missing() -> None:
    facts = service(presented(LEAF), store(OTHER_ROOT))
    judgement = of_service(facts)
    assert judgement.standing is Standing.FAILS
    assert codes(judgement)[-1] == "service.no_address"


def test_a_store_made_for_clients_is_asked_as_a_server_store_all_the_same() -> None:
    by = store(ROOT, for_other_usage=True)
    judgement = of_service(service(presented(LEAF, MIDDLE), by, HOST))
    assert (judgement.standing, judgement.reason) == (
        Standing.WARNED,
        "server.store_for_other_usage",
    )


def test_an_sftp_service_is_judged_by_its_host_keys_alone() -> None:
    def ask(*keys: SshKey) -> tuple[Standing, list[str]]:
        facts = service(None, None, HOST, speaks_tls=False, host_keys=keys)
        judgement = of_service(facts)
        return judgement.standing, codes(judgement)

    good = SshKey(spki_sha256="aa", algorithm="Ed25519", size=0)
    weak = SshKey(spki_sha256="bb", algorithm="RSA", size=1024, findings=("key.rsa_small",))
    old = SshKey(spki_sha256="cc", algorithm="DSA", size=1024, findings=("key.dsa",))
    lost = SshKey(spki_sha256="dd", algorithm="Ed25519", size=0, state="compromised")
    assert ask() == (Standing.INCOMPLETE, ["service.no_host_key"])
    assert ask(good) == (Standing.WORKS, [])
    assert ask(good, weak) == (Standing.WARNED, ["ssh_key.weak"])
    assert ask(old) == (Standing.WARNED, ["ssh_key.dsa"])
    assert ask(lost) == (Standing.FAILS, ["ssh_key.compromised"])


def test_openssl_that_goes_astray_between_two_issuers_leaves_it_undetermined() -> None:
    """Two roots of one name: OpenSSL follows the wrong one, whoever searches on finds the other."""
    leaf = make_leaf(HOST, ROOT, without=[x509.AuthorityKeyIdentifier])
    twins: list[Issued] = [make_ca("Root") for _ in range(6)]
    judgement = of_service(service(presented(leaf), store(ROOT, *twins), HOST))
    assert judgement.reason in ("", "server.astray")
    if judgement.reason:
        assert judgement.standing is Standing.UNDETERMINED


def test_a_judgement_survives_json() -> None:
    shown = presented(LEAF, inventory=[MIDDLE, ROOT], lifecycle="retired")
    judgement = of_service(service(shown, store(ROOT), "www.example.com"))
    assert judgement_from_json(judgement_to_json(judgement)) == judgement
