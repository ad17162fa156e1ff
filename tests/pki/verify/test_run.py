"""The facts that a report must honour, each as somebody who reads it would meet it."""

from __future__ import annotations

import json

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from pki.errors import BadVerifyParameter
from pki.verify import openssl
from pki.verify.inputs import Policy, Question, Revocation, TrustInput, Usage
from pki.verify.report import CheckResult, Verdict
from pki.verify.run import (
    prepare,
    report_from_json,
    report_to_json,
    report_to_text,
    s_client_listing,
    validate,
)
from tests.pki.chains import DAY, MOMENT, Issued, key_usage, make_ca, make_crl, make_key, make_leaf
from tests.pki.verify.asking import ask, codes, numbers, outcome, trust

ROOT = make_ca("Root")
CA = make_ca("Intermediate", ROOT)
LEAF = make_leaf("www.example.com", CA)
WHOLE_CHAIN = Policy(revocation=Revocation.CHAIN)
LEAF_ONLY = Policy(revocation=Revocation.LEAF)


def test_a_whole_chain_is_trusted() -> None:
    report = ask(LEAF, trust(ROOT, via=[CA]))
    assert report.verdict is Verdict.TRUSTED
    assert report.diagnostics == ()
    assert [(e.depth, e.sha256, e.source) for e in report.path] == [
        (0, LEAF.sha256, "leaf"),
        (1, CA.sha256, "store"),
        (2, ROOT.sha256, "anchor"),
    ]
    assert report.openssl_version == openssl.version()


def test_issuers_may_come_with_the_question() -> None:
    report = ask(LEAF, trust(ROOT), untrusted=[CA])
    assert report.verdict is Verdict.TRUSTED
    assert report.path[1].source == "untrusted"


def test_a_missing_intermediate_is_20_at_the_leaf() -> None:
    report = ask(LEAF, trust(ROOT))
    assert report.verdict is Verdict.NOT_TRUSTED
    assert numbers(report) == [(20, 0), (21, 0)]
    assert report.diagnostics[0].symbol == "X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY"
    assert report.diagnostics[0].text == "unable to get local issuer certificate"
    assert report.diagnostics[0].sha256 == LEAF.sha256
    assert outcome(report, "chain").result is CheckResult.FAILED


def test_an_intermediate_alone_is_2_and_enough_with_partial_chain() -> None:
    assert numbers(ask(LEAF, trust(CA)))[0] == (2, 1)
    partial = ask(LEAF, trust(CA, policy=Policy(partial_chain=True)))
    assert partial.verdict is Verdict.TRUSTED
    assert "chain.anchor_not_self_signed" in codes(partial)


def test_a_server_certificate_is_no_client_certificate() -> None:
    report = ask(LEAF, trust(ROOT, via=[CA], policy=Policy(usage=Usage.CLIENT)))
    assert numbers(report) == [(26, 0)]
    assert outcome(report, "purpose").result is CheckResult.FAILED
    server = ask(LEAF, trust(ROOT, via=[CA], policy=Policy(usage=Usage.SERVER)))
    assert server.verdict is Verdict.TRUSTED


def test_a_fresh_crl_is_good_and_named_with_its_age() -> None:
    report = ask(LEAF, trust(ROOT, via=[CA], crls=[make_crl(CA, number=77)], policy=LEAF_ONLY))
    assert report.verdict is Verdict.TRUSTED
    (crl,) = report.crls
    assert (crl.number, crl.state) == ("77", "fresh")
    assert crl.this_update == MOMENT - DAY
    assert crl.issuer == "C = BE, O = Example, CN = Intermediate"


def test_a_missing_crl_leaves_the_question_open() -> None:
    report = ask(LEAF, trust(ROOT, via=[CA], policy=LEAF_ONLY))
    assert report.verdict is Verdict.UNDETERMINED
    assert numbers(report) == [(3, 0)]
    assert report.effective_expiry is None


