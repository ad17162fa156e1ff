"""What goes out reads back, here and by the openssl command; file names are safe everywhere."""

from __future__ import annotations

import subprocess
from pathlib import Path

import cryptography_vectors
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pki.errors import WrittenWrong
from pki.formats.write import (
    read_back,
    read_back_pkcs7,
    safe_file_name,
    write_pem,
    write_pkcs7,
)

PKITS = Path(cryptography_vectors.__file__).parent / "x509/PKITS_data"
LEAF = (PKITS / "certs/ValidCertificatePathTest1EE.crt").read_bytes()
CA = (PKITS / "certs/GoodCACert.crt").read_bytes()
CRL = (PKITS / "crls/GoodCACRL.crl").read_bytes()


def openssl(*arguments: str, data: bytes) -> bytes:
    command = ["openssl", *arguments]
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout


def test_pem_is_byte_for_byte_what_openssl_writes() -> None:
    assert write_pem([LEAF]) == openssl("x509", "-inform", "DER", data=LEAF)
    assert write_pem([CRL], label="X509 CRL") == openssl("crl", "-inform", "DER", data=CRL)


def test_the_lines_above_a_block_are_those_of_openssl() -> None:
    theirs = openssl("x509", "-inform", "DER", "-subject", "-issuer", data=LEAF)
    assert write_pem([LEAF], with_names=True) == theirs


@pytest.mark.parametrize("with_names", [False, True])
def test_pem_reads_back(with_names: bool) -> None:
    written = write_pem([LEAF, CA], with_names=with_names)
    read_back(written, [LEAF, CA])
    for wrong in ([CA, LEAF], [LEAF], [LEAF, CA, CA], []):
        with pytest.raises(WrittenWrong):
            read_back(written, wrong)
    with pytest.raises(WrittenWrong):
        read_back(written.replace(b"M", b"!", 1), [LEAF, CA])
    with pytest.raises(WrittenWrong):
        read_back(written[:-30], [LEAF, CA])


@pytest.mark.parametrize(("armoured", "form"), [(True, "PEM"), (False, "DER")])
def test_pkcs7_is_read_by_openssl_and_here(armoured: bool, form: str) -> None:
    written = write_pkcs7([LEAF, CA], crls=[CRL], armoured=armoured)
    printed = openssl("pkcs7", "-inform", form, "-print_certs", data=written)
    assert printed.count(b"BEGIN CERTIFICATE") == 2
    assert printed.count(b"BEGIN X509 CRL") == 1
    read_back_pkcs7(written, [CA, LEAF])
    with pytest.raises(WrittenWrong):
        read_back_pkcs7(written, [CA])
    with pytest.raises(WrittenWrong):
        read_back_pkcs7(written[: len(written) // 2], [CA, LEAF])


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ftp.example.com", "ftp.example.com.pem"),
        ("*.example.com", "wildcard.example.com.pem"),
        ("a\r\nSet-Cookie: x", "a_Set-Cookie_x.pem"),
        ("../../etc/passwd", "etc_passwd.pem"),
        ('x"; filename="y', "x_filename_y.pem"),
        ("..", "file.pem"),
        ("", "file.pem"),
        (".hidden", "hidden.pem"),
        ("CON", "file_CON.pem"),
        ("Müller & Söhne", "Muller_Sohne.pem"),
        ("日本", "file.pem"),
        ("a" * 300, "a" * 100 + ".pem"),
    ],
)
def test_a_file_name_is_safe(text: str, name: str) -> None:
    assert safe_file_name(text, suffix=".pem") == name


@given(st.text(max_size=300))
def test_any_text_gives_a_safe_file_name(text: str) -> None:
    name = safe_file_name(text, suffix=".crt")
    assert name.isascii()
    assert name.isprintable()
    assert not set(name) & set("/\\\"'; :*?<>|")
    assert ".." not in name
    assert not name.startswith((".", "-"))
    assert 5 <= len(name) <= 110
