"""Configuration for the programs at either end: which snippet goes to whom stands in one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pki.kits.meeting import Protocol, Side
from pki.kits.snippets.curl import curl
from pki.kits.snippets.filezilla import filezilla
from pki.kits.snippets.nginx import nginx
from pki.kits.snippets.openssl import openssl
from pki.kits.snippets.python import python_client, python_server
from pki.kits.snippets.sftpplus import sftpplus_options, sftpplus_vault
from pki.kits.snippets.snippet import Setting
from pki.kits.snippets.vsftpd import vsftpd
from pki.kits.snippets.winscp import winscp

__all__ = ["SNIPPETS", "Setting", "Snippet", "snippets_for"]

_WEB = frozenset({Protocol.HTTPS})
_FTPS = frozenset({Protocol.FTPS_EXPLICIT, Protocol.FTPS_IMPLICIT})
_NO_FTPS = frozenset({Protocol.HTTPS, Protocol.TLS})
_ALL = frozenset(Protocol)


@dataclass(frozen=True, kw_only=True, slots=True)
class Snippet:
    """A program, the file that tells it of the kit, and the protocols for which it is of use.

    `holds_key`: the private key of the side itself stands inside.
    """

    program: str
    file_name: str
    write: Callable[[Setting], str]
    protocols: frozenset[Protocol]
    holds_key: bool = False


_OPTIONS = Snippet(
    program="SFTPPlus up to 5.19",
    file_name="sftpplus-5.19.ini",
    write=sftpplus_options,
    protocols=_WEB | _FTPS,
    holds_key=True,
)
_VAULT = Snippet(
    program="SFTPPlus from 5.20",
    file_name="sftpplus-5.20.ini",
    write=sftpplus_vault,
    protocols=_WEB | _FTPS,
    holds_key=True,
)

SNIPPETS: Mapping[Side, tuple[Snippet, ...]] = {
    Side.SERVER: (
        Snippet(program="nginx", file_name="nginx.conf", write=nginx, protocols=_NO_FTPS),
        Snippet(program="vsftpd", file_name="vsftpd.conf", write=vsftpd, protocols=_FTPS),
        _OPTIONS,
        _VAULT,
        Snippet(program="Python", file_name="server.py", write=python_server, protocols=_ALL),
    ),
    Side.CLIENT: (
        Snippet(program="openssl", file_name="openssl.txt", write=openssl, protocols=_ALL),
        Snippet(program="curl", file_name="curl.conf", write=curl, protocols=_WEB | _FTPS),
        Snippet(program="FileZilla", file_name="filezilla.txt", write=filezilla, protocols=_FTPS),
        Snippet(program="WinSCP", file_name="winscp.txt", write=winscp, protocols=_FTPS),
        _OPTIONS,
        _VAULT,
        Snippet(program="Python", file_name="client.py", write=python_client, protocols=_ALL),
    ),
}


def snippets_for(side: Side, protocol: Protocol) -> tuple[Snippet, ...]:
    """Those for one side of a protocol, in the order of the table."""
    return tuple(one for one in SNIPPETS[side] if protocol in one.protocols)
