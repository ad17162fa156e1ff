"""The host keys of an SSH server: each proven by a key exchange that goes no further.

The exchanges happen in a child that can be killed (`pki.sandbox.host_keys`), over sockets that are
connected already. A server shows one key in an exchange, so there is one for each type of key that it
offers, all within one deadline.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from pki.errors import ProbeFailed, SandboxKilled
from pki.probe.ssh_offer import Offer, read_offer
from pki.probe.values import HostKeySeen, SshSeen
from pki.probe.wire import Wire
from pki.sandbox.host_keys import HostKeyChild

# The algorithms of a type of key, the preferred first: the three of RSA show the same key.
KEY_TYPES: dict[str, tuple[str, ...]] = {
    "ssh-ed25519": ("ssh-ed25519",),
    "ssh-ed448": ("ssh-ed448",),
    "ecdsa-sha2-nistp256": ("ecdsa-sha2-nistp256",),
    "ecdsa-sha2-nistp384": ("ecdsa-sha2-nistp384",),
    "ecdsa-sha2-nistp521": ("ecdsa-sha2-nistp521",),
    "ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"),
    "ssh-dss": ("ssh-dss",),
}
# Fixed groups only: in a group exchange (RFC 4419) the server chooses the numbers to compute with.
_KEY_EXCHANGES = (
    "curve25519-sha256",
    "curve25519-sha256@libssh.org",
    "ecdh-sha2-nistp256",
    "ecdh-sha2-nistp384",
    "ecdh-sha2-nistp521",
    "diffie-hellman-group14-sha256",
    "diffie-hellman-group16-sha512",
    "diffie-hellman-group18-sha512",
    "diffie-hellman-group14-sha1",
    "diffie-hellman-group1-sha1",
)


def look_at_ssh(connect: Callable[[], Wire]) -> SshSeen:
    """The host keys of the server to which `connect` gives connected wires.

    Raises `ProbeFailed` with those of `read_offer`, `no_common_key_exchange` (with the `offered`),
    `no_host_key`, and those of the wire; `SandboxKilled` (`memory`, `crash`) where an exchange cost
    too much. A single key that could not be had is in `unseen`.
    """
    wire = connect()
    try:
        offer = read_offer(wire)
        exchanges = _common(wire, offer)
    finally:
        wire.close()
    keys: list[HostKeySeen] = []
    unseen: list[tuple[str, str]] = []
    with HostKeyChild() as child:
        for name, algorithms in KEY_TYPES.items():
            algorithm = next((one for one in algorithms if one in offer.host_keys), "")
            if not algorithm:
                continue
            try:
                keys.append(_key(child, connect, algorithm, exchanges))
            except ProbeFailed as error:
                unseen.append((name, str(error.data["why"])))
    if not keys:
        why = unseen[0][1] if unseen else ""
        wire.stage = "host_key"
        raise wire.failed("time" if why == "time" else "no_host_key", reason=why)
    return SshSeen(
        ident=offer.ident, offered=offer.host_keys, keys=tuple(keys), unseen=tuple(unseen)
    )


def _common(wire: Wire, offer: Offer) -> tuple[str, ...]:
    common = tuple(name for name in _KEY_EXCHANGES if name in offer.key_exchanges)
    if not common:
        offered = ", ".join(offer.key_exchanges)[:200]
        raise wire.failed("no_common_key_exchange", offered=offered)
    return common


def _key(
    child: HostKeyChild, connect: Callable[[], Wire], algorithm: str, exchanges: Sequence[str]
) -> HostKeySeen:
    wire = connect()
    wire.stage = "host_key"
    try:
        found = child.exchange(
            wire.connection,
            algorithm=algorithm,
            exchanges=exchanges,
            deadline=time.monotonic() + wire.remaining(),
        )
    except SandboxKilled as killed:
        if killed.data["why"] != "time":
            raise
        # It held the child longer than it was given.
        raise wire.failed("time") from killed
    finally:
        wire.close()
    if found.why:
        raise wire.failed(found.why)
    return HostKeySeen(algorithm=found.algorithm, blob=found.blob)
