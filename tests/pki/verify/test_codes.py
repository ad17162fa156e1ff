"""The table of OpenSSL's numbers against the OpenSSL in use."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cryptography.hazmat.backends.openssl import backend
from cryptography.hazmat.bindings._rust import _openssl

from pki.verify import openssl
from pki.verify.checks import CHECKS
from pki.verify.codes import CODES, UNKNOWN_TEXT, code_of

HEADER = Path("/usr/include/openssl/x509_vfy.h")


def test_every_number_up_to_104_is_there() -> None:
    assert sorted(CODES) == list(range(105))


@pytest.mark.parametrize("number", sorted(CODES))
def test_the_text_is_openssls(number: int) -> None:
    text = openssl.error_text(number)
    known = CODES[number].text
    if text == UNKNOWN_TEXT:
        assert number > 94, "only numbers newer than 3.0 may be unknown to this OpenSSL"
    elif openssl.version().startswith("OpenSSL 3.0."):
        assert text == known
    else:
        # Later releases reword a few; they never turn one into something else altogether.
        assert set(text.lower().split()) & set(known.lower().split())


# Worded anew after 3.0.
REWORDED = {9: "certificate is not yet valid or the system clock is incorrect"}


@pytest.mark.parametrize("number", sorted(CODES))
def test_the_text_is_that_of_the_newest_openssl_too(number: int) -> None:
    """`cryptography` carries an OpenSSL of its own, newer than most systems'."""
    if not backend.openssl_version_text().startswith("OpenSSL 4.0."):
        pytest.skip("cryptography carries another OpenSSL than the one that was compared")
    text = _openssl.ffi.string(_openssl.lib.X509_verify_cert_error_string(number)).decode()
    assert text == REWORDED.get(number, CODES[number].text)


def test_symbols_and_numbers_are_those_of_the_installed_header() -> None:
    if not HEADER.exists():
        pytest.skip("the headers of OpenSSL are not installed; the texts above are still compared")
    source = HEADER.read_text().replace("\\\n", " ")
    defined = re.findall(r"#\s*define\s+(X509_V_(?:ERR_\w+|OK))\s+(\d+)", source)
    assert len(defined) > 90
    for symbol, number in defined:
        assert CODES[int(number)].symbol == symbol


def test_each_number_has_words_of_its_own() -> None:
    for code in CODES.values():
        assert code.cause.endswith(".")
        assert code.remedy.endswith(".")
        assert len(code.cause) > 30 or code.number == 0


def test_the_two_numbers_that_changed_places_say_so() -> None:
    assert CODES[24].symbol == "X509_V_ERR_NO_ISSUER_PUBLIC_KEY"
    assert "79" in CODES[24].cause
    assert CODES[79].symbol == "X509_V_ERR_INVALID_CA"
    assert "24" in CODES[79].cause


def test_a_number_newer_than_the_table_is_still_answered() -> None:
    assert code_of(999).symbol == "X509_V_ERR_999"
    assert code_of(999).remedy


def test_every_number_belongs_to_exactly_one_check() -> None:
    for number in range(1, 105):
        owners = [check.name for check in CHECKS if number in check.numbers]
        assert len(owners) == 1, (number, owners)
