"""The checks, their findings and their reasons in words.

The core speaks codes; these tables speak to people. `CHECK_TITLES` gives each check its title and
its question. `FINDING_TEXTS` gives each code of a finding, and each reason for a check that was not
made, a sentence with the finding's data in braces, and what to do about it. Findings about one
certificate of a path carry its `depth`.
"""

from __future__ import annotations

from typing import Final

CHECK_TITLES: Final[dict[str, tuple[str, str]]] = {
    "encoding": ("Encoding", "Can everything be read and understood?"),
    "chain": ("Chain", "Does an unbroken path of issuers lead to a trust anchor?"),
    "signatures": ("Signatures", "Did each issuer really sign the certificate below it?"),
    "dates": ("Dates", "Is every certificate of the path valid at the moment?"),
    "strength": ("Keys and hashes", "Are all keys and hashes strong enough?"),
    "purpose": ("Usage", "May the certificate be used for what the store is for?"),
    "names": ("Host name", "Is the certificate made out to the host or address asked for?"),
    "alternative_names": (
        "Alternative names",
        "Are the names in the certificate complete and well written?",
    ),
    "constraints": ("Constraints", "Do the authorities stay inside their limits?"),
    "policies": ("Policies", "Does an acceptable certificate policy hold all the way?"),
    "revocation": ("Revocation", "Has no certificate of the path been revoked?"),
    "identifiers": ("Identifiers", "Do serial numbers and key identifiers follow the rules?"),
    "hygiene": ("Hygiene", "Is there anything that stricter readers refuse?"),
}

_REISSUE: Final = "Have the certificate issued again; stricter clients may refuse this one."
_REISSUE_CA: Final = "Tell the CA; it has to be mended in its next CA certificate."
_NOTHING: Final = "Nothing to do."

