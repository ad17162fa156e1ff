"""The binding: no leaks, threads do not disturb one another, bad parameters are refused."""

from __future__ import annotations

import ctypes
import gc
import os
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from pki.errors import BadVerifyParameter, NotDecodable, OpensslUnavailable
from pki.verify import library, openssl
from pki.verify.inputs import Policy, Question, Revocation
from pki.verify.prepared import parameters_of
from pki.verify.report import Verdict
from pki.verify.run import prepare, validate
from tests.pki.chains import DAY, MOMENT, make_ca, make_crl, make_leaf
from tests.pki.verify.asking import trust

# RSA keys, because OpenSSL verifies and decodes them several times faster.
ROOT = make_ca("Root", key=rsa.generate_private_key(65537, 2048))
CA = make_ca("CA", ROOT, key=rsa.generate_private_key(65537, 2048))
GOOD = make_leaf("good.example.com", CA, key=CA.key)
EXPIRED = make_leaf("expired.example.com", CA, key=CA.key, not_after=MOMENT - DAY)
FORGED = make_leaf("forged.example.com", CA, key=CA.key, signed_by=ROOT.key)
# Passed with 20,000 as well; fewer in every run, because each takes a third of a millisecond.
CALLS = int(os.environ.get("VERIFY_CALLS", "4000"))


def _resident_pages() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1])


def test_the_library_is_the_one_of_pythons_ssl() -> None:
    assert openssl.version() == ssl.OPENSSL_VERSION


def test_memory_stays_flat() -> None:
    if not Path("/proc/self/statm").exists():
        pytest.skip("resident memory is read from /proc")
    policy = Policy(revocation=Revocation.LEAF)
    prepared = prepare(trust(ROOT, via=[CA], crls=[make_crl(CA)], policy=policy))
    questions = [Question(leaf=leaf.der, moment=MOMENT) for leaf in (GOOD, EXPIRED, FORGED)]

    def run(calls: int) -> None:
        for number in range(calls):
            leaf = openssl.Certificate(questions[number % 3].leaf)
            openssl.verify(
                prepared.store,
                leaf,
                prepared.untrusted,
                prepared.crl_stack,
                seconds=int(MOMENT.timestamp()),
                host=b"good.example.com",
                collect=number % 2 == 0,
            )
            if number % 10 == 0:
                validate(questions[number % 3], prepared)

    run(CALLS // 10)
    gc.collect()
    before = _resident_pages()
    run(CALLS)
    gc.collect()
    grown = (_resident_pages() - before) * 4096
    assert grown < 2 * 1024 * 1024, f"{grown / CALLS:.0f} bytes a call"


def test_a_store_is_shared_by_threads() -> None:
    policy = Policy(revocation=Revocation.LEAF)
    prepared = prepare(trust(ROOT, via=[CA], crls=[make_crl(CA)], policy=policy))
    questions = [Question(leaf=leaf.der, moment=MOMENT) for leaf in (GOOD, EXPIRED, FORGED)]
    expected = [validate(question, prepared) for question in questions]
    assert [report.verdict for report in expected] == [
        Verdict.TRUSTED,
        Verdict.NOT_TRUSTED,
        Verdict.NOT_TRUSTED,
    ]
    barrier = threading.Barrier(6)

    def work(offset: int) -> list[int]:
        barrier.wait()
        return [
            number
            for number in range(offset, offset + 60)
            if validate(questions[number % 3], prepared) != expected[number % 3]
        ]

    with ThreadPoolExecutor(6) as threads:
        assert [wrong for found in threads.map(work, range(6)) for wrong in found] == []


def test_an_empty_host_is_refused() -> None:
    """OpenSSL would take it as "do not check" and accept any name."""
    prepared = prepare(trust(ROOT, via=[CA]))
    leaf = openssl.Certificate(GOOD.der)
    with pytest.raises(BadVerifyParameter):
        openssl.verify(
            prepared.store,
            leaf,
            prepared.untrusted,
            None,
            seconds=int(MOMENT.timestamp()),
            host=b"",
        )


def test_an_exception_in_the_callback_comes_out_as_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("inside")

    monkeypatch.setattr(openssl, "VerifyError", broken)
    prepared = prepare(trust(ROOT, via=[CA]))
    leaf = openssl.Certificate(EXPIRED.der)
    with pytest.raises(RuntimeError, match="inside"):
        openssl.verify(
            prepared.store,
            leaf,
            prepared.untrusted,
            None,
            seconds=int(MOMENT.timestamp()),
            collect=True,
        )


def test_what_is_no_certificate_is_refused_with_openssls_reason() -> None:
    with pytest.raises(NotDecodable) as caught:
        openssl.Certificate(b"\x30\x82\xff")
    assert caught.value.data["what"] == "certificate"
    with pytest.raises(NotDecodable):
        openssl.Crl(GOOD.der)


def test_without_a_usable_library_the_fault_lists_what_was_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing() -> ctypes.CDLL:
        raise OSError("no such file")

    monkeypatch.setattr(library, "_libraries", lambda which: iter([(f"lib{which}.so.9", missing)]))
    with pytest.raises(OpensslUnavailable) as caught:
        library.load({})
    assert caught.value.data["tried"] == "libcrypto.so.9: no such file"
    with pytest.raises(OpensslUnavailable) as caught:
        openssl.load_libssl({})
    assert caught.value.data["tried"] == "libssl.so.9: no such file"


def test_a_libssl_with_a_libcrypto_of_its_own_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    def other() -> ctypes.CDLL:
        return ctypes.CDLL(openssl._releasing._name)

    monkeypatch.setattr(library, "_libraries", lambda which: iter([("other", other)]))
    # As the linker would place the functions of a second library: each somewhere else.
    monkeypatch.setattr(library, "_address_of", id)
    with pytest.raises(OpensslUnavailable) as caught:
        openssl.load_libssl({})
    assert caught.value.data["tried"] == "other: another libcrypto"


def test_host_flags_are_set_without_a_host() -> None:
    """They decide whether name constraints apply to a host-like common name."""
    assert parameters_of(Policy()).host_flags == openssl.HOST_NO_PARTIAL_WILDCARDS
    assert parameters_of(Policy(common_name=False)).host_flags & openssl.HOST_NEVER_CHECK_SUBJECT
