"""What forms and commands ask the key services for, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from pki.key_generation import KeySpec


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnerWanted:
    """An owner by what identifies it; made when there is none of that kind and name."""

    kind: str
    name: str
    email: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyAbout:
    """What people say about a key."""

    name: str = ""
    owner_id: int | None = None
    new_owner: OwnerWanted | None = None
    labels: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyOrder:
    """A key to make."""

    spec: KeySpec
    about: KeyAbout


class Wanted(StrEnum):
    """What somebody means to bring in."""

    PRIVATE = "private"
    PUBLIC = "public"


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyFile:
    """A file of keys, or pasted text (without a name), and what opens it."""

    name: str
    content: bytes = field(repr=False)
    passphrase: bytes | None = field(default=None, repr=False)
    wanted: Wanted


class ExportForm(StrEnum):
    """In what form a private key leaves."""

    PKCS8 = "pkcs8"
    PKCS12 = "pkcs12"
    OPENSSH = "openssh"
    PLAIN = "plain"


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportOrder:
    """A private key to hand out: how, protected by what, and why."""

    form: ExportForm
    reason: str
    passphrase: bytes = field(default=b"", repr=False)
    certificate_id: int | None = None
