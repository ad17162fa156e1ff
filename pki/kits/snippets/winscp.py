"""WinSCP: the `open` command of its scripts.

`ftpes://` is explicit and `ftps://` implicit FTPS. `-clientcert` takes one file with certificate
and key; `-certificate` the SHA-256 fingerprint of the server's certificate.
"""

from __future__ import annotations

from urllib.parse import quote

from pki.kits.meeting import Protocol
from pki.kits.snippets.snippet import Setting, colons


def winscp(setting: Setting) -> str:
    """A script for `winscp.com /script=`, and what stands where in the dialog."""
    explicit = setting.meeting.protocol is Protocol.FTPS_EXPLICIT
    scheme = "ftpes" if explicit else "ftps"
    asks = (
        "# The key is encrypted: WinSCP asks for its passphrase, unless -passphrase= gives it.\n"
        if setting.encrypted
        else ""
    )
    return f"""\
# WinSCP, as a script: winscp.com /script=config\\winscp.txt, in the folder of the .pem files.
# WinSCP takes certificate and key from one file. Make it first, and protect it as the key:
#   copy /b {setting.key_file}+{setting.certificate_file} client.pem
#
# In the dialog: File protocol FTP, encryption TLS/SSL {"Explicit" if explicit else "Implicit"} encryption;
# Advanced, TLS/SSL: client.pem as client certificate file. Compare the fingerprint below.
{asks}open {scheme}://{quote(setting.meeting.account, safe="")}@{setting.meeting.netloc}/ -clientcert=client.pem -certificate="{colons(setting.other.leaf.sha256)}"
"""
