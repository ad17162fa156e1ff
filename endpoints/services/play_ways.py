from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

from certificates.key_refusals import KeyRefused
from certificates.models import Certificate, KeyState, Lifecycle, PrivateKey
from certificates.services.find_issuers import find_issuers
from certificates.services.open_private_key import PERMITTED, SIGN, open_private_key
from endpoints.models import Account, ClientAuthentication, Service
from endpoints.rehearsal_specs import RehearsalOrder
from endpoints.rehearsed import KeyPart, Login, OwnVerdict, Rehearsed, Way
from endpoints.services.presented_chain import built_chain, presented_chain
from pki.endpoints.names import common_names
from pki.handshake.inputs import ClientAuthentication as Asked
from pki.handshake.inputs import ClientSide, ServerSide
from pki.handshake.outcome import Judgement
from pki.handshake.rehearse import rehearse
from pki.host_names import is_address
from pki.verify.inputs import Question, TrustInput, Usage
from pki.verify.prepared import PreparedTrust, prepare
from pki.verify.run import validate
from truststores.inputs import store_input
from truststores.models import TrustStore

# Each is a handshake or two: all of them together stay within a second or so.
MOST_ADDRESSES = 10
MOST_CERTIFICATES = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class _Shown:
    """What one side sends, and the key with which it proves it, where that may be used here."""

    chain: tuple[bytes, ...] = ()
    sha256: str = ""
    part: KeyPart = KeyPart.NONE
    key: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Stage:
    """What all ways have in common. The prepared stores are those of our own verdict."""

    service: Service
    account: Account | None
    server: _Shown
    server_store: TrustInput | None
    client_store: TrustInput | None
    own_server_store: PreparedTrust | None
    own_client_store: PreparedTrust | None


@sensitive_variables("stage", "clients", "client")
def play_ways(
    order: RehearsalOrder,
    *,
    service: Service,
    account: Account | None,
    actor: User | None,
    request: HttpRequest | None,
    moment: datetime,
) -> Rehearsed:
    """Shake hands for each address of the service with each certificate of the client.

    Keys that are held here and may sign are opened in memory, and nothing of them is kept; for
    others a stand-in plays. Call it outside any transaction: so does the key store ask.
    """
    hosts = [one.host for one in service.addresses.order_by("position")] or [""]
    certificates = _in_use(account) if account is not None else []
    # No key is opened for a way that is not tried.
    tried = certificates[:MOST_CERTIFICATES]
    clients = list(_clients(order, tried, actor, request, moment))
    stage = _Stage(
        service=service,
        account=account,
        server=_server(service, actor, request, moment),
        server_store=_trust(service.server_store),
        client_store=_trust(service.client_store),
        own_server_store=_own(service.server_store, Usage.SERVER),
        own_client_store=_own(service.client_store, Usage.CLIENT),
    )
    ways = [
        _play(stage, client, host, order, moment)
        for client in clients
        for host in hosts[:MOST_ADDRESSES]
    ]
    return Rehearsed(
        ways=tuple(ways),
        server_key=stage.server.part,
        version=order.version.value if order.version else "",
        left_out=max(len(clients), len(certificates)) * len(hosts) - len(ways),
    )


@sensitive_variables("client", "stage")
def _play(stage: _Stage, client: _Shown, host: str, order: RehearsalOrder, moment: datetime) -> Way:
    outcome = rehearse(
        server=ServerSide(
            chain=stage.server.chain,
            key=stage.server.key,
            trust=stage.client_store,
            client_authentication=Asked(stage.service.client_authentication),
        ),
        client=ClientSide(
            chain=client.chain, key=client.key, trust=stage.server_store, host=host or None
        ),
        moment=moment,
        minimum=order.version,
        maximum=order.version,
    )
    cn, login = _login(stage, client)
    judged = outcome.client.judgement is not Judgement.NOT_ASKED
    return Way(
        host=host,
        leaf=client.sha256,
        cn=cn,
        login=login,
        client_key=client.part,
        outcome=outcome,
        own_server=_verdict(stage.own_server_store, stage.server.chain, moment, host),
        own_client=_verdict(stage.own_client_store, client.chain, moment) if judged else None,
    )


