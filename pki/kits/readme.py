"""README.txt: what is in the archive, in words for somebody who has not met certificates before."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pki.host_names import shown_name
from pki.kits.meeting import Meeting, Protocol, Shown, Side
from pki.kits.names import CHECKSUMS, SNIPPETS, accepted_file, certificate_file, key_file
from pki.kits.snippets import Snippet
from pki.kits.snippets.snippet import colons
from pki.names import visible

_WIDTH = 78
_PROTOCOLS = {
    Protocol.HTTPS: "HTTPS",
    Protocol.FTPS_EXPLICIT: "FTPS, explicit (AUTH TLS)",
    Protocol.FTPS_IMPLICIT: "FTPS, implicit",
    Protocol.TLS: "another protocol over TLS",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """What README.txt is written from; `key_here` says whether the key is in the archive."""

    side: Side
    meeting: Meeting
    own: Shown
    other: Shown
    key_here: bool
    encrypted: bool
    snippets: Sequence[Snippet]


def readme(letter: Letter) -> str:
    """The whole text."""
    parts = (
        _head(letter),
        _files(letter),
        _secret(letter),
        _steps(letter),
        _fingerprints(letter),
        _configuration(letter),
        _end(letter),
    )
    return "\n\n\n".join(part.strip("\n") for part in parts) + "\n"


def _title(text: str) -> str:
    return f"{text}\n{'-' * len(text)}\n"


def _head(letter: Letter) -> str:
    meeting = letter.meeting
    side = "SERVER" if letter.side is Side.SERVER else "CLIENT"
    names = ", ".join(_shown(one) for one in meeting.addresses)
    return f"""\
{"=" * _WIDTH}
Files for the {side} side
{"=" * _WIDTH}

Server     {names}
Port       {meeting.port}
Protocol   {_PROTOCOLS[meeting.protocol]}
Account    {visible(meeting.account)}
Made       {_day(meeting.made_at)}

With these files the two sides recognise each other: the client makes sure
that it speaks with the right server, and the server lets in the right client.
The other side has an archive of its own, which fits to this one."""


def _shown(name: str) -> str:
    shown = shown_name(name)
    return name if shown == name else f"{name} ({visible(shown)})"


def _files(letter: Letter) -> str:
    side, other = letter.side, letter.side.other
    what = "server" if side is Side.SERVER else "client"
    rows = [(certificate_file(side), f"The certificate of the {what}. Not secret.")]
    if len(letter.own.sent) > 1:
        rows[0] = (
            certificate_file(side),
            f"The certificate of the {what}, then its authorities. Not secret.",
        )
    if letter.key_here:
        locked = ", encrypted" if letter.encrypted else ", NOT encrypted"
        rows.append((key_file(side), f"The private key of the {what}{locked}. SECRET."))
    accepted = accepted_file(other, letter.other)
    if letter.other.stands_alone:
        rows.append((accepted, f"The certificate of the {other}, to be accepted. Not secret."))
    else:
        rows.append((accepted, f"The authorities of the {other}, to be accepted. Not secret."))
    rows += [
        (CHECKSUMS, "Checksums:  sha256sum -c SHA256SUMS"),
        (f"{SNIPPETS}/", "Settings for programs, to copy from. See below."),
    ]
    longest = max(len(name) for name, _ in rows)
    listed = "\n".join(f"{name.ljust(longest)}   {says}" for name, says in rows)
    missing = ""
    if not letter.key_here:
        missing = f"""

