"""vsftpd (`vsftpd.conf`): explicit and implicit FTPS with client certificates.

vsftpd takes no passphrase from a file and cannot ask for one as a daemon, so its key has to be
stored without. `validate_cert` refuses what does not chain to `ca_certs_file`.
"""

from __future__ import annotations

from pki.kits.meeting import Protocol
from pki.kits.snippets.snippet import Setting, who_else

FOLDER = "/etc/vsftpd/kit"


def vsftpd(setting: Setting) -> str:
    """The lines that turn TLS on and ask every client for a certificate."""
    implicit = setting.meeting.protocol is Protocol.FTPS_IMPLICIT
    return f"""\
# vsftpd, {"implicit" if implicit else "explicit"} FTPS with client certificates.
# Copy the .pem files to {FOLDER}, and add these lines to vsftpd.conf.
{_key(setting)}
listen_port={setting.meeting.port}
ssl_enable=YES
implicit_ssl={"YES" if implicit else "NO"}
force_local_logins_ssl=YES
force_local_data_ssl=YES
ssl_sslv2=NO
ssl_sslv3=NO

rsa_cert_file={FOLDER}/{setting.certificate_file}
rsa_private_key_file={FOLDER}/{setting.key_file}

# Clients that are accepted. Others, and clients without a certificate, are refused.
# More clients: append their certificates to this file.
{who_else(setting)}ca_certs_file={FOLDER}/{setting.accepted_file}
ssl_request_cert=YES
require_cert=YES
validate_cert=YES

# Many clients do not resume the session of the control connection for data.
require_ssl_reuse=NO

# The certificate opens the connection; the account then logs in as always, by PAM.
"""


def _key(setting: Setting) -> str:
    if not setting.encrypted:
        return f"# Let nobody but root read the key: chmod 0600 {FOLDER}/{setting.key_file}\n"
    return f"""\
#
# The key in the archive is encrypted, and vsftpd has no setting for its passphrase. Decrypt it on
# the server, once, and let nobody but root read it; openssl asks for the passphrase:
#   (umask 077; openssl pkey -in {setting.key_file} -out {FOLDER}/{setting.key_file})
"""
