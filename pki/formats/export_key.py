"""A private key on its way out: encrypted, and read back before anybody gets it.

PKCS#8 under scrypt and PKCS#12 under PBKDF2 with as many rounds as OWASP asks for; `cryptography`
writes neither on its own (its PKCS#8 takes 2,048 rounds, and so does the MAC of its PKCS#12, which
is what a guesser would try first), so the containers are put together here from its primitives.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Sequence

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_pem_private_key,
    load_ssh_private_key,
    pkcs12,
)

from pki import der
from pki.errors import PkiError

SHORTEST_PASSPHRASE = 8
PKCS12_ROUNDS = 600_000
# OWASP's scrypt setting whose memory (16 MiB) stays below the 32 MiB at which OpenSSL's own
# command refuses a file.
SCRYPT_COST = 2**14
SCRYPT_BLOCK = 8
SCRYPT_LANES = 5
OPENSSH_ROUNDS = 32
_SALT_BYTES = 16
_PBES2 = "1.2.840.113549.1.5.13"
_SCRYPT = "1.3.6.1.4.1.11591.4.11"
_AES256_CBC = "2.16.840.1.101.3.4.1.42"
_SHA256 = "2.16.840.1.101.3.4.2.1"
_LINE = 64


class PassphraseTooShort(PkiError):
    """A passphrase that protects nothing. Data: `minimum`."""

    code = "export.passphrase_too_short"


class PassphraseNotText(PkiError):
    """A passphrase that is not UTF-8: PKCS#12 could not say it, and nobody could type it."""

    code = "export.passphrase_not_text"


class ExportNotReadBack(PkiError):
    """What was written does not open to the same key: it is not given out. Data: `form`."""

    code = "export.not_read_back"


class NoExportForm(PkiError):
    """A key that has no such form. Data: `form`, `algorithm`."""

    code = "export.no_form"


def export_pkcs8(pkcs8: bytes, passphrase: bytes) -> bytes:
    """`ENCRYPTED PRIVATE KEY` in PEM: PBES2 with scrypt (RFC 7914) and AES-256-CBC.

    Raises `PassphraseTooShort` and `ExportNotReadBack`.
    """
    _check_passphrase(passphrase)
    salt, iv = secrets.token_bytes(_SALT_BYTES), secrets.token_bytes(16)
    derived = Scrypt(salt=salt, length=32, n=SCRYPT_COST, r=SCRYPT_BLOCK, p=SCRYPT_LANES).derive(
        passphrase
    )
    padder = PKCS7(128).padder()
    padded = padder.update(pkcs8) + padder.finalize()
    encryptor = Cipher(algorithms.AES256(derived), modes.CBC(iv)).encryptor()
    hidden = encryptor.update(padded) + encryptor.finalize()
    scheme = _algorithm(
        _PBES2,
        _sequence(
            _algorithm(
                _SCRYPT,
                _sequence(
                    der.encode(der.OCTET_STRING, salt),
                    _integer(SCRYPT_COST),
                    _integer(SCRYPT_BLOCK),
                    _integer(SCRYPT_LANES),
                    _integer(32),
                ),
            ),
            _algorithm(_AES256_CBC, der.encode(der.OCTET_STRING, iv)),
        ),
    )
    written = _pem("ENCRYPTED PRIVATE KEY", _sequence(scheme, der.encode(der.OCTET_STRING, hidden)))
    _read_back("pkcs8", pkcs8, lambda: _opened_pem(written, passphrase))
    return written


def export_pkcs8_unencrypted(pkcs8: bytes) -> bytes:
    """`PRIVATE KEY` in PEM, for those with the right to it. Raises `ExportNotReadBack`."""
    written = _pem("PRIVATE KEY", pkcs8)
    _read_back("pkcs8", pkcs8, lambda: _opened_pem(written, None))
    return written


def export_pkcs12(
    pkcs8: bytes,
    passphrase: bytes,
    *,
    certificate: bytes | None = None,
    chain: Sequence[bytes] = (),
    name: str = "",
) -> bytes:
    """A PKCS#12 of the key, its certificate (DER) and the issuers, under PBES2 and SHA-256.

    Everything in it, the MAC too, takes `PKCS12_ROUNDS` rounds. Raises `PassphraseTooShort`,
    `ExportNotReadBack`, and `NoExportForm` for a certificate that is not this key's.
    """
    _check_passphrase(passphrase)
    key = _loaded(pkcs8)
    leaf = x509.load_der_x509_certificate(certificate) if certificate else None
    if leaf is not None and _public(key) != leaf.public_key().public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    ):
        raise NoExportForm(form="pkcs12", algorithm="another key's certificate")
    protection = (
        PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(PKCS12_ROUNDS)
        .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
        .hmac_hash(hashes.SHA256())
        .build(passphrase)
    )
    try:
        made = pkcs12.serialize_key_and_certificates(
            name.encode() or None,
            key,  # type: ignore[arg-type]  # What cannot be serialized raises TypeError.
            leaf,
            [x509.load_der_x509_certificate(issuer) for issuer in chain],
            protection,
        )
    except TypeError as error:
        raise NoExportForm(form="pkcs12", algorithm=type(key).__name__) from error
    written = _with_strong_mac(made, passphrase)
    _read_back("pkcs12", pkcs8, lambda: pkcs12.load_pkcs12(written, passphrase).key)
    return written


