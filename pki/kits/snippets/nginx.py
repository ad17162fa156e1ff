"""nginx: `ngx_http_ssl_module` for HTTPS, `ngx_stream_ssl_module` for anything else over TLS.

`ssl_verify_depth` is 1 unless set, which is too little for a chain with an intermediate.
`ssl_password_file` holds the passphrase of an encrypted key, one line.
"""

from __future__ import annotations

from pki.kits.meeting import Protocol
from pki.kits.snippets.snippet import Setting, who_else

FOLDER = "/etc/nginx/kit"


def nginx(setting: Setting) -> str:
    """A `server` block that asks every client for a certificate."""
    if setting.meeting.protocol is Protocol.HTTPS:
        return f"""\
# nginx, HTTPS with client certificates. Copy the .pem files to {FOLDER},
# and include this file inside the http block (sites-enabled, conf.d).
server {{
    listen {setting.meeting.port} ssl;
    server_name {_names(setting)};

{_tls(setting)}
    location / {{
        # Whom the certificate names: "CN=..." and so on, for the application or the log.
        add_header X-Client-Name $ssl_client_s_dn;
        root /var/www/html;
    }}
}}
"""
    return f"""\
# nginx, any protocol over TLS with client certificates. Copy the .pem files to {FOLDER},
# and include this file inside the stream block. Needs the stream module.
server {{
    listen {setting.meeting.port} ssl;

{_tls(setting)}
    # The service itself, without TLS, reachable from this machine alone.
    proxy_pass 127.0.0.1:9000;
}}
"""


def _names(setting: Setting) -> str:
    return " ".join(f"[{one}]" if ":" in one else one for one in setting.meeting.addresses)


def _tls(setting: Setting) -> str:
    lines = [
        f"ssl_certificate        {FOLDER}/{setting.certificate_file};",
        f"ssl_certificate_key    {FOLDER}/{setting.key_file};",
    ]
    if setting.encrypted:
        lines += [
            "# The key is encrypted. Write its passphrase as the only line of this file (mode 0400).",
            f"ssl_password_file      {FOLDER}/{setting.key_file}.passphrase;",
        ]
    lines += [
        "ssl_protocols          TLSv1.2 TLSv1.3;",
        "",
        "# Clients that are accepted. Others, and clients without a certificate, are refused.",
        "# More clients: append their certificates to this file.",
        *who_else(setting).splitlines(),
        f"ssl_client_certificate {FOLDER}/{setting.accepted_file};",
        "ssl_verify_client      on;",
        f"ssl_verify_depth       {max(1, len(setting.other.chain) - 1)};",
    ]
    return "".join(f"    {line}\n" if line else "\n" for line in lines)
