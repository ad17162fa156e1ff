"""Between a moment and its horizon a report says the same; at the horizon it may change."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pki.verify.inputs import Policy, Revocation, TrustInput
from pki.verify.prepared import last_valid_second_is_not_after
from pki.verify.report import Report, Verdict
from tests.pki.chains import DAY, MOMENT, YEAR, Issued, make_ca, make_crl, make_key, make_leaf
from tests.pki.verify.asking import ask, numbers, trust

SECOND = timedelta(seconds=1)
ROOT = make_ca("Root")
CA = make_ca("CA", ROOT)
LEAF = make_leaf("www.example.com", CA)
END = LEAF.certificate.not_valid_after_utc
# The second in which a certificate is over depends on the release of OpenSSL.
OVER = END + SECOND if last_valid_second_is_not_after() else END
WITH_CRL = Policy(revocation=Revocation.LEAF)


def _but_the_moment(report: Report) -> Report:
    return replace(report, moment=MOMENT)


def test_the_end_is_exact_to_the_second() -> None:
    store = trust(ROOT, via=[CA])
    assert ask(LEAF, store, moment=OVER - SECOND).verdict is Verdict.TRUSTED
    assert numbers(ask(LEAF, store, moment=OVER)) == [(10, 0)]
    report = ask(LEAF, store)
    assert report.effective_expiry == OVER
    assert report.horizon is not None
    assert report.horizon <= OVER
    assert OVER - report.horizon <= SECOND


def test_the_beginning_is_exact_to_the_second() -> None:
    start = LEAF.certificate.not_valid_before_utc
    store = trust(ROOT, via=[CA])
    early = ask(LEAF, store, moment=start - SECOND)
    assert numbers(early) == [(9, 0)]
    assert early.horizon == start
    assert early.effective_expiry is None
    assert ask(LEAF, store, moment=start).verdict is Verdict.TRUSTED


def test_fractions_of_a_second_do_not_count() -> None:
    store = trust(ROOT, via=[CA])
    late = OVER - timedelta(microseconds=1)
    report = ask(LEAF, store, moment=late)
    assert report.verdict is Verdict.TRUSTED
    assert report.horizon == OVER


def test_the_end_of_a_crl_is_exact_to_the_second() -> None:
    end = MOMENT + 7 * DAY
    store = trust(ROOT, via=[CA], crls=[make_crl(CA, next_update=end)], policy=WITH_CRL)
    report = ask(LEAF, store)
    assert report.horizon == end
    assert report.effective_expiry == end
    assert ask(LEAF, store, moment=end - SECOND).verdict is Verdict.TRUSTED
    assert numbers(ask(LEAF, store, moment=end)) == [(12, 0)]


def test_an_issuer_that_ends_first_ends_the_trust() -> None:
    ca = make_ca("Short CA", ROOT, not_after=MOMENT + 10 * DAY)
    report = ask(make_leaf("l.example.com", ca), trust(ROOT, via=[ca]))
    assert report.effective_expiry is not None
    assert report.effective_expiry - (MOMENT + 10 * DAY) <= SECOND


def test_trust_outlives_an_issuer_that_has_a_successor() -> None:
    key = make_key()
    old = make_ca("CA", ROOT, key=key, not_after=MOMENT + 10 * DAY)
    new = make_ca("CA", ROOT, key=key, not_after=MOMENT + 5 * YEAR)
    leaf = make_leaf("l.example.com", old)
    report = ask(leaf, trust(ROOT, via=[old, new]))
    assert report.effective_expiry == OVER
    assert report.horizon is not None
    assert report.horizon < MOMENT + 11 * DAY


def test_trust_outlives_a_root_where_a_cross_certificate_leads_to_another() -> None:
    old_root = make_ca("Old root", not_after=MOMENT + 10 * DAY)
    new_root = make_ca("New root")
    # OpenSSL takes the first that fits in the order of fingerprints: half of them lead to the old.
    reports = []
    for _ in range(12):
        key = make_key()
        by_old, by_new = make_ca("CA", old_root, key=key), make_ca("CA", new_root, key=key)
        leaf = make_leaf("l.example.com", by_old)
        reports.append(ask(leaf, trust(old_root, new_root, via=[by_old, by_new])))
    assert {report.path[-1].sha256 for report in reports} == {old_root.sha256, new_root.sha256}
    assert {report.effective_expiry for report in reports} == {OVER}


def test_trust_outlives_a_crl_that_has_a_successor() -> None:
    crls = [
        make_crl(CA, number=1, next_update=MOMENT + 7 * DAY),
        make_crl(CA, number=2, this_update=MOMENT + 6 * DAY, next_update=MOMENT + 14 * DAY),
    ]
    report = ask(LEAF, trust(ROOT, via=[CA], crls=crls, policy=WITH_CRL))
    assert report.horizon == MOMENT + 6 * DAY
    assert report.effective_expiry == MOMENT + 14 * DAY


def test_a_crl_of_tomorrow_that_revokes_ends_the_trust_tomorrow() -> None:
    crls = [
        make_crl(CA, number=1, next_update=MOMENT + 7 * DAY),
        make_crl(
            CA,
            number=2,
            revoked=[LEAF],
            this_update=MOMENT + DAY,
            next_update=MOMENT + 14 * DAY,
        ),
    ]
    report = ask(LEAF, trust(ROOT, via=[CA], crls=crls, policy=WITH_CRL))
    assert report.verdict is Verdict.TRUSTED
    assert report.effective_expiry == MOMENT + DAY


def test_crls_do_not_matter_where_revocation_is_not_asked() -> None:
    report = ask(LEAF, trust(ROOT, via=[CA], crls=[make_crl(CA)]))
    assert report.effective_expiry == OVER
    assert report.crls == ()


def test_a_certificate_that_ended_for_good_has_no_horizon() -> None:
    root = make_ca("Old root", not_after=MOMENT - DAY)
    leaf = make_leaf("o.example.com", root, not_before=MOMENT - 9 * DAY, not_after=MOMENT - DAY)
    assert ask(leaf, trust(root)).horizon is None


def test_the_end_of_time_is_no_moment() -> None:
    root = make_ca("Eternal", not_after=datetime(9999, 12, 31, 23, 59, 59, tzinfo=MOMENT.tzinfo))
    end = datetime(9999, 12, 31, 23, 59, 59, tzinfo=MOMENT.tzinfo)
    leaf = make_leaf("e.example.com", root, not_after=end)
    report = ask(leaf, trust(root))
    assert report.verdict is Verdict.TRUSTED
    assert report.effective_expiry in (end, None)


# --- the property ---------------------------------------------------------------------------------

KEYS = [make_key() for _ in range(3)]
DAYS = st.integers(-6, 6)


@st.composite
def small_pkis(draw: st.DrawFn) -> tuple[Issued, TrustInput, list[datetime]]:
    """A few CAs of two names and two keys, CRLs, a leaf; and every moment at which one turns."""
    turns: list[datetime] = []

    def span() -> tuple[datetime, datetime]:
        start = draw(DAYS)
        length = draw(st.integers(1, 8))
        begin = MOMENT + start * DAY + timedelta(seconds=draw(st.integers(-1, 1)))
        end = begin + length * DAY
        turns.extend((begin, end))
        return begin, end

    begin, end = span() if draw(st.booleans()) else (MOMENT - YEAR, MOMENT + YEAR)
    root = make_ca("R", key=KEYS[0], not_before=begin, not_after=end, serial=1)
    issuers = []
    for number in range(draw(st.integers(1, 3))):
        begin, end = span()
        key = KEYS[draw(st.integers(1, 2))]
        issuers.append(
            make_ca("C", root, key=key, not_before=begin, not_after=end, serial=10 + number)
        )
    begin, end = span()
    leaf = make_leaf("l.example.com", issuers[0], not_before=begin, not_after=end, serial=99)
    crls = []
    for number in range(draw(st.integers(0, 3))):
        begin, end = span()
        revoked = [99] if draw(st.integers(0, 3)) == 0 else []
        signer = draw(st.sampled_from([*issuers, root]))
        crls.append(
            make_crl(signer, revoked=revoked, this_update=begin, next_update=end, number=number + 1)
        )
    policy = Policy(revocation=draw(st.sampled_from(Revocation)))
    return leaf, trust(root, via=issuers, crls=crls, policy=policy), turns


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(small_pkis(), DAYS)
def test_nothing_changes_before_the_horizon(
    pki: tuple[Issued, TrustInput, list[datetime]], day: int
) -> None:
    leaf, store, turns = pki
    moment = MOMENT + day * DAY
    report = ask(leaf, store, moment=moment)
    probes = sorted({turn + shift for turn in turns for shift in (-SECOND, 0 * SECOND, SECOND)})
    for probe in (probe for probe in probes if probe > moment):
        later = ask(leaf, store, moment=probe)
        if report.horizon is None or probe < report.horizon:
            assert _but_the_moment(later) == _but_the_moment(report), probe
        if report.verdict is not Verdict.TRUSTED:
            continue
        if report.effective_expiry is None or probe < report.effective_expiry:
            assert later.verdict is Verdict.TRUSTED, probe
        elif probe == report.effective_expiry:
            assert later.verdict is not Verdict.TRUSTED, probe


@pytest.mark.parametrize("revocation", list(Revocation))
def test_the_horizon_is_always_later_than_the_moment(revocation: Revocation) -> None:
    store = trust(
        ROOT, via=[CA], crls=[make_crl(CA), make_crl(ROOT)], policy=Policy(revocation=revocation)
    )
    moment = MOMENT - 3 * YEAR
    for _ in range(20):
        horizon = ask(LEAF, store, moment=moment).horizon
        if horizon is None:
            return
        assert horizon > moment
        moment = horizon
    pytest.fail("the horizons never end")
