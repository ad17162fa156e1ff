from __future__ import annotations

from datetime import UTC, datetime

from django import forms

from ui.moments import in_zone

# What OpenSSL and every zone can hold.
_FIRST = datetime(1970, 1, 2, tzinfo=UTC)
_LAST = datetime(9998, 12, 31, tzinfo=UTC)


class MomentForm(forms.Form):
    """A moment as of which to validate, in the reader's zone."""

    moment = forms.DateTimeField(
        label="As of",
        error_messages={
            "required": "Choose a date and a time.",
            "invalid": "That is no date and time.",
        },
        widget=forms.DateTimeInput(
            format="%Y-%m-%dT%H:%M",
            attrs={
                "type": "datetime-local",
                "min": "1970-01-02T00:00",
                "max": "9998-12-31T00:00",
                "class": "form-control",
            },
        ),
    )

    def clean_moment(self) -> datetime:
        moment: datetime = self.cleaned_data["moment"]
        if not _FIRST <= moment <= _LAST:
            raise forms.ValidationError("Choose a year between 1970 and 9998.")
        return moment

    @classmethod
    def beginning_at(cls, moment: datetime) -> MomentForm:
        """The form as it is first shown."""
        return cls(initial={"moment": in_zone(moment).replace(second=0, microsecond=0)})
