"""What log lines tell of beside numbers and alerts, in words: of `pki.triage` the events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class EventText:
    """A headline, why it usually happens, and what to do about it."""

    title: str
    cause: str
    remedy: str


UNKNOWN_EVENT: Final = EventText("Something failed", "", "")

EVENT_TEXTS: Final[dict[str, EventText]] = {
    # TLS ------------------------------------------------------------------------------------------
    "tls.verify_failed": EventText(
        "A certificate was not accepted",
        "The line says that verification failed and not why. The reason stands in a line before or"
        " after it, or in the log of the same program with more detail.",
        "Look for a line with a number (“verify error:num=…”), or connect with “openssl s_client"
        " -connect host:port” and paste all that it prints.",
    ),
    "tls.handshake_failed": EventText(
        "The TLS handshake failed",
        "The line does not say why. The side that refused has the reason in its own log.",
        "Paste the lines around it, and the lines of the other side at the same moment.",
    ),
    "tls.not_tls": EventText(
        "The other side does not speak TLS on this port",
        "What came back is no TLS: plain FTP or HTTP, SSH, or a proxy's error page. Most often"
        " implicit TLS is spoken to a port for explicit TLS (AUTH TLS), or the other way round.",
        "For FTPS use implicit TLS on port 990 and explicit TLS on port 21. For HTTPS check that the"
        " port is the one for TLS.",
    ),
    "tls.no_shared_cipher": EventText(
        "No cipher suite in common",
        "Client and server share no cipher suite, or the server has no certificate whose key type"
        " fits one. A server without any certificate says the same.",
        "Check that the service has its certificate and key loaded. Then compare the cipher suites"
        " and allow current ones on both sides.",
    ),
    "tls.version": EventText(
        "No TLS version in common",
        "One side offers only versions that the other has switched off: TLS 1.0 or 1.1, nearly"
        " always.",
        "Allow TLS 1.2 and 1.3 on the older side, or update it.",
    ),
    "tls.no_client_certificate": EventText(
        "The client sent no certificate",
        "The server requires a client certificate and got none: none is configured in the client, or"
        " its issuer is not among the CAs that the server says it accepts, so the client keeps it.",
        "Configure certificate and key in the client. If they are, add the certificate's CA to the"
        " trust store by which the service accepts clients.",
    ),
    "tls.client_certificate_refused": EventText(
        "The server refused the client's certificate",
        "The certificate was sent and not accepted. The server's log has the reason.",
        "Compare the certificate's issuer, dates and CN with what the service accepts.",
    ),
    "tls.no_peer_certificate": EventText(
        "The server sent no certificate",
        "The handshake ended before a certificate came: the port speaks no TLS, the server has no"
        " certificate for the name that was asked for, or no cipher suite fitted.",
        "Check the port, ask with the service's own name (-servername), and check that the service"
        " has its certificate loaded.",
    ),
    "tls.no_server_certificate": EventText(
        "The server has no certificate to present",
        "The service speaks TLS and no certificate is configured for it, or it could not be loaded.",
        "Configure its certificate, chain and key, and look at its log while it starts.",
    ),
    "tls.closed": EventText(
        "The connection was cut during TLS",
        "The other side closed without saying why. Refused clients, firewalls, load balancers and"
        " servers without a certificate do so; at the end of a transfer it is often harmless.",
        "Look into the log of the side that closed, at the same moment.",
    ),
    "tls.signature_algorithm": EventText(
        "No signature algorithm in common",
        "The key or the signature of a certificate is of a kind that the other side does not accept:"
        " SHA-1, DSA, or a curve that it does not know.",
        "Use a certificate with an RSA or P-256 key, signed with SHA-256.",
    ),
    "tls.dh_too_small": EventText(
        "The Diffie-Hellman group is too small",
        "The server uses a group of 512 or 1024 bits, which current libraries refuse.",
        "Make the server use elliptic curves, or a group of at least 2048 bits.",
    ),
    "tls.legacy_renegotiation": EventText(
        "An old kind of renegotiation was refused",
        "The other side knows only the renegotiation from before RFC 5746, or asked for one at all.",
        "Update the older side. Allowing it again opens an old hole.",
    ),
    "tls.pin_mismatch": EventText(
        "It is not the key that was expected",
        "The client holds on to one key or certificate (a pin), and the server presents another. A"
        " renewal with a new key does this, and so does somebody in between.",
        "Compare the fingerprint with the certificate that the service should present. If it was"
        " renewed, renew the pin.",
    ),
    "tls.sni_refused": EventText(
        "The server does not know this name",
        "The client asked for a host name that the server is not configured for.",
        "Connect by the configured name, or configure the service for this one.",
    ),
    # Keys and files -------------------------------------------------------------------------------
    "key.mismatch": EventText(
        "Key and certificate do not belong together",
        "The private key that is configured is not the one of the certificate, as happens after a"
        " renewal when only one of the two files was replaced.",
        "Take certificate and key from the same place. The page of a certificate names its key.",
    ),
    "key.broken": EventText(
        "The private key is broken",
        "The numbers inside the key do not fit each other.",
        "Get the key again from a backup, or make a new one.",
    ),
    "file.no_pem": EventText(
        "The file is not in the expected format",
        "The program looked for a PEM block (-----BEGIN …-----) and found none of the kind wanted: the"
        " file is DER or PKCS#12, empty, or certificate and key are swapped.",
        "Import the file here: the console finds out what it is and gives it back as PEM.",
    ),
    "file.bad_password": EventText(
        "The passphrase is wrong",
        "The key or the PKCS#12 file could not be opened: wrong passphrase, or none was given.",
        "Try the passphrase with openssl. If it is lost, make a new key and request.",
    ),
    "file.certificate_unreadable": EventText(
        "The certificate or its key could not be loaded",
        "The path is wrong, the program may not read the file, or the file holds something else.",
        "Check path and rights, and that the file holds first the certificate, then its chain.",
    ),
    "file.ca_unreadable": EventText(
        "The list of trusted CAs could not be loaded",
        "The file or folder of CA certificates is missing, empty or not readable. Without it nobody"
        " is trusted.",
        "Download the trust store from its page and put it where the program looks for it.",
    ),
    "file.crl_unreadable": EventText(
        "The CRL could not be loaded",
        "The file is missing, not readable, or not PEM.",
        "Download the CRL from its page as PEM.",
    ),
    "file.issuer_check": EventText(
        "The issuer is not the one that was asked for",
        "The client was told which CA must have issued the certificate, and another one has.",
        "Check which CA issues the service's certificate now.",
    ),
    # FTP ------------------------------------------------------------------------------------------
    "ftp.tls_required": EventText(
        "The server insists on TLS",
        "The client tried to log in without TLS.",
        "Set the client to FTPS with explicit TLS (AUTH TLS) on the same port.",
    ),
    "ftp.no_tls": EventText(
        "The FTP server offers no TLS",
        "It does not know AUTH TLS, or TLS is not configured or not loaded.",
        "Configure certificate and key in the server. If it has implicit TLS only, use that port.",
    ),
    "ftp.session_reuse": EventText(
        "The data connection must reuse the TLS session",
        "The server wants proof that control and data connection belong to the same client, and the"
        " client did not resume the session. It is no matter of certificates.",
        "Update or set the client to resume TLS sessions. Switching the demand off in the server"
        " (require_ssl_reuse=NO, NoSessionReuseRequired) is the weaker way.",
    ),
    "ftp.data_protection": EventText(
        "The data connection must be encrypted",
        "The client asked for data in the clear (PROT C), which the server refuses.",
        "Make the client send PBSZ 0 and PROT P.",
    ),
    "ftp.data_connection": EventText(
        "The data connection was not made",
        "Control connection and login work; the second connection, for lists and files, does not."
        " Firewalls cannot follow it once it is encrypted.",
        "Open the server's range of passive ports, and set its public address.",
    ),
    "ftp.login_refused": EventText(
        "The login was refused",
        "Name or password is wrong, the account is locked, or it may log in only with a certificate"
        " whose CN is exactly the account's name.",
        "Check the account. A CN is compared with the account's name letter by letter.",
    ),
    # Network --------------------------------------------------------------------------------------
    "net.refused": EventText(
        "Nothing listens there",
        "The machine was reached and refuses the port: the service does not run, or it is the wrong"
        " port, or a firewall answers in its place.",
        "Check that the service runs and listens on this port.",
    ),
    "net.timeout": EventText(
        "No answer came",
        "A firewall drops the packets, or the address is wrong.",
        "Check address and port, and that the firewall lets this client through.",
    ),
    "net.reset": EventText(
        "The connection was reset",
        "The other side, or a firewall in between, cut the connection hard.",
        "Look into the log of the other side at the same moment.",
    ),
    "net.unreachable": EventText(
        "There is no way to that address",
        "No route leads there.",
        "Check the address, routing and VPN.",
    ),
    "net.name_not_found": EventText(
        "The name is not known",
        "The DNS does not know the host's name; often it is mistyped.",
        "Check the name, and that this machine's DNS knows it.",
    ),
    "net.failed": EventText(
        "The connection failed",
        "The line says that it was tried several times; the reason stands behind it.",
        "Paste the whole exception.",
    ),
}
