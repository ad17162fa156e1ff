"""Lines as real programs print them, with everything around them, and what each tells of.

From public bug reports, manuals and sources of these programs, with hosts, addresses and names
replaced; the lines of OpenSSL, curl and OpenSSH can be made again with the programs themselves, which
`test_real_tools.py` does. Each row: the line, the code, and what else must be found.
"""

from __future__ import annotations

from typing import Any, NamedTuple


class Row(NamedTuple):
    line: str
    code: str
    expected: dict[str, Any]


def row(line: str, code: str, **expected: Any) -> Row:
    return Row(line, code, expected)


OPENSSL = (
    row("verify error:num=20:unable to get local issuer certificate", "verify.20"),
    row("verify error:num=18:self signed certificate", "verify.18"),
    row("verify error:num=18:self-signed certificate", "verify.18"),
    row("verify error:num=19:self-signed certificate in certificate chain", "verify.19"),
    row("verify error:num=10:certificate has expired", "verify.10"),
    row("error 20 at 0 depth lookup: unable to get local issuer certificate", "verify.20", depth=0),
    row("error 20 at 0 depth lookup:unable to get local issuer certificate", "verify.20", depth=0),
    row("error 2 at 1 depth lookup: unable to get issuer certificate", "verify.2", depth=1),
    row("error partner.pem: verification failed: 10 (certificate has expired)", "verify.10"),
    row(
        "[CRL path] error 20 at 0 depth lookup: unable to get local issuer certificate", "verify.20"
    ),
    row("error 26 at 0 depth lookup: unsuitable certificate purpose", "verify.26", depth=0),
    row("error 26 at 0 depth lookup:unsupported certificate purpose", "verify.26", depth=0),
    row("error 24 at 1 depth lookup:invalid CA certificate", "verify.79", depth=1, printed=24),
    row("error 79 at 1 depth lookup: invalid CA certificate", "verify.79", depth=1, printed=0),
    row("error 3 at 0 depth lookup: unable to get certificate CRL", "verify.3", depth=0),
    row("error 12 at 0 depth lookup: CRL has expired", "verify.12", depth=0),
    row("error 23 at 0 depth lookup: certificate revoked", "verify.23", depth=0),
    row("error 66 at 0 depth lookup: EE certificate key too weak", "verify.66", depth=0),
    row("error 68 at 1 depth lookup: CA md too weak", "verify.68", depth=1),
    row("error 62 at 0 depth lookup: hostname mismatch", "verify.62", depth=0),
    row("    Verify return code: 21 (unable to verify the first certificate)", "verify.21"),
    row("    Verify return code: 18 (self signed certificate)", "verify.18"),
    row("    Verify return code: 62 (Hostname mismatch)", "verify.62"),
    row("Verification error: unable to verify the first certificate", "verify.21"),
    row(
        "139862341990208:error:1416F086:SSL routines:tls_process_server_certificate:"
        "certificate verify failed:../ssl/statem/statem_clnt.c:1919:",
        "tls.verify_failed",
        refused_by="client",
    ),
    row(
        "40B7D8F2A87F0000:error:0A000086:SSL routines:tls_post_process_server_certificate:"
        "certificate verify failed:../ssl/statem/statem_clnt.c:1889:",
        "tls.verify_failed",
        refused_by="client",
    ),
    row(
        "140735180329808:error:14090086:SSL routines:ssl3_get_server_certificate:"
        "certificate verify failed:s3_clnt.c:1264:",
        "tls.verify_failed",
        refused_by="client",
    ),
    row(
        "140003417544512:error:14094412:SSL routines:ssl3_read_bytes:sslv3 alert bad certificate:"
        "../ssl/record/rec_layer_s3.c:1544:SSL alert number 42",
        "alert.42",
    ),
    row(
        "4097A12F447F0000:error:0A000412:SSL routines:ssl3_read_bytes:sslv3 alert bad certificate:"
        "../ssl/record/rec_layer_s3.c:1586:SSL alert number 42",
        "alert.42",
    ),
    row(
        "00AEA3C0F87F0000:error:0A000416:SSL routines:ssl3_read_bytes:ssl/tls alert certificate "
        "unknown:ssl/record/rec_layer_s3.c:907:SSL alert number 46",
        "alert.46",
    ),
    row(
        "80CBC0E3D97F0000:error:0A00045C:SSL routines:ssl3_read_bytes:tlsv13 alert certificate "
        "required:../ssl/record/rec_layer_s3.c:1605:SSL alert number 116",
        "alert.116",
    ),
    row(
        "139877523322688:error:140890C7:SSL routines:ssl3_get_client_certificate:"
        "peer did not return a certificate:s3_srvr.c:3328:",
        "tls.no_client_certificate",
        refused_by="server",
    ),
    row(
        "140024467432256:error:1408F10B:SSL routines:ssl3_get_record:wrong version number:"
        "ssl/record/ssl3_record.c:332:",
        "tls.not_tls",
    ),
    row(
        "139635311662912:error:1417A0C1:SSL routines:tls_post_process_client_hello:"
        "no shared cipher:../ssl/statem/statem_srvr.c:2283:",
        "tls.no_shared_cipher",
    ),
    row("error:0A000102:SSL routines::unsupported protocol", "tls.version"),
    row("error:0A000126:SSL routines::unexpected eof while reading", "tls.closed"),
    row(
        "error:0A000152:SSL routines::unsafe legacy renegotiation disabled",
        "tls.legacy_renegotiation",
    ),
    row("SSL3 alert read:fatal:unknown CA", "alert.48"),
    row("SSL3 alert write:fatal:certificate expired", "alert.45"),
    row("<<< TLS 1.3, Alert [length 0002], fatal certificate_required", "alert.116"),
    row("no peer certificate available", "tls.no_peer_certificate", refused_by="client"),
    row(
        "SSL_CTX_use_PrivateKey_file: error:0B080074:x509 certificate routines:"
        "X509_check_private_key:key values mismatch",
        "key.mismatch",
    ),
    row(
        "unable to load certificate\n140231:error:0909006C:PEM routines:get_name:no start line:"
        "../crypto/pem/pem_lib.c:745:Expecting: TRUSTED CERTIFICATE",
        "file.no_pem",
    ),
    row(
        "error:06065064:digital envelope routines:EVP_DecryptFinal_ex:bad decrypt",
        "file.bad_password",
    ),
    # OpenVPN prints OpenSSL's text with the subject behind it.
    row(
        "Tue Mar  5 10:02:11 2024 VERIFY ERROR: depth=1, error=self signed certificate in "
        "certificate chain: C=BE, O=Example, CN=Example Root",
        "verify.19",
        depth=1,
    ),
    row(
        "TLS certificate verification: Error, self signed certificate in certificate chain",
        "verify.19",
    ),
)