def test_a_stale_crl_leaves_the_question_open() -> None:
    stale = make_crl(CA, this_update=MOMENT - 9 * DAY, next_update=MOMENT - DAY)
    report = ask(LEAF, trust(ROOT, via=[CA], crls=[stale], policy=LEAF_ONLY))
    assert report.verdict is Verdict.UNDETERMINED
    assert numbers(report) == [(12, 0)]
    assert report.crls[0].state == "stale"


def test_a_crl_of_the_future_leaves_the_question_open() -> None:
    future = make_crl(CA, this_update=MOMENT + DAY, next_update=MOMENT + 9 * DAY)
    report = ask(LEAF, trust(ROOT, via=[CA], crls=[future], policy=LEAF_ONLY))
    assert report.verdict is Verdict.UNDETERMINED
    assert numbers(report) == [(11, 0)]
    assert report.crls[0].state == "future"


def test_a_revoked_certificate_is_refused() -> None:
    crl = make_crl(CA, revoked=[LEAF])
    report = ask(LEAF, trust(ROOT, via=[CA], crls=[crl], policy=LEAF_ONLY))
    assert report.verdict is Verdict.NOT_TRUSTED
    assert numbers(report) == [(23, 0)]
    assert outcome(report, "revocation").result is CheckResult.FAILED


def test_a_stale_crl_that_revokes_is_refused_and_not_left_open() -> None:
    crl = make_crl(CA, revoked=[LEAF], this_update=MOMENT - 9 * DAY, next_update=MOMENT - DAY)
    report = ask(LEAF, trust(ROOT, via=[CA], crls=[crl], policy=LEAF_ONLY))
    assert report.verdict is Verdict.NOT_TRUSTED
    assert numbers(report) == [(12, 0), (23, 0)]


def test_a_missing_crl_beside_another_fault_is_refused() -> None:
    report = ask(
        LEAF, trust(ROOT, via=[CA], policy=LEAF_ONLY), moment=LEAF.certificate.not_valid_after_utc
    )
    assert report.verdict is Verdict.NOT_TRUSTED
    assert numbers(report) == [(3, 0), (10, 0)]


def test_a_forged_crl_leaves_the_question_open() -> None:
    forged = make_crl(CA, signed_by=make_key())
    report = ask(LEAF, trust(ROOT, via=[CA], crls=[forged], policy=LEAF_ONLY))
    assert report.verdict is Verdict.UNDETERMINED
    assert numbers(report) == [(8, 0)]


def test_a_crl_of_somebody_else_is_no_crl() -> None:
    other = make_crl(make_ca("Other", ROOT))
    report = ask(LEAF, trust(ROOT, via=[CA], crls=[other], policy=LEAF_ONLY))
    assert numbers(report) == [(3, 0)]
    assert report.crls == ()


def test_a_delta_alone_is_never_trusted() -> None:
    delta = make_crl(CA, number=5, delta_of=4)
    report = ask(LEAF, trust(ROOT, via=[CA], crls=[delta], policy=LEAF_ONLY))
    assert report.verdict is Verdict.UNDETERMINED


def test_a_delta_revokes_what_its_base_did_not() -> None:
    base = make_crl(CA, number=4)
    delta = make_crl(CA, number=5, delta_of=4, revoked=[LEAF])
    # A base CRL says by freshestCRL that deltas exist; OpenSSL looks for one only then.
    freshest = x509.FreshestCRL(
        [x509.DistributionPoint([x509.UniformResourceIdentifier("http://x/d")], None, None, None)]
    )
    base = make_crl(CA, number=4, extensions=[(freshest, False)])
    store = trust(ROOT, via=[CA], crls=[base, delta], policy=LEAF_ONLY)
    assert numbers(ask(LEAF, store)) == [(23, 0)]


