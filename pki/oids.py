"""Object identifiers that the console knows, by the names that OpenSSL and the RFCs give them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class AttributeType:
    """An attribute of a distinguished name: its RFC 4514 descriptor and OpenSSL's short name."""

    rfc4514: str
    openssl: str


def _attribute(rfc4514: str, openssl: str = "") -> AttributeType:
    return AttributeType(rfc4514=rfc4514, openssl=openssl or rfc4514)


COMMON_NAME = "2.5.4.3"
COUNTRY = "2.5.4.6"
ORGANIZATION = "2.5.4.10"

# Descriptors from the IANA registry of LDAP descriptors (RFC 4520); RFC 4514, section 2.3 asks for
# a registered one where it is known. Short names are those of OpenSSL's objects table.
ATTRIBUTE_TYPES: dict[str, AttributeType] = {
    COMMON_NAME: _attribute("CN"),
    "2.5.4.4": _attribute("SN"),
    "2.5.4.5": _attribute("serialNumber"),
    COUNTRY: _attribute("C"),
    "2.5.4.7": _attribute("L"),
    "2.5.4.8": _attribute("ST"),
    "2.5.4.9": _attribute("STREET", "street"),
    ORGANIZATION: _attribute("O"),
    "2.5.4.11": _attribute("OU"),
    "2.5.4.12": _attribute("title"),
    "2.5.4.13": _attribute("description"),
    "2.5.4.15": _attribute("businessCategory"),
    "2.5.4.16": _attribute("postalAddress"),
    "2.5.4.17": _attribute("postalCode"),
    "2.5.4.18": _attribute("postOfficeBox"),
    "2.5.4.20": _attribute("telephoneNumber"),
    "2.5.4.41": _attribute("name"),
    "2.5.4.42": _attribute("givenName", "GN"),
    "2.5.4.43": _attribute("initials"),
    "2.5.4.44": _attribute("generationQualifier"),
    "2.5.4.45": _attribute("x500UniqueIdentifier"),
    "2.5.4.46": _attribute("dnQualifier"),
    "2.5.4.65": _attribute("pseudonym"),
    "2.5.4.72": _attribute("role"),
    "2.5.4.97": _attribute("organizationIdentifier"),
    "0.9.2342.19200300.100.1.1": _attribute("UID"),
    "0.9.2342.19200300.100.1.3": _attribute("mail"),
    "0.9.2342.19200300.100.1.25": _attribute("DC"),
    "1.2.840.113549.1.9.1": _attribute("emailAddress"),
    "1.2.840.113549.1.9.2": _attribute("unstructuredName"),
    "1.2.840.113549.1.9.8": _attribute("unstructuredAddress"),
    "1.2.643.3.131.1.1": _attribute("INN"),
    "1.2.643.100.1": _attribute("OGRN"),
    "1.2.643.100.3": _attribute("SNILS"),
    "1.3.6.1.4.1.311.60.2.1.1": _attribute("jurisdictionL"),
    "1.3.6.1.4.1.311.60.2.1.2": _attribute("jurisdictionST"),
    "1.3.6.1.4.1.311.60.2.1.3": _attribute("jurisdictionC"),
}

EXTENSIONS: dict[str, str] = {
    "2.5.29.9": "subjectDirectoryAttributes",
    "2.5.29.14": "subjectKeyIdentifier",
    "2.5.29.15": "keyUsage",
    "2.5.29.16": "privateKeyUsagePeriod",
    "2.5.29.17": "subjectAltName",
    "2.5.29.18": "issuerAltName",
    "2.5.29.19": "basicConstraints",
    "2.5.29.20": "crlNumber",
    "2.5.29.21": "reasonCode",
    "2.5.29.23": "holdInstructionCode",
    "2.5.29.24": "invalidityDate",
    "2.5.29.27": "deltaCRLIndicator",
    "2.5.29.28": "issuingDistributionPoint",
    "2.5.29.29": "certificateIssuer",
    "2.5.29.30": "nameConstraints",
    "2.5.29.31": "cRLDistributionPoints",
    "2.5.29.32": "certificatePolicies",
    "2.5.29.33": "policyMappings",
    "2.5.29.35": "authorityKeyIdentifier",
    "2.5.29.36": "policyConstraints",
    "2.5.29.37": "extendedKeyUsage",
    "2.5.29.46": "freshestCRL",
    "2.5.29.54": "inhibitAnyPolicy",
    "1.3.6.1.5.5.7.1.1": "authorityInfoAccess",
    "1.3.6.1.5.5.7.1.3": "qcStatements",
    "1.3.6.1.5.5.7.1.11": "subjectInfoAccess",
    "1.3.6.1.5.5.7.1.24": "tlsFeature",
    "1.3.6.1.5.5.7.48.1.5": "ocspNoCheck",
    "1.3.6.1.4.1.11129.2.4.2": "signedCertificateTimestampList",
    "1.3.6.1.4.1.11129.2.4.3": "precertificatePoison",
    "1.3.6.1.4.1.311.20.2": "msCertificateTemplateName",
    "1.3.6.1.4.1.311.21.1": "msCaVersion",
    "1.3.6.1.4.1.311.21.7": "msCertificateTemplate",
    "1.3.6.1.4.1.311.21.10": "msApplicationPolicies",
    "1.2.840.113533.7.65.0": "entrustVersInfo",
    "2.16.840.1.113730.1.1": "netscapeCertType",
    "2.16.840.1.113730.1.13": "netscapeComment",
}

