"""Every X509_V_ERR_ number of OpenSSL 3.0 to 4.0: symbol, OpenSSL's text, cause and remedy.

Numbers kept their meaning from release to release but for one pair: up to 1.1.1 number 24 was
INVALID_CA; since 3.0 that is 79, and 24 is NO_ISSUER_PUBLIC_KEY. Numbers above 94 are newer than
3.0. Where releases word a number differently, `text` is that of the oldest that has it; reports quote
the text of the OpenSSL in use.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Code:
    """One number: OpenSSL's symbol and text, what it usually means, and what to do about it."""

    number: int
    symbol: str
    text: str
    cause: str
    remedy: str


_PREFIX: Final = "X509_V_ERR_"

# What OpenSSL itself says of a number without a text; up to 4.0 there are two such (101 and 104).
UNKNOWN_TEXT: Final = "unknown certificate verification error"


def _code(number: int, name: str, text: str, cause: str, remedy: str) -> Code:
    return Code(number, _PREFIX + name, text, cause, remedy)


_ALL: Final = (
    Code(
        0,
        "X509_V_OK",
        "ok",
        "The path was built and every question that OpenSSL was asked had a good answer.",
        "Nothing to do.",
    ),
    _code(
        1,
        "UNSPECIFIED",
        "unspecified certificate verification error",
        "Verification ended without saying why. It is usually a fault in the program that called"
        " OpenSSL rather than in the certificate.",
        "Repeat the verification with the openssl command and compare. If only one program reports"
        " it, look for a newer release of that program.",
    ),
    _code(
        2,
        "UNABLE_TO_GET_ISSUER_CERT",
        "unable to get issuer certificate",
        "The path reaches a certificate whose own issuer was not found. Typically the trust store"
        " holds an intermediate CA but not the root above it.",
        "Add the root that issued the certificate at this depth to the trust store. If the"
        " intermediate is meant to be the end of the path, turn on partial chains instead.",
    ),
    _code(
        3,
        "UNABLE_TO_GET_CRL",
        "unable to get certificate CRL",
        "Revocation is checked, but there is no CRL that its issuer signed and that covers the"
        " certificate at this depth.",
        "Add the issuer's current CRL to the trust store, or have it fetched from the distribution"
        " point. If this CA publishes no CRL, lower the revocation policy of the store.",
    ),
    _code(
        4,
        "UNABLE_TO_DECRYPT_CERT_SIGNATURE",
        "unable to decrypt certificate's signature",
        "The signature on the certificate could not be opened at all with the issuer's RSA key: it"
        " is damaged, or another key made it.",
        "Get the certificate again from its source. If it is the same, the CA has to issue it anew.",
    ),
    _code(
        5,
        "UNABLE_TO_DECRYPT_CRL_SIGNATURE",
        "unable to decrypt CRL's signature",
        "The signature on the CRL could not be opened at all: the file is damaged, or another key"
        " made it.",
        "Download the CRL again. If it is the same, tell the CA that its CRL is broken.",
    ),
    _code(
        6,
        "UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY",
        "unable to decode issuer public key",
        "The public key inside the issuer's certificate is malformed, or of a kind that this"
        " OpenSSL does not know.",
        "Get the issuer's certificate again. If its key type is new or national, use an OpenSSL"
        " build or provider that supports it.",
    ),
    _code(
        7,
        "CERT_SIGNATURE_FAILURE",
        "certificate signature failure",
        "The signature does not match: the certificate was changed, or the issuer found has the"
        " right name and the wrong key, as happens after a CA renewed its key.",
        "Look for another certificate of the same issuer, the older or newer one, and add it."
        " Otherwise get the certificate again from whoever issued it.",
    ),
    _code(
        8,
        "CRL_SIGNATURE_FAILURE",
        "CRL signature failure",
        "The CRL carries the issuer's name, but its signature was not made with the issuer's key.",
        "Download the CRL again from the CA's own address. If the CA changed its key, take the CRL"
        " that belongs to the certificate in the path. Treat a CRL that stays wrong as forged.",
    ),
    _code(
        9,
        "CERT_NOT_YET_VALID",
        "certificate is not yet valid",
        "The certificate starts in the future, or the clock of the machine that verified is slow.",
        "Check that machine's clock and time zone first. Otherwise wait for the start date, or use"
        " the previous certificate until then.",
    ),
    _code(
        10,
        "CERT_HAS_EXPIRED",
        "certificate has expired",
        "The end of the certificate's validity has passed. The depth tells which one: 0 is the"
        " certificate itself, higher numbers are its issuers.",
        "At depth 0 renew the certificate and install the new one. Higher up, replace the expired"
        " CA certificate in the chain file and in the trust store; the certificates below it can"
        " often stay.",
    ),
    _code(
        11,
        "CRL_NOT_YET_VALID",
        "CRL is not yet valid",
        "The CRL was issued for a later time than the moment of this verification, or a clock is"
        " slow.",
        "Check the clocks. When validating as of a past date, supply a CRL from that time.",
    ),
    _code(
        12,
        "CRL_HAS_EXPIRED",
        "CRL has expired",
        "The CRL is past its nextUpdate. Nobody can tell from it whether the certificate has been"
        " revoked since.",
        "Fetch the current CRL. If the CA has none newer, its publication is stuck: tell the CA.",
    ),
    _code(
        13,
        "ERROR_IN_CERT_NOT_BEFORE_FIELD",
        "format error in certificate's notBefore field",
        "The start date in the certificate is not written in a form that the standard allows.",
        "The certificate cannot be mended. Ask its CA for a new one.",
    ),
    _code(
        14,
        "ERROR_IN_CERT_NOT_AFTER_FIELD",
        "format error in certificate's notAfter field",
        "The end date in the certificate is not written in a form that the standard allows.",
        "The certificate cannot be mended. Ask its CA for a new one.",
    ),
    _code(
        15,
        "ERROR_IN_CRL_LAST_UPDATE_FIELD",
        "format error in CRL's lastUpdate field",
        "The issue date in the CRL is not written in a form that the standard allows.",
        "Download the CRL again. If it is the same, tell the CA.",
    ),
    _code(
        16,
        "ERROR_IN_CRL_NEXT_UPDATE_FIELD",
        "format error in CRL's nextUpdate field",
        "The date of the next update in the CRL is not written in a form that the standard allows.",
        "Download the CRL again. If it is the same, tell the CA.",
    ),
    _code(
        17,
        "OUT_OF_MEM",
        "out of memory",
        "The machine that verified ran out of memory. It says nothing about the certificate.",
        "Free memory on that machine and verify again.",
    ),
    _code(
        18,
        "DEPTH_ZERO_SELF_SIGNED_CERT",
        "self-signed certificate",
        "The certificate signed itself, and exactly this certificate is not in the trust store.",
        "If you trust it, compare its fingerprint with its owner over another channel and add it to"
        " the trust store. If a CA should have issued it, the server presents the wrong one.",
    ),
    _code(
        19,
        "SELF_SIGNED_CERT_IN_CHAIN",
        "self-signed certificate in certificate chain",
        "The chain is complete up to a root, but that root is not in the trust store.",
        "Decide whether this root deserves trust for this use, compare its fingerprint, and add it"
        " to the trust store. A root that the peer sends along is never trusted for that reason.",
    ),
    _code(
        20,
        "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
        "unable to get local issuer certificate",
        "No certificate of the issuer at this depth was found. By far the most common reason is a"
        " missing intermediate CA; the other is a root that is not in the trust store.",
        "Import the issuer named in the certificate and add it to the chain file of the service, or"
        " to the trust store. If an issuer of that name is there, it may carry another key"
        " identifier: take the one that matches.",
    ),
    _code(
        21,
        "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
        "unable to verify the first certificate",
        "Only the certificate itself was there, with no issuer to verify its signature against."
        " It usually comes together with 20.",
        "Make the service send its full chain: the certificate first, then every intermediate CA.",
    ),
    _code(
        22,
        "CERT_CHAIN_TOO_LONG",
        "certificate chain too long",
        "The path has more certificates than the verifier allows.",
        "Raise the verify depth of that program, or use a shorter chain if the CA offers one.",
    ),
    _code(
        23,
        "CERT_REVOKED",
        "certificate revoked",
        "The issuer's CRL lists the serial number of the certificate at this depth: its CA has"
        " withdrawn it.",
        "Stop using it. Find out why it was revoked, make a new key if the old one may be known to"
        " others, and have a new certificate issued. Do not work around this one.",
    ),
    _code(
        24,
        "NO_ISSUER_PUBLIC_KEY",
        "issuer certificate doesn't have a public key",
        "No usable public key could be taken from the issuer's certificate. In logs of OpenSSL"
        " 1.1.1 and older, 24 means instead an invalid CA certificate, which is 79 since 3.0.",
        "Get the issuer's certificate again. For a log of OpenSSL 1.1.1 follow the advice of 79.",
    ),
    _code(
        25,
        "PATH_LENGTH_EXCEEDED",
        "path length constraint exceeded",
        "A CA in the path limits how many CAs may stand below it, and there are more.",
        "The CA at this depth was not allowed to issue further CAs. Have the certificate issued by"
        " a CA that is, or ask for a CA certificate with a longer path length.",
    ),
    _code(
        26,
        "INVALID_PURPOSE",
        "unsuitable certificate purpose",
        "Key usage or extended key usage does not allow this use: a server certificate used by a"
        " client, say, or the other way round.",
        "Ask the CA for a certificate with the extended key usage that is needed: serverAuth for a"
        " server, clientAuth for a client. At a depth above 0 a CA is restricted to other uses.",
    ),
    _code(
        27,
        "CERT_UNTRUSTED",
        "certificate not trusted",
        "The root was found, but it is not marked as trusted for this use.",
        "Where trust settings were attached to the root (a TRUSTED CERTIFICATE block), add the use"
        " to them, or take the plain certificate.",
    ),
    _code(
        28,
        "CERT_REJECTED",
        "certificate rejected",
        "A certificate in the path is explicitly marked as rejected for this use.",
        "Somebody decided against this certificate. Change the trust settings attached to it only"
        " if that decision was a mistake.",
    ),
    _code(
        29,
        "SUBJECT_ISSUER_MISMATCH",
        "subject issuer mismatch",
        "A certificate was tried as the issuer and its name is not the issuer's name. On its own it"
        " is a note from the search, not a failure.",
        "Add the certificate whose subject is exactly the issuer named in the one below.",
    ),
    _code(
        30,
        "AKID_SKID_MISMATCH",
        "authority and subject key identifier mismatch",
        "An issuer with the right name was found, but the certificate names another key of it. The"
        " CA has probably renewed its key.",
        "Add the CA certificate whose subject key identifier equals the authority key identifier of"
        " the certificate below.",
    ),
    _code(
        31,
        "AKID_ISSUER_SERIAL_MISMATCH",
        "authority and issuer serial number mismatch",
        "An issuer with the right name was found, but the certificate asks for one with another"
        " serial number.",
        "Add the CA certificate with the serial number that the authority key identifier names.",
    ),
    _code(
        32,
        "KEYUSAGE_NO_CERTSIGN",
        "key usage does not include certificate signing",
        "The certificate found as issuer has a key usage that does not allow it to sign"
        " certificates.",
        "An ordinary certificate was used as a CA, or the CA certificate was made wrongly. Use the"
        " CA's real certificate, or have it issued again with keyCertSign.",
    ),
    _code(
        33,
        "UNABLE_TO_GET_CRL_ISSUER",
        "unable to get CRL issuer certificate",
        "There is a CRL, but the certificate of whoever signed it was not found.",
        "Import the CRL issuer's certificate and add it to the trust store as an intermediate.",
    ),
    _code(
        34,
        "UNHANDLED_CRITICAL_EXTENSION",
        "unhandled critical extension",
        "The certificate carries an extension that must be understood and that OpenSSL does not"
        " know. Refusing it is the rule.",
        "Ask the CA what the extension means and for a certificate without it, or with the"
        " extension not marked critical.",
    ),
    _code(
        35,
        "KEYUSAGE_NO_CRL_SIGN",
        "key usage does not include CRL signing",
        "The CRL was signed by a certificate whose key usage does not allow it to sign CRLs.",
        "The CA must sign its CRLs with a certificate that has cRLSign. Tell the CA; until then"
        " this CRL cannot be used.",
    ),
    _code(
        36,
        "UNHANDLED_CRITICAL_CRL_EXTENSION",
        "unhandled critical CRL extension",
        "The CRL carries an extension that must be understood and that OpenSSL does not know, so"
        " the CRL cannot be used.",
        "Ask the CA for a complete CRL without it.",
    ),
    _code(
        37,
        "INVALID_NON_CA",
        "invalid non-CA certificate (has CA markings)",
        "The certificate is used as an end entity but is marked as a CA, and the purpose asked for"
        " does not allow that.",
        "Install an end-entity certificate instead of the CA's own.",
    ),
    _code(
        38,
        "PROXY_PATH_LENGTH_EXCEEDED",
        "proxy path length constraint exceeded",
        "More proxy certificates follow each other than the first one allows.",
        "Make the proxy certificate from the user's certificate directly.",
    ),
    _code(
        39,
        "KEYUSAGE_NO_DIGITAL_SIGNATURE",
        "key usage does not include digital signature",
        "The certificate's key usage does not allow the signatures that this use needs.",
        "Ask the CA for a certificate whose key usage includes digitalSignature.",
    ),
    _code(
        40,
        "PROXY_CERTIFICATES_NOT_ALLOWED",
        "proxy certificates not allowed, please set the appropriate flag",
        "The path holds a proxy certificate (RFC 3820), which is refused unless it is asked for.",
        "Use an ordinary certificate. Proxy certificates belong to grid computing only.",
    ),
    _code(
        41,
        "INVALID_EXTENSION",
        "invalid or inconsistent certificate extension",
        "An extension of the certificate at this depth cannot be decoded, appears twice, or"
        " contradicts another one.",
        "The certificate cannot be mended. Ask its CA for a new one, and show them this report.",
    ),
    _code(
        42,
        "INVALID_POLICY_EXTENSION",
        "invalid or inconsistent certificate policy extension",
        "A certificate policy, policy mapping or policy constraint is malformed or stated twice.",
        "Ask the CA for a new certificate with a correct policy extension.",
    ),
    _code(
        43,
        "NO_EXPLICIT_POLICY",
        "no explicit policy",
        "The store, or a CA in the path, demands a certificate policy that holds from end to end,"
        " and no acceptable one does.",
        "Compare the policies of each certificate in the path with those that the store accepts."
        " Have the certificate issued under an accepted one, or add its policy to the store.",
    ),
    _code(
        44,
        "DIFFERENT_CRL_SCOPE",
        "different CRL scope",
        "A CRL of the right issuer is there, but it covers other certificates: only CAs, only end"
        " entities, certain reasons, or another distribution point.",
        "Add the CRL from the distribution point that the certificate itself names.",
    ),
    _code(
        45,
        "UNSUPPORTED_EXTENSION_FEATURE",
        "unsupported extension feature",
        "An extension uses a part of the standard that OpenSSL does not support.",
        "Ask the CA for a certificate without that feature.",
    ),
    _code(
        46,
        "UNNESTED_RESOURCE",
        "RFC 3779 resource not subset of parent's resources",
        "The certificate claims IP addresses or AS numbers that its issuer does not hold.",
        "Have it issued again with resources that are part of the issuer's.",
    ),
    _code(
        47,
        "PERMITTED_VIOLATION",
        "permitted subtree violation",
        "A CA in the path may issue only for certain names, and a name of this certificate is not"
        " one of them.",
        "Have the certificate issued with names inside the permitted range, or by a CA that has no"
        " such limit.",
    ),
    _code(
        48,
        "EXCLUDED_VIOLATION",
        "excluded subtree violation",
        "A CA in the path is forbidden to issue for certain names, and a name of this certificate"
        " is one of them.",
        "Have the certificate issued without that name, or by a CA that is not forbidden it.",
    ),
    _code(
        49,
        "SUBTREE_MINMAX",
        "name constraints minimum and maximum not supported",
        "A name constraint of a CA uses minimum or maximum, which the standard does not allow.",
        "The CA certificate has to be issued again with correct name constraints.",
    ),
    _code(
        50,
        "APPLICATION_VERIFICATION",
        "application verification failure",
        "The program itself refused the certificate by a rule of its own.",
        "Look into the log of that program for its reason.",
    ),
    _code(
        51,
        "UNSUPPORTED_CONSTRAINT_TYPE",
        "unsupported name constraint type",
        "A CA is limited in names of a kind that OpenSSL cannot compare, so nothing below it can be"
        " accepted.",
        "Ask the CA for a certificate from an issuer without that constraint.",
    ),
    _code(
        52,
        "UNSUPPORTED_CONSTRAINT_SYNTAX",
        "unsupported or invalid name constraint syntax",
        "A name constraint of a CA in the path is written wrongly.",
        "The CA certificate has to be issued again with correct name constraints.",
    ),
    _code(
        53,
        "UNSUPPORTED_NAME_SYNTAX",
        "unsupported or invalid name syntax",
        "A name in the certificate is written so that it cannot be compared with the constraints of"
        " its CA.",
        "Have the certificate issued again with properly written names.",
    ),
    _code(
        54,
        "CRL_PATH_VALIDATION_ERROR",
        "CRL path validation error",
        "The certificate of whoever signed the CRL does not lead to the same trust anchor, or does"
        " not verify itself. The findings marked as CRL path say why.",
        "Add what is missing on the path of the CRL issuer, or replace the CRL by one that the CA"
        " signed itself.",
    ),
    _code(
        55,
        "PATH_LOOP",
        "path loop",
        "The certificates issued one another in a circle, so that no path ends.",
        "Add the trust anchor at which the path should end, and remove the cross-certificate that"
        " closes the circle.",
    ),
    _code(
        56,
        "SUITE_B_INVALID_VERSION",
        "Suite B: certificate version invalid",
        "Suite B was asked for and the certificate is not of version 3.",
        "Have a version 3 certificate issued, or do not ask for Suite B.",
    ),
    _code(
        57,
        "SUITE_B_INVALID_ALGORITHM",
        "Suite B: invalid public key algorithm",
        "Suite B was asked for and the key is not an elliptic curve key.",
        "Use a P-256 or P-384 key, or do not ask for Suite B.",
    ),
    _code(
        58,
        "SUITE_B_INVALID_CURVE",
        "Suite B: invalid ECC curve",
        "Suite B was asked for and the key lies on another curve than P-256 or P-384.",
        "Use a P-256 or P-384 key, or do not ask for Suite B.",
    ),
    _code(
        59,
        "SUITE_B_INVALID_SIGNATURE_ALGORITHM",
        "Suite B: invalid signature algorithm",
        "Suite B was asked for and the signature uses a hash that it does not allow.",
        "Have the certificate signed with SHA-256 for P-256, or SHA-384 for P-384.",
    ),
    _code(
        60,
        "SUITE_B_LOS_NOT_ALLOWED",
        "Suite B: curve not allowed for this LOS",
        "The curve does not belong to the Suite B level of security that was asked for.",
        "Use P-384 for the 192-bit level, P-256 or P-384 for the 128-bit level.",
    ),
    _code(
        61,
        "SUITE_B_CANNOT_SIGN_P_384_WITH_P_256",
        "Suite B: cannot sign P-384 with P-256",
        "A weaker CA key signed a stronger key, which Suite B forbids.",
        "Have the certificate issued by a CA with a P-384 key.",
    ),
    _code(
        62,
        "HOSTNAME_MISMATCH",
        "hostname mismatch",
        "The name that the client connects to is not in the certificate. Where there are DNS names"
        " in subjectAltName, the common name does not count.",
        "Connect by a name that the certificate holds, or have it issued again with this name in"
        " subjectAltName. The port is never part of the name.",
    ),
    _code(
        63,
        "EMAIL_MISMATCH",
        "email address mismatch",
        "The mail address asked for is not in the certificate.",
        "Use the certificate that belongs to this address, or have it added.",
    ),
    _code(
        64,
        "IP_ADDRESS_MISMATCH",
        "IP address mismatch",
        "The client connects to an IP address that is not in the certificate as an IP address. One"
        " written into a DNS name or the common name does not count.",
        "Connect by a name that the certificate holds, or have it issued again with the address as"
        " an iPAddress in subjectAltName.",
    ),
    _code(
        65,
        "DANE_NO_MATCH",
        "no matching DANE TLSA records",
        "The DNS publishes TLSA records for the service, and none fits the certificate. It is often"
        " a renewed certificate with an old record.",
        "Publish a TLSA record for the new certificate, before it is installed next time.",
    ),
    _code(
        66,
        "EE_KEY_TOO_SMALL",
        "EE certificate key too weak",
        "The certificate's own key is weaker than the security level asks for: RSA below 1024 bits"
        " at level 1, below 2048 at level 2.",
        "Make a new key of at least RSA 3072 or P-256 and have a new certificate issued. Lowering"
        " the security level is a stopgap.",
    ),
    _code(
        67,
        "CA_KEY_TOO_SMALL",
        "CA certificate key too weak",
        "The key of a CA in the path is weaker than the security level asks for.",
        "Move to a CA with a stronger key. Lowering the security level of the store is a stopgap.",
    ),
    _code(
        68,
        "CA_MD_TOO_WEAK",
        "CA signature digest algorithm too weak",
        "A certificate in the path is signed with a hash that the security level refuses: MD5"
        " always, SHA-1 in most configurations.",
        "Have the certificate at this depth issued again with SHA-256 or better.",
    ),
    _code(
        69,
        "INVALID_CALL",
        "invalid certificate verification context",
        "A program called OpenSSL wrongly. It says nothing about the certificate.",
        "Report it to the makers of the program that shows it.",
    ),
    _code(
        70,
        "STORE_LOOKUP",
        "issuer certificate lookup error",
        "Looking for an issuer failed, for instance because a folder of CA files could not be read.",
        "Check that the program may read its trust store, and that the files in it are whole.",
    ),
    _code(
        71,
        "NO_VALID_SCTS",
        "Certificate Transparency required, but no valid SCTs found",
        "The client wants proof that the certificate was logged publicly, and there is none.",
        "Use a certificate from a public CA that embeds SCTs, or do not ask for them inside your"
        " own network.",
    ),
    _code(
        72,
        "PROXY_SUBJECT_NAME_VIOLATION",
        "proxy subject name violation",
        "The subject of a proxy certificate is not its issuer's subject plus one common name.",
        "Make the proxy certificate again with the proper tool.",
    ),
    _code(
        73,
        "OCSP_VERIFY_NEEDED",
        "OCSP verification needed",
        "The verifier is told to ask OCSP for the status of the certificate and has not done so.",
        "Make the service staple an OCSP response, or change the verifier's configuration.",
    ),
    _code(
        74,
        "OCSP_VERIFY_FAILED",
        "OCSP verification failed",
        "The OCSP response could not be verified.",
        "Check the CA's OCSP responder and the certificate that signs its responses.",
    ),
    _code(
        75,
        "OCSP_CERT_UNKNOWN",
        "OCSP unknown cert",
        "The OCSP responder does not know the certificate.",
        "Ask the CA. A certificate that was issued minutes ago may not be known yet.",
    ),
    _code(
        76,
        "UNSUPPORTED_SIGNATURE_ALGORITHM",
        "Cannot find certificate signature algorithm",
        "The signature algorithm is one that this OpenSSL does not know or has switched off.",
        "Have the certificate signed with a common algorithm, or use an OpenSSL that knows it.",
    ),
    _code(
        77,
        "SIGNATURE_ALGORITHM_MISMATCH",
        "subject signature algorithm and issuer public key algorithm mismatch",
        "The certificate says that it was signed with another kind of key than its issuer has."
        " The issuer found is probably not the real one.",
        "Add the issuer certificate with the matching key, or have the certificate issued again.",
    ),
    _code(
        78,
        "SIGNATURE_ALGORITHM_INCONSISTENCY",
        "cert info signature and signature algorithm mismatch",
        "The certificate names two different signature algorithms, inside and outside the signed"
        " part. It is malformed or was tampered with.",
        "Do not use it. Ask its CA for a new one.",
    ),
    _code(
        79,
        "INVALID_CA",
        "invalid CA certificate",
        "A certificate in the path issued another one and is not a CA: its basic constraints say"
        " CA:FALSE, or are missing. In logs of OpenSSL 1.1.1 and older this is number 24.",
        "Have the certificate issued by a real CA. If the CA certificate itself was made without"
        " basicConstraints CA:TRUE, it must be made again.",
    ),
    _code(
        80,
        "PATHLEN_INVALID_FOR_NON_CA",
        "Path length invalid for non-CA cert",
        "A certificate that is not a CA limits the length of a path, which makes no sense."
        " Only strict checking reports it.",
        "Have it issued again without the path length.",
    ),
    _code(
        81,
        "PATHLEN_WITHOUT_KU_KEY_CERT_SIGN",
        "Path length given without key usage keyCertSign",
        "A CA limits the length of a path, but its key usage does not let it sign certificates."
        " Only strict checking reports it.",
        "Have the CA certificate issued again with keyCertSign.",
    ),
    _code(
        82,
        "KU_KEY_CERT_SIGN_INVALID_FOR_NON_CA",
        "Key usage keyCertSign invalid for non-CA cert",
        "The key usage allows signing certificates, but basic constraints do not make it a CA."
        " Only strict checking reports it.",
        "Have it issued again without keyCertSign, or as a CA if it is meant to be one.",
    ),
    _code(
        83,
        "ISSUER_NAME_EMPTY",
        "Issuer name empty",
        "The certificate does not say who issued it. Only strict checking reports it.",
        "Have it issued again by a CA that has a name.",
    ),
    _code(
        84,
        "SUBJECT_NAME_EMPTY",
        "Subject name empty",
        "A CA, or a certificate without subjectAltName, has no subject. Only strict checking"
        " reports it.",
        "Have it issued again with a subject, or with a critical subjectAltName.",
    ),
    _code(
        85,
        "MISSING_AUTHORITY_KEY_IDENTIFIER",
        "Missing Authority Key Identifier",
        "The certificate does not say which key of its issuer signed it. Only strict checking"
        " reports it.",
        "Have it issued again with an authorityKeyIdentifier, or turn strict checking off.",
    ),
    _code(
        86,
        "MISSING_SUBJECT_KEY_IDENTIFIER",
        "Missing Subject Key Identifier",
        "A CA certificate does not name its key. Only strict checking reports it.",
        "Have the CA certificate issued again with a subjectKeyIdentifier, or turn strict checking"
        " off.",
    ),
    _code(
        87,
        "EMPTY_SUBJECT_ALT_NAME",
        "Empty Subject Alternative Name extension",
        "There is a subjectAltName without a single name in it. Only strict checking reports it.",
        "Have the certificate issued again with its names.",
    ),
    _code(
        88,
        "EMPTY_SUBJECT_SAN_NOT_CRITICAL",
        "Subject empty and Subject Alt Name extension not critical",
        "The subject is empty, and the names that stand in for it are not marked critical. Only"
        " strict checking reports it.",
        "Have the certificate issued again with a critical subjectAltName, or with a subject.",
    ),
    _code(
        89,
        "CA_BCONS_NOT_CRITICAL",
        "Basic Constraints of CA cert not marked critical",
        "A CA certificate states that it is a CA in an extension that old software may ignore. Only"
        " strict checking reports it.",
        "Have the CA certificate issued again with critical basicConstraints, or turn strict"
        " checking off.",
    ),
    _code(
        90,
        "AUTHORITY_KEY_IDENTIFIER_CRITICAL",
        "Authority Key Identifier marked critical",
        "The authority key identifier is marked critical, which the standard forbids. Only strict"
        " checking reports it.",
        "Have the certificate issued again.",
    ),
    _code(
        91,
        "SUBJECT_KEY_IDENTIFIER_CRITICAL",
        "Subject Key Identifier marked critical",
        "The subject key identifier is marked critical, which the standard forbids. Only strict"
        " checking reports it.",
        "Have the certificate issued again.",
    ),
    _code(
        92,
        "CA_CERT_MISSING_KEY_USAGE",
        "CA cert does not include key usage extension",
        "A CA certificate does not say what its key may be used for. Only strict checking reports"
        " it.",
        "Have the CA certificate issued again with keyUsage, or turn strict checking off.",
    ),
    _code(
        93,
        "EXTENSIONS_REQUIRE_VERSION_3",
        "Using cert extension requires at least X509v3",
        "The certificate carries extensions but says that it is of version 1 or 2. Only strict"
        " checking reports it.",
        "Have it issued again as version 3.",
    ),
    _code(
        94,
        "EC_KEY_EXPLICIT_PARAMS",
        "Certificate public key has explicit ECC parameters",
        "The elliptic curve of a CA key is spelled out instead of named. Such curves can be crafted"
        " to forge signatures.",
        "Make a new key with a named curve, and have the certificate issued again.",
    ),
    _code(
        95,
        "RPK_UNTRUSTED",
        "Raw public key untrusted, no trusted keys configured",
        "The peer presented a bare public key instead of a certificate, and none is configured as"
        " trusted.",
        "Configure the expected public key, or use certificates.",
    ),
    _code(
        96,
        "OCSP_RESP_INVALID",
        "OCSP response(s) invalid",
        "The stapled or fetched OCSP response cannot be decoded or does not fit the certificate.",
        "Check the service's stapling and the CA's responder.",
    ),
    _code(
        97,
        "OCSP_SIGNATURE_FAILURE",
        "OCSP response signature verification failure",
        "The OCSP response is not signed by the CA or by a responder that it authorized.",
        "Check the CA's responder certificate. Treat a response that stays wrong as forged.",
    ),
    _code(
        98,
        "OCSP_NOT_YET_VALID",
        "OCSP response not yet valid (contains a date in the future)",
        "The OCSP response is dated in the future; usually a clock is wrong.",
        "Check the clocks of the verifier and of the responder.",
    ),
    _code(
        99,
        "OCSP_HAS_EXPIRED",
        "OCSP response has expired",
        "The OCSP response is too old to be believed; the service probably staples a stale one.",
        "Make the service fetch a new response, and check that it can reach the responder.",
    ),
    _code(
        100,
        "OCSP_NO_RESPONSE",
        "no OCSP response available for certificate",
        "OCSP is required and no response was there for the certificate at this depth.",
        "Turn on stapling at the service, or check CRLs instead.",
    ),
    _code(
        101,
        "CRL_VERIFY_FAILED",
        UNKNOWN_TEXT,
        "The CRL for the certificate at this depth could not be verified.",
        "Download the CRL again. If it is the same, tell the CA.",
    ),
    _code(
        102,
        "EMPTY_AUTHORITY_KEY_IDENTIFIER",
        "Empty Authority Key Identifier",
        "There is an authority key identifier with nothing in it.",
        "Have the certificate issued again with the identifier of the issuer's key.",
    ),
    _code(
        103,
        "AKID_ISSUER_SERIAL_NOT_PAIRED",
        "Authority Key Identifier issuer and serial number must be paired",
        "The authority key identifier names the issuer's issuer without its serial number, or the"
        " number without the name; the standard wants both or neither.",
        "Have the certificate issued again.",
    ),
    _code(
        104,
        "IDP_ONLY_USER_CA_ATTR_EXCLUSIVE",
        UNKNOWN_TEXT,
        "The CRL says that it covers only end entities and at the same time only CAs or only"
        " attribute certificates. It covers nothing.",
        "Tell the CA that its issuing distribution point is contradictory.",
    ),
)

CODES: Final[dict[int, Code]] = {code.number: code for code in _ALL}


def code_of(number: int) -> Code:
    """What is known of a number; one that is newer than this table gets a plain entry."""
    known = CODES.get(number)
    if known is not None:
        return known
    return Code(
        number,
        f"{_PREFIX}{number}",
        UNKNOWN_TEXT,
        "This number is newer than the console's table of OpenSSL's errors.",
        "Look it up in the documentation of the OpenSSL release that the report names.",
    )
