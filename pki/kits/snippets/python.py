"""Python's standard library: `ssl`, with `http.client` or `ftplib` for a client."""

from __future__ import annotations

from pki.kits.meeting import Protocol
from pki.kits.snippets.snippet import Setting

_ASK = 'getpass.getpass("Passphrase of the key: ")'


def python_server(setting: Setting) -> str:
    """A context that a server of any kind takes; as a script it answers one connection after another."""
    return f'''\
"""A server's TLS in Python, in the folder of the .pem files: python config/server.py"""

{_imports(setting, "socket", "ssl")}

context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain({_pair(setting)})
# Clients that are accepted. Others, and clients without a certificate, are refused.
context.load_verify_locations({setting.accepted_file!r})
context.verify_mode = ssl.CERT_REQUIRED

if __name__ == "__main__":
    with socket.create_server(("", {setting.meeting.port})) as listening:
        while True:
            connection, where = listening.accept()
            try:
                with context.wrap_socket(connection, server_side=True) as accepted:
                    print(where[0], accepted.getpeercert()["subject"])
            except (ssl.SSLError, OSError) as error:
                print(where[0], error)
'''


def python_client(setting: Setting) -> str:
    """A connection as the account, to the first address."""
    meeting = setting.meeting
    uses = {
        Protocol.HTTPS: ("http.client", _HTTPS),
        Protocol.FTPS_EXPLICIT: ("ftplib", _EXPLICIT),
        Protocol.FTPS_IMPLICIT: ("ftplib", _IMPLICIT),
        Protocol.TLS: ("socket", _TLS),
    }
    module, body = uses[meeting.protocol]
    values = {
        "host": ascii(meeting.address),
        "port": str(meeting.port),
        "account": ascii(meeting.account),
    }
    for name, value in values.items():
        body = body.replace(f"<{name}>", value)
    more = {Protocol.HTTPS: (), Protocol.TLS: ("contextlib",)}.get(meeting.protocol, ("getpass",))
    return f'''\
"""A client in Python, in the folder of the .pem files: python config/client.py"""

{_imports(setting, module, "ssl", *more)}

# Only this server is accepted, and only under the name that it is reached by.
context = ssl.create_default_context(cafile={setting.accepted_file!r})
context.load_cert_chain({_pair(setting)})

{body}'''


def _imports(setting: Setting, *modules: str) -> str:
    needed = {*modules, *(["getpass"] if setting.encrypted else [])}
    return "\n".join(f"import {name}" for name in sorted(needed))


def _pair(setting: Setting) -> str:
    files = f"{setting.certificate_file!r}, {setting.key_file!r}"
    return f"{files}, password=lambda: {_ASK}" if setting.encrypted else files


_HTTPS = """\
connection = http.client.HTTPSConnection(<host>, <port>, context=context)
connection.request("GET", "/")
answer = connection.getresponse()
print(answer.status, answer.reason)
"""

_EXPLICIT = """\
ftp = ftplib.FTP_TLS(context=context)
ftp.connect(<host>, <port>)
ftp.login(<account>, getpass.getpass("Password of the account: "))
ftp.prot_p()
ftp.retrlines("LIST")
ftp.quit()
"""

_IMPLICIT = '''\
class ImplicitFTP_TLS(ftplib.FTP_TLS):
    """TLS from the first byte, which ftplib itself does not speak."""

    @property
    def sock(self):
        return self._sock

    @sock.setter
    def sock(self, value):
        if value is not None and not isinstance(value, ssl.SSLSocket):
            value = self.context.wrap_socket(value, server_hostname=self.host)
        self._sock = value


ftp = ImplicitFTP_TLS(context=context)
ftp.connect(<host>, <port>)
ftp.login(<account>, getpass.getpass("Password of the account: "))
ftp.prot_p()
ftp.retrlines("LIST")
ftp.quit()
'''

_TLS = """\
with socket.create_connection((<host>, <port>)) as plain:
    with context.wrap_socket(plain, server_hostname=<host>) as connection:
        # In TLS 1.3 a server refuses a client after the client is through: listen for a moment.
        connection.settimeout(2)
        with contextlib.suppress(TimeoutError):
            connection.recv(1)
        print(connection.version(), connection.getpeercert()["subject"])
"""