CURL = (
    row(
        "curl: (60) SSL certificate problem: unable to get local issuer certificate",
        "verify.20",
        refused_by="client",
        also="tls.verify_failed",
    ),
    row(
        "curl: (60) SSL certificate problem: self-signed certificate in certificate chain",
        "verify.19",
    ),
    row("curl: (60) SSL certificate problem: certificate has expired", "verify.10"),
    row(
        "curl: (60) SSL: no alternative certificate subject name matches target host name "
        "'ftp.example.org'",
        "verify.62",
        refused_by="client",
    ),
    row(
        "curl: (51) SSL: certificate subject name 'old.example.org' does not match target host "
        "name 'ftp.example.org'",
        "verify.62",
    ),
    row(
        "* SSL certificate verify result: unable to get local issuer certificate (20), continuing "
        "anyway.",
        "verify.20",
    ),
    row("* TLSv1.3 (IN), TLS alert, unknown CA (560):", "alert.48", refused_by="server"),
    row("* TLSv1.3 (OUT), TLS alert, unknown CA (560):", "alert.48", refused_by="client"),
    row("* TLSv1.2 (IN), TLS alert, handshake failure (552):", "alert.40"),
    row(
        "curl: (56) OpenSSL SSL_read: error:0A00045C:SSL routines::tlsv13 alert certificate "
        "required, errno 0",
        "alert.116",
        refused_by="server",
    ),
    row(
        "curl: (35) OpenSSL/3.0.2: error:0A000410:SSL routines::sslv3 alert handshake failure",
        "alert.40",
    ),
    row(
        "curl: (35) error:1408F10B:SSL routines:ssl3_get_record:wrong version number", "tls.not_tls"
    ),
    row(
        "curl: (35) error:14094410:SSL routines:ssl3_read_bytes:sslv3 alert handshake failure",
        "alert.40",
    ),
    row(
        "curl: (58) could not load PEM client certificate from client_cert.pem, OpenSSL error "
        "error:0909006C:PEM routines:get_name:no start line, (no key found, wrong pass phrase, or "
        "wrong file format?)",
        "file.no_pem",
        also="file.certificate_unreadable",
    ),
    row(
        "curl: (58) unable to set private key file: 'client_key.pem' type PEM",
        "file.certificate_unreadable",
    ),
    row(
        "curl: (77) error setting certificate verify locations:  CAfile: /etc/ssl/partner-ca.pem "
        "CApath: none",
        "file.ca_unreadable",
    ),
    row("curl: (77) error setting certificate file: /etc/ssl/partner-ca.pem", "file.ca_unreadable"),
    row("curl: (83) SSL certificate issuer check failed", "file.issuer_check"),
    row("curl: (90) SSL: public key does not match pinned public key", "tls.pin_mismatch"),
    row("curl: (64) Requested SSL level failed", "ftp.no_tls"),
    row(
        "curl: (7) Failed to connect to ftp.example.org port 990 after 12 ms: Couldn't connect to "
        "server",
        "net.refused",
    ),
    row("curl: (6) Could not resolve host: ftp.exmaple.org", "net.name_not_found"),
    row(
        "curl: (28) Failed to connect to ftp.example.org port 21 after 75003 ms: Connection timed "
        "out",
        "net.timeout",
    ),
    row(
        "curl: (60) server certificate verification failed. CAfile: "
        "/etc/ssl/certs/ca-certificates.crt CRLfile: none",
        "tls.verify_failed",
    ),
    row(
        "curl: (35) schannel: next InitializeSecurityContext failed: SEC_E_UNTRUSTED_ROOT "
        "(0x80090325) - The certificate chain was issued by an authority that is not trusted.",
        "verify.19",
    ),
    row(
        "curl: (60) schannel: SNI or certificate check failed: SEC_E_WRONG_PRINCIPAL (0x80090322) "
        "- The target principal name is incorrect.",
        "verify.62",
    ),
    row(
        "curl: (35) schannel: next InitializeSecurityContext failed: SEC_E_CERT_EXPIRED "
        "(0x80090328) - The received certificate has expired.",
        "verify.10",
    ),
    row(
        "curl: (35) schannel: next InitializeSecurityContext failed: Unknown error (0x80092012) - "
        "The revocation function was unable to check revocation for the certificate.",
        "verify.3",
    ),
    row("curl: (60) SSL certificate problem: Invalid certificate chain", "verify.20"),
    row("curl: (51) SSL: certificate verification failed (result: 5)", "tls.verify_failed"),
)

