from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import certifi

from pki.certificate import CertificateFacts
from pki.formats.bundle import read_blocks

# Where operating systems keep their bundle of roots, after what OpenSSL itself names.
_USUAL_PLACES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu, Arch, Gentoo
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora, Red Hat
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  # Red Hat, newer
    "/etc/ssl/ca-bundle.pem",  # SUSE
    "/etc/ssl/cert.pem",  # Alpine, macOS, the BSDs
    "/opt/homebrew/etc/openssl@3/cert.pem",  # macOS with Homebrew
    "/usr/local/etc/openssl@3/cert.pem",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class RootBundle:
    """A bundle of roots that came with the machine: `system` or `certifi`."""

    code: str
    title: str
    path: str


def find_bundles() -> list[RootBundle]:
    """The bundles that this machine has; the operating system's first."""
    bundles = [
        RootBundle(code="system", title="This operating system", path=str(path))
        for path in _system_places()
        if path.is_file()
    ][:1]
    certifis = Path(certifi.where())
    if certifis.is_file():
        bundles.append(
            RootBundle(code="certifi", title="Mozilla's list (certifi)", path=str(certifis))
        )
    return bundles


def find_roots(bundle: RootBundle) -> tuple[CertificateFacts, ...]:
    """The roots of a bundle by name; read again only when its file has changed."""
    return _read(bundle.path, Path(bundle.path).stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _read(path: str, _changed: int) -> tuple[CertificateFacts, ...]:
    blocks = read_blocks(Path(path).read_bytes())
    found = {block.certificate.sha256: block.certificate for block in blocks if block.certificate}
    return tuple(sorted(found.values(), key=lambda facts: _shown_name(facts).casefold()))


def _shown_name(facts: CertificateFacts) -> str:
    return facts.cn or facts.organization or facts.subject


def _system_places() -> Iterator[Path]:
    named = ssl.get_default_verify_paths()
    for place in (named.cafile, named.openssl_cafile, *_USUAL_PLACES):
        if place:
            yield Path(place)