def test_no_crl_is_asked_of_a_self_signed_root() -> None:
    report = ask(LEAF, trust(ROOT, via=[CA], crls=[make_crl(CA)], policy=WHOLE_CHAIN))
    assert numbers(report)[0] == (3, 1), "the root has published none for the intermediate"
    crls = [make_crl(CA), make_crl(ROOT)]
    assert ask(LEAF, trust(ROOT, via=[CA], crls=crls, policy=WHOLE_CHAIN)).verdict is (
        Verdict.TRUSTED
    )


def test_a_missing_crl_of_the_anchor_alone_is_tolerated_and_named() -> None:
    leaf = make_leaf("direct.example.com", ROOT)
    # The root's CRL covers end entities only, so that none is left for the root itself.
    scope = x509.IssuingDistributionPoint(None, None, True, False, None, False, False)
    report = ask(leaf, trust(ROOT, crls=[make_crl(ROOT, scope=scope)], policy=WHOLE_CHAIN))
    assert report.verdict is Verdict.TRUSTED
    assert report.diagnostics == ()
    assert {(d.number, d.depth) for d in report.tolerated_diagnostics} == {(44, 1), (3, 1)}
    assert "revocation.anchor_without_crl" in codes(report)


def test_a_short_rsa_key_is_refused_at_level_2() -> None:
    leaf = make_leaf("weak.example.com", CA, key=rsa.generate_private_key(65537, 1024))
    lenient = ask(leaf, trust(ROOT, via=[CA]))
    assert lenient.verdict is Verdict.TRUSTED
    assert "strength.rsa_short" in codes(lenient, depth=0)
    assert numbers(ask(leaf, trust(ROOT, via=[CA], policy=Policy(security_level=2)))) == [(66, 0)]


def test_a_self_signed_leaf_outside_the_store_is_18() -> None:
    alone = make_leaf("alone.example.com")
    assert numbers(ask(alone, trust(ROOT))) == [(18, 0)]


def test_a_root_outside_the_store_is_19() -> None:
    report = ask(LEAF, trust(make_ca("Another root")), untrusted=[CA, ROOT])
    assert numbers(report) == [(19, 2)]


def test_a_self_signed_leaf_inside_the_store_is_trusted_and_has_no_crl() -> None:
    alone = make_leaf("alone.example.com")
    report = ask(alone, trust(alone))
    assert report.verdict is Verdict.TRUSTED
    assert len(report.path) == 1
    asked = ask(alone, trust(alone, policy=LEAF_ONLY))
    assert asked.verdict is Verdict.UNDETERMINED
    assert numbers(asked) == [(3, 0)]


def test_the_common_name_counts_only_without_alternative_names() -> None:
    store = trust(ROOT, via=[CA])
    bare = make_leaf("old.example.com", CA, dns=())
    report = ask(bare, store, host="old.example.com")
    assert report.verdict is Verdict.TRUSTED
    assert "names.matched_by_common_name" in codes(report)
    strict = trust(ROOT, via=[CA], policy=Policy(common_name=False))
    assert numbers(ask(bare, strict, host="old.example.com")) == [(62, 0)]
    named = make_leaf("old.example.com", CA, dns=["new.example.com"])
    assert numbers(ask(named, store, host="old.example.com")) == [(62, 0)]


@pytest.mark.parametrize(
    ("host", "matches"),
    [
        ("www.example.com", True),
        ("WWW.EXAMPLE.COM.", True),
        ("a.b.example.com", False),
        ("example.com", False),
        ("münchen.example.com", True),
        ("xn--mnchen-3ya.example.com", True),
    ],
)
def test_a_wildcard_stands_for_one_label(host: str, matches: bool) -> None:
    wild = make_leaf("wild", CA, dns=["*.example.com"])
    report = ask(wild, trust(ROOT, via=[CA]), host=host)
    assert (report.verdict is Verdict.TRUSTED) is matches
    assert numbers(report) == ([] if matches else [(62, 0)])


