"""Services and accounts for the tests, on the small PKI of the tests of trust stores."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from certificates.models import Certificate, PublicKey
from endpoints.models import (
    DEFAULT_PORTS,
    Account,
    ChainSource,
    ClientAuthentication,
    Service,
    ServiceProtocol,
)
from endpoints.services.create_account import create_account
from endpoints.services.create_service import create_service
from endpoints.specs import AccountSpec, Address, KeyRef, ServiceSpec
from pki.host_names import is_address
from tests.truststores.conftest import store_of
from truststores.models import TrustStore

__all__ = ["store_of"]

ServiceOf = Callable[..., Service]
AccountOf = Callable[..., Account]


@pytest.fixture
def service_of(db: None) -> ServiceOf:
    """Make a service: `service_of("FTPS", "ftp.example.org", certificate=row)`.

    Given `chain` rows, it sends exactly these; `client_store` makes it require certificates unless
    `client_authentication` says otherwise. Public keys or private ones are `host_keys`.
    """

    def make(
        name: str = "FTPS",
        *hosts: str,
        protocol: str = "ftps_explicit",
        port: int | None = None,
        certificate: Certificate | None = None,
        chain: list[Certificate] | None = None,
        chain_source: str = "built",
        client_store: TrustStore | None = None,
        server_store: TrustStore | None = None,
        client_authentication: str | None = None,
        host_keys: tuple[Any, ...] = (),
        **more: Any,
    ) -> Service:
        spoken = ServiceProtocol(protocol)
        asked = client_authentication or ("required" if client_store else "none")
        spec = ServiceSpec(
            name=name,
            protocol=spoken,
            addresses=tuple(Address(host=host, is_ip=is_address(host)) for host in hosts),
            port=port or DEFAULT_PORTS[spoken],
            certificate_id=certificate.pk if certificate else None,
            chain_source=ChainSource.GIVEN if chain is not None else ChainSource(chain_source),
            chain=tuple(one.pk for one in chain or ()),
            client_store_id=client_store.pk if client_store else None,
            server_store_id=server_store.pk if server_store else None,
            client_authentication=ClientAuthentication(asked),
            host_keys=refs_of(*host_keys),
            **more,
        )
        return create_service(actor=None, spec=spec)

    return make


@pytest.fixture
def account_of(db: None) -> AccountOf:
    """Make an account: `account_of("partner-7", certificates=[row], services=[service])`."""

    def make(
        name: str = "partner-7",
        *,
        certificates: list[Certificate] | None = None,
        ssh_keys: tuple[Any, ...] = (),
        services: list[Service] | None = None,
        **more: Any,
    ) -> Account:
        spec = AccountSpec(
            name=name,
            certificates=tuple(one.pk for one in certificates or ()),
            ssh_keys=refs_of(*ssh_keys),
            services=tuple(one.pk for one in services or ()),
            **more,
        )
        return create_account(actor=None, spec=spec)

    return make


def refs_of(*keys: Any) -> tuple[KeyRef, ...]:
    """References to keys of the key store."""
    return tuple(
        KeyRef(kind="public" if isinstance(key, PublicKey) else "private", key_id=key.pk)
        for key in keys
    )
