"""The `openssl` command: the quickest look at whether the handshake works (`openssl-s_client(1)`)."""

from __future__ import annotations

from pki.host_names import is_address
from pki.kits.meeting import Protocol
from pki.kits.snippets.snippet import Setting


def openssl(setting: Setting) -> str:
    """A command that connects, proves who the client is and names what is wrong."""
    checks = "-verify_ip" if is_address(setting.meeting.address) else "-verify_hostname"
    starts = " -starttls ftp" if setting.meeting.protocol is Protocol.FTPS_EXPLICIT else ""
    asks = "# It asks for the passphrase of the key.\n" if setting.encrypted else ""
    return f"""\
# openssl, in the folder of the .pem files. "Verify return code: 0 (ok)" is what should be seen.
{asks}openssl s_client -connect {setting.meeting.netloc}{starts} \\
  -CAfile {setting.accepted_file} -verify_return_error {checks} {setting.meeting.address} \\
  -cert {setting.certificate_file} -cert_chain {setting.certificate_file} -key {setting.key_file}
"""
