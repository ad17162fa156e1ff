"""Public SSH keys for the tests."""

from __future__ import annotations

from functools import cache

from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from django.utils import timezone

from certificates.models import PublicKey
from certificates.services.public_facts import public_facts


@cache
def _private(name: str) -> ed25519.Ed25519PrivateKey:
    return ed25519.Ed25519PrivateKey.generate()


def _key(name: str) -> ed25519.Ed25519PublicKey:
    return _private(name).public_key()


def private_pem(name: str = "private") -> str:
    """What nobody should paste."""
    form = Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()
    return _private(name).private_bytes(*form).decode()


def public_line(name: str) -> str:
    """The line of the `.pub` file of that name's key; the same one for the whole run."""
    line = _key(name).public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    return f"{line.decode()} {name}"


def public_key(name: str) -> PublicKey:
    """The key of that name as it stands in the key store."""
    spki = _key(name).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return PublicKey.objects.create(
        **public_facts(spki), name=name, container="authorized_keys", created_at=timezone.now()
    )
