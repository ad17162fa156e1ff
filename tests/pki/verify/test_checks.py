"""What OpenSSL accepts and stricter readers refuse carries a finding of ours."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

import pki.verify.checks
from certificates.check_texts import CHECK_TITLES, FINDING_TEXTS
from pki.verify.checks import CHECKS, strength
from pki.verify.inputs import Policy, Question, Revocation, Usage
from pki.verify.report import CheckResult, Report, Verdict
from pki.verify.run import prepare, validate
from tests.pki.chains import (
    DAY,
    MOMENT,
    YEAR,
    ExtensionAndCriticality,
    Issued,
    key_usage,
    make_ca,
    make_crl,
    make_leaf,
    make_name,
)
from tests.pki.verify.asking import ask, codes, findings, outcome, trust

ROOT = make_ca("Root")
CA = make_ca("CA", ROOT)
STORE = trust(ROOT, via=[CA])


def raw(oid: str, value: str, *, critical: bool = False) -> ExtensionAndCriticality:
    """An extension with any bytes in it."""
    return x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), bytes.fromhex(value)), critical


def of_leaf(**options: object) -> Report:
    leaf = make_leaf("www.example.com", CA, **options)  # type: ignore[arg-type]  # by name
    return ask(leaf, STORE)


def of_ca(**options: object) -> Report:
    ca = make_ca("Odd CA", ROOT, **options)  # type: ignore[arg-type]  # by name
    return ask(make_leaf("www.example.com", ca), trust(ROOT, via=[ca]))


def of_root(**options: object) -> Report:
    root = make_ca("Odd root", **options)  # type: ignore[arg-type]  # by name
    return ask(make_leaf("www.example.com", root), trust(root))


def test_a_clean_chain_passes_every_check() -> None:
    report = of_leaf()
    results = {item.name: (item.result, item.reason) for item in report.checks}
    assert results.pop("names") == (CheckResult.NOT_CHECKED, "no_host_given")
    assert results.pop("policies") == (CheckResult.NOT_APPLICABLE, "no_policy_required")
    assert results.pop("revocation") == (CheckResult.NOT_CHECKED, "revocation_not_asked")
    assert set(results.values()) == {(CheckResult.PASSED, "")}


AIA = x509.AuthorityInformationAccess(
    [
        x509.AccessDescription(
            AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier("http://o.example")
        )
    ]
)
SAN = x509.SubjectAlternativeName([x509.DNSName("www.example.com")])


ODD_LEAVES: list[tuple[str, dict[str, object]]] = [
    ("san.missing", {"dns": ()}),
    ("san.malformed", {"extensions": [raw("2.5.29.17", "300582")]}),
    ("san.empty", {"extensions": [raw("2.5.29.17", "3000")]}),
    ("san.critical_beside_subject", {"extensions": [(SAN, True)]}),
    ("san.dns_malformed", {"dns": ["under_score.example.com", "www.example.com"]}),
    ("san.dns_malformed", {"dns": [".example.com", "www.example.com"]}),
    ("san.dns_malformed", {"dns": ["www..example.com", "www.example.com"]}),
    ("san.dns_malformed", {"dns": ["a b", "www.example.com"]}),
    ("san.dns_malformed", {"extensions": [raw("2.5.29.17", "30048202c3a9")]}),
    ("san.dns_malformed", {"extensions": [raw("2.5.29.17", "30058203610062")]}),
    ("san.wildcard_misplaced", {"dns": ["a.*.example.com"]}),
    ("san.wildcard_misplaced", {"dns": ["w*.example.com"]}),
    ("san.wildcard_wide", {"dns": ["*.com"]}),
    ("san.wildcard_wide", {"dns": ["*.co.uk"]}),
    ("san.wildcard_wide", {"dns": ["*.CO.UK"]}),
    ("san.wildcard_wide", {"dns": ["*.tokyo.jp"]}),
    ("san.wildcard_wide", {"dns": ["*.kawasaki.jp"]}),
    ("san.wildcard_wide", {"dns": ["*.xn--p1ai"]}),
    ("san.wildcard_wide", {"dns": ["*.internal"]}),
    ("san.ip_as_dns", {"dns": ["192.0.2.1"]}),
    ("san.ip_malformed", {"extensions": [raw("2.5.29.17", "30058703c00002")]}),
    ("san.cn_not_among_names", {"dns": ["other.example.com"]}),
    ("purpose.extended_missing", {"usages": ()}),
    ("purpose.extended_any", {"usages": [ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE]}),
    ("purpose.extended_empty", {"extensions": [raw("2.5.29.37", "3000")]}),
    ("purpose.usage_missing", {"without": [x509.KeyUsage]}),
    ("basic.cert_sign_without_ca", {"extensions": [(key_usage("key_cert_sign"), True)]}),
    ("aki.missing", {"without": [x509.AuthorityKeyIdentifier]}),
    ("aki.no_key_id", {"extensions": [raw("2.5.29.35", "3000")]}),
    ("aki.critical", {"extensions": [raw("2.5.29.35", "3000", critical=True)]}),
    ("aki.not_paired", {"extensions": [raw("2.5.29.35", "3003820101")]}),
    ("ski.critical", {"extensions": [raw("2.5.29.14", "04020102", critical=True)]}),
    ("constraints.on_end_entity", {"extensions": [raw("2.5.29.30", "3000", critical=True)]}),
    ("constraints.malformed", {"extensions": [raw("2.5.29.30", "3003020101", critical=True)]}),
    ("hygiene.aia_critical", {"extensions": [(AIA, True)]}),
    ("hygiene.aia_malformed", {"extensions": [raw("1.3.6.1.5.5.7.1.1", "0500")]}),
    ("hygiene.no_revocation_pointer", {}),
    ("strength.rsa_short", {"key": rsa.generate_private_key(65537, 1024)}),
    ("strength.rsa_odd_size", {"key": rsa.generate_private_key(65537, 2050)}),
    ("strength.rsa_exponent", {"key": rsa.generate_private_key(3, 2048)}),
    ("strength.curve_weak", {"key": ec.generate_private_key(ec.SECP224R1())}),
    ("strength.curve_unusual", {"key": ec.generate_private_key(ec.SECP256K1())}),
    ("strength.dsa", {"key": dsa.generate_private_key(2048)}),
    ("dates.no_end", {"not_after": datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)}),
    ("dates.outlives_issuer", {"not_after": MOMENT + 9 * YEAR}),
    ("hygiene.validity_long", {"not_after": MOMENT + 4 * YEAR}),
]


@pytest.mark.parametrize(("code", "options"), ODD_LEAVES)
def test_of_leaves(code: str, options: dict[str, object]) -> None:
    assert code in codes(of_leaf(**options))


def test_what_is_kept_of_one_leaf_is_said_of_none_of_another_shape() -> None:
    leaves = [make_leaf("www.example.com", CA, **options) for _, options in ODD_LEAVES]  # type: ignore[arg-type]  # by name
    in_use = prepare(STORE)
    for leaf in [*leaves, *reversed(leaves)]:
        assert validate(Question(leaf=leaf.der, moment=MOMENT), in_use) == ask(leaf, STORE)


def test_what_only_one_certificate_has_is_not_kept_where_it_is_large() -> None:
    in_use = prepare(STORE)
    for value in ("040101", "040102", "0482ea60" + 60_000 * "00"):
        leaf = make_leaf("www.example.com", CA, extensions=[raw("2.5.29.31", value)])
        validate(Question(leaf=leaf.der, moment=MOMENT), in_use)
    assert len(in_use.shared_outcomes) == 2


@pytest.mark.parametrize(
    ("code", "options"),
    [
        ("basic.not_critical", {"extensions": [(x509.BasicConstraints(True, None), False)]}),
        ("purpose.usage_missing", {"without": [x509.KeyUsage]}),
        ("ski.missing", {"without": [x509.SubjectKeyIdentifier]}),
        ("aki.missing", {"without": [x509.AuthorityKeyIdentifier]}),
        ("constraints.empty", {"extensions": [raw("2.5.29.30", "3000", critical=True)]}),
        ("constraints.empty", {"extensions": [raw("2.5.29.30", "3002a000", critical=True)]}),
        ("constraints.not_critical", {"extensions": [raw("2.5.29.30", "3000")]}),
        (
            "constraints.dns_malformed",
            {"extensions": [raw("2.5.29.30", "3008a0063004" + "82022e61", critical=True)]},
        ),
        (
            "constraints.ip_malformed",
            {"extensions": [raw("2.5.29.30", "300aa0083006" + "87040a000000", critical=True)]},
        ),
        (
            "constraints.ip_malformed",
            {
                "extensions": [
                    raw("2.5.29.30", "300ea00c300a" + "87080a000000ff00ff00", critical=True)
                ]
            },
        ),
        ("policies.constraints_not_critical", {"extensions": [raw("2.5.29.36", "3003800105")]}),
        ("policies.inhibit_any_not_critical", {"extensions": [raw("2.5.29.54", "020105")]}),
        ("hygiene.country_uk", {"name": make_name("CA", country="UK")}),
        ("hygiene.country_malformed", {"name": make_name("CA", country="B1")}),
    ],
)
def test_of_issuers(code: str, options: dict[str, object]) -> None:
    name = options.pop("name", None)
    if isinstance(name, x509.Name):
        ca = make_ca(name, ROOT)
        report = ask(make_leaf("www.example.com", ca), trust(ROOT, via=[ca]))
    else:
        report = of_ca(**options)
    assert code in codes(report, depth=1)
    assert code not in codes(report, depth=0)


@pytest.mark.parametrize(
    ("code", "options"),
    [
        ("ski.missing", {"without": [x509.SubjectKeyIdentifier]}),
        ("aki.not_own_key", {"extensions": [raw("2.5.29.35", "30048002aabb")]}),
        ("aki.no_key_id", {"extensions": [raw("2.5.29.35", "3000")]}),
        ("aki.issuer_and_serial", {"extensions": [raw("2.5.29.35", "3003820101")]}),
        ("basic.missing", {"without": [x509.BasicConstraints]}),
        (
            "purpose.extended_on_anchor",
            {"extensions": [raw("2.5.29.37", "300a06082b06010505070301")]},
        ),
    ],
)
def test_of_anchors(code: str, options: dict[str, object]) -> None:
    assert code in codes(of_root(**options), depth=1)


def test_a_changed_anchor_is_noticed() -> None:
    changed = make_ca("Root", signed_by=CA.key)
    report = ask(make_leaf("x.example.com", changed), trust(changed))
    assert "signatures.anchor_self_signature" in codes(report, depth=1)


def test_a_ca_is_no_end_entity() -> None:
    assert "purpose.ca_as_end_entity" in codes(ask(CA, STORE))


def test_an_empty_subject_needs_critical_names() -> None:
    leaf = make_leaf(x509.Name([]), CA, dns=["www.example.com"])
    assert "san.not_critical_without_subject" in codes(ask(leaf, STORE))


def test_a_wildcard_over_an_excluded_host_fails_although_openssl_trusts() -> None:
    constraints = x509.NameConstraints(None, [x509.DNSName("secret.example.com")])
    ca = make_ca("Limited", ROOT, name_constraints=constraints)
    store = trust(ROOT, via=[ca])
    report = ask(make_leaf("w", ca, dns=["*.example.com"]), store)
    assert report.verdict is Verdict.TRUSTED, "OpenSSL's verdict"
    assert outcome(report, "constraints").result is CheckResult.FAILED
    harmless = ask(make_leaf("w", ca, dns=["*.other.example.com"]), store)
    assert outcome(harmless, "constraints").result is CheckResult.PASSED


def _with_serial(serial: bytes) -> bytes:
    """A leaf whose serial number was exchanged; its signature is wrong, its findings are not."""
    leaf = make_leaf("www.example.com", CA, serial=0x7F7F7F7F).der
    at = leaf.index(b"\x02\x04\x7f\x7f\x7f\x7f")
    assert len(serial) <= 120
    grown = len(serial) - 4
    body = leaf[:at] + b"\x02" + bytes([len(serial)]) + serial + leaf[at + 6 :]
    outer = int.from_bytes(body[2:4], "big") + grown
    inner = int.from_bytes(body[6:8], "big") + grown
    return body[:2] + outer.to_bytes(2, "big") + body[4:6] + inner.to_bytes(2, "big") + body[8:]


@pytest.mark.parametrize(
    ("code", "serial"),
    [
        ("serial.zero", b"\x00"),
        ("serial.negative", b"\x80\x01"),
        ("serial.long", b"\x01" * 21),
        ("serial.not_minimal", b"\x00\x01"),
    ],
)
def test_of_serial_numbers(code: str, serial: bytes) -> None:
    report = ask(_with_serial(serial), STORE)
    if code == "serial.not_minimal" and not report.path:
        pytest.skip("this OpenSSL does not decode it, which is said as encoding.leaf_not_decodable")
    assert code in codes(report)


def test_a_crl_without_number_or_of_old_kind_is_named() -> None:
    policy = Policy(revocation=Revocation.LEAF)
    crl = make_crl(CA, number=None)
    report = ask(make_leaf("x.example.com", CA), trust(ROOT, via=[CA], crls=[crl], policy=policy))
    assert report.verdict is Verdict.TRUSTED
    assert "revocation.no_number" in codes(report)
    assert outcome(report, "revocation").result is CheckResult.WARNING


def test_a_long_life_counts_more_for_servers() -> None:
    leaf = make_leaf("www.example.com", CA, not_after=MOMENT + 400 * DAY)
    assert "hygiene.validity_long" not in codes(ask(leaf, STORE))
    server = trust(ROOT, via=[CA], policy=Policy(usage=Usage.SERVER))
    assert "hygiene.validity_long" in codes(ask(leaf, server))


def test_findings_about_issuers_are_found_once_and_said_at_their_depth() -> None:
    ca = make_ca("CA", ROOT, without=[x509.SubjectKeyIdentifier])
    below = make_ca("Below", ca)
    short = ask(make_leaf("a.example.com", ca), trust(ROOT, via=[ca]))
    assert "ski.missing" in codes(short, depth=1)
    long = ask(make_leaf("b.example.com", below), trust(ROOT, via=[ca, below]))
    assert "ski.missing" in codes(long, depth=2)


# --- words ----------------------------------------------------------------------------------------


def _codes_in_the_source() -> set[str]:
    folder = Path(pki.verify.checks.__file__).parent
    found: set[str] = set()
    for path in folder.glob("*.py"):
        source = path.read_text()
        found.update(re.findall(r'"((?:[a-z]+)\.[a-z_0-9]+)"', source))
        listed = re.search(r'(?s)"""(.*?)"""', source)
        assert listed is not None
        found.update(re.findall(r"\b([a-z]+\.[a-z_0-9]+)\b", listed[1].replace("\n", " ")))
        found.update(re.findall(r'return "([a-z_]+)", (?:True|False)', source))
    return {code for code in found if not code.endswith((".py", ".encoding"))}


def test_every_finding_and_reason_has_words_and_every_word_a_finding() -> None:
    known = _codes_in_the_source() | {"leaf_not_decodable"}
    known -= {code for code in known if "." in code and code.split(".")[0] in ("pki", "e")}
    assert known == set(FINDING_TEXTS)


def test_every_check_has_a_title_in_the_order_of_the_report() -> None:
    assert [check.name for check in CHECKS] == list(CHECK_TITLES)


@pytest.mark.parametrize(
    "report",
    [
        of_leaf(dns=["a_b.example.com", "*.com"]),
        of_root(without=[x509.BasicConstraints]),
        of_ca(extensions=[raw("2.5.29.30", "3008a006300482022e61", critical=True)]),
        ask(b"junk", STORE),
        ask(Issued(CA.certificate, CA.key), trust(make_ca("Other"))),
    ],
)
def test_every_sentence_can_be_filled_in(report: Report) -> None:
    for finding in findings(report):
        sentence, remedy = FINDING_TEXTS[finding.code]
        assert "{" not in sentence.format(**dict(finding.data))
        assert remedy.endswith(".")


@pytest.mark.parametrize("size", [2048, 3072, 4096])
def test_an_rsa_key_that_looks_plain_is_read_all_the_same(size: int) -> None:
    """The short way takes only keys in which the long way finds nothing."""
    key = rsa.generate_private_key(65537, size).public_key()
    encoded = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
    assert strength._is_plain_rsa(encoded)
    begins = len(strength._PLAIN_RSA_BEGINS[len(encoded)])
    short = encoded[:begins] + b"\x7f" + encoded[begins + 1 :]
    assert not strength._is_plain_rsa(short)
    assert not strength._is_plain_rsa(encoded[:-1] + b"\x03")
    assert not strength._is_plain_rsa(encoded[:1] + b"\x83" + encoded[2:])
    assert not strength._is_plain_rsa(encoded + b"\x00")