def _verdict(
    store: PreparedTrust | None, chain: Sequence[bytes], moment: datetime, host: str = ""
) -> OwnVerdict | None:
    """Our own verdict of what was sent, by the store of whoever receives it."""
    if store is None or not chain:
        return None
    by_address = bool(host) and is_address(host)
    question = Question(
        leaf=chain[0],
        untrusted=tuple(chain[1:]),
        moment=moment,
        host=host if host and not by_address else None,
        address=host if by_address else None,
    )
    return OwnVerdict.of(validate(question, store))


def _login(stage: _Stage, client: _Shown) -> tuple[str, Login]:
    """The common name that the certificate logs in with, and whether it is that of the account."""
    if not client.chain:
        return "", Login.NOT_ASKED
    names = common_names(client.chain[0])
    cn = names[0] if names else ""
    service, account = stage.service, stage.account
    asks = service.client_authentication != ClientAuthentication.NONE
    if account is None or not service.cn_is_account or not asks:
        return cn, Login.NOT_ASKED
    if account.name in names:
        return account.name, Login.MATCHES
    return cn, Login.DIFFERS if any(names) else Login.NO_NAME


# The sides ---------------------------------------------------------------------------------------


@sensitive_variables("key")
def _server(
    service: Service, actor: User | None, request: HttpRequest | None, moment: datetime
) -> _Shown:
    leaf = service.certificate
    if leaf is None:
        return _Shown()
    part, key = _key(leaf.spki_sha256, actor, request)
    chain = presented_chain(service, moment=moment).ders
    return _Shown(chain=chain, sha256=leaf.sha256, part=part, key=key)


@sensitive_variables("key")
def _clients(
    order: RehearsalOrder,
    certificates: Sequence[Certificate],
    actor: User | None,
    request: HttpRequest | None,
    moment: datetime,
) -> Iterator[_Shown]:
    """What the client may show: certificates in use before those that were replaced."""
    if order.chain:
        leaf, *_ = order.chain
        part, key = _key(leaf.spki_sha256, actor, request)
        chain = tuple(one.der for one in order.chain)
        yield _Shown(chain=chain, sha256=leaf.sha256, part=part, key=key)
        return
    for certificate in certificates:
        part, key = _key(certificate.spki_sha256, actor, request)
        sent = built_chain(certificate, find_issuers(certificate), moment)
        yield _Shown(chain=sent.ders, sha256=certificate.sha256, part=part, key=key)
    if not certificates:
        yield _Shown()


def _in_use(account: Account) -> list[Certificate]:
    """The certificates of an account that are active; where none is, all of them."""
    rows = [
        one.certificate
        for one in account.certificates.select_related("certificate__encoded").order_by("pk")
    ]
    return [one for one in rows if one.lifecycle == Lifecycle.ACTIVE] or rows


@sensitive_variables("pkcs8")
def _key(
    spki_sha256: str, actor: User | None, request: HttpRequest | None
) -> tuple[KeyPart, bytes | None]:
    row = PrivateKey.objects.filter(spki_sha256=spki_sha256).first()
    if row is None or row.key_state is KeyState.DESTROYED:
        return KeyPart.ELSEWHERE, None
    if row.key_state not in PERMITTED[SIGN]:
        return KeyPart.REFUSED, None
    try:
        pkcs8 = open_private_key(key=row, purpose=SIGN, actor=actor, request=request)
    except KeyRefused:
        return KeyPart.REFUSED, None
    return KeyPart.HELD, pkcs8


def _trust(store: TrustStore | None) -> TrustInput | None:
    return store_input(store).trust if store is not None else None


def _own(store: TrustStore | None, usage: Usage) -> PreparedTrust | None:
    """The store as our own validation asks it: whatever it was made for, a server for a server."""
    trust = _trust(store)
    if trust is None:
        return None
    return prepare(replace(trust, policy=replace(trust.policy, usage=usage)))