FTP_CLIENTS = (
    row(
        "Error:         Received TLS alert from the server: Handshake failed (40)",
        "alert.40",
        refused_by="server",
    ),
    row(
        "2024-03-05 10:11:12 5560 1 Error: Received TLS alert from the server: Certificate is bad "
        "(42)",
        "alert.42",
    ),
    row(
        "Error:        GnuTLS error -12: A TLS fatal alert has been received.",
        "tls.handshake_failed",
    ),
    row("Error:\tGnuTLS error -15: An unexpected TLS packet was received.", "tls.not_tls"),
    row(
        "Error:    GnuTLS error -110 in gnutls_record_recv: The TLS connection was non-properly "
        "terminated.",
        "tls.closed",
    ),
    row("Status: Server did not properly shut down TLS connection", "tls.closed"),
    row("Response:\t530 Login incorrect.", "ftp.login_refused"),
    row(
        "Error:\tThe data connection could not be established: ECONNREFUSED - Connection refused by "
        "server",
        "ftp.data_connection",
    ),
    row(
        "Error: Could not connect to server: ECONNREFUSED - Connection refused by server",
        "net.refused",
    ),
    row(
        "Response: 522 SSL connection failed; session reuse required: see require_ssl_reuse option "
        "in vsftpd.conf man page",
        "ftp.session_reuse",
    ),
    row(
        '. 2024-03-05 10:11:12.345 Verifying certificate for "Example BV" with fingerprint '
        "6f:1d:55:99:4e:2a:08:c4:b5:77:1e:43:90:aa:21:0c:d8:f3:62:b7 and 14 failures",
        "verify.20",
    ),
    row(
        "< 2024-03-05 10:11:12.345 530 Non-anonymous sessions must use encryption.",
        "ftp.tls_required",
    ),
    row(". 2024-03-05 10:11:14.345 Peer certificate rejected", "tls.verify_failed"),
    row("ls: Fatal error: Certificate verification: Not trusted", "verify.20", refused_by="client"),
    row(
        "mirror: Fatal error: Certificate verification: certificate common name doesn't match "
        "requested host name 'ftp.example.org'",
        "verify.62",
    ),
    row(
        "WARNING: Certificate verification: The certificate's owner does not match hostname "
        "'ftp.example.org'",
        "verify.62",
    ),
    row(
        "cd: Fatal error: Certificate verification: The certificate is NOT trusted. The certificate "
        "issuer is unknown.  (6F:1D:55:99:4E:2A:08:C4:B5:77:1E:43:90:AA:21:0C:D8:F3:62:B7)",
        "verify.20",
    ),
)

FTP_SERVERS = (
    row(
        'Tue Mar  5 10:11:12 2024 [pid 4711] DEBUG: Client "203.0.113.9", "SSL_accept failed: '
        'error:14094418:SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca"',
        "alert.48",
        refused_by="client",
    ),
    row(
        'Tue Mar  5 10:11:12 2024 [pid 4711] DEBUG: Client "203.0.113.9", "SSL_accept failed: '
        'error:1408A0C1:SSL routines:ssl3_get_client_hello:no shared cipher"',
        "tls.no_shared_cipher",
    ),
    row(
        'Tue Mar  5 10:11:12 2024 [pid 4712] [acme] DEBUG: Client "203.0.113.9", "No SSL session '
        'reuse on data channel."',
        "ftp.session_reuse",
    ),
    row(
        'Tue Mar  5 10:11:12 2024 [pid 4711] FTP response: Client "203.0.113.9", "530 Login '
        'incorrect."',
        "ftp.login_refused",
    ),
    row("500 OOPS: SSL: cannot load RSA certificate", "file.certificate_unreadable"),
    row(
        "2024-03-05 10:11:12,345 mod_tls/2.9.2[4711]: unable to accept TLS connection: protocol "
        "error: \n  (1) error:14094416:SSL routines:ssl3_read_bytes:sslv3 alert certificate unknown",
        "alert.46",
        refused_by="client",
    ),
    row(
        "Feb 19 12:38:44 mod_tls/2.4[3171]: unable to accept TLS connection: received EOF that "
        "violates protocol",
        "tls.closed",
    ),
    row(
        "2024-03-05 10:11:12,345 mod_tls/2.9.2[4711]: unable to accept TLS connection: client does "
        "not support any cipher from 'TLSCipherSuite HIGH'",
        "tls.no_shared_cipher",
    ),
    row(
        "Feb 19 12:38:44 mod_tls/2.2.1[3171]: TLS/TLS-C negotiation failed on control channel",
        "tls.handshake_failed",
    ),
    row(
        "2024-03-05 10:11:12,345 mod_tls/2.7[4711]: client did not reuse SSL session, rejecting "
        "data connection (see the NoSessionReuseRequired TLSOptions parameter)",
        "ftp.session_reuse",
    ),
    row("550 SSL/TLS required on the control channel", "ftp.tls_required"),
    row(
        "Mar  5 10:11:12 ftp pure-ftpd: (?@203.0.113.9) [WARNING] Sorry, cleartext sessions and weak "
        "ciphers are not accepted on this server.#012Please reconnect using TLS security mechanisms.",
        "ftp.tls_required",
    ),
    row(
        "Mar  5 10:11:12 ftp pure-ftpd: (?@203.0.113.9) [WARNING] Authentication failed for user "
        "[acme]",
        "ftp.login_refused",
    ),
    row(
        "2024-03-05T10:11:12.345Z !! [FTP Session 2856 203.0.113.9] GnuTLS error -110 in "
        "gnutls_record_recv: The TLS connection was non-properly terminated.",
        "tls.closed",
    ),
    row(
        "2024-03-05T10:11:12.345Z << [FTP Session 2856 203.0.113.9] 425 Unable to build data "
        "connection: TLS session of data connection not resumed.",
        "ftp.session_reuse",
    ),
    row("503 Use AUTH first.", "ftp.tls_required"),
    # Twisted and pyOpenSSL, on which SFTPPlus stands, print OpenSSL's queue as a list.
    row(
        "| 20042 2024-03-05 10:11:12 ftps-1 Process acme 203.0.113.9:40122 Connection lost. "
        "[('SSL routines', 'tls_process_client_certificate', 'certificate verify failed')]",
        "tls.verify_failed",
        refused_by="server",
    ),
    row(
        "2024-03-05T10:11:12 [-] OpenSSL.SSL.Error: [('SSL routines', 'ssl3_read_bytes', 'sslv3 alert "
        "certificate expired')]",
        "alert.45",
    ),
    row(
        "Client disconnected. [('SSL routines', 'ssl3_get_client_certificate', 'peer did not return a "
        "certificate')]",
        "tls.no_client_certificate",
    ),
)

