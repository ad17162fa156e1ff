"""Further programs and libraries: wget, rustls, Mbed TLS, wolfSSL, Postfix, Erlang, IIS, and the SSH
libraries of Java. Ruby, PHP and PostgreSQL quote OpenSSL's own words and need no table.
"""

from __future__ import annotations

from typing import Final

from pki.triage.meaning import Dialect, Side, event, same, wrapper

WGET: Final = Dialect(
    name="wget",
    signs=("error: cannot verify", "wget", "error: the certificate of"),
    writer=Side.CLIENT,
    phrases=(
        same("unable to locally verify the issuer's authority", 20),
        same("doesn't have a known issuer", 20, 19, 18),
        same("self-signed certificate encountered", 18, 19),
        same("doesn't match requested host name", 62, 64),
        same("issued certificate has expired", 10),
        same("issued certificate not yet valid", 9),
        wrapper("error: cannot verify", "tls.verify_failed"),
    ),
)

RUSTLS: Final = Dialect(
    name="rustls",
    signs=("invalid peer certificate", "rustls"),
    writer=None,
    phrases=(
        same("invalid peer certificate: unknownissuer", 20, 19, 18),
        same("invalid peer certificate: expired", 10),
        same("invalid peer certificate: certificate expired", 10),
        same("invalid peer certificate: notvalidyet", 9),
        same("invalid peer certificate: notvalidforname", 62, 64),
        same("invalid peer certificate: certificate not valid for name", 62, 64),
        same("invalid peer certificate: revoked", 23),
        same("invalid peer certificate: badsignature", 7),
        same("invalid peer certificate: invalidpurpose", 26),
        wrapper("invalid peer certificate", "tls.verify_failed"),
        event("peer is incompatible", "tls.no_shared_cipher"),
    ),
)

EMBEDDED: Final = Dialect(
    name="Mbed TLS or wolfSSL",
    signs=("mbedtls", "mbed tls", "wolfssl"),
    writer=None,
    phrases=(
        same("the certificate is not correctly signed by the trusted ca", 20, 19, 18),
        same("the certificate common name (cn) does not match", 62, 64),
        same("the certificate validity has expired", 10),
        same("the certificate validity starts in the future", 9),
        same("the certificate has been revoked (is on a crl)", 23),
        wrapper("x509 - certificate verification failed", "tls.verify_failed"),
        same("asn no signer error to confirm failure", 20, 19, 18),
        same("asn date error, current date after", 10),
        same("asn date error, current date before", 9),
        same("peer subject name mismatch", 62),
    ),
)

POSTFIX: Final = Dialect(
    name="Postfix",
    signs=("postfix/",),
    writer=None,
    phrases=(
        same("untrusted issuer", 20, 19, 18),
        same("not trusted by local ca", 20, 19, 18),
        wrapper("certificate verification failed for", "tls.verify_failed"),
    ),
)

ERLANG: Final = Dialect(
    name="Erlang",
    signs=("in state certify", "tls_alert", "{bad_cert"),
    writer=None,
    phrases=(
        same("{bad_cert,unknown_ca}", 20, 19),
        same("{bad_cert,selfsigned_peer}", 18),
        same("{bad_cert,cert_expired}", 10),
        same("{bad_cert,hostname_check_failed}", 62, 64),
        same("{bad_cert,{revoked", 23),
        same("hostname_check_failed", 62, 64),
    ),
)

# Apache MINA SSHD and SSHJ.
JAVA_SSH: Final = Dialect(
    name="Java",
    signs=("org.apache.sshd", "net.schmizz.sshj", "org.bouncycastle.tls"),
    writer=None,
    phrases=(
        event("server key did not validate", "ssh.host_key_unknown"),
        event("could not verify `ssh", "ssh.host_key_unknown"),
        event("could not verify `ecdsa", "ssh.host_key_unknown"),
        event("no more authentication methods available", "ssh.login_refused"),
        event("exhausted available authentication methods", "ssh.login_refused"),
        event("unable to negotiate key exchange for server host key", "ssh.no_host_key_type"),
        event("unable to negotiate key exchange", "ssh.no_common_algorithm"),
        event("unable to reach a settlement", "ssh.no_common_algorithm"),
        event("unrecoverablekeyexception", "file.bad_password"),
    ),
)

# Substatus codes of IIS for client certificates.
IIS: Final = Dialect(
    name="IIS",
    signs=("http error 403.", "iis "),
    writer=Side.SERVER,
    phrases=(
        event("http error 403.7", "tls.no_client_certificate"),
        same("http error 403.13", 23, 3),
        same("http error 403.16", 19, 20, 18),
        same("http error 403.17", 10, 9),
    ),
)
