"""Private keys from files of any usual form, with whatever certificates stand beside them.

Meant for the sandbox's child (`pki.sandbox.keys`): opening a key derives keys from passphrases and
checks primes, and both take as long as the file says. What the file says is read first and
compared with the limits; RSA numbers are checked once, here, and never again.

No exception that leaves this module holds a private byte or a passphrase, nor does its context.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_private_key,
    load_pem_private_key,
    load_ssh_private_key,
    pkcs12,
)

from pki import der, names, ssh_wire
from pki.der import DerError
from pki.errors import LimitExceeded
from pki.findings import Finding
from pki.formats import pem, putty
from pki.formats.detect import Shape, as_text, shape_of
from pki.formats.key_block import BlockRefused, bytes_of, load_key, place_of, unsupported_cipher
from pki.formats.key_checks import checked_key
from pki.formats.key_file import KeyFileContents, PrivateKeyFound, PublicKeyFound
from pki.formats.public_keys import (
    SSH2_BEGIN,
    damaged,
    first_element,
    is_binary,
    public_from_der,
    read_public_keys,
    unsupported,
)
from pki.formats.work_factors import check_bcrypt, check_rsa_bits, check_work_factors
from pki.key_findings import key_finding
from pki.keys import public_key_facts
from pki.limits import DEFAULT, Limits
from pki.ssh_wire import Reader, SshDamaged, SshUnsupported

# A file holds one key, a backup a handful; each may cost up to the limits.
MAXIMUM_PRIVATE_KEYS = 50
_OPENSSH_MAGIC = b"openssh-key-v1\0"
_OPENSSH_CIPHERS = frozenset((b"none", b"aes256-ctr", b"aes256-cbc", b"aes256-gcm@openssh.com"))
_CERTIFICATES = frozenset(("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"))
_TRADITIONAL = {"RSA PRIVATE KEY": "pkcs1", "EC PRIVATE KEY": "sec1", "DSA PRIVATE KEY": "dsa"}
# RFC 1421, 4.6.1.3; each cipher with the octets of its block.
_DEK_INFO = re.compile(rb"DEK-Info:[ \t]*(?P<cipher>[A-Za-z0-9-]+),(?P<iv>[0-9A-Fa-f]*)[ \t]*\n")
_DEK_CIPHERS = {
    b"AES-128-CBC": 16,
    b"AES-192-CBC": 16,
    b"AES-256-CBC": 16,
    b"DES-EDE3-CBC": 8,
    b"DES-CBC": 8,
}


def read_private_keys(
    data: bytes, passphrase: bytes | None = None, *, limits: Limits = DEFAULT
) -> KeyFileContents:
    """The private keys, public keys and certificates of a file.

    `passphrase` opens every encrypted block; None and empty mean that there is none. What is wrong
    with a block is a finding; one bad block does not stop the others. Raises `LimitExceeded` with
    the name of the limit: `input_bytes`, `private_keys`, `rsa_bits`, `pbkdf2_rounds`,
    `scrypt_bytes`, `bcrypt_rounds`, `argon2_bytes`, ...
    """
    if len(data) > limits.input_bytes:
        raise LimitExceeded(limit="input_bytes", value=len(data), maximum=limits.input_bytes)
    reading = _Reading(passphrase or None, limits)
    if is_binary(data):
        reading.binary(data)
    else:
        reading.text(as_text(data))
    return reading.contents()


class _Reading:
    """One file being read: what was found so far."""

    def __init__(self, passphrase: bytes | None, limits: Limits) -> None:
        self._passphrase = passphrase
        self._limits = limits
        self._private: list[PrivateKeyFound] = []
        self._public: list[PublicKeyFound] = []
        self._certificates: list[bytes] = []
        self._findings: list[Finding] = []
        self._blocks = 0
        self._met_encrypted = False

    def contents(self) -> KeyFileContents:
        findings = list(self._findings)
        if not self._private and not self._has_error():
            if self._public:
                findings.append(key_finding("keyfile.public_only"))
            elif self._certificates:
                findings.append(key_finding("keyfile.certificate_only"))
            else:
                findings.append(key_finding("keyfile.nothing_found"))
        if self._passphrase and self._private and not self._met_encrypted:
            findings.append(key_finding("keyfile.passphrase_not_needed"))
        return KeyFileContents(
            private_keys=tuple(self._private),
            public_keys=tuple(self._public),
            certificates=tuple(dict.fromkeys(self._certificates)),
            findings=tuple(findings),
        )

    def _has_error(self) -> bool:
        return any(found.code.startswith("keyfile.") for found in self._findings)

    def binary(self, data: bytes) -> None:
        """A file in DER, or PKCS#12 in BER."""
        shape = shape_of(data)
        if shape is Shape.PKCS12:
            self._try(lambda: self._pkcs12(data), 0)
        elif shape is Shape.PRIVATE_KEY:
            self._try(lambda: self._der_key(data, 0), 0)
        elif shape is Shape.PUBLIC_KEY:
            self._add_public(public_from_der(data))
        elif shape is Shape.CERTIFICATE:
            self._certificates.append(data)

    def text(self, text: bytes) -> None:
        """A PuTTY file, PEM blocks with anything around them, bare base64, or SSH public keys."""
        if text.lstrip().startswith(putty.MARK):
            self._try(lambda: self._putty(text.lstrip()), 1)
            return
        bare = pem.decode_bare(text)
        if bare:
            self.binary(bare)
            return
        if pem.BEGIN not in text:
            self._no_pem(text)
            return
        for span in pem.spans(text):
            self._blocks += 1
            if self._blocks > self._limits.blocks:
                raise LimitExceeded(limit="blocks", value=self._blocks, maximum=self._limits.blocks)
            self._span(span)

    def _no_pem(self, text: bytes) -> None:
        if text.lstrip().startswith((b"SSH PRIVATE KEY FILE FORMAT", SSH2_BEGIN + b"ENCRYPTED")):
            name = "SSH-1" if b"FILE FORMAT" in text[:64] else "ssh.com"
            self._findings.append(key_finding("keyfile.unsupported_format", format=name))
            return
        found = read_public_keys(text, limits=self._limits)
        self._public.extend(found.public_keys)
        self._findings.extend(
            finding for finding in found.findings if finding.code != "keyfile.nothing_found"
        )

    def _span(self, span: pem.Span) -> None:
        label = span.label
        if label.endswith("PRIVATE KEY"):
            self._try(lambda: self._private_span(span), span.line)
        elif label in _CERTIFICATES or label in ("PUBLIC KEY", "RSA PUBLIC KEY"):
            self._try(lambda: self._public_span(span), span.line)

    def _try(self, read: Callable[[], None], line: int) -> None:
        """Run one block's reading; what is wrong with it becomes a finding."""
        try:
            read()
        except BlockRefused as refused:
            self._findings.append(refused.found)
        except DerError as error:
            self._findings.append(damaged(str(error), line))

    def _public_span(self, span: pem.Span) -> None:
        decoded = bytes_of(span)
        if span.label in _CERTIFICATES:
            self._certificates.append(first_element(decoded))
        else:
            self._add_public(public_from_der(decoded, span.line))

    def _add_public(self, found: PublicKeyFound | Finding) -> None:
        if isinstance(found, PublicKeyFound):
            self._public.append(found)
        else:
            self._findings.append(found)

    def _private_span(self, span: pem.Span) -> None:
        self._count_private()
        if span.label in ("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"):
            self._der_key(bytes_of(span), span.line)
        elif span.label in _TRADITIONAL:
            if b"DEK-Info" in span.body[:512]:
                self._legacy(span)
            else:
                self._der_key(bytes_of(span), span.line)
        elif span.label == "OPENSSH PRIVATE KEY":
            self._openssh(span)
        else:
            raise BlockRefused(
                key_finding(
                    "keyfile.unsupported_format", place=f"line {span.line}", format=span.label
                )
            )

    def _count_private(self) -> None:
        if len(self._private) >= MAXIMUM_PRIVATE_KEYS:
            raise LimitExceeded(
                limit="private_keys",
                value=MAXIMUM_PRIVATE_KEYS + 1,
                maximum=MAXIMUM_PRIVATE_KEYS,
            )

    # PKCS#8, PKCS#1, SEC1 -------------------------------------------------------------------

    def _der_key(self, data: bytes, line: int) -> None:
        check_work_factors(data, self._limits)
        container = _der_container(data)
        encrypted = container == "encrypted"
        passphrase = self._passphrase_for(encrypted, line)
        key = load_key(
            lambda: load_der_private_key(data, passphrase, unsafe_skip_rsa_key_validation=True),
            encrypted=encrypted,
            line=line,
        )
        self._add(key, "pkcs8" if encrypted else container, encrypted=encrypted, line=line)

    def _legacy(self, span: pem.Span) -> None:
        """The encryption of OpenSSL before PKCS#8: one round of MD5, so cheap for everybody."""
        _check_dek_info(span)
        label = span.label.encode()
        lines = b"\n".join(line.strip() for line in span.body.strip().split(b"\n"))
        block = b"-----BEGIN %b-----\n%b\n-----END %b-----\n" % (label, lines, label)
        passphrase = self._passphrase_for(True, span.line)
        key = load_key(
            lambda: load_pem_private_key(block, passphrase, unsafe_skip_rsa_key_validation=True),
            encrypted=True,
            line=span.line,
        )
        self._add(key, _TRADITIONAL[span.label], encrypted=True, line=span.line)

    def _passphrase_for(self, encrypted: bool, line: int) -> bytes | None:
        if not encrypted:
            return None
        self._met_encrypted = True
        if self._passphrase is None:
            raise BlockRefused(key_finding("keyfile.passphrase_missing", place=place_of(line)))
        return self._passphrase

    # OpenSSH --------------------------------------------------------------------------------

    def _openssh(self, span: pem.Span) -> None:
        decoded = bytes_of(span)
        try:
            encrypted, public = self._openssh_header(decoded, span.line)
        except SshDamaged as error:
            raise BlockRefused(damaged(str(error.data["why"]), span.line)) from None
        except SshUnsupported as error:
            raise BlockRefused(unsupported(str(error.data["algorithm"]), span.line)) from None
        passphrase = self._passphrase_for(encrypted, span.line)
        body = b"\n".join(line.strip() for line in span.body.strip().split(b"\n"))
        block = (
            b"-----BEGIN OPENSSH PRIVATE KEY-----\n"
            + body
            + b"\n-----END OPENSSH PRIVATE KEY-----\n"
        )
        key = load_key(
            lambda: load_ssh_private_key(block, passphrase, unsafe_skip_rsa_key_validation=True),
            encrypted=encrypted,
            line=span.line,
        )
        self._add(key, "openssh", encrypted=encrypted, line=span.line, public=public)

    def _openssh_header(self, data: bytes, line: int) -> tuple[bool, bytes]:
        """What stands in the clear (OpenSSH's PROTOCOL.key): cipher, rounds, the public key."""
        if not data.startswith(_OPENSSH_MAGIC):
            raise SshDamaged(why="no magic")
        reader = Reader(data[len(_OPENSSH_MAGIC) :])
        cipher, derivation, options = reader.string(), reader.string(), reader.string()
        if reader.uint32() != 1:
            raise BlockRefused(
                key_finding(
                    "keyfile.unsupported_format",
                    place=place_of(line),
                    format="several OpenSSH keys",
                )
            )
        public = reader.string()
        if derivation == b"bcrypt":
            settings = Reader(options)
            settings.string()
            check_bcrypt(settings.uint32(), self._limits)
        elif derivation != b"none":
            raise unsupported_cipher(derivation, line)
        if cipher not in _OPENSSH_CIPHERS:
            raise unsupported_cipher(cipher, line)
        spki = ssh_wire.spki_from_blob(public)
        facts = public_key_facts(spki)
        if facts.algorithm == "RSA":
            check_rsa_bits(facts.size, self._limits)
        return cipher != b"none", spki

    # PuTTY ----------------------------------------------------------------------------------

    def _putty(self, text: bytes) -> None:
        try:
            file = putty.read_putty(text)
            self._passphrase_for(file.is_encrypted, 1)
            spki = ssh_wire.spki_from_blob(file.public)
            facts = public_key_facts(spki)
            if facts.algorithm == "RSA":
                check_rsa_bits(facts.size, self._limits)
            key = putty.open_putty(file, self._passphrase, limits=self._limits)
        except (putty.PuttyDamaged, SshDamaged) as error:
            raise BlockRefused(damaged(str(error.data["why"]), 1)) from None
        except putty.PuttyUnsupported as error:
            raise BlockRefused(
                key_finding(
                    "keyfile.unsupported_format",
                    place=place_of(1),
                    format=f"PuTTY {error.data['what']} {error.data['value']}",
                )
            ) from None
        except SshUnsupported as error:
            raise BlockRefused(unsupported(str(error.data["algorithm"]), 1)) from None
        except putty.PuttyWrongPassphrase:
            raise BlockRefused(key_finding("keyfile.wrong_passphrase", place=place_of(1))) from None
        self._add(
            key,
            f"putty-{file.version}",
            encrypted=file.is_encrypted,
            line=1,
            public=spki,
            comment=file.comment.decode("utf-8", "replace"),
        )

    # PKCS#12 --------------------------------------------------------------------------------

    def _pkcs12(self, data: bytes) -> None:
        self._count_private()
        check_work_factors(data, self._limits)
        store, encrypted = self._opened_pkcs12(data)
        leaf = store.cert
        name = (leaf.friendly_name or b"") if leaf else b""
        if store.key is not None:
            self._add(
                store.key,
                "pkcs12",
                encrypted=encrypted,
                line=0,
                comment=name.decode("utf-8", "replace"),
            )
        certificates = [leaf] if leaf else []
        self._certificates.extend(
            found.certificate.public_bytes(Encoding.DER)
            for found in (*certificates, *store.additional_certs)
        )

    def _opened_pkcs12(self, data: bytes) -> tuple[pkcs12.PKCS12KeyAndCertificates, bool]:
        """The store, and whether a passphrase was needed: none and an empty one are tried first."""
        for passphrase in (None, b"", self._passphrase):
            try:
                store = pkcs12.load_pkcs12(data, passphrase)
            except UnsupportedAlgorithm:
                raise unsupported_cipher(b"PKCS#12", 0) from None
            except ValueError:
                continue
            self._met_encrypted = self._met_encrypted or bool(passphrase)
            return store, bool(passphrase)
        self._met_encrypted = True
        code = "wrong_passphrase" if self._passphrase else "passphrase_missing"
        raise BlockRefused(key_finding(f"keyfile.{code}"))

    # What every form ends in ----------------------------------------------------------------

    def _add(
        self,
        key: PrivateKeyTypes,
        container: str,
        *,
        encrypted: bool,
        line: int,
        public: bytes = b"",
        comment: str = "",
    ) -> None:
        pkcs8, findings = checked_key(key, line, self._limits)
        spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        if public and public != spki:
            raise BlockRefused(key_finding("keyfile.public_mismatch", place=place_of(line)))
        facts = public_key_facts(spki)
        self._private.append(
            PrivateKeyFound(
                pkcs8=pkcs8,
                spki=spki,
                facts=facts,
                container=container,
                was_encrypted=encrypted,
                comment=names.visible(comment)[:256],
                line=line,
                findings=(*facts.findings, *findings),
            )
        )


def _check_dek_info(span: pem.Span) -> None:
    """Cipher and initialization vector; one of the wrong length would crash the library."""
    found = _DEK_INFO.search(span.body[:512])
    if found is None:
        raise BlockRefused(damaged("DEK-Info", span.line))
    cipher = found["cipher"].upper()
    if cipher not in _DEK_CIPHERS:
        raise unsupported_cipher(cipher, span.line)
    if len(found["iv"]) != 2 * _DEK_CIPHERS[cipher]:
        raise BlockRefused(damaged("DEK-Info", span.line))


def _der_container(data: bytes) -> str:
    """Which of the forms a private key's DER is, by its first fields."""
    at, end = der.whole(data, der.SEQUENCE)
    tags = [tag for tag, _, _ in der.children(data, at, end)]
    if tags[:2] == [der.SEQUENCE, der.OCTET_STRING]:
        return "encrypted"
    if tags[:3] == [der.INTEGER, der.SEQUENCE, der.OCTET_STRING]:
        return "pkcs8"
    if tags[:2] == [der.INTEGER, der.OCTET_STRING]:
        return "sec1"
    return "pkcs1" if len(tags) > 6 else "dsa"
