"""What the overview says of services and accounts, before anything else."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from endpoints.judgement_texts import headline_of
from endpoints.models import Account, Service
from endpoints.services.find_pressing import SHOWN, Pressing


def endpoint_tally(pressing: Pressing) -> list[dict[str, Any]]:
    services, accounts = pressing.services, pressing.accounts
    return [
        {
            "label": "Services that do not work",
            "count": services.failing,
            "icon": "octagon-x",
            "tone": "bad",
            "url": _list("services", "fails"),
        },
        {
            "label": "Accounts that do not work",
            "count": accounts.failing,
            "icon": "octagon-x",
            "tone": "bad",
            "url": _list("accounts", "fails"),
        },
        {
            "label": "Stop within 30 days",
            "count": services.ending + accounts.ending,
            "icon": "hourglass",
            "tone": "caution",
            "url": _list("services" if services.ending else "accounts", "ending"),
        },
        {
            "label": "Undetermined or incomplete",
            "count": services.unclear + accounts.unclear,
            "icon": "circle-question-mark",
            "tone": "caution",
            "url": _list("services" if services.unclear else "accounts", "unclear"),
        },
        {
            "label": "Services that work",
            "count": services.working,
            "icon": "circle-check",
            "tone": "good",
            "url": _list("services", "working"),
        },
        {
            "label": "Accounts that work",
            "count": accounts.working,
            "icon": "circle-check",
            "tone": "good",
            "url": _list("accounts", "working"),
        },
    ]


def endpoint_sections(pressing: Pressing) -> list[dict[str, Any]]:
    """What does not work, and what stops next; services first, with which accounts are mended."""
    services = pressing.services
    sections: list[dict[str, Any]] = [
        {
            "title": "Do not work",
            "url": _list("services" if services.failing else "accounts", "fails"),
            "says": "Nobody is turned away, as far as anything is described.",
            "rows": [
                _row(row, headline_of(row.reason)) | {"state": row.standing}
                for row in pressing.failing
            ],
        },
        {
            "title": "Stop working soon",
            "url": _list("services" if services.ending else "accounts", "ending"),
            "says": "Everything that works does so for 30 days and longer.",
            "rows": [
                _row(row) | {"state": "expiring", "label": "Ends", "moment": row.works_until}
                for row in pressing.next_ends
            ],
        },
    ]
    if Service.objects.exclude(probe_state="").exists():
        sections.append(_probes())
    return sections


def _list(kind: str, standing: str) -> str:
    sort = "&sort=works_until" if standing == "ending" else ""
    return f"{reverse(f'endpoints:{kind}')}?standing={standing}{sort}"


def _row(row: Service | Account, note: str = "") -> dict[str, Any]:
    kind = "Service" if isinstance(row, Service) else "Account"
    return {
        "url": row.get_absolute_url() + "#judgement",
        "name": row.name,
        "note": f"{kind} · {note}" if note else kind,
        "label": "",
        "moment": None,
    }


def _probes() -> dict[str, Any]:
    astray = Service.objects.astray().order_by("probe_state", "name")
    return {
        "title": "Probes of services",
        "url": f"{reverse('endpoints:services')}?probe=astray",
        "says": "Every service that was looked at presents what it should.",
        "rows": [
            {
                "url": f"{service.get_absolute_url()}#probes",
                "name": service.name,
                "note": service.get_protocol_display(),
                "state": service.probe_state,
                "label": "",
                "moment": service.probed_at,
            }
            for service in astray.defer("judgement")[:SHOWN]
        ],
    }
