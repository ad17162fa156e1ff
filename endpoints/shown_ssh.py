"""SSH keys of services and accounts as pages show them and as files hold them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import prefetch_related_objects

from certificates.models import PrivateKey, PublicKey
from endpoints.models import Account, Service
from pki.key_faces import (
    BadKeyLine,
    Fingerprints,
    authorized_keys_line,
    key_faces,
    known_hosts_line,
)
from pki.names import visible
from pki.ssh_fingerprints import sshfp_records

_SALT_BYTES = 20

Key = PrivateKey | PublicKey
_KEYS = ("ssh_keys__private_key", "ssh_keys__public_key")


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownHostKey:
    """A host key in every notation that people compare.

    `fingerprints` is None and everything else empty where SSH has no form of the key. `md5` is the
    notation of old clients, without the prefix.
    """

    key: Key
    fingerprints: Fingerprints | None
    md5: str
    sshfp: tuple[str, ...]


def shown_host_key(key: Key, hosts: Sequence[str]) -> ShownHostKey:
    """The host key of a service that is reached under these hosts."""
    spki = bytes(key.spki)
    faces = key_faces(spki).ssh
    names = [host for host in hosts if not _is_address(host)]
    return ShownHostKey(
        key=key,
        fingerprints=faces,
        md5=faces.md5.removeprefix("MD5:") if faces else "",
        sshfp=sshfp_records(spki, names) if faces and names else (),
    )


def _is_address(host: str) -> bool:
    """Whether a host is an IP address: records in the DNS stand under names."""
    return ":" in host or host.rpartition(".")[2].isdecimal()


def host_keys_of(service: Service) -> list[Key]:
    """The host keys of a service, in the order in which they were described."""
    rows = service.host_keys.select_related("private_key", "public_key").order_by("pk")
    return [one.key for one in rows]


def ssh_keys_of(account: Account) -> list[Key]:
    """The SSH keys with which an account logs in."""
    prefetch_related_objects([account], *_KEYS)
    return [one.key for one in sorted(account.ssh_keys.all(), key=lambda one: one.pk)]


def known_hosts_file(service: Service, *, hashed: bool) -> str:
    """The lines by which a client knows the service; hashed: one for each host, names hidden.

    Keys that SSH has no form of are left out.
    """
    hosts = list(service.addresses.order_by("position").values_list("host", flat=True))
    groups = [[host] for host in hosts] if hashed else [hosts] if hosts else []
    lines = []
    for key in host_keys_of(service):
        for group in groups:
            salt = secrets.token_bytes(_SALT_BYTES) if hashed else b""
            try:
                line = known_hosts_line(bytes(key.spki), group, port=service.port, salt=salt)
            except BadKeyLine:
                continue
            lines.append(f"{line}\n")
    return "".join(lines)


def authorized_keys_of(account: Account) -> list[str]:
    """The lines by which a server lets the account in; the comment is its name."""
    lines = []
    for key in ssh_keys_of(account):
        try:
            lines.append(
                authorized_keys_line(bytes(key.spki), comment=visible(account.name).strip())
            )
        except BadKeyLine:
            continue
    return lines


def authorized_keys_file(accounts: Iterable[Account]) -> str:
    """The lines of several accounts, each under its name; accounts without a key are left out."""
    parts = []
    listed = list(accounts)
    prefetch_related_objects(listed, *_KEYS)
    for account in listed:
        lines = authorized_keys_of(account)
        if lines:
            parts.append(f"# {visible(account.name)}\n" + "".join(f"{line}\n" for line in lines))
    return "\n".join(parts)
