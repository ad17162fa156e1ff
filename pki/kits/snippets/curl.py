"""curl: a file for `curl --config` (`curl(1)`, where strings in quotes escape by backslash)."""

from __future__ import annotations

from urllib.parse import quote

from pki.kits.meeting import Protocol
from pki.kits.names import SNIPPETS
from pki.kits.snippets.snippet import Setting, quoted


def curl(setting: Setting) -> str:
    """Where to, whom to accept, and as whom; the passphrase is asked for, or given by `--pass`."""
    lines = [
        "# curl. In the folder of the .pem files:  curl --config config/curl.conf",
        "# The curl that comes with Windows reads no PEM; take one that says OpenSSL in curl -V.",
        f"url = {quoted(_url(setting))}",
        f"cacert = {quoted(setting.accepted_file)}",
        "# No other authorities: some builds of curl bring a folder of them along.",
        f"capath = {quoted(SNIPPETS)}",
        f"cert = {quoted(setting.certificate_file)}",
        f"key = {quoted(setting.key_file)}",
    ]
    if setting.encrypted:
        lines.append(
            "# The key is encrypted: curl asks for its passphrase, unless --pass gives it."
        )
    if setting.meeting.protocol is Protocol.FTPS_EXPLICIT:
        lines.append("ssl-reqd")
    if setting.meeting.protocol.is_ftps:
        lines += _login(setting.meeting.account)
    return "\n".join((*lines, ""))


def _url(setting: Setting) -> str:
    meeting = setting.meeting
    schemes = {
        Protocol.HTTPS: "https",
        Protocol.FTPS_EXPLICIT: "ftp",
        Protocol.FTPS_IMPLICIT: "ftps",
    }
    inside = meeting.protocol.is_ftps and ":" in meeting.account
    user = f"{quote(meeting.account, safe='')}@" if inside else ""
    return f"{schemes[meeting.protocol]}://{user}{meeting.netloc}/"


def _login(account: str) -> list[str]:
    """What stands behind the first colon of `user` is the password, so some names go into the URL."""
    if ":" in account:
        return ["# The account stands in the URL; write :password behind it."]
    return [
        "# The account; curl asks for its password. A colon and the password behind it say it here.",
        f"user = {quoted(account)}",
    ]
