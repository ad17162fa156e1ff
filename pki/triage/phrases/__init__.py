"""The phrases that are known, by family of programs: the one list that the search goes through.

A dialect that stands earlier names the program where a line carries signs of several.
"""

from __future__ import annotations

from typing import Final

from pki.triage.meaning import Dialect
from pki.triage.phrases.clients import CURL, FILEZILLA, LFTP, SECURE_TRANSPORT, WINSCP
from pki.triage.phrases.connection import CONNECTION
from pki.triage.phrases.languages import GO, JAVA, NODE, PYTHON
from pki.triage.phrases.more import EMBEDDED, ERLANG, IIS, JAVA_SSH, POSTFIX, RUSTLS, WGET
from pki.triage.phrases.openssl import OPENSSL
from pki.triage.phrases.servers import (
    APACHE,
    FILEZILLA_SERVER,
    FTP,
    HAPROXY,
    NGINX,
    PROFTPD,
    PURE_FTPD,
    STUNNEL,
    VSFTPD,
)
from pki.triage.phrases.ssh import OPENSSH, PUTTY
from pki.triage.phrases.systems import CHROME, FIREFOX, GNUTLS, MICROSOFT

DIALECTS: Final[tuple[Dialect, ...]] = (
    FILEZILLA_SERVER,
    VSFTPD,
    PROFTPD,
    PURE_FTPD,
    HAPROXY,
    NGINX,
    APACHE,
    STUNNEL,
    POSTFIX,
    IIS,
    LFTP,
    WGET,
    CURL,
    WINSCP,
    FILEZILLA,
    JAVA_SSH,
    JAVA,
    PYTHON,
    GO,
    NODE,
    RUSTLS,
    ERLANG,
    EMBEDDED,
    FIREFOX,
    CHROME,
    MICROSOFT,
    SECURE_TRANSPORT,
    GNUTLS,
    OPENSSH,
    PUTTY,
    FTP,
    OPENSSL,
    CONNECTION,
)