WEB_SERVERS = (
    row(
        "2024/03/05 10:11:12 [info] 812#812: *77 client SSL certificate verify error: (21:unable to "
        "verify the first certificate) while reading client request headers, client: 203.0.113.9, "
        'server: ftp.example.org, request: "GET / HTTP/1.1"',
        "verify.21",
        refused_by="server",
    ),
    row(
        "2024/03/05 10:11:12 [info] 812#812: *78 client SSL certificate verify error: (3:unable to "
        "get certificate CRL) while reading client request headers, client: 203.0.113.9",
        "verify.3",
    ),
    row(
        "2024/03/05 10:11:12 [info] 812#812: *79 client sent no required SSL certificate while "
        "reading client request headers, client: 203.0.113.9, server: ftp.example.org",
        "tls.no_client_certificate",
        refused_by="server",
    ),
    row(
        "2024/03/05 10:11:12 [crit] 812#812: *80 SSL_do_handshake() failed (SSL: error:14094416:SSL "
        "routines:ssl3_read_bytes:sslv3 alert certificate unknown:SSL alert number 46) while SSL "
        "handshaking, client: 203.0.113.9, server: 0.0.0.0:443",
        "alert.46",
        refused_by="client",
    ),
    row(
        "2024/03/05 10:11:12 [error] 812#812: *81 upstream SSL certificate verify error: (20:unable "
        "to get local issuer certificate) while SSL handshaking to upstream, client: 203.0.113.9, "
        'upstream: "https://10.0.0.7:8443/"',
        "verify.20",
        refused_by="client",
    ),
    row(
        "2024/03/05 10:11:12 [error] 812#812: *82 upstream SSL certificate does not match "
        '"backend.example.org" while SSL handshaking to upstream',
        "verify.62",
        refused_by="client",
    ),
    row(
        '2024/03/05 10:11:12 [emerg] 1#1: cannot load certificate "/etc/nginx/ftp.pem": BIO_new_file'
        "() failed (SSL: error:02001002:system library:fopen:No such file or directory)",
        "file.certificate_unreadable",
    ),
    row(
        "[Tue Mar 05 10:11:12.345678 2024] [ssl:info] [pid 4711] [client 203.0.113.9:40122] AH02276: "
        "Certificate Verification: Error (20): unable to get local issuer certificate [subject: "
        "CN=partner-7,O=Example,C=BE / issuer: CN=Example Issuing CA / serial: 2F / notbefore: Jan  1 "
        "00:00:00 2024 GMT / notafter: Jan  1 00:00:00 2025 GMT]",
        "verify.20",
        refused_by="server",
    ),
    row(
        "[Tue Mar 05 10:11:12.345678 2024] [ssl:error] [pid 4711] [client 203.0.113.9:40122] AH02039: "
        "Certificate Verification: Error (10): certificate has expired",
        "verify.10",
    ),
    row(
        "[Tue Mar 05 10:11:12.345678 2024] [ssl:error] [pid 13] [client 203.0.113.9:56715] AH02261: "
        "Re-negotiation handshake failed: Not accepted by client!?",
        "tls.handshake_failed",
    ),
    row(
        "[Tue Mar 05 10:11:12.345678 2024] [ssl:info] [pid 13] [client 203.0.113.9:56715] AH02006: SSL "
        "handshake stopped: connection was closed",
        "tls.closed",
    ),
    row(
        "[Tue Mar 05 10:11:12.345678 2024] [ssl:warn] [pid 13] AH01909: www.example.org:443:0 server "
        "certificate does NOT include an ID which matches the server name",
        "verify.62",
    ),
    row(
        "Mar  5 10:11:12 lb haproxy[812]: 203.0.113.9:40122 [05/Mar/2024:10:11:12.345] fe/1: SSL "
        "client CA chain cannot be verified",
        "verify.20",
        refused_by="server",
    ),
    row(
        "Mar  5 10:11:12 lb haproxy[812]: 203.0.113.9:40122 [05/Mar/2024:10:11:12.345] fe/1: SSL "
        "handshake failure",
        "tls.handshake_failed",
    ),
    row(
        "Mar  5 10:11:12 lb haproxy[812]: 203.0.113.9:40122 [05/Mar/2024:10:11:12.345] fe/1: "
        "Connection closed during SSL handshake",
        "tls.closed",
    ),
    row(
        "2024.03.05 10:11:12 LOG4[2]: CERT: Pre-verification error: unable to get local issuer "
        "certificate",
        "verify.20",
    ),
    row(
        "2024.03.05 10:11:12 LOG4[2]: Rejected by CERT at depth=0: C=BE, O=Example, CN=partner-7",
        "tls.verify_failed",
        depth=0,
    ),
    row("2024.03.05 10:11:12 LOG7[0]: TLS alert (write): fatal: bad certificate", "alert.42"),
    row(
        "2024.03.05 10:11:12 LOG3[0]: SSL_accept: ssl/statem/statem_srvr.c:3777: error:0A000086:SSL "
        "routines::certificate verify failed",
        "tls.verify_failed",
        refused_by="server",
    ),
    row("2024.03.05 10:11:12 LOG7[0]: TLS alert (read): fatal: unknown CA", "alert.48"),
)

