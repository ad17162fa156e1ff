"""Names: OpenSSL is the judge of which are equal and of how they print."""

from __future__ import annotations

import _ssl
import ctypes
import hashlib
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pki import der, oids
from pki.certificate import parse_certificate
from pki.der import DerError
from pki.errors import NotDecodable
from pki.formats.write import write_pem
from pki.names import (
    canonical_name,
    issuer_and_subject,
    one_line,
    read_name,
    subject_and_issuer_lines,
    visible,
)

_LIBCRYPTO = ctypes.CDLL(_ssl.__file__)
_LIBCRYPTO.d2i_X509_NAME.restype = ctypes.c_void_p
_LIBCRYPTO.d2i_X509_NAME.argtypes = [
    ctypes.c_void_p,
    ctypes.POINTER(ctypes.c_char_p),
    ctypes.c_long,
]
_LIBCRYPTO.X509_NAME_hash_ex.restype = ctypes.c_ulong
_LIBCRYPTO.X509_NAME_hash_ex.argtypes = [ctypes.c_void_p] * 4
_LIBCRYPTO.X509_NAME_cmp.argtypes = [ctypes.c_void_p] * 2
_LIBCRYPTO.X509_NAME_free.argtypes = [ctypes.c_void_p]


class OpensslName:
    """A name as OpenSSL itself holds it; None of `handle` where it refuses the bytes."""

    def __init__(self, raw: bytes) -> None:
        self.handle = _LIBCRYPTO.d2i_X509_NAME(None, ctypes.byref(ctypes.c_char_p(raw)), len(raw))

    def __del__(self) -> None:
        _LIBCRYPTO.X509_NAME_free(self.handle)

    def hash(self) -> int:
        return int(_LIBCRYPTO.X509_NAME_hash_ex(self.handle, None, None, None))


CODECS = {
    der.UTF8_STRING: "utf-8",
    der.PRINTABLE_STRING: "ascii",
    der.BMP_STRING: "utf-16-be",
    der.UNIVERSAL_STRING: "utf-32-be",
}


def name(*values: tuple[str, str, int]) -> bytes:
    """A DER Name of these attribute types, texts and string tags, however odd."""
    parts = []
    for dotted, text, tag in values:
        attribute = der.encode(der.OID, der.encode_object_identifier(dotted))
        value = der.encode(tag, text.encode(CODECS[tag]))
        parts.append(der.encode(der.SET, der.encode(der.SEQUENCE, attribute + value)))
    return der.encode(der.SEQUENCE, b"".join(parts))


def cn(text: str, tag: int = der.UTF8_STRING) -> bytes:
    return name((oids.COMMON_NAME, text, tag))


def corpus_names(certificates: list[bytes]) -> list[bytes]:
    names: set[bytes] = set()
    for certificate in certificates:
        try:
            names.update(issuer_and_subject(certificate))
        except DerError:
            continue
    return sorted(names)


def test_the_canonical_encoding_hashes_as_openssl_hashes_it(
    corpus: tuple[list[bytes], list[bytes]],
) -> None:
    compared = 0
    for raw in corpus_names(corpus[0]):
        theirs = OpensslName(raw)
        if theirs.handle is None:
            continue
        ours = int.from_bytes(hashlib.sha1(canonical_name(raw)).digest()[:4], "little")
        assert ours == theirs.hash(), raw.hex()
        compared += 1
    assert compared > 300


