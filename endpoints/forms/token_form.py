from __future__ import annotations

import uuid

from django import forms


class TokenForm(forms.Form):
    """The token of a form that is one button: sent twice, it is one act."""

    token = forms.UUIDField(required=False)

    @classmethod
    def of(cls, data: object) -> uuid.UUID:
        """The token; a fresh one where a form came without."""
        form = cls(data)  # type: ignore[arg-type]  # a QueryDict
        return (form.cleaned_data["token"] if form.is_valid() else None) or uuid.uuid4()
