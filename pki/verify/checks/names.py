"""Is the certificate made out to the host or address that is asked for? (RFC 9525, 6; RFC 6125)

Findings: names.matched_by_common_name.
Reasons: no_host_given.
"""

from __future__ import annotations

from collections.abc import Iterator

from pki.findings import Finding
from pki.verify.checks.check import Check, Situation, warning
from pki.verify.extension_values import NAME_DNS


def _of_path(situation: Situation) -> Iterator[Finding]:
    anatomy = situation.leaf.anatomy
    if situation.host is None or anatomy is None or situation.has(62):
        return
    if not any(tag == NAME_DNS for tag, _ in anatomy.alt_names or ()):
        yield warning("names.matched_by_common_name", "subject", host=situation.host)


def _reason(situation: Situation) -> tuple[str, bool] | None:
    if situation.host is None and situation.address is None:
        return "no_host_given", True
    return None


CHECK = Check(name="names", numbers=frozenset({62, 63, 64}), of_path=_of_path, reason=_reason)