JAVA = (
    row(
        "javax.net.ssl.SSLHandshakeException: PKIX path building failed: "
        "sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid "
        "certification path to requested target",
        "verify.20",
    ),
    row(
        "Caused by: sun.security.validator.ValidatorException: PKIX path validation failed: "
        "java.security.cert.CertPathValidatorException: validity check failed",
        "verify.10",
    ),
    row(
        "Caused by: java.security.cert.CertificateExpiredException: NotAfter: Tue Mar 05 10:11:12 CET "
        "2024",
        "verify.10",
    ),
    row(
        "java.security.cert.CertPathValidatorException: Path does not chain with any of the trust "
        "anchors",
        "verify.19",
    ),
    row(
        "javax.net.ssl.SSLHandshakeException: Received fatal alert: certificate_unknown", "alert.46"
    ),
    row("javax.net.ssl.SSLHandshakeException: Received fatal alert: handshake_failure", "alert.40"),
    row("\tat sun.security.ssl.Alerts.getSSLException(Alerts.java:192)", ""),
    row(
        "Caused by: java.security.cert.CertificateException: No subject alternative DNS name matching "
        "ftp.example.org found.",
        "verify.62",
    ),
    row(
        "java.security.cert.CertificateException: No subject alternative names matching IP address "
        "192.0.2.7 found",
        "verify.64",
    ),
    row(
        "javax.net.ssl.SSLPeerUnverifiedException: Certificate for <ftp.example.org> doesn't match any "
        "of the subject alternative names: [old.example.org]",
        "verify.62",
    ),
    row(
        "java.security.cert.CertPathValidatorException: Algorithm constraints check failed on "
        "signature algorithm: SHA1withRSA",
        "verify.68",
    ),
    row(
        "sun.security.validator.ValidatorException: Extended key usage does not permit use for TLS "
        "server authentication",
        "verify.26",
    ),
    row(
        "Caused by: java.security.cert.CertificateRevokedException: Certificate has been revoked, "
        "reason: KEY_COMPROMISE, revocation date: Tue Mar 05 10:11:12 CET 2024",
        "verify.23",
    ),
    row(
        "java.security.InvalidAlgorithmParameterException: the trustAnchors parameter must be "
        "non-empty",
        "file.ca_unreadable",
    ),
    row("javax.net.ssl.SSLException: Unsupported or unrecognized SSL message", "tls.not_tls"),
    row("javax.net.ssl.SSLHandshakeException: Remote host terminated the handshake", "tls.closed"),
    row(
        "javax.net.ssl.SSLHandshakeException: No appropriate protocol (protocol is disabled or cipher "
        "suites are inappropriate)",
        "tls.version",
    ),
    row(
        "javax.net.ssl|ERROR|01|main|2024-03-05 10:11:12.345 CET|TransportContext.java:363|Fatal "
        "(CERTIFICATE_UNKNOWN): PKIX path building failed: sun.security.provider.certpath."
        "SunCertPathBuilderException: unable to find valid certification path",
        "verify.20",
    ),
    row("com.jcraft.jsch.JSchException: Auth fail", "ssh.login_refused"),
    row(
        "com.jcraft.jsch.JSchException: UnknownHostKey: ftp.example.org. RSA key fingerprint is "
        "5d:0f:1c:9a:77:e2:43:b1:6f:88:d0:21:94:ce:3a:07",
        "ssh.host_key_unknown",
    ),
    row(
        "com.jcraft.jsch.JSchException: HostKey has been changed: ftp.example.org",
        "ssh.host_key_changed",
    ),
    row("com.jcraft.jsch.JSchException: Algorithm negotiation fail", "ssh.no_common_algorithm"),
    row(
        'Exception in thread "main" com.jcraft.jsch.JSchException: java.net.ConnectException: '
        "Connection refused (Connection refused)",
        "net.refused",
    ),
)

PYTHON = (
    row(
        "ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: "
        "unable to get local issuer certificate (_ssl.c:1007)",
        "verify.20",
        also="tls.verify_failed",
    ),
    row(
        "ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: "
        "Hostname mismatch, certificate is not valid for 'ftp.example.org'. (_ssl.c:997)",
        "verify.62",
    ),
    row(
        "ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: IP "
        "address mismatch, certificate is not valid for '192.0.2.7'. (_ssl.c:1129)",
        "verify.64",
    ),
    row(
        "requests.exceptions.SSLError: HTTPSConnectionPool(host='ftp.example.org', port=443): Max "
        "retries exceeded with url: / (Caused by SSLError(SSLCertVerificationError(1, '[SSL: "
        "CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate in certificate "
        "chain (_ssl.c:1000)')))",
        "verify.19",
        refused_by="client",
    ),
    row(
        "urllib.error.URLError: <urlopen error [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify "
        "failed: certificate has expired (_ssl.c:1131)>",
        "verify.10",
    ),
    row(
        "ssl.SSLError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed (_ssl.c:590)",
        "tls.verify_failed",
    ),
    row(
        "ssl.SSLError: [SSL: TLSV1_ALERT_UNKNOWN_CA] tlsv1 alert unknown ca (_ssl.c:2580)",
        "alert.48",
    ),
    row(
        "ssl.SSLError: [SSL: SSLV3_ALERT_CERTIFICATE_EXPIRED] sslv3 alert certificate expired "
        "(_ssl.c:997)",
        "alert.45",
    ),
    row(
        "ssl.SSLError: [SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED] tlsv13 alert certificate required "
        "(_ssl.c:2580)",
        "alert.116",
    ),
    row(
        "ssl.SSLError: [SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1123)",
        "tls.not_tls",
    ),
    row("ssl.SSLError: [SSL: DH_KEY_TOO_SMALL] dh key too small (_ssl.c:1131)", "tls.dh_too_small"),
    row("ssl.SSLEOFError: EOF occurred in violation of protocol (_ssl.c:1007)", "tls.closed"),
    row("ssl.SSLError: [SSL] PEM lib (_ssl.c:3874)", "file.certificate_unreadable"),
    row(
        "OSError: Could not find a suitable TLS CA certificate bundle, invalid path: /etc/ssl/ca.pem",
        "file.ca_unreadable",
    ),
    row("ftplib.error_perm: 530 Login incorrect.", "ftp.login_refused"),
    row(
        "ftplib.error_perm: 522 SSL connection failed: session reuse required", "ftp.session_reuse"
    ),
    row("ConnectionRefusedError: [Errno 111] Connection refused", "net.refused"),
    row("socket.gaierror: [Errno -2] Name or service not known", "net.name_not_found"),
    row(
        "paramiko.ssh_exception.SSHException: Server 'ftp.example.org' not found in known_hosts",
        "ssh.host_key_unknown",
    ),
    row(
        "paramiko.ssh_exception.BadHostKeyException: Host key for server 'ftp.example.org' does not "
        "match: got 'AAAAB3NzaC1yc2EAAAADAQ', expected 'AAAAC3NzaC1lZDI1NTE5AAAAI'",
        "ssh.host_key_changed",
    ),
    row(
        "paramiko.ssh_exception.AuthenticationException: Authentication failed.",
        "ssh.login_refused",
    ),
    row("paramiko.ssh_exception.SSHException: Error reading SSH protocol banner", "ssh.closed"),
    row(
        "asyncssh.misc.HostKeyNotVerifiable: Host key is not trusted for host ftp.example.org",
        "ssh.host_key_unknown",
    ),
    row(
        "asyncssh.misc.PermissionDenied: Permission denied for user acme on host ftp.example.org",
        "ssh.login_refused",
    ),
)

