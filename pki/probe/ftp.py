"""From the greeting of an FTP server to the point where TLS begins (RFC 959, RFC 4217)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pki.probe.wire import Wire, printable

_REPLY = re.compile(rb"[ \xff\xfb-\xfe]{0,8}([1-5][0-9]{2})([ -]|\Z)")
# Servers older than RFC 4217 know only the name that drafts had; these replies mean "not that one".
_TRY_ANOTHER = frozenset((431, 500, 501, 502, 504))
_MOST_PRELIMINARY = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """The code of a reply and its last line, printable."""

    code: int
    text: str


def begin_tls(wire: Wire) -> str:
    """Read the greeting and ask for TLS; gives the command that the server took.

    Raises `ProbeFailed` with `why`: `not_ftp` (with what it `said`), `ftp_unavailable` (the greeting
    was no 220), `auth_refused` (with the server's `line`), `early_data` (something stood behind the
    last plain reply), and those of the wire.
    """
    wire.stage = "greeting"
    greeting = _final(wire)
    if greeting.code != 220:
        raise wire.failed("ftp_unavailable", line=greeting.text)
    wire.stage = "auth"
    refusal = ""
    for command in ("AUTH TLS", "AUTH SSL"):
        wire.send(command.encode() + b"\r\n")
        reply = _final(wire)
        if reply.code == 234:
            if wire.has_more:
                raise wire.failed("early_data")
            return command
        refusal = refusal or reply.text
        if reply.code not in _TRY_ANOTHER:
            break
    raise wire.failed("auth_refused", line=refusal)


def _final(wire: Wire) -> Reply:
    """The next reply that is not preliminary (`120 ready in 5 minutes`)."""
    for _ in range(_MOST_PRELIMINARY):
        reply = read_reply(wire)
        if reply.code >= 200:
            return reply
    raise wire.failed("endless", said=reply.text)


def read_reply(wire: Wire) -> Reply:
    """One reply, of several lines or one (RFC 959, 4.2). Raises `ProbeFailed`.

    A reply of several lines ends with a line that starts with its code and a space; what stands
    between may be anything, codes included.
    """
    line = wire.line()
    first = _REPLY.match(line)
    if first is None:
        raise wire.failed("not_ftp", said=printable(line))
    if first[2] == b"-":
        end = re.compile(re.escape(first[1]) + rb"(?: |\Z)")
        line = wire.line()
        while not end.match(line):
            line = wire.line()
    return Reply(code=int(first[1]), text=printable(line))
