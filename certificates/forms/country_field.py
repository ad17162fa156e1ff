from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from certificates.key_texts import error_said
from pki.countries import Country, CountryGroup, CountryRefused, check_country, countries

_GROUPS = {
    CountryGroup.SITE: "Added by this site",
    CountryGroup.ASSIGNED: "Countries (ISO 3166-1)",
    CountryGroup.RESERVED: "Exceptionally reserved codes",
}
_HINTS = {"country.uk": "public CAs want GB"}


class CountrySelect(forms.Select):
    """A list of countries in groups; a script makes it searchable by name, former name and code.

    A code that cannot be used (of a certificate that this one is to be like, say) is shown as it
    is, so that whoever sends the form reads why.
    """

    template_name = "certificates/requests/country_select.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = forms.Widget.get_context(self, name, value, attrs)
        listed = countries(settings.EXTRA_COUNTRIES)
        chosen = str(value or "")
        by_group = {group: [one for one in listed if one.group is group] for group in _GROUPS}
        context |= {
            "chosen": chosen,
            "unusable": chosen if chosen and chosen not in {one.code for one in listed} else "",
            "groups": [
                (label, [(one, _also(one), _HINTS.get(one.hint, "")) for one in by_group[group]])
                for group, label in _GROUPS.items()
                if by_group[group]
            ],
        }
        return context


def _also(country: Country) -> str:
    """The other names by which somebody may look for it."""
    return "|".join((*country.other_names, *country.former_names))


class CountryField(forms.CharField):
    """Two letters that a subject may carry, or nothing."""

    widget = CountrySelect

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, strip=False, max_length=64, **kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """A select has no `maxlength`."""
        return {}

    def clean(self, value: Any) -> str:
        code = str(super().clean(value))
        try:
            return check_country(code, settings.EXTRA_COUNTRIES)
        except CountryRefused as error:
            raise ValidationError(" ".join(error_said(error)).strip(), code=error.code) from error