def test_a_partial_wildcard_never_matches() -> None:
    leaf = make_leaf("partial", CA, dns=["w*.example.com"])
    assert numbers(ask(leaf, trust(ROOT, via=[CA]), host="www.example.com")) == [(62, 0)]


def test_an_address_is_matched_as_an_address() -> None:
    leaf = make_leaf("addressed", CA, addresses=["192.0.2.7", "2001:db8::7"])
    store = trust(ROOT, via=[CA])
    assert ask(leaf, store, address="192.0.2.7").verdict is Verdict.TRUSTED
    assert ask(leaf, store, address="[2001:DB8:0:0::7]").verdict is Verdict.TRUSTED
    assert numbers(ask(leaf, store, address="192.0.2.8")) == [(64, 0)]


@pytest.mark.parametrize("host", ["", ".", "192.0.2.7", "a.example.com:443", "a\0b.com", "*.x.com"])
def test_what_is_no_host_name_is_refused_before_openssl_sees_it(host: str) -> None:
    with pytest.raises(BadVerifyParameter):
        ask(LEAF, trust(ROOT, via=[CA]), host=host)


@pytest.mark.parametrize("address", ["", "www.example.com", "192.0.2", "fe80::1%eth0"])
def test_what_is_no_address_is_refused_before_openssl_sees_it(address: str) -> None:
    with pytest.raises(BadVerifyParameter):
        ask(LEAF, trust(ROOT, via=[CA]), address=address)


def test_a_policy_that_is_no_identifier_is_refused() -> None:
    with pytest.raises(BadVerifyParameter):
        prepare(trust(ROOT, policy=Policy(policy_oids=("no such thing",))))


def test_explicit_policy_with_an_empty_set_means_any_policy() -> None:
    policies = x509.CertificatePolicies(
        [x509.PolicyInformation(x509.ObjectIdentifier("1.2.3.4"), None)]
    )
    ca = make_ca("Policy CA", ROOT, extensions=[(policies, False)])
    leaf = make_leaf("policy.example.com", ca, extensions=[(policies, False)])
    store = trust(ROOT, via=[ca], policy=Policy(require_explicit_policy=True))
    assert ask(leaf, store).verdict is Verdict.TRUSTED
    other = Policy(require_explicit_policy=True, policy_oids=("1.2.3.5",))
    refused = ask(leaf, trust(ROOT, via=[ca], policy=other))
    assert [number for number, _ in numbers(refused)] == [43]
    assert outcome(refused, "policies").result is CheckResult.FAILED


def test_all_errors_are_found_and_not_only_the_first() -> None:
    ca = make_ca("Old CA", ROOT, not_after=MOMENT - DAY)
    leaf = make_leaf("old.example.com", ca, not_after=MOMENT - DAY)
    report = ask(
        leaf, trust(ROOT, via=[ca], policy=Policy(usage=Usage.CLIENT)), host="other.example.com"
    )
    assert numbers(report) == [(26, 0), (62, 0), (10, 1), (10, 0)]
    assert report.diagnostics[2].sha256 == ca.sha256


def test_a_good_path_is_found_where_openssl_follows_a_bad_one() -> None:
    """Two CAs of one name and a leaf that does not say whose key signed it."""
    no_aki = [x509.AuthorityKeyIdentifier]
    twins = [make_ca("Twin", ROOT), make_ca("Twin", ROOT)]
    reports = [
        ask(make_leaf("t.example.com", twin, without=no_aki), trust(ROOT, via=twins))
        for twin in twins
    ]
    assert [report.verdict for report in reports] == [Verdict.TRUSTED, Verdict.TRUSTED]
    assert [report.path[1].sha256 for report in reports] == [twin.sha256 for twin in twins]
    (led_astray,) = [report for report in reports if report.other_path]
    assert [d.number for d in led_astray.other_path_diagnostics] == [7]
    assert {led_astray.path[1].sha256, led_astray.other_path[1].sha256} == {
        twin.sha256 for twin in twins
    }
    assert outcome(led_astray, "chain").result is CheckResult.WARNING


