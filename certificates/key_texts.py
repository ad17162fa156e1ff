"""What to say about key files, requests, replies and exports: the core's codes in people's words.

As in `finding_texts`, each entry is a sentence and advice, with the data of the finding or error as
placeholders; advice is empty where there is nothing to do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from certificates.finding_texts import SaidFinding, said
from pki.errors import PkiError
from pki.findings import Finding

Texts = Mapping[str, tuple[str, str]]

_OPEN_WITH_TOOL = "Open it with the program that wrote it, save it as PKCS#8 or PEM, and try again."
_PUBLIC_CAS = "A public certification authority will refuse it; one of your own may accept it."
_CORRECT_IT = "Correct it and try again."

KEY_FINDING_TEXTS: Texts = {
    # Key files.
    "keyfile.wrong_passphrase": (
        "The passphrase does not open this key.",
        "Check capitals and the keyboard layout. If you are sure of it, the file is damaged.",
    ),
    "keyfile.passphrase_missing": (
        "This key is encrypted and no passphrase was given.",
        "Give the passphrase that the file was saved with.",
    ),
    "keyfile.passphrase_not_needed": (
        "The key was not encrypted, so the passphrase was not used.",
        "The file lies around unprotected: delete it where it is no longer needed.",
    ),
    "keyfile.public_only": (
        "This is a public key; the private key is not in this file.",
        "Give the file that was made together with it, or keep this one as a public key.",
    ),
    "keyfile.certificate_only": (
        "This file holds a certificate and no key.",
        "Import it as a certificate, or give the key's own file.",
    ),
    "keyfile.private_where_public": (
        "This is a private key. It was not read and not kept.",
        "Ask for the public part only. Whoever sent a private key should make a new one.",
    ),
    "keyfile.nothing_found": (
        "No key was recognised in this file.",
        "Keys come as PKCS#8, PKCS#1, SEC1, OpenSSH, PuTTY or PKCS#12, in PEM or DER.",
    ),
    "keyfile.damaged": (
        "There is a key here that cannot be read: {why}.",
        "The file was cut off or changed. Copy it again, from the first line to the last.",
    ),
    "keyfile.unsupported_algorithm": (
        "Keys of this kind are not used here: {algorithm}.",
        "Use RSA, an elliptic curve (P-256, P-384, P-521), Ed25519 or Ed448.",
    ),
    "keyfile.unsupported_cipher": (
        "The key is encrypted in a way that is not read here: {cipher}.",
        _OPEN_WITH_TOOL,
    ),
    "keyfile.unsupported_format": (
        "This is a key file of a form that is not read here: {format}.",
        _OPEN_WITH_TOOL,
    ),
    "keyfile.inconsistent": (
        "The numbers of this RSA key do not belong together, so it cannot work.",
        "The file is damaged or forged. Take another copy, or make a new key.",
    ),
    "keyfile.public_mismatch": (
        "The public and the private half in this file belong to different keys.",
        "The file was put together wrongly. Take another copy.",
    ),
    "keyfile.close_primes": (
        "The two primes of this RSA key lie so close together that anybody can compute the key.",
        "Do not use it. Make a new key, and replace every certificate of this one.",
    ),
    "keyfile.hashed_hosts": (
        "The host of this line is hashed, so its name cannot be told.",
        "",
    ),
    "keyfile.revoked_line": (
        "The line marks this key as revoked.",
        "Do not trust it; it is kept only so that it can be recognised.",
    ),
    # Before a request is sent.
    "request.empty_subject": (
        "There is neither a common name nor an alternative name.",
        "Give at least the address of the server.",
    ),
    "request.no_names": (
        "There is no DNS name or address among the alternative names.",
        "Clients look only there: add the names by which they connect.",
    ),
    "request.cn_missing": (
        "There is no common name, and no DNS name or address to stand in for it.",
        "Give the address of the server.",
    ),
    "request.account_missing": (
        "A client certificate needs the name of the account as its common name.",
        "Give the account's name exactly as the server knows it.",
    ),
    "request.cn_too_long": (
        "The common name has {length} characters; X.509 allows {maximum}.",
        "Leave it empty and put the long name among the alternative names.",
    ),
    "request.field_too_long": (
        "{attribute} has {length} characters; X.509 allows {maximum}.",
        "Shorten it.",
    ),
    "request.control_characters": (
        "The text holds characters that cannot be seen: {value}.",
        "Type it again instead of copying it.",
    ),
    "request.spaces_around": (
        "{attribute} begins or ends with a space.",
        "Remove it: names are compared character by character.",
    ),
    "request.cn_not_a_host": (
        "The common name {value} is no host name, so it is not added to the alternative names.",
        "Give the address by which clients connect, and the alternative names.",
    ),
    "request.cn_has_port": (
        "{value} ends with a port, which is no part of a name.",
        "Leave the port out: a certificate is good for every port of its host.",
    ),
    "request.country_refused": (
        "The country code {country} cannot be used.",
        "Choose the country from the list, or leave it blank.",
    ),
    "request.country_uk": (
        "UK is a reserved code; public certification authorities want GB.",
        "Choose GB, unless your own authority expects UK.",
    ),
    "request.organizational_unit": (
        "Public certification authorities no longer put an OU into server certificates.",
        "Leave it empty, or accept that it will be missing in the certificate.",
    ),
    "request.email_malformed": (
        "{value} is no mail address that a certificate can hold.",
        _CORRECT_IT,
    ),
    "request.host_malformed": (
        "{value} is no DNS name.",
        "A name is made of letters, digits and hyphens, with dots between its parts.",
    ),
    "request.address_malformed": (
        "{value} is no IP address.",
        "Write it like 192.0.2.1 or 2001:db8::1.",
    ),
    "request.uri_malformed": (
        "{value} is no complete URI.",
        "Write it with its scheme, like https://example.com/.",
    ),
    "request.host_underscore": (
        "The name {value} holds an underscore.",
        _PUBLIC_CAS,
    ),
    "request.host_private": (
        "The name {value} does not exist in the public DNS.",
        _PUBLIC_CAS,
    ),
    "request.host_single_label": (
        "The name {value} has no domain.",
        _PUBLIC_CAS,
    ),
    "request.address_private": (
        "The address {value} is not one of the public Internet.",
        _PUBLIC_CAS,
    ),
    "request.wildcard_not_leftmost": (
        "In {value} the asterisk is not the first part of the name.",
        "Clients accept it only there, as in *.example.com.",
    ),
    "request.wildcard_partial": (
        "In {value} the asterisk stands for only a part of a label.",
        "Clients accept only a whole label, as in *.example.com.",
    ),
    "request.wildcard_too_wide": (
        "The wildcard {value} covers names of different owners.",
        "No public CA issues it, and clients refuse it. Name your own domain.",
    ),
    "request.wildcard_several": (
        "{value} holds more than one asterisk.",
        "Use one, as the first part of the name.",
    ),
    "request.names_many": (
        "There are {count} alternative names; many certification authorities stop at {maximum}.",
        "Ask yours, or divide them between two certificates.",
    ),
    "request.names_too_many": (
        "There are {count} alternative names; the console takes {maximum}.",
        "Divide them between several certificates.",
    ),
    "request.name_twice": (
        "The name {value} is there more than once.",
        "It will be written once.",
    ),
    "request.uri_or_email_in_server": (
        "A server certificate with a mail address or URI among its names is unusual.",
        _PUBLIC_CAS,
    ),
    "request.client_auth": (
        "Public certification authorities no longer issue certificates for clientAuth.",
        "For accounts use your own authority or a self-signed certificate.",
    ),
    "request.profile_usage": (
        "The extended key usage leaves out {usage}, which a certificate for this use ({profile})"
        " needs.",
        "Add it, or choose the preset.",
    ),
    "request.unknown_usage": (
        "The usage {usage} is not known here.",
        "Choose from the list.",
    ),
    "request.usage_needs_rsa": (
        "A key of the kind {algorithm} cannot do {usage}.",
        "Leave it out, or use an RSA key.",
    ),
    "request.ca_usage": (
        "{usage} is for certification authorities only.",
        "Leave it out: this certificate is for a server or client.",
    ),
    "request.unknown_digest": (
        "The digest {digest} is not used here.",
        "Choose SHA-256, SHA-384 or SHA-512.",
    ),
    "request.key_small": (
        "The RSA key has {size} bits; {minimum} are the least that is accepted today.",
        "Make a new key.",
    ),
    "request.key_too_small": (
        "The RSA key has {size} bits, too few to protect anything; use at least {minimum}.",
        "Make a new key.",
    ),
    "request.key_not_public": (
        "Public certification authorities do not accept keys of the kind {algorithm}.",
        "Use RSA or P-256 there; for your own authority it may be fine.",
    ),
    "request.key_unusable": (
        "A key of the kind {algorithm} cannot sign a request.",
        "Choose or make another key.",
    ),
    "request.days_out_of_range": (
        "{days} days is no validity: it goes from 1 to {maximum}.",
        "The usual choice is 365.",
    ),
    "request.days_long": (
        "{days} days is long; some clients refuse certificates of more than {maximum}.",
        "Shorter is safer, and the calendar reminds you in time.",
    ),
    "request.ends_too_late": (
        "The certificate would end after the year 9999.",
        "Choose fewer days.",
    ),
    # Requests that were read.
    "request.signature_invalid": (
        "The signature of the request is wrong: who made it does not hold the key, or it was"
        " changed.",
        "Do not send it. Make it again with the key.",
    ),
    "request.signature_unsupported": (
        "The signature of the request is of a kind that cannot be checked here.",
        "Ask its maker for one that is signed with SHA-256.",
    ),
    "request.extensions_malformed": (
        "A part of what the request asks for cannot be read: {why}.",
        "Make the request again; a certification authority will refuse it.",
    ),
    "request.asks_ca": (
        "The request asks for a certificate that may issue others.",
        "Unless it is for a certification authority, make it again without CA:TRUE.",
    ),
    "request.challenge_password": (
        "The request carries a challenge password, which anybody who sees the request can read.",
        "Do not use that password anywhere else.",
    ),
    # Replies.
    "reply.other_key": (
        "This certificate is for another key, not for the one of this request.",
        "It belongs to another request; attach it there.",
    ),
    "reply.no_certificate": (
        "There is no certificate for a server or client in this file.",
        "Issuers alone are imported as certificates. Give the file with your own certificate.",
    ),
    "reply.several": (
        "There are {count} certificates for this key in the file; the newest was taken.",
        "",
    ),
    "reply.chain_incomplete": (
        "The file ends before a root: the issuer {issuer} is not in it.",
        "It is looked for in the inventory; if it is not there, import it.",
    ),
}

COUNTRY_TEXTS: Texts = {
    "country.refused": (
        "The country code {country} cannot be used.",
        "Choose the country from the list, or leave it blank.",
    ),
    "country.not_two_letters": (
        "A country code is two letters; this is {country}.",
        "Choose the country from the list, or leave it blank.",
    ),
    "country.lower_case": (
        "Country codes are written in capitals: {instead}, not {country}.",
        "Use {instead}.",
    ),
    "country.user_assigned": (
        "{country} is free for private use and stands for no country.",
        "Use the country's own code. The administrator can add a code for this site.",
    ),
    "country.former": (
        "{country} stood for {name}, which no longer has this code.",
        "Use the code of the country of today.",
    ),
    "country.another_code": (
        "{country} is not the country's code in ISO 3166-1; that is {instead}.",
        "Use {instead}.",
    ),
    "country.unassigned": (
        "{country} stands for no country.",
        "Choose the country from the list, or leave it blank.",
    ),
}

# One sentence for each limit that a key file can meet, by its name.
LIMIT_TEXTS: Texts = {
    "input_bytes": (
        "The file has {value} bytes; the limit for key files is {maximum}.",
        "A key is a few kilobytes: is this the right file?",
    ),
    "blocks": (
        "The file holds more than {maximum} blocks.",
        "Divide it into several files.",
    ),
    "private_keys": (
        "The file holds more than {maximum} private keys.",
        "Divide it into several files.",
    ),
    "der_elements": (
        "The file is made of more than {maximum} elements, which no key is.",
        "Is this the right file?",
    ),
    "certificate_bytes": (
        "The request has {value} bytes; the limit is {maximum}.",
        "Is this the right file?",
    ),
    "names_per_certificate": (
        "It holds {value} alternative names; the limit is {maximum}.",
        "Divide them between several certificates.",
    ),
    "rsa_bits": (
        "The RSA key has about {value} bits; the limit is {maximum}.",
        "Keys above it make every connection slow and no attack harder. Use 3072 or 4096 bits.",
    ),
    "pbkdf2_rounds": (
        "Opening this file takes {value} rounds of key derivation; the limit is {maximum}.",
        "Save it with fewer rounds; 600,000 are plenty.",
    ),
    "bcrypt_rounds": (
        "Opening this key takes {value} rounds of bcrypt; the limit is {maximum}.",
        "Save it with fewer: ssh-keygen -p -a 64.",
    ),
    "scrypt_bytes": (
        "Opening this key takes {value} bytes of memory for scrypt; the limit is {maximum}.",
        "Save it with a smaller cost.",
    ),
    "scrypt_bytes_passes": (
        "Opening this key fills {value} bytes of memory for scrypt in all; the limit is {maximum}.",
        "Save it with a smaller cost.",
    ),
    "argon2_bytes": (
        "Opening this key takes {value} bytes of memory for Argon2; the limit is {maximum}.",
        "Save it in PuTTYgen with less memory.",
    ),
    "argon2_bytes_passes": (
        "Opening this key fills {value} bytes of memory for Argon2 in all; the limit is {maximum}.",
        "Save it in PuTTYgen with fewer passes.",
    ),
    "argon2_lanes": (
        "Opening this key takes {value} parallel lanes of Argon2; the limit is {maximum}.",
        "Save it in PuTTYgen with less parallelism.",
    ),
}

SANDBOX_TEXTS: Texts = {
    "time": (
        "Opening this file took longer than the five seconds that are the limit, and was stopped.",
        "Save the key with a cheaper protection, or divide a file of many keys.",
    ),
    "memory": (
        "Opening this file took more memory than the limit, and was stopped.",
        "Save the key with a cheaper protection.",
    ),
    "crash": (
        "The program that reads key files broke off at this file.",
        "Nothing was kept. Save the key in another form and try again.",
    ),
}

NAME_TEXTS: Texts = {
    "empty": ("The name, or a part of it between two dots, is empty.", _CORRECT_IT),
    "too_long": ("{value} is longer than the 253 characters of a DNS name.", "Shorten it."),
    "label_too_long": (
        "A part of {value} is longer than the 63 characters that DNS allows.",
        "Shorten it.",
    ),
    "character": (
        "{value} holds a character that no DNS name has.",
        "A name is made of letters, digits and hyphens, with dots between its parts.",
    ),
    "hyphen": ("A part of {value} begins or ends with a hyphen.", _CORRECT_IT),
    "idna": (
        "{value} has no form in DNS: its letters cannot be turned into an A-label.",
        _CORRECT_IT,
    ),
    "port": (
        "{value} ends with a port, which is no part of a name.",
        "Leave the port out: a certificate is good for every port of its host.",
    ),
    "scheme": ("{value} is a URL; only the name of the host belongs here.", _CORRECT_IT),
    "address": ("{value} is an IP address.", "Choose the kind IP for this row."),
    "wildcard_not_leftmost": KEY_FINDING_TEXTS["request.wildcard_not_leftmost"],
    "wildcard_partial": KEY_FINDING_TEXTS["request.wildcard_partial"],
    "wildcard_several": KEY_FINDING_TEXTS["request.wildcard_several"],
    "malformed": ("{value} is not of the kind that was chosen ({kind}).", _CORRECT_IT),
}

ERROR_TEXTS: Texts = {
    **COUNTRY_TEXTS,
    "key.spec_refused": (
        "A key of the kind {algorithm} is not made here.",
        "RSA goes from {minimum} to {maximum} bits in steps of {step}; or choose a curve.",
    ),
    "key.bad_line": (
        "The {part} cannot stand in such a line: {why}.",
        "Use plain text without spaces around it, commas, quotes or line ends.",
    ),
    "request.not_built": (
        "The request cannot be made: {why}.",
        "Look through the form: one of its fields cannot be written into a request.",
    ),
    "request.no_openssl_form": (
        "This request cannot be written as a configuration of openssl: {why}.",
        "Remove line ends and characters that cannot be seen.",
    ),
    "export.passphrase_too_short": (
        "The passphrase is too short; use at least {minimum} characters.",
        "Several words that do not belong together make a good one.",
    ),
    "export.passphrase_not_text": (
        "The passphrase is no text.",
        "Type it again.",
    ),
    "export.not_read_back": (
        "The file did not open to the same key when it was tried, so it was not given out.",
        "Nothing left the console. Tell the administrator.",
    ),
    "export.no_form": (
        "This key has no such form ({form}): {algorithm}.",
        "Choose PKCS#8.",
    ),
    "pki.not_decodable": (
        "This cannot be read as a {what}: {why}.",
        "Is it the right file, and is it whole?",
    ),
}


def key_said(found: Finding) -> SaidFinding:
    """A finding of the key modules in words; those that certificates share have theirs."""
    if found.code not in KEY_FINDING_TEXTS:
        return said(found)
    data = dict(found.data)
    texts = KEY_FINDING_TEXTS[found.code]
    if found.code == "request.country_refused":
        texts = COUNTRY_TEXTS.get(str(data["why"]), texts)
    sentence, advice = _filled(texts, data)
    if found.place.startswith("line "):
        sentence = f"L{found.place[1:]}: {sentence}"
    return SaidFinding(
        severity=found.severity.value, code=found.code, sentence=sentence, advice=advice
    )


def error_said(error: PkiError) -> tuple[str, str]:
    """A fault of the key modules as a sentence and advice; limits and names by their own tables."""
    why = str(error.data.get("why", ""))
    if error.code == "pki.limit_exceeded":
        texts = LIMIT_TEXTS.get(str(error.data["limit"]))
    elif error.code == "pki.sandbox_killed":
        texts = SANDBOX_TEXTS.get(why)
    elif error.code == "name.refused":
        texts = NAME_TEXTS.get(why)
    else:
        texts = ERROR_TEXTS.get(error.code)
    return _filled(texts or (error.code, ""), error.data)


def _filled(texts: tuple[str, str], data: Mapping[str, str | int]) -> tuple[str, str]:
    words: defaultdict[str, str | int] = defaultdict(lambda: "?", data)
    return texts[0].format_map(words), texts[1].format_map(words)
