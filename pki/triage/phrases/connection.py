"""What keeps two machines from talking at all, in the words of operating systems."""

from __future__ import annotations

from typing import Final

from pki.triage.meaning import Dialect, event

CONNECTION: Final = Dialect(
    name="the network",
    signs=(),
    writer=None,
    phrases=(
        event("connection refused", "net.refused"),
        event("actively refused it", "net.refused"),
        event("connection timed out", "net.timeout"),
        event("operation timed out", "net.timeout"),
        event("connect timed out", "net.timeout"),
        event("read timed out", "net.timeout"),
        event("i/o timeout", "net.timeout"),
        event("connection reset", "net.reset"),
        event("broken pipe", "net.reset"),
        event("connection aborted", "net.reset"),
        event("no route to host", "net.unreachable"),
        event("network is unreachable", "net.unreachable"),
        event("host is unreachable", "net.unreachable"),
        event("could not resolve host", "net.name_not_found"),
        event("name or service not known", "net.name_not_found"),
        event("temporary failure in name resolution", "net.name_not_found"),
        event("nodename nor servname provided", "net.name_not_found"),
        event("no such host", "net.name_not_found"),
        event("getaddrinfo failed", "net.name_not_found"),
        event("unknown host", "net.name_not_found"),
    ),
)
