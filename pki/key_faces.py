"""Every face of a public key: the forms in which TLS, SSH and people name the same key.

All of them from the DER SubjectPublicKeyInfo alone; a private key is never needed for one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from pki import ssh_wire
from pki.errors import PkiError
from pki.keys import public_key_facts

SSH_PORT = 22
# The names that `ssh-keygen -l` prints in brackets (sshkey_type of OpenSSH).
_SSH_TYPES = {
    "ssh-rsa": "RSA",
    "ssh-dss": "DSA",
    "ssh-ed25519": "ED25519",
    "ssh-ed448": "ED448",
}


class BadKeyLine(PkiError):
    """Something that would break a line of `known_hosts` or `authorized_keys`. Data: `part`, `why`."""

    code = "key.bad_line"


@dataclass(frozen=True, kw_only=True, slots=True)
class Fingerprints:
    """The digests of one key as a tool prints them."""

    md5: str
    sha1: str
    sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyFaces:
    """What a key page shows.

    `spki_pem` is what `openssl pkey -pubout` prints. The pin is SHA-256 over the DER, in base64
    (RFC 7469, 2.4) and lower-case hex. `spki` fingerprints are hex with colons, as
    `openssl dgst -c` prints them over the DER public key; `ssh` ones are those of
    `ssh-keygen -l -E md5|sha1|sha256`, None (as `openssh_line` is empty) where SSH has no form of
    the key.
    """

    algorithm: str
    size: int
    spki_pem: str
    pin_base64: str
    pin_hex: str
    spki: Fingerprints
    openssh_line: str
    ssh: Fingerprints | None
    ssh_keygen_line: str


def key_faces(spki: bytes, *, comment: str = "") -> KeyFaces:
    """All faces of the key of a DER SubjectPublicKeyInfo. Raises `BadKeyLine` for a bad comment."""
    facts = public_key_facts(spki)
    blob = ssh_wire.blob_from_spki(spki)
    digest = hashlib.sha256(spki)
    ssh = _ssh_fingerprints(blob) if blob is not None else None
    return KeyFaces(
        algorithm=facts.algorithm,
        size=facts.size,
        spki_pem=spki_pem(spki),
        pin_base64=base64.b64encode(digest.digest()).decode(),
        pin_hex=digest.hexdigest(),
        spki=Fingerprints(
            md5=_colons(_md5(spki)),
            sha1=_colons(_sha1(spki)),
            sha256=_colons(digest.digest()),
        ),
        openssh_line=openssh_line(spki, comment=comment) if blob is not None else "",
        ssh=ssh,
        ssh_keygen_line=_ssh_keygen_line(blob, ssh, facts.size, comment) if blob and ssh else "",
    )


def spki_pem(spki: bytes) -> str:
    """The public key as PEM (RFC 7468, section 13)."""
    encoded = base64.b64encode(spki).decode()
    lines = [encoded[at : at + 64] for at in range(0, len(encoded), 64)]
    return "\n".join(("-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", ""))


def openssh_line(spki: bytes, *, comment: str = "") -> str:
    """The line of a `.pub` file, without a line end. Raises `BadKeyLine`."""
    blob = _blob(spki)
    _one_line("comment", comment)
    words = (ssh_wire.algorithm_of(blob), base64.b64encode(blob).decode(), comment)
    return " ".join(word for word in words if word)


def authorized_keys_line(spki: bytes, *, comment: str = "", options: Sequence[str] = ()) -> str:
    """The line for a server's `authorized_keys` (sshd(8)), with its options in front.

    Options are given as sshd reads them (`no-pty`, `from="10.0.0.0/8"`). Raises `BadKeyLine`.
    """
    for option in options:
        _check_option(option)
    line = openssh_line(spki, comment=comment)
    return f"{','.join(options)} {line}" if options else line


def _check_option(option: str) -> None:
    _one_line("option", option)
    quoted = False
    escaped = False
    for char in option:
        if char == '"' and not escaped:
            quoted = not quoted
        elif char in " ," and not quoted:
            raise BadKeyLine(part="option", why="space or comma outside quotes")
        escaped = char == "\\" and not escaped
    if quoted or not option:
        raise BadKeyLine(part="option", why="quotes do not match")


def known_hosts_line(
    spki: bytes, hosts: Sequence[str], *, port: int = SSH_PORT, salt: bytes = b""
) -> str:
    """The line for a client's `known_hosts` (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT).

    A port other than 22 makes `[host]:port` of each host. With a `salt` of 20 random bytes the
    host is hashed as `ssh-keygen -H` does; a hashed line holds one host. Raises `BadKeyLine`.
    """
    if not hosts:
        raise BadKeyLine(part="host", why="none")
    if not 1 <= port <= 65535:
        raise BadKeyLine(part="port", why="out of range")
    patterns = [_host_pattern(host, port) for host in hosts]
    if salt:
        if len(patterns) != 1:
            raise BadKeyLine(part="host", why="one per hashed line")
        patterns = [_hashed(patterns[0], salt)]
    return f"{','.join(patterns)} {openssh_line(spki)}"


def _host_pattern(host: str, port: int) -> str:
    # Negation, patterns and markers would make the line mean something else than this host.
    if (
        not host
        or not host.isascii()
        or not host.isprintable()
        or set(host) & set(" ,|!*?@#[]\"'\\")
    ):
        raise BadKeyLine(part="host", why="character")
    name = host.lower()
    return name if port == SSH_PORT else f"[{name}]:{port}"


def _hashed(pattern: str, salt: bytes) -> str:
    if len(salt) != hashlib.sha1(usedforsecurity=False).digest_size:
        raise BadKeyLine(part="salt", why="length")
    digest = hmac.new(salt, pattern.encode(), "sha1").digest()
    return f"|1|{base64.b64encode(salt).decode()}|{base64.b64encode(digest).decode()}"


def _blob(spki: bytes) -> bytes:
    blob = ssh_wire.blob_from_spki(spki)
    if blob is None:
        raise BadKeyLine(part="key", why="no SSH form")
    return blob


def _one_line(part: str, text: str) -> None:
    if not text.isprintable() or text != text.strip():
        raise BadKeyLine(part=part, why="character")


def _ssh_fingerprints(blob: bytes) -> Fingerprints:
    return Fingerprints(
        md5=f"MD5:{_colons(_md5(blob))}",
        sha1=f"SHA1:{_unpadded(_sha1(blob))}",
        sha256=f"SHA256:{_unpadded(hashlib.sha256(blob).digest())}",
    )


def _ssh_keygen_line(blob: bytes, ssh: Fingerprints, size: int, comment: str) -> str:
    algorithm = ssh_wire.algorithm_of(blob)
    name = _SSH_TYPES.get(algorithm, "ECDSA")
    return f"{size} {ssh.sha256} {comment or 'no comment'} ({name})"


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()


def _sha1(data: bytes) -> bytes:
    return hashlib.sha1(data, usedforsecurity=False).digest()


def _colons(digest: bytes) -> str:
    return digest.hex(":")


def _unpadded(digest: bytes) -> str:
    return base64.b64encode(digest).decode().rstrip("=")
