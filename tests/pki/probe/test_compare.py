"""What is presented beside what should be: each difference, and that order and number matter."""

from __future__ import annotations

import pytest

from pki.probe.compare import (
    CODES,
    NOT_DIFFERENT,
    OneCertificate,
    OneHostKey,
    OneName,
    TlsExpected,
    TlsPresented,
    compare_ssh,
    compare_tls,
    is_different,
)
from pki.probe.values import ClientAsked

L, I, J, X = (OneCertificate(sha256=letter * 64, name=letter) for letter in "1234")  # noqa: E741 - short names for a table
ROOT = OneCertificate(sha256="9" * 64, name="root", self_signed=True)
NONE = OneCertificate(sha256="8" * 64, name="", readable=False)


@pytest.mark.parametrize(
    ("wanted", "sent", "codes"),
    [
        ((L, I), (L, I), []),
        ((L, I), (L,), ["chain_missing"]),
        ((L, I, J), (L, J, I), ["chain_order"]),
        ((L, I), (L, I, X), ["chain_superfluous"]),
        ((L, I), (L, I, ROOT), ["chain_root"]),
        ((L, I), (L, ROOT, I), ["chain_root"]),
        ((L, I), (L, I, I), ["chain_twice"]),
        ((L, I, J), (L, J), ["chain_missing"]),
        ((L, I, J), (L, X, J, I), ["chain_superfluous", "chain_order"]),
        ((L, I), (X, I), ["leaf_other"]),
        ((L, I), (I, L), ["leaf_other"]),
        ((), (L, I), ["nothing_described"]),
        ((L,), (L, NONE), ["certificate_unreadable", "chain_superfluous"]),
    ],
)
def test_chains(
    wanted: tuple[OneCertificate, ...], sent: tuple[OneCertificate, ...], codes: list[str]
) -> None:
    found = compare_tls(TlsExpected(chain=wanted), TlsPresented(chain=sent, client=ClientAsked.NO))
    assert [one.code.removeprefix("probe.") for one in found] == codes
    harmless = {"chain_root", "nothing_described"}
    assert is_different(found) == bool(set(codes) - harmless)


@pytest.mark.parametrize(
    ("wanted", "seen", "code"),
    [
        (ClientAsked.NO, ClientAsked.NO, ""),
        (ClientAsked.NO, ClientAsked.REQUIRED, "client_required"),
        (ClientAsked.NO, ClientAsked.OPTIONAL, "client_asked"),
        (ClientAsked.OPTIONAL, ClientAsked.NO, "client_not_asked"),
        (ClientAsked.OPTIONAL, ClientAsked.REQUIRED, "client_required"),
        (ClientAsked.REQUIRED, ClientAsked.OPTIONAL, "client_not_required"),
        (ClientAsked.REQUIRED, ClientAsked.UNDECIDED, ""),
        (ClientAsked.REQUIRED, ClientAsked.NO, "client_not_asked"),
        (None, ClientAsked.REQUIRED, ""),
    ],
)
def test_client_certificates(wanted: ClientAsked | None, seen: ClientAsked, code: str) -> None:
    found = compare_tls(
        TlsExpected(chain=(L,), client=wanted), TlsPresented(chain=(L,), client=seen)
    )
    assert [one.code for one in found] == ([f"probe.{code}"] if code else [])


def test_authorities_that_are_named_steer_clients_and_nobody_named_is_no_fault() -> None:
    ours, theirs = (OneName(text=text, sha256=text * 32) for text in ("aa", "bb"))
    for seen, codes in (
        ((), []),
        ((ours,), []),
        ((theirs,), ["probe.authority_not_named", "probe.authority_unknown"]),
        ((ours, theirs), ["probe.authority_unknown"]),
    ):
        found = compare_tls(
            TlsExpected(chain=(L,), authorities=(ours,)),
            TlsPresented(chain=(L,), client=ClientAsked.REQUIRED, authorities=seen),
        )
        assert [one.code for one in found] == codes


def test_what_is_old_is_told_and_is_no_difference() -> None:
    found = compare_tls(
        TlsExpected(chain=(L,)),
        TlsPresented(
            chain=(L,),
            client=ClientAsked.NO,
            version="TLSv1",
            cipher="DES-CBC3-SHA",
            auth="AUTH SSL",
        ),
    )
    assert [one.code for one in found] == [
        "probe.version_old",
        "probe.cipher_weak",
        "probe.auth_ssl",
    ]
    assert not is_different(found)


ED, RSA = (OneHostKey(algorithm=name, spki_sha256=name) for name in ("ssh-ed25519", "ssh-rsa"))
OTHER = OneHostKey(algorithm="ssh-ed25519", spki_sha256="other")


@pytest.mark.parametrize(
    ("wanted", "seen", "unseen", "codes"),
    [
        ((ED, RSA), (ED, RSA), (), []),
        ((ED, RSA), (RSA, ED), (), []),
        ((ED,), (OTHER,), (), ["host_key_other"]),
        ((ED, RSA), (ED,), (), ["host_key_missing"]),
        ((ED, RSA), (ED,), (("ssh-rsa", "time"),), ["host_key_unseen"]),
        ((ED,), (ED, RSA), (), ["host_key_unknown"]),
        ((), (ED,), (), ["nothing_described"]),
    ],
)
def test_host_keys(
    wanted: tuple[OneHostKey, ...],
    seen: tuple[OneHostKey, ...],
    unseen: tuple[tuple[str, str], ...],
    codes: list[str],
) -> None:
    found = compare_ssh(wanted, seen, unseen)
    assert [one.code.removeprefix("probe.") for one in found] == codes
    assert is_different(found) == bool(
        set(codes) & {"host_key_other", "host_key_missing", "host_key_unknown"}
    )


def test_weak_host_keys_are_named() -> None:
    small = OneHostKey(algorithm="ssh-rsa", spki_sha256="x", size=1024)
    assert [one.code for one in compare_ssh((small,), (small,))] == ["probe.host_key_weak"]


def test_every_exception_is_a_code() -> None:
    assert set(CODES) >= NOT_DIFFERENT