KEY_USAGES = (
    "digitalSignature",
    "nonRepudiation",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
    "keyCertSign",
    "cRLSign",
    "encipherOnly",
    "decipherOnly",
)

EXTENDED_KEY_USAGES: dict[str, str] = {
    "2.5.29.37.0": "anyExtendedKeyUsage",
    "1.3.6.1.5.5.7.3.1": "serverAuth",
    "1.3.6.1.5.5.7.3.2": "clientAuth",
    "1.3.6.1.5.5.7.3.3": "codeSigning",
    "1.3.6.1.5.5.7.3.4": "emailProtection",
    "1.3.6.1.5.5.7.3.5": "ipsecEndSystem",
    "1.3.6.1.5.5.7.3.6": "ipsecTunnel",
    "1.3.6.1.5.5.7.3.7": "ipsecUser",
    "1.3.6.1.5.5.7.3.8": "timeStamping",
    "1.3.6.1.5.5.7.3.9": "OCSPSigning",
    "1.3.6.1.5.5.7.3.17": "ipsecIKE",
    "1.3.6.1.5.5.7.3.21": "secureShellClient",
    "1.3.6.1.5.5.7.3.22": "secureShellServer",
    "1.3.6.1.5.2.3.4": "pkInitClientAuth",
    "1.3.6.1.5.2.3.5": "pkInitKDC",
    "1.3.6.1.4.1.311.10.3.3": "msSGC",
    "1.3.6.1.4.1.311.10.3.4": "msEFS",
    "1.3.6.1.4.1.311.20.2.2": "msSmartcardLogin",
    "1.3.6.1.4.1.11129.2.4.4": "certificateTransparency",
    "2.16.840.1.113730.4.1": "nsSGC",
}

RSA_PSS = "1.2.840.113549.1.1.10"

SIGNATURE_ALGORITHMS: dict[str, str] = {
    "1.2.840.113549.1.1.2": "md2WithRSAEncryption",
    "1.2.840.113549.1.1.3": "md4WithRSAEncryption",
    "1.2.840.113549.1.1.4": "md5WithRSAEncryption",
    "1.2.840.113549.1.1.5": "sha1WithRSAEncryption",
    "1.3.14.3.2.3": "md5WithRSA",
    "1.3.14.3.2.29": "sha1WithRSA",
    "1.2.840.113549.1.1.14": "sha224WithRSAEncryption",
    "1.2.840.113549.1.1.11": "sha256WithRSAEncryption",
    "1.2.840.113549.1.1.12": "sha384WithRSAEncryption",
    "1.2.840.113549.1.1.13": "sha512WithRSAEncryption",
    "2.16.840.1.101.3.4.3.14": "sha3-256WithRSAEncryption",
    "2.16.840.1.101.3.4.3.15": "sha3-384WithRSAEncryption",
    "2.16.840.1.101.3.4.3.16": "sha3-512WithRSAEncryption",
    RSA_PSS: "rsassaPss",
    "1.2.840.10045.4.1": "ecdsa-with-SHA1",
    "1.2.840.10045.4.3.1": "ecdsa-with-SHA224",
    "1.2.840.10045.4.3.2": "ecdsa-with-SHA256",
    "1.2.840.10045.4.3.3": "ecdsa-with-SHA384",
    "1.2.840.10045.4.3.4": "ecdsa-with-SHA512",
    "1.2.840.10040.4.3": "dsaWithSHA1",
    "2.16.840.1.101.3.4.3.1": "dsa_with_SHA224",
    "2.16.840.1.101.3.4.3.2": "dsa_with_SHA256",
    "2.16.840.1.101.3.4.3.3": "dsa_with_SHA384",
    "2.16.840.1.101.3.4.3.4": "dsa_with_SHA512",
    "1.3.101.112": "Ed25519",
    "1.3.101.113": "Ed448",
    "2.16.840.1.101.3.4.3.17": "ML-DSA-44",
    "2.16.840.1.101.3.4.3.18": "ML-DSA-65",
    "2.16.840.1.101.3.4.3.19": "ML-DSA-87",
}

HASHES: dict[str, str] = {
    "1.2.840.113549.2.5": "MD5",
    "1.3.14.3.2.26": "SHA1",
    "2.16.840.1.101.3.4.2.4": "SHA224",
    "2.16.840.1.101.3.4.2.1": "SHA256",
    "2.16.840.1.101.3.4.2.2": "SHA384",
    "2.16.840.1.101.3.4.2.3": "SHA512",
}

CURVES: dict[str, tuple[str, int]] = {
    "1.2.840.10045.3.1.1": ("P-192", 192),
    "1.3.132.0.33": ("P-224", 224),
    "1.2.840.10045.3.1.7": ("P-256", 256),
    "1.3.132.0.34": ("P-384", 384),
    "1.3.132.0.35": ("P-521", 521),
    "1.3.132.0.10": ("secp256k1", 256),
    "1.3.36.3.3.2.8.1.1.7": ("brainpoolP256r1", 256),
    "1.3.36.3.3.2.8.1.1.11": ("brainpoolP384r1", 384),
    "1.3.36.3.3.2.8.1.1.13": ("brainpoolP512r1", 512),
}

# Keys without parameters: their name and the size of their security parameter in bits.
PLAIN_KEYS: dict[str, tuple[str, int]] = {
    "1.3.101.110": ("X25519", 256),
    "1.3.101.111": ("X448", 448),
    "1.3.101.112": ("Ed25519", 256),
    "1.3.101.113": ("Ed448", 448),
}
