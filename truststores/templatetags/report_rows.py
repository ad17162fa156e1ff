"""The row of the list of reports: a component, because a page writes it fifty times."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from truststores.models import ValidationReport
from ui.components import component_of
from ui.templatetags.ui import link, moment, state

register = template.Library()
component = component_of(register)

_ROW = """<tr>
  <th scope="row">{link}{remark}</th>
  <td data-label="Verdict">{verdict}</td>
  <td data-label="Trust store"><a href="{store_url}">{store}</a></td>
  <td data-label="OpenSSL">{code}</td>
  <td data-label="Works until" class="moment">{until}</td>
  <td data-label="Made" class="moment">{made}</td>
</tr>"""
_NOTHING = SafeString("")
_LOOSE = SafeString('<span class="sub">An issuer is missing; asked of every store</span>')
_NOT_MEANT = SafeString('<span class="sub">Not meant for this usage; does not count</span>')
_NO_CODE = SafeString('<span class="muted">—</span>')


@component
def report_row(report: ValidationReport) -> SafeString:
    """What a trust store says of a certificate, among others."""
    return format_html(
        _ROW,
        link=link(report, report.certificate),
        remark=_remark(report),
        verdict=state(report.verdict),
        store_url=report.trust_store.get_absolute_url(),
        store=report.trust_store.name,
        code=_NO_CODE
        if report.first_code is None
        else format_html('<span class="mono">{} at {}</span>', report.first_code, report.depth),
        until=moment(report.effective_expiry, "both"),
        made=moment(report.made_at),
    )


def _remark(report: ValidationReport) -> SafeString:
    if not report.chained:
        return _LOOSE
    return _NOTHING if report.meant_for_usage else _NOT_MEANT
