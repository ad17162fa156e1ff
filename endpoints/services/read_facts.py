"""Services and accounts as the judgement is given them, and a digest that names exactly that."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Generic, TypeVar

from django.db.models import Model, Prefetch, QuerySet

from certificates.models import Certificate, PrivateKey, PublicKey
from certificates.services.find_issuers import IssuerGraph, find_issuers
from endpoints.models import Account, Service, ServiceProtocol
from endpoints.services.presented_chain import PresentedChain, built_chain, presented_chain
from pki.endpoints.facts import (
    AccountFacts,
    Address,
    ClientRequest,
    PeerStore,
    Presented,
    ServiceFacts,
    SshKey,
)
from pki.endpoints.judgement import Judgement
from pki.endpoints.peer import as_peer
from pki.endpoints.rules import rules_version
from pki.endpoints.service import judge_service
from pki.verify.inputs import TrustInput, Usage
from pki.verify.prepared import PreparedTrust
from truststores.inputs import store_digest, store_input
from truststores.models import TrustStore

FactsT = TypeVar("FactsT")

Shelf = MutableMapping[tuple[str, Usage], PreparedTrust]
"""Stores that are decoded already, by the digest of what they were made of: never out of date."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Read(Generic[FactsT]):
    """What the judgement is given; the digest is equal where all of it is."""

    facts: FactsT
    digest: str


@dataclass(frozen=True, slots=True)
class _Shown:
    presented: Presented
    content: list[Any]


@dataclass(kw_only=True)
class FactsReader:
    """Reads rows for judgements at one moment, each thing that several of them share once.

    It is for rows that were read before it was made: what changes later makes them due again, and
    then nothing that was read here is written to them. `proposed` are trust stores as somebody
    wants them, by their number.
    """

    moment: datetime
    proposed: Mapping[int, TrustInput] = field(default_factory=dict)
    shelf: Shelf = field(default_factory=dict)
    _services: dict[int, Read[ServiceFacts]] = field(default_factory=dict)
    _judged: dict[int, Judgement] = field(default_factory=dict)
    _stores: dict[tuple[int, Usage], tuple[PeerStore, list[Any]]] = field(default_factory=dict)
    _graphs: dict[int, IssuerGraph] = field(default_factory=dict)
    _key_states: dict[str, str] = field(default_factory=dict)

    def service(self, row: Service) -> Read[ServiceFacts]:
        """The facts of a service."""
        if row.pk not in self._services:
            self._services[row.pk] = self._read_service(row)
        return self._services[row.pk]

    def judged(self, row: Service) -> Judgement:
        """The judgement of a service, made once however many accounts use it."""
        if row.pk not in self._judged:
            self._judged[row.pk] = judge_service(self.service(row).facts, self.moment)
        return self._judged[row.pk]

    def account(self, row: Account) -> Read[AccountFacts]:
        """The facts of an account, with those of its services in the order of `services_of`."""
        services = [self.service(service) for service in services_of(row)]
        shown = [
            self._client_certificate(one.certificate) for one in _in_order(row.certificates.all())
        ]
        keys = [_ssh_key(one.key) for one in _in_order(row.ssh_keys.all())]
        facts = AccountFacts(
            name=row.name,
            certificates=tuple(one.presented for one in shown),
            ssh_keys=tuple(keys),
            services=tuple(one.facts for one in services),
            is_ours=row.partner_id is None,
        )
        content = [
            facts.name,
            facts.is_ours,
            [one.content for one in shown],
            _of_keys(keys),
            [[one.facts.number, one.digest] for one in services],
        ]
        return Read(facts=facts, digest=_digest(content))

    # Services -----------------------------------------------------------------------------------

    def _read_service(self, row: Service) -> Read[ServiceFacts]:
        protocol = ServiceProtocol(row.protocol)
        addresses = [Address(host=one.host, is_ip=one.is_ip) for one in row.addresses.all()]
        keys = [_ssh_key(one.key) for one in _in_order(row.host_keys.all())]
        shown = server_store = client_store = None
        if protocol.speaks_tls:
            shown = self._server_certificate(row)
            server_store = self._store(row.server_store_id, Usage.SERVER)
            client_store = self._store(row.client_store_id, Usage.CLIENT)
        facts = ServiceFacts(
            number=row.pk,
            speaks_tls=protocol.speaks_tls,
            addresses=tuple(addresses),
            presented=shown.presented if shown else None,
            server_store=server_store[0] if server_store else None,
            client_request=ClientRequest(row.client_authentication),
            client_store=client_store[0] if client_store else None,
            cn_is_account=row.cn_is_account,
            host_keys=tuple(keys),
        )
        content = [
            facts.speaks_tls,
            [[one.host, one.is_ip] for one in addresses],
            shown.content if shown else None,
            server_store[1] if server_store else None,
            client_store[1] if client_store else None,
            facts.client_request.value,
            facts.cn_is_account,
            _of_keys(keys),
        ]
        return Read(facts=facts, digest=_digest(content))

    def _server_certificate(self, row: Service) -> _Shown | None:
        if row.certificate is None:
            return None
        graph = self._graph(row.certificate)
        chain = presented_chain(row, moment=self.moment, graph=graph)
        return self._shown(row.certificate, chain, graph)

    def _client_certificate(self, certificate: Certificate) -> _Shown:
        """A client is taken to send the issuers of its certificate, as far as they are known."""
        graph = self._graph(certificate)
        return self._shown(certificate, built_chain(certificate, graph, self.moment), graph)

    def _graph(self, certificate: Certificate) -> IssuerGraph:
        if certificate.pk not in self._graphs:
            self._graphs[certificate.pk] = find_issuers(certificate)
        return self._graphs[certificate.pk]

    def _shown(self, certificate: Certificate, chain: PresentedChain, graph: IssuerGraph) -> _Shown:
        others = {pk: one for pk, one in graph.certificates.items() if pk != certificate.pk}
        ordered = sorted(others, key=lambda pk: others[pk].sha256)
        successor = certificate.replaced_by
        presented = Presented(
            der=graph.ders[certificate.pk],
            sha256=certificate.sha256,
            sent=chain.ders[1:],
            inventory=tuple(graph.ders[pk] for pk in ordered),
            lifecycle=certificate.lifecycle,
            successor=successor.sha256 if successor is not None else "",
            key_state=self._key_state(certificate.spki_sha256),
            turns=tuple(_turns(others.values())),
        )
        content = [
            presented.sha256,
            [one.sha256 for one in chain.certificates[1:]],
            [others[pk].sha256 for pk in ordered],
            presented.lifecycle,
            presented.successor,
            presented.key_state,
        ]
        return _Shown(presented, content)

    def _key_state(self, spki_sha256: str) -> str:
        if spki_sha256 not in self._key_states:
            held = PrivateKey.objects.filter(spki_sha256=spki_sha256)
            self._key_states[spki_sha256] = held.values_list("state", flat=True).first() or ""
        return self._key_states[spki_sha256]

    # Stores -------------------------------------------------------------------------------------

    def _store(self, pk: int | None, usage: Usage) -> tuple[PeerStore, list[Any]] | None:
        if pk is None:
            return None
        if (pk, usage) not in self._stores:
            self._stores[pk, usage] = self._read_store(pk, usage)
        return self._stores[pk, usage]

    def _read_store(self, pk: int, usage: Usage) -> tuple[PeerStore, list[Any]]:
        row = TrustStore.objects.get(pk=pk)
        wanted = self.proposed.get(pk)
        if wanted is not None:
            digest, trust, own = "proposed", as_peer(wanted, usage), wanted.policy.usage
        else:
            digest, trust = self._prepared(row, usage)
            own = Usage(row.usage)
        other = own not in (usage, Usage.ANY)
        store = PeerStore(number=pk, trust=trust, for_other_usage=other)
        return store, [pk, digest, usage.value, other]

    def _prepared(self, row: TrustStore, usage: Usage) -> tuple[str, PreparedTrust]:
        digest = store_digest(row)
        known = self.shelf.get((digest, usage))
        if known is not None:
            return digest, known
        read = store_input(row)
        made = self.shelf[read.digest, usage] = as_peer(read.trust, usage)
        return read.digest, made


