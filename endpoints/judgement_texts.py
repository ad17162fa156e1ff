"""What a judgement says, in words: for each code a headline, a sentence, and what to do.

The core speaks codes (`pki.endpoints.codes`); this table speaks to people, and a test holds both
together. A sentence may name what the finding's data hold: a certificate, a trust store, a service
or a key becomes a link to its page.
"""

from __future__ import annotations

from typing import Final

Text = tuple[str, str, str]
"""Headline, sentence, what to do (empty where there is nothing)."""

_CHAIN: Final = "Mend the chain, here and in the configuration of the server."

JUDGEMENT_TEXTS: Final[dict[str, Text]] = {
    # What has to be described before anything can be said.
    "service.no_address": (
        "No address is described",
        "Nobody has said by which names or addresses clients connect, so the names in the"
        " certificate are compared with nothing.",
        "Add every name and IP address that clients use, without the port.",
    ),
    "service.no_certificate": (
        "No certificate is chosen",
        "The service speaks TLS, and nobody has said which certificate it presents.",
        "Choose it from the inventory.",
    ),
    "service.no_server_store": (
        "Nobody knows whom its clients trust",
        "No trust store is chosen for the clients of this service, so nobody can tell whether they"
        " accept its certificate.",
        "Choose the store that holds the authorities that the clients accept.",
    ),
    "service.no_client_store": (
        "Nobody knows which clients it trusts",
        "The service asks for client certificates, and no trust store is chosen by which it accepts"
        " them.",
        "Choose the store that holds the authorities of your partners.",
    ),
    "service.no_host_key": (
        "No host key is described",
        "The service speaks SSH, and its clients know it by its host key alone.",
        "Choose its host keys from the key store, or import their public parts.",
    ),
    "account.no_service": (
        "It uses no service",
        "Nobody has said which services this account uses.",
        "Choose them.",
    ),
    "account.no_ssh_key": (
        "No SSH key",
        "{service} speaks SSH, and this account has no key to log in with.",
        "Add the public key that the partner gave you.",
    ),
    "account.no_certificate": (
        "A client certificate is required",
        "{service} lets nobody in without a client certificate, and this account has none.",
        "Add the certificate that the account logs in with, or make one.",
    ),
    # Addresses against the names of the certificate.
    "name.mismatch": (
        "The certificate has another name",
        "Clients that connect to {host} refuse {certificate}: it is made out to {names}.",
        "Choose a certificate that names this address, or take the address away if nobody uses it.",
    ),
    "name.none_in_certificate": (
        "The certificate has no name at all",
        "Clients that connect to {host} refuse {certificate}: it holds neither alternative names"
        " nor a common name.",
        "Have a certificate issued with every address in subjectAltName.",
    ),
    "name.cn_ignored": (
        "The name stands in the common name only",
        "{host} is the common name of {certificate}, but its alternative names are {names}, and"
        " where there are any, clients do not look at the common name.",
        "Have the certificate issued again with this name in subjectAltName as well.",
    ),
    "name.wildcard_one_label": (
        "The wildcard does not reach that far",
        "A wildcard stands for exactly one label. The names of {certificate} ({names}) do not cover"
        " {host}.",
        "Have a certificate issued that names this host, or has a wildcard at its level.",
    ),
    "name.wildcard_misplaced": (
        "The wildcard does not count",
        "The asterisk in {certificate} ({names}) is not the whole left-most label of a name with at"
        " least two more, so {host} does not match it.",
        "Have a certificate issued with *.example.com in that form, or with the names one by one.",
    ),
    "name.ip_as_dns": (
        "The address is written as a DNS name",
        "{certificate} holds {host} as dNSName. Clients compare an IP address with entries of the"
        " kind iPAddress alone.",
        "Have the certificate issued again with the address as iPAddress.",
    ),
    "name.ip_in_cn": (
        "The address stands in the common name only",
        "{host} is the common name of {certificate}. Clients do not look for an IP address there.",
        "Have the certificate issued again with the address as iPAddress in subjectAltName.",
    ),
    "name.cannot_be_asked": (
        "No client can ask for this name",
        "{host} cannot be compared with any certificate: {why}.",
        "Correct the address.",
    ),
    "name.by_common_name": (
        "Found in the common name only",
        "{host} is found in the common name of {certificate}, because it has no alternative names of"
        " that kind. OpenSSL accepts that; browsers and many libraries do not.",
        "At the next renewal have the name written into subjectAltName.",
    ),
    # The chain as it is sent.
    "chain.not_sent": (
        "An intermediate is not sent",
        "The server must send {issuer} too. The console has it; the clients do not, and nothing"
        " that is sent leads from {certificate} to an authority that they trust.",
        "Add it to the chain, here and in the configuration of the server.",
    ),
    "chain.leans_on_store": (
        "It works only for clients that have the intermediate",
        "{issuer} is not sent. Clients with the trust store {store} have it; a partner who has only"
        " the root refuses {certificate}.",
        "Send it along, as every server should.",
    ),
    "chain.leaf_not_first": (
        "Another certificate stands first",
        "The first certificate that is sent is an authority, and {certificate} comes after it. The"
        " first one is taken as that of the server.",
        "Put the server's own certificate first, then its issuers in order.",
    ),
    "chain.out_of_order": (
        "The chain is not in order",
        "The issuers are sent, but not each behind the certificate that it issued. OpenSSL sorts"
        " them; stricter clients refuse, as TLS 1.2 lets them.",
        _CHAIN,
    ),
    "chain.duplicate": (
        "A certificate is sent twice",
        "{certificate} is in the chain more than once. It is of no use, and some clients refuse.",
        _CHAIN,
    ),
    "chain.unrelated": (
        "Something is sent that does not belong there",
        "{certificate} has issued nothing of this chain. Some clients refuse, and all of them"
        " receive it with every connection.",
        _CHAIN,
    ),
    "chain.root_sent": (
        "The root is sent as well",
        "{certificate} is self-signed: a client that trusts it has it, and one that does not will"
        " not because it was sent. It does no harm but costs bytes with every connection.",
        "It can be left out.",
    ),
    "chain.unreadable": (
        "Something is sent that cannot be read",
        "A certificate of the chain ({certificate}) cannot be decoded.",
        _CHAIN,
    ),
    "client.must_send": (
        "The client has to send its intermediate",
        "{service} accepts {certificate} only when {issuer} is sent along with it. Many clients are"
        " set up with their own certificate alone.",
        "Add the intermediate to the store {store}, or make sure that the client sends it.",
    ),
    "client.chain_not_sent": (
        "The client's intermediate is missing",
        "Neither does the client send {issuer}, nor does the store {store} hold it, so {service}"
        " refuses {certificate}.",
        "Add the intermediate to the store, or have the client send it.",
    ),
    # The certificate of the server, by the store of its clients.
    "server.unreadable": (
        "The certificate cannot be read",
        "OpenSSL cannot decode {certificate}, so no client that uses it can.",
        "Choose another certificate.",
    ),
    "server.issuer_unknown": (
        "The issuer is not known",
        "Nothing leads from {certificate} to an authority that the clients trust: {below} names as"
        " its issuer {issuer}, which is neither sent, nor in the store {store}, nor in the inventory."
        " OpenSSL's number is {number}.",
        "Import the issuer, and have the server send it.",
    ),
    "server.anchor_missing": (
        "The clients do not trust the authority",
        "{certificate} leads up to {anchor}, which is not in {store}, the trust store of the"
        " clients. OpenSSL's number is {number}.",
        "Add it to the store if the clients really have it. Otherwise they have to add it, or the"
        " server needs a certificate of an authority that they trust.",
    ),
    "server.expired": (
        "A certificate has expired",
        "{refused} has expired, and clients refuse what rests on it (error {number} at depth"
        " {depth}).",
        "Renew it, and choose the new certificate here once the server has it.",
    ),
    "server.not_yet_valid": (
        "A certificate is not valid yet",
        "{refused} becomes valid only later (error {number} at depth {depth}).",
        "Present the one before it until then, or look at the clock of whoever made it.",
    ),
    "server.revoked": (
        "A certificate is revoked",
        "The CRL of the clients names {refused} (error {number} at depth {depth}).",
        "Choose another certificate, with another key if this one may be known.",
    ),
    "server.purpose": (
        "The certificate is not for servers",
        "{certificate} may not be used by a server (error {number} at depth {depth}): its extended"
        " key usage has no serverAuth, or a CA above it forbids it.",
        "Choose a certificate with serverAuth.",
    ),
    "server.refused": (
        "Clients refuse the certificate",
        "OpenSSL refuses {certificate}: {text} (error {number} at depth {depth}, {refused}).",
        "Its report against the store of the clients says more.",
    ),
    "server.revocation_unknown": (
        "Nobody knows whether it is revoked",
        "The store {store} asks for CRLs, and there is none that can be used for {refused}: {text}"
        " (error {number} at depth {depth}). Clients that ask as well refuse.",
        "Add a current CRL to the store, or have it fetched.",
    ),
    "server.astray": (
        "OpenSSL may follow the wrong issuer",
        "There are several issuers of the same name. A client that uses OpenSSL follows one that"
        " leads nowhere and refuses {certificate} (error {number} at depth {depth}); one that"
        " searches on accepts it.",
        "Rehearse a connection, and have the server send the issuer that really signed.",
    ),
    "server.store_for_other_usage": (
        "The store was made for something else",
        "The trust store {store} is not meant for servers. It is asked here whether it accepts one"
        " all the same, as a client would ask it.",
        "Choose the store that the clients really use, or change the usage of this one.",
    ),
    "server.ends_soon": (
        "It stops working soon",
        "{ending} ends at {until}. From then on clients refuse.",
        "Renew it, and choose the new certificate here once the server has it.",
    ),
    "server.crl_ends_soon": (
        "A CRL has to be renewed",
        "The clients' CRLs hold until {until}. Without a newer one nobody can tell after that"
        " whether {certificate} is revoked.",
        "Nothing, where the store fetches its CRLs by itself; otherwise import the next one.",
    ),
    # The certificate of a client, by the store of the service.
    "client.unreadable": (
        "The client certificate cannot be read",
        "OpenSSL cannot decode {certificate}.",
        "Choose another certificate.",
    ),
    "client.issuer_unknown": (
        "The client's issuer is not known",
        "{service} refuses {certificate}: {below} names as its issuer {issuer}, which is neither in"
        " the store {store} nor in the inventory. OpenSSL's number is {number}.",
        "Ask the partner for the whole chain, import it, and add what you trust to the store.",
    ),
    "client.anchor_missing": (
        "The service does not trust the client's authority",
        "{service} refuses {certificate}: it leads up to {anchor}, which is not in the store"
        " {store}. OpenSSL's number is {number}.",
        "Add it to the store if you trust it.",
    ),
    "client.expired": (
        "A client certificate has expired",
        "{service} refuses {certificate}: {refused} has expired (error {number} at depth {depth}).",
        "Ask for the renewed certificate and add it to the account.",
    ),
    "client.not_yet_valid": (
        "A client certificate is not valid yet",
        "{service} refuses {certificate}: {refused} becomes valid only later (error {number} at"
        " depth {depth}).",
        "Use the one before it until then.",
    ),
    "client.revoked": (
        "A client certificate is revoked",
        "{service} refuses {certificate}: its CRL names {refused} (error {number} at depth"
        " {depth}).",
        "Ask the partner for a new certificate with a new key.",
    ),
    "client.purpose": (
        "The certificate is not for clients",
        "{service} refuses {certificate}: its extended key usage has no clientAuth, or a CA above"
        " it forbids it (error {number} at depth {depth}).",
        "Use a certificate with clientAuth.",
    ),
    "client.refused": (
        "The service refuses the certificate",
        "{service} refuses {certificate}: {text} (error {number} at depth {depth}, {refused}).",
        "Its report against the store of the service says more.",
    ),
    "client.revocation_unknown": (
        "Nobody knows whether it is revoked",
        "The store {store} asks for CRLs, and there is none that can be used for {refused}: {text}"
        " (error {number} at depth {depth}). {service} refuses until there is one.",
        "Add a current CRL to the store, or have it fetched.",
    ),
    "client.astray": (
        "OpenSSL may follow the wrong issuer",
        "There are several issuers of the same name. {service} may follow one that leads nowhere"
        " and refuse {certificate} (error {number} at depth {depth}).",
        "Rehearse a connection, and leave in the store {store} only the issuer that really signed.",
    ),
    "client.store_for_other_usage": (
        "The store was made for something else",
        "The trust store {store}, by which {service} accepts clients, is not meant for clients. It"
        " is asked here whether it accepts one all the same, as the server would ask it.",
        "Choose another store for the service, or change the usage of this one.",
    ),
    "client.ends_soon": (
        "A client certificate ends soon",
        "{ending} ends at {until}. From then on {service} refuses {certificate}.",
        "Ask for the renewed certificate, and add it to the account beside this one.",
    ),
    "client.crl_ends_soon": (
        "A CRL has to be renewed",
        "The CRLs of the store {store} hold until {until}. Without a newer one {service} refuses"
        " {certificate} after that.",
        "Nothing, where the store fetches its CRLs by itself; otherwise import the next one.",
    ),
    # A client certificate and the name of the account.
    "client.cn_differs": (
        "The certificate has another name",
        "{service} takes the common name of the certificate as the name of the account. That of"
        " {certificate} is “{cn}”, not “{account}”.",
        "Use a certificate with this name, or name the account as the certificate.",
    ),
    "client.cn_case": (
        "The name differs only in case",
        "The common name of {certificate} is “{cn}”, and the account is called “{account}”."
        " {service} compares them byte for byte, so these are two names.",
        "Name the account exactly as the certificate, or have the certificate issued again.",
    ),
    "client.cn_missing": (
        "The certificate has no common name",
        "{service} takes the common name of the certificate as the name of the account, and"
        " {certificate} has none.",
        "Use a certificate whose common name is “{account}”.",
    ),
    "client.cn_several": (
        "The certificate has several common names",
        "{certificate} has more than one common name. Which of them a server takes as the name of"
        " the account depends on the server.",
        "Have it issued again with a single one.",
    ),
    "account.server_names_differ": (
        "Its services have different names",
        "The services of this account present certificates with different common names, and there"
        " is no client certificate for {names}, nor one with the name of the account.",
        "Give the account a client certificate for each, or one whose common name is its own name.",
    ),
    # What an account rests on.
    "account.service_fails": (
        "A service does not work",
        "{service} does not work for its clients: {reason}.",
        "See what the service says.",
    ),
    "account.service_incomplete": (
        "A service is not fully described",
        "{service} is not described well enough to be judged: {reason}.",
        "Complete its description.",
    ),
    "account.service_undetermined": (
        "A service is undetermined",
        "Whether {service} works is not certain: {reason}.",
        "See what the service says.",
    ),
    # What people decided about a certificate, and the state of its key.
    "certificate.replaced": (
        "A replaced certificate is still in use",
        "{certificate} is replaced by {successor}, and is still presented.",
        "Choose the new one here, once it is in place.",
    ),
    "certificate.retired": (
        "A retired certificate is still in use",
        "{certificate} is retired, and is still presented.",
        "Choose another one, or make it active again.",
    ),
    "key.not_held": (
        "Its private key is not held here",
        "The private key of {certificate} lies where it is used and nowhere in this console. That is"
        " as it may be; a kit or an export cannot be made of it.",
        "",
    ),
    "key.pre_active": (
        "Its key is not in use yet",
        "The key of {certificate} is marked as pre-active.",
        "Mark it as active once it is in use.",
    ),
    "key.suspended": (
        "Its key is suspended",
        "The key of {certificate} is suspended, and is still presented.",
        "Make it active again, or choose another certificate.",
    ),
    "key.deactivated": (
        "Its key is deactivated",
        "The key of {certificate} is deactivated, and is still presented.",
        "Choose another certificate.",
    ),
    "key.compromised": (
        "Its key is compromised",
        "Somebody else may know the key of {certificate}, and so may pose as its owner.",
        "Take it out of use now: choose a certificate with another key, and have this one revoked.",
    ),
    "key.destroyed": (
        "Its key is destroyed",
        "The key of {certificate} was destroyed here; nobody can prove to own it.",
        "Choose a certificate with another key.",
    ),
    # SSH keys.
    "ssh_key.dsa": (
        "A DSA key",
        "{key} is a DSA key. OpenSSH has refused them by default for years, and no longer knows them"
        " since its release 10.",
        "Make an Ed25519 or RSA key, and give its public part to the other side.",
    ),
    "ssh_key.weak": (
        "A weak key",
        "{key} ({kind}) is weaker than what clients and servers accept today.",
        "Make an Ed25519 key, or an RSA key of 3072 bits, and give its public part to the other"
        " side.",
    ),
    "ssh_key.compromised": (
        "A compromised key",
        "Somebody else may know {key}.",
        "Take it out of use now, on both sides.",
    ),
    "ssh_key.destroyed": (
        "A destroyed key",
        "{key} was destroyed here; nobody can prove to own it.",
        "Choose another key.",
    ),
    "ssh_key.inactive": (
        "A key that should not be in use",
        "{key} is {state}, and is still used here.",
        "Make it active again, or choose another key.",
    ),
}


def headline_of(code: str) -> str:
    """The headline of a code; a code that is new here is shown as it is, never hidden."""
    return JUDGEMENT_TEXTS[code][0] if code in JUDGEMENT_TEXTS else code
