"""The row of the inventory: a component, because a page writes it fifty times."""

from __future__ import annotations

from collections.abc import Sequence

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from certificates.models import Certificate, Lifecycle
from ui.components import component_of
from ui.templatetags.ui import link, moment, name, names, selection, state, tags

register = template.Library()
component = component_of(register)

_ROW = """<tr>
  <td class="check">{selection}</td>
  <th scope="row" data-label="Name">{link} <span class="sub">{ca}{names}{labels}{life}</span></th>
  <td data-label="Validation" class="state-cell">{standing}</td>
  <td data-label="Issuer">{issuer}</td>
  <td data-label="Ends" class="moment"><div>{ends}{warning}</div></td>
  <td data-label="Works until" class="moment">{works_until}</td>
  <td data-label="Key" class="nowrap">{key}</td>
</tr>"""
# Text that is not marked as safe is escaped, be it empty, and that takes longer than a name.
_NOTHING = SafeString("")
_CA = SafeString('<span class="tag">CA</span> ')


@component
def certificate_row(
    certificate: Certificate, further_names: Sequence[str], labels: Sequence[str]
) -> SafeString:
    """A certificate among others, with names besides its common name."""
    return format_html(
        _ROW,
        selection=selection(certificate),
        link=link(certificate),
        ca=_CA if certificate.is_ca else _NOTHING,
        names=names(further_names),
        labels=tags(labels),
        life=_behind("" if certificate.lifecycle == Lifecycle.ACTIVE else certificate.lifecycle),
        standing=state(certificate.standing),
        issuer=name(certificate.issuer_cn),
        ends=moment(certificate.not_after, "both"),
        warning=_behind(certificate.date_warning),
        works_until=moment(certificate.works_until),
        key=certificate.key_text,
    )


def _behind(word: str) -> SafeString:
    """A state behind something else, where there is one to tell."""
    return format_html(" {}", state(word)) if word else _NOTHING