FINDING_TEXTS: Final[dict[str, tuple[str, str]]] = {
    # Reasons for checks that were not made.
    "leaf_not_decodable": (
        "The certificate could not be decoded, so nothing else could be asked of it.",
        "Import the certificate again from its source.",
    ),
    "no_issuer": (
        "No issuer was found, so there is no key to verify the signature with.",
        "Import the issuer that the certificate names.",
    ),
    "no_host_given": (
        "No host name or address was given to compare with.",
        "Give a host name to see whether the certificate fits it.",
    ),
    "no_policy_required": (
        "No certificate policy is required, and none is named in the path.",
        _NOTHING,
    ),
    "revocation_not_asked": (
        "The trust store does not ask about revocation.",
        "Add CRLs to the store and choose a revocation policy if withdrawn certificates matter.",
    ),
    # OpenSSL's own answers.
    "openssl.diagnostic": (
        "{crl_path}OpenSSL error {number} at depth {depth}: {text}.",
        "See what OpenSSL's number means and what helps, above.",
    ),
    # Encoding.
    "encoding.leaf_not_decodable": (
        "OpenSSL cannot decode the certificate: {why}.",
        "Import it again from its source. If it stays so, its CA has to issue it anew.",
    ),
    "encoding.not_decodable": (
        "A member of the path's surroundings ({what}) cannot be decoded and takes no part: {why}.",
        "Remove it from the store, or import it again.",
    ),
    "encoding.trailing_data": (
        "There are bytes after the end of a certificate ({what}). OpenSSL ignores them; others"
        " refuse the whole.",
        "Export and import the certificate again so that only it is kept.",
    ),
    "encoding.not_der": (
        "The certificate at depth {depth} is not written in DER, as the standard demands.",
        _REISSUE,
    ),
    "encoding.extension_twice": (
        "The certificate at depth {depth} has one of its extensions twice.",
        _REISSUE,
    ),
    "encoding.extension_malformed": (
        "An extension of the certificate at depth {depth} cannot be decoded: {why}.",
        _REISSUE,
    ),
    # Chain.
    "chain.chosen_otherwise": (
        "OpenSSL alone follows another issuer of the same name and refuses. This path is good.",
        "Send the issuer of this path along with the certificate, or remove the other one, so that"
        " servers and clients do not go astray.",
    ),
    "chain.anchor_not_self_signed": (
        "The path ends at an intermediate CA at depth {depth}, because the store accepts partial"
        " chains.",
        "Programs that do not accept partial chains need the root as well.",
    ),
    "chain.leaf_is_anchor": (
        "The certificate is trusted because it is itself in the trust store.",
        "When it is renewed, exchange it in every store that trusts it.",
    ),
    # Signatures.
    "signatures.algorithms_differ": (
        "The certificate at depth {depth} names two different signature algorithms, inside and"
        " outside its signed part.",
        "Do not use it; ask its CA for a new one.",
    ),
    "signatures.anchor_self_signature": (
        "The trust anchor at depth {depth} does not verify with its own key. OpenSSL does not ask,"
        " because an anchor is trusted as it is.",
        "Compare its fingerprint with its owner and import it again.",
    ),
    # Dates.
    "dates.malformed": (
        "A date of the certificate at depth {depth} is not written in a form that can be read.",
        _REISSUE,
    ),
    "dates.wrong_form": (
        "A date of the certificate at depth {depth} is written in the wrong form for its year.",
        _REISSUE,
    ),
    "dates.reversed": (
        "The certificate at depth {depth} ends before it begins. It is never valid.",
        "Have it issued again with correct dates.",
    ),
    "dates.no_end": (
        "The certificate at depth {depth} has no well-defined end.",
        "Plan its replacement yourself; nothing will remind you.",
    ),
    "dates.outlives_issuer": (
        "The certificate at depth {depth} ends later than its issuer. It stops working with the"
        " issuer.",
        "Renew it when the CA renews its own certificate.",
    ),
    # Keys and hashes.
    "strength.rsa_short": (
        "The RSA key at depth {depth} has {bits} bits, fewer than 2048.",
        "Make a new key of at least 3072 bits and have a new certificate issued.",
    ),
    "strength.rsa_odd_size": (
        "The RSA key at depth {depth} has {bits} bits, which is no multiple of 8.",
        "Make a new key of 3072 or 4096 bits; public CAs and some clients refuse this one.",
    ),
    "strength.rsa_exponent": (
        "The RSA key at depth {depth} has an unusual public exponent ({exponent}).",
        "Make a new key with the exponent 65537.",
    ),
    "strength.dsa": (
        "The key at depth {depth} is a DSA key, which TLS clients no longer accept.",
        "Make a new RSA, ECDSA or Ed25519 key.",
    ),
    "strength.curve_weak": (
        "The key at depth {depth} lies on the weak curve {curve}.",
        "Make a new key on P-256 or P-384.",
    ),
    "strength.curve_unusual": (
        "The key at depth {depth} lies on a curve that many clients do not know.",
        "Use P-256 or P-384 where partners with other software connect.",
    ),
    "strength.curve_explicit": (
        "The key at depth {depth} spells its curve out instead of naming it.",
        "Make a new key with a named curve; current OpenSSL refuses such keys in CAs.",
    ),
    "strength.hash_weak": (
        "The certificate at depth {depth} is signed with {hash}.",
        "Have it issued again with SHA-256 or better. On a trust anchor it does no harm.",
    ),
    "strength.key_malformed": (
        "The public key at depth {depth} cannot be decoded.",
        _REISSUE,
    ),
    # Usage.
    "purpose.ca_as_end_entity": (
        "A CA certificate is used as if it belonged to a server or a client.",
        "Issue an end-entity certificate from this CA and use that one; a stolen server key would"
        " otherwise be a stolen CA.",
    ),
    "purpose.extended_missing": (
        "The certificate has no extended key usage, so it may be used for anything.",
        "Public CAs and some clients want serverAuth or clientAuth; ask for it at the renewal.",
    ),
    "purpose.extended_any": (
        "The extended key usage at depth {depth} allows any purpose, which many readers ignore or"
        " refuse.",
        "Ask for the purposes that are needed: serverAuth, clientAuth.",
    ),
    "purpose.extended_empty": (
        "The certificate at depth {depth} has an extended key usage without a single purpose.",
        _REISSUE,
    ),
    "purpose.extended_critical": (
        "The extended key usage at depth {depth} is marked critical, which public CAs must not do.",
        _NOTHING,
    ),
    "purpose.extended_on_anchor": (
        "The trust anchor at depth {depth} has an extended key usage, which limits everything"
        " below it.",
        "Make sure that the purpose needed is among them.",
    ),
    "purpose.extended_malformed": (
        "The extended key usage at depth {depth} cannot be decoded.",
        _REISSUE,
    ),
    "purpose.usage_missing": (
        "The certificate at depth {depth} does not say what its key may be used for.",
        "A CA must have a key usage; ask for it at the renewal.",
    ),
    "purpose.usage_empty": (
        "The key usage at depth {depth} allows nothing at all.",
        _REISSUE,
    ),
    "purpose.usage_malformed": (
        "The key usage at depth {depth} cannot be decoded.",
        _REISSUE,
    ),
    # Host name.
    "names.matched_by_common_name": (
        "The host {host} was found in the common name only; modern browsers and many libraries"
        " do not look there.",
        "Have the certificate issued again with the host in subjectAltName.",
    ),
    # Alternative names.
    "san.missing": (
        "The certificate has no subjectAltName; modern clients find no host name in it.",
        "Have it issued again with every host name in subjectAltName.",
    ),
    "san.malformed": ("The subjectAltName cannot be decoded.", _REISSUE),
    "san.empty": ("The subjectAltName holds no name.", _REISSUE),
    "san.critical_beside_subject": (
        "The subjectAltName is marked critical although there is a subject.",
        "Harmless with OpenSSL; have it corrected at the renewal.",
    ),
    "san.not_critical_without_subject": (
        "The subject is empty and the subjectAltName is not marked critical.",
        _REISSUE,
    ),
    "san.dns_malformed": (
        "The DNS name {value} is not written as a host name (letters, digits, hyphens and dots).",
        "Have the certificate issued again with a proper name, an international one as A-label.",
    ),
    "san.wildcard_misplaced": (
        "In the DNS name {value} the asterisk is not the whole left-most label. It matches nothing.",
        "Use the form *.example.com, or list the names one by one.",
    ),
    "san.wildcard_wide": (
        "The wildcard {value} covers names of different owners.",
        "Have the certificate issued for your own domain only; public CAs never issue this one.",
    ),
    "san.ip_malformed": (
        "An IP address in the subjectAltName has neither 4 nor 16 octets ({value}).",
        _REISSUE,
    ),
    "san.ip_as_dns": (
        "The IP address {value} is written as a DNS name and will not match.",
        "Have it written as an iPAddress.",
    ),
    "san.email_malformed": (
        "The mail address {value} is not written properly.",
        _REISSUE,
    ),
    "san.uri_malformed": ("The URI {value} is not written properly.", _REISSUE),
    "san.cn_not_among_names": (
        "The common name {cn} is not among the alternative names, so clients do not accept it as a"
        " host.",
        "If clients connect by that name, have it added to subjectAltName.",
    ),
    # Constraints.
    "basic.missing": (
        "The CA at depth {depth} has no basicConstraints. OpenSSL accepts it as an old-style"
        " anchor only.",
        _REISSUE_CA,
    ),
    "basic.malformed": (
        "The basicConstraints at depth {depth} cannot be decoded.",
        _REISSUE,
    ),
    "basic.not_critical": (
        "The CA at depth {depth} does not mark its basicConstraints critical.",
        _REISSUE_CA,
    ),
    "basic.path_length_without_ca": (
        "The certificate at depth {depth} limits the length of a path but is not a CA.",
        _REISSUE,
    ),
    "basic.path_length_without_cert_sign": (
        "The CA at depth {depth} limits the length of a path but may not sign certificates.",
        _REISSUE_CA,
    ),
    "basic.path_length_negative": (
        "The CA at depth {depth} has a negative path length.",
        _REISSUE_CA,
    ),
    "basic.cert_sign_without_ca": (
        "The key usage at depth {depth} allows signing certificates, but it is not a CA.",
        _REISSUE,
    ),
    "constraints.malformed": (
        "The name constraints at depth {depth} cannot be decoded.",
        _REISSUE_CA,
    ),
    "constraints.empty": (
        "The name constraints at depth {depth} constrain nothing; one of their lists is empty.",
        _REISSUE_CA,
    ),
    "constraints.on_end_entity": (
        "The certificate at depth {depth} is not a CA and has name constraints.",
        _REISSUE,
    ),
    "constraints.not_critical": (
        "The name constraints at depth {depth} are not marked critical; a reader that does not know"
        " them ignores them.",
        _REISSUE_CA,
    ),
    "constraints.minimum_maximum": (
        "A name constraint at depth {depth} uses minimum or maximum, which must not be used.",
        _REISSUE_CA,
    ),
    "constraints.dns_malformed": (
        "The DNS name constraint {value} at depth {depth} is not written as a domain.",
        _REISSUE_CA,
    ),
    "constraints.ip_malformed": (
        "The address constraint {value} at depth {depth} is not a network address with its mask.",
        _REISSUE_CA,
    ),
    "constraints.email_malformed": (
        "The mail constraint {value} at depth {depth} is neither an address nor a domain.",
        _REISSUE_CA,
    ),
    "constraints.wildcard_under_excluded": (
        "The certificate's wildcard covers {excluded}, which the CA at depth {depth} is forbidden"
        " to certify. OpenSSL does not notice; others refuse.",
        "Have the certificate issued without the wildcard, and tell the CA that its limit was"
        " passed.",
    ),
    # Policies.
    "policies.constraints_not_critical": (
        "The policy constraints at depth {depth} are not marked critical.",
        _REISSUE_CA,
    ),
    "policies.constraints_on_end_entity": (
        "The certificate at depth {depth} is not a CA and has policy constraints.",
        _REISSUE,
    ),
    "policies.constraints_empty": (
        "The policy constraints at depth {depth} constrain nothing.",
        _REISSUE_CA,
    ),
    "policies.inhibit_any_not_critical": (
        "The inhibitAnyPolicy extension at depth {depth} is not marked critical.",
        _REISSUE_CA,
    ),
    "policies.malformed": (
        "A policy extension at depth {depth} cannot be decoded.",
        _REISSUE,
    ),
    "policies.mapping_of_any": (
        "The CA at depth {depth} maps the policy anyPolicy, which is not allowed.",
        _REISSUE_CA,
    ),
    # Revocation.
    "revocation.anchor_without_crl": (
        "There is no CRL for the trust anchor at depth {depth}. It needs none: an anchor is removed"
        " from the store, not revoked. The openssl command of version 3 still reports it.",
        _NOTHING,
    ),
    "revocation.issuers_not_asked": (
        "Only the certificate itself was looked up in a CRL, not the CAs above it.",
        "Choose the revocation policy for the whole chain to ask about them too.",
    ),
    "revocation.no_number": (
        "The CRL of {issuer} has no readable CRL number, so it cannot be told which one is newer.",
        "Tell the CA.",
    ),
    "revocation.number_critical": (
        "The CRL of {issuer} marks its number critical, which it must not.",
        "Tell the CA.",
    ),
    "revocation.number_long": (
        "The CRL of {issuer} has a number of more than 20 octets.",
        "Tell the CA.",
    ),
    "revocation.no_next_update": (
        "The CRL of {issuer} does not say when the next one comes, so it never counts as stale.",
        "Tell the CA, and fetch its CRL on a schedule of your own.",
    ),
    "revocation.version": (
        "The CRL of {issuer} is of version 1.",
        "Tell the CA; it should publish version 2 CRLs.",
    ),
    "revocation.hash_weak": (
        "The CRL of {issuer} is signed with {hash}.",
        "Tell the CA; somebody else might be able to forge it.",
    ),
    "revocation.not_der": (
        "The CRL of {issuer} is not written in DER, as the standard demands.",
        "Download it again; if it stays so, tell the CA.",
    ),
    "revocation.trailing_data": (
        "There are bytes after the end of the CRL of {issuer}.",
        "Download it again; if it stays so, tell the CA.",
    ),
    # Identifiers.
    "serial.zero": ("The serial number at depth {depth} is zero.", _REISSUE),
    "serial.negative": ("The serial number at depth {depth} is negative.", _REISSUE),
    "serial.long": (
        "The serial number at depth {depth} has {octets} octets, more than 20.",
        _REISSUE,
    ),
    "serial.not_minimal": (
        "The serial number at depth {depth} is written with needless octets in front.",
        _REISSUE,
    ),
    "aki.missing": (
        "The certificate at depth {depth} does not say which key of its issuer signed it.",
        "Where a CA has several keys, clients may follow the wrong one. Ask for an"
        " authorityKeyIdentifier at the renewal.",
    ),
    "aki.critical": (
        "The authorityKeyIdentifier at depth {depth} is marked critical, which it must not be.",
        _REISSUE,
    ),
    "aki.malformed": (
        "The authorityKeyIdentifier at depth {depth} cannot be decoded.",
        _REISSUE,
    ),
    "aki.no_key_id": (
        "The authorityKeyIdentifier at depth {depth} does not name a key.",
        _REISSUE,
    ),
    "aki.not_own_key": (
        "The self-signed certificate at depth {depth} names another key as its issuer's.",
        _REISSUE_CA,
    ),
    "aki.not_paired": (
        "The authorityKeyIdentifier at depth {depth} has an issuer without a serial number, or a"
        " serial number without an issuer.",
        _REISSUE,
    ),
    "aki.issuer_and_serial": (
        "The authorityKeyIdentifier at depth {depth} also names the issuer's certificate, which"
        " breaks when that one is renewed.",
        "Ask for a key identifier alone at the renewal.",
    ),
    "ski.missing": (
        "The CA at depth {depth} does not name its key (subjectKeyIdentifier).",
        _REISSUE_CA,
    ),
    "ski.critical": (
        "The subjectKeyIdentifier at depth {depth} is marked critical, which it must not be.",
        _REISSUE,
    ),
    "ski.malformed": (
        "The subjectKeyIdentifier at depth {depth} cannot be decoded.",
        _REISSUE,
    ),
    # Hygiene.
    "hygiene.version": (
        "The certificate at depth {depth} is of version {version} instead of 3.",
        _REISSUE,
    ),
    "hygiene.extensions_need_version_3": (
        "The certificate at depth {depth} has extensions, which only version 3 may have.",
        _REISSUE,
    ),
    "hygiene.no_extensions": (
        "The certificate at depth {depth} has no extensions at all.",
        _REISSUE,
    ),
    "hygiene.issuer_empty": (
        "The certificate at depth {depth} does not say who issued it.",
        _REISSUE,
    ),
    "hygiene.subject_empty": ("The CA at depth {depth} has no name.", _REISSUE_CA),
    "hygiene.name_malformed": (
        "The subject at depth {depth} cannot be decoded.",
        _REISSUE,
    ),
    "hygiene.attribute_long": (
        "The attribute {attribute} of the subject at depth {depth} is longer than the standard"
        " allows.",
        _REISSUE,
    ),
    "hygiene.attribute_empty": (
        "The attribute {attribute} of the subject at depth {depth} is empty.",
        _REISSUE,
    ),
    "hygiene.country_uk": (
        "The country at depth {depth} is UK. The official code of the United Kingdom is GB, and"
        " public CAs accept only that.",
        "Use GB in the next request if a public CA is to sign it.",
    ),
    "hygiene.country_malformed": (
        "The country {country} at depth {depth} is not a code of two letters.",
        "Use the two-letter code in the next request.",
    ),
    "hygiene.aia_critical": (
        "The authorityInfoAccess at depth {depth} is marked critical, which it must not be.",
        _REISSUE,
    ),
    "hygiene.aia_malformed": (
        "The authorityInfoAccess at depth {depth} cannot be decoded.",
        _REISSUE,
    ),
    "hygiene.crl_points_critical": (
        "The cRLDistributionPoints at depth {depth} are marked critical, which they should not be.",
        "Harmless with OpenSSL; have it corrected at the renewal.",
    ),
    "hygiene.crl_points_malformed": (
        "The cRLDistributionPoints at depth {depth} cannot be decoded.",
        _REISSUE,
    ),
    "hygiene.validity_long": (
        "The certificate is valid for {days} days, longer than the {longest} that many clients"
        " accept.",
        "Renew more often; browsers and telephones refuse long-lived server certificates.",
    ),
    "hygiene.no_revocation_pointer": (
        "The certificate does not say where its revocation can be looked up.",
        "Configure the CA's CRL in the trust store, or ask for a distribution point.",
    ),
}