@settings(max_examples=60)
@given(
    texts=st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20),
        min_size=1,
        max_size=3,
    ),
    kind=st.sampled_from([der.UTF8_STRING, der.BMP_STRING, der.UNIVERSAL_STRING]),
)
def test_any_text_in_any_string_type_hashes_as_openssl_hashes_it(
    texts: list[str], kind: int
) -> None:
    if kind == der.BMP_STRING and any(ord(char) > 0xFFFF for char in "".join(texts)):
        return
    raw = name(*((oids.COMMON_NAME, text, kind) for text in texts))
    theirs = OpensslName(raw)
    assert theirs.handle is not None
    ours = int.from_bytes(hashlib.sha1(canonical_name(raw)).digest()[:4], "little")
    assert ours == theirs.hash()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (cn("Example CA"), cn("  example \t CA ")),
        (cn("Example CA"), cn("EXAMPLE ca", der.PRINTABLE_STRING)),
        (cn("Müller"), cn("Müller", der.BMP_STRING)),
        (cn("Müller"), cn("MÜLLER")),
        (cn("Example CA"), cn("ExampleCA")),
    ],
)
def test_two_names_are_equal_exactly_when_openssl_says_so(one: bytes, other: bytes) -> None:
    left, right = OpensslName(one), OpensslName(other)
    same = _LIBCRYPTO.X509_NAME_cmp(left.handle, right.handle) == 0
    assert (read_name(one).sha256 == read_name(other).sha256) is same


def test_names_print_as_openssl_prints_them(
    corpus: tuple[list[bytes], list[bytes]],
) -> None:
    ours: list[str] = []
    ders: list[bytes] = []
    for certificate in corpus[0]:
        try:
            parse_certificate(certificate)
        except NotDecodable:
            continue
        if None in [OpensslName(raw).handle for raw in issuer_and_subject(certificate)]:
            continue
        ders.append(certificate)
        subject, issuer = subject_and_issuer_lines(certificate)
        ours.extend((f"subject={subject}", f"issuer={issuer}"))
    ders_pem = write_pem(ders)
    bag = subprocess.run(
        ["openssl", "crl2pkcs7", "-nocrl", "-certfile", "/dev/stdin"],
        input=ders_pem,
        capture_output=True,
        check=True,
    ).stdout
    printed = subprocess.run(
        ["openssl", "pkcs7", "-print_certs", "-noout"], input=bag, capture_output=True, check=True
    ).stdout.decode("utf-8", "replace")
    theirs = [line for line in printed.split("\n") if line]
    assert len(theirs) > 900
    assert [pair for pair in zip(ours, theirs, strict=True) if pair[0] != pair[1]] == []


def test_control_characters_never_survive_in_text() -> None:
    facts = read_name(cn("a\r\nSet-Cookie: x\0\x1b[31m\u202egnp.exe\u2028"))
    assert facts.text == ("CN=a\\0D\\0ASet-Cookie: x\\00\\1B[31m\\E2\\80\\AEgnp.exe\\E2\\80\\A8")
    assert facts.cn.isprintable()
    assert "name.control_characters" in {found.code for found in facts.findings}


@given(st.binary(max_size=200))
def test_any_bytes_give_facts_and_never_raise(raw: bytes) -> None:
    assert read_name(raw).text.isprintable()
    assert one_line(raw).isprintable()


@given(st.text(st.characters(exclude_categories=["Cn", "Cs"])))
def test_visible_text_is_printable(text: str) -> None:
    assert visible(text).isprintable()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a,b", "CN=a\\,b"),
        ("#x", "CN=\\#x"),
        (" x ", "CN=\\ x\\ "),
        ('"+;<>\\', 'CN=\\"\\+\\;\\<\\>\\\\'),
        (" ", "CN=\\ "),
    ],
)
def test_special_characters_are_escaped_as_rfc_4514_asks(text: str, expected: str) -> None:
    assert read_name(cn(text)).text == expected


@pytest.mark.parametrize(
    ("country", "code"),
    [("UK", "name.country_uk"), ("gb", "name.country_invalid"), ("GBR", "name.country_invalid")],
)
def test_countries_that_others_refuse_are_found(country: str, code: str) -> None:
    raw = name((oids.COUNTRY, country, der.PRINTABLE_STRING))
    assert [found.code for found in read_name(raw).findings] == [code]


def test_a_right_country_is_no_finding() -> None:
    raw = name((oids.COUNTRY, "GB", der.PRINTABLE_STRING))
    assert read_name(raw).findings == ()