GO_AND_NODE = (
    row(
        'Get "https://ftp.example.org/": x509: certificate signed by unknown authority', "verify.20"
    ),
    row(
        'Get "https://ftp.example.org/": tls: failed to verify certificate: x509: certificate has '
        "expired or is not yet valid: current time 2024-03-05T10:11:12Z is after 2024-01-01T00:00:00Z",
        "verify.10",
    ),
    row(
        "x509: certificate has expired or is not yet valid: current time 2024-03-05T10:11:12Z is "
        "before 2024-06-01T00:00:00Z",
        "verify.9",
    ),
    row(
        'Get "https://ftp.example.org/": x509: certificate is valid for old.example.org, not '
        "ftp.example.org",
        "verify.62",
    ),
    row(
        "x509: cannot validate certificate for 192.0.2.7 because it doesn't contain any IP SANs",
        "verify.64",
    ),
    row("x509: certificate relies on legacy Common Name field, use SANs instead", "verify.62"),
    row(
        'Get "https://ftp.example.org/": x509: certificate specifies an incompatible key usage',
        "verify.26",
    ),
    row(
        "2024/03/05 10:11:12 http: TLS handshake error from 203.0.113.9:40122: remote error: tls: "
        "unknown certificate authority",
        "alert.48",
        refused_by="client",
    ),
    row(
        "2024/03/05 10:11:12 http: TLS handshake error from 203.0.113.9:40122: tls: client didn't "
        "provide a certificate",
        "tls.no_client_certificate",
        refused_by="server",
    ),
    row("remote error: tls: bad certificate", "alert.42"),
    row(
        "2024/03/05 10:11:12 http: TLS handshake error from 203.0.113.9:40122: tls: first record does "
        "not look like a TLS handshake",
        "tls.not_tls",
    ),
    row("ssh: handshake failed: knownhosts: key mismatch", "ssh.host_key_changed"),
    row(
        "ssh: handshake failed: ssh: unable to authenticate, attempted methods [none publickey], no "
        "supported methods remain",
        "ssh.login_refused",
    ),
    row(
        "Error: unable to verify the first certificate; if the root CA is installed locally, try "
        "running Node.js with --use-system-ca",
        "verify.21",
    ),
    row("  code: 'DEPTH_ZERO_SELF_SIGNED_CERT'", "verify.18"),
    row(
        "Error [ERR_TLS_CERT_ALTNAME_INVALID]: Hostname/IP does not match certificate's altnames: "
        "Host: ftp.example.org. is not in the cert's altnames: DNS:old.example.org",
        "verify.62",
    ),
)

WINDOWS = (
    row(
        "System.Security.Authentication.AuthenticationException: The remote certificate is invalid "
        "because of errors in the certificate chain: PartialChain",
        "verify.20",
    ),
    row(
        "System.Security.Authentication.AuthenticationException: The remote certificate is invalid "
        "because of errors in the certificate chain: UntrustedRoot",
        "verify.19",
    ),
    row(
        "System.Security.Authentication.AuthenticationException: The remote certificate is invalid "
        "according to the validation procedure: RemoteCertificateNameMismatch",
        "verify.62",
    ),
    row(
        "System.Security.Authentication.AuthenticationException: The remote certificate is invalid "
        "because of errors in the certificate chain: NotTimeValid",
        "verify.10",
    ),
    row(
        "System.Net.WebException: The underlying connection was closed: Could not establish trust "
        "relationship for the SSL/TLS secure channel.",
        "tls.verify_failed",
    ),
    row(
        "System.Security.Authentication.AuthenticationException: Authentication failed because the "
        "remote party sent a TLS alert: 'HandshakeFailure'.",
        "alert.40",
    ),
    row(
        "Event 36887, Schannel: A fatal alert was received from the remote endpoint. The TLS protocol "
        "defined fatal alert code is 48.",
        "alert.48",
    ),
    row("Event 36887, Schannel: The following fatal alert was received: 46.", "alert.46"),
    row(
        "Event 36888, Schannel: A fatal alert was generated and sent to the remote endpoint. This may "
        "result in termination of the connection. The TLS protocol defined fatal error code is 40. The "
        "Windows SChannel error state is 1205.",
        "alert.40",
        heard="sent",
    ),
    row(
        "Event 36882, Schannel: The certificate received from the remote server was issued by an "
        "untrusted certificate authority. Because of this, none of the data contained in the "
        "certificate can be validated.",
        "verify.19",
    ),
    row(
        "Event 36874, Schannel: An TLS 1.2 connection request was received from a remote client "
        "application, but none of the cipher suites supported by the client application are supported "
        "by the server.",
        "tls.no_shared_cipher",
    ),
    row(
        "System.Net.Sockets.SocketException (10061): No connection could be made because the target "
        "machine actively refused it. 192.0.2.7:990",
        "net.refused",
    ),
)

