"""The rows of the inventory."""

from certificates.models.alt_name import AlternativeName
from certificates.models.certificate import (
    Certificate,
    CertificateDer,
    CertificateText,
    Lifecycle,
    Standing,
)
from certificates.models.crl import Crl, CrlDer, CrlOrigin
from certificates.models.imports import ImportBlock, ImportUpload, Outcome
from certificates.models.keys import (
    KeyImport,
    KeyOrigin,
    KeyState,
    KeyTransition,
    KeyUse,
    Owner,
    OwnerKind,
    PrivateKey,
    Protocol,
    PublicKey,
    SealedKey,
    SealingKey,
)
from certificates.models.label import Label
from certificates.models.requests import CertificateRequest, RequestDer, RequestState

__all__ = [
    "AlternativeName",
    "Certificate",
    "CertificateDer",
    "CertificateRequest",
    "CertificateText",
    "Crl",
    "CrlDer",
    "CrlOrigin",
    "ImportBlock",
    "ImportUpload",
    "KeyImport",
    "KeyOrigin",
    "KeyState",
    "KeyTransition",
    "KeyUse",
    "Label",
    "Lifecycle",
    "Outcome",
    "Owner",
    "OwnerKind",
    "PrivateKey",
    "Protocol",
    "PublicKey",
    "RequestDer",
    "RequestState",
    "SealedKey",
    "SealingKey",
    "Standing",
]