The private key of the {what} is NOT in this archive: it was made where it is
used, and has never been anywhere else. Put it beside the other files as
{key_file(side)}. It has to be the key of exactly this certificate."""
    return f"{_title('What is here')}\n{listed}{missing}"


def _secret(letter: Letter) -> str:
    key = key_file(letter.side)
    who = "server" if letter.side is Side.SERVER else "client"
    lines = [
        f"Only {key} is secret. Whoever has it can pass for the {who}.",
        "Nobody else ever needs it, not even the other side, and nobody who asks for it",
        "by mail or phone has a good reason. Let only the program read it:",
        "",
        f"    chmod 600 {key}",
    ]
    if letter.key_here and letter.encrypted:
        lines += [
            "",
            "It is encrypted. The passphrase comes to you by another way than this archive;",
            "if it came by the same way, ask for new files.",
        ]
    if letter.key_here and not letter.encrypted:
        lines += [
            "",
            "It is NOT encrypted: whoever gets this archive has the key. Delete the archive",
            "as soon as the files are in their place.",
        ]
    holding = [f"{SNIPPETS}/{one.file_name}" for one in letter.snippets if one.holds_key]
    if letter.key_here and holding:
        lines += ["", "These repeat the key; delete those that you do not use:", ""]
        lines += [f"    {name}" for name in holding]
    return f"{_title('What to keep secret')}\n" + "\n".join(lines)


def _steps(letter: Letter) -> str:
    steps = _server_steps(letter) if letter.side is Side.SERVER else _client_steps(letter)
    numbered = (
        textwrap.fill(
            f"{number}. {step}",
            _WIDTH,
            subsequent_indent="   ",
            break_long_words=False,
            break_on_hyphens=False,
        )
        for number, step in enumerate(steps, start=1)
    )
    return f"{_title('What to do')}\n" + "\n".join(numbered)


def _server_steps(letter: Letter) -> tuple[str, ...]:
    key, account = key_file(Side.SERVER), visible(letter.meeting.account)
    accepted = accepted_file(Side.CLIENT, letter.other)
    return (
        f"Copy the .pem files to a folder of the server, and protect {key}.",
        f"Set {certificate_file(Side.SERVER)} as the server's certificate, and {key} as its key.",
        f"Set {accepted} as the authorities whose clients are accepted, and make a client "
        "certificate required. If the server accepts other clients already, append "
        f"{accepted} to the file that it uses; do not replace it.",
        f"Let the account {account} log in. Its name and the common name (CN) of its certificate "
        f"are the same, capitals included.{_whom_else(letter)}",
        "Restart the service, and let the client try.",
    )


def _whom_else(letter: Letter) -> str:
    if letter.other.stands_alone:
        return ""
    return (
        " The authorities accept others too: every certificate of theirs gets through, so the "
        "server has to compare the common name."
    )


def _client_steps(letter: Letter) -> tuple[str, ...]:
    meeting, key = letter.meeting, key_file(Side.CLIENT)
    several = len(meeting.addresses) > 1
    return (
        f"Copy the .pem files to a folder of the client, and protect {key}.",
        f"Set {certificate_file(Side.CLIENT)} as the client's certificate, and {key} as its key.",
        f"Set {accepted_file(Side.SERVER, letter.other)} as the authority by which the server is "
        "accepted.",
        f"Connect to {meeting.address}, port {meeting.port}, by exactly this name"
        f"{' or another of those above' if several else ''}: under any other the server is "
        "refused.",
        f"Log in as {visible(meeting.account)}, capitals as written here.",
    )


def _fingerprints(letter: Letter) -> str:
    server = letter.own if letter.side is Side.SERVER else letter.other
    client = letter.other if letter.side is Side.SERVER else letter.own
    return f"""\
{_title("Is it really from them? Compare by phone")}
Call the other side, on a number that you knew before, and read to each other
the first and the last eight characters, better all of them:

Certificate of the server, SHA-256
{_in_lines(server.leaf.sha256)}
Certificate of the client, SHA-256
{_in_lines(client.leaf.sha256)}
A program shows the same with

    openssl x509 -in {certificate_file(letter.side)} -noout -fingerprint -sha256"""


def _in_lines(digest: str) -> str:
    pairs = colons(digest.upper())
    half = len(pairs) // 2 + 1
    return f"\n    {pairs[:half]}\n    {pairs[half:]}\n"


def _configuration(letter: Letter) -> str:
    longest = max(len(one.file_name) for one in letter.snippets)
    listed = "\n".join(
        f"    {SNIPPETS}/{one.file_name.ljust(longest)}   {one.program}" for one in letter.snippets
    )
    return f"""\
{_title("Settings for programs")}
{listed}

Paths and folders in them are examples. Everything else is as it has to be."""


def _end(letter: Letter) -> str:
    ends = min(letter.own.works_until, letter.other.works_until)
    return f"""\
{_title("Until when it works")}
Until {_day(ends)}. From then on one side refuses the other. Ask for
new files some weeks before, and exchange them on both sides at the same time.

Certificate of this side     ends {_day(letter.own.leaf.not_after)}
Certificate of the other     ends {_day(letter.other.leaf.not_after)}"""


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
