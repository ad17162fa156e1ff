"""Servers: nginx, Apache, HAProxy, stunnel and those of FTP.

nginx and HAProxy are clients too, of what stands behind them; their lines say so.
"""

from __future__ import annotations

from typing import Final

from pki.triage.meaning import Dialect, Side, event, good, same, wrapper

_CLIENT: Final = Side.CLIENT
_SERVER: Final = Side.SERVER

NGINX: Final = Dialect(
    name="nginx",
    signs=("while ssl handshaking", "while reading client request", "nginx", "ssl_do_handshake()"),
    writer=_SERVER,
    phrases=(
        event("client sent no required ssl certificate", "tls.no_client_certificate"),
        event("no required ssl certificate was sent", "tls.no_client_certificate"),
        event("client sent plain http request to https port", "tls.not_tls"),
        event("the plain http request was sent to https port", "tls.not_tls"),
        event("cannot load certificate key", "file.certificate_unreadable"),
        event("cannot load certificate", "file.certificate_unreadable"),
        event('no "ssl_certificate" is defined', "tls.no_server_certificate"),
        event("peer closed connection in ssl handshake", "tls.closed"),
        wrapper("upstream ssl certificate verify error", "tls.verify_failed", writer=_CLIENT),
        wrapper("while ssl handshaking to upstream", "tls.handshake_failed", writer=_CLIENT),
        same("upstream ssl certificate does not match", 62, writer=_CLIENT),
        wrapper("client ssl certificate verify error", "tls.verify_failed"),
        wrapper("ssl_do_handshake() failed", "tls.handshake_failed"),
        wrapper("the ssl certificate error", "tls.verify_failed"),
    ),
)

APACHE: Final = Dialect(
    name="Apache",
    signs=("[ssl:error]", "[ssl:info]", "[ssl:warn]", "[ssl:debug]", " ah0", "mod_ssl", "apache"),
    writer=_SERVER,
    phrases=(
        wrapper("certificate verification: error", "tls.verify_failed"),
        wrapper("ah02008", "tls.handshake_failed"),
        wrapper("re-negotiation handshake failed", "tls.handshake_failed"),
        event("no acceptable peer certificate available", "tls.no_client_certificate"),
        event("ssl handshake stopped: connection was closed", "tls.closed"),
        event("ssl handshake interrupted by system", "tls.closed"),
        event("provided via sni and hostname", "tls.sni_refused"),
        event("no hostname was provided via sni", "tls.sni_refused"),
        same("does not include an id which matches the server name", 62),
        same("server certificate is a ca certificate", 37),
        event("ah02565: certificate and private key", "key.mismatch"),
        event(
            "failed to configure at least one certificate and key", "file.certificate_unreadable"
        ),
        event("init: unable to read server certificate", "file.certificate_unreadable"),
        event("rejecting client initiated renegotiation", "tls.legacy_renegotiation"),
        wrapper("ssl proxy connect failed", "tls.handshake_failed", writer=_CLIENT),
    ),
)

HAPROXY: Final = Dialect(
    name="HAProxy",
    signs=("haproxy", "/1: ssl", "layer6 "),
    writer=_SERVER,
    phrases=(
        same("ssl client ca chain cannot be verified", 20, 2, 19, writer=_SERVER),
        event("ssl client certificate not trusted", "tls.verify_failed", writer=_SERVER),
        same("server presented an ssl certificate different from", 62, writer=_CLIENT),
        event("connection closed during ssl handshake", "tls.closed"),
        event("timeout during ssl handshake", "net.timeout"),
        event("connection error during ssl handshake", "net.reset"),
        event("unable to load ssl certificate", "file.certificate_unreadable"),
        event("unable to load ssl private key", "file.certificate_unreadable"),
        event("inconsistencies between private key and certificate", "key.mismatch"),
        wrapper("layer6 invalid response", "tls.handshake_failed", writer=_CLIENT),
    ),
)

STUNNEL: Final = Dialect(
    name="stunnel",
    signs=("stunnel", "log3[", "log4[", "log5[", "log6[", "log7["),
    writer=None,
    phrases=(
        wrapper("cert: pre-verification error", "tls.verify_failed"),
        wrapper("rejected by cert at depth", "tls.verify_failed"),
        wrapper("rejected by ocsp at depth", "tls.verify_failed"),
        same("rejected by crl at depth", 23),
        same("cert: no matching host name found", 62),
        same("cert: no matching ip address found", 64),
        event("cert: certificate not found in local repository", "tls.pin_mismatch"),
        event("cert: public keys do not match", "tls.pin_mismatch"),
        event("peer suddenly disconnected", "tls.closed"),
        wrapper("verify error: depth", "tls.verify_failed"),
        good("certificate accepted at depth=0", "good.verified"),
    ),
)

