"""Clues to the certificate, the service and the account that a line is about.

Every way in which tools print them: serial numbers in hex with and without colons and in decimal,
fingerprints, names in every notation, hosts, accounts.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from pki.triage.lines import Line
from pki.triage.names import names_in


class ClueKind(StrEnum):
    """What a clue is: how it is looked up."""

    SERIAL = "serial"
    SHA256 = "sha256"
    SHA1 = "sha1"
    SSH_SHA256 = "ssh_sha256"
    SSH_MD5 = "ssh_md5"
    NAME = "name"
    HOST = "host"
    ADDRESS = "address"
    ACCOUNT = "account"


@dataclass(frozen=True, kw_only=True, slots=True)
class Clue:
    """One clue: digests and serials in lower-case hex, hosts in small letters, the rest as written.

    `role` is `subject`, `issuer` or empty for a name; `attributes` are those of a name.
    """

    kind: ClueKind
    value: str
    line: int
    role: str = ""
    attributes: tuple[tuple[str, str], ...] = field(default=(), repr=False)


_SERIAL: Final = re.compile(
    r"(?<![a-z/,])serial(?: ?number)?(?:[ _]?hex)?[\"']?\s{0,3}[:=#]?\s{0,3}[\"'\[]?\s{0,6}(?:0x)?"
    r"([0-9a-f][0-9a-f:]{0,120})(?![0-9a-z])(?:\s{1,2}\(0x([0-9a-f]{1,80})\))?"
)
_COLON_HEX: Final = re.compile(
    r"(?<![0-9a-f])(?<![0-9a-f]:)[0-9a-f]{2}(?::[0-9a-f]{2}){7,31}(?![0-9a-f:])"
)
_BARE_HEX: Final = re.compile(r"(?<![0-9a-z])(?:[0-9a-f]{40}|[0-9a-f]{64})(?![0-9a-z])")
_SSH_SHA256: Final = re.compile(r"(?<![A-Za-z0-9])SHA256:([A-Za-z0-9+/]{43})(?![A-Za-z0-9+/])")
_HOST_CHARACTERS: Final = re.compile(r"[A-Za-z0-9._-]{3,253}")
_BRACKETED: Final = re.compile(r"\[([0-9A-Fa-f:.]{2,45})\]")
_LABEL: Final = re.compile(r"[A-Za-z0-9_-]{1,63}")
_ACCOUNTS: Final = (
    re.compile(
        r"(?:publickey|password|none|keyboard-interactive/pam) for (?:invalid user )?(\S{1,64}) from"
    ),
    re.compile(r"(?:invalid|illegal|authenticating) user (\S{1,64})[ ,]", re.IGNORECASE),
    re.compile(
        r"^(?:.{0,40}\s)?([a-z0-9_.-]{1,64})@[a-z0-9.-]{1,253}: permission denied", re.IGNORECASE
    ),
    re.compile(r"\[pid \d{1,9}\] \[([^\]]{1,64})\]"),
    re.compile(r"pure-ftpd(?:\[\d{1,9}\])?: \(([^@?()]{1,64})@"),
    re.compile(r"(?:^|[\s>:])user ([a-z0-9_.@-]{1,64})$", re.IGNORECASE),
    re.compile(r"(?:user|account|username|login) ?[:=] ?[\"']?([a-z0-9_.@-]{1,64})", re.IGNORECASE),
    re.compile(r"(?:user|account) [\"'\[“]([^\"'\]”]{1,64})[\"'\]”]", re.IGNORECASE),
    re.compile(r"accepted (?:publickey|password) for (\S{1,64}) ", re.IGNORECASE),
)
# Ends of words with dots that are files, functions or packages, not hosts.
_NOT_DOMAINS: Final = frozenset(
    {
        "c",
        "cc",
        "cpp",
        "go",
        "java",
        "py",
        "pyc",
        "js",
        "ts",
        "rb",
        "so",
        "dll",
        "exe",
        "pem",
        "crt",
        "cer",
        "key",
        "csr",
        "der",
        "p12",
        "pfx",
        "jks",
        "log",
        "conf",
        "cfg",
        "txt",
        "xml",
        "json",
        "html",
        "php",
        "cnf",
        "ini",
        "sh",
        "h",
        "error",
        "errors",
        "exception",
        "read",
        "handshake",
    }
)
_NOT_FIRST: Final = frozenset({"java", "javax", "sun", "jdk", "ssl", "x509", "system", "urllib3"})
_PEM_BEGIN: Final = "-----BEGIN CERTIFICATE-----"
_PEM_END: Final = "-----END CERTIFICATE-----"
_MOST_PER_LINE: Final = 24


def clues_in(line: Line) -> Iterator[Clue]:
    """The clues in one line, each once."""
    seen: set[tuple[ClueKind, str, str]] = set()
    for clue in _clues(line):
        if (clue.kind, clue.value, clue.role) not in seen and len(seen) < _MOST_PER_LINE:
            seen.add((clue.kind, clue.value, clue.role))
            yield clue


def _clues(line: Line) -> Iterator[Clue]:
    yield from _digests(line)
    yield from _serials(line)
    yield from _names(line)
    yield from _accounts(line)
    yield from _hosts(line)


def _digests(line: Line) -> Iterator[Clue]:
    # The 5 of "MD5:" is no digit of what follows.
    for match in _COLON_HEX.finditer(line.small.replace("md5:", "md5 ")):
        yield from _of_octets(
            match[0].replace(":", ""), line, "ssh" in line.small or "md5:" in line.small
        )
    for match in _BARE_HEX.finditer(line.small):
        kind = ClueKind.SHA1 if len(match[0]) == 40 else ClueKind.SHA256
        yield Clue(kind=kind, value=match[0], line=line.number)
        if kind is ClueKind.SHA1:
            yield Clue(kind=ClueKind.SERIAL, value=_serial(match[0]), line=line.number)
    for match in _SSH_SHA256.finditer(line.text):
        digest = base64.b64decode(match[1] + "=").hex()
        yield Clue(kind=ClueKind.SSH_SHA256, value=digest, line=line.number)


def _of_octets(digits: str, line: Line, is_ssh: bool) -> Iterator[Clue]:
    """Pairs between colons: how many there are tells what they can be."""
    if len(digits) == 64:
        yield Clue(kind=ClueKind.SHA256, value=digits, line=line.number)
        return
    if len(digits) == 40:
        yield Clue(kind=ClueKind.SHA1, value=digits, line=line.number)
    if len(digits) == 32 and is_ssh:
        yield Clue(kind=ClueKind.SSH_MD5, value=digits, line=line.number)
        return
    if len(digits) <= 40:
        yield Clue(kind=ClueKind.SERIAL, value=_serial(digits), line=line.number)


def _serials(line: Line) -> Iterator[Clue]:
    for match in _SERIAL.finditer(line.small):
        if match[2]:
            yield Clue(kind=ClueKind.SERIAL, value=_serial(match[2]), line=line.number)
            continue
        digits = match[1].rstrip(":").replace(":", "")
        yield Clue(kind=ClueKind.SERIAL, value=_serial(digits), line=line.number)
        if digits.isdigit() and len(digits) <= 50:
            decimal = f"{int(digits):x}"
            yield Clue(kind=ClueKind.SERIAL, value=decimal, line=line.number)


def _serial(digits: str) -> str:
    """As the inventory writes it: no leading zeros."""
    return digits.lstrip("0") or "0"


def _names(line: Line) -> Iterator[Clue]:
    for found in names_in(line.text):
        before = line.small[max(found.start - 24, 0) : found.start].rstrip(" :=\"'[(/")
        role = ""
        if before.endswith(("issuer", " i", "issued by")) or before == "i":
            role = "issuer"
        elif before.endswith(("subject", " s", "issued to")) or before == "s":
            role = "subject"
        yield Clue(
            kind=ClueKind.NAME,
            value=found.text,
            line=line.number,
            role=role,
            attributes=found.attributes,
        )


def _accounts(line: Line) -> Iterator[Clue]:
    for pattern in _ACCOUNTS:
        for match in pattern.finditer(line.text):
            yield Clue(kind=ClueKind.ACCOUNT, value=match[1], line=line.number)


def _hosts(line: Line) -> Iterator[Clue]:
    for match in _BRACKETED.finditer(line.text):
        yield from _address(match[1], line)
    for match in _HOST_CHARACTERS.finditer(line.text):
        word = match[0].strip(".-_")
        if "." not in word:
            if word == "localhost":
                yield Clue(kind=ClueKind.HOST, value=word, line=line.number)
            continue
        labels = word.split(".")
        if labels[-1].isdigit():
            yield from _address(word, line)
        elif _is_domain(labels):
            yield Clue(kind=ClueKind.HOST, value=word.lower(), line=line.number)


def _address(word: str, line: Line) -> Iterator[Clue]:
    try:
        address = ipaddress.ip_address(word)
    except ValueError:
        return
    yield Clue(kind=ClueKind.ADDRESS, value=address.compressed, line=line.number)


def _is_domain(labels: list[str]) -> bool:
    last = labels[-1].lower()
    return (
        2 <= len(last) <= 24
        and (last.isalpha() or last.startswith("xn--"))
        and last not in _NOT_DOMAINS
        and labels[0].lower() not in _NOT_FIRST
        and len(labels) <= 12
        and all(_LABEL.fullmatch(label) for label in labels)
        # SSLHandshakeException, createSSLException: methods and classes, not hosts.
        and not any(label[:1].islower() and label != label.lower() for label in labels)
        and not (labels[-1][:1].isupper() and not labels[-1].isupper())
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class PemBlock:
    """A certificate in the lines: its fingerprint as a clue, its text, and the lines it takes."""

    clue: Clue
    text: str
    lines: range


def pem_blocks(lines: tuple[Line, ...]) -> Iterator[PemBlock]:
    """Each PEM certificate in the lines. It is only hashed; nothing of it is parsed here."""
    begun: int | None = None
    for place, line in enumerate(lines):
        if _PEM_BEGIN in line.text:
            begun = place
        elif _PEM_END in line.text and begun is not None:
            body = [one.text.strip() for one in lines[begun + 1 : place]]
            if digest := _digest_of("".join(body)):
                first = lines[begun].number
                yield PemBlock(
                    clue=Clue(kind=ClueKind.SHA256, value=digest, line=first),
                    text="\n".join((_PEM_BEGIN, *body, _PEM_END, "")),
                    lines=range(first, line.number + 1),
                )
            begun = None


def _digest_of(body: str) -> str:
    try:
        return hashlib.sha256(base64.b64decode(body, validate=True)).hexdigest() if body else ""
    except (binascii.Error, ValueError):
        return ""
