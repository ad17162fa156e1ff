"""The rows of services and accounts."""

from endpoints.models.account import Account, AccountCertificate, AccountKey
from endpoints.models.kit import Kit, KitStage
from endpoints.models.probe import Probe, ProbeState
from endpoints.models.rehearsal import Rehearsal
from endpoints.models.service import (
    DEFAULT_PORTS,
    ChainSource,
    ClientAuthentication,
    Service,
    ServiceAddress,
    ServiceChainCertificate,
    ServiceHostKey,
    ServiceProtocol,
)
from endpoints.models.standing import EndpointStanding

__all__ = [
    "DEFAULT_PORTS",
    "Account",
    "AccountCertificate",
    "AccountKey",
    "ChainSource",
    "ClientAuthentication",
    "EndpointStanding",
    "Kit",
    "KitStage",
    "Probe",
    "ProbeState",
    "Rehearsal",
    "Service",
    "ServiceAddress",
    "ServiceChainCertificate",
    "ServiceHostKey",
    "ServiceProtocol",
]
