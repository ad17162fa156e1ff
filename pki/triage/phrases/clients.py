"""Clients of file transfer and HTTP: curl in its builds, FileZilla, WinSCP, lftp.

curl's exit codes are those of its manual. Its messages come from the library that it was built
with: OpenSSL's texts are in their own table, those of GnuTLS, Schannel and Apple's Secure Transport
in theirs.
"""

from __future__ import annotations

from typing import Final

from pki.triage.meaning import Dialect, Side, event, good, same, wrapper

CURL: Final = Dialect(
    name="curl",
    signs=("curl: (", "libcurl", "curl_easy_perform", "* tlsv1.", "* ssl", "curlcode"),
    writer=Side.CLIENT,
    phrases=(
        wrapper("curl: (35)", "tls.handshake_failed"),
        wrapper("curl: (51)", "tls.verify_failed"),
        wrapper("curl: (56)", "net.reset"),
        event("curl: (58)", "file.certificate_unreadable"),
        event("curl: (59)", "tls.no_shared_cipher"),
        wrapper("curl: (60)", "tls.verify_failed"),
        event("curl: (64)", "ftp.no_tls"),
        event("curl: (66)", "tls.handshake_failed"),
        event("curl: (77)", "file.ca_unreadable"),
        event("curl: (80)", "tls.closed"),
        event("curl: (82)", "file.crl_unreadable"),
        event("curl: (83)", "file.issuer_check"),
        event("curl: (90)", "tls.pin_mismatch"),
        same("curl: (91)", 74),
        event("curl: (6)", "net.name_not_found"),
        event("curl: (7)", "net.refused"),
        event("curl: (28)", "net.timeout"),
        wrapper("curl: (52)", "tls.closed"),
        event("curl: (67)", "ftp.login_refused"),
        event("could not load pem client certificate", "file.certificate_unreadable"),
        event("unable to set private key file", "file.certificate_unreadable"),
        event("could not load client certificate", "file.certificate_unreadable"),
        event("unable to load client cert", "file.certificate_unreadable"),
        event("error setting certificate verify locations", "file.ca_unreadable"),
        event("error setting certificate file", "file.ca_unreadable"),
        event("error reading ca cert file", "file.ca_unreadable"),
        event("problem with the ssl ca cert", "file.ca_unreadable"),
        event("error loading crl file", "file.crl_unreadable"),
        event("ssl public key does not match pinned public key", "tls.pin_mismatch"),
        event("public key does not match pinned", "tls.pin_mismatch"),
        same("no alternative certificate subject name matches", 62, 64),
        same("certificate subject name does not match target host", 62),
        same("does not match target host name", 62),
        same("peer certificate cannot be authenticated with given ca certificates", 20, 19, 18),
        event("the ssl peer certificate or ssh remote key was not ok", "tls.verify_failed"),
        same("no ocsp response received", 100),
        same("ocsp response has expired", 99),
        same("ssl certificate status: revoked", 23),
        event("requested ssl level failed", "ftp.no_tls"),
        event("server denied you to change to the given directory", "ftp.login_refused"),
        good("ssl certificate verify ok", "good.verified"),
    ),
)

# Messages of curl's Secure Transport back end and of macOS (SecureTransport.h, SecBase.h).
SECURE_TRANSPORT: Final = Dialect(
    name="Secure Transport",
    signs=("errssl", "nsurlerrordomain", "secure transport", "sectrust"),
    writer=Side.CLIENT,
    phrases=(
        same("certificate problem: invalid certificate chain", 20, 19),
        same("certificate problem: untrusted root certificate", 19, 18),
        same("certificate problem: no root certificate", 20, 19),
        same("certificate chain had an expired certificate", 10),
        same("chain had a not yet valid certificate", 9),
        same("peer verification failed, the certificate did not match", 62),
        same("errsslxcertchaininvalid", 20, 19),
        same("errsslunknownrootcert", 19, 18),
        same("errsslnorootcert", 20, 19),
        same("errsslcertexpired", 10),
        same("errsslhostnamemismatch", 62),
        event("errsslpeerhandshakefail", "tls.handshake_failed"),
        event("errsslclosedabort", "tls.closed"),
        same("nsurlerrorservercertificateuntrusted", 20, 19, 62),
        same("nsurlerrorservercertificatehasunknownroot", 19, 20),
        same("nsurlerrorservercertificatehasbaddate", 10, 9),
        event("nsurlerrorclientcertificaterequired", "tls.no_client_certificate"),
        same("the certificate for this server is invalid", 20, 19, 62, 10),
    ),
)

FILEZILLA: Final = Dialect(
    name="FileZilla",
    signs=("status:", "fzsftp", "filezilla client"),
    writer=Side.CLIENT,
    phrases=(
        event("server does not support ftp over tls", "ftp.no_tls"),
        event("the data connection could not be established: econnrefused", "ftp.data_connection"),
        event("failed to retrieve directory listing", "ftp.data_connection"),
        event("server did not properly shut down tls connection", "tls.closed"),
        event("the server did not properly shut down the tls connection", "tls.closed"),
        event("connection timed out after", "net.timeout"),
        event("econnrefused", "net.refused"),
        event("econnreset", "net.reset"),
        event("econnaborted", "net.reset"),
        event("etimedout", "net.timeout"),
        event("eai_noname", "net.name_not_found"),
        same("remote certificate not trusted", 20, 19, 18),
        event("secure ftp servers require a", "ftp.tls_required"),
        good("status: tls connection established", "good.connected"),
    ),
)

WINSCP: Final = Dialect(
    name="WinSCP",
    signs=(
        "winscp",
        "verifying certificate for",
        "warning: verifying certificate",
        "network error:",
    ),
    writer=Side.CLIENT,
    phrases=(
        event("peer certificate rejected", "tls.verify_failed"),
        event("the certificate's fingerprint is", "tls.verify_failed"),
        same("server certificate changed since the previous request", 18),
        event("can't establish tls connection", "tls.handshake_failed"),
        event("tls connection interrupted", "tls.closed"),
        same("the certificate was not issued for this server", 62),
        same("certificate was issued for a different hostname", 62),
        same("issuer is not trusted", 20, 19, 18),
        same("the certificate is not yet valid", 9),
        same("the certificate has been revoked", 23),
        event("network error: connection refused", "net.refused"),
        event("network error: connection timed out", "net.timeout"),
        event("network error: software caused connection abort", "net.reset"),
        event("network error: connection reset by peer", "net.reset"),
        event("host does not exist", "net.name_not_found"),
    ),
)

LFTP: Final = Dialect(
    name="lftp",
    signs=("fatal error: certificate verification", "lftp"),
    writer=Side.CLIENT,
    phrases=(
        same("certificate verification: not trusted", 20, 19, 18),
        same("certificate verification: certificate common name doesn't match", 62),
        same("certificate verification: the certificate's owner does not match", 62),
        same("certificate verification: expired", 10),
        same("certificate verification: not yet activated", 9),
        same("certificate verification: revoked", 23),
        same("certificate verification: insecure algorithm", 68),
        event("max-retries exceeded", "net.timeout"),
        event("fatal error: gnutls_handshake", "tls.handshake_failed"),
    ),
)
