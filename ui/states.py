"""Every state word that a page may show, in one table: its words, its icon's shape, its tone."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """How a state is shown. `tone` names the CSS class that colours it, `icon` a lucide drawing.

    States that may stand beside each other differ in shape as well, so that colour is never alone.
    """

    label: str
    icon: str
    tone: str


def _good(label: str, icon: str = "circle-check") -> State:
    return State(label=label, icon=icon, tone="good")


def _caution(label: str, icon: str = "triangle-alert") -> State:
    return State(label=label, icon=icon, tone="caution")


def _bad(label: str, icon: str = "octagon-x") -> State:
    return State(label=label, icon=icon, tone="bad")


def _notice(label: str, icon: str = "info") -> State:
    return State(label=label, icon=icon, tone="notice")


def _quiet(label: str, icon: str = "circle-minus") -> State:
    return State(label=label, icon=icon, tone="quiet")


STATES: dict[str, State] = {
    # What validation says of a certificate, alone or by all its reports together.
    "trusted": _good("Trusted", "shield-check"),
    "partly": _caution("Trusted by some stores", "shield-alert"),
    "undetermined": _caution("Undetermined", "shield-question-mark"),
    "not_trusted": _bad("Not trusted", "shield-x"),
    "unchained": _quiet("Not chained to a trust store", "unlink"),
    "unchecked": _quiet("Not yet validated", "circle-dashed"),
    "pending": _quiet("Not yet validated", "circle-dashed"),
    # What the judgement of a service or an account says; "undetermined" and "unchecked" are above.
    "works": _good("Works"),
    "warned": _caution("Works, with warnings"),
    "fails": _bad("Does not work"),
    "incomplete": _quiet("Not fully described", "file-pen-line"),
    # One check of a report.
    "passed": _good("Passed"),
    "warning": _caution("Warning"),
    "failed": _bad("Failed"),
    "not_checked": _quiet("Not checked", "circle-question-mark"),
    "not_applicable": _quiet("Not applicable", "circle-minus"),
    # Jobs; "failed" is above.
    "queued": _quiet("Waiting", "clock"),
    "running": _notice("Running", "loader-circle"),
    "done": _good("Done"),
    "broken": _bad("Broken", "bug"),
    "cancelled": _quiet("Cancelled", "ban"),
    # Blocks of an import.
    "imported": _good("Imported", "circle-plus"),
    "duplicate": _quiet("Already here", "copy-check"),
    "rejected": _bad("Rejected"),
    # CRLs.
    "fresh": _good("Fresh"),
    "stale": _bad("Stale", "calendar-x"),
    "missing": _bad("Missing", "file-x"),
    "future": _caution("Not yet in force", "calendar-clock"),
    "unusable": _bad("Unusable"),
    # Requests; "active" and what follows are below.
    "waiting": _quiet("Key is being made", "loader-circle"),
    "created": _notice("Not yet sent", "file-pen-line"),
    "sent": _caution("Sent to the CA", "send"),
    "answered": _good("Answered", "mail-check"),
    "withdrawn": _quiet("Withdrawn", "undo-2"),
    # The life of a certificate.
    "active": _good("Active", "circle-dot"),
    "replaced": _quiet("Replaced", "replace"),
    "retired": _quiet("Retired", "archive"),
    # The life of a key (NIST SP 800-57); "active" is above.
    "pre_active": _notice("Pre-active", "circle-dashed"),
    "suspended": _caution("Suspended", "circle-pause"),
    "deactivated": _quiet("Deactivated", "circle-off"),
    "compromised": _bad("Compromised", "shield-alert"),
    "destroyed": _quiet("Destroyed", "trash-2"),
    # Kits; "expired" and what follows are below, "replaced" and "retired" above.
    "begun": _notice("Begun", "package-open"),
    "ready": _good("Ready", "package-check"),
    "unproven": _bad("Not proven", "package-x"),
    # Dates.
    "valid": _good("Valid"),
    "expired": _bad("Expired", "calendar-x"),
    "not_yet_valid": _caution("Not yet valid", "calendar-clock"),
    "expiring": _caution("Expiring", "hourglass"),
    # Severities of a finding; "warning" is above.
    "info": _notice("Note"),
    "error": _bad("Error"),
    # Probes of a service; "running" is above.
    "seen": _notice("Seen, not described", "eye"),
    "same": _good("Presents what it should"),
    "different": _bad("Presents something else", "git-compare-arrows"),
    "unreachable": _bad("Not reached", "unplug"),
    "refused": _caution("Closed to the console", "lock"),
    # Rehearsals of a connection; each side says of the other.
    "connects": _good("Connects", "plug-zap"),
    "does_not_connect": _bad("Refused", "unplug"),
    "accepted": _good("Accepted"),
    "refused_by_peer": _bad("Refused"),
    "not_asked": _quiet("Not asked", "circle-minus"),
    "not_reached": _quiet("Nobody came to look", "circle-dashed"),
    # Roles of a member of a trust store.
    "anchor": _notice("Trust anchor", "anchor"),
    "intermediate": _quiet("Intermediate", "link"),
}


def state_of(word: str) -> State:
    """The state of that word; one that is not in the table is shown as it is, never hidden."""
    known = STATES.get(word)
    return known if known else _quiet(word.replace("_", " ").capitalize() or "Unknown")