GNUTLS_AND_BROWSERS = (
    row(
        "- Status: The certificate is NOT trusted. The certificate issuer is unknown.", "verify.20"
    ),
    row(
        "- Status: The certificate is NOT trusted. The certificate chain uses expired certificate.",
        "verify.10",
    ),
    row(
        "- Status: The certificate is NOT trusted. The name in the certificate does not match the "
        "expected.",
        "verify.62",
    ),
    row("*** Received alert [48]: CA is unknown", "alert.48"),
    row("gnutls_handshake() failed: Certificate is required", "tls.no_client_certificate"),
    row(
        "fatal: unable to access 'https://ftp.example.org/': gnutls_handshake() failed: Handshake "
        "failed",
        "tls.handshake_failed",
    ),
    row("Error code: SEC_ERROR_UNKNOWN_ISSUER", "verify.20", refused_by="client"),
    row("Error code: SEC_ERROR_EXPIRED_CERTIFICATE", "verify.10"),
    row("Error code: SSL_ERROR_BAD_CERT_DOMAIN", "verify.62"),
    row("Error code: MOZILLA_PKIX_ERROR_SELF_SIGNED_CERT", "verify.18"),
    row("Error code: SSL_ERROR_RX_CERTIFICATE_REQUIRED_ALERT", "alert.116", refused_by="server"),
    row("Error code: SSL_ERROR_RX_RECORD_TOO_LONG", "tls.not_tls"),
    row("NET::ERR_CERT_AUTHORITY_INVALID", "verify.20"),
    row("NET::ERR_CERT_DATE_INVALID", "verify.10"),
    row("NET::ERR_CERT_COMMON_NAME_INVALID", "verify.62"),
    row(
        "This site can't be reached: net::ERR_SSL_VERSION_OR_CIPHER_MISMATCH",
        "tls.no_shared_cipher",
    ),
    row(
        "ftp.example.org didn't accept your login certificate: ERR_BAD_SSL_CLIENT_AUTH_CERT",
        "tls.client_certificate_refused",
        refused_by="server",
    ),
)

SSH = (
    row(
        "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @",
        "ssh.host_key_changed",
        refused_by="client",
    ),
    row("Host key verification failed.", "ssh.host_key_unknown"),
    row(
        "acme@ftp.example.org: Permission denied (publickey,password).",
        "ssh.login_refused",
        refused_by="server",
    ),
    row(
        "Unable to negotiate with 192.0.2.7 port 22: no matching host key type found. Their offer: "
        "ssh-rsa,ssh-dss",
        "ssh.no_host_key_type",
    ),
    row(
        "Unable to negotiate with 192.0.2.7 port 22: no matching key exchange method found. Their "
        "offer: diffie-hellman-group1-sha1",
        "ssh.no_common_algorithm",
    ),
    row("sign_and_send_pubkey: no mutual signature supported", "ssh.key_type_refused"),
    row(
        'sign_and_send_pubkey: signing failed for RSA "/home/acme/.ssh/id_rsa" from agent: agent '
        "refused operation",
        "ssh.agent",
    ),
    row('Load key "/home/acme/.ssh/id_rsa": invalid format', "ssh.key_format"),
    row('Load key "/home/acme/.ssh/id_ed25519": error in libcrypto', "ssh.key_format"),
    row("Permissions 0644 for '/home/acme/.ssh/id_rsa' are too open.", "ssh.file_modes"),
    row("kex_exchange_identification: read: Connection reset by peer", "ssh.closed"),
    row(
        "Received disconnect from 192.0.2.7 port 22:2: Too many authentication failures",
        "ssh.too_many_keys",
    ),
    row(
        "Mar  5 10:11:12 ftp sshd[4711]: Failed publickey for acme from 203.0.113.9 port 40122 ssh2: "
        "RSA SHA256:MVNjtcqz1bHvtfy2DgCPlnhwsXzxZ3lqfG8F0RqbgC4",
        "ssh.login_refused",
    ),
    row(
        "Mar  5 10:11:12 ftp sshd[4711]: Invalid user acmee from 203.0.113.9 port 40122",
        "ssh.no_account",
        refused_by="server",
    ),
    row(
        "Mar  5 10:11:12 ftp sshd[4711]: userauth_pubkey: signature algorithm ssh-rsa not in "
        "PubkeyAcceptedAlgorithms [preauth]",
        "ssh.key_type_refused",
    ),
    row(
        "Mar  5 10:11:12 ftp sshd[4711]: Authentication refused: bad ownership or modes for directory "
        "/home/acme",
        "ssh.file_modes",
    ),
    row(
        "Mar  5 10:11:12 ftp sshd[4711]: Unable to negotiate with 203.0.113.9 port 40122: no matching "
        "host key type found. Their offer: ssh-rsa [preauth]",
        "ssh.no_host_key_type",
    ),
    row(
        "FATAL ERROR: Couldn't agree a host key algorithm (available: ssh-ed25519)",
        "ssh.no_host_key_type",
    ),
    row(
        "FATAL ERROR: No supported authentication methods available (server sent: publickey)",
        "ssh.login_refused",
    ),
    row("Server refused our key", "ssh.login_refused"),
    row(
        "The host key does not match the one PuTTY has cached for this server:",
        "ssh.host_key_changed",
    ),
    row(
        'Unable to use key file "C:\\keys\\acme.ppk" (OpenSSH SSH-2 private key (new format))',
        "ssh.key_format",
    ),
    row("Received message too long 1416128883", "ssh.not_sftp"),
    row("subsystem request failed on channel 0", "ssh.not_sftp"),
    row("ssh: connect to host ftp.example.org port 22: No route to host", "net.unreachable"),
)

