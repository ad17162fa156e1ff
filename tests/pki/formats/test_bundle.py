"""Uploads: everything in them is found with its line, and nothing in them stops the rest."""

from __future__ import annotations

import base64
import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import cryptography_vectors
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.finding_texts import FINDING_TEXTS
from pki.errors import LimitExceeded
from pki.formats import pem
from pki.formats.bundle import Block, BlockKind, read_blocks
from pki.formats.write import write_pem, write_pkcs7
from pki.limits import Limits

ROOT = Path(cryptography_vectors.__file__).parent
PKITS = ROOT / "x509/PKITS_data"
LEAF = (PKITS / "certs/ValidCertificatePathTest1EE.crt").read_bytes()
CA = (PKITS / "certs/GoodCACert.crt").read_bytes()
ANCHOR = (PKITS / "certs/TrustAnchorRootCertificate.crt").read_bytes()
CRL = (PKITS / "crls/GoodCACRL.crl").read_bytes()
PEM = write_pem([LEAF])
CRL_PEM = write_pem([CRL], label="X509 CRL")
KEY = rsa.generate_private_key(65537, 2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
MEBIBYTE = 1024 * 1024


def blocks(data: bytes, **limits: int) -> list[Block]:
    return list(read_blocks(data, limits=Limits(**limits)))


def summary(data: bytes) -> list[tuple[int, str]]:
    """Line and what became of each block."""
    return [(block.line, outcome(block)) for block in blocks(data)]


def outcome(block: Block) -> str:
    if block.rejected:
        return block.rejected.code
    return "certificate" if block.certificate else "crl"


def test_a_bundle_with_text_around_its_blocks_is_read_line_by_line() -> None:
    data = b"# our partners\n\n" + PEM + b"and the list\n" + CRL_PEM + b"\nbye\n"
    crl_line = 2 + PEM.count(b"\n") + 1 + 1
    assert summary(data) == [(3, "certificate"), (crl_line, "crl")]
    first, second = blocks(data)
    assert first.certificate is not None
    assert first.certificate.der == LEAF
    assert second.crl is not None
    assert second.crl.der == CRL
    assert [block.number for block in (first, second)] == [1, 2]


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("CR LF", lambda data: data.replace(b"\n", b"\r\n")),
        ("lone CR", lambda data: data.replace(b"\n", b"\r")),
        ("UTF-8 mark", lambda data: b"\xef\xbb\xbf" + data),
        ("UTF-16 with mark", lambda data: data.decode().encode("utf-16")),
        ("UTF-16 LE", lambda data: data.decode().encode("utf-16-le")),
        ("UTF-16 BE", lambda data: data.decode().encode("utf-16-be")),
        ("indented", lambda data: b"".join(b" " + line for line in data.splitlines(True))),
        ("tabs", lambda data: b"".join(b"\t" + line for line in data.splitlines(True))),
        ("NUL at the end", lambda data: data + b"\0\0"),
        ("NUL between", lambda data: data.replace(b"\n", b"\n\0")),
        ("no last line end", lambda data: data.rstrip(b"\n")),
        ("one line", lambda data: data.replace(b"\n", b"")),
        ("JSON", lambda data: b'{"a": "' + data.replace(b"\n", b"\\n") + b'"}'),
        ("empty lines", lambda data: data.replace(b"\n", b"\n\n")),
        ("headers", lambda data: data.replace(b"E-----\n", b"E-----\nX-Origin: here\n\n", 1)),
        ("old label", lambda data: data.replace(b" CERT", b" X509 CERT")),
        (
            "trusted label",
            lambda data: write_pem([LEAF + b"\x30\x00"], label="TRUSTED CERTIFICATE"),
        ),
    ],
)
def test_a_certificate_is_found_however_it_was_pasted(
    name: str, change: Callable[[bytes], bytes]
) -> None:
    (block,) = blocks(change(PEM))
    assert block.certificate is not None, name
    assert block.certificate.der == LEAF
    assert block.line == 1


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (b"-----BEGIN CERTIFICATE-----\nMIIB!!!!\n-----END CERTIFICATE-----\n", "block.bad_base64"),
        (b"-----BEGIN CERTIFICATE-----\nMIIBA\n-----END CERTIFICATE-----\n", "block.bad_base64"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "block.not_decodable"),
        (b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", "block.empty"),
        (b"-----BEGIN CERTIFICATE-----\nMIIB\n", "block.no_end"),
        (b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END X509 CRL-----\n", "block.label_mismatch"),
        (b"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n", "block.not_decodable"),
        (b"-----BEGIN PKCS7-----\nAAAA\n-----END PKCS7-----\n", "block.pkcs7_malformed"),
        (
            b"-----BEGIN DH PARAMETERS-----\nAAAA\n-----END DH PARAMETERS-----\n",
            "block.unsupported",
        ),
        (write_pem([b"x"], label="NEW CERTIFICATE REQUEST"), "block.request"),
        (write_pem([b"x"], label="ENCRYPTED PRIVATE KEY"), "block.private_key"),
        (write_pem([LEAF + b"\0"]), "block.trailing_data"),
    ],
)
def test_one_bad_block_never_stops_the_others(bad: bytes, code: str) -> None:
    line = PEM.count(b"\n") + 1
    after = line + bad.count(b"\n")
    assert summary(PEM + bad + CRL_PEM) == [(1, "certificate"), (line, code), (after, "crl")]