def test_an_expired_cross_certificate_does_not_hide_the_good_root() -> None:
    old_root, new_root = make_ca("Old root"), make_ca("New root")
    key = make_key()
    expired = make_ca("Shared", old_root, key=key, not_after=MOMENT - DAY)
    current = make_ca("Shared", new_root, key=key)
    leaf = make_leaf("x.example.com", current)
    report = ask(leaf, trust(old_root, new_root, via=[expired, current]))
    assert report.verdict is Verdict.TRUSTED
    assert report.path[1].sha256 == current.sha256


def test_an_expired_crl_issuer_beside_the_path_does_not_hide_a_good_path() -> None:
    """A twin that has expired signs CRLs with the good key: its fault, at depth 0 of the CRL's own
    path, is not the leaf's. Which of the three OpenSSL tries first changes with their digests."""
    no_aki, no_ski = [x509.AuthorityKeyIdentifier], [x509.SubjectKeyIdentifier]
    for _ in range(12):
        key = make_key()
        good, other = make_ca("Twin", ROOT, key=key), make_ca("Twin", ROOT)
        expired = make_ca("Twin", ROOT, key=key, not_after=MOMENT - DAY, without=no_ski)
        leaf = make_leaf("t.example.com", good, without=no_aki)
        policy = Policy(revocation=Revocation.LEAF)
        report = ask(
            leaf,
            trust(ROOT, via=[good, other, expired], crls=[make_crl(good)], policy=policy),
        )
        assert report.verdict is Verdict.TRUSTED, report.diagnostics
        assert report.path[1].sha256 == good.sha256


def test_without_a_good_path_openssls_own_is_reported() -> None:
    twins = [make_ca("Twin", ROOT), make_ca("Twin", ROOT)]
    stranger = Issued(twins[0].certificate, make_key())
    leaf = make_leaf("t.example.com", stranger, without=[x509.AuthorityKeyIdentifier])
    report = ask(leaf, trust(ROOT, via=twins))
    assert report.verdict is Verdict.NOT_TRUSTED
    assert numbers(report) == [(7, 0)]
    assert report.other_path == ()


def test_a_circle_of_cross_certificates_ends() -> None:
    first, second = make_ca("First"), make_ca("Second")
    cross = [
        make_ca("First", second, key=first.key),
        make_ca("Second", first, key=second.key),
    ]
    leaf = make_leaf("c.example.com", first)
    report = ask(leaf, trust(ROOT, via=cross))
    assert report.verdict is Verdict.NOT_TRUSTED
    assert len(report.path) < 10


def test_many_cas_of_one_name_and_key_do_not_hang() -> None:
    key = make_key()
    crowd = [make_ca("Crowd", ROOT, key=key, not_after=MOMENT - DAY) for _ in range(30)]
    layers = [make_ca("Crowd", crowd[0], key=key, not_after=MOMENT - DAY) for _ in range(30)]
    leaf = make_leaf("crowd.example.com", crowd[0])
    assert ask(leaf, trust(ROOT, via=crowd + layers)).verdict is Verdict.NOT_TRUSTED


def test_order_and_duplicates_change_nothing() -> None:
    twins = [make_ca("Twin", ROOT), make_ca("Twin", ROOT)]
    leaf = make_leaf("t.example.com", twins[0], without=[x509.AuthorityKeyIdentifier])
    one = ask(leaf, trust(ROOT, via=twins, crls=[make_crl(ROOT)]))
    two = ask(leaf, trust(ROOT, ROOT, via=[*reversed(twins), *twins], crls=[make_crl(ROOT)]))
    assert one == two


