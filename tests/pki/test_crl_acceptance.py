"""Which CRLs are believed: forged, old and foreign ones never are (threat 10)."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from pki import der
from pki.crl import parse_crl
from pki.crl_acceptance import (
    Acceptance,
    CoverageState,
    CrlState,
    ExpectedScope,
    Signing,
    Why,
    accept_crl,
    crl_matrix,
    is_signed_by,
)
from pki.distribution import ALL_REASONS, Covers, DistributionPoint, distribution_points
from pki.errors import NotDecodable
from pki.limits import Limits

Key = (
    rsa.RSAPrivateKey
    | ec.EllipticCurvePrivateKey
    | ed25519.Ed25519PrivateKey
    | ed448.Ed448PrivateKey
    | dsa.DSAPrivateKey
)
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)
DER = serialization.Encoding.DER
KEY = ec.generate_private_key(ec.SECP256R1())
OTHER_KEY = ec.generate_private_key(ec.SECP256R1())


def name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def key_usage(*, crl_sign: bool = True) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )


def authority(
    common_name: str = "Root",
    key: Key = KEY,
    *,
    crl_sign: bool = True,
    extensions: Sequence[x509.ExtensionType] = (),
    serial: int = 1,
) -> bytes:
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(common_name))
        .issuer_name(name(common_name))
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(NOW - 100 * DAY)
        .not_valid_after(NOW + 1000 * DAY)
        .add_extension(x509.BasicConstraints(True, None), critical=True)
        .add_extension(key_usage(crl_sign=crl_sign), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(KEY, hashes.SHA256()).public_bytes(DER)


def crl(
    number: int | None = 5,
    *,
    issuer: str = "Root",
    key: Key = KEY,
    this_update: datetime = NOW - DAY,
    next_update: datetime = NOW + DAY,
    aki: bool = True,
    digest: hashes.HashAlgorithm | None = hashes.SHA256(),  # noqa: B008  # a value
    rsa_padding: padding.PSS | None = None,
    base: int | None = None,
    scope: x509.IssuingDistributionPoint | None = None,
    critical: Sequence[x509.ExtensionType] = (),
    revoked: Sequence[x509.RevokedCertificate] = (),
) -> bytes:
    builder = x509.CertificateRevocationListBuilder(
        name(issuer), this_update, next_update, [], list(revoked)
    )
    if number is not None:
        builder = builder.add_extension(x509.CRLNumber(number), critical=False)
    if aki:
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
        builder = builder.add_extension(identifier, critical=False)
    if base is not None:
        builder = builder.add_extension(x509.DeltaCRLIndicator(base), critical=True)
    if scope is not None:
        builder = builder.add_extension(scope, critical=True)
    for extension in critical:
        builder = builder.add_extension(extension, critical=True)
    if rsa_padding is not None:
        assert isinstance(key, rsa.RSAPrivateKey)
        signed = builder.sign(key, digest, rsa_padding=rsa_padding)  # type: ignore[arg-type] # None: Ed
    else:
        signed = builder.sign(key, digest)  # type: ignore[arg-type] # None for EdDSA
    return signed.public_bytes(DER)


def scoped(
    *urls: str,
    user: bool = False,
    ca: bool = False,
    attribute: bool = False,
    indirect: bool = False,
    reasons: frozenset[x509.ReasonFlags] | None = None,
) -> x509.IssuingDistributionPoint:
    names: list[x509.GeneralName] = [x509.UniformResourceIdentifier(url) for url in urls]
    return x509.IssuingDistributionPoint(
        names or None, None, user, ca, reasons, indirect, attribute
    )


def point(*urls: str) -> tuple[DistributionPoint, ...]:
    names: list[x509.GeneralName] = [x509.UniformResourceIdentifier(url) for url in urls]
    extension = x509.CRLDistributionPoints([x509.DistributionPoint(names, None, None, None)])
    return distribution_points(authority(extensions=[extension]))


def accept(candidate: bytes, **options: object) -> Acceptance:
    options.setdefault("issuers", [authority()])
    options.setdefault("moment", NOW)
    return accept_crl(candidate, **options)  # type: ignore[arg-type] # options by name


def whys(candidate: bytes, **options: object) -> list[Why]:
    found = accept(candidate, **options)
    assert found.accepted == (not found.refusals)
    return [refusal.why for refusal in found.refusals]


def test_a_fresh_crl_of_a_known_issuer_is_taken() -> None:
    root = authority()
    found = accept(crl(), issuers=[authority("Another", OTHER_KEY), root])
    assert found.accepted
    assert found.state is CrlState.FRESH
    assert found.signer == hashes_of(root)
    assert found.facts is not None
    assert found.facts.number == "5"
    assert not found.unchanged


def hashes_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# Who signed it -----------------------------------------------------------------------------------


@cache
def other_keys() -> dict[str, Key]:
    return {
        "rsa": rsa.generate_private_key(65537, 2048),
        "p384": ec.generate_private_key(ec.SECP384R1()),
        "ed25519": ed25519.Ed25519PrivateKey.generate(),
        "ed448": ed448.Ed448PrivateKey.generate(),
        "dsa": dsa.generate_private_key(1024),
    }


@pytest.mark.parametrize(
    ("kind", "digest", "pss"),
    [
        ("rsa", hashes.SHA256(), None),
        ("rsa", hashes.SHA384(), padding.PSS(padding.MGF1(hashes.SHA384()), 48)),
        ("p384", hashes.SHA512(), None),
        ("ed25519", None, None),
        ("ed448", None, None),
        ("dsa", hashes.SHA256(), None),
    ],
)
def test_every_kind_of_key_is_verified_and_every_flipped_bit_found(
    kind: str, digest: hashes.HashAlgorithm | None, pss: padding.PSS | None
) -> None:
    key = other_keys()[kind]
    issuer = authority("Signer", key)
    candidate = crl(issuer="Signer", key=key, digest=digest, rsa_padding=pss)
    assert whys(candidate, issuers=[issuer]) == []
    forged = bytearray(candidate)
    forged[-3] ^= 1
    assert whys(bytes(forged), issuers=[issuer]) in (
        [Why.SIGNATURE_INVALID],
        [Why.SIGNATURE_UNSUPPORTED],
    )
    body = candidate.replace(b"Signer", b"Singer")
    assert whys(body, issuers=[issuer, authority("Singer", key)]) == [Why.SIGNATURE_INVALID]


def test_a_crl_of_somebody_unknown_is_not_believed() -> None:
    assert whys(crl(issuer="Nobody")) == [Why.ISSUER_UNKNOWN]
    assert whys(crl(), issuers=[]) == [Why.ISSUER_UNKNOWN]
    assert whys(crl(), issuers=[b"not a certificate"]) == [Why.ISSUER_UNKNOWN]


def test_a_crl_of_the_right_name_and_the_wrong_key_is_not_believed() -> None:
    assert whys(crl(key=OTHER_KEY, aki=False)) == [Why.SIGNATURE_INVALID]
    assert whys(crl(key=OTHER_KEY)) == [Why.AUTHORITY_KEY_MISMATCH]
    # Of two CAs of one name the one that signed is found.
    both = [authority(), authority(key=OTHER_KEY)]
    assert accept(crl(key=OTHER_KEY), issuers=both).signer == hashes_of(both[1])
    assert accept(crl(key=OTHER_KEY, aki=False), issuers=both).signer == hashes_of(both[1])


def test_a_key_that_may_not_sign_crls_is_not_believed() -> None:
    assert whys(crl(), issuers=[authority(crl_sign=False)]) == [Why.ISSUER_MAY_NOT_SIGN]
    allowed = [authority(crl_sign=False), authority(serial=2)]
    assert accept(crl(), issuers=allowed).signer == hashes_of(allowed[1])


def test_an_outer_algorithm_that_was_not_signed_is_not_believed() -> None:
    candidate = crl()
    sha256_oid = bytes.fromhex("2a8648ce3d040302")
    at = candidate.rindex(sha256_oid)
    changed = candidate[:at] + bytes.fromhex("2a8648ce3d040303") + candidate[at + 8 :]
    assert whys(changed)[-1:] in ([Why.SIGNATURE_INVALID], [Why.NOT_DECODABLE])
    # Nor one that would verify: the same algorithm, its NULL parameters left out.
    key = other_keys()["rsa"]
    signed = crl(issuer="Signer", key=key)
    at, end = der.whole(signed, der.SEQUENCE)
    stop = der.expect(signed, at, end, der.SEQUENCE)[1]
    signature_at = der.expect(signed, stop, end, der.SEQUENCE)[1]
    oid = der.encode(der.OID, bytes.fromhex("2a864886f70d01010b"))
    body = signed[at:stop] + der.encode(der.SEQUENCE, oid) + signed[signature_at:]
    issuer = authority("Signer", key)
    assert is_signed_by(signed, issuer)
    assert not is_signed_by(der.encode(der.SEQUENCE, body), issuer)


def test_a_weak_hash_is_not_believed() -> None:
    key = other_keys()["rsa"]
    candidate = crl(issuer="Signer", key=key)
    # sha256WithRSAEncryption becomes md5WithRSAEncryption, in both places.
    weak = candidate.replace(
        bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010104")
    )
    assert whys(weak, issuers=[authority("Signer", key)]) == [Why.SIGNATURE_WEAK]


@given(st.data())
def test_no_changed_octet_is_ever_accepted(data: st.DataObject) -> None:
    candidate = _sample()
    at = data.draw(st.integers(min_value=0, max_value=len(candidate) - 1))
    value = data.draw(st.integers(min_value=1, max_value=255))
    changed = candidate[:at] + bytes((candidate[at] ^ value,)) + candidate[at + 1 :]
    assert not accept_crl(changed, issuers=[_root()], moment=NOW).accepted


@cache
def _root() -> bytes:
    return authority()


@cache
def _sample() -> bytes:
    return crl(
        revoked=[
            x509.RevokedCertificateBuilder().serial_number(9).revocation_date(NOW - DAY).build()
        ]
    )


# Its form ----------------------------------------------------------------------------------------


def test_what_is_no_crl_or_too_large_is_refused() -> None:
    for data in (b"", b"not a crl", crl() + b"\0", authority()):
        assert whys(data) == [Why.NOT_DECODABLE]
    (refusal,) = accept(crl(), limits=Limits(crl_bytes=100)).refusals
    assert (refusal.why, dict(refusal.data)) == (Why.TOO_LARGE, {"maximum": 100})


def test_an_unknown_critical_extension_makes_it_unusable() -> None:
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    (refusal,) = accept(crl(critical=[unknown])).refusals
    assert refusal.why is Why.UNUSABLE
    assert dict(refusal.data) == {"finding": "crl.unknown_critical", "place": "1.2.3.4"}
    entry = (
        x509.RevokedCertificateBuilder()
        .serial_number(7)
        .revocation_date(NOW)
        .add_extension(unknown, critical=True)
        .build()
    )
    (refusal,) = accept(crl(revoked=[entry])).refusals
    assert dict(refusal.data)["finding"] == "crl.unknown_critical_entry"


# Time --------------------------------------------------------------------------------------------


def test_a_crl_of_the_future_is_not_taken_yet() -> None:
    later = crl(this_update=NOW + timedelta(seconds=1), next_update=NOW + DAY)
    assert whys(later) == [Why.FUTURE]
    assert whys(later, moment=NOW + timedelta(seconds=1)) == []


def test_a_stale_crl_is_better_than_none_and_worse_than_a_fresh_one() -> None:
    stale = crl(6, next_update=NOW - timedelta(seconds=1))
    assert (accept(stale).accepted, accept(stale).state) == (True, CrlState.STALE)
    assert accept(crl(next_update=NOW)).state is CrlState.STALE
    fresh = crl(5, this_update=NOW - 2 * DAY, next_update=NOW + DAY)
    assert whys(stale, current=fresh) == [Why.STALE]
    older = crl(5, this_update=NOW - 3 * DAY, next_update=NOW - 2 * DAY)
    assert whys(stale, current=older) == []


def test_an_old_crl_is_never_brought_back() -> None:
    current = crl(7, this_update=NOW - DAY)
    assert whys(crl(6, this_update=NOW - 2 * DAY), current=current) == [
        Why.THIS_UPDATE_BACKWARDS,
        Why.NUMBER_BACKWARDS,
    ]
    # Neither half of the rule may be missing.
    assert whys(crl(6, this_update=NOW), current=current) == [Why.NUMBER_BACKWARDS]
    assert whys(crl(8, this_update=NOW - 2 * DAY), current=current) == [Why.THIS_UPDATE_BACKWARDS]
    assert whys(crl(7, this_update=NOW), current=current) == [Why.NUMBER_REUSED]
    assert whys(crl(None, this_update=NOW), current=current) == [Why.NUMBER_MISSING]
    assert whys(crl(8, this_update=NOW), current=current) == []
    assert whys(crl(8, this_update=NOW - DAY), current=current) == []


def test_the_one_in_use_is_accepted_and_changes_nothing() -> None:
    current = crl(7)
    found = accept(current, current=current)
    assert (found.accepted, found.unchanged) == (True, True)


def test_numbers_of_twenty_octets_are_compared_as_numbers() -> None:
    large = 2**159 - 1
    current = crl(large - 1, this_update=NOW - 2 * DAY)
    assert whys(crl(large), current=current) == []
    assert whys(crl(9), current=current) == [Why.NUMBER_BACKWARDS]


def test_without_numbers_time_alone_goes_forward() -> None:
    current = crl(None, this_update=NOW - DAY)
    revoked = x509.RevokedCertificateBuilder().serial_number(3).revocation_date(NOW).build()
    assert whys(crl(None, this_update=NOW - DAY, revoked=[revoked]), current=current) == [
        Why.THIS_UPDATE_BACKWARDS
    ]
    assert whys(crl(None, this_update=NOW), current=current) == []
    assert whys(crl(1, this_update=NOW), current=current) == []


def test_a_ca_with_a_new_key_may_count_anew_but_not_go_back_in_time() -> None:
    both = [authority(), authority(key=OTHER_KEY)]
    current = crl(90, this_update=NOW - DAY)
    assert whys(crl(1, key=OTHER_KEY, this_update=NOW), issuers=both, current=current) == []
    assert whys(
        crl(91, key=OTHER_KEY, this_update=NOW - 2 * DAY), issuers=both, current=current
    ) == [Why.THIS_UPDATE_BACKWARDS]


def test_a_crl_takes_the_place_only_of_its_own_kind() -> None:
    issuers = [authority(), authority("Other", OTHER_KEY)]
    other = crl(1, issuer="Other", key=OTHER_KEY)
    assert whys(crl(9), issuers=issuers, current=other) == [Why.OTHER_ISSUER]
    delta = crl(9, base=5, this_update=NOW)
    assert whys(delta, current=crl(5), base=crl(5)) == [Why.OTHER_KIND]
    partial = crl(9, scope=scoped(user=True), this_update=NOW)
    assert whys(partial, current=crl(5)) == [Why.OTHER_SCOPE]


def test_a_crl_in_use_that_is_none_is_the_callers_fault() -> None:
    with pytest.raises(NotDecodable):
        accept(crl(), current=b"nothing")


# Deltas ------------------------------------------------------------------------------------------


def test_a_delta_needs_its_base() -> None:
    delta = crl(9, base=5, this_update=NOW)
    assert whys(delta) == [Why.DELTA_WITHOUT_BASE]
    assert whys(delta, base=crl(5)) == []
    assert whys(delta, base=crl(8)) == []
    assert whys(delta, base=crl(4)) == [Why.DELTA_BASE_TOO_OLD]
    assert whys(delta, base=crl(None)) == [Why.DELTA_BASE_TOO_OLD]
    assert whys(delta, base=crl(9)) == [Why.DELTA_ADDS_NOTHING]
    assert whys(crl(None, base=5), base=crl(5)) == [Why.NUMBER_MISSING]
    assert whys(delta, base=crl(7, base=3)) == [Why.DELTA_OF_OTHER_BASE]
    assert whys(delta, base=crl(7, scope=scoped(user=True))) == [Why.DELTA_OF_OTHER_BASE]
    assert whys(delta, base=crl(7, key=OTHER_KEY)) == [Why.DELTA_OF_OTHER_BASE]
    assert whys(delta, base=crl(7, issuer="Other")) == [Why.DELTA_OF_OTHER_BASE]


def test_deltas_go_forward_as_well() -> None:
    base, current = crl(5), crl(8, base=5)
    assert whys(crl(7, base=5), base=base, current=current) == [Why.NUMBER_BACKWARDS]
    assert whys(crl(9, base=5), base=base, current=current) == []


# Scope -------------------------------------------------------------------------------------------

URL = "http://crl.example/1.crl"


@pytest.mark.parametrize(
    ("scope", "expected", "refused"),
    [
        (None, ExpectedScope(points=point(URL)), []),
        (scoped(URL), ExpectedScope(points=point(URL)), []),
        (scoped("http://other.example/", URL), ExpectedScope(points=point(URL)), []),
        (
            scoped("http://crl.example/2.crl"),
            ExpectedScope(points=point(URL)),
            [Why.SCOPE_OTHER_POINT],
        ),
        (scoped(user=True), ExpectedScope(covers=Covers.USER), []),
        (scoped(user=True), ExpectedScope(), []),
        (
            scoped(user=True),
            ExpectedScope(covers=Covers.CA),
            [Why.SCOPE_OTHER_CERTIFICATES],
        ),
        (
            scoped(ca=True),
            ExpectedScope(covers=Covers.USER),
            [Why.SCOPE_OTHER_CERTIFICATES],
        ),
        (scoped(attribute=True), ExpectedScope(), [Why.SCOPE_ATTRIBUTE]),
        (scoped(indirect=True), ExpectedScope(), []),
        (scoped(indirect=True), ExpectedScope(indirect=False), [Why.SCOPE_INDIRECT]),
        (
            scoped(reasons=frozenset([x509.ReasonFlags.superseded])),
            ExpectedScope(reasons=frozenset(["superseded"])),
            [],
        ),
        (
            scoped(reasons=frozenset([x509.ReasonFlags.superseded])),
            ExpectedScope(reasons=ALL_REASONS),
            [Why.SCOPE_REASONS],
        ),
    ],
)
def test_a_crl_is_taken_for_what_it_speaks_of(
    scope: x509.IssuingDistributionPoint | None, expected: ExpectedScope, refused: list[Why]
) -> None:
    assert whys(crl(scope=scope), expected=expected) == refused


def test_a_point_without_a_name_is_known_by_its_crl_issuer() -> None:
    extension = x509.CRLDistributionPoints(
        [x509.DistributionPoint(None, None, None, [x509.DirectoryName(name("Root"))])]
    )
    wanted = ExpectedScope(points=distribution_points(authority(extensions=[extension])))
    named = x509.IssuingDistributionPoint(
        [x509.DirectoryName(name("Root"))], None, False, False, None, True, False
    )
    assert whys(crl(scope=named), expected=wanted) == []
    assert whys(crl(scope=scoped(URL)), expected=wanted) == [Why.SCOPE_OTHER_POINT]


def test_all_reasons_against_it_are_given_at_once() -> None:
    bad = crl(3, scope=scoped(attribute=True), this_update=NOW + DAY, next_update=NOW + 2 * DAY)
    current = crl(9, this_update=NOW - DAY)
    assert set(whys(bad, current=current, issuers=[])) == {
        Why.ISSUER_UNKNOWN,
        Why.SCOPE_ATTRIBUTE,
        Why.FUTURE,
        Why.NUMBER_BACKWARDS,
        Why.OTHER_SCOPE,
    }


# Size --------------------------------------------------------------------------------------------


def test_a_hundred_thousand_entries_are_judged_in_a_few_times_their_parse() -> None:
    entries = [
        x509.RevokedCertificateBuilder()
        .serial_number(2**120 + number)
        .revocation_date(NOW - DAY)
        .build()
        for number in range(100_000)
    ]
    candidate = crl(revoked=entries)

    def seconds(work: Callable[[], object]) -> float:
        def once() -> float:
            started = time.perf_counter()
            work()
            return time.perf_counter() - started

        return min(once() for _ in range(3))

    root = authority()
    parse = seconds(lambda: parse_crl(candidate))
    judge = seconds(lambda: accept_crl(candidate, issuers=[root], moment=NOW))
    assert accept_crl(candidate, issuers=[root], moment=NOW).accepted
    # Encoding the list again, as is_signature_valid does, alone takes more than this allows.
    assert judge < 4 * parse


# The matrix --------------------------------------------------------------------------------------


def test_the_matrix_says_what_is_there_for_each_ca() -> None:
    root, other = authority(), authority("Other", OTHER_KEY)
    rows = crl_matrix([root, other], [crl()], moment=NOW)
    assert [row.sha256 for row in rows] == [hashes_of(root), hashes_of(other)]
    (listed,) = rows[0].crls
    assert (listed.signing, listed.state, listed.number) == (Signing.GOOD, CrlState.FRESH, "5")
    assert rows[0].user.state is CoverageState.COVERED
    assert rows[0].ca.state is CoverageState.COVERED
    assert rows[0].user.fresh_until == NOW + DAY
    assert (rows[1].crls, rows[1].user.state) == ((), CoverageState.MISSING)


@pytest.mark.parametrize(
    ("candidate", "state", "signing"),
    [
        (crl(next_update=NOW - timedelta(hours=1)), CoverageState.STALE, Signing.GOOD),
        (crl(this_update=NOW + timedelta(hours=1)), CoverageState.MISSING, Signing.GOOD),
        (crl(key=OTHER_KEY), CoverageState.MISSING, Signing.BAD),
        (crl(base=3), CoverageState.MISSING, Signing.GOOD),
        (
            crl(
                critical=[x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")]
            ),
            CoverageState.MISSING,
            Signing.GOOD,
        ),
        (crl(scope=scoped(ca=True)), CoverageState.MISSING, Signing.GOOD),
    ],
)
def test_a_crl_that_cannot_be_relied_on_covers_nothing(
    candidate: bytes, state: CoverageState, signing: Signing
) -> None:
    (row,) = crl_matrix([authority()], [candidate], moment=NOW)
    assert row.user.state is state
    assert row.user.covered == frozenset()
    assert [listed.signing for listed in row.crls] == [signing]


def test_a_ca_that_may_not_sign_crls_is_shown_as_that() -> None:
    (row,) = crl_matrix([authority(crl_sign=False)], [crl()], moment=NOW)
    assert [listed.signing for listed in row.crls] == [Signing.NOT_ALLOWED]


def test_reason_partitions_cover_together_until_the_first_gap() -> None:
    some = frozenset([x509.ReasonFlags.key_compromise, x509.ReasonFlags.ca_compromise])
    rest = (
        frozenset(x509.ReasonFlags)
        - some
        - {
            x509.ReasonFlags.unspecified,
            x509.ReasonFlags.remove_from_crl,
        }
    )
    first = crl(5, scope=scoped(reasons=some), next_update=NOW + 3 * DAY)
    second = crl(6, scope=scoped(reasons=rest), next_update=NOW + 2 * DAY)
    longer = crl(7, scope=scoped(reasons=rest), next_update=NOW + 5 * DAY)
    (row,) = crl_matrix([authority()], [first], moment=NOW)
    assert row.user.state is CoverageState.PARTIAL
    assert row.user.covered == {"keyCompromise", "cACompromise"}
    assert row.user.missing == ALL_REASONS - row.user.covered
    (row,) = crl_matrix([authority()], [first, second], moment=NOW)
    assert (row.user.state, row.user.fresh_until) == (CoverageState.COVERED, NOW + 2 * DAY)
    (row,) = crl_matrix([authority()], [first, second, longer], moment=NOW)
    assert row.user.fresh_until == NOW + 3 * DAY


def test_user_and_ca_crls_cover_their_own_kind() -> None:
    users = crl(5, scope=scoped(user=True), next_update=NOW + 4 * DAY)
    authorities = crl(6, scope=scoped(ca=True), next_update=NOW + 9 * DAY)
    (row,) = crl_matrix([authority()], [users, authorities], moment=NOW)
    assert (row.user.fresh_until, row.ca.fresh_until) == (NOW + 4 * DAY, NOW + 9 * DAY)
    (row,) = crl_matrix([authority()], [users], moment=NOW)
    assert (row.user.state, row.ca.state) == (CoverageState.COVERED, CoverageState.MISSING)


def test_a_crl_of_one_point_is_marked_as_such() -> None:
    (row,) = crl_matrix([authority()], [crl(scope=scoped(URL))], moment=NOW)
    assert (row.user.state, row.user.by_point) == (CoverageState.COVERED, True)
    (row,) = crl_matrix([authority()], [crl(scope=scoped(URL)), crl(6)], moment=NOW)
    assert not row.user.by_point


def test_an_indirect_crl_counts_only_where_the_certificates_name_its_issuer() -> None:
    root, helper = authority(), authority("Helper", OTHER_KEY)
    indirect = crl(issuer="Helper", key=OTHER_KEY, scope=scoped(indirect=True))
    direct = crl(issuer="Helper", key=OTHER_KEY)
    extension = x509.CRLDistributionPoints(
        [x509.DistributionPoint(None, None, None, [x509.DirectoryName(name("Helper"))])]
    )
    (named,) = distribution_points(authority(extensions=[extension]))
    delegates = {hashes_of(root): frozenset(issuer.sha256 for issuer in named.crl_issuers)}
    (row,) = crl_matrix([root], [indirect], moment=NOW, signers=[helper])
    assert row.crls == ()
    (row,) = crl_matrix([root], [direct], moment=NOW, signers=[helper], delegates=delegates)
    assert row.crls == ()
    (row,) = crl_matrix([root], [indirect], moment=NOW, signers=[helper], delegates=delegates)
    assert [listed.signing for listed in row.crls] == [Signing.DELEGATED]
    assert row.user.state is CoverageState.COVERED
