"""The rows of trust stores and of what validation says."""

from truststores.models.calendar_feed import CalendarFeed
from truststores.models.crl_source import CrlSource
from truststores.models.notice import Notice, NoticeMail
from truststores.models.placement import ConsideredCrl, PlacedIssuer, PlacementTurn
from truststores.models.proposal import StoreProposal
from truststores.models.report import PastReport, ReportBody, ValidationReport, Verdict
from truststores.models.trust_store import (
    RevocationPolicy,
    Role,
    StoreCrl,
    StoreMember,
    StoreName,
    TrustStore,
    UsageChoice,
)

__all__ = [
    "CalendarFeed",
    "ConsideredCrl",
    "CrlSource",
    "Notice",
    "NoticeMail",
    "PastReport",
    "PlacedIssuer",
    "PlacementTurn",
    "ReportBody",
    "RevocationPolicy",
    "Role",
    "StoreCrl",
    "StoreMember",
    "StoreName",
    "StoreProposal",
    "TrustStore",
    "UsageChoice",
    "ValidationReport",
    "Verdict",
]