@pytest.mark.parametrize("junk", [b"", b"junk", b"\x30\x03\x02\x01\x01", LEAF.der[:-10]])
def test_what_cannot_be_decoded_makes_a_report(junk: bytes) -> None:
    report = ask(junk, trust(ROOT, via=[CA]))
    assert report.verdict is Verdict.NOT_TRUSTED
    assert report.path == ()
    assert report.diagnostics == ()
    assert codes(report) == {"encoding.leaf_not_decodable"}
    assert {outcome.reason for outcome in report.checks[1:]} == {"leaf_not_decodable"}
    assert report_from_json(report_to_json(report)) == report
    assert json.loads(report_to_text(report)) == json.loads(json.dumps(report_to_json(report)))


def test_bytes_after_the_end_are_a_finding() -> None:
    report = ask(LEAF.der + b"tail", trust(ROOT, via=[CA]))
    assert report.verdict is Verdict.TRUSTED, "OpenSSL's verdict"
    assert "encoding.trailing_data" in codes(report)


def test_junk_in_a_store_takes_no_part_and_is_named() -> None:
    store = TrustInput(
        anchors=(ROOT.der, b"junk"),
        intermediates=(CA.der, b"more junk"),
        crls=(make_crl(CA), b"no crl"),
        policy=LEAF_ONLY,
    )
    report = ask(LEAF, store)
    assert report.verdict is Verdict.TRUSTED
    encoding = outcome(report, "encoding")
    assert encoding.result is CheckResult.WARNING
    assert sorted(dict(f.data)["what"] for f in encoding.findings) == ["anchor", "crl", "store"]


def test_a_report_survives_its_storage() -> None:
    for report in (
        ask(LEAF, trust(ROOT, via=[CA], crls=[make_crl(CA)], policy=WHOLE_CHAIN)),
        ask(LEAF, trust(ROOT, via=[CA], crls=[make_crl(CA)], policy=LEAF_ONLY), host="a.b.c"),
    ):
        assert report_from_json(report_to_json(report)) == report
        assert json.loads(report_to_text(report)) == json.loads(json.dumps(report_to_json(report)))


def test_the_listing_is_that_of_s_client() -> None:
    odd = make_leaf('sales, "north"', ROOT, dns=["x.example.com"])
    assert s_client_listing(ask(odd, trust(ROOT)).path) == (
        ' 0 s:C = BE, O = Example, CN = "sales, \\"north\\""\n'
        "   i:C = BE, O = Example, CN = Root\n"
        " 1 s:C = BE, O = Example, CN = Root\n"
        "   i:C = BE, O = Example, CN = Root\n"
    )


def test_a_prepared_store_answers_as_a_plain_one() -> None:
    store = trust(ROOT, via=[CA], crls=[make_crl(CA)], policy=LEAF_ONLY)
    prepared = prepare(store)
    question = Question(leaf=LEAF.der, moment=MOMENT)
    for _ in range(3):
        assert validate(question, prepared) == validate(question, store)


def test_a_certificate_that_may_not_sign_is_no_issuer() -> None:
    ca = make_ca("No signer", ROOT, extensions=[(key_usage("digital_signature"), True)])
    report = ask(make_leaf("n.example.com", ca), trust(ROOT, via=[ca]))
    assert report.verdict is Verdict.NOT_TRUSTED


def test_a_leaf_used_as_a_ca_is_79() -> None:
    false_ca = make_leaf(
        "not-a-ca.example.com", CA, extensions=[(key_usage("key_cert_sign"), True)]
    )
    report = ask(make_leaf("below.example.com", false_ca), trust(ROOT, via=[CA, false_ca]))
    assert (79, 1) in numbers(report)
    assert report.diagnostics[0].symbol == "X509_V_ERR_INVALID_CA"


def test_client_usage_is_refused_for_a_server() -> None:
    client = make_leaf("alice", CA, usages=[ExtendedKeyUsageOID.CLIENT_AUTH], dns=())
    store = trust(ROOT, via=[CA], policy=Policy(usage=Usage.SERVER))
    assert numbers(ask(client, store)) == [(26, 0)]
