"""Faults that `pki` raises, each with a code and typed data; people's words are found at the edge.

An oddity of an object is a `Finding`, never an exception; a bad certificate makes a bad report,
not a traceback.
"""

from __future__ import annotations

from typing import ClassVar


class PkiError(Exception):
    """A fault with a stable code and plain data that a message can be made from."""

    code: ClassVar[str] = "pki.error"

    def __init__(self, **data: str | int) -> None:
        self.data = data
        super().__init__(self.code, data)

    def __str__(self) -> str:
        inside = ", ".join(f"{key}={value!r}" for key, value in sorted(self.data.items()))
        return f"{self.code}({inside})"


class NotDecodable(PkiError):
    """The bytes are not what they were taken for. Data: `what`, `why`."""

    code = "pki.not_decodable"


class LimitExceeded(PkiError):
    """The input is larger or dearer than the console opens. Data: `limit`, `value`, `maximum`."""

    code = "pki.limit_exceeded"


class SandboxKilled(PkiError):
    """The child that opened untrusted bytes was killed. Data: `why` (`time`, `memory`, `crash`)."""

    code = "pki.sandbox_killed"


class SealBroken(PkiError):
    """A sealed value does not open: swapped, changed, or another key-encryption key. Data: `key_id`."""

    code = "pki.seal_broken"


class KekUnusable(PkiError):
    """The key-encryption key is missing, malformed or not the one in use. Data: `why`, `where`."""

    code = "pki.kek_unusable"


class OpensslUnavailable(PkiError):
    """No usable libcrypto of OpenSSL 3.0 or later in this process. Data: `tried`."""

    code = "pki.openssl_unavailable"


class BadVerifyParameter(PkiError):
    """A host, address, policy or purpose that OpenSSL cannot be given. Data: `parameter`, `value`, `why`."""

    code = "pki.bad_verify_parameter"


class BadAllowRule(PkiError):
    """A rule that would open nothing that can be named. Data: `why`, `value`."""

    code = "pki.bad_allow_rule"


class AddressRefused(PkiError):
    """A host, address or port that the console does not connect to. Data: `why`, `host`, `address`, `port`."""

    code = "pki.address_refused"


class NameNotResolved(PkiError):
    """A host name that gave no address in time. Data: `host`, `why`."""

    code = "pki.name_not_resolved"


class NotConnected(PkiError):
    """No connection to a judged address. Data: `why`, `address`, and `errno` where there is one."""

    code = "pki.not_connected"


class FetchRefused(PkiError):
    """A URL or an answer that the console does not take. Data: `why`, `url`, `address`, and details."""

    code = "pki.fetch_refused"


class FetchFailed(PkiError):
    """A fetch that did not succeed. Data: `why`, `url`, `address`, and details."""

    code = "pki.fetch_failed"


class ProbeRefused(PkiError):
    """A service that the console does not look at: its address is closed. Data: `why`, `host`, `address`, `port`."""

    code = "pki.probe_refused"


class ProbeFailed(PkiError):
    """A look at a service that saw nothing. Data: `why`, `host`, `address`, `port`, and details."""

    code = "pki.probe_failed"


class WrittenWrong(PkiError):
    """A file did not read back as what was written: a bug, met before it is offered. Data: counts.

    `written` is the number of objects read back (-1 where it did not read at all), `expected` the
    number that it was written from.
    """

    code = "pki.written_wrong"
