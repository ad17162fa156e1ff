"""What a key file was found to hold: values only, so that both sides of the sandbox know them."""

from __future__ import annotations

from dataclasses import dataclass, field

from pki.findings import Finding, Severity
from pki.keys import KeyFacts


@dataclass(frozen=True, kw_only=True, slots=True)
class PrivateKeyFound:
    """One private key: `pkcs8` is unencrypted DER, to be sealed at once; the rest is public.

    `container` says what it was in: `pkcs8`, `pkcs1`, `sec1`, `dsa`, `openssh`, `putty-2`,
    `putty-3`, `pkcs12`; `was_encrypted` whether a passphrase opened it. `comment` is PuTTY's, or
    the friendly name in a PKCS#12. `line` counts from 1, 0 in binary input. `findings` are those
    of the public key and what the private numbers add (`keyfile.close_primes`).
    """

    pkcs8: bytes = field(repr=False)
    spki: bytes
    facts: KeyFacts
    container: str
    was_encrypted: bool
    comment: str = ""
    line: int = 0
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class PublicKeyFound:
    """One public key. `prefix` is what stood before it on its line: options or host patterns.

    `container`: `spki`, `pkcs1`, `openssh`, `authorized_keys`, `known_hosts`, `rfc4716`.
    """

    spki: bytes
    facts: KeyFacts
    container: str
    comment: str = ""
    prefix: str = ""
    line: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyFileContents:
    """Everything found in one key file; `findings` are about the file, each place is a line."""

    private_keys: tuple[PrivateKeyFound, ...] = ()
    public_keys: tuple[PublicKeyFound, ...] = ()
    certificates: tuple[bytes, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def refusal(self) -> Finding | None:
        """The first error: what to tell when the wanted kind of key was not found."""
        return next((found for found in self.findings if found.severity is Severity.ERROR), None)
