from __future__ import annotations

from django import forms

_LARGEST_ID = 2**63 - 1


class SuccessorForm(forms.Form):
    """Which certificate of an account gives way to its successor, and what was looked at."""

    certificate = forms.IntegerField(min_value=1, max_value=_LARGEST_ID)
    revision = forms.IntegerField()