def export_openssh(pkcs8: bytes, passphrase: bytes | None) -> bytes:
    """`OPENSSH PRIVATE KEY`, under bcrypt and AES-256-CTR; unencrypted when there is no passphrase.

    Raises `PassphraseTooShort`, `ExportNotReadBack`, and `NoExportForm` (Ed448, say).
    """
    key = _loaded(pkcs8)
    if not isinstance(
        key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
    ):
        raise NoExportForm(form="openssh", algorithm=type(key).__name__)
    protection: KeySerializationEncryption = NoEncryption()
    if passphrase is not None:
        _check_passphrase(passphrase)
        builder = PrivateFormat.OpenSSH.encryption_builder().kdf_rounds(OPENSSH_ROUNDS)
        protection = builder.build(passphrase)
    try:
        written = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, protection)
    except ValueError as error:
        raise NoExportForm(form="openssh", algorithm=type(key).__name__) from error
    _read_back(
        "openssh",
        pkcs8,
        lambda: load_ssh_private_key(written, passphrase, unsafe_skip_rsa_key_validation=True),
    )
    return written


def _check_passphrase(passphrase: bytes) -> None:
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise PassphraseTooShort(minimum=SHORTEST_PASSPHRASE)
    try:
        passphrase.decode()
    except UnicodeDecodeError:
        # Not raised from here: that error holds the passphrase.
        pass
    else:
        return
    raise PassphraseNotText


def _loaded(pkcs8: bytes) -> PrivateKeyTypes:
    return load_der_private_key(pkcs8, None, unsafe_skip_rsa_key_validation=True)


def _public(key: PrivateKeyTypes) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _opened_pem(written: bytes, passphrase: bytes | None) -> PrivateKeyTypes:
    return load_pem_private_key(written, passphrase, unsafe_skip_rsa_key_validation=True)


def _read_back(form: str, pkcs8: bytes, read: Callable[[], PrivateKeyTypes | None]) -> None:
    """Nothing leaves that does not open to the same private numbers."""
    try:
        key = read()
        same = key is not None and hmac.compare_digest(_plain(key), _plain(_loaded(pkcs8)))
    except ValueError:
        same = False
    if not same:
        raise ExportNotReadBack(form=form)


def _plain(key: PrivateKeyTypes) -> bytes:
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


# PKCS#12's MAC -----------------------------------------------------------------------------------


def _with_strong_mac(made: bytes, passphrase: bytes) -> bytes:
    """The same PFX (RFC 7292, section 4) with a MAC of `PKCS12_ROUNDS` rounds over its content."""
    at, end = der.whole(made, der.SEQUENCE)
    version_stop = der.expect(made, at, end, der.INTEGER)[1]
    content_at, content_stop = der.expect(made, version_stop, end, der.SEQUENCE)
    oid_stop = der.expect(made, content_at, content_stop, der.OID)[1]
    inner_at, inner_stop = der.expect(made, oid_stop, content_stop, 0xA0)
    safe_at, safe_stop = der.expect(made, inner_at, inner_stop, der.OCTET_STRING)
    salt = secrets.token_bytes(_SALT_BYTES)
    mac_key = _mac_key(passphrase.decode("utf-8"), salt, PKCS12_ROUNDS)
    digest = hmac.new(mac_key, made[safe_at:safe_stop], "sha256").digest()
    mac = _sequence(
        _sequence(
            _algorithm(_SHA256, der.encode(der.NULL, b"")), der.encode(der.OCTET_STRING, digest)
        ),
        der.encode(der.OCTET_STRING, salt),
        _integer(PKCS12_ROUNDS),
    )
    return _sequence(made[at:content_stop], mac)


def _mac_key(passphrase: str, salt: bytes, rounds: int) -> bytes:
    """RFC 7292, appendix B.2, for SHA-256, ID 3 and one block: what a MAC key takes."""
    block = hashlib.sha256().block_size
    text = passphrase.encode("utf-16-be") + b"\0\0"
    digest = bytes((3,)) * block + _filled(salt, block) + _filled(text, block)
    for _ in range(rounds):
        digest = hashlib.sha256(digest).digest()
    return digest


def _filled(data: bytes, block: int) -> bytes:
    """`data` repeated to a whole number of blocks."""
    length = block * -(-len(data) // block)
    return (data * (length // len(data) + 1))[:length]


def _pem(label: str, content: bytes) -> bytes:
    encoded = base64.b64encode(content)
    lines = [encoded[at : at + _LINE] for at in range(0, len(encoded), _LINE)]
    name = label.encode()
    return b"\n".join((b"-----BEGIN %b-----" % name, *lines, b"-----END %b-----" % name, b""))


def _sequence(*parts: bytes) -> bytes:
    return der.encode(der.SEQUENCE, b"".join(parts))


def _algorithm(oid: str, parameters: bytes) -> bytes:
    return _sequence(der.encode(der.OID, der.encode_object_identifier(oid)), parameters)


def _integer(value: int) -> bytes:
    return der.encode(der.INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))