def test_the_line_of_the_bad_character_is_named() -> None:
    lines = PEM.split(b"\n")
    lines[3] = b"!" + lines[3][1:]
    (block,) = blocks(b"\n".join(lines))
    assert block.rejected is not None
    assert dict(block.rejected.data) == {"line": 4, "why": "character"}


def _key_forms() -> list[tuple[str, bytes]]:
    forms: list[tuple[str, bytes]] = []
    for key_name, key in (("rsa", KEY), ("ec", EC_KEY)):
        for number, private_format in enumerate(
            (PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL)
        ):
            for encoding in (Encoding.PEM, Encoding.DER):
                data = key.private_bytes(encoding, private_format, NoEncryption())
                forms.append((f"{key_name} {number} {len(data)}", data))
        locked = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, BestAvailableEncryption(b"x"))
        forms.append((f"{key_name} encrypted", locked))
        openssh = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
        forms.append((f"{key_name} openssh", openssh))
    short = ed25519.Ed25519PrivateKey.generate()
    forms.append(
        ("ed25519", short.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
    )
    plain = KEY.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    forms.append(("labelled as a certificate", write_pem([plain])))
    forms.append(("bare base64", base64.encodebytes(plain)))
    forms.append(("putty", b"PuTTY-User-Key-File-3: ssh-ed25519\n" + b"Private-Lines: 9\n" * 9))
    return forms


_KEY_FORMS = _key_forms()


# The keys are made anew in each process; the names of the tests must be the same in all of them.
@pytest.mark.parametrize(("name", "data"), _KEY_FORMS, ids=range(len(_KEY_FORMS)))
def test_a_private_key_is_refused_and_no_byte_of_it_is_kept(name: str, data: bytes) -> None:
    found = blocks(data)
    assert [(block.kind, outcome(block)) for block in found] == [
        (BlockKind.PRIVATE_KEY, "block.private_key")
    ], name
    secret = KEY.private_numbers().d.to_bytes(256, "big")[64:80]
    for block in found:
        shown = repr(block)
        assert base64.b64encode(data[24:48]).decode()[:20] not in shown
        assert data[24:44].decode("latin-1") not in shown
        assert secret.hex() not in shown


def test_der_is_told_apart_by_its_content() -> None:
    assert [outcome(block) for block in blocks(LEAF)] == ["certificate"]
    assert [outcome(block) for block in blocks(CRL)] == ["crl"]
    assert [outcome(block) for block in blocks(LEAF + CRL + CA + b"\n")] == [
        "certificate",
        "crl",
        "certificate",
    ]
    assert [outcome(block) for block in blocks(LEAF + b"junk")] == [
        "certificate",
        "block.trailing_data",
    ]
    assert [outcome(block) for block in blocks(LEAF[:-1])] == ["block.not_decodable"]
    public = KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert [outcome(block) for block in blocks(public)] == ["block.public_key"]
    assert {block.line for block in blocks(LEAF + CA)} == {0}


def test_bare_base64_is_read() -> None:
    for data in (base64.b64encode(LEAF), base64.encodebytes(LEAF)):
        (block,) = blocks(data)
        assert block.certificate is not None
        assert block.container == "base64"


@pytest.mark.parametrize("armoured", [True, False])
def test_pkcs7_gives_its_certificates_and_crls(armoured: bool) -> None:
    found = blocks(write_pkcs7([LEAF, CA], crls=[CRL], armoured=armoured))
    assert sorted(outcome(block) for block in found) == ["certificate", "certificate", "crl"]
    assert {block.container for block in found} == {"pkcs7"}


def test_pkcs7_with_indefinite_lengths_and_under_a_wrong_label_is_read() -> None:
    definite = write_pkcs7([LEAF, CA], armoured=False)
    # The outer SEQUENCE with an indefinite length (BER), as streaming tools write it.
    header = 4 if definite[1] == 0x82 else 2
    indefinite = b"\x30\x80" + definite[header:] + b"\0\0"
    for data in (indefinite, write_pem([indefinite]), write_pem([definite])):
        assert [outcome(block) for block in blocks(data)] == ["certificate", "certificate"]


@pytest.mark.parametrize(
    ("file", "codes"),
    [
        ("pkcs7/enveloped.pem", ["block.pkcs7_encrypted"]),
        ("pkcs12/cert-key-aes256cbc.p12", ["block.pkcs12_needs_passphrase"]),
        ("pkcs12/java-truststore.p12", ["block.pkcs12_needs_passphrase"]),
        ("x509/requests/rsa_sha256.pem", ["block.request"]),
        ("x509/cryptography.io.with_headers.pem", ["certificate", "block.private_key"]),
        ("x509/cryptography.io.old_header.pem", ["certificate"]),
        (
            "x509/cryptography.io.chain_with_garbage.pem",
            ["certificate", "certificate", "block.private_key"],
        ),
    ],
)
def test_files_of_others_are_what_they_are(file: str, codes: list[str]) -> None:
    assert [outcome(block) for block in blocks((ROOT / file).read_bytes())] == codes


def test_the_output_of_s_client_names_what_it_does_not_contain() -> None:
    head = (
        b"CONNECTED(00000003)\n---\nCertificate chain\n 0 s:CN = leaf\n   i:CN = ca\n"
        b"   a:PKEY: rsaEncryption, 2048 (bit)\n 1 s:CN = ca\n   i:CN = root\n---\n"
        b"Server certificate\n"
    )
    without = head + PEM + b"subject=CN = leaf\n\nissuer=CN = ca\n\n---\nNo client certificate\n"
    assert summary(without) == [(7, "block.listed_without_pem"), (11, "certificate")]
    missing, leaf = blocks(without)
    assert missing.rejected is not None
    assert dict(missing.rejected.data) == {"depth": 1, "subject": "CN = ca"}
    assert leaf.container == "s_client"
    complete = (
        b"---\nCertificate chain\n 0 s:CN = leaf\n   i:CN = ca\n"
        + PEM
        + b" 1 s:CN = ca\n   i:CN = root\n"
        + write_pem([CA])
        + b"---\nServer certificate\nsubject=CN = leaf\n---\n"
    )
    assert [outcome(block) for block in blocks(complete)] == ["certificate", "certificate"]


def test_a_certificate_printed_as_text_needs_its_pem() -> None:
    text = b"Certificate:\n    Data:\n        Version: 3 (0x2)\n"
    assert summary(text) == [(1, "block.text_without_pem")]
    assert summary(text + PEM) == [(4, "certificate")]


def zipped(*members: tuple[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


def test_a_zip_is_opened_member_by_member_and_not_deeper() -> None:
    found = blocks(
        zipped(
            ("../../etc/passwd\r\n.pem", PEM),
            ("folder/", b""),
            ("__MACOSX/._x.pem", b"litter"),
            ("list.crl", CRL),
            ("readme.txt", b"hello there"),
            ("inner.zip", zipped(("x.pem", PEM))),
        )
    )
    assert [(block.container, outcome(block)) for block in found] == [
        ("zip:../../etc/passwd\\0D\\0A.pem", "certificate"),
        ("zip:list.crl", "crl"),
        ("zip:readme.txt", "block.nothing_found"),
        ("zip:inner.zip", "block.nested_zip"),
    ]


def test_a_zip_that_others_could_not_read_is_refused_not_raised() -> None:
    whole = zipped(("a.pem", PEM), ("b.pem", PEM))
    assert [outcome(block) for block in blocks(whole[:-30])] == ["block.zip_malformed"]
    damaged = bytearray(whole)
    damaged[80] ^= 0xFF
    assert [outcome(block) for block in blocks(bytes(damaged))] == [
        "block.zip_malformed",
        "certificate",
    ]
    packed = zipped(("a.pem", PEM), compression=zipfile.ZIP_LZMA)
    assert [outcome(block) for block in blocks(packed)] == ["block.zip_method"]


@pytest.mark.parametrize(
    ("data", "limits", "name"),
    [
        (b"x" * 11, {"input_bytes": 10}, "input_bytes"),
        (PEM * 4, {"blocks": 3}, "blocks"),
        (b"-----BEGIN A-----" * 4, {"blocks": 3}, "blocks"),
        (write_pkcs7([LEAF, CA, ANCHOR]), {"blocks": 2}, "blocks"),
        (zipped(("a", PEM), ("b", PEM)), {"zip_members": 1}, "zip_members"),
        (zipped(("bomb", b"\0" * MEBIBYTE)), {"zip_bytes": MEBIBYTE - 1}, "zip_bytes"),
    ],
)
def test_a_limit_is_met_before_the_first_block(
    data: bytes, limits: dict[str, int], name: str
) -> None:
    with pytest.raises(LimitExceeded) as caught:
        next(read_blocks(data, limits=Limits(**limits)))
    assert caught.value.data["limit"] == name


@pytest.mark.parametrize(
    ("data", "looks"),
    [
        (b"", "empty"),
        (b" \r\n\0", "empty"),
        (b"hello", "text"),
        (b"<!DOCTYPE html><html>login</html>", "html"),
        (b'{"a": 1}', "json"),
        (b"\x1f\x8b\x08rest", "gzip"),
        (b"%PDF-1.7", "pdf"),
        (bytes(range(256)) * 4, "binary"),
    ],
)
def test_nothing_recognised_says_what_it_looks_like(data: bytes, looks: str) -> None:
    (block,) = read_blocks(data, name="a\r\nb.txt")
    assert block.rejected is not None
    assert block.rejected.code == "block.nothing_found"
    assert dict(block.rejected.data) == {"looks_like": looks, "name": "a\\0D\\0Ab.txt"}


@pytest.mark.parametrize(
    "unit",
    [
        b"-",
        b"A",
        b"\n",
        b" ",
        b"\0",
        b"0\x80",
        b"-----BEGIN ",
        b"-----END ",
        b"-----BEGIN \n",
        b"-----BEGIN A-----",
        b"Certificate chain\n",
        b"Certificate:\n    Data:\n",
        b"Certificate chain\n 0 s:x\n",
    ],
)
def test_hostile_input_takes_linear_time(unit: bytes) -> None:
    def seconds(size: int) -> float:
        data = (unit * (size // len(unit) + 1))[:size]
        started = time.process_time()
        try:
            for _ in read_blocks(data, limits=Limits(blocks=10**7)):
                pass
        except LimitExceeded:
            pass
        return time.process_time() - started

    small = max(seconds(MEBIBYTE // 8), 0.05)
    large = min(seconds(MEBIBYTE) for _ in range(2))
    # Linear is eight times and quadratic sixty-four; the machine may be busy with other things.
    assert large < 24 * small


@settings(max_examples=200)
@given(st.binary(max_size=400))
def test_any_bytes_give_blocks_and_never_raise(data: bytes) -> None:
    found = list(read_blocks(data))
    assert found
    for block in found:
        assert [block.certificate, block.crl, block.rejected].count(None) == 2


JUNK = st.lists(
    st.sampled_from(
        [
            b"text\n",
            b"\n",
            b"-----BEGIN CERTIFICATE-----\nAAA\n",
            b"-----END CERTIFICATE-----\n",
            b"-----BEGIN \n",
            b"----\n",
            b"subject=CN = x\n",
            b"\xff\xfe\x00\n",
            b"MIIB\n",
        ]
    ),
    max_size=6,
).map(b"".join)


@settings(max_examples=100)
@given(st.lists(st.tuples(JUNK, st.sampled_from([PEM, CRL_PEM])), min_size=1, max_size=4), JUNK)
def test_every_good_block_between_junk_is_found_at_its_line(
    parts: list[tuple[bytes, bytes]], rest: bytes
) -> None:
    data = b"#\n"
    expected = []
    for junk, good in parts:
        data += junk
        expected.append((data.count(b"\n") + 1, "certificate" if good is PEM else "crl"))
        data += good
    found = [entry for entry in summary(data + rest) if entry[1] in ("certificate", "crl")]
    assert found == expected


def test_every_file_of_the_corpus_gives_blocks_whose_findings_can_be_said() -> None:
    files = [path for folder in ("x509", "pkcs7", "pkcs12") for path in (ROOT / folder).rglob("*")]
    outcomes: set[str] = set()
    for path in files:
        if not path.is_file():
            continue
        for block in read_blocks(path.read_bytes()):
            outcomes.add(outcome(block))
            facts = block.certificate or block.crl
            for found in facts.findings if facts else (block.rejected,):
                assert found is not None
                sentence, _ = FINDING_TEXTS[found.code]
                assert sentence.format(**{"place": found.place, **dict(found.data)})
    assert {"certificate", "crl", "block.request", "block.pkcs12_needs_passphrase"} <= outcomes


def test_spans_keep_their_lines_over_many_blocks() -> None:
    lines = [span.line for span in pem.spans(PEM * 50)]
    assert lines == [1 + number * PEM.count(b"\n") for number in range(50)]
