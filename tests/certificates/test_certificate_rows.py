"""The row of the inventory: what it tells, and that nobody writes markup into it."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from django.utils.safestring import SafeString

from certificates.models import Certificate
from certificates.templatetags.certificate_rows import certificate_row


def certificate(**facts: object) -> Certificate:
    now = timezone.now()
    usual = {
        "pk": 7,
        "cn": "host.example.org",
        "issuer": "CN=An issuer",
        "not_before": now - timedelta(days=1),
        "not_after": now + timedelta(days=400),
        "is_ca": False,
        "standing": "trusted",
        "key_algorithm": "RSA",
        "key_size": 2048,
    }
    return Certificate(**(usual | facts))


def test_nothing_that_somebody_else_chose_is_markup() -> None:
    told = SafeString("<b>")
    hostile = certificate(cn=told, issuer="CN=<i>", key_algorithm="<u>", standing="<s>")
    row = certificate_row(hostile, ["<q>", told], [told])
    assert row.count("&lt;b&gt;") == 4  # the box, the link, a name and a label
    for tag in ("<b>", "<i>", "<u>", "<s>", "<q>"):
        assert tag not in row


def test_what_is_as_usual_is_not_remarked_on() -> None:
    row = certificate_row(certificate(), [], [])
    assert row.count("data-state=") == 1
    assert '<span class="sub"></span>' in row
    assert "RSA 2048" in row
    assert "An issuer" in row


def test_what_is_unusual_stands_beside_it() -> None:
    now = timezone.now()
    ended = certificate(is_ca=True, lifecycle="retired", not_after=now - timedelta(hours=1))
    row = certificate_row(ended, ["b.example.org", "c.example.org"], ["production"])
    for shown in ("CA", "Retired", "Expired", "b.example.org", "production"):
        assert shown in row
    assert '"name">b.example.org</bdi>, <bdi' in row
