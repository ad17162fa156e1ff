"""Which CRLs are believed: forged, old and foreign ones never are (threat 10)."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from cryptography import x509

from pki.crl import parse_crl
from pki.crl_acceptance.accept import ExpectedScope, accept_crl
from pki.crl_acceptance.refusals import CrlState, Why
from pki.distribution import ALL_REASONS, Covers, distribution_points
from pki.errors import NotDecodable
from pki.limits import Limits
from tests.pki.crl_acceptance.made import (
    DAY,
    NOW,
    OTHER_KEY,
    accept,
    authority,
    crl,
    hashes_of,
    name,
    point,
    scoped,
    whys,
)


def test_a_fresh_crl_of_a_known_issuer_is_taken() -> None:
    root = authority()
    found = accept(crl(), issuers=[authority("Another", OTHER_KEY), root])
    assert found.accepted
    assert found.state is CrlState.FRESH
    assert found.signer == hashes_of(root)
    assert found.facts is not None
    assert found.facts.number == "5"
    assert not found.unchanged


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
