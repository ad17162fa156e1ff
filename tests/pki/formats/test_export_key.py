"""What leaves the console opens with the tools, and costs a guesser what it should."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from pki.csr.build import build_self_signed, new_serial
from pki.csr.spec import RequestSpec, Subject
from pki.formats import export_key
from pki.formats.export_key import (
    ExportNotReadBack,
    NoExportForm,
    PassphraseNotText,
    PassphraseTooShort,
    export_openssh,
    export_pkcs8,
    export_pkcs8_unencrypted,
    export_pkcs12,
)
from pki.formats.private_keys import read_private_keys
from pki.key_faces import key_faces
from pki.key_generation import KeySpec, generate, public_part
from tests.pki.real_tools import PASSPHRASE, run

SECRET = PASSPHRASE.encode()
PASSIN = ("-passin", f"pass:{PASSPHRASE}")
ALGORITHMS = ("RSA-2048", "P-256", "P-384", "P-521", "Ed25519", "Ed448")


@dataclass(frozen=True)
class Pair:
    pkcs8: bytes
    spki: bytes
    certificate: bytes


@pytest.fixture(scope="module")
def pairs() -> dict[str, Pair]:
    made = {}
    for algorithm in ALGORITHMS:
        pkcs8 = generate(KeySpec(algorithm=algorithm))
        certificate = build_self_signed(
            RequestSpec(subject=Subject(common_name="a.example")),
            pkcs8,
            days=10,
            now=datetime(2026, 3, 1, tzinfo=UTC),
            serial=new_serial(),
        )
        made[algorithm] = Pair(pkcs8, public_part(pkcs8), certificate)
    return made


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_openssl_opens_the_pkcs8(pairs: dict[str, Pair], algorithm: str) -> None:
    pair = pairs[algorithm]
    written = export_pkcs8(pair.pkcs8, SECRET)
    assert written.startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n")
    opened = run("openssl", "pkey", *PASSIN, "-pubout", "-outform", "DER", data=written)
    assert opened == pair.spki
    (again,) = read_private_keys(written, SECRET).private_keys
    assert again.pkcs8 == pair.pkcs8
    shape = run("openssl", "asn1parse", data=written)
    assert b":scrypt" in shape
    assert b":aes-256-cbc" in shape
    assert b":4000" in shape


@pytest.mark.parametrize("algorithm", ["RSA-2048", "P-521", "Ed448"])
def test_openssl_opens_the_pkcs12_and_finds_no_weak_spot(
    pairs: dict[str, Pair], algorithm: str, tmp_path: Path
) -> None:
    pair, issuer = pairs[algorithm], pairs["P-256"]
    written = export_pkcs12(
        pair.pkcs8, SECRET, certificate=pair.certificate, chain=[issuer.certificate], name="näme"
    )
    file = tmp_path / "key.p12"
    file.write_bytes(written)
    key = run("openssl", "pkcs12", "-in", file, *PASSIN, "-nocerts", "-nodes")
    assert run("openssl", "pkey", "-pubout", "-outform", "DER", data=key) == pair.spki
    told = subprocess.run(
        ["openssl", "pkcs12", "-in", str(file), *PASSIN, "-info", "-noout"],
        capture_output=True,
        check=True,
    ).stderr.decode()
    assert "MAC: sha256, Iteration 600000" in told
    assert told.count("Iteration 600000, PRF hmacWithSHA256") == 2
    assert told.count("Iteration") == 3
    contents = read_private_keys(written, SECRET)
    assert contents.private_keys[0].comment == "näme"
    assert set(contents.certificates) == {pair.certificate, issuer.certificate}


def test_the_unencrypted_form_is_plain_pkcs8(pairs: dict[str, Pair]) -> None:
    for pair in pairs.values():
        written = export_pkcs8_unencrypted(pair.pkcs8)
        key = load_pem_private_key(written, None)
        plain = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        assert plain == pair.pkcs8
        assert written == run("openssl", "pkey", data=written)


@pytest.mark.parametrize("algorithm", ["RSA-2048", "P-256", "P-521", "Ed25519"])
@pytest.mark.parametrize("passphrase", [None, PASSPHRASE])
def test_ssh_keygen_opens_the_openssh_form(
    pairs: dict[str, Pair], algorithm: str, passphrase: str | None, tmp_path: Path
) -> None:
    pair = pairs[algorithm]
    file = tmp_path / "key"
    file.write_bytes(export_openssh(pair.pkcs8, passphrase.encode() if passphrase else None))
    file.chmod(0o600)
    told = run("ssh-keygen", "-y", "-P", passphrase or "", "-f", file).decode()
    assert told.split()[:2] == key_faces(pair.spki).openssh_line.split()


def test_a_key_without_openssh_form_says_so(pairs: dict[str, Pair]) -> None:
    with pytest.raises(NoExportForm):
        export_openssh(pairs["Ed448"].pkcs8, SECRET)


def test_a_short_passphrase_and_one_that_is_no_text_are_refused(pairs: dict[str, Pair]) -> None:
    pair = pairs["P-256"]
    for export in (export_pkcs8, export_pkcs12, export_openssh):
        for short in (b"", b"1234567"):
            with pytest.raises(PassphraseTooShort):
                export(pair.pkcs8, short)
        with pytest.raises(PassphraseNotText) as refused:
            export(pair.pkcs8, b"canary \xff\xfe")
        assert "canary" not in repr((refused.value, refused.value.__context__))


def test_another_keys_certificate_is_not_packed(pairs: dict[str, Pair]) -> None:
    with pytest.raises(NoExportForm):
        export_pkcs12(pairs["P-256"].pkcs8, SECRET, certificate=pairs["P-384"].certificate)


def test_what_does_not_read_back_is_not_given_out(
    pairs: dict[str, Pair], monkeypatch: pytest.MonkeyPatch
) -> None:
    pair, other = pairs["P-256"], pairs["P-384"]
    monkeypatch.setattr(
        export_key,
        "_opened_pem",
        lambda *_: load_pem_private_key(export_pkcs8_text(other.pkcs8), None),
    )
    with pytest.raises(ExportNotReadBack):
        export_pkcs8(pair.pkcs8, SECRET)


def export_pkcs8_text(pkcs8: bytes) -> bytes:
    return run("openssl", "pkey", "-inform", "DER", data=pkcs8)


def test_two_exports_share_no_salt(pairs: dict[str, Pair]) -> None:
    pair = pairs["Ed25519"]
    assert export_pkcs8(pair.pkcs8, SECRET) != export_pkcs8(pair.pkcs8, SECRET)
