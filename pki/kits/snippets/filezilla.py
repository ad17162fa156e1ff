"""FileZilla: what its site manager needs, and what it cannot do."""

from __future__ import annotations

from pki.kits.meeting import Protocol
from pki.kits.snippets.snippet import Setting, colons


def filezilla(setting: Setting) -> str:
    """The settings of a site, the fingerprint to compare, and a warning."""
    meeting = setting.meeting
    how = "explicit" if meeting.protocol is Protocol.FTPS_EXPLICIT else "implicit"
    return f"""\
FileZilla, File, Site Manager, New site

  Protocol     FTP - File Transfer Protocol
  Host         {meeting.address}
  Port         {meeting.port}
  Encryption   Require {how} FTP over TLS
  Logon type   Ask for password
  User         {meeting.account}

At the first connection FileZilla shows the certificate of the server. Accept it only where its
SHA-256 fingerprint is

  {colons(setting.other.leaf.sha256)}

FileZilla's site manager has no field for a client certificate. A server that requires one, as the
server of this kit does, ends the connection. Use WinSCP or curl there, or ask the administrator of
the server whether the certificate may be optional for this account.
"""
