"""OpenSSL: the texts of its verification errors in every release, and the reasons of libssl.

Texts are X509_verify_cert_error_string() of 1.0.2 to 4.0; releases before 3.0 wrote "self signed"
in two words and 26 as "unsupported certificate purpose". Reasons are those of ssl_err.c and of the
PEM and X.509 libraries, which 1.x prints as `error:1416F086:SSL routines:FUNCTION:reason` and 3.x
as `error:0A000086:SSL routines::reason`.
"""

from __future__ import annotations

from typing import Final

from pki.triage.meaning import Dialect, Phrase, Side, event, good, openssl, wrapper
from pki.verify.codes import CODES, UNKNOWN_TEXT

# Texts that other programs use for other things; they count only beside their number.
_TOO_COMMON: Final = frozenset({"ok", "out of memory", "certificate rejected", UNKNOWN_TEXT})

_CURRENT: Final = tuple(
    openssl(code.text.lower(), code.number)
    for code in CODES.values()
    if code.text not in _TOO_COMMON
)

_EARLIER: Final = (
    openssl("self signed certificate", 18),
    openssl("self signed certificate in certificate chain", 19),
    openssl("unsupported certificate purpose", 26),
    openssl("unsuitable certificate purpose", 26),
    openssl("ca md too weak", 68),
    openssl("ca signature digest algorithm too weak", 68),
    openssl("ee key too small", 66),
    openssl("ca key too small", 67),
    openssl("hostname mismatch", 62),
    openssl("ip address mismatch", 64),
    openssl("format error in crl's nextupdate field", 16),
    openssl("proxy certificates not allowed, please set the appropriate flag", 40),
)

_REASONS: Final = (
    wrapper("certificate verify failed", "tls.verify_failed"),
    wrapper("certificate_verify_failed", "tls.verify_failed"),
    event("wrong version number", "tls.not_tls"),
    event("unknown protocol", "tls.not_tls"),
    event(":http request", "tls.not_tls"),
    event("'http request'", "tls.not_tls"),
    event("https proxy request", "tls.not_tls"),
    event("packet length too long", "tls.not_tls"),
    event("record layer failure", "tls.not_tls"),
    event("no shared cipher", "tls.no_shared_cipher"),
    event("no ciphers available", "tls.no_shared_cipher"),
    event("no suitable key share", "tls.no_shared_cipher"),
    event("unsupported protocol", "tls.version"),
    event("unsupported ssl version", "tls.version"),
    event("version too low", "tls.version"),
    event("no protocols available", "tls.version"),
    event("wrong ssl version", "tls.version"),
    event("tlsv1 not supported", "tls.version"),
    event("peer did not return a certificate", "tls.no_client_certificate", writer=Side.SERVER),
    event("no certificate returned", "tls.no_client_certificate", writer=Side.SERVER),
    event("unexpected eof while reading", "tls.closed"),
    event("eof occurred in violation of protocol", "tls.closed"),
    event("unexpected eof", "tls.closed"),
    event("shutdown while in init", "tls.closed"),
    event("no suitable signature algorithm", "tls.signature_algorithm"),
    event("no shared signature algorithms", "tls.signature_algorithm"),
    event("wrong signature type", "tls.signature_algorithm"),
    event("dh key too small", "tls.dh_too_small"),
    event("unsafe legacy renegotiation disabled", "tls.legacy_renegotiation"),
    event("no renegotiation", "tls.legacy_renegotiation"),
    event("key values mismatch", "key.mismatch"),
    event("key_values_mismatch", "key.mismatch"),
    event("private key does not match the certificate", "key.mismatch"),
    event("no start line", "file.no_pem"),
    event("bad base64 decode", "file.no_pem"),
    event("bad end line", "file.no_pem"),
    event("bad decrypt", "file.bad_password"),
    event("bad password read", "file.bad_password"),
    event("mac verify failure", "file.bad_password"),
    event("pkcs12 mac verify", "file.bad_password"),
    event("problems getting password", "file.bad_password"),
    event("bignum routines::no inverse", "key.broken"),
    event("routines::callback failed", "tls.sni_refused"),
    event("tlsext_hostname", "tls.sni_refused"),
    wrapper("ssl handshake failure", "tls.handshake_failed"),
    wrapper("ssl_connect", "tls.handshake_failed", writer=Side.CLIENT),
    wrapper("ssl_accept", "tls.handshake_failed", writer=Side.SERVER),
)

_S_CLIENT: Final = (
    event("no peer certificate available", "tls.no_peer_certificate", writer=Side.CLIENT),
    event("didn't found starttls in server response", "ftp.no_tls"),
    event("connect:errno=111", "net.refused", writer=Side.CLIENT),
    event("connect:errno=110", "net.timeout", writer=Side.CLIENT),
    event("connect:errno=113", "net.unreachable", writer=Side.CLIENT),
    event("write:errno=104", "net.reset"),
    event("read:errno=104", "net.reset"),
    event("read:errno=0", "tls.closed"),
    event("write:errno=32", "net.reset"),
    event("could not read certificate", "file.certificate_unreadable"),
    event("unable to load certificate", "file.certificate_unreadable"),
    event("could not read private key", "file.certificate_unreadable"),
    event("unable to load private key", "file.certificate_unreadable"),
    good("verification: ok", "good.verified"),
    good("verify return code: 0 (ok)", "good.verified"),
)

# What the functions of 1.x name says which side was at work.
CLIENT_SIGNS: Final = (
    "tls_process_server_",
    "ssl3_get_server_",
    "ssl_connect",
    "ssl3_connect",
    "connected(0000",
    "verify return code: ",
    "acceptable client certificate ca names",
    "no client certificate ca names sent",
    "statem_clnt.c",
    "s3_clnt.c",
)
SERVER_SIGNS: Final = (
    "tls_process_client_",
    "ssl3_get_client_",
    "ssl_accept",
    "ssl3_accept",
    "statem_srvr.c",
    "s3_srvr.c",
    "tls_post_process_client_hello",
    "tls_early_post_process_client_hello",
    "ssl23_get_client_hello",
)

OPENSSL: Final = Dialect(
    name="OpenSSL",
    signs=("ssl routines", "verify error:num", "depth lookup", "verify return code", "x509_v_err_"),
    writer=None,
    phrases=(*_CURRENT, *_EARLIER, *_REASONS, *_S_CLIENT),
)

# Reason numbers of libssl (include/openssl/sslerr.h), which kept their values from 1.0.2 on. A
# reason from 1000 up is a TLS alert that was received.
REASON_NUMBERS: Final[dict[int, Phrase]] = {
    108: event("", "tls.not_tls"),
    118: event("", "tls.signature_algorithm"),
    134: wrapper("", "tls.verify_failed"),
    156: event("", "tls.not_tls"),
    193: event("", "tls.no_shared_cipher"),
    199: event("", "tls.no_client_certificate", writer=Side.SERVER),
    252: event("", "tls.not_tls"),
    258: event("", "tls.version"),
    267: event("", "tls.not_tls"),
    294: event("", "tls.closed"),
    338: event("", "tls.legacy_renegotiation"),
    376: event("", "tls.signature_algorithm"),
    394: event("", "tls.dh_too_small"),
    397: openssl("", 68),
    399: openssl("", 66),
}
