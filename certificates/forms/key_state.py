from __future__ import annotations

from typing import Any

from django import forms

from certificates.models import KeyState, PrivateKey
from ui.forms import LaidOut


class KeyStateForm(LaidOut, forms.Form):
    """Where a key goes from here, and why."""

    submit_label = "Change the state"

    state = forms.ChoiceField(label="New state")
    reason = forms.CharField(max_length=300, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    sure = forms.BooleanField(
        required=False,
        label="Destroy it: its private bytes are erased for good",
        help_text="Only for “Destroyed”. Nobody can bring them back, except from a back-up.",
    )

    seen = forms.CharField(required=False, max_length=32, widget=forms.HiddenInput)

    def __init__(self, *args: Any, key: PrivateKey, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        state = self.fields["state"]
        assert isinstance(state, forms.ChoiceField)  # noqa: S101  (declared above)
        state.choices = [(one.value, one.label) for one in key.next_states]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("state") == KeyState.DESTROYED and not cleaned.get("sure"):
            self.add_error("sure", "Tick this to destroy the key.")
        return cleaned

    def to_state(self) -> KeyState:
        return KeyState(self.cleaned_data["state"])