def services_to_read() -> QuerySet[Service]:
    """Services with what their facts are read from, in few queries for many rows."""
    return Service.objects.select_related(
        "certificate__encoded", "certificate__replaced_by"
    ).prefetch_related("addresses", "host_keys__private_key", "host_keys__public_key")


def accounts_to_read() -> QuerySet[Account]:
    """Accounts with what their facts are read from, their services included."""
    return Account.objects.prefetch_related(
        "certificates__certificate__encoded",
        "certificates__certificate__replaced_by",
        "ssh_keys__private_key",
        "ssh_keys__public_key",
        Prefetch("services", queryset=services_to_read()),
    )


def services_of(row: Account) -> list[Service]:
    """The services of an account, in the order in which its facts have them."""
    return _in_order(row.services.all())


RowT = TypeVar("RowT", bound=Model)


def _in_order(rows: Iterable[RowT]) -> list[RowT]:
    """By their number; in Python, because the database would not use what was prefetched."""
    return sorted(rows, key=lambda row: row.pk)


_LAST = datetime.max.replace(tzinfo=UTC)


def _turns(certificates: Iterable[Certificate]) -> Iterable[datetime]:
    """When an issuer that may be sent begins or ceases to be valid: another may be chosen then."""
    for one in certificates:
        yield one.not_before
        if one.not_after < _LAST:
            yield one.not_after + timedelta(microseconds=1)


def _ssh_key(key: PrivateKey | PublicKey) -> SshKey:
    return SshKey(
        spki_sha256=key.spki_sha256,
        algorithm=key.algorithm,
        size=key.size,
        state=key.state if isinstance(key, PrivateKey) else "",
        findings=tuple(sorted(str(one.get("code", "")) for one in key.findings)),
    )


def _of_keys(keys: Sequence[SshKey]) -> list[Any]:
    return [[one.spki_sha256, one.state, list(one.findings)] for one in keys]


def _digest(content: list[Any]) -> str:
    said = json.dumps([rules_version(), content], sort_keys=True)
    return sha256(said.encode()).hexdigest()
