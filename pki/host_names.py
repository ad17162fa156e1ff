"""Host names, addresses, mail addresses and URIs as they are written into a request.

A name that holds other than ASCII becomes an A-label by IDNA 2008 (RFC 5891) after the mapping of
UTS 46, as browsers do it; certificates hold nothing else (RFC 9549). A wildcard and underscores
pass here, because systems inside use them: what public CAs think of them, `pki.preflight` says.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

import idna

from pki.errors import PkiError

LONGEST_NAME = 253
LONGEST_LABEL = 63
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\Z")
_DOTS = re.compile("[.\u3002\uff0e\uff61]")
_MAIL_LOCAL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}\Z")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]+\Z")

# Names that no public CA issues for: RFC 6761, RFC 6762, RFC 8375, RFC 9476, the
# top-level domain that ICANN set aside (internal), and those that sites use though nobody did.
PRIVATE_TLDS = frozenset(
    {"alt", "corp", "example", "home", "internal", "intranet", "invalid", "lan", "local"}
    | {"localdomain", "localhost", "onion", "private", "test"}
)
_PRIVATE_SUFFIXES = ("home.arpa",)


class NameRefused(PkiError):
    """Text that is no name of its kind. Data: `kind`, `value`, `why`.

    `why` is `empty`, `too_long`, `label_too_long`, `character`, `hyphen`, `idna`, `port`, `scheme`,
    `address`, `wildcard_not_leftmost`, `wildcard_partial`, `wildcard_several`, `malformed`.
    """

    code = "name.refused"


def _refused(kind: str, value: str, why: str) -> NameRefused:
    return NameRefused(kind=kind, value=value[:256], why=why)


def host_name(text: str) -> str:
    """The name as a certificate holds it: lower case, A-labels, no final dot. Raises `NameRefused`.

    A left-most label `*` stays; an address is no host name.
    """
    name = text.strip()
    if not name:
        raise _refused("dns", text, "empty")
    if "://" in name or "/" in name:
        raise _refused("dns", text, "scheme")
    if is_address(name):
        raise _refused("dns", text, "address")
    if re.search(r":\d+\Z", name):
        raise _refused("dns", text, "port")
    labels = _DOTS.split(name)
    if len(labels) > 1 and not labels[-1]:
        labels.pop()
    _check_wildcards(text, labels)
    ascii_labels = [label if label == "*" else _a_label(text, label) for label in labels]
    joined = ".".join(ascii_labels)
    if len(joined) > LONGEST_NAME:
        raise _refused("dns", text, "too_long")
    return joined


def _check_wildcards(text: str, labels: list[str]) -> None:
    starred = [label for label in labels if "*" in label]
    if not starred:
        return
    if len(starred) > 1:
        raise _refused("dns", text, "wildcard_several")
    if starred[0] != "*":
        raise _refused("dns", text, "wildcard_partial")
    if labels[0] != "*" or len(labels) < 2:
        raise _refused("dns", text, "wildcard_not_leftmost")


def _a_label(text: str, label: str) -> str:
    if label.isascii():
        plain = label.lower()
        if plain.startswith("xn--"):
            _check_a_label(text, plain)
    else:
        try:
            plain = idna.encode(label, uts46=True, transitional=False).decode("ascii")
        except idna.IDNAError as error:
            raise _refused("dns", text, "idna") from error
    if not plain:
        raise _refused("dns", text, "empty")
    if len(plain) > LONGEST_LABEL:
        raise _refused("dns", text, "label_too_long")
    if plain[0] == "-" or plain[-1] == "-":
        raise _refused("dns", text, "hyphen")
    if not _LABEL.match(plain):
        raise _refused("dns", text, "character")
    return plain


def _check_a_label(text: str, label: str) -> None:
    try:
        idna.decode(label)
    except idna.IDNAError as error:
        raise _refused("dns", text, "idna") from error


def shown_name(name: str) -> str:
    """A name with its U-labels, for people; the A-label form stands beside it on a page."""
    return ".".join(_u_label(label) for label in name.split("."))


def _u_label(label: str) -> str:
    if not label.lower().startswith("xn--"):
        return label
    try:
        return idna.decode(label)
    except idna.IDNAError:
        return label


def address(text: str) -> str:
    """An IP address in canonical form; brackets around IPv6 are taken. Raises `NameRefused`."""
    plain = text.strip().removeprefix("[").removesuffix("]")
    try:
        parsed = ipaddress.ip_address(plain)
    except ValueError as error:
        raise _refused("ip", text, "malformed") from error
    if "%" in plain:
        raise _refused("ip", text, "malformed")
    return parsed.compressed


def is_address(text: str) -> bool:
    """Whether the text is an IP address."""
    try:
        ipaddress.ip_address(text.strip().removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True


def mail_address(text: str) -> str:
    """A mailbox in ASCII, its domain as A-labels (RFC 5280, 4.2.1.6). Raises `NameRefused`."""
    local, at, domain = text.strip().rpartition("@")
    if not at or not _MAIL_LOCAL.match(local) or "*" in domain:
        raise _refused("email", text, "malformed")
    try:
        return f"{local}@{host_name(domain)}"
    except NameRefused as error:
        raise _refused("email", text, "malformed") from error


def uri(text: str) -> str:
    """An absolute URI in ASCII (RFC 5280, 4.2.1.6). Raises `NameRefused`."""
    plain = text.strip()
    if not _URI.match(plain):
        raise _refused("uri", text, "malformed")
    try:
        parts = urlsplit(plain)
    except ValueError as error:
        raise _refused("uri", text, "malformed") from error
    if parts.scheme in ("http", "https", "ftp", "ftps", "sftp", "ldap") and not parts.hostname:
        raise _refused("uri", text, "malformed")
    return plain


def is_private_host(name: str) -> bool:
    """Whether no public CA issues for this name: it is not in the public DNS."""
    return name.rsplit(".", 1)[-1] in PRIVATE_TLDS or name.endswith(
        tuple(f".{suffix}" for suffix in _PRIVATE_SUFFIXES)
    )


def is_private_address(text: str) -> bool:
    """Whether an address is none of the public Internet's."""
    return not ipaddress.ip_address(text).is_global
