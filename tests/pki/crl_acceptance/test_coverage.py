"""The matrix of a store: what its CRLs say of each CA together."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography import x509

from pki.crl_acceptance.coverage import CoverageState, Signing, crl_matrix
from pki.crl_acceptance.refusals import CrlState
from pki.distribution import ALL_REASONS, distribution_points
from tests.pki.crl_acceptance.made import (
    DAY,
    NOW,
    OTHER_KEY,
    authority,
    crl,
    hashes_of,
    name,
    scoped,
)

URL = "http://crl.example/1.crl"


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
