"""Why certificates stop working, in words: for the calendar, the look ahead and the feed."""

from __future__ import annotations

from typing import Final

from truststores.ends import Cause, CauseKind

# The word of the legend, and the drawing that stands for it.
KINDS: Final[dict[CauseKind, tuple[str, str]]] = {
    CauseKind.OWN: ("The certificate itself ends", "circle"),
    CauseKind.ISSUER: ("An issuer above it ends", "diamond"),
    CauseKind.CRL: ("A CRL goes out of date", "triangle"),
    CauseKind.OTHER: ("Something else turns", "square"),
}


def shape_of(kind: CauseKind) -> str:
    return KINDS.get(kind, KINDS[CauseKind.OTHER])[1]


def why(cause: Cause) -> str:
    """The cause without its name, which a page shows as a link behind it."""
    return {
        CauseKind.OWN: "Its own end",
        CauseKind.ISSUER: "An issuer ends",
        CauseKind.CRL: "A CRL goes out of date",
        CauseKind.CRL_MISSING: "A CRL is missing",
        CauseKind.REVOKED: "A certificate is revoked",
        CauseKind.NOT_YET: "A certificate is not valid yet",
        CauseKind.OTHER: "Something on its path turns",
    }[cause.kind]


def headline(cause: Cause) -> str:
    """The cause as a title over the certificates that it stops."""
    name = f"“{cause.name}”" if cause.name else "an authority"
    if cause.kind is CauseKind.OWN:
        return "The certificates themselves have ended"
    if cause.kind is CauseKind.ISSUER:
        return f"The issuer {name} has ended"
    if cause.kind is CauseKind.CRL:
        return f"The CRL of {name} is out of date"
    if cause.kind is CauseKind.CRL_MISSING:
        return f"There is no CRL of {name}"
    if cause.kind is CauseKind.REVOKED:
        return f"{name} is revoked" if cause.depth else "The certificates are revoked"
    if cause.kind is CauseKind.NOT_YET:
        return f"{name} is not valid yet" if cause.depth else "The certificates are not valid yet"
    said = cause.text[:1].upper() + cause.text[1:] or "Another reason"
    return f"{said}: {name}" if cause.name else said


def summary(cause: Cause, count: int) -> str:
    """One line for somebody's calendar."""
    stops = "1 certificate stops" if count == 1 else f"{count:,} certificates stop"
    name = f"“{cause.name}”" if cause.name else "an authority"
    if cause.kind is CauseKind.OWN:
        return f"{name} ends"
    if cause.kind is CauseKind.ISSUER:
        return f"The issuer {name} ends: {stops} working"
    if cause.kind is CauseKind.CRL:
        return f"The CRL of {name} goes out of date: {stops} working"
    return f"{stops} working"
