from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper  # type: ignore[import-untyped]  # ships no types
from crispy_forms.layout import Layout  # type: ignore[import-untyped]  # likewise

from certificates.forms.key_about import KeyAboutFields
from certificates.models import PrivateKey, PublicKey
from ui.forms import LaidOut


class KeyEditForm(LaidOut, KeyAboutFields):
    """What people say about a key that is here."""

    submit_label = "Save"

    def __init__(self, *args: Any, key: PrivateKey | PublicKey, **kwargs: Any) -> None:
        kwargs.setdefault(
            "initial",
            {
                "name": key.name,
                "owner": key.owner_id,
                "labels": ", ".join(key.labels.values_list("name", flat=True)),
                "note": key.note,
            },
        )
        super().__init__(*args, **kwargs)
        self.cancel_url = key.get_absolute_url()

    @property
    def helper(self) -> FormHelper:
        helper = super().helper
        helper.layout = Layout("name", "owner", self.new_owner_part, "labels", "note")
        return helper
