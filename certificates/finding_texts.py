"""What to say about a finding, and what to do about it: the core's codes in people's words.

Each entry is a sentence, whose placeholders are the finding's data (and `{place}`), and advice. The
advice is empty where there is nothing to do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pki.findings import Finding

_ASK_CA = "Ask the certification authority for a new certificate."
_REISSUE = "Nothing breaks today; have it right in the next certificate."
_MATTERS_TO_CA = "Only the certification authority can change this, by issuing a new certificate."

FINDING_TEXTS: dict[str, tuple[str, str]] = {
    "version.not_v3": (
        "This is a version {version} certificate, which cannot carry extensions.",
        "Replace it by a version 3 certificate: clients of today expect its extensions.",
    ),
    "serial.negative": (
        "The serial number is negative, which RFC 5280 forbids.",
        "Some libraries refuse it. " + _ASK_CA,
    ),
    "serial.zero": (
        "The serial number is zero; RFC 5280 asks for a positive one.",
        "Some libraries refuse it. " + _ASK_CA,
    ),
    "serial.too_long": (
        "The serial number has {octets} octets; RFC 5280 allows 20.",
        "Some libraries refuse it. " + _ASK_CA,
    ),
    "signature.md5": (
        "It is signed with {algorithm}, whose hash has been broken for years.",
        "Replace it now: signatures like this one have been forged, and OpenSSL refuses them.",
    ),
    "signature.sha1": (
        "It is signed with {algorithm}; SHA-1 signatures are no longer accepted by most clients.",
        "Replace it by one that is signed with SHA-256 or better.",
    ),
    "signature.algorithm_mismatch": (
        "The signature algorithm inside the signed part differs from the one outside.",
        "Verification will refuse it. " + _ASK_CA,
    ),
    "validity.inverted": (
        "It ends before it begins, so it is valid at no time.",
        _ASK_CA,
    ),
    "validity.malformed": (
        "The date in {place} cannot be read; it is shown as the year 1.",
        "Verification will refuse it. " + _ASK_CA,
    ),
    "validity.wrong_type": (
        "The date in {place} is encoded in the form meant for 2050 and later.",
        _REISSUE,
    ),
    "validity.too_long": (
        "It is valid for {days} days; public authorities may issue {maximum} at most.",
        "Fine for a private authority. Browsers refuse such a certificate from a public one.",
    ),
    "name.malformed": (
        "The {place} does not decode as a name: {why}.",
        _ASK_CA,
    ),
    "name.undecodable": (
        "The {place} holds a value of {attribute} that is not text; it is shown as hexadecimal.",
        _MATTERS_TO_CA,
    ),
    "name.bad_string": (
        "The {place} holds characters in {attribute} that its string type does not allow.",
        "It may read differently in other programs. " + _MATTERS_TO_CA,
    ),
    "name.control_characters": (
        "The {place} holds invisible or control characters in {attribute}; they are shown escaped.",
        "Look closely: such characters are used to make one name look like another.",
    ),
    "name.empty_value": (
        "The {place} has an empty {attribute}.",
        _REISSUE,
    ),
    "name.empty_issuer": (
        "The issuer is empty; RFC 5280 requires a name.",
        "No chain can be built by name from it. " + _ASK_CA,
    ),
    "name.empty_subject": (
        "It names nobody: the subject is empty and there is no alternative name.",
        _ASK_CA,
    ),
    "name.several_common_names": (
        "The {place} has {count} common names; the last one is shown.",
        "Programs differ in which one they read. " + _REISSUE,
    ),
    "name.country_invalid": (
        "The country {country} in the {place} is no code of two capital letters.",
        "Some authorities and programs refuse it. " + _REISSUE,
    ),
    "name.country_uk": (
        "The {place} gives the country as UK.",
        "Public authorities want GB, the ISO 3166-1 code of the United Kingdom.",
    ),
    "cn.not_in_san": (
        "The common name {cn} is not among the alternative names.",
        "Clients look only at the alternative names: they will not accept it for that name.",
    ),
    "key.malformed": (
        "The public key does not decode: {why}.",
        _ASK_CA,
    ),
    "key.unsupported": (
        "The public key is of a kind that the console does not know: {algorithm}.",
        "It is kept as it is, but signatures made with this key cannot be checked.",
    ),
    "key.rsa_small": (
        "The RSA key has {size} bits; 2048 are the least that is safe today.",
        "Replace it together with a new key. OpenSSL refuses keys below its security level.",
    ),
    "key.rsa_large": (
        "The RSA key has {size} bits, more than the {maximum} that are of use.",
        "Every connection pays for it. Use 3072 or 4096 bits, or an elliptic curve.",
    ),
    "key.rsa_odd_size": (
        "The RSA key has {size} bits, which is no multiple of eight.",
        "Some programs refuse such sizes. Use 3072 bits for the next key.",
    ),
    "key.weak_exponent": (
        "The RSA key's public exponent is {exponent}; 65537 is the usual one.",
        "Small exponents have made attacks easier. Use a new key in the next certificate.",
    ),
    "key.curve_small": (
        "The elliptic curve {curve} is too small to be safe today.",
        "Replace it together with a new key on P-256 or larger.",
    ),
    "key.dsa": (
        "It has a DSA key of {size} bits; TLS 1.3 and most clients no longer accept DSA.",
        "Replace it together with a new RSA or elliptic curve key.",
    ),
    "extension.malformed": (
        "The extension {place} does not decode: {why}.",
        "Its content is ignored here; verification may refuse the certificate. " + _ASK_CA,
    ),
    "extension.duplicate": (
        "The extension {place} stands there twice; only the first one is read.",
        "RFC 5280 forbids it and verification may refuse it. " + _ASK_CA,
    ),
    "extension.unknown_critical": (
        "The extension {place} is marked critical and is not known here.",
        "Programs that do not know it must refuse the certificate.",
    ),
    "san.missing": (
        "It has no alternative names.",
        "OpenSSL falls back to the common name; browsers and many clients refuse it. "
        "Ask for a certificate that lists its addresses.",
    ),
    "san.malformed": (
        "The alternative name {value} is no valid name of the kind {kind}.",
        "No client will match it. " + _ASK_CA,
    ),
    "san.control_characters": (
        "The alternative name {value} holds invisible or control characters; they are shown escaped.",
        "Look closely: such characters are used to make one name look like another.",
    ),
    "san.address_as_dns": (
        "The alternative name {value} is an IP address written as a DNS name.",
        "Clients that connect to the address look for an IP name and will not find it. " + _ASK_CA,
    ),
    "ca.no_basic_constraints": (
        "It counts as an authority although it has no basic constraints that say so.",
        "OpenSSL accepts it for its version or its key usage; stricter programs do not.",
    ),
    "ca.basic_constraints_not_critical": (
        "It is an authority, but its basic constraints are not marked critical.",
        "RFC 5280 requires it; most programs let it pass.",
    ),
    "ca.path_length_without_ca": (
        "It has a path length although it is no authority.",
        "The path length means nothing here; strict programs refuse the certificate.",
    ),
    "ca.no_key_usage": (
        "It is an authority without a key usage.",
        "RFC 5280 requires one with keyCertSign; strict programs refuse it as an issuer.",
    ),
    "ca.no_cert_sign": (
        "It is an authority whose key usage does not allow signing certificates.",
        "No certificate that it issued will verify.",
    ),
    "ca.no_key_identifier": (
        "It is an authority without a subject key identifier.",
        "Chains are then built by name alone. " + _MATTERS_TO_CA,
    ),
    "crl.not_v2": (
        "This is a version {version} revocation list, which cannot carry extensions.",
        "Ask the authority for version 2 lists.",
    ),
    "crl.no_number": (
        "The list has no number, so an older one cannot be told from a newer one by it.",
        "Lists are compared by their dates instead.",
    ),
    "crl.no_next_update": (
        "The list does not say when the next one comes.",
        "It never counts as stale; look after it yourself.",
    ),
    "crl.no_authority_key": (
        "The list does not say which key of the authority signed it.",
        "Its issuer is found by name alone.",
    ),
    "crl.inverted": (
        "The next list was due before this one was made.",
        "It is stale from the start. Ask the authority for a new one.",
    ),
    "crl.malformed_date": (
        "The date in {place} cannot be read; it is shown as the year 1.",
        "The list counts as stale. Ask the authority for a new one.",
    ),
    "crl.malformed_extension": (
        "The extension {place} of the list does not decode: {why}.",
        "The list may be refused. Ask the authority for a new one.",
    ),
    "crl.malformed_entry": (
        "An entry of the list does not decode: {why}.",
        "The list may be refused. Ask the authority for a new one.",
    ),
    "crl.duplicate_extension": (
        "The extension {place} of the list stands there twice; only the first one is read.",
        "The list may be refused. Ask the authority for a new one.",
    ),
    "crl.unknown_critical": (
        "The list has a critical extension that is not known here: {place}.",
        "RFC 5280 forbids using it to show that a certificate is good.",
    ),
    "crl.unknown_critical_entry": (
        "Entries of the list have a critical extension that is not known here: {place}.",
        "RFC 5280 forbids using the list to show that a certificate is good.",
    ),
    "block.not_decodable": (
        "This is no valid {what}: {why}.",
        "Export it again from where it came from; it may be cut short or damaged.",
    ),
    "block.trailing_data": (
        "There are bytes behind the end of the object.",
        "Export it again; two files may have been joined.",
    ),
    "block.too_large": (
        "It is larger than the {maximum} bytes that are opened.",
        "An administrator can import larger objects with the management command.",
    ),
    "block.too_many_names": (
        "It has more alternative names than the {maximum} that are taken.",
        "Check where it came from; no service needs so many.",
    ),
    "block.bad_base64": (
        "The text is no base64 from line {line} on ({why}).",
        "Copy the block again, from its BEGIN line to its END line.",
    ),
    "block.empty": (
        "There is nothing between the BEGIN line and the END line.",
        "Copy the block again, from its BEGIN line to its END line.",
    ),
    "block.no_end": (
        "The END line is missing.",
        "Copy the block again, up to and with its END line.",
    ),
    "block.label_mismatch": (
        "The END line names something else than the BEGIN line.",
        "Two blocks may have been mixed up; copy each again.",
    ),
    "block.private_key": (
        "This is a private key. It was not read and is not kept.",
        "Private keys do not belong into a certificate import. If the file went by mail or chat, "
        "consider the key compromised.",
    ),
    "block.pkcs12_needs_passphrase": (
        "This is a PKCS#12 file, which holds a private key and needs its passphrase.",
        "Take the certificates out of it with openssl pkcs12 -nokeys and import those.",
    ),
    "block.keystore": (
        "This is a Java keystore.",
        "Export its certificates with keytool -exportcert -rfc and import those.",
    ),
    "block.request": (
        "This is a certificate request, not a certificate.",
        "Send it to the authority and import what comes back.",
    ),
    "block.public_key": (
        "This is a public key, not a certificate.",
        "",
    ),
    "block.unsupported": (
        "A block of this kind is not imported: {label}.",
        "",
    ),
    "block.pkcs7_malformed": (
        "This PKCS#7 structure does not decode.",
        "Export it again from where it came from; it may be cut short or damaged.",
    ),
    "block.pkcs7_encrypted": (
        "This PKCS#7 structure is encrypted.",
        "Decrypt it first, for instance with openssl cms -decrypt.",
    ),
    "block.pkcs7_empty": (
        "This PKCS#7 structure holds neither certificates nor revocation lists.",
        "",
    ),
    "block.listed_without_pem": (
        "The listing names {subject} at depth {depth}, but its PEM block is not in the text.",
        "Run openssl s_client again with -showcerts and paste all of its output.",
    ),
    "block.text_without_pem": (
        "This is a certificate printed as text, without its PEM block.",
        "Run openssl x509 -text again without -noout and paste all of its output.",
    ),
    "block.zip_malformed": (
        "The archive, or this file in it, is damaged.",
        "Pack it again.",
    ),
    "block.zip_encrypted": (
        "This file in the archive is encrypted.",
        "Unpack it and import the files.",
    ),
    "block.zip_method": (
        "This file in the archive is packed in a way that is not opened here.",
        "Pack it again as an ordinary zip archive, or import the files.",
    ),
    "block.nested_zip": (
        "This is an archive inside an archive, which is not opened.",
        "Unpack the outer one and import the inner one by itself.",
    ),
    "block.nothing_found": (
        "Nothing was recognised; the content looks like this: {looks_like}.",
        "Certificates and revocation lists come as PEM, DER, PKCS#7, or a zip of those.",
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class SaidFinding:
    """A finding in words; `severity` is a word of `ui.states`."""

    severity: str
    code: str
    sentence: str
    advice: str


def said(found: Finding) -> SaidFinding:
    """What to say about a finding; of one from a newer version its code."""
    sentence, advice = FINDING_TEXTS.get(found.code, (found.code, ""))
    words = defaultdict(lambda: "?", {**dict(found.data), "place": found.place or "it"})
    return SaidFinding(
        severity=found.severity.value,
        code=found.code,
        sentence=sentence.format_map(words),
        advice=advice.format_map(words),
    )


def said_stored(stored: Iterable[Mapping[str, object]]) -> list[SaidFinding]:
    """Stored findings in words, those that matter most first."""
    order = {"error": 0, "warning": 1, "info": 2}
    return sorted(
        (said(Finding.from_json(one)) for one in stored), key=lambda one: order[one.severity]
    )


def finding_text(found: Finding) -> str:
    """The sentence of a finding alone."""
    return said(found).sentence