MORE = (
    row(
        "ERROR: cannot verify ftp.example.org's certificate, issued by 'CN=Example CA,C=BE':\n  Unable "
        "to locally verify the issuer's authority.",
        "verify.20",
        refused_by="client",
    ),
    row(
        "    ERROR: certificate common name 'old.example.org' doesn't match requested host name "
        "'ftp.example.org'.",
        "verify.62",
    ),
    row(
        "ERROR: The certificate of 'ftp.example.org' is not trusted.\nERROR: The certificate of "
        "'ftp.example.org' doesn't have a known issuer.",
        "verify.20",
    ),
    row(
        "fatal: unable to access 'https://git.example.org/x.git/': SSL certificate problem: unable to "
        "get local issuer certificate",
        "verify.20",
    ),
    row(
        "SSL_connect returned=1 errno=0 peeraddr=192.0.2.7:443 state=error: certificate verify failed "
        "(unable to get local issuer certificate) (OpenSSL::SSL::SSLError)",
        "verify.20",
        refused_by="client",
    ),
    row(
        "PHP Warning:  stream_socket_client(): SSL operation failed with code 1. OpenSSL Error "
        "messages: error:1416F086:SSL routines:tls_process_server_certificate:certificate verify "
        "failed in /srv/push.php on line 12",
        "tls.verify_failed",
        refused_by="client",
    ),
    row(
        "2024-03-05 10:11:12.345 CET [812] LOG:  could not accept SSL connection: sslv3 alert bad "
        "certificate",
        "alert.42",
    ),
    row(
        "Mar  5 10:11:12 mx postfix/smtp[812]: certificate verification failed for "
        "mail.example.org[192.0.2.7]:25: untrusted issuer /C=BE/O=Example/CN=Example Root",
        "verify.20",
    ),
    row(
        "error sending request for url (https://ftp.example.org/): client error (Connect): invalid "
        "peer certificate: UnknownIssuer",
        "verify.20",
    ),
    row("thread 'main' panicked: received fatal alert: UnknownCA", "alert.48"),
    row(
        'invalid peer certificate: certificate not valid for name "ftp.example.org"; certificate is '
        'only valid for DnsName("old.example.org")',
        "verify.62",
    ),
    row(
        "mbedtls_ssl_handshake returned -0x2700: X509 - Certificate verification failed, e.g. CRL, CA "
        "or signature check failed",
        "tls.verify_failed",
    ),
    row("  ! The certificate is not correctly signed by the trusted CA", "verify.20"),
    row("wolfSSL error: ASN no signer error to confirm failure (-188)", "verify.20"),
    row("TLS :server: In state :certify received CLIENT ALERT: Fatal - Unknown CA", "alert.48"),
    row(
        '{tls_alert,{bad_certificate,"TLS client: In state wait_cert at ssl_handshake.erl:2111 '
        'generated CLIENT ALERT: Fatal - Bad Certificate"}}',
        "alert.42",
        heard="sent",
    ),
    row(
        "Caused by: org.bouncycastle.tls.TlsFatalAlertReceived: certificate_expired(45)", "alert.45"
    ),
    row("org.apache.sshd.common.SshException: Server key did not validate", "ssh.host_key_unknown"),
    row(
        "net.schmizz.sshj.transport.TransportException: [HOST_KEY_NOT_VERIFIABLE] Could not verify "
        "`ssh-ed25519` host key with fingerprint `5d:0f:1c:9a:77:e2:43:b1:6f:88:d0:21:94:ce:3a:07`",
        "ssh.host_key_unknown",
    ),
    row(
        "net.schmizz.sshj.userauth.UserAuthException: Exhausted available authentication methods",
        "ssh.login_refused",
    ),
    row(
        "HTTP Error 403.16 - Forbidden. Your client certificate is either not trusted or is invalid.",
        "verify.19",
        refused_by="server",
    ),
    row(
        "HTTP Error 403.7 - Forbidden. The page you are attempting to access requires your browser to "
        "have a Secure Sockets Layer (SSL) client certificate",
        "tls.no_client_certificate",
    ),
    row(
        "Mar  5 10:11:12 ftp sshd[4711]: error: maximum authentication attempts exceeded for acme from "
        "203.0.113.9 port 40122 ssh2 [preauth]",
        "ssh.too_many_keys",
        refused_by="server",
    ),
    row(
        "Mar  5 10:11:12 ftp sshd[4711]: Connection reset by authenticating user acme 203.0.113.9 port "
        "40122 [preauth]",
        "ssh.login_refused",
    ),
)

ROWS = tuple(
    one
    for one in (
        *OPENSSL,
        *CURL,
        *FTP_CLIENTS,
        *FTP_SERVERS,
        *WEB_SERVERS,
        *JAVA,
        *PYTHON,
        *GO_AND_NODE,
        *WINDOWS,
        *GNUTLS_AND_BROWSERS,
        *SSH,
        *MORE,
    )
    if one.code
)

UNKNOWN = (
    "",
    "Mar  5 10:11:12 ftp systemd[1]: Started Daily apt download activities.",
    "GET /index.html HTTP/1.1",
    "\tat sun.security.ssl.Alerts.getSSLException(Alerts.java:192)",
    "The quick brown fox jumps over the lazy dog.",
    "error 404 at /images/logo.png",
    '127.0.0.1 - - [05/Mar/2024:10:11:12 +0000] "GET / HTTP/1.1" 200 612',
    "notAfter=Mar  5 10:11:12 2025 GMT",
    "   v:NotBefore: Jan  1 00:00:00 2024 GMT; NotAfter: Jan  1 00:00:00 2025 GMT",
    "HTTP request sent, awaiting response... 200 OK",
    "Alert: disk almost full, number 48",
)
