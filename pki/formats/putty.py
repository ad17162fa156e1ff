"""PuTTY's private keys, versions 2 and 3 (appendix C of the PuTTY manual).

The MAC covers the public half and the comment as well, so a file that was changed anywhere does
not open. Version 2 derives its key by SHA-1 alone; version 3 by Argon2d, Argon2i or Argon2id.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.argon2 import Argon2d, Argon2i, Argon2id

from pki import ssh_wire
from pki.der import DerError
from pki.errors import PkiError
from pki.formats.work_factors import check_argon2
from pki.limits import DEFAULT, Limits
from pki.ssh_wire import Reader, SshDamaged, SshUnsupported

MARK = b"PuTTY-User-Key-File-"
_MOST_LINES = 4096
_KDFS: dict[str, type[Argon2id] | type[Argon2i] | type[Argon2d]] = {
    "Argon2id": Argon2id,
    "Argon2i": Argon2i,
    "Argon2d": Argon2d,
}
_MAC_KEY_V2 = b"putty-private-key-file-mac-key"
_CURVES: dict[bytes, type[ec.EllipticCurve]] = {
    b"nistp256": ec.SECP256R1,
    b"nistp384": ec.SECP384R1,
    b"nistp521": ec.SECP521R1,
}


class PuttyDamaged(PkiError):
    """Not a PuTTY key file, or a changed one. Data: `why`."""

    code = "putty.damaged"


class PuttyUnsupported(PkiError):
    """A version, cipher or key derivation that is not read. Data: `what`, `value`."""

    code = "putty.unsupported"


class PuttyWrongPassphrase(PkiError):
    """The passphrase does not open the file (or the file was changed)."""

    code = "putty.wrong_passphrase"


@dataclass(frozen=True, kw_only=True, slots=True)
class PuttyFile:
    """A key file, read but not opened. `private` is as it stands in the file."""

    version: int
    algorithm: bytes
    encryption: bytes
    comment: bytes
    public: bytes
    private: bytes = field(repr=False)
    mac: bytes
    derivation: str = ""
    memory: int = 0
    passes: int = 0
    parallelism: int = 0
    salt: bytes = b""

    @property
    def is_encrypted(self) -> bool:
        """Whether a passphrase is needed."""
        return self.encryption != b"none"


def read_putty(data: bytes) -> PuttyFile:
    """The fields of a key file. Raises `PuttyDamaged`, `PuttyUnsupported`."""
    lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    if len(lines) > _MOST_LINES:
        raise PuttyDamaged(why="too many lines")
    fields = _Fields(lines)
    first, algorithm = fields.first()
    version = first.removeprefix(MARK)
    if version not in (b"2", b"3"):
        raise PuttyUnsupported(what="version", value=version.decode("ascii", "replace")[:16])
    encryption = fields.take(b"Encryption")
    if encryption not in (b"none", b"aes256-cbc"):
        raise PuttyUnsupported(what="cipher", value=encryption.decode("ascii", "replace")[:32])
    comment = fields.take(b"Comment")
    public = fields.blob(b"Public-Lines")
    derivation, costs, salt = "", (0, 0, 0), b""
    if version == b"3" and encryption != b"none":
        derivation = fields.take(b"Key-Derivation").decode("ascii", "replace")[:32]
        if derivation not in _KDFS:
            raise PuttyUnsupported(what="derivation", value=derivation)
        costs = (
            fields.number(b"Argon2-Memory"),
            fields.number(b"Argon2-Passes"),
            fields.number(b"Argon2-Parallelism"),
        )
        salt = fields.hex(b"Argon2-Salt")
    private = fields.blob(b"Private-Lines")
    mac = fields.hex(b"Private-MAC")
    return PuttyFile(
        version=int(version),
        algorithm=algorithm,
        encryption=encryption,
        comment=comment,
        public=public,
        private=private,
        mac=mac,
        derivation=derivation,
        memory=costs[0],
        passes=costs[1],
        parallelism=costs[2],
        salt=salt,
    )


class _Fields:
    """The lines of the file as header fields, in the order in which PuTTY wants them."""

    def __init__(self, lines: list[bytes]) -> None:
        self._lines = iter(lines)

    def first(self) -> tuple[bytes, bytes]:
        return self._split(next(self._lines, b""))

    def take(self, name: bytes) -> bytes:
        found, value = self._split(next(self._lines, b""))
        if found != name:
            raise PuttyDamaged(why=f"no {name.decode()}")
        return value

    def _split(self, line: bytes) -> tuple[bytes, bytes]:
        name, colon, value = line.partition(b": ")
        if not colon:
            raise PuttyDamaged(why="no header")
        return name, value

    def number(self, name: bytes) -> int:
        value = self.take(name)
        if not value.isdigit() or len(value) > 12:
            raise PuttyDamaged(why=f"bad {name.decode()}")
        return int(value)

    def hex(self, name: bytes) -> bytes:
        try:
            return binascii.unhexlify(self.take(name))
        except binascii.Error as error:
            raise PuttyDamaged(why=f"bad {name.decode()}") from error

    def blob(self, name: bytes) -> bytes:
        count = self.number(name)
        if count > _MOST_LINES:
            raise PuttyDamaged(why="too many lines")
        text = b"".join(next(self._lines, b"") for _ in range(count))
        try:
            return binascii.a2b_base64(text, strict_mode=True)
        except binascii.Error:
            # What is private may stand in an exception's context: it starts afresh here.
            pass
        raise PuttyDamaged(why=f"bad {name.decode()}")


def open_putty(
    file: PuttyFile, passphrase: bytes | None, *, limits: Limits = DEFAULT
) -> PrivateKeyTypes:
    """The private key. Its RSA numbers are not checked here: the caller does that, once, bounded.

    Raises `LimitExceeded` before deriving, `PuttyWrongPassphrase`, `PuttyDamaged` and
    `PuttyUnsupported`.
    """
    if file.is_encrypted:
        if file.version == 3:
            try:
                check_argon2(file.memory, file.passes, file.parallelism, limits)
            except DerError as error:
                raise PuttyDamaged(why=str(error)) from error
        cipher_key, iv, mac_key = _derive(file, passphrase or b"")
        if len(file.private) % 16 or not file.private:
            raise PuttyDamaged(why="bad Private-Lines")
        decryptor = Cipher(algorithms.AES256(cipher_key), modes.CBC(iv)).decryptor()
        private = decryptor.update(file.private) + decryptor.finalize()
    else:
        private = file.private
        mac_key = (
            b"" if file.version == 3 else hashlib.sha1(_MAC_KEY_V2, usedforsecurity=False).digest()
        )
    _check_mac(file, private, mac_key)
    try:
        return _build(file, private)
    except SshDamaged as error:
        raise PuttyDamaged(why=str(error.data["why"])) from None


def _derive(file: PuttyFile, passphrase: bytes) -> tuple[bytes, bytes, bytes]:
    if file.version == 2:
        stream = b"".join(
            hashlib.sha1(bytes((0, 0, 0, counter)) + passphrase, usedforsecurity=False).digest()
            for counter in (0, 1)
        )
        mac_key = hashlib.sha1(_MAC_KEY_V2 + passphrase, usedforsecurity=False).digest()
        return stream[:32], bytes(16), mac_key
    try:
        derive = _KDFS[file.derivation](
            salt=file.salt,
            length=80,
            iterations=file.passes,
            lanes=file.parallelism,
            memory_cost=file.memory,
        )
    except ValueError as error:
        raise PuttyDamaged(why="bad Argon2 cost") from error
    stream = derive.derive(passphrase)
    return stream[:32], stream[32:48], stream[48:]


def _check_mac(file: PuttyFile, private: bytes, mac_key: bytes) -> None:
    covered = b"".join(
        map(
            ssh_wire.string,
            (file.algorithm, file.encryption, file.comment, file.public, private),
        )
    )
    digest = hmac.new(mac_key, covered, "sha1" if file.version == 2 else "sha256").digest()
    if hmac.compare_digest(digest, file.mac):
        return
    if file.is_encrypted:
        raise PuttyWrongPassphrase
    raise PuttyDamaged(why="MAC")


def _build(file: PuttyFile, private: bytes) -> PrivateKeyTypes:
    public = Reader(file.public)
    if public.string() != file.algorithm:
        raise PuttyDamaged(why="algorithm mismatch")
    secret = Reader(private)
    if file.algorithm == ssh_wire.RSA:
        return _rsa(public, secret)
    if file.algorithm == ssh_wire.DSA:
        p, q, g, y = (public.mpint() for _ in range(4))
        numbers = dsa.DSAPublicNumbers(y, dsa.DSAParameterNumbers(p, q, g))
        x = secret.mpint()
        return _from_numbers(lambda: dsa.DSAPrivateNumbers(x, numbers).private_key())
    if file.algorithm == ssh_wire.ED25519:
        seed = secret.string()
        return _from_numbers(lambda: ed25519.Ed25519PrivateKey.from_private_bytes(seed))
    if file.algorithm == ssh_wire.ED448:
        seed = secret.string()
        return _from_numbers(lambda: ed448.Ed448PrivateKey.from_private_bytes(seed))
    curve = _CURVES.get(public.string())
    if file.algorithm.startswith(b"ecdsa-sha2-") and curve is not None:
        value = secret.mpint()
        return _from_numbers(lambda: ec.derive_private_key(value, curve()))
    raise SshUnsupported(algorithm=file.algorithm.decode("ascii", "replace")[:64])


def _rsa(public: Reader, secret: Reader) -> PrivateKeyTypes:
    e, n = public.mpint(), public.mpint()
    d, p, q, iqmp = (secret.mpint() for _ in range(4))
    if min(p, q) < 3:
        raise PuttyDamaged(why="bad numbers")
    numbers = rsa.RSAPrivateNumbers(
        p=p,
        q=q,
        d=d,
        dmp1=rsa.rsa_crt_dmp1(d, p),
        dmq1=rsa.rsa_crt_dmq1(d, q),
        iqmp=iqmp,
        public_numbers=rsa.RSAPublicNumbers(e, n),
    )
    return _from_numbers(lambda: numbers.private_key(unsafe_skip_rsa_key_validation=True))


def _from_numbers(build: Callable[[], PrivateKeyTypes]) -> PrivateKeyTypes:
    try:
        return build()
    except ValueError:
        # No cause: what a library says about private numbers might quote them.
        raise PuttyDamaged(why="bad numbers") from None
