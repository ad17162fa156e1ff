from __future__ import annotations

import uuid

from django import forms


class TokenForm(forms.Form):
    """The token of a form that is one button: sent twice, it is one act."""

    token = forms.UUIDField(required=False)

    @classmethod
    def of(cls, data: object) -> uuid.UUID:
        """The token; a fresh one where a form came without."""
        return cls.sent(data) or uuid.uuid4()

    @classmethod
    def sent(cls, data: object) -> uuid.UUID | None:
        """The token that came; None where none did, or what is none."""
        form = cls(data)  # type: ignore[arg-type]  # a QueryDict
        token: uuid.UUID | None = form.cleaned_data["token"] if form.is_valid() else None
        return token