VSFTPD: Final = Dialect(
    name="vsftpd",
    signs=("vsftpd", 'debug: client "', 'connect: client "', "500 oops"),
    writer=_SERVER,
    phrases=(
        event("oops: ssl: cannot load rsa certificate", "file.certificate_unreadable"),
        event("oops: ssl: cannot load rsa private key", "file.certificate_unreadable"),
        event("oops: ssl: cannot load dsa", "file.certificate_unreadable"),
        event("oops: ssl: cannot load ca", "file.ca_unreadable"),
        event("session reuse required", "ftp.session_reuse"),
        event("no ssl session reuse on data channel", "ftp.session_reuse"),
        event("non-anonymous sessions must use encryption", "ftp.tls_required"),
        event("anonymous sessions may not use encryption", "ftp.no_tls"),
        event("data connections must be encrypted", "ftp.data_protection"),
        event("data connection cannot be opened with this prot", "ftp.data_protection"),
    ),
)

PROFTPD: Final = Dialect(
    name="ProFTPD",
    signs=("mod_tls", "proftpd", "tls/tls-c"),
    writer=_SERVER,
    phrases=(
        wrapper("tls/tls-c negotiation failed", "tls.handshake_failed"),
        wrapper("unable to accept tls connection", "tls.handshake_failed"),
        wrapper("unable to open incoming connection", "tls.handshake_failed"),
        wrapper("unable to verify certificate at depth", "tls.verify_failed"),
        event("received eof that violates protocol", "tls.closed"),
        event("client does not support any cipher from", "tls.no_shared_cipher"),
        event("client did not reuse ssl session", "ftp.session_reuse"),
        event("client did not reuse tls session", "ftp.session_reuse"),
        event("ssl/tls required on the control channel", "ftp.tls_required"),
        event("ssl/tls required on the data channel", "ftp.data_protection"),
        event("error loading tlsrsacertificatefile", "file.certificate_unreadable"),
        event("error loading tlsrsacertificatekeyfile", "file.certificate_unreadable"),
        event("error loading tlscacertificatefile", "file.ca_unreadable"),
        event("tlsrequired on", "ftp.tls_required"),
    ),
)

PURE_FTPD: Final = Dialect(
    name="Pure-FTPd",
    signs=("pure-ftpd",),
    writer=_SERVER,
    phrases=(
        event("cleartext sessions and weak ciphers are not accepted", "ftp.tls_required"),
        event("cleartext sessions are not accepted", "ftp.tls_required"),
        event("data connection cannot be opened without tls", "ftp.data_protection"),
        event("unable to load the certificate", "file.certificate_unreadable"),
        event("authentication failed for user", "ftp.login_refused"),
    ),
)

FILEZILLA_SERVER: Final = Dialect(
    name="FileZilla Server",
    signs=("[ftp session", "[ftp server]", "filezilla server"),
    writer=_SERVER,
    phrases=(
        event("tls session of data connection not resumed", "ftp.session_reuse"),
        event("tls session of data connection has not resumed", "ftp.session_reuse"),
        event("use auth first", "ftp.tls_required"),
        event("plaintext ftp is disallowed", "ftp.tls_required"),
        event("unable to build data connection", "ftp.data_connection"),
        event("could not load certificate file", "file.certificate_unreadable"),
        event("could not load private key", "file.certificate_unreadable"),
    ),
)

# Replies of FTP servers (RFC 959, RFC 4217), as either side's log shows them.
FTP: Final = Dialect(
    name="FTP",
    signs=("response:", "<--- ", "auth tls"),
    writer=None,
    phrases=(
        event("530 login incorrect", "ftp.login_refused"),
        event("530 login authentication failed", "ftp.login_refused"),
        event("530 user cannot log in", "ftp.login_refused"),
        event("530 not logged in", "ftp.login_refused"),
        event("530 authentication failed", "ftp.login_refused"),
        event("530 login or password incorrect", "ftp.login_refused"),
        event("500 auth not understood", "ftp.no_tls"),
        event("502 command not implemented", "ftp.no_tls"),
        event("504 unknown auth", "ftp.no_tls"),
        event("500 'auth tls': command not understood", "ftp.no_tls"),
        event("502 explicit tls authentication not allowed", "ftp.no_tls"),
        event("534 policy requires ssl", "ftp.tls_required"),
        event("534 local policy on server does not allow tls secure connections", "ftp.no_tls"),
        event("522 ssl connection failed", "ftp.session_reuse"),
        event("425 unable to build data connection", "ftp.data_connection"),
        event("425 can't open data connection", "ftp.data_connection"),
        event("425 cannot open data connection", "ftp.data_connection"),
        event("425 failed to establish connection", "ftp.data_connection"),
        event("521 prot", "ftp.data_protection"),
        event("536 requested prot level not supported", "ftp.data_protection"),
        event("431 unable to accept security mechanism", "tls.no_server_certificate"),
        event("550 tls handshake failed", "tls.handshake_failed"),
        good("234 auth tls", "good.tls_offered"),
        good("234 proceed with negotiation", "good.tls_offered"),
        good("234 using authentication type tls", "good.tls_offered"),
    ),
)
