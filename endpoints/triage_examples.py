"""Which lines help, by where they come from: for people who do not know what to paste."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Example:
    """A kind of log and one line of it."""

    source: str
    line: str


EXAMPLES: Final = (
    Example(
        "All that “openssl s_client -connect host:port -showcerts” prints; for FTPS with AUTH TLS add"
        " “-starttls ftp”",
        "verify error:num=20:unable to get local issuer certificate",
    ),
    Example(
        "curl -v",
        "curl: (60) SSL certificate problem: self-signed certificate in certificate chain",
    ),
    Example(
        "FileZilla, WinSCP, lftp",
        "Error: Received TLS alert from the server: Certificate is bad (42)",
    ),
    Example(
        "The log of the server: vsftpd, ProFTPD, nginx, Apache, HAProxy, SFTPPlus",
        "client SSL certificate verify error: (10:certificate has expired)",
    ),
    Example(
        "An exception of Java, Python, Go or .NET, with all its causes",
        "javax.net.ssl.SSLHandshakeException: PKIX path building failed",
    ),
    Example(
        "ssh -v, sftp -v, sshd",
        "Unable to negotiate with 192.0.2.7: no matching host key type found",
    ),
)
